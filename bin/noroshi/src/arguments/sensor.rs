//! `noroshi sensor`

use super::Json;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Sensor {
    /// List the sensors
    List(Json),
    /// Enter a sensor into the registry, or change where it stands; prints a token by which it may enrol once
    Add {
        /// Its name
        name: String,
        /// The organisation that hosts it
        #[arg(long, default_value = "")]
        organisation: String,
        /// Its region, as your team divides the world
        #[arg(long, default_value = "")]
        region: String,
        /// Its country: two capital letters (ISO 3166-1), for example JP
        #[arg(long, default_value = "")]
        country: String,
        /// How many addresses it watches
        #[arg(long, default_value_t = 1)]
        addresses: i64,
        /// Make no token: the sensor is only there for captures, or enrolled already
        #[arg(long)]
        no_token: bool,
    },
    /// Make a new token for a sensor, which may enrol (again) by it once; earlier ones are of no use any more
    Token {
        /// Its name
        name: String,
    },
    /// Shut a sensor out at once. What it sent stays
    Revoke {
        /// Its name
        name: String,
    },
}
