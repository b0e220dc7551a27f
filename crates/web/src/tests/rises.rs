//! Rises on pages: the list says what to do, one of them shows its evidence, and people say what it is; on both databases.

use super::{
    browser::{Browser, on_both},
    filled::Filled,
    pages::check,
};
use axum::http::StatusCode;
use noroshi_kernel::{
    access::{Actor, Role},
    moment::Moment,
};
use noroshi_lake::packets::{Country, Kind, Service, Tool};
use noroshi_observation::{
    ask::Standpoint,
    service::{
        detect::detect,
        history::{Group, History, take_over},
        registry::{self, Site},
    },
    watch::Watch,
};

const ROOT: Actor = Actor::Platform;
const HOUR_US: i64 = 3_600_000_000;

/// Sixty days of three sensors; on the last one port 445 is asked for four times as much, and port 5168 for the first time.
async fn fill(filled: &Filled) {
    let zone = filled.web.reckoning.zone.clone();
    let today = zone.moment(zone.wall(filled.web.ledger.now()).date().at(0, 0, 0, 0)).expect("a day");
    let mut watched = Vec::new();
    for number in 1..=3 {
        let site = Site { country: "JP".into(), ..Site::default() };
        let sensor = registry::enter(&filled.web.ledger, &ROOT, &format!("tower-{number}"), &site).await.expect("entered").id;
        watched.push(Watch { sensor, from: today.0 - 60 * Moment::DAY_US, to: today.0 });
    }
    let group = |at: i64, number: i64, port: u16| Group {
        at: Moment(at + number),
        source: std::net::Ipv4Addr::from(0xC612_0000 + u32::try_from((at / HOUR_US * 31 + number * 7_919) % 60_000).expect("small")).into(),
        service: Service::Port { protocol: 6, port },
        country: Country::new(*b"US"),
        tool: Tool::Unknown,
        kind: Kind::Scan,
        sensors: vec![(u32::try_from(number % 3 + 1).expect("small"), 1)],
    };
    let days: Vec<Vec<Group>> = (1..=60_i64)
        .rev()
        .map(|day| {
            let usual = 9 + day % 3;
            let hours = (0..24_i64).map(|hour| today.0 - day * Moment::DAY_US + hour * HOUR_US);
            hours
                .flat_map(|at| {
                    let many = if day == 1 { usual * 4 } else { usual };
                    (0..many).map(move |number| (at, number, 445)).chain((0..if day == 1 { 3 } else { 0 }).map(move |number| (at, number, 5168)))
                })
                .map(|(at, number, port)| group(at, number, port))
                .collect()
        })
        .collect();
    take_over(&filled.web.ledger, &ROOT, &zone, History { until: today, watched, days: days.into_iter() }).await.expect("taken over");
    let standpoint = Standpoint { zone: &zone, home: &filled.web.reckoning.home };
    let found = detect(&filled.web.observatory, standpoint, today).await.expect("judged");
    assert_eq!(found.found.len(), 2, "{found:?}");
}

#[tokio::test]
async fn a_rise_is_read_explained_and_published() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        let empty = analyst.get("/rises").await;
        assert!(empty.body.contains("No sensor is entered yet"), "{}", empty.body);
        fill(&filled).await;
        for language in ["ja", "en"] {
            let reader = Browser::of(&filled, Role::Handler).await.speaking(language);
            for path in ["/rises", "/rises?state=open", "/rises?state=dismissed", "/rises/1", "/rises/2"] {
                let page = reader.get(path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
                check(path, language, &page.body);
                assert!(!page.body.contains("/explain\""), "a handler reads: {path}");
            }
        }
        let list = analyst.get("/rises").await;
        assert!(list.body.contains("data-count=\"2\"") && list.body.contains("445/TCP") && list.body.contains("5168/TCP"), "{}", list.body);
        let number = if analyst.get("/rises/1").await.body.contains("<code>445/TCP</code>") { 1 } else { 2 };
        let page = analyst.get(&format!("/rises/{number}")).await;
        for part in ["microsoft-ds", "3 of 3", "data-state=\"open\"", "<svg", "times as many", "/observe?show=series"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let post = async |step: &str, fields: &[(&str, &str)]| analyst.post(&format!("/rises/{number}/{step}"), fields).await;
        let refused = post("explain", &[("ja", ""), ("en", " ")]).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("say what it is"), "{}", refused.body);
        assert!(post("explain", &[("ja", "ワームです。"), ("en", "")]).await.status.is_redirection());
        let half = post("publish", &[]).await;
        assert!(half.status == StatusCode::UNPROCESSABLE_ENTITY && half.body.contains("in Japanese and in English"), "{}", half.body);
        assert!(post("explain", &[("ja", "ワームです。"), ("en", "A worm, see https://evil.example/")]).await.status.is_redirection());
        assert!(post("publish", &[]).await.status.is_redirection());
        let public = analyst.get(&format!("/rises/{number}")).await;
        assert!(public.body.contains("data-state=\"published\"") && !public.body.contains("https://evil.example/</p>"), "{}", public.body);
        assert!(post("reopen", &[]).await.status.is_redirection());
        assert_eq!(post("dismiss", &[("reason", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(post("dismiss", &[("reason", "our own test")]).await.status.is_redirection());
        assert!(analyst.get("/rises?state=dismissed").await.body.contains("445/TCP"));
        assert_eq!(analyst.get("/rises/9").await.status, StatusCode::NOT_FOUND);
        assert_eq!(Browser::of(&filled, Role::Handler).await.post(&format!("/rises/{number}/reopen"), &[]).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}
