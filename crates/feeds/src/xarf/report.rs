//! Reports of X-ARF version 4.

use super::{
    finding,
    requirement::{self, missing},
};
use crate::{
    delimited::RawRow,
    finding::Finding,
    json::{self, Values},
    row::Row,
};
use noroshi_kernel::reason::Reason;
use serde_json::{Map, Value};
use std::io::{self, Read};

/// The most bytes of a report; its evidence is within.
pub const MOST_REPORT_BYTES: usize = 32 * 1024 * 1024;

/// The most pieces of evidence that are kept.
pub const MOST_EVIDENCE: usize = 50;

/// Who complains, or who sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The organisation's name.
    pub org: String,
    /// Its mail address.
    pub contact: String,
    /// Its domain.
    pub domain: String,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its media type.
    pub content_type: String,
    /// What it is, in the sender's words.
    pub description: String,
    /// What it holds, in Base64 as it was sent.
    pub payload: String,
    /// Its digest as `algorithm:hex`, as the sender tells it.
    pub hash: Option<String>,
}

/// A report of one abuse.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The version of the format, for example `4.2.0`.
    pub version: String,
    /// The sender's name of this report.
    pub report_id: String,
    /// Who complains.
    pub reporter: Party,
    /// Who sent it.
    pub sender: Party,
    /// The category, for example `content`.
    pub category: String,
    /// The type within the category, for example `phishing`.
    pub kind: String,
    /// What is reported, as written: an address, a name, a URL or a mail address.
    pub source: String,
    /// How sure the sender is, from 0 to 1.
    pub confidence: Option<f64>,
    /// What happened, in the sender's words.
    pub description: String,
    /// The sender's tags.
    pub tags: Vec<String>,
    /// What was sent along.
    pub evidence: Vec<Evidence>,
    /// What it tells of the abuse.
    pub finding: Finding,
}

/// Reads one report.
///
/// # Errors
/// The [`Reason`] why it is none: no JSON, another version, an unknown type, a field that is required and missing or unreadable.
pub fn read(bytes: &[u8]) -> Result<Report, Reason> {
    if bytes.len() > MOST_REPORT_BYTES {
        let (length, most) = (bytes.len(), MOST_REPORT_BYTES);
        return Err(Reason::new(
            "xarf-length",
            format!("X-ARF 報告が {length} バイトあり、読める {most} バイトを超えています。証拠を減らしてもらってください。"),
            format!("the X-ARF report has {length} bytes, more than the {most} that are read; have the sender take evidence out"),
        ));
    }
    of_value(&json::parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii())?)
}

/// One of several reports.
pub type Entry = Row<Report>;

/// Reads reports out of a stream in bounded memory: one, an array of them, or one after the other in lines.
#[derive(Debug)]
pub struct Reports<R>(Values<R>);

impl<R: Read> Reports<R> {
    /// Reads `source`.
    ///
    /// # Errors
    /// Whatever the source fails with.
    pub fn new(source: R) -> io::Result<Self> {
        Values::new(source, MOST_REPORT_BYTES).map(Self)
    }

    fn read(&mut self) -> io::Result<Option<Entry>> {
        let foreign = self.0.foreign.clone();
        let Some(raw) = self.0.next()? else { return Ok(None) };
        let content = foreign.map_or_else(|| json::value_of(&raw), Err).and_then(|value| of_value(&value));
        Ok(Some(entry(&raw, content)))
    }
}

impl<R: Read> Iterator for Reports<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn entry(raw: &RawRow<'_>, content: Result<Report, Reason>) -> Entry {
    Row::of(raw, content.map_err(|reason| (None, reason)))
}

fn of_value(value: &Value) -> Result<Report, Reason> {
    let report = value.as_object().ok_or_else(no_object)?;
    requirement::check(report)?;
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |name: &str| report.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let evidence = list("evidence").iter().take(MOST_EVIDENCE).filter_map(Value::as_object).map(evidence).collect();
    Ok(Report {
        version: text("xarf_version"),
        report_id: said(report, "report_id")?,
        reporter: party(report, "reporter")?,
        sender: party(report, "sender")?,
        category: text("category"),
        kind: text("type"),
        source: said(report, "source_identifier")?,
        confidence: report.get("confidence").and_then(Value::as_f64).filter(|sure| (0.0..=1.0).contains(sure)),
        description: text("description"),
        tags: list("tags").iter().take(20).filter_map(Value::as_str).map(str::to_owned).collect(),
        evidence,
        finding: finding::of(report)?,
    })
}

/// A text that must not be empty.
pub(super) fn said(object: &Map<String, Value>, name: &str) -> Result<String, Reason> {
    let text = object.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| missing(name))
}

fn party(report: &Map<String, Value>, name: &str) -> Result<Party, Reason> {
    let party = report.get(name).and_then(Value::as_object).ok_or_else(|| missing(name))?;
    for field in requirement::PARTY {
        said(party, field).map_err(|_| missing(&format!("{name}.{field}")))?;
    }
    Ok(Party { org: said(party, "org")?, contact: said(party, "contact")?, domain: said(party, "domain")? })
}

fn evidence(item: &Map<String, Value>) -> Evidence {
    let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    Evidence {
        content_type: text("content_type").unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        payload: text("payload").unwrap_or_default(),
        hash: text("hash"),
    }
}

fn no_object() -> Reason {
    Reason::new(
        "xarf-object",
        "X-ARF 報告は JSON のオブジェクトです。送信元に確かめてください。",
        "an X-ARF report is a JSON object, and this is none; ask the sender",
    )
}

#[cfg(test)]
mod tests;
