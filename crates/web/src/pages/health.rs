//! `GET /healthz`: whether the platform answers, for whoever watches it.

use crate::{failure::Failure, web::Shared};
use axum::extract::State;

/// `ok` when the database answers.
pub(crate) async fn get(State(web): State<Shared>) -> Result<&'static str, Failure> {
    noroshi_directory::brand::unmapped(&web.ledger, 1).await?;
    Ok("ok\n")
}
