//! One file per command.

mod account;
mod brand;
mod demo;
mod desk;
mod doctor;
mod incident;
mod intake;
mod kev;
mod key;
mod mapping;
mod observe;
mod publish;
mod report;
mod scheme;
mod sensor;
mod serve;
mod token;
mod tray;

use crate::{
    Done,
    arguments::{Arguments, Command, Mapping},
    asking,
    platform::Platform,
};
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// Carries out what was typed, and closes what was opened for it.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Done> {
    let usual = if matches!(arguments.command, Command::Demo(_)) { "demo-data" } else { "noroshi-data" };
    let data = arguments.data.unwrap_or_else(|| PathBuf::from(usual));
    if let Command::Scheme(scheme) = &arguments.command {
        return scheme::run(scheme);
    }
    // The files are told by who asks.
    if matches!(arguments.command, Command::AnswerSql) {
        return asking::answer().await;
    }
    // A file is looked at, and no record of the team's.
    if let Command::Mapping(Mapping::Suggest { file }) = &arguments.command {
        return mapping::suggest(file);
    }
    // Mail piped into a mistyped directory, or one that is not mounted, would be kept where nobody looks.
    if arguments.command.is_piped_by_a_mail_server() && Platform::is_missing(&data) {
        anyhow::bail!("there is no data directory at {}; name yours with --data, or set one up with: noroshi init --data {}", data.display(), data.display());
    }
    let platform = Platform::open(&data, arguments.config.as_deref()).await?;
    // Who mistyped the directory's name would else read that there is nothing.
    if platform.is_new && !matches!(arguments.command, Command::Demo(_) | Command::Init) {
        eprintln!("note: a new data directory was made: {}; if yours is another one, name it with --data", data.display());
    }
    let ledger = platform.ledger.clone();
    let ended = carry_out(platform, arguments.command).await;
    let closed = ledger.close().await;
    let done = ended?;
    closed?;
    Ok(done)
}

async fn carry_out(platform: Platform, command: Command) -> anyhow::Result<Done> {
    match command {
        Command::Demo(demo) => demo::run(platform, demo).await,
        Command::Serve(serve) => serve::run(platform, serve.listen).await,
        Command::Init => Ok(init(&platform.data)),
        Command::Doctor(doctor) => doctor::run(&platform, &doctor).await,
        Command::Account(account) => account::run(&platform, account).await,
        Command::Key(key) => key::run(&platform, key).await,
        Command::Token(token) => token::run(&platform, token).await,
        Command::Brand(brand) => brand::run(&platform, brand).await,
        Command::Desk(desk) => desk::run(&platform, desk).await,
        Command::Scheme(scheme) => scheme::run(&scheme),
        Command::AnswerSql => asking::answer().await,
        Command::Intake(intake) => intake::run(&platform, intake).await,
        Command::Mapping(mapping) => mapping::run(&platform, mapping).await,
        Command::Tray(tray) => tray::run(&platform, tray).await,
        Command::Incident(incident) => incident::run(&platform, incident).await,
        Command::Observe(observe) => observe::run(&platform, observe).await,
        Command::Sensor(sensor) => sensor::run(&platform, sensor).await,
        Command::Kev(kev) => kev::run(&platform, kev).await,
        Command::Publish(publish) => publish::run(&platform, publish).await,
        Command::Report(report) => report::run(&platform, report).await,
    }
}

fn init(data: &Path) -> Done {
    eprintln!("{} is set up. Add an account with: noroshi account add NAME --role handler", data.display());
    Done::Whole
}

/// Refuses what is no regular file before it is opened: opening a pipe waits for somebody to write into it, perhaps for ever.
fn regular(path: &Path) -> anyhow::Result<()> {
    let shown = || path.display().to_string();
    let kind = std::fs::metadata(path).with_context(shown)?.file_type();
    let what = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => "this is no file but a directory; name files, for example DIR/*.csv",
        () => "this is no file but a pipe, a socket or a device; write what comes out of it into a file, and name that",
    };
    Err(anyhow::anyhow!(what)).with_context(shown)
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
