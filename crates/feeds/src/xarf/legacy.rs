//! X-ARF before version 4: lines of `Key: value` in a part of a mail, most often `report.txt`.

use crate::{canonical, finding::Finding, time, words};
use noroshi_kernel::{
    observable::{Address, Host, Port, Protocol},
    reason::Reason,
    rsit::Rsit,
};

/// The most bytes of a report, and the most of its fields.
pub const MOST_BYTES: usize = 64 * 1024;
const MOST_FIELDS: usize = 100;

/// A report of one abuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The version of the format, for example `0.2`; empty when not told.
    pub version: String,
    /// The sender's name of this report; empty when not told.
    pub report_id: String,
    /// The mail address of who reports.
    pub reported_from: String,
    /// The program that wrote it.
    pub user_agent: String,
    /// The category: `abuse`, `fraud`, `info` or another.
    pub category: String,
    /// The type, for example `login-attack`.
    pub kind: String,
    /// What is reported, as written.
    pub source: String,
    /// What it tells of the abuse.
    pub finding: Finding,
}

/// Whether a text looks like such a report, so that the right part of a mail is found.
#[must_use]
pub fn is_report(text: &str) -> bool {
    let fields = fields(text);
    ["Reported-From", "Category", "Report-Type", "Source"].iter().filter(|name| value(&fields, name).is_some()).count() >= 3
}

/// Reads one report.
///
/// # Errors
/// The [`Reason`] why it is none: no source, a time that cannot be read, too long.
pub fn read(text: &str) -> Result<Report, Reason> {
    if text.len() > MOST_BYTES {
        return Err(Reason::new(
            "xarf-length",
            format!("X-ARF 報告が {MOST_BYTES} バイトを超えています。report.txt の部分だけを渡してください。"),
            format!("the X-ARF report is longer than {MOST_BYTES} bytes; give the part report.txt alone"),
        ));
    }
    let fields = fields(text);
    let said = |name: &str| value(&fields, name).unwrap_or_default().to_owned();
    let source = value(&fields, "Source").ok_or_else(|| lacks("Source"))?.to_owned();
    let (category, kind) = (said("Category"), said("Report-Type"));
    if category.is_empty() && kind.is_empty() {
        return Err(lacks("Report-Type"));
    }
    let finding = finding(&fields, &source, &category, &kind)?;
    Ok(Report {
        version: said("Version"),
        report_id: said("Report-ID"),
        reported_from: said("Reported-From"),
        user_agent: said("User-Agent"),
        category,
        kind,
        source,
        finding,
    })
}

/// Fields that stand elsewhere in a report.
const APART: &[&str] = &["version", "report-id", "reported-from", "user-agent", "category", "report-type", "source", "date", "port"];

fn finding(fields: &[(String, String)], source: &str, category: &str, kind: &str) -> Result<Finding, Reason> {
    let service = value(fields, "Service").unwrap_or_default();
    let mut finding = Finding::new([kind, service, category].into_iter().find_map(words::rsit).unwrap_or(Rsit::Undetermined));
    if let Some(date) = value(fields, "Date") {
        finding.at = Some(time::in_utc(date).ok_or_else(|| time::no_time(date))?);
    }
    let link = value(fields, "Download-Link").or_else(|| value(fields, "URL")).and_then(|link| canonical::url(link).ok());
    if let Ok(address) = source.parse::<Address>() {
        finding.addresses.push(address);
        finding.url = link;
    } else if source.contains('/') || source.contains("hxxp") {
        finding.url = Some(canonical::url(source)?);
    } else {
        let name = source.rsplit_once('@').map_or(source, |(_, name)| name);
        finding.url = link;
        finding.host = Some(name.parse::<Host>().ok().or_else(|| canonical::url(name).ok().and_then(|url| url.host)).ok_or_else(|| lacks("Source"))?);
    }
    let beside = ["IP", "Source-IP"].into_iter().filter_map(|name| value(fields, name).and_then(|text| text.parse::<Address>().ok()));
    for address in beside.chain(finding.url.as_ref().and_then(|url| url.address)) {
        if !finding.addresses.contains(&address) {
            finding.addresses.push(address);
        }
    }
    if finding.url.is_none() && finding.host.is_none() {
        finding.host = value(fields, "Domain").filter(|_| finding.addresses.is_empty()).and_then(|domain| domain.parse().ok());
    }
    let port = value(fields, "Port").or_else(|| value(fields, "Download-Port"));
    finding.port = port.and_then(|port| port.parse().ok()).map(|number| Port { protocol: Protocol::Tcp, number });
    let told = |name: &str| APART.contains(&name.to_ascii_lowercase().as_str());
    finding.details.extend(fields.iter().filter(|(name, value)| !told(name) && !value.is_empty()).cloned());
    Ok(finding)
}

/// The fields up to the first blank line behind them; a line that begins with white space goes the one before it on.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().take(MOST_BYTES) {
        if line.trim().is_empty() || line.trim_end() == "..." {
            if found.is_empty() {
                continue;
            }
            break;
        }
        if line.starts_with("---") || line.starts_with('#') || line.starts_with('%') {
            continue;
        }
        let full = found.len() >= MOST_FIELDS;
        match (line.starts_with([' ', '\t', '-']), line.split_once(':'), found.last_mut()) {
            (true, _, Some((_, value))) => {
                let more = line.trim().trim_start_matches("- ");
                if !value.is_empty() {
                    value.push_str(", ");
                }
                value.push_str(more);
            }
            (false, Some((name, value)), _) if is_name(name) && !full => found.push((name.trim().to_owned(), unquoted(value))),
            _ => {}
        }
    }
    found
}

fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote).and_then(|open| open.strip_suffix(quote)));
    inner.unwrap_or(value).trim().to_owned()
}

fn value<'f>(fields: &'f [(String, String)], wanted: &str) -> Option<&'f str> {
    fields.iter().find(|(name, value)| name.eq_ignore_ascii_case(wanted) && !value.is_empty()).map(|(_, value)| value.as_str())
}

fn lacks(name: &str) -> Reason {
    Reason::new(
        "xarf-field",
        format!("X-ARF の項目「{name}」がないか、読めません。送信元に直してもらってください。"),
        format!("the X-ARF field {name} is missing or cannot be read; have the sender correct it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REPORT: &str = "---\nReported-From: abuse@example.test\nCategory:  abuse\nReport-Type: login-attack\nService: ssh\nVersion: 0.2\nDate: Mon, 15 Jan 2024 09:00:07 +0900\nSource-Type: ip-address\nSource: 192.0.2.7\nPort: 22\nReport-ID: 7@example.test\nAttachment: text/plain\n\nNot: a field\n";

    #[test]
    fn a_report_is_read() {
        assert!(is_report(REPORT));
        let report = read(REPORT).expect("a report");
        assert_eq!((report.reported_from.as_str(), report.report_id.as_str(), report.version.as_str()), ("abuse@example.test", "7@example.test", "0.2"));
        let finding = report.finding;
        assert_eq!((finding.rsit, finding.at.expect("a time").rfc3339()), (Rsit::BruteForce, "2024-01-15T00:00:07Z".into()));
        assert_eq!((finding.addresses.len(), finding.port.expect("a port").to_string()), (1, "tcp/22".into()));
        assert_eq!(finding.details.len(), 3);
    }

    #[test]
    fn every_kind_of_source_is_read() {
        let with = |source: &str| read(&format!("Category: fraud\nReport-Type: phishing\nDate: '2024-01-15T00:00:07+00:00'\nSource: {source}\n"));
        assert_eq!(with("hxxp://a[.]example.test/x").expect("a URL").finding.url.expect("a URL").url, "http://a.example.test/x");
        assert_eq!(with("\"mail@example.test\"").expect("a mail address").finding.host.expect("a host").as_str(), "example.test");
        assert_eq!(with("2001:DB8::7").expect("an address").finding.addresses.len(), 1);
        assert_eq!(with("").expect_err("nothing").key, "xarf-field");
        assert_eq!(read("Source: 192.0.2.7\nReport-Type: x\nDate: yesterday\n").expect_err("no time").key, "time-shape");
        assert_eq!(read("hello").expect_err("no report").key, "xarf-field");
        assert_eq!(read(&"x".repeat(10 << 20)).expect_err("too long").key, "xarf-length");
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "((Source|Date|Port|Category|Report-Type|-|\\PC{0,5}):? ?\\PC{0,20}\n){0,12}") {
            let _ = (read(&text), is_report(&text));
        }
    }
}
