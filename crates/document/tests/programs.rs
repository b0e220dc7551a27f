//! JSON: every number with its query and its link.

#![allow(clippy::indexing_slicing)]

use noroshi_document::json::value;
use noroshi_kernel::language::Language;
use proptest::prelude::*;
use serde_json::{Value, json};

mod random;
mod sample;

#[test]
fn every_number_says_what_it_counts() {
    let document = value(&sample::document(Language::En));
    assert_eq!(document["language"], "en");
    assert_eq!(document["facts"][1], json!({ "label": "Period", "value": "2013Q4" }));
    assert_eq!(document["lead"]["runs"], json!([document["lead"]["text"]]));
    let told = &document["blocks"][1];
    assert_eq!(told["runs"][1], json!({ "value": 4399, "query": { "kind": "incident", "month": "2013Q4" }, "href": "/incidents?month=2013Q4&count=4399" }));
    assert!(told["text"].as_str().is_some_and(|text| text.starts_with("There were 4,399 reports in this quarter")), "{told}");
    let cells = &document["blocks"][2]["rows"][0]["cells"];
    assert_eq!(cells[0], "Reports");
    assert_eq!(cells[1], json!({ "value": 1473, "query": { "kind": "incident", "month": "2013-10" }, "href": "/incidents?month=2013-10&count=1473" }));
    assert_eq!(cells[5], json!(-13));
    assert_eq!(document["blocks"][5]["series"][2]["values"], json!([50.0, null, 47.0]));
    assert_eq!(document["blocks"][6]["total"]["cells"][5], json!(100));
}

proptest! {
    #[test]
    fn no_hostile_link_is_told(document in random::document()) {
        fn links(value: &Value) -> Vec<&str> {
            match value {
                Value::Array(all) => all.iter().flat_map(links).collect(),
                Value::Object(all) => all.get("href").and_then(Value::as_str).into_iter().chain(all.values().flat_map(links)).collect(),
                _ => Vec::new(),
            }
        }
        prop_assert!(links(&value(&document)).iter().all(|link| !link.starts_with("javascript:")));
    }
}
