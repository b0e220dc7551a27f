//! What a signature is worth, in words.

use super::{
    names::{Fingerprint, KeyId},
    policy,
};
use noroshi_kernel::{moment::Moment, reason::Reason};

/// What a signature is worth. `fingerprint` is the certificate's, also when a subkey signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// By that key, over exactly this, and believed.
    Good {
        /// Whose.
        fingerprint: Fingerprint,
        /// When, as it says.
        signed_at: Moment,
    },
    /// By a key that is not among those given.
    UnknownKey {
        /// The key it names.
        key_id: KeyId,
    },
    /// It names that key, but does not fit: what was signed was changed on the way, or someone else signed.
    Bad {
        /// Whose it claims to be.
        fingerprint: Fingerprint,
    },
    /// By a key that had expired when it signed.
    ExpiredKey {
        /// Whose.
        fingerprint: Fingerprint,
        /// When, as it says.
        signed_at: Moment,
        /// When the key expired.
        expired: Moment,
    },
    /// By a key that was revoked: before it signed, or for a reason that reaches back.
    RevokedKey {
        /// Whose.
        fingerprint: Fingerprint,
        /// When, as it says.
        signed_at: Moment,
        /// When the key was revoked.
        revoked: Moment,
    },
    /// With a digest that can be forged.
    WeakDigest {
        /// Whose it claims to be.
        fingerprint: Fingerprint,
        /// The digest's name.
        digest: String,
    },
    /// By a key that is too short.
    WeakKey {
        /// Whose it claims to be.
        fingerprint: Fingerprint,
        /// The algorithm with its bits.
        algorithm: String,
    },
    /// By a key that may not sign, or does not belong to the certificate for sure.
    UnfitKey {
        /// Whose it claims to be.
        fingerprint: Fingerprint,
        /// Why not.
        why: Reason,
    },
    /// The signature itself was only to hold until a time that has passed.
    Lapsed {
        /// Whose.
        fingerprint: Fingerprint,
        /// Until when it held.
        until: Moment,
    },
    /// It claims to be from a time that has not come, or from before its key was made.
    WrongTime {
        /// Whose it claims to be.
        fingerprint: Fingerprint,
        /// When, as it says.
        signed_at: Moment,
    },
    /// It cannot be read as a signature over data.
    Malformed,
}

impl SignatureState {
    /// Whether it may be believed.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }

    /// The key as stored: `good`, `unknown-key`, `bad` ….
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Good { .. } => "good",
            Self::UnknownKey { .. } => "unknown-key",
            Self::Bad { .. } => "bad",
            Self::ExpiredKey { .. } => "expired-key",
            Self::RevokedKey { .. } => "revoked-key",
            Self::WeakDigest { .. } => "weak-digest",
            Self::WeakKey { .. } => "weak-key",
            Self::UnfitKey { .. } => "unfit-key",
            Self::Lapsed { .. } => "lapsed",
            Self::WrongTime { .. } => "wrong-time",
            Self::Malformed => "malformed",
        }
    }

    /// The certificate that it is, or claims to be, by; none when that is not known here.
    #[must_use]
    pub const fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::Good { fingerprint, .. }
            | Self::Bad { fingerprint }
            | Self::ExpiredKey { fingerprint, .. }
            | Self::RevokedKey { fingerprint, .. }
            | Self::WeakDigest { fingerprint, .. }
            | Self::WeakKey { fingerprint, .. }
            | Self::UnfitKey { fingerprint, .. }
            | Self::Lapsed { fingerprint, .. }
            | Self::WrongTime { fingerprint, .. } => Some(fingerprint),
            Self::UnknownKey { .. } | Self::Malformed => None,
        }
    }

    /// What it is worth, as a sentence.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Good { fingerprint, signed_at } => {
                let (key, time) = (fingerprint.grouped(), signed_at.rfc3339());
                Reason::new("pgp-good", format!("{time} の正しい署名です（鍵 {key}）。"), format!("a good signature of {time} by the key {key}"))
            }
            Self::UnknownKey { key_id } => Reason::new(
                "pgp-unknown-key",
                format!("鍵 {key_id} の署名ですが、その公開鍵がないため確かめられません。"),
                format!("signed by the key {key_id}, which is not known here, so it cannot be checked"),
            ),
            Self::Bad { fingerprint } => {
                let key = fingerprint.grouped();
                Reason::new(
                    "pgp-bad",
                    format!("署名が内容と合いません。途中で書き換えられたか、鍵 {key} の持ち主ではない者が署名しています。"),
                    format!("the signature does not fit: the content was changed, or someone other than the owner of the key {key} signed"),
                )
            }
            Self::ExpiredKey { fingerprint, signed_at, expired } => {
                let (key, signed, expired) = (fingerprint.grouped(), signed_at.rfc3339(), expired.rfc3339());
                Reason::new(
                    "pgp-expired-key",
                    format!("{signed} に、{expired} に期限の切れた鍵 {key} で署名されています。"),
                    format!("signed on {signed} with the key {key}, which had expired on {expired}"),
                )
            }
            Self::RevokedKey { fingerprint, signed_at, revoked } => {
                let (key, signed, revoked) = (fingerprint.grouped(), signed_at.rfc3339(), revoked.rfc3339());
                Reason::new(
                    "pgp-revoked-key",
                    format!("{signed} に、失効させられた鍵 {key} で署名されています（失効 {revoked}）。"),
                    format!("signed on {signed} with the key {key}, which was revoked on {revoked}"),
                )
            }
            other => other.weak(),
        }
    }

    fn weak(&self) -> Reason {
        match self {
            Self::WeakDigest { fingerprint, digest } => {
                let key = fingerprint.grouped();
                Reason::new(
                    "pgp-weak-digest",
                    format!("鍵 {key} の署名ですが、偽造できる方式 {digest} を使っているため信頼できません。"),
                    format!("signed with the key {key}, but with {digest}, which can be forged"),
                )
            }
            Self::WeakKey { fingerprint, algorithm } => {
                let (key, bits) = (fingerprint.grouped(), policy::FEWEST_BITS);
                Reason::new(
                    "pgp-weak-key",
                    format!("鍵 {key}（{algorithm}）は短すぎるため、署名を信頼できません。{bits} ビット以上が必要です。"),
                    format!("signed with the key {key} ({algorithm}), which is too short to be believed; {bits} bits are needed"),
                )
            }
            Self::UnfitKey { why, .. } => why.clone(),
            Self::Lapsed { until, .. } => {
                let until = until.rfc3339();
                Reason::new("pgp-lapsed", format!("署名の有効期限 {until} を過ぎています。"), format!("the signature only held until {until}"))
            }
            Self::WrongTime { fingerprint, signed_at } => {
                let (key, signed) = (fingerprint.grouped(), signed_at.rfc3339());
                Reason::new(
                    "pgp-wrong-time",
                    format!("鍵 {key} の署名の日時 {signed} はありえません。"),
                    format!("the signature by the key {key} claims an impossible time, {signed}"),
                )
            }
            _ => Reason::new("pgp-malformed", "署名が壊れていて読めません。", "the signature is broken and cannot be read"),
        }
    }
}
