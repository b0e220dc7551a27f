use super::{Submission, check};
use noroshi_feeds::{
    extract::{self, Item},
    finding::Finding,
};
use noroshi_kernel::observable::{Port, Protocol};

/// The most findings of one submission.
const MOST: usize = 1_000;

impl Submission {
    /// What its fields report: one finding for each thing that it names. A finding has one port: the one that stands with the address,
    /// else the first of the field; the others are among its details.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let rsit = self.chosen().map_or(noroshi_kernel::rsit::Rsit::Undetermined, super::What::rsit);
        let (at, ports) = (self.happened_at(), self.port_list());
        let one = |item: Item| {
            let mut finding = Finding { at, port: ports.first().copied(), ..Finding::new(rsit) };
            match item {
                Item::Address(address, port) => {
                    finding.addresses = vec![address];
                    finding.port = port.map(|number| Port { protocol: Protocol::Tcp, number }).or(finding.port);
                }
                Item::Url(url) => finding.url = Some(url),
                Item::Host(host) => finding.host = Some(host),
                // A mailbox is nothing that anybody looks at: it stays in the text.
                _ => return None,
            }
            finding.details = ports.iter().skip(1).map(|port| ("port".to_owned(), port.to_string())).collect();
            Some(finding)
        };
        extract::items(&self.targets).into_iter().filter(|found| check::is_a_thing(&found.item)).filter_map(|found| one(found.item)).take(MOST).collect()
    }
}
