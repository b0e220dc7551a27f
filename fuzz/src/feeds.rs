//! Feed formats, canonical forms and what stands in texts.

use crate::target::Target;
use noroshi_feeds::{
    arf, canonical, charset, defang, digest,
    extract::{self, Brands, Item},
    finding::Finding,
    iodef,
    mapping::{CsvReader, JsonReader, Mapping},
    notice,
    phishurl::PhishUrlReader,
    row::Row,
    shadowserver::ShadowserverReader,
    time, xarf,
};
use noroshi_kernel::{
    moment::{Moment, Zone},
    observable::Url,
};
use std::{fmt::Debug, io::Read};

/// Every target.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "arf", run: arf, seeds: arfs },
    Target { name: "xarf", run: xarf, seeds: xarfs },
    Target { name: "shadowserver", run: shadowserver, seeds: tables },
    Target { name: "phishurl", run: phishurl, seeds: lists },
    Target { name: "csv", run: csv, seeds: tables },
    Target { name: "json", run: json, seeds: objects },
    Target { name: "iodef", run: iodef, seeds: documents },
    Target { name: "canonical", run: canonical, seeds: urls },
    Target { name: "extract", run: extract, seeds: texts },
    Target { name: "notice", run: notice, seeds: texts },
    Target { name: "times", run: times, seeds: moments },
];

const LATEST: Moment = Moment(1_900_000_000_000_000);

/// A source that gives a byte at a time: where a read ends must not matter.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let (Some(to), Some((first, rest))) = (into.first_mut(), self.0.split_first()) else { return Ok(0) };
        *to = *first;
        self.0 = rest;
        Ok(1)
    }
}

/// What must hold of rows: they stand where they say, one behind the other, and are the same however the bytes come.
fn rows<T: PartialEq + Debug>(
    bytes: &[u8],
    whole: impl Iterator<Item = std::io::Result<Row<T>>>,
    trickled: impl Iterator<Item = std::io::Result<Row<T>>>,
    check: impl Fn(&T),
) {
    let whole: Vec<Row<T>> = whole.map(|row| row.expect("reading from memory does not fail")).collect();
    let trickled: Vec<Row<T>> = trickled.map(|row| row.expect("reading from memory does not fail")).collect();
    assert_eq!(whole, trickled, "where a read ends does not matter");
    let (mut end, mut line) = (0, 0);
    for row in &whole {
        assert!(row.offset >= end && row.line >= line, "rows follow each other: {row:?}");
        (end, line) = (row.offset + row.length, row.line);
        let own = usize::try_from(row.offset).ok().zip(usize::try_from(end).ok()).and_then(|(from, to)| bytes.get(from..to));
        let own = own.expect("a row lies within the file");
        // A file that is no text may be one entry as a whole, known by the keys of its rows.
        let whole_file = row.content.as_ref().is_err_and(|problem| problem.reason.key.starts_with("file-"));
        assert!(whole_file || row.raw_hash == digest::of(own), "its key is that of its bytes: {row:?}");
        match &row.content {
            Ok(content) => check(content),
            Err(problem) => {
                assert!(!problem.reason.key.is_empty() && !problem.reason.text.ja.is_empty() && !problem.reason.text.en.is_empty());
                assert!(problem.reason.text.en.len() < 4_000, "a reason is short");
            }
        }
    }
}

/// What must hold of whatever was found.
fn found(finding: &Finding) {
    if let Some(url) = &finding.url {
        settled(&url.url);
    }
    assert!(finding.at.is_none_or(|at| at <= LATEST || at.0 > 0));
}

/// A canonical form is its own canonical form.
fn settled(url: &str) {
    assert!(url.len() <= canonical::MOST_BYTES);
    assert!(!url.chars().any(char::is_control), "{url:?}");
    let again = canonical::url(url).unwrap_or_else(|problem| panic!("{url:?}: {problem}"));
    assert_eq!(again.url, url, "the form is settled");
    assert!(url.parse::<Url>().is_ok(), "{url:?} reads as a URL");
}

fn arf(bytes: &[u8]) {
    let read = arf::read(bytes);
    assert_eq!(read, arf::read(bytes), "reading twice gives the same");
    let Ok(report) = read else { return };
    assert!(bytes.len() <= arf::MOST_BYTES && !report.feedback_type.is_empty());
    assert!(report.others.len() + report.reported_uris.len() + report.reported_domains.len() + report.original_rcpt_to.len() <= arf::MOST_FIELDS);
    found(&report.finding());
}

fn xarf(bytes: &[u8]) {
    let read = xarf::read(bytes);
    assert_eq!(read, xarf::read(bytes), "reading twice gives the same");
    if let Ok(report) = &read {
        assert!(report.evidence.len() <= xarf::MOST_EVIDENCE && report.confidence.is_none_or(|sure| (0.0..=1.0).contains(&sure)));
        found(&report.finding);
    }
    let reports = |source| xarf::Reports::new(source).expect("reading from memory does not fail");
    let trickled = xarf::Reports::new(Trickle(bytes)).expect("reading from memory does not fail");
    rows(bytes, reports(bytes), trickled, |report| found(&report.finding));
    let text = String::from_utf8_lossy(bytes);
    let legacy = xarf::legacy::read(&text);
    assert_eq!(legacy, xarf::legacy::read(&text), "reading twice gives the same");
    if let Ok(report) = legacy {
        found(&report.finding);
    }
}

fn shadowserver(bytes: &[u8]) {
    rows(bytes, ShadowserverReader::new(bytes, None, LATEST), ShadowserverReader::new(Trickle(bytes), None, LATEST), found);
}

fn phishurl(bytes: &[u8]) {
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    rows(bytes, PhishUrlReader::new(bytes, &zone, LATEST), PhishUrlReader::new(Trickle(bytes), &zone, LATEST), |row| settled(&row.canonical.url));
}

fn csv(bytes: &[u8]) {
    let Ok(mapping) = Mapping::of_table(bytes) else { return };
    assert_eq!(Mapping::of_table(bytes).as_ref(), Ok(&mapping), "reading twice gives the same");
    let Ok(whole) = CsvReader::new(bytes, &mapping, LATEST) else { return };
    rows(bytes, whole, CsvReader::new(Trickle(bytes), &mapping, LATEST).expect("the same mapping"), found);
}

fn json(bytes: &[u8]) {
    let mapping = Mapping::of_json(bytes).unwrap_or_else(|_| Mapping::suggest(&["timestamp", "ip"]));
    let Ok(whole) = JsonReader::new(bytes, &mapping, LATEST) else { return };
    rows(bytes, whole, JsonReader::new(Trickle(bytes), &mapping, LATEST).expect("the same mapping"), found);
}

fn iodef(bytes: &[u8]) {
    let read = iodef::read(bytes);
    assert_eq!(read, iodef::read(bytes), "reading twice gives the same");
    let Ok(incidents) = read else { return };
    assert!(bytes.len() <= iodef::MOST_BYTES && incidents.len() <= iodef::MOST_ELEMENTS);
    for incident in &incidents {
        // Nothing is longer than it stood there: no entity of the document's own is known.
        assert!(incident.id.len() + incident.id_name.len() <= bytes.len() * 3, "{}", incident.id.len());
        assert!(incident.description.chars().count() <= 1_001);
        incident.findings.iter().for_each(found);
    }
}

fn canonical(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = (charset::Charset::guess(bytes), defang::refang(&defang::defang(&text)));
    let Ok(form) = canonical::url(&text) else { return };
    settled(&form.url);
    assert_eq!(canonical::url(&defang::defang(&form.url)).map(|form| form.url), Ok(form.url), "defanging is undone");
}

/// What must hold of found items: they stand in the text, in its order.
fn placed(text: &str, found: &[extract::Found]) {
    assert!(found.len() <= extract::MOST_ITEMS);
    let mut before = 0;
    for one in found {
        assert!(one.at.start >= before, "in the text's order");
        before = one.at.start;
        assert!(text.get(one.at.clone()).is_some_and(|shown| !shown.is_empty()), "{one:?} stands in the text");
        match &one.item {
            Item::Url(url) => settled(&url.url),
            Item::Hash(hash) => assert!(matches!(hash.len(), 32 | 40 | 64 | 128)),
            _ => {}
        }
    }
}

fn extract(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let items = extract::items(&text);
    assert_eq!(items, extract::items(&text), "reading twice gives the same");
    placed(&text, &items);
    let brands = Brands::new([vec!["楽天".to_owned(), "Rakuten".to_owned()], vec!["JCB".to_owned()]]);
    placed(&text, &extract::everything(&text, &brands));
    let _ = extract::item(&text);
}

fn notice(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let subject = text.lines().next().unwrap_or_default();
    let sent = notice::Sent { at: Some(LATEST), ahead_minutes: Some(540), in_japanese: false };
    let told = notice::read(subject, &text, &sent);
    assert_eq!(told, notice::read(subject, &text, &sent), "reading twice gives the same");
    assert!(told.findings.len() <= notice::MOST_FINDINGS && (told.left_out == 0 || told.findings.len() == notice::MOST_FINDINGS));
    for finding in &told.findings {
        assert!(finding.is_about_something() && finding.details.len() <= 60, "{finding:?}");
        found(finding);
    }
}

fn times(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    let all = [
        time::with_offset(&text),
        time::rfc_3339(&text),
        time::rfc_5322(&text),
        time::in_utc(&text),
        time::in_zone(&text, &zone),
        time::of_epoch_s(&text),
        time::of_epoch_ms(&text),
        notice::time(&text),
    ];
    for at in all.into_iter().flatten() {
        assert_eq!(time::rfc_3339(&at.rfc3339()).map(|again| again.0 / 1_000_000), Some(at.0.div_euclid(1_000_000)), "{text:?} is written and read: {at:?}");
    }
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn arfs() -> Vec<Vec<u8>> {
    owned(&[
        "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nSource-IP: 192.0.2.7\r\nArrival-Date: Tue, 19 Jan 2016 10:12:00 +0900\r\nReported-URI: http://a.example.test/x\r\nReported-Domain: a.example.test\r\nOriginal-Rcpt-To: <b@example.jp>\r\n",
        "Feedback-Type: auth-failure\nUser-Agent: x\nVersion: 1\nAuth-Failure: dkim\nDelivery-Result: reject\nDKIM-Domain: example.test\nSource-IP: 2001:db8::7\nIncidents: 3\nAuthentication-Results: mx.example.jp;\n dkim=fail\n",
    ])
}

fn xarfs() -> Vec<Vec<u8>> {
    let party = r#"{"org":"Example","contact":"abuse@example.test","domain":"example.test"}"#;
    let report = |category: &str, kind: &str, source: &str, more: &str| {
        format!(
            r#"{{"xarf_version":"4.2.0","report_id":"00000000-0000-4000-8000-000000000007","timestamp":"2024-01-15T09:00:07+09:00","reporter":{party},"sender":{party},"source_identifier":"{source}","category":"{category}","type":"{kind}","confidence":0.5,"tags":["a:b"],"evidence":[{{"content_type":"text/plain","description":"d","payload":"aGk="}}]{more}}}"#
        )
    };
    let attack =
        report("connection", "login_attack", "192.0.2.7", r#","protocol":"tcp","first_seen":"2024-01-15T00:00:00Z","source_port":40000,"destination_port":22"#);
    let site = report("content", "phishing", "http://a.example.test/", r#","url":"http://a.example.test/","domain":"a.example.test""#);
    let legacy = "---\nReported-From: abuse@example.test\nCategory: abuse\nReport-Type: login-attack\nService: ssh\nVersion: 0.2\nDate: Mon, 15 Jan 2024 09:00:07 +0900\nSource-Type: ip-address\nSource: 192.0.2.7\nPort: 22\nReport-ID: 7@example.test\n\nx\n";
    owned(&[&attack, &site, &format!("[{attack},\n{site}]"), &format!("{attack}\n{site}\n"), legacy])
}

fn tables() -> Vec<Vec<u8>> {
    owned(&[
        "\"timestamp\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\"\n\"2024-01-15 00:00:07\",\"192.0.2.7\",\"udp\",53,\"a.example.test\",\"openresolver\",64496,\"JP\"\n\"2024-01-15 00:00:08\",\"2001:db8::7\",\"tcp\",22,\"\",\"ssh; \"\"x\"\"\",64496,\"JP\"\n",
        "timestamp,severity,ip,src_ip,dst_ip,url,infection,http_host\n2024-01-15 00:00:07,high,192.0.2.7,198.51.100.1,203.0.113.1,/login.php,mirai,a.example.test\nnever,,,,,,,\n",
        "日時;IPアドレス;URL;備考\n2024-01-15 00:00:07;192.0.2.7;hxxp://a[.]example.test/;x\n",
        "time\taddress\tport\n1705276807\t192.0.2.7:53\t\"a\nb\"\n",
    ])
}

fn lists() -> Vec<Vec<u8>> {
    owned(&[
        "date,URL,description\n2019/01/04 10:12:00,http://login.example.test/ib/,Example Bank\n2019/01/05 10:12:00,\"http://b.example.test/?a,b\",\"B, Bank\"\n",
        "2019-01-04T10:12:00+09:00,hxxps://例え[.]example/%7ea,楽天\r\n2019/1/4,192.0.2.7,\r\n",
    ])
}

fn objects() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"timestamp":"2024-01-15T00:00:07Z","ip":"192.0.2.7","port":22,"kind":"brute force","more":{"a":[1,2,"x"],"b":null}}"#,
        "{\"ip\":\"192.0.2.7\",\"time\":1705276807}\n{\"ip\":[\"192.0.2.8\",\"2001:db8::7\"],\"time\":1705276808.5}\n",
        "[{\"source\":{\"ip\":\"192.0.2.7\"},\"url\":\"http://a.example.test/\\u0041\\ud83d\\ude00\"},\n {\"source\":{\"ip\":\"x\"}}]",
    ])
}

fn documents() -> Vec<Vec<u8>> {
    owned(&[
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident purpose=\"reporting\" restriction=\"green\"><IncidentID name=\"csirt.example.test\">7</IncidentID><DetectTime>2024-01-15T09:00:07+09:00</DetectTime><ReportTime>2024-01-16T00:00:00Z</ReportTime><Description>Guessing at SSH &amp; more</Description><Assessment><IncidentCategory>brute force</IncidentCategory></Assessment><EventData><Flow><System category=\"source\"><Node><DomainData><Name>a.example.test</Name></DomainData><Address category=\"ipv4-addr\">192.0.2.7</Address></Node><Service ip-protocol=\"6\"><Port>40000</Port></Service></System></Flow></EventData></Incident></IODEF-Document>",
        "<iodef:IODEF-Document version=\"1.00\" xmlns:iodef=\"urn:ietf:params:xml:ns:iodef-1.0\"><iodef:Incident purpose=\"mitigation\"><iodef:IncidentID name=\"x\">8</iodef:IncidentID><iodef:ReportTime>2024-01-15T00:00:07+00:00</iodef:ReportTime><iodef:Assessment><iodef:Impact type=\"recon\"/></iodef:Assessment><iodef:EventData><iodef:Flow><iodef:System category=\"source\"><iodef:Node><iodef:NodeName>a.example.test</iodef:NodeName><iodef:Address category=\"ipv4-addr\">192.0.2.8</iodef:Address></iodef:Node><iodef:Service ip-protocol=\"17\"><iodef:Portlist>53,80-90</iodef:Portlist></iodef:Service></iodef:System></iodef:Flow></iodef:EventData></iodef:Incident></iodef:IODEF-Document>",
        "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><IODEF-Document><Incident><IncidentID>&b;</IncidentID></Incident></IODEF-Document>",
    ])
}

fn urls() -> Vec<Vec<u8>> {
    owned(&[
        "http://login.example.test/ib/",
        "hxxps://LOGIN[.]example.test:443/%7ea?b#c",
        "http://user:pass@[2001:db8::7]:8080/a/../b?x=%2f%zz&y=例",
        "http://例え.example/パス",
        "0xc0.0.2.7/x",
        "http:\\\\www。example。test\\a",
        "www.example.test",
        "http://xn--r8jz45g.example./",
        "ht tp://a_b.example.test:99999/",
    ])
}

fn texts() -> Vec<Vec<u8>> {
    owned(&[
        "Abuse report: SSH brute force\nOffending IP: 192.0.2.7\n - Time: 2015-05-15 17:03:11-07:00\n - Port: 22\n\n> quoted: hxxp://a[.]example[.]test/x (192[.]0[.]2[.]8:443)\n",
        "フィッシングサイトのお知らせ\nURL: hxxps://login.example[.]test/ib/ [192.0.2.7]\nブランド：楽天\n発見日時：2024年1月15日 09:00 (JST)\nMD5: d41d8cd98f00b204e9800998ecf8427e CVE-2024-12345\n",
        "The following hosts are infected:\n192.0.2.7 | 2015-05-16 02:03:11 +0200 | mirai, port 8080\n2001:db8::7\ncontact: abuse@example.test <http://b.example.test/>\n",
        "<table><tr><td>IP</td><td>192.0.2.7</td></tr></table>",
    ])
}

fn moments() -> Vec<Vec<u8>> {
    owned(&[
        "2024-01-15T09:00:07.123+09:00",
        "Mon, 15 Jan 2024 09:00:07 +0900 (JST)",
        "2024/01/15 00:00:07",
        "1705276807.5",
        "2024年1月15日 09時00分",
        "15/Jan/2024:09:00:07 +0900",
        "-9223372036854775808",
    ])
}
