//! Reports of version 4, good and broken.

use super::*;
use noroshi_kernel::rsit::Rsit;
use proptest::prelude::*;
use serde_json::json;

fn report(category: &str, kind: &str, source: &str, more: &Value) -> Value {
    let party = json!({"org": "Example", "contact": "abuse@example.test", "domain": "example.test"});
    let mut report = json!({
        "xarf_version": "4.2.0", "report_id": "00000000-0000-4000-8000-000000000007", "timestamp": "2024-01-15T09:00:07+09:00",
        "reporter": party, "sender": party, "source_identifier": source, "category": category, "type": kind,
        "_internal": {"ticket": "7"}, "evidence": [{"content_type": "text/plain", "payload": "aGk="}],
    });
    for (name, value) in more.as_object().expect("an object") {
        report[name] = value.clone();
    }
    report
}

fn taken(category: &str, kind: &str, source: &str, more: &Value) -> Report {
    read(report(category, kind, source, more).to_string().as_bytes()).expect("a report")
}

#[test]
fn an_attack_tells_the_attacked_port() {
    let more =
        json!({"protocol": "tcp", "first_seen": "2024-01-15T00:00:00Z", "source_port": 40000, "destination_port": 22, "usernames": ["a", "b"], "x": {"y": 1}});
    let report = taken("connection", "login_attack", "192.0.2.7", &more);
    assert_eq!(report.reporter.domain, "example.test");
    assert_eq!(report.evidence.len(), 1);
    let finding = report.finding;
    assert_eq!((finding.rsit, finding.at.expect("a time").rfc3339()), (Rsit::BruteForce, "2024-01-15T00:00:07Z".into()));
    assert_eq!(finding.port.expect("a port").to_string(), "tcp/22");
    let details: Vec<_> = finding.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(details, ["first_seen=2024-01-15T00:00:00Z", "source_port=40000", "usernames=a, b", "x.y=1"]);
}

#[test]
fn a_site_tells_its_url_host_and_brand() {
    let finding = taken("content", "phishing", "example.test", &json!({"url": "https://login.example.test/", "target_brand": "Example Bank"})).finding;
    assert_eq!(finding.url.expect("a URL").url, "https://login.example.test/");
    assert_eq!((finding.host.expect("a host").as_str(), finding.brand.as_deref()), ("example.test", Some("Example Bank")));
    let finding = taken("content", "phishing", "https://192.0.2.7/", &json!({"url": "https://192.0.2.7/"})).finding;
    assert_eq!((finding.addresses.len(), finding.host), (1, None));
    let finding = taken("reputation", "blocklist", "spammer@example.test", &json!({"threat_type": "spam"})).finding;
    assert_eq!((finding.host.expect("a host").as_str(), finding.rsit), ("example.test", Rsit::Spam));
}

#[test]
fn what_is_missing_is_named() {
    let told = |more: &Value| read(report("connection", "login_attack", "192.0.2.7", more).to_string().as_bytes()).expect_err("refused");
    assert!(told(&json!({"first_seen": "x"})).text.en.contains("protocol"));
    assert!(told(&json!({"protocol": "tcp", "first_seen": "x"})).text.en.contains("source_port"));
    assert!(told(&json!({"report_id": null})).text.en.contains("report_id"));
    assert_eq!(told(&json!({"xarf_version": "3.0.0"})).key, "xarf-version");
    assert_eq!(told(&json!({"type": "unheard"})).key, "xarf-type");
    let well = json!({"protocol": "tcp", "first_seen": "x", "source_port": 7});
    let with = |name: &str, value: Value| {
        let mut well = well.clone();
        well[name] = value;
        told(&well)
    };
    assert_eq!(with("timestamp", json!("2024-01-15")).key, "time-shape");
    assert!(with("reporter", json!({"org": "x", "contact": "y"})).text.en.contains("reporter.domain"));
    assert_eq!(with("source_identifier", json!("not a host")).key, "url-none");
    assert_eq!(read(b"[]").expect_err("no object").key, "xarf-object");
}

#[test]
fn several_reports_are_read() {
    let one = report("copyright", "p2p", "192.0.2.7", &json!({"p2p_protocol": "bittorrent", "swarm_info": {"info_hash": "0"}})).to_string();
    for text in [one.clone(), format!("[{one},{one}, {{}}]"), format!("{one}\n{{\"broken\":\n{one}\n")] {
        let found: Vec<_> = Reports::new(text.as_bytes()).expect("a source").map(|entry| entry.expect("no read fails").content.is_ok()).collect();
        assert!(found == [true] || found == [true, true, false] || found == [true, false, true], "{found:?}");
    }
    let entries: Vec<_> = Reports::new(&b"\xff\xfe{\0}\0"[..]).expect("a source").collect();
    assert!(entries.iter().all(|entry| entry.as_ref().is_ok_and(|entry| entry.content.is_err())));
}

#[test]
fn hostile_reports_are_refused() {
    let deep = format!("{{\"x\":{}", "[".repeat(10_000));
    assert_eq!(read(deep.as_bytes()).expect_err("too deep").key, "json-depth");
    assert_eq!(read(&vec![b' '; MOST_REPORT_BYTES + 1]).expect_err("too long").key, "xarf-length");
    assert_eq!(read(b"{\"a\0\":1}").expect_err("NUL").key, "json-broken");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = Reports::new(bytes.as_slice()).expect("a source").count();
    }

    #[test]
    fn arbitrary_values_never_panic(name in prop::sample::select(vec!["timestamp", "source_identifier", "url", "reporter", "evidence", "tags", "source_port"]), value in prop_oneof![
        any::<i64>().prop_map(Value::from), "\\PC{0,20}".prop_map(Value::from), Just(json!([{}])), Just(json!({"a": [null, []]}))
    ]) {
        let mut report = report("content", "phishing", "192.0.2.7", &json!({"url": "https://example.test/"}));
        report[name] = value;
        let _ = read(report.to_string().as_bytes());
    }
}
