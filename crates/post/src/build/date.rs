//! The date of a letter (RFC 5322, section 3.3).

use jiff::tz::TimeZone;
use noroshi_kernel::moment::{Moment, Zone};

const MINUTE_US: i64 = 60_000_000;

/// The moment as the zone's wall clock shows it, with the zone's distance from UTC in whole minutes.
pub(super) fn of(moment: Moment, zone: &Zone) -> String {
    let shown = zone.wall(moment).to_zoned(TimeZone::UTC).map_or(moment, |zoned| zoned.timestamp().into());
    let minutes = shown.0.saturating_sub(moment.0).div_euclid(MINUTE_US);
    let local = Moment(moment.0.saturating_add(minutes.saturating_mul(MINUTE_US)));
    let utc = jiff::Timestamp::from_microsecond(local.0).unwrap_or_default();
    let (sign, ahead) = if minutes < 0 { ('-', -minutes) } else { ('+', minutes) };
    format!("{} {sign}{:02}{:02}", utc.strftime("%a, %d %b %Y %H:%M:%S"), ahead / 60, ahead % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_in_the_zone() {
        for (zone, expected) in [
            ("Asia/Tokyo", "Mon, 15 Jan 2024 21:00:00 +0900"),
            ("UTC", "Mon, 15 Jan 2024 12:00:00 +0000"),
            ("America/St_Johns", "Mon, 15 Jan 2024 08:30:00 -0330"),
            ("Asia/Kathmandu", "Mon, 15 Jan 2024 17:45:00 +0545"),
        ] {
            assert_eq!(of(Moment(1_705_320_000_000_000), &Zone::named(zone).expect("a zone")), expected);
        }
        for moment in [Moment(i64::MIN), Moment(i64::MAX)] {
            assert!(of(moment, &Zone::named("Asia/Tokyo").expect("a zone")).len() < 60);
        }
    }
}
