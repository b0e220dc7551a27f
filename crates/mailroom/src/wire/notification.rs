//! What a relay is asked to report of a letter (RFC 3461).

use lettre::{
    Address,
    transport::smtp::{
        extension::{MailParameter, RcptParameter},
        response::Response,
    },
};

/// The longest `ENVID` as it is sent (RFC 3461, section 5.4).
const MOST_IDENTIFIER_CHARS: usize = 100;
/// The part of a letter in which its `Message-ID` is looked for.
const MOST_HEAD_BYTES: usize = 64 << 10;

/// Whether the answer to `EHLO` offers delivery reports on demand.
pub(super) fn is_offered(answer: &Response) -> bool {
    answer.message().skip(1).any(|line| line.trim().eq_ignore_ascii_case("DSN"))
}

/// For `MAIL`: the head alone comes back, and the report names the letter by its `Message-ID`. Of a letter from nobody there are no reports.
pub(super) fn of_letter(from: Option<&Address>, letter: &[u8]) -> Vec<MailParameter> {
    let parameter = |keyword: &str, value| MailParameter::Other { keyword: keyword.to_owned(), value: Some(value) };
    if from.is_none() {
        return Vec::new();
    }
    let mut parameters = vec![parameter("RET", "HDRS".to_owned())];
    parameters.extend(message_id(letter).map(|id| parameter("ENVID", id)));
    parameters
}

/// For `RCPT`: reports of failure and delay, with the address as it was written; of a letter from nobody none.
pub(super) fn of_recipient(from: Option<&Address>, recipient: &Address) -> Vec<RcptParameter> {
    // The values are written as xtext by the library. An address has neither spaces nor control characters: that was checked.
    let parameter = |keyword: &str, value| RcptParameter::Other { keyword: keyword.to_owned(), value: Some(value) };
    if from.is_none() {
        return vec![parameter("NOTIFY", "NEVER".to_owned())];
    }
    vec![parameter("NOTIFY", "FAILURE,DELAY".to_owned()), parameter("ORCPT", format!("rfc822;{recipient}"))]
}

/// The letter's own identifier, without its brackets; only one that can stand in a command as it is, `+` and `=` aside.
fn message_id(letter: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"message-id:";
    let head = letter.get(..MOST_HEAD_BYTES).unwrap_or(letter);
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).take_while(|line| !line.is_empty());
    let value = lines.find_map(|line| line.split_at_checked(NAME.len()).filter(|(name, _)| name.eq_ignore_ascii_case(NAME)).map(|(_, value)| value))?;
    let id = std::str::from_utf8(value.trim_ascii()).ok()?.strip_prefix('<')?.strip_suffix('>')?;
    let encoded = id.len() + 2 * id.bytes().filter(|byte| matches!(byte, b'+' | b'=')).count();
    let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && encoded <= MOST_IDENTIFIER_CHARS).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(from: Option<&str>, letter: &[u8]) -> String {
        let from = from.map(|from| from.parse().unwrap());
        of_letter(from.as_ref(), letter).iter().map(|parameter| format!(" {parameter}")).collect()
    }

    #[test]
    fn a_letter_is_named_by_its_message_id() {
        let from = Some("csirt@example.jp");
        assert_eq!(said(from, b"From: a\r\nmessage-ID: <1+2=3@example.jp>\r\n\r\nx"), " RET=HDRS ENVID=1+2B2+3D3@example.jp");
        assert_eq!(said(None, b"Message-ID: <1@example.jp>\r\n\r\n"), "");
        let long = format!("Message-ID: <{}@example.jp>\r\n\r\n", "a".repeat(100));
        for without in [
            "\r\nMessage-ID: <1@example.jp>\r\n",
            "Message-ID: <a b>\r\n\r\n",
            "Message-ID:\r\n <1>\r\n\r\n",
            "Message-ID: <日本>\r\n",
            "Message-ID: <>\r\n",
            &long,
        ] {
            assert_eq!(said(from, without.as_bytes()), " RET=HDRS", "{without}");
        }
    }

    #[test]
    fn a_recipient_is_named_as_it_was_written() {
        let said = |from: Option<&str>| {
            let from = from.map(|from| from.parse().unwrap());
            of_recipient(from.as_ref(), &"abuse+a=b@example.jp".parse().unwrap()).iter().map(|parameter| format!(" {parameter}")).collect::<String>()
        };
        assert_eq!(said(Some("csirt@example.jp")), " NOTIFY=FAILURE,DELAY ORCPT=rfc822;abuse+2Ba+3Db@example.jp");
        assert_eq!(said(None), " NOTIFY=NEVER");
    }

    proptest! {
        #[test]
        fn nothing_slips_into_the_command(id in "\\PC{0,40}|[ -~\\r\\n]{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for letter in [format!("Message-ID: <{id}>\r\n\r\n").as_bytes(), &bytes, &[b"Message-ID: <", &bytes[..], b">\r\n"].concat()] {
                let said = said(Some("csirt@example.jp"), letter);
                prop_assert!(said.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && said.matches(' ').count() <= 2, "{said:?}");
                prop_assert!(said.len() <= " RET=HDRS ENVID=".len() + MOST_IDENTIFIER_CHARS);
            }
        }
    }
}
