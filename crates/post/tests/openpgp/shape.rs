//! Certificates, texts with OpenPGP in them, and what is shown of secrets.

use crate::gnupg::{AT, Gpg, HOUR_US};
use noroshi_kernel::moment::Moment;
use noroshi_post::openpgp::{Certificate, Kind, Purpose, SignatureState, TeamKey, addresses, encrypt, read_inline, sign_cleartext, verify_cleartext};

#[test]
fn what_a_certificate_tells() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.run(&["--quick-generate-key", "例示 CSIRT (窓口) <csirt@example.jp>", "rsa2048", "default", "1y"], b"");
    let fingerprint = gpg.fingerprint("csirt@example.jp");
    // GnuPG dates what it does within one second a second later.
    let later = Moment(AT.0 + HOUR_US);
    gpg.run(&["--quick-add-uid", &fingerprint, "Old desk <old@example.jp>"], b"");
    gpg.run(&["--quick-revoke-uid", &fingerprint, "Old desk <old@example.jp>"], b"");
    gpg.run(&["--quick-add-uid", &fingerprint, "no address"], b"");
    for exported in [gpg.export("csirt@example.jp"), gpg.run(&["--export", "csirt@example.jp"], b"")] {
        let cert = Certificate::parse(&exported).unwrap();
        assert_eq!(cert.fingerprint().as_str(), fingerprint);
        assert_eq!(cert.fingerprint().grouped().split(' ').count(), 10);
        assert_eq!((cert.algorithm().as_str(), cert.bits(), cert.created()), ("RSA 2048", Some(2048), AT));
        assert_eq!(cert.expiry(AT), Some(AT.plus_days(365)));
        assert_eq!(cert.addresses(later), ["csirt@example.jp"]);
        assert_eq!(cert.user_ids(later).len(), 2);
        assert!(cert.usable(Purpose::Signing, AT).is_ok());
        assert_eq!(cert.usable(Purpose::Encryption, AT).unwrap_err().key, "pgp-key-purpose");
        assert_eq!(encrypt(b"data", &[&cert], None, AT).unwrap_err().key, "pgp-key-purpose");
        assert_eq!(Certificate::parse(cert.armoured().unwrap().as_bytes()).unwrap().fingerprint(), cert.fingerprint());
    }
    gpg.key("other@example.jp", "ed25519", "0");
    assert_eq!(Certificate::parse(&gpg.run(&["--export"], b"")).unwrap_err().key, "pgp-several");
    assert_eq!(Certificate::parse(&vec![b'a'; (1 << 20) + 1]).unwrap_err().key, "pgp-certificate-size");
    assert_eq!(Certificate::parse(b"hello").unwrap_err().key, "pgp-no-certificate");
    assert!(encrypt(b"data", &[], None, AT).is_err());
}

#[test]
fn addresses_in_user_ids() {
    assert_eq!(addresses("Example <a@example.jp>"), ["a@example.jp"]);
    assert_eq!(addresses("a@example.jp"), ["a@example.jp"]);
    for none in ["", "Example", "Example <>", "<a b@example.jp>", "a@b@example.jp", "x <a@example.jp\n>"] {
        assert!(addresses(none).is_empty(), "{none:?}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let key = TeamKey::generate("Example <a@example.jp>", AT).unwrap();
    assert_eq!(format!("{key:?}"), format!("TeamKey {{ fingerprint: \"{}\", .. }}", key.certificate().fingerprint()));
    for wrong in ["", "  ", "a\nb", &"x".repeat(201)] {
        assert_eq!(TeamKey::generate(wrong, AT).unwrap_err().key, "pgp-user-id");
    }
    assert!(TeamKey::generate("a@example.jp", AT.plus_days(-365 * 60)).is_err());
    assert!(key.export(Some("")).is_err());
}

#[test]
fn blocks_in_a_text() {
    let key = TeamKey::generate("Example <a@example.jp>", AT).unwrap();
    let certs = [key.certificate().clone()];
    let signed = sign_cleartext("本文\n".as_bytes(), &key, AT).unwrap();
    let sealed = encrypt(b"secret", &[&certs[0]], None, AT).unwrap();
    let public = certs[0].armoured().unwrap();
    let text = [&b"before\n"[..], &signed, b"between\n", sealed.as_bytes(), public.as_bytes(), b"> -----BEGIN PGP MESSAGE-----\nafter"].concat();
    let blocks = read_inline(&text);
    let kinds: Vec<Kind> = blocks.iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [Kind::Text, Kind::Signed, Kind::Text, Kind::Message, Kind::Certificate, Kind::Text]);
    let again: Vec<u8> = blocks.iter().flat_map(|block| text[block.range.clone()].to_vec()).collect();
    assert_eq!(again, text);
    let read = verify_cleartext(&text[blocks[1].range.clone()], &certs, AT);
    assert_eq!((read.text, read.signatures[0].is_good()), ("本文".as_bytes().to_vec(), true));

    let cut = read_inline(&text[..text.len() / 3]);
    assert_eq!(cut.last().unwrap().kind, Kind::Broken);
    let many = "-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----\n".repeat(1_000);
    assert_eq!(read_inline(many.as_bytes()).len(), 65);
}

#[test]
fn words_that_were_not_signed_are_not_passed_off_as_signed() {
    let key = TeamKey::generate("Example <a@example.jp>", AT).unwrap();
    let signed = String::from_utf8(sign_cleartext(b"pay 100 yen\n", &key, AT).unwrap()).unwrap();
    let judge = |block: &str| verify_cleartext(block.as_bytes(), &[key.certificate().clone()], AT).signatures;
    assert!(judge(&signed)[0].is_good());
    for (from, to) in [
        ("Hash: SHA512\r\n", "Hash: SHA512\r\nComment: pay 900 yen\r\n"),
        ("Hash: SHA512\r\n", "Hash: SHA512\r\npay 900 yen\r\n"),
        ("pay", "-pay"),
        ("-----END PGP SIGNATURE-----\r\n", "-----END PGP SIGNATURE-----\r\npay 900 yen\r\n"),
        ("-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP SIGNATURE----"),
        ("-----BEGIN PGP SIGNED", "pay 900 yen\r\n-----BEGIN PGP SIGNED"),
    ] {
        let forged = signed.replacen(from, to, 1);
        assert_ne!(forged, signed);
        assert_eq!(judge(&forged), [SignatureState::Malformed], "{forged}");
    }
    assert!(matches!(judge(&signed.replace("100", "900"))[0], SignatureState::Bad { .. }));
    assert!(judge(&signed.replace("yen", "yen \t"))[0].is_good());
}
