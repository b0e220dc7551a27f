//! Parts as they are sent, and as they should not be.

use super::*;
use proptest::prelude::*;

const REPORT: &str = "\r\nFeedback-Type: Fraud\r\nUser-Agent: Example/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <a@sender.example.test>\r\n\
    Original-Rcpt-To: <user@example.test>\r\nReceived-Date: Mon, 15 Jan 2024 09:00:07 +0900 (JST)\r\nSource-IP: [IPv6:2001:db8::7]\r\n\
    Authentication-Results: mail.example.test;\r\n smtp.mail=a@sender.example.test;\r\n\tspf=fail\r\nReported-Domain: example.test\r\n\
    Reported-Uri: mailto:a@sender.example.test\r\nReported-Uri: http://Login.example.test/ib\r\nIncidents: 7\r\nX-More: kept\r\n";

#[test]
fn a_report_is_read() {
    let report = read(REPORT.as_bytes()).expect("a report");
    assert_eq!((report.feedback_type.as_str(), report.version.as_str(), report.incidents), ("fraud", "1", Some(7)));
    assert_eq!(report.authentication_results, ["mail.example.test; smtp.mail=a@sender.example.test; spf=fail"]);
    assert_eq!(report.others, [("X-More".into(), "kept".into())]);
    let finding = report.finding();
    assert_eq!((finding.rsit, finding.at.expect("a time").rfc3339()), (Rsit::Phishing, "2024-01-15T00:00:07Z".into()));
    assert_eq!(finding.addresses, ["2001:db8::7".parse().expect("an address")]);
    assert_eq!(finding.url.expect("a URL").url, "http://login.example.test/ib");
}

#[test]
fn kinds_are_told() {
    for (kind, rsit) in [
        ("abuse", Rsit::Spam),
        ("opt-out", Rsit::Spam),
        ("Virus", Rsit::MalwareDistribution),
        ("auth-failure", Rsit::Masquerade),
        ("not-spam", Rsit::Other),
        ("other", Rsit::Undetermined),
    ] {
        assert_eq!(read(format!("Feedback-Type: {kind}\n").as_bytes()).expect("a report").finding().rsit, rsit, "{kind}");
    }
}

#[test]
fn failed_authentication_is_told() {
    let text = "Feedback-Type: auth-failure\nAuth-Failure: DKIM\nDelivery-Result: reject\nDKIM-Domain: example.test\nSPF-DNS: txt : example.test\nIdentity-Alignment: none\n";
    let failure = read(text.as_bytes()).expect("a report").auth_failure.expect("a failure");
    assert_eq!((failure.failed.as_str(), failure.delivery_result.as_deref(), failure.particulars.len()), ("dkim", Some("reject"), 3));
}

#[test]
fn the_recipients_domain_is_not_the_reported_one() {
    let with = |domain: &str| {
        let text = format!("Feedback-Type: fraud\nOriginal-Rcpt-To: user@example.test\nReported-Domain: {domain}\n");
        read(text.as_bytes()).expect("a report").finding().host
    };
    assert_eq!(with("Example.Test"), None);
    assert_eq!(with("login.example.test").expect("a host").as_str(), "login.example.test");
}

#[test]
fn what_cannot_be_read_is_kept_or_refused() {
    let report = read(b"Feedback-Type: abuse\nSource-IP: unknown\nArrival-Date: \x8a\x79\x93\nIncidents: many\nno field\n: x\n").expect("a report");
    assert_eq!(report.others.len(), 3);
    assert_eq!(read(b"Version: 1\n").expect_err("no type").key, "arf-type");
    assert_eq!(read(&vec![b'x'; 10 << 20]).expect_err("too long").key, "arf-length");
    let many = format!("Feedback-Type: abuse\n{}", "X: y\n".repeat(10_000));
    assert_eq!(read(many.as_bytes()).expect("a report").others.len(), MOST_FIELDS - 1);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = [b"Feedback-Type: fraud\nSource-IP: ".as_slice(), &bytes].concat();
        let _ = (read(&bytes), read(&text).map(|report| report.finding()));
    }

    #[test]
    fn folding_changes_nothing(words in prop::collection::vec("[a-z=;.]{1,8}", 1..8)) {
        let read_one = |glue: &str| read(format!("Feedback-Type: abuse\nAuthentication-Results: {}\n", words.join(glue)).as_bytes()).expect("a report");
        prop_assert_eq!(read_one(" "), read_one("\r\n\t"));
    }
}
