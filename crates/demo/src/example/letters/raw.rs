//! Letters as programs write them, byte by byte, and a scan.

use super::desks::DOMAIN;
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_mailroom::outgoing::Sent;

/// A date as in RFC 5322, section 3.3.
fn date(at: Moment) -> String {
    Zone::named("UTC").map_or_else(|_| at.rfc3339(), |utc| utc.wall(at).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

fn bytes(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// A feedback report (RFC 5965) on mail that a host sent.
pub(super) fn feedback(at: Moment, source: &str) -> Vec<u8> {
    let date = date(at);
    bytes(&format!(
        "From: Feedback loop of example.net <feedback@mx.example.net>\nTo: ir@{DOMAIN}\nSubject: Abuse report for {source}\nDate: {date}\nMessage-ID: <fbl.{:x}@mx.example.net>\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"feedback\"\n\n\
         --feedback\nContent-Type: text/plain; charset=us-ascii\n\nThis is an abuse report for mail that was received from {source}.\n\n\
         --feedback\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: ExampleFeedback/1.0\nVersion: 1\nSource-IP: {source}\nArrival-Date: {date}\nOriginal-Mail-From: <invoice@mail.example.com>\n\n\
         --feedback\nContent-Type: text/rfc822-headers\n\nFrom: Invoices <invoice@mail.example.com>\nTo: undisclosed@mx.example.net\nSubject: Your invoice is overdue\n\n--feedback--\n",
        at.0
    ))
}

/// A report in X-ARF of which a program left out a field that every such report has: the protocol.
pub(super) fn broken_xarf(at: Moment) -> Vec<u8> {
    let date = date(at);
    let who = r#"{"org": "Abuse reports of example.net", "contact": "xarf@reports.example.net", "domain": "example.net"}"#;
    bytes(&format!(
        "From: Abuse reports of example.net <xarf@reports.example.net>\nTo: ir@{DOMAIN}\nSubject: [X-ARF] login attack\nDate: {date}\nMessage-ID: <xarf.{:x}@reports.example.net>\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"xarf\"\n\n\
         --xarf\nContent-Type: text/plain; charset=us-ascii\n\nAn attack on our login page was detected. See the attached report.\n\n\
         --xarf\nContent-Type: application/json; name=\"xarf.json\"\nContent-Disposition: attachment; filename=\"xarf.json\"\n\n\
         {{\"xarf_version\": \"4.0.0\", \"report_id\": \"7d0b4a52-3a0e-4c55-9c1e-000000000017\", \"timestamp\": \"{}\", \"category\": \"connection\", \"type\": \"login_attack\", \"source_identifier\": \"192.0.2.201\", \"reporter\": {who}, \"sender\": {who}}}\n--xarf--\n",
        at.0,
        at.rfc3339()
    ))
}

/// What a mail server says of a letter of ours that it could not deliver (RFC 3464).
pub(super) fn undelivered(at: Moment, sent: &Sent, recipient: &str) -> Vec<u8> {
    let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
    bytes(&format!(
        "From: Mail delivery system <MAILER-DAEMON@mx.example.jp>\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nDate: {date}\nMessage-ID: <dsn.{id:x}@mx.example.jp>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"status\"\n\n\
         --status\nContent-Type: text/plain; charset=us-ascii\n\nYour message could not be delivered to one or more recipients.\n\n<{recipient}>: unknown user\n\n\
         --status\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.jp\nArrival-Date: {date}\n\nFinal-Recipient: rfc822; {recipient}\nOriginal-Recipient: rfc822;{recipient}\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.{domain}\nDiagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User unknown\n\n\
         --status\nContent-Type: text/rfc822-headers\n\nFrom: ir@{DOMAIN}\nTo: {recipient}\nMessage-ID: <{message_id}>\nSubject: {subject}\n\n--status--\n",
        to = sent.envelope_from,
        date = date(at),
        id = at.0,
        message_id = sent.message_id,
        subject = if sent.subject.is_ascii() { sent.subject.as_str() } else { "Your message" },
    ))
}

/// That somebody is away, as his mail program answers a letter of ours.
pub(super) fn away(at: Moment, from: &str, sent: &Sent) -> Vec<u8> {
    bytes(&format!(
        "From: {from}\nTo: {}\nSubject: Automatic reply: request received\nDate: {}\nMessage-ID: <auto.{:x}@example.com>\nIn-Reply-To: <{}>\nReferences: <{}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n\
         Your request reached the abuse desk and is in our queue under the ticket EX-48211.\nThe desk is staffed from 08:00 to 18:00 UTC on working days.\n",
        sent.envelope_from,
        date(at),
        at.0,
        sent.message_id,
        sent.message_id,
    ))
}

/// A page with a line of text, as a fax machine would hand it over: PDF 1.4.
pub(super) fn scan(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 14 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = pdf.len();
    let rows: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    pdf.push_str(&format!("xref\n0 {0}\n0000000000 65535 f \n{rows}trailer\n<< /Size {0} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    pdf.into_bytes()
}
