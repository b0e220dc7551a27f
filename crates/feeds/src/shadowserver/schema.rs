//! What Shadowserver itself says of its reports: the schema file that it publishes (`intelmq.json`), newer than what is known here.

use super::report::ReportType;
use noroshi_kernel::{reason::Reason, rsit::Rsit, setaside::printable};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// The longest schema file, in bytes; the one of 2026 has 1 MiB.
const MOST_BYTES: usize = 32 << 20;

/// The types of reports that a schema file describes, each with its class and its columns.
///
/// ```
/// use noroshi_feeds::shadowserver::Schema;
/// let file = br#"{"scan_new": {
///     "constant_fields": {"classification.taxonomy": "vulnerable", "classification.type": "weak-crypto"},
///     "required_fields": [["time.source", "timestamp", "add_UTC_to_timestamp"], ["source.ip", "seen_ip", "validate_ip"]]}}"#;
/// assert_eq!(Schema::read(file)?.len(), 1);
/// # Ok::<(), noroshi_kernel::reason::Reason>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schema(HashMap<String, Described>);

/// A type as the file describes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    pub(super) rsit: Option<Rsit>,
    /// Columns by what they are to an event: `source.ip`.
    columns: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    constant_fields: HashMap<String, Value>,
    #[serde(default)]
    required_fields: Vec<Vec<Value>>,
    #[serde(default)]
    optional_fields: Vec<Vec<Value>>,
}

impl Schema {
    /// Reads a schema file.
    ///
    /// # Errors
    /// It is larger than 32 MiB, no JSON, or describes no report; the reason names the place.
    pub fn read(bytes: &[u8]) -> Result<Self, Reason> {
        if bytes.len() > MOST_BYTES {
            return Err(wrong("32 MiB を超えています", "it is larger than 32 MiB"));
        }
        let all: HashMap<String, Value> = serde_json::from_slice(bytes).map_err(|error| of_json("", &error))?;
        let mut types = HashMap::new();
        // What begins with an underscore is about the file.
        for (name, value) in all.into_iter().filter(|(name, _)| !name.starts_with('_')) {
            let entry: Entry = serde_json::from_value(value).map_err(|error| of_json(&name, &error))?;
            let report = ReportType::named(&name).ok_or_else(|| {
                let shown = printable(&name, 60);
                wrong(&format!("「{shown}」はレポート種別の名前ではありません"), &format!("{shown:?} is no name of a type of report"))
            })?;
            types.insert(report.name().to_owned(), Described::of(&entry));
        }
        if types.values().all(|described| described.columns.is_empty()) {
            return Err(wrong("レポートの列がひとつも書かれていません", "it describes no column of any report"));
        }
        Ok(Self(types))
    }

    /// How many types it describes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it describes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it describes the columns of a type.
    #[must_use]
    pub fn knows(&self, report: &ReportType) -> bool {
        self.describes(report).is_some_and(|described| !described.columns.is_empty())
    }

    /// What it says of a type.
    pub(super) fn describes(&self, report: &ReportType) -> Option<&Described> {
        self.0.get(report.name())
    }
}

impl Described {
    fn of(entry: &Entry) -> Self {
        let constant = |key: &str| entry.constant_fields.get(key).and_then(Value::as_str).unwrap_or_default();
        let rsit = Rsit::of(constant("classification.taxonomy"), constant("classification.type")).filter(|rsit| *rsit != Rsit::Undetermined);
        let mut columns: HashMap<String, Vec<String>> = HashMap::new();
        for field in entry.required_fields.iter().chain(&entry.optional_fields) {
            if let [Value::String(key), Value::String(column), ..] = field.as_slice() {
                columns.entry(key.clone()).or_default().push(column.trim().to_ascii_lowercase());
            }
        }
        Self { rsit, columns }
    }

    /// The columns of an event's key, in the file's order.
    pub(super) fn columns(&self, key: &str) -> &[String] {
        self.columns.get(key).map_or(&[], Vec::as_slice)
    }
}

fn of_json(name: &str, error: &serde_json::Error) -> Reason {
    let (name, error) = (printable(name, 60), printable(&error.to_string(), 200));
    let at = if name.is_empty() { String::new() } else { format!("{name}: ") };
    wrong(&format!("{at}JSON として読めません（{error}）"), &format!("{at}{error}"))
}

fn wrong(ja: &str, en: &str) -> Reason {
    Reason::new(
        "shadowserver-schema",
        format!("Shadowserver のスキーマファイル（intelmq.json）ではありません: {ja}。"),
        format!("this is no schema file of Shadowserver (intelmq.json): {en}"),
    )
}
