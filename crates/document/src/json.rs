//! A document for programs.

use crate::{
    chart::Chart,
    link,
    model::{Block, Document},
    table::{Cell, Row, Table},
};
use serde_json::{Value, json};

/// The document as JSON: `title`, `language`, `lead`, `facts` (`label`, `value`) and `blocks`, each with its `kind`.
///
/// A number in a table is `{value, query, href}`, a share or a change a number of percent or null, words are strings and empty cells null.
#[must_use]
pub fn value(document: &Document) -> Value {
    let facts: Vec<Value> = document.facts.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect();
    let blocks: Vec<Value> = document.blocks.iter().map(block).collect();
    json!({ "title": document.title, "language": document.language, "lead": document.lead, "facts": facts, "blocks": blocks })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Heading { level, text, id } => json!({ "kind": "heading", "level": level, "text": text, "id": id }),
        Block::Paragraph(text) => json!({ "kind": "paragraph", "text": text }),
        Block::Table(one) => table(one),
        Block::Chart(one) => chart(one),
        Block::Note(text) => json!({ "kind": "note", "text": text }),
    }
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
        Cell::Number(figure) => json!({ "value": figure.value, "query": figure.query, "href": link::safe(figure.href.as_deref()) }),
        Cell::Share { percent } => json!(percent),
        Cell::Change { percent, .. } => json!(percent),
        Cell::Empty => Value::Null,
    }
}

fn chart(chart: &Chart) -> Value {
    let series: Vec<Value> = (chart.series.iter())
        .map(|one| {
            let hrefs: Vec<Option<&str>> = (0..one.hrefs.len()).map(|place| one.href(place)).collect();
            json!({ "name": one.name, "values": one.values, "hrefs": hrefs })
        })
        .collect();
    json!({
        "kind": "chart", "id": chart.id, "title": chart.title, "unit": chart.unit, "shape": chart.kind, "labels": chart.labels, "series": series,
        "table": chart.table, "caption": chart.caption,
    })
}
