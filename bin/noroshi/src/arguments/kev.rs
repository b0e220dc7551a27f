use super::Json;
use clap::Subcommand;
use noroshi_kernel::observable::Port;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Kev {
    /// Bring in the catalogue as CISA publishes it, JSON or CSV; what is broken is set aside, and the exit code is 3
    Import {
        #[command(flatten)]
        json: Json,
        /// The files
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// List entries: what fits best first, or the latest first
    List {
        /// A service whose entries are wanted: tcp/445
        #[arg(long, value_name = "SERVICE")]
        port: Vec<Port>,
        /// Words that are wanted, for example "SQL Server"
        #[arg(long, value_name = "WORDS")]
        words: Vec<String>,
        /// How many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        #[command(flatten)]
        json: Json,
    },
    /// List the files that were brought in, with what became of their entries
    History(Json),
}
