//! Ordinary letters that name addresses and URLs, which report nothing, and short notices, which do: by what stands beside their labels.

mod notices;
mod ordinary;

use noroshi_feeds::notice::{self, Sent};
use noroshi_kernel::{moment::Moment, rsit::Rsit};
use notices::NOTICES;
use ordinary::ORDINARY;

/// Thursday, 26 November 2026, 03:00 UTC.
const SENT: Moment = Moment(1_795_662_000_000_000);

/// What a letter reports: of each thing its address, else its URL or host.
fn told(subject: &str, text: &str) -> Vec<String> {
    let told = notice::read(subject, text, &Sent { at: Some(SENT), ..Sent::default() });
    let shown = |finding: &noroshi_feeds::finding::Finding| {
        let url = finding.url.as_ref().map(|url| url.url.clone()).or_else(|| finding.addresses.first().map(ToString::to_string));
        url.or_else(|| finding.host.as_ref().map(ToString::to_string)).unwrap_or_default()
    };
    told.findings.iter().map(shown).collect()
}

/// The tables of letters that tell whence and whither, and not when.
#[test]
fn a_table_without_times_reports_its_sources() {
    for (names, rest) in [
        ("Source IP | Destination IP", " | 198.51.100.9"),
        ("Source | Destination | Port", " | 198.51.100.9 | 80"),
        ("src_ip dst_ip dst_port", " 198.51.100.9 80"),
        ("送信元IP | 宛先IP", " | 198.51.100.9"),
        ("送信元IP\t宛先IP\t宛先ポート", "\t198.51.100.9\t80"),
    ] {
        let text = format!("These hosts scan our network.\n\n{names}\n192.0.2.7{rest}\n192.0.2.8{rest}\n");
        assert_eq!(told("Hello", &text), ["192.0.2.7", "192.0.2.8"], "{text}");
    }
}

/// Of several in a row each is reported.
#[test]
fn each_of_several_in_a_sentence_is_reported() {
    for text in [
        "https://a.example.test/x と https://b.example.test/y がフィッシングサイトです。",
        "フィッシングサイト https://a.example.test/x と https://b.example.test/y を確認しました。",
        "フィッシングサイト https://a.example.test/x、https://b.example.test/y ほか2件を確認しました。",
        "フィッシングURL：https://a.example.test/x他、https://b.example.test/y他2件",
        "フィッシングサイトを2件確認しました。ご対応ください。\n\n(1) https://a.example.test/x\n(2) https://b.example.test/y",
        "フィッシングサイトを2件確認しました。ご対応ください。\n\n① https://a.example.test/x\n② https://b.example.test/y",
    ] {
        assert_eq!(told("Hello", text), ["https://a.example.test/x", "https://b.example.test/y"], "{text}");
    }
}

/// Where a machine is named as infected and what it connects to besides, the first is told, and is infected.
#[test]
fn an_infected_machine_is_the_source() {
    for text in ["感染端末：192.0.2.7\n通信先：198.51.100.9", "Infected host: 192.0.2.7\nC2: 198.51.100.9", "感染PC：192.0.2.7\n接続先IP：198.51.100.9"]
    {
        let told = notice::read("Hello", text, &Sent { at: Some(SENT), ..Sent::default() }).findings;
        let shown: Vec<_> = told.iter().map(|finding| (finding.addresses.first().map(ToString::to_string), finding.rsit)).collect();
        assert_eq!(shown, [(Some("192.0.2.7".to_owned()), Rsit::InfectedSystem)], "{text}");
    }
}

/// A list of links to read on is none of what was seen.
#[test]
fn a_numbered_list_of_links_is_no_report() {
    let text = "フィッシングサイトを確認しました。\n参考情報は以下のとおりです。\n\n1) https://www.example.jp/a\n2) https://www.example.jp/b\n";
    assert_eq!(told("Hello", text), Vec::<String>::new());
}

#[test]
fn ordinary_letters_report_nothing() {
    let wrong: Vec<_> = ORDINARY.iter().map(|(subject, text)| (subject, text, told(subject, text))).filter(|(.., told)| !told.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn short_notices_report() {
    let first = |subject: &str, text: &str| told(subject, text).into_iter().next().unwrap_or_default();
    let wrong: Vec<_> = NOTICES.iter().filter(|(subject, text, expected)| first(subject, text) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_notice_within_a_conversation_is_told_from_the_rest() {
    let text = "We have detected brute force attempts.\n\nIP: 192.0.2.7\n\nContact:\nOur meeting room for questions\nURL: https://meet.example.jp/abc\n";
    assert_eq!(told("Hello", text), ["192.0.2.7"]);
}
