//! `noroshi incident` and `noroshi scheme`

use super::Json;
use clap::Subcommand;
use noroshi_incident::{
    model::{Category, Number, schemes},
    selection::Standing,
};
use noroshi_kernel::period::Period;

#[derive(Debug, Subcommand)]
pub(crate) enum Scheme {
    /// List the counting schemes
    List(Json),
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

/// The key of a counting scheme that there is.
pub(super) fn scheme(text: &str) -> Result<String, String> {
    let keys: Vec<_> = schemes().iter().map(|scheme| scheme.key.as_str()).collect();
    if keys.contains(&text) { Ok(text.into()) } else { Err(format!("write one of {}; `noroshi scheme list` explains them", keys.join(", "))) }
}
