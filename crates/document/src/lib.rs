//! A report as data, and the forms in which people and programs read it.
//!
//! A [`Document`](model::Document) is a title, a few facts and a row of blocks: headings, [paragraphs](prose::Prose),
//! [tables](table::Table), [charts](chart::Chart), [heat maps](heat::Heat) and notes. It becomes an HTML fragment ([`html::fragment`]), plain text of 72 columns ([`text::plain`]),
//! JSON ([`json::value`]), sheets for a press ([`press::sheets`]) and, for one picture, an SVG file ([`svg::standalone`]). Every number carries the query that finds exactly
//! the records it counts, and a link to them.
//!
//! Numbers are made ready here too: [shares](share) that sum to 100, [changes](change) against an earlier figure,
//! [digits in groups](number).
//!
//! To add a kind of block: a variant of [`Block`](model::Block), then one arm in each of `html`, `text`, `typst` and `json`; the compiler
//! names the places.
//!
//! **Architecture invariant:** nothing here knows a desk, a database or a clock, and no renderer emits inline style or script. The few
//! words that a renderer needs are pairs of Japanese and English in one file; every sentence comes from the caller.

pub mod change;
pub mod chart;
mod clean;
pub mod heat;
pub mod html;
pub mod json;
mod link;
pub mod model;
pub mod number;
pub mod press;
pub mod prose;
pub mod share;
pub mod svg;
pub mod table;
pub mod text;
mod typst;
mod words;
