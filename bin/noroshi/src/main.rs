//! The command line: it puts the crates together and carries out what a person types.

mod arguments;
mod asking;
mod command;
mod configuration;
mod grammar;
mod key;
mod office;
mod platform;
mod printing;
mod progress;
mod publishing;
mod scan_report;
mod signals;
mod watchtower;
mod wiring;

use clap::Parser;
use std::{io::IsTerminal as _, process::ExitCode, time::Duration};

/// Exit code: failed, or something was found invalid.
const FAILED: u8 = 1;
/// Exit code: wrong usage.
const WRONG_USAGE: u8 = 2;
/// Exit code: done, but some inputs were set aside for a person.
const SET_ASIDE: u8 = 3;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// All of it.
    Whole,
    /// All but inputs that were set aside.
    SomeSetAside,
    /// Not all of it; what happened was said.
    Failed,
    /// Nothing: what was typed does not fit what is there; how was said.
    WrongUsage,
    /// Nothing: what came in was empty, which was said.
    NoInput,
    /// Not all of it, since it was asked to end; what happened was said.
    Stopped(signals::Signal),
}

/// What a mail server understands as «not now» (EX_TEMPFAIL of sysexits.h): it keeps the letter and tries again.
const TRY_LATER: u8 = 75;

/// What a mail server understands as «not this» (EX_DATAERR of sysexits.h): it does not try again.
const NOT_THIS: u8 = 65;

/// How long the end waits for threads that still read or write files.
const MOST_ENDING: Duration = Duration::from_secs(10);

/// Logs to standard error: in colour for people alone, and without what the connections' pool warns of when it is busy.
fn log() {
    let usual = "noroshi=info,noroshi_ledger=info,noroshi_web=info,sqlx=error,warn";
    let filter = tracing_subscriber::EnvFilter::try_from_env("NOROSHI_LOG").unwrap_or_else(|_| usual.into());
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(std::io::stderr).init();
}

/// What went wrong and why, on one line. Many an error repeats its cause in its own text: what was said is not said again.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !parts.iter().any(|part| part.contains(&cause)) {
            parts.push(cause);
        }
    }
    parts.join(": ")
}

fn main() -> ExitCode {
    // Wrong usage ends in clap with exit code 2.
    let arguments = arguments::Arguments::parse();
    let failed = if arguments.command.is_piped_by_a_mail_server() { TRY_LATER } else { FAILED };
    log();
    let ended = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from).and_then(|runtime| {
        let ended = runtime.block_on(command::run(arguments));
        runtime.shutdown_timeout(MOST_ENDING);
        ended
    });
    match ended {
        Ok(Done::Whole) => ExitCode::SUCCESS,
        Ok(Done::SomeSetAside) => ExitCode::from(SET_ASIDE),
        Ok(Done::WrongUsage) => ExitCode::from(WRONG_USAGE),
        Ok(Done::NoInput) => ExitCode::from(NOT_THIS),
        Ok(Done::Failed) => ExitCode::from(FAILED),
        Ok(Done::Stopped(signal)) => ExitCode::from(signal.exit_code()),
        Err(error) => {
            eprintln!("noroshi: {}", told(&error));
            ExitCode::from(failed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told;
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_told_once() {
        let disk = anyhow!("(code: 13) database or disk is full");
        let error =
            disk.context("Execution Error: (code: 13) database or disk is full").context("the database: Execution Error: (code: 13) database or disk is full");
        assert_eq!(told(&error.context("cannot import")), "cannot import: the database: Execution Error: (code: 13) database or disk is full");
        assert_eq!(told(&anyhow!("No such file").context("x.csv")), "x.csv: No such file");
    }
}
