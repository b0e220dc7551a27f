use super::{print, print_json, regular};
use crate::{Done, arguments::Key, grammar::counted, platform::Platform};
use anyhow::Context as _;
use noroshi_directory::key::{self, Came, ContactKey, OwnKey, Worth};
use noroshi_incident::service::import;
use noroshi_kernel::{moment::Moment, setaside::printable};
use noroshi_post::openpgp::Certificate;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The largest file of keys that is read, in bytes.
const FILE_MOST_BYTES: u64 = 64 << 20;

pub(super) async fn run(platform: &Platform, command: Key) -> anyhow::Result<Done> {
    match command {
        Key::List(json) => list(platform, json.json).await?,
        Key::Make { name, address, desk, expires } => make(platform, &name, &address, &desk, expires).await?,
        Key::Import { files, secret: false, .. } => return import_public(platform, &files).await,
        Key::Import { files, desk, passphrase_stdin, passphrase_file, .. } => {
            let passphrase = passphrase(passphrase_stdin, passphrase_file.as_deref())?;
            import_secret(platform, &files, &desk, passphrase.as_ref().map(|phrase| phrase.as_str())).await?;
        }
        Key::Export { fingerprint, out } => export(platform, fingerprint.as_deref(), out.as_deref()).await?,
        Key::Verify { fingerprint, how } => {
            let fingerprint = key::fingerprint(&fingerprint)?;
            let work = platform.ledger.begin().await?;
            key::verify(&work, &Platform::local_administrator(), &fingerprint, &how).await?;
            work.commit().await?;
            eprintln!("the key {} is noted as verified", fingerprint.grouped());
        }
        Key::Retire { fingerprint } => {
            let fingerprint = key::fingerprint(&fingerprint)?;
            let work = platform.ledger.begin().await?;
            key::retire(&work, &Platform::local_administrator(), &fingerprint).await?;
            work.commit().await?;
            eprintln!("the key {} signs no more; letters to it can still be opened", fingerprint.grouped());
        }
        Key::Remove { fingerprint } => {
            let fingerprint = key::fingerprint(&fingerprint)?;
            let work = platform.ledger.begin().await?;
            key::remove(&work, &Platform::local_administrator(), &fingerprint).await?;
            work.commit().await?;
            eprintln!("the key {} is removed", fingerprint.grouped());
        }
    }
    Ok(Done::Whole)
}

/// What a key says of itself, with what we know of it.
#[derive(Serialize)]
struct Shown {
    fingerprint: String,
    user_ids: Vec<String>,
    algorithm: String,
    created: String,
    expires: Option<String>,
    worth: &'static str,
    #[serde(flatten)]
    known: Value,
}

fn shown(certificate: &Certificate, at: Moment, known: Value) -> Shown {
    Shown {
        fingerprint: certificate.fingerprint().to_string(),
        user_ids: certificate.user_ids(at),
        algorithm: certificate.algorithm(),
        created: certificate.created().rfc3339(),
        expires: certificate.expiry(at).map(Moment::rfc3339),
        worth: Worth::of(certificate, at).key(),
        known,
    }
}

async fn list(platform: &Platform, as_json: bool) -> anyhow::Result<()> {
    let at = platform.ledger.now();
    let (team, contacts) = (key::team(&platform.ledger).await?, key::contacts(&platform.ledger).await?);
    if as_json {
        let own = |own: &OwnKey| {
            let state = if own.retired_at.is_some() { "retired" } else { "in_use" };
            shown(&own.certificate, at, json!({ "serves": own.serves, "state": state }))
        };
        let contact = |contact: &ContactKey| {
            let verified = contact.verified.as_ref().map(|verified| json!({ "at": verified.at.rfc3339(), "by": verified.by, "how": verified.how }));
            shown(&contact.certificate, at, json!({ "verified": verified }))
        };
        return print_json(&json!({ "team": team.iter().map(own).collect::<Vec<_>>(), "contacts": contacts.iter().map(contact).collect::<Vec<_>>() }));
    }
    for own in &team {
        let state = if own.retired_at.is_some() { "retired" } else { "in use" };
        line("team", &own.certificate, state, at)?;
    }
    for contact in &contacts {
        line("contact", &contact.certificate, if contact.verified.is_some() { "verified" } else { "unverified" }, at)?;
    }
    if team.is_empty() {
        eprintln!("the team has no key; make one with: noroshi key make --name NAME --address ADDRESS");
    }
    Ok(())
}

fn line(whose: &str, certificate: &Certificate, state: &str, at: Moment) -> anyhow::Result<()> {
    let ids: Vec<String> = certificate.user_ids(at).iter().map(|id| printable(id, 100)).collect();
    let until =
        certificate.expiry(at).map_or_else(|| "no expiry".to_owned(), |expiry| format!("until {}", expiry.rfc3339().chars().take(10).collect::<String>()));
    print(&format!("{whose:7} {:40} {state:10} {:8} {until:16} {}", certificate.fingerprint().as_str(), Worth::of(certificate, at).key(), ids.join(", ")))
}

async fn make(platform: &Platform, name: &str, address: &str, desk: &str, expires_days: Option<i64>) -> anyhow::Result<()> {
    anyhow::ensure!(
        !name.contains(['<', '>', '@']) && noroshi_post::openpgp::addresses(&format!("<{address}>")) == [address],
        "give the key a --name without <, > and @, and an --address, for example: --name \"Example CSIRT\" --address csirt@example.jp"
    );
    let expires = expires_days.map(|days| platform.ledger.now().plus_days(days));
    let work = platform.ledger.begin().await?;
    let fingerprint = key::make(&work, &Platform::local_administrator(), &platform.vault(), &format!("{} <{address}>", name.trim()), desk, expires).await?;
    work.commit().await?;
    eprintln!("the key is made; back up {} with the database, as only it opens the secret", crate::key::path(&platform.data).display());
    print(fingerprint.as_str())
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    regular(path)?;
    let size = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
    anyhow::ensure!(size <= FILE_MOST_BYTES, "{}: the file is larger than the {} MiB that are read", path.display(), FILE_MOST_BYTES >> 20);
    Ok(Zeroizing::new(std::fs::read(path).with_context(|| path.display().to_string())?))
}

async fn import_public(platform: &Platform, files: &[PathBuf]) -> anyhow::Result<Done> {
    let read: Vec<_> = files.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    let work = platform.ledger.begin().await?;
    let (mut new, mut renewed, mut known, mut set_aside) = (0, 0, 0, 0);
    for (path, bytes) in files.iter().zip(read) {
        for came in key::import(&work, &Platform::local_administrator(), &bytes).await.with_context(|| path.display().to_string())? {
            match came {
                Came::New(fingerprint) => {
                    new += 1;
                    print(fingerprint.as_str())?;
                }
                Came::Renewed(_) => renewed += 1,
                Came::Known(_) => known += 1,
                Came::SetAside(reason) => {
                    set_aside += 1;
                    eprintln!("set aside: {}: {reason}", printable(&path.display().to_string(), 200));
                }
            }
        }
    }
    work.commit().await?;
    let (news, renews) = (counted(new, "key is new", "keys are new"), counted(renewed, "was renewed", "were renewed"));
    eprintln!("{news}, {renews}, {}", counted(known, "was there", "were there"));
    if new > 0 {
        eprintln!("nobody vouches for what is new: compare the fingerprint with its owner, then: noroshi key verify FINGERPRINT --how TEXT");
    }
    Ok(if set_aside == 0 { Done::Whole } else { Done::SomeSetAside })
}

/// Brings in the team's secret keys, and reads letters again that could not be opened until now.
async fn import_secret(platform: &Platform, files: &[PathBuf], desk: &str, passphrase: Option<&str>) -> anyhow::Result<()> {
    let actor = Platform::local_administrator();
    let read: Vec<_> = files.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    let work = platform.ledger.begin().await?;
    for (path, bytes) in files.iter().zip(read) {
        let fingerprint = key::import_secret(&work, &actor, &platform.vault(), &bytes, passphrase, desk).await.with_context(|| path.display().to_string())?;
        print(fingerprint.as_str())?;
    }
    work.commit().await?;
    eprintln!("{}; delete the files when they are kept elsewhere in safety", counted(files.len() as u64, "secret key is in", "secret keys are in"));
    let worker = crate::wiring::Worker::start(platform.ledger.clone());
    let again = import::unopened_again(&platform.intake(actor), &mut import::Silent).await?;
    worker.finish().await?;
    if again.outcome.read > 0 {
        let read = counted(again.outcome.read, "letter was read again", "letters were read again");
        eprintln!("{read}; those that still cannot be opened lie in the tray");
    }
    Ok(())
}

/// The first line of standard input or of a file.
fn passphrase(on_stdin: bool, file: Option<&Path>) -> anyhow::Result<Option<Zeroizing<String>>> {
    let text = match file {
        Some(file) => Zeroizing::new(String::from_utf8(read(file)?.to_vec()).with_context(|| file.display().to_string())?),
        None if on_stdin => Zeroizing::new(std::io::read_to_string(std::io::stdin())?),
        None => return Ok(None),
    };
    Ok(Some(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())))
}

async fn export(platform: &Platform, fingerprint: Option<&str>, out: Option<&Path>) -> anyhow::Result<()> {
    let certificates = match fingerprint {
        Some(text) => vec![key::certificate(&platform.ledger, &key::fingerprint(text)?).await?],
        None => key::team(&platform.ledger).await?.into_iter().filter(|own| own.retired_at.is_none()).map(|own| own.certificate).collect(),
    };
    anyhow::ensure!(!certificates.is_empty(), "the team has no key in use; make one with: noroshi key make --name NAME --address ADDRESS");
    let armoured: Vec<String> = certificates.iter().map(Certificate::armoured).collect::<Result<_, _>>().map_err(|reason| anyhow::anyhow!("{reason}"))?;
    let text = armoured.concat();
    match out {
        Some(path) => std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display())),
        None => print(text.trim_end()),
    }
}
