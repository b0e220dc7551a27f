//! What the sentences beside a line tell: those of its paragraph, those before it, and those behind it.

use super::{
    incident,
    label::{self, Label, Meaning},
    matter, own,
    table::Table,
    warning,
};

/// What the passage says in which a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Passage {
    /// That something happened.
    Told,
    /// Something else: of a meeting, of an offer, of what is over.
    Otherwise,
    /// Nothing of either.
    #[default]
    Silent,
}

/// So many paragraphs before a line are asked, not counting those that hold facts alone.
const PARAGRAPHS: usize = 2;
/// So many lines from each other a URL and a telephone number stand on a card.
const CARD_LINES: usize = 3;
/// So much of a paragraph is looked at, in bytes.
const PROSE_MOST_BYTES: usize = 8 << 10;

/// A paragraph, or the heading of one.
struct Paragraph {
    lines: usize,
    /// What its sentences say; nothing when it has none, but facts.
    says: Option<Passage>,
}

/// The passage of each line of a text.
pub(super) fn of_lines(text: &str) -> Vec<Passage> {
    let paragraphs = paragraphs(text);
    let mut passages = Vec::new();
    for (place, paragraph) in paragraphs.iter().enumerate() {
        let before = || paragraphs.get(..place).unwrap_or_default().iter().rev().filter_map(|paragraph| paragraph.says).take(PARAGRAPHS);
        let behind = || paragraphs.get(place + 1..).unwrap_or_default().iter().find_map(|paragraph| paragraph.says).filter(|says| *says == Passage::Told);
        let says = paragraph.says.into_iter().chain(before()).find(|says| *says != Passage::Silent).or_else(behind).unwrap_or_default();
        passages.resize(passages.len() + paragraph.lines, says);
    }
    for place in cards(text) {
        if let Some(passage) = passages.get_mut(place) {
            *passage = Passage::Otherwise;
        }
    }
    passages
}

/// The lines of URLs of the writer's own. Those beside which telephone numbers stand, or where one reports to, are on the card of whoever writes; those
/// beside which stands until when one sends papers or pays are where one does.
fn cards(text: &str) -> Vec<usize> {
    const NUMBERS: [&str; 8] = ["tel", "phone", "telephone", "fax", "tel/fax", "電話", "電話番号", "ファックス"];
    let mut urls = Vec::new();
    let mut numbers = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let Some((label, value)) = label::split(line.trim()) else { continue };
        let name = label.text.trim().to_lowercase();
        let is_reported_to = || value.contains('@') && (name.starts_with("report ") || name.ends_with("報告先") || name.ends_with("通報先"));
        if label.meaning == Meaning::Url {
            urls.push(place);
        } else if label::is_until_papers_are_sent(&name) || NUMBERS.contains(&name.as_str()) || is_reported_to() {
            numbers.push(place);
        }
    }
    // Numbers are in the order of their lines.
    urls.retain(|url| {
        let next = numbers.partition_point(|number| *number + CARD_LINES < *url);
        numbers.get(next).is_some_and(|number| number.abs_diff(*url) <= CARD_LINES)
    });
    urls
}

fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(|edge: char| edge.is_whitespace() || edge == '>').trim_end();
        let is_parting = Table::is_rule(line);
        // A heading begins a paragraph, even where no empty line stands before it.
        if is_heading(line) && !lines.is_empty() {
            paragraphs.push(paragraph(&lines));
            lines.clear();
        }
        lines.push(line);
        if is_parting {
            paragraphs.push(paragraph(&lines));
            lines.clear();
        }
    }
    paragraphs.push(paragraph(&lines));
    paragraphs
}

fn paragraph(lines: &[&str]) -> Paragraph {
    let mut prose: Vec<&str> = Vec::new();
    let mut says: Vec<Passage> = Vec::new();
    let mut bytes = 0;
    // A line of words right above the facts is their heading.
    let mut is_heading_of_facts = false;
    for line in lines.iter().filter(|line| !Table::is_rule(line)) {
        if let Some((label, value)) = label::split(line) {
            is_heading_of_facts |= prose.len() == 1 && says.is_empty();
            says.extend(is_said(label, value).then(|| of_sentences(line)));
        } else if is_heading(line) {
            says.push(of_heading(line));
        } else if is_prose(line) && bytes < PROSE_MOST_BYTES {
            bytes += line.len();
            prose.push(line);
        }
    }
    match prose.as_slice() {
        [] => {}
        [only] if is_heading_of_facts && !only.ends_with(['.', '。', '!', '！']) => says.push(of_heading(only)),
        prose => says.push(of_sentences(&prose.join("\n"))),
    }
    Paragraph { lines: lines.len(), says: strongest(says.into_iter()) }
}

/// Whether a line is the heading of what follows.
fn is_heading(line: &str) -> bool {
    line.len() < 120 && (line.ends_with([':', '：']) || line.starts_with(['■', '◆', '●', '【', '▼', '◇', '□']))
}

/// What a subject says, for the whole of its letter; that of an answer is another's.
pub(super) fn of_subject(subject: &str) -> Passage {
    if own::is_answer(subject) { Passage::Silent } else { of_heading(subject) }
}

fn of_heading(line: &str) -> Passage {
    if incident::is_named(line) { Passage::Told } else { of_matter(line) }
}

fn of_sentences(text: &str) -> Passage {
    let is_news = |sentence: &str| warning::is_of_letters_about(&sentence.to_lowercase()) && !warning::is_request(text);
    let of = |sentence: String| if incident::is_told(&sentence) && !is_news(&sentence) { Passage::Told } else { of_matter(&sentence) };
    strongest(incident::sentences(text).map(of)).unwrap_or_default()
}

fn of_matter(text: &str) -> Passage {
    if matter::is_another(text) { Passage::Otherwise } else { Passage::Silent }
}

/// Of what several say: another matter before an incident, an incident before nothing.
fn strongest(mut says: impl Iterator<Item = Passage>) -> Option<Passage> {
    let first = says.next()?;
    Some(says.fold(first, |one, other| match (one, other) {
        (Passage::Otherwise, _) | (_, Passage::Otherwise) => Passage::Otherwise,
        (Passage::Told, _) | (_, Passage::Told) => Passage::Told,
        _ => Passage::Silent,
    }))
}

/// Whether a label begins a sentence, and no record: `Description: it scans us`, `Your host attacks us: see below`.
fn is_said(label: Label<'_>, value: &str) -> bool {
    const DESCRIBE: [&str; 16] = [
        "description",
        "comment",
        "comments",
        "details",
        "summary",
        "reason",
        "note",
        "issue",
        "problem",
        "message",
        "内容",
        "概要",
        "詳細",
        "状況",
        "事象",
        "備考",
    ];
    let is_long = |text: &str| is_prose(text) && (text.is_ascii() || text.chars().count() > 8);
    match label.meaning {
        Meaning::Other => is_long(label.text) || DESCRIBE.contains(&label.text.trim().to_lowercase().as_str()),
        Meaning::Source | Meaning::Url | Meaning::Host => is_long(value),
        _ => false,
    }
}

/// Whether a line is part of a sentence, and no row, address or URL that stands alone.
fn is_prose(line: &str) -> bool {
    let words = line.split_whitespace().filter(|word| word.contains(char::is_alphabetic) && !word.contains("://")).count();
    let is_japanese = line.chars().filter(|one| !one.is_ascii()).count() > 4;
    !line.starts_with('<') && !line.contains(['|', '\t']) && (words >= 3 || is_japanese)
}
