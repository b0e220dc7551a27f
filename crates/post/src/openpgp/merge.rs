//! One certificate out of several copies of it.

use super::{
    certificate::{Certificate, too_large},
    contain::contained,
};
use noroshi_kernel::reason::Reason;
use pgp::{
    composed::{SignedKeyDetails, SignedPublicKey, SignedPublicSubKey},
    packet::Signature,
    types::SignedUser,
};

impl Certificate {
    /// The certificate with what it says about itself and nothing else: signatures by others and those that do not verify are left out, so
    /// that nobody can make it grow by what anybody may write into a copy of it.
    ///
    /// # Errors
    /// Never for what was read.
    pub fn cleaned(&self) -> Result<Self, Reason> {
        contained(|| Self::of(self.own())).unwrap_or_else(|| Err(too_large()))
    }

    /// The certificate with what another copy of it says, too: newer self-signatures, user ids, subkeys, revocations. Nothing is lost by an
    /// older copy.
    ///
    /// # Errors
    /// When the other is another key, or both together are too large.
    pub fn merged(&self, other: &Self) -> Result<Self, Reason> {
        if self.fingerprint() != other.fingerprint() {
            return Err(Reason::new("pgp-other-key", "別の鍵なので、1 つにできません。", "these are two keys and cannot become one"));
        }
        let merged = contained(|| Self::of(union(self.own(), other.own()))).unwrap_or_else(|| Err(too_large()))?;
        if merged.to_bytes()?.len() > super::certificate::MOST_BYTES { Err(too_large()) } else { Ok(merged) }
    }

    /// The parts with the signatures that were checked.
    fn own(&self) -> SignedPublicKey {
        let checked = |parts: &super::selfsig::Bindings| -> Vec<Signature> { parts.revoking.iter().chain(&parts.binding).cloned().collect() };
        let users = self.raw.details.users.iter().zip(&self.parts.users).map(|(user, parts)| SignedUser::new(user.id.clone(), checked(parts)));
        let subkeys = self.raw.public_subkeys.iter().zip(&self.parts.subkeys);
        let subkeys = subkeys.map(|(subkey, parts)| SignedPublicSubKey { key: subkey.key.clone(), signatures: checked(parts) });
        let details = SignedKeyDetails::new(
            self.parts.key.revoking.clone(),
            self.parts.key.binding.clone(),
            users.filter(|user| !user.signatures.is_empty()).collect(),
            Vec::new(),
        );
        SignedPublicKey { primary_key: self.raw.primary_key.clone(), details, public_subkeys: subkeys.filter(|subkey| !subkey.signatures.is_empty()).collect() }
    }
}

fn union(mut into: SignedPublicKey, other: SignedPublicKey) -> SignedPublicKey {
    add(&mut into.details.revocation_signatures, other.details.revocation_signatures);
    add(&mut into.details.direct_signatures, other.details.direct_signatures);
    for user in other.details.users {
        match into.details.users.iter_mut().find(|known| known.id.id() == user.id.id()) {
            Some(known) => add(&mut known.signatures, user.signatures),
            None => into.details.users.push(user),
        }
    }
    for subkey in other.public_subkeys {
        match into.public_subkeys.iter_mut().find(|known| known.key == subkey.key) {
            Some(known) => add(&mut known.signatures, subkey.signatures),
            None => into.public_subkeys.push(subkey),
        }
    }
    into
}

fn add(into: &mut Vec<Signature>, more: Vec<Signature>) {
    for signature in more {
        if !into.contains(&signature) {
            into.push(signature);
        }
    }
}
