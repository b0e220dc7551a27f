use crate::{
    address::{ClientAddress, Failures},
    failure::Failure,
    gate, headers,
    pages::compare::Kept,
    rate::Rates,
    reader,
    routes::routes,
};
use axum::{Extension, Router, http::StatusCode, middleware};
use noroshi_directory::key::Vault;
use noroshi_document::press::Press;
use noroshi_incident::{
    selection::Reckoning,
    service::import::{Intake, Lookout},
};
use noroshi_kernel::{access::Actor, language::Bilingual};
use noroshi_ledger::Ledger;
use noroshi_mailroom::outgoing::House;
use noroshi_observation::{Observatory, public::Rule, sql};
use noroshi_post::threading::Marks;
use std::sync::Arc;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

/// What the pages stand on.
#[derive(Clone)]
pub struct Web {
    /// The records.
    pub ledger: Ledger,
    /// The team's zone and home.
    pub reckoning: Reckoning,
    /// The team's name.
    pub team: Bilingual,
    /// What the team's letters bear, so that answers find back.
    pub marks: Marks,
    /// The team's secret, from which the keys of the forms' tokens are derived.
    pub team_key: [u8; 32],
    /// The address at which people reach the pages, with a slash at its end: where links of downloaded reports lead.
    pub base: String,
    /// Whether readers come by HTTPS; then cookies are marked `Secure`.
    pub behind_tls: bool,
    /// Whether letters go out: there is a relay.
    pub sends: bool,
    /// Where the address of who asks is found.
    pub client_address: ClientAddress,
    /// Where sensors reach the centre, when there is a door for them: `https://sensors.example.jp:8443`.
    pub centre: Option<String>,
    /// What sensors saw.
    pub observatory: Observatory,
    /// What readers look for in reports.
    pub lookout: Lookout,
    /// Who prints PDF.
    pub press: Arc<dyn Press>,
    /// Who answers SQL over packets.
    pub sql: Arc<dyn sql::Engine>,
    /// When figures of observations are public, if the team publishes any.
    pub public: Option<Rule>,
}

impl Web {
    /// In whose name letters are written.
    #[must_use]
    pub fn house(&self) -> House {
        House { team: self.team.clone(), marks: self.marks.clone(), zone: self.reckoning.zone.clone(), vault: Vault::new(&self.team_key) }
    }

    /// What bringing things in needs, for somebody.
    #[must_use]
    pub fn intake(&self, actor: Actor) -> Intake {
        Intake {
            ledger: self.ledger.clone(),
            actor,
            reckoning: self.reckoning.clone(),
            marks: self.marks.clone(),
            vault: Vault::new(&self.team_key),
            lookout: self.lookout.clone(),
        }
    }
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").field("ledger", &self.ledger).field("team", &self.team).field("behind_tls", &self.behind_tls).finish_non_exhaustive()
    }
}

/// What handlers share.
pub(crate) type Shared = Arc<Web>;

/// The platform's pages as a service, ready to be served.
pub fn router(web: Web) -> Router {
    let shared: Shared = Arc::new(web);
    let mut router = Router::new();
    for route in routes() {
        let guarded = route.handler.layer(middleware::from_fn_with_state((shared.clone(), route.access, route.guard), gate::gate));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(|| async { Failure::Missing })
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .layer(Extension(Arc::new(Failures::default())))
        .layer(Extension(Arc::new(Rates::default())))
        .layer(Extension(Arc::new(Kept::default())))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(shared.clone(), reader::prepare))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(headers::secure))
        .with_state(shared)
}
