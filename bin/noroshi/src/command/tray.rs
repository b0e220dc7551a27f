use super::{print, print_json};
use crate::{Done, arguments::Tray, grammar::counted, platform::Platform, progress::Bar, wiring::Worker};
use anyhow::Context as _;
use noroshi_incident::service::import::{self, Again};
use noroshi_kernel::{id::TrayItemId, reason::Reason, setaside::printable};
use noroshi_mailroom::{
    correspondence,
    tray::{self, Closed, Item, Which},
};
use serde::Serialize;

/// So many raw bytes of an entry are shown.
const RAW_MOST_BYTES: u64 = 4_096;

pub(super) async fn run(platform: &Platform, command: Tray) -> anyhow::Result<Done> {
    match command {
        Tray::List { limit, skip, json } => list(platform, skip, limit, json.json).await?,
        Tray::Show { id, json } => show(platform, TrayItemId(id), json.json).await?,
        Tray::Retry { ids, all, json } => {
            let which = if all { Which::All } else { Which::Ids(ids.into_iter().map(TrayItemId).collect()) };
            return retry(platform, &which, json.json).await;
        }
        Tray::Close { id, note } => {
            let work = platform.ledger.begin().await?;
            tray::close(&work, &Platform::local_administrator(), TrayItemId(id), &note).await?;
            work.commit().await?;
            eprintln!("{id} is closed");
        }
    }
    Ok(Done::Whole)
}

/// An entry as it is printed.
#[derive(Serialize)]
struct Shown<'a> {
    id: TrayItemId,
    name: &'a str,
    r#where: &'a str,
    reason: &'a Reason,
    rows: i64,
    format: Option<&'a str>,
    mapping: Option<&'a str>,
    set_aside_at: String,
    correspondence: noroshi_kernel::id::CorrespondenceId,
    closed: Option<Ended<'a>>,
}

/// How an entry was closed.
#[derive(Serialize)]
struct Ended<'a> {
    at: String,
    by: &'a str,
    r#as: &'static str,
    note: &'a str,
}

impl<'a> From<&'a Item> for Shown<'a> {
    fn from(item: &'a Item) -> Self {
        let ended = |closed: &'a Closed| Ended { at: closed.at.rfc3339(), by: &closed.by, r#as: closed.ending.key(), note: &closed.note };
        Self {
            id: item.id,
            name: &item.name,
            r#where: &item.place.en,
            reason: &item.reason,
            rows: item.rows,
            format: item.read_as.as_ref().map(|read_as| read_as.format.as_str()),
            mapping: item.read_as.as_ref().and_then(|read_as| read_as.mapping.as_deref()),
            set_aside_at: item.set_aside_at.rfc3339(),
            correspondence: item.correspondence,
            closed: item.closed.as_ref().map(ended),
        }
    }
}

/// What waits.
#[derive(Serialize)]
struct Listed<'a> {
    count: i64,
    items: Vec<Shown<'a>>,
}

async fn list(platform: &Platform, skip: u32, limit: u32, as_json: bool) -> anyhow::Result<()> {
    let root = Platform::local_administrator();
    let (count, items) = (tray::count(&platform.ledger, &root).await?, tray::list(&platform.ledger, &root, skip, limit).await?);
    if as_json {
        return print_json(&Listed { count, items: items.iter().map(Shown::from).collect() });
    }
    for item in &items {
        print(&format!("{:8} {} {}: {}: {}", item.id, item.set_aside_at.rfc3339(), printable(&item.name, 80), item.place.en, item.reason))?;
    }
    eprintln!("{}", counted(count.unsigned_abs(), "entry waits", "entries wait"));
    Ok(())
}

/// An entry with its bytes.
#[derive(Serialize)]
struct WithRaw<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    /// Its first bytes as text, made safe to show.
    raw: String,
}

async fn show(platform: &Platform, id: TrayItemId, as_json: bool) -> anyhow::Result<()> {
    let item = tray::load(&platform.ledger, &Platform::local_administrator(), id)
        .await?
        .with_context(|| format!("the tray holds no entry {id}; noroshi tray list names them"))?;
    let delivery = correspondence::load(&platform.ledger, item.correspondence).await?;
    let from = delivery.map_or(0, |delivery| delivery.raw.offset) + item.raw_offset;
    let blobs = platform.ledger.blobs();
    let raw = blobs.read_part(&item.raw_sha256, from, item.raw_length.min(RAW_MOST_BYTES))?;
    let lines: Vec<String> = String::from_utf8_lossy(&raw).lines().map(|line| printable(line, 1_000)).collect();
    if as_json {
        return print_json(&WithRaw { shown: Shown::from(&item), raw: lines.join("\n") });
    }
    print(&format!("{}: {}: {}", printable(&item.name, 200), item.place.en, item.reason))?;
    let shown = Shown::from(&item);
    let mapping = shown.mapping.map_or_else(String::new, |name| format!(", mapping {name}"));
    print(&format!("format {}{mapping}; {}", shown.format.unwrap_or("not noted"), counted(item.rows.unsigned_abs(), "row", "rows")))?;
    if let Some(ended) = shown.closed {
        print(&format!("closed {} by {} ({}): {}", ended.at, printable(ended.by, 60), ended.r#as, printable(ended.note, 2_000)))?;
    }
    print(&format!("\n{}", lines.join("\n")))
}

/// Reads entries again, and says what became of them.
async fn retry(platform: &Platform, which: &Which, as_json: bool) -> anyhow::Result<Done> {
    let worker = Worker::start(platform.ledger.clone());
    let mut bar = Bar::new();
    let ended = import::again(&platform.intake(Platform::local_administrator()), which, &mut bar).await;
    bar.finish();
    worker.finish().await?;
    let Again { outcome, closed, waiting } = &ended?;
    if as_json {
        print_json(&Again { outcome: outcome.clone(), closed: *closed, waiting: *waiting })?;
    } else {
        let (closed, waiting) = (counted(*closed, "entry is closed", "entries are closed"), counted(*waiting, "still waits", "still wait"));
        print(&format!("{closed}, {waiting}; {} made something new, {} joined an incident", outcome.stored, outcome.duplicates))?;
    }
    Ok(if *waiting == 0 { Done::Whole } else { Done::SomeSetAside })
}
