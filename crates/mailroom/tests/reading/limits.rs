//! Longer lists than are read of one letter.

use crate::read;

fn letter(part: &str, text: &str) -> Vec<u8> {
    format!(
        "From: soc@example.jp\r\nTo: csirt@example.jp\r\nSubject: Brute force attacks\r\nMessage-ID: <1@example.jp>\r\nDate: Mon, 15 Jan 2024 10:00:00 +0000\r\n\
         MIME-Version: 1.0\r\n{part}\r\n\r\n{text}"
    )
    .into_bytes()
}

fn rows(count: usize, row: impl Fn(String) -> String) -> String {
    (0..count).map(|place| row(format!("10.{}.{}.{}", place >> 16 & 255, place >> 8 & 255, place & 255)) + "\r\n").collect()
}

#[test]
fn what_is_left_out_is_told_with_its_number() {
    let plain = "Content-Type: text/plain; charset=utf-8";
    let attached = "Content-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment; filename=\"a.csv\"";
    let table = |count| format!("timestamp,ip,port\r\n{}", rows(count, |address| format!("2024-01-15 00:00:07,{address},22")));
    for (how, raw, kept, left_out) in [
        ("a list", letter(plain, &format!("These attack us:\r\n\r\n{}", rows(12_000, |address| address))), 12_000, None),
        ("labels", letter(plain, &rows(25_000, |address| format!("Attacker IP: {address}"))), 20_000, Some("5000 ")),
        ("a table in the text", letter(plain, &table(20_500)), 20_000, Some("500 ")),
        ("a table attached", letter(attached, &table(25_000)), 20_000, Some("5000 ")),
    ] {
        let told = read(&raw);
        assert_eq!(told.findings.len(), kept, "{how}");
        let said: Vec<_> = told.problems.iter().map(|(_, reason)| (reason.key.as_ref(), reason.text.clone())).collect();
        assert_eq!(said.len(), usize::from(left_out.is_some()), "{how}: {said:?}");
        if let (Some(number), Some((key, text))) = (left_out, said.first()) {
            assert!(*key == "letter-left-out" && text.en.starts_with(number) && text.ja.contains(number), "{how}: {text:?}");
        }
    }
    // 4 MiB of a text are read.
    let long = letter(plain, &format!("Attacker IP: 192.0.2.7\r\n{}", "words of no matter\r\n".repeat(230_000)));
    let told = read(&long);
    let keys: Vec<_> = told.problems.iter().map(|(_, reason)| reason.key.as_ref()).collect();
    assert_eq!((told.findings.len(), keys.as_slice()), (1, &["letter-lines", "part-length"][..]));
}

#[test]
fn many_urls_find_their_addresses_in_time() {
    let begun = std::time::Instant::now();
    let urls: String = (0..5_000).map(|place| format!("hxxp://h{place}.example.test/a [192.0.2.{}]\r\n", place % 250)).collect();
    let told = read(&letter("Content-Type: text/plain; charset=utf-8", &format!("Phishing sites:\r\n\r\n{urls}")));
    assert_eq!(told.findings.len(), 5_000);
    assert_eq!(told.findings[4_999].addresses[0].to_string(), "192.0.2.249");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn rows_with_one_reason_are_told_as_one() {
    let attached = "Content-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment; filename=\"a.csv\"";
    let told = |rows: &str| {
        let told = read(&letter(attached, &format!("timestamp,ip,port\r\n{rows}")));
        let problems: Vec<_> = told.problems.iter().map(|(place, reason)| (place.en.clone(), reason.key.to_string(), reason.text.en.clone())).collect();
        (told.findings.len(), problems)
    };
    let (good, bad) = ("2024-01-15 00:00:07,192.0.2.7,22\r\n", "2024-01-15 00:00:07,nowhere,22\r\n");
    let (kept, problems) = told(&format!("{good}{}{good}{bad}", bad.repeat(5_000)));
    let places: Vec<_> = problems.iter().map(|(place, key, _)| (place.as_str(), key.clone())).collect();
    let key = &problems[0].1;
    assert_eq!((kept, places), (1, vec![("part 1, lines 3 to 5002", key.clone()), ("part 1, line 5004, column 2", key.clone())]), "{problems:?}");
    // A hundred runs are told, the rest by their number.
    let (_, problems) = told(&format!("{good}{bad}{bad}").repeat(150));
    assert_eq!((problems.len(), problems[100].1.as_str()), (101, "letter-left-out"));
    assert!(problems[100].2.starts_with("100 more"), "{problems:?}");
}
