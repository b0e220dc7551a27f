//! `noroshi key`

use super::Json;
use clap::Subcommand;
use std::path::PathBuf;

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
