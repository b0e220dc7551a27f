//! A page speaks one language: what people and feeds wrote stays as it is, every word of ours is the reader's.

use super::{browser::Browser, filled::Filled};
use noroshi_kernel::access::Role;

/// What people wrote, and names; the longer first, since a shorter one may stand inside.
const WRITTEN: [&str; 22] = [
    "24時間応答がないため、同報",
    "停止を確認しました。\n応答なし(NXDOMAIN)。",
    "について",
    "講演のお願い",
    "National CSIRT (XX)",
    "例示ホスティング",
    "例示プロバイダ",
    "例示CSIRT",
    "例示銀行",
    "Example Hosting",
    "Example Provider",
    "Example CSIRT",
    "まだ名のない店",
    "三井住友カード",
    "どこか",
    "楽天",
    "担当A",
    "分析A",
    "調整A",
    "編集A",
    "管理A",
    "日本語",
];

/// The texts of a page that are shown or read aloud, one per line.
fn texts(page: &str) -> String {
    let mut out = String::new();
    for (place, piece) in page.split('<').enumerate() {
        let (tag, text) = if place == 0 { ("", piece) } else { piece.split_once('>').unwrap_or((piece, "")) };
        for attribute in ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\""] {
            out.extend(tag.split_once(attribute).and_then(|(_, rest)| rest.split('"').next()).map(|value| format!("\n{value}\n")));
        }
        // The text of a brand's name in the other language says so itself.
        if !tag.contains(" lang=\"") || tag.get(..4) == Some("html") {
            out.push('\n');
            out.push_str(text);
        }
    }
    out
}

/// Three English words in a row are a sentence, or part of one.
fn english(text: &str) -> Option<String> {
    let word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.lines().find_map(|line| {
        let words: Vec<&str> = line.split([' ', ',', ';', ':']).filter(|word| !word.is_empty()).collect();
        words.windows(3).find(|three| three.iter().all(|one| word(one))).map(|three| three.join(" "))
    })
}

fn japanese(text: &str) -> Option<String> {
    let ours = |character: char| matches!(character, '\u{3041}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}');
    text.lines().find(|line| line.chars().any(ours)).map(str::to_owned)
}

pub(super) fn speaks_one(page: &str, language: &str, what: &str) {
    let mut text = texts(page);
    WRITTEN.iter().for_each(|written| text = text.replace(written, ""));
    let other = if language == "ja" { english(&text) } else { japanese(&text) };
    assert_eq!(other, None, "{what} in {language}");
}

#[test]
fn what_is_looked_for_would_be_found() {
    assert_eq!(english("<p>保存できません: the name must hold 1 to 200"), Some("the name must".into()));
    assert_eq!(english("URL は https://host/path の形で"), None);
    assert_eq!(japanese("Not saved: 名前"), Some("Not saved: 名前".into()));
    assert!(texts("<p title=\"a\">b</p><i lang=\"en\">c</i>").replace('\n', "") == "ab");
}

#[tokio::test]
async fn no_page_mixes_languages() {
    let filled = Filled::open(30).await;
    for language in ["ja", "en"] {
        let person = Browser::of(&filled, Role::Administrator).await.speaking(language);
        let (plain, closed) = (filled.plain, noroshi_incident::model::Number { year: 2019, sequence: 6 });
        for path in [
            "/incidents".to_owned(),
            "/incidents?period=2019Q1&category=phishing&origin=domestic&state=new".into(),
            "/incidents?q=nothing-like-it".into(),
            "/addresses".into(),
            "/reports".into(),
            "/correspondence".into(),
            "/coordinations".into(),
            format!("/incidents/{plain}"),
            format!("/incidents/{closed}"),
            format!("/incidents/{}", filled.red),
            "/statistics?period=2019Q1".into(),
            "/statistics?period=1999".into(),
            "/periodic-reports?period=2019Q1".into(),
            "/brands".into(),
            "/brands?q=rakuten".into(),
            "/brands/rakuten".into(),
            "/tray".into(),
            format!("/tray/{}", filled.tray),
            "/mappings".into(),
            "/mappings/new".into(),
            "/mappings/scans".into(),
            "/inbox".into(),
            "/inbox/ics?state=new&mine=1".into(),
            "/outgoing".into(),
            "/desks".into(),
            "/desks/incident".into(),
            "/sensors".into(),
            "/sensors?q=x&state=silent".into(),
            "/sensors/new".into(),
            "/sensors/intake".into(),
            "/sensors/99".into(),
            "/hosted-sensor/none".into(),
            "/queue".into(),
            "/help".into(),
            "/report".into(),
            "/report?desk=incident".into(),
            "/report?desk=nowhere".into(),
            "/status/none".into(),
            "/intake/new".into(),
            "/nowhere".into(),
            "/incidents?period=yesterday".into(),
            "/incidents?nothing=1".into(),
            "/statistics?nothing=1".into(),
        ] {
            speaks_one(&person.get(&path).await.body, language, &path);
        }
        let stranger = Browser::stranger(&filled).speaking(language);
        speaks_one(&stranger.get("/sign-in").await.body, language, "/sign-in");
        speaks_one(&stranger.post("/sign-in", &[("name", "nobody"), ("password", "wrong")]).await.body, language, "a refused sign-in");
        let brand = |changed: &'static [(&'static str, &'static str)]| {
            let usual = [("key", "new"), ("name_ja", "新"), ("name_en", "New"), ("origin", "foreign"), ("country", "US"), ("sector", "bank")];
            let rest = usual.into_iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            changed.iter().copied().chain(rest).collect::<Vec<_>>()
        };
        for (path, fields) in [
            ("/brands", brand(&[("key", "No Key")])),
            ("/brands", brand(&[("key", "rakuten")])),
            ("/brands", brand(&[("name_en", " ")])),
            ("/brands", brand(&[("country", "usa")])),
            ("/brands", brand(&[("sector", "none")])),
            ("/brands", brand(&[("aliases", "楽天")])),
            ("/brands/names/1", vec![("brand", "nobody")]),
        ] {
            let answer = person.post(path, &fields).await;
            assert!(answer.status.is_client_error(), "{path} {fields:?}: {}", answer.status);
            speaks_one(&answer.body, language, &format!("{path} {fields:?}"));
        }
        for fields in [
            &[("act", "save"), ("name", "No Name")][..],
            &[("act", "save"), ("name", "scans"), ("url", "url")],
            &[("act", "preview"), ("url", "url"), ("sample", "url,b\nhttp://a.example.jp/,\nnothing,\n")],
            &[("act", "suggest"), ("sample", "x,y\n1,2\n")],
            &[("act", "preview"), ("url", "url"), ("kind_table", "nonsense")],
            &[("act", "preview"), ("url", "url"), ("time_field", "t"), ("time_zone", "Mars/Olympus")],
        ] {
            speaks_one(&person.post("/mappings/new", fields).await.body, language, &format!("a mapping: {fields:?}"));
        }
        let answer = person.post(&format!("/tray/{}/close", filled.tray), &[("note", " ")]).await;
        assert!(answer.status.is_client_error());
        speaks_one(&answer.body, language, "an entry without a note");
        let long = "x".repeat(20_001);
        for (path, fields) in [
            ("notes", vec![("text", " ")]),
            ("notes", vec![("text", long.as_str())]),
            ("coordinations", vec![("organisation", " ")]),
            ("coordinations", vec![("organisation", "New Organisation"), ("country", "JPN")]),
            ("coordinations", vec![("organisation", "New Organisation"), ("country", "JP"), ("note", long.as_str())]),
            ("category", vec![("category", "none")]),
            ("label", vec![("tlp", "PINK")]),
        ] {
            let answer = person.post(&format!("/incidents/{plain}/{path}"), &fields).await;
            assert!(answer.status.is_client_error(), "{path} {fields:?}: {}", answer.status);
            speaks_one(&answer.body, language, path);
        }
    }
}
