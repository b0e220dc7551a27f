//! `noroshi.toml`: who the team is and where its records are. Every setting has a default; an unknown one is an error.

use anyhow::Context as _;
use noroshi_directory::organisation::Home;
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::{language::Bilingual, moment::Zone};
use noroshi_ledger::Place;
use noroshi_web::ClientAddress;
use serde::Deserialize;
use std::{net::SocketAddr, path::Path};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Configuration {
    pub(crate) team: Team,
    pub(crate) database: Database,
    pub(crate) serve: Serve,
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

    /// The address that links in a report begin with: the configured one, or where pages are served.
    pub(crate) fn base(&self) -> String {
        let url = self.serve.public_url.clone().unwrap_or_else(|| format!("http://{}", self.serve.listen));
        if url.ends_with('/') { url } else { url + "/" }
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
