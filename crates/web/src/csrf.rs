//! The token in every form, by which we know that the form was ours and this reader's.
//!
//! A token is a random mask and the HMAC-SHA256 of the mask and the reader's session, so that it differs on every page: a page that
//! is compressed gives nothing away about it (BREACH).

use axum::http::{HeaderMap, header};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const MASK_BYTES: usize = 16;

/// A keyed digest of `parts`, with a key of its own for each purpose.
pub(crate) fn digest(team_key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let key = mac(team_key, &[b"noroshi-web/", purpose.as_bytes()]);
    mac(&key, parts)
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length (RFC 2104), so there is nothing to fail; a zero digest would match nothing that we give out.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A fresh token for a reader.
pub(crate) fn token(team_key: &[u8; 32], reader: &str) -> String {
    let mask: [u8; MASK_BYTES] = rand::random();
    hex::encode([&mask[..], &digest(team_key, "form", &[&mask, reader.as_bytes()])[..]].concat())
}

/// Whether a token is one that was given to this reader.
pub(crate) fn is_of(team_key: &[u8; 32], reader: &str, token: &str) -> bool {
    let Ok(bytes) = hex::decode(token) else { return false };
    let Some((mask, given)) = bytes.split_at_checked(MASK_BYTES) else { return false };
    digest(team_key, "form", &[mask, reader.as_bytes()]).ct_eq(given).into()
}

/// Whether the browser says that another site sent this. Browsers that say nothing, or `Origin: null` as they must under our own
/// referrer policy, are judged by the token alone.
pub(crate) fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return !matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        None | Some("null") => false,
        Some(origin) => origin.split_once("://").map(|(_, host)| host) != text(header::HOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_token_is_its_readers_only() {
        let (key, other) = ([7; 32], [8; 32]);
        let given = token(&key, "session");
        assert_ne!(given, token(&key, "session"), "it differs on every page");
        assert!(is_of(&key, "session", &given));
        assert!(!is_of(&key, "another", &given) && !is_of(&other, "session", &given));
        for wrong in ["", "zz", "00", &given[..given.len() - 2], &"0".repeat(given.len())] {
            assert!(!is_of(&key, "session", wrong), "{wrong}");
        }
    }

    #[test]
    fn other_sites_are_told_by_what_browsers_say() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value))).collect::<HeaderMap>()
        };
        for (pairs, elsewhere) in [
            (&[][..], false),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], false),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("origin", "http://noroshi.example.jp"), ("host", "noroshi.example.jp")], false),
            (&[("origin", "http://evil.example"), ("host", "noroshi.example.jp")], true),
            (&[("origin", "null"), ("host", "noroshi.example.jp")], false),
        ] {
            assert_eq!(comes_from_elsewhere(&with(pairs)), elsewhere, "{pairs:?}");
        }
    }
}
