//! The document and its blocks.

use crate::{chart::Chart, heat::Heat, prose::Prose, table::Table};
use noroshi_kernel::language::Language;

/// One piece of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// The head of a section.
    Heading {
        /// 2 for a section, 3 for a part of it, to 6; the document's title is 1.
        level: u8,
        /// Its words.
        text: String,
        /// Its anchor, unique in the document; empty for none.
        id: String,
    },
    /// Sentences.
    Paragraph(Prose),
    /// A table.
    Table(Table),
    /// A chart. Its table is a block of its own.
    Chart(Chart),
    /// A heat map. Its table is a block of its own.
    Heat(Heat),
    /// A sentence beside the matter, without numbers that count: how something was counted, what is not known.
    Note(String),
}

/// A report as data, in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The language of all its words.
    pub language: Language,
    /// What it is.
    pub title: String,
    /// One or two sentences that say what the numbers are.
    pub lead: Option<Prose>,
    /// Issuer, period, date and so on: names and values, in order.
    pub facts: Vec<(String, String)>,
    /// Its matter, in order.
    pub blocks: Vec<Block>,
}
