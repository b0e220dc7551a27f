//! From the bytes of a report to its rows.

use super::{
    columns::{Columns, Role},
    kind,
    report::ReportType,
    schema::Schema,
};
use crate::{
    canonical::{self, CanonicalUrl},
    delimited::refusal::Fault,
    finding::Finding,
    row::Row,
    table::{Cells, Table},
    time,
};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port, Protocol},
    reason::Reason,
    rsit::Rsit,
    setaside::printable,
};
use std::{
    borrow::Cow,
    io::{self, Read},
    sync::Arc,
};

/// Reads the rows of a report in bounded memory. The header is passed over; every other row that is not blank is given.
///
/// ```
/// use noroshi_feeds::shadowserver::{ReportType, ShadowserverReader};
/// use noroshi_kernel::{moment::Moment, rsit::Rsit};
/// let report = "timestamp,ip,protocol,port,tag\n2024-01-15 00:00:07,192.0.2.7,udp,53,openresolver\n";
/// let kind = ReportType::of_file_name("2024-01-15-scan_dns-example.csv");
/// let mut reader = ShadowserverReader::new(report.as_bytes(), kind, Moment(i64::MAX));
/// let finding = reader.next().expect("a row")?.content?;
/// assert_eq!((finding.rsit, finding.details), (Rsit::DdosAmplifier, vec![("tag".into(), "openresolver".into())]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ShadowserverReader<R> {
    table: Table<R>,
    parser: Parser,
    begun: bool,
}

impl<R: Read> ShadowserverReader<R> {
    /// Reads a report of a type, if that is known; a time after `latest` (now and one day) is not believed.
    pub fn new(source: R, report: Option<ReportType>, latest: Moment) -> Self {
        Self::by(None, source, report, latest)
    }

    /// The same by a schema of Shadowserver's own, if there is one.
    pub fn by(schema: Option<Arc<Schema>>, source: R, report: Option<ReportType>, latest: Moment) -> Self {
        let described = report.as_ref().and_then(|report| schema.as_ref().and_then(|schema| schema.describes(report)));
        let rsit = report.as_ref().map(|report| report.rsit_by(described));
        Self { table: Table::new(source, b','), parser: Parser { report, schema, rsit, latest, layout: Layout::default() }, begun: false }
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        if !self.begun {
            self.begun = true;
            let report = self.parser.report.as_ref();
            let described = report.and_then(|report| self.parser.schema.as_ref().and_then(|schema| schema.describes(report)));
            let layout = self.table.header(|names| Columns::of_header(names, report, described).map(Layout::of).map_err(|reason| (None, reason)))?;
            match layout {
                Ok(layout) => self.parser.layout = layout,
                Err(broken) => return Ok(broken),
            }
        }
        let Self { table, parser, .. } = self;
        table.row(|cells| parser.finding(cells))
    }
}

impl<R: Read> Iterator for ShadowserverReader<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// The columns, with the places of those that are looked up in every row.
#[derive(Debug, Default)]
struct Layout {
    columns: Option<Columns>,
    time: usize,
    address: Option<usize>,
    port: Option<usize>,
    protocol: Option<usize>,
    url: Option<usize>,
    application: Option<usize>,
}

impl Layout {
    fn of(columns: Columns) -> Self {
        Self {
            time: columns.place(Role::Time).unwrap_or_default(),
            address: columns.place(Role::Address),
            port: columns.place(Role::Port),
            protocol: columns.place(Role::Protocol),
            url: columns.place(Role::Url),
            application: columns.named("application"),
            columns: Some(columns),
        }
    }
}

/// Ports that are always UDP's in these reports: IKE, IPMI, NAT-PMP.
const UDP_PORTS: [u16; 4] = [500, 4500, 623, 5351];

#[derive(Debug)]
struct Parser {
    report: Option<ReportType>,
    schema: Option<Arc<Schema>>,
    /// The kind by the type alone.
    rsit: Option<Rsit>,
    latest: Moment,
    layout: Layout,
}

impl Parser {
    fn finding(&self, cells: &Cells<'_>) -> Result<Finding, Fault> {
        let layout = &self.layout;
        let text = |column: Option<usize>| column.map_or(Cow::Borrowed(""), |column| cells.text(column));
        let mut finding = Finding::new(self.rsit.unwrap_or(Rsit::Undetermined));
        finding.at = Some(self.time(&cells.text(layout.time)).map_err(|reason| (Some(layout.time + 1), reason))?);
        let written = text(layout.address);
        let mut network = false;
        if let (Some(column), false) = (layout.address, written.is_empty()) {
            let address = address(&written).ok_or_else(|| (Some(column + 1), no_address(&written)))?;
            network = written.contains('/');
            finding.addresses.push(address);
        }
        let protocol = text(layout.protocol);
        finding.port = self.port(&text(layout.port), &protocol).map_err(|reason| (layout.port.map(|column| column + 1), reason))?;
        let columns = layout.columns.as_ref();
        let hosts = columns.map_or(&[][..], |columns| columns.hosts.as_slice());
        let url = text(layout.url);
        finding.url = self.url(cells, &url, hosts, &finding, &text(layout.application));
        if finding.url.is_none() {
            finding.host = hosts.iter().find_map(|column| host(&cells.text(*column)));
        }
        let found = finding.url.as_ref().and_then(|url| url.address).or_else(|| finding.host.as_ref().and_then(Host::address));
        finding.addresses.extend(found.filter(|found| !finding.addresses.contains(found)));
        if !finding.is_about_something() {
            return Err((layout.address.map(|column| column + 1), nothing()));
        }
        if let Some(columns) = columns {
            if let Some(rsit) = self.rsit_of_row(cells, columns, finding.url.is_some()) {
                finding.rsit = rsit;
            }
            for (column, (name, role)) in columns.all.iter().enumerate() {
                let value = cells.text(column);
                let told = match role {
                    Role::Time => true,
                    Role::Address => !network,
                    Role::Port | Role::Protocol => finding.port.is_some(),
                    Role::Url => finding.url.as_ref().is_some_and(|found| found.url == value),
                    Role::Host => finding.host.as_ref().is_some_and(|found| found.as_str() == value),
                    Role::Detail => false,
                };
                if !told && !matches!(value.as_ref(), "" | "-") {
                    finding.details.push((name.clone(), value.into_owned()));
                }
            }
        }
        Ok(finding)
    }

    fn time(&self, text: &str) -> Result<Moment, Reason> {
        let at = time::in_utc(text).ok_or_else(|| time::no_time(text))?;
        if at > self.latest { Err(time::in_future(text)) } else { Ok(at) }
    }

    /// The port with its protocol; `None` when there is none, or one of a protocol that has no ports here.
    fn port(&self, number: &str, protocol: &str) -> Result<Option<Port>, Reason> {
        if number.is_empty() {
            return Ok(None);
        }
        let number: u16 = number.parse().map_err(|_| no_port(number))?;
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            "icmp" | "icmp6" | "1" | "58" => Protocol::Icmp,
            // Older reports do not say it: those of amplifiers are about UDP, all others about TCP.
            "" if self.rsit == Some(Rsit::DdosAmplifier) || UDP_PORTS.contains(&number) => Protocol::Udp,
            "" => Protocol::Tcp,
            _ => return Ok(None),
        };
        Ok(Some(Port { protocol, number }).filter(|_| number <= protocol.greatest()))
    }

    /// The reported URL; where only its path is told, with the host that stands beside it, or the address.
    fn url(&self, cells: &Cells<'_>, url: &str, hosts: &[usize], finding: &Finding, application: &str) -> Option<CanonicalUrl> {
        if url.is_empty() {
            return None;
        }
        if !url.starts_with('/') {
            return canonical::url(url).ok();
        }
        let host = hosts.iter().find_map(|column| host(&cells.text(*column)));
        let host = host.or_else(|| finding.addresses.first().copied().map(Host::from))?;
        let port = finding.port.map(|port| port.number);
        let scheme = if port == Some(443) || application.eq_ignore_ascii_case("https") { "https" } else { "http" };
        let open = if host.as_str().contains(':') { ("[", "]") } else { ("", "") };
        let port = port.filter(|port| !matches!(port, 80 | 443)).map_or_else(String::new, |port| format!(":{port}"));
        canonical::url(&format!("{scheme}://{}{}{}{port}{url}", open.0, host.as_str(), open.1)).ok()
    }

    /// The kind that a row's own words tell, where the type leaves it open.
    fn rsit_of_row(&self, cells: &Cells<'_>, columns: &Columns, has_url: bool) -> Option<Rsit> {
        let website = self.report.as_ref().is_some_and(|report| report.name().starts_with("compromised_website"));
        if website {
            let words: Vec<_> = columns.tags.iter().map(|column| cells.text(*column)).collect();
            return Some(kind::of_website(&words.join(" ")));
        }
        if self.rsit.is_some_and(|rsit| rsit != Rsit::Undetermined) {
            return None;
        }
        let infection = columns.infection.map(|column| cells.text(column)).unwrap_or_default();
        if !infection.is_empty() {
            return Some(kind::of_infection(&infection));
        }
        let words = columns.tags.iter().any(|column| cells.text(*column).to_ascii_lowercase().contains("phish"));
        match (columns.amplifies, has_url && words, has_url && columns.named("sha256").or_else(|| columns.named("md5")).is_some()) {
            (true, ..) => Some(Rsit::DdosAmplifier),
            (_, true, _) => Some(Rsit::Phishing),
            (.., true) => Some(Rsit::MalwareDistribution),
            _ => None,
        }
    }
}

/// An address; of a network, its first one.
fn address(text: &str) -> Option<Address> {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    length.parse::<u8>().ok().filter(|length| *length <= 128)?;
    address.parse().ok()
}

/// A host, or the one behind an e-mail address or within a URL.
fn host(text: &str) -> Option<Host> {
    if text.is_empty() {
        return None;
    }
    let name = text.rsplit_once('@').map_or(text, |(_, name)| name);
    let plain = || name.parse::<Host>().ok().filter(|host| host.address().is_some() || host.top_level_domain().is_some());
    plain().or_else(|| canonical::url(name).ok().and_then(|url| url.host))
}

fn no_address(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "address-shape",
        format!("「{shown}」は IP アドレスではありません。列がずれていないか確かめてください。"),
        format!("{shown:?} is no IP address; check that the columns are not shifted"),
    )
}

fn no_port(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "port-shape",
        format!("「{shown}」はポート番号ではありません。列がずれていないか確かめてください。"),
        format!("{shown:?} is no port; check that the columns are not shifted"),
    )
}

fn nothing() -> Reason {
    Reason::new(
        "target-missing",
        "この行にはアドレスも URL もホスト名もありません。報告元に確かめてください。",
        "the row names no address, no URL and no host; ask the sender",
    )
}

#[cfg(test)]
mod tests;
