//! Databases in MaxMind's format are flattened to what looking up one by one gives.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "a test ends where it is surprised")]

use noroshi_observation::geography::Geography;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A value of MaxMind DB's data section (its specification, version 2.0).
enum Value<'a> {
    Text(&'a str),
    /// Unsigned: of 16, 32 or 64 bits.
    U16(u16),
    U32(u32),
    U64(u64),
    Map(&'a [(&'a str, Value<'a>)]),
    Texts,
}

fn put(value: &Value<'_>, into: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            into.push(2 << 5 | text.len() as u8);
            into.extend(text.as_bytes());
        }
        Value::U16(number) => {
            into.push(5 << 5 | 2);
            into.extend(number.to_be_bytes());
        }
        Value::U32(number) => {
            into.push(6 << 5 | 4);
            into.extend(number.to_be_bytes());
        }
        // An extended type, 9.
        Value::U64(number) => {
            into.extend([8, 2]);
            into.extend(number.to_be_bytes());
        }
        Value::Map(pairs) => {
            into.push(7 << 5 | pairs.len() as u8);
            for (key, value) in *pairs {
                put(&Value::Text(key), into);
                put(value, into);
            }
        }
        // An empty array: an extended type, 11.
        Value::Texts => into.extend([0, 4]),
    }
}

/// A database of networks of IPv6 addresses (IPv4 lies under ::/96), each with a record.
fn database(networks: &[(u128, u8, Value<'_>)]) -> Vec<u8> {
    const EMPTY: u32 = u32::MAX;
    let (mut nodes, mut data): (Vec<[u32; 2]>, Vec<u8>) = (vec![[EMPTY; 2]], Vec::new());
    // References to data bear this bit until the number of nodes is known.
    const DATA: u32 = 1 << 30;
    for (address, bits, value) in networks {
        let reference = DATA | data.len() as u32;
        put(value, &mut data);
        let mut node = 0;
        for depth in 0..*bits {
            let side = (address >> (127 - depth) & 1) as usize;
            if depth + 1 == *bits {
                nodes[node][side] = reference;
            } else {
                if nodes[node][side] == EMPTY {
                    nodes[node][side] = nodes.len() as u32;
                    nodes.push([EMPTY; 2]);
                }
                node = nodes[node][side] as usize;
            }
        }
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for reference in nodes.into_iter().flatten() {
        let known = match reference {
            EMPTY => count,
            data if data & DATA != 0 => count + 16 + (data & !DATA),
            node => node,
        };
        file.extend(known.to_be_bytes());
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    put(
        &Value::Map(&[
            ("binary_format_major_version", Value::U16(2)),
            ("binary_format_minor_version", Value::U16(0)),
            ("build_epoch", Value::U64(1_710_028_800)),
            ("database_type", Value::Text("Example-Country")),
            ("description", Value::Map(&[])),
            ("ip_version", Value::U16(6)),
            ("languages", Value::Texts),
            ("node_count", Value::U32(count)),
            ("record_size", Value::U16(32)),
        ]),
        &mut file,
    );
    file
}

fn v4(text: &str) -> u128 {
    u32::from(text.parse::<Ipv4Addr>().unwrap()).into()
}

fn opened(countries: Option<&[u8]>, networks: Option<&[u8]>) -> Geography {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: Option<&[u8]>| {
        bytes.map(|bytes| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        })
    };
    Geography::open(file("countries", countries).as_deref(), file("networks", networks).as_deref()).unwrap()
}

#[test]
fn both_forms_of_databases_are_read() {
    let nested = |code| Value::Map(Box::leak(Box::new([("country", Value::Map(Box::leak(Box::new([("iso_code", Value::Text(code))]))))])));
    let flat = |code| Value::Map(Box::leak(Box::new([("country_code", Value::Text(code))])));
    let countries = database(&[
        (v4("192.0.2.0"), 120, nested("JP")),
        (v4("198.51.100.128"), 121, flat("DE")),
        (v4("203.0.113.0"), 120, Value::Map(&[("continent", Value::Text("AS"))])),
        (u128::from("2001:db8::".parse::<Ipv6Addr>().unwrap()), 32, flat("FR")),
    ]);
    let networks = database(&[(v4("192.0.2.0"), 121, Value::Map(&[("autonomous_system_number", Value::U32(64_496))]))]);
    let geography = opened(Some(&countries), Some(&networks));
    assert_eq!(geography.edition(), Some("Example-Country 2024-03-10, Example-Country 2024-03-10"));
    for (address, country, network) in [
        ("192.0.2.0", Some("JP"), Some(64_496)),
        ("192.0.2.127", Some("JP"), Some(64_496)),
        ("192.0.2.128", Some("JP"), None),
        ("192.0.3.0", None, None),
        ("198.51.100.127", None, None),
        ("198.51.100.128", Some("DE"), None),
        ("203.0.113.7", None, None),
        ("2001:db8::7", Some("FR"), None),
        ("2001:db9::7", None, None),
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(
            (geography.country(address).map(|country| country.as_str().to_owned()).as_deref(), geography.network(address)),
            (country, network),
            "{address}"
        );
    }
    let other = database(&[(v4("192.0.2.0"), 120, Value::Map(&[("city", Value::Text("x"))]))]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cities"), other).unwrap();
    assert!(Geography::open(Some(&folder.path().join("cities")), None).unwrap_err().text.en.contains("none of its records"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flattened_is_what_looking_up_gives(networks in prop::collection::vec((any::<u32>(), 97_u8..=128, 0_usize..3), 0..40), asked in prop::collection::vec(any::<u32>(), 60)) {
        let codes = ["JP", "DE", "FR"];
        // Where one lies in another, the tree of this builder knows no end: they are kept apart.
        let mut apart: Vec<(u32, u8, usize)> = Vec::new();
        for (address, bits, code) in networks {
            let mask = |bits: u8| u32::MAX << (128 - u32::from(bits));
            let meets = |(other, others, _): &(u32, u8, usize)| { let bits = bits.min(*others); address & mask(bits) == other & mask(bits) };
            if !apart.iter().any(meets) { apart.push((address & mask(bits), bits, code)); }
        }
        prop_assume!(!apart.is_empty());
        let records: Vec<[(&str, Value<'_>); 1]> = codes.iter().map(|code| [("country_code", Value::Text(code))]).collect();
        let networks: Vec<(u128, u8, Value<'_>)> = apart.iter().map(|(address, bits, code)| (u128::from(*address), *bits, Value::Map(&records[*code]))).collect();
        let file = database(&networks);
        let geography = opened(Some(&file), None);
        let reader = maxminddb::Reader::from_source(file).unwrap();
        let ends = apart.iter().flat_map(|(address, bits, _)| { let last = address | !(u32::MAX << (128 - u32::from(*bits))); [*address, address.wrapping_sub(1), last, last.wrapping_add(1)] });
        for address in asked.into_iter().chain(ends) {
            let address = IpAddr::from(Ipv4Addr::from(address));
            let expected: Option<String> = reader.lookup(address).unwrap().decode_path(&maxminddb::path!["country_code"]).unwrap();
            prop_assert_eq!(geography.country(address).map(|country| country.as_str().to_owned()), expected, "{}", address);
        }
    }
}
