//! `noroshi observe sql`

use super::super::{print, print_json};
use crate::{
    Done,
    arguments::{When, within},
    platform::Platform,
};
use noroshi_kernel::moment::Moment;
use noroshi_lake::engine::{Answer, Engine, Limits};
use noroshi_observation::{Observatory, files};
use serde_json::{Value, json};

pub(super) async fn run(platform: &Platform, place: &Observatory, sql: &str, window: Option<(When, When)>, as_json: bool) -> anyhow::Result<Done> {
    let window = match window.map(|(from, to)| within(from, to, &platform.reckoning.zone)).transpose() {
        Ok(window) => window.unwrap_or((Moment(i64::MIN), Moment(i64::MAX))),
        Err(why) => {
            eprintln!("noroshi: {why}");
            return Ok(Done::WrongUsage);
        }
    };
    let files = files(place, &Platform::local_administrator(), window).await?;
    if files.is_empty() {
        eprintln!("noroshi: there are no packets in that time; bring in captures with: noroshi observe import --sensor NAME PCAP");
        return Ok(Done::Failed);
    }
    let answer = match Engine::open(&files, Limits::default()) {
        Ok(engine) => engine.query(sql).await,
        Err(refused) => Err(refused),
    };
    match answer {
        Ok(answer) => {
            show(&answer, as_json)?;
            Ok(Done::Whole)
        }
        Err(refused) => {
            // Whoever sits at the machine may see what the engine says.
            let detail = refused.detail.as_deref().map(|detail| format!("\n  {detail}")).unwrap_or_default();
            eprintln!("noroshi: {}{detail}", refused.reason);
            Ok(Done::Failed)
        }
    }
}

fn show(answer: &Answer, as_json: bool) -> anyhow::Result<()> {
    let columns: Vec<&str> = answer.schema.fields().iter().map(|field| field.name().as_str()).collect();
    if as_json {
        let rows: Vec<Vec<Option<String>>> = answer.rows().collect();
        print_json(&json!({ "columns": columns, "rows": rows, "is_cut": answer.is_cut }))?;
    } else {
        print(&columns.join("\t"))?;
        for row in answer.rows() {
            // A tab or a line's end within a value would look like the next one.
            let cells: Vec<String> = row.into_iter().map(|cell| cell.map_or_else(String::new, |cell| plain(&cell))).collect();
            print(&cells.join("\t"))?;
        }
    }
    if answer.is_cut {
        eprintln!("there are more rows; {} are shown", answer.len());
    }
    Ok(())
}

fn plain(cell: &str) -> String {
    if cell.chars().any(char::is_control) { Value::from(cell).to_string() } else { cell.to_owned() }
}
