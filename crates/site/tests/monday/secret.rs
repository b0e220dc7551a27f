//! Whatever sensors and sources are called, nothing of it is in any file.

use crate::world::{Made, ROOT, Seen, World, migrations};
use noroshi_observation::service::registry::Site;
use noroshi_site::observation::{files, gather, publish};
use noroshi_testkit::Bench;
use proptest::{prelude::*, test_runner::TestRunner};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that no figure looks like: their numbers are large.
fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (16_u8..224, any::<[u8; 3]>()).prop_map(|(first, [a, b, c])| IpAddr::V4(Ipv4Addr::new(first, a, b, c))),
        any::<[u16; 7]>().prop_map(|[a, b, c, d, e, f, g]| IpAddr::V6(Ipv6Addr::new(0x2001 | (a & 0x0fff), a, b, c, d, e, f, g | 0x100))),
    ]
}

/// Names that no page of ours holds by itself.
fn name(most: usize) -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec!["zq", "xj", "塔", "vw"]),
        prop::collection::vec(prop::sample::select("abcdeghkmnprstuyz0123456789狼煙見張台-".chars().collect::<Vec<_>>()), 6..most),
    )
        .prop_map(|(head, rest)| format!("{head}{}", rest.into_iter().collect::<String>()))
}

/// Every form in which an address may be written.
fn forms(address: IpAddr) -> Vec<String> {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            let number = u32::from(v4);
            let mapped = v4.to_ipv6_mapped();
            vec![
                v4.to_string(),
                number.to_string(),
                format!("{number:08x}"),
                format!("{number:08X}"),
                format!("{a:02x}.{b:02x}.{c:02x}.{d:02x}"),
                format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}"),
                format!("{a:03}.{b:03}.{c:03}.{d:03}"),
                format!("{a:o}.{b:o}.{c:o}.{d:o}"),
                format!("{d}.{c}.{b}.{a}"),
                format!("{a}-{b}-{c}-{d}"),
                format!("{a}.{b}.{c}."),
                mapped.to_string(),
                format!("{:02x}{:02x}:{:02x}{:02x}", a, b, c, d),
            ]
        }
        IpAddr::V6(v6) => {
            let groups = v6.segments();
            let full = groups.map(|group| format!("{group:04x}"));
            let nibbles: Vec<String> = full.concat().chars().rev().map(|nibble| nibble.to_string()).collect();
            vec![
                v6.to_string(),
                v6.to_string().to_uppercase(),
                full.join(":"),
                full.concat(),
                full.concat().to_uppercase(),
                groups.map(|group| format!("{group:x}")).join(":"),
                u128::from(v6).to_string(),
                nibbles.join("."),
                full[..3].join(":"),
            ]
        }
    }
}

#[derive(Clone, Debug)]
struct Secrets {
    sensors: Vec<Made>,
    seen: Vec<Seen>,
}

fn secrets() -> impl Strategy<Value = Secrets> {
    let sensor = (name(20), name(30), name(12), 1_i64..=256).prop_map(|(name, organisation, region, addresses)| Made {
        name,
        site: Site { organisation, region, country: "JP".into(), addresses },
        days_of_ten: 10,
    });
    let seen = (any::<u16>(), 1_u64..2_000, address(), prop::sample::select(vec!["tcp", "udp"]))
        .prop_map(|(port, per_hour, source, protocol)| Seen { source, ..Seen::of(&format!("{protocol}/{port}"), per_hour) });
    (prop::collection::vec(sensor, 3..7), prop::collection::vec(seen, 1..25)).prop_map(|(mut sensors, seen)| {
        sensors.dedup_by(|one, other| one.name == other.name);
        // One more is abroad, and just as secret.
        sensors[0].site.country = "DE".into();
        Secrets { sensors, seen }
    })
}

/// What is found in the files of a world that must not be there.
async fn told(secrets: Secrets) -> Vec<String> {
    let mut names: Vec<String> = secrets.sensors.iter().map(|made| made.name.clone()).collect();
    names.sort();
    names.dedup();
    if names.len() < secrets.sensors.len() || secrets.sensors.len() < 4 {
        return Vec::new();
    }
    let world = World::of(Bench::sqlite(&migrations()).await, &secrets.sensors, &secrets.seen, 100).await;
    // Whatever people wrote into an explanation that was published, the page holds none of it.
    let dotted = |address: IpAddr| {
        let plain = address.to_string();
        // Four numbers with dashes that may all be days of a month are told: that spelling is given up (`public/rises.rs`).
        let are_days = matches!(address, IpAddr::V4(v4) if v4.octets().iter().all(|byte| *byte <= 31));
        [plain.replace('.', "[dot]"), plain.replace('.', if are_days { "." } else { "\u{2013}" }), plain]
    };
    let addresses = secrets.seen.iter().flat_map(|seen| dotted(seen.source)).map(|address| format!("Seen from {address} and others"));
    let sensors = secrets.sensors.iter().flat_map(|made| [format!("{}のセンサーで", made.name), format!("at {}, too", made.site.organisation)]);
    for (number, said) in (2_i64..).zip(addresses.chain(sensors)) {
        world.rise(number, "tcp/445", "published", 20, &said).await;
    }
    world.rise(1, "tcp/445", "published", 20, "HARMLESS").await;
    let made = files(&gather(world.ground(), world.monday()).await.expect("gathered"), &world.publisher(), &[]).expect("made");
    let out = world.bench.folder.path().join("public");
    publish(world.ground(), &ROOT, &world.publisher(), &out, world.monday()).await.expect("published");
    let mut texts: Vec<(String, String)> = made.into_iter().map(|file| (file.path, String::from_utf8(file.bytes).expect("a text"))).collect();
    texts.extend(crate::page::files(&out));
    let mut hidden: Vec<String> = secrets.seen.iter().flat_map(|seen| forms(seen.source)).collect();
    hidden.extend(secrets.seen.iter().flat_map(|seen| dotted(seen.source)));
    hidden.extend(forms("203.0.113.53".parse().expect("an address")));
    for sensor in &secrets.sensors {
        hidden.extend([sensor.name.clone(), sensor.site.organisation.clone(), sensor.site.region.clone()]);
        let escaped: String = sensor.name.chars().map(|one| format!("&#{};", u32::from(one))).collect();
        hidden.push(escaped);
    }
    let found = |(path, text): &(String, String)| {
        hidden
            .iter()
            .filter(|secret| text.contains(secret.as_str()) || path.contains(secret.as_str()))
            .map(|secret| format!("{secret} in {path}"))
            .collect::<Vec<_>>()
    };
    let is_harmless_told = texts.iter().any(|(path, text)| path.ends_with("observation.json") && text.contains("HARMLESS"));
    texts.iter().flat_map(found).chain((!is_harmless_told).then(|| "a rise that may be told is not".to_owned())).collect()
}

#[test]
fn no_address_and_no_name_is_in_any_file() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 24, max_shrink_iters: 20, ..ProptestConfig::default() });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let run = runner.run(&secrets(), |secrets| {
        let found = runtime.block_on(told(secrets));
        prop_assert!(found.is_empty(), "{found:?}");
        Ok(())
    });
    run.expect("nothing is told");
}

#[test]
fn forms_of_an_address_are_found_when_they_are_there() {
    // What the search above would find: it is no search that finds nothing anyway.
    for (address, text) in
        [("198.51.100.9", "<td>198.51.100.9</td>"), ("198.51.100.9", "3325256713"), ("198.51.100.9", "::ffff:c633:6409"), ("2001:db8::109", "2001:DB8::109")]
    {
        assert!(forms(address.parse().expect("an address")).iter().any(|form| text.contains(form)), "{text}");
    }
}
