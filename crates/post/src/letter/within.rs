//! Files that lie within a part: uuencoded in its text, or packed by Outlook.

use super::{
    Body, MOST_DEPTH, MOST_PARTS, Part,
    reading::{Reading, safe_name},
};
use crate::{charset::Decoded, tnef, uuencode};
use noroshi_kernel::reason::Reason;

/// How deep letters that Outlook packed into each other are read.
const MOST_PACKED: usize = 3;
/// The most texts of a letter with which a packed body is compared.
const MOST_COMPARED: usize = 20;

impl Reading {
    /// Takes the files that were uuencoded in the text of the part at `path`.
    pub(super) fn files(&mut self, found: uuencode::Found, path: &str, depth: usize) {
        let room = MOST_PARTS.saturating_sub(self.parts.len());
        if found.more || found.files.len() > room {
            let read = found.files.len().min(room);
            self.oddities.push(Reason::new(
                "part-uuencode",
                format!("パート {path}: uuencode されたファイルが多すぎるので、{read} 個を超える分は取り出していません。"),
                format!("part {path}: too many uuencoded files; those beyond {read} were not taken out"),
            ));
        }
        for (place, file) in found.files.into_iter().take(room).enumerate() {
            let path = format!("{path}.u{}", place + 1);
            if !file.whole {
                self.oddities.push(Reason::new(
                    "part-uuencode",
                    format!("パート {path}: uuencode されたファイルが途中で切れています。読めたところまでを取り出しました。"),
                    format!("part {path}: the uuencoded file breaks off; what was read up to there was taken out"),
                ));
            }
            let (media_type, body) = ("application/octet-stream".to_owned(), Body::Bytes(file.bytes));
            self.parts.push(Part { path, media_type, kind: None, name: safe_name(&file.name), attached: true, depth, body });
        }
    }

    /// Takes what Outlook packed into the part at `path` (TNEF, `winmail.dat`), if it did. Letters within, which are attachments there, are
    /// unpacked as well.
    pub(super) fn unpack(&mut self, bytes: &[u8], path: &str, depth: usize, level: usize) {
        let Some(contents) = tnef::read(bytes) else { return };
        if level > MOST_PACKED || depth > MOST_DEPTH {
            self.tnef(path, "入れ子が深すぎるので、これより内側は読んでいません。", "nested too deeply; what lies within was not read");
            return;
        }
        if !contents.whole {
            self.tnef(path, "途中で切れています。読めたところまでを取り出しました。", "breaks off; what was read up to there was taken out");
        }
        if contents.is_damaged {
            self.tnef(path, "検査合計が合いません。そのまま読みました。", "a checksum is wrong; it was read as it stands");
        }
        if contents.has_rtf && contents.plain.is_none() && contents.html.is_none() {
            self.tnef(path, "本文は圧縮 RTF だけなので、読んでいません。", "its body is compressed RTF alone, which was not read");
        }
        let plain = contents.plain.filter(|plain| !self.says(&plain.text, depth));
        let plain = plain.map(|text| ("text/plain", text));
        for (place, (media_type, decoded)) in plain.into_iter().chain(contents.html.map(|html| ("text/html", html))).enumerate() {
            let path = format!("{path}.b{}", place + 1);
            let body = self.body(decoded, media_type == "text/html", &path);
            self.add(Part { path, media_type: media_type.to_owned(), kind: None, name: None, attached: false, depth, body });
        }
        let room = MOST_PARTS.saturating_sub(self.parts.len());
        if contents.more || contents.files.len() > room {
            let read = contents.files.len().min(room);
            self.tnef(
                path,
                &format!("添付ファイルが多すぎるので、{read} 個を超える分は取り出していません。"),
                &format!("too many attachments; those beyond {read} were not taken out"),
            );
        }
        for (place, file) in contents.files.into_iter().take(room).enumerate() {
            let path = format!("{path}.t{}", place + 1);
            // A letter within is evidence, as one that is attached is.
            let inner = tnef::is_tnef(&file.bytes).then(|| file.bytes.clone());
            let media_type = if inner.is_some() { "application/ms-tnef".to_owned() } else { media_type(file.media_type.as_deref()) };
            let body = if media_type.starts_with("text/") {
                let decoded = self.decode(&file.bytes, None, &path);
                self.body(decoded, media_type == "text/html", &path)
            } else {
                Body::Bytes(file.bytes)
            };
            let name = file.name.as_deref().and_then(safe_name);
            self.add(Part { path: path.clone(), media_type, kind: None, name, attached: true, depth, body });
            if let Some(inner) = inner {
                self.unpack(&inner, &path, depth + 1, level + 1);
            }
        }
    }

    fn add(&mut self, part: Part) {
        if self.parts.len() < MOST_PARTS {
            self.parts.push(part);
        }
    }

    fn body(&mut self, decoded: Decoded, is_html: bool, path: &str) -> Body {
        let Decoded { mut text, charset, .. } = decoded;
        self.shorten(&mut text, path);
        if is_html { Body::Html { html: text, charset } } else { Body::Text { text, charset } }
    }

    /// Whether a text of the letter says the same already: as a rule the body stands packed beside itself.
    fn says(&self, text: &str, depth: usize) -> bool {
        let parts = self.parts.iter().filter(|part| part.depth == depth && !part.attached);
        let texts = parts.filter_map(|part| if let Body::Text { text, .. } = &part.body { Some(text) } else { None });
        texts.take(MOST_COMPARED).any(|said| said.split_whitespace().eq(text.split_whitespace()))
    }

    fn tnef(&mut self, path: &str, ja: &str, en: &str) {
        self.oddities.push(Reason::new(
            "part-tnef",
            format!("パート {path}: Outlook の winmail.dat（TNEF）: {ja}"),
            format!("part {path}: winmail.dat of Outlook (TNEF): {en}"),
        ));
    }
}

/// The media type of a file; parts and letters are none, as they would have to be read as such.
fn media_type(told: Option<&str>) -> String {
    let told = told.unwrap_or_default().to_ascii_lowercase();
    if told.is_empty() || told.starts_with("multipart/") || told.starts_with("message/") { "application/octet-stream".to_owned() } else { told }
}
