//! Letters, and what is within them.

use crate::{target::Target, tnef as packed};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_post::{
    archive, automatic,
    build::{self, Attachment, Draft},
    charset, delivery, html,
    letter::{self, Body, Letter, MOST_DEPTH, MOST_PARTS, Mailbox, TEXT_MOST_BYTES},
    mbox,
    openpgp::{self, Certificate, SignatureState, TeamKey},
    sealed::{self, Ring},
    threading::{self, Marks},
    tnef,
    unstuffing::Unstuffing,
    uuencode, words,
};
use std::sync::LazyLock;

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "mime", run: mime, seeds: letters },
    Target { name: "delivery", run: delivered, seeds: reports },
    Target { name: "threading", run: signs, seeds: replies },
    Target { name: "charset", run: sniffed, seeds: encoded },
    Target { name: "uuencode", run: uuencoded, seeds: uuencodes },
    Target { name: "tnef", run: packed_by_outlook, seeds: packets },
    Target { name: "archive", run: unpacked, seeds: archives },
    Target { name: "mbox", run: mailbox, seeds: mailboxes },
    Target { name: "armour", run: armour, seeds: armoured },
    Target { name: "sealed", run: opened, seeds: sealed_letters },
    Target { name: "build", run: built, seeds: drafts },
    Target { name: "unstuffing", run: unstuffed, seeds: transmissions },
];

const AT: Moment = Moment(1_705_320_000_000_000);

static TEAM: LazyLock<TeamKey> = LazyLock::new(|| TeamKey::generate("Example CSIRT <csirt@example.jp>", AT).expect("a key"));

static RING: LazyLock<Ring> = LazyLock::new(|| {
    let key = TeamKey::import(TEAM.export(None).expect("exported").as_bytes(), None).expect("the same key");
    Ring::new(vec![key], Vec::new(), Vec::new())
});

static MARKS: LazyLock<Marks> = LazyLock::new(|| Marks::new("EXAMPLE-CSIRT", &[7; 32]));

/// Whether a file's name leads nowhere; what is hidden in it is written out as `\u{5}`.
fn harmless(name: &str) -> bool {
    !name.contains('/') && !name.replace("\\u{", "").contains('\\') && !name.chars().any(char::is_control)
}

/// What must hold of any letter that was read.
fn bounded(letter: &Letter, bytes: &[u8]) {
    assert!(!letter.headers.fields.is_empty() && letter.headers.fields.len() <= 500);
    assert!(letter.parts.len() <= MOST_PARTS);
    let mut together = 0;
    for part in &letter.parts {
        assert!(part.depth <= MOST_DEPTH + 1, "{}", part.path);
        assert!(part.name.as_ref().is_none_or(|name| !name.is_empty() && harmless(name)), "{:?}", part.name);
        assert_eq!(part.media_type, part.media_type.to_ascii_lowercase());
        if let Body::Text { text, .. } | Body::Html { html: text, .. } = &part.body {
            assert!(text.len() <= TEXT_MOST_BYTES);
        }
        together += part.bytes().map_or(0, <[u8]>::len);
    }
    // A byte becomes three at most; a text may be read again as the file that stands in it.
    assert!(together <= bytes.len() * 8 + (64 << 10), "{together} bytes of {}", bytes.len());
    for reason in &letter.oddities {
        assert!(!reason.text.ja.is_empty() && !reason.text.en.is_empty() && reason.text.en.len() < 1_000);
    }
}

/// What comes out of a transmission in pieces of some size, and how many of its bytes were used; `None` when it has no end.
fn received(sent: &[u8], at_once: usize) -> Option<(Vec<u8>, usize)> {
    let (mut unstuffing, mut letter, mut used) = (Unstuffing::default(), Vec::new(), 0);
    for piece in sent.chunks(at_once) {
        let (of_piece, ended) = unstuffing.take(piece, &mut letter);
        assert!(of_piece <= piece.len() && (ended || of_piece == piece.len()), "all of a piece is used, unless the letter ends in it");
        used += of_piece;
        if ended {
            return Some((letter, used));
        }
    }
    None
}

fn unstuffed(bytes: &[u8]) {
    let at_once = [bytes.len().max(1), 1, 2, 3, 7];
    // As it comes: it ends at the first line that is a dot, however it is cut.
    let end = if bytes.starts_with(b".\r\n") { Some(3) } else { bytes.windows(5).position(|found| found == b"\r\n.\r\n").map(|at| at + 5) };
    let whole = received(bytes, at_once[0]);
    assert_eq!(whole.as_ref().map(|(_, used)| *used), end);
    assert!(at_once.iter().all(|size| received(bytes, *size) == whole), "where it is cut does not matter");
    // As a letter that is sent: it comes out as it was.
    let mut letter = bytes.to_vec();
    if !letter.is_empty() && !letter.ends_with(b"\r\n") {
        letter.extend_from_slice(b"\r\n");
    }
    let mut sent = Vec::new();
    for (at, byte) in letter.iter().enumerate() {
        if *byte == b'.' && (at == 0 || letter[..at].ends_with(b"\r\n")) {
            sent.push(b'.');
        }
        sent.push(*byte);
    }
    sent.extend_from_slice(b".\r\n");
    let length = sent.len();
    sent.extend_from_slice(b"QUIT\r\n");
    for size in at_once {
        assert_eq!(received(&sent, size).as_ref(), Some(&(letter.clone(), length)), "in pieces of {size}");
    }
}

fn mime(bytes: &[u8]) {
    let Ok(letter) = letter::read(bytes) else { return };
    bounded(&letter, bytes);
    let again = letter::read(bytes).expect("as before");
    assert_eq!(format!("{letter:?}"), format!("{again:?}"), "reading twice gives the same");
    for part in letter.texts() {
        assert!(part.depth == 0 && !part.attached && part.text().is_some());
        if let Body::Html { html: markup, .. } = &part.body {
            assert!(html::links(markup).len() <= 1_000);
        }
    }
    let _ = automatic::of(&letter.headers, "mark");
}

fn delivered(bytes: &[u8]) {
    let Ok(letter) = letter::read(bytes) else { return };
    let report = delivery::read(&letter);
    assert_eq!(report, delivery::read(&letter), "reading twice gives the same");
    let Some(report) = report else { return };
    assert!(report.recipients.len() <= delivery::MOST_RECIPIENTS);
    let shown = |text: &str| !text.chars().any(char::is_control);
    for one in &report.recipients {
        // Escapes of what is hidden, and the mark of a cut, come on top.
        assert!(one.diagnostic.chars().count() <= delivery::MOST_DIAGNOSTIC * 8 + 1 && shown(&one.diagnostic));
        assert!([&one.final_recipient, &one.original_recipient, &one.remote_mta].into_iter().flatten().all(|text| !text.is_empty() && shown(text)), "{one:?}");
        assert!(one.status.is_none_or(|status| delivery::Status::read(&status.to_string()) == Some(status)));
    }
}

fn signs(bytes: &[u8]) {
    let Ok(letter) = letter::read(bytes) else { return };
    let signs = MARKS.signs(&letter.headers, Some("ir@example.jp"));
    assert_eq!(signs, MARKS.signs(&letter.headers, Some("ir@example.jp")), "reading twice gives the same");
    assert!(signs.recipients.len() <= 100 && signs.tokens.len() <= 10 && signs.references.len() <= 50 && signs.tags.len() <= 10);
    for address in signs.recipients.iter().chain([&signs.from]).filter(|address| !address.is_empty()) {
        assert_eq!(threading::address(address), *address, "a folded address is folded");
        assert!(!threading::looks_like(address, address));
    }
    for tag in &signs.tags {
        assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{tag}");
        let tagged = MARKS.tagged(tag, &letter.headers.subject);
        assert_eq!(tagged, letter.headers.subject, "a tag that is there is not repeated");
    }
    // Nobody makes a token without the key: those that are found are of the seed.
    assert!(signs.tokens.iter().all(|party| *party == 4711), "{:?}", signs.tokens);
}

fn sniffed(bytes: &[u8]) {
    // The label stands before the first line's end.
    let (label, text) = bytes.iter().position(|byte| *byte == b'\n').map_or((None, bytes), |end| (std::str::from_utf8(&bytes[..end]).ok(), &bytes[end + 1..]));
    for label in [label, None] {
        let found = charset::decode(text, label);
        assert_eq!(found, charset::decode(text, label), "reading twice gives the same");
        assert!(found.text.len() <= text.len() * 3 + 8, "{} bytes of {}", found.text.len(), text.len());
        assert!(label.is_some() || !found.mislabelled);
    }
    if let Ok(utf_8) = std::str::from_utf8(text).map(|text| text.strip_prefix('\u{feff}').unwrap_or(text))
        && !text.contains(&0x1b)
    {
        assert_eq!(charset::decode(text, None).text, utf_8, "UTF-8 without a label is read as what it is");
    }
    let word = words::text(bytes);
    assert!(word.len() <= bytes.len() * 3 + 64, "{} bytes of {}", word.len(), bytes.len());
}

fn uuencoded(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = uuencode::find(&text);
    assert_eq!(found, uuencode::find(&text), "reading twice gives the same");
    assert!(found.files.len() <= uuencode::MOST_FILES);
    assert!(found.files.iter().map(|file| file.bytes.len()).sum::<usize>() <= text.len() + (4 << 10));
    assert!(found.files.iter().all(|file| text.contains(&file.name)));
}

fn packed_by_outlook(bytes: &[u8]) {
    let found = tnef::read(bytes);
    assert_eq!(found, tnef::read(bytes), "reading twice gives the same");
    assert_eq!(found.is_some(), tnef::is_tnef(bytes));
    let Some(contents) = found else { return };
    assert!(contents.files.len() <= tnef::MOST_FILES);
    assert!(contents.files.iter().map(|file| file.bytes.len()).sum::<usize>() <= bytes.len());
    let texts = contents.plain.iter().chain(&contents.html).map(|text| text.text.len()).sum::<usize>();
    assert!(texts <= bytes.len() * 3 && contents.files.iter().flat_map(|file| &file.name).all(|name| name.len() <= 6_000));
    // As a part of a letter: what lies within it becomes parts.
    let letter = [b"From: a@example.jp\r\nContent-Type: application/ms-tnef\r\n\r\n", bytes].concat();
    if let Ok(read) = letter::read(&letter) {
        bounded(&read, &letter);
    }
}

fn unpacked(bytes: &[u8]) {
    const ROOM: usize = 1 << 20;
    let Ok(archive) = archive::unpack(bytes, ROOM) else { return };
    assert!(archive.files.len() <= archive::MOST_FILES);
    assert!(archive.files.iter().map(|file| file.bytes.len()).sum::<usize>() <= ROOM);
    assert!(archive.files.iter().all(|file| harmless(&file.name)));
}

fn mailbox(bytes: &[u8]) {
    let letters: Vec<Vec<u8>> = mbox::Letters::new(bytes).map(|letter| letter.expect("reading from memory does not fail")).collect();
    assert!(letters.iter().map(Vec::len).sum::<usize>() <= bytes.len(), "nothing is made up");
    assert!(letters.iter().all(|letter| !letter.is_empty()));
}

fn armour(bytes: &[u8]) {
    let mut end = 0;
    for block in openpgp::read_inline(bytes) {
        assert!(block.range.start == end && block.range.end > end, "in order, without gaps");
        end = block.range.end;
        let inside = &bytes[block.range];
        match block.kind {
            openpgp::Kind::Signed => {
                let judged = openpgp::verify_cleartext(inside, &[TEAM.certificate().clone()], AT);
                assert!(!judged.signatures.is_empty(), "a signed text has a judgement");
                let good = judged.signatures.iter().any(|state| matches!(state, SignatureState::Good { .. }));
                assert!(!good || SIGNED.windows(judged.text.len().max(1)).any(|part| part == judged.text), "nobody signs without the key");
            }
            openpgp::Kind::Message => drop(openpgp::recipients(inside)),
            _ => {}
        }
    }
    assert_eq!(end, bytes.len(), "all of the text");
    for certificate in openpgp::parse_keyring(bytes).unwrap_or_default().into_iter().flatten() {
        let again = Certificate::parse(&certificate.to_bytes().expect("written")).expect("what was written is read");
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        let _ = (certificate.user_ids(AT), certificate.expiry(AT), certificate.revoked(AT), certificate.cleaned());
    }
    let _ = openpgp::issuers(bytes);
}

fn opened(bytes: &[u8]) {
    let opened = sealed::open(bytes, &RING, AT);
    let again = sealed::open(bytes, &RING, AT);
    assert_eq!(format!("{:?}", opened.seal), format!("{:?}", again.seal), "opening twice gives the same");
    assert!(opened.raw.len() <= bytes.len() * 2 + (1 << 20), "{} bytes of {}", opened.raw.len(), bytes.len());
    let good = opened.seal.signatures.iter().any(|one| matches!(one.state, SignatureState::Good { .. }));
    let Ok(letter) = letter::read(&opened.raw) else { return };
    bounded(&letter, &opened.raw);
    // Nobody signs without the key: what a good signature covers is what the team signed.
    let text = |part: &letter::Part| part.bytes().is_some_and(|bytes| bytes.windows(6).any(|found| found == b"signed"));
    assert!(!good || letter.parts.iter().any(text), "{}", String::from_utf8_lossy(&opened.raw));
}

fn built(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(4, '\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    let mut draft = Draft::new(Mailbox { name: next(), address: "csirt@example.jp".into() }, "1@example.jp", AT, zone);
    draft.to = vec![Mailbox { name: String::new(), address: next() }];
    draft.subject = next();
    draft.body = next();
    draft.in_reply_to = Some(draft.subject.clone());
    draft.attachments = vec![Attachment { name: draft.subject.clone(), media_type: "application/octet-stream".into(), bytes: bytes.to_vec() }];
    let Ok(built) = build::build(&draft) else { return };
    let wire = built.bytes();
    assert!(wire.is_ascii() && wire.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "lines that any server takes");
    let ends = wire.windows(2).filter(|two| *two == b"\r\n").count();
    assert!(wire.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() == 2 * ends && !wire.contains(&0), "each line ends in CR LF");
    let letter = letter::read(&wire).expect("what we write, we read");
    bounded(&letter, &wire);
    let mut names: Vec<String> = letter.headers.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    let known = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "auto-submitted",
        "content-language",
        "x-noroshi-loop",
    ];
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each field once");
    assert_eq!((letter.headers.from.len(), letter.headers.to.len(), built.recipients().len()), (1, 1, 1));
    let file = letter.parts.iter().find(|part| part.attached).and_then(|part| part.bytes());
    assert_eq!(file, Some(bytes), "a file arrives as it was");
}

fn letters() -> Vec<Vec<u8>> {
    let mut all = reports();
    all.extend(replies());
    all.extend([
        b"From: =?ISO-2022-JP?B?GyRCTmM8KBsoQg==?= <a@example.jp>\r\nSubject: =?utf-8?Q?=E5=A0=B1=E5=91=8A?=\r\nDate: Tue, 19 Jan 2016 10:12:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$BJs9p\x1b(B hxxp://192.0.2.7/\r\nbegin 644 note.txt\r\n%:&5L;&\\`\r\n`\r\nend\r\n".to_vec(),
        b"From a@example.jp Tue Jan 19 10:12:00 2016\nFrom: a@example.jp\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\n\n--c\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGEgaHJlZj0iaHR0cDovL2EuZXhhbXBsZS50ZXN0LyI+eDwvYT4=\n--c--\n--b\nContent-Type: message/rfc822\n\nFrom: b@example.jp\nSubject: inner\nContent-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: deeper\n\nx\n--d--\n--b\nContent-Type: application/zip; name*=utf-8''%E5%A0%B1.zip\nContent-Disposition: attachment; filename=\"../a.zip\"\nContent-Transfer-Encoding: base64\n\nUEsDBA==\n--b--\n".to_vec(),
    ]);
    all
}

fn reports() -> Vec<Vec<u8>> {
    vec![
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: csirt@example.jp\r\nSubject: Undelivered Mail\r\nIn-Reply-To: <1@example.jp>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\nOriginal-Envelope-Id: x\r\n\r\nFinal-Recipient: rfc822; a@example.net\r\nOriginal-Recipient: rfc822;b@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\nFinal-Recipient: rfc822; c@example.net\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: csirt@example.jp\r\nMessage-ID: <1@example.jp>\r\n\r\nx\r\n--b--\r\n".to_vec(),
        b"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<a@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <csirt@example.jp>\nFrom: csirt@example.jp\nMessage-ID: <1@example.jp>\n\nx\n".to_vec(),
    ]
}

fn replies() -> Vec<Vec<u8>> {
    let token = MARKS.reply_address("ir@example.jp", 4711);
    let subject = MARKS.tagged("2013-04412", "Re: hello");
    vec![
        format!("From: \"a b\" <A.B+c@Example.JP>\r\nTo: Desk <{token}>, c@例え.example\r\nCc: group: d@example.net, e@example.net;\r\nSubject: {subject}\r\nMessage-ID: <2@example.net>\r\nIn-Reply-To: <1@example.jp>\r\nReferences: <0@example.jp> <1@example.jp>\r\nDelivered-To: ir@example.jp\r\n\r\n> hello\r\n").into_bytes(),
        "From: \u{430}lice@example.jp\r\nSubject: ［EXAMPLE-CSIRT ＃K7M2-9QPD］ [EXAMPLE-CSIRT #2013-04412]\r\nAuto-Submitted: auto-replied\r\n\r\nx\r\n".as_bytes().to_vec(),
        // Their folded forms were not settled once.
        b"From: <Ac@.\r\nTo: d@example.jp>.\r\nCc: group: e@example.net>.,\r\n\r\nx\r\n".to_vec(),
        "From: a@example.jp\nTo: d@exam\0\u{7f}e.jp>.\r\u{feff}\n\nx\n".as_bytes().to_vec(),
    ]
}

fn encoded() -> Vec<Vec<u8>> {
    vec![
        b"iso-2022-jp\n\x1b$B3ZE7\x1b(B and \x1b(I123\x1b(B".to_vec(),
        b"shift_jis\n\x8ay\x93V\x83J\x81[\x83h".to_vec(),
        b"euc-jp\n\xb3\xda\xc5\xb7\xa4\xab\xa1\xbc\xa5\xc9".to_vec(),
        b"utf-7\nHi +AGEAYg-".to_vec(),
        b"iso-8859-1\nForma\xe7\xe3o e Ver\xe3o".to_vec(),
        "utf-8\n楽天カードを騙る詐欺サイト".as_bytes().to_vec(),
        b"=?utf-8?B?5aCx5ZGK?= =?ISO-2022-JP?B?GyRCSnM5cBsoQg==?=\n=?x?Q?=00?=".to_vec(),
        b"gb18030\n\x84\x31\xa4\x37".to_vec(),
    ]
}

fn uuencodes() -> Vec<Vec<u8>> {
    vec![b"See below.\nbegin 644 note.txt\n%:&5L;&\\`\n`\nend\nand\nbegin 600 a b\n`\nend\n".to_vec(), b"begin 644 x\r\n#86)C\r\nM86)C".to_vec()]
}

fn packets() -> Vec<Vec<u8>> {
    let properties =
        [(packed::BODY, packed::utf16("本文 192.0.2.7")), (packed::CODE_PAGE, 65001_u32.to_le_bytes().to_vec()), (packed::HTML, b"<p>x</p>".to_vec())];
    let named = [(packed::LONG_NAME, packed::utf16("../報告.csv")), (packed::MIME_TAG, b"text/csv\0".to_vec())];
    let inner = packed::file(
        932,
        &[packed::body(b"\x95\xf1\x8d\x90"), packed::of_letter(&[(packed::RTF, vec![1])]), packed::attachment(b"A.CSV", Some(b"a,b\n"), &named)],
    );
    let object = [&packed::LETTER[..], &inner].concat();
    vec![packed::file(1252, &[packed::of_letter(&properties), packed::attachment(b"", None, &[(packed::OBJECT, object)])]), inner]
}

/// Archives without compression: their bytes are written here.
fn archives() -> Vec<Vec<u8>> {
    let stored = |files: &[(&str, &[u8])]| {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            let crc = bytes
                .iter()
                .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }));
            let (size, length) = (u32::try_from(bytes.len()).expect("small").to_le_bytes(), u16::try_from(name.len()).expect("short").to_le_bytes());
            let fields = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &(!crc).to_le_bytes(), &size, &size, &length, &[0, 0]].concat();
            directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &u32::try_from(out.len()).expect("small").to_le_bytes(), name.as_bytes()].concat());
            out.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), bytes].concat());
        }
        let count = u16::try_from(files.len()).expect("few").to_le_bytes();
        let (size, start) = (u32::try_from(directory.len()).expect("small").to_le_bytes(), u32::try_from(out.len()).expect("small").to_le_bytes());
        [out, directory, [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &start, &[0, 0]].concat()].concat()
    };
    let one = stored(&[("a/../b.csv", b"timestamp,ip\n1,2\n"), ("c.txt", b"")]);
    assert_eq!(archive::unpack(&one, 100).map(|archive| archive.files.len()).ok(), Some(2), "the seed is an archive");
    vec![stored(&[("inner.zip", &one)]), one, stored(&[])]
}

fn mailboxes() -> Vec<Vec<u8>> {
    vec![b"From a@example.jp Tue Jan 19 10:12:00 2016\nFrom: a@example.jp\n\n>From x\n\nFrom b@example.jp Tue Jan 19 10:12:01 2016\r\nFrom: b@example.jp\r\n\r\ny\r\n".to_vec(), b"From: a\n\nx\n".to_vec()]
}

fn transmissions() -> Vec<Vec<u8>> {
    vec![
        b"From: a@example.jp\r\n\r\n..hidden\r\n.\r\nQUIT\r\n".to_vec(),
        b"a\r\n.\nb\r\n.\r\r\nc\n.\r\n\r.\r\n".to_vec(),
        b".\r\n".to_vec(),
        b"\r\n.\r\n".to_vec(),
    ]
}

/// What the team has signed in the clear, as it is signed.
const SIGNED: &[u8] = b"words that are signed\r\n- with a dash\r\n";

fn armoured() -> Vec<Vec<u8>> {
    let clear = openpgp::sign_cleartext(SIGNED, &TEAM, AT).expect("signed");
    let secret = openpgp::encrypt(b"secret\r\n", &[TEAM.certificate()], Some(&TEAM), AT).expect("encrypted");
    let certificate = TEAM.certificate().armoured().expect("armoured");
    let detached = openpgp::sign_detached(b"x", &TEAM, AT).expect("signed");
    vec![
        [b"before\r\n", &clear[..], b"after\r\n"].concat(),
        secret.into_bytes(),
        certificate.into_bytes(),
        TEAM.certificate().to_bytes().expect("bytes"),
        format!("{detached:?}").into_bytes(),
    ]
}

fn sealed_letters() -> Vec<Vec<u8>> {
    let zone = || Zone::named("Asia/Tokyo").expect("a zone");
    let mut draft = Draft::new(Mailbox { name: "Example CSIRT".into(), address: "csirt@example.jp".into() }, "1@example.jp", AT, zone());
    draft.to = vec![Mailbox { name: String::new(), address: "ir@example.jp".into() }];
    draft.subject = "signed".into();
    draft.body = "words that are signed\n".into();
    let built = build::build(&draft).expect("a letter");
    let inline = openpgp::sign_cleartext(SIGNED, &TEAM, AT).expect("signed");
    vec![
        built.signed(&TEAM, AT).expect("signed"),
        built.encrypted(&[TEAM.certificate()], Some(&TEAM), build::Subject::Hidden, AT).expect("encrypted"),
        [b"From: csirt@example.jp\r\nContent-Type: text/plain\r\n\r\nbefore\r\n", &inline[..], b"after\r\n"].concat(),
        [b"From: csirt@example.jp\r\nContent-Type: application/pgp-keys\r\n\r\n", TEAM.certificate().armoured().expect("armoured").as_bytes()].concat(),
    ]
}

fn drafts() -> Vec<Vec<u8>> {
    vec![
        "例示 CSIRT\nabuse@example.jp\n閉鎖のお願い\nhxxp://192.0.2.7/ をご確認ください。\n".as_bytes().to_vec(),
        b"a, \"b\"\n\"x y\"@example.jp\nRe: =?utf-8?Q?x?=\r\nBcc: c@example.jp\n.\r\nFrom x\r-- \n\0".to_vec(),
        "\n<a@例え.example>\nlong long long\n㈱ ～ \u{202e} 𠮷\n".as_bytes().to_vec(),
    ]
}
