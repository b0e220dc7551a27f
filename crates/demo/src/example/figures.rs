//! The invented figures of the example team, as a file of margins would hold them.

use crate::margins::{self, Margins, MarginsError};
use noroshi_kernel::period::Period;
use serde_json::{Map, Value, json};

/// The margins of a quarter, the one before it, and the same quarter a year earlier.
pub(super) fn margins(quarter: Period) -> Result<Margins, MarginsError> {
    let mut file = Map::new();
    for (period, figures) in [(quarter, now(quarter)), (quarter.previous(), before()), (quarter.year_ago(), year_ago())] {
        file.insert(period.to_string(), json!({ "incident": figures }));
    }
    margins::read(Value::Object(file).to_string().as_bytes())
}

fn now(quarter: Period) -> Value {
    let months: Vec<String> = quarter.months().map(|month| month.to_string()).collect();
    let by_month: Map<String, Value> = months
        .into_iter()
        .zip([(441, 402, 148), (473, 455, 161), (520, 489, 175)])
        .map(|(month, (reports, incidents, coordinations))| (month, json!({ "reports": reports, "incidents": incidents, "coordinations": coordinations })))
        .collect();
    json!({
        "reports": 1434, "incidents": 1346, "inquiries": 74, "coordinations": 484,
        "by_category": { "phishing": 512, "web_defacement": 164, "malware_site": 97, "scan": 351, "intrusion": 24, "forged_mail": 18, "dos": 9, "targeted": 7, "ics": 2 },
        "by_month": by_month,
        "phishing_brand": { "domestic": 268, "foreign": 181, "unknown": 63 },
        "reporter_tld": { ".jp": 873, ".com": 242, ".net": 88, ".org": 51 },
        "scan_ports": { "tcp/22": 92, "tcp/23": 71, "tcp/445": 48, "tcp/3389": 39, "multiple": 33 },
        "worm_marked_ports": ["tcp/23", "tcp/445"],
        "coordination_destination": { "domestic": 291, "foreign": 187, "unknown": 6 },
        "phishing_coordination_destination": { "domestic": 112, "foreign": 139 },
    })
}

fn before() -> Value {
    json!({
        "reports": 1288, "incidents": 1201, "inquiries": 69, "coordinations": 431,
        "by_category": { "phishing": 437, "web_defacement": 203, "malware_site": 88, "scan": 318, "intrusion": 19, "forged_mail": 21, "dos": 6, "targeted": 4, "ics": 0 },
        "phishing_brand": { "domestic": 214, "foreign": 169, "unknown": 54 },
        "reporter_tld": { ".jp": 802, ".com": 214, ".net": 71 },
        "scan_ports": { "tcp/22": 97, "tcp/23": 52, "tcp/445": 51 },
        "worm_marked_ports": ["tcp/445"],
        "coordination_destination": { "domestic": 264, "foreign": 162, "unknown": 5 },
        "phishing_coordination_destination": { "domestic": 101, "foreign": 118 },
    })
}

fn year_ago() -> Value {
    json!({
        "reports": 962, "incidents": 887, "inquiries": 58, "coordinations": 339,
        "by_category": { "phishing": 268, "web_defacement": 187, "malware_site": 74, "scan": 246, "intrusion": 15, "forged_mail": 11, "dos": 8, "targeted": 3, "ics": 1 },
        "phishing_brand": { "domestic": 121, "foreign": 109, "unknown": 38 },
        "reporter_tld": { ".jp": 581, ".com": 166 },
        "scan_ports": { "tcp/22": 61, "tcp/23": 44 },
        "coordination_destination": { "domestic": 203, "foreign": 133, "unknown": 3 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_hold_together_in_every_quarter() {
        for quarter in ["2026Q1", "2026Q2", "2026Q3", "2026Q4"] {
            let margins = margins(quarter.parse().expect("a period")).expect("margins");
            assert!(margins.unknown.is_empty() && margins.warnings.is_empty());
            assert_eq!(crate::plan::plan(&margins).expect("a plan").periods.len(), 3);
        }
    }
}
