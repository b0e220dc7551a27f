//! The public observation page from captures to a browser: `noroshi publish`, opened from its folder in both languages, light and dark, wide and narrow;
//! and the page on which readers compare. With `NOROSHI_SCREENSHOTS` naming a folder, all of it is kept as pictures.

use crate::{browser::Driver, place::Home, server::Server};
use noroshi_kernel::moment::{Clock as _, Moment, SystemClock, Zone};
use noroshi_observation::public::{Span, Window};
use noroshi_testkit::capture;
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
};
use thirtyfour::prelude::*;

/// Ports with how many packets come to each on an ordinary day.
const PORTS: [(u16, i64); 12] =
    [(445, 48), (23, 40), (22, 33), (1433, 28), (3389, 22), (80, 18), (8080, 15), (5900, 12), (443, 10), (6379, 8), (2323, 5), (81, 3)];

fn quarter() -> Window {
    let zone = Zone::named("Asia/Tokyo").unwrap();
    Span::Quarter.before(Span::monday(SystemClock.now(), &zone), &zone).unwrap()
}

/// Raw IP: SYNs of thirteen weeks; telnet doubles in the last five, and every day is a little other than the one before.
fn captured(window: Window, sensor: u8) -> Vec<u8> {
    let mut packets: Vec<(i64, u16)> = Vec::new();
    let days = (window.to.0 - window.from.0) / Moment::DAY_US;
    for day in 0..days {
        for (port, usual) in PORTS {
            let wave = usual * ((day * 7 + i64::from(port)) % 11 - 5) / 30;
            let more = if port == 23 && day > days - 35 { usual } else { 0 };
            let count = usual + wave + more;
            packets.extend((0..count).map(|number| (window.from.0 + day * Moment::DAY_US + number * (Moment::DAY_US / count), port)));
        }
    }
    // Somebody watches to the last moment.
    packets.push((window.to.0 - 1, 445));
    packets.sort_unstable();
    let (source, here) = (Ipv4Addr::new(198, 51, 100, sensor), Ipv4Addr::new(203, 0, 113, 40 + sensor));
    capture::pcap(packets.into_iter().map(|(at, port)| (at, capture::syn(source, here, port))))
}

fn filled(home: &Home) {
    home.set_up();
    for sensor in 1..=3_u8 {
        let name = format!("watchtower-{sensor}");
        let arguments = ["sensor", "add", &name, "--country", "JP", "--region", "Kanto", "--organisation", "Host of the sensor", "--no-token"];
        assert_eq!(home.run(&arguments).code(), 0);
        let file = home.file(&format!("{name}.pcap"), &captured(quarter(), sensor));
        let ran = home.run(&["observe", "import", "--sensor", &name, file.to_str().unwrap()]);
        assert_eq!(ran.code(), 0, "{}", ran.err());
    }
    // Nothing is added up yet: no server ran. Publishing does it.
}

#[test]
fn too_few_sensors_publish_nothing() {
    for home in [Some(Home::sqlite()), Home::postgres()].into_iter().flatten() {
        home.set_up();
        let out = home.path().join("public");
        let ran = home.run(&["publish", "--out", out.to_str().unwrap()]);
        assert_eq!(ran.code(), 1);
        assert!(ran.err().contains("only 0 sensors at home watched"), "{}", ran.err());
        assert!(!out.exists());
        assert_eq!(home.run(&["publish"]).code(), 2, "there is no directory");
        std::fs::write(home.path().join("data/noroshi.toml"), "[site]\nleast_sensors = 1\n").unwrap();
        assert!(home.run(&["publish"]).err().contains("site.least_sensors"), "one alone is no setting");
    }
}

async fn looked_at(browser: &WebDriver, home: &Home, out: &Path) -> WebDriverResult<()> {
    let page = |path: &str| format!("file://{}/observation/{path}", out.display());
    let tools = browser.cdp();
    let theme = async |theme: &str| {
        tools.send_raw("Emulation.setEmulatedMedia", serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] })).await
    };
    browser.goto(page("index.html")).await?;
    browser.find(By::Css("a[hreflang=ja]")).await?.click().await?;
    assert!(browser.find(By::Tag("h1")).await?.text().await?.starts_with("インターネット定点観測 "));
    assert!(browser.find(By::Css("p.lead")).await?.text().await?.contains("国内 3 台"));
    let first = browser.find(By::Css("#week tbody tr")).await?.text().await?;
    assert!(first.starts_with("1 23/TCP telnet ") || first.starts_with("1\n23/TCP"), "telnet came first: {first}");
    assert_eq!(browser.find_all(By::Css("#quarter svg.broad")).await?.len(), 2, "ranks 1 to 5 and 6 to 10; no country is known here");
    assert!(browser.find(By::Css("#quarter svg.broad")).await?.is_displayed().await?);
    let light = browser.find(By::Tag("body")).await?.css_value("background-color").await?;
    theme("dark").await?;
    let dark = browser.find(By::Tag("body")).await?.css_value("background-color").await?;
    assert_ne!(light, dark, "the style is there, and dark is dark");
    theme("light").await?;
    // The other language, and back through the list of Mondays.
    browser.find(By::Css("a[hreflang=en]")).await?.click().await?;
    assert!(browser.find(By::Tag("h1")).await?.text().await?.starts_with("Internet observation "));
    browser.find(By::LinkText("Earlier Mondays")).await?.click().await?;
    browser.find(By::Css("ul.days a")).await?.click().await?;
    assert!(browser.current_url().await?.path().contains("/observation/en/20"));
    let folder = std::env::var_os("NOROSHI_SCREENSHOTS").map(PathBuf::from);
    for language in ["ja", "en"] {
        for (name, path) in [("monday", format!("{language}/index.html")), ("mondays", format!("{language}/archive.html"))] {
            browser.goto(page(&path)).await?;
            pictures(browser, &format!("{name}-{language}"), folder.as_deref()).await?;
        }
    }
    compare(browser, home, folder.as_deref()).await
}

/// A picture in each theme and width, and that nothing scrolls sideways.
async fn pictures(browser: &WebDriver, name: &str, folder: Option<&Path>) -> WebDriverResult<()> {
    let tools = browser.cdp();
    for theme in ["light", "dark"] {
        tools.send_raw("Emulation.setEmulatedMedia", serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] })).await?;
        for width in [1280, 390] {
            let screen = |height: i64| serde_json::json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            tools.send_raw("Emulation.setDeviceMetricsOverride", screen(900)).await?;
            let sizes = tools.send_raw("Page.getLayoutMetrics", serde_json::json!({})).await?;
            let (full, height) = (sizes["cssContentSize"]["width"].as_i64().unwrap_or(0), sizes["cssContentSize"]["height"].as_i64().unwrap_or(900));
            assert!(full <= width, "{name} scrolls sideways at {width} px: {full}");
            if let Some(folder) = folder {
                std::fs::create_dir_all(folder).unwrap();
                tools.send_raw("Emulation.setDeviceMetricsOverride", screen(height.clamp(600, 4_000))).await?;
                std::fs::write(folder.join(format!("{name}-{theme}-{width}.png")), browser.screenshot_as_png().await?).unwrap();
            }
        }
    }
    tools.send_raw("Emulation.clearDeviceMetricsOverride", serde_json::json!({})).await.map(|_| ())
}

/// A reader pastes a log.
async fn compare(browser: &WebDriver, home: &Home, folder: Option<&Path>) -> WebDriverResult<()> {
    let server = Server::start(home);
    for language in ["ja", "en"] {
        browser.goto(format!("http://{}/language/{language}?to=/compare", server.address)).await?;
        let line = |port: u16| {
            format!("Mar  1 09:00:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=40000 DPT={port} SYN URGP=0\n")
        };
        let log: String = [(23, 12), (445, 7), (8081, 9), (22, 3)].iter().map(|(port, times)| line(*port).repeat(*times)).collect();
        let field = browser.find(By::Name("log")).await?;
        field.send_keys(log + "something else\n").await?;
        browser.find(By::Css("form[action='/compare'] button")).await?.click().await?;
        let table = browser.query(By::Css("main table")).first().await?.text().await?;
        assert!(table.contains("8081/TCP") && table.contains("microsoft-ds"), "{table}");
        let text = browser.find(By::Tag("main")).await?.text().await?;
        assert!(text.contains("8081/TCP") && !text.contains("198.51.100"), "{text}");
        pictures(browser, &format!("compare-{language}"), folder).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_monday_page_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    let home = Home::sqlite();
    filled(&home);
    let out = home.path().join("public");
    std::fs::write(home.path().join("data/noroshi.toml"), format!("[site]\ndirectory = {out:?}\n")).unwrap();
    let published = home.run(&["publish", "--json"]).json();
    assert_eq!((published["sensors"].as_u64(), published["files"].as_array().map(Vec::len)), (Some(3), Some(13)), "{published}");
    let browser = driver.browser(false).await;
    let result = looked_at(&browser, &home, &out).await;
    browser.quit().await.unwrap();
    result.unwrap();
}
