//! Whether a key could be used for something at some time, and if not, why.

use super::{
    names::{Fingerprint, moment},
    policy,
    selfsig::{self, Parts, Revoked},
};
use noroshi_kernel::{moment::Moment, reason::Reason};
use pgp::{
    composed::{SignedPublicKey, SignedPublicSubKey},
    packet::Signature,
    types::{KeyDetails, KeyVersion},
};

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To write to its owner in secret.
    Encryption,
    /// To know that its owner wrote.
    Signing,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    Revoked(Revoked),
    Weak(String),
    NotYet(Moment),
    Expired(Moment),
    Unbound,
    OtherPurpose(Purpose),
}

/// A key of the certificate: its primary one, or a subkey by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Primary,
    Subkey(usize),
}

/// A certificate's keys with what it says about them.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) raw: &'a SignedPublicKey,
    pub(super) parts: &'a Parts,
    /// The time of judging.
    pub(super) at: Moment,
}

impl<'a> Judge<'a> {
    /// The signature that speaks for the certificate at `then`: that over the first user id, or over the key itself (which for keys of
    /// version 6 goes first).
    pub(super) fn speaking(&self, then: Moment) -> Option<&'a Signature> {
        let direct = self.parts.key.active(then, self.at);
        let users = self.parts.users.iter().filter(|user| user.revoked(then).is_none()).filter_map(|user| user.active(then, self.at));
        let user = users.max_by_key(|signature| (signature.is_primary(), signature.created()));
        if self.raw.primary_key.version() == KeyVersion::V6 { direct.or(user) } else { user.or(direct) }
    }

    /// When the primary key expires, as told at `then`.
    pub(super) fn expiry(&self, then: Moment) -> Option<Moment> {
        let told = self.speaking(then).and_then(Signature::key_expiration_time);
        let told = told.or_else(|| self.parts.key.active(then, self.at).and_then(Signature::key_expiration_time));
        expiry(moment(self.raw.primary_key.created_at()), told.map(pgp::types::Duration::as_secs))
    }

    fn primary(&self, then: Moment) -> Result<&'a Signature, Unfit> {
        if let Some(revoked) = self.parts.key.revoked(then) {
            return Err(Unfit::Revoked(revoked));
        }
        self.strong(&self.raw.primary_key)?;
        let speaking = self.speaking(then).ok_or(Unfit::Unbound)?;
        Self::lives(&self.raw.primary_key, self.expiry(then), then)?;
        Ok(speaking)
    }

    fn strong(&self, key: &impl KeyDetails) -> Result<(), Unfit> {
        if policy::strong(key, self.at) { Ok(()) } else { Err(Unfit::Weak(policy::algorithm(key))) }
    }

    fn lives(key: &impl KeyDetails, expiry: Option<Moment>, then: Moment) -> Result<(), Unfit> {
        let created = moment(key.created_at());
        if created > then {
            return Err(Unfit::NotYet(created));
        }
        expiry.filter(|expiry| *expiry <= then).map_or(Ok(()), |expiry| Err(Unfit::Expired(expiry)))
    }

    /// Whether that key could be used for the purpose at `then`.
    pub(super) fn fit(&self, which: Which, purpose: Purpose, then: Moment) -> Result<(), Unfit> {
        let speaking = self.primary(then)?;
        let fits = match which {
            Which::Primary => allows(speaking, &self.raw.primary_key, purpose),
            Which::Subkey(place) => {
                let (Some(subkey), Some(parts)) = (self.raw.public_subkeys.get(place), self.parts.subkeys.get(place)) else {
                    return Err(Unfit::Unbound);
                };
                if let Some(revoked) = parts.revoked(then) {
                    return Err(Unfit::Revoked(revoked));
                }
                self.strong(&subkey.key)?;
                let binding = parts.active(then, self.at).ok_or(Unfit::Unbound)?;
                let told = binding.key_expiration_time().map(pgp::types::Duration::as_secs);
                Self::lives(&subkey.key, expiry(moment(subkey.key.created_at()), told), then)?;
                allows(binding, &subkey.key, purpose) && (purpose == Purpose::Encryption || self.agrees(subkey, binding))
            }
        };
        if fits { Ok(()) } else { Err(Unfit::OtherPurpose(purpose)) }
    }

    /// Whether a signing subkey itself says that it belongs to the key (RFC 9580, section 5.2.1.8): else anyone could claim it.
    fn agrees(&self, subkey: &SignedPublicSubKey, binding: &Signature) -> bool {
        binding.embedded_signature().is_some_and(|back| {
            back.hash_alg().is_some_and(|hash| policy::digest_believed(hash, policy::Signed::OwnParts, self.at))
                && back.verify_primary_key_binding(&subkey.key, &self.raw.primary_key).is_ok()
        })
    }

    /// The key to use for the purpose now: the newest subkey that fits, else the primary key.
    pub(super) fn choose(&self, purpose: Purpose) -> Result<Which, Unfit> {
        let mut subkeys: Vec<_> = self.raw.public_subkeys.iter().enumerate().map(|(place, subkey)| (subkey.key.created_at(), place)).collect();
        subkeys.sort_unstable_by(|a, b| b.cmp(a));
        let all = subkeys.into_iter().map(|(_, place)| Which::Subkey(place)).chain([Which::Primary]);
        let mut why = None;
        for which in all {
            match self.fit(which, purpose, self.at) {
                Ok(()) => return Ok(which),
                Err(Unfit::OtherPurpose(_)) => {}
                Err(unfit) => why = why.or(Some(unfit)),
            }
        }
        Err(why.unwrap_or(Unfit::OtherPurpose(purpose)))
    }
}

fn allows(binding: &Signature, key: &impl KeyDetails, purpose: Purpose) -> bool {
    let flags = selfsig::flags(binding);
    match purpose {
        Purpose::Signing => policy::can_sign(key.algorithm()) && flags.is_none_or(pgp::packet::KeyFlags::sign),
        Purpose::Encryption => policy::can_encrypt(key.algorithm()) && flags.is_none_or(|flags| flags.encrypt_comms() || flags.encrypt_storage()),
    }
}

fn expiry(created: Moment, after_s: Option<u32>) -> Option<Moment> {
    after_s.filter(|after| *after > 0).map(|after| Moment(created.0.saturating_add(i64::from(after).saturating_mul(1_000_000))))
}

impl Unfit {
    pub(super) fn reason(&self, key: &Fingerprint) -> Reason {
        let key = key.grouped();
        match self {
            Self::Revoked(revoked) => {
                let made = revoked.made.rfc3339();
                Reason::new("pgp-key-revoked", format!("鍵 {key} は {made} に失効させられています。"), format!("the key {key} was revoked on {made}"))
            }
            Self::Weak(what) => Reason::new(
                "pgp-key-weak",
                format!("鍵 {key} の方式 {what} は弱すぎます。{} ビット以上の鍵が必要です。", policy::FEWEST_BITS),
                format!("the key {key} is too weak ({what}); {} bits are needed at least", policy::FEWEST_BITS),
            ),
            Self::NotYet(created) => {
                let created = created.rfc3339();
                Reason::new("pgp-key-not-yet", format!("鍵 {key} は {created} からのものです。"), format!("the key {key} begins on {created}"))
            }
            Self::Expired(expiry) => {
                let expiry = expiry.rfc3339();
                Reason::new("pgp-key-expired", format!("鍵 {key} は {expiry} に期限が切れています。"), format!("the key {key} expired on {expiry}"))
            }
            Self::Unbound => Reason::new(
                "pgp-key-unbound",
                format!("鍵 {key} には、信頼できる方式の自己署名がありません。持ち主に新しい鍵をもらってください。"),
                format!("the key {key} has no self-signature of a believed kind; ask its owner for a new copy"),
            ),
            Self::OtherPurpose(Purpose::Encryption) => {
                Reason::new("pgp-key-purpose", format!("鍵 {key} は暗号化に使えません。"), format!("the key {key} is not made for encryption"))
            }
            Self::OtherPurpose(Purpose::Signing) => {
                Reason::new("pgp-key-purpose", format!("鍵 {key} は署名に使えません。"), format!("the key {key} is not made for signing"))
            }
        }
    }
}
