//! Ordinary letters that name addresses and URLs, which report nothing, and short notices, which do: by what stands beside their labels.

use noroshi_feeds::notice::{self, Sent};
use noroshi_kernel::moment::Moment;

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

/// Subject and text of letters that report nothing.
const ORDINARY: &[(&str, &str)] = &[
    // Events.
    (
        "Invitation: CSIRT weekly meeting",
        "Agenda:\n1. malware response meeting\n2. phishing incident handling\n\nJoin URL: https://meet.example.jp/abc\nMeeting ID: 123\n",
    ),
    ("CSIRT weekly", "Agenda:\n- the phishing site that we found on Monday\n- brute force attacks\n\nURL: https://meet.example.jp/abc\n"),
    ("Updated invitation: incident review @ Thu Nov 26", "Phishing incident review\nWhen: Thu Nov 26, 2026 10:00\nURL: https://meet.example.jp/abc\n"),
    ("Webinar: how ransomware attacks work", "Learn how attackers compromised a hospital.\nDate: 2026-12-01 14:00\nURL: https://events.example.jp/1\n"),
    ("Seminar on phishing", "Register now. Phishing attacks have been observed everywhere.\nURL: https://events.example.jp/2\n"),
    (
        "Call for Papers: Workshop on DDoS attacks",
        "DDoS attacks have been observed for years.\nSubmission deadline: 2026-12-31\nURL: https://cfp.example.jp/\n",
    ),
    ("標的型攻撃対策セミナーのご案内", "日時：2026年12月1日 14:00\n内容：マルウェア感染の事例\nURL：https://seminar.example.jp/\n"),
    ("定例会のご案内", "議題\n・不正アクセスの報告\n・フィッシングサイトの検知状況\n\n会議URL：https://meet.example.jp/abc\n"),
    ("定例会のご案内", "下記のとおり会議を開催します。先週検知した不正アクセスについて話します。\n\nURL：https://meet.example.jp/abc\n"),
    ("カンファレンスのお知らせ", "DDoS 攻撃に関する発表を募集しています。\nURL: https://cfp.example.jp/\n"),
    ("Re: Fwd: calendar", "The review of the phishing attack is at ten.\nURL: https://calendar.example.jp/e/1\n"),
    // News and offers.
    (
        "Security newsletter, November",
        "Ransomware: a hospital has been attacked.\nSource: https://news.example.jp/1\n\nPhishing: a bank was hit.\nURL: https://news.example.jp/2\n",
    ),
    ("Something to read", "A hospital has been attacked with ransomware.\nSource: https://news.example.jp/1\n"),
    ("セキュリティニュース 11月号", "国内の病院がマルウェアに感染しました。\n出典：https://news.example.jp/1\nURL：https://news.example.jp/2\n"),
    ("Stop DDoS attacks today", "Our new product has detected a million attacks.\nURL: https://vendor.example.jp/\n"),
    ("新製品のご紹介", "不正アクセスを検知するサービスです。\nURL：https://vendor.example.jp/\n"),
    ("Quotation for monitoring", "Please send us a quotation for intrusion detection.\n\nServer list:\nIP: 192.0.2.7\nIP: 192.0.2.8\n"),
    (
        "お見積りのお願い",
        "不正アクセス監視の見積をお願いいたします。\n\nホスト名 | IPアドレス | 導入日\nweb1 | 192.0.2.7 | 2024-04-01 10:00\nweb2 | 192.0.2.8 | 2024-04-01 10:00\n",
    ),
    // Tests and exercises.
    ("Phishing simulation", "On Monday our staff will get a phishing mail.\nURL: https://training.example.jp/login\nSender IP: 192.0.2.7\n"),
    ("Next week", "We will run a phishing simulation.\nPhishing URL: https://training.example.jp/login\nSource IP: 192.0.2.7\n"),
    ("Penetration test", "Source IP: 192.0.2.7\nAttack: brute force\nTime: 2026-11-25 10:00:00 UTC\n"),
    ("Vulnerability scan scheduled", "Our scanner will scan your network.\nSource IP: 192.0.2.7\nStart: 2026-12-01 10:00:00\n"),
    ("脆弱性診断のお知らせ", "下記の日程で実施します。\n送信元IP：192.0.2.7\n日時：2026年12月1日 10:00\n攻撃元と判定された場合はご連絡ください。\n"),
    ("標的型攻撃メール訓練について", "フィッシングメールの訓練を実施します。\n送信元IP：192.0.2.7\nURL：https://training.example.jp/\n"),
    ("お知らせ", "来月、脆弱性スキャンを実施する予定です。\n攻撃元IP：192.0.2.7\n"),
    // Requests to be let in, and changes.
    ("お願い", "マルウェア解析環境のため、203.0.113.75 からの通信を許可してください。\n"),
    ("通信許可のお願い", "マルウェア検体を収集するため、下記を許可してください。\n送信元IP：203.0.113.75\n宛先ポート：443\n日時：2026年11月20日 10:00\n"),
    ("Firewall change request", "For our malware lab.\nSource IP: 192.0.2.7\nDestination IP: 198.51.100.9\nPort: 443\nDate: 2026-11-20 10:00\n"),
    ("A server for the analysts", "Please allow the address of our honeypot.\nSource IP | Destination IP | Port\n192.0.2.7 | 198.51.100.9 | 443\n"),
    (
        "監視サーバの一覧",
        "監視対象の一覧です。攻撃を検知した件数を付けました。\n\n監視対象IP | 攻撃件数 | 最終確認\n192.0.2.7 | 12 | 2026-11-20 10:00\n192.0.2.8 | 3 | 2026-11-20 10:00\n",
    ),
    ("Servers", "The monitored servers, with the attacks of this month:\n\nIP | Attacks | Last seen\n192.0.2.7 | 12 | 2026-11-20 10:00\n"),
    // What is over, and answers.
    ("回答: 不正アクセスの件", "ご連絡の不正アクセスの件、状況は下記でご確認ください。\nURL：https://status.example.jp/\n"),
    ("Your ticket 123 was closed", "Phishing site reported by you on Monday.\nURL: https://helpdesk.example.jp/123\n"),
    ("Ticket 123", "Your ticket about a brute force attack was closed.\nURL: https://helpdesk.example.jp/123\n"),
    ("The attack", "The attack stopped, thanks.\nURL: https://www.example.jp/\n"),
    ("ご報告", "フィッシングサイトは停止しました。ありがとうございました。\nURL：https://www.example.jp/\n"),
    ("不正アクセスの件", "ご対応いただきありがとうございました。解決しました。\nURL：https://www.example.jp/\nIP：192.0.2.7\n"),
    ("Out of office", "I am on leave. If you have received phishing or were attacked, write to the incident desk.\nURL: https://desk.example.jp/\n"),
    ("不在のお知らせ", "休暇をいただいております。不正アクセスの報告は下記へお願いします。\nURL：https://desk.example.jp/\n"),
    // Questions, requests, papers.
    ("question", "Is 192.0.2.4 yours? We may have seen a scan.\n"),
    ("A question", "Have you received reports of attacks?\nIP: 192.0.2.4\n"),
    ("質問", "下記は貴社のものですか。攻撃元として見られますか。\nIPアドレス：192.0.2.4\n"),
    ("Application as an analyst", "I analysed malware and phishing for three years.\nURL: https://portfolio.example.jp/\n"),
    ("Job application", "I have found phishing sites for three years.\nPortfolio URL: https://taro.example.jp/\n"),
    ("取材のお願い", "不正アクセスの被害について記事を書いています。\nURL：https://news.example.jp/\n"),
    ("Press request", "We write about the ransomware attack that has been reported.\nURL: https://news.example.jp/\n"),
    ("Minutes of Monday", "A phishing site was reported by a bank. Taro looks into it.\nURL: https://docs.example.jp/minutes\n"),
    ("議事録", "先週のフィッシングサイトの件を報告した。\n資料URL：https://docs.example.jp/1\nURL：https://docs.example.jp/2\n"),
    ("Automatic reply: Abuse report", "We have received your abuse report. Your case is 123.\nURL: https://desk.example.jp/123\n"),
    ("自動応答：不正アクセスのご報告", "ご報告を受け付けました。\n受付番号：123\nURL：https://desk.example.jp/123\n"),
    ("VPNの利用申請", "不正アクセス防止のため、接続元を申請します。\n接続元IP：192.0.2.7\n利用開始日時：2026年11月25日 10:00\n"),
    ("Blocklist delisting request", "Our mail server was listed. Please delist.\nIP: 192.0.2.7\n"),
    ("ブロック解除のお願い", "弊社のメールサーバが迷惑メールの送信元として登録されています。解除をお願いします。\nIP：192.0.2.7\n"),
    ("[RESOLVED] DDoS attack", "Mitigated at 10:00.\nIP: 192.0.2.7\n"),
    ("Sensor installed", "The honeypot is installed.\nIP: 192.0.2.7\nPort: 22\n"),
    // Boilerplate and signatures.
    ("Lunch", "See you at noon.\n\nThis mail was scanned for viruses and malware.\nURL: https://www.example.jp/\n"),
    ("ご挨拶", "お世話になっております。\n\n例示社 不正アクセス対策室\nURL：https://www.example.jp/\nTEL：03-0000-0000\n"),
    ("A new server", "The new server is up.\nIP: 192.0.2.7\nPort: 443\n\n-- \nAbuse desk, attacks are reported here\n"),
    ("How to write to us", "If you see phishing, please report it.\nURL: https://desk.example.jp/\n"),
];

/// Subject and text of notices, with the first thing that each reports.
const NOTICES: &[(&str, &str, &str)] = &[
    // The subject says all.
    ("Abuse report", "IP: 192.0.2.7\n", "192.0.2.7"),
    ("Abuse report", "Source IP: 192.0.2.7\nTime: 2026-11-25 10:00:00 UTC\n", "192.0.2.7"),
    ("Phishing site report", "URL: https://login.example.test/a\n", "https://login.example.test/a"),
    ("不正アクセスのご報告", "送信元IP：192.0.2.7\n日時：2026年11月25日 10:00\n", "192.0.2.7"),
    ("不正アクセスのご報告", "IPアドレス：192.0.2.7\n", "192.0.2.7"),
    ("フィッシングサイトのご連絡", "URL：https://login.example.test/a\n", "https://login.example.test/a"),
    ("SSH brute force attack", "Host: mail.example.test\nIP: 192.0.2.7\n", "192.0.2.7"),
    ("DDoS攻撃について", "IP：192.0.2.7\nポート：123\n", "192.0.2.7"),
    ("Malware infection", "IP = 192.0.2.7\n", "192.0.2.7"),
    ("Copyright infringement", "Title: A film\nIP Address: 192.0.2.7\n", "192.0.2.7"),
    // A sentence before it.
    ("Hello", "Your server scans our network.\n\nIP: 192.0.2.7\n", "192.0.2.7"),
    ("Hello", "We have detected brute force attempts.\n\nPlease look into it and tell us.\n\nIP: 192.0.2.7\nTime: 2026-11-25 10:00\n", "192.0.2.7"),
    (
        "Hello",
        "I got a mail that leads to a phishing site. It imitates a bank, please take it down.\n\nURL: https://login.example.test/a\n",
        "https://login.example.test/a",
    ),
    ("Please help", "We were hit by an attack.\nSource IP: 192.0.2.7\n", "192.0.2.7"),
    ("ご連絡", "貴組織のネットワークからポートスキャンを受けています。\n\n下記をご確認ください。\n\n送信元IP：192.0.2.7\n", "192.0.2.7"),
    ("ご連絡", "弊社サーバへの不正なログイン試行を確認しました。\n・IPアドレス：192.0.2.7\n・ポート：22\n", "192.0.2.7"),
    (
        "お知らせ",
        "当社を騙るフィッシングサイトが公開されています。\n閉鎖をお願いいたします。\n\nURL：https://login.example.test/a\n",
        "https://login.example.test/a",
    ),
    ("お知らせ", "貴社のウェブサイトが改ざんされています。\n\nURL：https://www.shop.example.test/\n", "https://www.shop.example.test/"),
    ("お世話になっております", "下記の機器がマルウェアに感染している疑いがあります。\n\nIPアドレス\n192.0.2.7\n", "192.0.2.7"),
    // Behind it.
    ("A machine of yours", "IP address: 192.0.2.7\nIt scans our network.\n", "192.0.2.7"),
    ("A machine of yours", "IP address: 192.0.2.7\n\nIt attacked our mail server last night.\n", "192.0.2.7"),
    ("お知らせ", "IPアドレス：192.0.2.7\n不正な通信を確認しました。\n", "192.0.2.7"),
    ("お知らせ", "URL：https://login.example.test/a\n\n上記はフィッシングサイトです。停止をお願いします。\n", "https://login.example.test/a"),
    // Its heading.
    ("Hello", "Brute force attack\nSource IP: 192.0.2.7\n", "192.0.2.7"),
    ("Daily list", "Infected hosts in your network:\n\nIP: 192.0.2.7\nIP: 192.0.2.8\n", "192.0.2.7"),
    ("Daily list", "Infected hosts:\n\n192.0.2.7\n192.0.2.8\n", "192.0.2.7"),
    ("本日の一覧", "■フィッシングサイト\nURL：https://login.example.test/a\n", "https://login.example.test/a"),
    // Its record.
    ("Event 4711", "Source IP: 192.0.2.7\nTime: 2026-11-25 10:00:00 UTC\nPort: 22\n", "192.0.2.7"),
    ("Event 4711", "Category: brute force\nIP: 192.0.2.7\n", "192.0.2.7"),
    ("Event 4711", "IP: 192.0.2.7\nAttack: ssh\n", "192.0.2.7"),
    ("Event 4711", "IP: 192.0.2.7\nDescription: it attacked our mail server\n", "192.0.2.7"),
    ("検知通知", "種別：マルウェア感染\nIPアドレス：192.0.2.7\n", "192.0.2.7"),
    ("Event 4711", "IP: 192.0.2.7\nNov 25 10:00:00 web sshd[1]: Failed password for root from 192.0.2.7 port 5 ssh2\n", "192.0.2.7"),
    ("List", "time | src_ip | dst_port\n2026-11-25 10:00:00 | 192.0.2.7 | 22\n", "192.0.2.7"),
    // Labels that accuse, and URLs that nobody opens.
    ("Hello", "Attacker: 192.0.2.7\n", "192.0.2.7"),
    ("Hello", "Offending IP: 192.0.2.7\n", "192.0.2.7"),
    ("お知らせ", "攻撃元IP：192.0.2.7\n", "192.0.2.7"),
    ("お知らせ", "偽サイト：https://login.example.test/a\n", "https://login.example.test/a"),
    ("Hello", "Phishing URL: https://login.example.test/a\n", "https://login.example.test/a"),
    ("Hello", "URL: hxxps://login[.]example[.]test/a\n", "https://login.example.test/a"),
    ("Hello", "Defaced page: https://www.shop.example.test/\n", "https://www.shop.example.test/"),
    // Sentences without labels.
    ("Hello", "https://www.shop.example.test/ has been defaced.\n", "https://www.shop.example.test/"),
    ("Hello", "A phishing site is live: https://login.example.test/a\n", "https://login.example.test/a"),
    ("Hello", "We found a phishing site of our bank at https://login.example.test/a\n", "https://login.example.test/a"),
    ("お知らせ", "フィッシングサイトを発見しました。 https://login.example.test/a\n", "https://login.example.test/a"),
    ("通報", "銀行を装ったSMSが届きました。リンク先は詐欺サイトのようです。\n\nhttps://login.example.test/a\n", "https://login.example.test/a"),
    ("情報提供", "オープンリゾルバとなっているサーバの情報を提供します。\n\n192.0.2.7\n", "192.0.2.7"),
    ("WordPressへの攻撃", "以下のIPからxmlrpc.phpへの攻撃が続いています。\n\n192.0.2.7\n192.0.2.8\n", "192.0.2.7"),
    ("Hello", "Your host is part of a botnet that attacks us.\n\nSource | Destination | Port\n192.0.2.7 | 198.51.100.9 | 80\n", "192.0.2.7"),
    ("お知らせ", "攻撃元は192.0.2.7です。\n", "192.0.2.7"),
    ("お知らせ", "203.0.113.55 から不正アクセスがありました。\n", "203.0.113.55"),
    ("Hello", "192.0.2.7 tried to log in to our server, a brute force attack.\n", "192.0.2.7"),
];

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
