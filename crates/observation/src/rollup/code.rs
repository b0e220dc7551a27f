//! Values as numbers, and read back from the keys of cells.

use super::{Dimension, Value};
use crate::place;
use noroshi_lake::packets::{Country, Kind, Service, Tool};

/// Bits of a country within the number of a service and a country.
const COUNTRY_BITS: u32 = 16;

impl Value {
    /// A number that is the value's within its dimension. Totals that are stored hold it: this never changes.
    pub(crate) fn code(self) -> u64 {
        match self {
            Self::Service(service) => service.map_or(0, of_service),
            Self::Country(country) => of_country(country),
            Self::Sensor(number) => u64::from(number),
            Self::Tool(tool) => place_of(&Tool::ALL, &tool),
            Self::Kind(kind) => place_of(&Kind::ALL, &kind),
            Self::ServiceCountry(service, country) => of_service(service) << COUNTRY_BITS | of_country(country),
        }
    }

    /// The value of a number; `None` for a number that is none's.
    pub(crate) fn of_code(dimension: Dimension, code: u64) -> Option<Self> {
        Some(match dimension {
            Dimension::Service if code == 0 => Self::Service(None),
            Dimension::Service => Self::Service(Some(service(code)?)),
            Dimension::Country => Self::Country(country(code)?),
            Dimension::Sensor => Self::Sensor(code.try_into().ok()?),
            Dimension::Tool => Self::Tool(*Tool::ALL.get(usize::try_from(code).ok()?)?),
            Dimension::Kind => Self::Kind(*Kind::ALL.get(usize::try_from(code).ok()?)?),
            Dimension::ServiceCountry => Self::ServiceCountry(service(code >> COUNTRY_BITS)?, country(code & ((1 << COUNTRY_BITS) - 1))?),
        })
    }

    /// The value of a cell's key.
    pub(crate) fn of_key(dimension: Dimension, key: &str) -> Option<Self> {
        let country = |text: &str| (text == "unknown").then_some(None).or_else(|| Some(Some(Country::new(text.as_bytes().try_into().ok()?)?)));
        Some(match dimension {
            Dimension::Service if key == "other" => Self::Service(None),
            Dimension::Service => Self::Service(Some(place::service_of_key(key)?)),
            Dimension::Country => Self::Country(country(key)?),
            Dimension::Sensor => Self::Sensor(key.parse().ok()?),
            Dimension::Tool => Self::Tool(Tool::ALL.into_iter().find(|tool| tool.key() == key)?),
            Dimension::Kind => Self::Kind(Kind::ALL.into_iter().find(|kind| kind.key() == key)?),
            Dimension::ServiceCountry => {
                let (service, of) = key.split_once(' ')?;
                Self::ServiceCountry(place::service_of_key(service)?, country(of)?)
            }
        })
    }
}

fn place_of<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().position(|known| known == one).unwrap_or_default() as u64
}

fn of_service(service: Service) -> u64 {
    match service {
        Service::Port { protocol, port } => 1 << 32 | u64::from(protocol) << 16 | u64::from(port),
        Service::Icmp { protocol, kind } => 2 << 32 | u64::from(protocol) << 16 | u64::from(kind),
        Service::Protocol(protocol) => 3 << 32 | u64::from(protocol) << 16,
    }
}

fn service(code: u64) -> Option<Service> {
    let (protocol, number) = (u8::try_from(code >> 16 & 0xffff).ok()?, u16::try_from(code & 0xffff).ok()?);
    match code >> 32 {
        1 => Some(Service::Port { protocol, port: number }),
        2 => Some(Service::Icmp { protocol, kind: number.try_into().ok()? }),
        3 if number == 0 => Some(Service::Protocol(protocol)),
        _ => None,
    }
}

/// 0 for an unknown one, which no two letters are.
fn of_country(country: Option<Country>) -> u64 {
    country.map_or(0, |country| country.as_str().bytes().fold(0, |code, letter| code << 8 | u64::from(letter)))
}

fn country(code: u64) -> Option<Option<Country>> {
    let [first, second] = u16::try_from(code).ok()?.to_be_bytes();
    if code == 0 { Some(None) } else { Country::new([first, second]).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn services() -> impl Strategy<Value = Service> {
        prop_oneof![
            (any::<u8>().prop_filter("ports", |protocol| ![1, 58].contains(protocol)), any::<u16>())
                .prop_map(|(protocol, port)| Service::Port { protocol, port }),
            (prop_oneof![Just(1), Just(58)], any::<u8>()).prop_map(|(protocol, kind)| Service::Icmp { protocol, kind }),
            any::<u8>().prop_map(Service::Protocol),
        ]
    }

    fn countries() -> impl Strategy<Value = Option<Country>> {
        prop::option::of(prop::array::uniform2(b'A'..=b'Z').prop_map(|letters| Country::new(letters).unwrap()))
    }

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            prop::option::of(services()).prop_map(Value::Service),
            countries().prop_map(Value::Country),
            any::<u32>().prop_map(Value::Sensor),
            prop::sample::select(&Tool::ALL[..]).prop_map(Value::Tool),
            prop::sample::select(&Kind::ALL[..]).prop_map(Value::Kind),
            (services(), countries()).prop_map(|(service, country)| Value::ServiceCountry(service, country)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn values_come_back(value in values()) {
            prop_assert_eq!(Value::of_code(value.dimension(), value.code()), Some(value));
            prop_assert_eq!(Value::of_key(value.dimension(), &value.key()), Some(value));
        }

        #[test]
        fn numbers_are_of_one_value(code in any::<u64>(), key in ".{0,20}") {
            for dimension in Dimension::ALL {
                if let Some(value) = Value::of_code(dimension, code) {
                    prop_assert_eq!(value.code(), code);
                }
                if let Some(value) = Value::of_key(dimension, &key) {
                    prop_assert_eq!(value.dimension(), dimension);
                }
            }
        }
    }
}
