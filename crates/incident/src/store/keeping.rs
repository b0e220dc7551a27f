//! Keeping reports and incidents.

use crate::model::{Asked, Incident, State, joining::Span};
use noroshi_kernel::{
    id::{CoordinationId, CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, Value, bulk};

/// A report, before it is kept.
#[derive(Clone, Debug)]
pub(crate) struct NewReport {
    pub(crate) id: ReportId,
    pub(crate) correspondence: CorrespondenceId,
    pub(crate) received_at: Moment,
    /// The line within its delivery, for feeds.
    pub(crate) line: Option<u64>,
    pub(crate) raw_offset: u64,
    pub(crate) raw_length: u64,
    /// Tells the same row again, for feeds.
    pub(crate) row_key: Option<[u8; 16]>,
    /// The reported site: what a scheme counts that counts sites.
    pub(crate) site: Option<String>,
    pub(crate) reporter_tld: Option<String>,
}

pub(crate) async fn insert_reports(work: &UnitOfWork, reports: Vec<NewReport>) -> Result<(), LedgerError> {
    const TARGET: bulk::Target = bulk::Target {
        table: "incident_report",
        columns: &["id", "correspondence_id", "received_at", "line", "raw_offset", "raw_length", "row_key", "site", "reporter_tld"],
    };
    let mut rows = bulk::Rows::into_table(TARGET);
    for report in reports {
        rows.push([
            report.id.0.into(),
            report.correspondence.0.into(),
            report.received_at.0.into(),
            report.line.map(u64::cast_signed).into(),
            report.raw_offset.cast_signed().into(),
            report.raw_length.cast_signed().into(),
            Value::Bytes(report.row_key.map(|key| key.to_vec())),
            report.site.into(),
            report.reporter_tld.into(),
        ]);
    }
    rows.insert(work).await
}

pub(crate) async fn insert_incidents(work: &UnitOfWork, incidents: Vec<(Incident, i64)>) -> Result<(), LedgerError> {
    const INCIDENT: bulk::Target = bulk::Target {
        table: "incident",
        columns: &[
            "id",
            "year",
            "sequence",
            "category",
            "rsit",
            "target_kind",
            "target",
            "target_hash",
            "brand_name_id",
            "first_report_at",
            "last_report_at",
            "state",
            "tlp",
            "worm",
            "previous_id",
            "brand_at",
        ],
    };
    let mut rows = bulk::Rows::into_table(INCIDENT);
    let mut addresses = bulk::Rows::into_table(bulk::Target { table: "incident_address", columns: &["incident_id", "address"] });
    let mut ports = bulk::Rows::into_table(bulk::Target { table: "incident_port", columns: &["incident_id", "port"] });
    let mut participants = bulk::Rows::into_table(bulk::Target { table: "incident_participant", columns: &["incident_id", "account_id"] });
    for (incident, target_hash) in incidents {
        let id = incident.id.0;
        for address in incident.addresses {
            addresses.push([id.into(), address.into()]);
        }
        for port in incident.ports {
            ports.push([id.into(), port.into()]);
        }
        for account in incident.label.participants {
            participants.push([id.into(), account.0.into()]);
        }
        rows.push([
            id.into(),
            incident.number.year.into(),
            incident.number.sequence.into(),
            incident.category.key().into(),
            incident.rsit.into(),
            incident.target.kind.key().into(),
            incident.target.text.into(),
            target_hash.into(),
            incident.brand_name.into(),
            incident.first_report_at.0.into(),
            incident.last_report_at.0.into(),
            incident.state.key().into(),
            i64::from(incident.label.tlp.rank()).into(),
            incident.worm.into(),
            incident.previous.map(|previous| previous.0).into(),
            incident.brand_named_at.map(|at| at.0).into(),
        ]);
    }
    rows.insert(work).await?;
    addresses.insert(work).await?;
    ports.insert(work).await?;
    participants.insert(work).await
}

/// A report tells of an incident.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling {
    pub(crate) incident: IncidentId,
    pub(crate) report: ReportId,
    /// The name of the imitated brand in that report.
    pub(crate) brand_name: Option<i64>,
    /// When it was seen, as far as the report tells that apart from its own time.
    pub(crate) seen_at: Option<Moment>,
}

/// Says which report tells of which incident.
pub(crate) async fn insert_told(work: &UnitOfWork, told: impl IntoIterator<Item = Telling>) -> Result<(), LedgerError> {
    let mut rows = bulk::Rows::into_table(bulk::Target { table: "incident_told", columns: &["incident_id", "report_id", "brand_name_id", "seen_at"] });
    for telling in told {
        rows.push([telling.incident.0.into(), telling.report.0.into(), telling.brand_name.into(), telling.seen_at.map(|at| at.0).into()]);
    }
    rows.insert(work).await
}

/// Adds addresses and ports to incidents that were there; those that they have stay.
pub(crate) async fn add_parts(work: &UnitOfWork, addresses: &[(IncidentId, String)], ports: &[(IncidentId, String)]) -> Result<(), LedgerError> {
    for (table, parts) in [("incident_address (incident_id, address)", addresses), ("incident_port (incident_id, port)", ports)] {
        for some in parts.chunks(300) {
            let rows = some.iter().map(|(id, text)| Sql::new("(").bind(id.0).push(", ").bind(text.clone()).push(")"));
            let sql = Sql::new("INSERT INTO ").push(table).push(" VALUES ").join(rows, ", ").push(" ON CONFLICT DO NOTHING");
            work.execute(sql).await?;
        }
    }
    Ok(())
}

/// Names the brand of incidents anew: the one that the earliest report names, of reports of one moment the one whose row sorts first.
pub(crate) async fn rename(work: &UnitOfWork, incidents: &[IncidentId]) -> Result<(), LedgerError> {
    for part in incidents.chunks(500) {
        // Numbered in one pass over the part: asked for each incident by itself, PostgreSQL reads all reports every time.
        let sql = Sql::new("UPDATE incident SET brand_name_id = v.brand_name_id, brand_at = v.received_at FROM (SELECT t.incident_id, t.brand_name_id, r.received_at, ROW_NUMBER() OVER (PARTITION BY t.incident_id ORDER BY r.received_at, r.row_key, r.id) AS turn FROM incident_told t JOIN incident_report r ON r.id = t.report_id WHERE t.brand_name_id IS NOT NULL AND t.incident_id IN ")
            .list(part.iter().map(|id| id.0))
            .push(") v WHERE v.turn = 1 AND incident.id = v.incident_id");
        work.execute(sql).await?;
    }
    Ok(())
}

/// Links incidents to those before them.
pub(crate) async fn link(work: &UnitOfWork, links: &[(IncidentId, Option<IncidentId>)]) -> Result<(), LedgerError> {
    for (id, previous) in links {
        work.execute(Sql::new("UPDATE incident SET previous_id = ").bind(previous.map(|previous| previous.0)).push(" WHERE id = ").bind(id.0)).await?;
    }
    Ok(())
}

/// Moves everything that reports told of one incident to another, which it is merged into.
pub(crate) async fn merge(work: &UnitOfWork, from: IncidentId, into: IncidentId) -> Result<(), LedgerError> {
    for (table, column) in [("incident_told", "report_id, brand_name_id, seen_at"), ("incident_address", "address"), ("incident_port", "port")] {
        let sql = Sql::new("INSERT INTO ").push(table).push(" (incident_id, ").push(column).push(") SELECT ").bind(into.0).push(", ").push(column);
        let sql = sql.push(" FROM ").push(table).push(" WHERE incident_id = ").bind(from.0).push(" ON CONFLICT DO NOTHING");
        work.execute(sql).await?;
        work.execute(Sql::new("DELETE FROM ").push(table).push(" WHERE incident_id = ").bind(from.0)).await?;
    }
    // Whatever was merged into it before leads on.
    let sql = Sql::new("UPDATE incident SET merged_into_id = ").bind(into.0).push(" WHERE id = ").bind(from.0).push(" OR merged_into_id = ").bind(from.0);
    work.execute(sql).await?;
    work.execute(Sql::new("UPDATE incident SET previous_id = NULL WHERE id = ").bind(from.0)).await.map(|_| ())
}

/// Widens the spans of incidents that were reported again. One that was closed and is reported later is open again: coordinating
/// when somebody was asked, else new. Gives those, with the state that they have now.
pub(crate) async fn widen(work: &UnitOfWork, spans: &[Span]) -> Result<Vec<(IncidentId, State)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct ClosedRow {
        id: i64,
        asked: i64,
    }
    let mut reopened = Vec::new();
    for part in spans.chunks(300) {
        let rows = part.iter().map(|span| Sql::new("(").bind(span.incident.0).push(", ").bind(span.last.0).push(")"));
        let closed = Sql::new("SELECT i.id, (SELECT count(*) FROM incident_coordination k WHERE k.incident_id = i.id) AS asked FROM incident i JOIN (VALUES ")
            .join(rows, ", ")
            .push(") AS v ON v.column1 = i.id WHERE i.state = 'closed' AND v.column2 > i.last_report_at");
        for row in work.all::<ClosedRow>(closed).await? {
            let state = if row.asked > 0 { State::Coordinating } else { State::New };
            set_state(work, IncidentId(row.id), state).await?;
            reopened.push((IncidentId(row.id), state));
        }
        let rows = part.iter().map(|span| Sql::new("(").bind(span.incident.0).push(", ").bind(span.first.0).push(", ").bind(span.last.0).push(")"));
        let sql = Sql::new("UPDATE incident SET first_report_at = v.column2, last_report_at = v.column3 FROM (VALUES ")
            .join(rows, ", ")
            .push(") AS v WHERE incident.id = v.column1");
        work.execute(sql).await?;
    }
    Ok(reopened)
}

/// Keeps coordinations that are not there yet; the same incident and organisation do not count again. Gives how many were new.
pub(crate) async fn insert_coordinations(work: &UnitOfWork, many: &[(CoordinationId, Asked)], note: &str) -> Result<u64, LedgerError> {
    let mut new = 0;
    for part in many.chunks(200) {
        let rows = part.iter().map(|(id, asked)| {
            Sql::new("(")
                .bind(id.0)
                .push(", ")
                .bind(asked.incident.0)
                .push(", ")
                .bind(asked.organisation.0)
                .push(", ")
                .bind(asked.requested_at.0)
                .push(", ")
                .bind(note)
                .push(")")
        });
        let sql = Sql::new("INSERT INTO incident_coordination (id, incident_id, organisation_id, requested_at, note) VALUES ")
            .join(rows, ", ")
            .push(" ON CONFLICT (incident_id, organisation_id) DO NOTHING");
        new += work.execute(sql).await?;
    }
    Ok(new)
}

/// The last sequence number of a year, 0 when it has none. Hold the lock `incident.number` from here to the commit.
pub(crate) async fn last_sequence(work: &UnitOfWork, year: i64) -> Result<i64, LedgerError> {
    work.number(Sql::new("SELECT max(sequence) AS n FROM incident WHERE year = ").bind(year)).await
}

pub(crate) async fn set_state(work: &UnitOfWork, id: IncidentId, state: State) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE incident SET state = ").bind(state.key()).push(" WHERE id = ").bind(id.0)).await.map(|_| ())
}

pub(crate) async fn set_category(work: &UnitOfWork, id: IncidentId, category: crate::model::Category) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE incident SET category = ").bind(category.key()).push(", rsit = ").bind(category.rsit()).push(" WHERE id = ").bind(id.0);
    work.execute(sql).await.map(|_| ())
}

pub(crate) async fn set_label(work: &UnitOfWork, id: IncidentId, label: &noroshi_kernel::access::Label) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE incident SET tlp = ").bind(i64::from(label.tlp.rank())).push(" WHERE id = ").bind(id.0)).await?;
    work.execute(Sql::new("DELETE FROM incident_participant WHERE incident_id = ").bind(id.0)).await?;
    for account in &label.participants {
        let sql = Sql::new("INSERT INTO incident_participant (incident_id, account_id) VALUES (")
            .bind(id.0)
            .push(", ")
            .bind(account.0)
            .push(") ON CONFLICT DO NOTHING");
        work.execute(sql).await?;
    }
    Ok(())
}

pub(crate) async fn insert_note(work: &UnitOfWork, id: IncidentId, author: &str, text: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO incident_note (id, incident_id, at, author, text) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(id.0)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(author)
        .push(", ")
        .bind(text)
        .push(")");
    work.execute(sql).await.map(|_| ())
}
