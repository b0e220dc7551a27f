//! The addresses that a letter's text gives behind reported URLs: `http://login.example.test/ [192.0.2.7]`.

use noroshi_feeds::{
    extract::{self, Item},
    finding::Finding,
};
use noroshi_kernel::observable::{Address, Host};
use std::collections::HashMap;

/// An address may stand on one of the lines behind its URL.
const LINES: usize = 3;

/// Gives findings without address the one that the text gives behind their URL. Where several URLs have one, it must be the URL of the
/// same host.
pub(super) fn complete(findings: &mut [Finding], text: &str) {
    if findings.iter().all(|finding| !finding.addresses.is_empty() || host(finding).is_none()) {
        return;
    }
    let given = given(text);
    let only = given.first().map(|(_, address)| *address).filter(|first| given.iter().all(|(_, address)| address == first));
    let mut of_host: HashMap<&Host, Address> = HashMap::new();
    for (host, address) in given.iter().filter_map(|(host, address)| Some((host.as_ref()?, *address))) {
        of_host.entry(host).or_insert(address);
    }
    for finding in findings.iter_mut().filter(|finding| finding.addresses.is_empty()) {
        let own = host(finding).map(|host| of_host.get(host).copied().or(only));
        finding.addresses.extend(own.flatten());
    }
}

fn host(finding: &Finding) -> Option<&Host> {
    finding.url.as_ref().and_then(|url| url.host.as_ref()).or(finding.host.as_ref())
}

/// The addresses in brackets, each with the host of the URL before it.
fn given(text: &str) -> Vec<(Option<Host>, Address)> {
    let mut given: Vec<(Option<Host>, Address)> = Vec::new();
    let mut last: Option<(Option<Host>, usize)> = None;
    for (place, line) in text.lines().enumerate() {
        for found in extract::items(line) {
            match found.item {
                Item::Url(url) => last = Some((url.host, place)),
                // In brackets it says where the URL leads; in a sentence it may be anybody's.
                Item::Address(address, _) if line.get(..found.at.start).is_some_and(|before| before.trim_end().ends_with(['[', '('])) => {
                    given.extend(last.iter().filter(|(_, at)| place - at < LINES).map(|(host, _)| (host.clone(), address)));
                }
                _ => {}
            }
        }
    }
    given
}
