//! One query per kind of record, from which figures are grouped and lists are drawn.
//!
//! A fact is one thing that a scheme counts, with what a figure may narrow it by. Incidents: `id, unit, at, category, origin,
//! brand, port, worm`. Reports and correspondence: `id, unit, at, tld` (and `about`). Coordinations: `id, at, category,
//! destination`. Addresses: `id, unit, at`. `at` is the moment that places it in a month.

use crate::{
    model::{Category, DomainUnit, IncidentUnit, NoScheme, ReportRule, Scheme, State},
    selection::{About, Reckoning, Records, Selection, Standing},
};
use noroshi_directory::{brand, organisation};
use noroshi_kernel::{moment::Moment, period::Period};
use noroshi_ledger::Sql;
use noroshi_mailroom::correspondence;

/// A category of ours as the scheme counts it.
fn folded(column: &str, scheme: Option<&Scheme>) -> Sql {
    let moved: Vec<_> = scheme
        .map(|scheme| {
            Category::ALL.into_iter().filter(|category| scheme.category(*category) != *category).map(|category| (category, scheme.category(category))).collect()
        })
        .unwrap_or_default();
    if moved.is_empty() {
        return Sql::new(column);
    }
    let mut sql = Sql::new("CASE ").push(column);
    for (from, to) in moved {
        sql = sql.push(" WHEN '").push(from.key()).push("' THEN '").push(to.key()).push("'");
    }
    sql.push(" ELSE ").push(column).push(" END")
}

fn within(column: &str, bounds: Option<(Moment, Moment)>) -> Sql {
    match bounds {
        None => Sql::new("1 = 1"),
        Some((from, to)) => Sql::new(column).push(" >= ").bind(from.0).push(" AND ").push(column).push(" < ").bind(to.0),
    }
}

/// Keeps the first row of each unit: the one with the earliest moment.
fn first_of_each(unit: &str, rows: Sql) -> Sql {
    Sql::new("SELECT * FROM (SELECT u.*, ROW_NUMBER() OVER (PARTITION BY ")
        .push(unit)
        .push(" ORDER BY u.at, u.id) AS turn FROM (")
        .append(rows)
        .push(") u) v WHERE turn = 1")
}

/// The facts of a selection, before its filters.
fn facts(selection: &Selection, reckoning: &Reckoning) -> Result<Sql, NoScheme> {
    let scheme = selection.scheme()?;
    let bounds = selection.bounds(&reckoning.zone);
    Ok(match selection.records {
        Records::Incidents => incidents(scheme, bounds),
        Records::Addresses => {
            let rows =
                Sql::new("SELECT i.id, a.address AS unit, i.first_report_at AS at FROM incident i JOIN incident_address a ON a.incident_id = i.id WHERE i.merged_into_id IS NULL AND ")
                    .append(within("i.first_report_at", bounds));
            first_of_each("u.unit", rows)
        }
        Records::Reports => {
            let rows = Sql::new("SELECT r.id, r.site AS unit, r.received_at AS at, COALESCE(r.reporter_tld, 'unknown') AS tld FROM incident_report r WHERE ")
                .append(within("r.received_at", bounds));
            // A report whose site is not known stands for itself.
            if scheme.is_some_and(|scheme| scheme.report_rule == ReportRule::Site) { first_of_each("COALESCE(u.unit, CAST(u.id AS TEXT))", rows) } else { rows }
        }
        Records::Correspondence => Sql::new("SELECT c.id, c.name AS unit, c.received_at AS at, COALESCE(c.tld, 'unknown') AS tld, c.kind AS about FROM (")
            .push(correspondence::COUNTED)
            .push(") c WHERE ")
            .append(within("c.received_at", bounds)),
        Records::Coordinations => {
            let home = Sql::default().list(reckoning.home.countries.iter().cloned());
            Sql::new("SELECT k.id, k.requested_at AS at, ")
                .append(folded("i.category", scheme))
                .push(" AS category, CASE WHEN o.country = '' THEN 'unknown' WHEN o.country IN ")
                .append(home)
                .push(" THEN 'domestic' ELSE 'foreign' END AS destination FROM incident_coordination k JOIN incident i ON i.id = k.incident_id JOIN (")
                .push(organisation::COUNTED)
                .push(") o ON o.id = k.organisation_id WHERE ")
                .append(within("k.requested_at", bounds))
        }
    })
}

fn incidents(scheme: Option<&Scheme>, bounds: Option<(Moment, Moment)>) -> Sql {
    // Only scans are counted by port; of others it is not asked.
    const PORT: &str = "CASE WHEN i.category = 'scan' THEN (SELECT CASE count(*) WHEN 0 THEN 'unknown' WHEN 1 THEN min(p.port) ELSE 'multiple' END FROM incident_port p WHERE p.incident_id = i.id) END";
    let by_address = scheme.is_some_and(|scheme| scheme.incident_unit == IncidentUnit::Address);
    let unit = if by_address { "COALESCE(a.address, i.target)" } else { "i.target" };
    let mut rows = Sql::new("SELECT i.id, ")
        .push(unit)
        .push(" AS unit, i.first_report_at AS at, ")
        .append(folded("i.category", scheme))
        .push(" AS category, COALESCE(b.origin, 'unknown') AS origin, b.key AS brand, ")
        .push(PORT)
        .push(" AS port, i.worm, i.state FROM incident i LEFT JOIN (")
        .push(brand::NAMED)
        .push(") b ON b.name_id = i.brand_name_id");
    if by_address {
        rows = rows.push(" LEFT JOIN incident_address a ON a.incident_id = i.id");
    }
    let rows = rows.push(" WHERE i.merged_into_id IS NULL AND ").append(within("i.first_report_at", bounds));
    if by_address { first_of_each("u.category, u.unit", rows) } else { rows }
}

/// The selection's facts after its filters, as a subselect `(…)` to name and draw from.
pub(crate) fn selected(selection: &Selection, reckoning: &Reckoning) -> Result<Sql, NoScheme> {
    let mut sql = Sql::new("(SELECT f.* FROM (").append(facts(selection, reckoning)?).push(") f WHERE 1 = 1");
    if let Some(month) = selection.month {
        sql = sql.push(" AND ").append(within("f.at", Some((month.begin(&reckoning.zone), month.plus(1).begin(&reckoning.zone)))));
    }
    let about = selection.about.map(About::key);
    let (incidents, coordinations) = (selection.records == Records::Incidents, selection.records == Records::Coordinations);
    let with_tld = matches!(selection.records, Records::Reports | Records::Correspondence);
    // A filter that the kind of record does not know is left out; pages do not offer it.
    let equals: [(&str, bool, Option<&str>); 7] = [
        ("category", incidents || coordinations, selection.category.map(Category::key)),
        ("origin", incidents, selection.origin.map(noroshi_directory::Origin::key)),
        ("brand", incidents, selection.brand.as_deref()),
        ("port", incidents, selection.port.as_deref()),
        ("destination", coordinations, selection.destination.map(noroshi_directory::Origin::key)),
        ("tld", with_tld, selection.tld.as_deref()),
        ("about", selection.records == Records::Correspondence, about),
    ];
    for (column, known, wanted) in equals {
        if let Some(wanted) = wanted.filter(|_| known) {
            sql = sql.push(" AND f.").push(column).push(" = ").bind(wanted);
        }
    }
    let sql = match selection.state.filter(|_| incidents) {
        None => sql,
        Some(Standing::Open) => sql.push(" AND f.state <> ").bind(State::Closed.key()),
        Some(Standing::In(state)) => sql.push(" AND f.state = ").bind(state.key()),
    };
    Ok(sql.push(")"))
}

/// The number of the month within the period, from 0, in which `at` lies.
pub(crate) fn month_index(column: &str, period: Period, reckoning: &Reckoning) -> Sql {
    let mut sql = Sql::new("CASE");
    for (index, month) in (0_i64..).zip(period.months().skip(1)) {
        sql = sql.push(" WHEN ").push(column).push(" < ").bind(month.begin(&reckoning.zone).0).push(" THEN ").push(&index.to_string());
    }
    let last = period.month_count() - 1;
    if last == 0 { Sql::new("0") } else { sql.push(" ELSE ").push(&last.to_string()).push(" END") }
}

/// What the reporters' top-level domains count in a scheme.
pub(crate) const fn domain_records(scheme: &Scheme) -> Records {
    match scheme.domain_unit {
        DomainUnit::Report => Records::Reports,
        DomainUnit::Correspondence => Records::Correspondence,
    }
}
