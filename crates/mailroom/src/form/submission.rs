//! What people and programs fill in, as data: the fields of a submission, what is wrong with them, and what they report.
//!
//! A submission comes as a letter, in which a part of a type of our own holds every field exactly as it was typed. That part is believed
//! only of what came through a form: a mail that bears one is a mail with an attachment.

use noroshi_feeds::time;
use noroshi_kernel::{language::Language, moment::Moment, rsit::Rsit};
use noroshi_post::letter::Letter;
use serde::{Deserialize, Serialize};

/// The most files of a submission.
pub const MOST_FILES: usize = 10;
/// The most bytes of all its files.
pub const MOST_FILE_BYTES: usize = 20 << 20;

/// The media type of the part that holds the fields. No part of a mail is read by it.
pub const MEDIA_TYPE: &str = "application/vnd.noroshi.report+json";
/// The largest part of that type that is read, in bytes.
const MOST_BYTES: usize = 2 << 20;

/// The domain of addresses that nothing is ever sent to (RFC 2606, section 2), for reporters who give none. Answers to one are read
/// behind the status link.
pub const NOWHERE: &str = "@form.invalid";

/// Whether an address stands for a reporter who gave none.
#[must_use]
pub fn is_placeholder(address: &str) -> bool {
    address.len() > NOWHERE.len() && address.get(address.len() - NOWHERE.len()..).is_some_and(|end| end.eq_ignore_ascii_case(NOWHERE))
}

/// What happened, in the words of somebody who knows no taxonomy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A site that imitates another one to steal credentials.
    Phishing,
    /// A site whose content somebody else changed.
    WebDefacement,
    /// A site or a file with malware.
    MalwareSite,
    /// Probing, guessing of passwords.
    Scan,
    /// Somebody got in.
    Intrusion,
    /// Mail under another's name.
    ForgedMail,
    /// A service made unusable.
    Dos,
    /// An attack made for one organisation.
    Targeted,
    /// Anything else, or not known.
    Other,
}

impl What {
    /// Everything that can be chosen, in the order of the list.
    pub const ALL: [Self; 9] =
        [Self::Phishing, Self::WebDefacement, Self::MalwareSite, Self::Intrusion, Self::Scan, Self::ForgedMail, Self::Dos, Self::Targeted, Self::Other];

    /// The key, as it is sent.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Phishing => "phishing",
            Self::WebDefacement => "web_defacement",
            Self::MalwareSite => "malware_site",
            Self::Scan => "scan",
            Self::Intrusion => "intrusion",
            Self::ForgedMail => "forged_mail",
            Self::Dos => "dos",
            Self::Targeted => "targeted",
            Self::Other => "other",
        }
    }

    /// What can be chosen of this key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.key() == key)
    }

    /// In plain words.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        let (ja, en) = match self {
            Self::Phishing => ("フィッシングサイト（本物を装う偽サイト）", "Phishing: a site that imitates a real one"),
            Self::WebDefacement => ("Web サイトの改ざん", "A website was changed by somebody else"),
            Self::MalwareSite => ("マルウェアの配布・感染", "Malware is handed out, or has infected something"),
            Self::Scan => ("スキャン、パスワードの総当たりなどの探索", "Scanning, or guessing of passwords"),
            Self::Intrusion => ("システムへの侵入、アカウントの乗っ取り", "Somebody got into a system or an account"),
            Self::ForgedMail => ("送信元を詐称したメール", "Mail sent under another's name"),
            Self::Dos => ("サービス妨害（DoS/DDoS）", "A service is made unusable (DoS, DDoS)"),
            Self::Targeted => ("特定の組織を狙った攻撃", "An attack on one particular organisation"),
            Self::Other => ("その他・わからない", "Something else, or I do not know"),
        };
        match language {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    /// Its type in the taxonomy.
    #[must_use]
    pub const fn rsit(self) -> Rsit {
        match self {
            Self::Phishing => Rsit::Phishing,
            Self::WebDefacement => Rsit::UnauthorisedInformationModification,
            Self::MalwareSite => Rsit::MalwareDistribution,
            Self::Scan => Rsit::Scanner,
            Self::Intrusion => Rsit::SystemCompromise,
            Self::ForgedMail => Rsit::Masquerade,
            Self::Dos => Rsit::Dos,
            Self::Targeted => Rsit::SocialEngineering,
            Self::Other => Rsit::Undetermined,
        }
    }
}

/// Everything that was filled in, exactly as it was typed. Files come beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Submission {
    /// The desk that it is for, by its key.
    pub desk: String,
    /// The language of the form.
    pub language: Language,
    /// What happened: the key of a [`What`].
    pub what: String,
    /// When: a wall clock of `zone`, or a time with its offset.
    pub at: String,
    /// The zone of `at`: an IANA name.
    pub zone: String,
    /// URLs, addresses and hosts, one or more to a line, defanged or not.
    pub targets: String,
    /// Ports: `22`, `tcp/22`.
    pub ports: String,
    /// What happened in words.
    pub description: String,
    /// The reporter's organisation.
    pub organisation: String,
    /// The reporter's name.
    pub name: String,
    /// The reporter's mail address.
    pub address: String,
    /// Whether the reporter may be named to the other side.
    pub may_name: bool,
    /// Whether the reporter asks us to talk to the other side.
    pub mediate: bool,
    /// Whether the receipt is asked for by mail.
    pub copy: bool,
    /// How far the reporter wants it told: a TLP label.
    pub tlp: String,
    /// A message encrypted with OpenPGP, armoured.
    pub encrypted: String,
    /// When a fax or a call came, in RFC 3339; empty for what came just now.
    pub received: String,
    /// Whether it adds to what was sent before.
    pub adds: bool,
}

impl Submission {
    /// What can be chosen and was.
    #[must_use]
    pub fn chosen(&self) -> Option<What> {
        What::of_key(&self.what)
    }

    /// When it happened.
    #[must_use]
    pub fn happened_at(&self) -> Option<Moment> {
        let zone = noroshi_kernel::moment::Zone::named(self.zone.trim()).ok()?;
        time::in_zone(self.at.trim(), &zone)
    }

    /// When a fax or a call came.
    #[must_use]
    pub fn received_at(&self) -> Option<Moment> {
        time::rfc_3339(&self.received)
    }
}

/// Takes the fields out of a letter that came through a form: its first part of our type.
#[must_use]
pub fn take(letter: &mut Letter) -> Option<Submission> {
    let place = letter.parts.iter().position(|part| part.depth == 0 && part.media_type == MEDIA_TYPE)?;
    let part = letter.parts.remove(place);
    part.bytes().filter(|bytes| bytes.len() <= MOST_BYTES).and_then(|bytes| serde_json::from_slice(bytes).ok())
}
