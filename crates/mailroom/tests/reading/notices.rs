//! Notices of the kinds that the field writes, made up for the test (`tests/notices`): each by its shape, none by its sender.

use crate::read;
use noroshi_kernel::rsit::Rsit;
use std::path::Path;

/// A finding: what it is about (its first address, or its URL when that is all), and when it was seen.
type Told = (&'static str, &'static str);

const SEEN: &str = "2024-01-15T00:00:07Z";

/// File, kind, and findings. A time that stands in no label and in no log is when the letter was sent.
const RIGHT: &[(&str, Rsit, &[Told])] = &[
    ("banned", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("bank_en", Rsit::Phishing, &[("192.0.2.7 https://bank-secure.example.test/login.php", "2024-01-15T00:00:00Z")]),
    ("bank_ja", Rsit::Phishing, &[("192.0.2.7 https://login.bank-secure.example/ib/index.php", "2024-01-15T00:00:00Z")]),
    (
        "browsing_urls",
        Rsit::MalwareDistribution,
        &[(" http://www.shop.example.test/index.php", "2024-01-15T01:29:58Z"), (" http://www.shop.example.test/js/jquery.js", "2024-01-15T01:29:58Z")],
    ),
    ("cert_table", Rsit::InfectedSystem, &[("192.0.2.7", SEEN), ("192.0.2.8", "2024-01-15T00:10:07Z"), ("2001:db8::9", "2024-01-15T00:20:07Z")]),
    ("cloud_form", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("cloud_scan", Rsit::Scanner, &[("192.0.2.7", SEEN)]),
    ("complained", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("csv_in_text", Rsit::DdosAmplifier, &[("192.0.2.7", SEEN), ("192.0.2.8", "2024-01-15T00:00:09Z")]),
    ("ddos", Rsit::DdosAmplifier, &[("192.0.2.7", "2024-01-15T00:00:07Z")]),
    ("denied", Rsit::BruteForce, &[("192.0.2.7", "2024-01-15T01:29:58Z"), ("192.0.2.8", "2024-01-15T01:29:58Z")]),
    ("forwarded_attached", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("forwarded_inline", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("html_rows", Rsit::Spam, &[("192.0.2.7", SEEN), ("192.0.2.8", "2024-01-15T00:00:09Z")]),
    ("html_table", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("labels_below", Rsit::InfectedSystem, &[("192.0.2.7", SEEN)]),
    ("listed", Rsit::InfectedSystem, &[("192.0.2.7", SEEN)]),
    (
        "malware_site",
        Rsit::MalwareDistribution,
        &[("192.0.2.7 http://192.0.2.7/bins/mips", SEEN), ("192.0.2.8 http://files.example.test/a.exe", "2024-01-15T00:00:09Z")],
    ),
    ("ncsc_columns", Rsit::DdosAmplifier, &[("192.0.2.7", SEEN), ("192.0.2.8", "2024-01-15T00:00:09Z")]),
    ("by_line", Rsit::BruteForce, &[("192.0.2.7", SEEN), ("192.0.2.8", "2024-01-15T00:00:09Z")]),
    ("ddos_list", Rsit::Ddos, &[("192.0.2.7", SEEN), ("192.0.2.8", SEEN), ("2001:db8::9", SEEN)]),
    ("defaced", Rsit::UnauthorisedInformationModification, &[("192.0.2.7 http://www.shop.example.test/index.html", SEEN)]),
    ("equals", Rsit::IdsAlert, &[("192.0.2.7", SEEN)]),
    ("hosting", Rsit::MalwareDistribution, &[("192.0.2.7 http://srv7.isp.example/wp-content/x.exe", SEEN)]),
    ("html_divs", Rsit::Phishing, &[("192.0.2.7 https://login.shop.example.test/", SEEN)]),
    ("ja_log", Rsit::Scanner, &[("192.0.2.7", SEEN)]),
    ("ja_observed", Rsit::SystemCompromise, &[("192.0.2.7", SEEN)]),
    ("ja_urls", Rsit::Phishing, &[("192.0.2.7 https://login.card-a.example.test/", SEEN), ("192.0.2.7 https://login.card-b.example.test/signin", SEEN)]),
    ("one_sentence", Rsit::Spam, &[("192.0.2.7", SEEN)]),
    ("outlook_forward", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("quoted_log", Rsit::Spam, &[("192.0.2.7", SEEN)]),
    ("rights", Rsit::Copyright, &[("192.0.2.7", SEEN)]),
    ("sentence_phish", Rsit::Phishing, &[("192.0.2.7 https://login.shop.example.test/signin", "2024-01-15T00:00:00Z")]),
    ("spam_by_a_user", Rsit::Spam, &[("192.0.2.7", SEEN)]),
    ("team_ja", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
    ("web_attack", Rsit::IdsAlert, &[("192.0.2.7", SEEN)]),
    ("xarf_old", Rsit::BruteForce, &[("192.0.2.7", SEEN)]),
];

#[test]
fn notices_of_every_kind_tell_source_and_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notices");
    let files = std::fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(files, RIGHT.len(), "each file is in the table");
    let mut wrong = Vec::new();
    for (name, rsit, expected) in RIGHT {
        let told = read(&std::fs::read(folder.join(format!("{name}.eml"))).expect("a notice"));
        let found: Vec<(String, String)> = told
            .findings
            .iter()
            .map(|finding| {
                let address = finding.addresses.first().map(ToString::to_string).unwrap_or_default();
                let url = finding.url.as_ref().map(|url| format!(" {}", url.url)).unwrap_or_default();
                (format!("{address}{url}"), finding.at.map(|at| at.rfc3339()).unwrap_or_default())
            })
            .collect();
        let same = found.iter().map(|(what, at)| (what.as_str(), at.as_str())).eq(expected.iter().copied());
        if !same || told.findings.iter().any(|finding| finding.rsit != *rsit) || !told.problems.is_empty() {
            let kinds: Vec<Rsit> = told.findings.iter().map(|finding| finding.rsit).collect();
            wrong.push(format!("{name}: {found:?} {kinds:?} {:?}", told.problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
