//! Which links may be emitted.

/// The link when it is relative to the site or http(s); no other scheme, no other host by two slashes, nothing hidden in it.
pub(crate) fn safe(href: Option<&str>) -> Option<&str> {
    let href = href?;
    let hidden = |character: char| character.is_control() || character.is_whitespace() || character == '\\';
    if href.is_empty() || href.starts_with("//") || href.contains(hidden) {
        return None;
    }
    let before_path = href.split(['/', '?', '#']).next().unwrap_or_default();
    let web = ["http:", "https:"].iter().any(|scheme| before_path.eq_ignore_ascii_case(scheme)) && href.contains("://");
    (web || !before_path.contains(':')).then_some(href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_pages_and_the_web_are_linked() {
        for href in ["/incidents?q=a:b", "?page=2", "#t1", "incidents/7", "https://noroshi.example/", "HTTP://noroshi.example"] {
            assert_eq!(safe(Some(href)), Some(href));
        }
        for href in [
            "",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:x",
            " javascript:x",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "mailto:a@b.example",
            "http:evil",
        ] {
            assert_eq!(safe(Some(href)), None, "{href:?}");
        }
    }
}
