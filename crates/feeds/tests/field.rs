//! Reports of every format from the field: `NOROSHI_FIELD_DATA` names the folder that holds them.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use noroshi_feeds::{
    arf,
    mapping::{CsvReader, Mapping},
    phishurl::PhishUrlReader,
    shadowserver::{ReportType, Schema, ShadowserverReader},
    xarf::{self, legacy},
};
use noroshi_kernel::{
    moment::{Moment, Zone},
    rsit::Rsit,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

const LATEST: Moment = Moment(1_900_000_000_000_000);

/// The folder of one kind of material, or a loud word that there is none.
fn material(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("NOROSHI_FIELD_DATA").map(|folder| PathBuf::from(folder).join(name)).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA names no folder that holds {name}/, so nothing of it was read");
    }
    folder
}

/// The files of a folder with an extension, by name.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|file| file.extension().is_some_and(|own| own == extension));
    found.sort();
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

fn stem(file: &Path) -> &str {
    file.file_stem().and_then(|stem| stem.to_str()).expect("a name")
}

#[test]
fn every_row_of_shadowservers_samples_is_read() {
    let Some(folder) = material("shadowserver") else { return };
    let mut count = 0;
    for file in files(&folder, "csv") {
        let report = ReportType::of_file_name(&format!("2024-01-15-{}-sample.csv", stem(&file))).expect("a type");
        let header = fs::read_to_string(&file).expect("a text").lines().next().expect("a header").to_owned();
        let has_port = header.contains("port\"") || header.contains(",port,");
        for row in ShadowserverReader::new(File::open(&file).expect("a file"), Some(report.clone()), LATEST) {
            let finding = row.expect("no read fails").content.unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
            assert!(finding.at.is_some() && !finding.addresses.is_empty(), "{}: {finding:?}", file.display());
            assert_ne!(finding.rsit, Rsit::Undetermined, "{}", file.display());
            // One taken web site came without a port, although the report has a column for it.
            assert!(finding.port.is_some() || !has_port || report.name() == "compromised_website", "{}: {finding:?}", file.display());
            assert!(finding.url.is_some() || !report.name().ends_with("_url"), "{}: {finding:?}", file.display());
            count += 1;
        }
    }
    eprintln!("{count} rows of Shadowserver's samples were read");
    assert_eq!(count, 136);
}

#[test]
fn kinds_agree_with_shadowservers_own() {
    /// Where we know better, and why.
    const EXCEPTIONS: &[(&str, Rsit)] = &[
        // A darknet sees probing.
        ("event4_honeypot_darknet", Rsit::Scanner),
        // STUN answers amplify.
        ("scan_stun", Rsit::DdosAmplifier),
    ];
    let Some(folder) = material("shadowserver") else { return };
    let reports: Value = serde_json::from_slice(&fs::read(folder.join("reports.json")).expect("a file")).expect("JSON");
    let mut wrong = Vec::new();
    let (mut compared, mut same) = (0, 0);
    for (name, report) in reports.as_object().expect("an object") {
        let ours = ReportType::named(name).expect("a type").rsit();
        let text = |key: &str| report.get(key).and_then(Value::as_str).unwrap_or("");
        let theirs = Rsit::of(text("classification.taxonomy"), text("classification.type"));
        if let Some((_, expected)) = EXCEPTIONS.iter().find(|(exception, _)| exception == name) {
            assert_eq!(ours, *expected, "{name}");
            continue;
        }
        // IPv6 reports carry no class of their own: theirs is that of the IPv4 report.
        let four = name.replace("event6", "event4").replace("scan6", "scan").replace("population6", "population");
        assert_eq!(ours, ReportType::named(four.trim_end_matches('6')).expect("a type").rsit(), "{name}");
        let Some(theirs) = theirs else { continue };
        compared += 1;
        same += u32::from(ours == theirs);
        if ours.class() != theirs.class() {
            wrong.push(format!("{name}: ours {ours}, theirs {theirs}"));
        }
    }
    eprintln!("{compared} types compared by class, {same} of them agree by kind");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 100);
}

#[test]
fn shadowservers_own_schema_file_adds_and_takes_nothing_away() {
    let Some(folder) = material("shadowserver") else { return };
    let schema = std::sync::Arc::new(Schema::read(&fs::read(folder.join("intelmq.json")).expect("a file")).expect("a schema"));
    assert_eq!(schema.len(), 170);
    let mut count = 0;
    for file in files(&folder, "csv") {
        let report = ReportType::of_file_name(&format!("2024-01-15-{}-sample.csv", stem(&file)));
        let read = |schema| -> Vec<_> {
            let rows = ShadowserverReader::by(schema, File::open(&file).expect("a file"), report.clone(), LATEST);
            rows.map(|row| row.expect("a row").content.expect("a finding")).collect()
        };
        let (without, with): (Vec<noroshi_feeds::finding::Finding>, Vec<noroshi_feeds::finding::Finding>) = (read(None), read(Some(schema.clone())));
        for (without, with) in without.iter().zip(&with) {
            assert_eq!(
                (&without.addresses, &without.port, &without.url, &without.at),
                (&with.addresses, &with.port, &with.url, &with.at),
                "{}",
                file.display()
            );
            count += 1;
        }
        assert_eq!(without.len(), with.len());
    }
    assert_eq!(count, 136);
}

#[test]
fn a_row_of_every_type_of_shadowserver_is_read() {
    let Some(folder) = material("shadowserver") else { return };
    let reports: Value = serde_json::from_slice(&fs::read(folder.join("reports.json")).expect("a file")).expect("JSON");
    let mut count = 0;
    for (name, report) in reports.as_object().expect("an object") {
        let fields: Vec<_> = report["fields"].as_array().expect("fields").iter().filter_map(Value::as_str).collect();
        let value = |field: &&str| match *field {
            "timestamp" => "2024-01-15 00:00:07",
            "protocol" => "tcp",
            "email" => "user@example.test",
            "url" | "website" => "http://www.example.test/",
            "hostname" | "request" | "http_host" => "www.example.test",
            field if field.ends_with("ip") => "192.0.2.7",
            field if field.ends_with("port") => "443",
            _ => "",
        };
        let text = format!("{}\n{}\n", fields.join(","), fields.iter().map(value).collect::<Vec<_>>().join(","));
        let rows: Vec<_> = ShadowserverReader::new(text.as_bytes(), ReportType::named(name), LATEST).map(|row| row.expect("no read fails")).collect();
        let finding = rows[0].content.clone().unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let has = |names: &[&str]| names.iter().any(|name| fields.contains(name));
        assert_eq!((rows.len(), finding.at.expect("a time").rfc3339().as_str()), (1, "2024-01-15T00:00:07Z"), "{name}");
        assert_eq!(finding.addresses.is_empty(), !has(&["ip", "src_ip", "http_referer_ip"]), "{name}: {finding:?}");
        assert_eq!(finding.port.is_some(), has(&["port", "dst_port", "http_referer_port"]), "{name}: {finding:?}");
        assert_eq!(finding.url.is_some(), name.ends_with("_url") || name.starts_with("compromised_website"), "{name}: {finding:?}");
        count += 1;
    }
    eprintln!("a row of each of Shadowserver's {count} types was read");
    assert!(count > 150);
}

/// The bodies of a mail's parts with lines of that media type, as they stand.
fn parts(mail: &str) -> Vec<String> {
    let mail = mail.replace("\r\n", "\n");
    let mut parts = vec![String::new()];
    for line in mail.lines() {
        if line.starts_with("--") && line.trim_matches('-').len() > 8 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

#[test]
fn every_sample_of_xarf_is_read() {
    let Some(folder) = material("xarf") else { return };
    let samples = files(&folder.join("samples/v4"), "json");
    for file in &samples {
        let bytes = fs::read(file).expect("a file");
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let report = xarf::read(&bytes).unwrap_or_else(|reason| panic!("{}: {reason}", file.display()));
        let finding = &report.finding;
        assert_eq!((report.category.as_str(), report.kind.as_str(), report.source.as_str()), (text("category"), text("type"), text("source_identifier")));
        assert_eq!(finding.at.expect("a time").rfc3339(), text("timestamp"), "{}", file.display());
        assert!(finding.is_about_something() && finding.rsit != Rsit::Undetermined, "{}: {finding:?}", file.display());
        if let Ok(address) = text("source_identifier").parse() {
            assert_eq!(finding.addresses.first(), Some(&address), "{}", file.display());
        }
        assert_eq!(finding.url.is_some(), value.get("url").is_some() || value.get("infringing_url").is_some(), "{}", file.display());
        let entries: Vec<_> = xarf::Reports::new(bytes.as_slice()).expect("a source").collect();
        assert_eq!(entries.len(), 1);
    }
    eprintln!("{} samples of X-ARF 4 were read", samples.len());
}

#[test]
fn verdicts_agree_with_the_schemas_of_xarf() {
    let Some(folder) = material("xarf") else { return };
    let schemas = folder.join("schemas/v4");
    let read = |file: &Path| serde_json::from_slice::<Value>(&fs::read(file).expect("a file")).expect("JSON");
    let master = read(&schemas.join("xarf-v4-master.json"));
    let mut options = jsonschema::JSONSchema::options();
    options.with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    for folder in [schemas.clone(), schemas.join("types")] {
        for file in files(&folder, "json") {
            let schema = read(&file);
            let id = schema.get("$id").and_then(Value::as_str).expect("an id").to_owned();
            let place = format!("https://xarf.org/schemas/v4/{}", file.strip_prefix(&schemas).expect("within").display());
            for name in [id, place] {
                options.with_document(name, schema.clone());
            }
        }
    }
    let validator = options.compile(&master).expect("a schema");
    let mut samples: Vec<_> = files(&folder.join("samples/v4"), "json").iter().map(|file| (stem(file).to_owned(), read(file))).collect();
    for file in files(&schemas.join("types"), "json") {
        let examples = read(&file).get("examples").and_then(Value::as_array).cloned().unwrap_or_default();
        samples.extend(examples.into_iter().filter(|example| validator.is_valid(example)).map(|example| (stem(&file).to_owned(), example)));
    }
    let (mut compared, mut refused, mut wrong) = (0, 0, Vec::new());
    for (name, whole) in samples {
        let names: Vec<_> = whole.as_object().expect("an object").keys().cloned().collect();
        for removed in std::iter::once(None).chain(names.iter().map(Some)) {
            let mut sample = whole.clone();
            if let Some(name) = removed {
                sample.as_object_mut().expect("an object").remove(name);
            }
            let (ours, theirs) = (xarf::read(sample.to_string().as_bytes()), validator.is_valid(&sample));
            compared += 1;
            refused += u32::from(!theirs);
            if ours.is_ok() != theirs {
                wrong.push(format!("{name} without {removed:?}: ours {:?}, theirs {theirs}", ours.err().map(|reason| reason.text.en)));
            }
        }
    }
    eprintln!("{compared} verdicts on X-ARF 4 compared, {refused} of them refusals");
    assert!(refused > 190 && compared > 450);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_legacy_xarf_of_the_field_is_read() {
    let Some(folder) = material("abuse-mail") else { return };
    let mut count = 0;
    for sender in ["netcraft", "cleanmx", "blocklistde"] {
        for file in files(&folder.join(sender), "eml") {
            let mail = String::from_utf8_lossy(&fs::read(&file).expect("a file")).into_owned();
            let reports: Vec<_> = parts(&mail)
                .iter()
                .filter_map(|part| part.split_once("\n\n").map(|(_, body)| body.to_owned()))
                .filter(|body| legacy::is_report(body))
                .map(|body| legacy::read(&body).unwrap_or_else(|reason| panic!("{}: {reason}", file.display())))
                .collect();
            assert_eq!(reports.len(), 1, "{}", file.display());
            for report in reports {
                let finding = report.finding;
                assert!(finding.at.is_some() && finding.is_about_something(), "{}: {finding:?}", file.display());
                assert_ne!(finding.rsit, Rsit::Undetermined, "{}: {finding:?}", file.display());
                assert!(report.reported_from.contains('@') && finding.port.is_some(), "{}: {finding:?}", file.display());
                count += 1;
            }
        }
    }
    eprintln!("{count} legacy X-ARF reports were read");
    assert!(count >= 7, "{count}");
}

#[test]
fn every_feedback_report_of_the_field_is_read() {
    let Some(folder) = material("abuse-mail") else { return };
    let mut count = 0;
    for file in ["feedback-loop", "spamexperts"].iter().flat_map(|sender| files(&folder.join(sender), "eml")) {
        let mail = String::from_utf8_lossy(&fs::read(&file).expect("a file")).into_owned();
        for part in parts(&mail) {
            let Some((head, body)) = part.split_once("\n\n") else { continue };
            if !head.to_ascii_lowercase().contains("content-type: message/feedback-report") {
                continue;
            }
            let report = arf::read(body.as_bytes()).unwrap_or_else(|reason| panic!("{}: {reason}", file.display()));
            let finding = report.finding();
            assert_eq!(finding.rsit, Rsit::Spam, "{}: {report:?}", file.display());
            assert!(report.source_ip.is_some() && !finding.addresses.is_empty(), "{}: {report:?}", file.display());
            let dated = body.to_ascii_lowercase().contains("arrival-date:") || body.to_ascii_lowercase().contains("received-date:");
            assert_eq!(finding.at.is_some(), dated, "{}: {report:?}", file.display());
            count += 1;
        }
    }
    eprintln!("{count} feedback reports were read");
    assert!(count >= 12, "{count}");
}

#[test]
fn a_suggested_mapping_reads_the_phishing_lists_as_their_own_reader_does() {
    let Some(folder) = material("phishurl") else { return };
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    let mut mapping = Mapping::suggest(&["date", "URL", "description"]);
    mapping.time.as_mut().expect("a time").zone = Some("Asia/Tokyo".into());
    let mut count = 0;
    for file in ["2019", "2020"].iter().flat_map(|year| files(&folder.join(year), "csv")) {
        let rows = CsvReader::new(File::open(&file).expect("a file"), &mapping, LATEST).expect("a mapping");
        for (row, own) in rows.zip(PhishUrlReader::new(File::open(&file).expect("a file"), &zone, LATEST)) {
            let (row, own) = (row.expect("no read fails"), own.expect("no read fails"));
            assert_eq!((row.line, row.offset, row.length, row.raw_hash), (own.line, own.offset, own.length, own.raw_hash));
            let finding = row.content.unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
            let own = own.content.expect("a good row");
            assert_eq!((finding.at, finding.url.as_ref()), (Some(own.at), Some(&own.canonical)));
            assert_eq!(finding.brand.unwrap_or_default(), own.brand);
            count += 1;
        }
    }
    eprintln!("{count} rows of phishing lists were read by a suggested mapping");
    assert_eq!(count, 18_574);
}
