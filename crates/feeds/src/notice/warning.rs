//! Warnings: what customers are told to beware of, which reports nothing to anybody.

/// Words that warn.
const WARNS: [&str; 9] = ["ご注意", "注意して", "注意喚起", "お気をつけ", "ご用心", "beware", "be aware", "be careful", "please note"];

/// Words for what deceives.
const DECEIVES: [&str; 17] = [
    "装う",
    "装っ",
    "騙",
    "かたる",
    "かたっ",
    "なりすま",
    "不審",
    "フィッシング",
    "詐欺",
    "imitat",
    "impersonat",
    "pretend",
    "posing as",
    "fake",
    "fraud",
    "phish",
    "suspicious",
];

/// Whether a text in lower case warns of what comes in its sender's own name, 弊社を装った不審なメールにご注意ください, or says that such is
/// about: whatever URL his letter names is his own.
pub(super) fn is_of_own_name(lower: &str) -> bool {
    holds(lower, &WARNS) && holds(lower, &DECEIVES) && names_oneself(lower)
}

/// Whether a text asks that somebody act on what it tells: then it is no news for customers.
pub(super) fn is_request(text: &str) -> bool {
    const REQUESTS: [&str; 12] = [
        "停止をお願い",
        "停止してください",
        "閉鎖",
        "削除をお願い",
        "対応をお願い",
        "対処をお願い",
        "調査をお願い",
        "テイクダウン",
        "take down",
        "take it down",
        "takedown",
        "please stop",
    ];
    holds(&text.to_lowercase(), &REQUESTS)
}

/// Whether a text in lower case only says that letters in its sender's own name are about, of which he tells his customers: of a site, or
/// of what somebody should do, it would be a report.
pub(super) fn is_of_letters_about(lower: &str) -> bool {
    const LETTERS: [&str; 10] = ["メール", "sms", "電話", "請求書", "mail", "invoice", "message", "phone call", "letter", "詐欺"];
    const ABOUT: [&str; 16] = [
        "確認されて",
        "確認されま",
        "報告されて",
        "報告されま",
        "出回",
        "送信されて",
        "送られて",
        "発生して",
        "have been reported",
        "have been sent",
        "have been seen",
        "are being sent",
        "are circulating",
        "are in circulation",
        "informed of",
        "aware of",
    ];
    const REPORTS: [&str; 10] = ["サイト", "url", "リンク", "から", "より", "閉鎖", "停止", "site", "link", "take"];
    names_oneself(lower) && holds(lower, &DECEIVES) && holds(lower, &LETTERS) && holds(lower, &ABOUT) && !holds(lower, &REPORTS)
}

/// Whether a text in lower case that speaks of deceit warns of it in general, and says of none that it was seen.
pub(super) fn is_advice(lower: &str) -> bool {
    const SEEN: [&str; 20] = [
        "確認",
        "発見",
        "検知",
        "観測",
        "見つ",
        "公開",
        "開設",
        "稼働",
        "届",
        "受信",
        "報告",
        "found",
        "seen",
        "observed",
        "detected",
        "discovered",
        "identified",
        "reported",
        "received",
        "is live",
    ];
    holds(lower, &WARNS) && !holds(&lower.replace("ご確認", ""), &SEEN)
}

/// Whether a text in lower case names its writer as the one in whose name something comes.
fn names_oneself(lower: &str) -> bool {
    const SELVES: [&str; 16] =
        ["弊社", "当社", "当行", "弊行", "弊会", "当会", "当店", "弊店", "当センター", "当機構", "当協会", "当法人", "当組織", "弊組織", "我々", "私ども"];
    const DONE: [&str; 12] =
        ["を装", "を騙", "をかた", "を名乗", "になりすま", "の名を", "の名前を", "の名称を", "名義", "の社名", "からのメールを装", "社員を装"];
    const NAMES: [&str; 14] = [
        "our company",
        "our name",
        "our firm",
        "our organisation",
        "our organization",
        "our bank",
        "our staff",
        "from us",
        "to be us",
        "as us",
        "impersonating us",
        "impersonate us",
        "imitating us",
        "imitate us",
    ];
    let follows = |at: usize, own: &str| lower.get(at + own.len()..).is_some_and(|behind| DONE.iter().any(|done| behind.starts_with(done)));
    holds(lower, &NAMES) || SELVES.iter().any(|own| lower.match_indices(own).any(|(at, own)| follows(at, own)))
}

fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_told_from_reports() {
        for (text, own, about, advice) in [
            ("弊社を装った不審なメールにご注意ください。", true, false, true),
            ("当行を騙るフィッシングメールが多数確認されています。", false, true, false),
            ("当行を騙るフィッシングサイトが確認されています。", false, false, false),
            ("楽天を騙るフィッシングサイトにご注意ください。", false, false, true),
            ("楽天を騙るフィッシングサイトを確認しました。ご注意ください。", false, false, false),
            ("beware of phishing mails that have been sent in our name.", true, true, true),
            ("a phishing site that imitates our bank is up", false, false, false),
        ] {
            assert_eq!((is_of_own_name(text), is_of_letters_about(text), is_advice(text)), (own, about, advice), "{text}");
        }
    }
}
