//! Why a table or one of its rows cannot be read, in both languages.

use super::{Field, MOST_LINES, TooManyColumns};
use crate::charset::Charset;
use noroshi_kernel::{language::Bilingual, reason::Reason};

/// A column from 1, if it is about one, and a reason.
pub(crate) type Fault = (Option<usize>, Reason);

/// Refuses columns beyond the `expected` ones, unless they are empty.
pub(crate) fn surplus(fields: &[Field], expected: usize, bytes: &[u8]) -> Result<(), Fault> {
    let more = fields.iter().enumerate().skip(expected).find(|(_, field)| !field.text(bytes).trim_ascii().is_empty());
    match more {
        None => Ok(()),
        Some((place, _)) => {
            let count = fields.len();
            let reason = Reason::new(
                "columns-surplus",
                format!("{expected} 列のはずが {count} 列あります。コンマを含む項目は引用符で囲んでください。"),
                format!("{count} columns where {expected} are expected; quote a field that holds a comma"),
            );
            Err((Some(place + 1), reason))
        }
    }
}

/// A NUL byte, at the first field that holds one.
pub(crate) fn zeros(fields: &[Field], bytes: &[u8]) -> Fault {
    let place = fields.iter().position(|field| field.text(bytes).contains(&0));
    let hint = Charset::guess(bytes).filter(|charset| *charset == Charset::Utf16);
    let advice = hint.map_or_else(
        || Bilingual::new("取り除くか、ファイルがテキストであることを確かめてください。", "take it out, or check that the file is a text"),
        Charset::hint,
    );
    let reason = Reason::new("nul", format!("項目に NUL バイトがあります。{}", advice.ja), format!("a NUL byte is in the field; {}", advice.en));
    (place.map(|place| place + 1), reason)
}

/// A row longer than may be, which goes beyond the limit in `column`: too many columns or too much in one.
pub(crate) fn too_long(length: u64, limit: usize, column: usize, most_columns: usize) -> Fault {
    if column > most_columns {
        return too_many(TooManyColumns { at_least: column, most: most_columns });
    }
    let reason = Reason::new(
        "row-length",
        format!("行が {length} バイトあり、読める {limit} バイトをこの列で超えています。引用符と改行を確かめてください。"),
        format!("the row has {length} bytes and goes beyond the {limit} that are read in this column; check its quotes and line ends"),
    );
    (Some(column), reason)
}

/// A row of too many columns, at the first that is not read.
pub(crate) fn too_many(problem: TooManyColumns) -> Fault {
    (Some(problem.most + 1), problem.into())
}

/// A quote that is not closed.
pub(crate) fn open_quote() -> Reason {
    Reason::new(
        "quote-open",
        format!("この項目を始める引用符が {MOST_LINES} 行以内に閉じていません。閉じるか、文字としての引用符なら 2 つ重ねてください。"),
        format!("the quote that begins this field is not closed within {MOST_LINES} lines; close it, or write it twice if it is text"),
    )
}

/// Bytes of a field that are no UTF-8.
pub(crate) fn no_utf8(raw: &[u8], error: std::str::Utf8Error) -> Reason {
    let at = error.valid_up_to();
    let byte = raw.get(at).copied().unwrap_or_default();
    let advice = Charset::guess(raw).map_or_else(|| Bilingual::new("ファイルを UTF-8 で保存してください。", "save the file as UTF-8"), Charset::hint);
    Reason::new(
        "not-utf-8",
        format!("項目の {} バイト目（0x{byte:02X}）が UTF-8 ではありません。{}", at + 1, advice.ja),
        format!("byte {} of the field (0x{byte:02X}) is not UTF-8; {}", at + 1, advice.en),
    )
}

/// What a file that is no UTF-8 text at all is, by its first bytes.
pub(crate) fn foreign(first: &[u8]) -> Option<Reason> {
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
        return Some(Reason::new(
            "file-utf-16",
            "ファイルが UTF-16 です。iconv -f UTF-16 -t UTF-8 で変換してください。",
            "the file is UTF-16; convert it with: iconv -f UTF-16 -t UTF-8",
        ));
    }
    if first.starts_with(&[0x1f, 0x8b]) {
        return Some(Reason::new(
            "file-gzip",
            "ファイルが gzip で圧縮されています。gunzip で展開してください。",
            "the file is compressed by gzip; unpack it with: gunzip",
        ));
    }
    first
        .starts_with(b"PK\x03\x04")
        .then(|| Reason::new("file-zip", "ファイルが zip 書庫です。unzip で展開してください。", "the file is a zip archive; unpack it with: unzip"))
}
