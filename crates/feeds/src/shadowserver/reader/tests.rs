//! Rows of reports, good and broken.

use super::*;
use crate::delimited::RowReader;
use proptest::prelude::*;

const LATEST: Moment = Moment(1_900_000_000_000_000);

fn rows(report: Option<&str>, bytes: &[u8]) -> Vec<Row> {
    ShadowserverReader::new(bytes, report.and_then(ReportType::named), LATEST).map(|row| row.expect("no read fails")).collect()
}

fn good(report: Option<&str>, text: &str) -> Finding {
    rows(report, text.as_bytes()).remove(0).content.expect("a good row")
}

fn fault(text: impl AsRef<[u8]>) -> (String, String) {
    let mut rows = rows(Some("scan_dns"), text.as_ref());
    assert_eq!(rows.len(), 1, "{rows:?}");
    let problem = rows.remove(0).content.expect_err("a broken row");
    (problem.place().en, problem.reason.text.en)
}

#[test]
fn a_scan_tells_the_open_port() {
    let found = good(
        Some("scan_dns"),
        "\"timestamp\",\"ip\",\"protocol\",\"port\",\"hostname\",\"asn\",\"sector\"\n\"2024-01-15 00:00:07\",192.0.2.7,udp,53,ns.example.test,64496,\n",
    );
    assert_eq!(found.at.expect("a time").rfc3339(), "2024-01-15T00:00:07Z");
    assert_eq!(found.addresses, ["192.0.2.7".parse().expect("an address")]);
    assert_eq!((found.port.expect("a port").to_string().as_str(), found.rsit), ("udp/53", Rsit::DdosAmplifier));
    assert_eq!(found.details, [("hostname".into(), "ns.example.test".into()), ("asn".into(), "64496".into())]);
    assert_eq!((found.url, found.host), (None, None));
    let found = good(Some("scan_ipmi"), "timestamp,ip,port,hostname\n2024-01-15 00:00:07,192.0.2.7,623,-\n");
    assert_eq!((found.port.expect("a port").to_string().as_str(), found.details.len()), ("udp/623", 0));
}

#[test]
fn an_event_tells_the_source_and_the_attacked_port() {
    let header = "timestamp,protocol,src_ip,src_port,dst_ip,dst_port,infection,http_host,url\n";
    let row = "2024-01-15 00:00:07,tcp,2001:db8::7,40000,198.51.100.1,22,ssh-brute-force,sensor.example.test,/x\n";
    let found = good(Some("event6_honeypot_brute_force"), &format!("{header}{row}"));
    assert_eq!((found.addresses.len(), found.port.expect("a port").to_string().as_str()), (1, "tcp/22"));
    assert_eq!((found.rsit, &found.url, &found.host), (Rsit::BruteForce, &None, &None));
    assert!(found.details.contains(&("src_port".into(), "40000".into())));
    assert!(found.details.contains(&("dst_ip".into(), "198.51.100.1".into())));
    assert_eq!(good(None, &format!("{header}{row}")).rsit, Rsit::BruteForce);
    assert_eq!(good(None, &format!("{header}{}", row.replace("ssh-brute-force", "mirai"))).rsit, Rsit::InfectedSystem);
}

#[test]
fn the_url_of_a_sinkhole_is_not_the_reported_one() {
    let text = "timestamp,ip,asn,url,type,http_agent,src_port,hostname,dst_port,http_host,dst_ip\n\
        2024-01-15 00:00:07,192.0.2.7,64496,GET /search?q=0 HTTP/1.0,conficker,agent,8726,,80,203.0.113.7,203.0.113.7\n";
    let found = good(Some("sinkhole_http_drone"), text);
    assert_eq!((found.addresses.len(), found.port.expect("a port").to_string().as_str(), found.rsit), (1, "tcp/80", Rsit::InfectedSystem));
    assert_eq!((found.url, found.host), (None, None));
}

#[test]
fn a_site_tells_its_url() {
    let header = "timestamp,ip,port,url,http_host,tag\n";
    for (row, url) in [
        ("192.0.2.7,80,/a.php,www.example.test,x", "http://www.example.test/a.php"),
        ("192.0.2.7,8080,/a.php,www.example.test,x", "http://www.example.test:8080/a.php"),
        ("192.0.2.7,443,/,,x", "https://192.0.2.7/"),
        ("2001:db8::7,80,/,,x", "http://[2001:db8::7]/"),
        ("192.0.2.7,,http://other.example.test/b,www.example.test,x", "http://other.example.test/b"),
    ] {
        let found = good(Some("compromised_website"), &format!("{header}2024-01-15 00:00:07,{row}\n"));
        assert_eq!(found.url.expect("a URL").url, url);
        assert_eq!((found.rsit, found.addresses.len()), (Rsit::SystemCompromise, 1));
    }
    let found = good(Some("compromised_website"), &format!("{header}2024-01-15 00:00:07,192.0.2.7,80,,www.example.test,phishing\n"));
    assert_eq!((found.host.expect("a host").as_str(), found.rsit), ("www.example.test", Rsit::Phishing));
    let found = good(None, "timestamp,url,host,sha256\n2024-01-15 00:00:07,http://192.0.2.9:50008/m,192.0.2.9,00ff\n");
    assert_eq!((found.rsit, found.addresses.len()), (Rsit::MalwareDistribution, 1));
}

#[test]
fn what_has_no_address_tells_its_host() {
    let found = good(Some("compromised_account"), "timestamp,email,service\n2024-01-15 00:00:07,user@example.test,x\n");
    assert_eq!((found.host.expect("a host").as_str(), found.rsit), ("example.test", Rsit::DataLeak));
    assert!(found.details.contains(&("email".into(), "user@example.test".into())));
    let found = good(Some("ransomware_victim"), "timestamp,website\n2024-01-15 00:00:07,https://www.example.test/\n");
    assert_eq!(found.host.expect("a host").as_str(), "www.example.test");
    let found = good(Some("blocklist"), "timestamp,ip\n2024-01-15,192.0.2.0/24\n");
    assert_eq!(found.details, [("ip".into(), "192.0.2.0/24".into())]);
}

#[test]
fn broken_rows_tell_their_place() {
    let header = "timestamp,ip,protocol,port\n";
    let told = |row: &str| fault(format!("{header}{row}\n"));
    assert_eq!(told("x,192.0.2.7,udp,53").0, "line 2, column 1");
    assert!(told("2200-01-01 00:00:00,192.0.2.7,udp,53").1.contains("in the future"));
    assert_eq!(
        told("2024-01-15 00:00:07,192.0.2,udp,53"),
        ("line 2, column 2".into(), "\"192.0.2\" is no IP address; check that the columns are not shifted".into())
    );
    assert_eq!(told("2024-01-15 00:00:07,192.0.2.7,udp,70000").0, "line 2, column 4");
    assert!(told("2024-01-15 00:00:07,,udp,53").1.starts_with("the row names no address"));
    assert_eq!(told("2024-01-15 00:00:07,192.0.2.7,udp,53,more").0, "line 2, column 5");
    assert!(told("2024-01-15 00:00:07,\"192.0.2.7").1.starts_with("the quote that begins"));
    assert_eq!(fault([header.as_bytes(), b"2024-01-15 00:00:07,192.0.2.7,\x8a\x79\x93\x56,53"].concat()).0, "line 2, column 3");
    assert!(fault([header.as_bytes(), b"2024-01-15 00:00:07,192.0.2.7,u\0,53"].concat()).1.starts_with("a NUL byte"));
    let found = rows(Some("scan_dns"), b"timestamp,ip,protocol,port,tag\n2024-01-15 00:00:07,192.0.2.7,udp\n2024-01-15 00:00:07,192.0.2.7,gre,4\n");
    assert_eq!(found[0].content.as_ref().expect("missing columns are empty").port, None);
    assert_eq!(found[1].content.as_ref().expect("an unknown protocol").details.len(), 2);
}

#[test]
fn files_without_header_say_so_in_every_row() {
    let found = rows(Some("scan_dns"), b"2024-01-15 00:00:07,192.0.2.7,udp,53\n2024-01-15 00:00:08,192.0.2.8,udp,53\n");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|row| row.content.as_ref().is_err_and(|problem| problem.reason.key == "header-columns")));
    assert!(rows(None, b"PK\x03\x04\x14\0\n\nx\n").iter().all(|row| row.content.as_ref().is_err_and(|problem| problem.reason.key == "file-zip")));
}

#[test]
fn a_field_of_ten_megabytes_does_not_hurt_the_next_row() {
    let text = format!("timestamp,ip\n2024-01-15 00:00:07,{}\n2024-01-15 00:00:07,192.0.2.7\n", "x".repeat(10 << 20));
    let found = rows(None, text.as_bytes());
    assert!(found[0].content.as_ref().is_err_and(|problem| problem.reason.key == "row-length"));
    assert!(found[1].content.is_ok());
}

#[test]
fn columns_have_a_limit() {
    let names: Vec<_> = (0..255).map(|column| format!("c{column}")).collect();
    let text = format!("timestamp,{}\n2024-01-15 00:00:07\n", names.join(","));
    assert_eq!(rows(None, text.as_bytes())[0].content.as_ref().expect_err("no target").reason.key, "target-missing");
    let text = format!("timestamp,more,{}\n", names.join(","));
    assert_eq!(rows(None, text.as_bytes())[0].content.as_ref().expect_err("too many").reason.key, "columns-too-many");
}

fn records(bytes: &[u8]) -> usize {
    let mut reader = RowReader::new(bytes);
    let mut count = 0;
    while reader.next().expect("no read fails").is_some() {
        count += 1;
    }
    count
}

proptest! {
    #[test]
    fn every_record_is_a_row(bytes in prop::collection::vec(prop::sample::select(b"2024-01-15 00:07,192.0.2.7,\"\"\n\n\r \x83\x00\xff".to_vec()), 0..300)) {
        let text = [b"timestamp,ip,url,port\n".as_slice(), &bytes].concat();
        prop_assert_eq!(rows(None, &text).len(), records(&text) - 1);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(rows(Some("phish_url"), &bytes).len() <= records(&bytes));
    }
}
