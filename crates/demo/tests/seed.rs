//! Records generated with the margins of printed reports count to them again, for reasons that stand in the records alone.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod team;

use noroshi_directory::Origin;
use noroshi_incident::{
    model::{Category, Number, State},
    service, stats,
};
use noroshi_kernel::{access::Actor, period::Period};
use noroshi_ledger::{Backend, FromQueryResult, Query, Sql, Value};
use std::collections::BTreeMap;
use team::{FIXTURE, Team, cells, difference, period, read};

async fn filled() -> Team {
    fill(Team::at(2013, 11, 20).await).await
}

/// The same records on every database that there is.
async fn filled_everywhere() -> Vec<Team> {
    let mut teams = vec![filled().await];
    if let Some(team) = Team::on_postgres_at(2013, 11, 20).await {
        teams.push(fill(team).await);
    }
    teams
}

async fn fill(team: Team) -> Team {
    let file = team.folder.path().join("margins.json");
    std::fs::write(&file, FIXTURE).expect("written");
    let margins = read(&std::fs::read(&file).expect("read"));
    assert!(margins.unknown.is_empty() && margins.warnings.is_empty(), "{margins:?}");
    team.generate(&margins).await.expect("generated");
    std::fs::remove_file(file).expect("removed");
    team
}

#[tokio::test]
async fn every_named_figure_is_counted_again() {
    for team in filled_everywhere().await {
        counted_again(team).await;
    }
}

async fn counted_again(team: Team) {
    let mut checked = 0;
    for margins in read(FIXTURE).periods {
        let figures = team.count(margins.period).await;
        assert_eq!(figures.scheme, margins.scheme.key);
        let counted = cells(&figures);
        for (cell, count) in &margins.cells {
            assert_eq!(counted.get(&cell.to_string()).copied().unwrap_or(0), count.cast_signed(), "{} {cell}", margins.period);
            checked += 1;
        }
        let marked = |cell: &&String| cell.starts_with("worm_marked_ports");
        let wanted: Vec<_> = margins.cells.keys().map(ToString::to_string).filter(|cell| marked(&cell)).collect();
        assert_eq!(counted.keys().filter(marked).cloned().collect::<Vec<_>>(), wanted, "no other port is marked in {}", margins.period);
    }
    assert!(checked > 120, "{checked} figures");
    let compared = stats::compared(&team.ledger, &team.reckoning, period("2013Q4"), None).await.expect("figures");
    let of = |figures: &stats::Figures| {
        [figures.by_category.get(&Category::Phishing), figures.by_category.get(&Category::WebDefacement), Some(&figures.coordinations)]
            .map(|count| count.copied().unwrap_or(0))
    };
    assert_eq!(of(&compared.now), [601, 1604, 2135]);
    assert_eq!(of(&compared.previous), [469, 2774, 2414]);
    assert_eq!(of(&compared.year_ago).first(), Some(&360));
}

#[derive(FromQueryResult)]
struct Group {
    what: String,
    n: i64,
}

/// Counts without the desk: plain SQL, written for the records as they lie there.
async fn by_hand(team: &Team, period: Period) -> BTreeMap<String, i64> {
    let (from, to) = period.bounds(&team.reckoning.zone);
    let by_address = ["2007Q3", "2009Q2", "2009Q3"].contains(&period.to_string().as_str());
    let by_site = period.to_string() == "2009Q3";
    let unit = if by_address { "COUNT(DISTINCT i.category || ' ' || a.address)" } else { "COUNT(DISTINCT i.id)" };
    let month = |column: &str| match team.ledger.backend() {
        Backend::Postgres => format!("to_char(to_timestamp({column} / 1000000) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')"),
        _ => format!("strftime('%Y-%m', {column} / 1000000 + 9 * 3600, 'unixepoch')"),
    };
    let incidents = format!(
        "FROM incident i LEFT JOIN incident_address a ON a.incident_id = i.id LEFT JOIN directory_brand_name n ON n.id = i.brand_name_id LEFT JOIN directory_brand b ON b.id = n.brand_id WHERE i.first_report_at >= {} AND i.first_report_at < {}",
        from.0, to.0
    );
    let reports = format!("FROM incident_report r WHERE r.received_at >= {} AND r.received_at < {}", from.0, to.0);
    let letters = format!("FROM mailroom_correspondence c WHERE c.received_at >= {} AND c.received_at < {}", from.0, to.0);
    let asked = format!(
        "FROM incident_coordination k JOIN incident i ON i.id = k.incident_id JOIN directory_organisation o ON o.id = k.organisation_id WHERE k.requested_at >= {} AND k.requested_at < {}",
        from.0, to.0
    );
    let destination = "CASE o.country WHEN 'JP' THEN 'domestic' WHEN '' THEN 'unknown' ELSE 'foreign' END";
    let at = month("i.first_report_at");
    let report = if by_site { "COUNT(DISTINCT r.site)" } else { "COUNT(*)" };
    let domains = if by_site {
        format!("SELECT 'reporter_tld.' || COALESCE(c.sender_tld, 'unknown') AS what, COUNT(*) AS n {letters} AND c.kind = 'report' GROUP BY 1")
    } else {
        format!("SELECT 'reporter_tld.' || COALESCE(r.reporter_tld, 'unknown') AS what, COUNT(*) AS n {reports} GROUP BY 1")
    };
    let port = "(SELECT CASE COUNT(*) WHEN 0 THEN 'unknown' WHEN 1 THEN MIN(p.port) ELSE 'multiple' END FROM incident_port p WHERE p.incident_id = i.id)";
    let queries = [
        format!("SELECT 'incidents' AS what, {unit} AS n {incidents}"),
        format!("SELECT 'addresses' AS what, COUNT(DISTINCT a.address) AS n {incidents}"),
        format!("SELECT 'by_category.' || i.category AS what, {unit} AS n {incidents} GROUP BY 1"),
        format!("SELECT 'by_month.' || {at} || '.incidents' AS what, {unit} AS n {incidents} GROUP BY 1"),
        format!("SELECT 'by_month.' || {at} || '.by_category.' || i.category AS what, {unit} AS n {incidents} GROUP BY 1"),
        format!(
            "SELECT 'by_month.' || {at} || '.phishing_brand.' || COALESCE(b.origin, 'unknown') AS what, {unit} AS n {incidents} AND i.category = 'phishing' GROUP BY 1"
        ),
        format!("SELECT 'phishing_brand.' || COALESCE(b.origin, 'unknown') AS what, {unit} AS n {incidents} AND i.category = 'phishing' GROUP BY 1"),
        format!("SELECT 'phishing_brands.' || b.key AS what, {unit} AS n {incidents} AND i.category = 'phishing' AND b.key IS NOT NULL GROUP BY 1"),
        format!("SELECT 'scan_ports.' || {port} AS what, {unit} AS n {incidents} AND i.category = 'scan' GROUP BY 1"),
        format!("SELECT 'worm_marked_ports.' || {port} AS what, CAST(1 AS BIGINT) AS n {incidents} AND i.category = 'scan' AND i.worm GROUP BY 1"),
        format!("SELECT 'reports' AS what, {report} AS n {reports}"),
        domains,
        format!("SELECT 'correspondence' AS what, COUNT(*) AS n {letters}"),
        format!("SELECT 'inquiries' AS what, COUNT(*) AS n {letters} AND c.kind = 'inquiry'"),
        format!("SELECT 'coordinations' AS what, COUNT(*) AS n {asked}"),
        format!("SELECT 'by_month.' || {} || '.coordinations' AS what, COUNT(*) AS n {asked} GROUP BY 1", month("k.requested_at")),
        format!("SELECT 'coordination_destination.' || {destination} AS what, COUNT(*) AS n {asked} GROUP BY 1"),
        format!("SELECT 'phishing_coordination_destination.' || {destination} AS what, COUNT(*) AS n {asked} AND i.category = 'phishing' GROUP BY 1"),
    ];
    let mut counted = BTreeMap::new();
    for sql in queries {
        counted.extend(team.ledger.all::<Group>(Sql::new(&sql)).await.expect(&sql).into_iter().map(|group| (group.what, group.n)));
    }
    // A report of a site counts in the month of the first.
    let first = if by_site { format!("SELECT MIN(r.received_at) AS at {reports} GROUP BY r.site") } else { format!("SELECT r.received_at AS at {reports}") };
    let sql = format!("SELECT 'by_month.' || {} || '.reports' AS what, COUNT(*) AS n FROM ({first}) f GROUP BY 1", month("f.at"));
    counted.extend(team.ledger.all::<Group>(Sql::new(&sql)).await.expect(&sql).into_iter().map(|group| (group.what, group.n)));
    counted.retain(|_, count| *count != 0);
    counted
}

#[tokio::test]
async fn a_count_by_hand_gives_the_same() {
    for team in filled_everywhere().await {
        counted_by_hand(team).await;
    }
}

async fn counted_by_hand(team: Team) {
    for text in ["2007Q1", "2007Q3", "2009Q2", "2009Q3", "2013Q3", "2013Q4"] {
        let mut desk = team.cells(period(text)).await;
        desk.retain(|cell, _| !cell.contains("_percent."));
        assert_eq!(by_hand(&team, period(text)).await, desk, "{text}");
    }
}

/// The name under which a count by hand has what a printed figure's query asks for.
fn by_hand_name(query: &serde_json::Value) -> Option<String> {
    let get = |key: &str| query.get(key).and_then(serde_json::Value::as_str);
    let records = get("records")?;
    let part = match (records, get("category"), get("origin"), get("brand"), get("port"), get("tld"), get("destination")) {
        ("incidents", _, Some(origin), ..) => format!("phishing_brand.{origin}"),
        ("incidents", _, _, Some(brand), ..) => format!("phishing_brands.{brand}"),
        ("incidents", _, _, _, Some(port), ..) => format!("scan_ports.{port}"),
        ("incidents", Some(category), ..) => format!("by_category.{category}"),
        ("reports" | "correspondence", _, _, _, _, Some(tld), _) => format!("reporter_tld.{tld}"),
        ("coordinations", Some("phishing"), .., Some(destination)) => format!("phishing_coordination_destination.{destination}"),
        ("coordinations", None, .., Some(destination)) => format!("coordination_destination.{destination}"),
        // Its parts are counted, each for itself.
        ("coordinations", Some(_), ..) => return None,
        (plain, ..) => plain.to_owned(),
    };
    Some(get("month").map_or(part.clone(), |month| format!("by_month.{month}.{part}")))
}

fn printed(value: &serde_json::Value, into: &mut Vec<(i64, serde_json::Value)>) {
    match value {
        serde_json::Value::Object(fields) => {
            if let (Some(value), Some(query)) = (fields.get("value").and_then(serde_json::Value::as_i64), fields.get("query")) {
                into.push((value, query.clone()));
            }
            fields.values().for_each(|value| printed(value, into));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| printed(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn every_printed_cell_is_what_a_count_by_hand_gives() {
    for team in filled_everywhere().await {
        for text in ["2007Q1", "2009Q2", "2009Q3", "2013Q3", "2013Q4"] {
            let by_hand = by_hand(&team, period(text)).await;
            let name = noroshi_kernel::language::Bilingual::new("例示CSIRT", "Example CSIRT");
            let document =
                noroshi_reporting::incident::document(&team.ledger, &team.reckoning, &name, period(text), None, noroshi_kernel::language::Language::En)
                    .await
                    .expect("a report");
            let mut figures = Vec::new();
            printed(&noroshi_document::json::value(&document), &mut figures);
            let mut compared = 0;
            for (value, query) in figures.iter().filter(|(_, query)| query["period"] == text) {
                let Some(name) = by_hand_name(query) else { continue };
                assert_eq!(*value, by_hand.get(&name).copied().unwrap_or(0), "{text} {name}");
                compared += 1;
            }
            assert!(compared > 50, "{text}: {compared} cells");
        }
    }
}

#[tokio::test]
async fn the_report_prints_what_the_seeds_printed() {
    let team = filled().await;
    let name = noroshi_kernel::language::Bilingual::new("例示CSIRT", "Example CSIRT");
    let plain = async |text: &str| {
        let document = noroshi_reporting::incident::document(&team.ledger, &team.reckoning, &name, period(text), None, noroshi_kernel::language::Language::Ja)
            .await
            .expect("a report");
        noroshi_document::text::plain(&document).replace('\n', "")
    };
    let quarter = plain("2013Q4").await;
    for said in [
        "調整は2,135 件で、前四半期の 2,414 から 12% 減りました",
        "フィッシングサイトは 601 件で、前四半期の 469 から 28% 増えました",
        "前年同期の 360 と比べた増減は +67% です",
        "国内253、国外 204、不明 144 でした(それぞれ 42%、34%、24%)",
        "国内 43%、国外 57% でした。前四半期は国内 56%、国外 44% でした",
    ] {
        assert!(quarter.replace(' ', "").contains(&said.replace(' ', "")), "{said}: {quarter}");
    }
    assert!(quarter.contains("1,604") && quarter.contains("−42%"), "defacement");
    assert!(plain("2009Q3").await.contains("2,154"));
    assert!(plain("2007Q1").await.contains("tcp/22*"), "worms are marked");
}

async fn number(team: &Team, category: &str) -> Number {
    let sql = |column: &str| {
        Sql::new("SELECT ")
            .push(column)
            .push(" AS n FROM incident WHERE year = 2013 AND first_report_at >= ")
            .bind(period("2013-11").bounds(&team.reckoning.zone).0.0)
            .push(" AND category = ")
            .bind(category)
            .push(" ORDER BY first_report_at LIMIT 1")
    };
    Number { year: team.ledger.number(sql("year")).await.expect("a year"), sequence: team.ledger.number(sql("sequence")).await.expect("a sequence") }
}

#[tokio::test]
async fn changing_one_record_changes_the_cells_that_count_it_and_no_others() {
    for team in filled_everywhere().await {
        changed_one_record(team).await;
    }
}

async fn changed_one_record(team: Team) {
    let quarter = period("2013Q4");
    let others = ["2007Q1", "2009Q3", "2012Q4", "2013Q3"].map(period);
    let mut untouched = Vec::new();
    for other in others {
        untouched.push(team.cells(other).await);
    }
    let cell = |name: &str, change: i64| (name.to_owned(), change);

    let before = team.cells(quarter).await;
    let incident = number(&team, "malware_site").await;
    let work = team.ledger.begin().await.expect("work");
    service::reclassify(&work, &Actor::Platform, incident, Category::Dos).await.expect("reclassified");
    work.commit().await.expect("committed");
    let after = team.cells(quarter).await;
    assert_eq!(
        difference(&before, &after),
        [
            cell("by_category.dos", 1),
            cell("by_category.malware_site", -1),
            cell("by_month.2013-11.by_category.dos", 1),
            cell("by_month.2013-11.by_category.malware_site", -1)
        ]
    );

    let before = after;
    let (from, to) = period("2013-12").bounds(&team.reckoning.zone);
    let report = team
        .ledger
        .number(
            Sql::new("SELECT MIN(id) AS n FROM incident_report WHERE reporter_tld = '.jp' AND received_at >= ")
                .bind(from.0)
                .push(" AND received_at < ")
                .bind(to.0),
        )
        .await
        .expect("a report");
    let work = team.ledger.begin().await.expect("work");
    work.execute(Sql::new("DELETE FROM incident_told WHERE report_id = ").bind(report)).await.expect("removed");
    assert_eq!(work.execute(Sql::new("DELETE FROM incident_report WHERE id = ").bind(report)).await.expect("removed"), 1);
    work.commit().await.expect("committed");
    let after = team.cells(quarter).await;
    assert_eq!(difference(&before, &after), [cell("by_month.2013-12.reports", -1), cell("reporter_tld..jp", -1), cell("reports", -1)]);

    let before = after;
    let incident = number(&team, "phishing").await;
    let work = team.ledger.begin().await.expect("work");
    assert!(service::coordinate(&work, &Actor::Platform, incident, "Example Newcomer", "SE", "").await.expect("asked"));
    assert!(!service::coordinate(&work, &Actor::Platform, incident, "Example Newcomer", "SE", "").await.expect("asked again"));
    work.commit().await.expect("committed");
    let after = team.cells(quarter).await;
    let foreign = Origin::Foreign.key();
    assert_eq!(
        difference(&before, &after),
        [
            cell("by_month.2013-11.coordinations", 1),
            cell(&format!("coordination_destination.{foreign}"), 1),
            cell("coordinations", 1),
            cell(&format!("phishing_coordination_destination.{foreign}"), 1),
        ]
    );

    for (other, figures) in others.into_iter().zip(untouched) {
        assert_eq!(team.cells(other).await, figures, "{other}");
    }
}

#[derive(FromQueryResult)]
struct Column {
    table_name: String,
    name: String,
}

/// Where a printed total stands in the database: in a column, or within a JSON text.
async fn totals(team: &Team) -> Vec<String> {
    /// Columns that hold ids, places in a sequence or in a file.
    const PLACES: [&str; 9] = ["id", "sequence", "next", "raw_offset", "raw_length", "rowid", "line", "sz", "segid"];
    const TOTALS: &str = "('4812', '4788', '2135', '10095', '8284')";
    let columns = Sql::new(
        "SELECT m.name AS table_name, c.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'ledger_search_text%'",
    );
    let mut found = Vec::new();
    let mut looked = 0;
    for Column { table_name, name } in team.ledger.all::<Column>(columns).await.expect("columns") {
        if PLACES.contains(&name.as_str()) || name.ends_with("_id") {
            continue;
        }
        looked += 1;
        let plain = format!("SELECT COUNT(*) AS n FROM {table_name} WHERE CAST({name} AS TEXT) IN {TOTALS}");
        // Events name the incidents that changed, audit rows the last of a range: ids, too.
        let json = format!(
            "SELECT COUNT(*) AS n FROM {table_name} t, json_tree(CASE WHEN json_valid(t.{name}) THEN t.{name} ELSE 'null' END) j WHERE CAST(j.atom AS TEXT) IN {TOTALS} AND j.path NOT LIKE '$.incidents%' AND j.fullkey <> '$.last'"
        );
        for sql in [plain, json] {
            if team.ledger.number(Sql::new(&sql)).await.expect(&sql) > 0 {
                found.push(format!("{table_name}.{name}"));
            }
        }
    }
    assert!(looked > 40, "{looked} columns");
    found
}

#[tokio::test]
async fn no_total_is_stored() {
    let team = filled().await;
    assert_eq!(totals(&team).await, Vec::<String>::new());
    // The search would find one.
    let work = team.ledger.begin().await.expect("work");
    let detail: Value = r#"{"figures":{"reports":4812}}"#.into();
    work.execute(Sql::new("UPDATE ledger_audit SET detail = ").bind(detail).push(" WHERE id = (SELECT MIN(id) FROM ledger_audit)")).await.expect("planted");
    work.commit().await.expect("committed");
    assert_eq!(totals(&team).await, ["ledger_audit.detail"]);
}

#[tokio::test]
async fn a_period_that_holds_records_is_left_alone() {
    let team = Team::at(2014, 1, 10).await;
    let margins = read(br#"{"2013Q4": {"incident": {"reports": 12}}}"#);
    team.generate(&margins).await.expect("generated");
    let before = team.cells(period("2013")).await;
    let again = read(br#"{"2012": {"incident": {"reports": 3}}, "2013-12": {"incident": {"incidents": 5}}}"#);
    let error = team.generate(&again).await.expect_err("occupied").to_string();
    assert!(error.contains("2013-12") && error.contains("Nothing was changed"), "{error}");
    assert_eq!(team.cells(period("2013")).await, before);
    assert!(team.cells(period("2012")).await.is_empty());
}

#[tokio::test]
async fn records_look_like_records() {
    let team = filled().await;
    let count = |sql: &'static str| {
        let ledger = team.ledger.clone();
        async move { ledger.number(Sql::new(sql)).await.expect(sql) }
    };
    assert_eq!(count("SELECT COUNT(*) AS n FROM incident i WHERE first_report_at <> (SELECT MIN(r.received_at) FROM incident_told t JOIN incident_report r ON r.id = t.report_id WHERE t.incident_id = i.id)").await, 0);
    assert_eq!(
        count("SELECT COUNT(*) AS n FROM incident_coordination k JOIN incident i ON i.id = k.incident_id WHERE k.requested_at < i.first_report_at").await,
        0
    );
    assert_eq!(count("SELECT COUNT(*) - COUNT(DISTINCT target) AS n FROM incident").await, 0);
    assert_eq!(count("SELECT COUNT(*) AS n FROM incident_report r JOIN mailroom_correspondence c ON c.id = r.correspondence_id WHERE r.received_at <> c.received_at AND c.channel <> 'feed'").await, 0);
    for state in State::ALL {
        assert!(
            count(match state {
                State::New => "SELECT COUNT(*) AS n FROM incident WHERE state = 'new'",
                State::Coordinating => "SELECT COUNT(*) AS n FROM incident WHERE state = 'coordinating'",
                State::Closed => "SELECT COUNT(*) AS n FROM incident WHERE state = 'closed'",
            })
            .await
                > 10,
            "{state:?}"
        );
    }
    let id = count("SELECT MAX(id) AS n FROM mailroom_correspondence WHERE sender_tld = '.jp' AND name LIKE 'フィッシング%'").await;
    let letter = noroshi_mailroom::correspondence::load(&team.ledger, noroshi_kernel::id::CorrespondenceId(id)).await.expect("read").expect("a letter");
    let text = String::from_utf8(team.ledger.blobs().read_part(&letter.raw.sha256, letter.raw.offset, letter.raw.length).expect("its bytes")).expect("UTF-8");
    assert!(text.starts_with("From: reporter@example.jp\r\nTo: ") && text.ends_with("\r\n\r\n"), "{text}");
    assert!(text.contains("\r\nSubject: =?UTF-8?Q?") && text.contains("[.]"), "{text}");
}
