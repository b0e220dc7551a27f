//! What Outlook packed into `winmail.dat` is read like other parts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../../../fuzz/src/tnef.rs"]
#[allow(dead_code, reason = "others use more of it")]
mod writer;

use base64::Engine as _;
use noroshi_post::{
    letter::{self, Body, Letter},
    tnef,
};
use proptest::prelude::*;
use writer::{BODY, CODE_PAGE, HTML, LETTER, LONG_NAME, MIME_TAG, OBJECT, RTF, attachment, body, file, of_letter, utf16};

const CSV: &[u8] = b"timestamp,ip,port\n2024-01-15 00:00:00,192.0.2.7,53\n";

/// A letter with a text and the file beside it, as Outlook sends them.
fn sent(packed: &[u8]) -> Letter {
    let encoded = base64::engine::general_purpose::STANDARD.encode(packed);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let raw = format!(
        "From: a@example.jp\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n報告です。\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Disposition: attachment; filename=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        lines.join("\r\n")
    );
    letter::read(raw.as_bytes()).unwrap()
}

fn told(letter: &Letter) -> Vec<(&str, &str, Option<&str>, bool)> {
    letter.parts.iter().skip(3).map(|part| (part.path.as_str(), part.media_type.as_str(), part.name.as_deref(), part.attached)).collect()
}

fn keys(letter: &Letter) -> Vec<&str> {
    letter.oddities.iter().map(|oddity| oddity.key.as_ref()).collect()
}

#[test]
fn attachments_are_parts_by_their_long_names() {
    // 報告.zip in the code page; the long name is in UTF-16.
    let short = attachment(b"\x95\xf1\x8d\x90.zip", Some(b"PK"), &[]);
    let long = attachment(b"REPORT~1.CSV", Some(CSV), &[(LONG_NAME, utf16("../報告 2024-01-15-scan_dns.csv")), (MIME_TAG, b"Text/CSV\0".to_vec())]);
    let letter = sent(&file(932, &[short, long]));
    let expected = [("2.t1", "application/octet-stream", Some("報告.zip"), true), ("2.t2", "text/csv", Some("報告 2024-01-15-scan_dns.csv"), true)];
    assert_eq!(told(&letter), expected);
    assert_eq!((letter.parts[3].bytes(), letter.parts[4].bytes()), (Some(&b"PK"[..]), Some(CSV)));
    assert_eq!(letter.parts[2].name.as_deref(), Some("winmail.dat"), "the file stays as it came");
    assert!(letter.oddities.is_empty() && letter.texts().count() == 1);
}

#[test]
fn the_body_is_read_unless_the_letter_says_it_already() {
    // 報告です。 in the code page, then another text.
    let same = sent(&file(932, &[body(b"\x95\xf1\x8d\x90\x82\xc5\x82\xb7\x81B")]));
    assert_eq!(told(&same), []);
    let other = sent(&file(932, &[body(b"\x95\xf1\x8d\x90")]));
    assert_eq!(told(&other), [("2.b1", "text/plain", None, false)]);
    assert_eq!((other.parts[3].text().as_deref(), other.texts().count()), (Some("報告"), 2));
    assert!(matches!(other.parts[3].body, Body::Text { charset: "Shift_JIS", .. }));

    let properties =
        [(BODY, utf16("攻撃元 192.0.2.7")), (CODE_PAGE, 65001_u32.to_le_bytes().to_vec()), (HTML, "<p>攻撃元</p>".as_bytes().to_vec()), (RTF, vec![1])];
    let rich = sent(&file(1252, &[of_letter(&properties)]));
    assert_eq!(told(&rich), [("2.b1", "text/plain", None, false), ("2.b2", "text/html", None, false)]);
    assert_eq!((rich.parts[3].text().as_deref(), rich.parts[4].text().as_deref().map(str::trim)), (Some("攻撃元 192.0.2.7"), Some("攻撃元")));
    assert!(rich.oddities.is_empty());
    assert_eq!(keys(&sent(&file(1252, &[of_letter(&[(RTF, vec![1])])]))), ["part-tnef"], "what cannot be read is told");
}

#[test]
fn a_letter_that_is_nothing_else_is_read() {
    let packed = file(1252, &[body(b"see 192.0.2.7"), attachment(b"a.csv", Some(CSV), &[])]);
    let raw = [
        b"From: a@example.jp\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        base64::engine::general_purpose::STANDARD.encode(packed).as_bytes(),
    ]
    .concat();
    let letter = letter::read(&raw).unwrap();
    let paths: Vec<&str> = letter.parts.iter().map(|part| part.path.as_str()).collect();
    assert_eq!(paths, ["1", "1.b1", "1.t1"]);
    assert_eq!(letter.texts().filter_map(|part| part.text()).collect::<Vec<_>>(), ["see 192.0.2.7"]);
}

#[test]
fn letters_within_lie_deeper_and_not_too_deep() {
    let mut packed = file(1252, &[body(b"innermost")]);
    for level in 0..6 {
        let object = [&LETTER[..], &packed].concat();
        packed = file(1252, &[attachment(b"", None, &[(LONG_NAME, utf16(&format!("letter {level}"))), (OBJECT, object)])]);
    }
    let letter = sent(&packed);
    assert_eq!(told(&letter)[0], ("2.t1", "application/ms-tnef", Some("letter 5"), true));
    let depths: Vec<_> = letter.parts.iter().skip(3).map(|part| (part.path.as_str(), part.depth)).collect();
    assert_eq!(depths, [("2.t1", 0), ("2.t1.t1", 1), ("2.t1.t1.t1", 2), ("2.t1.t1.t1.t1", 3)]);
    assert_eq!(keys(&letter), ["part-tnef"]);
    let one = sent(&file(1252, &[attachment(b"", None, &[(OBJECT, [&LETTER[..], &file(1252, &[body(b"innermost")])].concat())])]));
    assert_eq!(one.parts.last().map(|part| (part.path.as_str(), part.depth, part.text().unwrap().into_owned())), Some(("2.t1.b1", 1, "innermost".to_owned())));
}

#[test]
fn what_is_damaged_or_breaks_off_is_told_and_read_so_far() {
    let whole = file(1252, &[attachment(b"a.csv", Some(CSV), &[])]);
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (packed, bytes) in [(damaged.as_slice(), CSV), (&whole[..whole.len() - 10], &CSV[..CSV.len() - 8])] {
        let letter = sent(packed);
        assert_eq!((told(&letter).len(), letter.parts[3].bytes(), keys(&letter)), (1, Some(bytes), vec!["part-tnef"]));
    }
    let many = tnef::read(&file(1252, &vec![attachment(b"a", Some(b"x"), &[]); 150])).unwrap();
    assert_eq!((many.files.len(), many.more, many.whole), (tnef::MOST_FILES, true, true));
}

#[test]
fn no_type_is_believed_that_would_change_how_the_letter_is_read() {
    let types = ["multipart/report", "message/rfc822", "no type", "text/plain\r\nX: y"];
    let files: Vec<_> = types.iter().map(|kind| attachment(b"a", Some(b"x"), &[(MIME_TAG, [kind.as_bytes(), b"\0"].concat())])).collect();
    assert!(told(&sent(&file(1252, &files))).iter().all(|(_, kind, ..)| *kind == "application/octet-stream"));
}

proptest! {
    #[test]
    fn files_are_read_back(bytes in prop::collection::vec(any::<u8>(), 0..300), name in "[a-z報告]{1,20}", text in "[ -~]{1,40}") {
        let packed = file(65001, &[body(text.as_bytes()), attachment(name.as_bytes(), Some(&bytes), &[])]);
        let contents = tnef::read(&packed).unwrap();
        prop_assert_eq!(contents.plain.map(|plain| plain.text), Some(text));
        prop_assert_eq!((contents.files.len(), &contents.files[0].name, &contents.files[0].bytes), (1, &Some(name), &bytes));
        prop_assert!(contents.whole && !contents.is_damaged && !contents.more);
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), with in any::<[u8; 4]>()) {
        let _ = tnef::read(&[&[0x78, 0x9f, 0x3e, 0x22][..], &bytes].concat());
        // A true one with four bytes that are not: lengths and counts among them.
        let mut packed = file(932, &[of_letter(&[(BODY, utf16("body")), (HTML, bytes.clone())]), attachment(b"a", Some(&bytes), &[(LONG_NAME, utf16("name"))])]);
        let at = at.index(packed.len() - 4);
        packed[at..at + 4].copy_from_slice(&with);
        if let Some(contents) = tnef::read(&packed) {
            prop_assert!(contents.files.iter().map(|file| file.bytes.len()).sum::<usize>() <= packed.len());
        }
    }
}
