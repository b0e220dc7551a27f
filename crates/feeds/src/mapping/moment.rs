//! Times as a mapping says that they are written.

use super::{TimeField, TimeForm};
use crate::time;
use jiff::fmt::strtime;
use noroshi_kernel::{
    moment::{Moment, Zone},
    reason::Reason,
    setaside::printable,
};

/// What a pattern may hold beside plain text: year (four digits, two), month (number, English name short, long), day, hour (of 24, of
/// 12), minute, second, fraction with its dot, half of the day, offset (`+0900`), weekday's English name (short, long), and `%` itself.
pub const DIRECTIVES: &[&str] = &["%Y", "%y", "%m", "%b", "%B", "%d", "%e", "%H", "%I", "%M", "%S", "%.f", "%p", "%z", "%a", "%A", "%%"];

/// The longest pattern, in bytes.
const PATTERN_MOST_BYTES: usize = 100;

/// Reads times.
#[derive(Debug)]
pub(super) struct Times {
    form: TimeForm,
    zone: Zone,
}

impl Times {
    /// Times that are written so; refuses a pattern that is none.
    pub(super) fn new(field: &TimeField) -> Result<Self, Reason> {
        if let TimeForm::Pattern(pattern) = &field.form {
            check(pattern)?;
        }
        Ok(Self { form: field.form.clone(), zone: field.zone()? })
    }

    /// Reads one.
    pub(super) fn read(&self, text: &str) -> Result<Moment, Reason> {
        let read = match &self.form {
            TimeForm::Usual => time::in_zone(text, &self.zone),
            TimeForm::EpochSeconds => time::of_epoch_s(text),
            TimeForm::EpochMilliseconds => time::of_epoch_ms(text),
            TimeForm::Pattern(pattern) => return self.by_pattern(pattern, text).ok_or_else(|| unlike(pattern, text)),
        };
        read.ok_or_else(|| time::no_time(text))
    }

    fn by_pattern(&self, pattern: &str, text: &str) -> Option<Moment> {
        if text.len() > PATTERN_MOST_BYTES {
            return None;
        }
        let parsed = strtime::parse(pattern, text).ok()?;
        if parsed.offset().is_some() {
            return parsed.to_timestamp().ok().and_then(time::plausible);
        }
        let local = parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
        self.zone.moment(local).filter(|_| local.year() >= time::FIRST_YEAR)
    }
}

fn check(pattern: &str) -> Result<(), Reason> {
    let mut rest = pattern;
    let mut dated = 0;
    let fits = pattern.len() <= PATTERN_MOST_BYTES;
    while let Some(place) = rest.find('%').filter(|_| fits) {
        let tail = rest.get(place..).unwrap_or_default();
        let Some(directive) = DIRECTIVES.iter().find(|directive| tail.starts_with(**directive)) else { return Err(no_pattern(pattern)) };
        dated |= match *directive {
            "%Y" | "%y" => 1,
            "%m" | "%b" | "%B" => 2,
            "%d" | "%e" => 4,
            _ => 0,
        };
        rest = tail.get(directive.len()..).unwrap_or_default();
    }
    if dated == 7 { Ok(()) } else { Err(no_pattern(pattern)) }
}

fn no_pattern(pattern: &str) -> Reason {
    let (shown, known) = (printable(pattern, PATTERN_MOST_BYTES), DIRECTIVES.join(" "));
    Reason::new(
        "mapping-time",
        format!("日時の書式「{shown}」は使えません。年月日を必ず含め、{known} で書いてください（例: %d.%m.%Y %H:%M）。"),
        format!("the pattern {shown:?} cannot be used; name year, month and day, with {known}, for example %d.%m.%Y %H:%M"),
    )
}

fn unlike(pattern: &str, text: &str) -> Reason {
    let (shown, pattern) = (printable(text, 64), printable(pattern, PATTERN_MOST_BYTES));
    Reason::new(
        "time-shape",
        format!("「{shown}」は書式「{pattern}」に合いません。日時か、対応表の書式を直してください。"),
        format!("{shown:?} does not follow the pattern {pattern:?}; correct the time, or the mapping's pattern"),
    )
}
