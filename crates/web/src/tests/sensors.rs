//! Sensors on pages: entered, let in with real keys, heard with real batches, shown to their hosts, shut out; on both databases.

use super::{
    browser::{Browser, on_both},
    filled::{Filled, HOSTILE},
    pages::check,
    tongues::speaks_one,
};
use crate::door::{Door, Peer};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use noroshi_directory::key::Vault;
use noroshi_kernel::{access::Role, reason::Reason};
use noroshi_ledger::{Query as _, Sql};
use noroshi_observation::{
    Bearer,
    authority::Authority,
    service::{
        enrol,
        receive::{self, keep, verify},
    },
};
use noroshi_telescope::{
    batch::{BootId, Clocks, Counts, Gap, GapReason, Header, Limits, Recorder, Recording, SensorId, SigningKey, seal},
    protocol::{self, ENROL_CONTEXT, Enrol, Problem, Token},
};
use std::sync::Arc;
use tower::ServiceExt as _;

/// A sensor as its host runs it.
struct Host {
    key: SigningKey,
    identity: SensorId,
    /// In PEM.
    certificate: String,
}

impl Host {
    /// Enrols by a token as a page tells it.
    async fn enrol(filled: &Filled, token: &str) -> Self {
        let token: Token = token.parse().expect("a token");
        let key = SigningKey::generate().expect("a key").0;
        let request = rcgen::CertificateParams::default().serialize_request(&rcgen::KeyPair::generate().expect("a key")).expect("a request");
        let request = request.pem().expect("PEM");
        let asked = Enrol {
            secret: hex::encode(token.secret),
            proof: hex::encode(key.sign(ENROL_CONTEXT, request.as_bytes())),
            request,
            batch_key: key.public().to_string(),
            software: "noroshi-sensor 0.1.0".into(),
        };
        let authority = Authority::open(&filled.web.ledger, &Vault::new(&filled.web.team_key)).await.expect("an authority");
        assert_eq!(authority.pin(), token.authority, "the token names the authority");
        let enrolled = enrol::enrol(&filled.web.ledger, &authority, &asked).await.expect("enrolled");
        Self { key, identity: enrolled.sensor, certificate: enrolled.certificate }
    }

    /// Its certificate in DER.
    fn der(&self) -> Vec<u8> {
        let body: String = self.certificate.lines().filter(|line| !line.starts_with('-')).collect();
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).expect("PEM")
    }

    async fn bearer(&self, filled: &Filled) -> Bearer {
        enrol::bearer(&filled.web.ledger, &self.der()).await.expect("asked").expect("known")
    }

    /// Sends a heartbeat of ten minutes that tells of lost packets, and of a clock that is off.
    async fn heartbeat(&self, filled: &Filled) {
        let now = filled.web.ledger.now().0;
        let clocks = |wall_us: i64| Clocks { wall_us, monotonic_us: wall_us.unsigned_abs() };
        let header = Header {
            sensor: self.identity,
            boot: BootId([7; 16]),
            sequence: 0,
            previous: None,
            opened: clocks(now - 600_000_000),
            closed: clocks(now - 1_000_000),
            clock_offset_us: Some(-2_500_000),
            counts: Counts { kernel_drops: 1_234, left_out: 56, ..Counts::default() },
            gaps: vec![Gap { reason: GapReason::RingFull, from_us: now - 7_200_000_000, to_us: now - 600_000_000, packets: Some(7_890), batches: None }],
            masked: false,
            software: "noroshi-sensor 0.1.0".into(),
        };
        let bytes = seal(&header, &Recorder::new(Recording::default(), 1).take().expect("nothing"), &self.key).expect("sealed");
        let Bearer::Admitted(admitted) = self.bearer(filled).await else { panic!("shut out") };
        let arrived = verify(admitted, bytes, Limits::default(), filled.web.ledger.now()).expect("verified");
        keep(&filled.web.ledger, vec![arrived]).await.expect("kept").remove(0).expect("taken");
    }
}

/// Fields of the form, with some that are other than usual.
fn fields<'a>(name: &'a str, organisation: &'a str, region: &'a str, country: &'a str, addresses: &'a str) -> [(&'a str, &'a str); 5] {
    [("name", name), ("organisation", organisation), ("region", region), ("country", country), ("addresses", addresses)]
}

/// The token that a page tells.
fn token(page: &str) -> &str {
    let from = page.find(">nrs1-").expect("a token") + 1;
    page.get(from..from + 82).expect("a whole token")
}

/// The secret link that a page tells, as a path.
fn link(page: &str) -> Option<String> {
    let from = page.find("/hosted-sensor/")?;
    page.get(from..)?.split('<').next().map(str::to_owned)
}

#[tokio::test]
async fn a_sensor_is_entered_let_in_heard_and_shut_out() {
    on_both(async |filled: Filled| {
        let (analyst, editor) = (Browser::of(&filled, Role::Analyst).await.speaking("en"), Browser::of(&filled, Role::Editor).await.speaking("en"));
        assert!(analyst.get("/sensors").await.body.contains("href=\"/sensors/new\""), "an empty list says what to do");
        assert!(!editor.get("/sensors").await.body.contains("href=\"/sensors/new\""), "and only to whom it may concern");
        let made = analyst.post("/sensors/new", &fields("north-1", "Example Networks", "Kanto", "jp", "16")).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert!(made.body.contains("enroll --centre https://sensors.example.jp:8443"), "{}", made.body);
        let told = token(&made.body).to_owned();
        for path in ["/sensors", "/sensors/1"] {
            let page = analyst.get(path).await.body;
            assert!(page.contains("Not enrolled") && page.contains("Example Networks") && !page.contains("nrs1-"), "{path}: {page}");
        }

        let host = Host::enrol(&filled, &told).await;
        host.heartbeat(&filled).await;
        let page = editor.get("/sensors/1").await.body;
        assert!(page.contains("href=\"/observe?sensors=north-1\""), "what it saw can be asked");
        for shown in [">Watching<", "−2 s", "Clock is off", "The ring was full", "7,890", "1,234", "56", "noroshi-sensor 0.1.0", "Kanto", "JP"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(!page.contains("/revoke\"") && !page.contains("/hosted-sensor/"), "an editor looks on");
        let list = editor.get("/sensors?state=watching").await;
        assert!(list.count() == Some(1) && list.body.contains("7,890 packets lost") && list.body.contains("−2 s"), "{}", list.body);
        assert_eq!(editor.get("/sensors?state=silent").await.count(), Some(0));

        // The page for its host.
        assert_eq!(link(&analyst.get("/sensors/1").await.body), None);
        assert_eq!(analyst.post("/sensors/1/link", &[]).await.location(), "/sensors/1");
        let first = link(&analyst.get("/sensors/1").await.body).expect("a link");
        let stranger = Browser::stranger(&filled).speaking("en");
        let shown = stranger.get(&first).await;
        assert_eq!(shown.status, StatusCode::OK);
        for text in ["north-1", "This sensor watches and sends", "Switch on a time server", "The ring was full", "machine is too busy"] {
            assert!(shown.body.contains(text), "{text}: {}", shown.body);
        }
        assert!(shown.header(axum::http::HeaderName::from_static("x-robots-tag")).contains("noindex"));
        analyst.post("/sensors/1/link", &[]).await;
        let second = link(&analyst.get("/sensors/1").await.body).expect("a link");
        assert_eq!((stranger.get(&first).await.status, stranger.get(&second).await.status), (StatusCode::NOT_FOUND, StatusCode::OK));
        let forged = format!("{}{}", second.split_at(second.len() - 1).0, if second.ends_with('a') { 'e' } else { 'a' });
        assert_eq!(stranger.get(&forged).await.status, StatusCode::NOT_FOUND);
        for language in ["ja", "en"] {
            let page = Browser::stranger(&filled).speaking(language).get(&second).await.body;
            check(&second, language, &page);
            speaks_one(&page.replace("Example Networks", "").replace("Kanto", ""), language, "a host's page");
            let staff = Browser::of(&filled, Role::Analyst).await.speaking(language);
            for path in ["/sensors", "/sensors/1", "/sensors/intake"] {
                let page = staff.get(path).await.body;
                check(path, language, &page);
                speaks_one(&page.replace("Example Networks", "").replace("Kanto", ""), language, path);
            }
            let token = staff.post("/sensors/1/token", &[]).await.body;
            check("a token", language, &token);
            speaks_one(&token, language, "a token");
        }
        analyst.post("/sensors/1/end-link", &[]).await;
        assert_eq!(stranger.get(&second).await.status, StatusCode::NOT_FOUND);

        assert_eq!(analyst.post("/sensors/1/revoke", &[]).await.location(), "/sensors/1");
        assert!(matches!(host.bearer(&filled).await, Bearer::Withdrawn(_)));
        let page = analyst.get("/sensors/1").await.body;
        assert!(page.contains(">Shut out<") && page.contains("A new token lets it in again"), "{page}");
        let audited = Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE subject_kind = 'sensor' AND actor = 'analyst' AND detail NOT LIKE '%nrs1-%'");
        // Entered, four tokens, three turns of the link, shut out.
        assert_eq!(filled.web.ledger.number(audited).await.expect("a number"), 8);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_entered_is_said_and_kept_in_the_form() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        analyst.post("/sensors/new", &fields("north-1", "", "", "", "1")).await;
        for (sent, why) in [
            (fields("north-1", "Example Networks", "", "", "1"), "there is a sensor &#34;north-1&#34; already"),
            (fields("", "Example Networks", "", "", "1"), "name the sensor in 1 to 60"),
            (fields("a\u{7}b", "Example Networks", "", "", "1"), ""),
            (fields("north-2", "Example Networks", "", "zz9", "1"), "ZZ9"),
            (fields("north-2", "Example Networks", "", "JP", "0"), "is 1 or more"),
            (fields("north-2", "Example Networks", "", "JP", "many"), "is 1 or more"),
            (fields("north-2", &"x".repeat(61), "", "JP", "1"), "60 characters at most"),
        ] {
            let answer = analyst.post("/sensors/new", &sent).await;
            assert!(answer.status.is_client_error(), "{sent:?}: {}", answer.status);
            assert!(answer.body.contains(why) && !answer.body.contains("nrs1-"), "{sent:?}: {}", answer.body);
            assert!(why.is_empty() || answer.body.contains(&format!("value=\"{}\"", sent[1].1)), "what was typed stays: {}", answer.body);
        }
        assert_eq!(analyst.get("/sensors").await.count(), Some(1));
        let wrong = analyst.post("/sensors/1/site", &fields("", "Example Networks", "Kanto", "Japan", "1")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("value=\"Kanto\"") && wrong.body.contains("<details open"), "{}", wrong.body);
        assert_eq!(analyst.post("/sensors/1/site", &fields("", "Example Networks", "Kanto", "JP", "4")).await.location(), "/sensors/1");
        assert!(analyst.get("/sensors").await.body.contains("Kanto"));
        for path in ["/sensors/2", "/sensors/x", "/sensors/9223372036854775808"] {
            assert_eq!(analyst.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn sensors_stand_by_region_home_first_and_are_found() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        for sent in [
            fields("a-1", "Example Abroad", "Region B", "DE", "1"),
            fields("b-1", "Example Home", "Region A", "JP", "1"),
            fields("b-2", HOSTILE, "Region A", "JP", "256"),
            fields("c-1", "", "", "", "1"),
        ] {
            let made = analyst.post("/sensors/new", &sent).await;
            assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        }
        let list = analyst.get("/sensors").await;
        let place = |text: &str| list.body.find(text).unwrap_or_else(|| panic!("{text}: {}", list.body));
        assert!(place("colspan=\"9\">Region A") < place("colspan=\"9\">Region B") && place("colspan=\"9\">Region B") < place("colspan=\"9\">No region told"));
        assert!(!list.body.contains("<script>alert"), "{}", list.body);
        for (query, count) in
            [("q=home", 1), ("q=region%20a", 2), ("region=Region%20A", 2), ("region=Region%20A&q=b-2", 1), ("state=registered", 4), ("q=none", 0)]
        {
            assert_eq!(analyst.get(&format!("/sensors?{query}")).await.count(), Some(count), "{query}");
        }
        for query in ["state=well", "page=x", "sort=name"] {
            assert_eq!(analyst.get(&format!("/sensors?{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_stands_at_the_intake() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        assert!(analyst.get("/sensors/intake").await.body.contains("Nothing was refused"));
        analyst.post("/sensors/new", &fields("north-1", "", "", "", "1")).await;
        let id = filled.web.ledger.number(Sql::new("SELECT id AS n FROM observation_sensor")).await.expect("a sensor");
        for number in 0..60 {
            let reason = Reason::new("batch-signature", format!("封が違う {number}"), format!("the seal of {number} is wrong"));
            receive::refused(&filled.web.ledger, Some(id), &reason, "192.0.2.9").await.expect("noted");
        }
        let first = analyst.get("/sensors/intake").await.body;
        assert!(first.contains("the seal of 59 is wrong") && first.contains("192.0.2.9") && !first.contains("the seal of 9 is wrong"), "{first}");
        let from = first.find("/sensors/intake?before=").expect("more");
        let next = first.get(from..).and_then(|rest| rest.split('"').next()).expect("a link");
        let second = analyst.get(next).await.body;
        assert!(second.contains("the seal of 9 is wrong") && second.contains("the seal of 0 is wrong") && !second.contains("?before="), "{second}");
        let own = analyst.get("/sensors/1").await.body;
        assert!(own.contains("the seal of 59 is wrong") && !own.contains("the seal of 39 is wrong"), "{own}");
    })
    .await;
}

#[tokio::test]
async fn without_a_door_pages_say_what_is_missing() {
    let mut filled = Filled::empty().await;
    filled.web.centre = None;
    let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
    for path in ["/sensors", "/sensors/new", "/sensors/intake"] {
        assert!(analyst.get(path).await.body.contains("[sensors] listen"), "{path}");
    }
}

#[tokio::test]
async fn the_door_refuses_in_its_own_words_and_notes_whose_it_was() {
    on_both(async |filled: Filled| {
        let analyst = Browser::of(&filled, Role::Analyst).await.speaking("en");
        let made = analyst.post("/sensors/new", &fields("north-1", "", "", "", "1")).await;
        let host = Host::enrol(&filled, token(&made.body)).await;
        let authority = Authority::open(&filled.web.ledger, &Vault::new(&filled.web.team_key)).await.expect("an authority");
        let (receiver, _keeping) = receive::Receiver::start(filled.web.ledger.clone());
        let router = Door::new(filled.web.ledger.clone(), Arc::new(authority), receiver).router();
        let ask = async |path: &str, certificate: Option<Vec<u8>>, body: Vec<u8>| {
            let peer = Peer { address: ([192, 0, 2, 9], 4_711).into(), certificate: certificate.map(Arc::from) };
            let request = Request::post(path).extension(peer).body(Body::from(body)).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            let (head, body) = answer.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            assert_eq!(head.headers.get("content-type").map(|kind| kind.as_bytes()), Some(&b"application/problem+json"[..]), "{path}");
            (head.status, serde_json::from_slice::<Problem>(&body).expect("a problem"))
        };
        for (path, certificate, bytes, status, kind) in [
            (protocol::BATCH, Some(host.der()), 9 << 20, StatusCode::PAYLOAD_TOO_LARGE, "sensor-too-long"),
            (protocol::BATCH, Some(host.der()), 40, StatusCode::UNPROCESSABLE_ENTITY, "batch-form"),
            (protocol::RENEW, Some(host.der()), 1 << 20, StatusCode::PAYLOAD_TOO_LARGE, "sensor-too-long"),
            (protocol::RENEW, Some(host.der()), 40, StatusCode::BAD_REQUEST, "sensor-request"),
            (protocol::BATCH, None, 40, StatusCode::UNAUTHORIZED, "sensor-certificate"),
            (protocol::BATCH, Some(vec![7; 40]), 40, StatusCode::FORBIDDEN, "sensor-unknown"),
            (protocol::ENROL, None, 1 << 20, StatusCode::PAYLOAD_TOO_LARGE, "sensor-too-long"),
        ] {
            let (answered, problem) = ask(path, certificate, vec![b'x'; bytes]).await;
            assert_eq!((answered, problem.r#type.as_str()), (status, format!("urn:noroshi:reason:{kind}").as_str()), "{path}");
            assert_eq!(problem.for_good, !matches!(kind, "sensor-certificate" | "sensor-unknown"), "{path} {kind}");
        }
        // What came with its certificate is noted; what came without is not.
        let page = analyst.get("/sensors/intake").await.body;
        assert_eq!(page.matches("<code>192.0.2.9</code>").count(), 4, "{page}");
        assert!(page.contains("the request is too long"), "{page}");
    })
    .await;
}
