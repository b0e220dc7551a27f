//! Rises that somebody has published: what they are and since when, in the words of who explained them.

use super::{Ground, Window};
use crate::{
    ObservationError,
    rise::{Kind, State},
    service::rises,
    store::sensors,
};
use noroshi_kernel::{access::Actor, language::Bilingual, moment::Moment};
use noroshi_ledger::{LedgerError, Query};
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization as _;

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

/// The rises that were published and began in a window, the latest first. One whose explanation tells what must not be told is not among
/// them.
///
/// # Errors
/// When records cannot be read.
pub async fn published(ground: Ground<'_>, window: Window) -> Result<Vec<Told>, ObservationError> {
    let found = rises::begun(&ground.place.ledger, &Actor::Platform, window.from, window.to).await?;
    let secrets = Secrets::of(&ground.place.ledger).await?;
    let told = |rise: rises::Rise| Told { key: rise.service, country: rise.country, kind: rise.kind, from: Moment(rise.from), explanation: rise.explanation };
    let mut told: Vec<Told> =
        found.into_iter().filter(|rise| rise.state == State::Published).map(told).filter(|told| secrets.told_by(&told.explanation).is_none()).collect();
    told.sort_by(|a, b| b.from.cmp(&a.from).then_with(|| a.key.cmp(&b.key)));
    Ok(told)
}

/// What a published text must not tell.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    /// Names of sensors and of the organisations where they stand, as [`plain`] gives them.
    names: Vec<(String, String)>,
}

/// What a text tells that it must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    /// An address.
    Address,
    /// A sensor, or where one stands.
    Name(String),
}

/// Names with fewer letters and figures are found in any text.
const SHORTEST_NAME: usize = 4;

impl Secrets {
    pub(crate) async fn of(query: &impl Query) -> Result<Self, LedgerError> {
        let known = sensors::all(query).await?;
        let names = known.into_iter().flat_map(|sensor| [sensor.name, sensor.organisation]);
        Ok(Self { names: names.map(|name| (plain(&name), name)).filter(|(plain, _)| plain.chars().count() >= SHORTEST_NAME).collect() })
    }

    /// What either language tells.
    pub(crate) fn told_by(&self, text: &Bilingual) -> Option<Secret> {
        [&text.ja, &text.en].into_iter().find_map(|text| {
            let plain = plain(text);
            if tells_address(&plain) {
                return Some(Secret::Address);
            }
            self.names.iter().find(|(name, _)| tells_name(&plain, name)).map(|(_, name)| Secret::Name(name.clone()))
        })
    }
}

/// A text as it is compared: wide letters and figures narrow, in lower case, without characters that nobody sees, every dot a dot and every dash a dash.
fn plain(text: &str) -> String {
    let is_seen = |char: &char| !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{34f}');
    let alike = |char| match char {
        '\u{3002}' | '\u{b7}' | '\u{30fb}' | '\u{2022}' | '\u{2024}' | '_' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    };
    let mut plain: String = text.nfkc().filter(is_seen).map(alike).collect::<String>().to_lowercase();
    for (written, meant) in
        [("[.]", "."), ("(.)", "."), ("[:]", ":"), ("&#46;", "."), ("[dot]", "."), ("(dot)", "."), (" dot ", "."), (" . ", "."), (". ", "."), (" .", ".")]
    {
        plain = plain.replace(written, meant);
    }
    plain
}

/// Letters and figures alone.
fn bare(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).collect()
}

/// Whether a name stands in a text by itself, however its parts are joined. Words of Japanese have no space between them.
fn tells_name(text: &str, name: &str) -> bool {
    let (text, name) = (bare(text), bare(name));
    let is_figure = |char: char| char.is_ascii_digit();
    name.chars().count() >= SHORTEST_NAME
        && text.match_indices(&name).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back()).is_some_and(is_figure) && name.chars().next().is_some_and(is_figure);
            let after =
                text.get(at + name.len()..).and_then(|text| text.chars().next()).is_some_and(is_figure) && name.chars().next_back().is_some_and(is_figure);
            !before && !after
        })
}

/// Whether a text, as [`plain`] gives it, tells an address or a part of one: `192.0.2.1`, `192.0.2.x`, `192-0-2-1`, `2001:db8::1`.
fn tells_address(text: &str) -> bool {
    let is_part = |char: char| char.is_ascii_hexdigit() || matches!(char, '.' | ':' | '-' | 'x' | '*');
    text.split(|char| !is_part(char)).any(|word| {
        let word = word.trim_matches(['.', '-']);
        let without_port = word.rsplit_once(':').map_or(word, |(address, _)| address);
        let is_whole = [word, word.trim_end_matches(':'), without_port].into_iter().any(|word| word.parse::<IpAddr>().is_ok_and(|one| !one.is_unspecified()));
        is_whole || word.split(['-', ':']).any(|piece| is_dotted(piece, '.')) || word.split(['.', ':']).any(|piece| is_dotted(piece, '-'))
    })
}

/// Four parts of which the first three are bytes, and the last is one or stands for all.
fn is_dotted(word: &str, divider: char) -> bool {
    let parts: Vec<&str> = word.split(divider).collect();
    let is_byte = |part: &&str| part.parse::<u8>().is_ok();
    parts.windows(4).any(|four| matches!(four, [a, b, c, d] if [a, b, c].into_iter().all(is_byte) && (is_byte(d) || matches!(*d, "x" | "xx" | "xxx" | "*"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_sentences() {
        for text in [
            "192.0.2.1",
            "scans of 192.0.2[.]1, mostly",
            "源は 198.51.100.7。",
            "2001:db8::1 too",
            "from 203.0.113.9:443",
            "(192.0.2.0/24)",
            "１９８．５１．１００．７ から",
            "203\u{200b}.0.113.7",
            "203 . 0 . 113 . 7",
            "203。0。113。7",
            "203-0-113-7.example.net",
            "203.0.113.x",
            "203&#46;0.113.7",
            "198[dot]51[dot]100[dot]7",
            "198 dot 51 dot 100 dot 7",
            "198\u{2013}51\u{2013}100\u{2013}7",
            "198・51・100・7",
            "198. 51. 100. 7",
            "198_51_100_7",
        ] {
            assert!(tells_address(&plain(text)), "{text}");
        }
        for text in
            ["", "SQL Server 2000", "version 1.2.3", "at 12:30:05", "Bots that try passwords: VNC.", "445/TCP", "deed: cafe", "2026-10-05", "10-20-30 packets"]
        {
            assert!(!tells_address(&plain(text)), "{text}");
        }
    }

    #[test]
    fn names_are_found_as_words() {
        for (text, name, expected) in [
            ("Seen by Sensor-04.", "sensor-04", true),
            ("seen by ＳＥＮＳＯＲ-04", "sensor-04", true),
            ("sensor-041 is another", "sensor-04", false),
            ("例示大学のセンサーで", "例示大学", true),
            ("sensor 04 saw it", "sensor-04", true),
            ("sensor\u{2013}04", "sensor-04", true),
            ("センサー", "sensor-04", false),
        ] {
            assert_eq!(tells_name(&plain(text), &plain(name)), expected, "{text}");
        }
    }
}
