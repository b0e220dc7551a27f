//! What is built is read as it was meant.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use noroshi_kernel::moment::{Moment, Zone};
use noroshi_post::{
    automatic::{self, Automatic},
    build::{Attachment, Charset, Draft, MOST_REFERENCES, Origin, build},
    letter::{self, Body, Letter, Mailbox},
};
use proptest::prelude::*;

const AT: Moment = Moment(1_705_320_000_000_000);

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: name.into(), address: address.into() }
}

fn draft() -> Draft {
    let mut draft = Draft::new(mailbox("例示 CSIRT", "csirt@example.jp"), "1@example.jp", AT, Zone::named("Asia/Tokyo").unwrap());
    draft.to = vec![mailbox("", "abuse@example.jp")];
    draft.subject = "閉鎖のお願い".into();
    draft.body = "ご確認ください。\n".into();
    draft
}

/// Builds and reads, and looks at what every letter must be.
fn read(draft: &Draft) -> Letter {
    let bytes = build(draft).unwrap().bytes();
    lawful(&bytes);
    let letter = letter::read(&bytes).unwrap();
    assert!(letter.oddities.is_empty(), "{:?}", letter.oddities);
    letter
}

fn lawful(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n', '\0']), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
    let head = text.split("\r\n\r\n").next().unwrap();
    for line in head.split("\r\n") {
        assert!(line.len() <= 78 || !line.trim_start().contains(' '), "{line}");
        assert!(!line.contains("=?") || line.len() <= 76, "{line}");
        assert!(!line.trim().is_empty());
    }
    let mut names: Vec<&str> = head.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "no field twice: {head}");
    assert!(!names.contains(&"Bcc"));
}

fn text_of(letter: &Letter) -> String {
    letter.texts().map(|part| part.text().unwrap().replace("\r\n", "\n")).collect()
}

#[test]
fn a_letter_in_japanese_in_both_charsets() {
    for (charset, label) in [(Charset::Utf8, "UTF-8"), (Charset::Iso2022Jp, "ISO-2022-JP")] {
        let mut draft = draft();
        draft.charset = charset;
        draft.body = "－－ 報告 －－\nhxxp://192.0.2.7/\n-- \nFrom 例示 CSIRT\n.\n".into();
        draft.cc = vec![mailbox("例示, 花子", "hanako@例え.jp"), mailbox("Doe, \"J\"", "j@example.jp")];
        let built = build(&draft).unwrap();
        assert_eq!(built.charset(), charset);
        assert_eq!(built.recipients(), ["abuse@example.jp", "hanako@xn--r8jz45g.jp", "j@example.jp"]);
        let letter = read(&draft);
        assert_eq!(letter.headers.subject, "閉鎖のお願い");
        assert_eq!(letter.headers.from, [draft.from]);
        assert_eq!(letter.headers.cc, [mailbox("例示, 花子", "hanako@xn--r8jz45g.jp"), mailbox("Doe, \"J\"", "j@example.jp")]);
        assert_eq!(text_of(&letter), draft.body);
        assert!(matches!(&letter.parts[0].body, Body::Text { charset, .. } if *charset == label));
        assert_eq!(letter.headers.date, Some(AT));
        assert_eq!(letter.headers.field("Date"), Some("Mon, 15 Jan 2024 21:00:00 +0900"));
    }
}

#[test]
fn iso_2022_jp_is_sent_in_seven_bits_and_only_when_it_holds_everything() {
    let mut draft = draft();
    draft.charset = Charset::Iso2022Jp;
    let bytes = build(&draft).unwrap().bytes();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("Content-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\x1b$B"), "{text}");
    assert!(text.contains("Subject: =?ISO-2022-JP?B?"));
    let spoil: [fn(&mut Draft); 4] =
        [|draft| draft.subject.push('①'), |draft| draft.body.push('㈱'), |draft| draft.to[0].name = "髙橋".into(), |draft| draft.from.name = "ｱｲｳ".into()];
    for spoil in spoil {
        let mut spoilt = draft.clone();
        spoil(&mut spoilt);
        let built = build(&spoilt).unwrap();
        assert_eq!(built.charset(), Charset::Utf8);
        assert!(!String::from_utf8(built.bytes()).unwrap().contains("ISO-2022-JP"));
        let letter = read(&spoilt);
        assert_eq!((letter.headers.subject, letter.headers.from), (spoilt.subject, vec![spoilt.from]));
    }
}

#[test]
fn no_text_begins_a_field_of_its_own() {
    let evil = "x\r\nBcc: victim@example.jp\r\n\r\n<script>";
    let mut draft = draft();
    draft.subject = evil.into();
    draft.from.name = evil.into();
    draft.to[0].name = evil.into();
    draft.loop_mark = evil.into();
    draft.in_reply_to = Some(format!("a@b>\r\n{evil}"));
    draft.references = vec![evil.into(), "good@example.jp".into(), "a@b\r\nBcc: c@example.jp".into()];
    draft.attachments = vec![Attachment { name: evil.into(), media_type: "text/plain\r\nX-Evil: 1".into(), bytes: b"x".to_vec() }];
    for charset in [Charset::Utf8, Charset::Iso2022Jp] {
        draft.charset = charset;
        let letter = read(&draft);
        assert!(letter.headers.field("Bcc").is_none() && letter.headers.field("X-Evil").is_none());
        assert_eq!(letter.headers.subject, "x  Bcc: victim@example.jp    <script>");
        assert_eq!(letter.headers.references, ["good@example.jp"]);
        assert!(letter.headers.in_reply_to.is_empty());
        assert_eq!(letter.parts[2].media_type, "application/octet-stream");
    }
    for address in ["a@example.jp\r\nBcc: b@example.jp", "a@example.jp>\r\nBcc: <b@example.jp", "a@example.jp, b@example.jp", ""] {
        let spoil: [fn(&mut Draft, Mailbox); 4] =
            [|draft, by| draft.from = by, |draft, by| draft.to = vec![by], |draft, by| draft.cc = vec![by], |draft, by| draft.reply_to = Some(by)];
        for spoil in spoil {
            let mut spoilt = draft.clone();
            spoil(&mut spoilt, mailbox("", address));
            assert_eq!(build(&spoilt).unwrap_err().key, "letter-address", "{address:?}");
        }
    }
    draft.message_id = "a@b>\r\nBcc: c".into();
    assert_eq!(build(&draft).unwrap_err().key, "letter-message-id");
}

#[test]
fn control_characters_of_a_text_are_spaces() {
    let mut draft = draft();
    draft.body = "a\u{b}b\0c\u{1b}$Bd\re\r\nf\tg\n".into();
    assert_eq!(text_of(&read(&draft)), "a b c $Bd\ne\nf\tg\n");
}

#[test]
fn threads_keep_their_beginning_and_their_end() {
    let mut draft = draft();
    draft.references = (0..100).map(|number| format!("{number}@example.jp")).collect();
    draft.in_reply_to = Some("<parent@example.jp>".into());
    let letter = read(&draft);
    let ids = &letter.headers.references;
    assert_eq!(
        (ids.len(), ids[0].as_str(), ids[1].as_str(), ids[MOST_REFERENCES - 1].as_str()),
        (MOST_REFERENCES, "0@example.jp", "82@example.jp", "parent@example.jp")
    );
    assert_eq!(letter.headers.in_reply_to, ["parent@example.jp"]);
    draft.references = vec!["a@example.jp".into(), "parent@example.jp".into()];
    assert_eq!(read(&draft).headers.references, ["a@example.jp", "parent@example.jp"]);
}

#[test]
fn programs_know_the_letters_of_programs() {
    for (origin, mark, expected) in [
        (Origin::Person, "", None),
        (Origin::Answer, "", Some(Automatic::Submitted)),
        (Origin::Program, "", Some(Automatic::Submitted)),
        (Origin::Person, "example-csirt", Some(Automatic::Loop)),
    ] {
        let mut draft = draft();
        (draft.origin, draft.loop_mark) = (origin, mark.into());
        let letter = read(&draft);
        assert_eq!(automatic::of(&letter.headers, "example-csirt"), expected);
        assert_eq!(letter.headers.field("Precedence"), None);
    }
}

#[test]
fn what_is_too_much_is_refused() {
    type Spoil = fn(&mut Draft);
    let spoil: [(&str, Spoil); 6] = [
        ("letter-recipients", |draft| draft.to.clear()),
        ("letter-recipients", |draft| draft.cc = vec![mailbox("", "a@example.jp"); 100]),
        ("letter-attachments", |draft| draft.attachments = vec![Attachment { name: "a".into(), media_type: "text/plain".into(), bytes: Vec::new() }; 101]),
        ("letter-text-length", |draft| draft.subject = "件".repeat(501)),
        ("letter-text-length", |draft| draft.from.name = "名".repeat(501)),
        ("letter-too-large", |draft| draft.attachments = vec![Attachment { name: "a".into(), media_type: "text/plain".into(), bytes: vec![0; 50 << 20] }]),
    ];
    for (key, spoil) in spoil {
        let mut draft = draft();
        spoil(&mut draft);
        assert_eq!(build(&draft).unwrap_err().key, key);
    }
}

#[test]
fn a_letter_within_arrives_as_its_bytes() {
    let mut draft = draft();
    draft.attachments = vec![Attachment { name: "証拠.eml".into(), media_type: "message/rfc822".into(), bytes: b"From: a@example.jp\n\nx".to_vec() }];
    let letter = read(&draft);
    assert_eq!((letter.parts.len(), letter.parts[2].media_type.as_str()), (3, "application/octet-stream"));
    assert_eq!(letter.parts[2].bytes(), Some(&draft.attachments[0].bytes[..]));
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof!["[ぁ-ん一-熙]{1,40}", "[A-Za-z]{1,10}( [A-Za-z]{1,10}){0,4}", "[ -~&&[^=\\\\\"]]{0,80}", "[ぁ-ん]{1,4} [A-Z]{1,9}", "[é😀①ｱ一-熙]{1,30}"]
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["([ぁ-んァ-ヶ一-熙、。「」－～]{0,40}\n){0,8}", "([ -~]{0,120}\n){0,8}", "([ -~é日①]{0,40}(\r\n|\n|\t)){0,8}", "(From |\\.|-- |=|\n|日){0,30}",]
}

fn files() -> impl Strategy<Value = Vec<Attachment>> {
    let file =
        ("[a-zぁ-ん一-熙é '&;%_-]{0,60}x\\.csv", prop_oneof![Just("text/csv"), Just("application/pdf"), Just("x")], prop::collection::vec(any::<u8>(), 0..200));
    let file = file.prop_map(|(name, media_type, bytes)| Attachment {
        name,
        media_type: media_type.into(),
        // What is labelled as a text is read as a text.
        bytes: if media_type == "text/csv" { format!("件名,{}\r\n", bytes.len()).into_bytes() } else { bytes },
    });
    prop::collection::vec(file, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_letter_is_read_as_it_was_written(
        (subject, body, from, to) in (names(), texts(), names(), prop::collection::vec((names(), "[a-z0-9+._-]{0,9}[a-z]", "[a-z]{1,9}\\.example\\.jp"), 1..5)),
        (attachments, references, iso, wide_reply) in (files(), prop::collection::vec("[!-;A-Z]{1,30}@[a-z.]{1,20}", 0..30), any::<bool>(), any::<bool>()),
    ) {
        let mut draft = draft();
        (draft.subject, draft.body, draft.from.name) = (subject, body, from);
        draft.to = to.into_iter().map(|(name, local, domain)| mailbox(&name, &format!("{local}@{domain}"))).collect();
        (draft.attachments, draft.references) = (attachments, references);
        draft.references.iter_mut().for_each(|id| *id = id.replace(['<', '>', ','], "."));
        draft.charset = if iso { Charset::Iso2022Jp } else { Charset::Utf8 };
        draft.reply_to = wide_reply.then(|| mailbox("窓口", "info@example.jp"));
        let letter = read(&draft);
        let headers = &letter.headers;
        let same = |read: &[Mailbox], written: &[Mailbox]| {
            let bare = |address: &str| address.replace('"', "");
            assert_eq!(read.len(), written.len());
            for (read, written) in read.iter().zip(written) {
                assert_eq!((read.name.as_str(), bare(&read.address)), (written.name.trim(), bare(&written.address)));
            }
        };
        prop_assert_eq!(&headers.subject, draft.subject.trim());
        same(&headers.from, std::slice::from_ref(&draft.from));
        same(&headers.to, &draft.to);
        same(&headers.reply_to, draft.reply_to.as_slice());
        prop_assert_eq!(headers.message_id.as_deref(), Some("1@example.jp"));
        prop_assert!(headers.references.len() == draft.references.len().min(MOST_REFERENCES));
        prop_assert_eq!(headers.references.first(), draft.references.first());
        prop_assert_eq!(headers.references.last(), draft.references.last());
        let mut body = draft.body.replace("\r\n", "\n");
        if !body.ends_with('\n') {
            body.push('\n');
        }
        prop_assert_eq!(text_of(&letter), body);
        let files: Vec<_> = letter.parts.iter().filter(|part| part.attached).collect();
        prop_assert_eq!(files.len(), draft.attachments.len());
        for (part, file) in files.iter().zip(&draft.attachments) {
            prop_assert_eq!(part.name.as_deref(), Some(file.name.trim_matches([' ', '.'])));
            prop_assert_eq!(part.bytes(), Some(&file.bytes[..]));
        }
        prop_assert_eq!(build(&draft).unwrap().bytes(), build(&draft).unwrap().bytes(), "the same draft gives the same bytes");
    }

    #[test]
    fn whatever_is_in_a_draft_the_letter_is_lawful(
        (subject, name, body) in ("\\PC{0,60}|(?s).{0,60}", "(?s).{0,40}", "(?s).{0,300}"),
        (file, id, iso) in ("(?s).{0,40}", "(?s).{0,40}", any::<bool>()),
    ) {
        let mut draft = draft();
        (draft.subject, draft.from.name, draft.body) = (subject, name, body);
        draft.references = vec![id.clone(), id];
        draft.charset = if iso { Charset::Iso2022Jp } else { Charset::Utf8 };
        draft.attachments = vec![Attachment { name: file.clone(), media_type: file, bytes: vec![0] }];
        let bytes = build(&draft).unwrap().bytes();
        lawful(&bytes);
        let letter = letter::read(&bytes).unwrap();
        prop_assert_eq!(letter.parts.len(), 3);
        prop_assert!(letter.headers.field("Bcc").is_none());
    }
}
