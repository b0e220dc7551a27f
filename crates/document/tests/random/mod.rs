//! Documents of any shape, with words that mean harm.

#![allow(missing_docs, unreachable_pub, clippy::expect_used)]

use noroshi_document::{
    chart::{Chart, Kind, Series},
    heat::{Heat, HeatRow},
    model::{Block, Document},
    prose::Prose,
    table::{Cell, Column, Figure, Measure, Row, Table},
};
use noroshi_kernel::language::Language;
use proptest::{collection::vec, option, prelude::*};

pub fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z ,.]{0,60}",
        4 => "[ぁ-んァ-ヶ一-龠、。「」ー①〜…]{0,60}",
        1 => "[a-z]{60,200}",
        1 => "[。」]{30,80}",
        2 => "\\PC{0,40}",
        1 => any::<String>(),
        1 => Just("<script>alert(1)</script>\u{202e}\u{1b}[2J\"' onclick=x \u{2028}".to_owned()),
    ]
}

fn href() -> impl Strategy<Value = Option<String>> {
    option::of(prop_oneof![
        Just("/incidents?a=1&b=\"2\"".to_owned()),
        Just("javascript:alert(1)".to_owned()),
        Just("https://noroshi.example/x".to_owned()),
        words()
    ])
}

fn figure() -> impl Strategy<Value = Figure> {
    (any::<i64>(), href()).prop_map(|(value, href)| Figure { value, query: serde_json::json!({ "of": value }), href })
}

fn measure() -> impl Strategy<Value = Measure> {
    (any::<f64>(), href()).prop_map(|(value, href)| Measure::new(value, serde_json::json!({ "of": value }), href))
}

fn prose() -> impl Strategy<Value = Prose> {
    vec(prop_oneof![words().prop_map(Prose::from), figure().prop_map(Prose::from), measure().prop_map(Prose::from)], 0..6).prop_map(|runs| {
        runs.into_iter().fold(Prose::default(), |mut prose, run| {
            prose.push(run);
            prose
        })
    })
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        words().prop_map(Cell::Text),
        words().prop_map(Cell::Code),
        figure().prop_map(Cell::Number),
        measure().prop_map(Cell::Measure),
        any::<i64>().prop_map(|percent| Cell::Share { percent }),
        option::of(any::<i64>()).prop_map(|percent| Cell::Change { percent }),
        Just(Cell::Empty),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    (vec(cell(), 0..12), any::<bool>()).prop_map(|(cells, header)| Row { cells, header })
}

fn table() -> impl Strategy<Value = Table> {
    let column = (words(), any::<bool>()).prop_map(|(label, left)| if left { Column::left(label) } else { Column::right(label) });
    (words(), words(), option::of(words()), vec(column, 0..12), vec(row(), 0..5), option::of(row()), vec(words(), 0..3), option::of(words()))
        .prop_map(|(id, title, unit, columns, rows, total, notes, empty)| Table { id, title, unit, columns, rows, total, notes, empty })
}

fn chart() -> impl Strategy<Value = Chart> {
    let kind = prop_oneof![Just(Kind::Bars), Just(Kind::Stacked), Just(Kind::Lines)];
    (kind, vec(words(), 0..20), words(), words(), option::of(words()), href(), words()).prop_flat_map(|(kind, labels, id, title, unit, href, caption)| {
        let points = labels.len();
        vec((words(), vec(option::of(0.0..1e15_f64), points)), 0..=5).prop_map(move |series| {
            let lead = href.clone().unwrap_or_default();
            let series = series.into_iter().map(|(name, values)| Series::new(name, values).linked(vec![href.clone(); points]).leading(&*lead)).collect();
            let chart =
                Chart::new(id.clone(), title.clone(), kind, labels.clone(), series).expect("it can be drawn").caption(caption.clone()).table(id.clone());
            // Marks that lie nowhere are refused; the others stay.
            let chart = chart.clone().note(0, points / 2, caption.as_str()).unwrap_or(chart);
            let chart = chart.clone().span(0..points, title.as_str()).unwrap_or(chart);
            if let Some(unit) = unit.clone() { chart.unit(unit) } else { chart }
        })
    })
}

fn heat() -> impl Strategy<Value = Heat> {
    (vec(words(), 0..20), words(), words(), option::of(words()), words()).prop_flat_map(|(labels, id, title, unit, caption)| {
        let row = (words(), vec(option::of(0.0..1e15_f64), labels.len()), href()).prop_map(|(name, values, href)| HeatRow {
            name,
            values,
            href,
            query: serde_json::Value::Null,
        });
        vec(row, 0..6).prop_map(move |rows| {
            let heat = Heat::new(id.clone(), title.clone(), labels.clone(), rows).expect("it can be drawn").caption(caption.clone()).table(id.clone());
            if let Some(unit) = unit.clone() { heat.unit(unit) } else { heat }
        })
    })
}

pub fn document() -> impl Strategy<Value = Document> {
    let block = prop_oneof![
        (0..9_u8, words(), words()).prop_map(|(level, text, id)| Block::Heading { level, text, id }),
        prose().prop_map(Block::Paragraph),
        table().prop_map(Block::Table),
        chart().prop_map(Block::Chart),
        heat().prop_map(Block::Heat),
        words().prop_map(Block::Note),
    ];
    let language = prop_oneof![Just(Language::Ja), Just(Language::En)];
    (language, words(), option::of(prose()), vec((words(), words()), 0..4), vec(block, 0..6)).prop_map(|(language, title, lead, facts, blocks)| Document {
        language,
        title,
        lead,
        facts,
        blocks,
    })
}
