//! A submission as a letter.

use super::NOWHERE;
use super::{Attachment, MEDIA_TYPE, Submission};
use crate::desk::Desk;
use noroshi_kernel::{
    language::Language,
    moment::{Moment, Zone},
    reason::Reason,
    tlp::Tlp,
};
use noroshi_post::{
    build::{self, Draft},
    letter::Mailbox,
};

/// The longest subject, in characters.
const SUBJECT_MOST_CHARS: usize = 120;

/// Under whose address a submission's letter goes.
pub(super) fn reporter(submission: &Submission) -> Mailbox {
    let address = submission.address.trim();
    let address = if address.is_empty() { format!("{:016x}{NOWHERE}", rand::random::<u64>()) } else { address.to_owned() };
    Mailbox { name: submission.name.trim().to_owned(), address }
}

/// The letter of a submission.
pub(super) fn write(submission: &Submission, files: Vec<Attachment>, from: Mailbox, desk: &Desk, now: Moment, zone: &Zone) -> Result<Vec<u8>, Reason> {
    let id = format!("{:032x}{NOWHERE}", rand::random::<u128>());
    let mut draft = Draft::new(from, &id, now, zone.clone());
    let address = if desk.address.is_empty() { format!("{}@desk.invalid", desk.key) } else { desk.address.clone() };
    draft.to = vec![Mailbox { name: desk.name.get(submission.language).to_owned(), address }];
    draft.subject = subject(submission);
    draft.body = body(submission);
    let fields = serde_json::to_vec(submission).unwrap_or_default();
    draft.attachments = vec![Attachment { name: "report.json".into(), media_type: MEDIA_TYPE.into(), bytes: fields }];
    // A reporter's file is never taken for the fields.
    let harmless = |file: Attachment| {
        let ours = file.media_type.to_ascii_lowercase().starts_with(MEDIA_TYPE);
        Attachment { media_type: if ours { "application/octet-stream".into() } else { file.media_type }, ..file }
    };
    draft.attachments.extend(files.into_iter().map(harmless));
    Ok(build::build(&draft)?.bytes())
}

/// What its letter and its thread are called.
pub(super) fn subject(submission: &Submission) -> String {
    let language = submission.language;
    let head = match (submission.adds, submission.chosen()) {
        (true, _) => say(language, "追加の連絡", "Further information"),
        (false, Some(what)) => what.words(language),
        (false, None) => say(language, "報告", "Report"),
    };
    let first = |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let about = first(&submission.targets).or_else(|| first(&submission.description));
    let whole = about.map_or_else(|| head.to_owned(), |about| format!("{head} — {about}"));
    let plain = |one: char| if one.is_control() { ' ' } else { one };
    whole.chars().take(SUBJECT_MOST_CHARS).map(plain).collect()
}

const fn say(language: Language, ja: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Ja => ja,
        Language::En => en,
    }
}

/// The answers as labelled lines, in the language of the form.
fn body(submission: &Submission) -> String {
    let language = submission.language;
    let say = |ja, en| say(language, ja, en);
    let yes = |is: bool| if is { say("はい", "yes") } else { say("いいえ", "no") }.to_owned();
    let mut lines = Vec::new();
    let mut line = |label: &str, value: &str| {
        let value = value.trim();
        if value.contains('\n') {
            lines.push(format!("{label}:\n{}", value.lines().map(|line| format!("  {}\n", line.trim_end())).collect::<String>()));
        } else if !value.is_empty() {
            lines.push(format!("{label}: {value}\n"));
        }
    };
    line(say("何があったか", "What happened"), submission.chosen().map_or("", |what| what.words(language)));
    let at = if submission.at.trim().is_empty() { String::new() } else { format!("{} ({})", submission.at.trim(), submission.zone.trim()) };
    line(say("いつ", "When"), &at);
    line(say("URL・アドレス", "URLs and addresses"), &submission.targets);
    line(say("ポート", "Ports"), &submission.ports);
    line(say("組織", "Organisation"), &submission.organisation);
    line(say("名前", "Name"), &submission.name);
    line(say("連絡先", "Mail address"), &submission.address);
    if !submission.adds {
        line(say("相手への調整の依頼", "Asks us to contact the other side"), &yes(submission.mediate));
        line(say("相手に名前を伝えてよいか", "May be named to the other side"), &yes(submission.may_name));
    }
    line(say("共有の範囲の希望", "How far it may be told"), submission.tlp.parse::<Tlp>().map_or("", Tlp::marking));
    line(say("受け取った日時", "Received"), &submission.received);
    let mut text = lines.concat();
    if !submission.description.trim().is_empty() {
        text.push_str(&format!("\n{}\n", submission.description.trim_end()));
    }
    if !submission.encrypted.trim().is_empty() {
        // On lines of its own, so that it is found and opened as in any letter.
        text.push_str(&format!("\n{}\n", submission.encrypted.trim()));
    }
    text
}
