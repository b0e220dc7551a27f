//! From the wire to the lake: three sensors in network namespaces of their own, real scanners against them, a centre that is killed, a cable that
//! is cut, a sensor that is killed, a clock that is set back. Every packet that tcpdump saw at a sensor's interface is stored exactly once, or lies
//! in a gap that was told.

use crate::place::Home;
use noroshi_lake::{
    packets::{self, Filter, Rows, StoredPacket, Transport},
    schema::Column,
};
use noroshi_ledger::{FromQueryResult, Query as _, Sql};
use noroshi_telescope::{
    capture::{CaptureFile, Limits},
    packet::{self, Packet},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const CENTRE: &str = "10.9.0.1";
/// The sensor's interface to the wild, and the one to its centre.
const DARK: &str = "dark0";
const MANAGEMENT: &str = "mgmt0";

/// A network of one test: a centre, three sensors, and somebody who scans them.
struct Net(String);

impl Net {
    fn new() -> Self {
        let net = Self(format!("noroshi-wire-{}", std::process::id()));
        for host in ["centre", "wild", "s1", "s2", "s3"] {
            run("ip", &["netns", "add", &net.name(host)]);
            net.ip(host, &["link", "set", "lo", "up"]);
        }
        net.ip("centre", &["link", "add", "br0", "type", "bridge"]);
        net.ip("centre", &["addr", "add", &format!("{CENTRE}/24"), "dev", "br0"]);
        net.ip("centre", &["link", "set", "br0", "up"]);
        for number in 1..=3_u8 {
            let (sensor, port, wire) = (format!("s{number}"), format!("port{number}"), format!("wire{number}"));
            net.ip(&sensor, &["link", "add", MANAGEMENT, "type", "veth", "peer", "name", &port, "netns", &net.name("centre")]);
            net.ip("centre", &["link", "set", &port, "master", "br0", "up"]);
            net.ip(&sensor, &["addr", "add", &format!("10.9.0.1{number}/24"), "dev", MANAGEMENT]);
            net.ip(&sensor, &["link", "set", MANAGEMENT, "up"]);
            net.ip(&sensor, &["link", "add", DARK, "type", "veth", "peer", "name", &wire, "netns", &net.name("wild")]);
            net.ip(&sensor, &["addr", "add", &format!("{}/30", hop(number, 2)), "dev", DARK]);
            net.ip(&sensor, &["link", "set", DARK, "up"]);
            // Its block is routed to it, and it answers for all of it.
            net.ip(&sensor, &["route", "add", "local", &format!("{}/28", address(number, 0)), "dev", "lo"]);
            net.ip("wild", &["addr", "add", &format!("{}/30", hop(number, 1)), "dev", &wire]);
            net.ip("wild", &["link", "set", &wire, "up"]);
            net.ip("wild", &["route", "add", &format!("{}/28", address(number, 0)), "via", &hop(number, 2)]);
            if !has_ipv6() {
                continue;
            }
            // The same of IPv6; nobody looks whether an address is taken, which takes a second.
            net.ip(&sensor, &["addr", "add", &format!("{}/64", hop6(number, 2)), "dev", DARK, "nodad"]);
            net.ip(&sensor, &["route", "add", "local", &format!("{}/64", address6(number, 0)), "dev", "lo"]);
            net.ip("wild", &["addr", "add", &format!("{}/64", hop6(number, 1)), "dev", &wire, "nodad"]);
            net.ip("wild", &["route", "add", &format!("{}/64", address6(number, 0)), "via", &hop6(number, 2)]);
        }
        net
    }

    fn name(&self, host: &str) -> String {
        format!("{}-{host}", self.0)
    }

    fn ip(&self, host: &str, arguments: &[&str]) {
        run("ip", &[&["-n", &self.name(host)], arguments].concat());
    }

    /// A program on one of the hosts.
    fn on(&self, host: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(host)]).arg(program).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Scans, to the end; scanners need not find anything.
    fn scan(&self, line: &str) {
        let mut words = line.split_whitespace();
        let program = words.next().unwrap();
        let began = Instant::now();
        let mut scan = Beside(self.on("wild", program).args(words).spawn().unwrap_or_else(|error| panic!("{program}: {error}")));
        while scan.0.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "{line} does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn mac(&self, host: &str) -> String {
        let output = self.on(host, "cat").arg(format!("/sys/class/net/{DARK}/address")).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for host in ["centre", "wild", "s1", "s2", "s3"] {
            let _ = Command::new("ip").args(["netns", "del", &self.name(host)]).status();
        }
    }
}

/// An address of a sensor's block of sixteen.
fn address(sensor: u8, host: u8) -> String {
    format!("198.51.100.{}", sensor * 16 + host)
}

/// An address of the link between the wild and a sensor.
fn hop(sensor: u8, host: u8) -> String {
    format!("203.0.113.{}", sensor * 4 + host)
}

/// Whether the kernel speaks IPv6 at all; one that does not says so loudly.
fn has_ipv6() -> bool {
    let there = Path::new("/proc/net/if_inet6").exists();
    if !there {
        eprintln!("SKIPPED over IPv6: the kernel has none");
    }
    there
}

fn address6(sensor: u8, host: u8) -> String {
    format!("2001:db8:{sensor}::{host:x}")
}

fn hop6(sensor: u8, host: u8) -> String {
    format!("2001:db8:ff:{sensor}::{host}")
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}; scripts/test installs it"));
    assert!(output.status.success(), "{program} {}: {} (network namespaces need root)", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
}

/// A program that ends with its test.
struct Beside(Child);

impl Beside {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to end, and waits.
    fn stop(&mut self) {
        run("kill", &["-TERM", &self.0.id().to_string()]);
        let began = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until it says something on standard error, which is then read to its end.
    fn says(&mut self, what: &str) {
        let mut lines = BufReader::new(self.0.stderr.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains(what) {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}")).unwrap();
            said.push_str(&line);
            said.push('\n');
        }
        std::thread::spawn(move || lines.for_each(drop));
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Host {
    name: String,
    state: PathBuf,
    capture: PathBuf,
    /// What its clock is off, which can be changed while it runs (`faketime`); the machine's clock is nobody's to set.
    clock: PathBuf,
}

/// The library that tells programs another time.
fn faketime() -> PathBuf {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime"];
    let found = folders.into_iter().map(|folder| Path::new(folder).join("libfaketimeMT.so.1")).find(|path| path.is_file());
    found.expect("libfaketime is installed by scripts/test")
}

/// The program of sensors, which is built beside ours.
fn sensor_program() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_noroshi")).with_file_name("noroshi-sensor");
    assert!(program.is_file(), "{} is not built: cargo build -p noroshi-sensor", program.display());
    program
}

fn centre(net: &Net, home: &Home) -> Beside {
    let ours = home.program(&["serve", "--listen", "127.0.0.1:0", "--config"]);
    let mut command = net.on("centre", ours.get_program());
    command.args(ours.get_args().take(4)).arg(home.path().join("noroshi.toml")).arg("--data").arg(home.path().join("data")).stderr(Stdio::piped());
    let mut centre = Beside(command.spawn().unwrap());
    centre.says("takes batches of sensors");
    centre
}

fn recording(net: &Net, host: &Host) -> Beside {
    let mut command = net.on(&host.name, sensor_program());
    command.args(["run", "--interface", DARK, "--batch-seconds", "2", "--heartbeat-seconds", "5", "--state"]).arg(&host.state).stderr(Stdio::piped());
    command.env("LD_PRELOAD", faketime()).env("FAKETIME_TIMESTAMP_FILE", &host.clock).env("FAKETIME_NO_CACHE", "1");
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    let mut sensor = Beside(command.spawn().unwrap());
    sensor.says("records");
    sensor
}

fn tcpdump(net: &Net, host: &Host) -> Beside {
    let mut command = net.on(&host.name, "tcpdump");
    command.args(["-i", DARK, "-Q", "in", "-s", "256", "-U", "--immediate-mode", "-B", "65536", "--time-stamp-precision=nano", "-Z", "root", "-w"]);
    let mut beside = Beside(command.arg(&host.capture).stderr(Stdio::piped()).spawn().unwrap());
    beside.says("listening on");
    beside
}

/// By what a packet is known again: its time to the nanosecond, and what its headers say.
type Print = (i64, IpAddr, Option<IpAddr>, u8, Option<(u16, u16)>, Option<u32>, Option<u16>);

fn print_of(packet: &Packet<'_>) -> Print {
    (packet.at_ns, packet.source, Some(packet.destination), packet.protocol, packet.ports(), packet.sequence(), packet.ip_id)
}

fn print_stored(packet: &StoredPacket<'_>) -> Print {
    let (ports, sequence) = match packet.transport {
        Transport::Tcp(tcp) => (Some((tcp.source_port, tcp.destination_port)), Some(tcp.sequence)),
        Transport::TcpBegun { source_port, destination_port, sequence } => (Some((source_port, destination_port)), Some(sequence)),
        Transport::Ports { source_port, destination_port } => (Some((source_port, destination_port)), None),
        Transport::Icmp { .. } | Transport::Other => (None, None),
    };
    (packet.at_ns, packet.source, packet.destination, packet.protocol, ports, sequence, packet.ip_id)
}

/// What tcpdump saw.
fn seen(host: &Host) -> BTreeMap<Print, u64> {
    let mut prints = BTreeMap::new();
    let mut capture = CaptureFile::open(File::open(&host.capture).unwrap(), Limits::default()).unwrap();
    while let Ok(Some(frame)) = capture.next_frame() {
        if let Ok(packet) = packet::decode(&frame) {
            *prints.entry(print_of(&packet)).or_default() += 1;
        }
    }
    prints
}

/// What the centre stored, by the sensor's number.
fn stored(home: &Home) -> BTreeMap<u32, BTreeMap<Print, u64>> {
    let days = fs::read_dir(home.path().join("data/packets")).unwrap().flat_map(|day| fs::read_dir(day.unwrap().path()).unwrap());
    let paths = days.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect();
    let mut sensors: BTreeMap<u32, BTreeMap<Print, u64>> = BTreeMap::new();
    for batch in packets::read(paths, &Column::ALL, &Filter::default()) {
        let batch = batch.unwrap();
        let rows = Rows::new(Path::new(""), &batch).unwrap();
        for packet in (0..rows.len()).filter_map(|row| rows.get(row)) {
            *sensors.entry(packet.sensor).or_default().entry(print_stored(&packet)).or_default() += 1;
        }
    }
    sensors
}

#[derive(Debug, FromQueryResult)]
struct Gap {
    number: i64,
    reason: String,
    from_at: i64,
    to_at: i64,
}

#[tokio::test]
async fn every_packet_of_the_wire_is_stored_once_or_lies_in_a_gap() {
    let (net, home) = (Net::new(), Home::sqlite());
    home.file("noroshi.toml", format!("[sensors]\nlisten = \"{CENTRE}:8443\"\n").as_bytes());
    let hosts: Vec<Host> = (1..=3)
        .map(|number| Host {
            name: format!("s{number}"),
            state: home.path().join(format!("state{number}")),
            capture: home.path().join(format!("s{number}.pcap")),
            clock: home.file(&format!("clock{number}"), b"+0s"),
        })
        .collect();
    // Registered in this order: their numbers are 1, 2 and 3.
    let mut server = centre(&net, &home);
    for host in &hosts {
        let added = home.run(&["sensor", "add", &host.name, "--country", "JP"]);
        assert_eq!(added.code(), 0, "{}", added.err());
        let enrolled = net
            .on(&host.name, sensor_program())
            .args(["enroll", "--centre", &format!("https://{CENTRE}:8443"), "--token", added.out().trim(), "--state"])
            .arg(&host.state)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));
    }
    let mut sensors: Vec<Beside> = hosts.iter().map(|host| recording(&net, host)).collect();
    let mut dumps: Vec<Beside> = hosts.iter().map(|host| tcpdump(&net, host)).collect();

    net.scan(&format!("nmap -n -Pn -sS -p 1-300 --max-rate 2000 --max-retries 0 {}", address(1, 2)));
    net.scan(&format!(
        "masscan --adapter wire2 --adapter-ip {} --router-mac {} --rate 2000 --wait 0 -p 1-60 {}/28",
        address(2, 1),
        net.mac("s2"),
        address(2, 0)
    ));
    let zmap = format!("zmap -b /dev/null -i wire3 -S {} -G {} -p 445 -r 500 -c 0 -q -o /dev/null {}/28", hop(3, 1), net.mac("s3"), address(3, 0));
    net.scan(&zmap);
    if has_ipv6() {
        net.scan(&format!("nmap -6 -n -Pn -sS -p 1-200 --max-rate 2000 --max-retries 0 {}", address6(3, 5)));
    }
    server.kill();
    // Nobody takes anything now; and one could not send if somebody did.
    net.ip("s3", &["link", "set", MANAGEMENT, "down"]);
    net.scan(&format!("hping3 -q -S -p 23 -c 300 -i u2000 {}", address(1, 3)));
    net.scan(&format!("hping3 -q --udp -p 1900 -c 200 -i u2000 {}", address(2, 3)));
    net.scan(&format!("hping3 -q --icmp -c 100 -i u2000 {}", address(3, 3)));
    net.scan(&zmap);
    let mut server = centre(&net, &home);
    std::thread::sleep(Duration::from_secs(2));
    net.ip("s3", &["link", "set", MANAGEMENT, "up"]);
    // The clock of the second is set back by half a minute, in the middle of a batch.
    net.scan(&format!("hping3 -q -S -p 3389 -c 500 -i u2000 {}", address(2, 6)));
    fs::write(&hosts[1].clock, "-30s").unwrap();
    net.scan(&format!("hping3 -q -S -p 3389 -c 500 -i u2000 {}", address(2, 6)));
    // A sensor's own end: what it had in memory is in the gap that its next run tells.
    let replayed = hosts[1].capture.clone();
    let copy = home.path().join("again.pcap");
    fs::copy(&replayed, &copy).unwrap();
    sensors[0].kill();
    net.scan(&format!("tcpreplay --preload-pcap -q --pps 2000 -i wire2 {}", copy.display()));
    net.scan(&format!("hping3 -q -S -p 22 -c 100 -i u2000 {}", address(1, 4)));
    sensors[0] = recording(&net, &hosts[0]);
    net.scan(&format!("hping3 -q -S -p 2967 -c 200 -i u2000 {}", address(1, 5)));

    std::thread::sleep(Duration::from_secs(1));
    dumps.iter_mut().for_each(Beside::stop);
    sensors.iter_mut().for_each(Beside::stop);
    for host in &hosts {
        let status = net.on(&host.name, sensor_program()).args(["status", "--json", "--state"]).arg(&host.state).stdout(Stdio::piped()).output().unwrap();
        let status: Value = serde_json::from_slice(&status.stdout).unwrap();
        assert_eq!(status["ring"]["batches"], 0, "{status}");
    }
    let ledger = home.ledger().await;
    let began = Instant::now();
    while ledger.number(Sql::new("SELECT count(*) AS n FROM observation_batch WHERE taken_at IS NULL")).await.unwrap() > 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "batches wait");
        std::thread::sleep(Duration::from_millis(200));
    }
    server.stop();

    let offset = |number: i64| {
        let sql =
            Sql::new("SELECT b.clock_offset_us AS n FROM observation_batch b JOIN observation_sensor s ON s.id = b.sensor_id WHERE s.number = ").bind(number);
        ledger.number(sql.push(" ORDER BY b.id DESC LIMIT 1"))
    };
    let (right, set_back) = (offset(1).await.unwrap(), offset(2).await.unwrap());
    assert!(right.abs() < 2_000_000 && (-32_000_000..=-28_000_000).contains(&set_back), "{right} {set_back}");
    let gaps: Vec<Gap> = ledger
        .all(Sql::new("SELECT s.number, g.reason, g.from_at, g.to_at FROM observation_gap g JOIN observation_sensor s ON s.id = g.sensor_id"))
        .await
        .unwrap();
    assert!(gaps.iter().all(|gap| gap.number == 1 && gap.reason == "stopped") && !gaps.is_empty(), "{gaps:?}");
    let mut stored = stored(&home);
    let mut from_zmap = 0;
    for (number, host) in (1_u32..).zip(&hosts) {
        let (seen, stored) = (seen(host), stored.remove(&number).unwrap_or_default());
        assert!(seen.values().sum::<u64>() > 130, "{}: {}", host.name, seen.values().sum::<u64>());
        from_zmap += seen.iter().filter(|(print, _)| number == 3 && print.4.is_some_and(|(_, to)| to == 445)).map(|(_, count)| count).sum::<u64>();
        for (print, count) in &seen {
            let times = stored.get(print).copied().unwrap_or_default();
            let us = print.0.div_euclid(1_000);
            let told = gaps.iter().any(|gap| gap.number == i64::from(number) && (gap.from_at..=gap.to_at).contains(&us));
            assert!(times == *count || (times == 0 && told), "{}: {print:?} was seen {count} times and stored {times} times", host.name);
        }
        // What came before tcpdump listened, or after it ended, is stored as well; nothing twice.
        assert!(stored.iter().all(|(print, times)| *times == seen.get(print).copied().unwrap_or(1)), "{}", host.name);
    }

    let top = |by: &str| home.run(&["observe", "top", "--by", by, "--from", "2020-01-01", "--to", "2100-01-01", "--limit", "400", "--json"]).json();
    let packets =
        |ranking: &Value, key: &str| ranking["rows"].as_array().unwrap().iter().find(|row| row["key"] == key).map_or(0, |row| row["packets"].as_u64().unwrap());
    let tools = top("tool");
    // Twice sixteen addresses, of which the scanner may end before it sends the last; and nmap and hping3 draw identifications by chance, of which one in
    // 65,536 is ZMap's.
    assert!((30..=32).contains(&from_zmap) && (from_zmap..=from_zmap + 4).contains(&packets(&tools, "zmap")), "{from_zmap}: {tools}");
    // Sixteen addresses, sixty ports each; and once more by tcpreplay.
    let masscan = packets(&tools, "masscan");
    assert!((900..=1_960).contains(&masscan), "{tools}");
    assert!(packets(&tools, "unknown") > 900, "nmap and hping3 bear no marks: {tools}");
    let ports = top("port");
    assert!(packets(&ports, "tcp/23") >= 300 && packets(&ports, "udp/1900") >= 200 && packets(&ports, "tcp/2967") >= 200, "{ports}");
    assert!(packets(&ports, "tcp/3389") >= 1_000, "{ports}");
    let sources = top("source");
    assert!(!has_ipv6() || packets(&sources, &hop6(3, 1)) >= 200 && packets(&ports, "icmpv6/135") > 0, "over IPv6: {sources} {ports}");
}
