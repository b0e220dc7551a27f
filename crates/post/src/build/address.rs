//! Addresses that a letter can be sent to (RFC 5321, section 4.1.2), and ids (RFC 5322, section 3.6.4).

use super::{Charset, words};
use crate::letter::Mailbox;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use noroshi_kernel::{reason::Reason, setaside::printable};

/// The longest local part (RFC 5321, section 4.5.3.1.1).
const MOST_LOCAL: usize = 64;
/// The longest address (the same, 4.5.3.1.3, without the angle brackets).
const MOST_ADDRESS: usize = 254;
/// The longest id that is passed on.
const MOST_ID: usize = 250;

/// An address in the form in which it goes over the wire: a domain of other letters as its A-labels (RFC 5890), a local part that
/// is no dot-atom in quotes, as some carriers' addresses with two dots are.
///
/// # Errors
/// A reason when it is none that can be sent to: no or more than one `@`, a local part beyond ASCII (which would need SMTPUTF8,
/// RFC 6531), a domain that no DNS can hold, control characters.
pub fn wire(address: &str) -> Result<String, Reason> {
    let refused = || {
        let address = printable(address, 100);
        Reason::new(
            "letter-address",
            format!("メールアドレス「{address}」には送れません。名前@ドメイン の形で書いてください（@ の前は ASCII のみ）。"),
            format!("no letter can be sent to {address:?}; write local@domain, in ASCII before the @"),
        )
    };
    let (local, domain) = address.rsplit_once('@').ok_or_else(refused)?;
    let local = local.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(local);
    let legal = |byte: u8| matches!(byte, b'!'..=b'~') && !b"()<>[]:;,@\"\\".contains(&byte);
    if local.is_empty() || local.len() > MOST_LOCAL || !local.bytes().all(legal) {
        return Err(refused());
    }
    let domain = Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify).map_err(|_| refused())?;
    let dot_atom = local.split('.').all(|atom| !atom.is_empty());
    let wire = if dot_atom { format!("{local}@{domain}") } else { format!("\"{local}\"@{domain}") };
    if wire.len() > MOST_ADDRESS { Err(refused()) } else { Ok(wire) }
}

/// The pieces of a field of addresses.
pub(super) fn list(mailboxes: &[&Mailbox], charset: Charset) -> Result<Vec<String>, Reason> {
    let mut pieces = Vec::new();
    for (place, mailbox) in mailboxes.iter().enumerate() {
        let comma = if place + 1 < mailboxes.len() { "," } else { "" };
        let (name, address) = (words::phrase(&mailbox.name, charset), wire(&mailbox.address)?);
        // Within angle brackets also where there is no name: readers take a quoted local part for one.
        let bare = name.is_empty() && !address.starts_with('"');
        pieces.extend(name);
        pieces.push(if bare { format!("{address}{comma}") } else { format!("<{address}>{comma}") });
    }
    Ok(pieces)
}

/// Checks an id of our own, without angle brackets.
pub(super) fn own_id(id: &str) -> Result<&str, Reason> {
    if is_id(id) && id.split('@').count() == 2 && !id.starts_with('@') && !id.ends_with('@') {
        return Ok(id);
    }
    let shown = printable(id, 100);
    Err(Reason::new(
        "letter-message-id",
        format!("Message-ID「{shown}」は 左辺@右辺 の形の ASCII {MOST_ID} 文字以内で渡してください。"),
        format!("the message id {shown:?} must be left@right in ASCII, {MOST_ID} characters at most"),
    ))
}

/// An id of somebody else's letter, when it can be written in a head as it is. One that cannot would thread nothing anyway.
pub(super) fn foreign_id(id: &str) -> Option<&str> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    is_id(id).then_some(id)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MOST_ID && id.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'<' | b'>' | b','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_can_be_sent_to() {
        for (address, expected) in [
            ("csirt@example.jp", "csirt@example.jp"),
            ("a+b=c/d'e@EXAMPLE.jp", "a+b=c/d'e@example.jp"),
            ("abuse@例え.jp", "abuse@xn--r8jz45g.jp"),
            ("root@localhost", "root@localhost"),
            ("a..b.@example.jp", "\"a..b.\"@example.jp"),
            ("\"a..b\"@example.jp", "\"a..b\"@example.jp"),
        ] {
            assert_eq!(wire(address).as_deref(), Ok(expected), "{address}");
        }
    }

    #[test]
    fn addresses_that_cannot() {
        let (local, domain) = ("a".repeat(65), "a.".repeat(130));
        for address in [
            "",
            "a",
            "@",
            "a@",
            "@example.jp",
            "a@b@example.jp",
            "a b@example.jp",
            "<a@example.jp>",
            "a@example.jp>",
            "a@exam ple.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "a\r\n@example.jp",
            "a\0@example.jp",
            "a@example.jp\0",
            "a\t@example.jp",
            "名前@example.jp",
            "a@-example.jp",
            "a@exa_mple.jp",
            "a@[192.0.2.1]",
            "a@example..jp",
            "a,b@example.jp",
            "a@example.jp,b@example.jp",
            "\"a\"b\"@example.jp",
            "a\\@example.jp",
            "a@example.jp.",
            "a@\u{202e}example.jp",
            &format!("{local}@example.jp"),
            &format!("a@{domain}jp"),
        ] {
            let refused = wire(address).expect_err(address);
            assert_eq!(refused.key, "letter-address");
            assert!(!refused.text.en.chars().any(char::is_control));
        }
    }

    #[test]
    fn ids_are_passed_on_or_dropped() {
        assert_eq!(foreign_id(" <a@b> "), Some("a@b"));
        assert_eq!(foreign_id("no-at"), Some("no-at"));
        for id in ["", "<>", "a b", "a@b\r\nBcc: c", "日本@b", "a><b", &"x".repeat(251)] {
            assert_eq!(foreign_id(id), None, "{id}");
        }
        for id in ["", "a", "@b", "a@", "a@b@c", "<a@b>", "a@b\r\n", "a @b"] {
            assert!(own_id(id).is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn what_goes_over_the_wire_is_one_address(address in "\\PC{0,20}@?[\\PC\\r\\n]{0,20}") {
            if let Ok(wire) = wire(&address) {
                prop_assert!(wire.bytes().all(|byte| matches!(byte, b'!'..=b'~')));
                prop_assert_eq!(wire.matches('@').count(), 1);
            }
        }
    }
}
