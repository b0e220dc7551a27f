//! The canonical form of a reported URL, by which reports of the same target meet.
//!
//! Reports are typed by people in a hurry: schemes are mistyped or missing, URLs are defanged, hosts are not legal. None of that
//! may lose a report, so [`url()`] mends what is clear, keeps what the WHATWG URL standard refuses as far as it names a host, and only
//! refuses what names none.

mod lenient;
mod percent;
mod plain;
mod scheme;

use crate::{
    defang,
    digest::{Digest, Hasher},
};
use noroshi_kernel::{
    observable::{Address, Host},
    reason::Reason,
};
use scheme::Scheme;
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

/// The longest URL that is taken, in bytes, before and after it is made canonical.
pub const MOST_BYTES: usize = 8 * 1024;

/// The longest host that is taken, in bytes (RFC 1035).
pub const HOST_MOST_BYTES: usize = 253;

/// How often a form may still change when it is made canonical again, before it counts as hopeless.
const ROUNDS: usize = 4;

/// A URL in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CanonicalUrl {
    /// The whole text; it reads as a [`noroshi_kernel::observable::Url`].
    pub url: String,
    /// Its host; `None` when the host is kept although it is no legal name.
    pub host: Option<Host>,
    /// Its address, when the host is one.
    pub address: Option<Address>,
}

/// Why a text is no URL. The messages say what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing is there.
    #[error("the URL is empty; write the address of the reported site")]
    Empty,
    /// It is longer than [`MOST_BYTES`].
    #[error("the URL is longer than {MOST_BYTES} bytes; shorten it after the part that tells the site")]
    TooLong,
    /// No host can be found.
    #[error("the URL names no host; write it as https://host/path")]
    NoHost,
    /// The host is longer than [`HOST_MOST_BYTES`].
    #[error("the URL's host is longer than {HOST_MOST_BYTES} bytes, which no name can be; check where it ends")]
    HostTooLong,
    /// White space or control characters are in the host.
    #[error("the URL's host holds white space or control characters; write one URL alone")]
    HostBroken,
    /// There is neither a scheme nor a dot in the host.
    #[error("this does not look like a URL (neither a scheme nor a dot in the host); write it as https://host/path")]
    NoUrl,
    /// A scheme that leads to no host, such as `mailto`.
    #[error("{0}: leads to no host; report the site's URL or the mail itself")]
    NotHierarchical(String),
    /// Its form does not settle.
    #[error("the URL has no settled form; check its host")]
    Unsettled,
}

impl From<Problem> for Reason {
    fn from(problem: Problem) -> Self {
        let en = problem.to_string();
        let (key, ja) = match problem {
            Problem::Empty => ("url-empty", "URL が空です。報告されたサイトの URL を書いてください。".to_owned()),
            Problem::TooLong => ("url-length", format!("URL が {MOST_BYTES} バイトを超えています。サイトがわかる部分より後ろを短くしてください。")),
            Problem::NoHost => ("url-host-missing", "URL にホスト名がありません。https://host/path の形で書いてください。".to_owned()),
            Problem::HostTooLong => {
                ("url-host-length", format!("URL のホスト名が {HOST_MOST_BYTES} バイトを超えています。ホスト名の終わりを確かめてください。"))
            }
            Problem::HostBroken => ("url-host-characters", "URL のホスト名に空白か制御文字があります。URL を 1 つだけ書いてください。".to_owned()),
            Problem::NoUrl => {
                ("url-none", "URL ではないようです（スキームもホスト名の「.」もありません）。https://host/path の形で書いてください。".to_owned())
            }
            Problem::NotHierarchical(scheme) => ("url-scheme", format!("{scheme}: はホストを指しません。サイトの URL か、そのメール自体を届け出てください。")),
            Problem::Unsettled => ("url-unsettled", "URL の形が定まりません。ホスト名を確かめてください。".to_owned()),
        };
        Self::new(key, ja, en)
    }
}

/// The canonical form of a reported URL.
///
/// White space around it is dropped, defanging undone ([`defang::refang`]), a missing or mistyped scheme mended, scheme and host
/// lower-cased, the host normalised (NFKC) and brought to ASCII (UTS 46) where possible, the default port, an empty path and the
/// fragment normalised away; percent-encoding is upper-case, and unreserved characters (RFC 3986, section 2.3) are decoded. The query
/// keeps its order. The form is settled: the canonical form of a canonical form is itself.
///
/// # Errors
/// [`Problem`] when it names no host that could be one, or is too long.
///
/// ```
/// use noroshi_feeds::canonical;
/// let found = canonical::url("hxxps://LOGIN[.]example.test:443/%7ea?b#c")?;
/// assert_eq!(found.url, "https://login.example.test/~a?b");
/// # Ok::<(), canonical::Problem>(())
/// ```
pub fn url(text: &str) -> Result<CanonicalUrl, Problem> {
    let text = text.trim_matches(|edge: char| edge.is_whitespace() || edge.is_control() || matches!(edge, '\u{200b}' | '\u{feff}'));
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.len() > MOST_BYTES {
        return Err(Problem::TooLong);
    }
    if let Some(form) = plain::form(text) {
        return if form.url.len() > MOST_BYTES { Err(Problem::TooLong) } else { Ok(form) };
    }
    let mut form = once(text)?;
    for _ in 0..ROUNDS {
        let again = plain::form(&form.url).map_or_else(|| once(&form.url), Ok)?;
        if again == form {
            return Ok(form);
        }
        form = again;
    }
    Err(Problem::Unsettled)
}

/// The key of a target: the first 16 bytes of SHA-256 over its kind (for example `url`), NUL, and its canonical text.
#[must_use]
pub fn target_key(kind: &str, text: &str) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(kind.as_bytes());
    hasher.update(&[0]);
    hasher.update(text.as_bytes());
    hasher.finish()
}

/// One pass, which may leave a form that a second pass still changes.
fn once(text: &str) -> Result<CanonicalUrl, Problem> {
    let refanged = defang::refang(text);
    let (scheme, rest) = scheme::split(&refanged)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    let authority: String = authority.nfkc().collect();
    if matches!(scheme, Scheme::Missing) && !authority.contains(['.', '。']) && !authority.starts_with('[') {
        return Err(Problem::NoUrl);
    }
    let whole = format!("{}://{authority}{tail}", scheme.text());
    let form = match scheme {
        Scheme::Other(_) => lenient::form(&whole)?,
        Scheme::Missing | Scheme::Http | Scheme::Https => match strict(&whole) {
            Some(form) => form,
            None => lenient::form(&whole)?,
        },
    };
    if form.url.len() > MOST_BYTES {
        return Err(Problem::TooLong);
    }
    Ok(form)
}

/// The form by the WHATWG URL standard; `None` when the standard refuses it or the host could not be one.
fn strict(text: &str) -> Option<CanonicalUrl> {
    let mut parsed = Url::parse(text).ok()?;
    parsed.set_fragment(None);
    let (bare, mapped) = match parsed.host()? {
        // All at its end: one at a time, a form of many would not settle.
        url::Host::Domain(name) => (name.ends_with('.').then(|| name.trim_end_matches('.').to_owned()), None),
        url::Host::Ipv4(_) => (None, None),
        url::Host::Ipv6(ip) => (None, ip.to_ipv4_mapped()),
    };
    if let Some(ip) = mapped {
        parsed.set_ip_host(IpAddr::V4(ip)).ok()?;
    }
    if let Some(bare) = bare {
        parsed.set_host(Some(&bare)).ok()?;
    }
    let name = parsed.host_str()?;
    lenient::plausible(name).ok()?;
    let host: Option<Host> = name.parse().ok();
    let address = host.as_ref().and_then(Host::address);
    Some(CanonicalUrl { url: percent::normal(parsed.as_str()), host, address })
}

#[cfg(test)]
mod tests;
