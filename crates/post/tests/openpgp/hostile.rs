//! Input that means harm.

use crate::gnupg::{AT, Gpg};
use noroshi_post::openpgp::{
    Certificate, Limits, SignatureState, TeamKey, decrypt, encrypt, read_inline, sign_cleartext, sign_detached, verify_cleartext, verify_detached,
};
use pgp::armor::Dearmor;
use proptest::prelude::*;
use std::{
    io::Read as _,
    sync::LazyLock,
    time::{Duration, Instant},
};

struct Samples {
    key: TeamKey,
    public: Vec<u8>,
    secret: Vec<u8>,
    clear: Vec<u8>,
    detached: Vec<u8>,
    sealed: Vec<u8>,
    bare: Vec<u8>,
}

fn bare(armoured: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Dearmor::new(armoured).read_to_end(&mut bytes).unwrap();
    bytes
}

static SAMPLES: LazyLock<Samples> = LazyLock::new(|| {
    let key = TeamKey::generate("Example <a@example.jp>", AT).unwrap();
    let sealed = encrypt(&vec![b'x'; 2_000], &[key.certificate()], Some(&key), AT).unwrap().into_bytes();
    Samples {
        bare: bare(&sealed),
        public: key.certificate().armoured().unwrap().into_bytes(),
        secret: key.export(Some("pass")).unwrap().into_bytes(),
        clear: sign_cleartext(b"text\n", &key, AT).unwrap(),
        detached: sign_detached(b"data", &key, AT).unwrap().armoured.into_bytes(),
        sealed,
        key,
    }
});

/// Everything that reads, on the same bytes.
fn all(bytes: &[u8]) {
    let samples = &*SAMPLES;
    let certs = [samples.key.certificate().clone()];
    let limits = Limits { most_bytes: 1 << 20, most_layers: 8 };
    let began = Instant::now();
    if let Ok(cert) = Certificate::parse(bytes) {
        let _ = (cert.usable(noroshi_post::openpgp::Purpose::Encryption, AT), cert.user_ids(AT), cert.expiry(AT), cert.algorithm());
        let _ = encrypt(b"data", &[&cert], None, AT);
        let _ = verify_detached(b"data", &samples.detached, &[cert], AT);
    }
    let _ = TeamKey::import(bytes, Some("pass"));
    assert!(!verify_detached(b"data", bytes, &certs, AT).is_empty());
    assert!(!verify_cleartext(bytes, &certs, AT).signatures.is_empty());
    let blocks = read_inline(bytes);
    assert_eq!(blocks.iter().map(|block| block.range.len()).sum::<usize>(), bytes.len());
    if let Ok(opened) = decrypt(bytes, &[&samples.key], &certs, AT, &limits) {
        assert!(opened.content.len() <= limits.most_bytes);
        let _ = opened.signatures.iter().map(SignatureState::reason).count();
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?} for {} bytes", began.elapsed(), bytes.len());
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let samples = &*SAMPLES;
    // Without armour, so that changes reach the packets, and with it.
    let open = samples.key.export(None).unwrap();
    let mut all: Vec<Vec<u8>> =
        [&samples.public, &samples.detached, &samples.sealed, &samples.secret, &open.into_bytes()].map(|armoured| bare(armoured)).into();
    all.extend([samples.public.clone(), samples.clear.clone(), samples.sealed.clone()]);
    let from = prop::sample::select(all);
    (from, prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6)).prop_map(|(bytes, changes)| {
        let mut bytes = bytes;
        for (place, byte, how) in changes {
            let place = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                0 if !bytes.is_empty() => bytes[place] = byte,
                1 => bytes.truncate(place),
                _ => bytes.insert(place, byte),
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        all(&bytes);
    }

    #[test]
    fn arbitrary_packets(packets in prop::collection::vec((0xC0_u8.., prop::collection::vec(any::<u8>(), 0..150)), 0..12)) {
        let bytes: Vec<u8> = packets.into_iter().flat_map(|(tag, body)| [vec![tag, body.len() as u8], body].concat()).collect();
        all(&bytes);
    }

    #[test]
    fn changed_material(bytes in mutated()) {
        all(&bytes);
    }
}

#[test]
fn a_changed_secret_key_does_not_panic() {
    let secret = &SAMPLES.secret;
    for place in (0..secret.len()).step_by(37) {
        let mut bytes = secret.clone();
        bytes[place] ^= 1;
        let _ = TeamKey::import(&bytes, Some("pass"));
    }
}

#[test]
fn whatever_fails_in_decryption_is_told_alike() {
    let samples = &*SAMPLES;
    let stranger = TeamKey::generate("Other <b@example.jp>", AT).unwrap();
    let fails = |bytes: &[u8], key: &TeamKey| decrypt(bytes, &[key], &[], AT, &Limits::default()).unwrap_err();
    let alike = fails(&samples.bare, &stranger);
    assert_eq!(alike.key, "pgp-unopened");
    // After the headers of both packets: the session key, the content, the integrity check.
    let session = usize::from(samples.bare[1]) + 2;
    for place in (22..session).chain((session + 4..samples.bare.len()).step_by(101)).chain([samples.bare.len() - 1]) {
        let mut bytes = samples.bare.clone();
        bytes[place] ^= 1;
        assert_eq!(fails(&bytes, &samples.key), alike, "byte {place}");
    }
    assert_eq!(decrypt(&samples.bare, &[], &[], AT, &Limits::default()).unwrap_err(), alike);
    // Nor may the content be cut.
    let sealed = &samples.bare[session..];
    assert_eq!(sealed[0], 0xD2);
}

#[test]
fn content_without_integrity_is_refused() {
    let samples = &*SAMPLES;
    let session = usize::from(samples.bare[1]) + 2;
    let old = [&samples.bare[..session], &[0xC9, 40], &[7; 40]].concat();
    assert_eq!(decrypt(&old, &[&samples.key], &[], AT, &Limits::default()).unwrap_err().key, "pgp-no-integrity");
}

#[test]
fn a_bomb_is_stopped() {
    let Some(gpg) = Gpg::new() else { return };
    let limits = Limits { most_bytes: 1 << 20, most_layers: 8 };
    let zeros = vec![0; 48 << 20];
    for algorithm in ["zlib", "zip", "bzip2"] {
        let bomb = gpg.run(&["--compress-algo", algorithm, "-z", "9", "--store"], &zeros);
        assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
        let began = Instant::now();
        assert_eq!(decrypt(&bomb, &[], &[], AT, &limits).unwrap_err().key, "pgp-message-size");
        assert!(began.elapsed() < Duration::from_secs(10), "{algorithm}: {:?}", began.elapsed());
    }
    assert_eq!(decrypt(&zeros, &[], &[], AT, &limits).unwrap_err().key, "pgp-message-size");
}

fn nested(layers: usize) -> Vec<u8> {
    let mut bytes = vec![0xCB, 8, b'b', 0, 0, 0, 0, 0, b'h', b'i'];
    for _ in 0..layers {
        // A compressed packet that is not compressed, of a length in four octets.
        let length = u32::try_from(bytes.len() + 1).unwrap().to_be_bytes();
        bytes = [&[0xC8, 0xFF][..], &length, &[0], &bytes].concat();
    }
    bytes
}

#[test]
fn layers_are_counted() {
    let limits = Limits { most_bytes: 1 << 20, most_layers: 8 };
    assert_eq!(decrypt(&nested(8), &[], &[], AT, &limits).unwrap().content, b"hi");
    assert_eq!(decrypt(&nested(9), &[], &[], AT, &limits).unwrap_err().key, "pgp-message-layers");
    assert_eq!(decrypt(&nested(2_000), &[], &[], AT, &limits).unwrap_err().key, "pgp-message-layers");
}

#[test]
fn two_contents_in_one_message_are_none() {
    let one = nested(0);
    assert_eq!(decrypt(&[&one[..], &one].concat(), &[], &[], AT, &Limits::default()).unwrap_err().key, "pgp-no-message");
}

#[test]
fn a_flood_of_packets_is_refused() {
    let mut flood = bare(&SAMPLES.public);
    flood.extend([0xCA, 3, b'P', b'G', b'P'].repeat(1_000));
    assert_eq!(Certificate::parse(&flood).unwrap_err().key, "pgp-packets");
}

#[test]
fn a_signature_that_cannot_be_read_is_shown_and_hides_nothing() {
    let content = nested(0);
    // Version 9 of a signature, and one that ends early.
    for broken in [&[0xC2, 4, 9, 0, 0, 0][..], &[0xC2, 3, 4, 0, 1]] {
        let opened = decrypt(&[broken, &content].concat(), &[], &[], AT, &Limits::default()).unwrap();
        assert_eq!((opened.content.as_slice(), opened.signatures.as_slice()), (&b"hi"[..], &[SignatureState::Malformed][..]));
    }
    let announced = [&[0xC4, 13, 3, 0, 10, 22, 1, 2, 3, 4, 5, 6, 7, 8, 1][..], &content].concat();
    assert_eq!(decrypt(&announced, &[], &[], AT, &Limits::default()).unwrap().signatures, [SignatureState::Malformed]);
}

#[test]
fn long_armour_takes_time_in_proportion() {
    for piece in ["-", "-----BEGIN PGP ", "-----BEGIN PGP MESSAGE-----\n", "a: b\n", "\n", "A", "AAAA\n", "="] {
        for head in ["", "-----BEGIN PGP MESSAGE-----\n", "-----BEGIN PGP MESSAGE-----\n\n", "-----BEGIN PGP SIGNED MESSAGE-----\n\n"] {
            all(&[head, &piece.repeat((1 << 20) / piece.len() - 64)].concat().into_bytes());
        }
    }
}

#[test]
fn large_packets_take_time_in_proportion() {
    for tag in 0xC0_u8..=0xD5 {
        for fill in [&[0][..], &[0xFF], &[4, 0, 22, 10, 0, 0], &[3, 2, 9, 1], &[6, 1]] {
            let body = fill.repeat((1 << 20) / fill.len() - 64);
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            all(&[&[tag, 0xFF][..], &length, &body].concat());
        }
    }
}
