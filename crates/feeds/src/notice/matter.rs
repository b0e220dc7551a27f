//! What letters are about that are no notices, however much they speak of incidents: meetings, news, offers, requests, tests, cases that are
//! over.

use super::{incident, warning};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What other letters are about that speak of incidents: events, news, offers, requests to be let in, cases that are over.
const OTHER_MATTERS: [&str; 229] = [
    "meeting",
    "agenda",
    "minutes of",
    "webinar",
    "seminar",
    "conference",
    "workshop",
    "symposium",
    "invitation",
    "invite you",
    "join us",
    "register now",
    "register at",
    "to register",
    "call for papers",
    "call for speakers",
    "security news",
    "news of the",
    "this story",
    "read more",
    "training",
    "cyber exercise",
    "tabletop exercise",
    "an exercise",
    " drill",
    "simulat",
    "penetration test",
    "pentest",
    "pen test",
    "a quote",
    "an estimate",
    "our product",
    "our solution",
    "new product",
    "new release",
    "free trial",
    "please allow",
    "please permit",
    "whitelist",
    "allowlist",
    "open the firewall",
    "firewall change",
    "firewall rule",
    "change request",
    "job application",
    "apply for",
    "application for",
    "press request",
    "press inquiry",
    "press enquiry",
    "journalist",
    "interview",
    "out of office",
    "out of the office",
    "on leave",
    "monitored servers",
    "was closed",
    "been closed",
    "is closed",
    "ticket closed",
    "case closed",
    "is resolved",
    "was resolved",
    "been resolved",
    "is solved",
    "was solved",
    "been solved",
    "has stopped",
    "have stopped",
    "attack stopped",
    "attacks stopped",
    "was taken down",
    "were taken down",
    "been taken down",
    "taken down by",
    "we removed",
    "we have removed",
    "you reported",
    "your report",
    "false positive",
    "scanned for",
    "scanned by",
    "virus-free",
    "statistics of",
    "automatic reply",
    "auto-reply",
    "acknowledg",
    "resolved:",
    "[resolved]",
    "security advisory",
    "delist",
    "university",
    "opt out",
    "portal is",
    "maintenance of",
    "is inviting you",
    "if this was not you",
    "received your",
    "our services",
    "using our service",
    "use our service",
    "use of our service",
    "to our service",
    "our research",
    "is gone",
    "自動応答",
    "自動返信",
    "受付番号",
    "受け付けました",
    "【解決】",
    "に関する注意喚起",
    "注意喚起:",
    "ご注意ください",
    "申請",
    "のみとして",
    "mtg",
    "状況を共有",
    "月次",
    "会議",
    "会合",
    "打ち合わせ",
    "打合せ",
    "ミーティング",
    "議題",
    "議事",
    "セミナー",
    "ウェビナー",
    "勉強会",
    "講演",
    "講座",
    "研修",
    "訓練",
    "演習",
    "シンポジウム",
    "カンファレンス",
    "開催",
    "ご招待",
    "ご参加",
    "募集",
    "取材",
    "記事",
    "ニュース",
    "メールマガジン",
    "ご紹介",
    "設定変更",
    "変更依頼",
    "休暇",
    "事例",
    "誤検知",
    "収束",
    "終息",
    "解決し",
    "解決済",
    "survey of",
    "send reports",
    "報告書",
    "判定され",
    "の試験",
    "捜査",
    "press release",
    "question about",
    "we released",
    "we have released",
    "契約更新",
    "copier",
    "複合機",
    "my slides",
    "関心があります",
    "不具合",
    "対応完了",
    "クローズ",
    "完了し",
    "完了いた",
    "対応しました",
    "対応いたしました",
    "対処しました",
    "削除しました",
    "停止しました",
    "停止を確認",
    " presentation",
    " article",
    "shows an error",
    "でエラーが",
    "形式を変更",
    "監視対象",
    "監視サービス",
    "監視サーバ",
    "許可し",
    "許可いただ",
    "許可を",
    "許可の",
    "通信許可",
    "不在のお知らせ",
    "不在にして",
    "解除をお願い",
    "解除して",
    "解除いただ",
    "ブロック解除",
    "アンケートのお願い",
    "アンケートにご",
    "見積を",
    "お見積",
    "契約書をお送り",
    "your account was locked after",
    "shared the report",
    "security newsletter",
    "our newsletter",
    "weekly newsletter",
    "monthly newsletter",
    "a quotation",
    "quotation for",
    "domain renewal",
    "応募い",
    "beware of",
    "reading list",
    "リニューアル",
    "移転しました",
    "移転いたしました",
    "と誤認",
    "内部監査",
    "監査につき",
    "監査のため",
    "audit of",
    "internal audit",
    "questionnaire",
    "調査へのご回答",
    "被害状況調査",
    "書面の発行",
    "証明書の発行",
];

/// Finds any of these in one pass.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(OTHER_MATTERS).ok());

/// Whether a text is about another matter than an incident that happened.
pub(super) fn is_another(text: &str) -> bool {
    // What a deceiver pretends is what was seen: 不在通知を装うメール.
    const LURES: [&str; 11] = ["装う", "装っ", "騙", "かたる", "なりすま", "imitat", "impersonat", "pretend", "posing as", "fake ", "偽の"];
    let lower = text.to_lowercase();
    if warning::is_of_own_name(&lower) {
        return true;
    }
    if LURES.iter().any(|lure| lower.contains(lure)) {
        return warning::is_advice(&lower);
    }
    FINDER.as_ref().is_some_and(|finder| finder.is_match(&lower))
}

/// Whether a letter announces a test: what its labels name is the tester's own, whatever they are called.
pub(super) fn announces_a_test(subject: &str, text: &str) -> bool {
    /// So much of a text is looked at, in bytes.
    const MOST_BYTES: usize = 8 << 10;
    const TESTS: [&str; 20] = [
        "penetration test",
        "pentest",
        "pen test",
        "pen-test",
        "phishing simulation",
        "phishing exercise",
        "phishing test",
        "phishing drill",
        "simulated",
        "simulation",
        "red team",
        "cyber exercise",
        "侵入テスト",
        "ペネトレーションテスト",
        "脆弱性診断",
        "脆弱性検査",
        "訓練",
        "演習",
        "負荷試験",
        "負荷テスト",
    ];
    const SCANS: [&str; 6] = ["vulnerability scan", "vulnerability assessment", "security scan", "research scan", "脆弱性スキャン", "広域スキャン"];
    const ANNOUNCED: [&str; 13] =
        [" will ", "planned", "plan to", "schedul", "announce", "a test", "no attack", "not an attack", "予定", "実施", "行います", "行う", "いたします"];
    let holds = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let subject = format!("{} ", subject.to_lowercase());
    let head = text.get(..text.floor_char_boundary(MOST_BYTES)).unwrap_or(text).to_lowercase();
    holds(&subject, &TESTS)
        || holds(&subject, &SCANS) && holds(&subject, &ANNOUNCED)
        || incident::sentences(&head)
            .any(|sentence| (holds(&sentence, &TESTS) || holds(&sentence, &SCANS)) && holds(&sentence, &ANNOUNCED) || announces_scans(&sentence))
}

/// Whether a sentence in lower case announces scans that its writer makes himself: 広域スキャンを実施します, we will be scanning. Whoever has
/// his own machines scanned for malware announces none, nor whoever looks again whether something was mended.
fn announces_scans(sentence: &str) -> bool {
    const ANNOUNCED: [&str; 9] = [
        "we will scan",
        "will be scanning",
        "we plan to scan",
        "we are going to scan",
        "we intend to scan",
        "will scan the internet",
        "performs internet-wide scans",
        "perform internet-wide scans",
        "conduct internet-wide scans",
    ];
    const ANNOUNCED_IN_JAPANESE: [&str; 7] = ["実施します", "実施いたします", "実施する予定", "実施を予定", "実施させていただ", "行います", "行う予定"];
    const OF_OTHERS: [&str; 15] = [
        "virus",
        "malware",
        "again",
        "scan our",
        "scanning our",
        "scan it",
        "scan the server",
        "scan the host",
        "scan the machine",
        "ウイルス",
        "ウィルス",
        "マルウェア",
        "検知",
        "受け",
        "フルスキャン",
    ];
    let holds = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    let runs_some =
        ["we will run ", "we will perform ", "we will conduct ", "we will carry out "].iter().any(|run| sentence.contains(run)) && sentence.contains("scans");
    (holds(&ANNOUNCED) || runs_some || sentence.contains("スキャン") && holds(&ANNOUNCED_IN_JAPANESE)) && !holds(&OF_OTHERS)
}

/// Whether a text is that of a meeting: it names who comes, what is spoken of, or how one joins.
pub(super) fn is_of_a_meeting(text: &str) -> bool {
    /// So many lines are looked at.
    const LINES: usize = 100;
    const NAMES: [&str; 18] = [
        "agenda",
        "attendees",
        "participants",
        "topics",
        "join url",
        "join link",
        "meeting url",
        "meeting link",
        "meeting id",
        "meeting password",
        "dial-in",
        "議題",
        "議事",
        "出席者",
        "参加者",
        "参加url",
        "会議url",
        "ミーティングid",
    ];
    text.lines().take(LINES).any(|line| {
        let name = line.split([':', '：']).next().unwrap_or_default();
        let name = name.trim_matches(|edge: char| !edge.is_alphanumeric()).to_lowercase();
        NAMES.contains(&name.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_announced() {
        for (subject, text, expected) in [
            ("Phishing simulation", "", true),
            ("Next week", "We will run a vulnerability scan\non Monday.", true),
            ("お知らせ", "脆弱性スキャンを実施します。", true),
            ("Vulnerability scan from 192.0.2.7", "It was seen.", false),
            ("お知らせ", "貴組織から脆弱性スキャンを受けています。", false),
            ("お知らせ", "ポートスキャンを下記のとおり実施します。", true),
            ("お知らせ", "感染した端末のウイルススキャンを実施します。", false),
            ("Hello", "From Monday we will be scanning all of IPv4.", true),
            ("Hello", "On Sunday we will run scans for open ports from 192.0.2.7.", true),
            ("Hello", "We will scan our hosts. Yours attacks us.", false),
            ("Hello", "We will scan it again next week.", false),
            ("Phishing", "The site is up. We will wait.", false),
        ] {
            assert_eq!(announces_a_test(subject, text), expected, "{subject}: {text}");
        }
    }

    #[test]
    fn meetings_name_who_comes_and_how_one_joins() {
        for (text, expected) in [
            ("Agenda:\n1. attacks\n", true),
            ("本日の予定\n【議題】\n攻撃について\n", true),
            ("Meeting ID: 123\n", true),
            ("The agenda of the attackers is known.\n", false),
            ("IP: 192.0.2.7\n", false),
        ] {
            assert_eq!(is_of_a_meeting(text), expected, "{text}");
        }
    }
}
