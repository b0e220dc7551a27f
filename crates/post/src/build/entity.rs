//! MIME entities (RFC 2045, 2046): parts and trees of parts, to bytes.

use super::{head::Field, parameter, transfer::Transfer};
use sha2::{Digest as _, Sha256};

/// A part, or a tree of parts.
#[derive(Clone, Debug)]
pub(super) enum Entity {
    /// A part with what it holds.
    Leaf {
        /// Its media type, with its parameters.
        content_type: Vec<String>,
        /// Its other fields.
        fields: Vec<Field>,
        /// What it holds, decoded; a text's lines end in CR LF.
        bytes: Vec<u8>,
        /// Whether it is a text of ours, so that its encoding may be chosen by what it holds, or else base64.
        text: bool,
    },
    /// Parts in a row.
    Multipart {
        /// The media type with its parameters, apart from the boundary.
        content_type: Vec<String>,
        /// The parts.
        parts: Vec<Entity>,
    },
    /// A part that must stay as it is: one that was signed, or the parts around an encrypted one.
    Fixed(Vec<u8>),
}

impl Entity {
    /// The entity's own fields, a blank line, and its body. `steady` is as in [`Transfer::of_text`]. `protected` are the fields of a letter
    /// whose cryptographic envelope this is in; they stand first.
    pub(super) fn write(&self, steady: bool, protected: &[Field]) -> Vec<u8> {
        let mut out = Vec::new();
        protected.iter().for_each(|field| field.write(&mut out));
        let hides = |content_type: &[String]| {
            let mut pieces = content_type.to_vec();
            if !protected.is_empty() {
                // RFC 9788, and what readers looked for before it.
                parameters(&mut pieces, ["hp=\"cipher\"".to_owned()]);
                parameters(&mut pieces, ["protected-headers=\"v1\"".to_owned()]);
            }
            pieces
        };
        match self {
            Self::Leaf { content_type, fields, bytes, text } => {
                Field::new("Content-Type", hides(content_type)).write(&mut out);
                fields.iter().for_each(|field| field.write(&mut out));
                let transfer = if *text { Transfer::of_text(bytes, steady) } else { Transfer::Base64 };
                Field::short("Content-Transfer-Encoding", transfer.name()).write(&mut out);
                out.extend_from_slice(b"\r\n");
                out.extend_from_slice(&transfer.encode(bytes));
            }
            Self::Multipart { content_type, parts } => {
                let parts: Vec<Vec<u8>> = parts.iter().map(|part| part.write(steady, &[])).collect();
                let boundary = boundary(&parts);
                let mut pieces = hides(content_type);
                parameters(&mut pieces, [format!("boundary=\"{boundary}\"")]);
                Field::new("Content-Type", pieces).write(&mut out);
                for part in parts {
                    out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                    out.extend_from_slice(&part);
                }
                out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            }
            Self::Fixed(bytes) => out.extend_from_slice(bytes),
        }
        out
    }

    /// A file that comes with a letter.
    pub(super) fn file(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        let mut content_type = vec![media_type.to_owned()];
        if media_type.starts_with("text/") && std::str::from_utf8(bytes).is_ok() {
            parameters(&mut content_type, ["charset=UTF-8".to_owned()]);
        }
        let mut disposition = vec!["attachment".to_owned()];
        parameters(&mut disposition, parameter::file_name(name));
        Self::Leaf { content_type, fields: vec![Field::new("Content-Disposition", disposition)], bytes: bytes.to_vec(), text: false }
    }
}

/// Adds parameters behind a semicolon.
pub(super) fn parameters(pieces: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    if let Some(last) = pieces.last_mut() {
        last.push(';');
    }
    pieces.extend(more);
}

/// A line that stands nowhere in the parts: `=_`, which neither quoted-printable nor base64 holds, with a digest of what it divides,
/// which nothing can hold of itself. The same letter gives the same bytes.
fn boundary(parts: &[Vec<u8>]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)).finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{hex}")
}
