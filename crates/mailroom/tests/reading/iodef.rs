//! IODEF documents that come by letter.

use crate::read;
use noroshi_feeds::{finding::Finding, iodef};
use noroshi_post::{
    build::{self, Attachment, Draft},
    letter::Mailbox,
};

const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting">
    <IncidentID name="csirt.example.test">7</IncidentID>
    <DetectTime>2024-01-15T09:00:07+09:00</DetectTime>
    <GenerationTime>2024-01-16T00:00:00Z</GenerationTime>
    <Assessment><IncidentCategory>brute force</IncidentCategory></Assessment>
    <EventData><Flow>
      <System category="source"><Node><Address category="ipv4-addr">192.0.2.7</Address></Node></System>
      <System category="target"><Node><Address category="ipv4-addr">198.51.100.1</Address></Node><Service ip-protocol="6"><Port>22</Port></Service></System>
    </Flow></EventData>
  </Incident>
  <Incident purpose="reporting">
    <IncidentID name="csirt.example.test">8</IncidentID>
    <DetectTime>2024-01-15T00:10:00Z</DetectTime>
    <GenerationTime>2024-01-16T00:00:00Z</GenerationTime>
    <Description>a phishing site</Description>
    <EventData><Flow><System category="source"><Node><Address category="ipv6-addr">2001:db8::7</Address></Node>
      <AdditionalData/></System></Flow>
      <EventData><Flow><System category="source"><Node><DomainData system-status="x" domain-status="y"><Name>login.example.test</Name></DomainData></Node></System></Flow></EventData>
    </EventData>
  </Incident>
</IODEF-Document>"#;

/// A letter with one file.
pub(crate) fn letter(name: &str, media_type: &str, bytes: &[u8]) -> Vec<u8> {
    let from = Mailbox { name: String::new(), address: "csirt@example.net".into() };
    let zone = noroshi_kernel::moment::Zone::named("UTC").expect("a zone");
    let mut draft = Draft::new(from, "1@example.net", noroshi_kernel::moment::Moment(1_705_320_000_000_000), zone);
    draft.to = vec![Mailbox { name: String::new(), address: "ir@example.jp".into() }];
    draft.subject = "for your information".into();
    draft.body = "Please see the document.\n".into();
    draft.attachments = vec![Attachment { name: name.into(), media_type: media_type.into(), bytes: bytes.to_vec() }];
    build::build(&draft).expect("a letter").bytes()
}

/// The letter's own text, without another part.
fn alone(media_type: &str, text: &str) -> Vec<u8> {
    format!("From: csirt@example.net\r\nDate: Mon, 15 Jan 2024 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: {media_type}; charset=utf-8\r\n\r\n{text}")
        .into_bytes()
}

/// An archive of files as they are, by hand: no compression.
pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let crc =
            bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }));
        let (size, length) = (u32::try_from(bytes.len()).expect("small").to_le_bytes(), u16::try_from(name.len()).expect("short").to_le_bytes());
        let fields = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &(!crc).to_le_bytes(), &size, &size, &length, &[0, 0]].concat();
        directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &u32::try_from(out.len()).expect("small").to_le_bytes(), name.as_bytes()].concat());
        out.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), bytes].concat());
    }
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    let (size, start) = (u32::try_from(directory.len()).expect("small").to_le_bytes(), u32::try_from(out.len()).expect("small").to_le_bytes());
    [out, directory, [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &start, &[0, 0]].concat()].concat()
}

/// What the document tells as a file.
fn as_a_file() -> Vec<Finding> {
    iodef::read(DOCUMENT.as_bytes()).expect("a document").into_iter().flat_map(|incident| incident.findings).collect()
}

#[test]
fn a_letter_tells_what_the_file_tells() {
    let expected = as_a_file();
    assert_eq!(expected.len(), 3, "{expected:#?}");
    for (how, raw) in [
        ("by its name", letter("report.xml", "application/octet-stream", DOCUMENT.as_bytes())),
        ("by its type", letter("report", "application/xml", DOCUMENT.as_bytes())),
        ("by its own type", letter("report", "application/iodef+xml", DOCUMENT.as_bytes())),
        ("by its bytes", letter("report.dat", "application/octet-stream", DOCUMENT.as_bytes())),
        ("behind a mark of the byte order", letter("report.xml", "text/xml", format!("\u{feff}{DOCUMENT}").as_bytes())),
        ("zipped", letter("report.zip", "application/zip", &zipped(&[("a/report.xml", DOCUMENT.as_bytes())]))),
        ("as the letter itself", alone("text/xml", DOCUMENT)),
        ("as its text", alone("text/plain", DOCUMENT)),
    ] {
        let told = read(&raw);
        assert_eq!(told.findings, expected, "{how}");
        assert!(told.problems.is_empty(), "{how}: {:?}", told.problems);
    }
}

#[test]
fn xml_of_another_kind_reports_nothing() {
    for (name, text) in [
        ("feed.xml", "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>192.0.2.7</title></channel></rss>"),
        ("settings.xml", "<!DOCTYPE settings SYSTEM \"settings.dtd\">\n<settings><item>192.0.2.7</item></settings>"),
        ("page.html", "<!DOCTYPE html>\n<html><body><p>http://a.example.test/ is down<br></body></html>"),
        ("broken.xml", "<a><b>192.0.2.7</a>"),
        ("other.xml", "<IODEF-Document xmlns=\"urn:other\"><x>192.0.2.7</x></IODEF-Document>"),
    ] {
        let told = read(&letter(name, "application/xml", text.as_bytes()));
        assert!(told.findings.is_empty() && told.problems.is_empty(), "{name}: {told:?}");
    }
}

#[test]
fn what_cannot_be_read_is_for_a_person_with_its_place() {
    let mut bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE x [\n<!ENTITY a0 \"ha\">\n".to_owned();
    for number in 1..30 {
        bomb += &format!("<!ENTITY a{number} \"{}\">\n", format!("&a{};", number - 1).repeat(10));
    }
    let laughing = format!("{bomb}]>\n<IODEF-Document xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident>&a29;</Incident></IODEF-Document>");
    let outside = "<!DOCTYPE IODEF-Document [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><IODEF-Document><Incident>&x;</Incident></IODEF-Document>";
    let deep = format!("<IODEF-Document>{}", "<Incident>".repeat(100));
    let many = format!("<IODEF-Document>{}</IODEF-Document>", "<Incident/>".repeat(iodef::MOST_ELEMENTS + 1));
    let utf_16: Vec<u8> = [0xfeff].into_iter().chain(DOCUMENT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let archive = zipped(&[("good.xml", DOCUMENT.as_bytes()), ("bomb.xml", laughing.as_bytes())]);
    for (how, raw, key, place, findings) in [
        ("a bomb", letter("x.xml", "application/xml", laughing.as_bytes()), "xml-doctype", "part 2", 0),
        ("a bomb about something else", letter("x.xml", "application/xml", format!("{bomb}]><x>&a29;</x>").as_bytes()), "xml-doctype", "part 2", 0),
        ("a file of ours", letter("x.xml", "text/xml", outside.as_bytes()), "xml-doctype", "part 2", 0),
        ("an unknown entity", letter("x.xml", "text/xml", DOCUMENT.replace("brute force", "&b;").as_bytes()), "xml-entity", "part 2", 0),
        ("cut off", letter("x.xml", "application/xml", &DOCUMENT.as_bytes()[..DOCUMENT.len() / 2]), "xml-broken", "part 2", 0),
        ("nested", letter("x.xml", "application/xml", deep.as_bytes()), "xml-limit", "part 2", 0),
        ("large", letter("x.xml", "application/xml", many.as_bytes()), "xml-limit", "part 2", 0),
        ("UTF-16", letter("x.xml", "application/octet-stream", &utf_16), "file-utf-16", "part 2", 0),
        ("nothing of XML", letter("x.iodef.xml", "application/octet-stream", b"oops"), "xml-broken", "part 2", 0),
        ("no source", letter("x.xml", "text/xml", b"<IODEF-Document><Incident/></IODEF-Document>"), "report-source", "part 2", 0),
        ("the letter itself", alone("text/xml", &DOCUMENT[..400]), "xml-broken", "part 1", 0),
        ("one of two in an archive", letter("x.zip", "application/zip", &archive), "xml-doctype", "part 2, bomb.xml", 3),
    ] {
        let begun = std::time::Instant::now();
        let told = read(&raw);
        assert!(begun.elapsed().as_secs() < 5, "{how} took {:?}", begun.elapsed());
        let problems: Vec<_> = told.problems.iter().map(|(place, reason)| (place.en.as_str(), reason.key.as_ref())).collect();
        assert_eq!((problems.as_slice(), told.findings.len()), (&[(place, key)][..], findings), "{how}");
        let (place, reason) = &told.problems[0];
        assert!(place.ja.contains("パート") && !reason.text.ja.is_ascii() && reason.text.en.is_ascii(), "{how}: in both languages");
    }
}
