//! Whose clock a time is of that names no zone.

use crate::read;

fn at(charset: &str, date: &str, text: &str) -> Vec<String> {
    let raw = format!(
        "From: a@example.jp\r\nSubject: Attack\r\nMessage-ID: <1@example.jp>\r\nDate: {date}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
    );
    read(raw.as_bytes()).findings.iter().map(|finding| finding.at.map(|at| at.rfc3339()).unwrap_or_default()).collect()
}

const JAPAN: &str = "Wed, 25 Nov 2026 10:00:00 +0900";
const GREENWICH: &str = "Wed, 25 Nov 2026 01:00:00 +0000";

#[test]
fn a_time_without_zone_is_of_the_letters() {
    for (charset, date, text, expected) in [
        ("utf-8", GREENWICH, "攻撃元: 203.0.113.63\r\n日時: 2026年11月24日 8:15\r\n", "2026-11-23T23:15:00Z"),
        ("utf-8", GREENWICH, "攻撃元: 203.0.113.63\r\n日時: 2026/11/24(火) 08:15\r\n", "2026-11-23T23:15:00Z"),
        ("utf-8", GREENWICH, "攻撃元: 203.0.113.63\r\n日時: 2026年11月24日（火）8時15分\r\n", "2026-11-23T23:15:00Z"),
        ("utf-8", GREENWICH, "攻撃元: 203.0.113.63\r\n日時: 令和8年11月24日(火・祝) 午後2時5分\r\n", "2026-11-24T05:05:00Z"),
        ("utf-8", GREENWICH, "攻撃元: 203.0.113.63\r\n検知日時: R8.11.24 14:05\r\n", "2026-11-24T05:05:00Z"),
        ("utf-8", JAPAN, "フィッシングサイト：https://a.example.test/ （2026/11/24 9:00 確認）\r\n", "2026-11-24T00:00:00Z"),
        ("iso-2022-jp", GREENWICH, "Attacker: 203.0.113.63\r\nTime: 2026-11-24 08:15\r\n", "2026-11-23T23:15:00Z"),
        ("utf-8", JAPAN, "攻撃元: 203.0.113.63\r\n日時: 2026年11月24日 8:15 UTC\r\n", "2026-11-24T08:15:00Z"),
        ("utf-8", JAPAN, "Attacker: 203.0.113.63\r\nTime: 2026-11-24 08:15\r\n", "2026-11-24T08:15:00Z"),
        ("utf-8", JAPAN, "Attacker: 203.0.113.63\r\nTime: 2026-11-25 09:15\r\n", "2026-11-25T00:15:00Z"),
        (
            "utf-8",
            GREENWICH,
            "Attack (brute force) from 203.0.113.63:\r\nNov 24 21:12:03 a sshd[1]: Failed password for root from 203.0.113.63 port 1 ssh2\r\n",
            "2026-11-24T21:12:03Z",
        ),
    ] {
        assert_eq!(at(charset, date, text), [expected], "{charset} {date}: {text}");
    }
}
