//! Every page in both languages, full and empty.

use super::{
    browser::{Browser, looking},
    filled::Filled,
};
use noroshi_kernel::access::Role;
use std::{collections::BTreeSet, fs, path::Path};

/// Addresses, with the template that each renders.
const PAGES: [(&str, &str); 48] = [
    ("/sensors/shares", "shares.html"),
    // A filled one is rendered where packets are: see `compare`.
    ("/compare", "compare.html"),
    ("/report", "report_choice.html"),
    ("/report?desk=incident", "report.html"),
    ("/intake/new", "intake.html"),
    ("/status/none", "failure.html"),
    ("/incidents", "list_incidents.html"),
    ("/incidents?period=2019Q1&category=phishing&page=2", "list_incidents.html"),
    ("/incidents?q=nothing-like-this", "list_incidents.html"),
    ("/incidents/2019-00001", "incident.html"),
    ("/incidents/2019-00006", "incident.html"),
    ("/addresses", "list_incidents.html"),
    ("/reports?tld=.jp", "list_reports.html"),
    ("/correspondence?about=inquiry", "list_correspondence.html"),
    ("/coordinations?destination=foreign", "list_coordinations.html"),
    ("/statistics?period=2019Q1&scheme=2013", "statistics.html"),
    ("/periodic-reports?period=2019Q1", "periodic_report.html"),
    ("/periodic-reports?period=2019Q1&kind=observation", "periodic_report.html"),
    ("/brands?q=a", "brands.html"),
    ("/brands/rakuten", "brand.html"),
    ("/tray", "tray.html"),
    ("/tray/{tray}", "tray_entry.html"),
    ("/mappings", "mappings.html"),
    ("/mappings/new", "mapping.html"),
    ("/mappings/scans", "mapping.html"),
    ("/inbox", "inbox.html"),
    ("/inbox/office?state=done&mine=1&q=x", "inbox.html"),
    // Filled ones are rendered where letters are: see `mail`.
    ("/threads/1", "thread.html"),
    ("/threads/1/reply", "reply.html"),
    ("/letters/1", "letter.html"),
    ("/outgoing?state=queued", "outgoing.html"),
    ("/desks", "desks.html"),
    ("/desks/incident", "desk.html"),
    ("/keys", "keys.html"),
    ("/keys/new", "key_new.html"),
    ("/keys/import", "key_import.html"),
    // Filled ones are rendered where keys are: see `keys`.
    ("/keys/0", "key.html"),
    ("/observe", "observe.html"),
    ("/observe/sql", "observe_sql.html"),
    ("/rises", "rises.html"),
    // Filled ones are rendered where rises are: see `rises`.
    ("/rises/1", "rise.html"),
    ("/sensors", "sensors.html"),
    ("/sensors/new", "sensor_new.html"),
    ("/sensors/intake", "sensor_intake.html"),
    // Filled ones are rendered where sensors are: see `sensors`.
    ("/sensors/1", "sensor.html"),
    ("/queue", "queue.html"),
    ("/help", "help.html"),
    ("/nowhere", "failure.html"),
];

/// Templates that others are made of.
const PARTS: [&str; 14] = [
    "strip.html",
    "site_fields.html",
    "sensor_facts.html",
    "letter_form.html",
    "public.html",
    "report_fields.html",
    "base.html",
    "contacts.html",
    "coordination_form.html",
    "plain.html",
    "list.html",
    "time.html",
    "picker.html",
    "brand_fields.html",
];

pub(super) fn check(path: &str, language: &str, page: &str) {
    assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path} in {language}");
    assert!(!page.contains('\u{27e6}'), "{path} in {language} lacks words: {}", page.split('\u{27e6}').nth(1).unwrap_or_default());
    for inline in ["style=\"", "onclick", "<script>"] {
        assert!(!page.contains(inline), "{path} holds {inline}");
    }
}

#[test]
fn every_template_speaks_both_languages() {
    looking(async |filled| {
        for language in ["ja", "en"] {
            let handler = Browser::of(filled, Role::Administrator).await.speaking(language);
            for (path, _) in PAGES {
                let path = path.replace("{tray}", &filled.tray.to_string());
                let answer = handler.get(&path).await;
                assert!(!answer.status.is_server_error(), "{path}: {}", answer.body);
                check(&path, language, &answer.body);
            }
            check("/sign-in", language, &Browser::stranger(filled).speaking(language).get("/sign-in?to=%2Fhelp").await.body);
        }
    });
}

#[test]
fn no_template_is_left_out() {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests")).join("templates");
    let there: BTreeSet<String> =
        fs::read_dir(folder).expect("templates").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    let rendered: BTreeSet<String> = PAGES
        .iter()
        .map(|(_, template)| *template)
        .chain(PARTS)
        .chain(["sign_in.html", "status.html", "sensor_token.html", "share_token.html", "host.html"])
        .map(str::to_owned)
        .collect();
    assert_eq!(there, rendered);
}

#[test]
fn downloads_are_files() {
    looking(async |filled| {
        let editor = Browser::of(filled, Role::Editor).await;
        for (file, kind, begins) in [
            ("incident.txt", "text/plain; charset=utf-8", "===="),
            ("incident.json", "application/json", "{"),
            ("incident.html", "text/html; charset=utf-8", "<!doctype html>"),
            ("incident.pdf", "application/pdf", "#set document(title:"),
            ("observation.txt", "text/plain; charset=utf-8", "===="),
            ("observation.pdf", "application/pdf", "#set document(title:"),
        ] {
            let answer = editor.get(&format!("/periodic-reports/2019Q1/{file}?lang=en")).await;
            assert_eq!((answer.status.as_u16(), answer.header(axum::http::header::CONTENT_TYPE)), (200, kind));
            assert!(
                answer
                    .header(axum::http::header::CONTENT_DISPOSITION)
                    .starts_with(&format!("attachment; filename=\"2019Q1-{}-en.", file.split('.').next().unwrap_or_default()))
            );
            assert!(answer.body.starts_with(begins), "{file}: {}", answer.body.get(..80).unwrap_or_default());
        }
        assert_eq!(editor.get("/periodic-reports/2019Q1/incident.exe").await.status, 404);
        assert_eq!(editor.get("/periodic-reports/soon/incident.txt").await.status, 400);
    });
}

#[test]
fn a_long_list_is_turned_page_by_page() {
    looking(async |filled| {
        let handler = Browser::of(filled, Role::Administrator).await;
        let list = |page: &str| page.matches("<a class=\"row\" href=\"/incidents/").map(str::to_owned).count();
        let first = handler.get("/incidents").await;
        let (count, shown) = (first.count().expect("a count"), list(&first.body));
        assert!(count > 50 && shown == 50, "{count} incidents, {shown} shown");
        let second = handler.get("/incidents?page=2").await;
        assert_eq!(i64::try_from(shown + list(&second.body)).expect("small"), count);
        assert!(first.body.contains("rel=\"next\"") && !first.body.contains("rel=\"prev\"") && second.body.contains("href=\"/incidents\" rel=\"prev\""));
    });
}

#[tokio::test]
async fn an_empty_platform_says_what_to_do() {
    let filled = Filled::empty().await;
    for language in ["ja", "en"] {
        let handler = Browser::of(&filled, Role::Handler).await.speaking(language);
        for path in
            ["/incidents", "/addresses", "/reports", "/correspondence", "/coordinations", "/tray", "/mappings", "/brands", "/statistics", "/periodic-reports"]
        {
            let answer = handler.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            check(path, language, &answer.body);
            assert!(answer.body.contains("class=\"empty\"") || path == "/periodic-reports", "{path}");
        }
    }
}

#[tokio::test]
async fn many_reports_of_one_day_are_one_line() {
    let filled = Filled::empty().await;
    filled.same_site(260).await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let page = handler.get("/incidents/2019-00001").await.body;
    assert!(page.contains("260 reports") && page.contains("60 earlier reports are not shown"), "{page}");
    assert_eq!(page.matches("<li class=\"in\">").count(), 2, "one line for each day that is shown");
}
