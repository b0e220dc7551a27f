//! `noroshi observe sql`

use super::super::{print, print_json};
use crate::{
    Done,
    arguments::{When, within},
    asking::Asking,
    platform::Platform,
};
use noroshi_observation::{
    ObservationError, Observatory,
    sql::{self, Answer, Question},
};
use serde_json::Value;
use std::time::Duration;

/// How long a question may take.
const MOST_TIME: Duration = Duration::from_secs(30);
/// The most rows of an answer.
const MOST_ROWS: usize = 10_000;

pub(super) async fn run(platform: &Platform, place: &Observatory, sql: &str, window: Option<(When, When)>, as_json: bool) -> anyhow::Result<Done> {
    let span = match window.map(|(from, to)| within(from, to, &platform.reckoning.zone)).transpose() {
        Ok(span) => span,
        Err(why) => {
            eprintln!("noroshi: {why}");
            return Ok(Done::WrongUsage);
        }
    };
    let question = Question { sql: sql.to_owned(), span, most_rows: MOST_ROWS, most_chars: None };
    match sql::ask(place, &Platform::local_administrator(), &Asking::within(MOST_TIME), question).await {
        Ok(answer) => {
            show(&answer, as_json)?;
            Ok(Done::Whole)
        }
        Err(ObservationError::Refused(reason)) => {
            eprintln!("noroshi: {reason}");
            Ok(Done::Failed)
        }
        Err(error) => Err(error.into()),
    }
}

fn show(answer: &Answer, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        print_json(&answer.json())?;
    } else {
        let columns: Vec<&str> = answer.columns.iter().map(|column| column.name.as_str()).collect();
        print(&columns.join("\t"))?;
        for row in &answer.rows {
            // A tab or a line's end within a value would look like the next one.
            let cells: Vec<String> = row.iter().map(|cell| cell.as_deref().map_or_else(String::new, plain)).collect();
            print(&cells.join("\t"))?;
        }
    }
    if answer.is_cut {
        eprintln!("there are more rows; {} are shown", answer.rows.len());
    }
    Ok(())
}

fn plain(cell: &str) -> String {
    if cell.chars().any(char::is_control) { Value::from(cell).to_string() } else { cell.to_owned() }
}
