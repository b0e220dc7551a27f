//! Reading the file: every value with its place, unknown keys collected, the first wrong value named.

use super::{Cell, GREATEST, Margins, MarginsError, PeriodMargins, check};
use crate::brands;
use noroshi_directory::Origin;
use noroshi_incident::model::{Category, NoScheme, Scheme};
use noroshi_kernel::{
    observable::Port,
    period::{Month, Period},
    setaside::printable,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Reads margins: a JSON object `{period: {"scheme"?: key, "incident": {…}}}`. The key `about` is for people.
///
/// # Errors
/// [`MarginsError`] with the place of the first value that is wrong, or of figures whose parts contradict their total.
pub fn read(json: &[u8]) -> Result<Margins, MarginsError> {
    let mut margins = Margins::default();
    let file: Value = serde_json::from_slice(json)?;
    for (name, entry) in object("the file", &file)? {
        if name == "about" {
            continue;
        }
        let place = printable(name, 60);
        let Ok(period) = name.parse::<Period>() else {
            if entry.get("incident").is_some() {
                return Err(MarginsError::wrong(place, "is no period; write 2013Q4, 2013-12, 2013, FY2013, FY2013Q3 or 12m@2007-03"));
            }
            margins.unknown.push(place);
            continue;
        };
        let read = period_margins(&mut margins, period, object(&place, entry)?)?;
        if let Some(other) = margins.periods.iter().find(|other| other.period.overlaps(period)) {
            return Err(MarginsError::wrong(place, format!("shares months with {}; leave one of the two out", other.period)));
        }
        check(&read)?;
        margins.periods.push(read);
    }
    margins.periods.sort_by_key(|one| one.period.first_month());
    Ok(margins)
}

fn period_margins(margins: &mut Margins, period: Period, entry: &Map<String, Value>) -> Result<PeriodMargins, MarginsError> {
    let place = format!("{period} scheme");
    let no_scheme = |error: NoScheme| MarginsError::wrong(&place, error.to_string());
    let own = Scheme::of(period, None).map_err(no_scheme)?;
    let scheme = match entry.get("scheme") {
        None => own,
        Some(Value::String(key)) => Scheme::of(period, Some(key)).map_err(no_scheme)?,
        Some(other) => return Err(MarginsError::wrong(place, format!("must be the key of a counting scheme in quotes, not {}", kind(other)))),
    };
    if scheme.key != own.key {
        margins.warnings.push(format!("{period}: its figures are generated for the scheme {}, but without --scheme it is counted by {}", scheme.key, own.key));
    }
    let mut reading = Reading { unknown: &mut margins.unknown, period, scheme, cells: BTreeMap::new() };
    reading.unknown.extend(entry.keys().filter(|key| !["scheme", "incident"].contains(&key.as_str())).map(|key| format!("{period}.{}", printable(key, 60))));
    if let Some(incident) = entry.get("incident") {
        reading.incident(object(&format!("{period} incident"), incident)?)?;
    }
    let cells = reading.cells;
    Ok(PeriodMargins { period, scheme, cells })
}

struct Reading<'a> {
    unknown: &'a mut Vec<String>,
    period: Period,
    scheme: &'static Scheme,
    cells: BTreeMap<Cell, u64>,
}

impl Reading<'_> {
    fn place(&self, path: &str) -> String {
        format!("{} incident.{path}", self.period)
    }

    fn note_unknown(&mut self, path: &str) {
        self.unknown.push(format!("{}.incident.{path}", self.period));
    }

    fn incident(&mut self, figures: &Map<String, Value>) -> Result<(), MarginsError> {
        for (key, value) in figures {
            let origins: fn(Origin) -> Cell = match key.as_str() {
                "reports" => {
                    self.count(Cell::Reports, value)?;
                    continue;
                }
                "correspondence" => {
                    self.count(Cell::Correspondence, value)?;
                    continue;
                }
                "incidents" => {
                    self.count(Cell::Incidents, value)?;
                    continue;
                }
                "addresses" => {
                    self.count(Cell::Addresses, value)?;
                    continue;
                }
                "inquiries" => {
                    self.count(Cell::Inquiries, value)?;
                    continue;
                }
                "coordinations" => {
                    self.count(Cell::Coordinations, value)?;
                    continue;
                }
                "by_category" => {
                    self.categories(key, value, Cell::Category)?;
                    continue;
                }
                "by_month" => {
                    self.months(value)?;
                    continue;
                }
                "reporter_tld" => {
                    self.named(key, "tld", value, tld)?;
                    continue;
                }
                "scan_ports" => {
                    self.named(key, "port", value, port)?;
                    continue;
                }
                "phishing_brands" => {
                    self.named(key, "brand", value, brand)?;
                    continue;
                }
                "worm_marked_ports" => {
                    self.worms(value)?;
                    continue;
                }
                "phishing_brand" => Cell::Origin,
                "coordination_destination" => Cell::Destination,
                "phishing_coordination_destination" => Cell::PhishingDestination,
                "coordination_destination_percent" => Cell::DestinationPercent,
                "phishing_coordination_destination_percent" => Cell::PhishingDestinationPercent,
                _ => {
                    self.note_unknown(&printable(key, 60));
                    continue;
                }
            };
            self.origins(key, value, origins)?;
        }
        Ok(())
    }

    fn count(&mut self, cell: Cell, value: &Value) -> Result<(), MarginsError> {
        let place = self.place(&cell.to_string());
        let count = count(&place, value)?;
        let percent = matches!(cell, Cell::DestinationPercent(_) | Cell::PhishingDestinationPercent(_));
        if percent && count > 100 {
            return Err(MarginsError::wrong(place, format!("{count} is no share; write 0 to 100")));
        }
        match self.cells.insert(cell, count) {
            Some(other) if other != count => Err(MarginsError::wrong(place, format!("is named twice, as {other} and as {count}"))),
            _ => Ok(()),
        }
    }

    fn categories(&mut self, path: &str, value: &Value, cell: impl Fn(Category) -> Cell) -> Result<(), MarginsError> {
        for (key, value) in object(&self.place(path), value)? {
            let place = self.place(&format!("{path}.{}", printable(key, 60)));
            let category = key.parse::<Category>().map_err(|error| MarginsError::wrong(&place, error.to_string()))?;
            if self.scheme.categories.contains(&category) {
                self.count(cell(category), value)?;
            } else if count(&place, value)? > 0 {
                let told: Vec<_> = self.scheme.categories.iter().map(|category| category.key()).collect();
                return Err(MarginsError::wrong(
                    place,
                    format!("the scheme {} does not tell this category apart; it counts {}", self.scheme.key, told.join(", ")),
                ));
            }
        }
        Ok(())
    }

    fn origins(&mut self, path: &str, value: &Value, cell: impl Fn(Origin) -> Cell) -> Result<(), MarginsError> {
        for (key, value) in object(&self.place(path), value)? {
            match Origin::ALL.into_iter().find(|origin| origin.key() == key) {
                Some(origin) => self.count(cell(origin), value)?,
                None => self.note_unknown(&format!("{path}.{}", printable(key, 60))),
            }
        }
        Ok(())
    }

    fn months(&mut self, value: &Value) -> Result<(), MarginsError> {
        for (name, value) in object(&self.place("by_month"), value)? {
            let path = format!("by_month.{}", printable(name, 60));
            let place = self.place(&path);
            let month: Month = name.parse().map_err(|_| MarginsError::wrong(&place, "is no month; write it as 2013-10"))?;
            if !self.period.months().any(|one| one == month) {
                return Err(MarginsError::wrong(
                    place,
                    format!("is no month of {}, which lasts from {} to {}", self.period, self.period.first_month(), self.period.last_month()),
                ));
            }
            for (key, value) in object(&place, value)? {
                match key.as_str() {
                    "reports" => self.count(Cell::MonthReports(month), value)?,
                    "incidents" => self.count(Cell::MonthIncidents(month), value)?,
                    "coordinations" => self.count(Cell::MonthCoordinations(month), value)?,
                    "by_category" => self.categories(&format!("{path}.{key}"), value, |category| Cell::MonthCategory(month, category))?,
                    "phishing_brand" => self.origins(&format!("{path}.{key}"), value, |origin| Cell::MonthOrigin(month, origin))?,
                    _ => self.note_unknown(&format!("{path}.{}", printable(key, 60))),
                }
            }
        }
        Ok(())
    }

    /// Figures by a text: `{text: n}`, or `[{name: text, "count": n}]` as `incident stats` prints them.
    fn named(&mut self, path: &str, name: &str, value: &Value, cell: impl Fn(&str) -> Result<Cell, String>) -> Result<(), MarginsError> {
        let place = self.place(path);
        let mut pairs: Vec<(&str, &Value)> = Vec::new();
        match value {
            Value::Object(map) => pairs.extend(map.iter().map(|(text, value)| (text.as_str(), value))),
            Value::Array(list) => {
                for item in list {
                    let text = item.get(name).and_then(Value::as_str);
                    let pair = text.zip(item.get("count"));
                    pairs.push(pair.ok_or_else(|| MarginsError::wrong(&place, format!("each item must be {{\"{name}\": \"…\", \"count\": N}}")))?);
                }
            }
            other => return Err(MarginsError::wrong(place, format!("must be an object or a list, not {}", kind(other)))),
        }
        for (text, value) in pairs {
            let cell = cell(text).map_err(|reason| MarginsError::wrong(self.place(&format!("{path}.{}", printable(text, 60))), reason))?;
            self.count(cell, value)?;
        }
        Ok(())
    }

    fn worms(&mut self, value: &Value) -> Result<(), MarginsError> {
        let place = self.place("worm_marked_ports");
        let Value::Array(ports) = value else { return Err(MarginsError::wrong(place, format!("must be a list of ports, not {}", kind(value)))) };
        for item in ports {
            let text = item.as_str().ok_or_else(|| MarginsError::wrong(&place, format!("each item must be a port in quotes, not {}", kind(item))))?;
            let Cell::Port(port) = port(text).map_err(|reason| MarginsError::wrong(format!("{place}.{}", printable(text, 60)), reason))? else { continue };
            self.cells.insert(Cell::Worm(port), 1);
        }
        Ok(())
    }
}

fn tld(text: &str) -> Result<Cell, String> {
    let well = text.strip_prefix('.').is_some_and(|label| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    });
    if well || text == "unknown" { Ok(Cell::Tld(text.into())) } else { Err("is no top-level domain; write .jp, or unknown".into()) }
}

fn port(text: &str) -> Result<Cell, String> {
    if ["multiple", "unknown"].contains(&text) {
        return Ok(Cell::Port(text.into()));
    }
    let port = text.parse::<Port>().map_err(|error| format!("{error}, multiple or unknown"))?;
    Ok(Cell::Port(port.to_string()))
}

fn brand(text: &str) -> Result<Cell, String> {
    let known = brands::named(text)
        .ok_or("no brand of the shipped table has this name or key; `noroshi brand import` brings in brands, but figures are planned with the shipped ones")?;
    Ok(Cell::Brand(known.key.clone()))
}

fn object<'a>(place: &str, value: &'a Value) -> Result<&'a Map<String, Value>, MarginsError> {
    value.as_object().ok_or_else(|| MarginsError::wrong(place, format!("must be an object {{…}}, not {}", kind(value))))
}

fn count(place: &str, value: &Value) -> Result<u64, MarginsError> {
    let wrong = |reason: String| Err(MarginsError::wrong(place, reason));
    match value.as_u64() {
        Some(count) if count <= GREATEST => Ok(count),
        Some(count) => wrong(format!("{count} is more than {GREATEST}, the most that is generated")),
        None if value.as_f64().is_some_and(|number| number < 0.0) => wrong(format!("{value} is negative; a count is 0 or more")),
        None => wrong(format!("must be a whole number, not {}", kind(value))),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => format!("the text {:?}", printable(text, 60)),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}
