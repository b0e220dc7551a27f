//! Facts in a line of XML: `<Port>22</Port>`, `<url_info url="…" ip="…" />`. No document is built and nothing is expanded.

/// The most facts of one line.
const MOST: usize = 20;

/// The names and values of a line's elements and attributes.
pub(super) fn facts(line: &str) -> Vec<(&str, &str)> {
    element(line).map_or_else(|| attributes(line), |fact| vec![fact])
}

/// `<Name>value</Name>`, perhaps with attributes.
fn element(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix('<')?.split_once('>')?;
    let name = tag.split_whitespace().next()?;
    let (value, end) = rest.rsplit_once("</")?;
    let same = end.trim_end().strip_suffix('>').is_some_and(|end| end.trim() == name);
    (same && !value.trim().is_empty() && !value.contains('<')).then(|| (name, value.trim()))
}

/// `name="value"` within one tag.
fn attributes(line: &str) -> Vec<(&str, &str)> {
    let mut facts = Vec::new();
    let mut rest = line.split_once('>').map_or(line, |(tag, _)| tag);
    while let Some((head, behind)) = rest.split_once("=\"") {
        let Some((value, after)) = behind.split_once('"') else { break };
        let name = head.rsplit(|one: char| one.is_whitespace() || one == '<').next().unwrap_or_default();
        if !name.is_empty() && !name.contains(':') && facts.len() < MOST {
            facts.push((name, value));
        }
        rest = after;
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_attributes_are_facts() {
        assert_eq!(facts("<IP_Address>192.0.2.7</IP_Address>"), [("IP_Address", "192.0.2.7")]);
        assert_eq!(facts("<Hash Type=\"SHA1\">ab</Hash>"), [("Hash", "ab")]);
        assert_eq!(facts("<url_info url=\"http://a.example.test/\" ip=\"192.0.2.7\" />"), [("url", "http://a.example.test/"), ("ip", "192.0.2.7")]);
        assert_eq!(facts("<a><b></b>"), [("", ""); 0]);
        assert_eq!(facts("<?xml version=\"1.0\"?>"), [("version", "1.0")]);
        assert_eq!(facts("<open=\""), [("", ""); 0]);
    }
}
