//! How fast: `scripts/postgres cargo test -p noroshi-ledger --test ledger speed -- --ignored --nocapture --test-threads 1`.
#![allow(clippy::print_stderr, reason = "it reports")]

use super::*;
use noroshi_ledger::{
    Backend,
    queue::{Done, Runner, settle},
};
use std::time::Instant;

async fn empty_jobs(bench: &Bench) {
    const JOBS: u32 = 5_000;
    for at_once in [1, 8] {
        let (inside, outside) = (Kind { at_once, ..Kind::named("test.inside") }, Kind { at_once, ..Kind::named("test.outside") });
        for kind in [inside, outside] {
            enqueue_many(&bench.ledger, &kind, JOBS).await;
            let runner = Runner::new(bench.ledger.clone(), "server");
            let runner =
                if kind == inside { runner.inside(kind, async |_, work| Ok(Done::With(work))) } else { runner.outside(kind, async |_| Ok(Done::Alone)) };
            let begun = Instant::now();
            let running = runner.start().await.unwrap();
            until("everything is done", async || jobs(&bench.ledger).await == 0).await;
            let seconds = begun.elapsed().as_secs_f64();
            running.stop(Duration::from_secs(9)).await;
            eprintln!("{:?}: {} with {at_once} at once: {:.0} jobs/s", bench.ledger.backend(), kind.name, f64::from(JOBS) / seconds);
        }
    }
}

async fn among_a_million(bench: &Bench) {
    let numbers = match bench.ledger.backend() {
        Backend::Postgres => "generate_series(1, 1000000) AS number(n)",
        _ => "(WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000) SELECT n FROM number)",
    };
    let work = bench.ledger.begin().await.unwrap();
    let sql = Sql::new("INSERT INTO ledger_job (id, kind, job_key, payload, enqueued_at, due_at, claims, attempts) SELECT n + 1000, ")
        .bind(KIND.name)
        .push(", CASE WHEN n % 2 = 0 THEN 'key ' || n END, '{}', 0, n, 0, 0 FROM ")
        .push(numbers);
    work.execute(sql).await.unwrap();
    work.commit().await.unwrap();
    let mut longest = (Duration::ZERO, Duration::ZERO);
    for _ in 0..200 {
        let begun = Instant::now();
        let job = take(&bench.ledger, &KIND).await.unwrap();
        longest.0 = longest.0.max(begun.elapsed());
        let begun = Instant::now();
        settle(&bench.ledger, &KIND, &job, Ok(Done::Alone)).await.unwrap();
        longest.1 = longest.1.max(begun.elapsed());
    }
    let begun = Instant::now();
    standing(&bench.ledger, &KIND).await.unwrap();
    eprintln!("{:?}: among a million: claim at most {:?}, settle at most {:?}; state {:?}", bench.ledger.backend(), longest.0, longest.1, begun.elapsed());
    assert!(longest.0 < Duration::from_millis(200), "claiming does not read a million rows");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn speed_on_sqlite() {
    let bench = Bench::sqlite(&migrations()).await;
    empty_jobs(&bench).await;
    among_a_million(&bench).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn speed_on_postgres() {
    if let Some(bench) = Bench::postgres(&migrations()).await {
        empty_jobs(&bench).await;
        among_a_million(&bench).await;
    }
}
