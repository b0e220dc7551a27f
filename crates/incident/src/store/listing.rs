//! Lists of records: exactly those that a figure counts.

use super::{coordination_seen, correspondence_seen, facts, hides_something, incident_seen, report_seen};
use crate::{
    IncidentError,
    model::{Category, Number, State},
    selection::{Reckoning, Records, Selection},
};
use noroshi_directory::{brand, organisation};
use noroshi_kernel::{access::Sight, language::Bilingual, moment::Moment, tlp::Tlp};
use noroshi_ledger::{FromQueryResult, Query, Sql, search};

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The records, latest first.
    pub items: Vec<T>,
    /// How many the selection counts: the figure.
    pub count: i64,
    /// How many of them this actor may not see.
    pub hidden: i64,
}

/// An incident in a list.
#[derive(Clone, Debug)]
pub struct IncidentItem {
    /// Its number.
    pub number: Number,
    /// Its category, as we keep it.
    pub category: Category,
    /// What counts: the address in a scheme that counts addresses, else the target.
    pub unit: String,
    /// What it is about.
    pub target: String,
    /// The brand's names; the reported name in both when it belongs to none.
    pub brand: Option<Bilingual>,
    /// When the first report came.
    pub first_report_at: Moment,
    /// When the last report came.
    pub last_report_at: Moment,
    /// Where it stands.
    pub state: State,
    /// Its TLP label.
    pub tlp: Tlp,
    /// How many reports tell of it.
    pub reports: i64,
}

#[derive(FromQueryResult)]
struct IncidentRow {
    year: i64,
    sequence: i64,
    category: String,
    unit: Option<String>,
    target: String,
    written: Option<String>,
    name_ja: Option<String>,
    name_en: Option<String>,
    first_report_at: i64,
    last_report_at: i64,
    state: String,
    tlp: i64,
    reports: i64,
}

/// What is selected and may be seen, and the two counts.
struct Found {
    selected: Sql,
    narrowed: Sql,
    count: i64,
    hidden: i64,
}

async fn find(query: &impl Query, reckoning: &Reckoning, selection: &Selection, visible: Sql, sight: Sight) -> Result<Found, IncidentError> {
    let selected = facts::selected(selection, reckoning)?;
    let mut narrowed = Sql::new(" WHERE ").append(visible);
    if let Some(words) = &selection.q {
        narrowed = match search::matching(query.backend(), "incident", words, sight) {
            Some(matching) => narrowed.push(" AND s.id IN (").append(matching).push(")"),
            // Words without a letter or digit find nothing, rather than everything.
            None => narrowed.push(" AND 1 = 0"),
        };
    }
    let shown = query.number(Sql::new("SELECT count(*) AS n FROM ").append(selected.clone()).push(" s").append(narrowed.clone())).await?;
    // A list that a figure opens agrees with it and says how much of it is not shown. Whoever filters by more than figures do
    // must not learn from the count what state a case is in, or what words it holds.
    let opened_by_figure = selection.period.is_some() && selection.state.is_none() && selection.q.is_none();
    let count = if opened_by_figure && hides_something(query, sight).await? {
        query.number(Sql::new("SELECT count(*) AS n FROM ").append(selected.clone()).push(" s")).await?
    } else {
        shown
    };
    Ok(Found { selected, narrowed, count, hidden: count - shown })
}

/// The part of a list that a page shows. `order` tells apart what is of one moment, so that no record stands on two pages.
fn part(order: &str, skip: u32, limit: u32) -> Sql {
    Sql::new(" ORDER BY s.at DESC, ").push(order).push(" LIMIT ").bind(i64::from(limit)).push(" OFFSET ").bind(i64::from(skip))
}

/// The incidents of a selection: `limit` after the first `skip`.
///
/// # Errors
/// [`IncidentError::Refused`] when the selection names a scheme that is not there.
pub async fn incidents(
    query: &impl Query,
    reckoning: &Reckoning,
    selection: &Selection,
    sight: Sight,
    skip: u32,
    limit: u32,
) -> Result<Page<IncidentItem>, IncidentError> {
    let found = find(query, reckoning, selection, incident_seen("s.id", sight), sight).await?;
    let sql = Sql::new("SELECT i.year, i.sequence, i.category, s.unit, i.target, b.written, b.name_ja, b.name_en, i.first_report_at, i.last_report_at, i.state, i.tlp, (SELECT count(*) FROM incident_told t WHERE t.incident_id = i.id AND ")
        .append(report_seen("t.report_id", sight))
        .push(") AS reports FROM (SELECT s.id, s.unit, s.at FROM ")
        .append(found.selected).push(" s").append(found.narrowed).append(part("s.id DESC, s.unit", skip, limit)).push(") s JOIN incident i ON i.id = s.id LEFT JOIN (").push(brand::NAMED)
        .push(") b ON b.name_id = i.brand_name_id ORDER BY s.at DESC, s.id DESC, s.unit");
    let item = |row: IncidentRow| {
        let brand = row.name_ja.zip(row.name_en).map(|(ja, en)| Bilingual { ja, en });
        IncidentItem {
            number: Number { year: row.year, sequence: row.sequence },
            category: Category::from_key(&row.category),
            unit: row.unit.unwrap_or_else(|| row.target.clone()),
            target: row.target,
            brand: brand.or_else(|| row.written.map(|name| Bilingual::new(name.clone(), name))),
            first_report_at: Moment(row.first_report_at),
            last_report_at: Moment(row.last_report_at),
            state: State::from_key(&row.state),
            tlp: i16::try_from(row.tlp).map_or(Tlp::Red, Tlp::from_rank),
            reports: row.reports,
        }
    };
    Ok(Page { items: query.all::<IncidentRow>(sql).await?.into_iter().map(item).collect(), count: found.count, hidden: found.hidden })
}

/// The addresses of a selection of [`Records::Addresses`], each as its first incident.
///
/// # Errors
/// As [`incidents`].
pub async fn units(
    query: &impl Query,
    reckoning: &Reckoning,
    selection: &Selection,
    sight: Sight,
    skip: u32,
    limit: u32,
) -> Result<Page<IncidentItem>, IncidentError> {
    debug_assert_eq!(selection.records, Records::Addresses);
    incidents(query, reckoning, selection, sight, skip, limit).await
}

/// A report in a list.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ReportItem {
    /// Its id.
    pub id: i64,
    /// When it came, in microseconds UTC.
    pub at: i64,
    /// How: a channel's key.
    pub channel: String,
    /// What its correspondence is called.
    pub name: String,
    /// The line within it, for feeds.
    pub line: Option<i64>,
    /// The reported site.
    pub site: Option<String>,
    /// The reporter's top-level domain, or `unknown`.
    pub tld: String,
    /// One incident that it tells of, as its year.
    pub year: Option<i64>,
    /// And its sequence.
    pub sequence: Option<i64>,
}

/// The reports of a selection.
///
/// # Errors
/// As [`incidents`].
pub async fn reports(
    query: &impl Query,
    reckoning: &Reckoning,
    selection: &Selection,
    sight: Sight,
    skip: u32,
    limit: u32,
) -> Result<Page<ReportItem>, IncidentError> {
    let found = find(query, reckoning, selection, report_seen("s.id", sight), sight).await?;
    let sql = Sql::new("SELECT s.id, s.at, c.channel, c.name, r.line, r.site, s.tld, i.year, i.sequence FROM (SELECT s.id, s.at, s.tld FROM ")
        .append(found.selected).push(" s").append(found.narrowed).append(part("s.id DESC", skip, limit))
        .push(") s JOIN incident_report r ON r.id = s.id JOIN (").push(noroshi_mailroom::correspondence::COUNTED)
        .push(") c ON c.id = r.correspondence_id LEFT JOIN incident i ON i.id = (SELECT min(t.incident_id) FROM incident_told t WHERE t.report_id = s.id) ORDER BY s.at DESC, s.id DESC");
    Ok(Page { items: query.all(sql).await?, count: found.count, hidden: found.hidden })
}

/// A correspondence in a list.
#[derive(Clone, Debug, FromQueryResult)]
pub struct CorrespondenceItem {
    /// Its id.
    pub id: i64,
    /// When it came, in microseconds UTC.
    pub at: i64,
    /// How: a channel's key.
    pub channel: String,
    /// What it is called.
    pub name: String,
    /// `report` or `inquiry`.
    pub about: String,
    /// The sender's top-level domain, or `unknown`.
    pub tld: String,
}

/// The correspondence of a selection.
///
/// # Errors
/// As [`incidents`].
pub async fn correspondence(
    query: &impl Query,
    reckoning: &Reckoning,
    selection: &Selection,
    sight: Sight,
    skip: u32,
    limit: u32,
) -> Result<Page<CorrespondenceItem>, IncidentError> {
    let found = find(query, reckoning, selection, correspondence_seen("s.id", sight), sight).await?;
    let sql = Sql::new("SELECT s.id, s.at, c.channel, c.name, s.about, s.tld FROM (SELECT s.id, s.at, s.about, s.tld FROM ")
        .append(found.selected)
        .push(" s")
        .append(found.narrowed)
        .append(part("s.id DESC", skip, limit))
        .push(") s JOIN (")
        .push(noroshi_mailroom::correspondence::COUNTED)
        .push(") c ON c.id = s.id ORDER BY s.at DESC, s.id DESC");
    Ok(Page { items: query.all(sql).await?, count: found.count, hidden: found.hidden })
}

/// A coordination in a list.
#[derive(Clone, Debug, FromQueryResult)]
pub struct CoordinationItem {
    /// When first, in microseconds UTC.
    pub at: i64,
    /// The organisation's Japanese name.
    pub name_ja: String,
    /// The organisation's English name.
    pub name_en: String,
    /// The organisation's country, or empty.
    pub country: String,
    /// `domestic`, `foreign` or `unknown`.
    pub destination: String,
    /// The incident's year.
    pub year: i64,
    /// The incident's sequence.
    pub sequence: i64,
    /// The incident's category, as the scheme counts it.
    pub category: String,
}

/// The coordinations of a selection.
///
/// # Errors
/// As [`incidents`].
pub async fn coordinations(
    query: &impl Query,
    reckoning: &Reckoning,
    selection: &Selection,
    sight: Sight,
    skip: u32,
    limit: u32,
) -> Result<Page<CoordinationItem>, IncidentError> {
    let found = find(query, reckoning, selection, coordination_seen("s.id", sight), sight).await?;
    let sql = Sql::new(
        "SELECT s.at, o.name_ja, o.name_en, o.country, s.destination, i.year, i.sequence, s.category FROM (SELECT s.id, s.at, s.destination, s.category FROM ",
    )
    .append(found.selected)
    .push(" s")
    .append(found.narrowed)
    .append(part("s.id DESC", skip, limit))
    .push(") s JOIN incident_coordination k ON k.id = s.id JOIN incident i ON i.id = k.incident_id JOIN (")
    .push(organisation::COUNTED)
    .push(") o ON o.id = k.organisation_id ORDER BY s.at DESC, s.id DESC");
    Ok(Page { items: query.all(sql).await?, count: found.count, hidden: found.hidden })
}
