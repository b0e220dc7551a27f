//! `GET /`: the incidents are where the work is.

use axum::response::Redirect;

/// Goes on to the incidents.
pub(crate) async fn get() -> Redirect {
    Redirect::to("/incidents?state=open")
}
