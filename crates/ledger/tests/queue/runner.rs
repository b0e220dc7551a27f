//! The runner: limits, waking, sharing, heartbeats, panics, and a shutdown that waits.

use super::*;
use noroshi_kernel::moment::SystemClock;
use noroshi_ledger::queue::{Done, Due, Rhythm, Runner, Schedule};
use noroshi_testkit::on_both_databases;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

const GRACE: Duration = Duration::from_secs(30);
const INSIDE: Kind = Kind { at_once: 4, ..Kind::named("test.inside") };
const OUTSIDE: Kind = Kind { at_once: 4, ..Kind::named("test.outside") };

/// Waits for the end of every job.
async fn emptied(ledger: &Ledger) {
    until("the queue is empty", async || jobs(ledger).await == 0).await;
}

on_both_databases! {
    migrations = migrations();

    async fn two_servers_share_a_thousand_jobs_and_run_each_once(bench) {
        let second = bench.second(&migrations()).await;
        enqueue_many(&bench.ledger, &INSIDE, 500).await;
        enqueue_many(&bench.ledger, &OUTSIDE, 500).await;
        let ran: Arc<Mutex<HashMap<JobId, Vec<&str>>>> = Arc::default();
        let server = |ledger: &Ledger, name: &'static str| {
            let ran = Arc::clone(&ran);
            Runner::new(ledger.clone(), name)
                .inside(INSIDE, move |job, work| async move {
                    affect(&work, &job, name).await;
                    Ok(Done::With(work))
                })
                .outside(OUTSIDE, move |job| {
                    ran.lock().unwrap().entry(job.id).or_default().push(name);
                    async { Ok(Done::Alone) }
                })
        };
        let (one, two) = tokio::join!(server(&bench.ledger, "one").start(), server(&second, "two").start());
        let (one, two) = (one.unwrap(), two.unwrap());
        emptied(&bench.ledger).await;
        assert_eq!(one.stop(GRACE).await + two.stop(GRACE).await, 0);
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM effect").await, 500);
        assert_eq!(number(&bench.ledger, "SELECT count(DISTINCT job_id) AS n FROM effect").await, 500);
        let ran = ran.lock().unwrap();
        assert_eq!((ran.len(), ran.values().map(Vec::len).sum::<usize>()), (500, 500));
        if bench.ledger.backend() == noroshi_ledger::Backend::Postgres {
            for name in ["one", "two"] {
                assert!(ran.values().any(|by| by.contains(&name)), "server {name} took part");
            }
        }
    }

    async fn no_more_of_a_kind_run_at_once_than_its_limit(bench) {
        enqueue_many(&bench.ledger, &OUTSIDE, 20).await;
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = (Arc::clone(&now), Arc::clone(&most));
        let runner = Runner::new(bench.ledger.clone(), "server").outside(OUTSIDE, move |_| {
            let (now, most) = counted.clone();
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(30)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(Done::Alone)
            }
        });
        let running = runner.start().await.unwrap();
        emptied(&bench.ledger).await;
        running.stop(GRACE).await;
        assert_eq!(most.load(Ordering::SeqCst), OUTSIDE.at_once);
    }

    async fn an_idle_runner_wakes_when_a_job_is_committed_here(bench) {
        let (ran, mut runs) = tokio::sync::mpsc::unbounded_channel();
        let runner = Runner::new(bench.ledger.clone(), "server").outside(OUTSIDE, move |_| {
            ran.send(()).unwrap();
            async { Ok(Done::Alone) }
        });
        let running = runner.start().await.unwrap();
        for payload in 0..3 {
            // Long enough to be idle, and never in step with its looking.
            tokio::time::sleep(Duration::from_millis(500 + 31 * u64::from(payload))).await;
            enqueue(&bench.ledger, Order::new(&OUTSIDE, &payload)).await;
            assert!(runs.recv().await.is_some(), "it is done without anybody asking again");
        }
        running.stop(GRACE).await;
    }

    async fn another_servers_jobs_are_found_within_a_moment(bench) {
        let second = bench.second(&migrations()).await;
        let running = Runner::new(bench.ledger.clone(), "server").outside(OUTSIDE, async |_| Ok(Done::Alone)).start().await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let begun = Instant::now();
        enqueue(&second, Order::new(&OUTSIDE, &1)).await;
        emptied(&second).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        running.stop(GRACE).await;
    }

    async fn a_job_that_takes_long_keeps_its_lease(bench) {
        const SHORT: Kind = Kind { lease: Duration::from_millis(600), ..Kind::named("test.short") };
        // Leases that really run out, on both servers.
        let (one, two) = (bench.second_by(Arc::new(SystemClock), &migrations()).await, bench.second_by(Arc::new(SystemClock), &migrations()).await);
        let runs = Arc::new(AtomicUsize::new(0));
        let server = |ledger: &Ledger| {
            let runs = Arc::clone(&runs);
            Runner::new(ledger.clone(), "server").outside(SHORT, move |_| {
                runs.fetch_add(1, Ordering::SeqCst);
                async {
                    tokio::time::sleep(Duration::from_millis(2_000)).await;
                    Ok(Done::Alone)
                }
            })
        };
        let (first, second) = (server(&one).start().await.unwrap(), server(&two).start().await.unwrap());
        enqueue(&one, Order::new(&SHORT, &1)).await;
        emptied(&one).await;
        assert_eq!(first.stop(GRACE).await + second.stop(GRACE).await, 0);
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    async fn a_job_whose_lease_is_lost_is_ended(bench) {
        const SHORT: Kind = Kind { lease: Duration::from_millis(300), ..Kind::named("test.short") };
        struct Ended(Arc<AtomicUsize>);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let ended = Arc::new(AtomicUsize::new(0));
        let guard = Arc::clone(&ended);
        let runner = Runner::new(bench.ledger.clone(), "server").outside(SHORT, move |_| {
            let guard = Ended(Arc::clone(&guard));
            async move {
                let _guard = guard;
                std::future::pending().await
            }
        });
        enqueue(&bench.ledger, Order::new(&SHORT, &1)).await;
        let running = runner.start().await.unwrap();
        until("it runs", async || standing(&bench.ledger, &SHORT).await.is_some_and(|state| state.running == 1)).await;
        // As if another server had taken it.
        let work = bench.ledger.begin().await.unwrap();
        work.execute(Sql::new("UPDATE ledger_job SET claims = claims + 1, due_at = ").bind(in_seconds(&bench, 3_600).0)).await.unwrap();
        work.commit().await.unwrap();
        until("it is ended", async || ended.load(Ordering::SeqCst) == 1).await;
        assert_eq!(running.stop(GRACE).await, 0);
        assert_eq!(standing(&bench.ledger, &SHORT).await.unwrap().running, 1, "the other's claim stands");
    }

    async fn what_failed_inside_is_undone_and_tried_again(bench) {
        let runner = Runner::new(bench.ledger.clone(), "server").inside(INSIDE, async |job, work| {
            affect(&work, &job, "server").await;
            if job.attempt == 1 { Err(retry()) } else { Ok(Done::With(work)) }
        });
        enqueue(&bench.ledger, Order::new(&INSIDE, &1)).await;
        let running = runner.start().await.unwrap();
        until("it waits again", async || standing(&bench.ledger, &INSIDE).await.is_some_and(|state| state.later == 1)).await;
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM effect").await, 0);
        assert_eq!(standing(&bench.ledger, &INSIDE).await.unwrap().last_error.unwrap().why, why());
        bench.clock.advance_us(10 * SECOND_US);
        emptied(&bench.ledger).await;
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM effect").await, 1);
        running.stop(GRACE).await;
    }

    async fn a_panic_or_a_hang_fails_the_attempt_and_not_the_runner(bench) {
        const PANICS: Kind = Kind::named("test.panics");
        const HANGS: Kind = Kind { time_most: Duration::from_millis(200), ..Kind::named("test.hangs") };
        let runner = Runner::new(bench.ledger.clone(), "server")
            .outside(PANICS, async |_| panic!("as a test wants it"))
            .inside(HANGS, async |_, _work| std::future::pending().await)
            .outside(OUTSIDE, async |_| Ok(Done::Alone));
        enqueue(&bench.ledger, Order::new(&PANICS, &1)).await;
        enqueue(&bench.ledger, Order::new(&HANGS, &1)).await;
        let running = runner.start().await.unwrap();
        for (kind, key) in [(PANICS, "queue-panic"), (HANGS, "queue-time")] {
            until(key, async || standing(&bench.ledger, &kind).await.is_some_and(|state| state.later == 1)).await;
            assert_eq!(standing(&bench.ledger, &kind).await.unwrap().last_error.unwrap().why.key, key);
        }
        enqueue(&bench.ledger, Order::new(&OUTSIDE, &1)).await;
        until("others run on", async || standing(&bench.ledger, &OUTSIDE).await.is_none()).await;
        assert_eq!(running.stop(GRACE).await, 0);
    }

    async fn stopping_waits_for_what_runs_and_begins_nothing(bench) {
        const SLOW: Kind = Kind::named("test.slow");
        enqueue_many(&bench.ledger, &SLOW, 2).await;
        let runner = Runner::new(bench.ledger.clone(), "server").outside(SLOW, async |_| {
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(Done::Alone)
        });
        let running = runner.start().await.unwrap();
        until("one runs", async || standing(&bench.ledger, &SLOW).await.unwrap().running == 1).await;
        assert_eq!(running.stop(GRACE).await, 0);
        let state = standing(&bench.ledger, &SLOW).await.unwrap();
        assert_eq!((state.due, state.running), (1, 0), "one is done, the other was not begun");
    }

    async fn what_outlasts_the_grace_is_left_to_its_lease(bench) {
        const STUCK: Kind = Kind::named("test.stuck");
        let runner = Runner::new(bench.ledger.clone(), "server").outside(STUCK, async |_| std::future::pending().await);
        enqueue(&bench.ledger, Order::new(&STUCK, &1)).await;
        let running = runner.start().await.unwrap();
        until("it runs", async || standing(&bench.ledger, &STUCK).await.unwrap().running == 1).await;
        assert_eq!(running.stop(Duration::from_millis(100)).await, 1);
        assert!(take(&bench.ledger, &STUCK).await.is_none());
        bench.clock.advance_us(60 * SECOND_US);
        assert_eq!(take(&bench.ledger, &STUCK).await.unwrap().attempt, 2);
    }

    async fn schedules_run_on_every_server_and_each_time_once(bench) {
        let second = bench.second(&migrations()).await;
        let times: Arc<Mutex<Vec<Moment>>> = Arc::default();
        let server = |ledger: &Ledger| {
            let times = Arc::clone(&times);
            Runner::new(ledger.clone(), "server").schedule(Schedule::new("test.minutely", OUTSIDE, Rhythm::Every(Duration::from_secs(60)))).outside(
                OUTSIDE,
                move |job| {
                    let told = job.told::<Due>().map(|due| times.lock().unwrap().push(due.at));
                    async move { told.map(|()| Done::Alone) }
                },
            )
        };
        let begun = bench.ledger.now();
        let (one, two) = (server(&bench.ledger).start().await.unwrap(), server(&second).start().await.unwrap());
        for minute in 1..=4 {
            until("it ran", async || times.lock().unwrap().len() == minute && jobs(&bench.ledger).await == 0).await;
            bench.clock.advance_us(60 * SECOND_US);
        }
        until("it ran for the last time", async || times.lock().unwrap().len() == 5).await;
        assert_eq!(one.stop(GRACE).await + two.stop(GRACE).await, 0);
        assert_eq!(*times.lock().unwrap(), (0..5).map(|minute| Moment(begun.0 + minute * 60 * SECOND_US)).collect::<Vec<_>>());
    }
}
