//! `noroshi.toml`: who the team is and where its records are. Every setting has a default; an unknown one is an error.

use anyhow::Context as _;
use noroshi_directory::organisation::Home;
use noroshi_feeds::shadowserver::Schema;
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::{language::Bilingual, moment::Zone};
use noroshi_ledger::Place;
use noroshi_mailroom::wire::{
    Secret, Security, imap,
    smtp::{self, Transport},
};
use noroshi_observation::{geography::Geography, public::Rule, service::scanners::Threshold};
use noroshi_web::ClientAddress;
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Configuration {
    pub(crate) team: Team,
    pub(crate) database: Database,
    pub(crate) serve: Serve,
    pub(crate) mail: Mail,
    pub(crate) feeds: Feeds,
    pub(crate) sensors: Sensors,
    pub(crate) observation: Observation,
    pub(crate) site: Site,
}

/// `[team]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Team {
    /// The team's name in Japanese.
    pub(crate) name_ja: String,
    /// The team's name in English.
    pub(crate) name_en: String,
    /// Its name in the subjects of its letters: `[EXAMPLE-CSIRT #2013-04412]`.
    pub(crate) tag: String,
    /// The zone in which it counts: an IANA name.
    pub(crate) zone: String,
    /// The countries that are home, ISO 3166-1 alpha-2.
    pub(crate) home: Vec<String>,
}

impl Default for Team {
    fn default() -> Self {
        Self {
            name_ja: "例示CSIRT".into(),
            name_en: "Example CSIRT".into(),
            tag: "EXAMPLE-CSIRT".into(),
            zone: "Asia/Tokyo".into(),
            home: Home::default().countries,
        }
    }
}

/// `[database]`
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// `postgres://user:password@host/database`; without it, SQLite in the data directory.
    url: Option<String>,
    /// The schema on PostgreSQL.
    schema: Option<String>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("postgres", &self.url.is_some()).field("schema", &self.schema).finish()
    }
}

/// `[observation]`: what is kept of packets.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Observation {
    /// For how many days packets are kept; without it, for ever. What they came to by hour and day stays.
    pub(crate) keep_days: Option<i64>,
    /// A database of countries (MaxMind's format, for example DB-IP's country lite) by which sources are placed.
    countries: Option<PathBuf>,
    /// A database of autonomous systems, in the same format.
    networks: Option<PathBuf>,
    /// From when on a source at home that scans becomes the draft of an incident; without it, none does.
    scanners: Option<Scanners>,
}

/// `[observation.scanners]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scanners {
    /// Packets within 24 hours.
    packets: u64,
    /// Sensors that saw it.
    sensors: u64,
}

impl Observation {
    /// From when on a source at home that scans is told.
    pub(crate) fn scanners(&self) -> Option<Threshold> {
        self.scanners.map(|Scanners { packets, sensors }| Threshold { packets: packets.max(1), sensors: sensors.max(1) })
    }

    /// The databases, read.
    pub(crate) fn geography(&self) -> anyhow::Result<Geography> {
        Geography::open(self.countries.as_deref(), self.networks.as_deref()).map_err(|why| anyhow::anyhow!("observation: {why}"))
    }
}

/// `[site]`: the public site.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Site {
    /// The directory into which it is written every Monday; without it nothing is public, and nobody compares with it.
    pub(crate) directory: Option<PathBuf>,
    /// So many sensors at home must have watched for at least half of the time of which figures are told.
    pub(crate) least_sensors: u32,
}

impl Default for Site {
    fn default() -> Self {
        Self { directory: None, least_sensors: Rule::default().least_sensors }
    }
}

impl Site {
    /// When figures may be told.
    pub(crate) const fn rule(&self) -> Rule {
        Rule { least_sensors: self.least_sensors }
    }
}

/// `[sensors]`: the door through which sensors send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sensors {
    /// Its address: `0.0.0.0:8443`. Without it there is no door.
    pub(crate) listen: Option<SocketAddr>,
    /// The names and addresses by which sensors reach it; the centre's certificate bears them.
    names: Vec<String>,
}

impl Sensors {
    /// Where sensors reach the centre, when there is a door.
    pub(crate) fn url(&self) -> anyhow::Result<Option<String>> {
        let Some(listen) = self.listen else { return Ok(None) };
        let name = self.names(listen)?.into_iter().next();
        let host = |name: String| if name.contains(':') { format!("[{name}]") } else { name };
        Ok(name.map(|name| format!("https://{}:{}", host(name), listen.port())))
    }

    /// The names that the centre's certificate bears.
    pub(crate) fn names(&self, listen: SocketAddr) -> anyhow::Result<Vec<String>> {
        if self.names.is_empty() {
            anyhow::ensure!(
                !listen.ip().is_unspecified(),
                "sensors.names: name the hosts by which sensors reach {listen}, for example names = [\"sensors.example.jp\"]"
            );
            return Ok(vec![listen.ip().to_string()]);
        }
        Ok(self.names.clone())
    }
}

/// `[feeds]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Feeds {
    /// Shadowserver's own schema file (`intelmq.json`), for types of reports and columns that are newer than this program.
    shadowserver_schema: Option<PathBuf>,
}

impl Feeds {
    /// The schema, read.
    pub(crate) fn schema(&self) -> anyhow::Result<Option<Schema>> {
        let Some(path) = &self.shadowserver_schema else { return Ok(None) };
        let wrong = || format!("feeds.shadowserver_schema: {}", path.display());
        let bytes = std::fs::read(path).with_context(wrong)?;
        Ok(Some(Schema::read(&bytes).map_err(|why| anyhow::anyhow!("{}: {why}", wrong()))?))
    }
}

/// `[mail]`: how letters go out and come in besides `noroshi intake mail`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mail {
    /// The mail server to which letters are handed; without it they wait.
    pub(crate) relay: Option<Relay>,
    /// The address on which a mail server may hand letters over by LMTP: `127.0.0.1:2424`.
    pub(crate) lmtp: Option<SocketAddr>,
    /// Mailboxes from which letters are fetched.
    pub(crate) imap: Vec<Imap>,
}

/// `[mail.relay]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Relay {
    /// Its name, which its certificate must bear.
    host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS from the first byte, 25 on the same machine.
    port: u16,
    /// `start_tls`, `implicit`, or `none` for a server on the same machine.
    security: Security,
    /// Who signs in, when the server asks.
    user: Option<String>,
    /// With which password: a file that holds it. `NOROSHI_RELAY_PASSWORD` wins.
    password_file: Option<PathBuf>,
    /// A certificate authority to trust beside the system's: a PEM file.
    ca: Option<PathBuf>,
    /// How we name ourselves: a full host name.
    hello: Option<String>,
    /// How long one answer is waited for, in seconds.
    #[serde(default = "minute")]
    timeout_s: u64,
}

/// `[[mail.imap]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Imap {
    /// The server's name, which its certificate must bear.
    host: String,
    /// Its port: 993 for TLS from the first byte, 143 for STARTTLS.
    port: u16,
    /// `implicit`, `start_tls`, or `none` for a server on the same machine.
    security: Security,
    /// A certificate authority to trust beside the system's: a PEM file.
    ca: Option<PathBuf>,
    /// Who signs in.
    user: String,
    /// A file that holds the password.
    password_file: PathBuf,
    /// The folder that is emptied.
    #[serde(default = "inbox")]
    folder: String,
    /// The folder into which letters go that were taken; without it they are deleted.
    move_to: Option<String>,
    /// The address of the desk that the mailbox belongs to, when letters do not say so themselves.
    pub(crate) recipient: Option<String>,
    /// How long one answer is waited for, in seconds.
    #[serde(default = "minute")]
    timeout_s: u64,
}

const fn minute() -> u64 {
    60
}

fn inbox() -> String {
    "INBOX".into()
}

/// The password in a file: its first line.
fn password(path: &Path) -> anyhow::Result<Secret> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the password in {}", path.display()))?;
    let line = text.lines().next().unwrap_or_default();
    anyhow::ensure!(!line.is_empty(), "{} holds no password in its first line", path.display());
    Ok(Secret::new(line))
}

impl Relay {
    /// Makes ready to send. Nobody is connected to yet.
    pub(crate) fn open(&self) -> anyhow::Result<Transport> {
        let credentials = match &self.user {
            None => None,
            Some(user) => {
                let secret = match (std::env::var("NOROSHI_RELAY_PASSWORD"), &self.password_file) {
                    (Ok(secret), _) => Secret::new(secret),
                    (Err(_), Some(path)) => password(path)?,
                    (Err(_), None) => anyhow::bail!("mail.relay.user is set; set password_file, too, or NOROSHI_RELAY_PASSWORD"),
                };
                Some((user.clone(), secret))
            }
        };
        let relay = smtp::Relay {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            credentials,
            ca: self.ca.clone(),
            hello_name: self.hello.clone().unwrap_or_else(|| "localhost".into()),
            timeout: Duration::from_secs(self.timeout_s.clamp(1, 600)),
        };
        relay.open().map_err(|why| anyhow::anyhow!("mail.relay: {why}"))
    }
}

impl Imap {
    /// The mailbox with its password.
    pub(crate) fn mailbox(&self) -> anyhow::Result<imap::Mailbox> {
        Ok(imap::Mailbox {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            ca: self.ca.clone(),
            user: self.user.clone(),
            secret: password(&self.password_file)?,
            folder: self.folder.clone(),
            then: self.move_to.clone().map_or(imap::Then::Delete, imap::Then::MoveTo),
            most_letter_bytes: 100 << 20,
            timeout: Duration::from_secs(self.timeout_s.clamp(1, 600)),
        })
    }
}

/// `[serve]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Serve {
    /// The address on which pages are served.
    pub(crate) listen: SocketAddr,
    /// The address at which people reach it, for links in reports that leave the platform: `https://noroshi.example.jp/`.
    pub(crate) public_url: Option<String>,
    /// Whether browsers reach it by TLS (through a proxy): cookies are then marked secure.
    pub(crate) behind_tls: bool,
    /// The header in which a proxy names the address of who asks, its own finding last: `X-Forwarded-For`.
    pub(crate) client_address_header: Option<String>,
}

impl Default for Serve {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), public_url: None, behind_tls: false, client_address_header: None }
    }
}

impl Serve {
    /// Where the address of who asks is found. Behind a proxy that does not tell it, everybody would have the proxy's.
    pub(crate) fn client_address(&self) -> anyhow::Result<ClientAddress> {
        Ok(match &self.client_address_header {
            Some(name) => ClientAddress::Header(name.parse().with_context(|| format!("serve.client_address_header: {name:?} is no header's name"))?),
            None if self.behind_tls => ClientAddress::Unknown,
            None => ClientAddress::Peer,
        })
    }
}

impl Configuration {
    /// Reads the named file, or `noroshi.toml` in the data directory when it is there.
    pub(crate) fn read(named: Option<&Path>, data: &Path) -> anyhow::Result<Self> {
        let usual = data.join("noroshi.toml");
        let path = match named {
            Some(path) => path,
            None if usual.exists() => &usual,
            None => return Ok(Self::default()),
        };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let read: Self = toml::from_str(&text).with_context(|| format!("{} is wrong", path.display()))?;
        for country in &read.team.home {
            anyhow::ensure!(
                country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()),
                "{}: team.home: {country:?} must be two capital letters (ISO 3166-1), for example JP",
                path.display()
            );
        }
        let tag = &read.team.tag;
        anyhow::ensure!(
            (2..=40).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte)),
            "{}: team.tag: {tag:?} must be 2 to 40 of letters, digits, - _ . and spaces, for example EXAMPLE-CSIRT",
            path.display()
        );
        anyhow::ensure!(
            read.observation.keep_days.is_none_or(|days| (1..=36_500).contains(&days)),
            "{}: observation.keep_days: write a number of days from 1 on, or leave it out to keep packets for ever",
            path.display()
        );
        anyhow::ensure!(
            (2..=1_000).contains(&read.site.least_sensors),
            "{}: site.least_sensors: write a number from 2 to 1000; with one sensor alone everybody would know whose figures they are",
            path.display()
        );
        if let Some(listen) = read.sensors.listen {
            read.sensors.names(listen).with_context(|| path.display().to_string())?;
        }
        read.serve.client_address().with_context(|| path.display().to_string())?;
        if let Some(url) = &read.serve.public_url {
            anyhow::ensure!(
                url.starts_with("https://") || url.starts_with("http://"),
                "{}: serve.public_url: {url:?} must begin with https:// or http://",
                path.display()
            );
        }
        Ok(read)
    }

    /// The address that links begin with: the configured one, or the one `here` on which pages are served.
    pub(crate) fn base(&self, here: SocketAddr) -> String {
        let url = self.serve.public_url.clone().unwrap_or_else(|| {
            // What listens on every address is reached by none of that name.
            if here.ip().is_unspecified() { format!("http://localhost:{}", here.port()) } else { format!("http://{here}") }
        });
        if url.ends_with('/') { url } else { url + "/" }
    }

    /// Why links that are given to the public lead nowhere, when they do.
    pub(crate) fn unreachable(&self, here: SocketAddr) -> Option<String> {
        let is_here = here.ip().is_loopback() && !self.serve.behind_tls;
        (self.serve.public_url.is_none() && !is_here).then(|| {
            let base = self.base(here);
            format!("serve.public_url is not set: reporters are given status links that begin with {base}; set it to the address at which they reach this server, or close the form")
        })
    }

    pub(crate) fn place(&self, data: &Path) -> Place {
        // The environment wins, so that a password need not stand in a file.
        let url = std::env::var("NOROSHI_DATABASE_URL").ok().or_else(|| self.database.url.clone());
        let schema = std::env::var("NOROSHI_DATABASE_SCHEMA").ok().or_else(|| self.database.schema.clone()).unwrap_or_else(|| "public".into());
        url.map_or_else(|| Place::Sqlite(data.join("noroshi.db")), |url| Place::Postgres { url, schema })
    }

    pub(crate) fn reckoning(&self) -> anyhow::Result<Reckoning> {
        Ok(Reckoning { zone: Zone::named(&self.team.zone).context("team.zone")?, home: Home { countries: self.team.home.clone() } })
    }

    pub(crate) fn team_name(&self) -> Bilingual {
        Bilingual::new(self.team.name_ja.as_str(), self.team.name_en.as_str())
    }
}
