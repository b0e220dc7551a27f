//! SQL over packets: what is answered, and what is refused.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

use noroshi_kernel::moment::Moment;
use noroshi_lake::{
    engine::{Engine, Limits, Refused},
    folder::{FileName, Folder},
    packets::{Fragment, Kind, PacketBuffer, StoredPacket, Tcp, TcpOptions, Tool, Transport, write},
    schema::{SENSOR_COLUMNS, Sensor},
};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;

const AT_NS: i64 = 1_700_000_000_000_000_000;

fn syn(number: u32, port: u16) -> StoredPacket<'static> {
    StoredPacket {
        at_ns: AT_NS + i64::from(number) * 1_000_000,
        sensor: number % 3,
        source: std::net::Ipv4Addr::from(0xc000_0200 + number % 7).into(),
        destination: None,
        protocol: 6,
        ttl: 50,
        ip_id: Some(54_321),
        fragment: Fragment::Whole,
        transport: Transport::Tcp(Tcp {
            source_port: 40_000,
            destination_port: port,
            flags: 2,
            window: 1024,
            sequence: number,
            acknowledgment: 0,
            options: TcpOptions::default(),
        }),
        wire_bytes: 54,
        payload: None,
        country: None,
        asn: None,
        tool: if port == 23 { Tool::Mirai } else { Tool::Unknown },
        kind: Kind::Scan,
    }
}

/// Two files of a day, one of them staged: 70 packets to tcp/23, 30 to tcp/22, and one of IPv6.
fn files(name: &str) -> (TempDir, Vec<PathBuf>) {
    let root = tempfile::tempdir().unwrap();
    // A name that would be a pattern and an escape elsewhere.
    let folder = Folder::open(root.path().join(name)).unwrap();
    let name = |id: &str| FileName::new(jiff::civil::date(2023, 11, 14), id).unwrap();
    let mut buffer = PacketBuffer::new(1000, Some("edition"));
    (0..70).for_each(|number| buffer.push(&syn(number, 23)).unwrap());
    write(&folder, &name("a"), &buffer).unwrap();
    folder.publish(&name("a")).unwrap();
    buffer.clear();
    (70..100).for_each(|number| buffer.push(&syn(number, 22)).unwrap());
    let wide = StoredPacket { source: "2001:db8::7".parse().unwrap(), transport: Transport::Icmp { kind: 128, code: 0 }, protocol: 58, ..syn(100, 0) };
    buffer.push(&wide).unwrap();
    write(&folder, &name("b"), &buffer).unwrap();
    (root, vec![folder.published(&name("a")), folder.staged(&name("b"))])
}

/// Numbers 0 to 2, which record, and one that does not; the second is of no region.
fn sensors() -> Vec<Sensor> {
    let sensor = |number: u32| Sensor {
        number,
        name: format!("sensor-{number}"),
        organisation: "Example".to_owned(),
        region: if number == 1 { String::new() } else { format!("JP-{number}") },
        country: "JP".to_owned(),
        addresses: 4,
    };
    (0..4).map(sensor).collect()
}

async fn ask(sql: &str, limits: Limits) -> Result<Vec<Vec<Option<String>>>, Refused> {
    let (_root, files) = files("packets");
    Engine::open(&files, None, &sensors(), limits)?.query(sql).await.map(|answer| answer.rows().collect())
}

fn cells(rows: &[&[&str]]) -> Vec<Vec<Option<String>>> {
    rows.iter().map(|row| row.iter().map(|cell| Some((*cell).to_owned())).collect()).collect()
}

#[tokio::test]
async fn questions_are_answered() {
    for (sql, expected) in [
        ("SELECT count(*) FROM packets", &[&["101"][..]][..]),
        (
            "SELECT destination_port, count(*), count(DISTINCT source_v4) FROM packets WHERE protocol = 6 GROUP BY 1 ORDER BY 2 DESC",
            &[&["23", "70", "7"], &["22", "30", "7"]],
        ),
        (
            "SELECT address(source_v4, source_v6) AS a, count(*) FROM packets WHERE source_v4 = ipv4('192.0.2.3') OR protocol = 58 GROUP BY a ORDER BY a",
            &[&["192.0.2.3", "14"], &["2001:db8::7", "1"]],
        ),
        (
            "WITH t AS (SELECT tool, kind FROM packets) SELECT tool, kind, count(*) FROM t GROUP BY ALL ORDER BY 3 DESC",
            &[&["mirai", "scan", "70"], &["unknown", "scan", "31"]],
        ),
        (
            "SELECT count(*) FROM packets WHERE captured_at >= TIMESTAMP '2023-11-14T22:13:20Z' AND captured_at < TIMESTAMP '2023-11-14T22:13:20.010Z'",
            &[&["10"]],
        ),
    ] {
        assert_eq!(ask(sql, Limits::default()).await.unwrap(), cells(expected), "{sql}");
    }
    let nulls = ask("SELECT payload, ipv4('no address') FROM packets LIMIT 1", Limits::default()).await.unwrap();
    assert_eq!(nulls, [[None, None]]);
}

/// Names and regions of sensors stand beside their packets, also where a condition of theirs chooses, and where one has none.
#[tokio::test]
async fn packets_are_asked_by_their_sensors() {
    for (sql, expected) in [
        (
            "SELECT name, count(*) FROM packets JOIN sensors USING (sensor) GROUP BY 1 ORDER BY 1",
            cells(&[&["sensor-0", "34"], &["sensor-1", "34"], &["sensor-2", "33"]]),
        ),
        ("SELECT count(*), sum(addresses) FROM packets p, sensors s WHERE p.sensor = s.sensor AND s.region = 'JP-2'", cells(&[&["33", "132"]])),
        ("SELECT count(*) FROM packets JOIN sensors USING (sensor) WHERE region IS NULL AND sensor_country = 'JP' AND name LIKE '%1'", cells(&[&["34"]])),
        ("SELECT name FROM sensors LEFT JOIN packets USING (sensor) WHERE protocol IS NULL", cells(&[&["sensor-3"]])),
        ("SELECT count(*) FROM packets WHERE sensor IN (SELECT sensor FROM sensors WHERE organisation = 'Example')", cells(&[&["101"]])),
        ("SELECT count(*), max(addresses) FROM sensors", cells(&[&["4", "4"]])),
    ] {
        assert_eq!(ask(sql, Limits::default()).await.unwrap_or_else(|refused| panic!("{sql}: {refused:?}")), expected, "{sql}");
    }
    let one = format!("SELECT {} FROM sensors ORDER BY sensor LIMIT 1", SENSOR_COLUMNS.map(|(name, _)| name).join(", "));
    assert_eq!(ask(&one, Limits::default()).await.unwrap(), cells(&[&["0", "sensor-0", "Example", "JP-0", "JP", "4"]]));
}

#[tokio::test]
async fn a_span_holds_what_was_captured_in_it() {
    let (_root, files) = files("packets");
    let at = |milliseconds: i64| Moment(AT_NS / 1_000 + milliseconds * 1_000);
    for (from, to, expected) in [(0, 101, "101"), (0, 10, "10"), (10, 11, "1"), (69, 71, "2"), (10, 10, "0"), (11, 10, "0"), (-9, 0, "0"), (101, 900, "0")] {
        let engine = Engine::open(&files, Some((at(from), at(to))), &sensors(), Limits::default()).unwrap();
        for sql in [
            "SELECT count(*) FROM packets",
            "SELECT count(*) FROM packets AS p WHERE p.ttl = 50",
            "WITH t AS (SELECT sensor FROM packets) SELECT count(*) FROM t",
        ] {
            let answer = engine.query(sql).await.unwrap();
            assert_eq!(answer.rows().next(), Some(vec![Some(expected.to_owned())]), "{from} to {to}: {sql}");
        }
        // A span is no way around what is refused.
        assert_eq!(engine.query("SELECT count(*) FROM packets a JOIN packets b ON a.sensor = b.sensor").await.unwrap_err().reason.key, "sql-join");
    }
    let whole = Engine::open(&files, Some((Moment(i64::MIN), Moment(i64::MAX))), &sensors(), Limits::default()).unwrap();
    assert_eq!(whole.query("SELECT count(*) FROM packets").await.unwrap().rows().next(), Some(vec![Some("101".to_owned())]));
}

#[tokio::test]
async fn a_folders_name_is_no_pattern() {
    let (_root, files) = files("a b%20[1]*?");
    let answer = Engine::open(&files, None, &sensors(), Limits::default()).unwrap().query("SELECT count(*) FROM packets").await.unwrap();
    assert_eq!(answer.rows().next(), Some(vec![Some("101".to_owned())]));
    // Nor has it to be the shortest.
    let around: Vec<PathBuf> =
        files.iter().map(|file| file.parent().unwrap().join("..").join(file.parent().unwrap().file_name().unwrap()).join(file.file_name().unwrap())).collect();
    let answer = Engine::open(&around, None, &sensors(), Limits::default()).unwrap().query("SELECT count(*) FROM packets").await.unwrap();
    assert_eq!(answer.rows().next(), Some(vec![Some("101".to_owned())]));
}

#[tokio::test]
async fn whatever_is_no_select_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out.csv").display().to_string();
    for sql in [
        format!("COPY packets TO '{out}' STORED AS CSV"),
        format!("COPY (SELECT 1) TO '{out}'"),
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'".to_owned(),
        "CREATE TABLE t AS SELECT * FROM packets".to_owned(),
        "CREATE VIEW v AS SELECT 1".to_owned(),
        "SELECT * INTO t FROM packets".to_owned(),
        "INSERT INTO packets SELECT * FROM packets".to_owned(),
        "DELETE FROM packets".to_owned(),
        "DROP TABLE packets".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
        "SHOW TABLES".to_owned(),
        "DESCRIBE packets".to_owned(),
        "EXPLAIN ANALYZE SELECT * FROM packets".to_owned(),
        "SELECT 1; SELECT 2".to_owned(),
        "SELECT * FROM '/etc/passwd'".to_owned(),
        format!("SELECT * FROM \"{out}\""),
        "SELECT * FROM read_csv('/etc/passwd')".to_owned(),
        "SELECT * FROM parquet_metadata('/etc/passwd')".to_owned(),
        "SELECT * FROM information_schema.tables".to_owned(),
        "SELECT @@version".to_owned(),
    ] {
        let refused = ask(&sql, Limits::default()).await.unwrap_err();
        assert!(["sql-select", "sql-names", "sql-syntax"].contains(&&*refused.reason.key), "{sql}: {refused:?}");
    }
    assert!(!root.path().join("out.csv").exists());
}

#[tokio::test]
async fn mistakes_are_told_with_their_place() {
    for (sql, key, says) in [
        ("SELECT count(* FROM packets", "sql-syntax", "Line: 1, Column: 16"),
        ("SELEC 1", "sql-syntax", "SELEC"),
        ("SELECT port FROM packets", "sql-names", "port"),
        ("SELECT 1 FROM incidents", "sql-names", "incidents"),
        ("SELECT nothing(1)", "sql-names", "nothing"),
    ] {
        let refused = ask(sql, Limits::default()).await.unwrap_err();
        assert_eq!(refused.reason.key, key, "{sql}: {refused:?}");
        assert!(refused.to_string().contains(says), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn limits_hold() {
    let usual = Limits::default();
    let long = format!("SELECT {}1", " ".repeat(20_000));
    assert_eq!(ask(&long, usual).await.unwrap_err().reason.key, "sql-length");
    for deep in [
        format!("SELECT {}sensor FROM packets", "1+".repeat(8_000)),
        format!("SELECT {}sensor > 1 FROM packets", "NOT ".repeat(4_000)),
        format!("SELECT sensor{} FROM packets", " IS NULL".repeat(1_500)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(1_000)),
        format!("SELECT 1 FROM packets{}", ", packets".repeat(1_500)),
        format!("WITH t AS (SELECT 1) SELECT 1 FROM t{}", ", t".repeat(5_000)),
    ] {
        assert_eq!(ask(&deep, usual).await.unwrap_err().reason.key, "sql-depth", "{deep:.60}");
    }
    let nested = format!("SELECT {}1{}", "(".repeat(190), ")".repeat(190));
    assert_eq!(ask(&nested, usual).await.unwrap_err().reason.key, "sql-syntax");
    // As deep as is allowed, on the stack that a test has; and a list as long as is allowed.
    for allowed in [
        format!("SELECT {}sensor FROM packets LIMIT 1", "1+".repeat(190)),
        format!("SELECT count(*) FROM packets WHERE {}sensor = 2", "sensor = 1 OR ".repeat(95)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(95)),
        format!("SELECT count(*) FROM packets WHERE sensor IN (0{})", ",1".repeat(8_000)),
    ] {
        assert!(ask(&allowed, usual).await.is_ok_and(|rows| rows.len() == 1), "{allowed:.60}");
    }

    let (_root, files) = files("packets");
    let cut = Engine::open(&files, None, &sensors(), Limits { rows: 10, ..usual }).unwrap().query("SELECT sensor FROM packets").await.unwrap();
    assert!(cut.is_cut && cut.len() == 10);
    let fits = Engine::open(&files, None, &sensors(), Limits { rows: 101, ..usual }).unwrap().query("SELECT sensor FROM packets").await.unwrap();
    assert!(!fits.is_cut && fits.len() == 101);
    let heavy = Engine::open(&files, None, &sensors(), Limits { answer_bytes: 100, ..usual }).unwrap().query("SELECT sensor FROM packets").await.unwrap();
    assert!(heavy.is_cut && heavy.is_empty());

    let slow = Engine::open(&files, None, &sensors(), Limits { time: Duration::from_millis(300), ..usual }).unwrap();
    assert_eq!(slow.query("SELECT count(*) FROM generate_series(1, 1000000000000) AS t(n) WHERE n % 7 = 8").await.unwrap_err().reason.key, "sql-time");
    let small = Engine::open(&files, None, &sensors(), Limits { memory_bytes: 2 << 20, ..usual }).unwrap();
    let sort = "SELECT n FROM generate_series(1, 3000000) AS t(n) ORDER BY n % 7, n DESC";
    assert_eq!(small.query(sort).await.unwrap_err().reason.key, "sql-memory");
}

/// Packets, of which one in five goes to tcp/22 and the others to tcp/23.
fn many(packets: u32) -> (TempDir, Vec<PathBuf>) {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path()).unwrap();
    let name = FileName::new(jiff::civil::date(2023, 11, 14), "a").unwrap();
    let mut buffer = PacketBuffer::new(packets as usize, None);
    (0..packets).for_each(|number| buffer.push(&syn(number, if number % 5 == 0 { 22 } else { 23 })).unwrap());
    write(&folder, &name, &buffer).unwrap();
    (root, vec![folder.staged(&name)])
}

/// A product of packets gives the time limit no turn, so it is never begun.
#[tokio::test]
async fn packets_are_joined_with_little() {
    let (_root, files) = many(5_000);
    let engine = Engine::open(&files, None, &sensors(), Limits::default()).unwrap();
    for sql in [
        "SELECT count(*) FROM packets a, packets b WHERE a.sensor + b.sensor = 1",
        "SELECT count(*) FROM packets a JOIN packets b ON a.sensor = b.sensor",
        "SELECT count(*) FROM packets a JOIN packets b ON a.tcp_sequence < b.tcp_sequence",
        "SELECT count(*) FROM packets a JOIN packets b ON a.sensor = b.sensor JOIN sensors s ON s.sensor = a.sensor",
        "SELECT sum(ttl) FROM sensors a, sensors b, sensors c, sensors d, sensors e, packets",
        "SELECT count(*) FROM packets a WHERE EXISTS (SELECT 1 FROM packets b WHERE a.sensor + b.sensor = 1)",
        "SELECT count(*) FROM packets a RIGHT SEMI JOIN packets b ON a.sensor = b.sensor",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM packets a RIGHT ANTI JOIN packets b ON a.sensor = b.sensor)",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "SELECT repeat('x', 2000000000)",
    ] {
        let refused = engine.query(sql).await.unwrap_err();
        assert!(["sql-join", "sql-names"].contains(&&*refused.reason.key), "{sql}: {refused:?}");
    }
    for (sql, expected) in [
        ("SELECT count(*) FROM packets WHERE source_v4 IN (SELECT source_v4 FROM packets WHERE destination_port = 22)", "5000"),
        ("SELECT count(*) FROM packets JOIN (VALUES (23, 'telnet'), (22, 'ssh')) AS service(port, name) ON destination_port = port", "5000"),
        ("SELECT count(*) FILTER (WHERE tool = 'mirai') * 100 / (SELECT count(*) FROM packets) FROM packets", "80"),
    ] {
        let answer = engine.query(sql).await.unwrap_or_else(|refused| panic!("{sql}: {refused:?}"));
        assert_eq!(answer.rows().next(), Some(vec![Some(expected.to_owned())]), "{sql}");
    }
}

/// Three sensors saw them all: of each there are a hundred thousand copies, and a join would look at every pair of them.
#[tokio::test]
async fn what_is_only_asked_for_is_asked_for_once() {
    let (_root, files) = many(300_000);
    let engine = Engine::open(&files, None, &sensors(), Limits::default()).unwrap();
    for (condition, expected) in [
        ("sensor IN (SELECT sensor FROM packets)", 300_000),
        ("sensor IN (SELECT sensor FROM packets WHERE destination_port = 22) AND destination_port = 23", 240_000),
        ("sensor NOT IN (SELECT sensor FROM packets WHERE sensor > 0)", 100_000),
        ("destination_port = 22 OR sensor IN (SELECT sensor FROM packets WHERE sensor = 1)", 140_000),
        ("EXISTS (SELECT 1 FROM packets b WHERE b.sensor = packets.sensor AND b.destination_port = 22)", 300_000),
        ("NOT EXISTS (SELECT 1 FROM packets b WHERE b.sensor = packets.sensor AND b.sensor = 2)", 200_000),
        ("EXISTS (SELECT 1 FROM packets b WHERE b.sensor = packets.sensor AND b.ttl = packets.ttl AND b.sensor = 0)", 100_000),
        // What is reckoned of a row; one column with two others; groups that are more than what is asked for.
        ("sensor IN (SELECT sensor % 2 FROM packets)", 200_000),
        ("EXISTS (SELECT 1 FROM packets b WHERE b.ttl + b.sensor = packets.ttl + packets.sensor)", 300_000),
        ("EXISTS (SELECT 1 FROM packets b WHERE b.destination_port = packets.destination_port AND b.destination_port = packets.tcp_sequence)", 1),
        ("sensor IN (SELECT sensor FROM packets GROUP BY sensor, tcp_sequence)", 300_000),
        // Null is neither in nor not.
        ("sensor NOT IN (SELECT asn FROM packets)", 0),
        ("asn NOT IN (SELECT sensor FROM packets)", 0),
        ("asn IN (SELECT asn FROM packets)", 0),
    ] {
        let answer =
            engine.query(&format!("SELECT count(*) FROM packets WHERE {condition}")).await.unwrap_or_else(|refused| panic!("{condition}: {refused:?}"));
        assert_eq!(answer.rows().next(), Some(vec![Some(expected.to_string())]), "{condition}");
    }
}

#[tokio::test]
async fn a_broken_file_is_told_without_its_path() {
    let (root, mut files) = files("packets");
    let broken = root.path().join("broken.parquet");
    std::fs::write(&broken, b"PAR1 and no more").unwrap();
    files.push(broken);
    let refused = Engine::open(&files, None, &sensors(), Limits::default()).unwrap().query("SELECT count(*) FROM packets").await.unwrap_err();
    assert_eq!(refused.reason.key, "sql-failed");
    assert!(!refused.to_string().contains("broken"), "{refused}");
}
