//! Documents of both versions.

use super::*;
use proptest::prelude::*;

#[test]
fn the_strictest_restriction_says_how_far_it_may_be_told() {
    use noroshi_kernel::tlp::Tlp;
    for (restriction, expected) in [
        ("public", Some(Tlp::Clear)),
        ("partner", Some(Tlp::Green)),
        ("need-to-know", Some(Tlp::Amber)),
        ("amber", Some(Tlp::Amber)),
        ("private", Some(Tlp::AmberStrict)),
        ("red", Some(Tlp::Red)),
        ("RED", Some(Tlp::Red)),
        ("default", None),
        ("", None),
        ("ext-value\" ext-restriction=\"TLP:AMBER+STRICT", Some(Tlp::AmberStrict)),
    ] {
        let document = TWO.replace("restriction=\"green\"", &format!("restriction=\"{restriction}\""));
        let incident = read(document.as_bytes()).expect("a document").remove(0);
        assert_eq!(incident.tlp, expected, "{restriction}");
        assert!(incident.findings.iter().all(|finding| finding.tlp == expected), "{restriction}");
        assert_eq!(super::super::restriction(document.as_bytes()), expected, "{restriction}");
    }
    // What is RED within makes the whole of it so.
    let within = TWO.replace("<EventData>\n      <Flow>", "<EventData restriction=\"red\">\n      <Flow>");
    assert_ne!(within, TWO);
    assert_eq!(read(within.as_bytes()).expect("a document").remove(0).tlp, Some(Tlp::Red));
}

const TWO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting" restriction="green">
    <IncidentID name="csirt.example.test">7</IncidentID>
    <DetectTime>2024-01-15T09:00:07+09:00</DetectTime>
    <GenerationTime>2024-01-16T00:00:00Z</GenerationTime>
    <ReportTime>2024-01-16T00:00:00Z</ReportTime>
    <Description>Guessing at SSH &amp; more</Description>
    <Assessment><IncidentCategory>brute force</IncidentCategory><SystemImpact type="takeover-account"/></Assessment>
    <EventData>
      <Flow>
        <System category="source">
          <Node><DomainData system-status="x" domain-status="y"><Name>attacker.example.test</Name></DomainData>
          <Address category="ipv4-addr">192.0.2.7</Address><Address category="asn">64496</Address></Node>
          <Service ip-protocol="6"><Port>40000</Port></Service>
        </System>
        <System category="target"><Node><Address category="ipv4-addr">198.51.100.1</Address></Node><Service ip-protocol="6"><Port>22</Port></Service></System>
      </Flow>
      <EventData><StartTime>2024-01-15T00:10:00Z</StartTime>
        <Flow><System category="source"><Node><Address category="ipv6-net">2001:db8::/32</Address></Node><NodeRole category="c2-server"/></System></Flow>
      </EventData>
    </EventData>
  </Incident>
</IODEF-Document>"#;

const ONE: &str = r#"<iodef:IODEF-Document version="1.00" xmlns:iodef="urn:ietf:params:xml:ns:iodef-1.0"><iodef:Incident purpose="mitigation">
    <iodef:IncidentID name="csirt.example.test">8</iodef:IncidentID><iodef:ReportTime>2024-01-15T00:00:07+00:00</iodef:ReportTime>
    <iodef:Assessment><iodef:Impact type="recon"/></iodef:Assessment>
    <iodef:EventData><iodef:Flow><iodef:System category="source"><iodef:Node><iodef:NodeName>a.example.test</iodef:NodeName>
    <iodef:Address category="ipv4-addr">192.0.2.8</iodef:Address></iodef:Node><iodef:Service ip-protocol="17"><iodef:Portlist>53,80-90</iodef:Portlist></iodef:Service>
    </iodef:System></iodef:Flow></iodef:EventData></iodef:Incident></iodef:IODEF-Document>"#;

#[test]
fn version_two_is_read() {
    let incidents = read(TWO.as_bytes()).expect("a document");
    assert_eq!(incidents.len(), 1);
    let incident = &incidents[0];
    assert_eq!((incident.id.as_str(), incident.id_name.as_str(), incident.purpose.as_str()), ("7", "csirt.example.test", "reporting"));
    assert_eq!((incident.restriction.as_str(), incident.description.as_str()), ("green", "Guessing at SSH & more"));
    let [first, second] = incident.findings.as_slice() else { panic!("{incident:?}") };
    assert_eq!((first.rsit, first.at.expect("a time").rfc3339().as_str()), (Rsit::BruteForce, "2024-01-15T00:00:07Z"));
    assert_eq!(first.addresses, ["192.0.2.7".parse().expect("an address")]);
    assert_eq!((first.port.expect("a port").to_string().as_str(), first.host.as_ref().expect("a host").as_str()), ("tcp/22", "attacker.example.test"));
    assert!(first.details.contains(&("source-port".into(), "tcp/40000".into())) && first.details.contains(&("asn".into(), "64496".into())));
    assert_eq!((second.rsit, second.at.expect("a time").rfc3339().as_str()), (Rsit::C2Server, "2024-01-15T00:10:00Z"));
    assert_eq!(second.details[0], ("network".into(), "2001:db8::/32".into()));
}

#[test]
fn version_one_is_read() {
    let incidents = read(ONE.as_bytes()).expect("a document");
    let finding = &incidents[0].findings[0];
    assert_eq!((finding.rsit, finding.port.expect("a port").to_string().as_str()), (Rsit::Scanner, "udp/53"));
    assert_eq!(finding.at.expect("a time").rfc3339(), "2024-01-15T00:00:07Z");
}

#[test]
fn watch_lists_and_incidents_without_source() {
    let with = |body: &str| {
        let text =
            format!("<IODEF-Document xmlns='urn:ietf:params:xml:ns:iodef-2.0'><Incident><Description>phishing</Description>{body}</Incident></IODEF-Document>");
        read(text.as_bytes()).expect("a document").remove(0).findings
    };
    let found =
        with("<IndicatorData><Indicator><Observable><Address category='site-uri'>hxxp://a[.]example.test/x</Address></Observable></Indicator></IndicatorData>");
    assert_eq!((found[0].url.as_ref().expect("a URL").url.as_str(), found[0].rsit), ("http://a.example.test/x", Rsit::Phishing));
    assert_eq!(with("<EventData><Flow><System category='target'><Node><Address>192.0.2.7</Address></Node></System></Flow></EventData>"), []);
}

#[test]
fn other_documents_are_refused() {
    for text in ["<rss/>", "<IODEF-Document xmlns='urn:other'/>"] {
        assert_eq!(read(text.as_bytes()).expect_err("another").key, "iodef-root");
    }
    assert_eq!(read(b"<IODEF-Document/>"), Ok(Vec::new()));
    assert_eq!(read(TWO.replace("brute force", "\u{0}").as_bytes()).map(|incidents| incidents.len()), Ok(1));
}

#[test]
fn documents_are_told_from_other_xml() {
    let kind = |bytes: &[u8]| match recognise(bytes) {
        None => "other".to_owned(),
        Some(Ok(incidents)) => format!("{} incidents", incidents.len()),
        Some(Err(reason)) => reason.key.into_owned(),
    };
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(TWO.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (TWO.as_bytes(), "1 incidents"),
        (format!("\u{feff}\r\n{ONE}").as_bytes(), "1 incidents"),
        (format!("<!-- {} -->{TWO}", "x".repeat(100_000)).replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", 1).as_bytes(), "1 incidents"),
        (TWO.split_at(900).0.as_bytes(), "xml-broken"),
        (format!("{bomb}<IODEF-Document>&b;</IODEF-Document>").as_bytes(), "xml-doctype"),
        (format!("{bomb}<other>&b;</other>").as_bytes(), "xml-doctype"),
        (TWO.replace("&amp;", "&x;").as_bytes(), "xml-entity"),
        (&utf_16, "file-utf-16"),
        (b"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\"><html/>", "other"),
        (b"<rss version=\"2.0\"><channel/></rss>", "other"),
        (b"<p>broken <br> markup", "other"),
        (b"<IODEF-Document xmlns=\"urn:other\"/>", "other"),
        (b"IODEF-Document", "other"),
        (b"", "other"),
    ] {
        assert_eq!(kind(bytes), expected, "{}", String::from_utf8_lossy(bytes.get(..80).unwrap_or(bytes)));
    }
}

proptest! {
    #[test]
    fn damaged_documents_never_panic(at in 0usize..2000, with in "\\PC{0,6}") {
        let start = TWO.floor_char_boundary(at.min(TWO.len()));
        let end = TWO.floor_char_boundary((at + 5).min(TWO.len()));
        let mut text = TWO.to_owned();
        text.replace_range(start..end, &with);
        let _ = read(text.as_bytes());
    }
}
