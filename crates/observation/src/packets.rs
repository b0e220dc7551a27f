//! The packets' files, for those who ask them themselves.

use crate::{ObservationError, Observatory, store};
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
};
use std::path::PathBuf;

/// The files that count and hold packets of a window, the oldest first. They stay for ten minutes although others take their place meanwhile.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when the database cannot be reached or a file is not there.
pub async fn files(place: &Observatory, actor: &Actor, (from, to): (Moment, Moment)) -> Result<Vec<PathBuf>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let names = store::files::within(&place.ledger, from.0, to.0).await?;
    Ok(names.iter().map(|name| place.folder.find(name)).collect::<Result<_, _>>()?)
}
