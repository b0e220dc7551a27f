//! Rises that somebody has published: what they are and since when, in the words of who explained them.

use super::{Ground, Window};
use crate::{
    ObservationError,
    rise::{Kind, State},
    service::rises,
};
use noroshi_kernel::{access::Actor, language::Bilingual, moment::Moment};
use std::net::IpAddr;

/// A rise as everybody may know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Of what: `tcp/445`.
    pub key: String,
    /// The country alone from which it rose.
    pub country: Option<String>,
    /// How it came.
    pub kind: Kind,
    /// When it began.
    pub from: Moment,
    /// What it is.
    pub explanation: Bilingual,
}

/// The rises that were published and began or went on in a window, the latest first. One whose explanation tells an address is not among them.
///
/// # Errors
/// When records cannot be read.
pub async fn published(ground: Ground<'_>, window: Window) -> Result<Vec<Told>, ObservationError> {
    let found = rises::within(&ground.place.ledger, &Actor::Platform, window.from, window.to).await?;
    let told = |rise: rises::Rise| Told { key: rise.service, country: rise.country, kind: rise.kind, from: Moment(rise.from), explanation: rise.explanation };
    let mut told: Vec<Told> = found
        .into_iter()
        .filter(|rise| rise.state == State::Published && rise.from < window.to.0)
        .map(told)
        .filter(|told| !tells_address(&told.explanation.ja) && !tells_address(&told.explanation.en))
        .collect();
    told.sort_by(|a, b| b.from.cmp(&a.from).then_with(|| a.key.cmp(&b.key)));
    Ok(told)
}

/// Whether a text tells an address, plainly or in brackets: `192.0.2.1`, `192.0.2[.]1`, `2001:db8::1`.
#[must_use]
pub fn tells_address(text: &str) -> bool {
    let plain = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    let is_part = |char: char| char.is_ascii_hexdigit() || char == '.' || char == ':';
    plain.split(|char| !is_part(char)).map(|word| word.trim_matches('.')).any(|word| {
        let without_port = word.rsplit_once(':').map_or(word, |(address, _)| address);
        [word, word.trim_end_matches(':'), without_port].into_iter().any(|word| word.parse::<IpAddr>().is_ok_and(|address| !address.is_unspecified()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_sentences() {
        for text in ["192.0.2.1", "scans of 192.0.2[.]1, mostly", "源は 198.51.100.7。", "2001:db8::1 too", "from 203.0.113.9:443", "(192.0.2.0/24)"] {
            assert!(tells_address(text), "{text}");
        }
        for text in ["", "SQL Server 2000", "version 1.2.3", "at 12:30:05", "Bots that try passwords: VNC.", "445/TCP", "deed: cafe"] {
            assert!(!tells_address(text), "{text}");
        }
    }
}
