//! Percent-encoding in one form (RFC 3986, sections 2.1, 2.3 and 6.2.2).

/// `%xx` in upper case, decoded where the character is unreserved; a `%` that encodes nothing becomes `%25`; white space, control
/// characters and what is not ASCII is encoded.
///
/// Apart from the host, which holds no `%` once it is legal, this may be applied to a whole URL.
pub(super) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            if byte.is_ascii_graphic() {
                out.push(char::from(byte));
            } else {
                encode(byte, &mut out);
            }
            continue;
        }
        match pair(rest.as_slice()) {
            Some(meant) => {
                rest.nth(1);
                if is_unreserved(meant) { out.push(char::from(meant)) } else { encode(meant, &mut out) }
            }
            None => out.push_str("%25"),
        }
    }
    out
}

/// Letters, digits and `-._~`, which mean the same whether encoded or not.
pub(super) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn encode(byte: u8, out: &mut String) {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
    out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}

/// The byte that two hexadecimal digits at the head of `rest` mean.
fn pair(rest: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (high, low) = (rest.first().and_then(digit)?, rest.get(1).and_then(digit)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_form() {
        for (text, form) in
            [("/%7e%41%2f%2F%c3%a9", "/~A%2F%2F%C3%A9"), ("/100%", "/100%25"), ("/%%34%31", "/%2541"), ("/%zz?%2", "/%25zz?%252"), ("/é x", "/%C3%A9%20x")]
        {
            assert_eq!(normal(text), form);
        }
    }

    proptest! {
        #[test]
        fn it_settles_at_once(text in "[%0-9a-fA-F/?é ~]{0,40}") {
            let form = normal(&text);
            prop_assert_eq!(normal(&form), form);
        }
    }
}
