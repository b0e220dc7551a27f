//! A document as an HTML fragment: semantic elements and classes, nothing inline.
//!
//! Classes: `report` on the whole, `lead`, `facts`, `wide` around tables, `num`, `figure` on numbers that lead somewhere,
//! `empty`, `note`; those of charts are told in [`svg`].

use crate::{
    clean::{anchor, escape},
    link,
    model::{Block, Document},
    number,
    prose::{Prose, Run},
    svg::{self, Drawn},
    table::{Align, Cell, Figure, Row, Table},
    words,
};
use noroshi_kernel::language::Language;

/// The style that a document needs wherever it stands: the face's tokens and the rules for tables and charts. On a sheet, set
/// `--chart-ground` to its colour.
pub const STYLE: &str = include_str!("../assets/document.css");

/// The document as one `<article>`.
#[must_use]
pub fn fragment(document: &Document) -> String {
    let mut out = format!("<article class=\"report\" lang=\"{}\">\n<h1>{}</h1>\n", document.language, escape(&document.title));
    if let Some(lead) = &document.lead {
        out += &format!("<p class=\"lead\">{}</p>\n", prose(lead));
    }
    if !document.facts.is_empty() {
        let facts: String = document.facts.iter().map(|(label, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(label), escape(value))).collect();
        out += &format!("<dl class=\"facts\">\n{facts}</dl>\n");
    }
    for one in &document.blocks {
        out += &block(one, document.language);
    }
    out + "</article>\n"
}

/// Blocks alone, for a page that has its own head.
#[must_use]
pub fn blocks(blocks: &[Block], language: Language) -> String {
    let shown: String = blocks.iter().map(|one| block(one, language)).collect();
    format!("<div class=\"report\" lang=\"{language}\">\n{shown}</div>\n")
}

fn block(block: &Block, language: Language) -> String {
    match block {
        Block::Heading { level, text, id } => {
            let level = (*level).clamp(2, 6);
            format!("<h{level}{}>{}</h{level}>\n", id_attribute(id), escape(text))
        }
        Block::Paragraph(one) => format!("<p>{}</p>\n", prose(one)),
        Block::Table(one) => table(one, language),
        Block::Chart(one) => picture(&one.id, &one.title, &one.caption, one.into(), language),
        Block::Heat(one) => picture(&one.id, &one.title, &one.caption, one.into(), language),
        Block::Note(text) => note(text),
    }
}

fn prose(prose: &Prose) -> String {
    prose
        .runs()
        .iter()
        .map(|run| match run {
            Run::Text(text) => escape(text),
            Run::Figure(one) => figure(one),
            Run::Measure(one) => linked(&one.shown(), one.href.as_deref()),
        })
        .collect()
}

fn figure(figure: &Figure) -> String {
    linked(&number::grouped(figure.value), figure.href.as_deref())
}

/// A number, leading somewhere where it does.
fn linked(shown: &str, href: Option<&str>) -> String {
    match link::safe(href) {
        Some(href) => format!("<a class=\"figure\" href=\"{}\">{shown}</a>", escape(href)),
        None => shown.to_owned(),
    }
}

fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", escape(text))
}

fn id_attribute(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" id=\"{}\"", anchor(id)) }
}

fn small(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" <small>{}</small>", escape(text)) }
}

fn picture(id: &str, title: &str, caption: &str, of: Drawn<'_>, language: Language) -> String {
    let (title, drawing, slim) = (escape(title), svg::draw(of, language), svg::draw_slim(of, language));
    format!("<figure{}>\n<figcaption>{title}{}</figcaption>\n{drawing}\n{slim}\n</figure>\n", id_attribute(id), small(caption))
}

fn table(table: &Table, language: Language) -> String {
    let unit = table.unit.as_deref().map(|unit| words::unit(language, unit)).unwrap_or_default();
    let caption = format!("<caption>{}{}</caption>\n", escape(&table.title), small(&unit));
    let heads: String = (0..table.width())
        .map(|column| {
            let label = escape(table.columns.get(column).map_or("", |column| column.label.as_str()));
            let class = if table.align(column) == Align::Right { " class=\"num\"" } else { "" };
            if label.is_empty() { format!("<td{class}></td>") } else { format!("<th scope=\"col\"{class}>{label}</th>") }
        })
        .collect();
    let mut rows: String = table.rows.iter().map(|one| row(one, table, language)).collect();
    if let (true, Some(sentence)) = (table.rows.is_empty(), &table.empty) {
        rows = format!("<tr><td class=\"empty\" colspan=\"{}\">{}</td></tr>\n", table.width().max(1), escape(sentence));
    }
    let foot = table.total.as_ref().map(|total| format!("<tfoot>\n{}</tfoot>\n", row(total, table, language))).unwrap_or_default();
    let notes: String = table.notes.iter().map(|text| note(text)).collect();
    let id = id_attribute(&table.id);
    format!("<div class=\"wide\"><table{id}>\n{caption}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n{foot}</table></div>\n{notes}")
}

fn row(row: &Row, table: &Table, language: Language) -> String {
    let cells: String = (0..table.width())
        .map(|column| {
            let cell = row.cells.get(column).unwrap_or(&Cell::Empty);
            let class = if table.align(column) == Align::Right { " class=\"num\"" } else { "" };
            let shown = content(cell, language);
            if row.header && column == 0 { format!("<th scope=\"row\"{class}>{shown}</th>") } else { format!("<td{class}>{shown}</td>") }
        })
        .collect();
    format!("<tr>{cells}</tr>\n")
}

fn content(cell: &Cell, language: Language) -> String {
    match cell {
        Cell::Code(code) => format!("<code>{}</code>", escape(code)),
        Cell::Number(one) => figure(one),
        Cell::Measure(one) => linked(&one.shown(), one.href.as_deref()),
        Cell::Text(_) | Cell::Share { .. } | Cell::Change { .. } | Cell::Empty => escape(&cell.shown(language)),
    }
}
