//! What people say of a letter that they pass on: that it is phishing, or spam. The letter itself says of itself whatever deceives best.

use super::{Sent, label, own, when, zone};
use crate::words::rsit_of_text;
use noroshi_kernel::{moment::Moment, rsit::Rsit};

/// So much of a person's own words is looked at, in bytes.
const MOST_BYTES: usize = 8 << 10;

/// The kind of thing that a person calls the letter that he passes on with the words `own`; `None` when he calls it none, asks, or speaks of
/// the subject only: of a training, of measures against it.
///
/// ```
/// use noroshi_feeds::notice;
/// use noroshi_kernel::rsit::Rsit;
/// assert_eq!(notice::called("フィッシングの疑いがあるメールです。"), Some(Rsit::Phishing));
/// assert_eq!(notice::called("フィッシング対策セミナーの案内です。"), None);
/// ```
#[must_use]
pub fn called(own: &str) -> Option<Rsit> {
    let own = own.get(..own.floor_char_boundary(MOST_BYTES)).unwrap_or(own);
    // A sentence may go on in the next line; a question is told by its end.
    let flowing = own.replace("\r\n", "\n").replace("\n\n", "。").replace('\n', " ");
    flowing.split_inclusive(['。', '．', '!', '！', '?', '？']).flat_map(|sentence| sentence.split_inclusive(". ")).find_map(calls)
}

fn calls(sentence: &str) -> Option<Rsit> {
    const OF_THE_SUBJECT: [&str; 37] = [
        "対策",
        "セミナー",
        "訓練",
        "研修",
        "講演",
        "勉強会",
        "講座",
        "動向",
        "統計",
        "ニュース",
        "ガイドライン",
        "協議会",
        "対応について",
        "件数",
        "事例",
        "演習",
        "啓発",
        "training",
        "seminar",
        "webinar",
        "awareness",
        "newsletter",
        "drill",
        "exercise",
        "statistics",
        "meeting",
        "minutes",
        "workshop",
        "campaign against",
        "filter",
        "protection",
        "policy",
        "conference",
        "survey",
        "course",
        "simulat",
        "anti-",
    ];
    const DENIED: [&str; 9] = ["ではない", "ではありません", "でない", "じゃない", "not phishing", "no phishing", "not a phishing", "not spam", "no spam"];
    const ASKED: [&str; 7] = ["?", "？", "ですか", "ますか", "でしょうか", "だろうか", "ませんか"];
    const SAID: [&str; 41] = [
        "メール",
        "サイト",
        "sms",
        "疑",
        "思",
        "届",
        "受信",
        "来ま",
        "報告",
        "通報",
        "不審",
        "リンク",
        "url",
        "です",
        "と見",
        "とみ",
        "らし",
        "よう",
        "phishing e-mail",
        "phishing email",
        "phishing mail",
        "phishing message",
        "phishing attempt",
        "phishing site",
        "phishing page",
        "phishing link",
        "phishing url",
        "is phishing",
        "a phishing",
        "be phishing",
        "like phishing",
        "suspected phishing",
        "possible phishing",
        "report phishing",
        "reporting phishing",
        "this phishing",
        "spam mail",
        "spam message",
        "is spam",
        "this spam",
        "a scam",
    ];
    let lower = sentence.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let end = lower.trim_end().trim_end_matches(['。', '.', ' ', '　']);
    let kind = rsit_of_text(&lower).or_else(|| has(&["スパム"]).then_some(Rsit::Spam)).filter(|kind| matches!(kind, Rsit::Phishing | Rsit::Spam))?;
    let asks = ASKED.iter().any(|question| end.ends_with(question));
    (has(&SAID) && !has(&OF_THE_SUBJECT) && !has(&DENIED) && !asks).then_some(kind)
}

/// A letter in what its sender says himself and what he forwards below it; `None` when nothing is forwarded in its text, or it is an answer.
#[must_use]
pub fn forwarded<'a>(subject: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    own::parted(subject, text)
}

/// When the letter was sent whose head begins `below`, as the mail program that forwards it writes it; `sent` is of the letter around it.
#[must_use]
pub fn forwarded_at(below: &str, sent: &Sent) -> Option<Moment> {
    /// The lines of a head.
    const LINES: usize = 10;
    let is_date = |label: label::Label<'_>| own::SENT.contains(&label.text.trim_matches(['*', ' ', '\u{3000}']).to_lowercase().as_str());
    let zone = zone::of_letter(below, sent);
    let dates = below.lines().take(LINES).filter_map(|line| label::split(line.trim_start_matches(['>', ' ']))).filter(|(label, _)| is_date(*label));
    dates.filter_map(|(_, value)| when::leading(value, zone)).next().map(|when| when.moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_tells_when_it_was_sent() {
        let sent = Sent { ahead_minutes: Some(540), ..Sent::default() };
        for (head, expected) in [
            ("---------- Forwarded message ---------\nFrom: x\nDate: 2026年11月24日(火) 8:15\nSubject: y\n", Some("2026-11-23T23:15:00Z")),
            ("差出人: x\n送信日時: 2026年11月24日火曜日 8:15\n件名: y\n", Some("2026-11-23T23:15:00Z")),
            ("*From:* x\n*Sent:* Tuesday, November 24, 2026 8:15 AM UTC\n", Some("2026-11-24T08:15:00Z")),
            ("From: x\nSubject: 2026-11-24 08:15\n", None),
        ] {
            assert_eq!(forwarded_at(head, &sent).map(|at| at.rfc3339()).as_deref(), expected, "{head}");
        }
    }

    #[test]
    fn a_report_is_told_from_other_words() {
        for (own, expected) in [
            ("このような不審なメールが届きました。フィッシングだと思います。ご確認ください。", Some(Rsit::Phishing)),
            ("フィッシングの疑いがあるメールです。", Some(Rsit::Phishing)),
            ("フィッシングメールが\n届きました。", Some(Rsit::Phishing)),
            ("詐欺サイトに誘導するSMSです", Some(Rsit::Phishing)),
            ("迷惑メールです。対応をお願いします。", Some(Rsit::Spam)),
            ("スパムメールを受信しました", Some(Rsit::Spam)),
            ("I received this phishing mail today, see attached. Please take it down.", Some(Rsit::Phishing)),
            ("This is spam.", Some(Rsit::Spam)),
            ("Hello. This looks like phishing to me. Is it?", Some(Rsit::Phishing)),
            ("フィッシング対策セミナーの案内を転送します。", None),
            ("フィッシング対策協議会からのメールです。", None),
            ("これはフィッシングメールですか？", None),
            ("これはフィッシングメールでしょうか。", None),
            ("これはフィッシングメールではありません。", None),
            ("Is this a phishing mail?", None),
            ("This is not phishing.", None),
            ("The phishing awareness training, for your information.", None),
            ("FYI", None),
            ("ご参考まで転送します。", None),
            ("不正アクセスの件です。", None),
            ("", None),
        ] {
            assert_eq!(called(own), expected, "{own}");
        }
    }

    #[test]
    fn letters_are_parted_where_another_begins() {
        for (text, expected) in [
            ("a\n\n---------- Forwarded message ---------\nFrom: x\n", Some(("a\n\n", "---------- Forwarded message ---------\nFrom: x\n"))),
            ("a\n差出人: x\n送信日時: y\n\nz", Some(("a\n", "差出人: x\n送信日時: y\n\nz"))),
            ("a\n-----Original Message-----\nz", Some(("a\n", "-----Original Message-----\nz"))),
            ("a\nFrom: where it came\nb\n", None),
        ] {
            assert_eq!(forwarded("Fwd: x", text), expected, "{text}");
            assert_eq!(forwarded("Re: x", text), None, "{text}");
        }
    }
}
