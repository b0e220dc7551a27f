//! A document as plain text of 72 columns, as it goes into a mail.
//!
//! Columns are counted as terminals do: in Japanese text characters of ambiguous width take two, in English text one.

mod chart;
mod heat;
mod page;
mod ruler;
mod table;

use crate::{
    model::{Block, Document},
    words::pick,
};
use page::Page;

/// The number of columns that no line exceeds.
pub const COLUMNS: usize = 72;

/// The document as plain text. No line exceeds [`COLUMNS`] or ends in a space; the last one ends too.
#[must_use]
pub fn plain(document: &Document) -> String {
    let mut page = Page::new(document.language);
    page.rule('=');
    page.paragraph(&document.title);
    page.rule('=');
    if let Some(lead) = &document.lead {
        page.gap();
        page.paragraph(&lead.plain());
    }
    if !document.facts.is_empty() {
        page.gap();
        facts(&document.facts, &mut page);
    }
    for one in &document.blocks {
        page.gap();
        block(one, &mut page);
    }
    page.finish()
}

fn block(block: &Block, page: &mut Page) {
    match block {
        Block::Heading { level, text, .. } => {
            if *level <= 2 {
                page.gap();
            }
            page.paragraph(text);
            match level {
                0..=2 => page.rule('='),
                3 => page.rule('-'),
                _ => {}
            }
        }
        Block::Paragraph(prose) => page.paragraph(&prose.plain()),
        Block::Table(one) => table::put(one, page),
        Block::Chart(one) => chart::put(one, page),
        Block::Heat(one) => heat::put(one, page),
        Block::Note(text) => note(text, page),
    }
}

/// Writes a note, its further lines hung below the first.
fn note(text: &str, page: &mut Page) {
    let mark = pick(page.ruler.language(), "注: ", "Note: ");
    page.hung(mark, page.ruler.width(mark), text);
}

fn facts(facts: &[(String, String)], page: &mut Page) {
    let widest = facts.iter().map(|(label, _)| page.ruler.width(&page.ruler.clean(label))).max().unwrap_or(0);
    let indent = widest.min(22) + 2;
    for (label, value) in facts {
        page.hung(&page.ruler.clean(label), indent, value);
    }
}
