//! MPLS: a stack of labels (RFC 3032), which does not say what follows.

use super::take;
use crate::packet::{Malformed, NoRecord};

const MOST_LABELS: usize = 16;

/// Behind the last label IP is known by its version (RFC 4928); a pseudowire's control word begins with 0 or 1.
pub(super) fn network(mut bytes: &[u8]) -> Result<&[u8], NoRecord> {
    for _ in 0..MOST_LABELS {
        let ([_, _, third, _], rest) = take::<4>(bytes)?;
        bytes = rest;
        if third & 1 == 1 {
            return match bytes.first().map(|first| first >> 4) {
                Some(4 | 6) => Ok(bytes),
                Some(_) => Err(NoRecord::NotIp),
                None => Err(NoRecord::Truncated),
            };
        }
    }
    Err(NoRecord::Malformed(Malformed::Tags))
}
