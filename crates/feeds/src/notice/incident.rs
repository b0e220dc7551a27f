//! Whether words speak of an incident that happened: not of a trade in such, of one to come, or of another matter.

use super::matter;
use crate::extract::{self, Item};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What an incident is called; letters in lower case.
const INCIDENTS: [&str; 87] = [
    "denyhosts",
    "hosts.deny",
    "safe browsing",
    "command and control",
    "denial of service",
    "failed password",
    "authentication failure",
    "compromis",
    "unauthori",
    "login attempt",
    "failed login",
    "brute force",
    "brute-force",
    "bruteforce",
    "malicious",
    "suspicious",
    "blacklist",
    "blocklist",
    "block list",
    "fail2ban",
    "intrusion",
    "injection",
    "exploit",
    "botnet",
    "open resolver",
    "ransomware",
    "infring",
    "phish",
    "malware",
    "amplif",
    "reflection",
    "defac",
    "attack",
    "infect",
    "trojan",
    "hijack",
    "hacked",
    "hacking",
    "fraud",
    "abuse",
    "virus",
    "ddos",
    "scam",
    "scan",
    "spam",
    "exposed",
    "フィッシング",
    "迷惑メール",
    "マルウェア",
    "ウイルス",
    "なりすまし",
    "スキャン",
    "ブルートフォース",
    "オープンリゾルバ",
    "乗っ取",
    "踏み台",
    "総当",
    "スパム",
    "偽サイト",
    "偽通販",
    "偽ショップ",
    "模倣サイト",
    "fake shop",
    "fake store",
    "fake site",
    "fake web",
    "site impersonat",
    "site imitat",
    "udp flood",
    "syn flood",
    "icmp flood",
    "http flood",
    "dns flood",
    "不審な",
    "改ざん",
    "改竄",
    "攻撃",
    "不正",
    "感染",
    "詐欺",
    "侵害",
    "偽の",
    "dmca",
    "pirat",
    "angriff",
    "attaque",
    "ataque",
];

/// Finds any of these in one pass: most phrases have none.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(INCIDENTS).ok());

/// Whether a phrase, such as a subject or a heading, names an incident that happened.
pub(super) fn is_named(phrase: &str) -> bool {
    // `abuse@example.jp` is where one writes to, not what happened.
    let words = phrase.split_whitespace().filter(|word| !word.contains('@') && !word.contains("://"));
    let plain = words.fold(String::new(), |text, word| text + word + " ").to_lowercase();
    let is_one = || FINDER.as_ref().is_some_and(|finder| finder.is_match(&plain)) && has_happened(&plain, &INCIDENTS);
    (is_one() || tries_to_get_in(&plain)) && !asks_or_thanks(phrase) && !matter::is_another(&plain)
}

/// Whether a phrase in lower case says of the reader's machine that it tries to get in somewhere: `your host 192.0.2.7 is trying to log in`.
fn tries_to_get_in(lower: &str) -> bool {
    const MACHINES: [&str; 7] = ["your host", "your server", "your machine", "your system", "your computer", "your ip", "your customer"];
    const TRIES: [&str; 6] = ["trying to log in", "tries to log in", "tried to log in", "trying to login", "tries to login", "tried to login"];
    let machine = MACHINES.iter().filter_map(|word| lower.find(word)).min();
    machine.and_then(|machine| lower.get(machine..)).is_some_and(|behind| TRIES.iter().any(|word| behind.contains(word)))
}

/// Whether a sentence tells that an incident happened: it names one, and says that somebody saw it, or that something came from somewhere.
pub(super) fn is_told(sentence: &str) -> bool {
    const SEEN: [&str; 19] = [
        "found",
        "seen",
        "saw ",
        "has been",
        "have been",
        "logged",
        "detected",
        "detection of",
        "observed",
        "observing",
        "received",
        "receiving",
        "discovered",
        "noticed",
        "confirmed",
        "identified",
        "recorded",
        "festgestellt",
        "erhalten",
    ];
    const DONE: [&str; 82] = [
        "attempt",
        " tried",
        " tries",
        " trying",
        "your network",
        "your server",
        "your ip",
        "your system",
        "your machine",
        "your host",
        "your customer",
        "your website",
        "our network",
        "our server",
        "our system",
        "our host",
        "our web",
        "our mail",
        "our ssh",
        "my server",
        " us ",
        " us.",
        "we were",
        "from ip",
        "from the ip",
        "hosting",
        "hosted",
        "serving",
        "sending",
        "sent ",
        "attacking",
        "attacked",
        "scanned",
        "scanning",
        "targeting",
        "targets",
        "infected",
        "compromised",
        "hacked",
        "defaced",
        "originat",
        "coming from",
        "came from",
        "participat",
        "took part",
        "target of",
        "involved",
        "engaged",
        "being used",
        "is used",
        "distribut",
        "imitat",
        "impersonat",
        "take down",
        "please stop",
        "please remove",
        "blocked",
        "banned",
        "the following",
        "is live",
        "is up",
        "leads to",
        "i got ",
        "we got ",
        "reported",
        "we report",
        "i report",
        "is a scam",
        "is a fraud",
        "is phishing",
        "is a phishing",
        "is malicious",
        "complaint about",
        " hosts ",
        " keeps ",
        "von ihre",
        "votre",
        "depuis",
        "desde",
        "takedown request",
        "request the takedown",
        "request takedown",
    ];
    const DONE_IN_JAPANESE: [&str; 43] = [
        "検知",
        "確認",
        "観測",
        "発見",
        "受け",
        "受信",
        "届き",
        "届い",
        "来て",
        "来ま",
        "されて",
        "されま",
        "された",
        "行われ",
        "行って",
        "ありま",
        "あった",
        "発生",
        "感染し",
        "から",
        "踏み台",
        "通報",
        "閉鎖",
        "停止",
        "疑",
        "見つ",
        "稼働",
        "悪用",
        "誘導",
        "騙",
        "かた",
        "装",
        "サイトです",
        "のようです",
        "となって",
        "メールです",
        "報告し",
        "報告いた",
        "ご報告",
        "公開中",
        "公開して",
        "設置して",
        "配布して",
    ];
    // What may be, what will be, what one should do then, and what is not so.
    const OPEN: [&str; 15] = [
        " if ",
        " will ",
        "would like",
        "planned",
        "schedul",
        "upcoming",
        "next week",
        "how to",
        "whether",
        "in case",
        "is not ",
        "not a ",
        "no phish",
        "no attack",
        "plan to",
    ];
    const OPEN_IN_JAPANESE: [&str; 13] =
        ["場合", "昨年", "予定", "今後", "かどうか", "来週", "もし", "万一", "確認中", "調査中", "ではな", "ではありま", "ではござい"];
    if !is_named(sentence) {
        return false;
    }
    // Whoever asks to look saw nothing, and what finds something is a tool. What goes on since last year is not over.
    let mut lower = format!("{} ", sentence.trim_start().to_lowercase());
    for word in ["ご確認", "検知する", "発見する", "確認する"] {
        lower = lower.replace(word, "");
    }
    lower = lower.replace("昨年から", "から").replace("昨年より", "より");
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let is_open = ["if ", "in case ", "when you "].iter().any(|word| lower.starts_with(word)) || has(&OPEN) && !has(&SEEN) || has(&OPEN_IN_JAPANESE);
    // Of an address one tells what came from it.
    let names_one = || extract::items(sentence).iter().any(|found| matches!(found.item, Item::Address(..)));
    !is_open && (has(&SEEN) || has(&DONE) || has(&DONE_IN_JAPANESE) || names_one())
}

/// The sentences of a text whose lines may break anywhere.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = String> {
    let flowing = text.replace("\r\n", "\n").replace("\n\n", "。").replace('\n', " ");
    let sentences: Vec<String> =
        flowing.split_inclusive(['。', '．', '!', '！', '?', '？']).flat_map(|one| one.split_inclusive(". ")).map(str::to_owned).collect();
    sentences.into_iter()
}

/// Whether a sentence asks, or thanks for what was done.
fn asks_or_thanks(sentence: &str) -> bool {
    const ENDS: [&str; 10] = [
        "?",
        "？",
        "ですか",
        "ますか",
        "ませんか",
        "でしょうか",
        "教えてください",
        "ありがとうございました",
        "ありがとうございます",
        "thank you for your report",
    ];
    let sentence = sentence.trim_end_matches(['。', '.', '！', '!', ' ', '\u{3000}']);
    ENDS.iter().any(|end| sentence.ends_with(end))
}

/// Whether a text in lower case has one of some words that speaks of what happened, and not of a trade in it: 不正アクセス対策, phishing
/// training, protection against malware.
pub(super) fn has_happened(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.match_indices(word).any(|(at, _)| happened(text, at, at + word.len())))
}

fn happened(text: &str, from: usize, to: usize) -> bool {
    const BEFORE: [&str; 7] = ["prevent ", "preventing ", "against ", "anti-", "anti ", "observation of ", "monitoring of "];
    const BEHIND: [&str; 81] = [
        "対策",
        "対応",
        "防止",
        "防御",
        "訓練",
        "研修",
        "教育",
        "セミナー",
        "講座",
        "検査",
        "診断",
        "保険",
        "解析",
        "監視",
        "動向",
        "統計",
        "協議会",
        "窓口",
        "件数",
        "チェック",
        "simulation",
        "training",
        "awareness",
        "mitigation",
        "prevention",
        "protection",
        "defense",
        "defence",
        "seminar",
        "webinar",
        "exercise",
        "workshop",
        "insurance",
        "response",
        "handling",
        "analysis",
        "research",
        "trend",
        "statistics",
        "filter",
        "scanner",
        "team",
        "desk",
        "department",
        "contact",
        "policy",
        "news",
        "test",
        "drill",
        "count",
        "vector",
        "surface",
        "landscape",
        "office",
        "portal",
        "hotline",
        "document",
        "copy",
        "copier",
        "文書",
        "した文書",
        "サービス",
        "システム",
        "ツール",
        "フィルタ",
        "form",
        "フォーム",
        "発生時",
        "の観測",
        "の監視",
        "観測網",
        "観測センサー",
        "報告先",
        "通報先",
        "monitoring",
        "の検知状況",
        "の検知ができ",
        "の検知が止",
        "の検知を停止",
        "の検知件数",
        "observation",
    ];
    let (before, behind) = (text.get(..from).unwrap_or_default(), text.get(to..).unwrap_or_default());
    // A stem goes on to the end of its word, and may be one of two or three: `ddos attack mitigation`, `malware incident response`, 不正 of
    // 不正アクセス対策.
    let behind = behind.trim_start_matches(|one: char| one.is_ascii_alphanumeric()).trim_start();
    let next = ["attack", "incident", "アクセス", "ログイン", "攻撃", "サイト", "メール", "インシデント"].iter().find_map(|word| behind.strip_prefix(word));
    let next = next.unwrap_or(behind).trim_start_matches('s').trim_start();
    !(BEFORE.iter().any(|word| before.ends_with(word)) || BEHIND.iter().any(|word| behind.starts_with(word) || next.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_told_from_other_matters() {
        for (text, named, told) in [
            ("SSH brute force", true, false),
            ("SSH brute force from your network", true, true),
            ("不正アクセスについて", true, false),
            ("不正アクセスを検知しました。", true, true),
            ("See https://scan.example.jp/ or write to abuse@example.jp", false, false),
            ("議事録をお送りします。", false, false),
            ("不正アクセス対策をお願いします。", false, false),
            ("DDoS attack mitigation is hosted by us", false, false),
            ("How do I report phishing to you?", false, false),
            ("フィッシング訓練のお知らせ", false, false),
            ("標的型攻撃メール訓練を確認しました", false, false),
            ("攻撃についてご対応いただきありがとうございました。", false, false),
            ("We protect you against phishing that targets you.", false, false),
            ("不正アクセス対策の会議で、不正アクセスを報告します。", false, false),
            ("Phishing awareness is low; a phishing site is up", true, true),
            ("malware incident response, phishing incident handling", false, false),
            ("We will block attacks.", true, false),
            ("We detected attacks and will block them.", true, true),
            ("If you have received phishing, write to us", true, false),
            ("不正アクセスを確認した場合はご連絡ください。", true, false),
            ("The attack stopped.", false, false),
            ("フィッシングメールではありませんでした。", true, false),
            ("移設の間、攻撃の観測が止まります。", false, false),
            ("弊社への攻撃を観測しました。", true, true),
            ("昨年、不正アクセスが確認されたと伺いました。", true, false),
            ("昨年から不正アクセスがやみません。", true, true),
            ("It is not a phishing mail from your server.", true, false),
        ] {
            assert_eq!((is_named(text), is_told(text)), (named, told), "{text}");
        }
    }
}
