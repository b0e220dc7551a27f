//! Counts without the desk: plain SQL, written for the records as they lie there.

use crate::team::Team;
use noroshi_kernel::period::Period;
use noroshi_ledger::{Backend, FromQueryResult, Query, Sql};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct Group {
    what: String,
    n: i64,
}

/// Every figure of a period under the name that margins have for it, zeros left out.
pub(crate) async fn count(team: &Team, period: Period, scheme: &str) -> BTreeMap<String, i64> {
    let (from, to) = period.bounds(&team.reckoning.zone);
    let month = |column: &str| match team.ledger.backend() {
        Backend::Postgres => format!("to_char(to_timestamp({column} / 1000000) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')"),
        _ => format!("strftime('%Y-%m', {column} / 1000000 + 9 * 3600, 'unixepoch')"),
    };
    let within = |column: &str| format!("{column} >= {} AND {column} < {}", from.0, to.0);
    let (by_address, by_site, by_letter, category) = match scheme {
        "2005" => (false, false, false, EARLY),
        "2007Q3" => (true, false, false, EARLY),
        "2009" => (true, true, true, WITH_MALWARE),
        "2013" => (false, false, false, "i.category"),
        other => panic!("nobody counts by {other} by hand"),
    };

    // An incident, or an address under its category; the rows at its first moment say what it is.
    let (unit, addresses) =
        if by_address { ("COALESCE(a.address, i.target)", "LEFT JOIN incident_address a ON a.incident_id = i.id") } else { ("CAST(i.id AS TEXT)", "") };
    let rows = format!(
        "SELECT {category} AS category, {unit} AS unit, i.first_report_at AS at, COALESCE(b.origin, 'unknown') AS origin, b.key AS brand, i.worm AS worm, {PORT} AS port \
         FROM incident i {addresses} LEFT JOIN directory_brand_name n ON n.id = i.brand_name_id LEFT JOIN directory_brand b ON b.id = n.brand_id WHERE {}",
        within("i.first_report_at")
    );
    let things = format!(
        "FROM ({rows}) t JOIN (SELECT f.category, f.unit, MIN(f.at) AS at FROM ({rows}) f GROUP BY f.category, f.unit) g \
         ON g.category = t.category AND g.unit = t.unit AND g.at = t.at WHERE 1 = 1"
    );
    const THINGS: &str = "COUNT(DISTINCT t.category || ' ' || t.unit)";
    let at = month("t.at");

    let site = if by_site { "COALESCE(r.site, CAST(r.id AS TEXT))" } else { "CAST(r.id AS TEXT)" };
    // A report of a site counts in the month of the first.
    let reports = format!("FROM (SELECT {site} AS site, MIN(r.received_at) AS at FROM incident_report r WHERE {} GROUP BY 1) r", within("r.received_at"));
    let letters = format!("FROM mailroom_correspondence c WHERE {}", within("c.received_at"));
    let domains = if by_letter {
        format!("SELECT 'reporter_tld.' || COALESCE(c.sender_tld, 'unknown') AS what, COUNT(*) AS n {letters} AND c.kind = 'report' GROUP BY 1")
    } else {
        let within = within("r.received_at");
        format!("SELECT 'reporter_tld.' || COALESCE(r.reporter_tld, 'unknown') AS what, COUNT(*) AS n FROM incident_report r WHERE {within} GROUP BY 1")
    };
    let asked = format!(
        "FROM incident_coordination k JOIN incident i ON i.id = k.incident_id JOIN directory_organisation o ON o.id = k.organisation_id WHERE {}",
        within("k.requested_at")
    );
    let destination = "CASE o.country WHEN 'JP' THEN 'domestic' WHEN '' THEN 'unknown' ELSE 'foreign' END";
    let queries = [
        format!("SELECT 'incidents' AS what, {THINGS} AS n {things}"),
        format!(
            "SELECT 'addresses' AS what, COUNT(DISTINCT a.address) AS n FROM incident_address a JOIN incident i ON i.id = a.incident_id WHERE {}",
            within("i.first_report_at")
        ),
        format!("SELECT 'by_category.' || t.category AS what, {THINGS} AS n {things} GROUP BY 1"),
        format!("SELECT 'by_month.' || {at} || '.incidents' AS what, {THINGS} AS n {things} GROUP BY 1"),
        format!("SELECT 'by_month.' || {at} || '.by_category.' || t.category AS what, {THINGS} AS n {things} GROUP BY 1"),
        format!("SELECT 'by_month.' || {at} || '.phishing_brand.' || t.origin AS what, {THINGS} AS n {things} AND t.category = 'phishing' GROUP BY 1"),
        format!("SELECT 'phishing_brand.' || t.origin AS what, {THINGS} AS n {things} AND t.category = 'phishing' GROUP BY 1"),
        format!("SELECT 'phishing_brands.' || t.brand AS what, {THINGS} AS n {things} AND t.category = 'phishing' AND t.brand IS NOT NULL GROUP BY 1"),
        format!("SELECT 'scan_ports.' || t.port AS what, {THINGS} AS n {things} AND t.category = 'scan' GROUP BY 1"),
        format!("SELECT 'worm_marked_ports.' || t.port AS what, CAST(1 AS BIGINT) AS n {things} AND t.category = 'scan' AND t.worm GROUP BY 1"),
        format!("SELECT 'reports' AS what, COUNT(*) AS n {reports}"),
        format!("SELECT 'by_month.' || {} || '.reports' AS what, COUNT(*) AS n {reports} GROUP BY 1", month("r.at")),
        domains,
        format!("SELECT 'correspondence' AS what, COUNT(*) AS n {letters}"),
        format!("SELECT 'inquiries' AS what, COUNT(*) AS n {letters} AND c.kind = 'inquiry'"),
        format!("SELECT 'coordinations' AS what, COUNT(*) AS n {asked}"),
        format!("SELECT 'phishing_coordinations' AS what, COUNT(*) AS n {asked} AND i.category = 'phishing'"),
        format!("SELECT 'by_month.' || {} || '.coordinations' AS what, COUNT(*) AS n {asked} GROUP BY 1", month("k.requested_at")),
        format!("SELECT 'coordination_destination.' || {destination} AS what, COUNT(*) AS n {asked} GROUP BY 1"),
        format!("SELECT 'phishing_coordination_destination.' || {destination} AS what, COUNT(*) AS n {asked} AND i.category = 'phishing' GROUP BY 1"),
    ];
    let mut counted = BTreeMap::new();
    for sql in queries {
        counted.extend(team.ledger.all::<Group>(Sql::new(&sql)).await.expect(&sql).into_iter().map(|group| (group.what, group.n)));
    }
    counted.retain(|_, count| *count != 0);
    counted
}

const EARLY: &str = "CASE WHEN i.category = 'web_defacement' THEN 'intrusion' WHEN i.category IN ('scan', 'forged_mail', 'intrusion', 'phishing') THEN i.category ELSE 'other' END";
const WITH_MALWARE: &str = "CASE WHEN i.category = 'web_defacement' THEN 'intrusion' WHEN i.category IN ('scan', 'forged_mail', 'intrusion', 'phishing', 'malware_site') THEN i.category ELSE 'other' END";
const PORT: &str = "(SELECT CASE COUNT(*) WHEN 0 THEN 'unknown' WHEN 1 THEN MIN(p.port) ELSE 'multiple' END FROM incident_port p WHERE p.incident_id = i.id)";

/// The name under which [`count`] has what a printed figure's query asks for. A query that nobody counts by hand fails the test.
pub(crate) fn name(query: &Value) -> String {
    let mut asked: BTreeMap<&str, &str> =
        query.as_object().expect("a query").iter().map(|(key, value)| (key.as_str(), value.as_str().expect("words"))).collect();
    let (records, month) = (asked.remove("records").expect("records"), asked.remove("month"));
    asked.remove("period").expect("a period");
    let by_letter = asked.remove("scheme").expect("a scheme") == "2009";
    let asked: Vec<(&str, &str)> = asked.into_iter().collect();
    let part = match (records, asked.as_slice()) {
        ("reports" | "correspondence" | "incidents" | "addresses" | "coordinations", []) => records.to_owned(),
        ("correspondence", [("about", "inquiry")]) => "inquiries".into(),
        ("incidents", [("category", category)]) => format!("by_category.{category}"),
        ("incidents", [("category", "phishing"), ("origin", origin)]) => format!("phishing_brand.{origin}"),
        ("incidents", [("brand", brand), ("category", "phishing")]) => format!("phishing_brands.{brand}"),
        ("incidents", [("category", "scan"), ("port", port)]) => format!("scan_ports.{port}"),
        ("coordinations", [("category", "phishing")]) => "phishing_coordinations".into(),
        ("coordinations", [("destination", destination)]) => format!("coordination_destination.{destination}"),
        ("coordinations", [("category", "phishing"), ("destination", destination)]) => format!("phishing_coordination_destination.{destination}"),
        ("reports", [("tld", tld)]) if !by_letter => format!("reporter_tld.{tld}"),
        ("correspondence", [("about", "report"), ("tld", tld)]) if by_letter => format!("reporter_tld.{tld}"),
        _ => panic!("nobody counts this by hand: {query}"),
    };
    let Some(month) = month else { return part };
    let monthly = ["reports", "incidents", "coordinations"].contains(&part.as_str()) || part.starts_with("by_category.") || part.starts_with("phishing_brand.");
    assert!(monthly, "nobody counts this by month by hand: {query}");
    format!("by_month.{month}.{part}")
}
