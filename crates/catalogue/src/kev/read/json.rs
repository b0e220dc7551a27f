//! The JSON catalogue, entry by entry. Values of a wrong type are passed over without being kept, whatever they hold.

use super::Reading;
use crate::kev::entry::{Fields, text_of};
use noroshi_kernel::{reason::Reason, setaside::printable};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The most items of a list that are kept: one more than an entry may have.
const MOST_ITEMS: usize = 65;

pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    let text = text_of(bytes);
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let read = Document(reading).deserialize(&mut deserializer).and_then(|found| deserializer.end().map(|()| found));
    match read {
        Ok(true) => {}
        Ok(false) => {
            let ja = "vulnerabilities の一覧がありません。CISA の KEV カタログの JSON か CSV を渡してください。";
            reading.broken(
                "file".into(),
                None,
                Reason::new("kev-list", ja, "there is no list vulnerabilities; this takes the KEV catalogue of CISA as JSON or CSV"),
            );
        }
        // Told already where it was found.
        Err(_) if reading.entries > super::MOST_ENTRIES as u64 => {}
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = printable(&error.to_string(), 200);
            let ja = format!("ここから先は JSON として読めません（{what}）。ファイルを取り直してください。");
            reading.broken(place, None, Reason::new("kev-json", ja, format!("from here on it is no JSON ({what}); fetch the file again")));
        }
    }
}

/// The whole file; gives whether there was a list of entries.
struct Document<'r>(&'r mut Reading);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a catalogue")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut has_list = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "vulnerabilities" => {
                    has_list = map.next_value_seed(Entries(self.0))?;
                }
                "catalogVersion" => {
                    let version = map.next_value::<Loose>()?.into_text().unwrap_or_default();
                    self.0.catalogue.version = printable(version.trim(), 64);
                }
                "dateReleased" => {
                    let released = map.next_value::<Loose>()?.into_text();
                    self.0.catalogue.as_of = released.and_then(|text| text.trim().parse::<jiff::Timestamp>().ok()).map(Into::into);
                }
                "count" => {
                    self.0.count = if let Loose::Number(count) = map.next_value()? { Some(count) } else { None };
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(has_list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }
}

/// The list of entries.
struct Entries<'r>(&'r mut Reading);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list vulnerabilities")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let mut number = 0_u64;
        while let Some(value) = seq.next_element::<Loose>()? {
            number += 1;
            let none = || Reason::new("kev-entry", "項目がオブジェクトではありません。", "the entry is no object");
            let fields = if let Loose::Object(fields) = &value { Ok(fields.as_ref()) } else { Err(none()) };
            if !self.0.entry(&format!("entry {number}"), fields) {
                self.0.entries += 1;
                return Err(A::Error::custom("too many entries"));
            }
        }
        Ok(true)
    }
}

/// A value of which only what an entry can hold is kept.
enum Loose {
    Text(String),
    Number(u64),
    List(Vec<Loose>),
    Object(Box<Fields>),
    Other,
}

impl Loose {
    fn into_text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The texts of a list. What is no text becomes one that no check lets pass; nothing at all is an empty list.
    fn into_texts(self) -> Vec<String> {
        match self {
            Self::List(items) => items.into_iter().map(|item| item.into_text().unwrap_or_default()).collect(),
            Self::Other => Vec::new(),
            other => vec![other.into_text().unwrap_or_default()],
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(Loose::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
        let mut items = Vec::new();
        while items.len() < MOST_ITEMS {
            match seq.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(Loose::List(items)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            let slot = match key.as_str() {
                "cveID" => &mut fields.cve,
                "vendorProject" => &mut fields.vendor,
                "product" => &mut fields.product,
                "vulnerabilityName" => &mut fields.name,
                "dateAdded" => &mut fields.added,
                "shortDescription" => &mut fields.description,
                "requiredAction" => &mut fields.action,
                "dueDate" => &mut fields.due,
                "knownRansomwareCampaignUse" => &mut fields.ransomware,
                "notes" => &mut fields.notes,
                "cwes" => {
                    fields.cwes = map.next_value::<Loose>()?.into_texts();
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = map.next_value::<Loose>()?.into_text();
        }
        Ok(Loose::Object(Box::new(fields)))
    }
}
