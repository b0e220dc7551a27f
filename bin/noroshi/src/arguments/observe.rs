//! `noroshi observe`

use super::{Json, Share};
use clap::{Subcommand, ValueEnum, builder::NonEmptyStringValueParser};
use jiff::{Timestamp, civil};
use noroshi_kernel::{
    language::Language,
    moment::{Moment, Zone},
};
use noroshi_observation::{
    ask::{NoSelection, Selection},
    series, top,
};
use std::{path::PathBuf, str::FromStr};

#[derive(Debug, Subcommand)]
pub(crate) enum Observe {
    /// Manage the keys by which partner teams and researchers are given observations
    #[command(subcommand)]
    Share(Share),
    /// Bring in captures (pcap or pcapng, also .gz and .zst) as what a sensor saw
    ///
    /// An unknown sensor is registered. It watched from a capture's first packet to its last. A capture counts whole or not at all; the same
    /// bytes again for the same sensor change nothing.
    Import {
        /// The sensor's name
        #[arg(long, value_name = "NAME")]
        sensor: String,
        #[command(flatten)]
        json: Json,
        /// The captures
        #[arg(required = true, value_name = "PCAP")]
        paths: Vec<PathBuf>,
    },
    /// Count the sums by hour and day anew, from the packets that are there
    Recount,
    /// Rank what was seen most
    Top {
        /// By what
        #[arg(long, value_enum)]
        by: By,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        window: Window,
        /// How many rows
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        #[command(flatten)]
        json: Json,
    },
    /// Count packets, bucket by bucket: all, or those of a port, a country and so on
    Series {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        window: Window,
        /// How long a bucket is
        #[arg(long, value_enum, default_value = "day")]
        bucket: Bucket,
        #[command(flatten)]
        json: Json,
    },
    /// Tell who sent packets, and what each source did
    Sources {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        window: Window,
        /// How many sources
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        json: Json,
    },
    /// Draw packets of each sensor through time, to an SVG file
    ///
    /// Draws what is given by --key, each as a line, or the ranks of what was seen most, for example --by port --ranks 1-5.
    Graph(Graph),
    /// Look for rises: services that are asked for more than in the weeks before
    ///
    /// Judges the 24 hours that end with an hour; `serve` does so every hour. What is found is kept once and waits on the page of rises.
    Detect {
        /// With which hour they end [default: the last whole one]
        #[arg(long, value_name = "TIME")]
        at: Option<When>,
        /// From here on every sixth hour is judged, too
        #[arg(long, value_name = "TIME")]
        since: Option<When>,
        #[command(flatten)]
        json: Json,
    },
    /// Say which scanners are known research: no drafts of incidents are made of them
    #[command(subcommand)]
    Researcher(Researcher),
    /// Ask packets in SQL: one SELECT over the tables packets and sensors, read-only and within limits
    ///
    /// Columns of packets are told in the manual, under "Packets as files"; sensors has sensor (its number), name, organisation, region,
    /// sensor_country and addresses. Two functions help: address(source_v4, source_v6) shows an address as text,
    /// ipv4('192.0.2.1') makes a number of one.
    Sql {
        /// The SELECT
        #[arg(value_name = "SELECT")]
        sql: String,
        /// Only packets of this time are in the table: from when on [default: all]
        #[arg(long, value_name = "TIME", requires = "to")]
        from: Option<When>,
        /// Until when
        #[arg(long, value_name = "TIME", requires = "from")]
        to: Option<When>,
        #[command(flatten)]
        json: Json,
    },
}

/// `noroshi observe researcher`
#[derive(Debug, Subcommand)]
pub(crate) enum Researcher {
    /// Add a network from which research scans come
    Add {
        /// The network or address: 192.0.2.0/24
        #[arg(value_name = "NETWORK")]
        network: String,
        /// Who scans from there
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Remove one
    Remove {
        /// The network as it was added
        #[arg(value_name = "NETWORK")]
        network: String,
    },
    /// List them
    List,
}

/// A graph.
#[derive(Debug, clap::Args)]
pub(crate) struct Graph {
    /// The file; .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// What is drawn
    #[arg(long, value_enum, default_value = "lines")]
    pub(crate) show: Show,
    /// By what packets are ranked, port if nothing else is said; of lines and weeks
    #[arg(long, value_enum)]
    pub(crate) by: Option<By>,
    /// Which ranks are drawn: at most five lines; of a heat map at most twenty rows, 1-20 if nothing else is said
    #[arg(long, value_name = "FIRST-LAST")]
    pub(crate) ranks: Option<Ranks>,
    /// What is drawn instead of ranks, for example tcp/22 or JP; may be given up to five times
    #[arg(long, value_name = "KEY", conflicts_with = "ranks")]
    pub(crate) key: Vec<String>,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) window: Window,
    /// How long a bucket is, a day if nothing else is said; of a heat map always a week
    #[arg(long, value_enum)]
    pub(crate) bucket: Option<Bucket>,
    /// The language of its words
    #[arg(long, default_value = "ja")]
    pub(crate) lang: Language,
}

/// Which packets.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Those sent to this: tcp/445, udp/53, icmp/8 (a type), ip/47 (a protocol's number), icmp (all of it)
    #[arg(long, value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    port: Option<String>,
    /// Those from here: JP, home, abroad or unknown
    #[arg(long, value_name = "COUNTRY", value_parser = NonEmptyStringValueParser::new())]
    country: Option<String>,
    /// Those with the marks of this tool: zmap, masscan, mirai or unknown
    #[arg(long, value_name = "TOOL", value_parser = NonEmptyStringValueParser::new())]
    tool: Option<String>,
    /// Those from this network or address: 192.0.2.0/24
    #[arg(long, value_name = "NETWORK", value_parser = NonEmptyStringValueParser::new())]
    network: Option<String>,
    /// Those that these sensors saw: all, home, abroad, region:NAME or a sensor's name
    #[arg(long, value_name = "SENSORS", value_parser = NonEmptyStringValueParser::new())]
    sensors: Option<String>,
}

impl Which {
    /// The selection that it says.
    pub(crate) fn selection(&self) -> Result<Selection, NoSelection> {
        let mut selection = Selection::default();
        let fields = [("port", &self.port), ("country", &self.country), ("tool", &self.tool), ("network", &self.network), ("sensors", &self.sensors)];
        for (field, text) in fields {
            if let Some(text) = text {
                selection.take(field, text)?;
            }
        }
        Ok(selection)
    }
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Ranks or keys, each a line through time
    Lines,
    /// How many distinct sources sent what is selected, through time
    Distinct,
    /// Ranks by weeks, as a heat map
    Weeks,
    /// Sources at home beside those abroad
    Origins,
    /// What sensors at home saw beside what those abroad did
    Sides,
}

/// Ranks from one to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranks {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

impl FromStr for Ranks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (1 <= first && first <= last && last < first + 20 && last <= 100).then_some(Self { first, last })
        };
        read().ok_or_else(|| "write it like 1-5 or 6-10: at most twenty ranks, five where lines are drawn, and none beyond 100".to_owned())
    }
}

/// From when until when.
#[derive(Debug, clap::Args)]
pub(crate) struct Window {
    /// From when on: 2026-11-01, 2026-11-01T09:00 (both in the team's zone) or with an offset, 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: When,
    /// Until when, which is not included
    #[arg(long, value_name = "TIME")]
    to: When,
}

impl Window {
    /// The window in a zone; what is wrong with it otherwise.
    pub(crate) fn within(&self, zone: &Zone) -> Result<(Moment, Moment), &'static str> {
        within(self.from, self.to, zone)
    }
}

/// What lies between two times in a zone; what is wrong with them otherwise.
pub(crate) fn within(from: When, to: When, zone: &Zone) -> Result<(Moment, Moment), &'static str> {
    match from.moment(zone).zip(to.moment(zone)) {
        Some((from, to)) if from < to => Ok((from, to)),
        Some(_) => Err("--to must be later than --from"),
        None => Err("--from or --to lies outside of what clocks can tell"),
    }
}

/// A time as it is typed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    Instant(Moment),
    Wall(civil::DateTime),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let instant = text.parse::<Timestamp>().ok().map(|at| Self::Instant(at.into()));
        let wall = || text.parse::<civil::DateTime>().ok().map(Self::Wall);
        instant.or_else(wall).ok_or_else(|| "write it like 2026-11-01, 2026-11-01T09:00 or 2026-11-01T00:00:00Z".to_owned())
    }
}

impl When {
    /// The moment in a zone; none beyond what clocks can tell.
    pub(crate) fn moment(self, zone: &Zone) -> Option<Moment> {
        match self {
            Self::Instant(moment) => Some(moment),
            Self::Wall(wall) => zone.moment(wall),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Port of TCP or UDP, type of ICMP, number of another protocol
    Port,
    /// Country of the source
    Country,
    /// Source address
    Source,
    /// Network of the source: /24 of IPv4, /48 of IPv6
    Network,
    /// Sensor
    Sensor,
    /// Tool whose marks a packet bears: a lower bound for each
    Tool,
}

impl From<By> for top::By {
    fn from(by: By) -> Self {
        match by {
            By::Port => Self::Port,
            By::Country => Self::Country,
            By::Source => Self::Source,
            By::Network => Self::Network,
            By::Sensor => Self::Sensor,
            By::Tool => Self::Tool,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bucket {
    /// An hour
    Hour,
    /// A day of the team's zone
    Day,
    /// A week from Monday on
    Week,
    /// A month
    Month,
}

impl From<Bucket> for series::Bucket {
    fn from(bucket: Bucket) -> Self {
        match bucket {
            Bucket::Hour => Self::Hour,
            Bucket::Day => Self::Day,
            Bucket::Week => Self::Week,
            Bucket::Month => Self::Month,
        }
    }
}
