//! One file per command.

mod account;
mod brand;
mod demo;
mod doctor;
mod incident;
mod intake;
mod report;
mod scheme;
mod serve;

use crate::{
    Done,
    arguments::{Arguments, Command},
    platform::Platform,
};
use std::path::{Path, PathBuf};

/// Carries out what was typed.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Done> {
    let usual = if matches!(arguments.command, Command::Demo(_)) { "demo-data" } else { "noroshi-data" };
    let data = arguments.data.unwrap_or_else(|| PathBuf::from(usual));
    let configuration = arguments.config;
    let open = || Platform::open(&data, configuration.as_deref());
    match arguments.command {
        Command::Demo(demo) => demo::run(open().await?, demo).await,
        Command::Serve(serve) => serve::run(open().await?, serve.listen).await,
        Command::Init => init(&open().await?.data),
        Command::Doctor(json) => doctor::run(&open().await?, json.json).await,
        Command::Account(account) => account::run(&open().await?, account).await,
        Command::Brand(brand) => brand::run(&open().await?, brand).await,
        Command::Scheme(scheme) => scheme::run(&scheme),
        Command::Intake(intake) => intake::run(open().await?, intake).await,
        Command::Incident(incident) => incident::run(&open().await?, incident).await,
        Command::Report(report) => report::run(&open().await?, report).await,
    }
}

fn init(data: &Path) -> anyhow::Result<Done> {
    eprintln!("{} is set up. Add an account with: noroshi account add NAME --role handler", data.display());
    Ok(Done::Whole)
}

/// Prints to standard output. A reader that closed the pipe is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}
