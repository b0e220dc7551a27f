//! kill -9 of servers in mid-run: nothing is lost, and what jobs did inside a unit of work is there once.

use super::*;
use noroshi_kernel::moment::SystemClock;
use noroshi_ledger::{
    Place,
    blob::BlobStore,
    queue::{Done, Runner},
};
use noroshi_testkit::on_both_databases;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

const KILLS: u32 = 6;
const JOBS: u32 = 250;
const LEASE: Duration = Duration::from_millis(700);
const INSIDE: Kind = Kind { at_once: 3, lease: LEASE, attempts_most: 100, ..Kind::named("test.inside") };
const OUTSIDE: Kind = Kind { at_once: 3, lease: LEASE, attempts_most: 100, ..Kind::named("test.outside") };
const VARIABLE: &str = "NOROSHI_TEST_QUEUE_PLACE";

fn server_name() -> String {
    std::process::id().to_string()
}

fn runner(ledger: &Ledger) -> Runner {
    let own = ledger.clone();
    Runner::new(ledger.clone(), server_name())
        .inside(INSIDE, async |job, work| {
            affect(&work, &job, &server_name()).await;
            tokio::time::sleep(Duration::from_millis(3)).await;
            Ok(Done::With(work))
        })
        .outside(OUTSIDE, move |job| {
            let ledger = own.clone();
            async move {
                // Stands for a letter that is sent: it cannot be taken back.
                let work = ledger.begin().await?;
                affect(&work, &job, &server_name()).await;
                work.commit().await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok(Done::Alone)
            }
        })
}

/// The server that is killed: this test's own program, started again by [`start`].
#[test]
#[ignore = "is run by the tests that kill it"]
fn a_server_that_is_killed() {
    let Ok(told) = std::env::var(VARIABLE) else { return };
    let parts: Vec<&str> = told.split('\n').collect();
    let place = match parts[1..] {
        [path] => Place::Sqlite(path.into()),
        [url, schema] => Place::Postgres { url: url.into(), schema: schema.into() },
        _ => panic!("{told}"),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let blobs = BlobStore::open(Path::new(parts[0]).join("blobs")).unwrap();
        let ledger = Ledger::open(&place, blobs, Arc::new(SystemClock), &migrations()).await.unwrap();
        let _running = runner(&ledger).start().await.unwrap();
        std::future::pending::<()>().await;
    });
}

/// A running server, ended with the test.
struct Server(Child);

impl Server {
    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// kill -9.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(bench: &Bench) -> Server {
    let place = match &bench.place {
        Place::Sqlite(path) => path.display().to_string(),
        Place::Postgres { url, schema } => format!("{url}\n{schema}"),
    };
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "queue::kill::a_server_that_is_killed", "--ignored"])
        .env(VARIABLE, format!("{}\n{place}", bench.folder.path().display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Server(child)
}

/// Every job is done: inside exactly once, outside at least once and no more often than kills can explain.
async fn everything_is_there(ledger: &Ledger, most_repeated: i64) {
    let inside = "SELECT count(*) AS n FROM effect WHERE kind = 'test.inside'";
    assert_eq!(number(ledger, inside).await, i64::from(JOBS), "inside: each exactly once");
    for kind in ["inside", "outside"] {
        let sql = Sql::new("SELECT count(DISTINCT job_id) AS n FROM effect WHERE kind = ").bind(format!("test.{kind}"));
        assert_eq!(ledger.number(sql).await.unwrap(), i64::from(JOBS), "{kind}: every one");
    }
    let repeated = number(ledger, "SELECT count(*) AS n FROM effect WHERE kind = 'test.outside'").await - i64::from(JOBS);
    assert!(repeated <= most_repeated, "outside: only what was caught is repeated, and that was {repeated}");
}

on_both_databases! {
    migrations = migrations();

    async fn servers_that_are_killed_lose_nothing(bench) {
        let ledger = bench.second_by(Arc::new(SystemClock), &migrations()).await;
        enqueue_many(&ledger, &INSIDE, JOBS).await;
        enqueue_many(&ledger, &OUTSIDE, JOBS).await;
        let effects = async || number(&ledger, "SELECT count(*) AS n FROM effect").await;
        let mut caught = 0;
        for kill in 0..KILLS {
            let before = effects().await;
            let mut server = start(&bench);
            until("it has done something", async || effects().await > before + 6).await;
            tokio::time::sleep(Duration::from_millis(u64::from(kill * 17 % 40))).await;
            assert!(server.lives(), "the server runs until it is killed");
            server.kill();
            caught += number(&ledger, "SELECT count(*) AS n FROM ledger_job WHERE worker IS NOT NULL").await;
        }
        assert!(caught >= i64::from(KILLS) / 2, "kills fell into the middle of jobs: {caught}");
        assert!(jobs(&ledger).await > 0, "there was still something to do");
        let running = runner(&ledger).start().await.unwrap();
        until("everything is done", async || jobs(&ledger).await == 0).await;
        assert_eq!(running.stop(Duration::from_secs(30)).await, 0);
        everything_is_there(&ledger, i64::from(KILLS) * 3).await;
    }

    async fn a_server_goes_on_with_what_a_killed_one_had(bench) {
        let ledger = bench.second_by(Arc::new(SystemClock), &migrations()).await;
        enqueue_many(&ledger, &INSIDE, JOBS).await;
        enqueue_many(&ledger, &OUTSIDE, JOBS).await;
        let (mut one, mut other) = (start(&bench), start(&bench));
        until("both are at work", async || number(&ledger, "SELECT count(DISTINCT worker) AS n FROM effect").await == 2).await;
        assert!(one.lives());
        one.kill();
        assert!(jobs(&ledger).await > 0, "there was still something to do");
        until("the other has done everything", async || jobs(&ledger).await == 0).await;
        assert!(other.lives());
        everything_is_there(&ledger, 3).await;
    }
}
