//! Notices in the shapes that the field knows, written for the test.

use super::*;
use noroshi_kernel::rsit::Rsit;
use proptest::prelude::*;

fn told(finding: &Finding) -> (String, Option<String>, Rsit) {
    let what = finding.addresses.first().map(ToString::to_string).or_else(|| finding.url.as_ref().map(|url| url.url.clone())).unwrap_or_default();
    (what, finding.at.map(|at| at.rfc3339()), finding.rsit)
}

#[test]
fn labelled_lines_make_findings() {
    let text = "Dear team,\n\nProtocol: BITTORRENT\nInfringer's IP Address: 192.0.2.200\nInfringer's Port: 35657\nInitial Infringement Timestamp: 2015-11-13T20:35:03Z\nNotice Date: 2015-11-15T13:58:27Z\n\nThis email may be confidential.\n";
    let found = read("Notice of Claimed Infringement", text, None);
    assert_eq!(found.len(), 1);
    assert_eq!(told(&found[0]), ("192.0.2.200".into(), Some("2015-11-13T20:35:03Z".into()), Rsit::Copyright));
    assert_eq!(found[0].port.map(|port| port.to_string()).as_deref(), Some("tcp/35657"));
}

#[test]
fn a_new_address_is_a_new_finding() {
    let text = "Offending IP: 192.0.2.1\n  - Time: 2015-09-25 22:14:33-07:00\nOffending IP: 192.0.2.2\n  - Time: 2015-09-25 22:14:34-07:00\nTargeted Range: 198.51.100.0/24\n";
    let found: Vec<_> = read("SSH brute force", text, None).iter().map(told).collect();
    assert_eq!(
        found,
        [
            ("192.0.2.1".into(), Some("2015-09-26T05:14:33Z".into()), Rsit::BruteForce),
            ("192.0.2.2".into(), Some("2015-09-26T05:14:34Z".into()), Rsit::BruteForce)
        ]
    );
}

#[test]
fn lists_under_headings_make_findings() {
    let text = "IPs Engaged In Email Spamming On Your Network:\n\n2001:db8::21 (S)\n  - Mon, 21 Sep 2015 10:00AM PDT\n    - Subject: Hello\n\nIPs Engaged In Dictionary Attacks On Your Network:\n\n192.0.2.22 (D)\n  - Mon, 21 Sep 2015 11:00AM PDT\nnone\n";
    let found: Vec<_> = read("Monitor Report", text, None).iter().map(told).collect();
    assert_eq!(
        found,
        [
            ("2001:db8::21".into(), Some("2015-09-21T17:00:00Z".into()), Rsit::Spam),
            ("192.0.2.22".into(), Some("2015-09-21T18:00:00Z".into()), Rsit::BruteForce)
        ]
    );
}

#[test]
fn lines_of_xml_make_findings() {
    let text = "<notification date=\"2015-01-01\">\n <url_info url=\"http://a.example.test/\" ip=\"192.0.2.23\" />\n <url_info url=\"http://b.example.test/\" />\n</notification>\n";
    let found = read("Safe Browsing Report", text, None);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].url.as_ref().map(|url| url.url.as_str()), found[0].addresses.len()), (Some("http://a.example.test/"), 1));
    assert_eq!((found[1].url.as_ref().map(|url| url.url.as_str()), found[1].addresses.len()), (Some("http://b.example.test/"), 0));
    assert!(found.iter().all(|finding| finding.at.map(|at| at.rfc3339()).as_deref() == Some("2015-01-01T00:00:00Z")));
}

#[test]
fn lines_of_logs_tell_the_source_and_not_the_destination() {
    for line in [
        "Jan 15 00:00:07 fw kernel: [UFW BLOCK] IN=eth0 OUT= MAC=02:00 SRC=192.0.2.7 DST=198.51.100.9 LEN=40 PROTO=TCP SPT=44123 DPT=22",
        "Jan 15 00:00:07 fw sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 tty=ssh ruser= rhost=192.0.2.7  user=root",
        "Jan 15 00:00:07 fw date=x srcip=192.0.2.7,dstip=198.51.100.9",
        "Jan 15 00:00:07 fw %ASA-4-106023: Deny tcp src outside:192.0.2.7/44123 dst inside:198.51.100.9/22 by access-group \"outside\"",
    ] {
        let text = format!("Brute force was detected, all times are in UTC:\n\n{line}\n");
        let sent = Moment(1_705_300_000_000_000);
        let found: Vec<_> = read("Abuse report", &text, Some(sent)).iter().map(told).collect();
        assert_eq!(found, [("192.0.2.7".into(), Some("2024-01-15T00:00:07Z".into()), Rsit::BruteForce)], "{line}");
    }
}

#[test]
fn a_conversation_makes_none() {
    let text = "Hello,\nthank you for the call yesterday. The server 192.0.2.7 is ours, we will look into it.\nBest regards\nTaro (taro@example.jp)\n";
    assert_eq!(read("Re: question", text, None), []);
    for (subject, text) in [
        ("question", "Is 192.0.2.7 yours?\n"),
        ("question", "Did you see the SSH scans from 192.0.2.7?\n"),
        ("Re: Abuse report: phishing at 192.0.2.7", "We have removed it. Please check.\n"),
        ("about the phishing site", "You reported a phishing site on 192.0.2.7 last week. It was taken down by us.\n"),
        ("ご連絡の件", "フィッシングサイトの件、ご報告いただきありがとうございます。192.0.2.7 からのものは停止しました。\n"),
        ("minutes", "The incident drill ends on Friday. Our mail server 198.51.100.1 moves to 198.51.100.2.\n"),
        ("newsletter", "This week: phishing. Read more:\nhttps://www.example.jp/news/1\nPlease visit:\nhttps://www.example.jp/\n"),
    ] {
        assert_eq!(read(subject, text, None), [], "{subject}: {text}");
    }
}

#[test]
fn records_that_begin_with_their_time_keep_it() {
    let text = "Time: 2024-01-15 00:00:07\nIP: 192.0.2.1\n\nTime: 2024-01-15 00:00:08\nIP: 192.0.2.2\n\nTime: 2024-01-15 00:00:09\nIP: 192.0.2.3\n";
    let found: Vec<_> = read("Scans", text, None).iter().map(told).collect();
    let expected = [(1, 7), (2, 8), (3, 9)].map(|(host, second)| (format!("192.0.2.{host}"), Some(format!("2024-01-15T00:00:0{second}Z")), Rsit::Scanner));
    assert_eq!(found, expected);
}

#[test]
fn several_on_a_line_and_several_in_a_value() {
    let found: Vec<_> = read("Spam", "IP: 192.0.2.1, port: 25, time: 2024-01-15 00:00:07 UTC\n", None).iter().map(told).collect();
    assert_eq!(found, [("192.0.2.1".into(), Some("2024-01-15T00:00:07Z".into()), Rsit::Spam)]);
    let found: Vec<_> = read("Spam", "Date: 2024-01-15 00:00:07\nSource IPs: 192.0.2.1, 192.0.2.2 and 192.0.2.3\n", None).iter().map(told).collect();
    assert_eq!(found.iter().map(|(what, ..)| what.as_str()).collect::<Vec<_>>(), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    let found: Vec<_> = read("Spam", "IP: 192.0.2.1 (host.example.test)\n", None).iter().map(told).collect();
    assert_eq!(found, [("192.0.2.1".into(), None, Rsit::Spam)]);
}

proptest! {
    #[test]
    fn nothing_panics(text in "(IP: |Time: |192.0.2.7|2015-01-01 00:00:00|\n| - |:|楽天|Port: 99999|x){0,40}") {
        let _ = read("", &text, None);
    }
}
