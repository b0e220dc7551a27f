//! The form of a URL whose host the standard refuses: kept, because a report of it must not be lost.

use super::{CanonicalUrl, HOST_MOST_BYTES, Problem, percent};
use noroshi_kernel::observable::{Host, Url};

/// The form of `scheme://authority…` with the host as it is in lower case up to the first of `/\?#`.
pub(super) fn form(text: &str) -> Result<CanonicalUrl, Problem> {
    let (scheme, rest) = text.split_once("://").ok_or(Problem::NoHost)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    let path = tail.split('#').next().unwrap_or_default();
    let path = percent::normal(path.strip_prefix(['/', '\\']).unwrap_or(path));
    let url = format!("{scheme}://{}/{path}", authority.to_lowercase());
    let host = match url.parse::<Url>() {
        Ok(read) => {
            let name = read.host().ok_or(Problem::NoHost)?;
            plausible(name)?;
            name.parse().ok()
        }
        Err(_) if authority.contains(is_blank) => return Err(Problem::HostBroken),
        Err(_) => return Err(Problem::NoHost),
    };
    let address = host.as_ref().and_then(Host::address);
    Ok(CanonicalUrl { url, host, address })
}

/// Whether a host could be one: not empty, no longer than a name may be, without white space and control characters.
pub(super) fn plausible(name: &str) -> Result<(), Problem> {
    if !name.contains(char::is_alphanumeric) {
        return Err(Problem::NoHost);
    }
    if name.len() > HOST_MOST_BYTES {
        return Err(Problem::HostTooLong);
    }
    if name.contains(is_blank) {
        return Err(Problem::HostBroken);
    }
    Ok(())
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}
