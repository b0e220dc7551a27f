use super::{Found, Item};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use unicode_normalization::UnicodeNormalization as _;

/// The brand names that are looked for in texts.
///
/// Names in ASCII must stand as words of their own. A single one in small letters is passed over: `line`, `discover` and `apple` are
/// words of the language, too.
#[derive(Clone, Debug, Default)]
pub struct Brands {
    automaton: Option<AhoCorasick>,
    /// What is given for each pattern.
    names: Vec<String>,
}

impl Brands {
    /// Prepares to look for brands: each with the names by which it is known, of which the first is given for all. Names of one
    /// character, or of two in ASCII, are too short to tell anything.
    pub fn new(brands: impl IntoIterator<Item = Vec<String>>) -> Self {
        let (mut patterns, mut names) = (Vec::new(), Vec::new());
        for brand in brands {
            let Some(first) = brand.first() else { continue };
            for name in brand.iter().filter(|name| name.chars().count() >= if name.is_ascii() { 3 } else { 2 }) {
                patterns.push(folded(name));
                names.push(first.clone());
            }
        }
        let automaton = AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        Self { automaton, names }
    }

    /// The names that stand in a text, each with its place.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Found> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut found = Vec::new();
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            // Folding moves bytes: a name is found in the folded line, its place in the line as it is.
            let (folded, places) = with_places(line);
            for hit in automaton.find_iter(&folded) {
                let Some(name) = self.names.get(hit.pattern().as_usize()) else { continue };
                let (Some(from), Some(to)) = (places.get(hit.start()), places.get(hit.end())) else { continue };
                let range = begin + from..begin + to;
                let shown = text.get(range.clone()).unwrap_or_default();
                if is_whole(&folded, hit.start(), hit.end()) && is_name(shown) {
                    found.push(Found { item: Item::Brand(name.clone()), at: range });
                }
            }
            begin += line.len();
        }
        found
    }
}

fn folded(text: &str) -> String {
    with_places(text).0
}

/// The folded text, and for each of its bytes (and its end) the byte of the text that it comes from.
fn with_places(text: &str) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    for (at, one) in text.char_indices() {
        for part in std::iter::once(one).nfkc().flat_map(char::to_lowercase) {
            folded.push(part);
            places.resize(folded.len(), at);
        }
    }
    places.push(text.len());
    (folded, places)
}

/// Whether a hit is no part of a longer word in ASCII.
fn is_whole(folded: &str, start: usize, end: usize) -> bool {
    let inside =
        |one: Option<char>, edge: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric()) && edge.is_some_and(|edge| edge.is_ascii_alphanumeric());
    let (before, hit, behind) = (folded.get(..start).unwrap_or_default(), folded.get(start..end).unwrap_or_default(), folded.get(end..).unwrap_or_default());
    !inside(before.chars().next_back(), hit.chars().next()) && !inside(behind.chars().next(), hit.chars().next_back())
}

fn is_name(shown: &str) -> bool {
    let single = shown.is_ascii() && !shown.contains(char::is_whitespace);
    !single || shown.chars().any(|one| one.is_ascii_uppercase())
}
