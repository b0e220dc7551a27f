//! The command line as scripts rely on it: exit codes, JSON alone on standard output, messages on standard error.

use crate::{
    place::Home,
    server::{Server, Visitor, account},
};

const CSV: &[u8] =
    b"date,URL,description\n2020/01/04 10:12:00,http://a.example.jp/,Amazon\n2020/02/04 10:12:00,http://b.example.jp/,\xe6\xa5\xbd\xe5\xa4\xa9\n";

#[test]
fn a_fresh_directory_is_made_and_set_up() {
    let home = Home::sqlite();
    let ran = home.run(&["init"]);
    assert_eq!((ran.code(), ran.out().as_str()), (0, ""));
    let data = home.path().join("data");
    let key = std::fs::read_to_string(data.join("team.key")).unwrap();
    assert_eq!(key.len(), 64);
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(data.join("team.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(home.run(&["init"]).code(), 0, "a second time changes nothing");
    assert_eq!(std::fs::read_to_string(data.join("team.key")).unwrap(), key);
}

#[test]
fn import_stats_list_and_show_print_json() {
    let home = Home::sqlite();
    let file = home.file("list.csv", CSV);
    let import = home.run(&["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()]);
    assert_eq!(import.code(), 0);
    let outcome = import.json();
    assert_eq!((outcome["read"].as_i64(), outcome["stored"].as_i64(), outcome["reasons"].as_array().map(Vec::len)), (Some(2), Some(2), Some(0)));
    let stats = home.run(&["incident", "stats", "--period", "2020Q1", "--json"]).json();
    for key in [
        "period",
        "scheme",
        "reports",
        "correspondence",
        "incidents",
        "addresses",
        "inquiries",
        "coordinations",
        "by_category",
        "by_month",
        "reporter_tld",
        "scan_ports",
        "phishing_brand",
        "phishing_brands",
        "coordination_destination",
        "phishing_coordination_destination",
    ] {
        for place in [&stats, &stats["previous"], &stats["year_ago"]] {
            assert!(!place[key].is_null(), "{key}");
        }
    }
    assert_eq!((stats["period"].as_str(), stats["scheme"].as_str(), stats["incidents"].as_i64()), (Some("2020Q1"), Some("2013"), Some(2)));
    assert_eq!(stats["by_month"][1]["month"], "2020-02");
    assert_eq!(stats["phishing_brand"]["domestic"], 1);
    assert_eq!(stats["phishing_brands"][0]["brand"], "Amazon");
    let list = home.run(&["incident", "list", "--search", "楽天", "--json"]).json();
    assert_eq!((list["count"].as_i64(), list["items"][0]["number"].as_str()), (Some(1), Some("2020-00002")));
    let shown = home.run(&["incident", "list", "--search", "hxxp://b[.]example[.]jp/", "--json"]).json();
    assert_eq!(shown["items"], list["items"], "what is shown defanged is found");
    assert_eq!(shown["count"], 1);
    let show = home.run(&["incident", "show", "2020-00002", "--json"]).json();
    assert_eq!((show["target"].as_str(), show["report_count"].as_i64()), (Some("http://b.example.jp/"), Some(1)));
    assert!(home.run(&["incident", "show", "2020-00002"]).out().contains("hxxp://b.example[.]jp/"), "hostile URLs are defanged for people");
}

#[test]
fn wrong_usage_is_2_and_says_what_to_write() {
    let home = Home::sqlite();
    for (arguments, says) in [
        (&["incident", "stats", "--period", "2013Q5"][..], "write a quarter as 2013Q4"),
        (&["intake", "import", "--format", "nonsense", "x"], "it reads phishurl"),
        (&["incident", "list", "--category", "nonsense"], "write phishing"),
        (&["incident", "show", "x"], "write it as 2013-04412"),
        (&["incident", "stats", "--period", "2013Q4", "--scheme", "1999"], "scheme list"),
        (&["nonsense"], "unrecognized subcommand"),
        (&["report", "--period", "2013Q4", "--kind", "nonsense"], "possible values"),
        (&["account", "add", "x", "--role", "king"], "write handler"),
    ] {
        let ran = home.run(arguments);
        assert_eq!((ran.code(), ran.out().as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err().contains(says), "{arguments:?}: {}", ran.err());
    }
}

#[test]
fn what_fails_is_1_and_says_why() {
    let home = Home::sqlite();
    for (arguments, says) in [
        (&["intake", "import", "--format", "phishurl", "/nowhere/list.csv"][..], "/nowhere/list.csv: No such file"),
        (&["intake", "import", "--format", "phishurl", "/"], "this is no file but a directory; name files, for example DIR/*.csv"),
        (&["brand", "import", "/nowhere/brands.csv"], "/nowhere/brands.csv: No such file"),
        (&["incident", "show", "2013-00001"], "there is no incident 2013-00001"),
        (&["account", "add", "x", "--role", "handler", "--password-stdin"], "at least 12 characters"),
    ] {
        let ran = home.run(arguments);
        assert_eq!((ran.code(), ran.out().as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err().contains(says), "{arguments:?}: {}", ran.err());
    }
    let configured = home.file("noroshi.toml", b"[team]\nzone = \"Mars/Olympus\"\n");
    assert!(home.run(&["init", "--config", configured.to_str().unwrap()]).err().contains("Asia/Tokyo"));
    let unknown = home.file("other.toml", b"[team]\nname = \"x\"\n");
    assert!(home.run(&["init", "--config", unknown.to_str().unwrap()]).err().contains("unknown field"));
}

#[test]
fn a_schema_file_of_shadowserver_counts_where_it_is_configured() {
    let home = Home::sqlite();
    let report = home.file("2024-01-15-beacon_seen-example.csv", b"seen_at,beacon_ip\n2024-01-15 00:00:07,192.0.2.7\n");
    let import = ["intake", "import", "--format", "shadowserver", report.to_str().unwrap()];
    assert_eq!(home.run(&import).code(), 3, "without it nobody knows such columns");
    let schema = home.file("intelmq.json", br#"{"beacon_seen": {"constant_fields": {"classification.taxonomy": "malicious-code", "classification.type": "c2-server"}, "required_fields": [["time.source", "seen_at"], ["source.ip", "beacon_ip"]]}}"#);
    let configured = |path: &str| home.file("schema.toml", format!("[feeds]\nshadowserver_schema = \"{path}\"\n").as_bytes());
    let with = |configuration: &std::path::Path| home.run(&[&import[..], &["--config", configuration.to_str().unwrap()]].concat());

    let broken = home.file("broken.json", b"{\"beacon_seen\": {\"required_fields\": 1}}");
    for (path, says) in
        [(broken.to_str().unwrap(), "broken.json: "), ("/nowhere/intelmq.json", "feeds.shadowserver_schema: /nowhere/intelmq.json: No such file")]
    {
        let ran = with(&configured(path));
        assert!(ran.code() == 1 && ran.err().contains(says), "{}", ran.err());
    }
    // Another file: the first lies in the tray.
    std::fs::write(&report, b"seen_at,beacon_ip\n2024-01-15 00:00:08,192.0.2.8\n").unwrap();
    let ran = with(&configured(schema.to_str().unwrap()));
    assert_eq!(ran.code(), 0, "{} {}", ran.out(), ran.err());
    let listed = home.run(&["incident", "list", "--json"]);
    assert!(listed.out().contains("192.0.2.8") && !listed.out().contains("192.0.2.7"), "{}", listed.out());

    // The same file by letter.
    let letter = home.file(
        "letter.eml",
        b"From: reports@example.net\r\nTo: csirt@example.jp\r\nAuto-Submitted: auto-generated\r\nSubject: Your reports\r\nMIME-Version: 1.0\r\n\
          Content-Type: text/csv; name=\"2024-01-15-beacon_seen-example.csv\"\r\n\
          Content-Disposition: attachment; filename=\"2024-01-15-beacon_seen-example.csv\"\r\n\r\nseen_at,beacon_ip\r\n2024-01-15 00:00:09,192.0.2.9\r\n",
    );
    let ran = home.run(&[
        "intake",
        "import",
        "--format",
        "eml",
        letter.to_str().unwrap(),
        "--config",
        home.file("schema.toml", format!("[feeds]\nshadowserver_schema = \"{}\"\n", schema.display()).as_bytes()).to_str().unwrap(),
    ]);
    assert_eq!(ran.code(), 0, "{} {}", ran.out(), ran.err());
    let listed = home.run(&["incident", "list", "--json"]);
    assert!(listed.out().contains("192.0.2.9"), "{}", listed.out());
}

#[test]
fn the_report_comes_in_every_form_and_language() {
    let home = Home::sqlite();
    let file = home.file("list.csv", CSV);
    home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]);
    let out = home.path().join("out");
    for language in ["ja", "en"] {
        for format in ["html", "text", "json"] {
            let ran = home.run(&["report", "--period", "2020Q1", "--kind", "incident", "--lang", language, "--format", format, "--out", out.to_str().unwrap()]);
            assert_eq!(ran.code(), 0, "{}", ran.err());
            let written = std::fs::read_to_string(ran.out().trim()).unwrap();
            match format {
                "html" => assert!(written.starts_with("<!doctype html>") && written.contains("href=\"/incidents?")),
                "text" => assert!(written.contains("2020Q1")),
                _ => assert!(serde_json::from_str::<serde_json::Value>(&written).unwrap().to_string().contains("\"query\"")),
            }
        }
    }
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 6);
}

#[test]
fn the_report_is_printed_the_same_each_time_and_its_text_can_be_taken_out() {
    let home = Home::sqlite();
    let file = home.file("list.csv", CSV);
    home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]);
    for (language, words) in [("ja", ["インシデント報告対応レポート 2020Q1", "フィッシング"]), ("en", ["Incident handling report 2020Q1", "Phishing"])]
    {
        let printed = |folder: &str| {
            let out = home.path().join(folder);
            let ran = home.run(&["report", "--period", "2020Q1", "--kind", "incident", "--lang", language, "--format", "pdf", "--out", out.to_str().unwrap()]);
            assert_eq!(ran.code(), 0, "{}", ran.err());
            let path = ran.out().trim().to_owned();
            assert!(path.ends_with(&format!("incident-2020Q1-{language}.pdf")), "{path}");
            path
        };
        let path = printed("one");
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, std::fs::read(printed("two")).unwrap());
        match std::process::Command::new("pdftotext").args([path.as_str(), "-"]).output() {
            Ok(ran) => {
                let text = String::from_utf8(ran.stdout).unwrap();
                for word in words {
                    assert!(text.contains(word), "{word} in {text}");
                }
            }
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "pdftotext cannot be started: {error}");
                eprintln!("SKIPPED: pdftotext is not installed (scripts/test installs it)");
            }
        }
    }
}

#[test]
fn a_report_of_observations_says_what_was_not_watched_and_prints() {
    let home = Home::sqlite();
    let out = home.path().join("out");
    for (language, words) in [("ja", "観測したセンサーはありません"), ("en", "No sensor watched")] {
        for (format, ending) in [("text", "txt"), ("pdf", "pdf"), ("html", "html"), ("json", "json")] {
            let arguments = ["report", "--period", "2013Q4", "--kind", "observation", "--lang", language, "--format", format, "--out", out.to_str().unwrap()];
            let ran = home.run(&arguments);
            assert_eq!(ran.code(), 0, "{}", ran.err());
            let path = ran.out().trim().to_owned();
            assert!(path.ends_with(&format!("observation-2013Q4-{language}.{ending}")), "{path}");
            if format != "pdf" {
                assert!(std::fs::read_to_string(path).unwrap().contains(words), "{format}");
            }
        }
    }
    let ran = home.run(&["report", "--period", "2013Q4", "--kind", "observation", "--scheme", "2013"]);
    assert_eq!(ran.code(), 2, "{}", ran.err());
}

#[test]
fn a_command_has_help() {
    for arguments in [
        &[][..],
        &["intake"],
        &["intake", "import"],
        &["incident"],
        &["incident", "stats"],
        &["report"],
        &["demo"],
        &["serve"],
        &["account"],
        &["brand"],
        &["mapping"],
        &["mapping", "set"],
        &["tray"],
        &["tray", "retry"],
        &["doctor"],
    ] {
        let ran = Home::sqlite().run(&[arguments, &["--help"]].concat());
        assert_eq!(ran.code(), 0, "{arguments:?}");
        assert!(ran.out().contains("Usage:"), "{arguments:?}");
    }
}

#[test]
fn importing_again_changes_no_figure() {
    let home = Home::sqlite();
    let file = home.file("list.csv", CSV);
    let import = || home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]);
    assert_eq!(import().code(), 0);
    // The delivery itself came in today.
    let year = home.run(&["incident", "list", "--json"]).json()["items"][0]["first_report"].as_str().unwrap()[..4].to_owned();
    let figures = || [year.as_str(), "2026", "2027", "2028"].map(|period| home.run(&["incident", "stats", "--period", period, "--json"]).json());
    let before = figures();
    assert_eq!(import().code(), 0);
    assert_eq!(figures(), before);
}

#[test]
fn the_demo_keeps_out_of_real_databases() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        assert_eq!(home.run(&["account", "add", "boss", "--role", "administrator"]).code(), 0);
        let ran = home.run(&["demo", "--no-serve"]);
        assert_eq!(ran.code(), 1);
        assert!(ran.err().contains("no example"), "{}", ran.err());
        assert_eq!(home.run(&["account", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
    }
    let home = Home::sqlite();
    for _ in 0..2 {
        assert_eq!(home.run(&["demo", "--no-serve"]).code(), 0, "its own it fills again");
    }
}

#[test]
fn a_disabled_account_is_there_and_out() {
    let home = Home::sqlite();
    home.run(&["account", "add", "hanako", "--role", "handler"]);
    assert_eq!(home.run(&["account", "disable", "hanako"]).code(), 0);
    assert_eq!(home.run(&["account", "list", "--json"]).json()[0]["disabled"], true);
    assert_eq!(home.run(&["account", "enable", "hanako"]).code(), 0);
    assert!(home.run(&["account", "password", "hanako"]).out().trim().len() >= 12);
    assert_eq!(home.run(&["account", "password", "nobody"]).code(), 1);
}

#[test]
fn a_pipe_or_a_device_is_refused_at_once() {
    let home = Home::sqlite();
    home.run(&["init"]);
    let (good, pipe) = (home.file("list.csv", CSV), home.path().join("pipe.csv"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (good, pipe) = (good.to_str().unwrap(), pipe.to_str().unwrap());
    for arguments in [
        &["intake", "import", "--format", "phishurl", pipe][..],
        &["intake", "import", "--format", "phishurl", good, pipe],
        &["intake", "import", "--format", "phishurl", "/dev/zero"],
        &["brand", "import", pipe],
    ] {
        let mut child = home.start(arguments);
        let mut ended = None;
        for _ in 0..200 {
            ended = child.try_wait().unwrap();
            if ended.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        if ended.is_none() {
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(ended.and_then(|status| status.code()), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("this is no file but a pipe, a socket or a device"), "{arguments:?}: {said}");
    }
    assert_eq!(home.run(&["incident", "list", "--json"]).json()["count"], 0, "nothing is begun before all inputs were looked at");
}

#[test]
fn numbers_and_nouns_agree() {
    let home = Home::sqlite();
    let import = |content: &[u8]| home.run(&["intake", "import", "--format", "phishurl", home.file("list.csv", content).to_str().unwrap()]);
    let one = import(b"date,URL,description\nnever,http://a.example.jp/,B\n");
    assert!(one.err().contains("\n1 input lies in the tray, with its reason") && one.out().starts_with("1 input read: "), "{}{}", one.out(), one.err());
    let two = import(b"date,URL,description\nnever,http://a.example.jp/,B\nnever,http://b.example.jp/,B\n");
    assert!(two.err().contains("\n2 inputs lie in the tray, each with its reason") && two.out().starts_with("2 inputs read: "), "{}{}", two.out(), two.err());
}

#[tokio::test]
async fn messages_in_a_file_bear_no_colour() {
    let home = Home::sqlite();
    assert_eq!(home.run(&["init"]).code(), 0);
    let ledger = home.ledger().await;
    let work = ledger.begin().await.unwrap();
    work.tell("nobody.listens", &"").await.unwrap();
    work.commit().await.unwrap();
    ledger.close().await.unwrap();
    let ran = home.run(&["intake", "import", "--format", "phishurl", home.file("list.csv", CSV).to_str().unwrap()]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    assert!(ran.err().contains("ERROR") && !ran.err().contains('\u{1b}'), "{:?}", ran.err());
}

#[test]
fn help_says_how_a_password_is_given() {
    let home = Home::sqlite();
    for command in ["add", "password"] {
        let help = home.run(&["account", command, "--help"]).out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("made and printed, unless --password-stdin gives one"), "{help}");
    }
}

#[test]
fn an_account_that_waits_can_be_released() {
    let home = Home::sqlite();
    let password = account(&home, "hanako", "handler");
    let server = Server::start(&home);
    let tries = |password: &str| {
        let mut visitor = Visitor::to(&server);
        let csrf = visitor.get("/sign-in").unwrap().csrf().to_owned();
        visitor.post("/sign-in", &[("csrf", &csrf), ("to", "/"), ("name", "hanako"), ("password", password)]).unwrap().status
    };
    // The waits double; after these few the next try would have to wait for seconds.
    while tries("wrong") != 429 {}
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        while tries("wrong") != 429 {}
    }
    assert_eq!(tries(&password), 429);
    let ran = home.run(&["account", "unlock", "hanako"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    assert_eq!(tries(&password), 303);
    assert_eq!(home.run(&["account", "unlock", "nobody"]).code(), 1);
}
