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

const ONE: &str = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n";
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
fn a_report_that_returns_nothing_is_told_by_the_envelopes_identifier() {
    let named = parsed(&report(&status(&format!("Original-Envelope-Id: 7@example.jp\n{ONE}")), "Content-Type: text/plain\n\nx\n")).unwrap();
    assert_eq!(named.original_message_id.as_deref(), Some("7@example.jp"));
    let both = parsed(&report(&status(&format!("Original-Envelope-Id: 7@example.jp\n{ONE}")), HEAD)).unwrap();
    assert_eq!(both.original_message_id.as_deref(), Some("1@example.jp"), "what was returned tells more surely");
}

/// The status part of a report on one letter, as mail systems write it, without its own fields.
fn status(fields: &str) -> String {
    format!("Content-Type: message/delivery-status\n\n{fields}")
}

const POSTFIX: &str = "\
Reporting-MTA: dns; mx.example.jp
Original-Envelope-Id: 42
X-Postfix-Queue-ID: 4Abc
X-Postfix-Sender: rfc822; csirt@example.jp
Arrival-Date: Mon, 15 Jan 2024 21:00:00 +0900 (JST)

Final-Recipient: rfc822; abuse@example.com
Original-Recipient: rfc822;abuse@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 <abuse@example.com>: Recipient address
    rejected: User unknown in local recipient table
";

const EXIM: &str = "\
Reporting-MTA: dns; mx.example.jp

Action: failed
Final-Recipient: rfc822;a@example.com
Status: 5.0.0
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550-5.7.26 not accepted
 550 5.7.26 by policy

Action: delayed
Final-Recipient: rfc822;b@example.com
Status: 4.0.0
";

const EXCHANGE: &str = "\
Reporting-MTA: dns;AB0C.mail.example.com
Received-From-MTA: dns;mx.example.jp
Arrival-Date: Mon, 15 Jan 2024 12:00:00 +0000

Final-Recipient: rfc822;abuse@example.com
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: abuse
";

/// Indented as a whole, and a line within a diagnostic that looks like a field.
const INDENTED: &str = "  Reporting-MTA: dns; x

    Final-Recipient: rfc822; a@example.com
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 no
      Action: delivered
";

#[test]
fn the_reports_of_known_mail_systems_are_read() {
    let postfix = "abuse@example.com|abuse@example.com|failed|5.1.1|\
        550 5.1.1 <abuse@example.com>: Recipient address rejected: User unknown in local recipient table|mx.example.com";
    let exim = ["a@example.com||failed|5.7.26|550-5.7.26 not accepted 550 5.7.26 by policy|mx.example.com", "b@example.com||delayed|4.0.0||"];
    let exchange = "abuse@example.com||failed|5.1.10|550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup|";
    for (fields, expected) in
        [(POSTFIX, &[postfix][..]), (EXIM, &exim), (EXCHANGE, &[exchange]), (INDENTED, &["a@example.com||failed|5.1.1|550 no Action: delivered|"])]
    {
        for returned in [HEAD, WHOLE] {
            let report = parsed(&report(&status(fields), returned)).unwrap();
            assert_eq!(line(&report), expected, "{fields}");
            assert_eq!(report.original_message_id.as_deref(), Some("1@example.jp"));
        }
    }
    let report = parsed(&report(&status(POSTFIX), HEAD)).unwrap();
    assert_eq!((report.envelope_id.as_deref(), report.reporting_mta.as_deref()), (Some("42"), Some("mx.example.jp")));
    assert_eq!(report.recipients[0].status, Some(Status { class: 5, subject: 1, detail: 1 }));
}

#[test]
fn odd_reports_are_read() {
    for (fields, expected) in [
        ("\nFinal-Recipient: rfc822; a@example.com\nAction: relayed (to fax)\nStatus: 2.1.9\n", &["a@example.com||relayed|2.1.9||"][..]),
        ("\nFinal-Recipient: rfc822; a@example.com\nAction: EXPANDED\nStatus: 2.0.0\n", &["a@example.com||expanded|2.0.0||"]),
        // No action.
        ("\nFinal-Recipient: rfc822; a@example.com\nStatus: 4.2.2 (full)\n", &["a@example.com||delayed|4.2.2||"]),
        ("\nFinal-Recipient: rfc822; a@example.com\n\nFinal-Recipient: rfc822; b@example.com\n", &["a@example.com||failed|||", "b@example.com||failed|||"]),
        // No types.
        ("\nFinal-Recipient: <a@example.com>\nAction: failed\nDiagnostic-Code: 550; no\n", &["a@example.com||failed||no|"]),
        // No blank lines, and blank lines within.
        (
            "Final-Recipient: rfc822; a@example.com\nAction: failed\nFinal-Recipient: rfc822; b@example.com\nAction: delayed\n",
            &["a@example.com||failed|||", "b@example.com||delayed|||"],
        ),
        ("\n\n\nFinal-Recipient: rfc822; a@example.com\n\nAction: failed\nStatus: 5.1.1\n", &["a@example.com||failed|5.1.1||"]),
        // A status in words only, beside what is none; and one that says the opposite.
        (
            "\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nDiagnostic-Code: smtp; 554 (#5.7.1) by 4.92.3 at 192.0.2.1\n",
            &["a@example.com||failed|5.7.1|554 (#5.7.1) by 4.92.3 at 192.0.2.1|"],
        ),
        (
            "\nFinal-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 250 2.0.0 ok\n",
            &["a@example.com||failed|5.0.0|250 2.0.0 ok|"],
        ),
        ("\nFinal-Recipient: utf-8; 名@example.com\nAction: failed\nStatus: 5.6.7\n", &["名@example.com||failed|5.6.7||"]),
        ("\nFinal-Recipient: rfc822; \"a..b\"@example.com\nAction: failed\n", &["\"a..b\"@example.com||failed|||"]),
        ("", &[]),
    ] {
        let all = format!("Reporting-MTA: dns; x\n{fields}");
        let mislabelled = format!("Content-Type: text/plain; name=details.txt\n\n{all}");
        let global = format!("Content-Type: message/global-delivery-status\n\n{all}");
        for part in [status(&all), mislabelled, global] {
            let report = parsed(&report(&part, WHOLE)).unwrap();
            assert_eq!(line(&report), expected, "{part}");
            assert_eq!(report.reporting_mta.as_deref(), Some("x"));
        }
    }
    let base64 = "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n\
        UmVwb3J0aW5nLU1UQTogZG5zOyB4CgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgYUBleGFt\ncGxlLmNvbQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMi4yCg==\n";
    assert_eq!(line(&parsed(&report(base64, WHOLE)).unwrap()), ["a@example.com||failed|5.2.2||"]);
}

#[test]
fn the_letter_is_found_wherever_it_is() {
    let status = status(ONE);
    let id = |returned: &str| parsed(&report(&status, returned)).unwrap().original_message_id;
    for returned in [
        "Content-Type: message/rfc822-headers\n\nReceived: from x by y; Mon, 15 Jan 2024 21:00:00 +0900\nmessage-id: <1@example.jp>\n",
        "Content-Type: text/rfc822-headers\n\nMessage-ID: <1@example.jp>\n",
        "Content-Type: text/rfc822-headers; charset=us-ascii\n\nMessage-Id: <1@example.jp>",
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
    let inner = report(&status, WHOLE);
    let inner = inner.split_once("MIME-Version: 1.0\n").unwrap().1;
    let nested =
        format!("From: a@example.jp\nContent-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: text/plain\n\nA list's footer.\n--A\n{inner}\n--A--\n");
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
    let status = status(ONE);
    let inner = report(&status, WHOLE);
    let forwarded = format!(
        "From: a@example.jp\nContent-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: text/plain\n\nSee below.\n\
         --A\nContent-Type: message/rfc822\n\n{inner}\n--A--\n"
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
    let all: String = (0..1_000).map(one).collect();
    let read = parsed(&report(&status(&format!("Reporting-MTA: dns; x\u{202e}y\n\n{all}")), WHOLE)).unwrap();
    assert!(read.recipients.len() > 20 && read.recipients.len() <= MOST_RECIPIENTS);
    assert_eq!(read.reporting_mta.as_deref(), Some("x\\u{202e}y"));
    for recipient in &read.recipients {
        assert!(recipient.diagnostic.chars().count() <= MOST_DIAGNOSTIC + 20 && !recipient.diagnostic.chars().any(char::is_control));
        assert_eq!(recipient.action, Action::Failed);
    }
    let short: String = (0..1_000).map(|number| format!("Final-Recipient: rfc822; {number}@example.com\nAction: failed\n\n")).collect();
    assert_eq!(parsed(&report(&status(&format!("Reporting-MTA: dns; x\n\n{short}")), WHOLE)).unwrap().recipients.len(), MOST_RECIPIENTS);
}

proptest! {
    #[test]
    fn nothing_panics(
        fields in "(Reporting-MTA|Final-Recipient|Action|Status|Diagnostic-Code|: |;|<|>|\"|rfc822|\n|  |5\\.1\\.1|failed|\\PC){0,60}",
        words in "(Hi\\. This is the qmail-send program at |<a@b>:\n|\n|--- |\\PC){0,20}",
    ) {
        if let Some(read) = parsed(&report(&status(&fields), WHOLE)) {
            prop_assert!(!line(&read).iter().any(|one| one.chars().any(char::is_control)));
        }
        let _ = parsed(&format!("From: a@example.jp\n\n{words}"));
    }
}
