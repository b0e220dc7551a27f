//! What people forward who were to be deceived.

use crate::read;
use noroshi_kernel::rsit::Rsit;

/// What a letter reports, as kind and URL.
fn told(raw: &[u8]) -> Vec<(Rsit, String)> {
    read(raw).findings.iter().map(|finding| (finding.rsit, finding.url.as_ref().map(|url| url.url.clone()).unwrap_or_default())).collect()
}

fn letter(subject: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Tanaka <tanaka@home.example.jp>\r\nTo: ir@csirt.example.jp\r\nSubject: {subject}\r\nMessage-ID: <1@home.example.jp>\r\n\
         Date: Wed, 25 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"
    )
    .into_bytes()
}

fn plain(subject: &str, body: &str) -> Vec<u8> {
    letter(subject, "text/plain; charset=utf-8", body)
}

const SITE: &str = "https://kyubin.example.test/v?id=8822";

/// A letter as Gmail forwards it.
fn gmail(body: &str) -> String {
    format!(
        "---------- Forwarded message ---------\nFrom: 例示急便 <info@kyubin.example.test>\nDate: 2026年11月24日(火) 8:15\nSubject: 荷物のお届け\nTo: <tanaka@home.example.jp>\n\n{body}\n"
    )
}

/// As Outlook does.
fn outlook(body: &str) -> String {
    format!("差出人: 例示急便 <info@kyubin.example.test>\n送信日時: 2026年11月24日火曜日 8:15\n宛先: tanaka@home.example.jp\n件名: 荷物のお届け\n\n{body}\n")
}

#[test]
fn what_is_called_phishing_is_reported_by_the_place_to_which_it_leads() {
    for (subject, own) in [
        ("Fwd: 荷物のお届け", "フィッシングの疑いがあるメールです。\n\n"),
        ("FW: 荷物のお届け", "フィッシングメールが届きました。\n\n"),
        ("フィッシングメールの報告", "転送します。\n\n"),
        ("Fwd: Parcel", "I received this phishing mail today. Please take it down.\n\n"),
        ("Fwd: 荷物", "詐欺サイトに誘導するメールのようです。ご確認ください。\n--\n田中 https://www.home.example.jp/\n\n"),
    ] {
        for body in [SITE.to_owned(), format!("以下よりご確認ください。\n{SITE}\n再配達: {SITE}#x"), format!("不正アクセスを検知しました。\nURL: {SITE}")]
        {
            for forwarded in [gmail(&body), outlook(&body)] {
                assert_eq!(told(&plain(subject, &format!("{own}{forwarded}"))), [(Rsit::Phishing, SITE.to_owned())], "{subject}: {own}{forwarded}");
            }
        }
    }
    for forwarded in [gmail(SITE), outlook(SITE)] {
        let told = read(&plain("Fwd: x", &format!("フィッシングメールです。\n\n{forwarded}")));
        assert_eq!(told.findings[0].at.map(|at| at.rfc3339()).as_deref(), Some("2026-11-23T23:15:00Z"), "{forwarded}");
    }
    let spam = plain("Fwd: 荷物", &format!("迷惑メールです。\n\n{}", gmail(SITE)));
    assert_eq!(told(&spam), [(Rsit::Spam, SITE.to_owned())]);
}

#[test]
fn what_is_attached_is_reported_as_well() {
    let inner = |html: &str| {
        format!(
            "--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"phish.eml\"\r\n\r\nFrom: \"Bank\" <no-reply@bank.example.test>\r\n\
             Subject: Your account is locked\r\nDate: Tue, 24 Nov 2026 05:00:00 -0500\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
             <html><link href=\"https://style.example.test/a.css\"><body>Your account is locked. {html}<img src=\"http://track.example.test/p.gif\"></body></html>\r\n--b--\r\n"
        )
    };
    let outer = |own: &str, html: &str| {
        letter(
            "For your information",
            "multipart/mixed; boundary=b",
            &format!("--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{own}\r\n\r\n{}", inner(html)),
        )
    };
    let link = format!("<a href=\"{SITE}\">Unlock</a>");
    let reported = [(Rsit::Phishing, SITE.to_owned())];
    assert_eq!(told(&outer("I received this phishing mail today, see attached.", &link)), reported);
    assert_eq!(told(&outer("フィッシングメールを受信しました。添付します。", &link)), reported);
    assert_eq!(told(&outer("I received this mail today, see attached.", &link)), []);
    let answer = String::from_utf8(outer("フィッシングメールを受信しました。", &link)).expect("a text").replace("Subject: For", "Subject: Re: For");
    assert_eq!(told(answer.as_bytes()), []);
    let two = format!("{link}<a href=\"https://www.bank.example.jp/\">Bank</a>");
    assert_eq!(told(&outer("I received this phishing mail today, see attached.", &two)), [], "a person says which");
    // Below, in markup: where it leads, not what it shows.
    let shown = format!(
        "<p>フィッシングメールです。</p><div>---------- Forwarded message ---------<br>From: x &lt;x@bank.example.test&gt;</div><p><a href=\"{SITE}\">ご確認</a></p>"
    );
    assert_eq!(told(&letter("Fwd: x", "text/html; charset=utf-8", &shown)), reported);
}

#[test]
fn what_nobody_calls_a_report_stays_an_inquiry() {
    for own in [
        "ご参考まで転送します。\n\n",
        "フィッシング対策セミナーの案内を転送します。\n\n",
        "これはフィッシングメールですか？\n\n",
        "これはフィッシングメールではありませんでした。\n\n",
        "FYI, the phishing awareness training.\n\n",
        "Is this a phishing mail?\n\n",
        "",
    ] {
        for forwarded in [gmail(SITE), outlook(SITE)] {
            assert_eq!(told(&plain("Fwd: 荷物のお届け", &format!("{own}{forwarded}"))), [], "{own}");
        }
    }
    // Of several places a person says which deceives.
    let several = format!("{SITE}\n公式サイト: https://www.kyubin.example.jp/");
    for forwarded in [gmail(&several), outlook(&several), gmail(&format!("以下よりご確認ください。\n{several}")), gmail("本文だけです。")] {
        assert_eq!(told(&plain("Fwd: 荷物のお届け", &format!("フィッシングの疑いがあるメールです。\n\n{forwarded}"))), [], "{forwarded}");
    }
    // But what he names himself counts.
    let named = plain("Fwd: 荷物", &format!("フィッシングメールが届きました。\nURL: hxxps://kyubin[.]example[.]test/v?id=8822\n\n{}", gmail(&several)));
    assert_eq!(told(&named), [(Rsit::Phishing, SITE.to_owned())]);
    // Nor is an answer a report.
    assert_eq!(told(&plain("Re: 荷物のお届け", &format!("フィッシングメールです。\n\n{}", outlook(SITE)))), []);
}
