//! The command line: it puts the crates together and carries out what a person types.

mod arguments;
mod command;
mod configuration;
mod platform;
mod progress;
mod wiring;

use clap::Parser;
use std::process::ExitCode;

/// Exit code: failed, or something was found invalid.
const FAILED: u8 = 1;
/// Exit code: done, but some inputs were set aside for a person.
const SET_ASIDE: u8 = 3;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// All of it.
    Whole,
    /// All but inputs that were set aside.
    SomeSetAside,
}

fn main() -> ExitCode {
    // Wrong usage ends in clap with exit code 2.
    let arguments = arguments::Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("NOROSHI_LOG").unwrap_or_else(|_| "noroshi=info,noroshi_ledger=info,noroshi_web=info,warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(command::run(arguments)));
    match ended {
        Ok(Done::Whole) => ExitCode::SUCCESS,
        Ok(Done::SomeSetAside) => ExitCode::from(SET_ASIDE),
        Err(error) => {
            eprintln!("noroshi: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}
