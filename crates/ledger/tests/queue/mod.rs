//! The job queue through its public interface.

mod dead;
mod enqueue;
mod interleaving;
mod kill;
mod lease;
mod runner;
mod schedule;

use noroshi_kernel::{
    access::Actor,
    id::{AccountId, JobId},
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{
    Ledger, Query, Sql, UnitOfWork,
    migration::{self, Migration},
    queue::{Enqueued, Failure, Job, Kind, KindState, Order, claim, state},
};
use noroshi_testkit::Bench;
use std::time::Duration;

/// What jobs do in these tests: a row for each time that one was done.
const EFFECT: Migration = Migration {
    name: "test_m0001_effect",
    both: &["CREATE TABLE effect (id {id}, job_id BIGINT NOT NULL, kind TEXT NOT NULL, worker TEXT NOT NULL)"],
    sqlite: &[],
    postgres: &[],
};

const KIND: Kind = Kind { attempts_most: 3, ..Kind::named("test.kind") };

const SECOND_US: i64 = 1_000_000;

fn migrations() -> Vec<Migration> {
    [migration::MIGRATIONS, &[EFFECT]].concat()
}

fn administrator() -> Actor {
    Actor::LocalAdministrator { user: "someone".into() }
}

fn handler() -> Actor {
    Actor::Account { id: AccountId(7), name: "handler".into(), roles: vec![noroshi_kernel::access::Role::Handler] }
}

fn why() -> Reason {
    Reason::new("test", "つながりません。", "it does not connect")
}

fn retry() -> Failure {
    Failure::retry(why())
}

fn dead() -> Failure {
    Failure::Dead { why: why() }
}

async fn enqueue(ledger: &Ledger, order: Order<'_, u32>) -> Enqueued {
    let work = ledger.begin().await.unwrap();
    let enqueued = work.enqueue(order).await.unwrap();
    work.commit().await.unwrap();
    enqueued
}

/// Enqueues jobs without keys.
async fn enqueue_many(ledger: &Ledger, kind: &Kind, count: u32) {
    let work = ledger.begin().await.unwrap();
    for number in 0..count {
        work.enqueue(Order::new(kind, &number)).await.unwrap();
    }
    work.commit().await.unwrap();
}

fn id(enqueued: Enqueued) -> JobId {
    let (Enqueued::New(id) | Enqueued::Waits(id) | Enqueued::Runs(id)) = enqueued;
    id
}

async fn take(ledger: &Ledger, kind: &Kind) -> Option<Job> {
    claim(ledger, kind, "worker", 1).await.unwrap().pop()
}

async fn affect(work: &UnitOfWork, job: &Job, worker: &str) {
    let id = work.take_id().await.unwrap();
    let sql = Sql::new("INSERT INTO effect (id, job_id, kind, worker) VALUES (").bind(id).push(", ").bind(job.id.0).push(", ");
    work.execute(sql.bind(job.kind).push(", ").bind(worker).push(")")).await.unwrap();
}

async fn number(ledger: &Ledger, sql: &str) -> i64 {
    ledger.number(Sql::new(sql)).await.unwrap()
}

async fn jobs(ledger: &Ledger) -> i64 {
    number(ledger, "SELECT count(*) AS n FROM ledger_job").await
}

async fn standing(ledger: &Ledger, kind: &Kind) -> Option<KindState> {
    state(ledger, &administrator(), ledger.now()).await.unwrap().into_iter().find(|state| state.kind == kind.name)
}

fn in_seconds(bench: &Bench, seconds: i64) -> Moment {
    Moment(bench.ledger.now().0 + seconds * SECOND_US)
}

/// Waits in real time until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..6_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("within a minute: {what}");
}
