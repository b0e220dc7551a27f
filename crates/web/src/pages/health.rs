//! `GET /healthz`: whether the platform answers, for whoever watches it.

use crate::{failure::Failure, web::Shared};
use axum::extract::State;
use noroshi_kernel::access::Sight;

/// `ok` when the database answers.
pub(crate) async fn get(State(web): State<Shared>) -> Result<&'static str, Failure> {
    noroshi_incident::waiting(&web.ledger, Sight::Nothing).await?;
    Ok("ok\n")
}
