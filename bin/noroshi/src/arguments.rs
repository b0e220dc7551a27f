//! What can be typed.

mod desk;
mod incident;
mod intake;
mod kev;
mod key;
mod observe;
mod report;
mod sensor;
mod share;
mod staff;

pub(crate) use desk::{Brand, Desk};
pub(crate) use incident::{Incident, Scheme};
pub(crate) use intake::{Intake, Mapping, Tray};
pub(crate) use kev::Kev;
pub(crate) use key::Key;
pub(crate) use observe::{Graph, Observe, Ranks, Researcher, Show, When, Which, Window, within};
pub(crate) use report::{Publish, Report, ReportFormat, ReportKind};
pub(crate) use sensor::Sensor;
pub(crate) use share::Share;
pub(crate) use staff::{Account, Token};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The platform that a CSIRT runs on.
#[derive(Debug, Parser)]
#[command(name = "noroshi", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The directory that holds everything; a fresh one is made and set up [default: ./noroshi-data; demo: ./demo-data]
    #[arg(long, global = true, env = "NOROSHI_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file [default: noroshi.toml in the data directory, when it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Command {
    /// Whether a mail server waits for the exit code, which then says whether it may forget the letter.
    pub(crate) const fn is_piped_by_a_mail_server(&self) -> bool {
        matches!(self, Self::Intake(Intake::Mail { .. }))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fill an example team's quarter and serve it
    Demo(Demo),
    /// Serve the platform's pages
    Serve(Serve),
    /// Set up a data directory
    Init,
    /// Check that everything is in order; what is not is named, and the exit code is 1
    Doctor(Doctor),
    /// Manage accounts of the staff
    #[command(subcommand)]
    Account(Account),
    /// Manage OpenPGP keys: the team's own, and those of others
    #[command(subcommand)]
    Key(Key),
    /// Manage the tokens by which programs report
    #[command(subcommand)]
    Token(Token),
    /// Manage the brands that phishing sites imitate
    #[command(subcommand)]
    Brand(Brand),
    /// Manage the intake desks: their mail addresses, what they do by themselves, their staff
    #[command(subcommand)]
    Desk(Desk),
    /// Counting schemes
    #[command(subcommand)]
    Scheme(Scheme),
    /// Bring reports in
    #[command(subcommand)]
    Intake(Intake),
    /// Manage mappings: which column or member of a sender's CSV or JSON holds what
    #[command(subcommand)]
    Mapping(Mapping),
    /// Look at inputs that could not be read, and decide on them
    #[command(subcommand)]
    Tray(Tray),
    /// Look at incidents and their figures
    #[command(subcommand)]
    Incident(Incident),
    /// Bring in captures of sensors, and count what they saw
    #[command(subcommand)]
    Observe(Observe),
    /// Manage sensors: who may send what it sees
    #[command(subcommand)]
    Sensor(Sensor),
    /// Bring in and search the catalogue of known exploited vulnerabilities
    #[command(subcommand)]
    Kev(Kev),
    /// Write the public site: the observation page of the last Monday
    Publish(Publish),
    /// Write a periodic report
    Report(Report),
    /// Answer the question in SQL that stands on standard input: what a question's own process runs
    #[command(name = crate::asking::COMMAND, hide = true)]
    AnswerSql,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print JSON on standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Read every raw byte, too, and compare its SHA-256
    #[arg(long)]
    pub(crate) deep: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The port on this machine at which the pages are served; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Fill the data directory and end
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Make records with the margins in this JSON file instead of the example team's quarter
    #[arg(long, value_name = "FILE")]
    pub(crate) figures: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to listen on [default: serve.listen in the configuration, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
}
