//! A document as Typst source.
//!
//! **Architecture invariant:** every word from outside stands in a string literal of Typst's code mode, in which only `\` and `"` mean
//! anything; both are escaped. Nothing else of the source depends on words.

mod table;

use crate::{
    clean, link,
    model::{Block, Document},
    number,
    press::Sheets,
    prose::{Prose, Run},
    svg::{self, Drawn},
    table::Figure,
    words,
};
use noroshi_kernel::language::Language;
use std::collections::BTreeMap;

const STYLE: &str = include_str!("style.typ");

/// Source in the making.
struct Setter<'a> {
    base: Option<&'a str>,
    language: Language,
    source: String,
    files: BTreeMap<String, Vec<u8>>,
}

pub(crate) fn sheets(document: &Document, base: Option<&str>) -> Sheets {
    let mut setter = Setter { base, language: document.language, source: String::new(), files: BTreeMap::new() };
    let (region, leading) = match document.language {
        Language::Ja => ("jp", "0.85em"),
        Language::En => ("gb", "0.7em"),
    };
    setter.line(&format!("#set document(title: {}, date: none)", literal(&document.title)));
    setter.line(&format!("#set text(lang: \"{}\", region: \"{region}\")", document.language));
    setter.line(&format!("#set par(leading: {leading}, spacing: 1.3em)"));
    setter.line(STYLE.trim_end());
    setter.line(&format!("#heading(level: 1, {})", literal(&document.title)));
    if let Some(lead) = &document.lead {
        let lead = setter.prose(lead);
        setter.line(&format!("#par({lead})"));
    }
    if !document.facts.is_empty() {
        let cell = |(label, value): &(String, String)| format!("faint({}), {}, ", literal(label), literal(value));
        let facts: String = document.facts.iter().map(cell).collect();
        setter.line(&format!("#grid(columns: (auto, 1fr), column-gutter: 12pt, row-gutter: 6pt, {facts})"));
    }
    for block in &document.blocks {
        setter.block(block);
    }
    Sheets { source: setter.source, files: setter.files }
}

/// A string literal of Typst that holds these words and nothing else.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in clean::words(text).chars() {
        if matches!(character, '\\' | '"') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

impl Setter<'_> {
    fn line(&mut self, line: &str) {
        self.source.push_str(line);
        self.source.push('\n');
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { level, text, .. } => self.line(&format!("#heading(level: {}, {})", (*level).clamp(2, 6), literal(text))),
            Block::Paragraph(one) => {
                let words = self.prose(one);
                self.line(&format!("#par({words})"));
            }
            Block::Table(one) => self.table(one),
            Block::Chart(one) => self.picture(one.into()),
            Block::Heat(one) => self.picture(one.into()),
            Block::Note(text) => self.note(text),
        }
    }

    fn note(&mut self, text: &str) {
        self.line(&format!("#note({})", literal(text)));
    }

    fn picture(&mut self, of: Drawn<'_>) {
        let name = format!("picture-{}.svg", self.files.len() + 1);
        self.line(&format!("#picture(\"{name}\", {}, {})", literal(of.title()), literal(of.caption())));
        self.files.insert(name, svg::bare(of, self.language).into_bytes());
    }

    /// Words and numbers as one piece of content.
    fn prose(&self, prose: &Prose) -> String {
        let run = |run: &Run| match run {
            Run::Text(text) => literal(text),
            Run::Figure(one) => self.figure(one),
            Run::Measure(one) => self.linked(&one.shown(), one.href.as_deref()),
        };
        let runs: Vec<String> = prose.runs().iter().map(run).collect();
        format!("({}).join()", runs.iter().map(|run| format!("{run}, ")).collect::<String>())
    }

    fn figure(&self, figure: &Figure) -> String {
        self.linked(&number::grouped(figure.value), figure.href.as_deref())
    }

    /// A number, leading somewhere where it does.
    fn linked(&self, shown: &str, href: Option<&str>) -> String {
        match self.address(href) {
            Some(address) => format!("link({}, {})", literal(&address), literal(shown)),
            None => literal(shown),
        }
    }

    /// A link that can be followed from paper: with the platform's address before it where it is one of our pages.
    fn address(&self, href: Option<&str>) -> Option<String> {
        let href = link::safe(href)?;
        if href.contains("://") {
            return Some(href.to_owned());
        }
        let page = href.strip_prefix('/')?;
        Some(format!("{}/{page}", self.base?.trim_end_matches('/')))
    }

    fn unit(&self, unit: Option<&str>) -> String {
        unit.map(|unit| words::unit(self.language, unit)).unwrap_or_default()
    }
}
