//! Every route × everybody: the table of routes is what holds.

use super::{browser::Browser, filled::Filled};
use crate::routes::{Access, routes};
use axum::http::{Method, StatusCode};
use noroshi_kernel::access::Role;

/// The table as it is checked in, so that a route cannot slip in or widen unseen.
const CHECKED_IN: &str = include_str!("../../authorisation.txt");

#[test]
fn the_table_is_the_one_that_is_checked_in() {
    let rows: Vec<String> = routes().iter().map(|route| format!("{:<5} {:<38} {:?}", route.method.as_str(), route.path, route.access)).collect();
    let table = rows.join("\n") + "\n";
    assert_eq!(table, CHECKED_IN, "look at the difference, then check the new table in:\n{table}");
}

fn address(path: &str, filled: &Filled) -> String {
    path.replace("/sensors/{number}", "/sensors/1")
        .replace("/rises/{number}", "/rises/1")
        .replace("{number}", &filled.plain.to_string())
        .replace("/brands/{key}", "/brands/rakuten")
        .replace("/mappings/{name}", "/mappings/scans")
        .replace("/tray/{id}", &format!("/tray/{}", filled.tray))
        .replace("/desks/{key}", "/desks/incident")
        .replace("{desk}", "incident")
        .replace("{path}", "1")
        .replace("{language}", "ja")
        .replace("{name}", "nothing.css")
        .replace("{period}", "2019Q1")
        .replace("{file}", "incident.txt")
        .replace("{fingerprint}", &"0".repeat(40))
        .replace("{id}", "1")
        .replace("{token}", "none")
        .replace("{receipt}", "none")
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let filled = Filled::open(0).await;
    let stranger = Browser::stranger(&filled);
    let mut staff = Vec::new();
    for role in Role::ALL {
        staff.push((role, Browser::of(&filled, role).await));
    }
    for route in routes() {
        let path = address(route.path, &filled);
        let ask = async |browser: &Browser| if route.method == Method::POST { browser.post(&path, &[]).await } else { browser.get(&path).await };
        let answer = ask(&stranger).await;
        if route.access == Access::Public {
            assert!(answer.status != StatusCode::FORBIDDEN && !answer.location().starts_with("/sign-in"), "{path} for a stranger: {}", answer.status);
        } else {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path} for a stranger");
            assert!(answer.location().starts_with("/sign-in"), "{path} for a stranger: {}", answer.location());
        }
        for (role, browser) in &staff {
            // Signing out ends a session, so it gets one of its own.
            let fresh = if route.path == "/sign-out" { Some(Browser::of(&filled, *role).await) } else { None };
            let answer = ask(fresh.as_ref().unwrap_or(browser)).await;
            let may = match route.access {
                Access::Public | Access::SignedIn => true,
                Access::Action(action) => {
                    noroshi_kernel::access::Actor::Account { id: filled.accounts[0], name: String::new(), roles: vec![*role] }.can(action)
                }
            };
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{} {path} for {role:?}: {}", route.method, answer.status);
            assert!(!answer.status.is_server_error(), "{} {path} for {role:?}: {}", route.method, answer.body);
            assert!(route.path == "/sign-out" || !answer.location().starts_with("/sign-in"), "{} {path} for {role:?} leads to signing in", route.method);
        }
    }
}
