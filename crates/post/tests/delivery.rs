//! Delivery reports in the forms that mail systems write.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use noroshi_post::{
    delivery::{Action, DeliveryReport, MOST_DIAGNOSTIC, MOST_RECIPIENTS, Status, read},
    letter,
};
use proptest::prelude::*;

fn parsed(raw: &str) -> Option<DeliveryReport> {
    read(&letter::read(raw.replace('\n', "\r\n").as_bytes()).unwrap())
}

/// A report of three parts.
fn report(status: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.jp\nTo: csirt@example.jp\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\nThis is MIME.\n--B\nContent-Type: text/plain\n\nSorry.\n\n\
         --B\n{status}\n--B\n{returned}\n--B--\n"
    )
}

const FIELDS: &str = "Content-Type: message/delivery-status\n\n";
const HEAD: &str = "Content-Type: text/rfc822-headers\n\nFrom: csirt@example.jp\nTo: abuse@example.com\nMessage-ID: <1@example.jp>\nSubject: x\n";
const WHOLE: &str = "Content-Type: message/rfc822\n\nFrom: csirt@example.jp\nMessage-ID: <1@example.jp>\nSubject: x\n\nbody\n";

/// One recipient as `final|original|action|status|diagnostic|remote`.
fn line(report: &DeliveryReport) -> Vec<String> {
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let one = report.recipients.iter().map(|one| {
        let status = one.status.map(|status| status.to_string()).unwrap_or_default();
        [or(&one.final_recipient), or(&one.original_recipient), one.action.key().to_owned(), status, one.diagnostic.clone(), or(&one.remote_mta)].join("|")
    });
    one.collect()
}

#[test]
fn reports_are_read() {
    let postfix = "Content-Description: Delivery report\nContent-Type: message/delivery-status\n\n\
        Reporting-MTA: dns; mx.example.jp\nOriginal-Envelope-Id: 42\nX-Postfix-Queue-ID: 4Abc\nX-Postfix-Sender: rfc822; csirt@example.jp\nArrival-Date: Mon, 15 Jan 2024 21:00:00 +0900 (JST)\n\n\
        Final-Recipient: rfc822; abuse@example.com\nOriginal-Recipient: rfc822;abuse@example.com\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.com\n\
        Diagnostic-Code: smtp; 550 5.1.1 <abuse@example.com>: Recipient address\n    rejected: User unknown in local recipient table\n";
    let exim = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\n\nAction: failed\nFinal-Recipient: rfc822;a@example.com\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.com\n\
        Diagnostic-Code: smtp; 550-5.7.26 not accepted\n 550 5.7.26 by policy\n\nAction: delayed\nFinal-Recipient: rfc822;b@example.com\nStatus: 4.0.0\n";
    let exchange = "Content-Type: message/delivery-status\n\nReporting-MTA: dns;AB0C.mail.example.com\nReceived-From-MTA: dns;mx.example.jp\nArrival-Date: Mon, 15 Jan 2024 12:00:00 +0000\n\n\
        Final-Recipient: rfc822;abuse@example.com\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\nX-Display-Name: abuse\n";
    for (what, status, expected) in [
        ("Postfix", postfix.to_owned(), &["abuse@example.com|abuse@example.com|failed|5.1.1|550 5.1.1 <abuse@example.com>: Recipient address rejected: User unknown in local recipient table|mx.example.com"][..]),
        ("Exim", exim.to_owned(), &["a@example.com||failed|5.7.26|550-5.7.26 not accepted 550 5.7.26 by policy|mx.example.com", "b@example.com||delayed|4.0.0||"]),
        ("Exchange", exchange.to_owned(), &["abuse@example.com||failed|5.1.10|550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup|"]),
        ("delivered", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: relayed (to fax)\nStatus: 2.1.9\n"), &["a@example.com||relayed|2.1.9||"]),
        ("expanded", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: EXPANDED\nStatus: 2.0.0\n"), &["a@example.com||expanded|2.0.0||"]),
        ("base64", "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nUmVwb3J0aW5nLU1UQTogZG5zOyB4CgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYUBleGFtcGxlLmNvbQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMi4yCg==\n".into(), &["a@example.com||failed|5.2.2||"]),
        ("no action", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nStatus: 4.2.2 (full)\n\nFinal-Recipient: rfc822; b@example.com\n"), &["a@example.com||delayed|4.2.2||", "b@example.com||failed|||"]),
        ("no type, brackets", format!("{FIELDS}Reporting-MTA: mx\n\nFinal-Recipient: <a@example.com>\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: 550; no\n"), &["a@example.com||failed|5.1.1|no|"]),
        ("no blank lines", format!("{FIELDS}Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@example.com\nAction: delayed\nStatus: 4.1.1\n"), &["a@example.com||failed|5.1.1||", "b@example.com||delayed|4.1.1||"]),
        ("blank lines within", format!("{FIELDS}Reporting-MTA: dns; x\n\n\nFinal-Recipient: rfc822; a@example.com\n\nAction: failed\nStatus: 5.1.1\n"), &["a@example.com||failed|5.1.1||"]),
        ("indented", format!("{FIELDS}  Reporting-MTA: dns; x\n\n    Final-Recipient: rfc822; a@example.com\n    Action: failed\n    Status: 5.1.1\n    Diagnostic-Code: smtp; 550 no\n      Action: delivered\n"), &["a@example.com||failed|5.1.1|550 no Action: delivered|"]),
        ("mislabelled", "Content-Type: text/plain; name=details.txt\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n".into(), &["a@example.com||failed|5.1.1||"]),
        ("status in words only", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nDiagnostic-Code: smtp; 554 (#5.7.1) by 4.92.3 at 192.0.2.1\n"), &["a@example.com||failed|5.7.1|554 (#5.7.1) by 4.92.3 at 192.0.2.1|"]),
        ("a success that failed", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 250 2.0.0 ok\n"), &["a@example.com||failed|5.0.0|250 2.0.0 ok|"]),
        ("internationalised", "Content-Type: message/global-delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: utf-8; 名@example.com\nAction: failed\nStatus: 5.6.7\n".into(), &["名@example.com||failed|5.6.7||"]),
        ("odd local part", format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; \"a..b\"@example.com\nAction: failed\nStatus: 5.1.1\n"), &["\"a..b\"@example.com||failed|5.1.1||"]),
        ("nobody", format!("{FIELDS}Reporting-MTA: dns; x\n"), &[]),
    ] {
        for returned in [HEAD, WHOLE] {
            let report = parsed(&report(&status, returned)).expect(what);
            assert_eq!(line(&report), expected, "{what}");
            assert_eq!(report.original_message_id.as_deref(), Some("1@example.jp"), "{what}");
        }
    }
    let report = parsed(&report(postfix, HEAD)).unwrap();
    assert_eq!((report.envelope_id.as_deref(), report.reporting_mta.as_deref()), (Some("42"), Some("mx.example.jp")));
    assert_eq!(report.recipients[0].status, Some(Status { class: 5, subject: 1, detail: 1 }));
}

#[test]
fn the_letter_is_found_wherever_it_is() {
    let status = format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n");
    let id = |returned: &str| parsed(&report(&status, returned)).unwrap().original_message_id;
    for returned in [
        "Content-Type: message/rfc822-headers\n\nReceived: from x by y; Mon, 15 Jan 2024 21:00:00 +0900\nmessage-id: <1@example.jp>\n",
        "Content-Type: text/plain\n\nFrom: a@example.jp\nMessage-ID:\n <1@example.jp>\n\nbody\nMessage-ID: <2@example.jp>\n",
        "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nRnJvbTogYUBleGFtcGxlLmpwCk1lc3NhZ2UtSUQ6IDwxQGV4YW1wbGUuanA+Cg==\n",
    ] {
        assert_eq!(id(returned).as_deref(), Some("1@example.jp"), "{returned}");
    }
    for returned in [
        "Content-Type: text/plain\n\nYour Message-ID: <1@example.jp> was lost.\n",
        "Content-Type: text/plain\n\nMessage-ID: <1@example.jp>\n",
        "Content-Type: text/plain\n\nnothing\n",
    ] {
        assert_eq!(id(returned), None, "{returned}");
    }
    let answered = report(&status, "Content-Type: text/plain\n\nnothing\n").replacen("Subject:", "In-Reply-To: <9@example.jp>\nSubject:", 1);
    assert_eq!(parsed(&answered).unwrap().original_message_id.as_deref(), Some("9@example.jp"));
    let nested = format!(
        "From: a@example.jp\nContent-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: text/plain\n\nA list's footer.\n--A\n{}\n--A--\n",
        report(&status, WHOLE).split_once("MIME-Version: 1.0\n").unwrap().1
    );
    let nested = parsed(&nested).unwrap();
    assert_eq!((nested.recipients.len(), nested.original_message_id.as_deref()), (1, Some("1@example.jp")));
}

#[test]
fn reports_in_words_are_read() {
    let qmail = "From: MAILER-DAEMON@mx.example.jp\nTo: csirt@example.jp\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.jp.\n\
        I'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n\
        <abuse@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 sorry, no mailbox here by that name. (#5.1.1)\nGiving up on 192.0.2.1.\n\n\
        <b@example.com>:\nSorry, I couldn't find any host named example.com. (#5.1.2)\n\n\
        --- Below this line is a copy of the message.\n\nReturn-Path: <csirt@example.jp>\nReceived: (qmail 1 invoked by uid 2); 15 Jan 2024 12:00:00 -0000\nMessage-ID: <1@example.jp>\nSubject: x\n\nMessage-ID: <2@example.jp>\n";
    let report = parsed(qmail).unwrap();
    assert_eq!(
        line(&report),
        [
            "abuse@example.com||failed|5.1.1|192.0.2.1 does not like recipient. Remote host said: 550 sorry, no mailbox here by that name. (#5.1.1) Giving up on 192.0.2.1.|",
            "b@example.com||failed|5.1.2|Sorry, I couldn't find any host named example.com. (#5.1.2)|",
        ]
    );
    assert_eq!((report.original_message_id.as_deref(), report.reporting_mta.as_deref()), (Some("1@example.jp"), Some("mx.example.jp")));

    let exim = "From: Mailer-Daemon@mx.example.jp\nX-Failed-Recipients: a@example.com, b@example.com\nAuto-Submitted: auto-replied\n\nThis message was created automatically by mail delivery software.\n\n\
        A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n\
        \u{20} a@example.com\n    SMTP error from remote mail server after RCPT TO:<a@example.com>:\n    host mx.example.com [192.0.2.1]: 550 5.1.1 unknown\n\n  b@example.com\n    Unrouteable address\n\n\
        ------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <csirt@example.jp>\nReceived: from x by y; Mon, 15 Jan 2024 21:00:00 +0900\nMessage-ID: <1@example.jp>\n\nbody\n";
    let report = parsed(exim).unwrap();
    assert_eq!(
        line(&report),
        [
            "a@example.com||failed|5.1.1|SMTP error from remote mail server after RCPT TO:<a@example.com>: host mx.example.com [192.0.2.1]: 550 5.1.1 unknown|",
            "b@example.com||failed||Unrouteable address|",
        ]
    );
    assert_eq!(report.original_message_id.as_deref(), Some("1@example.jp"));
}

#[test]
fn other_letters_are_none() {
    let status = format!("{FIELDS}Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n");
    let forwarded = format!(
        "From: a@example.jp\nContent-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: text/plain\n\nSee below.\n--A\nContent-Type: message/rfc822\n\n{}\n--A--\n",
        report(&status, WHOLE)
    );
    for raw in [
        "From: a@example.jp\n\nHello.\n",
        "From: a@example.jp\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\n",
        "From: a@example.jp\n\n> Hi. This is the qmail-send program at mx.example.jp.\n",
        &report("Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n", WHOLE).replace("delivery-status", "feedback-report"),
        &forwarded,
    ] {
        assert_eq!(parsed(raw), None, "{raw}");
    }
}

#[test]
fn what_is_told_is_bounded_and_safe_to_show() {
    let one = |number: usize| {
        format!("Final-Recipient: rfc822; {number}@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; \u{1b}[31m{}\n\n", "é".repeat(2_000))
    };
    let status = format!("{FIELDS}Reporting-MTA: dns; x\u{202e}y\n\n{}", (0..1_000).map(one).collect::<String>());
    let read = parsed(&report(&status, WHOLE)).unwrap();
    assert!(read.recipients.len() > 20 && read.recipients.len() <= MOST_RECIPIENTS);
    assert_eq!(read.reporting_mta.as_deref(), Some("x\\u{202e}y"));
    for recipient in &read.recipients {
        assert!(recipient.diagnostic.chars().count() <= MOST_DIAGNOSTIC + 20 && !recipient.diagnostic.chars().any(char::is_control));
        assert_eq!(recipient.action, Action::Failed);
    }
    let short: String = (0..1_000).map(|number| format!("Final-Recipient: rfc822; {number}@example.com\nAction: failed\n\n")).collect();
    assert_eq!(parsed(&report(&format!("{FIELDS}Reporting-MTA: dns; x\n\n{short}"), WHOLE)).unwrap().recipients.len(), MOST_RECIPIENTS);
}

proptest! {
    #[test]
    fn nothing_panics(status in "(Reporting-MTA|Final-Recipient|Action|Status|Diagnostic-Code|: |;|<|>|\"|rfc822|\n|  |5\\.1\\.1|failed|\\PC){0,60}", words in "(Hi\\. This is the qmail-send program at |<a@b>:\n|\n|--- |\\PC){0,20}") {
        if let Some(read) = parsed(&report(&format!("{FIELDS}{status}"), WHOLE)) {
            prop_assert!(!line(&read).iter().any(|one| one.chars().any(char::is_control)));
        }
        let _ = parsed(&format!("From: a@example.jp\n\n{words}"));
    }
}
