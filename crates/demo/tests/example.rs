//! The example team fills itself once.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod team;

use noroshi_directory::account;
use noroshi_ledger::{Query, Sql};
use team::{Team, period};

#[tokio::test]
async fn the_example_team_is_filled_once() {
    let team = Team::at(2026, 11, 20).await;
    let example = team.example().await;
    assert_eq!(example.quarter, period("2026Q3"));
    assert_eq!(example.logins.len(), 5);
    let figures = team.count(example.quarter).await;
    assert_eq!((figures.incidents, figures.reports, figures.coordinations, figures.inquiries), (1346, 1434, 484, 74));
    assert!(team.count(period("2026Q2")).await.incidents > 0 && team.count(period("2025Q3")).await.incidents > 0);
    for login in &example.logins {
        let session = account::sign_in(&team.ledger, &login.name, &login.password).await.expect("signed in");
        assert_eq!(session.account.roles, [login.role]);
    }
    let count = |sql: &'static str| {
        let ledger = team.ledger.clone();
        async move { ledger.number(Sql::new(sql)).await.expect(sql) }
    };
    assert_eq!(count("SELECT COUNT(*) AS n FROM incident_note").await, 13);
    assert_eq!(count("SELECT COUNT(*) AS n FROM incident i JOIN incident_participant p ON p.incident_id = i.id WHERE i.tlp = 4").await, 1);
    assert_eq!(count("SELECT COUNT(*) AS n FROM incident WHERE tlp = 1").await, 1);
    assert!(count("SELECT COUNT(DISTINCT country) AS n FROM directory_organisation").await > 8);

    let ids = count("SELECT next AS n FROM ledger_sequence").await;
    let again = team.example().await;
    assert!(again.logins.is_empty() && again.quarter == example.quarter);
    assert_eq!(count("SELECT next AS n FROM ledger_sequence").await, ids, "nothing was written");
    assert!(!format!("{:?}", example.logins).contains(&example.logins.first().expect("a login").password));
}
