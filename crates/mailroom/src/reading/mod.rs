//! What a letter tells: who sent it, and which findings its parts hold. Pure: bytes in, words out.
//!
//! The machine-readable parts are asked first (feedback reports, X-ARF, tables, archives of them); when none speaks, the text of
//! the letter is read as a notice. A letter in which nothing is reported is an inquiry, which a person reads.

//!
//! **Architecture invariant:** nothing here asks the clock, the network or the database. What a letter means to the team (its thread, its
//! incidents) is said by those who call.

mod archives;
mod beside;
mod deceived;
mod parts;

use crate::{
    correspondence::Channel,
    form::{self, Submission},
};
use noroshi_feeds::{
    digest,
    extract::{Brands, Item},
    finding::Finding,
    notice::{self, Sent, Told},
    shadowserver::Schema,
};
use noroshi_kernel::{language::Bilingual, moment::Moment, reason::Reason, rsit::Rsit, setaside::printable};
use noroshi_post::{
    automatic::{self, Automatic},
    delivery::{self, DeliveryReport},
    html,
    letter::{self, Body, Headers, Letter, Mailbox, Part},
    sealed::{self, Ring, Seal},
    threading::{Marks, Signs},
};
use std::{borrow::Cow, sync::Arc};

/// What must be known to read a letter.
#[derive(Clone, Debug)]
pub struct Context {
    /// What letters of ours bear, so that answers find back.
    pub marks: Marks,
    /// The latest time that is believed: now and one day.
    pub latest: Moment,
    /// The brands that are looked for in what people write.
    pub brands: Arc<Brands>,
    /// Shadowserver's own schema, if the team has one.
    pub schema: Option<Arc<Schema>>,
    /// The time as of which signatures are judged: now.
    pub at: Moment,
    /// The keys by which letters are opened.
    pub keys: Arc<Ring>,
}

/// What a letter tells.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The subject, made safe to show.
    pub subject: String,
    /// Who sent it.
    pub from: Mailbox,
    /// The sender's top-level domain with its dot.
    pub sender_tld: Option<String>,
    /// The Message-ID without angle brackets; empty when there is none.
    pub message_id: String,
    /// When it came in, as far as it tells itself.
    pub arrived: Option<Moment>,
    /// Why it counts as automatic, if it does.
    pub automatic: Option<Automatic>,
    /// What tells where it belongs.
    pub signs: Signs,
    /// What it says as a mail server's report of another letter.
    pub delivery: Option<DeliveryReport>,
    /// What it reports.
    pub findings: Vec<Finding>,
    /// Whether machine-readable parts report it, rather than what somebody wrote.
    pub is_of_parts: bool,
    /// Parts that claim to report something and could not be read, with their places.
    pub problems: Vec<(Bilingual, Reason)>,
    /// What its seals are worth.
    pub seal: Seal,
}

/// The longest subject that is kept, in characters.
const SUBJECT_MOST_CHARS: usize = 500;

/// The longest Message-ID that is kept, in characters: it is looked up by an index, which takes no longer ones.
const MESSAGE_ID_MOST_CHARS: usize = 300;

/// What the head alone of a letter tells that cannot be read: who sent it, and where it belongs.
#[must_use]
pub fn head(raw: &[u8], recipient: Option<&str>, context: &Context) -> Reading {
    let headers = Headers::of_letter(raw);
    let arrived = headers.arrived().filter(|at| *at <= context.latest);
    of_head(&headers, recipient, arrived, context)
}

/// What a head tells.
fn of_head(headers: &Headers, recipient: Option<&str>, arrived: Option<Moment>, context: &Context) -> Reading {
    let from = headers.from.first().or(headers.sender.first()).or(headers.reply_to.first()).cloned().unwrap_or_default();
    Reading {
        subject: printable(&headers.subject, SUBJECT_MOST_CHARS),
        sender_tld: from.domain().as_deref().filter(|_| !form::is_placeholder(&from.address)).and_then(tld),
        from: Mailbox { name: printable(&from.name, 200), address: printable(&from.address, 320) },
        message_id: headers.message_id.as_deref().map(|id| printable(id, MESSAGE_ID_MOST_CHARS)).unwrap_or_default(),
        arrived,
        automatic: automatic::of(headers, &context.marks.loop_mark()),
        signs: context.marks.signs(headers, recipient),
        delivery: None,
        findings: Vec::new(),
        is_of_parts: false,
        problems: Vec::new(),
        seal: Seal::default(),
    }
}

/// Reads a letter that came by `channel`, once it is opened. `recipient` is the address for which it was delivered, when the mail server
/// said so. What a form's fields say is believed of what came through a form, never of mail.
///
/// # Errors
/// The reason why it is none that can be read; see [`letter::read`].
pub fn read(raw: &[u8], recipient: Option<&str>, channel: Channel, context: &Context) -> Result<Reading, Reason> {
    let sealed::Opened { raw, seal } = sealed::open(raw, &context.keys, context.at);
    let mut letter = letter::read(&raw)?;
    let form = if channel.is_filled_in() { form::take(&mut letter) } else { None };
    let headers = &letter.headers;
    let noted = form.as_ref().filter(|_| channel.is_by_hand()).and_then(Submission::received_at);
    let arrived = noted.or_else(|| headers.arrived()).filter(|at| *at <= context.latest);
    // A report without a time of its own tells of what was so when it was sent.
    let sent = headers.date.or(arrived).filter(|at| *at <= context.latest);
    let is_for_many = is_for_many(headers);
    let frame = frame(&letter, sent);
    let mut found = parts::Found::new(context.latest, frame, is_for_many, context.schema.clone());
    found.findings.extend(form.iter().flat_map(Submission::findings));
    found.letter(&letter, 0);
    let is_of_parts = form.is_none() && !found.findings.is_empty();
    if found.findings.is_empty() && !found.text_was_refused && !is_for_many {
        // An attachment that could not be read silences nobody. Of a form only what the reporter tells: the labels beside it are ours.
        let told = form.as_ref().map_or_else(|| prose(&letter, &frame), |form| notice::read("", &form.description, &frame));
        found.told(told);
    }
    if found.findings.is_empty() && form.is_none() && !is_for_many {
        found.passed_on(&letter);
    }
    if !is_of_parts && form.is_none() && !is_for_many {
        deceived(&letter, &frame, &mut found);
    }
    found.end(&letter);
    found.problems.extend(unopened(&seal));
    let text = text(&letter);
    beside::complete(&mut found.findings, &text);
    name_brand(&mut found.findings, &letter.headers.subject, &text, &context.brands);
    let delivery = delivery::read(&letter);
    if delivery.is_some() {
        // What came back is ours: it reports nothing.
        (found.findings, found.problems) = (Vec::new(), Vec::new());
    }
    let mut told = of_head(headers, recipient, arrived, context);
    // The letter that came back says where the report belongs.
    told.signs.references.extend(delivery.iter().filter_map(|report| report.original_message_id.clone()));
    for finding in &mut found.findings {
        finding.at = finding.at.filter(|at| *at <= context.latest).or(sent);
    }
    Ok(Reading { delivery, findings: distinct(found.findings), is_of_parts, problems: found.problems, seal, ..told })
}

/// Names the brand that phishing sites imitate, when the letter names exactly one and does not say which site imitates which.
fn name_brand(findings: &mut [Finding], subject: &str, text: &str, brands: &Brands) {
    let nameless = |finding: &Finding| finding.rsit == Rsit::Phishing && finding.brand.is_none();
    if !findings.iter().any(nameless) {
        return;
    }
    let mut named: Vec<String> = [subject, text]
        .into_iter()
        .flat_map(|text| brands.find(text))
        .filter_map(|found| if let Item::Brand(name) = found.item { Some(name) } else { None })
        .collect();
    named.sort_unstable();
    named.dedup();
    if let [only] = named.as_slice() {
        findings.iter_mut().filter(|finding| nameless(finding)).for_each(|finding| finding.brand = Some(only.clone()));
    }
}

/// What could not be opened is for a person.
fn unopened(seal: &Seal) -> impl Iterator<Item = (Bilingual, Reason)> {
    let place = |path: &str| {
        if path == "0" { Bilingual::new("メール全体", "the whole letter") } else { Bilingual::new(format!("パート {path}"), format!("part {path}")) }
    };
    let unopened = seal.encrypted.iter().filter_map(move |one| one.opened.as_ref().err().map(|why| (place(&one.path), why.detail.clone())));
    let left = seal.left.iter().map(move |reason| (place("0"), reason.clone()));
    unopened.chain(left)
}

/// Whether a letter went to a list or to many: what its text tells of, it tells to nobody in particular.
fn is_for_many(headers: &Headers) -> bool {
    let precedence = headers.field("Precedence").map(|value| value.trim().to_ascii_lowercase()).unwrap_or_default();
    headers.field("List-Id").is_some() || matches!(precedence.as_str(), "bulk" | "list")
}

/// What the letter's own text tells.
fn prose(letter: &Letter, frame: &Sent) -> Told {
    let texts: Vec<Cow<'_, str>> = letter.texts().filter_map(Part::text).collect();
    notice::read(&letter.headers.subject, &texts.join("\n"), frame)
}

/// What a letter's head tells of its text: when it was sent, by which clock, and whether in a charset of Japan.
fn frame(letter: &Letter, sent: Option<Moment>) -> Sent {
    let date = letter.headers.field("Date").unwrap_or_default();
    let ahead_minutes = date.split_whitespace().find_map(|word| {
        let (sign, digits) = word.strip_prefix('+').map(|digits| (1, digits)).or_else(|| word.strip_prefix('-').map(|digits| (-1, digits)))?;
        let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
        (number / 100 <= 14 && number % 100 < 60).then_some(sign * (number / 100 * 60 + number % 100))
    });
    let in_japanese = letter
        .texts()
        .any(|part| matches!(&part.body, Body::Text { charset, .. } | Body::Html { charset, .. } if ["ISO-2022-JP", "Shift_JIS", "EUC-JP"].contains(charset)));
    Sent { at: sent, ahead_minutes, in_japanese }
}

/// Reads what people pass on and call phishing: what they tell in their own words counts; of what they pass on, which was written to
/// deceive, the only place to which it leads. A notice that somebody passed on names whom it is about by an address, and stays as it was read.
fn deceived(letter: &Letter, frame: &Sent, found: &mut parts::Found) {
    let is_notice = found.findings.iter().any(|finding| finding.url.as_ref().is_none_or(|url| url.address.is_none()) && !finding.addresses.is_empty());
    let Some(passed_on) = deceived::PassedOn::of(letter, frame).filter(|_| !is_notice) else { return };
    let own = notice::read("", &passed_on.own, frame);
    found.findings.clear();
    if own.findings.is_empty() { found.findings.extend(passed_on.finding()) } else { found.told(own) }
}

/// What the sender wrote. Of HTML also where its links lead, which is not always what they show.
fn text(letter: &Letter) -> String {
    let mut lines = Vec::new();
    for part in letter.texts() {
        lines.extend(part.text().map(Cow::into_owned));
        if let Body::Html { html, .. } = &part.body {
            lines.extend(html::links(html));
        }
    }
    lines.join("\n")
}

/// The top-level domain of a sender's domain; of an address literal there is none.
fn tld(domain: &str) -> Option<String> {
    let top = domain
        .rsplit('.')
        .next()
        .filter(|top| domain.contains('.') && (2..=63).contains(&top.len()) && top.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))?;
    (!top.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!(".{top}"))
}

/// The same thing told twice in one letter is told once; the first, most exact telling stays.
fn distinct(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = std::collections::HashSet::new();
    let key = |finding: &Finding| {
        let what = finding.url.as_ref().map(|url| url.url.clone()).or_else(|| finding.host.as_ref().map(ToString::to_string));
        let addresses: Vec<String> = finding.addresses.iter().map(ToString::to_string).collect();
        digest::of(format!("{} {what:?} {addresses:?}", finding.rsit).as_bytes())
    };
    findings.into_iter().filter(|finding| seen.insert(key(finding))).collect()
}
