//! Mappings: proposed from a sample, looked at, saved, changed, removed; without a script.

use super::{browser::Browser, filled::Filled};
use axum::http::StatusCode;
use noroshi_kernel::access::Role;
use noroshi_mailroom::mapping;

const SAMPLE: &str = "seen;ip;type\r\n2019-01-15 08:00:00;192.0.2.1;scan\r\nnever;192.0.2.2;<script>alert(1)</script>\r\n";

/// The fields of the form on a page, as a browser would send them.
fn fields(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
    let plain = |text: &str| {
        let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&");
        text.strip_prefix('\n').map_or(text.clone(), str::to_owned)
    };
    let main = page.split_once("<h1>").expect("a page").1;
    let form = main.split_once("<form").expect("a form").1.split("</form>").next().unwrap_or_default();
    let mut fields = Vec::new();
    for piece in form.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = attribute(tag, "name");
        match tag.split_whitespace().next() {
            Some("input") if tag.contains("checkbox") && !tag.contains(" checked") => {}
            Some("input") => fields.push((name.unwrap_or_default(), plain(&attribute(tag, "value").unwrap_or_default()))),
            Some("textarea") => fields.push((name.unwrap_or_default(), plain(text))),
            Some("select") => fields.push((name.unwrap_or_default(), String::new())),
            Some("option") if tag.contains(" selected") => {
                fields.last_mut().expect("a select").1 = plain(&attribute(tag, "value").unwrap_or_default());
            }
            _ => {}
        }
    }
    fields.retain(|(name, _)| name != "csrf");
    fields
}

fn with<'a>(fields: &'a [(String, String)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed.iter().copied()).collect()
}

#[tokio::test]
async fn a_mapping_is_made_from_a_sample_and_changed() {
    let filled = Filled::empty().await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let empty = handler.get("/mappings").await;
    assert!(empty.body.contains("Add one: paste the first rows") && empty.body.contains("href=\"/mappings/new\""));
    let new = fields(&handler.get("/mappings/new").await.body);
    let suggested = handler.post("/mappings/new", &with(&new, &[("sample", SAMPLE), ("act", "suggest")])).await;
    assert_eq!(suggested.status, StatusCode::OK, "{}", suggested.body);
    let suggested = fields(&suggested.body);
    let of = |name: &str| suggested.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (of("separator"), of("addresses"), of("time_field"), of("kind_field"), of("header")),
        (Some("semicolon"), Some("ip"), Some("seen"), Some("type"), Some("1"))
    );
    assert_eq!(of("time_zone"), Some("Asia/Tokyo"), "the team's own is the likeliest");
    let kinds = [("kind_table", "scan = information-gathering/scanner"), ("act", "preview")];
    let preview = handler.post("/mappings/new", &with(&suggested, &kinds)).await;
    assert_eq!(preview.status, StatusCode::OK);
    for shown in ["192.0.2.1", "2019-01-15 08:00", "Scan", "line 3, column 1", "no time"] {
        assert!(preview.body.contains(shown), "{shown}: {}", preview.body);
    }
    assert!(!preview.body.contains("<script>alert"), "what a sample holds is shown and never run");
    assert!(mapping::all(&filled.web.ledger).await.expect("read").is_empty(), "looking keeps nothing");
    let preview = fields(&preview.body);
    let nameless = handler.post("/mappings/new", &with(&preview, &[("act", "save")])).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.body.contains("role=\"alert\"") && nameless.body.contains("192.0.2.1"), "and what was filled in stays");
    let saved = handler.post("/mappings/new", &with(&preview, &[("name", "scans"), ("about_en", "a row is one scan"), ("act", "save")])).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/mappings/scans"));
    let kept = mapping::find(&filled.web.ledger, "scans").await.expect("read").expect("saved");
    assert_eq!((kept.version, kept.changed_by.as_str(), kept.definition.kind.table.len()), (1, "handler", 1));
    let twice = handler.post("/mappings/new", &with(&preview, &[("name", "scans"), ("act", "save")])).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.body.contains("already"), "nobody overwrites one by accident");
    let page = handler.get("/mappings/scans").await.body;
    let (wide, narrow) = page.split_once("<aside>").expect("two columns");
    assert!(wide.contains("name=\"addresses\"") && wide.contains("name=\"kind_table\"") && narrow.contains("name=\"format\""), "the long form is wide: {page}");
    assert!(!page.contains("192.0.2.1"), "samples are not kept");
    let edit = fields(&page);
    let unchanged = handler.post("/mappings/scans", &with(&edit, &[("act", "save")])).await;
    assert_eq!(unchanged.status, StatusCode::SEE_OTHER);
    assert_eq!(mapping::find(&filled.web.ledger, "scans").await.expect("read").expect("there"), kept, "what is sent as it was changes nothing");
    handler.post("/mappings/scans", &with(&edit, &[("time_zone", "UTC"), ("act", "save")])).await;
    let list = handler.get("/mappings").await.body;
    assert!(list.contains("a row is one scan") && list.contains(">2<"), "{list}");
    assert!(handler.get("/mappings/scans").await.body.contains("Version 1"), "its versions are told");
    let wrong = handler.post("/mappings/scans", &with(&edit, &[("kind_table", "scan = nonsense"), ("act", "save")])).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("names no kind"), "{}", wrong.body);
    let removed = handler.post("/mappings/scans/remove", &[]).await;
    assert_eq!((removed.status, removed.location()), (StatusCode::SEE_OTHER, "/mappings"));
    assert_eq!(handler.get("/mappings/scans").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn json_is_looked_at_and_limits_hold() {
    let filled = Filled::empty().await;
    let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
    let new = fields(&handler.get("/mappings/new").await.body);
    let json = r#"[{"site":{"url":"hxxp://a[.]example.jp/"},"brand":"Bank"},{"site":{"url":7}}]"#;
    let suggested = fields(&handler.post("/mappings/new", &with(&new, &[("sample", json), ("act", "suggest")])).await.body);
    assert!(suggested.contains(&("format".into(), "json".into())));
    let preview = handler.post("/mappings/new", &with(&suggested, &[("url", "/site/url"), ("act", "preview")])).await;
    assert!(preview.body.contains("hxxp://a.example[.]jp/") && preview.body.contains("class=\"problem\""), "{}", preview.body);
    assert!(!preview.body.contains("href=\"h"), "nothing hostile can be clicked");
    let long = "x".repeat(300 << 10);
    let refused = handler.post("/mappings/new", &with(&new, &[("sample", &long), ("url", "u"), ("act", "preview")])).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("256 KiB"));
    let deep = "[".repeat(50_000);
    for act in ["suggest", "preview"] {
        let answer = handler.post("/mappings/new", &with(&new, &[("sample", &deep), ("format", "json"), ("url", "u"), ("act", act)])).await;
        assert!(!answer.status.is_server_error(), "{act}: {}", answer.status);
    }
}
