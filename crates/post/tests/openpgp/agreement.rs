//! What we make GnuPG takes, and the other way round.

use crate::{
    gnupg::{AT, Gpg, texts},
    judgement::revoke,
};
use noroshi_kernel::moment::Moment;
use noroshi_post::openpgp::{
    Certificate, Limits, Purpose, SignatureState, TeamKey, crlf, decrypt, encrypt, parse_keyring, sign_cleartext, sign_detached, verify_cleartext,
    verify_detached, verify_signed_part,
};
use pgp::{
    composed::{Deserializable as _, EncryptionCaps, KeyType, MessageBuilder, SecretKeyParamsBuilder, SignedPublicKey, SubkeyParamsBuilder},
    crypto::{
        aead::{AeadAlgorithm, ChunkSize},
        sym::SymmetricKeyAlgorithm,
    },
    types::{KeyVersion, Timestamp},
};

fn ours() -> TeamKey {
    TeamKey::generate("Example CSIRT <csirt@example.jp>", AT).unwrap()
}

fn good(states: &[SignatureState]) {
    assert!(states.len() == 1 && states[0].is_good(), "{states:?}");
}

#[test]
fn gnupg_believes_our_signatures() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    gpg.import(&key.certificate().armoured().unwrap());
    let valid = format!("VALIDSIG {}", key.certificate().fingerprint());
    for (number, text) in texts().iter().enumerate() {
        let signed = sign_cleartext(text, &key, AT).unwrap();
        let ran = gpg.try_run(&["--verify"], &signed);
        assert!(ran.ok && ran.said.contains(&valid), "text {number}: {}\n{}", ran.said, String::from_utf8_lossy(&signed));
        good(&verify_cleartext(&signed, &[key.certificate().clone()], AT).signatures);

        let detached = sign_detached(text, &key, AT).unwrap();
        assert_eq!(detached.micalg, "pgp-sha512");
        let (signature, data) = (gpg.write("sig", detached.armoured.as_bytes()), gpg.write("data", text));
        let ran = gpg.try_run(&["--verify", &signature, &data], b"");
        assert!(ran.ok && ran.said.contains(&valid), "text {number}: {}", ran.said);
        good(&verify_detached(text, detached.armoured.as_bytes(), &[key.certificate().clone()], AT));
    }
}

#[test]
fn we_believe_signatures_of_gnupg() {
    let Some(gpg) = Gpg::new() else { return };
    for (name, algorithm) in [("ed@example.jp", "ed25519"), ("rsa@example.jp", "rsa2048"), ("p256@example.jp", "nistp256")] {
        gpg.key(name, algorithm, "1y");
        let cert = [Certificate::parse(&gpg.export(name)).unwrap()];
        for (number, text) in texts().iter().enumerate() {
            let signed = gpg.run(&["-u", name, "--clearsign"], text);
            let read = verify_cleartext(&signed, &cert, AT);
            assert!(read.signatures[0].is_good(), "{name}, text {number}: {:?}\n{}", read.signatures, String::from_utf8_lossy(&signed));
            good(&verify_detached(text, &gpg.run(&["-u", name, "--detach-sign"], text), &cert, AT));
            good(&verify_detached(text, &gpg.run(&["-u", name, "--armor", "--detach-sign"], text), &cert, AT));
        }
    }
}

#[test]
fn a_subkey_of_gnupg_signs() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.run(&["--quick-generate-key", "sub@example.jp", "ed25519", "cert", "1y"], b"");
    let primary = gpg.fingerprint("sub@example.jp");
    gpg.run(&["--quick-add-key", &primary, "ed25519", "sign", "1y"], b"");
    gpg.run(&["--quick-add-key", &primary, "cv25519", "encr", "1y"], b"");
    let cert = Certificate::parse(&gpg.export("sub@example.jp")).unwrap();
    assert_eq!(cert.key_ids().len(), 3);
    assert_ne!(cert.usable(Purpose::Signing, AT).unwrap(), cert.fingerprint());
    let states = verify_detached(b"data", &gpg.run(&["--detach-sign"], b"data"), std::slice::from_ref(&cert), AT);
    assert_eq!(states, [SignatureState::Good { fingerprint: cert.fingerprint(), signed_at: AT }]);
    assert_eq!(cert.fingerprint().as_str(), primary);
}

#[test]
fn gnupg_opens_what_we_encrypt() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    gpg.import(&key.certificate().armoured().unwrap());
    for (name, algorithm) in [("ed@example.jp", "future-default"), ("rsa@example.jp", "rsa2048")] {
        gpg.run(&["--quick-generate-key", name, algorithm, "default", "1y"], b"");
        gpg.run(&["--quick-add-key", &gpg.fingerprint(name), if algorithm == "rsa2048" { "rsa2048" } else { "cv25519" }, "encr", "1y"], b"");
        let cert = Certificate::parse(&gpg.export(name)).unwrap();
        for text in texts() {
            let sealed = encrypt(&text, &[&cert, key.certificate()], Some(&key), AT).unwrap();
            let ran = gpg.try_run(&["--decrypt"], sealed.as_bytes());
            assert!(ran.ok && ran.said.contains("GOODSIG") && ran.said.contains("GOODMDC"), "{}", ran.said);
            assert_eq!(ran.out, text);
        }
        let sealed = encrypt(b"unsigned", &[&cert], None, AT).unwrap();
        assert_eq!(gpg.run(&["--decrypt"], sealed.as_bytes()), b"unsigned");
    }
}

#[test]
fn we_open_what_gnupg_encrypts() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    gpg.import(&key.certificate().armoured().unwrap());
    gpg.key("ed@example.jp", "ed25519", "1y");
    let certs = [Certificate::parse(&gpg.export("ed@example.jp")).unwrap()];
    for extra in [&["--armor"][..], &["--throw-keyids"], &["--compress-algo", "bzip2"], &["--compress-algo", "zip"], &["-z", "0"]] {
        for text in texts() {
            let args = [&["-r", "csirt@example.jp", "-u", "ed@example.jp", "--sign", "--encrypt"], extra].concat();
            let opened = decrypt(&gpg.run(&args, &text), &[&key], &certs, AT, &Limits::default()).unwrap();
            assert_eq!((opened.content, opened.encrypted), (text, true), "{extra:?}");
            good(&opened.signatures);
        }
    }
    let plain = decrypt(&gpg.run(&["-r", "csirt@example.jp", "--encrypt"], b"only"), &[&key], &certs, AT, &Limits::default()).unwrap();
    assert!(plain.encrypted && plain.signatures.is_empty() && plain.content == b"only");
    let signed = decrypt(&gpg.run(&["-u", "ed@example.jp", "--armor", "--sign"], b"only"), &[], &certs, AT, &Limits::default()).unwrap();
    assert!(!signed.encrypted && signed.content == b"only");
    good(&signed.signatures);
}

#[test]
fn keys_travel_both_ways() {
    let Some(gpg) = Gpg::new() else { return };
    let key = ours();
    let exported = key.export(Some("correct horse")).unwrap();
    let ran = gpg.try_run(&["--passphrase", "correct horse", "--import"], exported.as_bytes());
    assert!(ran.ok, "{}", ran.said);
    let signature = gpg.run(&["--passphrase", "correct horse", "--detach-sign"], b"data");
    good(&verify_detached(b"data", &signature, &[key.certificate().clone()], AT));
    assert_eq!(TeamKey::import(exported.as_bytes(), Some("wrong")).unwrap_err().key, "pgp-passphrase");
    assert_eq!(TeamKey::import(exported.as_bytes(), None).unwrap_err().key, "pgp-passphrase");
    let back = TeamKey::import(exported.as_bytes(), Some("correct horse")).unwrap();
    assert_eq!(back.certificate().fingerprint(), key.certificate().fingerprint());
    assert!(TeamKey::import(key.export(None).unwrap().as_bytes(), None).is_ok());

    let other = Gpg::new().unwrap();
    other.run(&["--quick-generate-key", "rsa@example.jp", "rsa2048", "default", "1y"], b"");
    other.run(&["--quick-add-key", &other.fingerprint("rsa@example.jp"), "rsa2048", "encr", "1y"], b"");
    let secret = other.run(&["--export-secret-keys", "rsa@example.jp"], b"");
    let team = TeamKey::import(&secret, None).unwrap();
    let opened = decrypt(&other.run(&["-r", "rsa@example.jp", "--encrypt"], b"to rsa"), &[&team], &[], AT, &Limits::default()).unwrap();
    assert_eq!(opened.content, b"to rsa");
    let detached = sign_detached(b"by rsa", &team, AT).unwrap();
    let (signature, data) = (other.write("sig", detached.armoured.as_bytes()), other.write("data", b"by rsa"));
    other.run(&["--verify", &signature, &data], b"");
    assert_eq!(Certificate::parse(&secret).unwrap_err().key, "pgp-secret-key");
}

#[test]
fn a_signed_part_keeps_its_signature_when_line_ends_changed() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.key("ed@example.jp", "ed25519", "1y");
    let certs = [Certificate::parse(&gpg.export("ed@example.jp")).unwrap()];
    let part = "Content-Type: text/plain; charset=utf-8\r\n\r\nこんにちは。\r\n".as_bytes();
    let stored = b"Content-Type: text/plain; charset=utf-8\n\n".iter().copied().chain("こんにちは。\n".bytes()).collect::<Vec<_>>();
    assert_eq!(crlf(&stored), part);
    let signature = gpg.run(&["--armor", "--detach-sign"], part);
    good(&verify_signed_part(&stored, &signature, &certs, AT));
    assert!(!verify_detached(&stored, &signature, &certs, AT)[0].is_good());
    let of_text = gpg.run(&["--armor", "--textmode", "--detach-sign"], &stored);
    good(&verify_signed_part(&stored, &of_text, &certs, AT));
    good(&verify_detached(&stored, &of_text, &certs, AT));
}

#[test]
fn keys_of_version_6_sign_and_open() {
    // GnuPG 2.2 has none. The crate dates the key's own signatures by the clock, so this plays in 2100.
    let at = Moment(4_102_444_800_000_000);
    let mut subkey = SubkeyParamsBuilder::default();
    subkey.version(KeyVersion::V6).key_type(KeyType::X25519).can_encrypt(EncryptionCaps::All);
    let mut params = SecretKeyParamsBuilder::default();
    params.version(KeyVersion::V6).key_type(KeyType::Ed25519).can_sign(true).can_certify(true).feature_seipd_v2(true);
    params.primary_user_id("Example <a@example.jp>".into()).subkey(subkey.build().unwrap()).created_at(Timestamp::from_secs(1_705_320_000));
    let secret = params.build().unwrap().generate(rand::rngs::OsRng).unwrap().to_armored_string(Default::default()).unwrap();
    let key = TeamKey::import(secret.as_bytes(), None).unwrap();
    let certs = [key.certificate().clone()];
    assert_eq!(certs[0].fingerprint().as_str().len(), 64);
    good(&verify_detached(b"data", sign_detached(b"data", &key, at).unwrap().armoured.as_bytes(), &certs, at));
    good(&verify_cleartext(&sign_cleartext(b"text", &key, at).unwrap(), &certs, at).signatures);
    assert_eq!(
        verify_detached(b"data", sign_detached(b"data", &key, at).unwrap().armoured.as_bytes(), &[], at),
        [SignatureState::UnknownKey { key_id: certs[0].key_ids()[0].clone() }]
    );
    let opened = decrypt(encrypt(b"six", &[&certs[0]], Some(&key), at).unwrap().as_bytes(), &[&key], &certs, at, &Limits::default()).unwrap();
    assert_eq!(opened.content, b"six");
    good(&opened.signatures);

    let mut sealed =
        MessageBuilder::from_bytes("", &b"aead"[..]).seipd_v2(rand::rngs::OsRng, SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb, ChunkSize::default());
    let public = SignedPublicKey::from_string(&certs[0].armoured().unwrap()).unwrap().0;
    sealed.encrypt_to_key(rand::rngs::OsRng, &public.public_subkeys[0].key).unwrap();
    let sealed = sealed.to_vec(rand::rngs::OsRng).unwrap();
    assert_eq!(decrypt(&sealed, &[&key], &certs, at, &Limits::default()).unwrap().content, b"aead");
    let mut changed = sealed;
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(decrypt(&changed, &[&key], &certs, at, &Limits::default()).unwrap_err().key, "pgp-unopened");
}

#[test]
fn copies_of_a_certificate_become_one_whatever_their_order() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.key("Old <ed@example.jp>", "ed25519", "1d");
    let old = Certificate::parse(&gpg.export("ed@example.jp")).unwrap();
    let primary = gpg.fingerprint("ed@example.jp");
    gpg.run(&["--faked-system-time", "20240115T130000!", "--quick-set-expire", &primary, "2y"], b"");
    gpg.run(&["--faked-system-time", "20240115T130000!", "--quick-add-key", &primary, "cv25519", "encr", "1y"], b"");
    gpg.run(&["--faked-system-time", "20240115T130000!", "--quick-add-uid", &primary, "New <new@example.jp>"], b"");
    let new = Certificate::parse(&gpg.export("ed@example.jp")).unwrap();
    gpg.key("other@example.jp", "ed25519", "1y");
    gpg.run(&["--faked-system-time", "20240115T130000!", "-u", "other@example.jp", "--quick-sign-key", &primary], b"");
    let vouched = Certificate::parse(&gpg.export("ed@example.jp")).unwrap();
    assert!(vouched.to_bytes().unwrap().len() > new.to_bytes().unwrap().len());
    assert_eq!(vouched.cleaned().unwrap().to_bytes().unwrap().len(), new.cleaned().unwrap().to_bytes().unwrap().len(), "what others say is left out");
    let at = Moment(AT.0 + 100 * 24 * 3_600_000_000);
    for merged in [old.merged(&new), new.merged(&old), vouched.merged(&old), old.merged(&vouched)] {
        let merged = Certificate::parse(&merged.unwrap().to_bytes().unwrap()).unwrap();
        assert_eq!(merged.expiry(at), new.expiry(at));
        assert_eq!((merged.addresses(at).len(), merged.key_ids().len()), (2, 2));
        assert!(merged.usable(Purpose::Encryption, at).is_ok());
    }
    let other = Certificate::parse(&gpg.export("other@example.jp")).unwrap();
    assert_eq!(old.merged(&other).unwrap_err().key, "pgp-other-key");
    let ring = gpg.run(&["--export"], b"");
    let found = parse_keyring(&ring).unwrap();
    assert_eq!(found.iter().map(|one| one.as_ref().unwrap().fingerprint()).collect::<Vec<_>>(), [new.fingerprint(), other.fingerprint()]);
    assert_eq!(parse_keyring(&gpg.run(&["--armor", "--export"], b"")).unwrap().len(), 2);
}

#[test]
fn a_key_that_expires_expires_for_gnupg_too() {
    let Some(gpg) = Gpg::new() else { return };
    let until = Moment(AT.0 + 30 * 24 * 3_600_000_000);
    let key = TeamKey::generate_until("Example CSIRT <csirt@example.jp>", AT, Some(until)).unwrap();
    assert_eq!(key.certificate().expiry(AT), Some(until));
    assert!(key.certificate().usable(Purpose::Encryption, AT).is_ok() && key.certificate().usable(Purpose::Encryption, until).is_err());
    gpg.import(&key.certificate().armoured().unwrap());
    gpg.run(&["-r", "csirt@example.jp", "--encrypt"], b"x");
    let later = gpg.try_run(&["--faked-system-time", "20240301T000000!", "-r", "csirt@example.jp", "--encrypt"], b"x");
    assert!(!later.ok, "{}", later.said);
    assert_eq!(TeamKey::generate_until("a", AT, Some(AT)).unwrap_err().key, "pgp-expiry");
}

#[test]
fn neither_encrypts_to_a_key_that_ended() {
    let Some(gpg) = Gpg::new() else { return };
    let (later, day) = (AT.plus_days(30), "20240214T120000!");
    for (name, expire) in [("ended@example.jp", "2d"), ("revoked@example.jp", "1y")] {
        gpg.run(&["--quick-generate-key", name, "future-default", "default", expire], b"");
    }
    let ended = Certificate::parse(&gpg.export("ended@example.jp")).unwrap();
    let before = Certificate::parse(&gpg.export("revoked@example.jp")).unwrap();
    assert!(encrypt(b"x", &[&ended], None, AT).is_ok() && encrypt(b"x", &[&before], None, AT).is_ok());
    let revoked = revoke(&gpg, "revoked@example.jp", "1");
    for (name, cert, key) in [("ended@example.jp", &ended, "pgp-key-expired"), ("revoked@example.jp", &revoked, "pgp-key-revoked")] {
        let theirs = gpg.try_run(&["--faked-system-time", day, "-r", name, "--encrypt"], b"x");
        assert!(!theirs.ok && theirs.out.is_empty(), "{name}: {}", theirs.said);
        assert_eq!(encrypt(b"x", &[cert], None, later).unwrap_err().key, key);
    }
    // A short key GnuPG still takes; we do not.
    gpg.run(&["--quick-generate-key", "short@example.jp", "rsa1024", "default", "1y"], b"");
    gpg.run(&["--quick-add-key", &gpg.fingerprint("short@example.jp"), "rsa1024", "encr", "1y"], b"");
    gpg.run(&["-r", "short@example.jp", "--encrypt"], b"x");
    let short = Certificate::parse(&gpg.export("short@example.jp")).unwrap();
    assert_eq!(encrypt(b"x", &[&short], None, AT).unwrap_err().key, "pgp-key-weak");
}
