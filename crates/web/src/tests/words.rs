//! Japanese and English are equals.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const JA: &str = concat!(
    include_str!("../../locales/ja/web.ftl"),
    include_str!("../../locales/ja/form.ftl"),
    include_str!("../../locales/ja/mail.ftl"),
    include_str!("../../locales/ja/keys.ftl"),
    include_str!("../../locales/ja/sensors.ftl"),
    include_str!("../../locales/ja/observe.ftl"),
    include_str!("../../locales/ja/compare.ftl"),
    include_str!("../../locales/ja/shares.ftl"),
    include_str!("../../locales/ja/rises.ftl"),
    include_str!("../../locales/ja/sql.ftl")
);
const EN: &str = concat!(
    include_str!("../../locales/en/web.ftl"),
    include_str!("../../locales/en/form.ftl"),
    include_str!("../../locales/en/mail.ftl"),
    include_str!("../../locales/en/keys.ftl"),
    include_str!("../../locales/en/sensors.ftl"),
    include_str!("../../locales/en/observe.ftl"),
    include_str!("../../locales/en/compare.ftl"),
    include_str!("../../locales/en/shares.ftl"),
    include_str!("../../locales/en/rises.ftl"),
    include_str!("../../locales/en/sql.ftl")
);

/// Beginnings of keys that are put together while running.
const MADE: [&str; 45] = [
    "report-kind-",
    "share-kind-",
    "observe-",
    "compare-span-",
    "compare-meaning-",
    "compare-stopped-",
    "rise-state-",
    "rise-kind-",
    "sensor-state-",
    "sensor-clock-",
    "sensor-count-",
    "gap-",
    "host-state-",
    "rhythm-",
    "thread-tlp-",
    "mapping-separator-",
    "mapping-time-",
    "mapping-details-",
    "report-tlp-",
    "status-name-",
    "status-state-",
    "category-",
    "state-",
    "origin-",
    "channel-",
    "sector-",
    "failure-",
    "filter-",
    "brand-origin-",
    "fact-",
    "statistics-",
    "download-",
    "done-",
    "thread-state-",
    "sent-",
    "kind-",
    "automatic-",
    "tied-",
    "key-state-",
    "key-why-",
    "seal-signature-",
    "seal-advice-",
    "sql-example-",
    "sql-column-",
    "sql-sensors-",
];

/// Each key with the names of its arguments.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" = ").filter(|(name, _)| !name.starts_with(' ')) {
            key = name.to_owned();
            assert!(messages.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands there twice");
        }
        let names = line.split('$').skip(1).map(|rest| rest.chars().take_while(|character| character.is_ascii_alphanumeric()).collect());
        messages.entry(key.clone()).or_default().extend(names);
    }
    messages.remove("");
    messages
}

fn sources(folder: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                text += &fs::read_to_string(entry).expect("a text");
            }
        }
    }
    text
}

#[test]
fn keys_and_arguments_are_equal() {
    assert_eq!(messages(JA), messages(EN));
}

#[test]
fn every_key_is_said_and_every_word_is_there() {
    let (keys, text) = (messages(JA), sources("src") + &sources("templates"));
    for key in keys.keys() {
        assert!(text.contains(&format!("\"{key}\"")) || MADE.iter().any(|made| key.starts_with(made)), "nobody says {key}");
    }
    for call in ["say(\"", "count(\"", "about(\"", "with(\""] {
        for key in text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).filter(|key| !key.contains(['{', '/', ' ', ';', ':', '='])) {
            assert!(keys.contains_key(key), "{key} is said and is not there");
        }
    }
}
