//! Rollups: what years of packets come to, small enough for a database, so that pages need no engine.
//!
//! Every packet counts in one cell of each of these marginals; there is no cube, which would have as many cells as packets:
//!
//! | level | dimension | what it keeps |
//! |---|---|---|
//! | hour | service | packets by sensor, distinct sources; services that have no [name](named) here are added up as `other` |
//! | hour, day | country, sensor, tool, kind | the same |
//! | day | service | the same, every service by itself |
//! | day | service and country | the same, of services that have a name here |
//!
//! Hours and days are the team's: a day begins when its clock on the wall shows midnight. Cells add up file by file, each file once
//! ([`service::rollup`](crate::service::rollup)), and are equal to a recount whatever the order, as which services are named does not depend on
//! what came: there is a list.
//!
//! Beside the cells, which tell sensors and sources of one value at one time, stand [totals](Totals), which tell the packets of all values at one
//! time in one piece: ranks of a year read a dozen of them. And for services with a name, by country, [profiles](Profile) tell the hours of each
//! day: what is usual at an hour of the week is judged by them.

mod calendar;
mod code;
pub mod named;
mod packed;

pub(crate) use calendar::Calendar;
pub use packed::{HOURS, Profile};
pub(crate) use packed::{Profiles, Totals};

use crate::place::service_key;
use noroshi_lake::packets::{Country, Kind, Seen, Service, Tool};

/// How long a cell's span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// An hour of the team's clock.
    Hour,
    /// A day of the team's.
    Day,
    /// A month of the team's: of totals alone.
    Month,
}

impl Level {
    /// The number under which cells of this level are kept.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 2,
            Self::Month => 3,
        }
    }
}

/// By what packets are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Port, ICMP type, protocol.
    Service,
    /// The source's country.
    Country,
    /// Sensor.
    Sensor,
    /// Tool.
    Tool,
    /// Why a packet may have come.
    Kind,
    /// Service, and the source's country.
    ServiceCountry,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 6] = [Self::Service, Self::Country, Self::Sensor, Self::Tool, Self::Kind, Self::ServiceCountry];

    /// The number under which cells of this dimension are kept.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Service => 1,
            Self::Country => 2,
            Self::Sensor => 3,
            Self::Tool => 4,
            Self::Kind => 5,
            Self::ServiceCountry => 6,
        }
    }
}

/// Where a packet counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) level: Level,
    /// When its hour or day begins: microseconds since 1970.
    pub(crate) at: i64,
    pub(crate) value: Value,
}

/// What is counted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Value {
    /// `None`: services without a name here.
    Service(Option<Service>),
    Country(Option<Country>),
    Sensor(u32),
    Tool(Tool),
    Kind(Kind),
    ServiceCountry(Service, Option<Country>),
}

impl Place {
    /// Whether what counts here has a cell; what does not is in a day's profiles.
    pub(crate) const fn is_cell(self) -> bool {
        !matches!((self.level, self.value), (Level::Hour, Value::ServiceCountry(..)))
    }
}

impl Value {
    pub(crate) const fn dimension(self) -> Dimension {
        match self {
            Self::Service(_) => Dimension::Service,
            Self::Country(_) => Dimension::Country,
            Self::Sensor(_) => Dimension::Sensor,
            Self::Tool(_) => Dimension::Tool,
            Self::Kind(_) => Dimension::Kind,
            Self::ServiceCountry(..) => Dimension::ServiceCountry,
        }
    }

    /// The key under which its cell is kept.
    pub(crate) fn key(self) -> String {
        let country = |country: Option<Country>| country.map_or_else(|| "unknown".to_owned(), |country| country.as_str().to_owned());
        match self {
            Self::Service(service) => service.map_or_else(|| "other".to_owned(), service_key),
            Self::Country(of) => country(of),
            Self::Sensor(number) => number.to_string(),
            Self::Tool(tool) => tool.key().to_owned(),
            Self::Kind(kind) => kind.key().to_owned(),
            Self::ServiceCountry(service, of) => format!("{} {}", service_key(service), country(of)),
        }
    }
}

/// The cells in which a packet counts.
pub(crate) fn places(calendar: &mut Calendar, seen: &Seen, into: &mut Vec<Place>) {
    let (day, hour) = calendar.of(seen.at_ns);
    let named = named::is(seen.service).then_some(seen.service);
    let both = [Value::Country(seen.country), Value::Sensor(seen.sensor), Value::Tool(seen.tool), Value::Kind(seen.kind)];
    let mut put = |level, at, value| into.push(Place { level, at, value });
    put(Level::Hour, hour, Value::Service(named));
    put(Level::Day, day, Value::Service(Some(seen.service)));
    if let Some(service) = named {
        put(Level::Day, day, Value::ServiceCountry(service, seen.country));
        put(Level::Hour, hour, Value::ServiceCountry(service, seen.country));
    }
    for value in both {
        put(Level::Hour, hour, value);
        put(Level::Day, day, value);
    }
}
