//! Mappings saved by name: which column or member of a sender's CSV or JSON holds what.
//!
//! A changed mapping is a new version; the older ones stay, since imports name the version by which they read. A name that is
//! removed keeps its versions, and goes on with the next one when it is saved again.

mod store;

pub use noroshi_feeds::mapping::Mapping;
pub use store::{all, find, history};

use crate::MailroomError;
use noroshi_kernel::{
    access::{Action, Actor},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
    rsit::Rsit,
    setaside::printable,
};
use noroshi_ledger::{UnitOfWork, audit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The most mappings that are saved.
pub const MOST_MAPPINGS: usize = 500;
/// The longest definition, in bytes of JSON.
pub const DEFINITION_MOST_BYTES: usize = 64 * 1024;
/// The longest name, in characters.
pub const NAME_MOST_CHARS: usize = 64;
/// The longest text about what a row is, in characters.
pub const ABOUT_MOST_CHARS: usize = 500;

/// What a mapping reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table.
    Csv,
    /// An array of objects, or one object a line.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    /// The key as stored and typed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format that a sample most likely has: JSON begins with a bracket.
    #[must_use]
    pub fn of_sample(sample: &[u8]) -> Self {
        let text = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
        if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) { Self::Json } else { Self::Csv }
    }
}

/// A text that is no format of a mapping.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no format that a mapping reads; write csv or json")]
pub struct NoFormat(String);

impl std::str::FromStr for Format {
    type Err = NoFormat;

    fn from_str(text: &str) -> Result<Self, NoFormat> {
        Self::ALL.into_iter().find(|format| format.key() == text).ok_or_else(|| NoFormat(text.into()))
    }
}

/// A mapping as a person fills it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key by which it is named; one that is not there yet makes a new mapping.
    pub name: String,
    /// What it reads.
    pub format: Format,
    /// Which field holds what.
    pub definition: Mapping,
    /// What a row is, in words; may be empty.
    pub about: Bilingual,
}

/// A version of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The mapping's id, the same for all versions.
    #[serde(skip)]
    pub id: i64,
    /// The key by which it is named.
    pub name: String,
    /// Which version it is, from 1.
    pub version: i64,
    /// What it reads.
    pub format: Format,
    /// What a row is, in words; may be empty.
    pub about: Bilingual,
    /// When this version was saved.
    #[serde(serialize_with = "rfc3339")]
    pub changed_at: Moment,
    /// Who saved it.
    pub changed_by: String,
    /// Which field holds what.
    pub definition: Mapping,
}

fn rfc3339<S: serde::Serializer>(at: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.rfc3339())
}

impl Change {
    fn check(&self) -> Result<(), MailroomError> {
        let name = printable(&self.name, NAME_MOST_CHARS);
        let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_');
        // A page of that address makes a new one.
        if self.name.is_empty() || self.name.len() > NAME_MOST_CHARS || self.name == "new" || !self.name.chars().all(plain) {
            return Err(MailroomError::Refused(Reason::new(
                "mapping-name",
                format!("対応表の名前「{name}」は a-z、0-9、「-」、「_」の 1～{NAME_MOST_CHARS} 文字にしてください（new は使えません）。"),
                format!("the mapping's name {name:?} must be 1 to {NAME_MOST_CHARS} of a-z, 0-9, - and _, and not \"new\""),
            )));
        }
        if [&self.about.ja, &self.about.en].iter().any(|text| text.chars().count() > ABOUT_MOST_CHARS || text.chars().any(char::is_control)) {
            return Err(MailroomError::Refused(Reason::new(
                "mapping-about",
                format!("「行の説明」は制御文字のない {ABOUT_MOST_CHARS} 文字以内にしてください。"),
                format!("what a row is must be told in {ABOUT_MOST_CHARS} characters at most, without control characters"),
            )));
        }
        if self.stored().len() > DEFINITION_MOST_BYTES {
            return Err(MailroomError::Refused(too_long()));
        }
        self.definition.check().map_err(MailroomError::Refused)
    }

    /// The definition as it is stored: a mapping holds nothing that JSON cannot.
    fn stored(&self) -> String {
        serde_json::to_string(&self.definition).unwrap_or_default()
    }
}

/// Reads a definition that a person wrote as JSON.
///
/// # Errors
/// The [`Reason`] why it is none: broken or too long JSON, an unknown member, a kind that RSIT does not name, or what
/// [`Mapping::check`] refuses.
///
/// ```
/// use noroshi_mailroom::mapping;
/// let definition = mapping::read(br#"{"addresses": ["ip"], "kind": {"otherwise": "rsit:information-gathering=\"scanner\""}}"#).expect("a definition");
/// assert_eq!(definition.addresses, ["ip"]);
/// assert_eq!(mapping::read(br#"{"adresses": ["ip"]}"#).expect_err("mistyped").key, "mapping-definition");
/// ```
pub fn read(definition: &[u8]) -> Result<Mapping, Reason> {
    if definition.len() > DEFINITION_MOST_BYTES {
        return Err(too_long());
    }
    let definition = definition.strip_prefix(b"\xef\xbb\xbf").unwrap_or(definition);
    let value: Value = serde_json::from_slice(definition).map_err(|error| no_definition(&error.to_string()))?;
    // A list would be taken for the members in their order.
    if !value.is_object() {
        return Err(no_definition("no object"));
    }
    let kinds = value.pointer("/kind/table").and_then(Value::as_object).into_iter().flat_map(|table| table.values());
    // A stored tag that is unknown is undetermined; one that a person mistypes is told.
    if let Some(tag) = kinds.chain(value.pointer("/kind/otherwise")).filter_map(Value::as_str).find(|tag| Rsit::ALL.iter().all(|rsit| rsit.tag() != *tag)) {
        return Err(no_kind(tag));
    }
    let mapping: Mapping = serde_json::from_value(value).map_err(|error| no_definition(&error.to_string()))?;
    mapping.check()?;
    Ok(mapping)
}

/// A text names no kind.
#[must_use]
pub fn no_kind(text: &str) -> Reason {
    let shown = printable(text, 100);
    Reason::new(
        "mapping-kind",
        format!("「{shown}」は RSIT の種別ではありません。rsit:fraud=\"phishing\" のように書いてください。"),
        format!("{shown:?} is no kind of RSIT; write it as rsit:fraud=\"phishing\""),
    )
}

fn no_definition(told: &str) -> Reason {
    let told = printable(told, 200);
    Reason::new(
        "mapping-definition",
        format!("対応表の定義として読めません（{told}）。noroshi mapping suggest の出力を直して使ってください。"),
        format!("this is no definition of a mapping ({told}); edit what noroshi mapping suggest prints"),
    )
}

fn too_long() -> Reason {
    Reason::new(
        "mapping-length",
        format!("対応表の定義が {DEFINITION_MOST_BYTES} バイトを超えています。使わない項目を減らしてください。"),
        format!("the definition has more than {DEFINITION_MOST_BYTES} bytes; take out what is not used"),
    )
}

/// Saves a mapping and gives its version: the next one when something changed, else the one that is there.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Refused`] when a field is wrong or there are [`MOST_MAPPINGS`] already.
pub async fn save(work: &UnitOfWork, actor: &Actor, change: &Change) -> Result<i64, MailroomError> {
    actor.must_can(Action::Import)?;
    change.check()?;
    work.lock("mailroom.mapping").await?;
    let old = store::find(work, &change.name).await?;
    if let Some(old) = old.as_ref().filter(|old| (old.format, &old.definition, &old.about) == (change.format, &change.definition, &change.about)) {
        return Ok(old.version);
    }
    if old.is_none() && store::count(work).await? >= MOST_MAPPINGS {
        return Err(MailroomError::Refused(Reason::new(
            "mapping-count",
            format!("対応表は {MOST_MAPPINGS} 個までです。使わないものを削除してください。"),
            format!("there may be {MOST_MAPPINGS} mappings at most; remove those that are not used"),
        )));
    }
    let (id, version) = store::put(work, change, &change.stored(), &actor.name()).await?;
    let detail = json!({ "name": change.name, "version": version, "format": change.format, "definition": change.definition });
    work.record(actor, audit::Entry { action: "mapping.save", subject_kind: "mapping", subject_id: id, detail: &detail }).await?;
    Ok(version)
}

/// Saves a new mapping. A name that is taken is refused, so that nobody overwrites a mapping by accident.
///
/// # Errors
/// As [`save`]; [`MailroomError::Refused`] when the name is taken.
pub async fn add(work: &UnitOfWork, actor: &Actor, change: &Change) -> Result<i64, MailroomError> {
    actor.must_can(Action::Import)?;
    work.lock("mailroom.mapping").await?;
    if store::find(work, &change.name).await?.is_some() {
        let name = printable(&change.name, NAME_MOST_CHARS);
        return Err(MailroomError::Refused(Reason::new(
            "mapping-taken",
            format!("「{name}」という対応表はすでにあります。一覧から開いて変更するか、別の名前にしてください。"),
            format!("there is a mapping {name:?} already; open it from the list to change it, or choose another name"),
        )));
    }
    save(work, actor, change).await
}

/// Removes a mapping from use; its versions stay, and what it read stays.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn remove(work: &UnitOfWork, actor: &Actor, name: &str) -> Result<(), MailroomError> {
    actor.must_can(Action::Import)?;
    work.lock("mailroom.mapping").await?;
    let unknown = || MailroomError::Unknown { kind: "mapping", name: printable(name, NAME_MOST_CHARS) };
    let saved = store::find(work, name).await?.ok_or_else(unknown)?;
    store::remove(work, saved.id).await?;
    let detail = json!({ "name": name, "version": saved.version });
    work.record(actor, audit::Entry { action: "mapping.remove", subject_kind: "mapping", subject_id: saved.id, detail: &detail }).await?;
    Ok(())
}
