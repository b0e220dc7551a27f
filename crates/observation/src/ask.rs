//! Which packets are asked for, and from where.

use crate::{NoService, ObservationError, Sensor, parse_service, service_key, watch::Watch};
use ipnet::IpNet;
use noroshi_directory::{Origin, organisation::Home};
use noroshi_kernel::{moment::Zone, reason::Reason};
use noroshi_lake::packets::{Among, Country, Filter, Service, Tool};
use std::{collections::BTreeSet, fmt, net::IpAddr, str::FromStr};

/// From where is asked: whose days they are, and which countries are at home.
#[derive(Clone, Copy, Debug)]
pub struct Standpoint<'a> {
    /// The zone of the team's days.
    pub zone: &'a Zone,
    /// The countries that are home.
    pub home: &'a Home,
}

/// Which sensors are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sensors {
    /// Every one.
    #[default]
    All,
    /// Those at home.
    Home,
    /// Those abroad.
    Abroad,
    /// Those of a region.
    Region(String),
    /// One.
    Named(String),
    /// Those of some numbers, of which there may be none.
    Numbered(BTreeSet<u32>),
}

/// Where sources are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Countries {
    /// Anywhere.
    #[default]
    Any,
    /// In one country; `None` is an unknown one.
    One(Option<Country>),
    /// At home.
    Home,
    /// Anywhere else, known or not.
    Abroad,
}

/// Which packets are asked for: those that fit everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// To what they were sent.
    pub service: Option<Service>,
    /// From where.
    pub countries: Countries,
    /// Whose marks they bear.
    pub tool: Option<Tool>,
    /// From which network.
    pub network: Option<IpNet>,
    /// Who saw them.
    pub sensors: Sensors,
}

/// A selection's text that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct NoSelection(pub Reason);

impl From<NoService> for NoSelection {
    fn from(error: NoService) -> Self {
        Self(error.into())
    }
}

impl Selection {
    /// One service, from anywhere.
    #[must_use]
    pub fn of(service: Service) -> Self {
        Self { service: Some(service), ..Self::default() }
    }

    /// As fields of a link or a form: `port`, `country`, `tool`, `network`, `sensors`; what is not set is left out.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        fields.extend(self.service.map(|service| ("port", service_key(service).trim_end_matches("/-").to_owned())));
        fields.extend((self.countries != Countries::Any).then(|| ("country", self.countries.to_string())));
        fields.extend(self.tool.map(|tool| ("tool", tool.key().to_owned())));
        fields.extend(self.network.map(|network| ("network", network.to_string())));
        fields.extend((self.sensors != Sensors::All).then(|| ("sensors", self.sensors.to_string())));
        fields
    }

    /// Takes one of [`fields`](Self::fields) up; an empty text sets nothing. Gives whether there is a field of that name.
    ///
    /// # Errors
    /// [`NoSelection`] when the text is none of the field's.
    pub fn take(&mut self, field: &str, text: &str) -> Result<bool, NoSelection> {
        let text = text.trim();
        match field {
            "port" | "country" | "tool" | "network" | "sensors" if text.is_empty() => {}
            "port" => self.service = Some(parse_service(text)?),
            "country" => self.countries = text.parse()?,
            "tool" => self.tool = Some(parse_tool(text)?),
            "network" => self.network = Some(parse_network(text)?),
            "sensors" => self.sensors = text.parse()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What a series of these packets is called: `tcp/22 JP`, `all`; sensors are not part of it.
    #[must_use]
    pub fn name(&self) -> String {
        let mut parts: Vec<String> = self.fields().into_iter().filter(|(field, _)| *field != "sensors").map(|(_, text)| text).collect();
        if parts.is_empty() {
            parts.push("all".into());
        }
        parts.join(" ")
    }
}

/// Reads a tool's name.
///
/// # Errors
/// [`NoSelection`] when there is no such tool.
pub fn parse_tool(text: &str) -> Result<Tool, NoSelection> {
    Tool::ALL.into_iter().find(|tool| tool.key() == text).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        NoSelection(Reason::new(
            "no-tool",
            format!("「{text}」というツールはありません。zmap、masscan、mirai、unknown のいずれかにしてください。"),
            format!("there is no tool {text:?}; write zmap, masscan, mirai or unknown"),
        ))
    })
}

/// Reads a network, or one address.
///
/// # Errors
/// [`NoSelection`] when it is neither.
pub fn parse_network(text: &str) -> Result<IpNet, NoSelection> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    network.map(|network| network.trunc()).ok_or_else(|| {
        let text: String = text.chars().take(60).collect();
        NoSelection(Reason::new(
            "no-network",
            format!("「{text}」はネットワークとして読めません。192.0.2.0/24 や 2001:db8::/48 のように書いてください。"),
            format!("{text:?} is no network; write for example 192.0.2.0/24 or 2001:db8::/48"),
        ))
    })
}

impl FromStr for Countries {
    type Err = NoSelection;

    fn from_str(text: &str) -> Result<Self, NoSelection> {
        match text {
            "home" => return Ok(Self::Home),
            "abroad" => return Ok(Self::Abroad),
            "unknown" => return Ok(Self::One(None)),
            _ => {}
        }
        let letters: Option<[u8; 2]> = text.to_ascii_uppercase().as_bytes().try_into().ok();
        letters.and_then(Country::new).map(|country| Self::One(Some(country))).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            NoSelection(Reason::new(
                "no-country",
                format!("「{text}」は国として読めません。JP のような 2 文字か、home（国内）、abroad（国外）、unknown（不明）と書いてください。"),
                format!("{text:?} is no country; write two letters like JP, or home, abroad or unknown"),
            ))
        })
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::One(country) => out.write_str(country.as_ref().map_or("unknown", Country::as_str)),
            Self::Home => out.write_str("home"),
            Self::Abroad => out.write_str("abroad"),
        }
    }
}

impl FromStr for Sensors {
    type Err = NoSelection;

    fn from_str(text: &str) -> Result<Self, NoSelection> {
        if text.chars().count() > 200 {
            return Err(NoSelection(Reason::new("no-sensors", "センサーの指定が長すぎます。", "the sensors' name is too long")));
        }
        Ok(match text {
            "all" | "" => Self::All,
            "home" => Self::Home,
            "abroad" => Self::Abroad,
            _ => match (text.strip_prefix("region:"), text.strip_prefix("numbers:")) {
                (Some(region), _) => Self::Region(region.into()),
                (None, Some(numbers)) => {
                    Self::Numbered(numbers.split(',').filter(|number| !number.is_empty()).map(str::parse).collect::<Result<_, _>>().map_err(|_| no_numbers())?)
                }
                (None, None) => Self::Named(text.into()),
            },
        })
    }
}

fn no_numbers() -> NoSelection {
    NoSelection(Reason::new("no-sensors", "センサーの番号は numbers:1,2 のように書いてください。", "write the numbers of sensors like numbers:1,2"))
}

impl fmt::Display for Sensors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => out.write_str("all"),
            Self::Home => out.write_str("home"),
            Self::Abroad => out.write_str("abroad"),
            Self::Region(region) => write!(out, "region:{region}"),
            Self::Named(name) => out.write_str(name),
            Self::Numbered(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
                write!(out, "numbers:{}", numbers.join(","))
            }
        }
    }
}

/// A selection with the sensors and countries that it comes to.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) selection: Selection,
    /// The numbers of its sensors; `None`: all.
    pub(crate) numbers: Option<BTreeSet<u32>>,
    /// Their ids.
    ids: BTreeSet<i64>,
    /// The countries that are home.
    pub(crate) home: Vec<Country>,
}

impl Chosen {
    /// # Errors
    /// [`ObservationError::Refused`] when no sensor is meant: a misspelt name should not look like silence.
    pub(crate) fn of(selection: &Selection, standpoint: Standpoint<'_>, known: &[Sensor]) -> Result<Self, ObservationError> {
        let is_meant = |sensor: &&Sensor| match &selection.sensors {
            Sensors::All => true,
            Sensors::Home => standpoint.home.origin(&sensor.country) == Origin::Domestic,
            Sensors::Abroad => standpoint.home.origin(&sensor.country) == Origin::Foreign,
            Sensors::Region(region) => sensor.region == *region,
            Sensors::Named(name) => sensor.name == *name,
            Sensors::Numbered(numbers) => u32::try_from(sensor.number).is_ok_and(|number| numbers.contains(&number)),
        };
        let meant: Vec<&Sensor> = known.iter().filter(is_meant).collect();
        if meant.is_empty() && matches!(selection.sensors, Sensors::Region(_) | Sensors::Named(_)) {
            let text = selection.sensors.to_string();
            return Err(ObservationError::Refused(Reason::new(
                "no-sensor",
                format!("「{text}」というセンサーや地域はありません。"),
                format!("there is no sensor or region {text:?}; noroshi sensor list names them"),
            )));
        }
        let all = selection.sensors == Sensors::All;
        Ok(Self {
            numbers: (!all).then(|| meant.iter().filter_map(|sensor| sensor.number.try_into().ok()).collect()),
            ids: meant.iter().map(|sensor| sensor.id).collect(),
            home: standpoint.home.countries.iter().filter_map(|country| Country::new(country.as_bytes().try_into().ok()?)).collect(),
            selection: selection.clone(),
        })
    }

    /// Its packets of a window (microseconds).
    pub(crate) fn filter(&self, from: i64, to: i64) -> Filter {
        let home = || self.home.iter().copied().map(Some).collect();
        Filter {
            from_ns: Some(from.saturating_mul(1_000)),
            to_ns: Some(to.saturating_mul(1_000)),
            service: self.selection.service,
            countries: match self.selection.countries {
                Countries::Any => None,
                Countries::One(country) => Some(Among { values: vec![country], are_wanted: true }),
                Countries::Home => Some(Among { values: home(), are_wanted: true }),
                Countries::Abroad => Some(Among { values: home(), are_wanted: false }),
            },
            sensors: self.numbers.as_ref().map(|numbers| Among { values: numbers.iter().copied().collect(), are_wanted: true }),
            tool: self.selection.tool,
            network: self.selection.network,
            sources: None,
        }
    }

    /// The services that are meant, where they can be named one by one: of ICMP its types.
    pub(crate) fn services(&self) -> Option<Vec<Service>> {
        match self.selection.service? {
            Service::Protocol(6 | 17) => None,
            all @ Service::Protocol(protocol @ (1 | 58)) => Some((0..=u8::MAX).map(|kind| Service::Icmp { protocol, kind }).chain([all]).collect()),
            one => Some(vec![one]),
        }
    }

    /// Whether a country is meant.
    pub(crate) fn has_country(&self, country: Option<Country>) -> bool {
        let is_home = country.is_some_and(|country| self.home.contains(&country));
        match self.selection.countries {
            Countries::Any => true,
            Countries::One(one) => one == country,
            Countries::Home => is_home,
            Countries::Abroad => !is_home,
        }
    }

    /// The countries that are meant, where they can be named one by one.
    pub(crate) fn countries(&self, countries: Countries) -> Option<Vec<Option<Country>>> {
        match countries {
            Countries::One(country) => Some(vec![country]),
            Countries::Home => Some(self.home.iter().copied().map(Some).collect()),
            Countries::Any | Countries::Abroad => None,
        }
    }

    /// The spans in which its sensors watched.
    pub(crate) fn watches(&self, watches: Vec<Watch>) -> Vec<Watch> {
        if self.numbers.is_none() { watches } else { watches.into_iter().filter(|watch| self.ids.contains(&watch.sensor)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn selection(fields: &[(&str, &str)]) -> Result<Selection, NoSelection> {
        let mut selection = Selection::default();
        for (field, text) in fields {
            assert!(selection.take(field, text)?, "{field}");
        }
        Ok(selection)
    }

    #[test]
    fn selections_come_back_from_their_fields() {
        for fields in [
            &[][..],
            &[("port", "tcp/22")],
            &[("port", "icmp/8"), ("country", "JP")],
            &[("port", "icmp")],
            &[("country", "unknown"), ("tool", "zmap"), ("network", "192.0.2.0/24"), ("sensors", "home")],
            &[("country", "home"), ("sensors", "region:Kanto")],
            &[("country", "abroad"), ("network", "2001:db8::/48"), ("sensors", "north")],
            &[("sensors", "numbers:1,20")],
        ] {
            let read = selection(fields).unwrap();
            assert_eq!(read.fields().iter().map(|(field, text)| (*field, text.as_str())).collect::<Vec<_>>(), fields);
        }
        assert_eq!(selection(&[("port", " "), ("sensors", "all")]).unwrap(), Selection::default());
        assert_eq!(selection(&[("network", "192.0.2.7")]).unwrap().network.unwrap().to_string(), "192.0.2.7/32");
        assert!(!Selection::default().take("colour", "red").unwrap());
        for (field, text) in [("port", "445"), ("country", "Japan"), ("tool", "nmap"), ("network", "192.0.2.0/40"), ("sensors", &"x".repeat(201))] {
            assert!(selection(&[(field, text)]).is_err(), "{field} {text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(field in "port|country|tool|network|sensors", text in ".{0,40}") {
            if let Ok(read) = selection(&[(field.as_str(), text.as_str())]) {
                let again: Vec<(&str, String)> = read.fields();
                let again: Vec<(&str, &str)> = again.iter().map(|(field, text)| (*field, text.as_str())).collect();
                prop_assert_eq!(selection(&again).unwrap(), read);
            }
        }
    }
}
