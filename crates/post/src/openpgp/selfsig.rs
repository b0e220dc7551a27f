//! What a key says about its own parts, checked once when a certificate is read.

use super::{
    names::moment,
    policy::{Signed, digest_believed},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::SignedPublicKey,
    packet::{KeyFlags, RevocationCode, Signature, SignatureType, SubpacketData},
    types::{KeyDetails, Tag},
};

/// The most signatures of a key over its own parts that are checked; one with more is refused.
pub(super) const MOST_CHECKED: usize = 256;

/// The signatures that bind one part (a user id, a subkey, the key itself) and those that take it back. All were checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings {
    pub(super) binding: Vec<Signature>,
    pub(super) revoking: Vec<Signature>,
}

/// When a part was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revoked {
    /// When the revocation was made, as it says.
    pub(super) made: Moment,
    /// The key may be in other hands, or no reason was given: what was signed before counts as little as what was signed after.
    pub(super) always: bool,
}

impl Bindings {
    /// The binding that counted at `then`, judged with what is believed at `at`: the newest one made by then. When all were made later
    /// (a key that was renewed after the signature in question), the oldest.
    pub(super) fn active(&self, then: Moment, at: Moment) -> Option<&Signature> {
        let believed = || {
            self.binding.iter().filter(|signature| signature.hash_alg().is_some_and(|hash| digest_believed(hash, Signed::OwnParts, at))).filter_map(
                |signature| {
                    let made = moment(signature.created()?);
                    let over = signature.signature_expiration_time().filter(|left| left.as_secs() > 0);
                    let lives = over.is_none_or(|left| made.0.saturating_add(i64::from(left.as_secs()).saturating_mul(1_000_000)) > then.0);
                    lives.then_some((made, signature))
                },
            )
        };
        let newest = believed().filter(|(made, _)| *made <= then).max_by_key(|(made, _)| *made);
        newest.or_else(|| believed().min_by_key(|(made, _)| *made)).map(|(_, signature)| signature)
    }

    /// Whether the part counted as taken back at `then`. Any digest is believed here: refusing too much is the safe side.
    pub(super) fn revoked(&self, then: Moment) -> Option<Revoked> {
        self.revoking
            .iter()
            .map(|signature| {
                let retired = matches!(
                    signature.revocation_reason_code(),
                    Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired | RevocationCode::CertUserIdInvalid)
                );
                Revoked { made: signature.created().map_or(Moment(0), moment), always: !retired }
            })
            .filter(|revoked| revoked.always || revoked.made <= then)
            .min_by_key(|revoked| revoked.made)
    }
}

/// The parts of a certificate, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) key: Bindings,
    pub(super) users: Vec<Bindings>,
    pub(super) subkeys: Vec<Bindings>,
}

/// Checks what the key says about itself. What others say, and what does not verify, is left out.
pub(super) fn check(raw: &SignedPublicKey) -> Result<Parts, Reason> {
    let mut left = MOST_CHECKED;
    let mut sort = |signatures: &[Signature], verifies: &dyn Fn(&Signature) -> bool| -> Result<Bindings, Reason> {
        let mut parts = Bindings::default();
        for signature in signatures.iter().filter(|signature| by(signature, &raw.primary_key)) {
            left = left.checked_sub(1).ok_or_else(too_many)?;
            if verifies(signature) {
                let revokes = matches!(signature.typ(), Some(SignatureType::KeyRevocation | SignatureType::CertRevocation | SignatureType::SubkeyRevocation));
                if revokes { &mut parts.revoking } else { &mut parts.binding }.push(signature.clone());
            }
        }
        Ok(parts)
    };
    let on_key: Vec<Signature> = raw.details.revocation_signatures.iter().chain(&raw.details.direct_signatures).cloned().collect();
    Ok(Parts {
        key: sort(&on_key, &|signature| signature.verify_key(&raw.primary_key).is_ok())?,
        users: raw
            .details
            .users
            .iter()
            .map(|user| sort(&user.signatures, &|signature| signature.verify_certification(&raw.primary_key, Tag::UserId, &user.id).is_ok()))
            .collect::<Result<_, _>>()?,
        subkeys: raw
            .public_subkeys
            .iter()
            .map(|subkey| sort(&subkey.signatures, &|signature| signature.verify_subkey_binding(&raw.primary_key, &subkey.key).is_ok()))
            .collect::<Result<_, _>>()?,
    })
}

/// Whether the signature says it is by that key; one that names nobody may be.
fn by(signature: &Signature, key: &impl KeyDetails) -> bool {
    let (ids, fingerprints) = (signature.issuer_key_id(), signature.issuer_fingerprint());
    (ids.is_empty() && fingerprints.is_empty()) || ids.contains(&&key.legacy_key_id()) || fingerprints.contains(&&key.fingerprint())
}

/// The key flags, when the signature tells any: without, a key is for what its algorithm can do.
pub(super) fn flags(signature: &Signature) -> Option<&KeyFlags> {
    signature.config()?.hashed_subpackets().find_map(|subpacket| match &subpacket.data {
        SubpacketData::KeyFlags(flags) => Some(flags),
        _ => None,
    })
}

fn too_many() -> Reason {
    Reason::new(
        "pgp-self-signatures",
        format!("鍵の自己署名が {MOST_CHECKED} 個を超えています。整理した鍵を使ってください。"),
        format!("the key has more than {MOST_CHECKED} signatures over its own parts; use a cleaned copy of it"),
    )
}
