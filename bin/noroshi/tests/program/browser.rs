//! One walk through the pages in a real browser, without JavaScript being needed anywhere. With `NOROSHI_SCREENSHOTS` naming a
//! folder, every page is also kept as a picture in both languages, light and dark, wide and narrow.

use crate::{
    letters::piped,
    place::Home,
    server::{Server, account},
};
use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use thirtyfour::prelude::*;

/// A running chromedriver, ended with the test.
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    pub(crate) fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // A group of their own, so that no browser outlives a test that fails.
        let child = Command::new("chromedriver").arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn();
        match child {
            Ok(child) => Some(Self { child, port }),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none() && std::env::var_os("NOROSHI_TEST_POSTGRES").is_none(), "chromedriver cannot be started: {error}");
                eprintln!("SKIPPED: chromedriver is not installed (scripts/test installs it)");
                None
            }
        }
    }

    pub(crate) async fn browser(&self, javascript: bool) -> WebDriver {
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=ja",
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        if !javascript {
            capabilities.add_experimental_option("prefs", serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 })).unwrap();
        }
        for _ in 0..100 {
            if let Ok(browser) = WebDriver::new(format!("http://127.0.0.1:{}", self.port), capabilities.clone()).await {
                return browser;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("chromedriver does not answer");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

pub(crate) async fn sign_in(browser: &WebDriver, server: &Server, name: &str, password: &str) -> WebDriverResult<()> {
    browser.goto(format!("http://{}/", server.address)).await?;
    assert!(browser.current_url().await?.path().starts_with("/sign-in"), "who is not signed in signs in first");
    browser.find(By::Name("name")).await?.send_keys(name).await?;
    browser.find(By::Name("password")).await?.send_keys(password).await?;
    browser.find(By::Css("form[action='/sign-in'] button")).await?.click().await?;
    arrived(browser, |here| here.path() == "/incidents").await?;
    Ok(())
}

/// Reports something as a stranger; gives the path of the status page.
async fn report(browser: &WebDriver, server: &Server) -> WebDriverResult<String> {
    browser.goto(format!("http://{}/language/ja?to=/report", server.address)).await?;
    browser.query(By::Css("a[href='/report?desk=incident']")).first().await?.click().await?;
    // Nobody fills in a form within a moment.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    browser.find(By::Css("select[name=what] option[value=phishing]")).await?.click().await?;
    browser.find(By::Name("targets")).await?.send_keys("hxxp://form[.]example[.]jp/login").await?;
    browser.find(By::Name("description")).await?.send_keys("偽のログイン画面です。").await?;
    browser.find(By::Name("ports")).await?.send_keys("many").await?;
    browser.find(By::Css("form[action='/report'] button")).await?.click().await?;
    assert!(browser.query(By::Id("wrong-ports")).first().await?.text().await?.contains("many"), "the mistake is said where it is");
    assert_eq!(browser.find(By::Name("targets")).await?.prop("value").await?.as_deref(), Some("hxxp://form[.]example[.]jp/login"), "what was typed stays");
    browser.find(By::Name("ports")).await?.clear().await?;
    browser.find(By::Css("form[action='/report'] button")).await?.click().await?;
    let status = arrived(browser, |here| here.path().starts_with("/status/")).await?.path().to_owned();
    assert!(browser.query(By::Tag("h1")).first().await?.text().await?.starts_with("受付番号 "));
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    browser.find(By::Name("description")).await?.send_keys("もう一つ見つけました。").await?;
    browser.find(By::Css("form[action^='/status/'] button")).await?.click().await?;
    arrived(browser, |here| here.query() == Some("received=more")).await?;
    Ok(status)
}

/// Waits until the browser is where it should be: what answers a form may take its time on a busy machine.
pub(crate) async fn arrived(browser: &WebDriver, there: impl Fn(&url::Url) -> bool) -> WebDriverResult<url::Url> {
    let mut here = browser.current_url().await?;
    for _ in 0..600 {
        if there(&here) {
            return Ok(here);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        here = browser.current_url().await?;
    }
    panic!("the browser is still at {here}: {}", browser.source().await?);
}

/// The count of the list that is open.
async fn listed(browser: &WebDriver) -> WebDriverResult<i64> {
    Ok(browser.query(By::Css("[data-count]")).first().await?.attr("data-count").await?.and_then(|count| count.parse().ok()).unwrap_or(-1))
}

async fn walk(home: Home, javascript: bool) -> WebDriverResult<()> {
    let Some(driver) = Driver::start() else { return Ok(()) };
    let figures = home.file("margins.json", include_bytes!("../../../../crates/demo/tests/fixtures/margins.json"));
    let filled = home.run(&["demo", "--no-serve", "--figures", figures.to_str().unwrap()]);
    assert_eq!(filled.code(), 0, "{}", filled.err());
    let list = home.file("list.csv", "2020/01/04 10:12:00,http://a.example.jp/,楽天\n2020/01/05 10:12:00,http://b.example.jp/,Amazon\n".as_bytes());
    assert_eq!(home.run(&["intake", "import", "--format", "phishurl", list.to_str().unwrap()]).code(), 0);
    assert_eq!(home.run(&["desk", "set", "incident", "--address", "ir@example.jp"]).code(), 0);
    for letter in LETTERS {
        assert_eq!(piped(&home, letter.as_bytes()).code(), 0);
    }
    let password = account(&home, "handler", "handler");
    let administrator = account(&home, "administrator", "administrator");
    let server = Server::start(&home);
    let browser = driver.browser(javascript).await;
    let at = |path: &str| format!("http://{}{path}", server.address);
    let result = async {
        let status = report(&browser, &server).await?;
        sign_in(&browser, &server, "handler", &password).await?;

        // Browsers ask for the language that their reader set; this one's reader chooses.
        browser.goto(at("/language/ja?to=/incidents")).await?;
        assert_eq!(browser.find(By::Tag("html")).await?.attr("lang").await?.as_deref(), Some("ja"));

        // Statistics: a printed number, and the list behind it.
        browser.goto(at("/statistics?period=2013Q4")).await?;
        let numbers = browser.find_all(By::Css("a.figure")).await?;
        let mut followed = Vec::new();
        for number in &numbers {
            if let (Some(href), text) = (number.attr("href").await?, number.text().await?) {
                followed.push((href, text.replace(',', "").parse::<i64>().expect("a number")));
            }
        }
        assert!(followed.iter().any(|(href, value)| href.contains("category=phishing") && *value == 601), "the quarter's phishing sites");
        for (href, value) in followed.iter().step_by(7) {
            browser.goto(at(href)).await?;
            assert_eq!(listed(&browser).await?, *value, "{href}");
        }

        // On a phone: a table that goes on beyond the edge says so.
        let phone = serde_json::json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": false });
        browser.cdp().send_raw("Emulation.setDeviceMetricsOverride", phone).await?;
        browser.goto(at("/statistics?period=2013Q4")).await?;
        let table = browser.find(By::Css("div.wide:has(a.figure)")).await?;
        assert!(table.css_value("background-attachment").await?.contains("local"), "a shadow lies at the edge of what scrolls");
        browser.cdp().send_raw("Emulation.clearDeviceMetricsOverride", serde_json::json!({})).await?;

        // From a list to an incident, and an action on it.
        browser.goto(at("/incidents?period=2013Q4&category=phishing")).await?;
        browser.find(By::Css("tbody a")).await?.click().await?;
        let incident = arrived(&browser, |here| here.path().starts_with("/incidents/2013-")).await?.path().to_owned();
        let form = "form[action$='/coordinations'] ";
        for closed in browser.find_all(By::Css("details:not([open]) > summary")).await? {
            closed.click().await?;
        }
        browser.find(By::Css(format!("{form}[name=organisation]"))).await?.send_keys("Example Browser Hosting").await?;
        browser.find(By::Css(format!("{form}[name=country]"))).await?.send_keys("JP").await?;
        browser.find(By::Css(format!("{form}button"))).await?.click().await?;
        // One comes back to the incident, whose timeline tells it.
        browser.query(By::XPath("//ol[contains(@class,'tl')][contains(.,'Example Browser Hosting')]")).first().await?;
        assert_eq!(browser.current_url().await?.path(), incident);

        // Search in Japanese.
        browser.goto(at("/incidents")).await?;
        browser.find(By::Css("input[name=q]")).await?.send_keys("楽天").await?;
        browser.find(By::Css("input[name=q]")).await?.send_keys(Key::Enter + "").await?;
        arrived(&browser, |here| here.query().is_some_and(|query| query.contains("q="))).await?;
        assert_eq!(listed(&browser).await?, 1, "楽天 is found, Amazon is not");

        let thread = answer(&browser, &server, javascript).await?;

        // The report, then everything in English.
        browser.goto(at("/periodic-reports?period=2013Q4")).await?;
        assert!(browser.find(By::Css("article.report")).await?.text().await?.contains("4,812"));
        browser.find(By::Css("a[href^='/language/en']")).await?.click().await?;
        browser.query(By::Css("html[lang=en]")).first().await?;
        assert!(browser.find(By::Css("nav")).await?.text().await?.contains("Incidents"));

        if let Some(folder) = std::env::var_os("NOROSHI_SCREENSHOTS").map(PathBuf::from) {
            let (reply, write) = (format!("{thread}/reply"), format!("{incident}/letter"));
            let pages = [PAGES, &[("incident", &incident), ("thread", &thread), ("reply", &reply), ("write", &write), ("report-status", &status)]].concat();
            pictures(&browser, &server, &folder, &pages).await?;
            browser.goto(at("/inbox?state=done&q=evil@home.example")).await?;
            browser.find(By::Css("table.inbox a.row")).await?.click().await?;
            let hostile = browser.find(By::Css("a[href^='/letters/']")).await?.attr("href").await?.unwrap_or_default();
            let shows = ["", "?show=source", "?show=structure", "?show=items"].map(|show| format!("{hostile}{show}"));
            let here = browser.current_url().await?.path().to_owned();
            let pages = [("hostile", here.as_str()), ("letter", &shows[0]), ("source", &shows[1]), ("structure", &shows[2]), ("items", &shows[3])];
            pictures(&browser, &server, &folder, &pages).await?;
            browser.goto(at("/incidents")).await?;
            browser.find(By::Css("form[action='/sign-out'] button")).await?.click().await?;
            sign_in(&browser, &server, "administrator", &administrator).await?;
            pictures(&browser, &server, &folder, &[("desks", "/desks"), ("desk", "/desks/incident"), ("queue", "/queue")]).await?;
        }
        browser.goto(at("/incidents")).await?;
        browser.find(By::Css("form[action='/sign-out'] button")).await?.click().await?;
        browser.goto(at("/incidents")).await?;
        // Signed out is signed out.
        arrived(&browser, |here| here.path().starts_with("/sign-in")).await?;
        Ok(())
    }
    .await;
    browser.quit().await?;
    result
}

/// Letters that wait in the inbox, the one that is answered first.
const LETTERS: [&str; 4] = [
    "From: =?utf-8?q?=E5=B1=B1=E7=94=B0=E8=8A=B1=E5=AD=90?= <hanako@home.example>\r\nTo: ir@example.jp\r\nSubject: =?utf-8?q?=E3=83=95=E3=82=A3=E3=83=83=E3=82=B7=E3=83=B3=E3=82=B0=E3=82=B5=E3=82=A4=E3=83=88=E3=81=AB=E3=81=A4=E3=81=84=E3=81=A6?=\r\nMessage-ID: <w1@home.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n例示CSIRT ご担当者様\r\n\r\n先日ご連絡した件は、その後いかがでしょうか。\r\nhttp://login.example.test/ib/ はまだ動いているようです。\r\n\r\n山田\r\n",
    "From: abuse@host.example\r\nTo: ir@example.jp\r\nSubject: Out of office\r\nMessage-ID: <w2@host.example>\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n",
    "From: National CSIRT <cert@csirt.example>\r\nTo: ir@example.jp, partner@csirt.example\r\nSubject: A question about a case with quite a long subject line that goes on and on until it no longer fits\r\nMessage-ID: <w3@csirt.example>\r\n\r\nCould you tell us more?\r\n\r\nYou wrote:\r\n> one\r\n> two\r\n> three\r\n> four\r\n> five\r\n",
    "From: =?utf-8?q?=3Cscript=3E?= <evil@home.example>\r\nTo: ir@example.jp\r\nSubject: =?utf-8?q?=1B[31m_urgent=E2=80=AE_http://s.example.test/?=\r\nMessage-ID: <w4@home.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>See <a href=\"http://evil.example.test/login\">https://bank.example.test/</a> <img src=\"http://track.example.test/p.gif\"></p>\r\n--b\r\nContent-Type: text/csv; name=list.csv\r\nContent-Disposition: attachment; filename=list.csv\r\n\r\nurl\r\nhttp://third.example.test/x\r\n203.0.113.9\r\n--b--\r\n",
];

/// From the inbox to a letter in the queue, by keys where there are any; gives the thread's address.
async fn answer(browser: &WebDriver, server: &Server, javascript: bool) -> WebDriverResult<String> {
    let at = |path: &str| format!("http://{}{path}", server.address);
    let press = async |key: &str| browser.action_chain().send_keys(key).perform().await;
    let reached = async |ends: &str| {
        for _ in 0..100 {
            if browser.current_url().await?.path().ends_with(ends) {
                return Ok::<_, WebDriverError>(browser.current_url().await?.path().to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} is not {ends}", browser.current_url().await?);
    };
    browser.goto(at("/inbox")).await?;
    let waiting = listed(browser).await?;
    assert!(waiting >= 3, "the letters wait: {waiting}");
    let wanted = browser.find(By::XPath("//table//a[contains(@class,'row')][contains(.,'フィッシングサイトについて')]")).await?;
    let thread = wanted.attr("href").await?.unwrap_or_default();
    if javascript {
        // Down to the row, take it, open it, reply: the keyboard alone.
        for _ in 0..waiting {
            press("j").await?;
            if browser.find(By::Css("tr.chosen a.row")).await?.attr("href").await?.as_deref() == Some(thread.as_str()) {
                break;
            }
        }
        press("c").await?;
        reached("/inbox").await?;
        let own = browser.query(By::Css("p.done")).first().await?.text().await?;
        assert!(own.contains("担当"), "it says what was done: {own}");
        browser.goto(at("/inbox?mine=1")).await?;
        press("j").await?;
        press("o").await?;
        reached(&thread).await?;
        press("r").await?;
        reached("/reply").await?;
    } else {
        wanted.click().await?;
        reached(&thread).await?;
        browser.query(By::Css("a.button.primary")).first().await?.click().await?;
    }
    assert_eq!(browser.find(By::Name("to")).await?.prop("value").await?.as_deref(), Some("\"山田花子\" <hanako@home.example>"));
    let body = browser.find(By::Name("body")).await?;
    assert!(body.prop("value").await?.unwrap_or_default().contains("> 先日ご連絡した件"), "the letter is quoted");
    // No key of the page is pressed while one types.
    body.send_keys("ecmjk? 確認しています。").await?;
    browser.find(By::Css("form.write button.primary")).await?.click().await?;
    reached(&thread).await?;
    assert!(browser.find(By::Css("ol.tl")).await?.text().await?.contains("確認しています"), "the timeline tells it");
    browser.goto(at("/outgoing?state=queued")).await?;
    assert_eq!(listed(browser).await?, 1, "the letter stands in the queue");
    assert!(browser.find(By::Css("table.list")).await?.text().await?.contains("hanako@home.example"));
    Ok(thread)
}

/// The pages that are kept as pictures whatever stands in them.
const PAGES: &[(&str, &str)] = &[
    ("incidents", "/incidents"),
    ("filtered", "/incidents?period=2013Q4&category=phishing&origin=domestic"),
    ("statistics", "/statistics?period=2013Q4"),
    ("report", "/periodic-reports?period=2013Q4"),
    ("brands", "/brands"),
    ("brand", "/brands/amazon"),
    ("tray", "/tray"),
    ("reports", "/reports"),
    ("correspondence", "/correspondence"),
    ("coordinations", "/coordinations"),
    ("addresses", "/addresses?period=2009Q3"),
    ("inbox", "/inbox"),
    ("desk-inbox", "/inbox/incident?state=new"),
    ("inbox-empty", "/inbox/office"),
    ("outgoing", "/outgoing"),
    ("help", "/help"),
    ("missing", "/nowhere"),
    ("empty", "/incidents?q=nothing-like-this"),
];

async fn pictures(browser: &WebDriver, server: &Server, folder: &std::path::Path, pages: &[(&str, &str)]) -> WebDriverResult<()> {
    std::fs::create_dir_all(folder).unwrap();
    let tools = browser.cdp();
    for language in ["ja", "en"] {
        browser.goto(format!("http://{}/language/{language}?to=/incidents", server.address)).await?;
        for theme in ["light", "dark"] {
            tools.send_raw("Emulation.setEmulatedMedia", serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] })).await?;
            for (size, width) in [("wide", 1360), ("narrow", 360)] {
                for (name, path) in pages {
                    browser.goto(format!("http://{}{path}", server.address)).await?;
                    let screen = |height: i64| serde_json::json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
                    tools.send_raw("Emulation.setDeviceMetricsOverride", screen(900)).await?;
                    let sizes = tools.send_raw("Page.getLayoutMetrics", serde_json::json!({})).await?;
                    let (full_width, height) =
                        (sizes["cssContentSize"]["width"].as_i64().unwrap_or(0), sizes["cssContentSize"]["height"].as_i64().unwrap_or(900));
                    assert!(full_width <= width, "{path} scrolls sideways at {width} px: {full_width}");
                    tools.send_raw("Emulation.setDeviceMetricsOverride", screen(height.clamp(600, 4_000))).await?;
                    std::fs::write(folder.join(format!("{name}-{language}-{theme}-{size}.png")), browser.screenshot_as_png().await?).unwrap();
                }
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_pages_without_javascript() {
    walk(Home::sqlite(), false).await.unwrap();
}

#[tokio::test]
async fn the_pages_with_javascript_on_postgres() {
    if let Some(home) = Home::postgres() {
        walk(home, true).await.unwrap();
    }
}
