//! Everything that happened in a thread, latest first: letters in and out, its way from desk to desk, what was done to it.

use crate::{
    failure::Failure,
    links,
    pages::{
        keys::Mark,
        letter::{
            reading::{self, Keys, Opened, Place, cut, shown},
            seals::{self, Ours, SealLine, Signers},
        },
    },
    reader::Person,
    times::Time,
    web::Web,
    words::Words,
};
use noroshi_kernel::{
    id::{OutgoingId, ThreadId},
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::audit;
use noroshi_mailroom::{
    correspondence::Channel,
    desk::Desks,
    form, letters,
    outgoing::{self, Sent},
    thread::{self, Letter, Line, Routing, Thread},
};
use noroshi_post::{letter as post, openpgp::Fingerprint, sealed::Seal};
use std::collections::HashMap;

/// The letters whose texts are read for one page, the latest.
const MOST_READ: usize = 20;
/// The longest letter whose text a thread shows, in bytes; of a longer one the page of the letter tells.
const LETTER_MOST_BYTES: u64 = 4 << 20;
/// The longest text that a thread shows of one letter, in characters.
const TEXT_MOST_CHARS: usize = 4_000;
/// Lines of a quote at the end of a letter from which on it is folded.
const QUOTE_LEAST_LINES: usize = 4;

/// Something that happened.
pub(crate) struct Entry {
    at: Moment,
    pub(crate) time: Time,
    pub(crate) class: &'static str,
    /// What, in a word.
    pub(crate) what: String,
    /// Who or whereto.
    pub(crate) how: String,
    pub(crate) marks: Vec<Mark>,
    /// Seals that a person must look at.
    pub(crate) seals: Vec<SealLine>,
    /// For whom a letter of ours is encrypted.
    pub(crate) readers: String,
    /// What asks for care.
    pub(crate) warnings: Vec<String>,
    pub(crate) text: Option<Text>,
    /// What else was said; keeps its lines.
    pub(crate) note: String,
    pub(crate) recipients: Vec<Recipient>,
    /// The letter, when it came in: it can be answered.
    pub(crate) letter: Option<i64>,
    /// The page of the letter, whoever wrote it.
    pub(crate) href: Option<String>,
    /// A thread that the letter quotes without being of it: its id and number.
    pub(crate) quotes: Option<(i64, String)>,
    /// A letter of ours that can still be taken back.
    pub(crate) withdraws: Option<i64>,
}

/// What a letter says.
pub(crate) struct Text {
    pub(crate) own: String,
    /// The quote at its end, folded.
    pub(crate) quoted: String,
    pub(crate) quoted_lines: i64,
    /// Whether the letter goes on.
    pub(crate) is_cut: bool,
    pub(crate) is_of_html: bool,
    /// Why nothing can be shown.
    pub(crate) problem: Option<String>,
}

/// To whom a letter of ours went, and what became of it.
pub(crate) struct Recipient {
    pub(crate) address: String,
    pub(crate) state_key: &'static str,
    pub(crate) state: String,
    /// What the mail server said, and when.
    pub(crate) reply: String,
    pub(crate) at: Option<Time>,
}

impl Recipient {
    pub(crate) fn of(one: &outgoing::Recipient, web: &Web, words: Words) -> Self {
        let (state_key, state) = (one.state.key(), words.outgoing_state(one.state));
        let at = one.at.map(|at| Time::of(at, web.ledger.now(), &web.reckoning.zone, words));
        Self { address: address(&one.address, words), state_key, state, reply: shown(one.reply.get(words.language)), at }
    }
}

/// An address as it is shown; who filled in a form without one reads what we write behind the status link.
pub(crate) fn address(address: &str, words: Words) -> String {
    if form::is_placeholder(address) { words.say("address-none") } else { shown(address) }
}

pub(super) struct Timeline<'a> {
    pub(super) web: &'a Web,
    pub(super) person: &'a Person,
    pub(super) words: Words,
    pub(super) desks: &'a Desks,
    pub(super) may_write: bool,
}

impl Timeline<'_> {
    pub(super) async fn entries(&self, thread: &Thread, letters: &[Letter]) -> Result<Vec<Entry>, Failure> {
        let mut read = self.texts(letters).await?;
        let mut fingerprints: Vec<Fingerprint> = read.values().flat_map(|one| seals::named(&one.seal)).collect();
        fingerprints.extend(letters.iter().filter_map(signer));
        let signers = Signers::of(self.web, fingerprints).await?;
        let waiting: Vec<OutgoingId> = letters.iter().filter_map(|letter| if let Letter::Out(sent) = letter { Some(sent.id) } else { None }).collect();
        let ways = outgoing::ways(&self.web.ledger, &waiting).await?;
        let mut entries = Vec::new();
        for (place, letter) in letters.iter().enumerate() {
            let read = read.remove(&place);
            entries.push(match letter {
                Letter::In(line) => self.came(thread.id, line, read, &signers).await?,
                Letter::Out(sent) => {
                    let way = ways.iter().find(|way| way.key == sent.id.to_string());
                    self.went(sent, read, way.is_some_and(|way| way.is_dead))
                }
            });
        }
        for routing in thread::routings(&self.web.ledger, thread.id).await? {
            entries.push(self.sent_on(&routing));
        }
        for row in audit::of_subject(&self.web.ledger, thread.id.0, 500).await? {
            entries.extend(self.changed(&row).await?);
        }
        // Of what bears the same time, what came first stands below.
        entries.sort_by_key(|entry| entry.at);
        entries.reverse();
        Ok(entries)
    }

    fn entry(&self, at: Moment, class: &'static str, what: String, how: String) -> Entry {
        Entry {
            at,
            time: Time::of(at, self.web.ledger.now(), &self.web.reckoning.zone, self.words),
            class,
            what,
            how,
            marks: Vec::new(),
            seals: Vec::new(),
            readers: String::new(),
            warnings: Vec::new(),
            text: None,
            note: String::new(),
            recipients: Vec::new(),
            letter: None,
            href: None,
            quotes: None,
            withdraws: None,
        }
    }

    /// The latest letters, opened and read, by their places.
    async fn texts(&self, letters: &[Letter]) -> Result<HashMap<usize, Read>, Failure> {
        let place = |letter: &Letter| match letter {
            Letter::In(line) => Place { raw: line.raw.clone(), is_sealed: line.seal.is_any() },
            Letter::Out(sent) => Place { raw: sent.raw.clone(), is_sealed: false },
        };
        let chosen: Vec<(usize, Place)> = letters
            .iter()
            .enumerate()
            .rev()
            .take(MOST_READ)
            .map(|(number, letter)| (number, place(letter)))
            .filter(|(_, place)| place.raw.length <= LETTER_MOST_BYTES)
            .collect();
        let (numbers, places): (Vec<usize>, Vec<Place>) = chosen.into_iter().unzip();
        let words = self.words;
        reading::with_letters(self.web, &self.person.actor, places, LETTER_MOST_BYTES, move |read, keys| {
            numbers.into_iter().zip(read).map(|(number, bytes)| (number, Read::of(&bytes, keys, words))).collect()
        })
        .await
    }

    async fn came(&self, here: ThreadId, line: &Line, read: Option<Read>, signers: &Signers) -> Result<Entry, Failure> {
        let words = self.words;
        let own = address(&line.from_address, words);
        let from = if line.from_name.is_empty() { own } else { format!("{} <{own}>", line.from_name) };
        let how = if from.is_empty() { shown(&line.subject) } else { shown(&from) };
        let mut entry = self.entry(line.received_at, "in", words.say("letter-in"), how);
        let plain = |name: String| Mark { name, class: "plain" };
        if line.channel != Channel::Mail {
            entry.marks.push(plain(words.channel(line.channel.key())));
        }
        entry.marks.push(Mark { name: words.kind(line.kind), class: if line.state == letters::State::New { "thread-new" } else { "plain" } });
        if let Some(why) = &line.automatic {
            entry.marks.push(plain(words.about("mark-automatic", &words.automatic(why))));
        }
        if let Some(by) = &line.tied_by {
            entry.marks.push(plain(words.tie(by)));
        }
        // Of a letter that was not opened for this page is told what was known when it came.
        match &read {
            Some(read) => {
                let lines = seals::lines(&read.seal, signers, words);
                // One mark for each thing that is said; the page of the letter tells of all.
                for line in &lines {
                    if entry.marks.iter().all(|mark| mark.name != line.mark.name) {
                        entry.marks.push(line.mark.clone());
                    }
                }
                entry.seals = lines.into_iter().filter(SealLine::calls).collect();
            }
            None => entry.marks.extend(seals::stored(&line.seal, signers, words)),
        }
        // What may not be seen is not told of: neither the thread that is quoted nor the party whose address is imitated.
        let quoted = match line.quotes.filter(|quoted| *quoted != here) {
            Some(quoted) => thread::open(&self.web.ledger, &self.person.actor, quoted).await.ok(),
            None => None,
        };
        if let Some(quoted) = quoted {
            entry.warnings.push(words.about("letter-quotes", quoted.number()));
            entry.quotes = Some((quoted.id.0, quoted.number().to_owned())).filter(|_| self.may_write);
            if let Some(party) = &line.looks_like {
                entry.warnings.push(words.about("letter-looks-like", &shown(party)));
            }
        }
        entry.letter = Some(line.id.0);
        entry.href = Some(format!("/letters/{}", line.id));
        entry.text = read.map(|read| read.text);
        Ok(entry)
    }

    fn went(&self, sent: &Sent, read: Option<Read>, is_dead: bool) -> Entry {
        let words = self.words;
        let mut entry = self.entry(sent.written_at, "out", words.say("letter-out"), sent.author.clone());
        if sent.automatic {
            entry.marks.push(Mark { name: words.say("mark-by-rule"), class: "plain" });
        }
        if let Some(Read { ours, .. }) = &read {
            entry.marks.extend(ours.marks(words));
            entry.readers = ours.readers(words);
        }
        if is_dead {
            entry.warnings.push(words.say("letter-given-up"));
        }
        entry.href = Some(format!("/outgoing/{}", sent.id));
        entry.recipients = sent.recipients.iter().map(|one| Recipient::of(one, self.web, words)).collect();
        entry.withdraws = (self.may_write && sent.state == outgoing::State::Queued).then_some(sent.id.0);
        entry.text = read.map(|read| read.text);
        entry
    }

    fn desk(&self, key: &str) -> String {
        self.desks.get(key).map_or_else(|| key.to_owned(), |desk| self.words.pick(&desk.name))
    }

    fn sent_on(&self, routing: &Routing) -> Entry {
        let way = self.words.with("event-from-to", &[("from", self.desk(&routing.from).into()), ("to", self.desk(&routing.to).into())]);
        let mut entry = self.entry(routing.at, "", self.words.say("event-routed"), format!("{way} \u{00b7} {}", routing.actor));
        entry.note = links::harmless(&routing.note);
        entry
    }

    /// What the audit log tells that stands nowhere else.
    async fn changed(&self, row: &audit::Row) -> Result<Option<Entry>, Failure> {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let (class, key, more) = match row.action.as_str() {
            "mailroom.assign" if detail.get("owner").is_some_and(serde_json::Value::is_null) => ("", "event-given-back", String::new()),
            "mailroom.assign" => ("", "event-taken", String::new()),
            "mailroom.end" => ("ok", "event-ended", String::new()),
            "mailroom.reopen" => ("", "event-taken-up", String::new()),
            "mailroom.attach" => ("", "event-attached", format!("#{}", text("case"))),
            "mailroom.begin" => ("", "event-begun", String::new()),
            "mailroom.withdraw" => ("", "event-withdrawn", String::new()),
            "mailroom.send_again" => ("", "event-sent-again", String::new()),
            "mailroom.merged" => ("", "event-merged", text("code")),
            "mailroom.merge" => {
                let into = detail.get("into").and_then(serde_json::Value::as_i64).map(ThreadId);
                let seen = match into {
                    Some(into) => thread::open(&self.web.ledger, &self.person.actor, into).await.ok(),
                    None => None,
                };
                ("", "event-merged-into", seen.map(|into| into.number().to_owned()).unwrap_or_default())
            }
            _ => return Ok(None),
        };
        let how = if more.is_empty() { row.actor.clone() } else { format!("{more} \u{00b7} {}", row.actor) };
        Ok(Some(self.entry(row.moment(), class, self.words.say(key), how)))
    }
}

/// The key that a letter was signed by when it came.
fn signer(letter: &Letter) -> Option<Fingerprint> {
    if let Letter::In(line) = letter { line.seal.signer.as_deref().and_then(Fingerprint::of_text) } else { None }
}

/// A letter that was read for the page.
struct Read {
    text: Text,
    seal: Seal,
    /// Its seal, when it is ours.
    ours: Ours,
}

impl Read {
    fn of(bytes: &[u8], keys: &Keys, words: Words) -> Self {
        let Opened { letter, seal } = keys.open(bytes);
        let mut text = text(&letter, words);
        for part in [&mut text.own, &mut text.quoted] {
            *part = reading::marked(std::mem::take(part), &seal, words);
        }
        Self { text, ours: seals::ours(&seal, &keys.ring, keys.at), seal }
    }
}

/// What a letter says.
fn text(letter: &Result<post::Letter, Reason>, words: Words) -> Text {
    let nothing =
        |problem: String| Text { own: String::new(), quoted: String::new(), quoted_lines: 0, is_cut: false, is_of_html: false, problem: Some(problem) };
    let letter = match letter {
        Ok(letter) => letter,
        Err(why) => return nothing(links::harmless_quotes(why.get(words.language))),
    };
    let Some(written) = reading::written(letter).filter(|text| !text.trim().is_empty()) else { return nothing(words.say("letter-no-text")) };
    let (own, quoted) = parted(written.trim());
    let (own, is_cut) = cut(own, TEXT_MOST_CHARS);
    let (quoted_shown, _) = cut(quoted, TEXT_MOST_CHARS);
    Text {
        own: shown(own.trim_end()),
        quoted: shown(quoted_shown),
        quoted_lines: i64::try_from(quoted.lines().count()).unwrap_or(i64::MAX),
        is_cut,
        is_of_html: reading::is_of_html(letter),
        problem: None,
    }
}

/// What the sender wrote, and the quote at the end when it is long.
fn parted(text: &str) -> (&str, &str) {
    let mut from = text.len();
    let mut lines = 0;
    for line in text.lines().rev() {
        let begin = line.as_ptr().addr() - text.as_ptr().addr();
        if line.starts_with('>') {
            lines += 1;
            from = begin;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    if lines < QUOTE_LEAST_LINES || from == 0 { (text, "") } else { text.split_at_checked(from).unwrap_or((text, "")) }
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn a_long_quote_at_the_end_is_folded() {
        let quote = "> a\n> b\n\n> c\n> d";
        assert_eq!(parted(&format!("yes\n\nX wrote:\n{quote}")), ("yes\n\nX wrote:\n", quote));
        for whole in ["> a\n> b\nno", "yes\n> a", quote, "", "日本"] {
            assert_eq!(parted(whole), (whole, ""), "{whole}");
        }
    }
}
