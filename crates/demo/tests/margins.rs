//! What the reader of margins says about files that are wrong, partly understood or contradictory.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

use noroshi_demo::{margins, plan};

fn error(json: &str) -> String {
    match margins::read(json.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(margins) => plan::plan(&margins).expect_err("a contradiction").to_string(),
    }
}

#[test]
fn wrong_values_are_named_with_their_place() {
    for (json, says) in [
        ("[]", "the file: must be an object {…}, not a list"),
        ("{", "the margins are no JSON"),
        (r#"{"2013Q4": {"incident": {"reports": -1}}}"#, "2013Q4 incident.reports: -1 is negative"),
        (r#"{"2013Q4": {"incident": {"reports": 1.5}}}"#, "2013Q4 incident.reports: must be a whole number, not 1.5"),
        (r#"{"2013Q4": {"incident": {"reports": 5000001}}}"#, "2013Q4 incident.reports: 5000001 is more than 5000000"),
        (r#"{"2013Q4": {"incident": {"by_month": {"2014-01": {}}}}}"#, "2013Q4 incident.by_month.2014-01: is no month of 2013Q4"),
        (r#"{"2013Q4": {"incident": {"by_category": {"pishing": 1}}}}"#, "2013Q4 incident.by_category.pishing: \"pishing\" is no category"),
        (r#"{"2007Q1": {"incident": {"by_category": {"dos": 1}}}}"#, "2007Q1 incident.by_category.dos: the scheme 2005 does not tell this category apart"),
        (r#"{"2013Q4": {"scheme": "1999"}}"#, "2013Q4 scheme: there is no counting scheme \"1999\""),
        (r#"{"2013Q4": {"incident": {"scan_ports": {"22": 1}}}}"#, "2013Q4 incident.scan_ports.22: \"22\" is no port"),
        (r#"{"2013Q4": {"incident": {"reporter_tld": {"jp": 1}}}}"#, "2013Q4 incident.reporter_tld.jp: is no top-level domain"),
        (r#"{"2013Q4": {"incident": {"phishing_brands": {"No Such Brand Anywhere": 1}}}}"#, "2013Q4 incident.phishing_brands.No Such Brand Anywhere: no brand"),
        (r#"{"2013Q4": {}, "FY2013": {}}"#, "shares months with"),
        (r#"{"2013Q5": {"incident": {}}}"#, "2013Q5: is no period"),
    ] {
        let said = error(json);
        assert!(said.contains(says), "{json}: {said}");
    }
}

#[test]
fn contradictions_are_named() {
    for (json, says) in [
        (
            r#"{"2007Q3": {"incident": {"incidents": 1023, "by_category": {"scan": 580, "forged_mail": 1, "intrusion": 3, "phishing": 208, "other": 236}}}}"#,
            "2007Q3 incident.by_category: its parts add up to 1028, more than incidents 1023",
        ),
        (
            r#"{"2007Q3": {"incident": {"incidents": 1028, "by_category": {"scan": 575, "forged_mail": 1, "intrusion": 3, "phishing": 208, "other": 236}}}}"#,
            "2007Q3 incident.by_category: its parts add up to 1023 and leave nothing out, less than incidents 1028",
        ),
        (
            r#"{"2013Q4": {"incident": {"by_category": {"scan": 3}, "scan_ports": {"tcp/22": 2, "multiple": 2}}}}"#,
            "2013Q4 incident.scan_ports: its parts add up to 4, more than by_category.scan 3",
        ),
        (r#"{"2009Q3": {"incident": {"addresses": 9, "incidents": 8}}}"#, "2009Q3 incident.addresses: is 9, more than incidents 8"),
        (
            r#"{"2013Q4": {"incident": {"phishing_coordination_destination_percent": {"domestic": 60, "foreign": 50}}}}"#,
            "2013Q4 incident.phishing_coordination_destination_percent: its shares add up to 110, not to 100",
        ),
        (
            r#"{"2013-12": {"incident": {"reports": 0, "incidents": 2}}}"#,
            "2013-12 incident: no records can be counted to all of these by the scheme 2013: reports 0, incidents 2",
        ),
        (r#"{"2013-12": {"incident": {"coordinations": 2, "incidents": 0, "reports": 3}}}"#, "by the scheme 2013: incidents 0, coordinations 2;"),
        (r#"{"2013-12": {"incident": {"correspondence": 9, "inquiries": 2, "reports": 3}}}"#, "reports 3, correspondence 9, inquiries 2"),
        (
            r#"{"2013-12": {"incident": {"phishing_brand": {"domestic": 1}, "phishing_brands": {"ANA": 1, "aeon": 1}}}}"#,
            "2013-12 incident.phishing_brands (domestic): its parts add up to 2, more than phishing_brand.domestic 1",
        ),
    ] {
        let said = error(json);
        assert!(said.contains(says), "{json}: {said}");
    }
}

#[test]
fn unknown_keys_are_collected_and_the_rest_is_used() {
    let json = r#"{"about": "x", "note": 1, "2013Q4": {"vulnerability": {}, "incident": {"foo": 1, "reports": 3, "phishing_brand": {"martian": 1}, "by_month": {"2013-10": {"bar": 2}}}}}"#;
    let margins = margins::read(json.as_bytes()).expect("margins");
    let mut unknown = margins.unknown.clone();
    unknown.sort();
    assert_eq!(
        unknown,
        ["2013Q4.incident.by_month.2013-10.bar", "2013Q4.incident.foo", "2013Q4.incident.phishing_brand.martian", "2013Q4.vulnerability", "note"]
    );
    assert_eq!(plan::plan(&margins).expect("a plan").periods[0].reports.len(), 3);
}

#[test]
fn another_scheme_than_the_periods_own_is_told() {
    let margins = margins::read(br#"{"2013Q4": {"scheme": "2009", "incident": {"reports": 3}}}"#).expect("margins");
    assert_eq!(margins.warnings, ["2013Q4: its figures are generated for the scheme 2009, but without --scheme it is counted by 2013"]);
}
