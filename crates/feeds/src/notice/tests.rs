//! Notices in the shapes that the field knows, written for the test.

use super::*;
use noroshi_kernel::rsit::Rsit;
use proptest::prelude::*;

/// What is read, of a letter of which nothing is known but when it was sent.
fn read(subject: &str, text: &str, at: Option<Moment>) -> Vec<Finding> {
    super::read(subject, text, &Sent { at, ..Sent::default() }).findings
}

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

#[test]
fn notices_of_more_shapes_are_read() {
    let at = |rest: &str| Some(format!("2024-01-15T{rest}Z"));
    for (subject, text, what, when, kind) in [
        (
            "SQL injection attempts",
            "Attacker IP ....... 192.0.2.7\nVictim ............ api.example.jp\nDetected at ....... 2024-01-15T00:00:07+00:00\n",
            "192.0.2.7",
            at("00:00:07"),
            Rsit::IdsAlert,
        ),
        (
            "web defacement report",
            "The site http://www.shop.example.test/ has been defaced.\n",
            "http://www.shop.example.test/",
            None,
            Rsit::UnauthorisedInformationModification,
        ),
        (
            "Compromised system",
            "The appliance at 2001:db8:44::17 (vpn.example.jp) was seen by us on 2024-01-15 00:00:07Z and is likely compromised.\n",
            "2001:db8:44::17",
            at("00:00:07"),
            Rsit::SystemCompromise,
        ),
        ("Phishing URL report", "https://login.example.test/a?b=c\n", "https://login.example.test/a?b=c", None, Rsit::Phishing),
        (
            "Scan",
            "Source: 192.0.2.7\nPorts: 22, 23\nFirst: 2024-01-15 09:00:07 +0900\nLast:  2024-01-15 09:30:00 +0900\n",
            "192.0.2.7",
            at("00:00:07"),
            Rsit::Scanner,
        ),
        ("Open service", "Timestamp (UTC) | IP | Port\n2024-01-15 00:00:07 | 192.0.2.7 | 6379\n", "192.0.2.7", at("00:00:07"), Rsit::Undetermined),
        ("Port scan from your network", "DROP 2024-01-15T00:00:07Z SRC=192.0.2.7 DST=198.51.100.9 DPT=23\n", "192.0.2.7", at("00:00:07"), Rsit::Scanner),
        (
            "Brute force",
            "IP: 192.0.2.7\nDomain: shop.example\nTime: 2024-01-15 00:00:07 UTC\nLog:\n192.0.2.7 - - [15/Jan/2024:00:00:07 +0000] \"POST /\"\n",
            "192.0.2.7",
            at("00:00:07"),
            Rsit::BruteForce,
        ),
        ("Spam trap", "ip=192.0.2.7\nts=1705276807\n", "192.0.2.7", at("00:00:07"), Rsit::Spam),
        (
            "SSH brute force",
            "Lines of 192.0.2.7 (times CEST)\nJan 15 02:00:07 web sshd[1]: Failed password for root from 192.0.2.7 port 51122 ssh2\n",
            "192.0.2.7",
            at("00:00:07"),
            Rsit::BruteForce,
        ),
        (
            "Notification d'une attaque par force brute",
            "L'adresse IP 192.0.2.7 a fait une attaque (brute force) le 15/01/2024 à 00:00 UTC.\n",
            "192.0.2.7",
            at("00:00:00"),
            Rsit::BruteForce,
        ),
    ] {
        let found: Vec<_> = read(subject, text, Some(Moment(1_705_300_000_000_000))).iter().map(told).collect();
        assert_eq!(found, [(what.to_owned(), when, kind)], "{subject}: {text}");
    }
    let port = |text: &str| read("Scan", text, None).first().and_then(|finding| finding.port).map(|port| port.to_string());
    assert_eq!(port("Source IP: 192.0.2.7\nPorts: 22, 23\n").as_deref(), Some("tcp/22"));
    assert_eq!(port("送信元IPアドレス：192.0.2.7\n宛先ポート：53/udp\n").as_deref(), Some("udp/53"));
    assert_eq!(port("Source IP: 192.0.2.7\nSource port: 123\nDestination port: 22\n").as_deref(), Some("tcp/123"));
}

#[test]
fn a_labelled_url_ends_where_it_ends_in_a_sentence() {
    let urls = |line: &str| -> Vec<String> {
        read("Phishing", &format!("{line}\n"), None).iter().filter_map(|finding| finding.url.as_ref()).map(|url| url.url.clone()).collect()
    };
    let one = "https://z.example.test/login";
    for line in [
        "URL: https://z.example.test/login (target: Example Bank)",
        "URL: https://z.example.test/login - Example Bank",
        "URL: https://z.example.test/login ※例示銀行",
        "URL：https://z.example.test/login※例示銀行",
        "フィッシングサイトURL：https://z.example.test/login（例示銀行を騙るもの）",
        "URL: https://z.example.test/login。",
        "URL: 「https://z.example.test/login」です。",
        "URL: （https://z.example.test/login）",
        "URL: hxxps://z[.]example[.]test/login (genuine: https://bank.example.jp/)",
        "hxxps://z[.]example[.]test/login（例示銀行を騙るもの、至急の対応をお願いいたします）",
    ] {
        assert_eq!(urls(line), [one], "{line}");
    }
    for line in [
        "URL: https://z.example.test/login、https://y.example.test/a",
        "URL: https://z.example.test/login,https://y.example.test/a",
        "URL: https://z.example.test/login; https://y.example.test/a。",
        "hxxps://z.example.test/login、hxxps://y.example.test/a",
        "URL：https://z.example.test/loginとhttps://y.example.test/a",
        "URL：https://z.example.test/login→https://y.example.test/a",
        "URL：https://z.example.test/login 他、https://y.example.test/a",
        "URL: https://z.example.test/login → redirects to https://y.example.test/a",
        "URL: https://z.example.test/login -> https://y.example.test/a",
    ] {
        assert_eq!(urls(line), [one, "https://y.example.test/a"], "{line}");
    }
    // What belongs to a URL stays with it.
    for line in ["https://z.example.test/a?next=https://y.example.test/", "https://z.example.test/a?x=1,https://y.example.test/"] {
        assert_eq!(urls(&format!("URL: {line}")), [line], "{line}");
    }
    assert_eq!(
        urls("URL: https://z.example.test/日本語/ログイン"),
        ["https://z.example.test/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3"]
    );
}

#[test]
fn nothing_is_left_out_in_silence() {
    let address = |place: usize| format!("10.{}.{}.{}", place >> 16 & 255, place >> 8 & 255, place & 255);
    let many = |count: usize, line: &dyn Fn(String) -> String| -> String { (0..count).map(|place| line(address(place)) + "\n").collect() };
    let list = |count| format!("These hosts attack us (brute force):\n\n{}", many(count, &|address| address));
    let csv = |count| format!("Brute force attacks:\n\ntimestamp,ip,port\n{}", many(count, &|address| format!("2024-01-15 00:00:07,{address},22")));
    let labels = |count| format!("Brute force attack\n{}", many(count, &|address| format!("Attacker IP: {address}")));
    let log = |count| {
        format!(
            "Brute force attack:\n{}",
            many(count, &|address| format!("Jan 15 00:00:07 web sshd[1]: Failed password for root from {address} port 51122 ssh2"))
        )
    };
    for (how, text, kept, left_out) in [
        ("a list", list(12_000), 12_000, 0),
        ("a table", csv(12_000), 12_000, 0),
        ("a log", log(300), 300, 0),
        ("a longer log", log(20_100), MOST_FINDINGS, 100),
        ("labels", labels(22_000), MOST_FINDINGS, 2_000),
    ] {
        let told = super::read("Abuse", &text, &Sent { at: Some(Moment(1_705_300_000_000_000)), ..Sent::default() });
        assert_eq!((told.findings.len(), told.left_out, told.unread_lines), (kept, left_out, 0), "{how}");
        let is_dated = text.contains("00:00:07");
        assert!(told.findings.iter().all(|finding| finding.at.is_some() == is_dated), "{how}: each with its time");
    }
    let told = super::read("Abuse", &format!("Brute force attack\nAttacker IP: 192.0.2.7\n{}\n", "x".repeat(LINE_MOST_BYTES + 1)), &Sent::default());
    assert_eq!((told.findings.len(), told.left_out, told.unread_lines), (1, 0, 1));
    let told = super::read("Abuse", &format!("Brute force attack\nAttacker IP: 192.0.2.7\n{}", "a\n".repeat(MOST_LINES)), &Sent::default());
    assert_eq!((told.findings.len(), told.unread_lines), (1, 2));
}

#[test]
fn sentences_of_japan_tell_the_source_and_not_the_victim() {
    for (subject, text, source, kind) in [
        (
            "貴組織管理のIPアドレスからの攻撃",
            "2026年11月24日 3時10分頃から、203.0.113.51 より弊社の Web サーバに対して SQL インジェクション攻撃が行われています。\n",
            "203.0.113.51",
            Rsit::IdsAlert,
        ),
        ("ご連絡", "203.0.113.53からSSHブルートフォース攻撃を受けています。\n", "203.0.113.53", Rsit::BruteForce),
        ("ご連絡", "203.0.113.54 を踏み台とした DDoS 攻撃を検知しました。\n", "203.0.113.54", Rsit::Ddos),
        ("お知らせ", "203.0.113.55 から不正アクセスがありました。\n", "203.0.113.55", Rsit::SystemCompromise),
        ("お知らせ", "203.0.113.55 から 198.51.100.7 へのスキャンを検知しました。\n", "203.0.113.55", Rsit::Scanner),
        ("198.51.100.7 へのスキャン", "203.0.113.55 からの通信を検知しました。\n", "203.0.113.55", Rsit::Scanner),
        ("検知のご連絡", "「２０３．０．１１３．５８」からのスキャンを検知しました。\n", "203.0.113.58", Rsit::Scanner),
    ] {
        let found = read(subject, text, None);
        let found: Vec<_> = found.iter().map(|finding| (finding.addresses[0].to_string(), finding.rsit)).collect();
        assert_eq!(found, [(source.to_owned(), kind)], "{subject}: {text}");
    }
    for (subject, text) in [
        ("検知のご連絡", "203.0.113.56 に対するスキャンを検知しました。\n"),
        ("203.0.113.56 に対するスキャンを検知", "詳細は調査中です。\n"),
        ("検知のご連絡", "当社の 203.0.113.56 への攻撃を検知しました。\n"),
        ("攻撃について", "203.0.113.56 から攻撃を受けていますか。\n"),
        ("攻撃について", "203.0.113.56 から攻撃があったのでしょうか？\n"),
        ("ブロックについて", "203.0.113.56 からの通信が攻撃と判定され、接続できません。ご確認をお願いします。\n"),
        ("誤検知のご連絡", "203.0.113.56 からの通信が攻撃と判定されています。解除をお願いします。\n"),
        ("Attack against 203.0.113.56", "We are looking into it.\n"),
    ] {
        assert_eq!(read(subject, text, None), [], "{subject}: {text}");
    }
}

#[test]
fn sites_are_reported_by_what_they_are_called() {
    for label in ["改ざんされたページ", "改ざんページ", "改竄ページ", "被害サイト", "偽サイト", "マルウェア配布URL", "不正サイト"]
    {
        for colon in [": ", "：", "：\n"] {
            let found = read("お知らせ", &format!("下記のとおりです。\n{label}{colon}http://www.shop.example.test/x\n"), None);
            let urls: Vec<_> = found.iter().filter_map(|finding| finding.url.as_ref()).map(|url| url.url.as_str()).collect();
            assert_eq!(urls, ["http://www.shop.example.test/x"], "{label}{colon}");
        }
    }
    let found = read("お知らせ", "偽サイト: login.shop.example.test\n", None);
    assert_eq!(found[0].host.as_ref().map(ToString::to_string).as_deref(), Some("login.shop.example.test"));
}

#[test]
fn tables_of_spaces_and_wide_digits_are_read() {
    let table = "Port scans from your network:\n\ntimestamp            src_ip          src_port dst_ip         dst_port proto\n\
                 2024-01-15 00:00:07  203.0.113.141   40112    198.51.100.7   22       tcp\n\
                 2024-01-15 00:00:08  203.0.113.142   40113    198.51.100.9   23       udp\n";
    for text in [table.to_owned(), table.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")] {
        let found: Vec<_> = read("Scan", &text, None).iter().map(told).collect();
        let expected = [(141, 7), (142, 8)].map(|(host, second)| (format!("203.0.113.{host}"), Some(format!("2024-01-15T00:00:0{second}Z")), Rsit::Scanner));
        assert_eq!(found, expected, "{text}");
    }
    let text = "不正アクセスを検知しました。\n送信元ＩＰアドレス　：　２０３．０．１１３．５８．\n検知時刻　：　２０２６年１１月２４日（火）　０３時１０分\nポート　：　２２\n";
    let found = read("お知らせ", text, None);
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [("203.0.113.58".into(), Some("2026-11-23T18:10:00Z".into()), Rsit::SystemCompromise)]);
    assert_eq!(found[0].port.map(|port| port.to_string()).as_deref(), Some("tcp/22"));
}

#[test]
fn times_of_logs_without_zone_are_used() {
    let text = "Hi,\n\nThe IP 203.0.113.64 has just been banned by Fail2Ban after 5 attempts against sshd.\n\nLines containing failures of 203.0.113.64\n\
                Nov 24 21:12:03 mail sshd[2211]: Failed password for root from 203.0.113.64 port 51022 ssh2\n";
    let at = |sent: &str, ahead_minutes| {
        let sent = Sent { at: crate::time::rfc_3339(sent), ahead_minutes, in_japanese: false };
        super::read("[Fail2Ban] sshd: banned 203.0.113.64", text, &sent).findings[0].at.map(|at| at.rfc3339())
    };
    assert_eq!(at("2026-11-25T01:00:00Z", Some(0)).as_deref(), Some("2026-11-24T21:12:03Z"));
    assert_eq!(at("2026-11-25T01:00:00Z", Some(540)).as_deref(), Some("2026-11-24T21:12:03Z"), "nothing says that it is of Japan");
    assert_eq!(at("2026-11-24T13:00:00Z", Some(540)).as_deref(), Some("2026-11-24T12:12:03Z"), "UTC would be after the letter was sent");
    assert_eq!(at("2027-01-02T00:00:00Z", Some(0)).as_deref(), Some("2026-11-24T21:12:03Z"));
    assert_eq!(at("2026-11-24T13:00:00Z", Some(0)), None, "in the letter's future by any reading");
}

proptest! {
    #[test]
    fn nothing_panics(text in "(IP: |Time: |192.0.2.7|2015-01-01 00:00:00|\n| - |:|楽天|Port: 99999|x){0,40}") {
        let _ = read("", &text, None);
    }
}
