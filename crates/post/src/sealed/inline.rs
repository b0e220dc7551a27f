//! OpenPGP that stands in a text.

use super::{Covers, heads, mime::Entity, open::Opening};
use crate::{
    charset, html,
    openpgp::{Kind, SignatureState, issuers, read_inline, verify_cleartext},
};

/// The deepest block within blocks that is opened.
const MOST_BLOCKS_DEEP: usize = 3;
/// What stands at the beginning of each mark.
const MARK: &str = "[-- OpenPGP";

impl Opening<'_> {
    /// A part of plain text; `None` when it holds no OpenPGP. `alone`: it is the whole letter.
    pub(super) fn text(&mut self, entity: &Entity<'_>, path: &str, alone: bool) -> Option<Vec<u8>> {
        let content = entity.content();
        let text = self.blocks(&content, entity.charset.as_deref(), path, alone, 0)?;
        let kept = heads::kept(entity.head, |name| matches!(name, "content-type" | "content-transfer-encoding"));
        let kept = if entity.name.is_some() { heads::kept(&kept, |name| name == "content-disposition") } else { kept };
        Some(heads::part(&kept, "text/plain; charset=utf-8", entity.name.as_deref().map(|name| (name, entity.attached)), text.as_bytes()))
    }

    /// A part of HTML in which an encrypted text stands: it becomes plain text, so that nothing of the markup around it sees what was within.
    pub(super) fn markup(&mut self, entity: &Entity<'_>, path: &str) -> Option<Vec<u8>> {
        let content = entity.content();
        if !content.windows(27).any(|found| found == b"-----BEGIN PGP MESSAGE-----") {
            return None;
        }
        let text = html::text(&in_lines(&charset::decode(&content, entity.charset.as_deref()).text));
        let before = self.seal.encrypted.len();
        let text = self.blocks(text.as_bytes(), Some("utf-8"), path, false, 0)?;
        if self.seal.encrypted.get(before..).unwrap_or_default().iter().all(|one| one.opened.is_err()) {
            return None;
        }
        let kept = heads::kept(entity.head, |name| matches!(name, "content-type" | "content-transfer-encoding"));
        Some(heads::part(&kept, "text/plain; charset=utf-8", None, text.as_bytes()))
    }

    /// The text with its blocks opened and marked; `None` when there is none.
    fn blocks(&mut self, content: &[u8], label: Option<&str>, path: &str, alone: bool, within: usize) -> Option<String> {
        if within > MOST_BLOCKS_DEEP {
            return None;
        }
        let blocks = read_inline(content);
        if blocks.iter().all(|block| block.kind == Kind::Text) {
            return None;
        }
        self.touched = true;
        let bytes = |range: &std::ops::Range<usize>| content.get(range.clone()).unwrap_or_default();
        let plain = |bytes: &[u8]| unmarked(&charset::decode(bytes, label).text);
        // One block and nothing beside it is all that the letter says.
        let beside = blocks.iter().filter(|block| block.kind != Kind::Text || !bytes(&block.range).trim_ascii().is_empty()).count();
        let covers = if alone && beside == 1 { Covers::Whole } else { Covers::Text(path.to_owned()) };
        let mut out = String::new();
        for block in blocks {
            let raw = bytes(&block.range);
            match block.kind {
                Kind::Text => out.push_str(&plain(raw)),
                Kind::Signed => {
                    let signature =
                        raw.windows(29).rposition(|found| found == b"-----BEGIN PGP SIGNATURE-----").and_then(|at| raw.get(at..)).unwrap_or_default();
                    let read = verify_cleartext(raw, &self.ring.certificates(&issuers(signature)), self.at);
                    let told = read.signatures != [SignatureState::Malformed] || read.text != raw;
                    self.judged(read.signatures, &covers);
                    if told {
                        marked(&mut out, "signed text", &plain(&read.text));
                    } else {
                        out.push_str(&plain(raw));
                    }
                }
                Kind::Message => {
                    let encrypted = self.seal.encrypted.len();
                    let Some(opened) = self.decrypted(raw, path, &covers) else {
                        out.push_str(&plain(raw));
                        continue;
                    };
                    let label = charset_of(raw).or_else(|| label.map(str::to_owned));
                    let inner = self.blocks(&opened, label.as_deref(), path, false, within + 1);
                    let inner = inner.unwrap_or_else(|| unmarked(&charset::decode(&opened, label.as_deref()).text));
                    let what = if self.seal.encrypted.len() > encrypted { "decrypted text" } else { "signed text" };
                    marked(&mut out, what, &inner);
                }
                Kind::Certificate => {
                    self.offer(raw);
                    out.push_str(&plain(raw));
                }
                Kind::Broken => {
                    if raw.trim_ascii_start().starts_with(b"-----BEGIN PGP MESSAGE") {
                        self.decrypted(raw, path, &covers);
                    } else if !raw.trim_ascii_start().starts_with(b"-----BEGIN PGP PUBLIC") {
                        self.judged(vec![SignatureState::Malformed], &covers);
                    }
                    out.push_str(&plain(raw));
                }
            }
        }
        Some(out)
    }
}

/// HTML whose armour keeps its lines as text: in `<pre>` they end without markup.
fn in_lines(html: &str) -> String {
    let Some((before, armour)) = html.split_once("-----BEGIN PGP MESSAGE-----") else { return html.to_owned() };
    let (armour, behind) = armour.split_once("-----END PGP MESSAGE-----").unwrap_or((armour, ""));
    let armour = if armour.contains('<') { armour.to_owned() } else { armour.replace('\n', "<br>") };
    format!("{before}<br>-----BEGIN PGP MESSAGE-----{armour}-----END PGP MESSAGE-----<br>{behind}")
}

/// The charset that an armour's head names (RFC 9580, section 6.2.2.4).
fn charset_of(armour: &[u8]) -> Option<String> {
    let head = armour.split(|byte| *byte == b'\n').skip(1).take(20).take_while(|line| !line.trim_ascii().is_empty());
    head.filter_map(|line| std::str::from_utf8(line).ok()?.strip_prefix("Charset:")).map(|name| name.trim().chars().take(40).collect()).next()
}

fn marked(out: &mut String, what: &str, text: &str) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&format!("{MARK}: {what} begins --]\n{text}"));
    if !text.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&format!("{MARK}: {what} ends --]\n"));
}

/// A text in which nobody wrote a mark of ours.
fn unmarked(text: &str) -> String {
    text.replace(MARK, "[- - OpenPGP")
}
