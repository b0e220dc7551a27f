use super::{print, print_json, regular};
use crate::{Done, arguments::Mapping, platform::Platform};
use anyhow::{Context as _, anyhow};
use noroshi_kernel::{language::Bilingual, reason::Reason, setaside::printable};
use noroshi_mailroom::mapping::{self, Change, DEFINITION_MOST_BYTES, Format, Saved};
use serde::Serialize;
use std::{fs::File, io::Read as _, path::Path};

/// So much of a file is looked at to suggest a mapping, in bytes.
const SAMPLE_MOST_BYTES: u64 = 1 << 20;

pub(super) async fn run(platform: &Platform, command: Mapping) -> anyhow::Result<Done> {
    match command {
        Mapping::List(json) => list(platform, json.json).await?,
        Mapping::Show { name, json } => show(platform, &name, json.json).await?,
        Mapping::Set { name, format, about_ja, about_en, file } => {
            let definition = mapping::read(&head(&file, DEFINITION_MOST_BYTES as u64 + 1)?).map_err(told).with_context(|| file.display().to_string())?;
            let work = platform.ledger.begin().await?;
            let before = mapping::find(&work, &name).await?.map(|saved| saved.about).unwrap_or_default();
            let about = Bilingual::new(about_ja.unwrap_or(before.ja), about_en.unwrap_or(before.en));
            let change = Change { name, format, definition, about };
            let version = mapping::save(&work, &Platform::local_administrator(), &change).await?;
            work.commit().await?;
            eprintln!("{} is saved as version {version}; import with: noroshi intake import --format {} --mapping {0} PATH…", change.name, format.key());
        }
        Mapping::Suggest { file } => return suggest(&file),
        Mapping::Remove { name } => {
            let work = platform.ledger.begin().await?;
            mapping::remove(&work, &Platform::local_administrator(), &name).await?;
            work.commit().await?;
            eprintln!("{name} is removed from use; what it read stays");
        }
    }
    Ok(Done::Whole)
}

async fn list(platform: &Platform, as_json: bool) -> anyhow::Result<()> {
    let all = mapping::all(&platform.ledger).await?;
    if as_json {
        return print_json(&all);
    }
    if all.is_empty() {
        eprintln!("no mapping is saved yet; begin with: noroshi mapping suggest FILE > definition.json");
    }
    for Saved { name, format, version, about, changed_at, changed_by, .. } in all {
        let about = [about.ja, about.en].into_iter().filter(|text| !text.is_empty()).map(|text| printable(&text, 80)).collect::<Vec<_>>().join(" / ");
        print(&format!("{name:24} {:4} version {version}, {} by {}  {about}", format.key(), changed_at.rfc3339(), printable(&changed_by, 60)))?;
    }
    Ok(())
}

/// A mapping with its versions.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    now: &'a Saved,
    /// The latest first.
    versions: &'a [Saved],
}

async fn show(platform: &Platform, name: &str, as_json: bool) -> anyhow::Result<()> {
    let shown = printable(name, mapping::NAME_MOST_CHARS);
    let now = mapping::find(&platform.ledger, name).await?.with_context(|| format!("there is no mapping {shown:?}; noroshi mapping list names them"))?;
    if as_json {
        return print_json(&Shown { now: &now, versions: &mapping::history(&platform.ledger, name).await? });
    }
    eprintln!("{name} reads {}; version {}, saved {} by {}", now.format.key(), now.version, now.changed_at.rfc3339(), printable(&now.changed_by, 60));
    print_json(&now.definition)
}

pub(super) fn suggest(file: &Path) -> anyhow::Result<Done> {
    let sample = head(file, SAMPLE_MOST_BYTES)?;
    let format = Format::of_sample(&sample);
    let suggested = match format {
        Format::Csv => mapping::Mapping::of_table(&sample),
        Format::Json => mapping::Mapping::of_json(&sample),
    };
    let definition = suggested.map_err(told).with_context(|| printable(&file.display().to_string(), 300))?;
    print_json(&definition)?;
    match definition.check() {
        Ok(()) => eprintln!("look at it, then: noroshi mapping set NAME --format {} FILE", format.key()),
        Err(reason) => eprintln!("it must be completed first: {reason}"),
    }
    Ok(Done::Whole)
}

/// The first bytes of a file.
fn head(file: &Path, most_bytes: u64) -> anyhow::Result<Vec<u8>> {
    regular(file)?;
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(most_bytes).read_to_end(&mut bytes));
    read.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(bytes)
}

fn told(reason: Reason) -> anyhow::Error {
    anyhow!(reason.text.en)
}
