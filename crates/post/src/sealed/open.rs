use super::{
    Covers, Encrypted, Ring, Seal, SignatureOf, Unopened, heads,
    mime::{self, Entity},
};
use crate::{
    letter::{Headers, MOST_BYTES, MOST_DEPTH, MOST_PARTS},
    openpgp::{self, KeyId, Limits, SignatureState, decrypt_by, issuers, parse_keyring, recipients, unopened, verify_signed_part},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use std::borrow::Cow;

/// The most encrypted parts and blocks of one letter that are opened.
const MOST_OPENINGS: usize = 32;
/// The most signatures of one letter that are judged.
const MOST_SIGNATURES: usize = 64;
/// The most certificates of one letter that are offered.
const MOST_KEYS: usize = 20;

/// A letter that was opened.
#[derive(Clone, Debug)]
pub struct Opened<'a> {
    /// The letter to be read: the one that came when there is no OpenPGP in it.
    pub raw: Cow<'a, [u8]>,
    /// What its seals are worth at the time of judging.
    pub seal: Seal,
}

/// Opens a letter as of `at`. There is always an answer: what cannot be opened stands as it came, and the seal says why.
///
/// Done are PGP/MIME (RFC 3156) in any nesting within the letter's own parts, blocks in plain text, encrypted text in HTML (which becomes plain
/// text), and encrypted attachments. Letters longer than [`MOST_BYTES`] are left alone.
#[must_use]
pub fn open<'a>(raw: &'a [u8], ring: &Ring, at: Moment) -> Opened<'a> {
    let untouched = || Opened { raw: Cow::Borrowed(raw), seal: Seal::default() };
    if raw.len() > MOST_BYTES {
        return untouched();
    }
    // The `From ` line of a mailbox is no field.
    let letter = if raw.starts_with(b"From ") { raw.get(raw.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1)..).unwrap_or(raw) } else { raw };
    let (head, _) = mime::divide(letter);
    let from = Headers::read(head).from.first().map(|from| from.address.clone()).filter(|address| address.contains('@'));
    let mut opening = Opening { ring, at, from, seal: Seal::default(), room: MOST_BYTES, openings: 0, parts: 0, touched: false };
    let opened = opening.entity(letter, "", 0);
    if opening.touched { Opened { raw: Cow::Owned(opened), seal: opening.seal } } else { Opened { seal: opening.seal, ..untouched() } }
}

/// A letter on its way.
pub(super) struct Opening<'a> {
    pub(super) ring: &'a Ring,
    pub(super) at: Moment,
    /// The address that the letter says it is from.
    from: Option<String>,
    pub(super) seal: Seal,
    /// How many bytes may still come out of what is encrypted or compressed.
    room: usize,
    openings: usize,
    parts: usize,
    /// Whether the letter is another one now.
    pub(super) touched: bool,
}

impl Opening<'_> {
    /// The letter or the part at `path` (empty: the letter itself), opened.
    fn entity(&mut self, bytes: &[u8], path: &str, depth: usize) -> Vec<u8> {
        self.parts += 1;
        if depth > MOST_DEPTH || self.parts > MOST_PARTS {
            let sealed = bytes.windows(11).any(|found| found == b"-----BEGIN ");
            if sealed && self.seal.left.is_empty() {
                self.seal.left.push(too_many());
            }
            return bytes.to_vec();
        }
        let entity = Entity::read(bytes);
        if entity.kind.starts_with("message/") {
            return bytes.to_vec();
        }
        if !entity.is_multipart() {
            return self.leaf(&entity, bytes, if path.is_empty() { "1" } else { path }, path.is_empty(), depth);
        }
        let children = entity.children(MOST_PARTS);
        match (entity.kind.as_str(), entity.protocol.as_deref()) {
            ("multipart/encrypted", protocol) => {
                let opened = self.encrypted(&entity, protocol, &children, path, depth);
                opened.unwrap_or_else(|| self.several(&entity, &children, path, depth))
            }
            ("multipart/signed", protocol) => {
                self.signed(protocol, &children, path);
                self.several(&entity, &children, path, depth)
            }
            _ => self.several(&entity, &children, path, depth),
        }
    }

    /// A multipart, each of its parts opened.
    fn several(&mut self, entity: &Entity<'_>, children: &[&[u8]], path: &str, depth: usize) -> Vec<u8> {
        let place = |number: usize| if path.is_empty() { (number + 1).to_string() } else { format!("{path}.{}", number + 1) };
        let opened: Vec<Vec<u8>> = children.iter().enumerate().map(|(number, child)| self.entity(child, &place(number), depth + 1)).collect();
        let kept = heads::kept(entity.head, |name| matches!(name, "content-type" | "content-transfer-encoding"));
        heads::multipart(&kept, &entity.kind, entity.protocol.as_deref(), &opened)
    }

    /// A `multipart/signed` (RFC 3156, section 5).
    fn signed(&mut self, protocol: Option<&str>, children: &[&[u8]], path: &str) {
        let signature = children.get(1).map(|signature| Entity::read(signature));
        let by_pgp = protocol == Some("application/pgp-signature") || signature.as_ref().is_some_and(|part| part.kind == "application/pgp-signature");
        if !by_pgp {
            return;
        }
        self.touched = true;
        // What stands behind the signature is not covered.
        let covers = match (path, children.len()) {
            ("", 2) => Covers::Whole,
            ("", _) => Covers::Part("1".into()),
            _ => Covers::Part(format!("{path}.1")),
        };
        let (Some(part), Some(signature)) = (children.first(), signature) else {
            return self.judged(vec![SignatureState::Malformed], &covers);
        };
        let signature = signature.content();
        let certificates = self.ring.certificates(&issuers(&signature));
        let states = verify_signed_part(part, &signature, &certificates, self.at);
        self.judged(states, &covers);
    }

    /// A `multipart/encrypted` (RFC 3156, section 4); `None` when it is none of OpenPGP.
    fn encrypted(&mut self, entity: &Entity<'_>, protocol: Option<&str>, children: &[&[u8]], path: &str, depth: usize) -> Option<Vec<u8>> {
        let [control, data] = children else { return None };
        if protocol != Some("application/pgp-encrypted") && Entity::read(control).kind != "application/pgp-encrypted" {
            return None;
        }
        let covers = if path.is_empty() { Covers::Whole } else { Covers::Part(path.to_owned()) };
        let Some(content) = self.decrypted(&Entity::read(data).content(), if path.is_empty() { "0" } else { path }, &covers) else {
            // It stands as it came, and is not tried once more as the file that it also is.
            let kept = heads::kept(entity.head, |name| matches!(name, "content-type" | "content-transfer-encoding"));
            let children: Vec<Vec<u8>> = children.iter().map(|child| child.to_vec()).collect();
            return Some(heads::multipart(&kept, &entity.kind, protocol, &children));
        };
        // Some encrypt a bare text where RFC 3156 wants a part with its head.
        let head = content.split(|byte| *byte == b'\n').next().unwrap_or_default().split(|byte| *byte == b':').next().unwrap_or_default();
        let headed = !head.is_empty() && head.len() < 80 && head.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let content = if headed || content.starts_with(b"\n") || content.starts_with(b"\r\n") { content } else { [b"\r\n", &content[..]].concat() };
        let opened = self.entity(&content, path, depth + 1);
        Some(if path.is_empty() { heads::under(entity.head, &opened) } else { opened })
    }

    /// A part that has no parts. `alone`: it is the whole letter.
    fn leaf(&mut self, entity: &Entity<'_>, bytes: &[u8], path: &str, alone: bool, depth: usize) -> Vec<u8> {
        let file = entity.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| file.ends_with(ending));
        let opened = match entity.kind.as_str() {
            "application/pgp-keys" => {
                self.offer(&entity.content());
                None
            }
            "application/pgp-signature" | "application/pgp-encrypted" => None,
            "text/html" => self.markup(entity, path),
            kind if kind.starts_with("text/") && !ends(&[".pgp", ".gpg"]) => self.text(entity, path, alone),
            "application/octet-stream" | "application/pgp" => self.file(entity, path, alone, depth),
            _ if ends(&[".asc", ".pgp", ".gpg"]) => self.file(entity, path, alone, depth),
            _ => None,
        };
        opened.unwrap_or_else(|| bytes.to_vec())
    }

    /// A file that is a message, a signed text or a certificate.
    fn file(&mut self, entity: &Entity<'_>, path: &str, alone: bool, depth: usize) -> Option<Vec<u8>> {
        let content = entity.content();
        let begins = |what: &[u8]| content.trim_ascii_start().starts_with(what);
        if begins(b"-----BEGIN PGP PUBLIC KEY BLOCK-----") {
            self.offer(&content);
            return None;
        }
        if begins(b"-----BEGIN PGP SIGNED MESSAGE-----") {
            return self.text(entity, path, alone);
        }
        let name = entity.name.clone().unwrap_or_default();
        let bare = [".pgp", ".gpg", ".asc"]
            .iter()
            .find_map(|ending| name.get(..name.len().checked_sub(ending.len())?).filter(|_| name.to_ascii_lowercase().ends_with(ending)));
        // The bytes of a packet begin with their highest bit set; so do many others, so the name must say it.
        let packets = bare.is_some() && content.first().is_some_and(|byte| byte & 0x80 != 0) && !name.to_ascii_lowercase().ends_with(".asc");
        if !begins(b"-----BEGIN PGP MESSAGE-----") && !packets {
            return None;
        }
        let covers = Covers::Part(path.to_owned());
        let content = self.decrypted(&content, path, &covers)?;
        if heads::begins_a_part(&content) {
            // A letter in PGP/MIME whose outer form was lost on the way through a mail server that does not know it.
            let opened = self.entity(&content, path, depth + 1);
            return Some(if alone { heads::under(entity.head, &opened) } else { opened });
        }
        let bare = bare.unwrap_or(&name);
        let text = [".txt", ".csv", ".log"].iter().any(|ending| bare.to_ascii_lowercase().ends_with(ending));
        let kept = heads::kept(entity.head, heads::of_mime);
        Some(heads::part(
            &kept,
            if text { "text/plain" } else { "application/octet-stream" },
            Some((bare, true)).filter(|(bare, _)| !bare.is_empty()),
            &content,
        ))
    }

    /// Opens a message and judges its signatures, which cover what was within; `None` when it cannot be opened.
    pub(super) fn decrypted(&mut self, message: &[u8], path: &str, covers: &Covers) -> Option<Vec<u8>> {
        self.openings += 1;
        let limits = Limits { most_bytes: Limits::default().most_bytes.min(self.room), ..Limits::default() };
        let find = |ids: &[KeyId]| self.ring.certificates(ids);
        let opened = if self.openings > MOST_OPENINGS { Err(too_many()) } else { decrypt_by(message, &self.ring.team(), &find, self.at, &limits) };
        let opened = match opened {
            Ok(opened) => opened,
            Err(reason) => {
                let detail = self.detail(message, reason);
                let opened = Err(Unopened { told: unopened(), detail });
                self.seal.encrypted.push(Encrypted { path: path.to_owned(), to: recipients(message), opened });
                return None;
            }
        };
        self.touched = true;
        self.room = self.room.saturating_sub(opened.content.len());
        if opened.encrypted {
            let to = recipients(message);
            let key = self
                .ring
                .team()
                .iter()
                .map(|key| key.certificate())
                .find(|own| own.key_ids().iter().any(|id| to.contains(id)))
                .map(openpgp::Certificate::fingerprint);
            self.seal.encrypted.push(Encrypted { path: path.to_owned(), to, opened: Ok(key) });
        }
        self.judged(opened.signatures, covers);
        Some(opened.content)
    }

    /// Notes signatures.
    pub(super) fn judged(&mut self, states: Vec<SignatureState>, covers: &Covers) {
        for state in states {
            if self.seal.signatures.len() >= MOST_SIGNATURES {
                if self.seal.left.is_empty() {
                    self.seal.left.push(too_many());
                }
                return;
            }
            let (address, of_sender) = self.signer(&state);
            self.seal.signatures.push(SignatureOf { state, address, of_sender, covers: covers.clone() });
        }
    }

    /// The signer's address, and whether it is the sender's.
    fn signer(&self, state: &SignatureState) -> (Option<String>, bool) {
        let Some(fingerprint) = state.fingerprint() else { return (None, false) };
        // The short name of a key is the end of its fingerprint (version 4) or its beginning (version 6).
        let digits = fingerprint.as_str();
        let short = if digits.len() == 40 { digits.get(24..) } else { digits.get(..16) }.and_then(KeyId::of_text);
        let certificates = self.ring.certificates(&short.into_iter().collect::<Vec<_>>());
        let addresses = certificates
            .iter()
            .find(|certificate| certificate.fingerprint() == *fingerprint)
            .map(|certificate| certificate.addresses(self.at))
            .unwrap_or_default();
        let own = self.from.as_ref().and_then(|from| addresses.iter().find(|address| address.eq_ignore_ascii_case(from)));
        (own.or_else(|| addresses.first()).cloned(), own.is_some())
    }

    /// Offers certificates for import.
    pub(super) fn offer(&mut self, bytes: &[u8]) {
        for certificate in parse_keyring(bytes).unwrap_or_default().into_iter().flatten() {
            let known = self.seal.keys.iter().any(|key| key.fingerprint() == certificate.fingerprint());
            if !known && self.seal.keys.len() < MOST_KEYS {
                self.seal.keys.push(certificate);
            }
        }
    }

    /// What the staff should know of a message that was not opened: from what anybody can see of it.
    fn detail(&self, message: &[u8], reason: Reason) -> Reason {
        if reason.key != unopened().key {
            return reason;
        }
        let named = recipients(message);
        let list = named.iter().take(10).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let own = self.ring.team().into_iter().find(|key| key.certificate().key_ids().iter().any(|id| named.contains(id)));
        if let Some(own) = own {
            let key = own.certificate().fingerprint().grouped();
            return Reason::new(
                "sealed-damaged",
                format!("チームの鍵 {key} 宛てに暗号化されていますが、途中で壊れたか書き換えられていて開けません。送り主に送り直しを頼んでください。"),
                format!("it is encrypted to the team's key {key}, but was damaged or changed on the way; ask the sender to send it again"),
            );
        }
        if !self.ring.locked().is_empty() {
            let keys = self.ring.locked().iter().map(openpgp::Fingerprint::grouped).collect::<Vec<_>>().join(", ");
            return Reason::new(
                "sealed-locked",
                format!(
                    "暗号化されています。チームの鍵（{keys}）の秘密鍵がこのデータディレクトリの team.key では開かないため、読めません。元の team.key を戻すか、秘密鍵を取り込み直してください。"
                ),
                format!(
                    "it is encrypted, and secrets of the team's keys ({keys}) do not open with this data directory's team.key; restore that file or import the secret keys again"
                ),
            );
        }
        if named.is_empty() {
            return Reason::new(
                "sealed-unnamed",
                "宛先の鍵を示さずに、または合言葉で暗号化されていて、チームのどの鍵でも開けません。送り主に、こちらの公開鍵で送り直すよう頼んでください。",
                "it is encrypted without naming a key, or with a passphrase, and none of the team's keys opens it; ask the sender to send it again to our public key",
            );
        }
        Reason::new(
            "sealed-other-key",
            format!(
                "鍵 {list} 宛てに暗号化されていますが、その秘密鍵がここにありません。チームの鍵なら `noroshi key import --secret` で取り込み、そうでなければ送り主に送り直しを頼んでください。"
            ),
            format!(
                "it is encrypted to the keys {list}, whose secrets are not here; if one is the team's, bring it in with `noroshi key import --secret`, else ask the sender to send it again"
            ),
        )
    }
}

fn too_many() -> Reason {
    Reason::new(
        "sealed-many",
        format!(
            "暗号化された部分か署名が多すぎるか、入れ子が深すぎます（{MOST_OPENINGS} 個、{MOST_SIGNATURES} 個、{MOST_DEPTH} 段まで）。残りはそのままです。"
        ),
        format!(
            "there are more than {MOST_OPENINGS} encrypted parts or {MOST_SIGNATURES} signatures, or they are nested more than {MOST_DEPTH} deep; the rest is left as it came"
        ),
    )
}
