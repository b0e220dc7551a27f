//! Rises that somebody has published: what they are and since when, in the words of who explained them.

use super::{Ground, Window, crowd};
use crate::{
    ObservationError,
    rise::{self, Kind, State},
    rollup::Dimension,
    service::{
        course::{self, Lasted},
        rises::{self, Rise},
    },
    store::{cells, sensors},
    watch,
};
use noroshi_kernel::{access::Actor, language::Bilingual, moment::Moment};
use noroshi_ledger::{LedgerError, Query};
use std::{collections::BTreeMap, net::Ipv6Addr};
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
    /// Until when it lasted, by what was known at the window's end and may be told; none when sums do not tell its days.
    pub lasted: Option<Lasted>,
    /// What it is.
    pub explanation: Bilingual,
}

/// A rise that began so many days before a window may go on in it.
const LONGEST_DAYS: i64 = 366;

/// The rises that were published and began in a window or lasted into it, the latest first. One whose explanation tells what must not be told is not among
/// them.
///
/// # Errors
/// When records cannot be read.
pub async fn published(ground: Ground<'_>, window: Window) -> Result<Vec<Told>, ObservationError> {
    let found = rises::begun(&ground.place.ledger, &Actor::Platform, window.from.plus_days(-LONGEST_DAYS), window.to).await?;
    let snapshot = ground.place.ledger.snapshot().await?;
    let secrets = Secrets::of(&snapshot).await?;
    let mut told = Vec::new();
    for rise in found.into_iter().filter(|rise| rise.state == State::Published && secrets.told_by(&rise.explanation).is_none()) {
        let lasted = lasted(&snapshot, ground, &rise, window.to).await?;
        if Moment(rise.from) >= window.from || lasted.is_some_and(|lasted| lasted.last >= window.from) {
            let (key, country, kind, from, explanation) = (rise.service, rise.country, rise.kind, Moment(rise.from), rise.explanation);
            told.push(Told { key, country, kind, from, lasted, explanation });
        }
    }
    told.sort_by(|a, b| b.from.cmp(&a.from).then_with(|| a.key.cmp(&b.key)));
    Ok(told)
}

/// Until when a rise lasted, by what may be told of its days: whoever keeps sending to one address what rose there makes it no longer.
async fn lasted(query: &impl Query, ground: Ground<'_>, rise: &Rise, until: Moment) -> Result<Option<Lasted>, LedgerError> {
    let (dimension, key) = match &rise.country {
        None => (Dimension::Service, rise.service.clone()),
        Some(country) => (Dimension::ServiceCountry, format!("{} {country}", rise.service)),
    };
    let first = course::day(ground.zone, Moment(rise.from));
    let end = course::day(ground.zone, until.min(ground.place.ledger.now()));
    if end <= first {
        return Ok(Some(Lasted { last: first, goes_on: true }));
    }
    let edges = super::days(ground.zone, Window { from: first, to: end });
    let cells = cells::days_by_sensors(query, dimension, &key, (first.0, end.0)).await?;
    if cells.is_empty() {
        return Ok(None);
    }
    let (at, least) = (&rise.evidence.at_sensors, usize::try_from(ground.rule.least_sensors).unwrap_or(usize::MAX));
    let rose = |counts: BTreeMap<u32, u64>| counts.into_iter().filter(|(sensor, _)| at.is_empty() || at.contains(sensor)).map(|(_, packets)| packets).collect();
    let moments: Vec<i64> = edges.iter().map(|edge| edge.0).collect();
    let watching = watch::in_buckets(&sensors::watches(query, first.0, end.0).await?, &moments);
    let days = crowd::by_days(cells, &edges).into_iter().zip(watching).map(|(counts, watching)| (watching > 0.0).then(|| crowd::told(rose(counts), least)));
    let (last, goes_on) = rise::lasted(&rise.evidence, days);
    Ok(Some(Lasted { last: edges.get(last).copied().unwrap_or(first), goes_on }))
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
const SHORTEST_NAME: usize = 3;
/// Names with fewer are told by a word of their own alone: within other words they are found in any text.
const SHORTEST_WITHIN: usize = 4;

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

/// A text as it is compared: wide letters and figures narrow, in lower case, without characters that nobody sees, every way to write an address's dot a dot.
/// This keeps people from mistakes; who wants to tell an address finds a spelling.
fn plain(text: &str) -> String {
    let is_seen = |char: &char| {
        !matches!(char, '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            && !matches!(char, '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
    };
    let alike = |char| match char {
        '\u{3002}' | '\u{2024}' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2028}' | '\u{2029}' => '\n',
        other => other,
    };
    let mut plain: String = text.nfkc().filter(is_seen).map(alike).collect::<String>().to_lowercase();
    for (written, meant) in
        [("[dot]", "."), ("(dot)", "."), (" dot ", "."), ("ドット", "."), ("&#46;", "."), ("\\.", "."), (".\n", "."), ("\n.", "."), ("[:]", ":")]
    {
        plain = plain.replace(written, meant);
    }
    without_brackets(&plain)
}

/// Without the brackets within an address: `192.0.2[.]1`, `192.0.2.[1]`.
fn without_brackets(text: &str) -> String {
    let is_bracket = |char: char| matches!(char, '[' | ']' | '(' | ')' | '{' | '}');
    let is_within = |char: Option<char>| char.is_some_and(|char| char.is_ascii_digit() || char == '.');
    let mut kept = String::with_capacity(text.len());
    for (at, char) in text.char_indices() {
        let next = || text.get(at..).and_then(|rest| rest.chars().find(|char| !is_bracket(*char)));
        // A closing one at an address's end is one of the sentence, unless its opening one was left out.
        let ends = matches!(char, ']' | '}') && is_within(kept.chars().next_back());
        if !(is_bracket(char) && is_within(kept.chars().next_back()) && (is_within(next()) || ends)) {
            kept.push(char);
        }
    }
    kept
}

/// The words and numbers of a text, each with what stands before it: `sensor-04` is `sensor` and `4`.
fn parts(text: &str) -> Vec<(&str, String)> {
    let class = |char: char| (char.is_alphanumeric(), char.is_ascii_digit());
    let mut starts: Vec<usize> = Vec::new();
    let mut last = None;
    for (at, char) in text.char_indices() {
        if last != Some(class(char)) {
            starts.push(at);
            last = Some(class(char));
        }
    }
    let (mut parts, mut between) = (Vec::new(), "");
    for (place, from) in starts.iter().enumerate() {
        let to = starts.get(place + 1).copied().unwrap_or(text.len());
        let piece = text.get(*from..to).unwrap_or_default();
        if piece.chars().all(|char| char.is_ascii_digit()) {
            // Zeros before a number are not always written.
            let number = piece.trim_start_matches('0');
            parts.push((std::mem::take(&mut between), if number.is_empty() { "0".to_owned() } else { number.to_owned() }));
        } else if piece.chars().all(char::is_alphanumeric) {
            parts.push((std::mem::take(&mut between), piece.to_owned()));
        } else {
            between = piece;
        }
    }
    parts
}

/// What may stand between the parts of a name beside what does in the name itself: nothing, one character that joins, or a space. A sentence's end does not join.
fn joins(between: &str) -> bool {
    matches!(between, "" | "-" | "_" | "." | " " | "/" | "#" | " #" | "\n" | "\u{30fb}" | " - ")
}

/// Whether a name stands in a text by itself, however its parts are joined. Words of Japanese have no space between them.
fn tells_name(text: &str, name: &str) -> bool {
    let (text, name) = (parts(text), parts(name));
    let letters: usize = name.iter().map(|(_, part)| part.chars().count()).sum();
    let is_number = |part: &str| part.starts_with(|char: char| char.is_ascii_digit());
    let is_part = |place: usize, given: &str, meant: &str| {
        // Before a name, and behind it, other letters may stand in a language without spaces; not other figures.
        let is_free = letters >= SHORTEST_WITHIN && !given.is_ascii() && !is_number(meant);
        given == meant
            || (is_free && name.len() == 1 && given.contains(meant))
            || (is_free && place == 0 && given.ends_with(meant))
            || (is_free && place + 1 == name.len() && given.starts_with(meant))
    };
    let stands = |these: &[(&str, String)]| {
        these
            .iter()
            .zip(&name)
            .enumerate()
            .all(|(place, ((between, given), (own, meant)))| (place == 0 || between == own || joins(between)) && is_part(place, given, meant))
    };
    letters >= SHORTEST_NAME && text.windows(name.len().max(1)).any(stands)
}

/// Whether a text, as [`plain`] gives it, tells an address or a network: `192.0.2.1`, `192.0.2.x`, `ip-192-0-2-1`, `2001:db8::1`. Longer rows of numbers are
/// object identifiers, shorter ones versions.
fn tells_address(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_alphanumeric() && !matches!(char, '.' | ':' | '-' | '*')).any(|word| {
        let word = word.trim_matches(['.', '-']);
        let without_port = word.rsplit_once(':').map_or(word, |(address, _)| address);
        [word, word.trim_end_matches(':'), without_port].into_iter().any(is_v6)
            || word.split(['-', ':']).any(|piece| numbers(piece, '.').iter().any(|run| is_dotted(run)))
            || word.split(':').any(|piece| piece.split('.').flat_map(|part| numbers(part, '-')).any(|run| is_dashed(&run, piece)))
    })
}

/// An address of IPv6 of more than a part of one: `std::add` and `12:30` hold what parses, too.
fn is_v6(word: &str) -> bool {
    let groups = word.split(':').filter(|group| !group.is_empty()).count();
    groups >= 2 && word.contains(|char: char| char.is_ascii_digit()) && word.parse::<Ipv6Addr>().is_ok()
}

/// The rows of numbers, or of what stands for any, in a word.
fn numbers(word: &str, divider: char) -> Vec<Vec<&str>> {
    let parts: Vec<&str> = word.split(divider).collect();
    let is_any = |part: &str| part.chars().all(|char| char.is_ascii_digit()) || matches!(part, "x" | "xx" | "xxx" | "*" | "n");
    parts.chunk_by(|a, b| is_any(a) == is_any(b)).filter(|run| run.first().is_some_and(|part| is_any(part))).map(<[&str]>::to_vec).collect()
}

/// Four parts of which the first two are bytes, and each of the others is one or stands for any.
fn is_dotted(run: &[&str]) -> bool {
    let is_byte = |part: &str| part.parse::<u8>().is_ok();
    let is_any = |part: &str| is_byte(part) || !part.chars().all(|char| char.is_ascii_digit());
    matches!(run, [a, b, c, d] if is_byte(a) && is_byte(b) && is_any(c) && is_any(d) && (is_byte(c) || !is_byte(d)))
}

/// Four bytes of a host's name; four days of a month are none.
fn is_dashed(run: &[&str], word: &str) -> bool {
    let are_days = || run.iter().all(|part| part.parse::<u8>().is_ok_and(|day| day <= 31)) && run.join("-").len() == word.len();
    run.iter().all(|part| part.parse::<u8>().is_ok()) && run.len() == 4 && !are_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_sentences() {
        for text in [
            "192.0.2.1",
            "scans of 192.0.2[.]1, mostly",
            "192.0.2.[1]",
            "192{.}0{.}2{.}1",
            "源は 198.51.100.7。",
            "198.51.100.7から",
            "2001:db8::1 too",
            "[2001:db8::1]:443",
            "fe80::1",
            "from 203.0.113.9:443",
            "(192.0.2.0/24)",
            "１９８．５１．１００．７ から",
            "203\u{200b}.0.113.7",
            "203.\u{fe0f}0.113.7",
            "203.\n0.113.7",
            "203\u{2028}.0.113.7",
            "203。0。113。7",
            "203ドット0ドット113ドット7",
            "203-0-113-7.example.net",
            "ip-10-11-12-13",
            "198-51-100-7",
            "203.0.113.x",
            "203.0.113.n",
            "203.0.x.x",
            "203.0.113.*",
            "7.113.0.203.in-addr.arpa",
            "203&#46;0.113.7",
            "198[dot]51[dot]100[dot]7",
            "198 dot 51 dot 100 dot 7",
            "198\u{2013}51\u{2013}100\u{2013}7",
        ] {
            assert!(tells_address(&plain(text)), "{text}");
        }
        for text in [
            "",
            "SQL Server 2000",
            "version 1.2.3",
            "at 12:30:05",
            "Bots that try passwords: VNC.",
            "445/TCP",
            "deed: cafe",
            "2026-10-05",
            "10-20-30 packets",
            "10-11-12-13 October",
            "5. 6. 7. 8. October",
            "ポート 22・23・80・110 への",
            "ports 22, 23, 80, 81",
            "OID 1.3.6.1.4.1",
            "std::vector and add::",
            "(1) and (2).",
        ] {
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
            ("sensor-4", "sensor-04", true),
            ("sensor_04", "sensor-04", true),
            ("sensor #4", "sensor-04", true),
            ("sensor04", "sensor-04", true),
            ("所在は例示大学です", "例示大学", true),
            ("東京4号機", "東京4号", true),
            ("seen by every sensor. 12 of them saw it first", "sensor-12", false),
            ("Packets per sensor: 38 instead of 4", "sensor-38", false),
            ("the sensors: 4, 5 and 6", "sensor-04", false),
            ("presensor-04", "sensor-04", false),
            ("センサー", "sensor-04", false),
            ("Mostly at the sensor hosted by EXA.", "EXA", true),
            ("for example", "EXA", false),
            ("EX alone is found in any text", "EX", false),
            ("例示大の設置先", "例示大", false),
        ] {
            assert_eq!(tells_name(&plain(text), &plain(name)), expected, "{text}");
        }
    }
}
