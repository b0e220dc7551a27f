//! Writes TNEF as Outlook does, for tests and seeds.

/// `PidTagAttachLongFilename` in UTF-16, and other properties' types and identifiers.
pub(crate) const LONG_NAME: u32 = 0x3707_001f;
pub(crate) const MIME_TAG: u32 = 0x370e_001e;
pub(crate) const OBJECT: u32 = 0x3701_000d;
pub(crate) const BODY: u32 = 0x1000_001f;
pub(crate) const HTML: u32 = 0x1013_0102;
pub(crate) const RTF: u32 = 0x1009_0102;
pub(crate) const CODE_PAGE: u32 = 0x3fde_0003;

/// What begins an object that is a letter.
pub(crate) const LETTER: [u8; 16] = [0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// A file with the code page and these attributes.
pub(crate) fn file(code_page: u32, attributes: &[Vec<u8>]) -> Vec<u8> {
    let version = attribute(1, 0x0008_9006, &[0, 0, 1, 0]);
    let pages = attribute(1, 0x0006_9007, &[code_page.to_le_bytes(), [0; 4]].concat());
    [&[0x78, 0x9f, 0x3e, 0x22, 1, 0][..], &version, &pages, &attributes.concat()].concat()
}

pub(crate) fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    [&[level][..], &id.to_le_bytes(), &length(data).to_le_bytes(), data, &sum.to_le_bytes()].concat()
}

/// The body as a text of the code page.
pub(crate) fn body(text: &[u8]) -> Vec<u8> {
    attribute(1, 0x0002_800c, &[text, b"\0"].concat())
}

/// The letter's properties.
pub(crate) fn of_letter(properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    attribute(1, 0x0006_9003, &list(properties))
}

/// An attachment: a short name, bytes, properties.
pub(crate) fn attachment(title: &[u8], bytes: Option<&[u8]>, properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut all = attribute(2, 0x0006_9002, &[1, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    all.extend(attribute(2, 0x0001_8010, &[title, b"\0"].concat()));
    bytes.into_iter().for_each(|bytes| all.extend(attribute(2, 0x0006_800f, bytes)));
    if !properties.is_empty() {
        all.extend(attribute(2, 0x0006_9005, &list(properties)));
    }
    all
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// A list of properties; those before the given ones are there to be passed over: a number, a named one, one of several values.
fn list(properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut all = u32::try_from(properties.len() + 3).expect("few").to_le_bytes().to_vec();
    all.extend([&0x3705_0003_u32.to_le_bytes()[..], &1_u32.to_le_bytes()].concat());
    all.extend([&0x8001_000b_u32.to_le_bytes()[..], &[7; 16], &1_u32.to_le_bytes(), &padded(&utf16("Kind")), &1_u32.to_le_bytes()].concat());
    all.extend([&0x6001_101e_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &padded(b"a\0"), &padded(b"abcd\0")].concat());
    for (tag, value) in properties {
        all.extend(tag.to_le_bytes());
        if tag & 0xffff == 3 {
            all.extend(value);
        } else {
            all.extend([&1_u32.to_le_bytes()[..], &padded(value)].concat());
        }
    }
    all
}

fn padded(value: &[u8]) -> Vec<u8> {
    let zeros = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&length(value).to_le_bytes()[..], value, &zeros].concat()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("short")
}
