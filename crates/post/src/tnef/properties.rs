//! Lists of MAPI properties ([MS-OXTNEF] 2.1.3.4): a type, an identifier, perhaps a name, and values.

use super::Bytes;

/// A property with its first value.
pub(super) struct Property<'a> {
    pub(super) id: u16,
    pub(super) value: Value<'a>,
}

/// A value, as far as it matters here.
pub(super) enum Value<'a> {
    Number(u32),
    /// Bytes, or a text of a code page.
    Bytes(&'a [u8]),
    /// A text in UTF-16, the lower byte first.
    Wide(&'a [u8]),
}

/// The properties of a list, up to where it cannot be read.
pub(super) fn read(data: &[u8]) -> impl Iterator<Item = Property<'_>> {
    let mut bytes = Bytes(data);
    let count = bytes.count().unwrap_or_default();
    // Each takes four bytes at least, so the bytes end the list whatever its count.
    (0..count).map_while(move |_| next(&mut bytes)).flatten()
}

/// The next property; `Some(None)` for one without a value. `None` where the list breaks off or a type is not known, whose length is not, then.
fn next<'a>(bytes: &mut Bytes<'a>) -> Option<Option<Property<'a>>> {
    const SEVERAL: u16 = 0x1000;
    let (kind, id) = (bytes.u16()?, bytes.u16()?);
    if id >= 0x8000 {
        skip_name(bytes)?;
    }
    let (several, kind) = (kind & SEVERAL != 0, kind & !SEVERAL);
    let has_length = matches!(kind, 0x000d | 0x001e | 0x001f | 0x0102);
    let count = if several || has_length { bytes.count()? } else { 1 };
    let mut first = None;
    for _ in 0..count {
        let value = match kind {
            // Integers, floating numbers and truths of up to four bytes, which are padded to four
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Value::Number(bytes.u32()?),
            // Numbers and times of eight
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Value::Bytes(bytes.take(8)?),
            // An identifier
            0x0048 => Value::Bytes(bytes.take(16)?),
            0x001f => Value::Wide(padded(bytes)?),
            _ if has_length => Value::Bytes(padded(bytes)?),
            _ => return None,
        };
        first.get_or_insert(value);
    }
    Some(first.map(|value| Property { id, value }))
}

/// Bytes with their length before them, padded to four; the padding of the last may be missing.
fn padded<'a>(bytes: &mut Bytes<'a>) -> Option<&'a [u8]> {
    let length = bytes.count()?;
    let value = bytes.take(length)?;
    let padding = length.next_multiple_of(4) - length;
    bytes.take(padding.min(bytes.0.len()))?;
    Some(value)
}

/// The name of a property that has one: a set, and a number or a word in it.
fn skip_name(bytes: &mut Bytes<'_>) -> Option<()> {
    bytes.take(16)?;
    if bytes.u32()? == 0 { bytes.u32().map(|_| ()) } else { padded(bytes).map(|_| ()) }
}
