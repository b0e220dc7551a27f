//! Heads and bodies put together anew.

/// The fields of a head: the name in lower case, and the raw field with its line ends. What is no field belongs to none.
fn fields(head: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some((_, field)) = fields.last_mut() {
                field.extend_from_slice(line);
            }
            continue;
        }
        let name = line.split(|byte| *byte == b':').next().filter(|name| name.len() < line.len()).unwrap_or_default();
        fields.push((String::from_utf8_lossy(name).trim().to_ascii_lowercase(), line.to_vec()));
    }
    fields.retain(|(name, _)| !name.is_empty());
    if let Some((_, last)) = fields.last_mut().filter(|(_, last)| !last.ends_with(b"\n")) {
        last.extend_from_slice(b"\r\n");
    }
    fields
}

/// The fields that the sender of an encrypted letter may have put within it, when the outer head lacks them (RFC 9788): nothing by which
/// mail finds its way, as that is said by those who carried it.
const ADDED: [&str; 8] = ["from", "to", "cc", "reply-to", "date", "message-id", "in-reply-to", "references"];

/// A letter's head without what says how its body is written.
pub(super) fn kept(head: &[u8], without: impl Fn(&str) -> bool) -> Vec<u8> {
    fields(head).into_iter().filter(|(name, _)| !without(name)).flat_map(|(_, field)| field).collect()
}

/// Whether bytes begin as a part of a letter does: with a head that says what its body is.
pub(super) fn begins_a_part(bytes: &[u8]) -> bool {
    let (head, _) = super::mime::divide(bytes);
    let named = |line: &[u8]| {
        line.iter()
            .take(80)
            .position(|byte| *byte == b':')
            .is_some_and(|at| at > 0 && line.iter().take(at).all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'))
    };
    head.len() < (64 << 10) && head.split(|byte| *byte == b'\n').next().is_some_and(named) && fields(head).iter().any(|(name, _)| name == "content-type")
}

/// Whether a field says how a body is written.
pub(super) fn of_mime(name: &str) -> bool {
    name.starts_with("content-") || name == "mime-version"
}

/// The letter that was within another one, under the other's head: how the body is written and the subject are the inner one's, all else is
/// the outer one's where it has it.
pub(super) fn under(outer: &[u8], inner: &[u8]) -> Vec<u8> {
    let (head, body) = super::mime::divide(inner);
    let (outer, inner) = (fields(outer), fields(head));
    let has = |fields: &[(String, Vec<u8>)], name: &str| fields.iter().any(|(known, _)| known == name);
    let subject = has(&inner, "subject");
    let mut out: Vec<u8> = outer.iter().filter(|(name, _)| !(of_mime(name) || subject && name == "subject")).flat_map(|(_, field)| field.clone()).collect();
    for (name, field) in &inner {
        if name == "subject" || (of_mime(name) && name != "mime-version") || (ADDED.contains(&name.as_str()) && !has(&outer, name)) {
            out.extend_from_slice(field);
        }
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n\r\n");
    out.extend_from_slice(body);
    out
}

/// What stands in front of the number of each boundary that is made here.
const BOUNDARY: &str = "=_opened_";

/// A multipart of these parts, under a boundary that none of them holds: whoever wrote a part cannot end it early.
pub(super) fn multipart(kept: &[u8], kind: &str, protocol: Option<&str>, children: &[Vec<u8>]) -> Vec<u8> {
    let mut taken = std::collections::HashSet::new();
    let prefix = format!("--{BOUNDARY}");
    for line in children.iter().flat_map(|child| child.split(|byte| *byte == b'\n')) {
        if let Some(rest) = line.strip_prefix(prefix.as_bytes()) {
            let digits: String = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(9).map(|byte| char::from(*byte)).collect();
            taken.insert(digits);
        }
    }
    let number = (0_u32..).map(|number| number.to_string()).find(|number| !taken.contains(number)).unwrap_or_default();
    let boundary = format!("{BOUNDARY}{number}_");
    let protocol = protocol.filter(|protocol| protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-+.".contains(&byte)));
    let protocol = protocol.map(|protocol| format!("; protocol=\"{protocol}\"")).unwrap_or_default();
    let mut out = kept.to_vec();
    out.extend_from_slice(format!("Content-Type: {kind}{protocol}; boundary=\"{boundary}\"\r\n\r\n").as_bytes());
    for child in children {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        out.extend_from_slice(child);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// A part of these bytes in base64, with its name and whether it is meant as an attachment: nothing in them can be taken for a boundary.
pub(super) fn part(kept: &[u8], kind: &str, name: Option<(&str, bool)>, content: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = kept.to_vec();
    out.extend_from_slice(format!("Content-Type: {kind}\r\n").as_bytes());
    if let Some((name, attached)) = name {
        let how = if attached { "attachment" } else { "inline" };
        let named: String = name.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
        out.extend_from_slice(format!("Content-Disposition: {how}; filename*=UTF-8''{named}\r\n").as_bytes());
    }
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    for line in content.chunks(57) {
        for three in line.chunks(3) {
            let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            for place in 0..4_usize {
                let digit = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or_default();
                out.push(if place > three.len() { b'=' } else { LETTERS.get(digit).copied().unwrap_or(b'=') });
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}
