use super::{Vault, own, store};
use crate::DirectoryError;
use noroshi_kernel::access::{Action, Actor};
use noroshi_ledger::Query;
use noroshi_post::{openpgp::Fingerprint, sealed::Ring};

/// What is needed to open letters: the secrets of all keys of the team, also of retired ones, and the certificates of all contacts. A secret
/// that this `team.key` does not open is left out and named in the ring: letters must come in all the same. Whoever may read letters may read what
/// they hold; whether a letter may be seen is asked before.
///
/// # Errors
/// [`DirectoryError::Forbidden`]; when the database cannot be reached.
pub async fn ring(query: &impl Query, actor: &Actor, vault: &Vault) -> Result<Ring, DirectoryError> {
    actor.must_can(Action::ViewLetters)?;
    let (mut keys, mut locked) = (Vec::new(), Vec::new());
    for (fingerprint, secret) in store::secrets(query).await? {
        match own::open(vault, &fingerprint, &secret) {
            Some(key) => keys.push(key),
            None => locked.extend(Fingerprint::of_text(&fingerprint)),
        }
    }
    Ok(Ring::new(keys, store::held(query).await?, locked))
}
