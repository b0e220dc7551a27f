//! kill -9, twenty times per database: nothing that was acknowledged is lost, nothing is doubled.

use crate::{
    place::Home,
    server::{Server, Visitor, account},
};
use noroshi_ledger::{Query, Sql};
use std::{fmt::Write as _, time::Duration};

/// So many kills per database.
const KILLS: u32 = 20;

/// A list of so many rows.
pub(crate) fn rows(count: usize) -> String {
    let mut csv = String::from("date,URL,description\n");
    for number in 0..count {
        // One row in five tells of a target that was there before.
        let target = if number % 5 == 4 { number - 3 } else { number };
        let (day, minute) = (number % 28 + 1, number % 60);
        let _ =
            writeln!(csv, "2020/03/{day:02} 10:{minute:02}:00,https://www.site-{target}.example.net/login.php,{}", ["楽天", "Amazon", "例示銀行"][number % 3]);
    }
    csv
}

pub(crate) async fn one(query: &impl Query, sql: &str) -> i64 {
    query.number(Sql::new(sql)).await.unwrap()
}

async fn import_survives(home: Home) {
    const ROWS: usize = 60_000;
    let file = home.file("list.csv", rows(ROWS).as_bytes());
    let import = ["intake", "import", "--format", "phishurl", "--json", file.to_str().unwrap()];
    assert_eq!(home.run(&["init"]).code(), 0);
    let ledger = home.ledger().await;
    let (mut committed, mut in_the_middle) = (0, 0);
    for kill in 0..KILLS {
        let mut child = home.start(&import);
        if kill % 2 == 0 {
            // Into the work: when more is committed than before, and a little later.
            for _ in 0..1_000 {
                if one(&ledger, "SELECT count(*) AS n FROM incident_report").await > committed || child.try_wait().unwrap().is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(u64::from(kill * 7 % 90))).await;
        } else {
            // Into the start: opening, storing the raw bytes, the rows that were there already.
            tokio::time::sleep(Duration::from_millis(u64::from(10 + kill * 23 % 300))).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = one(&ledger, "SELECT count(*) AS n FROM incident_report").await;
        assert!(now >= committed, "what was committed is still there: {now} after {committed}");
        assert_eq!(one(&ledger, "SELECT count(*) AS n FROM incident_told").await, now, "a report and what it tells of come together");
        assert_eq!(
            one(&ledger, "SELECT count(*) AS n FROM (SELECT row_key FROM incident_report GROUP BY row_key HAVING count(*) > 1) d").await,
            0,
            "nothing is doubled"
        );
        in_the_middle += i32::from(now > committed && now < i64::try_from(ROWS).unwrap());
        committed = now;
    }
    assert!(in_the_middle >= 5, "kills fell into the middle of the work: {in_the_middle}");
    let outcome = home.run(&import).json();
    assert_eq!(
        outcome["already_seen"].as_i64().unwrap() + outcome["stored"].as_i64().unwrap() + outcome["duplicates"].as_i64().unwrap(),
        i64::try_from(ROWS).unwrap()
    );
    let incidents = one(&ledger, "SELECT count(*) AS n FROM incident").await;
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM incident_report").await, i64::try_from(ROWS).unwrap());
    assert_eq!(incidents, one(&ledger, "SELECT count(DISTINCT target) AS n FROM incident").await, "no incident was opened twice");
    assert_eq!(one(&ledger, "SELECT max(sequence) AS n FROM incident").await, incidents, "numbers have no gap and no double");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM ledger_outbox").await, 0, "every event was delivered");
    assert_eq!(one(&ledger, "SELECT count(*) AS n FROM ledger_search").await, incidents, "every incident can be found");
}

#[tokio::test]
async fn an_import_on_sqlite_survives_kills() {
    import_survives(Home::sqlite()).await;
}

#[tokio::test]
async fn an_import_on_postgres_survives_kills() {
    if let Some(home) = Home::postgres() {
        import_survives(home).await;
    }
}

async fn clicks_survive(home: Home) {
    let file = home.file("list.csv", rows(40).as_bytes());
    home.run(&["intake", "import", "--format", "phishurl", file.to_str().unwrap()]);
    let password = account(&home, "handler", "handler");
    let (mut acknowledged, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    let mut clicks = 0;
    for kill in 0..KILLS {
        let mut server = Server::start(&home);
        let mut visitor = Visitor::to(&server);
        visitor.sign_in("handler", &password).expect("signed in");
        // The power goes at a moment that nobody knows, while somebody clicks on.
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let clicking = std::thread::spawn(move || {
            let (mut done, mut open) = (Vec::new(), open);
            while stopped.try_recv().is_err() {
                // A click that was not answered is repeated, as a person would.
                let name = open.take().unwrap_or_else(|| {
                    clicks += 1;
                    format!("Example Organisation {kill} {clicks}")
                });
                let path = format!("/incidents/2020-{:05}", clicks % 30 + 1);
                let answer = visitor.get(&path).and_then(|page| {
                    visitor.post(&format!("{path}/coordinations"), &[("csrf", page.csrf()), ("organisation", &name), ("country", "JP"), ("note", "")])
                });
                match answer {
                    Some(answer) => {
                        assert_eq!(answer.status, 303, "{}", answer.page);
                        done.push(name);
                    }
                    None => {
                        open = Some(name);
                        break;
                    }
                }
            }
            (done, open, clicks)
        });
        tokio::time::sleep(Duration::from_millis(u64::from(150 + kill * 31 % 250))).await;
        server.kill();
        let _ = stop.send(());
        let (done, unanswered, now) = clicking.join().unwrap();
        acknowledged.extend(done);
        (open, clicks) = (unanswered, now);
    }
    assert!(acknowledged.len() >= 10, "{} clicks were answered", acknowledged.len());
    let ledger = home.ledger().await;
    for name in &acknowledged {
        let sql = Sql::new("SELECT count(*) AS n FROM incident_coordination k JOIN directory_organisation o ON o.id = k.organisation_id WHERE o.name_en = ")
            .bind(name.as_str());
        assert_eq!(ledger.number(sql).await.unwrap(), 1, "{name} was acknowledged: it is there, once");
    }
    let kept = one(&ledger, "SELECT count(*) AS n FROM incident_coordination").await;
    assert!(kept - i64::try_from(acknowledged.len()).unwrap() <= 1, "of the others only the last click may be there: {kept} of {}", acknowledged.len());
    assert_eq!(kept, one(&ledger, "SELECT count(*) AS n FROM ledger_audit WHERE action = 'incident.coordinate'").await, "each with its audit row");
}

#[tokio::test]
async fn clicks_on_sqlite_survive_kills() {
    clicks_survive(Home::sqlite()).await;
}

#[tokio::test]
async fn clicks_on_postgres_survive_kills() {
    if let Some(home) = Home::postgres() {
        clicks_survive(home).await;
    }
}
