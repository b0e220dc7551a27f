//! A document for programs.

use crate::{
    chart::Chart,
    heat::{Heat, HeatRow},
    link,
    model::{Block, Document},
    prose::{Prose, Run},
    table::{Cell, Figure, Measure, Row, Table},
};
use serde_json::{Value, json};

/// The document as JSON: `title`, `language`, `lead`, `facts` (`label`, `value`) and `blocks`, each with its `kind`.
///
/// A number that counts is `{value, query, href}`, in a table as in a sentence. Sentences are `{text, runs}`: as they are read, and in
/// pieces that are strings or such numbers. A chart's series has `values`, `queries` and `hrefs` side by side, and `href`, where the whole is
/// told; `points` names each of its points where `labels` do not. A heat map's rows are such series with one query. A share or a change is a
/// number of percent or null, words are strings and empty cells null.
#[must_use]
pub fn value(document: &Document) -> Value {
    let facts: Vec<Value> = document.facts.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect();
    let blocks: Vec<Value> = document.blocks.iter().map(block).collect();
    json!({ "title": document.title, "language": document.language, "lead": document.lead.as_ref().map(prose), "facts": facts, "blocks": blocks })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Heading { level, text, id } => json!({ "kind": "heading", "level": level, "text": text, "id": id }),
        Block::Paragraph(one) => with_kind("paragraph", prose(one)),
        Block::Table(one) => table(one),
        Block::Chart(one) => chart(one),
        Block::Heat(one) => heat(one),
        Block::Note(text) => json!({ "kind": "note", "text": text }),
    }
}

fn with_kind(kind: &str, mut of: Value) -> Value {
    if let Value::Object(fields) = &mut of {
        fields.insert("kind".into(), kind.into());
    }
    of
}

fn prose(prose: &Prose) -> Value {
    let run = |run: &Run| match run {
        Run::Text(text) => json!(text),
        Run::Figure(one) => figure(one),
        Run::Measure(one) => measure(one),
    };
    json!({ "text": prose.plain(), "runs": prose.runs().iter().map(run).collect::<Vec<Value>>() })
}

fn figure(figure: &Figure) -> Value {
    json!({ "value": figure.value, "query": figure.query, "href": link::safe(figure.href.as_deref()) })
}

fn measure(measure: &Measure) -> Value {
    json!({ "value": measure.value(), "query": measure.query, "href": link::safe(measure.href.as_deref()) })
}

fn table(table: &Table) -> Value {
    let rows: Vec<Value> = table.rows.iter().map(row).collect();
    json!({
        "kind": "table", "id": table.id, "title": table.title, "unit": table.unit, "columns": table.columns, "rows": rows,
        "total": table.total.as_ref().map(row), "notes": table.notes, "empty": table.empty,
    })
}

fn row(row: &Row) -> Value {
    json!({ "header": row.header, "cells": row.cells.iter().map(cell).collect::<Vec<Value>>() })
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) | Cell::Code(text) => json!(text),
        Cell::Number(one) => figure(one),
        Cell::Measure(one) => measure(one),
        Cell::Share { percent } => json!(percent),
        Cell::Change { percent } => json!(percent),
        Cell::Empty => Value::Null,
    }
}

fn chart(chart: &Chart) -> Value {
    let series: Vec<Value> = (chart.series.iter())
        .map(|one| {
            let hrefs: Vec<Option<&str>> = (0..one.hrefs.len()).map(|place| one.href(place)).collect();
            json!({ "name": one.name, "values": one.values, "queries": one.queries, "hrefs": hrefs, "href": one.lead() })
        })
        .collect();
    json!({
        "kind": "chart", "id": chart.id, "title": chart.title, "unit": chart.unit, "shape": chart.kind, "labels": chart.labels, "series": series,
        "points": chart.points, "logarithmic": chart.powers, "notes": chart.notes, "spans": chart.spans, "table": chart.table, "caption": chart.caption,
    })
}

fn heat(heat: &Heat) -> Value {
    let row = |row: &HeatRow| json!({ "name": row.name, "values": row.values, "query": row.query, "href": row.href() });
    json!({
        "kind": "heat", "id": heat.id, "title": heat.title, "unit": heat.unit, "labels": heat.labels, "points": heat.points,
        "rows": heat.rows.iter().map(row).collect::<Vec<Value>>(), "steps": heat.steps().tops(), "table": heat.table, "caption": heat.caption,
    })
}
