//! A notice read line by line: labels with their values, tables, lists of addresses and of URLs.

use super::{
    LINE_MOST_BYTES, MOST_FINDINGS, MOST_LINES, Sent, Told,
    draft::Draft,
    incident,
    label::{self, Label, Meaning},
    markup, matter, own,
    passage::{self, Passage},
    table::{self, Table},
    when::{self, When},
    zone::{self, Offset},
};
use crate::{
    canonical::CanonicalUrl,
    extract::{self, Item},
    finding::Finding,
    words::rsit_of_text,
};
use noroshi_kernel::{
    moment::Moment,
    observable::{Address, Host, Protocol},
    rsit::Rsit,
};
use std::collections::HashSet;

/// So many lines after a field of a letter's head its date may stand.
const HEAD_LINES: u8 = 5;

/// What a notice is about as a whole.
pub(super) struct About {
    /// The kind of thing, when words beside its facts say so.
    kind: Option<Rsit>,
    /// What its subject says, for the whole of it.
    subject: Passage,
    /// Whether it announces a test: then it reports nothing, whatever its labels say.
    is_test: bool,
    /// Whether its subject announces URLs.
    announces: bool,
    /// When it was sent.
    sent: Option<Moment>,
}

impl About {
    pub(super) fn of(subject: &str, text: &str, sent: &Sent) -> Self {
        let kind = rsit_of_text(subject);
        let is_answer = own::is_answer(subject);
        Self {
            kind: kind.or_else(|| rsit_of_text(text)),
            subject: if matter::is_of_a_meeting(text) { Passage::Otherwise } else { passage::of_subject(subject) },
            is_test: matter::announces_a_test(subject, text),
            announces: kind.is_some_and(is_of_urls) && subject.to_lowercase().contains("url") && !is_answer,
            sent: sent.at,
        }
    }
}

/// Reads what the lines of a notice tell. `zone` is that of times that tell none.
pub(super) fn read(text: &str, about: &About, zone: Option<Offset>) -> Told {
    if about.is_test {
        return Told::default();
    }
    let About { kind: whole, subject, announces, sent, .. } = *about;
    let mut reading = Reading { whole, subject, announced: announces, zone, sent, ..Reading::default() };
    let mut lines = text.lines().zip(passage::of_lines(text));
    for (line, passage) in lines.by_ref().take(MOST_LINES) {
        if line.len() > LINE_MOST_BYTES {
            reading.unread_lines += 1;
        } else {
            reading.passage = passage;
            reading.line(line);
        }
    }
    reading.unread_lines += lines.filter(|(line, _)| !line.trim().is_empty()).count();
    reading.finish()
}

#[derive(Default)]
struct Reading {
    /// What the whole notice is about.
    whole: Option<Rsit>,
    /// What its subject says.
    subject: Passage,
    /// What the passage says that is being read.
    passage: Passage,
    /// When it was sent.
    sent: Option<Moment>,
    /// The zone of times that tell none.
    zone: Option<Offset>,
    /// What the present section is about, by its heading.
    section: Option<Rsit>,
    /// Facts that stand before the first address, such as a date: they hold for all that follow.
    common: Draft,
    /// The label of the time among them.
    common_time: Option<String>,
    /// Whether each record begins with its time.
    time_first: bool,
    draft: Option<Draft>,
    /// The table whose rows are being read.
    table: Option<Table>,
    /// A label whose value stands below it.
    pending: Option<String>,
    /// Whether the last line of text announces a list of what the notice is about.
    announced: bool,
    /// That line.
    above: String,
    /// How many lines more a date is one of a letter's head.
    head: u8,
    findings: Vec<Finding>,
    /// What is told already.
    seen: HashSet<Key>,
    /// The addresses that are told already, with their kinds.
    seen_addresses: HashSet<(Vec<Address>, Rsit)>,
    left_out: usize,
    unread_lines: usize,
}

/// What makes findings of one notice the same.
type Key = (Vec<Address>, Option<CanonicalUrl>, Option<Host>, Rsit);

impl Reading {
    fn line(&mut self, line: &str) {
        let unquoted = line.trim_start_matches(|edge: char| edge.is_whitespace() || edge == '>');
        let bare = bare(unquoted);
        self.head = self.head.saturating_sub(1);
        if self.row(unquoted) || bare.is_empty() {
            return;
        }
        if bare.starts_with('<') {
            for (name, value) in markup::facts(bare) {
                self.fact(Label::of(name), value);
            }
        } else if self.value_below(bare) || self.several(bare) {
            self.announced = false;
        } else if let Some((label, value)) = label::split(bare) {
            self.fact(label, value);
            self.announced = false;
            self.above.clear();
        } else if self.listed_address(bare) || self.listed_url(bare, is_counted(unquoted)) || self.listed_time(bare) {
        } else if let Some((label, value)) = label::split_otherwise(bare).filter(|(label, value)| is_a_value(*label, value, self.zone)) {
            self.fact(label, value);
        } else if let Some(label) = label::alone(bare) {
            self.pending = Some(label.text.to_owned());
        } else {
            if bare.ends_with([':', '：']) && bare.len() < 120 {
                self.finish_draft();
                // That something attacks is said of every kind.
                let is_said_of_all = self.whole.is_some() && bare.to_ascii_lowercase().contains("attack");
                self.section = rsit_of_text(bare).filter(|kind| *kind != Rsit::IdsAlert || !is_said_of_all);
            }
            self.announced = announces(bare);
            // What leads to the first link of a numbered list leads to the next.
            if !(is_counted(unquoted) && begins_as_url(bare)) {
                self.above.clear();
                self.above.push_str(bare);
            }
        }
    }

    /// Reads a line of a table, or the names of its columns.
    fn row(&mut self, line: &str) -> bool {
        let Some(table) = self.table.as_mut() else {
            self.table = Table::begin(line);
            if self.table.is_some() {
                self.finish_draft();
            }
            return self.table.is_some();
        };
        if Table::is_rule(line) {
            // An empty line ends it, but between its names and its rows.
            if line.trim().is_empty() && table.has_rows {
                self.table = None;
            }
            return true;
        }
        let row: Vec<(String, String)> = table.row(line).into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
        let row = table::with_joined_time(row);
        let is_about = |(name, cell): &(String, String)| {
            matches!(Label::of(name).meaning, Meaning::Source | Meaning::Url | Meaning::Host)
                && matches!(things(cell).first(), Some(Item::Address(..) | Item::Url(_) | Item::Host(_)))
        };
        if !row.iter().any(is_about) {
            self.table = None;
            return false;
        }
        table.has_rows = true;
        // A list of what was seen when, by the clock, needs no word of it.
        let says_when = row.iter().any(|(name, cell)| matches!(Label::of(name).meaning, Meaning::Time(_)) && when::has_clock(cell));
        self.draft = Some(Draft { rsit: self.section, is_source: says_when, ..Draft::default() });
        for (name, cell) in row {
            self.fact(Label::of(&name), &cell);
        }
        self.finish_draft();
        true
    }

    /// Takes a line as the value of the label above it.
    fn value_below(&mut self, line: &str) -> bool {
        let Some(label) = self.pending.take() else { return false };
        let label = Label::of(&label);
        let fits = is_a_value(label, line, self.zone);
        if fits {
            self.fact(label, line);
        }
        fits
    }

    /// `IP: 192.0.2.7, port: 22, time: …`
    fn several(&mut self, line: &str) -> bool {
        let pieces: Vec<(Label<'_>, &str)> = [", ", "; ", " | "]
            .into_iter()
            .find_map(|mark| line.split(mark).map(|piece| label::split(piece.trim())).collect::<Option<Vec<_>>>().filter(|pieces| pieces.len() > 1))
            .unwrap_or_default();
        if pieces.iter().filter(|(label, _)| label.meaning != Meaning::Other).count() < 2 {
            return false;
        }
        pieces.into_iter().for_each(|(label, value)| self.fact(label, value));
        true
    }

    /// An address that has a line for itself, perhaps with a name or a time behind it.
    fn listed_address(&mut self, line: &str) -> bool {
        let Some((address, port, at)) = alone(line, self.zone) else { return false };
        self.begin();
        let rsit = self.section;
        let draft = self.draft();
        (draft.address, draft.port, draft.rsit, draft.listed, draft.at) = (Some(address), port, rsit, true, at);
        draft.told = rsit.is_some();
        self.vouch();
        true
    }

    /// Whether the letter tells of an incident where a numbered list stands: whoever counts what he saw needs not announce it.
    fn is_in_a_told_list(&self) -> bool {
        (self.passage == Passage::Told || self.passage == Passage::Silent && self.subject == Passage::Told) && !leads_elsewhere(&self.above)
    }

    /// A URL that has a line for itself, perhaps with its address behind it: where such were announced, or where it is written so that
    /// nobody opens it.
    fn listed_url(&mut self, line: &str, is_counted: bool) -> bool {
        let kind = self.section.or(self.whole);
        // What stands right below the sentence that tells of it needs no announcement.
        let is_told = || line.contains("://") && !leads_elsewhere(&self.above) && incident::is_told(&self.above);
        let is_announced = kind.is_some_and(is_of_urls) && (self.announced || is_counted && self.is_in_a_told_list() || is_told());
        // Most lines are neither, and are not looked through.
        if kind.is_none() || !line.contains(['.', ']', ')']) || !(is_announced || is_harmless(line)) {
            return false;
        }
        let (things, end) = things_to(line);
        let urls: Vec<_> = things.into_iter().map_while(|thing| if let Item::Url(url) = thing { Some(url) } else { None }).collect();
        let (first, behind) = line.split_at_checked(end).unwrap_or((line, ""));
        let behind = behind.trim_start_matches(['>', ')', ']', '」']);
        let is_accused = is_harmless(first);
        if urls.is_empty() || !(is_announced || is_accused) {
            return false;
        }
        let beside = extract::items(behind);
        let address = beside.iter().find_map(|found| if let Item::Address(address, _) = found.item { Some(address) } else { None });
        let at = when::leading(behind.trim_start_matches(['-', ' ', '|', '（', '(']), self.zone);
        // In brackets it is said of the URL, however long.
        let is_remark = behind.trim_start().starts_with(['(', '（', '※', '[', '［']);
        if !behind.trim().is_empty() && address.is_none() && at.is_none() && behind.len() > 30 && !is_remark {
            return false;
        }
        // What the notice is about counts before a word of the sentence that announces it.
        let rsit = self.whole.filter(|kind| is_of_urls(*kind)).or(self.section);
        for url in urls {
            if self.draft.as_ref().is_some_and(|draft| draft.url.as_ref().is_some_and(|known| *known != url) || draft.listed) {
                self.begin();
            }
            let draft = self.draft();
            draft.url = Some(url);
            draft.address = draft.address.or(address);
            draft.at = draft.at.or(at);
            draft.rsit = draft.rsit.or(rsit);
            draft.accused |= is_accused;
            self.vouch();
        }
        true
    }

    /// A time under an address of a list.
    fn listed_time(&mut self, line: &str) -> bool {
        let zone = self.zone;
        let Some(listed) = self.draft.as_mut().filter(|draft| draft.listed && draft.at.is_none()) else { return false };
        listed.at = when::of(line, zone);
        listed.at.is_some()
    }

    fn fact(&mut self, label: Label<'_>, value: &str) {
        let value = label::bare(value);
        // `Attack: ssh brute force`: its record says what happened. A number says how often.
        let says_what = label.accuses()
            && !matches!(extract::word(value), Some(Item::Mail(_)))
            && !value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b' '))
            || label.meaning == Meaning::Kind && rsit_of_text(value).is_some() && !matter::is_another(value);
        self.head = if is_of_a_head(label, value) { HEAD_LINES } else { self.head };
        match label.meaning {
            Meaning::Source | Meaning::Url | Meaning::Host => self.thing(label, value),
            Meaning::AttackedPort => {
                let lower = value.to_ascii_lowercase();
                let number = lower.split(|one: char| !one.is_ascii_digit()).find_map(|digits| digits.parse().ok());
                let known = Protocol::ALL.into_iter().find(|protocol| lower.ends_with(protocol.key()));
                let slot = self.open();
                slot.attacked_port = slot.attacked_port.or(number);
                slot.protocol = slot.protocol.or(known);
                slot.keep(label.text, value);
            }
            Meaning::Port => {
                let number = value.split(|one: char| !one.is_ascii_digit()).find(|digits| !digits.is_empty()).and_then(|digits| digits.parse().ok());
                let slot = self.open();
                slot.port = slot.port.or(number);
            }
            Meaning::Protocol => {
                let lower = value.to_ascii_lowercase();
                let known = Protocol::ALL.into_iter().find(|protocol| lower.starts_with(protocol.key()));
                let slot = self.open();
                slot.protocol = slot.protocol.or(known);
                slot.keep(label.text, value);
            }
            Meaning::Time(weight) => self.time(label, value, weight),
            Meaning::Kind => {
                let read = rsit_of_text(value);
                let slot = self.open();
                slot.rsit = read.or(slot.rsit);
                slot.keep(label.text, value);
            }
            Meaning::Brand => {
                let slot = self.open();
                slot.brand = slot.brand.take().or_else(|| Some(value.chars().take(200).collect()));
            }
            Meaning::Other => self.open().keep(label.text, value),
        }
        self.open().told |= says_what;
    }

    /// Whom it is about: an address, a URL, a host, or several of a kind.
    fn thing(&mut self, label: Label<'_>, value: &str) {
        let things = things(value);
        if things.is_empty() {
            self.open().keep(label.text, value);
        }
        let is_harmless = is_harmless(value);
        for thing in things {
            match (label.meaning, thing) {
                (Meaning::Source, Item::Address(address, port)) => {
                    if self.draft.as_ref().is_some_and(|draft| draft.address.is_some_and(|known| known != address) || draft.listed) {
                        self.begin();
                    }
                    let draft = self.draft();
                    draft.address = Some(address);
                    draft.port = draft.port.or(port);
                    draft.accused |= label.accuses();
                    draft.is_source |= label.is_of_a_source();
                    draft.rsit = draft.rsit.or_else(|| label.is_of_the_infected().then_some(Rsit::InfectedSystem));
                }
                // `Source: https://…`: where a text is from.
                (Meaning::Source, Item::Url(_)) if label.is_of_a_text() && !is_harmless => self.open().keep(label.text, value),
                (Meaning::Source | Meaning::Url, Item::Url(url)) => {
                    if self.draft.as_ref().is_some_and(|draft| draft.url.as_ref().is_some_and(|known| *known != url)) {
                        self.begin();
                    }
                    let draft = self.draft();
                    draft.url = Some(url);
                    draft.accused |= label.accuses() || is_harmless;
                }
                (Meaning::Source | Meaning::Host, Item::Host(host)) => {
                    self.draft().host.get_or_insert(host);
                }
                // `偽サイト: login.example.test`; what else is called a site may be the sender's.
                (Meaning::Url, Item::Host(host)) if label.accuses() => {
                    if self.draft.as_ref().is_some_and(|draft| draft.host.as_ref().is_some_and(|known| *known != host)) {
                        self.begin();
                    }
                    let draft = self.draft();
                    draft.host = Some(host);
                    draft.accused = true;
                }
                _ => self.open().keep(label.text, value),
            }
            self.vouch();
        }
    }

    /// Lets what stands beside the draft say whether it is reported.
    fn vouch(&mut self) {
        let (subject, passage) = (self.subject, self.passage);
        if let Some(draft) = self.draft.as_mut() {
            draft.otherwise |= subject == Passage::Otherwise || passage == Passage::Otherwise;
            draft.told |= subject == Passage::Told || passage == Passage::Told;
        }
    }

    fn time(&mut self, label: Label<'_>, value: &str, weight: u8) {
        let weight = if self.head > 0 { 0 } else { weight };
        let read = when::leading(value, zone::within(label.text).or(self.zone)).map(|when| When { weight, ..when });
        let repeated = self.common_time.as_deref() == Some(label.text);
        let full = self.draft.as_ref().is_some_and(|draft| draft.is_about_something() && (draft.at.is_none() || self.time_first));
        if read.is_some() && repeated && full {
            // Each record begins with its time: what was common is the first one's.
            self.finish_draft();
            (self.time_first, self.common.at, self.draft) = (true, None, Some(Draft::default()));
        }
        if read.is_some() && self.draft.is_none() && self.common_time.is_none() {
            self.common_time = Some(label.text.to_owned());
        }
        let slot = self.open();
        match read {
            Some(when) if slot.at.is_none_or(|known| weight > known.weight) => slot.at = Some(when),
            _ => slot.keep(label.text, value),
        }
    }

    /// The draft that facts belong to; a new one when none is open.
    fn draft(&mut self) -> &mut Draft {
        self.draft.get_or_insert_with(Draft::default)
    }

    /// The draft if there is one, else what is common to all.
    fn open(&mut self) -> &mut Draft {
        self.draft.as_mut().unwrap_or(&mut self.common)
    }

    fn begin(&mut self) {
        self.finish_draft();
        self.draft = Some(Draft::default());
    }

    fn finish_draft(&mut self) {
        let Some(draft) = self.draft.take() else { return };
        let kind = self.section.or(self.whole);
        let is_reported = draft.is_reported(&self.common, kind, self.sent);
        let finding = draft.finding(&self.common, kind);
        if !is_reported || !finding.is_about_something() || !self.is_new(&finding) {
            return;
        }
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Whether a finding was not told yet. A line of a log that names the address once more tells nothing new.
    fn is_new(&mut self, finding: &Finding) -> bool {
        /// So many are remembered; a longer notice is left to those who count its rows.
        const MOST: usize = 10 * MOST_FINDINGS;
        let is_bare = finding.url.is_none() && finding.host.is_none();
        let of_address = (finding.addresses.clone(), finding.rsit);
        let key = (finding.addresses.clone(), finding.url.clone(), finding.host.clone(), finding.rsit);
        let is_new = !(self.seen.contains(&key) || is_bare && self.seen_addresses.contains(&of_address));
        if is_new && self.seen.len() < MOST {
            self.seen.insert(key);
            self.seen_addresses.insert(of_address);
        }
        is_new
    }

    fn finish(mut self) -> Told {
        self.finish_draft();
        Told { findings: self.findings, left_out: self.left_out, unread_lines: self.unread_lines }
    }
}

/// Whether a line is a link and nothing before it.
fn begins_as_url(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|first| first.contains("://"))
}

/// ① to ⑳.
const CIRCLED: std::ops::RangeInclusive<char> = '\u{2460}'..='\u{2473}';

/// Whether a line is an item of a numbered list: `1) …`, `(2) …`, ③.
fn is_counted(line: &str) -> bool {
    let inner = line.trim_start().trim_start_matches(['(', '（']);
    let behind = inner.trim_start_matches(|one: char| one.is_ascii_digit());
    let digits = inner.len() - behind.len();
    inner.starts_with(|one: char| CIRCLED.contains(&one)) || (1..=2).contains(&digits) && behind.starts_with([')', '）', '.'])
}

/// A line without the marks of a list's item, quotes and markup around it.
fn bare(line: &str) -> &str {
    let marks = |edge: char| edge.is_whitespace() || "-*>|•・■□●○◆◇▼※→+".contains(edge);
    let inner = line.trim_start_matches(marks).trim_end();
    let inner = inner.trim_end_matches("<br>").trim_end_matches("<br />").trim_end();
    if let Some(behind) = inner.strip_prefix(|one: char| CIRCLED.contains(&one)) {
        return behind.trim_start_matches(marks);
    }
    // `1. URL: …`, `(2) http://…`
    let digits = inner.trim_start_matches(['(', '（']);
    let counted = digits.trim_start_matches(|one: char| one.is_ascii_digit());
    let number = digits.len() - counted.len();
    let behind = counted.strip_prefix([')', '）', '.']).filter(|behind| (1..=2).contains(&number) && behind.starts_with([' ', '\t', '\u{3000}']));
    behind.map_or(inner, str::trim)
}

/// Whether a text is what a label of a meaning asks for.
fn is_a_value(label: Label<'_>, value: &str, zone: Option<Offset>) -> bool {
    let value = label::bare(value);
    match label.meaning {
        Meaning::Source | Meaning::Url | Meaning::Host => !things(value).is_empty(),
        Meaning::Time(_) => when::leading(value, zone).is_some(),
        Meaning::Port | Meaning::AttackedPort => value.len() < 20 && value.starts_with(|one: char| one.is_ascii_digit()),
        Meaning::Kind => value.len() < 80 && rsit_of_text(value).is_some(),
        Meaning::Protocol => value.len() < 20,
        Meaning::Brand => value.len() < 80,
        Meaning::Other => false,
    }
}

/// What a value names: what it begins with, whatever is said behind it, or several of a kind in a row.
fn things(value: &str) -> Vec<Item> {
    things_to(value).0
}

/// What a value names, and where the last of it ends.
fn things_to(value: &str) -> (Vec<Item>, usize) {
    if let Some(whole) = extract::word(value) {
        return (vec![whole], value.len());
    }
    let mut things: Vec<Item> = Vec::new();
    let mut end = 0;
    for found in extract::items(value) {
        let between = value.get(end..found.at.start).unwrap_or_default();
        let begins = things.is_empty() && between.trim_matches(['[', '(', '<', '"', '「', '『', '【', '（', '＜', '〈', '《', ' ', '\u{3000}']).is_empty();
        let goes_on = things.last().is_some_and(|last| std::mem::discriminant(last) == std::mem::discriminant(&found.item)) && is_between(between);
        if !(begins || goes_on) {
            break;
        }
        end = found.at.end;
        things.push(found.item);
    }
    (things, end)
}

/// Whether nothing else stands between two things than what joins them: a comma, a word such as "and", that one leads to the other.
pub(super) fn is_between(text: &str) -> bool {
    const MARKS: [char; 14] = [',', ';', '、', '，', '；', '/', '・', '&', '>', '<', '」', '「', '→', '⇒'];
    const WORDS: [&str; 16] =
        ["", "-", "and", "と", "や", "及び", "および", "または", "他", "ほか", "他に", "等", "など", "redirects to", "which redirects to", "転送先"];
    text.split(MARKS).all(|word| WORDS.contains(&word.trim()))
}

/// Whether a URL is written so that nobody opens it.
pub(super) fn is_harmless(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["hxxp", "h**p", "[.]", "(.)", "[dot]", "[:]"].iter().any(|mark| lower.contains(mark))
}

/// An address that has a line for itself, perhaps with a mark, its name in brackets, or a time behind it.
fn alone(line: &str, zone: Option<Offset>) -> Option<(Address, Option<u16>, Option<When>)> {
    let (head, behind) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let behind = behind.trim().trim_start_matches(['-', '–', ',', '|', ' ']);
    let named = behind.starts_with(['(', '[']) && behind.ends_with([')', ']']) && behind.split_whitespace().count() <= 2;
    let at = when::leading(behind, zone);
    if behind.len() > 4 && !named && at.is_none() {
        return None;
    }
    match extract::word(head.trim_end_matches([',', ';']))? {
        Item::Address(address, port) => Some((address, port, at)),
        _ => None,
    }
}

/// Whether a line announces a list of what a notice is about, and not where one reads on.
fn announces(line: &str) -> bool {
    let lower = line.to_lowercase();
    let announces = line.ends_with([':', '：']) || ["following", "below", "以下", "下記", "対象"].iter().any(|word| lower.contains(word));
    announces && !leads_elsewhere(line)
}

/// Whether a line leads to where one reads on, or to whom something was done.
pub(super) fn leads_elsewhere(line: &str) -> bool {
    const ELSEWHERE: [&str; 27] = [
        "information",
        "details",
        "visit",
        "click",
        "link",
        "unsubscribe",
        "please see",
        "see also",
        "see:",
        "look up",
        "removal",
        "contact",
        "genuine",
        "legitimate",
        "official",
        "documentation",
        "reply",
        "parsing",
        "question",
        "web interface",
        "our website",
        "正規",
        "詳細",
        "参照",
        "参考",
        "こちら",
        "問い合わせ",
    ];
    let lower = line.to_lowercase();
    ELSEWHERE.iter().any(|word| lower.contains(word))
}

/// Whether a kind of thing is told by URLs.
const fn is_of_urls(kind: Rsit) -> bool {
    matches!(
        kind,
        Rsit::Phishing
            | Rsit::MalwareDistribution
            | Rsit::Copyright
            | Rsit::C2Server
            | Rsit::InfectedSystem
            | Rsit::SystemCompromise
            | Rsit::UnauthorisedInformationModification
            | Rsit::Masquerade
    )
}

/// Whether a label is a field of a letter's head, whose date says when that was sent.
fn is_of_a_head(label: Label<'_>, value: &str) -> bool {
    let name = label.text.trim().to_lowercase();
    match name.as_str() {
        "return-path" | "received" | "message-id" | "mime-version" | "subject" | "件名" => true,
        "from" | "to" | "cc" | "reply-to" | "差出人" | "宛先" => value.contains('@'),
        _ => false,
    }
}
