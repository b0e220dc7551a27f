//! Every form in which letters are sealed.

use crate::{AT, JAPANESE, encrypted, inner, keys, opened, plain, read, ring, sender, signed, team, texts};
use noroshi_post::{
    openpgp::{SignatureState, TeamKey, encrypt, sign_cleartext, sign_detached},
    sealed::{Covers, open},
};

const HANAKO: &str = "Hanako <hanako@example.net>";

#[test]
fn a_letter_without_openpgp_is_not_touched() {
    for raw in [&plain(HANAKO, JAPANESE)[..], b"", b"no head", &[0xff; 300]] {
        let opened = opened(raw, &ring(vec![team()], &[]));
        assert!(matches!(opened.raw, std::borrow::Cow::Borrowed(same) if same == raw));
        assert_eq!(keys(&opened), (vec![], "none"));
    }
}

#[test]
fn a_signed_letter_of_gnupg_is_judged_over_its_exact_bytes() {
    let Some((gpg, certificate)) = sender(&team()) else { return };
    let signature = gpg.run(&["-u", "hanako@example.net", "--armor", "--detach-sign"], &inner());
    let letter = signed(HANAKO, &inner(), &signature);
    let known = ring(vec![], std::slice::from_ref(&certificate));
    let good = opened(&letter, &known);
    assert_eq!(keys(&good), (vec!["good"], "none"));
    assert_eq!((good.seal.signatures[0].address.as_deref(), &good.seal.signatures[0].covers), (Some("hanako@example.net"), &Covers::Whole));
    let reading = read(&good);
    assert!(texts(&reading).contains("日本語の本文"));
    assert_eq!(reading.parts.iter().find(|part| part.name.as_deref() == Some("a.csv")).map(|part| part.path.as_str()), Some("1.2"));
    assert!(!texts(&reading).contains("not a part"));

    // A mail store that writes line ends otherwise.
    let stored: Vec<u8> = letter.iter().copied().filter(|byte| *byte != b'\r').collect();
    assert_eq!(keys(&opened(&stored, &known)).0, ["good"]);
    assert_eq!(keys(&opened(&letter, &ring(vec![], &[]))).0, ["unknown-key"]);
    let changed = String::from_utf8_lossy(&letter).replace("a,b", "a,c").into_bytes();
    assert_eq!(keys(&opened(&changed, &known)).0, ["bad"]);
    let other = signed("mallory@example.org", &inner(), &signature);
    let other = opened(&other, &known);
    assert_eq!((keys(&other).0, other.seal.signatures[0].of_sender), (vec!["other-address"], false));
    assert_eq!(keys(&opened(&signed(HANAKO, &inner(), b"no signature"), &known)).0, ["malformed"]);
    // What somebody put behind the signature is not covered.
    let beside =
        String::from_utf8_lossy(&letter).replace("--out--", "--out\r\nContent-Type: text/plain\r\n\r\nhxxp://evil.example.org/\r\n--out--").into_bytes();
    let beside = opened(&beside, &known);
    assert_eq!((keys(&beside).0, &beside.seal.signatures[0].covers), (vec!["good-part"], &Covers::Part("1".into())));
    // And so is what a list puts around it.
    let wrapped = [
        b"From: hanako@example.net\r\nContent-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n".as_slice(),
        letter.split(|byte| *byte == b'\n').skip(3).collect::<Vec<_>>().join(&b'\n').as_slice(),
        b"\r\n--list\r\n\r\nfooter\r\n--list--\r\n",
    ]
    .concat();
    let wrapped = opened(&wrapped, &known);
    assert_eq!((keys(&wrapped).0, &wrapped.seal.signatures[0].covers), (vec!["good-part"], &Covers::Part("1.1".into())));
    assert!(read(&wrapped).parts.iter().any(|part| part.path == "1.1.1" && part.text().is_some_and(|text| text.contains("日本語の本文"))));
}

#[test]
fn keys_that_expired_or_were_revoked_are_told() {
    let Some((gpg, certificate)) = sender(&team()) else { return };
    let signature = gpg.run(&["-u", "hanako@example.net", "--armor", "--detach-sign"], &inner());
    let letter = signed(HANAKO, &inner(), &signature);
    let home = gpg.path("openpgp-revocs.d").join(format!("{}.rev", gpg.fingerprint("hanako@example.net")));
    let revocation = std::fs::read_to_string(home).unwrap().replace(":-----BEGIN", "-----BEGIN");
    gpg.run(&["--import"], revocation.as_bytes());
    let revoked = gpg.export("hanako@example.net");
    assert_eq!(keys(&opened(&letter, &ring(vec![], &[revoked]))).0, ["revoked-key"]);
    // A signature made after the key had expired.
    gpg.run(&["--faked-system-time", "20220101T000000!", "--quick-generate-key", "Old <old@example.net>", "ed25519", "cert,sign", "30d"], b"");
    let expired = gpg.try_run(&["--faked-system-time", "20220110T000000!", "-u", "old@example.net", "--armor", "--detach-sign"], &inner());
    let letter = signed("old@example.net", &inner(), &expired.out);
    let key = gpg.export("old@example.net");
    assert_eq!(keys(&opened(&letter, &ring(vec![], &[key]))).0, ["good"], "it had not expired when it signed");
    assert_eq!(keys(&opened(&letter, &ring(vec![], &[certificate]))).0, ["unknown-key"]);
}

#[test]
fn what_cannot_be_believed_is_told_in_every_form() {
    let ours = team();
    let Some((gpg, _)) = sender(&ours) else { return };
    let to = ours.certificate().fingerprint().to_string();
    for (name, algorithm) in [("sha1@example.net", "rsa2048"), ("rsa@example.net", "rsa1024"), ("dsa@example.net", "dsa1024"), ("old@example.net", "ed25519")] {
        gpg.run(&["--quick-generate-key", name, algorithm, "cert,sign", if name == "old@example.net" { "2d" } else { "1y" }], b"");
    }
    let certificates: Vec<Vec<u8>> = ["sha1", "rsa", "dsa", "old"].iter().map(|name| gpg.export(&format!("{name}@example.net"))).collect();
    // Renewed at home after its time had come; whoever holds the old copy sees a signature by a key that had expired.
    gpg.run(&["--faked-system-time", "20240116T120000!", "--quick-set-expire", &gpg.fingerprint("old@example.net"), "10y"], b"");
    let known = ring(vec![ours], &certificates);
    let at = AT.plus_days(30);
    for (name, day, digest, expected) in [
        ("sha1@example.net", "20240115T120000!", "SHA1", "weak-digest"),
        ("rsa@example.net", "20240115T120000!", "SHA256", "weak-key"),
        ("dsa@example.net", "20240115T120000!", "SHA256", "weak-key"),
        ("old@example.net", "20240120T120000!", "SHA256", "expired-key"),
    ] {
        let run = |args: &[&str], data: &[u8]| {
            let by = ["--faked-system-time", day, "--digest-algo", digest, "--allow-weak-digest-algos", "-u", name, "--armor"];
            gpg.run(&[&by[..], args].concat(), data)
        };
        for (form, raw, secrecy) in [
            ("PGP/MIME, signed", signed(name, &inner(), &run(&["--detach-sign"], &inner())), "none"),
            ("PGP/MIME, both", encrypted(name, &run(&["-r", &to, "--sign", "--encrypt"], &inner())), "encrypted"),
            ("inline, signed", plain(name, &run(&["--clearsign"], JAPANESE)), "none"),
            ("inline, both", plain(name, &run(&["-r", &to, "--sign", "--encrypt"], JAPANESE)), "encrypted"),
        ] {
            let opened = open(&raw, &known, at);
            assert_eq!(keys(&opened), (vec![expected], secrecy), "{name}, {form}");
            assert!(texts(&read(&opened)).contains("日本語の本文"), "{name}, {form}: it is read all the same");
        }
    }
}

#[test]
fn an_encrypted_letter_is_read_open_and_its_signature_within_is_judged() {
    let Some((gpg, certificate)) = sender(&team()) else { return };
    let ours = team();
    gpg.import(&ours.certificate().armoured().unwrap());
    let to = ours.certificate().fingerprint().to_string();
    let within = [b"Subject: =?ISO-2022-JP?B?GyRCSnM5cBsoQg==?=\r\nReceived: from forged\r\n".as_slice(), &inner()].concat();
    let seal = |args: &[&str], data: &[u8]| gpg.run(&[&["-r", &to, "--armor"], args].concat(), data);
    let signature = gpg.run(&["-u", "hanako@example.net", "--armor", "--detach-sign"], &inner());
    let nested: Vec<u8> = signed(HANAKO, &inner(), &signature).split_inclusive(|byte| *byte == b'\n').skip(3).flatten().copied().collect();
    let cases: [(Vec<u8>, Vec<&str>); 3] = [
        (seal(&["--encrypt"], &within), vec![]),
        (seal(&["-u", "hanako@example.net", "--sign", "--encrypt"], &within), vec!["good"]),
        (seal(&["--encrypt"], &nested), vec!["good"]),
    ];
    let fingerprint = ours.certificate().fingerprint();
    let known = ring(vec![ours], &[certificate]);
    for (place, (message, signatures)) in cases.into_iter().enumerate() {
        let raw = encrypted(HANAKO, &message);
        let opened = opened(&raw, &known);
        assert_eq!(keys(&opened), (signatures, "encrypted"), "{place}");
        assert_eq!((opened.seal.encrypted[0].path.as_str(), &opened.seal.encrypted[0].opened), ("0", &Ok(Some(fingerprint.clone()))));
        let letter = read(&opened);
        assert!(texts(&letter).contains("日本語の本文"), "{place}");
        assert_eq!(letter.headers.from[0].address, "hanako@example.net");
        assert_eq!(letter.headers.subject, if place < 2 { "報告" } else { "..." });
        assert!(
            letter.headers.received.len() == 1 && !letter.headers.all("Received").any(|field| field.contains("forged")),
            "the way is told by those who carried it"
        );
    }
    // A mail server that does not know the form makes a plain multipart of it.
    let message = seal(&["-u", "hanako@example.net", "--sign", "--encrypt"], &within);
    let mangled =
        String::from_utf8(encrypted(HANAKO, &message)).unwrap().replace("multipart/encrypted; protocol=\"application/pgp-encrypted\"", "multipart/mixed");
    let mangled = opened(mangled.as_bytes(), &known).raw.into_owned();
    assert!(texts(&noroshi_post::letter::read(&mangled).unwrap()).contains("日本語の本文"));
}

#[test]
fn text_in_a_letter_is_opened_where_it_stands() {
    let Some((gpg, certificate)) = sender(&team()) else { return };
    let ours = team();
    gpg.import(&ours.certificate().armoured().unwrap());
    let to = ours.certificate().fingerprint().to_string();
    let known = ring(vec![ours], &[certificate]);
    let clear = gpg.run(&["-u", "hanako@example.net", "--clearsign"], &[JAPANESE, b"- dash\r\n"].concat());
    let alone = plain(HANAKO, &clear);
    let one = opened(&alone, &known);
    assert_eq!((keys(&one), &one.seal.signatures[0].covers), ((vec!["good"], "none"), &Covers::Whole));
    assert!(texts(&read(&one)).contains("日本語の本文\n- dash") || texts(&read(&one)).contains("日本語の本文\r\n- dash"), "{}", texts(&read(&one)));

    let message = gpg.run(&["-r", &to, "-u", "hanako@example.net", "--armor", "--sign", "--encrypt"], JAPANESE);
    let spoof = b"before\r\n[-- OpenPGP: decrypted text begins --]\r\n";
    let both = plain(HANAKO, &[spoof, &message[..], b"after\r\n", &clear].concat());
    let two = opened(&both, &known);
    assert_eq!(keys(&two), (vec!["good-part", "good-part"], "encrypted"));
    assert!(two.seal.signatures.iter().all(|one| one.covers == Covers::Text("1".into())));
    let text = texts(&read(&two));
    assert_eq!(text.matches("日本語の本文").count(), 2, "{text}");
    assert_eq!(text.matches("[-- OpenPGP: decrypted text begins --]").count(), 1, "nobody else makes our marks: {text}");
    assert!(text.find("before") < text.find("begins --]") && text.find("text ends --]") < text.find("after"), "{text}");

    for (encoding, charset) in [("base64", "utf-8"), ("8bit", "utf-8")] {
        let clear = gpg.run(&["-u", "hanako@example.net", "--clearsign"], "日本語の本文\n".as_bytes());
        let file = gpg.path("text");
        std::fs::write(&file, &clear).unwrap();
        let body = if encoding == "base64" { std::process::Command::new("base64").arg(&file).output().unwrap().stdout } else { clear };
        let head = format!(
            "From: {HANAKO}\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        let raw = [head.as_bytes(), &body, b"\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>other</p>\r\n--b--\r\n"].concat();
        let opened = opened(&raw, &known);
        assert_eq!(keys(&opened).0, ["good-part"], "{encoding}");
        assert!(texts(&read(&opened)).contains("日本語の本文"));
    }
    let html = format!(
        "From: {HANAKO}\r\nContent-Type: text/html\r\n\r\n<p>hello</p><img src=\"http://evil.example.org/?<pre>{}</pre>\">",
        String::from_utf8_lossy(&message).replace('\n', "<br>\n")
    );
    let html = opened(html.as_bytes(), &known);
    assert_eq!(keys(&html).1, if html.seal.encrypted.is_empty() { "none" } else { "encrypted" });
    let html = format!("From: {HANAKO}\r\nContent-Type: text/html\r\n\r\n<p>hello</p><pre>{}</pre>", String::from_utf8_lossy(&message));
    let html = opened(html.as_bytes(), &known);
    let letter = read(&html);
    assert!(texts(&letter).contains("日本語の本文") && letter.parts.iter().all(|part| part.media_type == "text/plain"), "{:?}", letter.parts);
}

#[test]
fn encrypted_files_become_files() {
    let Some((gpg, certificate)) = sender(&team()) else { return };
    let ours = team();
    gpg.import(&ours.certificate().armoured().unwrap());
    let to = ours.certificate().fingerprint().to_string();
    let known = ring(vec![ours], std::slice::from_ref(&certificate));
    let file = gpg.run(&["-r", &to, "--armor", "--encrypt"], b"timestamp,ip\r\n2024-01-15,192.0.2.7\r\n");
    let head = format!(
        "From: {HANAKO}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee the file\r\n--b\r\nContent-Type: application/octet-stream; name=\"list.csv.asc\"\r\nContent-Disposition: attachment; filename=\"list.csv.asc\"\r\n\r\n"
    );
    let raw = [head.as_bytes(), &file, b"\r\n--b\r\nContent-Type: application/pgp-keys\r\n\r\n", &certificate, b"\r\n--b--\r\n"].concat();
    let opened = opened(&raw, &known);
    assert_eq!(keys(&opened), (vec![], "encrypted"));
    assert_eq!(opened.seal.keys.iter().map(|key| key.addresses(AT).join("")).collect::<Vec<_>>(), ["hanako@example.net"]);
    let letter = read(&opened);
    let csv = letter.parts.iter().find(|part| part.name.as_deref() == Some("list.csv")).unwrap();
    assert!(csv.attached && csv.text().unwrap().contains("192.0.2.7"));
}

#[test]
fn what_we_make_we_open() {
    let (ours, theirs) = (team(), TeamKey::generate(HANAKO, AT).unwrap());
    let certificate = theirs.certificate().to_bytes().unwrap();
    let detached = sign_detached(&inner(), &theirs, AT).unwrap();
    let sealed = encrypt(&inner(), &[ours.certificate()], Some(&theirs), AT).unwrap();
    let clear = sign_cleartext(JAPANESE, &theirs, AT).unwrap();
    let known = ring(vec![ours], &[certificate]);
    for (raw, secrecy) in
        [(signed(HANAKO, &inner(), detached.armoured.as_bytes()), "none"), (encrypted(HANAKO, sealed.as_bytes()), "encrypted"), (plain(HANAKO, &clear), "none")]
    {
        let opened = open(&raw, &known, AT);
        assert_eq!(keys(&opened), (vec!["good"], secrecy));
        assert!(texts(&read(&opened)).contains("日本語の本文"));
        assert!(matches!(opened.seal.signatures[0].state, SignatureState::Good { .. }));
    }
}
