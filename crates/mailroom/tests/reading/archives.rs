//! Reports that come packed, and archives that are not opened.

use crate::{
    iodef::{letter, zipped},
    read,
};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

const CSV: &[u8] = b"\"timestamp\",\"ip\",\"port\",\"protocol\",\"tag\"\n\"2024-01-15 00:00:07\",\"192.0.2.7\",53,\"udp\",\"openresolver\"\n";

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).expect("written");
    writer.finish().expect("finished")
}

/// A tar of one file (POSIX.1-1988, `ustar`), as far as it is looked at.
fn tarred(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut head = vec![0; 512];
    head[..name.len()].copy_from_slice(name.as_bytes());
    head[257..263].copy_from_slice(b"ustar\0");
    [head, bytes.to_vec(), vec![0; 1_024]].concat()
}

/// The addresses and the keys of the problems, with their places.
fn told(name: &str, media_type: &str, bytes: &[u8]) -> (Vec<String>, Vec<(String, String)>) {
    let told = read(&letter(name, media_type, bytes));
    for (_, reason) in &told.problems {
        assert!(reason.text.en.is_ascii() && !reason.text.ja.contains("invalid"), "{reason:?}");
    }
    (
        told.findings.iter().map(|finding| finding.addresses[0].to_string()).collect(),
        told.problems.iter().map(|(place, reason)| (reason.key.to_string(), place.en.clone())).collect(),
    )
}

#[test]
fn a_table_is_read_out_of_gzip() {
    let one = vec!["192.0.2.7".to_owned()];
    let name = "2024-01-15-scan_dns-x.csv.gz";
    assert_eq!(told(name, "application/gzip", &gzipped(CSV)), (one.clone(), vec![]));
    assert_eq!(told(name, "application/octet-stream", &gzipped(CSV)), (one.clone(), vec![]));
    assert_eq!(told("reports.zip", "application/zip", &zipped(&[(name, &gzipped(CSV))])), (one, vec![]));
    // Archives in a row are one file: 300 MiB of nothing.
    let bomb = gzipped(&vec![0; 10 << 20]).repeat(30);
    let begun = std::time::Instant::now();
    assert_eq!(told(name, "application/gzip", &bomb), (vec![], vec![("gzip-bomb".to_owned(), "part 2".to_owned())]));
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let nested = (0..6).fold(CSV.to_vec(), |bytes, _| gzipped(&bytes));
    assert_eq!(told(name, "application/gzip", &nested).1[0].0, "zip-depth");
}

#[test]
fn a_table_of_windows_in_japan_is_read_out_of_archives() {
    // 種別 and ボット感染 in Shift_JIS.
    let text = b"timestamp,ip,port,\x8e\xed\x95\xca\r\n2024-01-15 00:00:07,192.0.2.7,22,\x83\x7b\x83\x62\x83\x67\x8a\xb4\x90\xf5\r\n";
    // 攻撃元IP in Shift_JIS: a notice, not a table.
    let notice = b"\x8d\x55\x8c\x82\x8c\xb3IP: 192.0.2.7\r\n";
    let one = (vec!["192.0.2.7".to_owned()], vec![]);
    assert_eq!(told("a.csv", "application/octet-stream", text), one);
    assert_eq!(told("a.csv.gz", "application/gzip", &gzipped(text)), one);
    assert_eq!(told("a.zip", "application/zip", &zipped(&[("a.csv", text)])), one);
    assert_eq!(told("a.zip", "application/zip", &zipped(&[("a.txt", notice)])), one);
}

#[test]
fn what_is_called_an_archive_and_is_none_lies_in_the_tray() {
    for (name, bytes, expected) in [
        ("2024-01-15-scan_dns-x.csv.gz", &b"not at all"[..], Some("archive-misnamed")),
        ("report.zip", b"\0\x01\xff\xfe", Some("archive-misnamed")),
        ("party.gz", b"not at all", None),
    ] {
        let problems = expected.map(|key| (key.to_owned(), "part 2".to_owned()));
        assert_eq!(told(name, "application/octet-stream", bytes), (vec![], problems.into_iter().collect()), "{name}");
    }
    // A table is read, whatever it is called.
    assert_eq!(told("2024-01-15-scan_dns-x.csv.gz", "application/gzip", CSV), (vec!["192.0.2.7".to_owned()], vec![]));
}

#[test]
fn archives_that_are_not_opened_say_so_where_they_may_hold_a_report() {
    let tar = tarred("2024-01-15-scan_dns-x.csv", CSV);
    for (name, bytes, expected) in [
        ("2024-01-15-scan_dns-x.tar.gz", gzipped(&tar), Some("part 2, 2024-01-15-scan_dns-x.tar.gz")),
        ("report.tar", tar.clone(), Some("part 2")),
        ("list.7z", b"7z\xbc\xaf\x27\x1cxxxxxxxx".to_vec(), Some("part 2")),
        ("検知リスト.lzh", b"\x1e\x5d-lh5-xxxxxxxx".to_vec(), Some("part 2")),
        ("attackers.rar", b"Rar!\x1a\x07\x01\0".to_vec(), Some("part 2")),
        ("party.7z", b"7z\xbc\xaf\x27\x1cxxxxxxxx".to_vec(), None),
        ("party.tar.gz", gzipped(&tar), None),
    ] {
        let problems = expected.map(|place| ("archive-unread".to_owned(), place.to_owned()));
        assert_eq!(told(name, "application/octet-stream", &bytes), (vec![], problems.into_iter().collect()), "{name}");
    }
}

#[test]
fn a_password_is_told_with_what_to_do() {
    let mut locked = zipped(&[("2024-01-15-scan_dns-x.csv", CSV)]);
    let directory = locked.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    locked[6] |= 1;
    locked[directory + 8] |= 1;
    let told = read(&letter("x.zip", "application/zip", &locked));
    let (_, reason) = &told.problems[0];
    assert_eq!((told.findings.len(), told.problems.len(), reason.key.as_ref()), (0, 1, "zip-password"));
    for word in ["パスワード", "OpenPGP", "手で開いて"] {
        assert!(reason.text.ja.contains(word), "{reason:?}");
    }
    for word in ["password", "OpenPGP", "by hand"] {
        assert!(reason.text.en.contains(word), "{reason:?}");
    }
}
