//! One incident with all that belongs to it.

use crate::model::{Category, Incident, Number, State, Target, TargetKind};
use noroshi_directory::{Origin, brand, organisation};
use noroshi_kernel::{
    access::{Label, Sight},
    id::{AccountId, CoordinationId, CorrespondenceId, IncidentId, ReportId},
    language::Bilingual,
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use std::collections::HashMap;

/// An incident as a page shows it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The incident.
    pub incident: Incident,
    /// The brand's name as reported.
    pub brand_written: Option<String>,
    /// The brand's own names, when the reported name belongs to one.
    pub brand: Option<Bilingual>,
    /// The brand's origin.
    pub origin: Origin,
    /// How many reports tell of it.
    pub report_count: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    year: i64,
    sequence: i64,
    category: String,
    rsit: String,
    target_kind: String,
    target: String,
    brand_name_id: Option<i64>,
    brand_at: Option<i64>,
    first_report_at: i64,
    last_report_at: i64,
    state: String,
    tlp: i64,
    worm: bool,
    previous_id: Option<i64>,
    merged_into_id: Option<i64>,
    written: Option<String>,
    name_ja: Option<String>,
    name_en: Option<String>,
    origin: Option<String>,
}

const COLUMNS: &str = "SELECT i.id, i.year, i.sequence, i.category, i.rsit, i.target_kind, i.target, i.brand_name_id, i.brand_at, i.first_report_at, i.last_report_at, i.state, i.tlp, i.worm, i.previous_id, i.merged_into_id, b.written, b.name_ja, b.name_en, b.origin FROM incident i LEFT JOIN (";

#[derive(FromQueryResult)]
struct TextRow {
    incident_id: i64,
    text: String,
}

#[derive(FromQueryResult)]
struct AccountRow {
    incident_id: i64,
    account_id: i64,
}

/// Loads incidents by id, whoever may see them; the service that calls decides. Order as stored.
pub(crate) async fn load_many(query: &impl Query, ids: &[i64]) -> Result<Vec<Detail>, LedgerError> {
    let mut details = Vec::with_capacity(ids.len());
    for part in ids.chunks(2_000) {
        let list = || Sql::default().list(part.iter().copied());
        let rows: Vec<Row> = query.all(Sql::new(COLUMNS).push(brand::NAMED).push(") b ON b.name_id = i.brand_name_id WHERE i.id IN ").append(list())).await?;
        let addresses: Vec<TextRow> =
            query.all(Sql::new("SELECT incident_id, address AS text FROM incident_address WHERE incident_id IN ").append(list())).await?;
        let ports: Vec<TextRow> = query.all(Sql::new("SELECT incident_id, port AS text FROM incident_port WHERE incident_id IN ").append(list())).await?;
        let participants: Vec<AccountRow> =
            query.all(Sql::new("SELECT incident_id, account_id FROM incident_participant WHERE incident_id IN ").append(list())).await?;
        let mut texts: HashMap<i64, Parts> = HashMap::new();
        for row in addresses {
            texts.entry(row.incident_id).or_default().addresses.push(row.text);
        }
        for row in ports {
            texts.entry(row.incident_id).or_default().ports.push(row.text);
        }
        for row in participants {
            texts.entry(row.incident_id).or_default().participants.push(AccountId(row.account_id));
        }
        details.extend(rows.into_iter().map(|row| {
            let parts = texts.remove(&row.id).unwrap_or_default();
            detail(row, parts)
        }));
    }
    Ok(details)
}

/// What stands in tables of its own.
#[derive(Default)]
struct Parts {
    addresses: Vec<String>,
    ports: Vec<String>,
    participants: Vec<AccountId>,
}

fn detail(row: Row, parts: Parts) -> Detail {
    let Parts { addresses, ports, participants } = parts;
    let incident = Incident {
        id: IncidentId(row.id),
        number: Number { year: row.year, sequence: row.sequence },
        category: Category::from_key(&row.category),
        rsit: row.rsit,
        target: Target { kind: TargetKind::from_key(&row.target_kind), text: row.target },
        brand_name: row.brand_name_id,
        brand_named_at: row.brand_at.map(Moment),
        first_report_at: Moment(row.first_report_at),
        last_report_at: Moment(row.last_report_at),
        state: State::from_key(&row.state),
        label: Label { tlp: i16::try_from(row.tlp).map_or(Tlp::Red, Tlp::from_rank), participants },
        worm: row.worm,
        previous: row.previous_id.map(IncidentId),
        merged_into: row.merged_into_id.map(IncidentId),
        addresses,
        ports,
    };
    let brand = row.name_ja.zip(row.name_en).map(|(ja, en)| Bilingual { ja, en });
    Detail { incident, brand_written: row.written, brand, origin: Origin::from_key(row.origin.as_deref().unwrap_or_default()), report_count: 0 }
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// The incidents whose brand goes by one of these names.
pub(crate) async fn ids_with_names(query: &impl Query, names: &[i64]) -> Result<Vec<IncidentId>, LedgerError> {
    let mut ids = Vec::new();
    for part in names.chunks(500) {
        let rows: Vec<IdRow> = query
            .all(Sql::new("SELECT id FROM incident WHERE merged_into_id IS NULL AND brand_name_id IN ").list(part.iter().copied()).push(" ORDER BY id"))
            .await?;
        ids.extend(rows.into_iter().map(|row| IncidentId(row.id)));
    }
    Ok(ids)
}

/// Loads one incident by id, whoever may see it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(query: &impl Query, id: IncidentId) -> Result<Option<Detail>, LedgerError> {
    Ok(load_many(query, &[id.0]).await?.pop())
}

/// Loads one incident by its number, whoever may see it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load_by_number(query: &impl Query, number: Number) -> Result<Option<Detail>, LedgerError> {
    let id = query.number(Sql::new("SELECT id AS n FROM incident WHERE year = ").bind(number.year).push(" AND sequence = ").bind(number.sequence)).await?;
    if id == 0 { Ok(None) } else { load(query, IncidentId(id)).await }
}

/// The incidents of the same target before one and after it.
pub(crate) async fn kin_of(query: &impl Query, incident: &Incident) -> Result<[Vec<Detail>; 2], LedgerError> {
    let previous: Vec<i64> = incident.previous.map(|id| id.0).into_iter().collect();
    let sql = Sql::new("SELECT id FROM incident WHERE merged_into_id IS NULL AND previous_id = ").bind(incident.id.0).push(" ORDER BY id LIMIT 100");
    let next: Vec<i64> = query.all::<IdRow>(sql).await?.into_iter().map(|row| row.id).collect();
    Ok([load_many(query, &previous).await?, load_many(query, &next).await?])
}

/// The numbers of incidents that were taken into one of these, beside which.
pub(crate) async fn merged_into(query: &impl Query, incidents: &[IncidentId]) -> Result<Vec<(IncidentId, Number)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct NumberRow {
        merged_into_id: i64,
        year: i64,
        sequence: i64,
    }
    let mut merged = Vec::new();
    for part in incidents.chunks(500) {
        let sql =
            Sql::new("SELECT merged_into_id, year, sequence FROM incident WHERE merged_into_id IN ").list(part.iter().map(|id| id.0)).push(" ORDER BY id");
        let number = |row: NumberRow| (IncidentId(row.merged_into_id), Number { year: row.year, sequence: row.sequence });
        merged.extend(query.all::<NumberRow>(sql).await?.into_iter().map(number));
    }
    Ok(merged)
}

/// The incidents that have a network address in common with one, of those that may be seen, the latest first; at most `limit`.
pub(crate) async fn neighbours(query: &impl Query, incident: IncidentId, sight: Sight, limit: u32) -> Result<Vec<(IncidentId, Number)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct NumberRow {
        id: i64,
        year: i64,
        sequence: i64,
    }
    let sql = Sql::new("SELECT DISTINCT i.id, i.year, i.sequence FROM incident_address a JOIN incident_address b ON b.address = a.address AND b.incident_id <> a.incident_id JOIN incident i ON i.id = b.incident_id WHERE i.merged_into_id IS NULL AND a.incident_id = ")
        .bind(incident.0)
        .push(" AND ")
        .append(super::incident_seen("i.id", sight))
        .push(" ORDER BY i.id DESC LIMIT ")
        .bind(i64::from(limit));
    let number = |row: NumberRow| (IncidentId(row.id), Number { year: row.year, sequence: row.sequence });
    Ok(query.all::<NumberRow>(sql).await?.into_iter().map(number).collect())
}

/// Loads one incident and keeps it from being changed or taken into another by anybody else until the commit.
pub(crate) async fn lock(work: &UnitOfWork, id: IncidentId) -> Result<Option<Detail>, LedgerError> {
    super::joining::lock(work, &[id]).await?;
    load(work, id).await
}

/// A report as an incident's timeline shows it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The report.
    pub id: ReportId,
    /// When it came.
    pub received_at: Moment,
    /// The correspondence that it came in.
    pub correspondence: CorrespondenceId,
    /// How that came in.
    pub channel: String,
    /// What that is called.
    pub name: String,
    /// The line within it, for feeds.
    pub line: Option<i64>,
}

#[derive(FromQueryResult)]
struct ToldRow {
    id: i64,
    received_at: i64,
    correspondence_id: i64,
    channel: String,
    name: String,
    line: Option<i64>,
}

/// How many reports tell of an incident, of those that [`reports_of`] may show.
pub(crate) async fn count_reports_of(query: &impl Query, incident: IncidentId, sight: Sight) -> Result<i64, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM incident_told t WHERE t.incident_id = ").bind(incident.0).push(" AND ");
    query.number(sql.append(super::report_seen("t.report_id", sight))).await
}

/// The reports that tell of an incident, latest first, at most `limit`. One that also tells of an incident which may not be seen
/// is left out: its subject could name it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn reports_of(query: &impl Query, incident: IncidentId, sight: Sight, limit: u32) -> Result<Vec<Told>, LedgerError> {
    let sql = Sql::new(
        "SELECT r.id, r.received_at, r.correspondence_id, c.channel, c.name, r.line FROM incident_told t JOIN incident_report r ON r.id = t.report_id JOIN (",
    )
    .push(noroshi_mailroom::correspondence::COUNTED)
    .push(") c ON c.id = r.correspondence_id WHERE t.incident_id = ")
    .bind(incident.0)
    .push(" AND ")
    .append(super::report_seen("r.id", sight))
    .push(" ORDER BY r.received_at DESC, r.id DESC LIMIT ")
    .bind(i64::from(limit));
    let told = |row: ToldRow| Told {
        id: ReportId(row.id),
        received_at: Moment(row.received_at),
        correspondence: CorrespondenceId(row.correspondence_id),
        channel: row.channel,
        name: row.name,
        line: row.line,
    };
    Ok(query.all::<ToldRow>(sql).await?.into_iter().map(told).collect())
}

/// Whether a correspondence may be seen: every incident of every report in it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn may_see_correspondence(query: &impl Query, id: CorrespondenceId, sight: Sight) -> Result<bool, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM (")
        .push(noroshi_mailroom::correspondence::COUNTED)
        .push(") s WHERE s.id = ")
        .bind(id.0)
        .push(" AND ")
        .append(super::correspondence_seen("s.id", sight));
    Ok(query.number(sql).await? == 1)
}

/// A coordination as an incident's timeline shows it.
#[derive(Clone, Debug)]
pub struct Coordination {
    /// The coordination.
    pub id: CoordinationId,
    /// Whom.
    pub organisation: Bilingual,
    /// The organisation's country, or empty.
    pub country: String,
    /// When first.
    pub requested_at: Moment,
    /// What was noted with it.
    pub note: String,
}

#[derive(FromQueryResult)]
struct CoordinationRow {
    id: i64,
    name_ja: String,
    name_en: String,
    country: String,
    requested_at: i64,
    note: String,
}

/// An incident's coordinations, latest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn coordinations_of(query: &impl Query, incident: IncidentId) -> Result<Vec<Coordination>, LedgerError> {
    let sql = Sql::new("SELECT k.id, o.name_ja, o.name_en, o.country, k.requested_at, k.note FROM incident_coordination k JOIN (")
        .push(organisation::COUNTED)
        .push(") o ON o.id = k.organisation_id WHERE k.incident_id = ")
        .bind(incident.0)
        .push(" ORDER BY k.requested_at DESC, k.id DESC");
    let coordination = |row: CoordinationRow| Coordination {
        id: CoordinationId(row.id),
        organisation: Bilingual { ja: row.name_ja, en: row.name_en },
        country: row.country,
        requested_at: Moment(row.requested_at),
        note: row.note,
    };
    Ok(query.all::<CoordinationRow>(sql).await?.into_iter().map(coordination).collect())
}

/// The organisations that were asked on incidents which may be seen, as names and countries, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn asked_organisations(query: &impl Query, sight: Sight, limit: u32) -> Result<Vec<(Bilingual, String)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct AskedRow {
        name_ja: String,
        name_en: String,
        country: String,
    }
    let sql = Sql::new("SELECT o.name_ja, o.name_en, o.country FROM (")
        .push(organisation::COUNTED)
        .push(") o WHERE o.id IN (SELECT k.organisation_id FROM incident_coordination k WHERE ")
        .append(super::incident_seen("k.incident_id", sight))
        .push(") ORDER BY o.name_en LIMIT ")
        .bind(i64::from(limit));
    Ok(query.all::<AskedRow>(sql).await?.into_iter().map(|row| (Bilingual { ja: row.name_ja, en: row.name_en }, row.country)).collect())
}

/// Names of brands that were reported on incidents which may be seen and belong to no brand yet, as (id, as written), at most
/// `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn unmapped_names(query: &impl Query, sight: Sight, limit: u32) -> Result<Vec<(i64, String)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct NameRow {
        name_id: i64,
        written: String,
    }
    let sql = Sql::new("SELECT b.name_id, b.written FROM (")
        .push(brand::NAMED)
        .push(") b WHERE b.key IS NULL AND EXISTS (SELECT 1 FROM incident i WHERE i.brand_name_id = b.name_id AND i.merged_into_id IS NULL AND ")
        .append(super::incident_seen("i.id", sight))
        .push(") ORDER BY b.name_id LIMIT ")
        .bind(i64::from(limit));
    Ok(query.all::<NameRow>(sql).await?.into_iter().map(|row| (row.name_id, row.written)).collect())
}

/// A note on an incident.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Note {
    /// When, in microseconds UTC.
    pub at: i64,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
}

/// An incident's notes, latest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn notes_of(query: &impl Query, incident: IncidentId) -> Result<Vec<Note>, LedgerError> {
    query.all(Sql::new("SELECT at, author, text FROM incident_note WHERE incident_id = ").bind(incident.0).push(" ORDER BY id DESC")).await
}

/// The incidents of letters that tell of exactly one.
pub(crate) async fn only_incidents_of(query: &impl Query, letters: &[CorrespondenceId]) -> Result<Vec<(CorrespondenceId, Incident)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Only {
        letter: i64,
        incident: i64,
    }
    let mut only = Vec::new();
    for part in letters.chunks(500) {
        let sql = Sql::new("SELECT r.correspondence_id AS letter, min(t.incident_id) AS incident FROM incident_report r JOIN incident_told t ON t.report_id = r.id WHERE r.correspondence_id IN ")
            .list(part.iter().map(|letter| letter.0))
            .push(" GROUP BY r.correspondence_id HAVING count(DISTINCT t.incident_id) = 1");
        only.extend(query.all::<Only>(sql).await?);
    }
    let ids: std::collections::HashSet<i64> = only.iter().map(|row| row.incident).collect();
    let incidents = load_many(query, &ids.into_iter().collect::<Vec<_>>()).await?;
    let incidents: HashMap<i64, Incident> = incidents.into_iter().map(|detail| (detail.incident.id.0, detail.incident)).collect();
    Ok(only.into_iter().filter_map(|row| Some((CorrespondenceId(row.letter), incidents.get(&row.incident)?.clone()))).collect())
}
