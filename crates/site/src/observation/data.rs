//! The same numbers for programs: CSV and JSON.

use super::{Monday, Section};
use crate::{SiteError, files::Made};
use noroshi_kernel::moment::Moment;
use serde_json::{Value, json};

/// In what averages are counted, for programs.
const UNIT: &str = "packets per sensor and hour";

/// A number with four digits after the point at most.
fn fine(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn wrong(error: impl std::fmt::Display) -> SiteError {
    SiteError::Page(error.to_string())
}

fn name(key: &str) -> &'static str {
    noroshi_catalogue::service_name(key).unwrap_or_default()
}

/// The first moment of a bucket or window, in RFC 3339.
fn time(moment: Moment) -> String {
    moment.rfc3339()
}

pub(super) fn files(monday: &Monday) -> Result<Vec<Made>, SiteError> {
    let folder = format!("observation/data/{}", monday.day);
    Ok(vec![
        Made { path: format!("{folder}/ports.csv"), bytes: ports(monday)? },
        Made { path: format!("{folder}/series.csv"), bytes: series(monday)? },
        Made::text(format!("{folder}/observation.json"), format!("{:#}\n", whole(monday))),
    ])
}

fn ports(monday: &Monday) -> Result<Vec<u8>, SiteError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["span", "from", "to", "sensors", "rank", "port", "service", "packets_per_sensor_hour", "share_percent", "earlier_rank", "change_percent"];
    out.write_record(head).map_err(wrong)?;
    for section in monday.sections() {
        for rank in &section.ranks {
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

fn series(monday: &Monday) -> Result<Vec<u8>, SiteError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["span", "port", "at", "packets_per_sensor_hour"]).map_err(wrong)?;
    for section in monday.sections() {
        for line in &section.lines {
            for point in &line.points {
                let average = point.per_sensor_hour.map(|average| fine(average).to_string()).unwrap_or_default();
                out.write_record([section.span.key(), &line.key, &time(point.at), &average]).map_err(wrong)?;
            }
        }
    }
    out.into_inner().map_err(wrong)
}

fn whole(monday: &Monday) -> Value {
    let sections: serde_json::Map<String, Value> = monday.sections().map(|section| (section.span.key().to_owned(), section_json(section))).collect();
    json!({ "monday": monday.day.to_string(), "zone": monday.zone, "unit": UNIT, "spans": sections })
}

fn section_json(section: &Section) -> Value {
    let ranks = section.ranks.iter().map(|rank| {
        json!({ "rank": rank.rank, "port": rank.key, "service": name(&rank.key), "average": fine(rank.average), "share": fine(rank.share),
            "earlier_rank": rank.earlier_rank, "change_percent": rank.change_percent })
    });
    let lines = section.lines.iter().map(|line| {
        let points = line.points.iter().map(|point| json!({ "at": time(point.at), "average": point.per_sensor_hour.map(fine) }));
        json!({ "port": line.key, "rows": points.collect::<Vec<_>>() })
    });
    json!({ "from": time(section.window.from), "to": time(section.window.to), "sensors": section.sensors, "ranks": ranks.collect::<Vec<_>>(), "series": lines.collect::<Vec<_>>() })
}
