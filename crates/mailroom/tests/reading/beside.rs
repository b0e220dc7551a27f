//! The text of a letter beside parts that cannot be read.

use crate::read;
use noroshi_kernel::rsit::Rsit;

fn letter(text: &str, csv: &str) -> Vec<u8> {
    format!(
        "From: soc@example.jp\r\nTo: csirt@example.jp\r\nSubject: log\r\nMessage-ID: <1@example.jp>\r\nDate: Mon, 15 Jan 2024 10:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --b\r\nContent-Type: text/csv; name=\"log.csv\"\r\nContent-Disposition: attachment; filename=\"log.csv\"\r\n\r\n{csv}\r\n--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn a_part_that_cannot_be_read_does_not_silence_the_text() {
    let text = "Source IP: 192.0.2.7\r\nAttack: ssh brute force\r\nTime: 2024-01-15 00:00:07 UTC\r\n";
    let told = read(&letter(text, "timestamp,src_ip,dst_port\r\n13:44:02,192.0.2.7,22"));
    assert_eq!(told.findings.len(), 1, "{:?}", told.findings);
    assert_eq!(told.findings[0].addresses[0].to_string(), "192.0.2.7");
    assert_eq!(told.findings[0].rsit, Rsit::BruteForce);
    assert_eq!(told.findings[0].at.map(|at| at.rfc3339()).as_deref(), Some("2024-01-15T00:00:07Z"));
    assert_eq!(told.problems.len(), 1, "the row lies in the tray: {:?}", told.problems);

    // A part that can be read tells the same thing: it is told once.
    let told = read(&letter(text, "timestamp,src_ip,dst_port\r\n2024-01-15 00:00:07,192.0.2.7,22"));
    assert_eq!((told.findings.len(), told.problems.len()), (1, 0));

    // Without a report in the text there is the tray alone.
    let told = read(&letter("See the log.", "timestamp,src_ip,dst_port\r\n13:44:02,192.0.2.7,22"));
    assert_eq!((told.findings.len(), told.problems.len()), (0, 1));
}
