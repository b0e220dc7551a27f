//! `GET /letters/{id}`: one letter that came in: its text, its source, its parts, and what can be looked at in it. One of ours is
//! looked at in the same way (`GET /outgoing/{id}`).

mod found;
pub(crate) mod ours;
pub(crate) mod part;
pub(crate) mod reading;
pub(crate) mod seals;

pub(crate) use found::Item;
pub(crate) use seals::SealLine;

use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    pages::{inbox, keys::Mark, outgoing::Row},
    query::Parameters,
    reader::Person,
    times::Time,
    web::{Shared, Web},
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::key;
use noroshi_document::number;
use noroshi_feeds::extract::Brands;
use noroshi_kernel::{
    access::{Action, Actor},
    id::CorrespondenceId,
    reason::Reason,
};
use noroshi_mailroom::{
    correspondence::{self, Correspondence},
    letters::{self, Sealed},
    thread::{self, Thread},
};
use noroshi_post::{
    letter::{Body, Letter, MOST_BYTES, Part},
    openpgp::Fingerprint,
    sealed::Seal,
};
use reading::{Keys, Opened, cut, shown};
use seals::Signers;

/// The longest text that is shown, in characters, and the longest source, in bytes; the whole is a file to keep.
const TEXT_MOST_CHARS: usize = 200_000;
const SOURCE_MOST_BYTES: usize = 256 << 10;
/// The fields of a head that are shown, and the longest of them, in characters.
const MOST_FIELDS: usize = 100;
const FIELD_MOST_CHARS: usize = 1_000;

/// One letter.
#[derive(Template)]
#[template(path = "letter.html")]
pub(crate) struct LetterPage {
    pub(crate) page: Page,
    /// Its address: `/letters/4711`.
    pub(crate) here: String,
    pub(crate) tabs: Vec<inbox::Choice>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) tlp: Option<&'static str>,
    /// When it came in, or was written.
    pub(crate) at: Time,
    pub(crate) size: String,
    /// Why it cannot be read as a letter.
    pub(crate) problem: Option<String>,
    /// What had to be mended.
    pub(crate) oddities: Vec<String>,
    /// What its seals are worth now.
    pub(crate) seals: Vec<SealLine>,
    /// What they were worth when it was read, where that was something else.
    pub(crate) seals_then: Vec<Mark>,
    /// Keys that came along and are not here: the digits in groups, and the key in armour.
    pub(crate) offered: Vec<(String, String)>,
    pub(crate) may_bring: bool,
    pub(crate) view: View,
    /// The fields of the head.
    pub(crate) fields: Vec<(String, String)>,
    /// The thread in which it stands.
    pub(crate) thread: Option<i64>,
    /// Where its bytes are, for who may have them.
    pub(crate) raw: Option<String>,
    /// Of one of ours, to whom it goes and what was said of each.
    pub(crate) sent: Option<Row>,
    /// For whom it was encrypted, as a sentence.
    pub(crate) readers: String,
}

/// What of a letter is shown.
pub(crate) enum View {
    /// What the sender wrote; whether it was HTML, and whether it goes on.
    Text { text: String, is_of_html: bool, is_cut: bool },
    /// The bytes as text.
    Source { text: String, is_cut: bool },
    /// Its parts.
    Structure(Vec<Leaf>),
    /// What can be looked at in it, and whether there is more.
    Items { items: Vec<Item>, is_cut: bool },
}

/// A part of a letter.
pub(crate) struct Leaf {
    pub(crate) path: String,
    /// How deep it lies, from 0.
    pub(crate) depth: usize,
    pub(crate) media_type: String,
    pub(crate) charset: String,
    pub(crate) name: String,
    pub(crate) size: String,
    /// Whether it can be kept as a file.
    pub(crate) is_file: bool,
    pub(crate) attached: bool,
}

impl Leaf {
    fn of(part: &Part) -> Self {
        let charset = match &part.body {
            Body::Text { charset, .. } | Body::Html { charset, .. } => *charset,
            _ => "",
        };
        Self {
            depth: part.path.matches('.').count().min(12),
            path: part.path.clone(),
            media_type: shown(cut(&part.media_type, 100).0),
            charset: charset.to_owned(),
            name: part.name.as_deref().map(|name| shown(cut(name, 200).0)).unwrap_or_default(),
            size: part.bytes().map(|bytes| size(bytes.len() as u64)).unwrap_or_default(),
            is_file: part.bytes().is_some(),
            attached: part.attached,
        }
    }
}

/// `1,234 B`, `12 KiB`, `3 MiB`
fn size(bytes: u64) -> String {
    let (value, unit) = match bytes {
        ..10_240 => (bytes, "B"),
        10_240..10_485_760 => (bytes >> 10, "KiB"),
        _ => (bytes >> 20, "MiB"),
    };
    format!("{} {unit}", number::grouped(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// A correspondence and its thread, when the person may see both. What may not be seen is not there.
pub(crate) async fn open(web: &Web, person: &Person, text: &str) -> Result<(Correspondence, Option<Thread>), Failure> {
    let id = CorrespondenceId(text.parse().map_err(|_| Failure::Missing)?);
    let found = correspondence::load(&web.ledger, id).await?.ok_or(Failure::Missing)?;
    // A letter is as confidential as its thread, whatever incidents it was found to tell of.
    let thread = match thread::thread_of(&web.ledger, id).await? {
        Some(thread) => Some(thread::open(&web.ledger, &person.actor, thread).await?),
        None if noroshi_incident::may_see_correspondence(&web.ledger, id, person.actor.sight()).await? => None,
        None => return Err(Failure::Missing),
    };
    Ok((found, thread))
}

/// Whether something of a letter was sealed when it was read.
async fn is_sealed(web: &Web, id: CorrespondenceId) -> Result<bool, Failure> {
    Ok(letters::sealed(&web.ledger, id).await?.is_some_and(|sealed| sealed.is_any()))
}

/// What one asks to see.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Text,
    Source,
    Structure,
    Items,
}

const SHOWS: [(Show, &str, &str); 4] = [
    (Show::Text, "text", "letter-tab-text"),
    (Show::Source, "source", "letter-tab-source"),
    (Show::Structure, "structure", "letter-tab-structure"),
    (Show::Items, "items", "letter-tab-items"),
];

/// What reading a letter's bytes gave.
struct Told {
    view: View,
    fields: Vec<(String, String)>,
    problem: Option<Reason>,
    oddities: Vec<Reason>,
    seal: Seal,
    /// Of one of ours: what was sealed, and for whom.
    ours: seals::Ours,
}

/// Looks at a letter as the parameters ask (`?show=source`, `structure`, `items`), with the keys that the actor may open it by; gives
/// what was asked for, too.
async fn look(web: &Web, actor: &Actor, place: reading::Place, parameters: &Parameters, words: Words) -> Result<(Told, Show), Failure> {
    parameters.only(&["show"])?;
    let show = match parameters.get("show") {
        None => Show::Text,
        Some(key) => {
            let wrong = || Failure::Parameter { name: "show".into(), value: key.into() };
            SHOWS.into_iter().find(|(_, known, _)| *known == key).ok_or_else(wrong)?.0
        }
    };
    let length = place.raw.length;
    let brands = web.lookout.brands(&web.ledger).await?;
    let mut told = reading::with_letters(web, actor, vec![place], MOST_BYTES as u64 + 1, move |read, keys| {
        told(&read.into_iter().next().unwrap_or_default(), length, show, &brands, keys)
    })
    .await?;
    if let View::Text { text, .. } = &mut told.view {
        *text = reading::marked(std::mem::take(text), &told.seal, words);
    }
    Ok((told, show))
}

/// The ways to look at the letter whose page is `here`.
fn tabs(here: &str, show: Show, words: Words) -> Vec<inbox::Choice> {
    let tab = |(one, key, name): (Show, &str, &str)| inbox::Choice {
        name: words.say(name),
        href: if one == Show::Text { here.to_owned() } else { links::with(here, "show", key) },
        chosen: one == show,
    };
    SHOWS.map(tab).into()
}

fn said(reasons: &[Reason], words: Words) -> Vec<String> {
    reasons.iter().take(50).map(|why| links::harmless_quotes(why.get(words.language))).collect()
}

/// `GET /letters/{id}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(text): Path<String>, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let (found, thread) = open(&web, &person, &text).await?;
    let here = format!("/letters/{}", found.id);
    let then = letters::sealed(&web.ledger, found.id).await?.unwrap_or_default();
    let place = reading::Place { raw: found.raw.clone(), is_sealed: then.is_any() };
    let (told, show) = look(&web, &person.actor, place, &parameters, words).await?;
    let mut fingerprints = seals::named(&told.seal);
    fingerprints.extend(then.signer.as_deref().and_then(Fingerprint::of_text));
    let signers = Signers::of(&web, fingerprints).await?;
    // Of a letter that nobody has read yet nothing was known.
    let has_changed = then.is_any() && Sealed::from(&told.seal) != then;
    let mut page = Page::of(&web, &person, Desk::Inbox, inbox::subject(&found.name, words)).await?;
    if let Some(thread) = &thread {
        page = page.step_to(format!("#{}", thread.number()), format!("/threads/{}", thread.id));
    }
    page::show(&LetterPage {
        page: page.step(words.say("letter-one")),
        tabs: tabs(&here, show, words),
        marks: [words.channel(found.channel.key()), words.kind(found.kind)].map(|name| Mark { name, class: "plain" }).into(),
        tlp: thread.as_ref().map(|thread| thread.label.tlp.marking()),
        at: Time::of(found.received_at, web.ledger.now(), &web.reckoning.zone, words),
        size: size(found.raw.length),
        problem: said(told.problem.as_slice(), words).pop(),
        oddities: said(&told.oddities, words),
        seals: seals::lines(&told.seal, &signers, words),
        seals_then: if has_changed { seals::stored(&then, &signers, words) } else { Vec::new() },
        offered: offered(&web, &told.seal).await?,
        may_bring: person.actor.can(Action::ChangeContactKeys),
        view: told.view,
        fields: told.fields,
        thread: thread.map(|thread| thread.id.0),
        raw: person.actor.can(Action::ViewTray).then(|| format!("/correspondence/{}/raw", found.id)),
        sent: None,
        readers: String::new(),
        here,
    })
}

/// The keys that came along and are not here yet.
async fn offered(web: &Web, seal: &Seal) -> Result<Vec<(String, String)>, Failure> {
    let mut offered = Vec::new();
    for certificate in &seal.keys {
        let fingerprint = certificate.fingerprint();
        if key::known(&web.ledger, &fingerprint).await?.is_none()
            && let Ok(armour) = certificate.armoured()
        {
            offered.push((fingerprint.grouped(), armour));
        }
    }
    Ok(offered)
}

fn told(bytes: &[u8], length: u64, show: Show, brands: &Brands, keys: &Keys) -> Told {
    // What cannot be read is shown as it is, whatever was asked for.
    let nothing = |why: Reason, seal: Seal| {
        let ours = seals::ours(&seal, &keys.ring, keys.at);
        Told { view: source(bytes), fields: Vec::new(), problem: Some(why), oddities: Vec::new(), seal, ours }
    };
    if length > MOST_BYTES as u64 {
        return nothing(too_large(length), Seal::default());
    }
    let Opened { letter, seal } = keys.open(bytes);
    let letter = match letter {
        Ok(letter) => letter,
        Err(why) => return nothing(why, seal),
    };
    let view = match show {
        Show::Text => text(&letter),
        Show::Source => source(bytes),
        Show::Structure => View::Structure(letter.parts.iter().map(Leaf::of).collect()),
        Show::Items => {
            let (items, is_cut) = found::items(&letter, brands);
            View::Items { items, is_cut }
        }
    };
    let field = |(name, text): &(String, String)| (shown(cut(name, 100).0), shown(cut(text, FIELD_MOST_CHARS).0));
    let fields = letter.headers.fields.iter().take(MOST_FIELDS).map(field).collect();
    Told { view, fields, problem: None, oddities: letter.oddities, ours: seals::ours(&seal, &keys.ring, keys.at), seal }
}

fn too_large(length: u64) -> Reason {
    let (size, most) = (length >> 20, MOST_BYTES >> 20);
    Reason::new(
        "letter-size",
        format!("{size} MiB あり、読める {most} MiB を超えています。原本は保存してあります。"),
        format!("it has {size} MiB, more than the {most} MiB that are read; its bytes are kept"),
    )
}

fn text(letter: &Letter) -> View {
    let written = reading::written(letter).unwrap_or_default();
    let (text, is_cut) = cut(&written, TEXT_MOST_CHARS);
    View::Text { text: shown(text), is_of_html: reading::is_of_html(letter), is_cut }
}

fn source(bytes: &[u8]) -> View {
    let part = bytes.get(..SOURCE_MOST_BYTES).unwrap_or(bytes);
    View::Source { text: shown(&String::from_utf8_lossy(part)), is_cut: bytes.len() > SOURCE_MOST_BYTES }
}
