//! The cookies that we set, all of them named here.

use axum::http::{HeaderMap, HeaderValue, header};

/// A session's token.
pub(crate) const SESSION: &str = "noroshi_session";
/// A random token of somebody who has not signed in yet; the sign-in form is bound to it.
pub(crate) const VISITOR: &str = "noroshi_visitor";
/// The language that somebody chose.
pub(crate) const LANGUAGE: &str = "noroshi_language";
/// That somebody signed in with this browser before; one for each account, so more follows in the name.
pub(crate) const DEVICE: &str = "noroshi_device";
/// What was just done, until the next page says so.
pub(crate) const DONE: &str = "noroshi_done";

/// The value of a cookie that the browser sent.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A `Set-Cookie` line. Without `life_s` it lives as long as the browser; 0 removes it. Values are hexadecimal or keys of ours.
pub(crate) fn set(name: &str, value: &str, life_s: Option<u32>, behind_tls: bool) -> HeaderValue {
    let life = life_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if behind_tls { "; Secure" } else { "" };
    // Lax, not Strict: a link in a mail must find its reader signed in.
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}{secure}");
    HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static("noroshi_none=; Max-Age=0"))
}

/// A random token of 32 bytes, in hexadecimal.
pub(crate) fn random() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; noroshi_session=abc"));
        headers.append(header::COOKIE, HeaderValue::from_static("noroshi_language=en"));
        assert_eq!(get(&headers, SESSION), Some("abc"));
        assert_eq!(get(&headers, LANGUAGE), Some("en"));
        assert_eq!(get(&headers, "session"), None);
    }

    #[test]
    fn a_cookie_is_closed_to_scripts_and_other_sites() {
        assert_eq!(set(SESSION, "ab", None, true), "noroshi_session=ab; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(set(DONE, "", Some(0), false), "noroshi_done=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
