//! Whole letters, from bytes to what they report.

use crate::target::Target;
use noroshi_feeds::{canonical, extract::Brands};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_mailroom::{
    correspondence::Channel,
    form,
    reading::{Context, Reading, read},
};
use noroshi_post::{
    build::{self, Attachment, Draft},
    letter::Mailbox,
    openpgp::TeamKey,
    sealed::Ring,
    threading::Marks,
};
use std::sync::{Arc, LazyLock};

/// Every target.
pub(crate) const TARGETS: &[Target] = &[Target { name: "reading", run: reading, seeds: letters }];

const AT: Moment = Moment(1_705_320_000_000_000);
const LATEST: Moment = Moment(1_705_406_400_000_000);

static TEAM: LazyLock<TeamKey> = LazyLock::new(|| TeamKey::generate("Example CSIRT <csirt@example.jp>", AT).expect("a key"));

static CONTEXT: LazyLock<Context> = LazyLock::new(|| {
    let key = TeamKey::import(TEAM.export(None).expect("exported").as_bytes(), None).expect("the same key");
    Context {
        marks: Marks::new("EXAMPLE-CSIRT", &[7; 32]),
        latest: LATEST,
        brands: Arc::new(Brands::new([vec!["楽天".to_owned(), "Rakuten".to_owned()]])),
        schema: None,
        at: AT,
        keys: Arc::new(Ring::new(vec![key], Vec::new(), Vec::new())),
    }
});

/// What must hold of whatever a letter told.
fn bounded(told: &Reading) {
    let shown = |text: &str| !text.chars().any(char::is_control);
    // What is hidden is written out, which makes it longer.
    assert!(told.subject.chars().count() <= 501 * 10 && shown(&told.subject));
    assert!(told.message_id.chars().count() <= 301 * 10 && shown(&told.message_id));
    assert!(shown(&told.from.name) && shown(&told.from.address));
    assert!(told.sender_tld.as_deref().is_none_or(|tld| tld.starts_with('.') && tld.len() <= 64));
    assert!(told.arrived.is_none_or(|at| at <= LATEST));
    assert!(told.findings.len() <= 20_000, "{} findings", told.findings.len());
    for finding in &told.findings {
        assert!(finding.is_about_something(), "{finding:?}");
        assert!(finding.at.is_none_or(|at| at <= LATEST), "{finding:?}");
        if let Some(url) = &finding.url {
            assert_eq!(canonical::url(&url.url).map(|again| again.url).as_ref(), Ok(&url.url), "the form is settled");
        }
    }
    // A hundred parts, what is beyond them, and what could not be opened.
    assert!(told.problems.len() <= 101 + told.seal.encrypted.len() + told.seal.left.len());
    for (place, reason) in &told.problems {
        assert!([&place.ja, &place.en, &reason.text.ja, &reason.text.en].iter().all(|text| !text.is_empty()), "{reason:?}");
        assert!(!reason.key.is_empty() && reason.text.en.len() < 4_000);
    }
    assert!(told.delivery.is_none() || (told.findings.is_empty() && told.problems.is_empty()), "what came back reports nothing");
}

fn reading(bytes: &[u8]) {
    for channel in [Channel::Mail, Channel::Form] {
        let told = read(bytes, Some("ir@example.jp"), channel, &CONTEXT);
        let again = read(bytes, Some("ir@example.jp"), channel, &CONTEXT);
        assert_eq!(format!("{told:?}"), format!("{again:?}"), "reading twice gives the same");
        match told {
            Ok(told) => bounded(&told),
            Err(reason) => assert!(!reason.text.ja.is_empty() && !reason.text.en.is_empty() && reason.text.en.len() < 4_000),
        }
    }
}

fn draft(subject: &str, body: &str) -> Draft {
    let mut draft =
        Draft::new(Mailbox { name: "報告者".into(), address: "a@example.test".into() }, "1@example.test", AT, Zone::named("Asia/Tokyo").expect("a zone"));
    draft.to = vec![Mailbox { name: String::new(), address: "ir@example.jp".into() }];
    (draft.subject, draft.body) = (subject.into(), body.into());
    draft
}

fn with_files(subject: &str, files: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut draft = draft(subject, "See the file.\n");
    let file =
        |(name, media_type, text): &(&str, &str, &str)| Attachment { name: (*name).into(), media_type: (*media_type).into(), bytes: text.as_bytes().to_vec() };
    draft.attachments = files.iter().map(file).collect();
    build::build(&draft).expect("a letter").bytes()
}

fn letters() -> Vec<Vec<u8>> {
    let notice = "IP: 192.0.2.7\nTime: 2024-01-15 00:00:07 UTC\nPort: 22\nhxxp://login.example[.]test/ib/ (198.51.100.7)\n";
    let iodef = "<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident purpose=\"reporting\"><IncidentID name=\"x\">7</IncidentID><ReportTime>2024-01-15T00:00:07Z</ReportTime><EventData><Flow><System category=\"source\"><Node><Address>192.0.2.7</Address></Node></System></Flow></EventData></Incident></IODEF-Document>";
    let xarf = r#"{"xarf_version":"4.2.0","report_id":"00000000-0000-4000-8000-000000000007","timestamp":"2024-01-15T09:00:07+09:00","reporter":{"org":"E","contact":"a@example.test","domain":"example.test"},"sender":{"org":"E","contact":"a@example.test","domain":"example.test"},"source_identifier":"192.0.2.7","category":"connection","type":"login_attack","protocol":"tcp","first_seen":"2024-01-15T00:00:00Z","source_port":40000,"destination_port":22}"#;
    let fields = r#"{"what":"phishing","at":"2024-01-15 09:00","zone":"Asia/Tokyo","targets":"http://a.example.test/\n192.0.2.7:8080","ports":"tcp/443","description":"x"}"#;
    let sealed = build::build(&draft("sealed", notice)).expect("a letter").encrypted(&[TEAM.certificate()], Some(&TEAM), build::Subject::Hidden, AT);
    vec![
        build::build(&draft("Abuse report: SSH brute force", notice)).expect("a letter").bytes(),
        with_files(
            "楽天 phishing",
            &[
                ("a.xml", "application/xml", iodef),
                ("2024-01-15-scan_dns-x.csv", "text/csv", "\"timestamp\",\"ip\",\"port\"\n\"2024-01-15 00:00:07\",192.0.2.7,53\n"),
                ("report.json", "application/json", xarf),
                ("report.json", form::MEDIA_TYPE, fields),
            ],
        ),
        sealed.expect("encrypted"),
        b"From: fbl@example.net\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\nSource-IP: 192.0.2.7\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nReceived: from x ([192.0.2.8]) by y; Tue, 19 Jan 2016 10:12:00 +0900\r\n\r\nx\r\n--b--\r\n".to_vec(),
        b"From: a@example.test\r\nSubject: fwd\r\nContent-Type: text/html\r\n\r\n<table><tr><td>IP:</td><td>192.0.2.7</td></tr></table><a href=\"http://a.example.test/\">x</a>\r\n".to_vec(),
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; a@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n".to_vec(),
    ]
}
