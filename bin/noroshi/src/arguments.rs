//! What can be typed.

mod kev;
mod observe;
mod sensor;
mod share;

pub(crate) use kev::Kev;
pub(crate) use observe::{Graph, Observe, Ranks, Researcher, Show, When, Which, Window, within};
pub(crate) use sensor::Sensor;
pub(crate) use share::Share;

use clap::{Args, Parser, Subcommand, ValueEnum};
use noroshi_directory::token::Scope;
use noroshi_incident::{
    model::{Category, Number, schemes},
    selection::Standing,
    service::import::Format,
};
use noroshi_kernel::{access::Role, language::Language, period::Period, tlp::Tlp};
use noroshi_mailroom::mapping;
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
pub(crate) struct Publish {
    /// The directory [default: site.directory in the configuration]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Of another Monday: 2024-03-04
    #[arg(long, value_name = "DATE")]
    pub(crate) monday: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub(crate) json: Json,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Add an account; a password is made and printed, unless --password-stdin gives one
    Add {
        /// What the person types to sign in
        name: String,
        /// What the person is there for: handler, analyst, coordinator, editor or administrator; may be given more than once
        #[arg(long, required = true)]
        role: Vec<Role>,
        /// What others see [default: the name]
        #[arg(long)]
        display_name: Option<String>,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Keep somebody from signing in, and end the sessions that are open
    Disable {
        /// The account's name
        name: String,
    },
    /// Let somebody sign in again
    Enable {
        /// The account's name
        name: String,
    },
    /// Let somebody who has to wait after failed tries sign in again at once
    Unlock {
        /// The account's name
        name: String,
    },
    /// Give an account a new password and end the sessions that are open; it is made and printed, unless --password-stdin gives one
    Password {
        /// The account's name
        name: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the accounts
    List(Json),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// List the keys with what they are worth today
    List(Json),
    /// Make a key for the team, Ed25519 and X25519; its fingerprint is printed
    Make {
        /// Whose key it is, for example "Example CSIRT"
        #[arg(long)]
        name: String,
        /// The mail address to which others encrypt
        #[arg(long)]
        address: String,
        /// The desk that it serves, for example incident [default: the whole team]
        #[arg(long, value_name = "KEY", default_value = "", hide_default_value = true)]
        desk: String,
        /// After how long it expires, in days, months of 30 days or years of 365: 90d, 18m, 2y [default: it does not]
        #[arg(long, value_name = "TIME", value_parser = lifetime)]
        expires: Option<i64>,
    },
    /// Bring in public keys of others, several in a file too; what cannot be used is set aside, and the exit code is 3. Nothing is trusted by it
    Import {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The files are secret keys of the team, one each; letters that could not be opened are read again
        #[arg(long)]
        secret: bool,
        /// With --secret: the desk that they serve [default: the whole team]
        #[arg(long, value_name = "KEY", default_value = "", hide_default_value = true, requires = "secret")]
        desk: String,
        /// With --secret: read the passphrase that unlocks them from the first line of standard input
        #[arg(long, requires = "secret")]
        passphrase_stdin: bool,
        /// With --secret: read the passphrase that unlocks them from the first line of this file
        #[arg(long, value_name = "FILE", requires = "secret", conflicts_with = "passphrase_stdin")]
        passphrase_file: Option<PathBuf>,
    },
    /// Write public keys in armour
    Export {
        /// The key's fingerprint [default: the team's keys that are in use]
        fingerprint: Option<String>,
        /// The file in which they are written [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Note that you made sure that a key is its owner's
    Verify {
        /// The key's fingerprint, all of it
        fingerprint: String,
        /// How, for example "fingerprint compared by telephone"
        #[arg(long, value_name = "TEXT")]
        how: String,
    },
    /// Retire a key of the team: it signs no more, and letters to it can still be opened
    Retire {
        /// The key's fingerprint
        fingerprint: String,
    },
    /// Remove a key of somebody else
    Remove {
        /// The key's fingerprint
        fingerprint: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is printed, and kept nowhere
    Make {
        /// Its name: the program that uses it
        name: String,
        /// What it may be used for: report
        #[arg(long)]
        scope: Scope,
        /// The desk to which it reports, by its key [default: each report names one]
        #[arg(long, value_name = "KEY")]
        desk: Option<String>,
    },
    /// List the tokens
    List(Json),
    /// Revoke a token: from now on it opens nothing
    Revoke {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Brand {
    /// Bring in brands that are not there yet, from CSV with the columns key,name_ja,name_en,origin,country,sector,aliases; a wrong row changes nothing and is named, and the exit code is 3
    Import {
        /// The file; without one, the table that noroshi ships
        file: Option<PathBuf>,
    },
    /// List the brands
    List(Json),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answer {
    /// It does
    Yes,
    /// It does not
    No,
}

impl Answer {
    pub(crate) const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Desk {
    /// List the desks
    List(Json),
    /// Change a desk; what is not given stays as it is
    Set {
        /// The desk's key: incident, ics, vulnerability or office
        key: String,
        /// Its mail address; an empty one takes it away
        #[arg(long)]
        address: Option<String>,
        /// Whether it acknowledges by itself what people send to it
        #[arg(long, value_name = "yes|no", hide_possible_values = true)]
        acknowledges: Option<Answer>,
        /// Whether the public form offers it
        #[arg(long, value_name = "yes|no", hide_possible_values = true)]
        form: Option<Answer>,
        /// The TLP label of its new threads, for example TLP:AMBER
        #[arg(long, value_name = "LABEL")]
        tlp: Option<Tlp>,
        /// The fingerprint of the team's key that it uses; `none` leaves the choice to the team's rule
        #[arg(long, value_name = "FINGERPRINT")]
        openpgp: Option<String>,
        /// What it is called in Japanese
        #[arg(long, value_name = "NAME")]
        name_ja: Option<String>,
        /// What it is called in English
        #[arg(long, value_name = "NAME")]
        name_en: Option<String>,
    },
    /// Say who works at a desk, in place of those who did; without accounts, nobody
    Staff {
        /// The desk's key
        key: String,
        /// The accounts' names
        #[arg(value_name = "ACCOUNT")]
        accounts: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Scheme {
    /// List the counting schemes
    List(Json),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Intake {
    /// Take one letter from standard input, as a mail server pipes it in. Exit code 75 asks the server to try again later, 65 says
    /// that nothing was piped in
    Mail {
        /// The address for which the server delivers it (Postfix: ${original_recipient}); says at which desk it stands
        #[arg(long, value_name = "ADDRESS")]
        recipient: Option<String>,
        /// The envelope's sender (Postfix: ${sender}), empty for the null path, where the server writes no Return-Path itself; an
        /// acknowledgement goes there
        #[arg(long, value_name = "ADDRESS")]
        sender: Option<String>,
    },
    /// Import files; what cannot be read goes to the tray with its reason, and the exit code is 3
    Import {
        /// The files' format: eml, mbox, maildir (folders too), arf, xarf, shadowserver, iodef, phishurl, csv or json
        #[arg(long)]
        format: Format,
        /// The saved mapping by which csv and json are read; `noroshi mapping list` names them
        #[arg(long, value_name = "NAME")]
        mapping: Option<String>,
        #[command(flatten)]
        json: Json,
        /// The files
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mapping {
    /// List the mappings
    List(Json),
    /// Print a mapping's definition, ready to be edited and set again
    Show {
        /// The mapping's name
        name: String,
        /// Print everything about it as JSON, with its earlier versions
        #[command(flatten)]
        json: Json,
    },
    /// Save a mapping; one that is there gets a new version
    Set {
        /// The mapping's name: a-z, 0-9, - and _
        name: String,
        /// What it reads: csv or json
        #[arg(long)]
        format: mapping::Format,
        /// What a row is, in Japanese [default: as it was]
        #[arg(long, value_name = "TEXT")]
        about_ja: Option<String>,
        /// What a row is, in English [default: as it was]
        #[arg(long, value_name = "TEXT")]
        about_en: Option<String>,
        /// The file with the definition as JSON
        file: PathBuf,
    },
    /// Print a definition for a file of CSV or JSON, by what its columns or members are called; look at it before it is set
    Suggest {
        /// The file
        file: PathBuf,
    },
    /// Remove a mapping from use; what it read stays, and so do its versions
    Remove {
        /// The mapping's name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tray {
    /// List what waits for a person, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        /// After how many
        #[arg(long, default_value_t = 0)]
        skip: u32,
        #[command(flatten)]
        json: Json,
    },
    /// Show one entry with its raw bytes
    Show {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        json: Json,
    },
    /// Read entries again by the mappings as they are now; what still cannot be read is named, and the exit code is 3
    Retry {
        /// Their numbers in the list
        #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "ID")]
        ids: Vec<i64>,
        /// Every entry that waits
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Close an entry in which there is nothing to report
    Close {
        /// Its number in the list
        id: i64,
        /// Why there is nothing to report
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// List incidents, latest first
    List {
        /// Only those that a figure of this period counts, for example 2013Q4, 2013-12, FY2013, 12m@2007-03
        #[arg(long)]
        period: Option<Period>,
        /// Only this category
        #[arg(long)]
        category: Option<Category>,
        /// Only this state: open (not closed), new, coordinating or closed
        #[arg(long)]
        state: Option<Standing>,
        /// Only those that hold all these words
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// After how many
        #[arg(long, default_value_t = 0)]
        skip: u32,
        #[command(flatten)]
        json: Json,
    },
    /// Show one incident with all that happened
    Show {
        /// Its number, for example 2013-04412
        number: Number,
        #[command(flatten)]
        json: Json,
    },
    /// Count the incidents, reports and coordinations of a period
    Stats {
        /// The period, for example 2013Q4, 2013-12, 2013, FY2013, FY2013Q3, 12m@2007-03
        #[arg(long)]
        period: Period,
        /// The counting scheme [default: the latest that had begun when the period began]
        #[arg(long, value_parser = scheme)]
        scheme: Option<String>,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportKind {
    /// Incident reports and coordination
    Incident,
    /// What sensors received unasked
    Observation,
}

impl ReportKind {
    /// How files, desks and keys name it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Observation => "observation",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page that stands by itself
    Html,
    /// Pages of A4, with the system's fonts
    Pdf,
    /// Plain text, 72 columns wide
    Text,
    /// Every figure with its query
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The period, for example 2013Q4
    #[arg(long)]
    pub(crate) period: Period,
    /// What it reports on
    #[arg(long, value_enum)]
    pub(crate) kind: ReportKind,
    /// The language: ja or en
    #[arg(long, default_value = "ja")]
    pub(crate) lang: Language,
    /// How it is written
    #[arg(long, value_enum, default_value = "html")]
    pub(crate) format: ReportFormat,
    /// The counting scheme [default: each period's own]
    #[arg(long, value_parser = scheme)]
    pub(crate) scheme: Option<String>,
    /// The directory in which it is written [default: standard output]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Sign it in the clear with the team's OpenPGP key; for --format text
    #[arg(long)]
    pub(crate) sign: bool,
}

/// A lifetime in days.
fn lifetime(text: &str) -> Result<i64, String> {
    let wrong = || "write a number with d, m or y behind it, at most 50 years, for example 90d, 18m or 2y".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let days = match unit {
        "d" => 1,
        "m" => 30,
        "y" => 365,
        _ => return Err(wrong()),
    };
    number.parse::<u16>().ok().map(|number| i64::from(number) * days).filter(|days| (1..=50 * 365).contains(days)).ok_or_else(wrong)
}

/// The key of a counting scheme that there is.
fn scheme(text: &str) -> Result<String, String> {
    let keys: Vec<_> = schemes().iter().map(|scheme| scheme.key.as_str()).collect();
    if keys.contains(&text) { Ok(text.into()) } else { Err(format!("write one of {}; `noroshi scheme list` explains them", keys.join(", "))) }
}
