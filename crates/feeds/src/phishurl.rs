//! The phishing list: CSV `date,URL,description`, one reported URL per row, times as a wall clock of the list's zone shows them.
//!
//! Source of the shape: the list of phishing sites that JPCERT/CC publishes (`date,URL,description`, UTF-8, Japan time). The
//! description is the brand that the site imitates, in free text.

mod columns;
mod date;
mod reader;

pub use reader::{BRAND_MOST_CHARS, PhishUrl, PhishUrlReader, Row};
