//! What incidents are about: hosts under `example.net` (RFC 2606) and addresses for documentation (RFC 5737, RFC 3849).

use noroshi_incident::model::{Category, Target, TargetKind};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Addresses, no two alike: first the three networks of IPv4, then 2001:db8::/32.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    given: u32,
}

impl Addresses {
    pub(super) fn next(&mut self) -> String {
        /// Hosts of a /24.
        const HOSTS: u32 = 254;
        const NETWORKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
        let place = self.given;
        self.given += 1;
        let network = usize::try_from(place / HOSTS).ok().and_then(|network| NETWORKS.get(network));
        match (network, u8::try_from(place % HOSTS + 1)) {
            (Some([first, second, third]), Ok(host)) => Ipv4Addr::new(*first, *second, *third, host).to_string(),
            _ => Ipv6Addr::from((0x2001_0db8_u128 << 96) | u128::from(place)).to_string(),
        }
    }
}

/// The target of an incident: a scan comes from an address, everything else is at a site.
pub(super) fn of(category: Category, id: i64, address: Option<&str>) -> Target {
    let host = format!("site-{id:06}.example.net");
    let (kind, text) = match (category, address) {
        (Category::Scan | Category::Dos, Some(address)) => (TargetKind::Address, address.into()),
        (Category::Phishing, _) => (TargetKind::Url, format!("https://{host}/login/")),
        (Category::WebDefacement | Category::MalwareSite, _) => (TargetKind::Url, format!("http://{host}/")),
        _ => (TargetKind::Host, host),
    };
    Target { kind, text }
}

/// The site of a target: its host.
pub(super) fn site(target: &Target) -> String {
    match target.kind {
        TargetKind::Url => target.text.split('/').nth(2).unwrap_or(&target.text).into(),
        TargetKind::Host | TargetKind::Address => target.text.clone(),
    }
}

/// A further site of an incident that has one already.
pub(super) fn mirror(id: i64) -> String {
    format!("mirror-{id:06}.example.net")
}
