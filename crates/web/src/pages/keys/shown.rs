use crate::{links, pages::letter::reading::cut, times::Time, web::Web, words::Words};
use noroshi_directory::key::{Known, Worth};
use noroshi_kernel::moment::Moment;
use noroshi_post::openpgp::Purpose;

/// A key that expires within so many days is said to.
const SOON_DAYS: i64 = 30;
/// The most user ids of a key that are shown, and the longest, in characters.
const MOST_IDS: usize = 20;
const ID_MOST_CHARS: usize = 200;

/// A word with its meaning as a class.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) class: &'static str,
}

/// A key as a page shows it.
pub(crate) struct Shown {
    /// The digits, as they stand in addresses.
    pub(crate) fingerprint: String,
    /// The digits in groups.
    pub(crate) grouped: String,
    /// The first of the names that the key vouches for, or a word for none.
    pub(crate) owner: String,
    /// The names with their addresses.
    pub(crate) user_ids: Vec<String>,
    pub(crate) addresses: Vec<String>,
    pub(crate) algorithm: String,
    pub(crate) created: Time,
    pub(crate) expires: Option<Time>,
    pub(crate) state: Mark,
    /// Why it is in that state, where that is not said by the word.
    pub(crate) why: Option<String>,
    /// What it can be used for, and why not.
    pub(crate) uses: Vec<(String, Result<(), String>)>,
    pub(crate) is_own: bool,
    /// The desk that it was made for, by its key; empty: the whole team.
    pub(crate) serves: String,
    /// The desks that use it now.
    pub(crate) used_by: String,
    pub(crate) retired: Option<Time>,
    /// Who made sure whose it is, when and how.
    pub(crate) verified: Option<(String, Time, String)>,
    pub(crate) came: Time,
}

/// How a key stands: the word, and why.
fn standing(known: &Known, retired: bool, at: Moment, words: Words) -> (Mark, Option<String>) {
    let certificate = known.certificate();
    let worth = Worth::of(certificate, at);
    let why = |key: &str| Some(words.say(&format!("key-why-{key}-{}", if matches!(known, Known::Own(_)) { "own" } else { "contact" })));
    let mark = |key: &str, class| Mark { name: words.say(&format!("key-state-{key}")), class };
    match &worth {
        Worth::Usable if retired => (mark("retired", "plain"), None),
        Worth::Usable => match certificate.expiry(at).filter(|expiry| *expiry < at.plus_days(SOON_DAYS)) {
            Some(_) => (mark("soon", "gold"), why("soon")),
            None => (mark("usable", "pine"), None),
        },
        Worth::Expired(_) => (mark(worth.key(), "fire"), why("expired")),
        Worth::Revoked(_) => (mark(worth.key(), "wine"), Some(words.say("key-why-revoked"))),
        Worth::Weak(why) | Worth::Unusable(why) => (mark(worth.key(), "wine"), Some(why.get(words.language).to_owned())),
    }
}

pub(crate) fn shown(known: &Known, web: &Web, words: Words) -> Shown {
    let (certificate, at) = (known.certificate(), web.ledger.now());
    let time = |moment: Moment| Time::of(moment, at, &web.reckoning.zone, words);
    let retired = if let Known::Own(own) = known { own.retired_at } else { None };
    let (state, why) = standing(known, retired.is_some(), at, words);
    let clean = |text: &String| links::harmless(&noroshi_kernel::setaside::printable(cut(text, ID_MOST_CHARS).0, ID_MOST_CHARS));
    let user_ids: Vec<String> = certificate.user_ids(at).iter().take(MOST_IDS).map(clean).collect();
    let can = |key: &str, purpose| {
        let usable = certificate.usable(purpose, at).map(|_| ()).map_err(|why| why.get(words.language).to_owned());
        (words.say(key), usable)
    };
    let fingerprint = certificate.fingerprint();
    Shown {
        grouped: fingerprint.grouped(),
        fingerprint: fingerprint.to_string(),
        owner: user_ids.first().cloned().unwrap_or_else(|| words.say("key-nameless")),
        addresses: certificate.addresses(at).iter().take(MOST_IDS).map(clean).collect(),
        user_ids,
        algorithm: certificate.algorithm(),
        created: time(certificate.created()),
        expires: certificate.expiry(at).map(time),
        state,
        why,
        uses: vec![can("key-signs", Purpose::Signing), can("key-encrypts", Purpose::Encryption)],
        is_own: matches!(known, Known::Own(_)),
        serves: if let Known::Own(own) = known { own.serves.clone() } else { String::new() },
        used_by: String::new(),
        retired: retired.map(time),
        verified: match known {
            Known::Contact(contact) => contact.verified.as_ref().map(|verified| (verified.by.clone(), time(verified.at), links::harmless(&verified.how))),
            Known::Own(_) => None,
        },
        came: time(match known {
            Known::Own(own) => own.created_at,
            Known::Contact(contact) => contact.created_at,
        }),
    }
}
