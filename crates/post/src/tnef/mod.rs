//! What Outlook packs into `winmail.dat` ([MS-OXTNEF]): a letter's body and its attachments in one part of its own form.

mod properties;

use crate::charset::{self, Decoded};
use properties::{Property, Value};

/// The most attachments that are read.
pub const MOST_FILES: usize = 100;

const SIGNATURE: [u8; 4] = 0x223e_9f78_u32.to_le_bytes();
/// A letter within: `IID_IMessage`, behind which its own TNEF follows.
const LETTER: [u8; 16] = [0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// The part of a name that is read.
const MOST_NAME_BYTES: usize = 2_000;

/// An attachment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name, as it stands there.
    pub name: Option<String>,
    /// Its media type, where one is told.
    pub media_type: Option<String>,
    /// Its bytes; of a letter within, that letter as TNEF.
    pub bytes: Vec<u8>,
}

/// What a part holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The body as plain text.
    pub plain: Option<Decoded>,
    /// The body as HTML.
    pub html: Option<Decoded>,
    /// Whether there is a body as compressed RTF, which is not read.
    pub has_rtf: bool,
    /// The attachments, at most [`MOST_FILES`].
    pub files: Vec<File>,
    /// Whether more follow, which were not read.
    pub more: bool,
    /// Whether a checksum is wrong.
    pub is_damaged: bool,
    /// Whether it came to its end; if not, this is what stands before it breaks off.
    pub whole: bool,
}

/// Whether bytes begin as TNEF does.
#[must_use]
pub fn is_tnef(bytes: &[u8]) -> bool {
    bytes.starts_with(&SIGNATURE)
}

/// Reads what is packed in; `None` when this is no TNEF.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Contents> {
    // Behind the signature, a key by which attachments were once told apart.
    let mut bytes = Bytes(bytes.strip_prefix(&SIGNATURE)?);
    let mut reading = Reading { contents: Contents::default(), code_page: 0, file: None };
    reading.contents.whole = bytes.take(2).is_some();
    while !bytes.0.is_empty() {
        let Some(attribute) = Attribute::next(&mut bytes) else {
            reading.contents.whole = false;
            break;
        };
        reading.contents.is_damaged |= !attribute.is_sound;
        reading.contents.whole &= attribute.whole;
        if attribute.level == 1 { reading.letter(&attribute) } else { reading.attachment(&attribute) }
    }
    reading.end_file();
    Some(reading.contents)
}

/// Bytes from which numbers and pieces are taken, as far as they go.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        self.take(COUNT)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number of bytes or of things.
    fn count(&mut self) -> Option<usize> {
        self.u32().and_then(|count| usize::try_from(count).ok())
    }
}

/// [MS-OXTNEF] 2.1.3: a level, an identifier, a length, that many bytes and their sum.
struct Attribute<'a> {
    level: u8,
    id: u16,
    data: &'a [u8],
    is_sound: bool,
    whole: bool,
}

impl<'a> Attribute<'a> {
    fn next(bytes: &mut Bytes<'a>) -> Option<Self> {
        let [level] = bytes.array()?;
        // The higher half tells the type, which the lower one knows already.
        let id = bytes.u16()?;
        bytes.u16()?;
        let length = bytes.count()?;
        if !matches!(level, 1 | 2) {
            return None;
        }
        if length > bytes.0.len() {
            let data = std::mem::take(&mut bytes.0);
            return Some(Self { level, id, data, is_sound: true, whole: false });
        }
        let data = bytes.take(length)?;
        let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        let told = bytes.u16();
        Some(Self { level, id, data, is_sound: told.is_none_or(|told| told == sum), whole: told.is_some() })
    }
}

struct Reading {
    contents: Contents,
    code_page: u32,
    file: Option<Unfinished>,
}

/// An attachment whose attributes are coming.
#[derive(Default)]
struct Unfinished {
    file: File,
    /// The old name of eight and three letters.
    title: Option<String>,
    has_data: bool,
}

impl Reading {
    fn letter(&mut self, attribute: &Attribute<'_>) {
        match attribute.id {
            // attOemCodepage
            0x9007 => self.code_page = Bytes(attribute.data).u32().unwrap_or_default(),
            // attBody
            0x800c => self.contents.plain = text(attribute.data, self.code_page).or(self.contents.plain.take()),
            // attMsgProps
            0x9003 => self.properties(attribute.data),
            _ => {}
        }
    }

    fn properties(&mut self, data: &[u8]) {
        let mut html = None;
        let mut code_page = self.code_page;
        for property in properties::read(data) {
            match property {
                // PidTagBody
                Property { id: 0x1000, value } => self.contents.plain = value.text(self.code_page).or(self.contents.plain.take()),
                // PidTagHtml
                Property { id: 0x1013, value } => html = Some(value),
                // PidTagInternetCodepage, of the HTML
                Property { id: 0x3fde, value: Value::Number(number) } => code_page = number,
                // PidTagRtfCompressed
                Property { id: 0x1009, value: Value::Bytes(rtf) } => self.contents.has_rtf = !rtf.is_empty(),
                _ => {}
            }
        }
        self.contents.html = html.and_then(|html| html.text(code_page)).or(self.contents.html.take());
    }

    fn attachment(&mut self, attribute: &Attribute<'_>) {
        // attAttachRendData comes first with each; where it is left out, a second name or second bytes tell.
        let begins = match (attribute.id, &self.file) {
            (0x9002, _) | (_, None) => true,
            (0x8010, Some(file)) => file.title.is_some(),
            (0x800f, Some(file)) => file.has_data,
            _ => false,
        };
        if begins {
            self.end_file();
        }
        let code_page = self.code_page;
        let file = self.file.get_or_insert_default();
        match attribute.id {
            // attAttachTitle
            0x8010 => file.title = name(attribute.data, code_page),
            // attAttachData
            0x800f => file.data(attribute.data),
            // attAttachment
            0x9005 => properties::read(attribute.data).for_each(|property| file.property(property, code_page)),
            _ => {}
        }
    }

    fn end_file(&mut self) {
        let Some(mut file) = self.file.take() else { return };
        file.file.name = file.file.name.or(file.title);
        if !file.has_data && file.file.name.is_none() {
            return;
        }
        if self.contents.files.len() < MOST_FILES {
            self.contents.files.push(file.file);
        } else {
            self.contents.more = true;
        }
    }
}

impl Unfinished {
    fn data(&mut self, bytes: &[u8]) {
        self.file.bytes = bytes.to_vec();
        self.has_data = true;
    }

    fn property(&mut self, property: Property<'_>, code_page: u32) {
        match property {
            // PidTagAttachLongFilename; PidTagDisplayName, of letters within
            Property { id: 0x3707, value } => self.file.name = value.name(code_page).or(self.file.name.take()),
            Property { id: 0x3001, value } if self.file.name.is_none() => self.file.name = value.name(code_page),
            // PidTagAttachMimeTag
            Property { id: 0x370e, value } => self.file.media_type = value.name(code_page).filter(|name| is_media_type(name)),
            // PidTagAttachDataObject, PidTagAttachDataBinary; an object begins with what it is
            Property { id: 0x3701, value: Value::Bytes(bytes) } if !self.has_data => self.data(bytes.strip_prefix(&LETTER).unwrap_or(bytes)),
            _ => {}
        }
    }
}

impl Value<'_> {
    fn text(&self, code_page: u32) -> Option<Decoded> {
        match self {
            Value::Bytes(bytes) => text(bytes, code_page),
            Value::Wide(bytes) => {
                let units = bytes.chunks_exact(2).map(|two| two.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
                let text: String = char::decode_utf16(units.take_while(|unit| *unit != 0)).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                (!text.is_empty()).then_some(Decoded { text, charset: "UTF-16LE", mislabelled: false })
            }
            Value::Number(_) => None,
        }
    }

    fn name(&self, code_page: u32) -> Option<String> {
        match self {
            Value::Bytes(bytes) => name(bytes, code_page),
            Value::Wide(bytes) => Value::Wide(bytes.get(..MOST_NAME_BYTES).unwrap_or(bytes)).text(code_page).map(|name| name.text),
            Value::Number(_) => None,
        }
    }
}

/// A text up to the NUL that ends it; `None` when it is empty.
fn text(bytes: &[u8], code_page: u32) -> Option<Decoded> {
    let text = bytes.split(|byte| *byte == 0).next().filter(|text| !text.is_empty())?;
    Some(charset::decode(text, charset(code_page)))
}

fn name(bytes: &[u8], code_page: u32) -> Option<String> {
    text(bytes.get(..MOST_NAME_BYTES).unwrap_or(bytes), code_page).map(|name| name.text)
}

fn is_media_type(name: &str) -> bool {
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    name.len() <= 127 && name.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// The charset of a code page of Windows, as far as it is not for the bytes to tell.
fn charset(code_page: u32) -> Option<&'static str> {
    Some(match code_page {
        874 => "windows-874",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1252 => "windows-1252",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1255 => "windows-1255",
        1256 => "windows-1256",
        1257 => "windows-1257",
        1258 => "windows-1258",
        28591 => "iso-8859-1",
        28592 => "iso-8859-2",
        28605 => "iso-8859-15",
        50220..=50222 => "iso-2022-jp",
        20932 | 51932 => "euc-jp",
        54936 => "gb18030",
        65001 => "utf-8",
        _ => return None,
    })
}
