//! The example team's letters: taken in and written as any, and no part of the printed quarter.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod team;

use noroshi_directory::{account, key};
use noroshi_kernel::{access::Actor, period::Period};
use noroshi_ledger::{Query, Sql};
use noroshi_mailroom::{
    correspondence::{Channel, Kind},
    desk,
    outgoing::{self, State},
    thread::{self, Inbox, Item, Letter, State as Standing},
    tray,
};
use std::collections::{BTreeMap, BTreeSet};
use team::Team;

const ROOT: Actor = Actor::Platform;

/// A team on every database that there is.
async fn teams() -> Vec<Team> {
    [Some(Team::at(2026, 11, 20).await), Team::on_postgres_at(2026, 11, 20).await].into_iter().flatten().collect()
}

async fn inbox(team: &Team, state: Option<Standing>) -> Vec<Item> {
    thread::inbox(&team.ledger, &ROOT, &Inbox { state, ..Inbox::default() }, 0, 200).await.expect("an inbox").0
}

async fn everything(team: &Team) -> Vec<Item> {
    let mut all = inbox(team, None).await;
    all.extend(inbox(team, Some(Standing::Done)).await);
    all
}

async fn letters(team: &Team, item: &Item) -> Vec<Letter> {
    thread::letters(&team.ledger, item.thread.id, 100).await.expect("letters")
}

#[tokio::test]
async fn no_letter_is_of_the_printed_quarter_and_none_is_of_the_future() {
    // Also on the day on which a quarter began, and soon after.
    for team in teams().await.into_iter().chain([Team::at(2026, 10, 1).await, Team::at(2026, 10, 5).await]) {
        let quarter = team.example().await.quarter;
        let (_, end) = quarter.bounds(&team.reckoning.zone);
        let now = team.ledger.now();
        let count = |sql: &'static str| team.ledger.number(Sql::new(sql));
        let came = count("SELECT count(*) AS n FROM mailroom_letter").await.expect("a count");
        assert!(came >= 14, "{came}");
        for column in ["c.received_at FROM mailroom_correspondence c JOIN mailroom_letter l ON l.id = c.id", "o.written_at FROM mailroom_outgoing o"] {
            let (column, tables) = column.split_once(' ').expect("a column and its table");
            let sql = Sql::new("SELECT count(*) AS n ")
                .push(tables)
                .push(" WHERE ")
                .push(column)
                .push(" < ")
                .bind(end.0)
                .push(" OR ")
                .push(column)
                .push(" > ")
                .bind(now.0);
            assert_eq!(team.ledger.number(sql).await.expect("a count"), 0, "{column} of {quarter}");
        }
        let cases = Sql::new("SELECT count(*) AS n FROM mailroom_thread t JOIN incident i ON i.id = t.case_id WHERE i.first_report_at < ").bind(end.0);
        assert_eq!(team.ledger.number(cases).await.expect("a count"), 0, "they report what nobody had reported");
        // What was generated for the quarter alone is what is counted for it.
        let figures = team.count(quarter).await;
        assert_eq!((figures.reports, figures.incidents, figures.coordinations, figures.inquiries), (1434, 1346, 484, 74));
        let running: Period = "2026Q4".parse().expect("a period");
        let since = team.count(running).await;
        assert!(since.reports >= 5 && since.coordinations == 2 && since.inquiries >= 4, "{since:?}");
    }
}

#[tokio::test]
async fn letters_came_by_every_way_and_were_read() {
    for team in teams().await {
        team.example().await;
        let (mut channels, mut kinds, mut waits) = (BTreeSet::new(), BTreeMap::<&str, usize>::new(), 0);
        let (mut quotes, mut charsets, mut files) = (0, BTreeSet::new(), 0);
        for item in everything(&team).await {
            for letter in letters(&team, &item).await {
                let raw = match letter {
                    Letter::Out(sent) => sent.raw,
                    Letter::In(line) => {
                        channels.insert(line.channel.key());
                        *kinds.entry(line.kind.key()).or_default() += 1;
                        waits += usize::from(line.state == noroshi_mailroom::letters::State::Waiting);
                        quotes += usize::from(line.quotes.is_some());
                        line.raw
                    }
                };
                let bytes = team.ledger.blobs().read_part(&raw.sha256, raw.offset, raw.length).expect("bytes");
                let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
                charsets.extend(["iso-2022-jp", "utf-8"].into_iter().filter(|charset| head.contains(charset)));
                let read = noroshi_post::letter::read(&bytes).expect("a letter");
                files += read
                    .parts
                    .iter()
                    .filter(|part| part.name.as_deref().is_some_and(|name| ["sshd-excerpt.log", "fax.pdf", "steps.txt"].contains(&name)))
                    .count();
            }
        }
        assert_eq!(channels, BTreeSet::from([Channel::Mail.key(), Channel::Fax.key(), Channel::Form.key()]));
        for kind in [Kind::Report, Kind::Inquiry, Kind::Answer, Kind::Automatic, Kind::DeliveryReport] {
            assert!(kinds.get(kind.key()).is_some_and(|count| *count > 0), "{} is there: {kinds:?}", kind.key());
        }
        assert_eq!((waits, quotes, charsets.len(), files), (0, 1, 2, 3), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_report_goes_from_its_letter_to_its_host_and_back() {
    for team in teams().await {
        team.example().await;
        let all = everything(&team).await;
        let bank = all.iter().find(|item| item.thread.subject == "フィッシングサイトのご報告").expect("the bank's thread");
        let case = bank.thread.case.clone().expect("an incident");
        let hosts = all.iter().filter(|item| item.thread.case.as_ref() == Some(&case) && item.thread.id != bank.thread.id).collect::<Vec<_>>();
        assert_eq!(hosts.len(), 1, "one thread with the host");
        assert_eq!((bank.thread.state, hosts[0].thread.state), (Standing::New, Standing::Done));
        let told = |letters: &[Letter]| {
            letters
                .iter()
                .map(|letter| match letter {
                    Letter::In(line) => line.kind.key(),
                    Letter::Out(sent) if sent.automatic => "by rule",
                    Letter::Out(_) => "ours",
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&letters(&team, bank).await), ["report", "by rule", "ours", "ours", "answer"]);
        assert_eq!(told(&letters(&team, hosts[0]).await), ["ours", "automatic", "answer"]);
        let number = case.number.parse().expect("a number");
        let detail = noroshi_incident::service::view(&team.ledger, &ROOT, number).await.expect("an incident");
        assert_eq!(detail.incident.addresses, ["203.0.113.85"]);
        assert_eq!(detail.brand_written.as_deref(), Some("例示銀行オンライン"));
        assert_eq!(noroshi_incident::coordinations_of(&team.ledger, detail.incident.id).await.expect("asked").len(), 1);
    }
}

#[tokio::test]
async fn what_goes_out_stands_as_it_does_without_a_relay() {
    for team in teams().await {
        team.example().await;
        let sent = outgoing::list(&team.ledger, &ROOT, &outgoing::Which::default(), 0, 100).await.expect("letters");
        let states: BTreeSet<&str> = sent.iter().map(|letter| letter.state.key()).collect();
        assert_eq!(states, BTreeSet::from([State::Queued, State::Returned, State::Sent, State::Withdrawn].map(State::key)));
        for letter in &sent {
            for recipient in &letter.recipients {
                match recipient.state {
                    // Only what a delivery report said, which came in as a letter.
                    State::Returned => assert!(recipient.reply.en.contains("550 5.1.1"), "{recipient:?}"),
                    // Behind the status link; nothing was handed to a server.
                    State::Sent => assert!(noroshi_mailroom::form::is_placeholder(&recipient.address) && recipient.reply.en.is_empty(), "{recipient:?}"),
                    _ => assert!(recipient.reply.en.is_empty(), "no server was asked: {recipient:?}"),
                }
            }
        }
        let queued: Vec<_> = sent.iter().filter(|letter| letter.state == State::Queued).map(|letter| letter.id).collect();
        let ways = outgoing::ways(&team.ledger, &queued).await.expect("ways");
        assert!(queued.len() >= 8 && ways.len() == queued.len() && ways.iter().all(|way| way.attempts == 0 && !way.is_dead), "{ways:?}");
        let acknowledged = sent.iter().filter(|letter| letter.automatic).count();
        assert!(acknowledged >= 2, "the desk's rule wrote {acknowledged}");
    }
}

#[tokio::test]
async fn the_tray_the_desks_and_the_seals_are_as_the_manual_says() {
    for team in teams().await {
        team.example().await;
        let items = tray::list(&team.ledger, &ROOT, 0, 10).await.expect("a tray");
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].reason.key.as_ref(), items[0].place.en.as_str()), ("xarf-field", "part 2"), "{:?}", items[0].reason);
        let desks = desk::all(&team.ledger).await.expect("desks");
        assert!(desks.iter().all(|desk| desk.address.ends_with("@csirt.example.jp") && desk.staff.len() == 1));
        let all = everything(&team).await;
        let red = all.iter().filter(|item| item.thread.desk == "vulnerability").collect::<Vec<_>>();
        assert_eq!(red.len(), 1);
        let people = account::all(&team.ledger).await.expect("people");
        let actor = |name: &str| people.iter().find(|one| one.name == name).expect("a person").actor();
        assert!(thread::open(&team.ledger, &actor("coordinator"), red[0].thread.id).await.is_ok());
        assert!(thread::open(&team.ledger, &actor("handler"), red[0].thread.id).await.is_err());
        let ics = all.iter().find(|item| item.thread.desk == "ics").expect("sent on");
        assert_eq!(thread::routings(&team.ledger, ics.thread.id).await.expect("its way").len(), 1);
        let sealed = "SELECT count(*) AS n FROM mailroom_letter WHERE seal = 'encrypted' AND signature = 'good'";
        assert_eq!(team.ledger.number(Sql::new(sealed)).await.expect("a count"), 1, "opened with the team's key, signed by a known one");
        assert_eq!(key::team(&team.ledger).await.expect("keys").len(), 1);
    }
}
