//! Publishing: gathered, made, put into the directory, and noted.

use super::{
    gather::gather,
    page::{self, Publisher},
};
use crate::{SiteError, files};
use jiff::civil::{Date, Weekday};
use noroshi_kernel::{
    access::{Action, Actor},
    reason::Reason,
};
use noroshi_ledger::{LedgerError, audit::Entry, queue::Kind};
use noroshi_observation::public::{Ground, Span};
use serde_json::json;
use std::path::Path;

/// The job that publishes every Monday.
pub const PUBLISH: Kind = Kind::named("site.publish");
/// The Mondays that are listed.
const MOST_DAYS: usize = 5_200;

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// The Monday: `2024-03-04`.
    pub monday: String,
    /// How many sensors at home the week is of.
    pub sensors: usize,
    /// The files that were written, relative to the directory.
    pub files: Vec<String>,
}

/// Publishes the page of a Monday into a directory; earlier ones stay.
///
/// # Errors
/// [`SiteError::Forbidden`]; [`SiteError::Refused`] when the day is no Monday, when the week before it is not over, or when too few sensors watched; then, and when anything else fails,
/// the pages are what they were.
pub async fn publish(ground: Ground<'_>, actor: &Actor, publisher: &Publisher, directory: &Path, monday: Date) -> Result<Published, SiteError> {
    actor.must_can(Action::PublishSite)?;
    if monday.weekday() != Weekday::Monday {
        let ja = format!("{monday} は月曜日ではありません。");
        return Err(SiteError::Refused(Reason::new("site-monday", ja, format!("{monday} is no Monday"))));
    }
    if monday > Span::monday(ground.place.ledger.now(), ground.zone) {
        let ja = format!("{monday} の前の週はまだ終わっていません。");
        return Err(SiteError::Refused(Reason::new("site-week", ja, format!("the week before {monday} is not over yet"))));
    }
    let gathered = gather(ground, monday).await?;
    let made = page::files(&gathered, publisher, &published(directory))?;
    let written: Vec<String> = made.iter().map(|file| file.path.clone()).collect();
    let into = directory.to_owned();
    let putting = tokio::task::spawn_blocking(move || files::put(&into, &made)).await;
    putting.map_err(|error| LedgerError::Damaged(format!("a thread ended early: {error}")))??;
    let work = ground.place.ledger.begin().await?;
    let id = work.take_id().await?;
    let detail = json!({ "section": "observation", "monday": monday.to_string(), "directory": directory.display().to_string(), "sensors": gathered.week.sensors, "files": written });
    work.record(actor, Entry { action: "site.publish", subject_kind: "site", subject_id: id, detail: &detail }).await?;
    work.commit().await?;
    Ok(Published { monday: monday.to_string(), sensors: gathered.week.sensors, files: written })
}

/// The Mondays whose pages are in a directory.
fn published(directory: &Path) -> Vec<Date> {
    let Ok(entries) = std::fs::read_dir(directory.join("observation/ja")) else { return Vec::new() };
    let day = |name: &str| name.strip_suffix(".html")?.parse::<Date>().ok().filter(|day| day.to_string().len() + 5 == name.len());
    entries.take(MOST_DAYS).filter_map(|entry| day(entry.ok()?.file_name().to_str()?)).collect()
}
