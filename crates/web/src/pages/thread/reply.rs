//! `GET /threads/{id}/reply` and `POST /threads/{id}/letters`: a letter of ours, prepared as the answer to one that came in.

use super::id;
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    pages::{
        inbox,
        incident::Suggestion,
        letter::reading::{self, cut, shown},
        onward,
    },
    query::Parameters,
    reader::Person,
    upload::Upload,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use noroshi_kernel::{access::Actor, id::CorrespondenceId};
use noroshi_mailroom::{
    desk::{self, Desks},
    outgoing::{self, Sealing, Writing},
    thread::{self, Letter, Line, Thread},
};
use noroshi_post::automatic::Automatic;
use noroshi_post::{
    build::Charset,
    letter::{Headers, Mailbox},
    sealed::Secrecy,
};

/// The longest letter that is quoted, in bytes, and the longest quote, in characters.
const LETTER_MOST_BYTES: u64 = 16 << 20;
const QUOTE_MOST_CHARS: usize = 20_000;

/// A letter to write.
#[derive(Template)]
#[template(path = "reply.html")]
pub(crate) struct ReplyPage {
    pub(crate) page: Page,
    pub(crate) form: LetterForm,
    /// Whether the desk has no address to send from.
    pub(crate) no_address: bool,
    /// Addresses that come into question, when a letter begins a thread about an incident.
    pub(crate) suggestions: Option<Vec<Suggestion>>,
}

/// The fields of a letter, filled in.
pub(crate) struct LetterForm {
    /// Where it is sent.
    pub(crate) action: String,
    /// Where giving up leads.
    pub(crate) back: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) cc: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    /// The letter that it answers.
    pub(crate) answers: Option<i64>,
    /// Who else got that letter.
    pub(crate) others: String,
    pub(crate) jis: bool,
    /// Whether what it answers came encrypted.
    pub(crate) in_secret: bool,
    /// What readers of the letter may see, as a label.
    pub(crate) tlp: &'static str,
    /// Desks to write from, where there is a choice: key, name, whether it is chosen.
    pub(crate) desks: Vec<(String, String, bool)>,
}

/// `GET /threads/{id}/reply`, or `?letter=` to answer one that is not the latest.
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["letter"])?;
    let thread = thread::open(&web.ledger, &person.actor, id(&text)?).await?;
    let wanted: Option<i64> = parameters.parsed("letter")?;
    let letters = thread::letters(&web.ledger, thread.id, 1_000).await?;
    let came: Vec<&Line> = letters.iter().filter_map(|letter| if let Letter::In(line) = letter { Some(line) } else { None }).collect();
    let answered = match wanted {
        Some(wanted) => Some(*came.iter().find(|line| line.id.0 == wanted).ok_or(Failure::Missing)?),
        // What a program sent is answered when nothing else is there.
        None => came
            .iter()
            .rev()
            .find(|line| !line.automatic.as_deref().and_then(Automatic::from_key).is_some_and(Automatic::is_by_a_program))
            .or(came.last())
            .copied(),
    };
    let desks = desk::all(&web.ledger).await?;
    let form = match answered {
        Some(line) => answer(&web, &person.actor, &thread, line, &desks, words).await?,
        None => again(&thread, &letters, &desks),
    };
    let title = words.about("reply-title", &inbox::subject(&thread.subject, words));
    let desk_name = desks.get(&thread.desk).map(|desk| words.pick(&desk.name)).unwrap_or_default();
    let page = Page::of(&web, &person, Desk::Inbox, title)
        .await?
        .step_to(desk_name, format!("/inbox/{}", thread.desk))
        .step_to(format!("#{}", thread.number()), format!("/threads/{}", thread.id))
        .step(words.say("action-reply"));
    page::show(&ReplyPage { page, form, no_address: desks.get(&thread.desk).is_none_or(|desk| desk.address.is_empty()), suggestions: None })
}

fn empty(thread: &Thread, desks: &Desks) -> LetterForm {
    LetterForm {
        action: format!("/threads/{}/letters", thread.id),
        back: format!("/threads/{}", thread.id),
        from: desks.get(&thread.desk).map(|desk| desk.address.clone()).unwrap_or_default(),
        to: String::new(),
        cc: String::new(),
        subject: thread.subject.clone(),
        body: String::new(),
        answers: None,
        others: String::new(),
        jis: false,
        in_secret: false,
        tlp: thread.label.tlp.marking(),
        desks: Vec::new(),
    }
}

/// The answer to a letter: to whom it asks for answers, its subject, its text as a quote, its charset.
async fn answer(web: &Web, actor: &Actor, thread: &Thread, line: &Line, desks: &Desks, words: Words) -> Result<LetterForm, Failure> {
    let most = LETTER_MOST_BYTES;
    let places = vec![reading::Place { raw: line.raw.clone(), is_sealed: line.seal.is_any() }];
    let opened = reading::with_letters(web, actor, places, most, |bytes, keys| bytes.first().map(|bytes| keys.open(bytes))).await?;
    // What came in secret is not quoted, and is answered in secret unless a person says otherwise: whoever sends us what he caught of another's
    // letter must not get it back in the clear.
    let in_secret = line.seal.secrecy != Secrecy::None || opened.as_ref().is_some_and(|opened| opened.seal.secrecy() != Secrecy::None);
    let read = opened.and_then(|opened| opened.letter.ok());
    let read = read.filter(|_| line.raw.length <= most);
    let from = Mailbox { name: line.from_name.clone(), address: line.from_address.clone() };
    let folded = |address: &str| noroshi_post::threading::address(address);
    let asked = read.as_ref().and_then(|letter| letter.headers.reply_to.first().cloned()).filter(|to| !to.address.is_empty());
    // Whoever forged the sender would get the answer by naming himself here: elsewhere than in the sender's domain only a party is answered
    // unless a person says so.
    let parties = thread::parties(&web.ledger, thread.id).await?;
    let is_known = |one: &Mailbox| one.domain() == from.domain() || parties.iter().any(|party| party.address == folded(&one.address));
    let (to, elsewhere) = match asked {
        Some(asked) if is_known(&asked) => (asked, None),
        asked => (from.clone(), asked),
    };
    let text = read.as_ref().filter(|_| !in_secret).and_then(reading::written).unwrap_or_default();
    let (text, _) = cut(text.trim(), QUOTE_MOST_CHARS);
    let time = web.reckoning.zone.minute(line.received_at);
    let head = words.with("reply-quote", &[("time", time.into()), ("from", shown(&name(&from)).into())]);
    let quoted: String = shown(text).lines().map(|line| if line.starts_with('>') { format!(">{line}\n") } else { format!("> {line}\n") }).collect();
    let others = read.iter().flat_map(|letter| letter.headers.to.iter().chain(&letter.headers.cc)).filter(|one| !desks.owns(&folded(&one.address)));
    let others = elsewhere.iter().chain(others);
    let others: Vec<String> = others.filter(|one| folded(&one.address) != folded(&to.address)).take(50).map(|one| shown(&mailbox(one))).collect();
    let subject =
        if line.subject.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("re:")) { line.subject.clone() } else { format!("Re: {}", line.subject) };
    Ok(LetterForm {
        to: shown(&mailbox(&to)),
        subject: shown(&subject),
        body: if text.is_empty() { String::new() } else { format!("\n\n{head}\n{quoted}") },
        answers: Some(line.id.0),
        others: others.join(", "),
        jis: read.as_ref().is_some_and(reading::is_iso_2022_jp),
        in_secret,
        ..empty(thread, desks)
    })
}

/// One more letter to those to whom we wrote last.
fn again(thread: &Thread, letters: &[Letter], desks: &Desks) -> LetterForm {
    let last = letters.iter().rev().find_map(|letter| if let Letter::Out(sent) = letter { Some(sent) } else { None });
    let to = last.map(|sent| sent.recipients.iter().map(|one| one.address.clone()).collect::<Vec<_>>().join(", ")).unwrap_or_default();
    LetterForm { to, ..empty(thread, desks) }
}

fn name(mailbox: &Mailbox) -> String {
    if mailbox.name.is_empty() { mailbox.address.clone() } else { mailbox.name.clone() }
}

/// A mailbox as one types it.
fn mailbox(mailbox: &Mailbox) -> String {
    if mailbox.name.is_empty() {
        return mailbox.address.clone();
    }
    let name = mailbox.name.replace(['"', '\\'], "'");
    format!("\"{name}\" <{}>", mailbox.address)
}

/// The mailboxes that somebody typed, by the grammar of letters, on as many lines as he likes.
fn mailboxes(typed: &str) -> Vec<Mailbox> {
    let line: String = typed.split(['\r', '\n', ';', '、', '，']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    if line.is_empty() {
        return Vec::new();
    }
    // What is no address is read as a name. It is what was meant as one, and what the refusal must show.
    let meant = |one: Mailbox| match (one.address.is_empty(), one.name.is_empty()) {
        (true, false) => Mailbox { name: String::new(), address: one.name },
        (true, true) => Mailbox { name: String::new(), address: line.clone() },
        (false, _) => one,
    };
    Headers::read(format!("To: {line}\r\n").as_bytes()).to.into_iter().map(meant).collect()
}

/// The letter that a form holds.
pub(crate) fn writing(sent: Upload) -> Result<Writing, Failure> {
    let charset = match sent.get("charset") {
        "" | "utf-8" => Charset::Utf8,
        "iso-2022-jp" => Charset::Iso2022Jp,
        other => return Err(Failure::Field { name: "charset".into(), value: noroshi_kernel::setaside::printable(other, 40) }),
    };
    let sealing = match sent.get("sealing") {
        "" | "plain" => Sealing::Plain,
        "signed" => Sealing::Signed,
        "encrypted" => Sealing::Encrypted,
        other => return Err(Failure::Field { name: "sealing".into(), value: noroshi_kernel::setaside::printable(other, 40) }),
    };
    let answers = match sent.get("answers") {
        "" => None,
        id => Some(CorrespondenceId(id.parse().map_err(|_| Failure::Missing)?)),
    };
    Ok(Writing {
        to: mailboxes(sent.get("to")),
        cc: mailboxes(sent.get("cc")),
        subject: sent.get("subject").trim().to_owned(),
        body: sent.text("body"),
        attachments: sent.files,
        answers,
        charset,
        sealing,
    })
}

/// `POST /threads/{id}/letters`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(text): Path<String>, request: Request) -> Result<Response, Failure> {
    let thread = id(&text)?;
    let writing = writing(Upload::of_person(&web, &person, request).await?)?;
    let work = web.ledger.begin().await?;
    outgoing::write(&web.ledger, &work, &person.actor, &web.house(), thread, writing).await?;
    work.commit().await?;
    Ok(onward(&web, &format!("/threads/{thread}"), Done::Written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_mailboxes() {
        for (typed, expected) in [
            ("a@example.jp", vec![("", "a@example.jp")]),
            (
                "\"山田, 太郎\" <taro@example.jp>\r\nb@example.jp; c@example.jp",
                vec![("山田, 太郎", "taro@example.jp"), ("", "b@example.jp"), ("", "c@example.jp")],
            ),
            ("not an address", vec![("", "not an address")]),
            ("a@example.jp, 山田", vec![("", "a@example.jp"), ("", "山田")]),
            (" \r\n", vec![]),
        ] {
            let read = mailboxes(typed);
            let shown: Vec<_> = read.iter().map(|one| (one.name.as_str(), one.address.as_str())).collect();
            assert_eq!(shown, expected, "{typed:?}");
        }
    }
}
