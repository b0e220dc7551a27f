//! Records generated with the margins of printed reports count to them again, for reasons that stand in the records alone.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod hand;
mod printed;
mod team;

use noroshi_directory::Origin;
use noroshi_document::model::Document;
use noroshi_incident::{
    model::{Category, Number, State},
    service, stats,
};
use noroshi_kernel::{
    access::Actor,
    language::{Bilingual, Language},
};
use noroshi_ledger::{FromQueryResult, Query, Sql, Value};
use printed::Printed;
use std::collections::{BTreeMap, btree_map::Entry};
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

#[tokio::test]
async fn a_count_by_hand_gives_the_same() {
    for team in filled_everywhere().await {
        counted_by_hand(team).await;
    }
}

async fn counted_by_hand(team: Team) {
    for (text, scheme) in [("2007Q1", "2005"), ("2007Q3", "2007Q3"), ("2009Q2", "2007Q3"), ("2009Q3", "2009"), ("2013Q3", "2013"), ("2013Q4", "2013")] {
        let mut desk = team.cells(period(text)).await;
        desk.retain(|cell, _| !cell.contains("_percent."));
        let mut by_hand = hand::count(&team, period(text), scheme).await;
        // The desk has it as the sum of its destinations.
        by_hand.remove("phishing_coordinations");
        assert_eq!(by_hand, desk, "{text}");
    }
}

async fn report(team: &Team, text: &str, scheme: Option<&str>, language: Language) -> Document {
    noroshi_reporting::incident::document(&team.ledger, &team.reckoning, &Bilingual::new("例示CSIRT", "Example CSIRT"), period(text), scheme, language)
        .await
        .expect("a report")
}

async fn printed(team: &Team, text: &str, scheme: Option<&str>, language: Language) -> Printed {
    let names = [period(text), period(text).previous(), period(text).year_ago()].map(|period| period.to_string());
    Printed::read(&noroshi_document::json::value(&report(team, text, scheme, language).await), &names, &["2005", "2007Q3", "2009", "2013"])
}

/// Reports, how many numbers they print, and how many of these stand in sentences.
const REPORTS: [(&str, Option<&str>, usize, usize); 12] = [
    ("2007Q1", None, 228, 10),
    ("2007Q3", None, 240, 10),
    ("2009Q2", None, 225, 10),
    ("2009Q3", None, 238, 21),
    ("2012Q4", None, 222, 10),
    ("2013Q3", None, 256, 10),
    ("2013Q4", None, 272, 22),
    ("2013-11", None, 209, 22),
    ("2013", None, 397, 21),
    ("2013Q4", Some("2005"), 237, 22),
    ("2013Q4", Some("2007Q3"), 237, 22),
    ("2013Q4", Some("2009"), 244, 22),
];

#[tokio::test]
async fn every_printed_number_is_what_a_count_by_hand_gives() {
    for team in filled_everywhere().await {
        let mut by_hand: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        let mut compared = Vec::new();
        for (text, scheme, ..) in REPORTS {
            for language in Language::ALL {
                let printed = printed(&team, text, scheme, language).await;
                for (_, query) in &printed.figures {
                    let (period_of, scheme_of) = (query["period"].as_str().expect("a period"), query["scheme"].as_str().expect("a scheme"));
                    if let Entry::Vacant(place) = by_hand.entry(format!("{period_of} {scheme_of}")) {
                        place.insert(hand::count(&team, period(period_of), scheme_of).await);
                    }
                }
                let counted = |query: &serde_json::Value| {
                    let place = format!("{} {}", query["period"].as_str().expect("a period"), query["scheme"].as_str().expect("a scheme"));
                    by_hand[&place].get(&hand::name(query)).copied().unwrap_or(0)
                };
                for (value, query) in &printed.figures {
                    assert_eq!(*value, counted(query), "{text} {scheme:?}: {query}");
                }
                for (percent, (part, query)) in &printed.shares {
                    let mut whole = query.clone();
                    let fields = whole.as_object_mut().expect("a query");
                    assert!(fields.remove("origin").is_some() || fields.remove("destination").is_some(), "{percent} % of what? {query}");
                    printed::assert_share(*percent, *part, counted(&whole));
                }
                compared.push((text, scheme, printed.figures.len(), printed.in_prose));
            }
        }
        compared.dedup();
        assert_eq!(compared, REPORTS, "as many numbers in both languages");
    }
}

#[tokio::test]
async fn the_report_prints_what_the_seeds_printed() {
    let team = filled().await;
    let plain = async |text: &str| noroshi_document::text::plain(&report(&team, text, None, Language::Ja).await).replace('\n', "");
    let quarter = plain("2013Q4").await;
    for said in [
        "調整は2,135 件で、前四半期の 2,414 から 12% 減りました",
        "フィッシングサイトは 601 件で、前四半期の 469 から 28% 増えました",
        "前年同期の 360 と比べた増減は +67% です",
        "国内 253（42%）、国外 204（34%）、不明 144（24%）でした",
        "国内 258 件（43%）、国外 343 件（57%）でした。前四半期は国内 263 件（56%）、国外 206 件（44%）でした",
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

/// What a report prints by the query that it prints beside it.
async fn printed_cells(team: &Team, text: &str) -> BTreeMap<String, i64> {
    printed(team, text, None, Language::En)
        .await
        .figures
        .into_iter()
        .map(|(value, query)| (hand::name(&query) + " " + query["period"].as_str().expect("a period"), value))
        .collect()
}

async fn changed_one_record(team: Team) {
    let quarter = period("2013Q4");
    let printed_before = printed_cells(&team, "2013Q4").await;
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
    assert_eq!(
        difference(&printed_before, &printed_cells(&team, "2013Q4").await),
        [
            cell("by_category.dos 2013Q4", 1),
            cell("by_category.malware_site 2013Q4", -1),
            cell("by_month.2013-11.by_category.dos 2013Q4", 1),
            cell("by_month.2013-11.by_category.malware_site 2013Q4", -1)
        ],
        "the printed cells"
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
