//! What is not believed, and why.

use crate::gnupg::{AT, Gpg, HOUR_US};
use noroshi_kernel::{language::Language, moment::Moment};
use noroshi_post::openpgp::{Certificate, KeyId, Purpose, SignatureState, TeamKey, policy, verify_cleartext, verify_detached};
use pgp::{
    composed::{Deserializable as _, SignedPublicKey, SignedPublicSubKey, SignedSecretKey},
    packet::{KeyFlags, SignatureConfig, SignatureType, Subpacket, SubpacketData},
    types::{KeyDetails as _, Password, Timestamp},
};

fn only(data: &[u8], signature: &[u8], cert: &Certificate, at: Moment) -> SignatureState {
    let states = verify_detached(data, signature, std::slice::from_ref(cert), at);
    assert_eq!(states.len(), 1, "{states:?}");
    let reason = states[0].reason();
    assert!(!reason.get(Language::Ja).is_ascii() && reason.get(Language::En).is_ascii(), "{reason:?}");
    states.into_iter().next().unwrap()
}

#[test]
fn changed_data_and_other_keys() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.key("a@example.jp", "ed25519", "1y");
    gpg.key("b@example.jp", "ed25519", "1y");
    let (a, b) = (Certificate::parse(&gpg.export("a@example.jp")).unwrap(), Certificate::parse(&gpg.export("b@example.jp")).unwrap());
    let signature = gpg.run(&["-u", "a@example.jp", "--armor", "--detach-sign"], b"data");
    assert_eq!(only(b"date", &signature, &a, AT), SignatureState::Bad { fingerprint: a.fingerprint() });
    assert_eq!(only(b"data", &signature, &b, AT), SignatureState::UnknownKey { key_id: a.key_ids()[0].clone() });
    assert!(verify_detached(b"data", &signature, &[b.clone(), a.clone()], AT)[0].is_good());
    assert_eq!(only(b"data", b"-----BEGIN PGP SIGNATURE-----\n\nwsBz\n-----END PGP SIGNATURE-----\n", &a, AT), SignatureState::Malformed);

    let both = gpg.run(&["-u", "a@example.jp", "-u", "b@example.jp", "--clearsign"], b"text\n");
    let read = verify_cleartext(&both, std::slice::from_ref(&a), AT);
    assert_eq!(read.text, b"text");
    assert!(read.signatures.contains(&SignatureState::Good { fingerprint: a.fingerprint(), signed_at: AT }));
    assert!(read.signatures.contains(&SignatureState::UnknownKey { key_id: b.key_ids()[0].clone() }));
    assert_eq!(a.key_ids()[0].to_string(), a.fingerprint().as_str()[24..]);
    let _: &KeyId = &a.key_ids()[0];
}

#[test]
fn an_expired_key() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.run(&["--quick-generate-key", "a@example.jp", "ed25519", "cert,sign", "2d"], b"");
    let short = Certificate::parse(&gpg.export("a@example.jp")).unwrap();
    let expired = Moment(AT.0 + 48 * HOUR_US);
    assert_eq!(short.expiry(AT), Some(expired));
    let in_time = gpg.run(&["--detach-sign"], b"data");
    gpg.run(&["--faked-system-time", "20240116T120000!", "--quick-set-expire", &gpg.fingerprint("a@example.jp"), "10y"], b"");
    let late = gpg.run(&["--faked-system-time", "20240120T120000!", "--detach-sign"], b"data");
    let later = AT.plus_days(30);
    let signed_at = AT.plus_days(5);
    assert_eq!(only(b"data", &late, &short, later), SignatureState::ExpiredKey { fingerprint: short.fingerprint(), signed_at, expired });
    // What was signed in time stays good, with the short certificate and with the renewed one, which is younger than the signature.
    assert!(only(b"data", &in_time, &short, later).is_good());
    let long = Certificate::parse(&gpg.export("a@example.jp")).unwrap();
    assert!(only(b"data", &late, &long, later).is_good());
    assert!(only(b"data", &in_time, &long, later).is_good());
    assert!(short.usable(Purpose::Signing, AT).is_ok());
    let why = short.usable(Purpose::Signing, later).unwrap_err();
    assert_eq!(why.key, "pgp-key-expired");
    assert!(why.get(Language::Ja).contains("2024-01-17"));
    // A clock that is far ahead, or a key from the future.
    let state = only(b"data", &late, &long, AT);
    assert_eq!(state, SignatureState::WrongTime { fingerprint: long.fingerprint(), signed_at });
    assert_eq!(long.usable(Purpose::Signing, AT.plus_days(-1)).unwrap_err().key, "pgp-key-not-yet");
}

pub(crate) fn revoke(gpg: &Gpg, name: &str, reason: &str) -> Certificate {
    // The reason is asked for; what GnuPG prepared beforehand gives none.
    let fingerprint = gpg.fingerprint(name);
    let answers = format!("y\n{reason}\n\ny\n");
    let args = ["--no-batch", "--command-fd", "0", "--faked-system-time", "20240120T120000!", "--gen-revoke", &fingerprint];
    let ran = gpg.try_run(&args, answers.as_bytes());
    assert!(!ran.out.is_empty(), "{}", ran.said);
    gpg.run(&["--faked-system-time", "20240120T120000!", "--import"], &ran.out);
    Certificate::parse(&gpg.export(name)).unwrap()
}

#[test]
fn a_revoked_key() {
    let Some(gpg) = Gpg::new() else { return };
    let revoked = AT.plus_days(5);
    for (name, reason, reaches_back) in [("a@example.jp", "1", true), ("b@example.jp", "2", false), ("c@example.jp", "0", true)] {
        gpg.key(name, "ed25519", "1y");
        let early = gpg.run(&["-u", name, "--detach-sign"], b"data");
        let late = gpg.run(&["-u", name, "--faked-system-time", "20240125T120000!", "--detach-sign"], b"data");
        let cert = revoke(&gpg, name, reason);
        let later = AT.plus_days(30);
        assert_eq!(cert.revoked(later), Some(revoked));
        let state = |signed_at| SignatureState::RevokedKey { fingerprint: cert.fingerprint(), signed_at, revoked };
        assert_eq!(only(b"data", &late, &cert, later), state(AT.plus_days(10)), "{name}");
        if reaches_back {
            assert_eq!(only(b"data", &early, &cert, later), state(AT), "{name}");
        } else {
            assert!(only(b"data", &early, &cert, later).is_good(), "{name}");
            assert_eq!(cert.revoked(AT), None);
        }
        assert_eq!(cert.usable(Purpose::Signing, later).unwrap_err().key, "pgp-key-revoked");
        assert_eq!(only(b"date", &late, &cert, later), SignatureState::Bad { fingerprint: cert.fingerprint() });
    }
}

#[test]
fn weak_digests() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.key("a@example.jp", "rsa2048", "1y");
    let cert = Certificate::parse(&gpg.export("a@example.jp")).unwrap();
    for (digest, name) in [("SHA1", "SHA1"), ("RIPEMD160", "RIPEMD160")] {
        let signature = gpg.run(&["--digest-algo", digest, "--allow-weak-digest-algos", "--detach-sign"], b"data");
        let weak = SignatureState::WeakDigest { fingerprint: cert.fingerprint(), digest: name.into() };
        assert_eq!(only(b"data", &signature, &cert, AT), weak);
        assert!(weak.reason().get(Language::En).contains(name));
        assert_eq!(only(b"date", &signature, &cert, AT), SignatureState::Bad { fingerprint: cert.fingerprint() });
    }
    for digest in ["SHA256", "SHA384", "SHA512", "SHA224"] {
        assert!(only(b"data", &gpg.run(&["--digest-algo", digest, "--detach-sign"], b"data"), &cert, AT).is_good(), "{digest}");
    }
}

#[test]
fn a_self_signature_with_sha1_holds_until_2023() {
    let Some(gpg) = Gpg::new() else { return };
    gpg.run(
        &["--faked-system-time", "20120115T120000!", "--cert-digest-algo", "SHA1", "--quick-generate-key", "a@example.jp", "rsa2048", "cert,sign", "0"],
        b"",
    );
    let cert = Certificate::parse(&gpg.export("a@example.jp")).unwrap();
    let signature = gpg.run(&["--faked-system-time", "20120116T120000!", "--digest-algo", "SHA1", "--detach-sign"], b"data");
    assert!(only(b"data", &signature, &cert, Moment(policy::COLLISIONS.0 - 1)).is_good());
    assert!(matches!(only(b"data", &signature, &cert, policy::COLLISIONS), SignatureState::WeakDigest { .. }));
    let strong = gpg.run(&["--faked-system-time", "20120116T120000!", "--digest-algo", "SHA256", "--detach-sign"], b"data");
    assert!(only(b"data", &strong, &cert, Moment(policy::SECOND_PREIMAGES.0 - 1)).is_good());
    assert_eq!(cert.user_ids(Moment(policy::SECOND_PREIMAGES.0 - 1)).len(), 1);
    assert!(matches!(only(b"data", &strong, &cert, AT), SignatureState::UnfitKey { .. }));
    assert_eq!(cert.usable(Purpose::Signing, AT).unwrap_err().key, "pgp-key-unbound");
}

#[test]
fn short_keys() {
    let Some(gpg) = Gpg::new() else { return };
    for (name, algorithm, shown) in [("rsa@example.jp", "rsa1024", "RSA 1024"), ("dsa@example.jp", "dsa1024", "DSA 1024")] {
        gpg.key(name, algorithm, "0");
        let cert = Certificate::parse(&gpg.export(name)).unwrap();
        assert_eq!((cert.algorithm().as_str(), cert.bits()), (shown, Some(1024)));
        let signature = gpg.run(&["-u", name, "--digest-algo", "SHA256", "--detach-sign"], b"data");
        assert_eq!(only(b"data", &signature, &cert, AT), SignatureState::WeakKey { fingerprint: cert.fingerprint(), algorithm: shown.into() });
        assert_eq!(cert.usable(Purpose::Signing, AT).unwrap_err().key, "pgp-key-weak");
        assert_eq!(only(b"date", &signature, &cert, AT), SignatureState::Bad { fingerprint: cert.fingerprint() });
    }
}

#[test]
fn a_subkey_that_does_not_agree() {
    // The victim's signing key, claimed by another key as its own subkey.
    let victim = SignedSecretKey::from_string(&TeamKey::generate("victim@example.jp", AT).unwrap().export(None).unwrap()).unwrap().0;
    let thief = SignedSecretKey::from_string(&TeamKey::generate("thief@example.jp", AT).unwrap().export(None).unwrap()).unwrap().0;
    let stolen = pgp::packet::PublicSubkey::from_inner(
        pgp::packet::PubKeyInner::new(
            victim.primary_key.version(),
            victim.primary_key.algorithm(),
            victim.primary_key.created_at(),
            None,
            victim.primary_key.public_params().clone(),
        )
        .unwrap(),
    )
    .unwrap();
    let mut usage = KeyFlags::default();
    usage.set_sign(true);
    let mut config = SignatureConfig::v4(SignatureType::SubkeyBinding, thief.primary_key.algorithm(), pgp::crypto::hash::HashAlgorithm::Sha256);
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(1_705_320_000))).unwrap(),
        Subpacket::regular(SubpacketData::IssuerFingerprint(thief.primary_key.fingerprint())).unwrap(),
        Subpacket::regular(SubpacketData::KeyFlags(usage)).unwrap(),
    ];
    let binding = config.sign_subkey_binding(&thief.primary_key, thief.primary_key.public_key(), &Password::empty(), &stolen).unwrap();
    let mut public: SignedPublicKey = thief.to_public_key();
    public.public_subkeys.push(SignedPublicSubKey::new(stolen, vec![binding]));
    let cert = Certificate::parse(public.to_armored_string(Default::default()).unwrap().as_bytes()).unwrap();

    let key = TeamKey::import(victim.to_armored_string(Default::default()).unwrap().as_bytes(), None).unwrap();
    let signature = noroshi_post::openpgp::sign_detached(b"data", &key, AT).unwrap();
    let state = only(b"data", signature.armoured.as_bytes(), &cert, AT);
    assert!(matches!(state, SignatureState::UnfitKey { .. }), "{state:?}");
    assert!(only(b"data", signature.armoured.as_bytes(), key.certificate(), AT).is_good());
}
