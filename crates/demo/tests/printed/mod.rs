//! Every number that a report prints. A number that neither has its query nor follows from those that have fails the test.

use serde_json::Value;

/// A number with its query.
pub(crate) type Figure = (i64, Value);

/// What a report prints.
#[derive(Default)]
pub(crate) struct Printed {
    /// Every number that counts, as often as it is printed: in tables, charts and sentences.
    pub(crate) figures: Vec<Figure>,
    /// How many of them stand in sentences.
    pub(crate) in_prose: usize,
    /// Percentages in sentences that say which part of a whole the number before them is.
    pub(crate) shares: Vec<(i64, Figure)>,
    /// What may be said with digits: the period, its days, its scheme, and the same of the earlier periods.
    known: Vec<String>,
}

/// The head of a column of changes, in both languages.
const CHANGE: [&str; 2] = ["Change", "増減"];

impl Printed {
    /// Reads a report as JSON. `periods` are its own, the one before and the one a year earlier; `schemes` are those that it may name.
    pub(crate) fn read(document: &Value, periods: &[String; 3], schemes: &[&str]) -> Self {
        let mut printed = Self { known: periods.iter().cloned().chain(schemes.iter().map(ToString::to_string)).collect(), ..Self::default() };
        printed.known.extend(list(document, "facts").iter().map(|fact| text(&fact["value"]).to_owned()));
        // The longest first: a month's name is within that of a day.
        printed.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        assert_eq!(keys(document), ["blocks", "facts", "language", "lead", "title"]);
        printed.no_number(text(&document["title"]));
        printed.prose(&document["lead"]);
        for block in list(document, "blocks") {
            match text(&block["kind"]) {
                "heading" | "note" => printed.no_number(text(&block["text"])),
                "paragraph" => printed.prose(block),
                "table" => printed.table(block, periods),
                "chart" => printed.chart(block),
                other => panic!("{other} is not looked at"),
            }
        }
        printed
    }

    /// A text that counts nothing.
    fn no_number(&self, text: &str) {
        self.no_other_number(text, "");
    }

    /// A text that counts nothing, but may say one number once: how many rows a table shows.
    fn no_other_number(&self, text: &str, shown: &str) {
        let rest = self.known.iter().fold(text.to_owned(), |rest, known| rest.replace(known.as_str(), "")).replacen(shown, "", 1);
        assert!(!rest.contains(|character: char| character.is_numeric()), "a number without its query: {text}");
    }

    fn prose(&mut self, prose: &Value) {
        let runs = list(prose, "runs");
        let figures: Vec<Figure> = runs.iter().filter(|run| run.is_object()).map(figure).collect();
        let mut passed = 0_usize;
        for run in runs {
            let Some(words) = run.as_str() else {
                passed += 1;
                continue;
            };
            let (percents, rest) = percents(words);
            self.no_number(&rest);
            let before = passed.checked_sub(1).and_then(|place| figures.get(place));
            for percent in percents {
                let beside = before.into_iter().chain(figures.get(passed));
                let is_change = beside
                    .into_iter()
                    .any(|(earlier, _)| figures.iter().any(|(now, _)| change(*now, *earlier).is_some_and(|change| change.abs() == percent.abs())));
                if !is_change {
                    self.shares.push((percent, before.unwrap_or_else(|| panic!("{percent} % of nothing: {words}")).clone()));
                }
            }
        }
        assert_eq!(
            prose["text"].as_str().map(|text| text.matches('%').count()),
            Some(runs.iter().filter_map(Value::as_str).map(|words| words.matches('%').count()).sum())
        );
        self.in_prose += figures.len();
        self.figures.extend(figures);
    }

    fn table(&mut self, table: &Value, periods: &[String; 3]) {
        let (rows, columns) = (list(table, "rows"), list(table, "columns"));
        let labels: Vec<&str> = columns.iter().map(|column| text(&column["label"])).collect();
        for said in
            [&table["title"], &table["unit"], &table["empty"]].into_iter().filter_map(Value::as_str).chain(labels.iter().map(|label| without_month(label)))
        {
            self.no_number(said);
        }
        let shown = rows.len().to_string();
        list(table, "notes").iter().map(text).for_each(|note| self.no_other_number(note, &shown));
        for (place, row) in rows.iter().chain(Some(&table["total"]).filter(|total| !total.is_null())).enumerate() {
            let cells = list(row, "cells");
            assert_eq!(cells.len(), labels.len(), "{row}");
            let now =
                labels.iter().position(|label| ["Total", "Count", "合計", "件数"].contains(label)).map(|column| figure(&cells[column]).0).expect("a count");
            let earlier = labels.iter().enumerate().filter(|(_, label)| CHANGE.contains(label)).map(|(column, _)| column - 1).zip(&periods[1..]);
            for (column, (label, cell)) in labels.iter().zip(cells).enumerate() {
                if cell.is_object() {
                    let period = earlier.clone().find(|(place, _)| *place == column).map_or(&periods[0], |(_, period)| period);
                    assert_eq!(cell["query"]["period"], period.as_str(), "{label}: {cell}");
                }
                match *label {
                    label if CHANGE.contains(&label) => {
                        let earlier = Some(&cells[column - 1]).filter(|earlier| !earlier.is_null()).map(|earlier| figure(earlier).0);
                        assert_eq!(cell.as_i64(), earlier.and_then(|earlier| change(now, earlier)), "{row}");
                    }
                    "Share" | "割合" => {
                        let sum = rows.iter().map(|row| figure(&row["cells"][column - 1]).0).sum();
                        assert_share(cell.as_i64().expect("a share"), figure(&cells[column - 1]).0, sum);
                        if place == 0 {
                            let shares: i64 = rows.iter().map(|row| row["cells"][column].as_i64().expect("a share")).sum();
                            assert_eq!(shares, if sum == 0 { 0 } else { 100 }, "{table}");
                        }
                    }
                    _ if cell.is_object() => self.figures.push(figure(cell)),
                    _ => assert!(cell.is_null() || text(cell).chars().any(char::is_alphabetic), "a number without its query: {row}"),
                }
            }
        }
    }

    fn chart(&mut self, chart: &Value) {
        let labels = list(chart, "labels");
        for said in [&chart["title"], &chart["unit"], &chart["caption"]].into_iter().chain(labels).filter_map(Value::as_str) {
            self.no_number(without_month(said));
        }
        for series in list(chart, "series") {
            self.no_number(text(&series["name"]));
            let (values, queries, hrefs) = (list(series, "values"), list(series, "queries"), list(series, "hrefs"));
            assert!(values.len() == labels.len() && queries.len() == labels.len() && hrefs.len() == labels.len(), "{series}");
            for ((value, query), href) in values.iter().zip(queries).zip(hrefs) {
                // A height is a floating number: `253.0`.
                let value: i64 = value.to_string().trim_end_matches(".0").parse().expect("a whole number");
                self.figures.push(figure(&serde_json::json!({ "value": value, "query": query, "href": href })));
            }
        }
    }
}

/// Fails unless a share in whole percent is one of its part in the whole.
pub(crate) fn assert_share(percent: i64, part: i64, whole: i64) {
    assert!(if whole == 0 { percent == 0 } else { (percent * whole - part * 100).abs() < whole }, "{percent} % is not the share of {part} in {whole}");
}

/// The change in whole percent, halves away from zero.
fn change(now: i64, earlier: i64) -> Option<i64> {
    let twice = (now - earlier) * 200;
    (earlier != 0).then(|| (twice + twice.signum() * earlier) / (earlier * 2))
}

/// The percentages that a text says, and what else it says.
fn percents(words: &str) -> (Vec<i64>, String) {
    let mut said = Vec::new();
    let mut rest = String::new();
    let parts: Vec<&str> = words.split('%').collect();
    for (place, part) in parts.iter().enumerate() {
        if place + 1 == parts.len() {
            rest.push_str(part);
            break;
        }
        let part = part.trim_end_matches('\u{a0}');
        let before = part.trim_end_matches(|character: char| character.is_ascii_digit() || ",+−".contains(character));
        said.push(part[before.len()..].replace([',', '+'], "").replace('−', "-").parse().expect("a percentage"));
        rest.push_str(before);
    }
    (said, rest)
}

fn figure(cell: &Value) -> Figure {
    assert_eq!(keys(cell), ["href", "query", "value"], "a number without its query: {cell}");
    assert!(text(&cell["href"]).starts_with('/') && cell["query"].is_object(), "{cell}");
    (cell["value"].as_i64().expect("a number"), cell["query"].clone())
}

/// A label that is nothing but a month of the year is no number.
fn without_month(label: &str) -> &str {
    if label.strip_suffix('月').is_some_and(|number| (1..=12).any(|month| month.to_string() == number)) { "" } else { label }
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap_or_else(|| panic!("an object: {value}")).keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key}: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("words: {value}"))
}
