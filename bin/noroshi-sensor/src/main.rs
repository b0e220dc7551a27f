//! The sensor's command line.

mod arguments;

use anyhow::{Context as _, Result, bail};
use arguments::{Arguments, Command, Enroll, Run, Status};
use nix::unistd::{User, geteuid};
use noroshi_sensor::{
    clock::SystemClock,
    enrol::enrol,
    identity::Identity,
    run::{Interface, Source, Who, run},
    status,
};
use noroshi_telescope::capture::live::privileges;
use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    os::unix::fs::lchown,
    path::Path,
    process::ExitCode,
};

/// Enough of a frame for every header that is read: Ethernet with tags, IPv6 with extensions, TCP with options.
const HEADER_BYTES: usize = 256;

fn main() -> ExitCode {
    // Wrong usage ends in clap with exit code 2.
    let arguments = Arguments::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    log();
    let done = match arguments.command {
        Command::Enroll(enroll) => enrolled(&enroll),
        Command::Run(run) => ran(&run),
        Command::Status(status) => shown(&status),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs to standard error; under systemd without times, which the journal has.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NOROSHI_LOG").unwrap_or_else(|_| "noroshi_sensor=info,warn".into());
    let colour = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(io::stderr);
    if std::env::var_os("JOURNAL_STREAM").is_some() { lines.without_time().init() } else { lines.init() }
}

fn enrolled(asked: &Enroll) -> Result<()> {
    let state = &asked.state.state;
    let owner = asked.user.as_deref().map(user).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let identity = runtime.block_on(enrol(state, &asked.centre, &asked.token, asked.again))?;
    runtime.shutdown_background();
    if let Some(owner) = owner {
        own(state, &owner).with_context(|| format!("{} cannot be given to {}", state.display(), owner.name))?;
    }
    writeln!(io::stdout(), "enrolled as {} ({}) with {}", identity.name, identity.sensor, identity.centre)?;
    Ok(())
}

fn user(name: &str) -> Result<User> {
    User::from_name(name)?.with_context(|| format!("there is no user {name:?}; make one, for example with adduser --system {name}"))
}

/// Gives a folder and all that is in it to a user.
fn own(path: &Path, owner: &User) -> io::Result<()> {
    lchown(path, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))?;
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path)? {
            own(&entry?.path(), owner)?;
        }
    }
    Ok(())
}

fn ran(asked: &Run) -> Result<()> {
    let options = asked.options();
    let who = Who::read(&options)?;
    let source = match &asked.interface {
        Some(name) => {
            let snap = HEADER_BYTES + usize::from(asked.payload_bytes);
            Source::Interface(Box::new(Interface::open(name, snap, asked.promiscuous, asked.manage.clone())?))
        }
        None => Source::Captures(asked.capture.clone()),
    };
    match &asked.user {
        Some(user) => privileges::drop_to(user)?,
        None if asked.interface.is_some() && geteuid().is_root() => tracing::warn!("it runs as root: name a user without privileges by --user"),
        None => {}
    }
    Ok(run(&options, who, source, &SystemClock)?)
}

fn shown(asked: &Status) -> Result<()> {
    let state = &asked.state.state;
    if !Identity::is_in(state)? {
        bail!("there is no identity in {}: enrol first, or name the folder by --state", state.display());
    }
    let status = status::Status::of(state, &SystemClock)?;
    let text = if asked.json { serde_json::to_string_pretty(&status)? } else { status.to_string() };
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}
