//! What a key is worth, in a word.

use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_post::openpgp::{Certificate, Purpose};

/// What a key is worth at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It signs, or can be encrypted to.
    Usable,
    /// It has expired, since then.
    Expired(Moment),
    /// It was revoked, then.
    Revoked(Moment),
    /// Its algorithm is not believed any more.
    Weak(Reason),
    /// It can be used for nothing, for another reason.
    Unusable(Reason),
}

impl Worth {
    /// What a key is worth at `at`.
    #[must_use]
    pub fn of(certificate: &Certificate, at: Moment) -> Self {
        if let Some(revoked) = certificate.revoked(at) {
            return Self::Revoked(revoked);
        }
        if let Some(expiry) = certificate.expiry(at).filter(|expiry| *expiry <= at) {
            return Self::Expired(expiry);
        }
        match (certificate.usable(Purpose::Encryption, at), certificate.usable(Purpose::Signing, at)) {
            (Ok(_), _) | (_, Ok(_)) => Self::Usable,
            (Err(why), Err(_)) if why.key == "pgp-key-weak" => Self::Weak(why),
            (Err(_), Err(why)) if why.key == "pgp-key-weak" => Self::Weak(why),
            (Err(why), Err(_)) => Self::Unusable(why),
        }
    }

    /// Its word: `usable`, `expired`, `revoked`, `weak` or `unusable`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Expired(_) => "expired",
            Self::Revoked(_) => "revoked",
            Self::Weak(_) => "weak",
            Self::Unusable(_) => "unusable",
        }
    }
}
