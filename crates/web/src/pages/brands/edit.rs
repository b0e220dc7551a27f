//! `GET` and `POST /brands/{key}`: one brand.

use super::{BrandForm, form::Sent, onward};
use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    reader::Person,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::brand;
use noroshi_incident::selection::Selection;

/// One brand, to change.
#[derive(Template)]
#[template(path = "brand.html")]
pub(crate) struct BrandPage {
    pub(crate) page: Page,
    pub(crate) form: BrandForm,
    /// The incidents that imitate it.
    pub(crate) incidents: String,
}

/// `GET /brands/{key}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(key): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let brand = brand::all(&web.ledger).await?.into_iter().find(|brand| brand.key == key).ok_or(Failure::Missing)?;
    let names = brand::names_of(&web.ledger).await?.remove(&brand.id).unwrap_or_default();
    let page = Page::of(&web, &person, Desk::Brands, words.pick(&brand.name)).await?.step(brand.key.clone());
    let incidents = Selection { brand: Some(brand.key.clone()), ..Selection::default() }.href();
    page::show(&BrandPage { page, form: BrandForm::of(&brand, &names, words), incidents })
}

/// `POST /brands/{key}`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(key): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let change = sent.change(&key)?;
    let work = web.ledger.begin().await?;
    if !brand::all(&work).await?.iter().any(|known| known.key == key) {
        return Err(Failure::Missing);
    }
    brand::save(&work, &person.actor, &change).await?;
    work.commit().await?;
    Ok(onward(&web, &format!("/brands/{key}"), Done::BrandSaved))
}
