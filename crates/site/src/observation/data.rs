//! The same numbers for programs: CSV and JSON.

use super::{Line, Monday, Part, Rank, Section};
use crate::{SiteError, files::Made};
use noroshi_kernel::{language::Language, moment::Moment};
use serde_json::{Value, json};

/// In what averages are counted, for programs.
const UNIT: &str = "packets per sensor and day";

/// A number with four digits after the point at most.
fn fine(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// Which part of a section is written.
type Pick = fn(&Section) -> &Part;

fn wrong(error: impl std::fmt::Display) -> SiteError {
    SiteError::Page(error.to_string())
}

/// What a service or a country is called; nothing where it has no name.
fn name(key: &str) -> &'static str {
    noroshi_catalogue::service_name(key).or_else(|| noroshi_catalogue::country_name(key, Language::En)).unwrap_or_default()
}

/// The first moment of a bucket or window, in RFC 3339.
fn time(moment: Moment) -> String {
    moment.rfc3339()
}

pub(super) fn files(monday: &Monday) -> Result<Vec<Made>, SiteError> {
    let folder = format!("observation/data/{}", monday.day);
    let ports: Pick = |section| &section.ports;
    let regions: Pick = |section| &section.regions;
    Ok(vec![
        Made { path: format!("{folder}/ports.csv"), bytes: ranks(monday, "port", ports)? },
        Made { path: format!("{folder}/series.csv"), bytes: series(monday, "port", ports)? },
        Made { path: format!("{folder}/regions.csv"), bytes: ranks(monday, "region", regions)? },
        Made { path: format!("{folder}/region-series.csv"), bytes: series(monday, "region", regions)? },
        Made::text(format!("{folder}/observation.json"), format!("{:#}\n", whole(monday))),
    ])
}

/// `what` says what the rows are: `port`, `region`.
fn ranks(monday: &Monday, what: &str, part: Pick) -> Result<Vec<u8>, SiteError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["span", "from", "to", "sensors", "rank", what, "name", "packets_per_sensor_day", "share_percent", "earlier_rank", "change_percent"];
    out.write_record(head).map_err(wrong)?;
    for section in monday.sections() {
        for rank in &part(section).ranks {
            let text = |value: Option<String>| value.unwrap_or_default();
            out.write_record([
                section.span.key().to_owned(),
                time(section.window.from),
                time(section.window.to),
                section.sensors.to_string(),
                rank.rank.to_string(),
                rank.key.clone(),
                name(&rank.key).to_owned(),
                fine(rank.average).to_string(),
                ((rank.share * 10_000.0).round() / 100.0).to_string(),
                text(rank.earlier_rank.map(|rank| rank.to_string())),
                text(rank.change_percent.map(|percent| percent.to_string())),
            ])
            .map_err(wrong)?;
        }
    }
    out.into_inner().map_err(wrong)
}

fn series(monday: &Monday, what: &str, part: Pick) -> Result<Vec<u8>, SiteError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["span", what, "at", "packets_per_sensor_day"]).map_err(wrong)?;
    for section in monday.sections() {
        for line in &part(section).lines {
            for point in &line.points {
                let average = point.per_sensor_day.map(|average| fine(average).to_string()).unwrap_or_default();
                out.write_record([section.span.key(), &line.key, &time(point.at), &average]).map_err(wrong)?;
            }
        }
    }
    out.into_inner().map_err(wrong)
}

fn whole(monday: &Monday) -> Value {
    let sections: serde_json::Map<String, Value> = monday.sections().map(|section| (section.span.key().to_owned(), section_json(section))).collect();
    let rises = monday.rises.iter().map(|rise| {
        let last = rise.lasted.map(|lasted| time(lasted.last));
        let goes_on = rise.lasted.map(|lasted| lasted.goes_on);
        json!({ "port": rise.key, "region": rise.country, "kind": rise.kind, "from": time(rise.from), "last_day": last, "goes_on": goes_on, "explanation": { "ja": rise.explanation.ja, "en": rise.explanation.en } })
    });
    json!({ "monday": monday.day.to_string(), "zone": monday.zone, "unit": UNIT, "spans": sections, "rises": rises.collect::<Vec<_>>() })
}

fn section_json(section: &Section) -> Value {
    json!({ "from": time(section.window.from), "to": time(section.window.to), "sensors": section.sensors,
        "ranks": ranks_json(&section.ports.ranks, "port"), "series": lines_json(&section.ports.lines, "port"),
        "regions": ranks_json(&section.regions.ranks, "region"), "region_series": lines_json(&section.regions.lines, "region") })
}

fn ranks_json(ranks: &[Rank], what: &str) -> Vec<Value> {
    let rank = |rank: &Rank| {
        json!({ "rank": rank.rank, what: rank.key, "name": name(&rank.key), "average": fine(rank.average), "share": fine(rank.share),
            "earlier_rank": rank.earlier_rank, "change_percent": rank.change_percent })
    };
    ranks.iter().map(rank).collect()
}

fn lines_json(lines: &[Line], what: &str) -> Vec<Value> {
    let line = |line: &Line| {
        let points = line.points.iter().map(|point| json!({ "at": time(point.at), "average": point.per_sensor_day.map(fine) }));
        json!({ what: line.key, "rows": points.collect::<Vec<_>>() })
    };
    lines.iter().map(line).collect()
}
