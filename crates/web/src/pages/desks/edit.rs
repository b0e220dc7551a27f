//! `GET` and `POST /desks/{key}`: one desk.

use crate::{
    done::Done,
    failure::Failure,
    page::{self, Desk, Page},
    pages::onward,
    query::chosen,
    reader::Person,
    sent::Fields,
    web::Shared,
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use noroshi_directory::account;
use noroshi_kernel::{access::Action, id::AccountId, language::Bilingual, tlp::Tlp};
use noroshi_mailroom::desk::{self, Change};

/// One desk, to change.
#[derive(Template)]
#[template(path = "desk.html")]
pub(crate) struct DeskPage {
    pub(crate) page: Page,
    pub(crate) key: String,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    pub(crate) address: String,
    pub(crate) acknowledges: bool,
    pub(crate) has_form: bool,
    /// Labels, and whether each is chosen.
    pub(crate) labels: Vec<(&'static str, bool)>,
    /// Accounts that may read letters: id, name, whether each works here.
    pub(crate) staff: Vec<(i64, String, bool)>,
}

/// `GET /desks/{key}`
pub(crate) async fn get(State(web): State<Shared>, person: Person, Path(key): Path<String>) -> Result<Response, Failure> {
    let words = Words::of(person.reader.language);
    let desks = desk::all(&web.ledger).await?;
    let desk = desks.get(&key).ok_or(Failure::Missing)?;
    let accounts = account::all(&web.ledger).await?;
    let reads = |account: &&account::Account| desk.staff.contains(&account.id) || (!account.disabled && account.actor().can(Action::ViewLetters));
    let page = Page::of(&web, &person, Desk::Desks, words.pick(&desk.name)).await?.step(desk.key.clone());
    page::show(&DeskPage {
        page,
        name_ja: desk.name.ja.clone(),
        name_en: desk.name.en.clone(),
        address: desk.address.clone(),
        acknowledges: desk.acknowledges,
        has_form: desk.has_form,
        labels: Tlp::ALL.map(|tlp| (tlp.marking(), tlp == desk.tlp)).into(),
        staff: accounts.iter().filter(reads).map(|account| (account.id.0, account.display_name.clone(), desk.staff.contains(&account.id))).collect(),
        key,
    })
}

/// `POST /desks/{key}`
pub(crate) async fn post(State(web): State<Shared>, person: Person, Path(key): Path<String>, sent: Fields) -> Result<Response, Failure> {
    let change = Change {
        name: Some(Bilingual::new(sent.field("name_ja").trim(), sent.field("name_en").trim())),
        address: Some(sent.field("address").trim().to_owned()),
        acknowledges: Some(!sent.field("acknowledges").is_empty()),
        has_form: Some(!sent.field("form").is_empty()),
        tlp: Some(chosen("tlp", sent.field("tlp"))?),
    };
    let known: Vec<AccountId> = account::all(&web.ledger).await?.into_iter().map(|account| account.id).collect();
    let staff: Vec<AccountId> = sent.all("staff").filter_map(|id| id.parse().ok()).map(AccountId).filter(|id| known.contains(id)).collect();
    let work = web.ledger.begin().await?;
    desk::change(&work, &person.actor, &key, change).await?;
    desk::set_staff(&work, &person.actor, &key, &staff).await?;
    work.commit().await?;
    Ok(onward(&web, "/desks", Done::DeskSaved))
}
