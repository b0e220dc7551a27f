//! `noroshi intake`, `noroshi mapping` and `noroshi tray`: what comes in, how it is read, and what could not be

use super::Json;
use clap::Subcommand;
use noroshi_incident::service::import::Format;
use noroshi_mailroom::mapping;
use std::path::PathBuf;

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
