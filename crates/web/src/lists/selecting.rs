//! From a request's parameters to a selection. A parameter that is misspelt, or that a kind of record does not know, is refused:
//! silently it would widen the list beyond the figure that led to it.

use crate::{
    failure::Failure,
    links,
    query::{Parameters, parsed},
};
use noroshi_directory::Origin;
use noroshi_incident::{
    model::{Category, schemes},
    selection::{Records, Selection},
};
use noroshi_mailroom::correspondence::Kind;

/// The records on one page of a list.
pub(super) const PER_PAGE: u32 = 50;
/// The highest page that is looked up.
const MOST_PAGES: u32 = 1_000_000;

/// Which records, and which page of them.
pub(super) struct Selecting {
    pub(super) selection: Selection,
    /// From 1.
    pub(super) page: u32,
}

impl Selecting {
    pub(super) fn skip(&self) -> u32 {
        (self.page - 1).saturating_mul(PER_PAGE)
    }
}

/// The filters that a kind of record knows.
const fn known(records: Records) -> &'static [&'static str] {
    match records {
        Records::Incidents => &["q", "period", "month", "scheme", "category", "state", "origin", "brand", "port"],
        Records::Addresses => &["q", "period", "month", "scheme"],
        Records::Reports => &["period", "month", "scheme", "tld"],
        Records::Correspondence => &["period", "month", "scheme", "tld", "about"],
        Records::Coordinations => &["period", "month", "scheme", "category", "destination"],
    }
}

/// Reads the parameters of a list.
pub(super) fn read(records: Records, parameters: &Parameters) -> Result<Selecting, Failure> {
    let mut selection = Selection { records, ..Selection::default() };
    let mut page = 1;
    for (name, value) in &parameters.0 {
        let wrong = || Failure::Parameter { name: name.clone(), value: value.clone() };
        if name == "page" {
            page = parsed(name, value)?;
            if !(1..=MOST_PAGES).contains(&page) {
                return Err(wrong());
            }
            continue;
        }
        if !known(records).contains(&name.as_str()) || value.chars().count() > 200 {
            return Err(wrong());
        }
        match name.as_str() {
            "q" => selection.q = Some(links::refanged(value)),
            "period" => selection.period = Some(parsed(name, value)?),
            "month" => selection.month = Some(parsed(name, value)?),
            "scheme" => selection.scheme = Some(schemes().iter().find(|scheme| scheme.key == *value).ok_or_else(wrong)?.key.clone()),
            "category" => selection.category = Some(parsed::<Category>(name, value)?),
            "state" => selection.state = Some(value.parse().map_err(|_| wrong())?),
            "origin" => selection.origin = Some(origin(value).ok_or_else(wrong)?),
            "destination" => selection.destination = Some(origin(value).ok_or_else(wrong)?),
            "brand" => selection.brand = Some(value.clone()),
            "port" => selection.port = Some(value.clone()),
            "tld" => selection.tld = Some(value.clone()),
            "about" => selection.about = Some(Kind::ALL.into_iter().find(|kind| kind.key() == value).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        }
    }
    Ok(Selecting { selection, page })
}

fn origin(key: &str) -> Option<Origin> {
    Origin::ALL.into_iter().find(|origin| origin.key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_incident::selection::Standing;

    #[test]
    fn what_a_figure_links_to_reads_back() {
        let selection = Selection {
            period: Some("2013Q4".parse().expect("a period")),
            month: Some("2013-10".parse().expect("a month")),
            scheme: Some("2013".into()),
            category: Some(Category::Phishing),
            origin: Some(Origin::Domestic),
            brand: Some("example".into()),
            state: Some(Standing::Open),
            q: Some("楽天 &".into()),
            ..Selection::default()
        };
        let href = selection.href();
        let (_, query) = href.split_once('?').expect("a query");
        assert_eq!(read(Records::Incidents, &Parameters::read(query)).expect("reads").selection, selection);
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (records, query, name) in [
            (Records::Incidents, "period=soon", "period"),
            (Records::Incidents, "categroy=phishing", "categroy"),
            (Records::Incidents, "scheme=1999", "scheme"),
            (Records::Incidents, "page=0", "page"),
            (Records::Incidents, "state=ajar", "state"),
            (Records::Reports, "category=phishing", "category"),
            (Records::Correspondence, "about=x", "about"),
        ] {
            let refused = read(records, &Parameters::read(query)).err().expect("refused");
            assert!(matches!(refused, Failure::Parameter { name: wrong, .. } if wrong == name), "{query}");
        }
        assert!(read(Records::Incidents, &Parameters::read("q=&period=&state=")).is_ok(), "empty fields of a form narrow nothing");
    }
}
