//! What can be looked at in a text: addresses, URLs (defanged too), hosts, mail addresses, hashes, ports and CVE ids, each with the
//! place where it stands.

mod brands;
mod logged;
mod phrases;

pub use brands::Brands;

use crate::{
    canonical::{self, CanonicalUrl},
    defang,
};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Port},
};
use std::ops::Range;

/// The most items that are found in one text; a longer list is for a machine-readable attachment.
pub const MOST_ITEMS: usize = 5_000;
/// The longest word that is looked at, in bytes.
const WORD_MOST_BYTES: usize = canonical::MOST_BYTES;

/// What stands somewhere in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An IP address, with the port behind it if one is there.
    Address(Address, Option<u16>),
    /// A URL.
    Url(CanonicalUrl),
    /// A host that is no address.
    Host(Host),
    /// A mail address, in lower case.
    Mail(String),
    /// A hash in lower-case hexadecimal: MD5, SHA-1, SHA-256 or SHA-512 by its length.
    Hash(String),
    /// A CVE id.
    Cve(String),
    /// A port.
    Port(Port),
    /// A time that names its zone.
    Time(Moment),
    /// A brand, by the name of the table.
    Brand(String),
}

/// An item and the bytes of the text at which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub item: Item,
    /// Where it stands.
    pub at: Range<usize>,
}

/// Finds the items of a text, in its order, at most [`MOST_ITEMS`].
///
/// ```
/// use noroshi_feeds::extract::{Item, items};
/// let found = items("phishing at hxxps://login.example[.]test/ib/, seen from 192[.]0.2.7:443");
/// assert!(matches!(&found[0].item, Item::Url(url) if url.url == "https://login.example.test/ib/"));
/// assert!(matches!(&found[1].item, Item::Address(address, Some(443)) if address.to_string() == "192.0.2.7"));
/// ```
#[must_use]
pub fn items(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for word in words(text) {
        if found.len() >= MOST_ITEMS {
            break;
        }
        let shown = text.get(word.clone()).unwrap_or_default();
        match read(shown, word.start) {
            Some((item, at)) => found.push(Found { item, at }),
            None if shown.is_ascii() => found.extend(logged::values(shown, word.start)),
            None => {
                let logged = logged::values(shown, word.start);
                found.extend(if logged.is_empty() { glued(shown, word.start) } else { logged });
            }
        }
    }
    found.truncate(MOST_ITEMS);
    found
}

/// Finds everything of a text that can be looked at: its [`items`], and ports, times with their zone and brands besides; in its
/// order, at most [`MOST_ITEMS`].
///
/// ```
/// use noroshi_feeds::extract::{Brands, Item, everything};
/// let brands = Brands::new([vec!["楽天".to_owned(), "Rakuten".to_owned()]]);
/// let found = everything("2015-05-16 02:03:11 +0200: 楽天 on 192.0.2.7, port 8080", &brands);
/// assert!(matches!(&found[0].item, Item::Time(at) if at.rfc3339() == "2015-05-16T00:03:11Z"));
/// assert!(matches!(&found[1].item, Item::Brand(name) if name == "楽天"));
/// assert!(matches!(&found[3].item, Item::Port(port) if port.to_string() == "tcp/8080"));
/// ```
#[must_use]
pub fn everything(text: &str, brands: &Brands) -> Vec<Found> {
    let mut found = items(text);
    found.extend(phrases::ports(text));
    found.extend(phrases::times(text));
    found.extend(brands.find(text));
    found.sort_by_key(|found| (found.at.start, found.at.end));
    found.truncate(MOST_ITEMS);
    found
}

/// Reads a whole text as one item.
#[must_use]
pub fn item(text: &str) -> Option<Item> {
    let trimmed = text.trim();
    read(trimmed, 0).map(|(item, _)| item)
}

/// Reads a whole text as one item when it is one word: white space and the marks of Japanese sentences end a URL in a text.
///
/// ```
/// use noroshi_feeds::extract::{Item, word};
/// assert!(matches!(word("https://login.example.test/日本語/"), Some(Item::Url(_))));
/// assert_eq!(word("https://login.example.test/ (Example Bank)"), None);
/// ```
#[must_use]
pub fn word(text: &str) -> Option<Item> {
    let trimmed = text.trim();
    let is_more = trimmed.contains(|one: char| one.is_whitespace() || is_japanese_mark(one)) || next_url(trimmed).is_some() || and_others(trimmed).is_some();
    if is_more { None } else { item(trimmed) }
}

/// The words of a text: runs without white space, quotes, angle brackets and the marks of Japanese sentences. Where a comma parts two
/// URLs, each is a word.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let ahead = text.get(rest..)?;
        let begin = rest + ahead.find(|one| !parts(one))?;
        let run = text.get(begin..)?;
        let end = begin + run.find(parts).map_or(run.len(), |end| end);
        let (end, next) = text.get(begin..end).and_then(next_url).map_or((end, end), |(end, next)| (begin + end, begin + next));
        rest = next;
        let end = text.get(begin..end).and_then(and_others).map_or(end, |others| begin + others);
        Some(begin..end)
    })
}

/// Whether a character stands between words.
fn parts(one: char) -> bool {
    one.is_whitespace() || one.is_control() || matches!(one, '<' | '>' | '"' | '\'' | '`' | '|' | '*') || is_japanese_mark(one)
}

/// The marks of Japanese sentences, of which none stands in a URL.
const fn is_japanese_mark(one: char) -> bool {
    matches!(
        one,
        '「' | '」'
            | '『'
            | '』'
            | '、'
            | '。'
            | '（'
            | '）'
            | '【'
            | '】'
            | '＜'
            | '＞'
            | '：'
            | '，'
            | '；'
            | '※'
            | '〔'
            | '〕'
            | '〈'
            | '〉'
            | '《'
            | '》'
    )
}

/// Where the first of two URLs ends and the second begins, when a comma stands between them or a word of Japanese, which puts no space around
/// it: `https://a.example.jp/とhttps://b.example.jp/`. A comma in a query belongs to it.
fn next_url(word: &str) -> Option<(usize, usize)> {
    const BETWEEN: [&str; 9] = ["と", "や", "及び", "および", "または", "又は", "→", "⇒", "から"];
    let begins = |at: usize| word.get(at..).is_some_and(|rest| rest.contains("://") && begins_url(rest));
    let path = word.get(..word.find('?').unwrap_or(word.len()))?;
    let comma = path.match_indices([',', ';']).map(|(at, _)| (at + 1, at + 1)).find(|(_, next)| begins(*next));
    let joined =
        || BETWEEN.iter().flat_map(|between| word.match_indices(between)).map(|(at, between)| (at, at + between.len())).filter(|(_, next)| begins(*next)).min();
    // Most words are ASCII.
    comma.into_iter().chain(if word.is_ascii() { None } else { joined() }).min()
}

/// Where a URL ends behind which a word of Japanese says that there are more of them: `https://a.example.jp/他2件`.
fn and_others(word: &str) -> Option<usize> {
    const OTHERS: [&str; 4] = ["他", "ほか", "等", "など"];
    if word.is_ascii() || !begins_url(word) {
        return None;
    }
    let is_behind_ascii = |at: usize| word.get(..at).is_some_and(|before| before.is_ascii());
    OTHERS.iter().find_map(|others| {
        let (at, _) = word.match_indices(others).find(|(at, _)| is_behind_ascii(*at))?;
        let behind = word.get(at + others.len()..)?.trim_start_matches(['計', '全', '数', '多']);
        let counted = behind.trim_start_matches(char::is_numeric);
        let is_count = counted.is_empty()
            || ["件", "個", "箇所", "か所", "サイト", "url", "URL", "の", "を", "が", "は", "数"].iter().any(|unit| counted.starts_with(unit));
        is_count.then_some(at)
    })
}

/// Whether a word begins as a URL with a scheme does, defanged or not.
fn begins_url(word: &str) -> bool {
    let head: String = word.chars().take(5).collect::<String>().to_ascii_lowercase();
    ["http", "hxxp", "h**p", "ftp:", "fxp:"].iter().any(|scheme| head.starts_with(scheme))
}

fn read(word: &str, offset: usize) -> Option<(Item, Range<usize>)> {
    if word.len() < 3 || word.len() > WORD_MOST_BYTES || !word.bytes().any(|byte| matches!(byte, b'.' | b':' | b'-' | b']') || byte.is_ascii_hexdigit()) {
        return None;
    }
    let (begin, inner) = trimmed(word);
    let at = offset + begin..offset + begin + inner.len();
    if let Some((item, from, length)) = named_address(inner) {
        let from = offset + begin + from;
        return Some((item, from..from + length));
    }
    cve(inner).or_else(|| hash(inner)).or_else(|| address(inner)).or_else(|| url(inner)).or_else(|| mail(inner)).or_else(|| host(inner)).map(|item| (item, at))
}

/// The addresses, hashes and CVE ids that stand in a word of Japanese, which puts no space around them: `203.0.113.53から`.
fn glued(word: &str, offset: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut begin = 0;
    for run in word.split_inclusive(|one: char| !one.is_ascii()) {
        let plain = run.trim_end_matches(|one: char| !one.is_ascii());
        if plain.len() >= 3 && plain.len() <= WORD_MOST_BYTES {
            let (edge, inner) = trimmed(plain);
            let start = offset + begin + edge;
            found.extend(cve(inner).or_else(|| hash(inner)).or_else(|| address(inner)).map(|item| Found { item, at: start..start + inner.len() }));
        }
        begin += run.len();
    }
    found
}

/// Takes off what belongs to the sentence: brackets around, full stops and commas behind. Brackets of defanging stay.
fn trimmed(word: &str) -> (usize, &str) {
    let mut inner = word;
    loop {
        let before = inner;
        inner = inner.trim_end_matches([',', ';', '!', '.', ':']);
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            let (opens, closes) = (inner.matches(open).count(), inner.matches(close).count());
            if closes > opens {
                inner = inner.strip_suffix(close).unwrap_or(inner);
            } else if opens > closes {
                inner = inner.strip_prefix(open).unwrap_or(inner);
            } else if let Some(within) = inner.strip_prefix(open).and_then(|inner| inner.strip_suffix(close)).filter(|within| !within.contains([open, close])) {
                inner = within;
            }
        }
        if inner == before {
            break;
        }
    }
    (word.find(inner).unwrap_or(0), inner)
}

fn cve(word: &str) -> Option<Item> {
    let (head, rest) = word.split_at_checked(4)?;
    let (year, number) = rest.split_once('-')?;
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    (head.eq_ignore_ascii_case("CVE-") && digits(year, 4..=4) && digits(number, 4..=19)).then(|| Item::Cve(word.to_ascii_uppercase()))
}

fn hash(word: &str) -> Option<Item> {
    let hex = matches!(word.len(), 32 | 40 | 64 | 128) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // A number of 32 digits is no hash.
    (hex && !word.bytes().all(|byte| byte.is_ascii_digit())).then(|| Item::Hash(word.to_ascii_lowercase()))
}

fn address(word: &str) -> Option<Item> {
    let plain = defang::refang(word);
    if let Ok(address) = plain.parse() {
        return Some(Item::Address(address, None));
    }
    let (head, port) = plain.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    let head = head.strip_prefix('[').and_then(|head| head.strip_suffix(']')).unwrap_or(head);
    // 2001:db8::7:443 is an address, 192.0.2.7:443 and [2001:db8::7]:443 are one with a port.
    head.parse().ok().map(|address| Item::Address(address, Some(port)))
}

/// `mx.example[192.0.2.7]`, as mail servers log it: the address, and where in the word it begins.
fn named_address(word: &str) -> Option<(Item, usize, usize)> {
    let open = word.rfind('[').filter(|open| *open > 0)?;
    let inner = word.get(open + 1..)?.strip_suffix(']')?;
    let address = inner.parse().ok()?;
    Some((Item::Address(address, None), open + 1, inner.len()))
}

fn url(word: &str) -> Option<Item> {
    let lower = word.get(..word.len().min(16)).map_or_else(|| word.chars().take(8).collect::<String>(), str::to_owned).to_ascii_lowercase();
    let scheme = ["http", "hxxp", "h**p", "ftp:", "fxp:", "www."].iter().any(|scheme| lower.starts_with(scheme));
    let shaped = scheme && (lower.contains(':') || lower.starts_with("www."));
    let bare = !scheme && word.contains('/') && is_name(word.split('/').next().unwrap_or_default());
    if !(shaped || bare) {
        return None;
    }
    canonical::url(word).ok().filter(|url| url.host.is_some()).map(Item::Url)
}

fn mail(word: &str) -> Option<Item> {
    let plain = defang::refang(word.strip_prefix("mailto:").unwrap_or(word));
    let (local, domain) = plain.split_once('@')?;
    let local_ok = !local.is_empty() && local.len() <= 64 && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte));
    (local_ok && is_name(domain)).then(|| Item::Mail(plain.to_ascii_lowercase()))
}

fn host(word: &str) -> Option<Item> {
    let plain = defang::refang(word);
    (is_name(&plain)).then(|| plain.to_ascii_lowercase().parse().ok().map(Item::Host)).flatten()
}

/// Whether a word is a host's name rather than a file's or a sentence's: labels of letters, digits and hyphens, the last one a
/// top-level domain by its shape and no usual ending of files.
fn is_name(word: &str) -> bool {
    const ENDINGS: [&str; 34] = [
        "exe", "dll", "zip", "rar", "doc", "docx", "xls", "xlsx", "ppt", "pdf", "txt", "csv", "htm", "html", "php", "asp", "aspx", "jsp", "js", "css", "png",
        "jpg", "jpeg", "gif", "log", "eml", "bat", "ps1", "scr", "gz", "tar", "json", "xml", "conf",
    ];
    let plain = defang::refang(word);
    let labels: Vec<&str> = plain.trim_end_matches('.').split('.').collect();
    let label = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
    };
    let last = labels.last().map(|last| last.to_ascii_lowercase()).unwrap_or_default();
    let top = last.len() >= 2 && (last.bytes().all(|byte| byte.is_ascii_alphabetic()) || last.starts_with("xn--"));
    labels.len() >= 2 && labels.iter().all(label) && top && !ENDINGS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brands() -> Brands {
        Brands::new(["楽天", "楽天カード", "Amazon", "LINE", "au", "三菱UFJ銀行", "J-Coin Pay"].map(|name| vec![name.to_owned()]))
    }

    fn shown(text: &str) -> Vec<String> {
        let show = |found: Found| match found.item {
            Item::Address(address, None) => format!("address {address}"),
            Item::Address(address, Some(port)) => format!("address {address} port {port}"),
            Item::Url(url) => format!("url {}", url.url),
            Item::Host(host) => format!("host {host}"),
            Item::Mail(mail) => format!("mail {mail}"),
            Item::Hash(hash) => format!("hash {hash}"),
            Item::Cve(cve) => format!("cve {cve}"),
            Item::Port(port) => format!("port {port}"),
            Item::Time(at) => format!("time {}", at.rfc3339()),
            Item::Brand(name) => format!("brand {name}"),
        };
        everything(text, &brands()).into_iter().map(show).collect()
    }

    #[test]
    fn items_are_found_in_sentences() {
        for (text, expected) in [
            ("the host (192.0.2.7), port 22", &["address 192.0.2.7", "port tcp/22"][..]),
            ("[2001:db8::7]:443 and 2001:db8::7:443.", &["address 2001:db8::7 port 443", "address 2001:db8::7:443"]),
            ("IP: *192.0.2.7* [198.51.100.9]", &["address 192.0.2.7", "address 198.51.100.9"]),
            ("サイト「hxxp://login[.]example[.]test/」は192.0.2.7です。", &["url http://login.example.test/", "address 192.0.2.7"]),
            (
                "203.0.113.53からSSH、IPアドレス203.0.113.54:22宛、脆弱性CVE-2021-44228を",
                &["address 203.0.113.53", "address 203.0.113.54 port 22", "cve CVE-2021-44228"],
            ),
            ("第1.2節の3.4です", &[]),
            ("<a href=\"https://a.example.test/x?y=1\">", &["url https://a.example.test/x?y=1"]),
            (
                "see www.example.test/a, mail abuse[at]example.jp or b@example.jp;",
                &["url http://www.example.test/a", "mail abuse@example.jp", "mail b@example.jp"],
            ),
            ("evil[.]example[.]test", &["host evil.example.test"]),
            ("invoice.pdf version 1.2.3 e.g. 12:30 a.m. 2019/01/04 and/or", &[]),
            ("cve-2019-0708, CVE-2021-44228.", &["cve CVE-2019-0708", "cve CVE-2021-44228"]),
            ("d41d8cd98f00b204e9800998ecf8427e 12345678901234567890123456789012", &["hash d41d8cd98f00b204e9800998ecf8427e"]),
            ("connect from unknown[192.0.2.7]: x", &["address 192.0.2.7"]),
            ("300.1.2.3 1.2.3", &[]),
            ("https://a.example.test/日本語/x※例示銀行", &["url https://a.example.test/%E6%97%A5%E6%9C%AC%E8%AA%9E/x"]),
            ("https://a.example.test/x他、https://b.example.test/他2件", &["url https://a.example.test/x", "url https://b.example.test/"]),
            ("https://a.example.test/ほか数件 https://b.example.test/x等を", &["url https://a.example.test/", "url https://b.example.test/x"]),
            ("https://a.example.test/他人/x", &["url https://a.example.test/%E4%BB%96%E4%BA%BA/x"]),
            (
                "http://a.example.test/,https://b.example.test/x,y?z=1,http://c.example.test/",
                &["url http://a.example.test/", "url https://b.example.test/x,y?z=1,http://c.example.test/"],
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn ports_times_and_brands_are_found_with_their_places() {
        for (text, expected) in [
            ("tcp/22, 53/udp and ports 80 or dport=443; report 22 of 2015", &["port tcp/22", "port udp/53", "port tcp/80", "port tcp/443"][..]),
            ("ポート番号 3389 と ポート22 への通信", &["port tcp/3389", "port tcp/22"]),
            ("port 0, port 70000, port a, transport 5", &[]),
            ("[16/May/2015:02:03:11 +0200] GET", &["time 2015-05-16T00:03:11Z"]),
            ("seen Sat, 16 May 2015 00:03:11 GMT, and 2015-05-16T00:03:12Z.", &["time 2015-05-16T00:03:11Z", "time 2015-05-16T00:03:12Z"]),
            ("2015年5月16日 09時03分11秒 JST ごろ", &["time 2015-05-16T00:03:11Z"]),
            ("2015-05-16 02:03:11 without its zone, 12:30", &[]),
            (
                "ＬＩＮＥ and on line, Amazonas, AMAZON: 楽天カード株式会社、楽天、三菱ＵＦＪ銀行",
                &["brand LINE", "brand Amazon", "brand 楽天カード", "brand 楽天", "brand 三菱UFJ銀行"],
            ),
            ("j-coin pay, au, amazon", &["brand J-Coin Pay"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let text = "（ＬＩＮＥ）2015-05-16T00:03:12Z tcp/22";
        let places: Vec<&str> = everything(text, &brands()).into_iter().map(|found| &text[found.at]).collect();
        assert_eq!(places, ["ＬＩＮＥ", "2015-05-16T00:03:12Z", "tcp/22"]);
        assert!(Brands::new([]).find("anything").is_empty());
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "楽天: (http://a.example.test/), 192.0.2.7.";
        let places: Vec<&str> = items(text).into_iter().map(|found| &text[found.at]).collect();
        assert_eq!(places, ["http://a.example.test/", "192.0.2.7"]);
    }

    #[test]
    fn values_of_logs_are_found_behind_their_names() {
        for (text, expected) in [
            ("kernel: SRC=203.0.113.28 DST=198.51.100.9 DPT=22", &["address 203.0.113.28", "address 198.51.100.9"][..]),
            ("ruser= rhost=2001:db8::7  user=root", &["address 2001:db8::7"]),
            ("srcip=203.0.113.28,dstip=198.51.100.9;srcport=4711", &["address 203.0.113.28", "address 198.51.100.9"]),
            ("Deny tcp src outside:203.0.113.28/4711 dst inside:198.51.100.9/22", &["address 203.0.113.28 port 4711", "address 198.51.100.9 port 22"]),
            ("ip:203.0.113.28 src:2001:db8::7", &["address 203.0.113.28", "address 2001:db8::7"]),
            ("url=http://a.example.test/x?y=192.0.2.7", &["url http://a.example.test/x?y=192.0.2.7"]),
            ("http://a.example.test/x?ip=192.0.2.7", &["url http://a.example.test/x?ip=192.0.2.7"]),
            ("md5=d41d8cd98f00b204e9800998ecf8427e", &["hash d41d8cd98f00b204e9800998ecf8427e"]),
            ("bounce-taro=example.jp@list.example.test", &["mail bounce-taro=example.jp@list.example.test"]),
            ("window.title=page.name a=b 12:30=x.y/z", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let text = "［UFW BLOCK］ SRC=203.0.113.28 dst inside:198.51.100.9/22,";
        let places: Vec<&str> = items(text).into_iter().map(|found| &text[found.at]).collect();
        assert_eq!(places, ["203.0.113.28", "198.51.100.9/22"]);
    }

    #[test]
    fn a_flood_is_bounded() {
        assert_eq!(items(&"a=".repeat(4_000_000)).len(), 0);
        assert_eq!(items(&"a=192.0.2.7,a=192.0.2.7 ".repeat(5_000)).len(), MOST_ITEMS);
        assert_eq!(items(&"192.0.2.7 ".repeat(20_000)).len(), MOST_ITEMS);
        assert_eq!(items(&"a".repeat(10 << 20)).len(), 0);
        assert_eq!(items(&"[".repeat(8_000)).len(), 0);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_places_are_within(text in "(http://|hxxp|=|src=|,|\\[\\.\\]|\\.|[a-z0-9]{1,4}|@|:|/|\\[|\\]|\\(|\\)|楽天|。| |CVE-20|port|ﾌﾞ|2015-05-16 |ß|İ){0,30}") {
            for found in everything(&text, &brands()) {
                prop_assert!(text.get(found.at).is_some());
            }
        }
    }
}
