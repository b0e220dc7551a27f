//! `noroshi brand` and `noroshi desk`

use super::Json;
use clap::{Subcommand, ValueEnum};
use noroshi_kernel::tlp::Tlp;
use std::path::PathBuf;

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
