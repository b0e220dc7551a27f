//! Keys on pages: made, brought in, verified, retired, removed, chosen for a desk; without a script, on both databases.

use super::{
    browser::{Answer, Browser, on_both},
    filled::Filled,
    pages::check,
    tongues::speaks_one,
};
use axum::http::{StatusCode, header};
use noroshi_directory::key;
use noroshi_kernel::{
    access::{Actor, Role},
    moment::Moment,
};
use noroshi_ledger::{Query as _, Sql};
use noroshi_mailroom::desk;
use noroshi_post::openpgp::{Certificate, Fingerprint, Purpose, TeamKey};

const ROOT: Actor = Actor::Platform;

/// A key of somebody else, made some days ago.
pub(super) fn others(filled: &Filled, user_id: &str, expires: Option<Moment>) -> TeamKey {
    TeamKey::generate_until(user_id, filled.web.ledger.now().plus_days(-100), expires).expect("a key")
}

pub(super) fn armour(key: &TeamKey) -> String {
    key.certificate().armoured().expect("armour")
}

/// Makes a key of the team and gives its fingerprint.
pub(super) async fn make(browser: &Browser, name: &str, serves: &str) -> Fingerprint {
    let fields = [("name", name), ("address", "csirt@example.jp"), ("serves", serves), ("years", "2")];
    let made = browser.post("/keys/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    Fingerprint::of_text(made.location().strip_prefix("/keys/").expect("its page")).expect("a fingerprint")
}

async fn bring(browser: &Browser, armour: &str) -> Answer {
    browser.files("/keys/import", &[("armour", armour)], &[]).await
}

/// How often somebody did something to a key, as the audit log has it.
async fn audited(filled: &Filled, actor: &str, action: &str) -> i64 {
    let sql =
        Sql::new("SELECT count(*) AS n FROM ledger_audit WHERE detail NOT LIKE '%BEGIN PGP%' AND actor = ").bind(actor).push(" AND action = ").bind(action);
    filled.web.ledger.number(sql).await.expect("a number")
}

#[tokio::test]
async fn a_key_of_the_team_is_made_handed_out_and_retired() {
    on_both(async |filled: Filled| {
        let (admin, handler) = (Browser::of(&filled, Role::Administrator).await.speaking("en"), Browser::of(&filled, Role::Handler).await.speaking("en"));
        let empty = admin.get("/keys").await.body;
        assert!(empty.contains("The team has no key yet. Make one") && empty.contains("href=\"/keys/new\""), "{empty}");
        assert!(handler.get("/keys").await.body.contains("Ask an administrator"), "who may not make one is told whom to ask");
        let form = admin.get("/keys/new").await.body;
        assert!(form.contains("value=\"Example CSIRT\""), "the team's name is proposed: {form}");
        let fingerprint = make(&admin, "Example CSIRT", "").await;
        let page = admin.get(&format!("/keys/{fingerprint}")).await;
        for shown in [
            fingerprint.grouped().as_str(),
            "Example CSIRT &#60;csirt@example.jp&#62;",
            "Ed25519",
            "Usable",
            "The whole team",
            "2021-03-19",
            "Incidents, Control",
        ] {
            assert!(page.body.contains(shown), "{shown}: {}", page.body);
        }
        let file = handler.get(&format!("/keys/{fingerprint}/key.asc")).await;
        assert_eq!((file.status, file.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/pgp-keys"));
        assert!(file.header(header::CONTENT_DISPOSITION).contains(&format!("filename=\"{fingerprint}.asc\"")));
        let certificate = Certificate::parse(file.body.as_bytes()).expect("a certificate, and no secret");
        assert!(certificate.fingerprint() == fingerprint && certificate.usable(Purpose::Encryption, filled.web.ledger.now()).is_ok());
        for path in ["/keys", &format!("/keys/{fingerprint}"), &format!("/keys/{fingerprint}/key.asc"), "/desks/incident"] {
            assert!(!admin.get(path).await.body.contains("PRIVATE KEY BLOCK"), "{path}");
        }
        assert!(!handler.get(&format!("/keys/{fingerprint}")).await.body.contains("/retire\""), "a handler sees it and cannot retire it");
        assert_eq!(handler.post(&format!("/keys/{fingerprint}/retire"), &[]).await.status, StatusCode::FORBIDDEN);
        let retired = admin.post(&format!("/keys/{fingerprint}/retire"), &[]).await;
        assert_eq!((retired.status, retired.location()), (StatusCode::SEE_OTHER, format!("/keys/{fingerprint}").as_str()));
        let page = admin.get(&format!("/keys/{fingerprint}")).await.body;
        assert!(page.contains("<span class=\"chip plain\">Retired</span>") && page.contains("No desk") && !page.contains("/retire\""), "{page}");
        assert_eq!(admin.post(&format!("/keys/{fingerprint}/retire"), &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
        let own = admin.post(&format!("/keys/{fingerprint}/remove"), &[]).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "letters to it must stay readable");
        for action in ["team_key.make", "team_key.retire"] {
            assert_eq!(audited(&filled, "administrator", action).await, 1, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_of_another_is_brought_in_verified_and_removed() {
    on_both(async |filled: Filled| {
        let handler = Browser::of(&filled, Role::Handler).await.speaking("en");
        assert!(handler.get("/keys").await.body.contains("There are no keys of others yet"));
        let hanako = others(&filled, "Hanako <hanako@home.example>", None);
        let fingerprint = hanako.certificate().fingerprint();
        let brought = bring(&handler, &format!("some words\r\n{}", armour(&hanako).replace('\n', "\r\n"))).await;
        let own = format!("/keys/{fingerprint}");
        assert_eq!((brought.status, brought.location()), (StatusCode::SEE_OTHER, own.as_str()), "{}", brought.body);
        let list = handler.get("/keys").await.body;
        assert!(list.contains("Hanako &#60;hanako@home.example&#62;") && list.contains(&fingerprint.grouped()) && list.contains("Not verified"), "{list}");
        assert!(handler.get(&own).await.body.contains("Nobody has made sure yet"));
        let wrong = handler.post(&format!("{own}/verify"), &[("how", " ")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("id=\"wrong-how\"") && wrong.body.contains("aria-describedby=\"wrong-how\""), "{}", wrong.body);
        let verified = handler.post(&format!("{own}/verify"), &[("how", "read out by telephone <b>")]).await;
        assert_eq!((verified.status, verified.location()), (StatusCode::SEE_OTHER, own.as_str()));
        let page = handler.get(&own).await.body;
        assert!(page.contains("handler 2019-03-20 14:05<br><span lang=\"\">read out by telephone &#60;b&#62;"), "by whom, when and how: {page}");
        // The same again, and another one with a broken one beside it, in a file.
        assert_eq!(bring(&handler, &armour(&hanako)).await.location(), own);
        let (taro, broken) =
            (others(&filled, "Taro <taro@home.example>", None), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n");
        let file = format!("{}{broken}{}", armour(&taro), armour(&hanako));
        let several = handler.files("/keys/import", &[("armour", "")], &[("keys.asc", "application/pgp-keys", file.as_bytes())]).await;
        assert_eq!(several.status, StatusCode::OK);
        for told in [
            "<span class=\"chip pine\">New</span>",
            "<span class=\"chip plain\">Unchanged</span>",
            "<span class=\"chip wine\">Not imported</span>",
            &taro.certificate().fingerprint().grouped(),
        ] {
            assert!(several.body.contains(told), "{told}: {}", several.body);
        }
        assert_eq!(handler.get("/keys?q=TARO%40home").await.count(), Some(1));
        let part: String = taro.certificate().fingerprint().grouped().to_lowercase().chars().take(14).collect();
        assert_eq!(handler.get(&format!("/keys?q={}", part.replace(' ', "+"))).await.count(), Some(1), "a part of a fingerprint as it is shown");
        assert_eq!((handler.get("/keys?q=%25").await.count(), handler.get("/keys").await.count()), (Some(0), Some(2)));
        let removed = handler.post(&format!("{own}/remove"), &[]).await;
        assert_eq!((removed.status, removed.location()), (StatusCode::SEE_OTHER, "/keys"));
        assert_eq!((handler.get(&own).await.status, handler.get("/keys").await.count()), (StatusCode::NOT_FOUND, Some(1)));
        for (action, times) in [("contact_key.import", 2), ("contact_key.verify", 1), ("contact_key.remove", 1)] {
            assert_eq!(audited(&filled, "handler", action).await, times, "{action}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_in_both_languages() {
    let filled = Filled::empty().await;
    let secret = others(&filled, "Team <team@home.example>", None).export(None).expect("a secret");
    for language in ["ja", "en"] {
        let admin = Browser::of(&filled, Role::Administrator).await.speaking(language);
        let usual = [("name", "Team"), ("address", "csirt@example.jp"), ("serves", ""), ("years", "2")];
        for (field, value) in [
            ("name", ""),
            ("name", "a <b@example.jp>"),
            ("address", "nobody"),
            ("address", "a@example.jp, b@example.jp"),
            ("address", "a b@example.jp"),
            ("serves", "nowhere"),
            ("years", "99"),
            ("years", "soon"),
        ] {
            let fields: Vec<_> = usual.into_iter().filter(|(name, _)| *name != field).chain([(field, value)]).collect();
            let answer = admin.post("/keys/new", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
            assert!(answer.body.contains(&format!("id=\"wrong-{field}\"")), "{field} {value}: {}", answer.body);
            check("/keys/new", language, &answer.body);
            speaks_one(&answer.body, language, &format!("{field} {value}"));
        }
        for (pasted, file, field) in [("", None, "armour"), ("no key", None, "armour"), (secret.as_str(), None, "armour"), ("", Some("no key"), "files")] {
            let files: Vec<(&str, &str, &[u8])> = file.into_iter().map(|text: &str| ("k.asc", "text/plain", text.as_bytes())).collect();
            let answer = admin.files("/keys/import", &[("armour", pasted)], &files).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains(&format!("id=\"wrong-{field}\"")) && !answer.body.contains("PRIVATE KEY BLOCK"), "{pasted}: {}", answer.body);
            check("/keys/import", language, &answer.body);
            speaks_one(&answer.body, language, pasted);
        }
        assert_eq!(admin.send("/keys/new", &usual, &[]).await.status, StatusCode::FORBIDDEN, "without the form's token");
        for path in ["/keys/0", "/keys/none", &format!("/keys/{}", "A".repeat(40)), &format!("/keys/{}/key.asc", "A".repeat(40))] {
            assert_eq!(admin.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let kept = (key::team(&filled.web.ledger).await.expect("keys").len(), key::contacts(&filled.web.ledger).await.expect("keys").len());
    assert_eq!(kept, (0, 0), "nothing was kept");
}

#[tokio::test]
async fn pages_of_keys_speak_both_languages_and_say_what_a_key_is_worth() {
    let filled = Filled::empty().await;
    let now = filled.web.ledger.now();
    let admin = Browser::of(&filled, Role::Administrator).await;
    let team = make(&admin, "Example CSIRT", "incident").await;
    let expired = others(&filled, "<script>alert(1)</script> http://evil.example.test/ <old@home.example>", Some(now.plus_days(-1)));
    let soon = others(&filled, "Soon <soon@home.example>", Some(now.plus_days(20)));
    for key in [&expired, &soon] {
        assert_eq!(bring(&admin, &armour(key)).await.status, StatusCode::SEE_OTHER);
    }
    for (language, words) in [("ja", ["期限切れ", "まもなく期限", "使用可"]), ("en", ["Expired", "Expires soon", "Usable"])] {
        let person = Browser::of(&filled, Role::Administrator).await.speaking(language);
        let keys = [expired.certificate().fingerprint(), soon.certificate().fingerprint(), team.clone()];
        for path in ["/keys".to_owned(), "/keys?q=nobody".into(), "/keys/new".into(), "/keys/import".into(), "/desks/incident".into(), "/desks/office".into()]
            .into_iter()
            .chain(keys.iter().map(|key| format!("/keys/{key}")))
        {
            let answer = person.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            check(&path, language, &answer.body);
            assert!(!answer.body.contains("http://evil"), "{path}");
            speaks_one(&answer.body, language, &path);
        }
        let list = person.get("/keys").await.body;
        for (key, word) in keys.iter().zip(words) {
            assert!(list.contains(&format!(">{word}</span>")), "{word}: {list}");
            assert!(person.get(&format!("/keys/{key}")).await.body.contains(&format!(">{word}</span>")), "{word}");
        }
    }
    let coordinator = Browser::of(&filled, Role::Coordinator).await;
    let page = coordinator.get(&format!("/keys/{}", soon.certificate().fingerprint())).await.body;
    assert!(!page.contains("/verify\"") && !page.contains("/remove\""), "who may not change a key is offered nothing: {page}");
}

#[tokio::test]
async fn a_desk_uses_the_key_that_was_chosen_for_it() {
    on_both(async |filled: Filled| {
        let admin = Browser::of(&filled, Role::Administrator).await.speaking("en");
        let (first, second, ics) = (make(&admin, "First", "").await, make(&admin, "Second", "").await, make(&admin, "Control", "ics").await);
        let used = async |desk: &str| {
            let desks = desk::all(&filled.web.ledger).await.expect("desks");
            let wanted = desks.get(desk).expect("a desk").wanted();
            let key = key::signing(&filled.web.ledger, &ROOT, &filled.web.house().vault, wanted, filled.web.ledger.now()).await.expect("a key");
            key.certificate().fingerprint()
        };
        assert_eq!((used("incident").await, used("ics").await), (second.clone(), ics.clone()), "the rule: the desk's own, then the team's newest");
        let page = admin.get("/desks/incident").await.body;
        assert!(page.contains(&format!("href=\"/keys/{second}\"")) && page.contains(&format!("value=\"{first}\"")) && !page.contains(ics.as_str()), "{page}");
        let save = async |desk: &str, fingerprint: &str| {
            let fields = [("name_ja", "窓口"), ("name_en", "Desk"), ("address", ""), ("form", "1"), ("tlp", "TLP:AMBER"), ("openpgp", fingerprint)];
            admin.post(&format!("/desks/{desk}"), &fields).await.status
        };
        for wrong in [ics.as_str(), &"A".repeat(40)] {
            assert_eq!(save("incident", wrong).await, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert_eq!(save("incident", "rubbish").await, StatusCode::BAD_REQUEST);
        assert_eq!(used("incident").await, second, "and nothing was changed");
        assert_eq!(save("incident", first.as_str()).await, StatusCode::SEE_OTHER);
        assert_eq!((used("incident").await, used("office").await), (first.clone(), second.clone()), "that desk alone");
        let page = admin.get("/desks/incident").await.body;
        assert!(page.contains(&format!("value=\"{first}\" selected")) && page.contains(&format!("href=\"/keys/{first}\"")), "{page}");
        let file = Browser::stranger(&filled).get("/report/key.asc?desk=incident").await;
        assert_eq!(Certificate::parse(file.body.as_bytes()).expect("a key").fingerprint(), first, "the public form's, too");
        admin.post(&format!("/keys/{first}/retire"), &[]).await;
        assert_eq!(used("incident").await, second, "a retired key is passed over");
        assert_eq!(save("incident", first.as_str()).await, StatusCode::SEE_OTHER, "the rest of the desk can be saved as it is");
        assert_eq!(save("incident", "").await, StatusCode::SEE_OTHER);
        assert!(!admin.get("/desks/incident").await.body.contains(first.as_str()), "and is not offered once it is not chosen");
    })
    .await;
}
