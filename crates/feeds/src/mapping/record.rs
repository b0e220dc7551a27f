//! From the texts of one row to its finding, whatever the row came in.

use super::{Mapping, moment::Times};
use crate::{canonical, finding::Finding, time};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port, Protocol},
    reason::Reason,
    setaside::printable,
};
use std::{borrow::Cow, collections::BTreeMap, net::SocketAddr};

/// The most addresses that one row gives.
const MOST_ADDRESSES: usize = 64;

/// The most characters of a brand.
const BRAND_MOST_CHARS: usize = 400;

/// A mapping made ready for its rows.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) mapping: Mapping,
    times: Option<Times>,
    kinds: BTreeMap<String, noroshi_kernel::rsit::Rsit>,
    latest: Moment,
}

/// A field that is wrong, by its name, and why.
pub(super) type Wrong<'m> = (Option<&'m str>, Reason);

impl Plan {
    pub(super) fn new(mapping: &Mapping, latest: Moment) -> Result<Self, Reason> {
        mapping.check()?;
        let times = mapping.time.as_ref().map(Times::new).transpose()?;
        let kinds = mapping.kind.table.iter().map(|(text, rsit)| (text.trim().to_lowercase(), *rsit)).collect();
        Ok(Self { mapping: mapping.clone(), times, kinds, latest })
    }

    /// Makes the finding; details are for the caller to add.
    pub(super) fn finding<'r>(&self, text: impl Fn(&str) -> Cow<'r, str>) -> Result<Finding, Wrong<'_>> {
        let mapping = &self.mapping;
        let of = |field: &Option<String>| field.as_deref().map_or(Cow::Borrowed(""), &text);
        let mut finding = Finding::new(mapping.kind.otherwise);
        if let Some(rsit) = self.kinds.get(of(&mapping.kind.field).trim().to_lowercase().as_str()) {
            finding.rsit = *rsit;
        }
        if let (Some(field), Some(times)) = (&mapping.time, &self.times) {
            let written = text(&field.field);
            if !written.trim().is_empty() {
                finding.at = Some(self.time(times, written.trim()).map_err(|reason| (Some(field.field.as_str()), reason))?);
            }
        }
        let mut port_behind = None;
        for field in &mapping.addresses {
            for word in text(field).split([' ', ',', ';', '|']).filter(|word| !word.is_empty()).take(MOST_ADDRESSES) {
                let (address, port) = address(word).ok_or_else(|| (Some(field.as_str()), no_address(word)))?;
                port_behind = port_behind.or(port);
                add(&mut finding.addresses, address);
            }
        }
        let url = of(&mapping.url);
        if !url.trim().is_empty() {
            finding.url = Some(canonical::url(&url).map_err(|problem| (mapping.url.as_deref(), problem.into()))?);
        }
        let host = of(&mapping.host);
        if !host.trim().is_empty() {
            let host = self::host(host.trim()).ok_or_else(|| (mapping.host.as_deref(), no_host(&host)))?;
            if let Some(address) = host.address() {
                add(&mut finding.addresses, address);
            } else if finding.url.as_ref().and_then(|url| url.host.as_ref()) != Some(&host) {
                finding.host = Some(host);
            }
        }
        if let Some(address) = finding.url.as_ref().and_then(|url| url.address) {
            add(&mut finding.addresses, address);
        }
        finding.port = self.port(of(&mapping.port).trim(), of(&mapping.protocol).trim(), port_behind).map_err(|reason| (mapping.port.as_deref(), reason))?;
        let brand = of(&mapping.brand);
        finding.brand = Some(brand.trim()).filter(|brand| !brand.is_empty()).map(|brand| brand.chars().take(BRAND_MOST_CHARS).collect());
        if finding.is_about_something() { Ok(finding) } else { Err((None, nothing())) }
    }

    fn time(&self, times: &Times, text: &str) -> Result<Moment, Reason> {
        let at = times.read(text)?;
        if at > self.latest { Err(time::in_future(text)) } else { Ok(at) }
    }

    fn port(&self, text: &str, protocol: &str, behind: Option<u16>) -> Result<Option<Port>, Reason> {
        if let Ok(port) = text.parse::<Port>() {
            return Ok(Some(port));
        }
        let number = match text {
            "" => behind,
            digits => Some(digits.parse::<u16>().map_err(|_| no_port(digits))?),
        };
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "" => self.mapping.default_protocol.unwrap_or(Protocol::Tcp),
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            "icmp" | "icmp6" | "ipv6-icmp" | "1" | "58" => Protocol::Icmp,
            _ => return Ok(None),
        };
        Ok(number.filter(|number| *number <= protocol.greatest()).map(|number| Port { protocol, number }))
    }
}

fn add(addresses: &mut Vec<Address>, address: Address) {
    if !addresses.contains(&address) && addresses.len() < MOST_ADDRESSES {
        addresses.push(address);
    }
}

/// An address, with the port behind it if there is one.
fn address(word: &str) -> Option<(Address, Option<u16>)> {
    let plain = crate::defang::refang(word);
    if let Ok(address) = plain.trim_matches(['[', ']']).parse() {
        return Some((address, None));
    }
    plain.parse::<SocketAddr>().ok().map(|place| (place.ip().into(), Some(place.port())))
}

fn host(text: &str) -> Option<Host> {
    let plain = crate::defang::refang(text);
    plain.parse().ok().or_else(|| canonical::url(&plain).ok().and_then(|url| url.host))
}

fn no_address(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "address-shape",
        format!("「{shown}」は IP アドレスではありません。値か、対応表の列を直してください。"),
        format!("{shown:?} is no IP address; correct it, or the mapping's field"),
    )
}

fn no_host(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "host-shape",
        format!("「{shown}」はホスト名ではありません。値か、対応表の列を直してください。"),
        format!("{shown:?} is no host; correct it, or the mapping's field"),
    )
}

fn no_port(text: &str) -> Reason {
    let shown = printable(text, 64);
    Reason::new(
        "port-shape",
        format!("「{shown}」はポート番号ではありません。値か、対応表の列を直してください。"),
        format!("{shown:?} is no port; correct it, or the mapping's field"),
    )
}

fn nothing() -> Reason {
    Reason::new(
        "target-missing",
        "この行にはアドレスも URL もホスト名もありません。値か、対応表の列を直してください。",
        "the row names no address, no URL and no host; correct it, or the mapping's fields",
    )
}
