//! Into which thread a letter belongs: the rules, without a database.
//!
//! Three things tie a letter to a thread: a *reply token* in the address it was sent to, a *reference* to a letter of the thread,
//! and a *tag* in its subject. Whoever quotes a number has shown nothing but that he saw the number, and a thread may be about a
//! confidential case; so each sign counts for as much as it proves:
//!
//! | sign | proves | accepted from |
//! |---|---|---|
//! | reply token | that the address was given to a party of the thread, by us | anybody: whom the party passed it on to answers for the party |
//! | reference to a letter of ours | that the letter was received: our ids are random | anybody |
//! | reference to a letter that came in | nothing: its id was chosen outside | a party of the thread, unless that is confidential |
//! | tag | nothing | a party of the thread, unless that is confidential |
//!
//! A party is known by `From`, which anybody can write. So where nothing else is proved, the envelope's sender must be of the same domain,
//! as far as the mail server told it ([`Signs::is_aligned`]); and into a confidential thread nobody comes by an address alone.
//!
//! A letter without an accepted sign begins a thread of its own; that it quoted another is noted for the person who reads it.

use crate::letter::Headers;
use data_encoding::{Encoding, Specification};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::sync::LazyLock;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;

/// The most references of a letter that are looked at, the nearest first.
const MOST_REFERENCES: usize = 50;
/// The most tags and tokens of a letter that are looked at.
const MOST_SIGNS: usize = 10;
/// The bytes of a reply token that prove it.
const PROOF_BYTES: usize = 10;
/// The bytes of a status link's secret that prove it.
const STATUS_BYTES: usize = 16;

/// What of a letter tells where it belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Who sent it, folded by [`address`].
    pub from: String,
    /// The envelope's sender, folded, empty for the null path; `None` when no mail server told it.
    pub envelope_from: Option<String>,
    /// The addresses that it was sent to, folded, the envelope's first.
    pub recipients: Vec<String>,
    /// The parties whose reply token it bears.
    pub tokens: Vec<i64>,
    /// The letters that it refers to, the nearest first.
    pub references: Vec<String>,
    /// What stands in tags of ours in its subject: `2013-04412`.
    pub tags: Vec<String>,
}

impl Signs {
    /// Whether the envelope's sender does not speak against `From`: its domain is the same, or of the same organisation (RFC 7489, 3.1.2, in its
    /// relaxed form): both stand under one domain that somebody registered. What a mail server did not tell speaks against nothing.
    #[must_use]
    pub fn is_aligned(&self) -> bool {
        let Some(envelope) = &self.envelope_from else { return true };
        let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
        let registered = |domain: &str| psl::domain_str(domain).map(ToOwned::to_owned);
        domain(envelope)
            .zip(domain(&self.from))
            .is_some_and(|(one, other)| one == other || registered(&one).is_some_and(|name| registered(&other) == Some(name)))
    }
}

/// What a team puts into its letters, so that answers find back.
#[derive(Clone)]
pub struct Marks {
    /// The name in tags: `EXAMPLE-CSIRT`.
    tag: String,
    key: [u8; 32],
}

impl std::fmt::Debug for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marks").field("tag", &self.tag).finish_non_exhaustive()
    }
}

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    // Mail servers may change the case of a local part.
    specification.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    // The specification above is a constant that is well-formed; a test encodes with it.
    specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

impl Marks {
    /// The marks of a team: the name in its tags, and its secret.
    #[must_use]
    pub fn new(tag: &str, team_key: &[u8; 32]) -> Self {
        Self { tag: tag.to_owned(), key: mac(team_key, b"noroshi-post/marks") }
    }

    /// The mark by which letters of ours are known when they come back: the value of [`crate::automatic::LOOP_FIELD`].
    #[must_use]
    pub fn loop_mark(&self) -> String {
        BASE32.encode(mac(&self.key, b"loop").get(..PROOF_BYTES).unwrap_or_default())
    }

    /// The tag of a thread, before a subject: `[EXAMPLE-CSIRT #2013-04412] Re: …`. A tag that is there already is not repeated.
    #[must_use]
    pub fn tagged(&self, number: &str, subject: &str) -> String {
        if self.tags(subject).iter().any(|tag| tag.eq_ignore_ascii_case(number)) {
            return subject.to_owned();
        }
        format!("[{} #{number}] {subject}", self.tag).trim_end().to_owned()
    }

    /// The address to which a party answers: the desk's, with the party's token. The desk's own when it has no place for one.
    ///
    /// ```
    /// use noroshi_post::threading::Marks;
    /// let marks = Marks::new("EXAMPLE-CSIRT", &[7; 32]);
    /// let address = marks.reply_address("ir@example.jp", 4711);
    /// assert!(address.starts_with("ir+n") && address.ends_with("@example.jp"));
    /// assert_eq!(marks.party(&address), Some(4711));
    /// ```
    #[must_use]
    pub fn reply_address(&self, desk: &str, party: i64) -> String {
        let Some((local, domain)) = desk.rsplit_once('@') else { return desk.to_owned() };
        let id: Vec<u8> = party.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let token = BASE32.encode(&[&id, &self.proof(party)[..]].concat());
        format!("{local}+n{token}@{domain}")
    }

    /// The party whose token stands in an address, when it is one of ours.
    #[must_use]
    pub fn party(&self, address: &str) -> Option<i64> {
        let (_, token) = address.rsplit_once('@')?.0.rsplit_once('+')?;
        let token = token.strip_prefix(['n', 'N']).filter(|token| token.len() <= 40)?;
        let bytes = BASE32.decode(token.as_bytes()).ok()?;
        let (id, proof) = bytes.split_at_checked(bytes.len().checked_sub(PROOF_BYTES)?)?;
        let id = id.iter().try_fold(0_i64, |id, byte| id.checked_mul(256)?.checked_add(i64::from(*byte)))?;
        bool::from(self.proof(id).ct_eq(proof)).then_some(id)
    }

    /// The secret by which whoever filled in a form looks at its thread again: 128 bits that nobody guesses, behind the thread's id.
    ///
    /// ```
    /// use noroshi_post::threading::Marks;
    /// let marks = Marks::new("EXAMPLE-CSIRT", &[7; 32]);
    /// assert_eq!(marks.status(&marks.status_token(4711)), Some(4711));
    /// assert_eq!(Marks::new("EXAMPLE-CSIRT", &[8; 32]).status(&marks.status_token(4711)), None);
    /// ```
    #[must_use]
    pub fn status_token(&self, thread: i64) -> String {
        let id: Vec<u8> = thread.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        BASE32.encode(&[&id, &self.status_proof(thread)[..]].concat())
    }

    /// The thread whose secret this is.
    #[must_use]
    pub fn status(&self, token: &str) -> Option<i64> {
        let bytes = Some(token).filter(|token| token.len() <= 40).and_then(|token| BASE32.decode(token.as_bytes()).ok())?;
        let (id, proof) = bytes.split_at_checked(bytes.len().checked_sub(STATUS_BYTES)?)?;
        let id = id.iter().try_fold(0_i64, |id, byte| id.checked_mul(256)?.checked_add(i64::from(*byte)))?;
        bool::from(self.status_proof(id).ct_eq(proof)).then_some(id)
    }

    fn status_proof(&self, thread: i64) -> [u8; STATUS_BYTES] {
        let whole = mac(&self.key, format!("status/{thread}").as_bytes());
        let mut proof = [0; STATUS_BYTES];
        proof.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        proof
    }

    /// The number of a thread that is about no case, as people read and type it: `K7M2-9QPD`. It is different for every id below
    /// 2⁴⁰, and tells nothing of how many there are (four rounds of a Feistel network over the id).
    #[must_use]
    pub fn code(&self, thread: i64) -> String {
        /// Crockford's digits: none looks like another.
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        const HALF: u64 = (1 << 20) - 1;
        let whole = thread.cast_unsigned();
        let (mut left, mut right) = ((whole >> 20) & HALF, whole & HALF);
        for round in 0..4 {
            let [a, b, c, ..] = mac(&self.key, format!("code/{round}/{right}").as_bytes());
            (left, right) = (right, left ^ (u64::from_be_bytes([0, 0, 0, 0, 0, a, b, c]) & HALF));
        }
        let mixed = (left << 20) | right;
        let digit = |place: u32| DIGITS.get(((mixed >> (5 * place)) & 31) as usize).map_or('0', |digit| char::from(*digit));
        (0..8).rev().flat_map(|place| [(place == 3).then_some('-'), Some(digit(place))]).flatten().collect()
    }

    fn proof(&self, party: i64) -> [u8; PROOF_BYTES] {
        let whole = mac(&self.key, format!("party/{party}").as_bytes());
        let mut proof = [0; PROOF_BYTES];
        proof.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        proof
    }

    /// What stands in tags of ours in a subject.
    #[must_use]
    pub fn tags(&self, subject: &str) -> Vec<String> {
        let subject: String = subject.chars().take(1_000).nfkc().collect();
        let mut tags = Vec::new();
        for piece in subject.split('[').skip(1).filter_map(|piece| piece.split_once(']')) {
            let Some((name, number)) = piece.0.rsplit_once('#') else { continue };
            let number = number.trim();
            let legal = (5..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if name.trim().eq_ignore_ascii_case(self.tag.trim()) && legal && tags.len() < MOST_SIGNS {
                tags.push(number.to_ascii_uppercase());
            }
        }
        tags
    }

    /// The signs of a letter. `envelope` is the address for which it was delivered, when that is known.
    #[must_use]
    pub fn signs(&self, headers: &Headers, envelope: Option<&str>) -> Signs {
        let own = ["Delivered-To", "X-Original-To", "Envelope-To"].iter().flat_map(|name| headers.all(name).map(str::to_owned));
        let named = headers.to.iter().chain(&headers.cc).map(|mailbox| mailbox.address.clone());
        let mut recipients: Vec<String> = Vec::new();
        let mut tokens = Vec::new();
        for recipient in envelope.map(str::to_owned).into_iter().chain(own).chain(named) {
            tokens.extend(self.party(recipient.trim()).filter(|party| tokens.len() < MOST_SIGNS && !tokens.contains(party)));
            let folded = address(&recipient);
            if !folded.is_empty() && !recipients.contains(&folded) && recipients.len() < 100 {
                recipients.push(folded);
            }
        }
        let mut references: Vec<String> = headers.in_reply_to.clone();
        references.extend(headers.references.iter().rev().cloned());
        let mut seen = std::collections::HashSet::new();
        references.retain(|id| seen.insert(id.clone()));
        references.truncate(MOST_REFERENCES);
        let from = headers.from.first().or(headers.sender.first()).map(|mailbox| address(&mailbox.address)).unwrap_or_default();
        let envelope_from = headers.return_path.as_deref().map(address);
        Signs { from, envelope_from, recipients, tokens, references, tags: self.tags(&headers.subject) }
    }
}

fn mac(key: &[u8], part: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length (RFC 2104), so there is nothing to fail; a zero digest would match nothing that we give out.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(part);
    mac.finalize().into_bytes().into()
}

/// An address as it is compared: lower case, the domain as it travels (`xn--…`), without the plus part that says who answers.
/// Letters that only look alike stay different.
///
/// ```
/// use noroshi_post::threading::address;
/// assert_eq!(address(" Taro.Yamada@Example.JP "), "taro.yamada@example.jp");
/// assert_eq!(address("ir+n4x7@例え.example"), "ir@xn--r8jz45g.example");
/// assert_ne!(address("а@example.jp"), address("a@example.jp"), "a Cyrillic letter is another one");
/// assert_eq!(address("no address"), "");
/// assert_eq!(address("a@example.jp>.\u{feff}"), "a@example.jp");
/// ```
#[must_use]
pub fn address(written: &str) -> String {
    let written = written.trim().trim_matches(['<', '>']);
    let Some((local, domain)) = written.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty() && written.len() <= 320) else {
        return String::new();
    };
    let local = local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(local).to_lowercase();
    let domain = domain.trim_end_matches(['.', '>']);
    if domain.is_empty() {
        return String::new();
    }
    let ascii = idna::domain_to_ascii(domain).ok().filter(|ascii| !ascii.is_empty()).unwrap_or_else(|| domain.to_ascii_lowercase());
    // What IDNA maps to nothing hid the end.
    let ascii = ascii.trim_end_matches(['.', '>']);
    if ascii.is_empty() {
        return String::new();
    }
    let folded = format!("{local}@{ascii}");
    // The form that travels may be longer than what was written.
    if folded.len() > 320 || folded.chars().any(|one| one.is_whitespace() || one.is_control()) {
        return String::new();
    }
    folded
}

/// What is known of threads, when a letter's signs are looked up.
pub trait Known {
    /// The thread of a party.
    fn of_party(&self, party: i64) -> Option<i64>;
    /// The thread in which the team itself sent a letter of this id.
    fn of_ours(&self, message_id: &str) -> Option<i64>;
    /// The threads in which a letter of this id came in.
    fn of_theirs(&self, message_id: &str) -> &[i64];
    /// The threads that bear a tag, the latest first.
    fn of_tag(&self, tag: &str) -> &[i64];
    /// Whether an address takes part in a thread.
    fn takes_part(&self, thread: i64, address: &str) -> bool;
    /// Whether a thread is read by those who take part in its case alone.
    fn is_confidential(&self, thread: i64) -> bool;
}

/// Where a letter belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a thread that is there.
    In {
        /// Which.
        thread: i64,
        /// What ties it to it.
        by: By,
    },
    /// In one of its own. It may quote another one whose party the sender is not.
    New {
        /// The thread that it quotes.
        quotes: Option<i64>,
    },
}

/// What ties a letter to a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The reply token.
    Token,
    /// A reference.
    Reference,
    /// The tag alone.
    Tag,
    /// It was given to this thread: through its secret status link, or by staff.
    Given,
}

/// Says where a letter belongs: see the table at the head of this module.
#[must_use]
pub fn place(signs: &Signs, known: &impl Known) -> Place {
    if let Some(thread) = signs.tokens.iter().find_map(|party| known.of_party(*party)) {
        return Place::In { thread, by: By::Token };
    }
    let mut quotes = None;
    let aligned = !signs.from.is_empty() && signs.is_aligned();
    let takes_part = |thread: i64| aligned && known.takes_part(thread, &signs.from) && !known.is_confidential(thread);
    for id in &signs.references {
        if let Some(thread) = known.of_ours(id) {
            return Place::In { thread, by: By::Reference };
        }
        let theirs = known.of_theirs(id);
        if let Some(thread) = theirs.iter().copied().find(|thread| takes_part(*thread)) {
            return Place::In { thread, by: By::Reference };
        }
        quotes = quotes.or_else(|| theirs.first().copied());
    }
    for tag in &signs.tags {
        let tagged = known.of_tag(tag);
        if let Some(thread) = tagged.iter().copied().find(|thread| takes_part(*thread)) {
            return Place::In { thread, by: By::Tag };
        }
        quotes = quotes.or_else(|| tagged.first().copied());
    }
    Place::New { quotes }
}

/// Whether an address holds letters of other scripts that look like those of ASCII, and nothing else that is not ASCII: it is written so that
/// it is taken for another one.
///
/// ```
/// use noroshi_post::threading::imitates;
/// assert!(imitates("уamada@shinkin.example.jp"), "the first letter is Cyrillic");
/// assert!(!imitates("yamada@shinkin.example.jp") && !imitates("山田@例え.example"));
/// ```
#[must_use]
pub fn imitates(address: &str) -> bool {
    let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
    let shown = format!("{local}@{}", idna::domain_to_unicode(domain).0).to_lowercase();
    !shown.is_ascii() && unicode_security::confusable_detection::skeleton(&shown).all(|one| one.is_ascii())
}

/// Whether two addresses look alike and are different: `example.jp` with a Cyrillic е.
#[must_use]
pub fn looks_like(one: &str, other: &str) -> bool {
    let shown = |address: &str| {
        let (local, domain) = address.rsplit_once('@').unwrap_or(("", address));
        format!("{local}@{}", idna::domain_to_unicode(domain).0)
    };
    let skeleton = |text: &str| unicode_security::confusable_detection::skeleton(&text.to_lowercase()).collect::<String>().replace("rn", "m").replace('1', "l");
    one != other && skeleton(&shown(one)) == skeleton(&shown(other))
}

#[cfg(test)]
mod tests;
