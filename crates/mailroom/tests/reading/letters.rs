//! Letters that report nothing, however many addresses they hold.

use crate::read;

fn letter(subject: &str, fields: &str, text: &str) -> Vec<u8> {
    format!(
        "From: taro@example.jp\r\nTo: csirt@example.jp\r\nSubject: {subject}\r\nMessage-ID: <1@example.jp>\r\n{fields}\
         Date: Mon, 15 Jan 2024 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    )
    .into_bytes()
}

fn told(subject: &str, fields: &str, text: &str) -> Vec<String> {
    let shown = |finding: &noroshi_feeds::finding::Finding| {
        finding.addresses.first().map(ToString::to_string).or_else(|| finding.url.as_ref().map(|url| url.url.clone())).unwrap_or_default()
    };
    read(&letter(subject, fields, text)).findings.iter().map(shown).collect()
}

/// Labels as a notice bears them.
const LABELS: &str = "Source IP: 192.0.2.7\nAttack: ssh brute force\nTime: 2024-01-15 00:00:07 UTC\n";

#[test]
fn what_an_answer_quotes_reports_nothing() {
    let quoted: String = LABELS.lines().map(|line| format!("> {line}\n")).collect();
    for (subject, text) in [
        ("Re: Abuse report", format!("Not our machine.\n\n{quoted}")),
        ("our notice of yesterday", format!("Not our machine.\n\n{quoted}")),
        ("AW: Abuse report", format!("Erledigt.\n\nVon: csirt@example.jp\nGesendet: Montag\n{LABELS}")),
        ("RE: Abuse report", format!("Done.\n\n-----Original Message-----\n{LABELS}")),
    ] {
        assert_eq!(told(subject, "", &text), [""; 0], "{subject}: {text}");
    }
    for (subject, text) in [
        ("Re: Abuse report", format!("There is more:\n{LABELS}")),
        ("Fwd: Abuse report", format!("For you.\n\n---------- Forwarded message ---------\n{quoted}")),
        ("FW: Abuse report", format!("For you.\n\n-----Original Message-----\n{LABELS}")),
    ] {
        assert_eq!(told(subject, "", &text), ["192.0.2.7"], "{subject}: {text}");
    }
}

#[test]
fn a_label_alone_reports_nothing() {
    for (subject, text) in [
        ("Minutes of Monday", "Topic: takedown of a botnet\nDate: 2024-01-15\nURL: https://meet.example.test/abc\n"),
        ("An account for our analyst", "Name: Hanako\nIP address: 192.0.2.7\nPort: 443\nPlease open the firewall, or write to abuse@example.jp.\n"),
        (
            "Vulnerability in a product",
            "Affected host: demo.example.test\nURL: https://demo.example.test/login\nIssue: SQL injection in a parameter\nPort: 443\n",
        ),
        ("Vulnerability report", "Steps:\n1. open http://shop.example.test/admin?id=1\n2. exploit it\nServer IP: 192.0.2.7\n"),
        ("ファイアウォールの設定", "下記の接続を許可してください。\nIPアドレス：192.0.2.7\nポート：443\n"),
        ("Question", "Is IP address: 192.0.2.7 yours? We saw a brute force attack, but our rule may be wrong.\n"),
        ("A machine of yours", "Source IP: 192.0.2.7\n"),
        ("A test", "We will carry out a penetration test from 192.0.2.7 against www.example.jp on 2024-01-20. It is no attack.\n"),
        ("侵入テストのお知らせ", "192.0.2.7 から侵入テストを行います。攻撃ではありません。\n"),
    ] {
        assert_eq!(told(subject, "", text), [""; 0], "{subject}: {text}");
    }
    for (subject, text) in [
        ("A machine of yours", "IP address: 192.0.2.7\nIt scans our network.\n"),
        ("お知らせ", "IPアドレス：192.0.2.7\n不正な通信を確認しました。\n"),
        ("A machine of yours", "Attacker: 192.0.2.7\n"),
        ("A machine of yours", "Source IP: 192.0.2.7\nTime: 2024-01-15 00:00:07 UTC\n"),
    ] {
        assert_eq!(told(subject, "", text), ["192.0.2.7"], "{subject}: {text}");
    }
}

#[test]
fn what_goes_to_many_reports_by_its_machine_readable_parts_alone() {
    let news = "Malware of the month\nIOC list:\nhxxp://bad.example.test/a\n192.0.2[.]7\n";
    for fields in ["List-Id: <news.example.jp>\r\n", "Precedence: bulk\r\n", "Precedence: list\r\n"] {
        assert_eq!(told("Newsletter", fields, news), [""; 0], "{fields}");
        assert_eq!(told("Abuse report", fields, LABELS), [""; 0], "{fields}");
    }
    assert_eq!(told("Abuse report", "", LABELS), ["192.0.2.7"]);
    let table = "From: a@example.jp\r\nSubject: Malware\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\nContent-Type: text/csv; name=\"a.csv\"\r\n\
                 Content-Disposition: attachment; filename=\"a.csv\"\r\n\r\ntimestamp,ip,port\r\n2024-01-15 00:00:07,192.0.2.7,22\r\n";
    assert_eq!(read(table.as_bytes()).findings.len(), 1);
}

#[test]
fn tables_with_semicolons_are_read() {
    let table = |rows: &str| {
        let head = "From: a@example.jp\r\nSubject: Infected hosts\r\nMIME-Version: 1.0\r\nContent-Type: text/csv; name=\"a.csv\"\r\n\
                    Content-Disposition: attachment; filename=\"a.csv\"\r\n\r\ndate;time;ip;asn;infection\r\n";
        read(format!("{head}{rows}").as_bytes())
    };
    let told = table("2024-01-15;00:00:07;192.0.2.7;64500;a\r\n2024-01-15;00:00:09;192.0.2.8;64500;b\r\n");
    let found: Vec<_> = told.findings.iter().map(|finding| (finding.addresses[0].to_string(), finding.at.map(|at| at.rfc3339()))).collect();
    assert_eq!(found, [("192.0.2.7".to_owned(), Some("2024-01-15T00:00:07Z".to_owned())), ("192.0.2.8".to_owned(), Some("2024-01-15T00:00:09Z".to_owned()))]);
    assert!(told.problems.is_empty());
    let told = table("2024-01-15;00:00:07;somewhere;64500;a\r\n");
    assert_eq!((told.findings.len(), told.problems.len()), (0, 1), "it lies in the tray");
}
