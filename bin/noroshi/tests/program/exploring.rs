//! What sensors saw, explored in a real browser: from captures to a rise that is explained and published, and from a scan of a source at home to the
//! incident that is drafted of it. With `NOROSHI_SCREENSHOTS` naming a folder, the pages are kept as pictures.

use crate::{
    browser::{Driver, arrived, sign_in},
    place::Home,
    server::{Server, Visitor, account},
};
use noroshi_kernel::access::Actor;
use noroshi_lake::{folder::Folder, packets::Country};
use noroshi_observation::{Observatory, geography::Geography, service};
use noroshi_testkit::capture;
use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};
use thirtyfour::prelude::*;

const SENSORS: u8 = 6;
const DAYS: i64 = 42;
const HOUR: i64 = 3_600;
/// Ports with how many packets come to each sensor on an ordinary day.
const PORTS: [(u16, i64); 7] = [(445, 30), (23, 25), (5900, 20), (1433, 12), (3389, 10), (8080, 6), (22, 4)];
/// A source at home that asks for SSH alone.
const SCANNER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 250);

fn syn(source: Ipv4Addr, sensor: u8, port: u16) -> Vec<u8> {
    capture::syn(source, Ipv4Addr::new(203, 0, 113, 200 + sensor), port)
}

/// Six weeks that end now: VNC tenfold on the last day from many sources, and a scan of SSH from home in its last hours. The scan is two hours over: an
/// hour is looked at when it ended ten minutes ago, and a scan that reaches into the hour before would be told without its end for some minutes.
fn captured(now: i64, sensor: u8) -> Vec<u8> {
    let mut packets: Vec<(i64, Vec<u8>)> = Vec::new();
    for day in 0..DAYS {
        for (port, usual) in PORTS {
            let times = if port == 5900 && day == DAYS - 1 { 10 } else { 1 };
            let count = (usual + (day * 7 + i64::from(port)) % 5) * times;
            packets.extend((0..count).map(|number| {
                // Thirty sources, a third of them at home; on the day of the rise more than two hundred.
                let some = if times > 1 { 240 } else { 30 };
                let host = u8::try_from((number * 37 + day * 11 + i64::from(port) + i64::from(sensor) * 53) % some).unwrap();
                let source = if host % 3 == 0 { Ipv4Addr::new(192, 0, 2, host) } else { Ipv4Addr::new(198, 51, 100, host) };
                (now - (DAYS - day) * 24 * HOUR + number * (24 * HOUR / count), syn(source, sensor, port))
            }));
        }
    }
    packets.extend((0..120).map(|number| (now - 4 * HOUR + number * 60, syn(SCANNER, sensor, 22))));
    packets.sort_by_key(|(at, _)| *at);
    capture::pcap(packets.into_iter().map(|(second, bytes)| (second * 1_000_000, bytes)))
}

async fn filled(home: &Home) {
    home.set_up();
    for sensor in 0..SENSORS {
        let name = format!("watchtower-{sensor}");
        let arguments = ["sensor", "add", &name, "--country", "JP", "--region", "Kanto", "--organisation", "Host of the sensor", "--no-token"];
        assert_eq!(home.run(&arguments).code(), 0);
    }
    let net = |a: u8, b: u8, c: u8, country: [u8; 2]| (Ipv4Addr::new(a, b, c, 0).into(), Ipv4Addr::new(a, b, c, 255).into(), Country::new(country).unwrap());
    let geography = Geography::of_ranges("of a test", [net(192, 0, 2, *b"JP"), net(198, 51, 100, *b"BR")]);
    let ledger = home.ledger().await;
    let now = ledger.now().0 / 1_000_000;
    let place = Observatory { ledger, folder: Folder::open(home.path().join("data/packets")).unwrap(), geography: Arc::new(geography) };
    for sensor in 0..SENSORS {
        let file = home.file("sensor.pcap", &captured(now, sensor));
        service::import(&place, &Actor::Platform, &format!("watchtower-{sensor}"), &file, Box::new(service::Silent)).await.unwrap();
    }
    assert_eq!(home.run(&["observe", "recount"]).code(), 0);
    let detected = home.run(&["observe", "detect", "--json"]).json();
    let services: Vec<&str> = detected["rises"].as_array().unwrap().iter().filter_map(|rise| rise["service"].as_str()).collect();
    assert_eq!(services, ["tcp/5900"], "{detected}");
    std::fs::write(home.path().join("data/noroshi.toml"), "[observation.scanners]\npackets = 500\nsensors = 3\n").unwrap();
}

/// Graphs, tables, values and downloads.
async fn explored(browser: &WebDriver, at: &impl Fn(&str) -> String, javascript: bool) -> WebDriverResult<()> {
    browser.goto(at("/language/ja?to=/observe")).await?;
    assert_eq!(browser.find_all(By::Css("main svg.broad")).await?.len(), 2, "ranks 1 to 5 and 6 to 10");
    let first = browser.find(By::Css("main tbody tr")).await?.text().await?;
    assert!(first.contains("445/TCP") || first.contains("5900/TCP"), "{first}");
    // One port, its sources at home and abroad, and one by one: by the form, as a reader puts the question.
    let port = browser.find(By::Name("port")).await?;
    port.clear().await?;
    port.send_keys("tcp/22").await?;
    browser.find(By::Css("select[name=show] option[value=series]")).await?.click().await?;
    browser.find(By::Css("form.filter button")).await?.click().await?;
    let here = arrived(browser, |here| here.query().is_some_and(|query| query.contains("port=tcp%2F22"))).await?;
    assert!(browser.find(By::Css("main svg.broad")).await?.is_displayed().await?);
    let chart = browser.find(By::Css("main svg.broad")).await?;
    if javascript {
        chart.send_keys(Key::End + "").await?;
        let values = browser.find(By::Css("div.reading:not([hidden])")).await?.text().await?;
        assert!(values.lines().count() >= 2 && values.contains("22/TCP"), "pointing tells values: {values}");
    } else {
        assert!(!browser.find_all(By::Css("main svg.broad rect > title")).await?.is_empty(), "values are told without a script, too");
    }
    browser.find(By::Css("main details:not(.more) > summary")).await?.click().await?;
    let days = browser.find_all(By::Css("main details:not(.more) tbody tr")).await?.len();
    assert!(days >= 28, "a row for each day: {days}");
    // The link is the view.
    let address = here.to_string();
    browser.goto(&address).await?;
    assert_eq!(browser.find(By::Name("port")).await?.prop("value").await?.as_deref(), Some("tcp/22"));
    browser.find(By::Css("select[name=show] option[value=origins]")).await?.click().await?;
    browser.find(By::Css("form.filter button")).await?.click().await?;
    arrived(browser, |here| here.query().is_some_and(|query| query.contains("show=origins"))).await?;
    let table = browser.find(By::Css("main table")).await?.prop("textContent").await?.unwrap_or_default();
    assert!(table.contains("国内") && table.contains("国外"), "{table}");
    // What cannot be answered is said beside the question.
    browser.goto(at("/observe?port=tcp%2F99999")).await?;
    assert!(browser.find(By::Css("[role=alert]")).await?.text().await?.contains("tcp/99999"));
    Ok(())
}

/// A question in SQL: from the graph's time to the table of its answer, a mistake, and a file.
async fn asked_in_sql(browser: &WebDriver, at: &impl Fn(&str) -> String) -> WebDriverResult<()> {
    browser.goto(at("/observe?show=series&port=tcp%2F22")).await?;
    browser.find(By::Css("a[href^='/observe/sql']")).await?.click().await?;
    let here = arrived(browser, |here| here.path() == "/observe/sql").await?;
    assert!(here.query().is_some_and(|query| query.contains("from=") && query.contains("to=")), "{here}");
    for (sql, answers) in [
        ("SELECT count(*) AS n FROM packets WHERE source_v4 = ipv4('192.0.2.250')", Some("720")),
        ("SELECT count(*) FROM packet", None),
        ("SELECT count(DISTINCT sensor) AS n FROM packets WHERE destination_port = 5900", Some("6")),
    ] {
        let field = browser.find(By::Name("sql")).await?;
        field.clear().await?;
        field.send_keys(sql).await?;
        browser.find(By::Css("button[value=page]")).await?.click().await?;
        // The answer's page holds the question.
        match answers {
            Some(figure) => {
                let cell = browser.query(By::Css("section.block td.num")).first().await?;
                assert_eq!(cell.text().await?, figure, "{sql}");
            }
            None => {
                let problem = browser.query(By::Css("[role=alert]")).first().await?.text().await?;
                assert!(problem.contains("packet"), "{problem}");
            }
        }
        assert_eq!(browser.find(By::Name("sql")).await?.prop("value").await?.as_deref(), Some(sql));
    }
    Ok(())
}

/// What programs are given is what the graph shows.
fn downloaded(server: &Server, password: &str) {
    let mut visitor = Visitor::to(server);
    visitor.sign_in("analyst", password).unwrap();
    let points = visitor.get("/observe/points.csv?show=ranks").unwrap();
    assert!(points.page.starts_with("key,at,packets") && points.page.lines().count() > 28 * 5, "{}", points.page);
    for (question, head) in [
        ("show=ranks", "key,packets"),
        ("show=series&port=tcp/22", "at,packets"),
        ("show=distinct&port=tcp/22", "at,packets"),
        ("show=origins", "key,at,packets"),
        ("show=sides", "key,at,packets"),
        ("show=weeks", "key,at,packets"),
        ("show=sources&port=tcp/22", "address,country"),
    ] {
        let csv = visitor.get(&format!("/observe/graph.csv?{question}")).unwrap();
        assert_eq!(csv.status, 200, "{question}");
        assert!(csv.page.starts_with(head) && csv.page.lines().count() > 2, "{question}: {}", csv.page);
        let json = visitor.get(&format!("/observe/graph.json?{question}")).unwrap();
        serde_json::from_str::<serde_json::Value>(&json.page).unwrap_or_else(|error| panic!("{question}: {error}"));
        let svg = visitor.get(&format!("/observe/graph.svg?{question}")).unwrap();
        assert_eq!(svg.status, if question.starts_with("show=sources") { 404 } else { 200 }, "{question}: a list is no picture");
    }
}

/// A rise from its list to the public.
async fn worked(browser: &WebDriver, at: &impl Fn(&str) -> String) -> WebDriverResult<()> {
    browser.goto(at("/rises")).await?;
    browser.find(By::Css("tbody a.row")).await?.click().await?;
    let rise = arrived(browser, |here| here.path().starts_with("/rises/")).await?.path().to_owned();
    let said = browser.find(By::Tag("main")).await?.text().await?;
    assert!(said.contains("5900/TCP") && said.contains("未対応"), "{said}");
    assert!(browser.find(By::Css("main svg.broad")).await?.is_displayed().await?);
    // Further into the packets, and back.
    browser.find(By::Css("a[href^='/observe?show=series']")).await?.click().await?;
    arrived(browser, |here| here.path() == "/observe" && here.query().is_some_and(|query| query.contains("5900"))).await?;
    browser.goto(at(&rise)).await?;
    browser.find(By::Name("ja")).await?.send_keys("VNC のパスワードを試すボットです。").await?;
    browser.find(By::Name("en")).await?.send_keys("Bots that try passwords of VNC.").await?;
    browser.find(By::Css("form[action$='/explain'] button")).await?.click().await?;
    browser.query(By::Css("[data-state=explained]")).first().await?;
    browser.find(By::Css("form[action$='/publish'] button")).await?.click().await?;
    browser.query(By::Css("[data-state=published]")).first().await?;
    let told = browser.find(By::Css("ol.tl")).await?.text().await?;
    assert!(told.contains("analyst") && told.contains("VNC"), "{told}");
    Ok(())
}

/// The scan became an incident by itself, which shows what sensors saw.
async fn drafted(browser: &WebDriver, at: &impl Fn(&str) -> String) -> WebDriverResult<()> {
    let mut listed = Vec::new();
    for _ in 0..240 {
        browser.goto(at("/incidents?category=scan")).await?;
        listed = browser.find_all(By::Css("tbody a")).await?;
        if !listed.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    listed.first().expect("an incident of the scan").click().await?;
    arrived(browser, |here| here.path().starts_with("/incidents/2")).await?;
    let said = browser.find(By::Tag("main")).await?.text().await?;
    for part in ["192.0.2[.]250", "センサーで観測したスキャン", "720", "22/TCP", "日本"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    browser.find(By::Css("a[href^='/observe?show=sources']")).await?.click().await?;
    arrived(browser, |here| here.path() == "/observe").await?;
    let table = browser.find(By::Css("main table")).await?.text().await?;
    assert!(table.contains("192.0.2") && table.contains("720"), "{table}");
    Ok(())
}

async fn walk(home: Home, javascript: bool) {
    let Some(driver) = Driver::start() else { return };
    filled(&home).await;
    let password = account(&home, "analyst", "analyst");
    let server = Server::start(&home);
    let browser = driver.browser(javascript).await;
    let at = |path: &str| format!("http://{}{path}", server.address);
    let result = async {
        sign_in(&browser, &server, "analyst", &password).await?;
        explored(&browser, &at, javascript).await?;
        asked_in_sql(&browser, &at).await?;
        worked(&browser, &at).await?;
        drafted(&browser, &at).await?;
        if let Some(folder) = std::env::var_os("NOROSHI_SCREENSHOTS").map(PathBuf::from) {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("sources-of-a-scan.png"), browser.screenshot_as_png().await?).unwrap();
        }
        WebDriverResult::Ok(())
    }
    .await;
    browser.quit().await.unwrap();
    result.unwrap();
    downloaded(&server, &password);
    // Told once: the same scan makes no second incident.
    let listed = home.run(&["incident", "list", "--json"]);
    assert_eq!(listed.out().matches("\"number\"").count(), 1, "{}", listed.out());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_explores() {
    walk(Home::sqlite(), true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_explores_without_javascript_on_postgres() {
    if let Some(home) = Home::postgres() {
        walk(home, false).await;
    }
}
