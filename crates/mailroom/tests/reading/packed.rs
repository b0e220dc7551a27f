//! Reports that Outlook packed into `winmail.dat`.

use crate::{
    iodef::{letter, zipped},
    read,
    tnef::{LONG_NAME, attachment, body, file, utf16},
};
use noroshi_kernel::rsit::Rsit;

const CSV: &[u8] = b"timestamp,ip,protocol,port,tag\n2024-01-15 00:00:07,192.0.2.7,udp,53,openresolver\n";
const NAME: &str = "2024-01-15-scan_dns-example.csv";

#[test]
fn a_report_is_read_within() {
    let title = |bytes: &[u8], name: &str| attachment(b"REPORT~1", Some(bytes), &[(LONG_NAME, utf16(name))]);
    for (how, attachments) in [("a table", title(CSV, NAME)), ("an archive", title(&zipped(&[(NAME, CSV)]), "reports.zip"))] {
        let told = read(&letter("winmail.dat", "application/ms-tnef", &file(1252, &[body(b"Please see the report."), attachments])));
        assert_eq!(told.findings.len(), 1, "{how}: {told:?}");
        let finding = &told.findings[0];
        assert_eq!((finding.addresses[0].to_string().as_str(), finding.rsit), ("192.0.2.7", Rsit::DdosAmplifier), "{how}");
        assert!(told.problems.is_empty(), "{how}: {:?}", told.problems);
    }
}

#[test]
fn the_text_within_is_read_as_the_letters_own() {
    let told = read(&letter("winmail.dat", "application/ms-tnef", &file(1252, &[body(b"Brute force attack\r\nSource IP: 192.0.2.7\r\n")])));
    let addresses: Vec<String> = told.findings.iter().flat_map(|finding| &finding.addresses).map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.7"], "{told:?}");
}
