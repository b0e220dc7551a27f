//! Which domain somebody registered.

/// What registries of countries sell names under: `co` of `co.jp`.
const SECOND_LEVELS: [&str; 16] = ["ac", "ad", "co", "com", "ed", "edu", "go", "gob", "gov", "gr", "lg", "mil", "ne", "net", "or", "org"];

/// The domain that a host most likely was registered under: its last two labels, or three where a country's registry sells names
/// below a second level. No list of every registry's rules is asked, so a person looks at it.
#[must_use]
pub fn registered(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let is_name = |label: &&str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let top = labels.last()?;
    // An address has no domain.
    if !labels.iter().all(|label| is_name(label) || label.starts_with('_')) || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let below = labels.len().checked_sub(2).and_then(|place| labels.get(place))?;
    let wanted = if top.len() == 2 && SECOND_LEVELS.contains(below) { 3 } else { 2 };
    let kept = labels.get(labels.len().checked_sub(wanted)?..)?;
    kept.iter().all(is_name).then(|| kept.join("."))
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
