//! `noroshi observe share`

use super::Json;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Share {
    /// Make a key; it is printed now and never again
    Add {
        /// Whose it is
        name: String,
        /// A country (two capital letters) or a region of sensors whose packets are given; may be given more than once
        #[arg(long, value_name = "REGION", required_unless_present = "researcher")]
        region: Vec<String>,
        /// For a researcher: a sanitised set, of all sensors unless regions are named
        #[arg(long)]
        researcher: bool,
    },
    /// List the keys
    List(Json),
    /// End a key: it opens nothing any more
    End {
        /// Its name
        name: String,
    },
}
