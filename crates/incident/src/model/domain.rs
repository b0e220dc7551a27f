//! Which domain somebody registered.

/// The domain that a host was registered under, by the Public Suffix List of the day on which noroshi was built; `None` for addresses,
/// for suffixes themselves and for what is no host name.
#[must_use]
pub fn registered(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_name = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let top = host.rsplit('.').next()?;
    // An address has no domain.
    if !host.split('.').all(is_name) || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    psl::domain_str(&host).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_what_was_registered() {
        for (host, domain) in [
            ("login.bank.example.co.jp", Some("example.co.jp")),
            ("www.example.jp", Some("example.jp")),
            ("WWW.Example.COM.", Some("example.com")),
            ("example.net", Some("example.net")),
            ("shop.example.com.br", Some("example.com.br")),
            ("www.example.chiyoda.tokyo.jp", Some("example.chiyoda.tokyo.jp")),
            ("_dmarc.example.org", Some("example.org")),
            ("co.jp", None),
            ("localhost", None),
            ("192.0.2.7", None),
            ("2001:db8::7", None),
            ("a b.example", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(registered(host).as_deref(), domain, "{host:?}");
        }
    }
}
