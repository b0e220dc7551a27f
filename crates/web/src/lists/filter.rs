//! The filters above a list: fields to fill in, chips to take away, pages to turn.

use super::selecting::{self, PER_PAGE, Selecting};
use crate::{failure::Failure, links, query::Parameters, words::Words};
use noroshi_directory::Origin;
use noroshi_document::number;
use noroshi_incident::{
    model::{Category, Scheme},
    selection::{Records, Selection, Standing},
};
use noroshi_mailroom::correspondence::Kind;

/// A field of the form.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    /// Words to search for.
    Search { value: String },
    /// A short text.
    Text { name: &'static str, label: String, value: String, example: &'static str },
    /// One of a few.
    Choice { name: &'static str, label: String, options: Vec<Choice> },
    /// Kept as it is.
    Hidden { name: &'static str, value: String },
}

/// One of a few.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// An active filter, and the list without it.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) without: String,
}

/// Where in the list we are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// `51–100`; empty when everything is on one page.
    pub(crate) span: String,
}

/// What stands above and below a list.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) chips: Vec<Chip>,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    /// How many the reader may not see.
    pub(crate) hidden: i64,
    pub(crate) pager: Pager,
}

/// A selection as it was asked for.
pub(super) struct Asked {
    selecting: Selecting,
    words: Words,
}

impl Asked {
    pub(super) fn read(records: Records, parameters: &Parameters, words: Words) -> Result<Self, Failure> {
        Ok(Self { selecting: selecting::read(records, parameters)?, words })
    }

    pub(super) const fn selection(&self) -> &Selection {
        &self.selecting.selection
    }

    pub(super) fn skip(&self) -> u32 {
        self.selecting.skip()
    }

    /// The filters around `count` records of which `hidden` are not shown.
    pub(super) fn filter(&self, count: i64, hidden: i64) -> Filter {
        let selection = self.selection();
        let bare = Selection { records: selection.records, ..Selection::default() };
        Filter {
            action: bare.href(),
            fields: self.fields(),
            chips: self.chips(),
            count,
            grouped: number::grouped(count),
            hidden,
            pager: self.pager(count - hidden),
        }
    }

    fn pager(&self, shown: i64) -> Pager {
        let href = |page: u32| links::with(&self.selection().href(), "page", &page.to_string());
        let (page, skip, per) = (self.selecting.page, i64::from(self.skip()), i64::from(PER_PAGE));
        let span = if shown > skip && shown > per {
            format!("{}\u{2013}{}", number::grouped(skip + 1), number::grouped(shown.min(skip + per)))
        } else {
            String::new()
        };
        Pager {
            previous: (page > 1).then(|| if page == 2 { self.selection().href() } else { href(page - 1) }),
            next: (skip + per < shown).then(|| href(page + 1)),
            span,
        }
    }

    fn fields(&self) -> Vec<Field> {
        let (selection, words) = (self.selection(), self.words);
        let period = selection.period.map(|period| period.to_string()).unwrap_or_default();
        let mut fields = Vec::new();
        if matches!(selection.records, Records::Incidents | Records::Addresses) {
            fields.push(Field::Search { value: words_shown(selection) });
        }
        fields.push(Field::Text { name: "period", label: words.say("filter-period"), value: period, example: "2013Q4" });
        match selection.records {
            Records::Incidents => {
                fields.push(self.choice("category", Category::ALL.map(|one| (one.key(), words.category(one), selection.category == Some(one))).to_vec()));
                fields.push(self.choice("state", Standing::ALL.map(|one| (one.key(), words.standing(one), selection.state == Some(one))).to_vec()));
                fields.push(self.choice("origin", Origin::ALL.map(|one| (one.key(), words.origin(one), selection.origin == Some(one))).to_vec()));
            }
            Records::Coordinations => {
                fields.push(self.choice("category", Category::ALL.map(|one| (one.key(), words.category(one), selection.category == Some(one))).to_vec()));
                fields.push(self.choice("destination", Origin::ALL.map(|one| (one.key(), words.origin(one), selection.destination == Some(one))).to_vec()));
            }
            Records::Correspondence => {
                fields.push(self.choice("about", Kind::ALL.map(|one| (one.key(), words.kind(one), selection.about == Some(one))).to_vec()));
            }
            Records::Reports | Records::Addresses => {}
        }
        if matches!(selection.records, Records::Reports | Records::Correspondence) {
            fields.push(Field::Text { name: "tld", label: words.say("filter-tld"), value: selection.tld.clone().unwrap_or_default(), example: ".jp" });
        }
        let hidden = [
            ("month", selection.month.map(|month| month.to_string())),
            ("scheme", selection.scheme.clone()),
            ("brand", selection.brand.clone()),
            ("port", selection.port.clone()),
        ];
        fields.extend(hidden.into_iter().filter_map(|(name, value)| value.map(|value| Field::Hidden { name, value })));
        fields
    }

    fn choice(&self, name: &'static str, options: Vec<(&'static str, String, bool)>) -> Field {
        let any = Choice { value: "", label: self.words.say("filter-any"), selected: false };
        let options = options.into_iter().map(|(value, label, selected)| Choice { value, label, selected });
        Field::Choice { name, label: self.words.say(&format!("filter-{name}")), options: std::iter::once(any).chain(options).collect() }
    }

    fn chips(&self) -> Vec<Chip> {
        let (selection, words) = (self.selection(), self.words);
        let without = |change: fn(&mut Selection)| {
            let mut changed = selection.clone();
            change(&mut changed);
            changed.href()
        };
        let scheme = selection.period.and_then(|period| Scheme::of(period, selection.scheme.as_deref()).ok()).map(|scheme| scheme.key.clone());
        let all: [(&str, Option<String>, String); 12] = [
            ("q", selection.q.is_some().then(|| words_shown(selection)), without(|one| one.q = None)),
            ("period", selection.period.map(|period| period.to_string()), without(|one| (one.period, one.month, one.scheme) = (None, None, None))),
            ("month", selection.month.map(|month| month.to_string()), without(|one| one.month = None)),
            ("scheme", selection.scheme.as_ref().and(scheme), without(|one| one.scheme = None)),
            ("category", selection.category.map(|category| words.category(category)), without(|one| one.category = None)),
            ("state", selection.state.map(|standing| words.standing(standing)), without(|one| one.state = None)),
            ("origin", selection.origin.map(|origin| words.origin(origin)), without(|one| one.origin = None)),
            ("destination", selection.destination.map(|origin| words.origin(origin)), without(|one| one.destination = None)),
            ("brand", selection.brand.clone(), without(|one| one.brand = None)),
            ("port", selection.port.as_deref().map(|port| port_name(words, port)), without(|one| one.port = None)),
            ("tld", selection.tld.as_deref().map(|tld| tld_name(words, tld)), without(|one| one.tld = None)),
            ("about", selection.about.map(|about| words.kind(about)), without(|one| one.about = None)),
        ];
        all.into_iter().filter_map(|(name, value, without)| Some(Chip { label: words.say(&format!("filter-{name}")), value: value?, without })).collect()
    }
}

/// The words that are searched for, harmless as everything else on the page; searched for again, they find the same.
fn words_shown(selection: &Selection) -> String {
    links::harmless(selection.q.as_deref().unwrap_or_default())
}

/// A scanned port in words.
pub(crate) fn port_name(words: Words, port: &str) -> String {
    match port {
        "multiple" => words.say("port-multiple"),
        "unknown" => words.say("port-unknown"),
        _ => port.to_owned(),
    }
}

/// A reporter's top-level domain in words.
pub(crate) fn tld_name(words: Words, tld: &str) -> String {
    if tld == "unknown" { words.say("tld-unknown") } else { tld.to_owned() }
}
