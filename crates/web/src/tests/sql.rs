//! Packets in SQL: who may ask, what is handed to the engine, and how its answer or refusal is shown; on both databases.

use super::{
    browser::{Browser, on_both},
    filled::{Filled, HOSTILE},
    pages::check,
    shares::world,
    tongues::speaks_one,
};
use axum::http::{StatusCode, header};
use noroshi_kernel::access::Role;

const PATH: &str = "/observe/sql";
const TIMES: [(&str, &str); 2] = [("from", "2019-03-18T09:00"), ("to", "2019-03-19T09:00")];

fn fields<'a>(sql: &'a str, as_what: &'a str) -> Vec<(&'a str, &'a str)> {
    [&[("sql", sql), ("as", as_what)][..], &TIMES].concat()
}

#[tokio::test]
async fn a_question_goes_to_the_engine_and_its_answer_to_the_page() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        let none = analyst.post(PATH, &fields("SELECT 1", "page")).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.body.contains("there are no packets in that time"), "{}", none.body);
        world(&filled).await;
        for language in ["ja", "en"] {
            let browser = Browser::of(&filled, Role::Analyst).await.speaking(language);
            let form = browser.get("/observe/sql?from=2019-03-18T09:00&to=2019-03-19T09:00").await;
            check(PATH, language, &form.body);
            speaks_one(&form.body, language, PATH);
            assert!(
                form.body.contains("<code>sensor_country</code>")
                    && form.body.contains("value=\"2019-03-18T09:00\"")
                    && form.body.contains("\nSELECT protocol"),
                "{}",
                form.body
            );
            let page = browser.post(PATH, &fields(&format!("SELECT '{HOSTILE}'\r\n, 1"), "page")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            check(PATH, language, &page.body);
            // The engine's double tells what it got: both times of the team's zone, and the files of three sensors in them.
            for cell in
                ["<td lang=\"\">2019-03-18T00:00:00Z 2019-03-19T00:00:00Z</td>", "<td lang=\"\" class=\"num\">1000</td>", "<td lang=\"\" class=\"num\">3</td>"]
            {
                assert!(page.body.contains(cell), "{cell}: {}", page.body);
            }
            assert!(!page.body.contains("<script>alert"), "{}", page.body);
            let refused = browser.post(PATH, &fields(&format!("DROP {HOSTILE}"), "csv")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            check(PATH, language, &refused.body);
            assert!(refused.body.contains("role=\"alert\"") && refused.body.contains("\nDROP &#60;script&#62;"), "{}", refused.body);
        }
        let csv = analyst.post(PATH, &fields("SELECT 1,\n2", "csv")).await;
        assert_eq!(
            csv.body,
            "sql,span,rows,files,sensors,null\n\"SELECT 1,\n2\",2019-03-18T00:00:00Z 2019-03-19T00:00:00Z,10000,3,kassel-1 osaka-1 tokyo-1,\n"
        );
        assert_eq!(csv.header(header::CONTENT_DISPOSITION), "attachment; filename=\"packets.csv\"");
        let json: serde_json::Value = serde_json::from_str(&analyst.post(PATH, &fields("SELECT 1", "json")).await.body).expect("JSON");
        assert_eq!((json["rows"][0][0].as_str(), json["rows"][0][2].as_u64(), json["rows"][0][5].is_null()), (Some("SELECT 1"), Some(10_000), true), "{json}");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_is_asked() {
    let filled = Filled::empty().await;
    world(&filled).await;
    let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
    for (sql, from, to, says) in [
        (" \n", TIMES[0].1, TIMES[1].1, "write a query"),
        ("SELECT 1", "", TIMES[1].1, "write both times"),
        ("SELECT 1", TIMES[0].1, "tomorrow", "write both times"),
        ("SELECT 1", TIMES[1].1, TIMES[0].1, "must be later"),
        ("SELECT 1", TIMES[0].1, TIMES[0].1, "must be later"),
        ("SELECT 1", "2001-01-01T00:00", "2001-01-02T00:00", "there are no packets"),
    ] {
        let page = analyst.post(PATH, &[("sql", sql), ("from", from), ("to", to), ("as", "page")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sql} {from} {to}");
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    assert_eq!(analyst.post(PATH, &fields("SELECT 1", "pdf")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(analyst.get("/observe/sql?example=none").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(analyst.get("/observe/sql?sql=SELECT+1").await.status, StatusCode::BAD_REQUEST, "no link asks");
    let without_token = analyst.program("POST", PATH, &[("content-type", "application/x-www-form-urlencoded")], "sql=SELECT+1").await;
    assert_eq!(without_token.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_ask_is_led_there() {
    let filled = Filled::empty().await;
    for role in Role::ALL {
        let page = Browser::of(&filled, role).await.get("/observe").await;
        let may = matches!(role, Role::Analyst | Role::Administrator);
        assert_eq!(page.body.contains("href=\"/observe/sql?from="), may, "{role:?}");
    }
}
