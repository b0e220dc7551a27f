//! What a notice tells in sentences and in lines of logs, where it has no labels for it: whom it is about, and when it was seen.

use super::{
    LINE_MOST_BYTES, MOST_FINDINGS, MOST_LINES, Told, incident, label, lines, matter, own,
    passage::{self, Passage},
    when::{self, When},
    zone::{self, Offset},
};
use crate::{
    canonical::CanonicalUrl,
    extract::{self, Found, Item},
    finding::Finding,
};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host},
    rsit::Rsit,
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// A notice as a whole.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    /// The zone of times that tell none.
    pub(super) zone: Option<Offset>,
    /// When it was sent: system logs tell no year.
    pub(super) sent: Option<Moment>,
}

impl<'a> Whole<'a> {
    fn lines(self) -> impl Iterator<Item = &'a str> {
        self.text.lines().filter(|line| line.len() <= LINE_MOST_BYTES).take(MOST_LINES)
    }

    /// The lines that its sender says himself, and the lines of logs that he quotes.
    fn own_lines(self) -> impl Iterator<Item = &'a str> {
        // Of any year.
        let some_day = self.sent.or(Some(Moment(4_000_000_000_000_000)));
        let is_log = move |line: &str| when::has_clock(line) && when::first(line.trim_start_matches(['>', ' ']), Some(Offset::UTC), some_day).is_some();
        own::lines(self.subject, self.text)
            .filter(move |line| line.text.len() <= LINE_MOST_BYTES && (!line.is_quoted || is_log(line.text)))
            .map(|line| line.text)
            .take(MOST_LINES)
    }

    /// Whom a notice of a kind is about, when only its sentences tell: an address in its subject, one from which something came, or a URL of
    /// which it says what that is.
    pub(super) fn named(self, rsit: Rsit) -> Told {
        let own: Vec<&str> = self.own_lines().collect();
        let text = own.join("\n");
        let subject = passage::of_subject(self.subject);
        if self.answers() || subject == Passage::Otherwise || matter::announces_a_test(self.subject, &text) {
            return Told::default();
        }
        let told_lines: Vec<&str> = own
            .into_iter()
            .zip(passage::of_lines(&text))
            .filter(|(line, passage)| *passage != Passage::Otherwise && (subject == Passage::Told || *passage == Passage::Told) && !asks(line))
            .map(|(line, _)| line)
            .collect();
        let chosen = if self.reports() { self.addresses_of(&told_lines) } else { Vec::new() };
        if chosen.is_empty() {
            let accused: Vec<CanonicalUrl> = told_lines.into_iter().flat_map(accused).collect();
            return told(accused, |url| Finding { url: Some(url), ..Finding::new(rsit) });
        }
        told(chosen, |address| Finding { addresses: vec![address], ..Finding::new(rsit) })
    }

    /// The address that the subject names, those from which something came by some lines, or those that these speak of.
    fn addresses_of(self, lines: &[&str]) -> Vec<Address> {
        let in_subject = addresses(self.subject).filter(|(_, found)| role(self.subject, found) != Role::Target).map(|(address, _)| address);
        let in_subject = distinct(in_subject);
        if in_subject.len() == 1 && !lines.is_empty() {
            return in_subject;
        }
        let roles: Vec<(Address, Role)> =
            lines.iter().flat_map(|line| addresses(line).map(move |(address, found)| (address, role(line, &found))).collect::<Vec<_>>()).collect();
        let with = |wanted: Role| distinct(roles.iter().filter(move |(_, role)| *role == wanted).map(|(address, _)| *address));
        let sources = with(Role::Source);
        if sources.is_empty() { with(Role::Named) } else { sources }
    }

    /// Whether it is a notice at all: somebody tells of something.
    fn reports(self) -> bool {
        const WORDS: [&str; 40] = [
            "brute force",
            "brute-force",
            "your host",
            "has been scanning",
            "is scanning",
            "your server",
            "port scan",
            "portscan",
            "your network",
            "failed password",
            "abuse",
            "report",
            "complain",
            "notice",
            "notif",
            "alert",
            "incident",
            "detected",
            "banned",
            "blocked",
            "blacklist",
            "block list",
            "listing",
            "takedown",
            "take down",
            "take-down",
            "infring",
            "attack",
            "compromised",
            "連絡",
            "通知",
            "報告",
            "閉鎖",
            "依頼",
            "お願い",
            "検知",
            "確認いたしました",
            "確認しました",
            "攻撃",
            "不正アクセス",
        ];
        self.holds(&WORDS)
    }

    /// Whether it answers: whoever thanks for a report, asks about one, or asks to be let in again, makes none.
    fn answers(self) -> bool {
        const ANSWERS: [&str; 21] = [
            "maintenance window",
            "you listed",
            "you have listed",
            "you reported",
            "you have reported",
            "your report",
            "your notification",
            "for your mail",
            "for your message",
            "for your reply",
            "ご報告いただ",
            "ご連絡いただ",
            "ご指摘いただ",
            "ご報告ありがとう",
            "ご連絡ありがとう",
            "誤検知",
            "解除をお願い",
            "解除してください",
            "解除いただ",
            "と判定され",
            "とみなされ",
        ];
        own::is_answer(self.subject) || self.holds(&ANSWERS)
    }

    /// Whether the subject or the beginning of what its sender says himself holds one of some words.
    fn holds(self, words: &[&str]) -> bool {
        let subject = self.subject.to_lowercase();
        let own = own::text(self.subject, self.text);
        let head = own.get(..own.floor_char_boundary(4_000)).unwrap_or_default().to_lowercase();
        words.iter().any(|word| subject.contains(word) || head.contains(word))
    }

    /// Gives findings what the sentences tell besides: the only address that is named, where they have none, and when they were seen.
    pub(super) fn complete(self, findings: &mut [Finding]) {
        if findings.iter().all(|finding| finding.addresses.is_empty()) && !findings.is_empty() {
            let here = self.lines().flat_map(|line| addresses(line).filter(|(_, found)| role(line, found) != Role::Target).collect::<Vec<_>>());
            let own = |address: &Address| findings.iter().any(|finding| finding.url.as_ref().is_some_and(|url| url.address == Some(*address)));
            if let [only] = distinct(here.map(|(address, _)| address)).as_slice()
                && !own(only)
            {
                findings.iter_mut().for_each(|finding| finding.addresses = vec![*only]);
            }
        }
        if findings.iter().any(|finding| finding.at.is_none()) {
            self.date(findings);
        }
    }

    /// Says when findings were seen that have no time: what stands in the first line that names them, else the only time of the text.
    fn date(self, findings: &mut [Finding]) {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.at.is_none()) {
            let host = finding.url.as_ref().and_then(|url| url.host.as_ref()).or(finding.host.as_ref());
            for name in finding.addresses.iter().map(ToString::to_string).chain(host.map(Host::to_string)) {
                places.entry(name).or_default().push(index);
            }
        }
        let mut others: Vec<Moment> = Vec::new();
        for line in self.lines().filter(|line| line.bytes().any(|byte| byte.is_ascii_digit())) {
            let Some(when) = when::first(line, self.zone, self.sent).filter(|when| self.is_believable(line, *when)) else { continue };
            let at = when.moment;
            let names = extract::items(line).into_iter().filter_map(|found| match found.item {
                Item::Address(address, _) => Some(address.to_string()),
                Item::Url(url) => url.host.map(|host| host.to_string()),
                Item::Host(host) => Some(host.to_string()),
                _ => None,
            });
            let mut is_named = false;
            for index in names.filter_map(|name| places.get(&name)).flatten() {
                if let Some(finding) = findings.get_mut(*index) {
                    finding.at = finding.at.or(Some(at));
                    is_named = true;
                }
            }
            if !is_named && (when.zoned || self.zone.is_some()) && !is_of_a_head(line) && !label::is_of_a_deadline(line) {
                others.push(at);
            }
        }
        others.dedup();
        if let [only] = others.as_slice() {
            findings.iter_mut().for_each(|finding| finding.at = finding.at.or(Some(*only)));
        }
    }

    /// Whether a time of a line may be when something was seen: it says its zone, or the hour. One of no year is so by a guess, which a time
    /// after the letter was sent proves wrong.
    fn is_believable(self, line: &str, when: When) -> bool {
        let is_after = self.sent.is_some_and(|sent| when.moment.0 > sent.0 + zone::SLACK_US);
        (when.zoned || self.zone.is_some() || when::has_clock(line)) && !(when.yearless && is_after)
    }
}

/// Findings of what was named, as many as are kept, and how many more there were.
fn told<T>(named: Vec<T>, finding: impl Fn(T) -> Finding) -> Told {
    let left_out = named.len().saturating_sub(MOST_FINDINGS);
    Told { findings: named.into_iter().take(MOST_FINDINGS).map(finding).collect(), left_out, unread_lines: 0 }
}

/// Whether a line asks.
fn asks(line: &str) -> bool {
    let end = line.trim_end().trim_end_matches(['。', '.', ' ']);
    ["?", "？", "ですか", "ますか", "でしょうか", "ませんか"].iter().any(|question| end.ends_with(question))
}

/// Whether a line is a field of a letter's head, or of a registry's entry: its time is another thing's.
fn is_of_a_head(line: &str) -> bool {
    let name = line.trim_start_matches(['>', ' ', '|']).split([':', '：']).next().unwrap_or_default().trim().to_lowercase();
    matches!(
        name.as_str(),
        "date" | "sent" | "received" | "from" | "subject" | "created" | "last-modified" | "changed" | "updated" | "notice date" | "送信日時" | "日付"
    )
}

/// What an address is in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Something came from it.
    Source,
    /// It is spoken of.
    Named,
    /// Something went to it.
    Target,
    /// Nothing says.
    None,
}

fn role(line: &str, found: &Found) -> Role {
    let (before, behind) = (line.get(..found.at.start).unwrap_or_default(), line.get(found.at.end..).unwrap_or_default());
    // `from mx.example[192.0.2.7]`: what stands right before the bracket is its name.
    let before = match before.strip_suffix('[') {
        Some(named) if named.ends_with(|one: char| one.is_alphanumeric()) => named.rsplit_once(char::is_whitespace).map_or("", |(before, _)| before),
        _ => before,
    };
    let before = before.trim_end_matches(|edge: char| edge.is_whitespace() || matches!(edge, '[' | '(' | '"' | '\'' | '「' | '<')).to_lowercase();
    // `src outside:192.0.2.7/4711`: the interface of a firewall.
    let interface = before
        .strip_suffix(':')
        .and_then(|before| before.rsplit_once(' '))
        .map(|(before, _)| before)
        .filter(|before| before.ends_with("src") || before.ends_with("dst"));
    let before = interface.unwrap_or(&before);
    let behind = behind.trim_start_matches(|edge: char| edge.is_whitespace() || matches!(edge, ']' | ')' | '"' | '\'' | '」' | '>'));
    let word = |text: &str, word: &str| text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|one: char| one.is_ascii_alphanumeric()));
    let ends = |words: &[&str]| words.iter().any(|one| word(before, one));
    if ends(&["resolves to", "resolved to", "resolving to", "points to"]) {
        return Role::Named;
    }
    let targets = [
        "to",
        "dst=",
        "dst:",
        "dst",
        "dstip=",
        "dst_ip=",
        "dst-ip=",
        "daddr=",
        "dest=",
        "destip=",
        "dest_ip=",
        "destination=",
        "laddr=",
        "target=",
        "->",
        "=>",
        "against",
        "target",
        "destination",
        "destination ip",
        "victim",
        "our",
        "our server",
        "via",
    ];
    if ends(&targets) {
        return Role::Target;
    }
    let follows = |words: &[&str]| words.iter().any(|one| behind.starts_with(one));
    // 「に対する」: what follows was done to it.
    if follows(&["に対", "への", "へ", "宛", "あて", "に向け", "を標的", "を対象", "を狙", "を攻撃", "が攻撃を受", "が攻撃され", "に攻撃", "に到達", "に侵入"])
    {
        return Role::Target;
    }
    let source =
        ends(&[
            "from",
            "from ip",
            "from the ip",
            "from ip address",
            "from the ip address",
            "from host",
            "by",
            "src=",
            "src:",
            "src",
            "srcip=",
            "src_ip=",
            "src-ip=",
            "saddr=",
            "source=",
            "sourceip=",
            "source_ip=",
            "attacker",
            "attacker=",
            "rhost=",
            "raddr=",
            "client=",
            "remote=",
            "remote_addr=",
            "remip=",
        ]) || follows(&["->", "- - [", "から", "より", "を踏み台", "が踏み台", "を送信元", "を発信元", "を攻撃元", "を接続元", "を悪用", "を経由", "による"]);
    if source {
        return Role::Source;
    }
    let named =
        ends(&["ip", "ip address", "the address", "host", "system", "server", "computer", "machine", "someone at", "somebody at", "ipアドレス", "アドレス"])
            || before.trim_matches(|edge: char| edge.is_whitespace() || matches!(edge, '>' | '-' | '*' | '•')).is_empty()
                && follows(&["has ", "was ", "is ", "tried ", "attempted ", "は", "が"]);
    // `The appliance at 2001:db8::7 is compromised`
    let is_said = ends(&["at"]) && ["is ", "was ", "has been "].iter().any(|word| behind.contains(word)) && told_of(&behind.to_lowercase());
    if ends(&["攻撃元は", "送信元は", "発信元は", "接続元は", "攻撃元ipは", "送信元ipは", "攻撃元ipアドレスは", "送信元ipアドレスは"])
    {
        return Role::Source;
    }
    if named || is_said { Role::Named } else { Role::None }
}

/// The URLs of which a line says what they are: `http://www.example.test/ has been defaced`, `We found a phishing site at https://…`. What it
/// says of one of several in a row it says of all: 「https://… と https://… がフィッシングサイトです。」
fn accused(line: &str) -> Vec<CanonicalUrl> {
    let mut rows: Vec<Vec<(CanonicalUrl, Range<usize>)>> = Vec::new();
    for found in extract::items(line) {
        let Item::Url(url) = found.item else { continue };
        let last = rows.last().and_then(|row| row.last()).map_or(0, |(_, at)| at.end);
        let goes_on = !rows.is_empty() && line.get(last..found.at.start).is_some_and(lines::is_between);
        match rows.last_mut().filter(|_| goes_on) {
            Some(row) => row.push((url, found.at)),
            None => rows.push(vec![(url, found.at)]),
        }
    }
    let is_accused = |row: &Vec<(CanonicalUrl, Range<usize>)>| {
        let (Some((_, first)), Some((_, last))) = (row.first(), row.last()) else { return false };
        is_told_behind(line, last) || is_told_before(line, first) || is_told_around(line, first.start, last.end) || is_where_one_is_led(line, first)
    };
    rows.into_iter().filter(is_accused).flatten().map(|(url, _)| url).collect()
}

/// 「フィッシングサイト https://… を確認しました」: what is called so right before it was seen.
fn is_told_around(line: &str, from: usize, to: usize) -> bool {
    const NAMES: [&str; 7] = ["フィッシングサイト", "偽サイト", "詐欺サイト", "改ざんサイト", "phishing site", "phishing page", "phishing url"];
    const SEEN: [&str; 13] = [
        "を確認し",
        "を発見し",
        "を検知し",
        "を観測し",
        "を見つけ",
        "が公開され",
        "が稼働",
        "が確認され",
        "が見つか",
        "was found",
        "was seen",
        "were found",
        "was detected",
    ];
    let marks = [' ', '\u{3000}', '「', '」', '(', ')', '（', '）', '<', '>', '"'];
    let before = line.get(..from).unwrap_or_default().trim_end_matches(marks).to_lowercase();
    let behind = line.get(to..).unwrap_or_default().trim_start_matches(marks).to_lowercase();
    let behind = ["等", "など", "ほか", "他"].iter().find_map(|others| behind.strip_prefix(others)).unwrap_or(&behind);
    // Some count them: 他2件を確認しました.
    let behind = behind.trim_start_matches(char::is_numeric).trim_start_matches('件');
    NAMES.iter().any(|name| before.ends_with(name)) && SEEN.iter().any(|seen| behind.starts_with(seen))
}

/// 「リンク先は hxxps://… でした」: where a deceiver led somebody, written so that nobody opens it.
fn is_where_one_is_led(line: &str, at: &Range<usize>) -> bool {
    const LEADS: [&str; 12] = [
        "リンク先は",
        "リンク先が",
        "誘導先は",
        "遷移先は",
        "転送先は",
        "urlは",
        "leads to",
        "led to",
        "links to",
        "linked to",
        "link goes to",
        "redirects to",
    ];
    let before = line.get(..at.start).unwrap_or_default().trim_end_matches([' ', '\u{3000}', '「', '(', '（', '<', '"', ':', '：']).to_lowercase();
    line.get(at.clone()).is_some_and(lines::is_harmless) && LEADS.iter().any(|lead| before.ends_with(lead))
}

fn is_told_behind(line: &str, at: &Range<usize>) -> bool {
    let behind = line.get(at.end..).unwrap_or_default().trim_start_matches([')', '>', '"', '」', ' ', ',']).to_lowercase();
    ["has been ", "was ", "is ", "were ", "hosts ", "serves ", "が", "は"].iter().any(|word| behind.starts_with(word))
        && !behind.contains(['?', '？'])
        && told_of(&behind)
}

fn is_told_before(line: &str, at: &Range<usize>) -> bool {
    const LEADS: [&str; 11] = [":", "：", "。", " at", " on", " is", " here", " under", "は", "に", "が"];
    let before = line.get(..at.start).unwrap_or_default().trim_end_matches([' ', '\u{3000}', '<', '(', '（', '「', '"']);
    LEADS.iter().any(|lead| before.ends_with(lead)) && told_of(&before.to_lowercase()) && !lines::leads_elsewhere(before) && incident::is_told(before)
}

/// Whether words say what became of a system.
fn told_of(words: &str) -> bool {
    ["compromised", "infected", "defaced", "hacked", "phishing", "malware", "改ざん", "改竄", "感染", "フィッシング", "不正"]
        .iter()
        .any(|word| words.contains(word))
}

/// The addresses of a line that are no networks.
fn addresses(line: &str) -> impl Iterator<Item = (Address, Found)> + '_ {
    let is_network = |found: &Found| line.get(found.at.end..).is_some_and(|behind| behind.starts_with('/'));
    extract::items(line).into_iter().filter(move |found| !is_network(found)).filter_map(|found| match found.item {
        Item::Address(address, _) => Some((address, found)),
        _ => None,
    })
}

fn distinct(addresses: impl Iterator<Item = Address>) -> Vec<Address> {
    let mut seen = HashSet::new();
    addresses.filter(|address| seen.insert(*address)).collect()
}
