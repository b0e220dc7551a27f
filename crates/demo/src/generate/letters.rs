//! The raw letters: short messages (RFC 5322) in Japanese or English, one after another in one blob.

use super::channel;
use crate::DemoError;
use noroshi_feeds::defang::defang;
use noroshi_incident::model::Category;
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_mailroom::correspondence::Channel;
use std::io::Read;

/// A letter before it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) id: i64,
    pub(super) at: Moment,
    pub(super) tld: Option<String>,
    pub(super) reports: bool,
    /// Whether it holds several reports.
    pub(super) several: bool,
    /// What it tells of.
    pub(super) about: Vec<(Category, String)>,
}

/// Where a letter is in the blob.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) subject: String,
    pub(super) channel: Channel,
}

/// Letters whose bytes are durable.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) parts: Vec<Part>,
}

/// Stores the letters as one blob.
pub(super) async fn store(ledger: &Ledger, drafts: Vec<Draft>) -> Result<Written, DemoError> {
    let blobs = ledger.blobs().clone();
    let stored = tokio::task::spawn_blocking(move || {
        let mut text = Text { drafts: drafts.into_iter(), parts: Vec::new(), open: Vec::new(), read: 0, end: 0 };
        let blob = blobs.put(&mut text)?;
        Ok::<_, LedgerError>(Written { sha256: blob.sha256, parts: text.parts })
    });
    Ok(stored.await.map_err(|error| LedgerError::Damaged(error.to_string()))??)
}

/// Writes letters as they are read.
struct Text {
    drafts: std::vec::IntoIter<Draft>,
    parts: Vec<Part>,
    open: Vec<u8>,
    read: usize,
    end: u64,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.open.len() {
            let Some(draft) = self.drafts.next() else { return Ok(0) };
            let subject = draft.subject();
            self.open = draft.message(&subject).into_bytes();
            self.read = 0;
            let length = self.open.len() as u64;
            self.parts.push(Part { offset: self.end, length, subject, channel: channel(draft.id, draft.several) });
            self.end += length;
        }
        let read = self.open.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

impl Draft {
    fn in_japanese(&self) -> bool {
        self.tld.as_deref() == Some(".jp")
    }

    fn subject(&self) -> String {
        let (japanese, english) = match self.about.first() {
            _ if !self.reports => ("お問い合わせ: 講演の依頼について", "Question about your mailing list"),
            _ if self.several => ("複数のインシデントの報告", "Report of several incidents"),
            Some((Category::Phishing, _)) => ("フィッシングサイトの報告", "Phishing site"),
            Some((Category::WebDefacement, _)) => ("Web サイト改ざんの報告", "Web site defaced"),
            Some((Category::MalwareSite, _)) => ("マルウエア公開サイトの報告", "Site distributing malware"),
            Some((Category::Scan, _)) => ("不審なアクセスの報告", "Port scan from your network"),
            Some((Category::Intrusion, _)) => ("システム侵入の報告", "Compromised system"),
            _ => ("インシデントの報告", "Incident report"),
        };
        if self.in_japanese() { japanese } else { english }.into()
    }

    fn message(&self, subject: &str) -> String {
        let mut body = String::new();
        match (self.reports, self.in_japanese()) {
            (true, true) => body.push_str("担当者様\r\n\r\n以下を確認しましたので報告します。\r\n\r\n"),
            (true, false) => body.push_str("Dear team,\r\n\r\nwe would like to report the following.\r\n\r\n"),
            (false, true) => body.push_str("担当者様\r\n\r\n講演をお願いできるでしょうか。ご検討ください。\r\n"),
            (false, false) => body.push_str("Dear team,\r\n\r\nhow can I subscribe to your mailing list?\r\n"),
        }
        for (_, target) in &self.about {
            body.push_str("  ");
            body.push_str(&defang(target));
            body.push_str("\r\n");
        }
        let sender = self.tld.as_deref().unwrap_or(".example");
        format!(
            "From: reporter@example{sender}\r\nTo: info@csirt.example.jp\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <demo-{}@example{sender}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n",
            encoded(subject),
            date(self.at),
            self.id,
        )
    }
}

/// A date as in RFC 5322, section 3.3, in UTC.
fn date(at: Moment) -> String {
    Zone::named("UTC").map_or_else(|_| at.rfc3339(), |utc| utc.wall(at).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// A header's text: as it is in ASCII, else in encoded words (RFC 2047), each at most 75 characters.
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.into();
    }
    let mut words: Vec<String> = vec![String::new()];
    for character in text.chars() {
        let mut bytes = [0; 4];
        let code: String = character.encode_utf8(&mut bytes).bytes().map(|byte| format!("={byte:02X}")).collect();
        match words.last_mut() {
            Some(word) if word.len() + code.len() <= 63 => word.push_str(&code),
            _ => words.push(code),
        }
    }
    words.into_iter().map(|word| format!("=?UTF-8?Q?{word}?=")).collect::<Vec<_>>().join("\r\n ")
}
