//! The incident report from records to pages, on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_directory::{key::Vault, organisation::Home};
use noroshi_document::{
    html, json,
    model::{Block, Document},
    number,
    prose::Run,
    table::Figure,
    text,
};
use noroshi_incident::{
    coordinations, correspondence, incidents,
    model::Number,
    reports,
    selection::{Reckoning, Records, Selection},
    service::{self, import},
    stats, units,
};
use noroshi_kernel::{
    access::{Actor, Sight},
    language::{Bilingual, Language},
    moment::Zone,
};
use noroshi_ledger::{Ledger, migration::Migration};
use noroshi_reporting::{ReportingError, Words, incident, page};
use noroshi_testkit::{Bench, on_both_databases};
use unicode_width::UnicodeWidthStr;

fn migrations() -> Vec<Migration> {
    [noroshi_ledger::migration::MIGRATIONS, noroshi_directory::migrations::MIGRATIONS, noroshi_mailroom::migrations::MIGRATIONS, noroshi_incident::MIGRATIONS]
        .concat()
}

fn reckoning() -> Reckoning {
    Reckoning { zone: Zone::named("Asia/Tokyo").expect("a zone"), home: Home::default() }
}

fn team() -> Bilingual {
    Bilingual::new("例示CSIRT", "Example CSIRT")
}

/// Two quarters with brands, a coordination and a second category.
async fn fill(bench: &Bench) {
    let administrator = Actor::LocalAdministrator { user: "test".into() };
    let work = bench.ledger.begin().await.expect("begun");
    noroshi_directory::brand::import_table(&work, &administrator, &noroshi_directory::brand::shipped().expect("a table")).await.expect("imported");
    work.commit().await.expect("committed");
    let mut csv = String::from("date,URL,description\n");
    for number in 0..40 {
        let brand = ["楽天", "Amazon", "名もないもの", "JCB"][number % 4];
        let month = [10, 11, 12, 1, 2][number % 5];
        let year = if month > 9 { 2020 } else { 2021 };
        csv.push_str(&format!(
            "{year}/{month:02}/{:02} 10:00:00,http://{}.example.jp/{number},{brand}\n",
            if month == 1 || month == 2 { 1 + number % 10 } else { 1 + number % 28 },
            number % 7
        ));
    }
    // The bench's clock stands in January 2021: February is not believed and lies in the tray.
    let marks = noroshi_post::threading::Marks::new("EXAMPLE-CSIRT", &[7; 32]);
    let intake = import::Intake {
        ledger: bench.ledger.clone(),
        actor: administrator.clone(),
        reckoning: reckoning(),
        marks,
        vault: Vault::new(&[7; 32]),
        lookout: import::Lookout::default(),
    };
    let path = bench.file("a.csv", csv.as_bytes());
    let outcome = intake.file(import::Format::PhishUrl, &path, &mut import::Silent).await.expect("imported");
    assert_eq!((outcome.read, outcome.set_aside), (40, 8));
    for (sequence, organisation, country) in [(1, "Example Hosting", "JP"), (2, "Example Cloud", "US"), (2, "Example Hosting", "JP")] {
        let work = bench.ledger.begin().await.expect("begun");
        service::coordinate(&work, &administrator, Number { year: 2020, sequence }, organisation, country, "").await.expect("asked");
        service::reclassify(&work, &administrator, Number { year: 2020, sequence: 3 }, noroshi_incident::model::Category::WebDefacement)
            .await
            .expect("changed");
        work.commit().await.expect("committed");
    }
}

/// The count of the list that a figure's query opens.
async fn listed(ledger: &Ledger, selection: &Selection) -> i64 {
    let (reckoning, sight) = (reckoning(), Sight::Everything);
    match selection.records {
        Records::Incidents => incidents(ledger, &reckoning, selection, sight, 0, 1).await.expect("listed").count,
        Records::Addresses => units(ledger, &reckoning, selection, sight, 0, 1).await.expect("listed").count,
        Records::Reports => reports(ledger, &reckoning, selection, sight, 0, 1).await.expect("listed").count,
        Records::Correspondence => correspondence(ledger, &reckoning, selection, sight, 0, 1).await.expect("listed").count,
        Records::Coordinations => coordinations(ledger, &reckoning, selection, sight, 0, 1).await.expect("listed").count,
    }
}

/// The lead and every paragraph.
fn sentences(document: &Document) -> impl Iterator<Item = &Run> {
    let paragraphs = document.blocks.iter().filter_map(|block| if let Block::Paragraph(prose) = block { Some(prose) } else { None });
    document.lead.iter().chain(paragraphs).flat_map(|prose| prose.runs())
}

/// The numbers in sentences.
fn figures_told(document: &Document) -> Vec<Figure> {
    sentences(document).filter_map(|run| if let Run::Figure(figure) = run { Some(figure.clone()) } else { None }).collect()
}

/// The words around them.
fn words_told(document: &Document) -> Vec<String> {
    sentences(document).filter_map(|run| if let Run::Text(text) = run { Some(text.clone()) } else { None }).collect()
}

fn figures_in(value: &serde_json::Value, into: &mut Vec<(i64, Selection, String)>) {
    match value {
        serde_json::Value::Object(fields) => {
            if let (Some(value), Some(query), Some(href)) =
                (fields.get("value").and_then(serde_json::Value::as_i64), fields.get("query"), fields.get("href").and_then(serde_json::Value::as_str))
            {
                into.push((value, serde_json::from_value(query.clone()).expect("a selection"), href.to_owned()));
            }
            // A chart has its numbers, their queries and their links side by side.
            if let (Some(values), Some(queries), Some(hrefs)) = (fields.get("values"), fields.get("queries"), fields.get("hrefs")) {
                let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
                assert!(list(queries).len() == list(values).len() && list(hrefs).len() == list(values).len(), "{value}");
                for ((value, query), href) in list(values).iter().zip(list(queries)).zip(list(hrefs)) {
                    let value = format!("{value}").trim_end_matches(".0").parse().expect("a whole number");
                    into.push((value, serde_json::from_value(query).expect("a selection"), href.as_str().expect("a link").to_owned()));
                }
            }
            fields.values().for_each(|value| figures_in(value, into));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| figures_in(value, into)),
        _ => {}
    }
}

on_both_databases! {
    migrations = migrations();

    async fn every_figure_opens_exactly_its_records(bench) {
        fill(&bench).await;
        for (period, scheme) in [("2020Q4", None), ("2021Q1", None), ("2021-01", None), ("FY2020", None), ("12m@2021-01", None), ("2020Q4", Some("2009")), ("2020Q4", Some("2007Q3")), ("2020Q4", Some("2005"))] {
            let document = incident::document(&bench.ledger, &reckoning(), &team(), period.parse().expect("a period"), scheme, Language::En).await.expect("a report");
            let mut figures = Vec::new();
            figures_in(&json::value(&document), &mut figures);
            assert!(figures.len() > 30, "{period}: {} figures", figures.len());
            assert!(figures.iter().any(|(value, _, _)| *value > 0), "{period} has records");
            for (value, selection, href) in figures {
                assert_eq!(listed(&bench.ledger, &selection).await, value, "{period} {scheme:?}: {href}");
                assert_eq!(selection.href(), href);
            }
        }
    }

    async fn every_number_in_a_sentence_opens_exactly_its_records(bench) {
        fill(&bench).await;
        for language in Language::ALL {
            for (period, scheme, least) in [("2020Q4", None, 5), ("2021Q1", None, 15), ("2021-01", None, 15), ("2020Q4", Some("2009"), 5)] {
                let document = incident::document(&bench.ledger, &reckoning(), &team(), period.parse().expect("a period"), scheme, language).await.expect("a report");
                let figures = figures_told(&document);
                let html: String = html::fragment(&document).lines().filter(|line| line.starts_with("<p>") || line.starts_with("<p class=\"lead\">")).collect();
                assert!(figures.len() >= least, "{period} {scheme:?} {language}: {} figures", figures.len());
                let mut from = 0;
                for Figure { value, query, href } in &figures {
                    let selection: Selection = serde_json::from_value(query.clone()).expect("a selection");
                    assert_eq!(listed(&bench.ledger, &selection).await, *value, "{period} {scheme:?}: {query}");
                    assert_eq!(href.as_deref(), Some(selection.href().as_str()));
                    let link = format!("<a class=\"figure\" href=\"{}\">{}</a>", selection.href().replace('&', "&amp;"), number::grouped(*value));
                    from += html.get(from..).and_then(|rest| rest.find(&link)).expect("its link") + link.len();
                }
                assert_eq!(html.matches("<a ").count(), figures.len(), "{html}");
                let span = Words(language).span(period.parse().expect("a period"), &reckoning().zone);
                for words in words_told(&document) {
                    // Percentages follow from the numbers beside them.
                    let mut pieces: Vec<_> = words.replace(&span, "").split('%').map(str::to_owned).collect();
                    let last = pieces.pop().unwrap_or_default();
                    let rest: String = pieces.iter().map(|piece| piece.trim_end_matches('\u{a0}').trim_end_matches(|character: char| character.is_ascii_digit() || character == ',')).collect();
                    assert!(!(rest + &last).contains(|character: char| character.is_ascii_digit()), "a number without its records: {words}");
                }
            }
        }
    }

    async fn both_languages_tell_the_same_figures(bench) {
        fill(&bench).await;
        let mut told = Vec::new();
        for language in Language::ALL {
            let document = incident::document(&bench.ledger, &reckoning(), &team(), "2020Q4".parse().expect("a period"), None, language).await.expect("a report");
            let plain = text::plain(&document);
            assert!(!plain.contains("Unknown localization") && !plain.contains("{ $"), "every word is there: {plain}");
            for line in plain.lines() {
                let width = if language == Language::Ja { line.width_cjk() } else { line.width() };
                assert!(width <= 72, "{width} columns: {line}");
            }
            let html = page::standalone(&document, None);
            assert!(html.contains("<html lang=") && !html.contains("<script"));
            let mut figures = Vec::new();
            figures_in(&json::value(&document), &mut figures);
            told.push(figures);
        }
        assert_eq!(told[0], told[1]);
    }

    async fn an_empty_period_says_so(bench) {
        let document = incident::document(&bench.ledger, &reckoning(), &team(), "1999Q1".parse().expect("a period"), None, Language::Ja).await.expect("a report");
        let plain = text::plain(&document);
        assert!(plain.contains("この期間に調整はありませんでした。") && plain.contains("この期間にスキャンの報告はありませんでした。"), "{plain}");
    }

    async fn parts_that_do_not_add_up_stop_the_report(bench) {
        fill(&bench).await;
        let mut figures = stats::compared(&bench.ledger, &reckoning(), "2020Q4".parse().expect("a period"), None).await.expect("counted");
        incident::lay_out(&figures, &reckoning(), &team(), Language::Ja).expect("it adds up");
        figures.now.by_month[1].incidents += 1;
        let error = incident::lay_out(&figures, &reckoning(), &team(), Language::Ja).expect_err("refused");
        assert!(matches!(&error, ReportingError::DoesNotAddUp { place, .. } if place.en == "2020Q4 incidents by month"), "{error}");
    }
}

#[test]
fn every_category_has_a_name_in_both_languages() {
    for language in Language::ALL {
        for category in noroshi_incident::model::Category::ALL {
            let name = Words(language).get(&format!("category-{}", category.key()));
            assert!(!name.starts_with("Unknown localization"), "{language} {category:?}");
        }
    }
}
