//! `GET /brands`: whom phishing sites imitate, and reported names that belong to nobody yet.

pub(crate) mod add;
pub(crate) mod assign;
pub(crate) mod edit;
mod form;

pub(crate) use form::BrandForm;

use super::onward;
use crate::{
    failure::Failure,
    links,
    page::{self, Desk, Page},
    query::Parameters,
    reader::Person,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{extract::State, response::Response};
use noroshi_directory::brand::{self, Brand, fold};
use noroshi_document::number;
use noroshi_incident::selection::Selection;
use noroshi_kernel::access::Action;

const PER_PAGE: usize = 50;
const MOST_UNMAPPED: u32 = 50;

/// The brand table.
#[derive(Template)]
#[template(path = "brands.html")]
pub(crate) struct BrandsPage {
    pub(crate) page: Page,
    pub(crate) q: String,
    pub(crate) count: i64,
    pub(crate) grouped: String,
    pub(crate) rows: Vec<BrandRow>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    /// Names without a brand: id and as written.
    pub(crate) unmapped: Vec<(i64, String)>,
    /// Keys and names of every brand, offered while one types.
    pub(crate) known: Vec<(String, String)>,
    /// The form for a new brand, for whoever may change the table.
    pub(crate) new: Option<BrandForm>,
}

/// A brand in the table.
pub(crate) struct BrandRow {
    pub(crate) key: String,
    pub(crate) name: String,
    /// Its name in the other language.
    pub(crate) other: String,
    pub(crate) origin: String,
    pub(crate) country: String,
    pub(crate) sector: String,
    pub(crate) aliases: String,
    pub(crate) incidents: String,
}

impl BrandRow {
    fn of(brand: &Brand, names: &[String], words: Words) -> Self {
        let name = words.pick(&brand.name);
        let other = if brand.name.ja == name { &brand.name.en } else { &brand.name.ja };
        Self {
            key: brand.key.clone(),
            other: if *other == name { String::new() } else { other.clone() },
            origin: words.origin(brand.origin),
            country: brand.country.clone(),
            sector: words.sector(&brand.sector),
            aliases: aliases(brand, names).join(words.say("list-comma").as_str()),
            incidents: Selection { brand: Some(brand.key.clone()), ..Selection::default() }.href(),
            name,
        }
    }
}

/// The names of a brand besides the two that are shown, sorted.
fn aliases(brand: &Brand, names: &[String]) -> Vec<String> {
    let shown = [fold(&brand.name.ja), fold(&brand.name.en)];
    let mut others: Vec<String> = names.iter().filter(|name| !shown.contains(&fold(name))).cloned().collect();
    others.sort();
    others
}

/// `GET /brands`
pub(crate) async fn get(State(web): State<Shared>, person: Person, parameters: Parameters) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    parameters.only(&["q", "page"])?;
    let q = parameters.get("q").unwrap_or_default().to_owned();
    let number: usize = parameters.parsed("page")?.unwrap_or(1).clamp(1, 100_000);
    let (brands, names) = (brand::all(&web.ledger).await?, brand::names_of(&web.ledger).await?);
    let names_of = |brand: &Brand| names.get(&brand.id).map(Vec::as_slice).unwrap_or_default();
    let wanted = fold(&q);
    let is_wanted = |brand: &&Brand| {
        let own = [&brand.key, &brand.name.ja, &brand.name.en];
        wanted.is_empty() || own.into_iter().chain(names_of(brand)).any(|name| fold(name).contains(&wanted))
    };
    let found: Vec<&Brand> = brands.iter().filter(is_wanted).collect();
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let turn = |to: usize| links::with(&if q.is_empty() { "/brands".to_owned() } else { links::with("/brands", "q", &q) }, "page", &to.to_string());
    let may_change = person.actor.can(Action::ChangeBrands);
    page::show(&BrandsPage {
        page: Page::of(&web, &person, Desk::Brands, words.say("desk-brands")).await?,
        count,
        grouped: number::grouped(count),
        rows: found.iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).map(|brand| BrandRow::of(brand, names_of(brand), words)).collect(),
        previous: (number > 1).then(|| turn(number - 1)),
        next: (number * PER_PAGE < found.len()).then(|| turn(number + 1)),
        unmapped: noroshi_incident::unmapped_names(&web.ledger, person.actor.sight(), MOST_UNMAPPED).await?,
        known: if may_change { brands.iter().map(|brand| (brand.key.clone(), words.pick(&brand.name))).collect() } else { Vec::new() },
        new: may_change.then(|| BrandForm::empty(words)),
        q,
    })
}
