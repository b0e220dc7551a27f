//! PGP/MIME (RFC 3156) around a letter's content.

use super::{Built, entity, entity::Entity, head::Field};
use crate::openpgp::{Certificate, TeamKey, encrypt, sign_detached};
use noroshi_kernel::{moment::Moment, reason::Reason};

/// What is shown where a subject is hidden (RFC 9788, section 3.2.1).
const NO_SUBJECT: &str = "[...]";

/// Whether those who carry an encrypted letter may read its subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Subject {
    /// It stands in the head as ever.
    #[default]
    Shown,
    /// It stands within, with the letter's other fields (RFC 9788); outside stands `[...]`. Readers that do not know of this show no subject.
    Hidden,
}

impl Built {
    /// The letter signed, beside its content (`multipart/signed`). What is signed is pure ASCII and holds nothing that a mail server would touch.
    ///
    /// # Errors
    /// When the key cannot sign at `at`.
    pub fn signed(&self, key: &TeamKey, at: Moment) -> Result<Vec<u8>, Reason> {
        let content = self.entity.write(true, &[]);
        let signature = sign_detached(&content, key, at)?;
        let sealed = Entity::Multipart {
            content_type: pieces("multipart/signed", &[&format!("micalg={}", signature.micalg), "protocol=\"application/pgp-signature\""]),
            parts: vec![
                Entity::Fixed(content),
                armour(pieces("application/pgp-signature", &["name=\"signature.asc\""]), "OpenPGP digital signature", &signature.armoured),
            ],
        };
        Ok(letter(&self.head, &sealed, true))
    }

    /// The letter encrypted to all of `to` (`multipart/encrypted`), signed within when a key is given. To read it later the team must be among
    /// the recipients itself.
    ///
    /// # Errors
    /// When one of the recipients cannot be encrypted to or the key cannot sign at `at`; see [`encrypt`].
    pub fn encrypted(&self, to: &[&Certificate], sign_with: Option<&TeamKey>, subject: Subject, at: Moment) -> Result<Vec<u8>, Reason> {
        let (outer, protected) = match subject {
            Subject::Shown => (self.head.clone(), Vec::new()),
            Subject::Hidden => self.hidden(),
        };
        let message = encrypt(&self.entity.write(true, &protected), to, sign_with, at)?;
        let version =
            Entity::Fixed(b"Content-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n".to_vec());
        let sealed = Entity::Multipart {
            content_type: pieces("multipart/encrypted", &["protocol=\"application/pgp-encrypted\""]),
            parts: vec![version, armour(pieces("application/octet-stream", &["name=\"encrypted.asc\""]), "OpenPGP encrypted message", &message)],
        };
        Ok(letter(&outer, &sealed, true))
    }

    /// The head as it stands outside, and the fields that stand within: all of the true ones, and what was outside.
    fn hidden(&self) -> (Vec<Field>, Vec<Field>) {
        let outside = |field: &Field| if field.name == "Subject" { Field::short("Subject", NO_SUBJECT) } else { field.clone() };
        let outer: Vec<Field> = self.head.iter().map(outside).collect();
        let told = outer.iter().map(|field| Field::new("HP-Outer", std::iter::once(format!("{}:", field.name)).chain(field.pieces.iter().cloned()).collect()));
        let protected = self.head.iter().cloned().chain(told).collect();
        (outer, protected)
    }
}

/// The bytes of a letter: its head and its content.
pub(super) fn letter(head: &[Field], content: &Entity, steady: bool) -> Vec<u8> {
    let mut out = Vec::new();
    head.iter().for_each(|field| field.write(&mut out));
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out.extend_from_slice(&content.write(steady, &[]));
    out
}

fn pieces(media_type: &str, more: &[&str]) -> Vec<String> {
    let mut pieces = vec![media_type.to_owned()];
    for parameter in more {
        entity::parameters(&mut pieces, [(*parameter).to_owned()]);
    }
    pieces
}

/// A part that is armour, as it is: its lines are short and ASCII.
fn armour(content_type: Vec<String>, description: &'static str, armoured: &str) -> Entity {
    let mut part = Vec::new();
    Field::new("Content-Type", content_type).write(&mut part);
    Field::short("Content-Description", description).write(&mut part);
    part.extend_from_slice(b"\r\n");
    part.extend_from_slice(armoured.as_bytes());
    Entity::Fixed(part)
}
