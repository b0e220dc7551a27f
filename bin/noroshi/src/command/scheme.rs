use super::{print, print_json};
use crate::{Done, arguments::Scheme};
use noroshi_incident::model::{Category, schemes};

pub(super) fn run(command: &Scheme) -> anyhow::Result<Done> {
    let Scheme::List(json) = command;
    if json.json {
        print_json(&schemes())?;
        return Ok(Done::Whole);
    }
    for scheme in schemes() {
        let categories: Vec<_> = scheme.categories.iter().copied().map(Category::key).collect();
        let (rule, unit, domain) =
            (serde_json::to_value(scheme.report_rule)?, serde_json::to_value(scheme.incident_unit)?, serde_json::to_value(scheme.domain_unit)?);
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let units = format!("reports: {}, incidents: {}, domains: {}", word(rule), word(unit), word(domain));
        print(&format!("{:7} from {}  {units:58}  {}", scheme.key, scheme.begins, categories.join(" ")))?;
    }
    Ok(Done::Whole)
}
