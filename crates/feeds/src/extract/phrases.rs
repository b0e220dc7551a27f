//! Items of more than one word: ports and times.

use super::{Found, Item, words};
use crate::notice;
use noroshi_kernel::observable::{Port, Protocol};
use std::ops::Range;

/// The most words of a time: `Sat, 16 May 2015 12:03:11 AM GMT`.
const TIME_MOST_WORDS: usize = 8;
/// The longest time, in bytes.
const TIME_MOST_BYTES: usize = 60;

/// The ports that a text names: `tcp/22`, `22/udp`, `port 22`, `ポート番号 22`. Without a protocol it is TCP.
pub(super) fn ports(text: &str) -> Vec<Found> {
    let words: Vec<Range<usize>> = words(text).collect();
    let shown = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let plain = shown(word).trim_end_matches([',', '.', ';', ')', ':']).trim_start_matches('(');
        let before = place.checked_sub(1).and_then(|before| words.get(before)).map(&shown).unwrap_or_default();
        let port = slashed(plain).or_else(|| glued(plain)).or_else(|| says_port(before).then(|| number(plain)).flatten());
        if let Some(port) = port {
            let begin = word.start + shown(word).find(plain).unwrap_or(0);
            found.push(Found { item: Item::Port(port), at: begin..begin + plain.len() });
        }
    }
    found
}

fn number(text: &str) -> Option<Port> {
    let digits = text.trim_start_matches(['#', ':', '=']);
    let number: u16 = digits.parse().ok().filter(|number| *number > 0)?;
    (digits.len() <= 5).then_some(Port { protocol: Protocol::Tcp, number })
}

/// `tcp/22`, `22/udp`.
fn slashed(text: &str) -> Option<Port> {
    let (one, other) = text.split_once('/')?;
    let protocol = |name: &str| match name.to_ascii_lowercase().as_str() {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        _ => None,
    };
    let (protocol, digits) = protocol(one).map(|protocol| (protocol, other)).or_else(|| protocol(other).map(|protocol| (protocol, one)))?;
    number(digits).map(|port| Port { protocol, ..port })
}

/// `port:22`, `dport=22`, `ポート22`.
fn glued(text: &str) -> Option<Port> {
    let at = text.find(|one: char| one.is_ascii_digit())?;
    let (name, digits) = text.split_at_checked(at)?;
    (says_port(name.trim_end_matches([':', '=', '#'])) && !name.is_empty()).then(|| number(digits)).flatten()
}

fn says_port(word: &str) -> bool {
    let word = word.trim_end_matches([':', '=', '#']).trim_start_matches('(').to_lowercase();
    matches!(word.as_str(), "port" | "ports" | "dport" | "dstport" | "dst_port" | "port-number" | "ポート" | "ポート番号")
}

/// The times of a text that name their zone; others cannot be told apart from any hour of the world.
pub(super) fn times(text: &str) -> Vec<Found> {
    let words: Vec<Range<usize>> = spaced(text).collect();
    let mut found = Vec::new();
    let mut next = 0;
    for (place, word) in words.iter().enumerate() {
        let begins = text.get(word.clone()).is_some_and(may_begin);
        if place < next || !begins {
            continue;
        }
        // The longest that reads as one: a shorter one would lose its zone.
        for count in (1..=TIME_MOST_WORDS).rev() {
            let Some(last) = words.get(place + count - 1).filter(|last| last.end - word.start <= TIME_MOST_BYTES) else { continue };
            let Some(whole) = text.get(word.start..last.end) else { continue };
            let inner = whole.trim_matches(|edge: char| matches!(edge, '[' | ']' | '(' | ')' | ',' | '.' | ';' | '"' | '\''));
            if let Some(at) = notice::zoned_time(inner) {
                let begin = word.start + whole.find(inner).unwrap_or(0);
                found.push(Found { item: Item::Time(at), at: begin..begin + inner.len() });
                next = place + count;
                break;
            }
        }
    }
    found
}

fn may_begin(word: &str) -> bool {
    let head: String = word.trim_start_matches(['[', '(', '"', '\'']).chars().take(3).collect::<String>().to_ascii_lowercase();
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    head.starts_with(|first: char| first.is_ascii_digit()) || names.contains(&head.as_str())
}

/// The words between white space and the marks of Japanese sentences.
fn spaced(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let parts = |one: char| one.is_whitespace() || "（）「」『』【】、。：".contains(one);
    let mut rest = 0;
    std::iter::from_fn(move || {
        let begin = rest + text.get(rest..)?.find(|one: char| !parts(one))?;
        let end = text.get(begin..)?.find(parts).map_or(text.len(), |end| begin + end);
        rest = end;
        Some(begin..end)
    })
}
