//! Letters that we seal, opened by GnuPG and by us.

use crate::gnupg::{AT, Gpg};
use noroshi_kernel::moment::Zone;
use noroshi_post::{
    build::{Attachment, Built, Charset, Draft, Subject, build},
    letter::{self, Mailbox},
    openpgp::{Certificate, Limits, TeamKey, decrypt, verify_signed_part},
};

/// Bodies that mail servers like to change on their way.
const BODIES: [&str; 4] = ["plain\n", "閉鎖をお願いします。\n-- \n例示 CSIRT\n", "trailing  \n\nFrom here\n.\n-----BEGIN PGP MESSAGE-----\n\n\n", ""];

fn ours() -> TeamKey {
    TeamKey::generate("Example CSIRT <csirt@example.jp>", AT).unwrap()
}

fn letters() -> Vec<(Draft, Built)> {
    let mailbox = |name: &str, address: &str| Mailbox { name: name.into(), address: address.into() };
    let mut drafts = Vec::new();
    for charset in [Charset::Utf8, Charset::Iso2022Jp] {
        for body in BODIES {
            for files in 0..2 {
                let mut draft = Draft::new(mailbox("例示 CSIRT", "csirt@example.jp"), "1@example.jp", AT, Zone::named("Asia/Tokyo").unwrap());
                draft.to = vec![mailbox("", "abuse@example.jp")];
                draft.subject = "閉鎖のお願い".into();
                (draft.charset, draft.body) = (charset, body.into());
                draft.attachments = vec![Attachment { name: "一覧.csv".into(), media_type: "text/csv".into(), bytes: b"a,b\n1, \n".to_vec() }; files];
                drafts.push(draft);
            }
        }
    }
    drafts.into_iter().map(|draft| (draft.clone(), build(&draft).unwrap())).collect()
}

/// The parts of the outermost multipart, as they stand.
fn parts(letter: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(letter).unwrap();
    let boundary = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let pieces: Vec<&str> = text.split(&format!("\r\n--{boundary}")).collect();
    assert_eq!(pieces.last(), Some(&"--\r\n"));
    pieces[1..pieces.len() - 1].iter().map(|part| part.strip_prefix("\r\n").unwrap().as_bytes().to_vec()).collect()
}

fn body(part: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(part).unwrap();
    &part[text.find("\r\n\r\n").unwrap() + 4..]
}

/// What the sender wrote, read from the letter or from what was sealed in it.
fn wrote(draft: &Draft, bytes: &[u8]) {
    let letter = letter::read(bytes).unwrap();
    let text: String = letter.texts().map(|part| part.text().unwrap().replace("\r\n", "\n")).collect();
    assert_eq!(text, if draft.body.is_empty() { "\n" } else { &draft.body });
    let files = letter.parts.iter().filter(|part| part.name.as_deref() == Some("一覧.csv")).map(|part| part.bytes().unwrap());
    assert_eq!(files.collect::<Vec<_>>(), draft.attachments.iter().map(|file| &file.bytes[..]).collect::<Vec<_>>());
}

/// Nothing that a mail server would change stands in a signed part (RFC 3156, section 5).
fn steady(part: &[u8]) {
    assert!(part.is_ascii() && !part.contains(&0));
    for line in std::str::from_utf8(part).unwrap().split("\r\n") {
        assert!(!line.ends_with([' ', '\t']) && !line.starts_with("From ") && line.len() <= 998 && !line.contains(['\r', '\n']), "{line:?}");
    }
}

#[test]
fn signed_letters_are_believed() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    gpg.import(&key.certificate().armoured().unwrap());
    let valid = format!("VALIDSIG {}", key.certificate().fingerprint());
    for (draft, built) in letters() {
        let sealed = built.signed(&key, AT).unwrap();
        let read = letter::read(&sealed).unwrap();
        assert!(read.oddities.is_empty(), "{:?}", read.oddities);
        assert_eq!((read.parts[0].media_type.as_str(), read.parts[0].kind.as_deref()), ("multipart/signed", Some("application/pgp-signature")));
        assert!(String::from_utf8_lossy(&sealed).contains("micalg=pgp-sha512;"));
        assert_eq!(read.headers.subject, draft.subject);
        wrote(&draft, &sealed);
        let parts = parts(&sealed);
        assert_eq!(parts.len(), 2);
        steady(&parts[0]);
        let (signature, data) = (gpg.write("sig", body(&parts[1])), gpg.write("data", &parts[0]));
        let ran = gpg.try_run(&["--verify", &signature, &data], b"");
        assert!(ran.ok && ran.said.contains(&valid), "{}\n{}", ran.said, String::from_utf8_lossy(&sealed));
        let states = verify_signed_part(&parts[0], body(&parts[1]), &[key.certificate().clone()], AT);
        assert!(states.len() == 1 && states[0].is_good());
        let mut changed = parts[0].clone();
        *changed.last_mut().unwrap() = b'x';
        assert!(!verify_signed_part(&changed, body(&parts[1]), &[key.certificate().clone()], AT)[0].is_good());
    }
}

#[test]
fn encrypted_letters_are_opened() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    gpg.import(&key.certificate().armoured().unwrap());
    gpg.run(&["--quick-generate-key", "them@example.jp", "future-default", "default", "1y"], b"");
    gpg.run(&["--quick-add-key", &gpg.fingerprint("them@example.jp"), "cv25519", "encr", "1y"], b"");
    let them = Certificate::parse(&gpg.export("them@example.jp")).unwrap();
    for (number, (draft, built)) in letters().into_iter().enumerate() {
        let signer = (number % 2 == 0).then_some(&key);
        let sealed = built.encrypted(&[&them, key.certificate()], signer, Subject::Shown, AT).unwrap();
        let read = letter::read(&sealed).unwrap();
        assert_eq!((read.parts[0].media_type.as_str(), read.parts[0].kind.as_deref()), ("multipart/encrypted", Some("application/pgp-encrypted")));
        assert_eq!(read.headers.subject, draft.subject);
        let parts = parts(&sealed);
        assert_eq!((parts.len(), body(&parts[0])), (2, &b"Version: 1\r\n"[..]));
        let ran = gpg.try_run(&["--decrypt"], body(&parts[1]));
        assert!(ran.ok && ran.said.contains("GOODSIG") == signer.is_some(), "{}", ran.said);
        steady(&ran.out);
        wrote(&draft, &ran.out);
        let opened = decrypt(body(&parts[1]), &[&key], &[key.certificate().clone()], AT, &Limits::default()).unwrap();
        assert_eq!(opened.content, ran.out);
        assert_eq!(opened.signatures.iter().filter(|state| state.is_good()).count(), usize::from(signer.is_some()));
    }
}

#[test]
fn a_hidden_subject_stands_within() {
    let key = ours();
    for (draft, built) in letters() {
        let sealed = built.encrypted(&[key.certificate()], Some(&key), Subject::Hidden, AT).unwrap();
        let outer = letter::read(&sealed).unwrap();
        assert_eq!((outer.headers.subject.as_str(), outer.headers.from[0].name.as_str()), ("[...]", "例示 CSIRT"));
        let opened = decrypt(body(&parts(&sealed)[1]), &[&key], &[], AT, &Limits::default()).unwrap();
        let within = letter::read(&opened.content).unwrap();
        assert_eq!((within.headers.subject.as_str(), within.headers.message_id.as_deref()), ("閉鎖のお願い", Some("1@example.jp")));
        assert_eq!(within.headers.from, outer.headers.from);
        let told: Vec<&str> = within.headers.all("HP-Outer").collect();
        assert!(told.contains(&"Subject: [...]") && told.contains(&"Message-ID: <1@example.jp>") && told.len() == 5, "{told:?}");
        assert!(within.headers.field("Content-Type").unwrap().contains("hp=\"cipher\"; protected-headers=\"v1\""));
        wrote(&draft, &opened.content);
    }
}

#[test]
fn a_recipient_that_cannot_be_encrypted_to_stops_the_letter() {
    let key = ours();
    let (_, built) = letters().remove(0);
    assert_eq!(built.encrypted(&[], Some(&key), Subject::Shown, AT).unwrap_err().key, "pgp-recipients");
}
