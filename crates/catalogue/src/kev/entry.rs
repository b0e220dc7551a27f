use crate::cve::CveId;
use jiff::civil;
use noroshi_kernel::{moment::Moment, observable::Url, reason::Reason, setaside::printable};
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeSet};

/// The longest vendor, product or name that is kept.
const MOST_NAME_CHARS: usize = 500;
/// The longest description, action or notes that are kept.
const MOST_TEXT_CHARS: usize = 20_000;
/// The most weaknesses of one entry.
const MOST_CWES: usize = 64;
/// The years in which an entry can have been added.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;

/// Stands for bytes that are no UTF-8: a character that no text holds. The catalogue itself holds U+FFFD.
const NO_TEXT: char = '\u{fdd0}';

/// The text of bytes, with [`NO_TEXT`] where they are none, so that the entry that holds them is found.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(NO_TEXT);
        }
    }
    Cow::Owned(text)
}

/// An entry as a file tells it, unchecked. `None` is a field that is not there or is no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// `cveID`
    pub cve: Option<String>,
    /// `vendorProject`
    pub vendor: Option<String>,
    /// `product`
    pub product: Option<String>,
    /// `vulnerabilityName`
    pub name: Option<String>,
    /// `dateAdded`
    pub added: Option<String>,
    /// `shortDescription`
    pub description: Option<String>,
    /// `requiredAction`
    pub action: Option<String>,
    /// `dueDate`
    pub due: Option<String>,
    /// `knownRansomwareCampaignUse`
    pub ransomware: Option<String>,
    /// `notes`
    pub notes: Option<String>,
    /// `cwes`
    pub cwes: Vec<String>,
}

/// A vulnerability that attackers are known to use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its CVE id.
    pub cve: CveId,
    /// Who makes the product.
    pub vendor: String,
    /// The product.
    pub product: String,
    /// What the vulnerability is called.
    pub name: String,
    /// The day on which it came into the catalogue.
    #[serde(serialize_with = "written")]
    pub added_on: civil::Date,
    /// What it is, in a sentence or two.
    pub description: String,
    /// What the publisher asks its agencies to do.
    pub action: String,
    /// Until when.
    #[serde(serialize_with = "written")]
    pub due_on: civil::Date,
    /// Whether ransomware is known to use it. Otherwise it is not known, which is not no.
    pub ransomware: bool,
    /// What else is said, as it is written.
    pub notes: String,
    /// The kinds of weakness, as numbers of the CWE.
    pub cwes: BTreeSet<u32>,
}

impl Entry {
    /// Checks an entry.
    ///
    /// # Errors
    /// What is wrong with the first field that is.
    pub fn of(fields: &Fields) -> Result<Self, Reason> {
        let cve: CveId = text("cveID", fields.cve.as_deref(), 64)?.parse().map_err(|error: crate::cve::NoCve| {
            let shown = printable(fields.cve.as_deref().unwrap_or_default(), 64);
            Reason::new("kev-cve", format!("cveID「{shown}」は CVE 番号ではありません。CVE-YYYY-NNNN の形で書いてください。"), error.to_string())
        })?;
        Ok(Self {
            cve,
            vendor: text("vendorProject", fields.vendor.as_deref(), MOST_NAME_CHARS)?,
            product: text("product", fields.product.as_deref(), MOST_NAME_CHARS)?,
            name: text("vulnerabilityName", fields.name.as_deref(), MOST_NAME_CHARS)?,
            added_on: day("dateAdded", fields.added.as_deref())?,
            description: text("shortDescription", fields.description.as_deref(), MOST_TEXT_CHARS)?,
            action: text("requiredAction", fields.action.as_deref(), MOST_TEXT_CHARS)?,
            due_on: day("dueDate", fields.due.as_deref())?,
            ransomware: ransomware(fields.ransomware.as_deref())?,
            notes: fields
                .notes
                .as_deref()
                .filter(|notes| !notes.trim().is_empty())
                .map_or(Ok(String::new()), |notes| text("notes", Some(notes), MOST_TEXT_CHARS))?,
            cwes: weaknesses(&fields.cwes)?,
        })
    }

    /// The web addresses in the notes, in their order.
    ///
    /// ```
    /// # use noroshi_catalogue::kev::{Entry, Fields};
    /// # let text = |text: &str| Some(text.to_owned());
    /// # let mut fields = Fields { cve: text("CVE-2024-0001"), vendor: text("Example"), product: text("Fire"), name: text("Example Fire"), added: text("2024-01-02"),
    /// #     description: text("d"), action: text("a"), due: text("2024-01-23"), ..Fields::default() };
    /// fields.notes = Some("Please see: https://www.example.jp/a; https://www.example.jp/b ; nothing".into());
    /// let urls: Vec<String> = Entry::of(&fields)?.references().iter().map(ToString::to_string).collect();
    /// assert_eq!(urls, ["https://www.example.jp/a", "https://www.example.jp/b"]);
    /// # Ok::<(), noroshi_kernel::reason::Reason>(())
    /// ```
    #[must_use]
    pub fn references(&self) -> Vec<Url> {
        let words = self.notes.split_whitespace().map(|word| word.trim_end_matches([';', ',', '.']));
        words.filter(|word| word.starts_with("https://") || word.starts_with("http://")).filter_map(|word| word.parse().ok()).collect()
    }
}

/// Where what is known of an entry comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The file, as the person named it.
    pub file: String,
    /// The catalogue's version, as it calls itself; empty when it does not.
    pub version: String,
    /// When the publisher released it, or the day of its latest entry.
    #[serde(serialize_with = "rfc3339")]
    pub as_of: Option<Moment>,
    /// When it was brought in.
    #[serde(serialize_with = "rfc3339")]
    pub imported_at: Option<Moment>,
    /// The SHA-256 of its bytes, which are kept.
    pub sha256: String,
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether a newer catalogue no longer holds it.
    pub withdrawn: bool,
    /// Which file says so.
    pub provenance: Provenance,
}

#[expect(clippy::ref_option, reason = "serde hands it so")]
fn rfc3339<S: serde::Serializer>(moment: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
    moment.map(Moment::rfc3339).serialize(serializer)
}

fn written<S: serde::Serializer>(day: &civil::Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// A text that must be there, on one line, without white space around it.
fn text(field: &str, written: Option<&str>, most_chars: usize) -> Result<String, Reason> {
    let Some(written) = written.map(str::trim).filter(|text| !text.is_empty()) else {
        return Err(Reason::new("kev-missing", format!("{field} がありません。"), format!("{field} is missing, empty or no text")));
    };
    if written.chars().nth(most_chars).is_some() {
        let (ja, en) = (format!("{field} が {most_chars} 文字を超えています。"), format!("{field} has more than the {most_chars} characters that are kept"));
        return Err(Reason::new("kev-long", ja, en));
    }
    if written.contains(NO_TEXT) {
        let (ja, en) = (format!("{field} に UTF-8 ではないバイトがあります。"), format!("{field} holds bytes that are not UTF-8"));
        return Err(Reason::new("kev-utf8", ja, en));
    }
    let broken = |one: char| one.is_control() && !one.is_whitespace();
    if written.contains(broken) {
        let (ja, en) = (format!("{field} に制御文字があります。"), format!("{field} holds control characters"));
        return Err(Reason::new("kev-control", ja, en));
    }
    let has_lines = written.contains(|one: char| one.is_control());
    let written = if has_lines { Cow::Owned(written.split_whitespace().collect::<Vec<_>>().join(" ")) } else { Cow::Borrowed(written) };
    Ok(written.into_owned())
}

fn day(field: &str, written: Option<&str>) -> Result<civil::Date, Reason> {
    let written = text(field, written, 64)?;
    let wrong = || {
        let shown = printable(&written, 32);
        Reason::new("kev-day", format!("{field}「{shown}」は YYYY-MM-DD の日付ではありません。"), format!("{field} {shown:?} is no day as YYYY-MM-DD"))
    };
    let shape =
        written.len() == 10 && written.bytes().enumerate().all(|(place, byte)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let day: civil::Date = written.parse().ok().filter(|_| shape).ok_or_else(wrong)?;
    if YEARS.contains(&day.year()) { Ok(day) } else { Err(wrong()) }
}

fn ransomware(written: Option<&str>) -> Result<bool, Reason> {
    match written.map(str::trim) {
        None | Some("" | "Unknown") => Ok(false),
        Some("Known") => Ok(true),
        Some(other) => {
            let shown = printable(other, 32);
            let ja = format!("knownRansomwareCampaignUse「{shown}」は Known でも Unknown でもありません。");
            Err(Reason::new("kev-ransomware", ja, format!("knownRansomwareCampaignUse {shown:?} is neither Known nor Unknown")))
        }
    }
}

fn weaknesses(written: &[String]) -> Result<BTreeSet<u32>, Reason> {
    if written.len() > MOST_CWES {
        return Err(Reason::new("kev-cwes", format!("cwes が {MOST_CWES} 件を超えています。"), format!("there are more than {MOST_CWES} cwes")));
    }
    let number = |one: &String| {
        let digits = one.trim().strip_prefix("CWE-").filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
            let shown = printable(one, 32);
            Reason::new("kev-cwe", format!("cwes の「{shown}」は CWE-NNN の形ではありません。"), format!("{shown:?} in cwes is not written CWE-NNN"))
        })
    };
    written.iter().map(number).collect()
}
