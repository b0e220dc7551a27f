//! Browsers in which somebody signed in before. Their tries to sign in are counted apart from strangers', so that nobody can keep a
//! person out by failing in that person's name.
//!
//! The proof is a cookie of its own for each account: when it was given, a random number, and the HMAC of both and the account's
//! name. It opens nothing; whoever steals it can but make that person's browsers wait.

use crate::{cookies, csrf};
use axum::http::{HeaderMap, HeaderValue};
use noroshi_directory::account::Device;
use noroshi_kernel::moment::Moment;
use subtle::ConstantTimeEq;

/// A browser is known for a year after its last sign-in.
const LIFE_S: u32 = 365 * 86_400;

/// The cookie's name, which does not tell the account's.
fn name(team_key: &[u8; 32], account: &str) -> String {
    let digest = hex::encode(csrf::digest(team_key, "device-name", &[account.as_bytes()]));
    format!("{}_{}", cookies::DEVICE, digest.chars().take(16).collect::<String>())
}

fn proof(team_key: &[u8; 32], account: &str, given: &str, nonce: &str) -> String {
    hex::encode(csrf::digest(team_key, "device", &[account.as_bytes(), given.as_bytes(), nonce.as_bytes()]))
}

/// The `Set-Cookie` line for a browser in which somebody just signed in.
pub(crate) fn remember(team_key: &[u8; 32], account: &str, now: Moment, behind_tls: bool) -> HeaderValue {
    let (given, nonce) = (now.0.to_string(), cookies::random());
    let value = format!("{given}.{nonce}.{}", proof(team_key, account, &given, &nonce));
    cookies::set(&name(team_key, account), &value, Some(LIFE_S), behind_tls)
}

/// Whether this browser proves that the account's person signed in with it before.
pub(crate) fn of(team_key: &[u8; 32], account: &str, headers: &HeaderMap, now: Moment) -> Device {
    let known = || {
        let mut parts = cookies::get(headers, &name(team_key, account))?.splitn(3, '.');
        let (given, nonce, told) = (parts.next()?, parts.next()?, parts.next()?);
        let right: bool = proof(team_key, account, given, nonce).as_bytes().ct_eq(told.as_bytes()).into();
        let fresh = given.parse::<i64>().is_ok_and(|given| now.0.saturating_sub(given) <= i64::from(LIFE_S) * 1_000_000);
        (right && fresh).then_some(())
    };
    if known().is_some() { Device::Known } else { Device::Strange }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn a_device_is_known_for_one_account_and_a_year() {
        let (key, now) = ([7; 32], Moment(1_600_000_000_000_000));
        let line = remember(&key, "hanako", now, true);
        let text = line.to_str().expect("a line");
        assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000; Secure") && !text.contains("hanako"), "{text}");
        let sent = |text: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text.split(';').next().expect("a pair")).expect("a value"))]);
        let headers = sent(text);
        assert_eq!(of(&key, "hanako", &headers, now), Device::Known);
        assert_eq!(of(&key, "hanako", &headers, now.plus_days(366)), Device::Strange, "a year later");
        assert_eq!(of(&[8; 32], "hanako", &headers, now), Device::Strange, "of another team");
        let (_, value) = text.split_once('=').expect("a pair");
        let stolen = format!("{}={value}", name(&key, "taro"));
        assert_eq!(of(&key, "taro", &sent(&stolen), now), Device::Strange, "of another account");
        assert_eq!(of(&key, "hanako", &sent(&text.replacen("=16", "=17", 1)), now), Device::Strange, "changed");
        assert_eq!(of(&key, "hanako", &HeaderMap::new(), now), Device::Strange);
    }
}
