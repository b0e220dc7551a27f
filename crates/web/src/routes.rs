//! The one place where routes are declared: method, path, who may, handler.

use crate::{assets, language, lists, pages, upload, web::Shared};
use axum::{
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};
use noroshi_kernel::access::Action;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever may do this. Which records a person sees is decided by the desks' services besides.
    Action(Action),
}

/// What a request that changes something must bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// It changes nothing.
    Nothing,
    /// The token of the reader's form, which the gate looks for.
    Token,
    /// A form with files: its handler reads it within bounds and holds its token against the reader, or its stamp against the time.
    Upload,
    /// The token of a program, which its handler looks for.
    Program,
}

/// A row of the table.
pub(crate) struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "the table that is checked in names it"))]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) guard: Guard,
    pub(crate) handler: MethodRouter<Shared>,
}

fn get<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::GET, path, access, guard: Guard::Nothing, handler: on(MethodFilter::GET, handler) }
}

fn post<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::POST, path, access, guard: Guard::Token, handler: on(MethodFilter::POST, handler) }
}

/// A form with files. Its bytes are counted while they come.
fn upload<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    let handler = on(MethodFilter::POST, handler).layer(DefaultBodyLimit::max(upload::MOST_BYTES));
    Route { method: Method::POST, path, access, guard: Guard::Upload, handler }
}

/// What a program sends.
fn program<H: Handler<T, Shared>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route { method: Method::POST, path, access, guard: Guard::Program, handler: on(MethodFilter::POST, handler) }
}

/// Every route.
pub(crate) fn routes() -> Vec<Route> {
    use Access::{Public, SignedIn};
    const RECORDS: Access = Access::Action(Action::ViewRecords);
    const FIGURES: Access = Access::Action(Action::ViewFigures);
    const CHANGE: Access = Access::Action(Action::ChangeIncident);
    const BRANDS: Access = Access::Action(Action::ChangeBrands);
    const IMPORT: Access = Access::Action(Action::Import);
    const TRAY: Access = Access::Action(Action::ViewTray);
    const WORK_TRAY: Access = Access::Action(Action::WorkTray);
    const LETTERS: Access = Access::Action(Action::ViewLetters);
    const WRITE: Access = Access::Action(Action::WriteLetters);
    const CONTACT_KEYS: Access = Access::Action(Action::ChangeContactKeys);
    const TEAM_KEYS: Access = Access::Action(Action::ChangeTeamKeys);
    const DESKS: Access = Access::Action(Action::ChangeDesks);
    const OBSERVATIONS: Access = Access::Action(Action::ViewObservations);
    const PACKETS: Access = Access::Action(Action::AskPackets);
    const SENSORS: Access = Access::Action(Action::ChangeSensors);
    const SHARES: Access = Access::Action(Action::ShareObservations);
    const RISES: Access = Access::Action(Action::WorkRises);
    const QUEUE: Access = Access::Action(Action::ManageQueue);
    vec![
        get("/assets/{name}", Public, assets::get),
        get("/healthz", Public, pages::health::get),
        get("/language/{language}", Public, language::choose),
        get("/sign-in", Public, pages::sign_in::get),
        post("/sign-in", Public, pages::sign_in::post),
        post("/sign-out", SignedIn, pages::sign_out::post),
        get("/", SignedIn, pages::home::get),
        get("/help", SignedIn, pages::help::get),
        get("/incidents", RECORDS, lists::incidents::get),
        get("/addresses", RECORDS, lists::addresses::get),
        get("/reports", RECORDS, lists::reports::get),
        get("/correspondence", RECORDS, lists::correspondence::get),
        get("/correspondence/{id}/raw", TRAY, pages::raw::get),
        get("/coordinations", RECORDS, lists::coordinations::get),
        get("/incidents/{number}", RECORDS, pages::incident::get),
        post("/incidents/{number}/coordinations", CHANGE, pages::incident::coordinate::post),
        post("/incidents/{number}/notes", CHANGE, pages::incident::annotate::post),
        post("/incidents/{number}/close", CHANGE, pages::incident::close::post),
        post("/incidents/{number}/reopen", CHANGE, pages::incident::reopen::post),
        post("/incidents/{number}/category", CHANGE, pages::incident::reclassify::post),
        post("/incidents/{number}/label", CHANGE, pages::incident::relabel::post),
        get("/statistics", FIGURES, pages::statistics::get),
        get("/periodic-reports", FIGURES, pages::periodic_report::get),
        get("/periodic-reports/{period}/{file}", FIGURES, pages::periodic_report::download::get),
        get("/brands", RECORDS, pages::brands::get),
        post("/brands", BRANDS, pages::brands::add::post),
        get("/brands/{key}", BRANDS, pages::brands::edit::get),
        post("/brands/{key}", BRANDS, pages::brands::edit::post),
        post("/brands/names/{id}", BRANDS, pages::brands::assign::post),
        get("/tray", TRAY, pages::tray::get),
        get("/tray/{id}", TRAY, pages::tray::entry::get),
        post("/tray/{id}/again", WORK_TRAY, pages::tray::again::post),
        post("/tray/{id}/close", WORK_TRAY, pages::tray::close::post),
        get("/mappings", IMPORT, pages::mappings::get),
        get("/mappings/new", IMPORT, pages::mappings::add::get),
        post("/mappings/new", IMPORT, pages::mappings::add::post),
        get("/mappings/{name}", IMPORT, pages::mappings::edit::get),
        post("/mappings/{name}", IMPORT, pages::mappings::edit::post),
        post("/mappings/{name}/remove", IMPORT, pages::mappings::remove::post),
        get("/report", Public, pages::report::get),
        upload("/report", Public, pages::report::post),
        get("/compare", Public, pages::compare::get),
        upload("/compare", Public, pages::compare::post),
        get("/report/key.asc", Public, pages::report::key::get),
        get("/status/{token}", Public, pages::status::get),
        upload("/status/{token}", Public, pages::status::post),
        get("/intake/new", IMPORT, pages::intake::get),
        upload("/intake/new", IMPORT, pages::intake::post),
        get("/api/v1/openapi.json", Public, pages::api::openapi),
        program("/api/v1/reports", Public, pages::api::post),
        get("/api/v1/reports/{receipt}", Public, pages::api::get),
        get("/api/v1/observations/top", Public, pages::shared::top),
        get("/api/v1/observations/series", Public, pages::shared::series),
        get("/api/v1/observations/packets", Public, pages::shared::packets),
        get("/inbox", LETTERS, pages::inbox::get),
        get("/inbox/{desk}", LETTERS, pages::inbox::of_desk),
        get("/threads/{id}", LETTERS, pages::thread::get),
        get("/threads/{id}/reply", WRITE, pages::thread::reply::get),
        upload("/threads/{id}/letters", WRITE, pages::thread::reply::post),
        post("/threads/{id}/take", WRITE, pages::thread::act::take),
        post("/threads/{id}/give-back", WRITE, pages::thread::act::give_back),
        post("/threads/{id}/end", WRITE, pages::thread::act::end),
        post("/threads/{id}/reopen", WRITE, pages::thread::act::reopen),
        post("/threads/{id}/route", WRITE, pages::thread::act::route),
        post("/threads/{id}/attach", WRITE, pages::thread::act::attach),
        post("/threads/{id}/merge", WRITE, pages::thread::act::merge),
        get("/letters/{id}", LETTERS, pages::letter::get),
        get("/letters/{id}/parts/{path}", LETTERS, pages::letter::part::get),
        get("/outgoing", LETTERS, pages::outgoing::get),
        get("/outgoing/{id}", LETTERS, pages::letter::ours::get),
        get("/outgoing/{id}/parts/{path}", LETTERS, pages::letter::ours::part),
        get("/outgoing/{id}/raw", LETTERS, pages::letter::ours::raw),
        post("/outgoing/{id}/withdraw", WRITE, pages::outgoing::withdraw),
        post("/outgoing/{id}/again", WRITE, pages::outgoing::again),
        get("/incidents/{number}/letter", WRITE, pages::incident::letter::get),
        upload("/incidents/{number}/letters", WRITE, pages::incident::letter::post),
        get("/keys", LETTERS, pages::keys::get),
        get("/keys/new", TEAM_KEYS, pages::keys::make::get),
        post("/keys/new", TEAM_KEYS, pages::keys::make::post),
        get("/keys/import", CONTACT_KEYS, pages::keys::import::get),
        upload("/keys/import", CONTACT_KEYS, pages::keys::import::post),
        get("/keys/{fingerprint}", LETTERS, pages::keys::view::get),
        get("/keys/{fingerprint}/key.asc", LETTERS, pages::keys::view::download),
        post("/keys/{fingerprint}/verify", CONTACT_KEYS, pages::keys::act::verify),
        post("/keys/{fingerprint}/retire", TEAM_KEYS, pages::keys::act::retire),
        post("/keys/{fingerprint}/remove", CONTACT_KEYS, pages::keys::act::remove),
        get("/desks", DESKS, pages::desks::get),
        get("/desks/{key}", DESKS, pages::desks::edit::get),
        post("/desks/{key}", DESKS, pages::desks::edit::post),
        get("/observe", OBSERVATIONS, pages::observe::get),
        get("/observe/sql", PACKETS, pages::observe::sql::get),
        post("/observe/sql", PACKETS, pages::observe::sql::post),
        get("/observe/{file}", OBSERVATIONS, pages::observe::download::get),
        get("/rises", OBSERVATIONS, pages::rises::get),
        get("/rises/{number}", OBSERVATIONS, pages::rises::view::get),
        post("/rises/{number}/explain", RISES, pages::rises::act::explain),
        post("/rises/{number}/publish", RISES, pages::rises::act::publish),
        post("/rises/{number}/dismiss", RISES, pages::rises::act::dismiss),
        post("/rises/{number}/reopen", RISES, pages::rises::act::reopen),
        get("/sensors", OBSERVATIONS, pages::sensors::get),
        get("/sensors/new", SENSORS, pages::sensors::add::get),
        post("/sensors/new", SENSORS, pages::sensors::add::post),
        get("/sensors/intake", OBSERVATIONS, pages::sensors::intake::get),
        get("/sensors/shares", SHARES, pages::sensors::shares::get),
        post("/sensors/shares", SHARES, pages::sensors::shares::post),
        post("/sensors/shares/end", SHARES, pages::sensors::shares::end),
        get("/sensors/{number}", OBSERVATIONS, pages::sensors::view::get),
        post("/sensors/{number}/site", SENSORS, pages::sensors::act::site),
        post("/sensors/{number}/token", SENSORS, pages::sensors::act::token),
        post("/sensors/{number}/revoke", SENSORS, pages::sensors::act::revoke),
        post("/sensors/{number}/link", SENSORS, pages::sensors::act::link),
        post("/sensors/{number}/end-link", SENSORS, pages::sensors::act::end_link),
        get("/hosted-sensor/{token}", Public, pages::host::get),
        get("/queue", QUEUE, pages::queue::get),
        post("/queue/retry", QUEUE, pages::queue::retry),
        post("/queue/retry-all", QUEUE, pages::queue::retry_all),
        post("/queue/discard", QUEUE, pages::queue::discard),
    ]
}
