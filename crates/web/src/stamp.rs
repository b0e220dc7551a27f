//! When a public form was opened, signed. Programs that send forms by the thousand fill them in within a moment, or send one that was
//! opened days ago; no third party is asked, nothing is followed, and no cookie is needed.

use crate::csrf;
use noroshi_kernel::moment::Moment;
use subtle::ConstantTimeEq as _;

const NONCE_BYTES: usize = 16;
/// Nobody fills in a form faster: two seconds.
const LEAST_US: i64 = 2_000_000;
/// Half a day.
const MOST_US: i64 = 12 * 3_600_000_000;

/// Why a stamp does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is none of ours, or for another form.
    Forged,
    /// The form was opened just now.
    Fast,
    /// It was opened too long ago.
    Old,
}

/// A stamp for a form: a nonce, the time, and their HMAC.
pub(crate) fn stamp(team_key: &[u8; 32], form: &str, now: Moment) -> String {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let time = now.0.to_be_bytes();
    hex::encode([&nonce[..], &time, &proof(team_key, form, &nonce, &time)].concat())
}

/// The nonce of a stamp that counts now.
pub(crate) fn read(team_key: &[u8; 32], form: &str, text: &str, now: Moment) -> Result<[u8; NONCE_BYTES], Wrong> {
    let bytes = Some(text).filter(|text| text.len() <= 200).and_then(|text| hex::decode(text).ok()).ok_or(Wrong::Forged)?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(Wrong::Forged)?;
    let (time, given) = rest.split_first_chunk::<8>().ok_or(Wrong::Forged)?;
    if !bool::from(proof(team_key, form, nonce, time).ct_eq(given)) {
        return Err(Wrong::Forged);
    }
    match now.0.saturating_sub(i64::from_be_bytes(*time)) {
        ..LEAST_US => Err(Wrong::Fast),
        LEAST_US..=MOST_US => Ok(*nonce),
        _ => Err(Wrong::Old),
    }
}

fn proof(team_key: &[u8; 32], form: &str, nonce: &[u8], time: &[u8]) -> [u8; 32] {
    csrf::digest(team_key, "stamp", &[form.as_bytes(), nonce, time])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_for_its_form_and_for_a_while() {
        let (key, opened) = ([7; 32], Moment(1_000_000_000_000));
        let given = stamp(&key, "report", opened);
        let at = |seconds: i64| Moment(opened.0 + seconds * 1_000_000);
        for (form, text, seconds, expected) in [
            ("report", given.as_str(), 0, Err(Wrong::Fast)),
            ("report", &given, -10, Err(Wrong::Fast)),
            ("report", &given, 2, Ok(())),
            ("report", &given, 12 * 3_600, Ok(())),
            ("report", &given, 12 * 3_600 + 1, Err(Wrong::Old)),
            ("status", &given, 10, Err(Wrong::Forged)),
            ("report", &given[2..], 10, Err(Wrong::Forged)),
            ("report", "", 10, Err(Wrong::Forged)),
            ("report", "zz", 10, Err(Wrong::Forged)),
        ] {
            assert_eq!(read(&key, form, text, at(seconds)).map(|_| ()), expected, "{form} after {seconds} s");
        }
        assert_eq!(read(&[8; 32], "report", &given, at(10)), Err(Wrong::Forged));
    }
}
