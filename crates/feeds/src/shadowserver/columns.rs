//! Which column of a report holds what.

use super::{report::ReportType, schema::Described};
use noroshi_kernel::reason::Reason;
use std::borrow::Cow;

/// What a column is to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// When it was seen.
    Time,
    /// The reported system.
    Address,
    /// The port that it is about.
    Port,
    /// That port's protocol.
    Protocol,
    /// The reported URL, or its path.
    Url,
    /// The reported host.
    Host,
    /// Kept beside by its name.
    Detail,
}

/// The columns of a report.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Each column's name and role.
    pub(super) all: Vec<(String, Role)>,
    /// The columns of the hosts, the most telling first.
    pub(super) hosts: Vec<usize>,
    /// The column of the infection's name.
    pub(super) infection: Option<usize>,
    /// The columns that tell what was done to a site.
    pub(super) tags: Vec<usize>,
    /// Whether it tells how much a service amplifies.
    pub(super) amplifies: bool,
}

/// Columns that hold the address of the reported system, the surest first. A relay or a client stands in `src_ip` only beside `ip`.
const ADDRESSES: &[&str] = &["ip", "src_ip", "http_referer_ip"];

/// Columns that hold a host of the reported site, the surest first.
const HOSTS: &[&str] = &["http_host", "host", "domain", "website", "request", "email", "hostname"];

impl Columns {
    /// Reads a header. Where it has no column that is known here, that which Shadowserver's own schema names counts.
    pub(super) fn of_header(names: &[Cow<'_, str>], report: Option<&ReportType>, described: Option<&Described>) -> Result<Self, Reason> {
        let names: Vec<String> = names.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let theirs = |key: &str| described.and_then(|described| described.columns(key).iter().find_map(|name| place(name)));
        let time = place("timestamp").or_else(|| theirs("time.source")).ok_or_else(no_header)?;
        let address = ADDRESSES.iter().find_map(|name| place(name));
        let source = address.and_then(|column| names.get(column)).map_or("", String::as_str);
        let named = |words: &[&str]| report.is_some_and(|report| words.iter().any(|word| report.name().contains(word)));
        let told = ["dst_ip", "dst_port", "cc_ip", "http_agent"].iter().any(|name| place(name).is_some());
        let event = source == "src_ip" || source == "http_referer_ip" || told || named(&["event", "sinkhole", "drone", "darknet"]);
        // The URL of an event is that of the sensor, of a scan one page among many; of a site it is the thing reported. Likewise
        // the host's name is of the reverse zone but for sites.
        let site = !event && !named(&["scan"]);
        let url = place("url").filter(|_| site).or_else(|| theirs("source.url"));
        let port = match source {
            "http_referer_ip" => place("http_referer_port"),
            _ if event => place("dst_port"),
            _ => place("port"),
        };
        let address = address.or_else(|| theirs("source.ip")).or_else(|| theirs("source.network"));
        let port = port.or_else(|| theirs(if event { "destination.port" } else { "source.port" }));
        let protocol = place("protocol").or_else(|| theirs("protocol.transport"));
        let mut hosts: Vec<usize> =
            if site && (url.is_some() || address.is_none()) { HOSTS.iter().filter_map(|name| place(name)).collect() } else { Vec::new() };
        if hosts.is_empty() && address.is_none() {
            hosts.extend(theirs("source.fqdn").or_else(|| theirs("source.reverse_dns")));
        }
        let mut all: Vec<(String, Role)> = names.iter().cloned().map(|name| (name, Role::Detail)).collect();
        let roles = [(Some(time), Role::Time), (address, Role::Address), (port, Role::Port), (protocol, Role::Protocol), (url, Role::Url)];
        for (column, role) in roles.into_iter().chain(hosts.iter().map(|column| (Some(*column), Role::Host))) {
            if let Some((_, own)) = column.and_then(|column| all.get_mut(column)) {
                *own = role;
            }
        }
        let tags = ["tag", "category"].iter().filter_map(|name| place(name)).collect();
        let amplifies = ["amplification", "min_amplification"].iter().any(|name| place(name).is_some());
        Ok(Self { all, hosts, infection: place("infection"), tags, amplifies })
    }

    /// The column of a role that only one column has.
    pub(super) fn place(&self, wanted: Role) -> Option<usize> {
        self.all.iter().position(|(_, role)| *role == wanted)
    }

    /// The column of a name.
    pub(super) fn named(&self, wanted: &str) -> Option<usize> {
        self.all.iter().position(|(name, _)| name == wanted)
    }
}

fn no_header() -> Reason {
    Reason::new(
        "header-columns",
        "1 行目が見出しではありません（timestamp の列がありません）。Shadowserver から届いたままの CSV を渡してください。",
        "the first row is no header (no column is named timestamp); give the CSV as it came from Shadowserver",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(header: &str, report: Option<&str>) -> Vec<(String, Role)> {
        let names: Vec<_> = header.split(',').map(Cow::from).collect();
        let report = report.and_then(ReportType::named);
        let columns = Columns::of_header(&names, report.as_ref(), None).expect("a header");
        columns.all.into_iter().filter(|(_, role)| *role != Role::Detail).collect()
    }

    fn told(header: &str, report: Option<&str>) -> String {
        roles(header, report).iter().map(|(name, role)| format!("{name}:{role:?}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn headers_of_every_family() {
        assert_eq!(told("timestamp,ip,protocol,port,hostname,url", Some("scan_exchange")), "timestamp:Time ip:Address protocol:Protocol port:Port");
        assert_eq!(
            told("timestamp,protocol,src_ip,src_port,dst_ip,dst_port,http_host,url", None),
            "timestamp:Time protocol:Protocol src_ip:Address dst_port:Port"
        );
        assert_eq!(
            told("Timestamp, IP,port,URL,http_host,hostname", Some("compromised_website")),
            "timestamp:Time ip:Address port:Port url:Url http_host:Host hostname:Host"
        );
        assert_eq!(told("timestamp,ip,port,url,http_agent,hostname", Some("sinkhole_http_drone")), "timestamp:Time ip:Address");
        assert_eq!(told("timestamp,url,ip,src_ip", Some("spam_url")), "timestamp:Time url:Url ip:Address");
        assert_eq!(told("timestamp,email,tag", None), "timestamp:Time email:Host");
        assert!(Columns::of_header(&["2024-01-15 00:00:07".into(), "192.0.2.7".into()], None, None).is_err());
    }
}
