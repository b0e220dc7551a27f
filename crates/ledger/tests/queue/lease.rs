//! Leases, failures, back-off, and what a worker may still do whose lease another has.

use super::*;
use noroshi_ledger::queue::{Backoff, Done, Settled, renew, settle};
use noroshi_testkit::on_both_databases;
use std::collections::HashSet;

const LEASE_US: i64 = 60 * SECOND_US;

on_both_databases! {
    migrations = migrations();

    async fn the_longest_due_are_taken_first_and_each_by_one(bench) {
        for wait in [3, 1, 2] {
            enqueue(&bench.ledger, Order::new(&KIND, &wait).not_before(in_seconds(&bench, i64::from(wait)))).await;
        }
        bench.clock.advance_us(10 * SECOND_US);
        let mut order = Vec::new();
        while let Some(job) = take(&bench.ledger, &KIND).await {
            order.push(job.told::<u32>().unwrap());
        }
        assert_eq!(order, [1, 2, 3]);
    }

    async fn many_that_take_at_once_never_take_the_same(bench) {
        enqueue_many(&bench.ledger, &KIND, 200).await;
        let second = bench.second(&migrations()).await;
        let tasks: Vec<_> = (0..8).map(|number| {
            let ledger = if number % 2 == 0 { bench.ledger.clone() } else { second.clone() };
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let jobs = claim(&ledger, &KIND, "worker", 7).await.unwrap();
                    if jobs.is_empty() {
                        return taken;
                    }
                    taken.extend(jobs.into_iter().map(|job| job.id));
                }
            })
        }).collect();
        let mut taken = Vec::new();
        for task in tasks {
            taken.extend(task.await.unwrap());
        }
        assert_eq!((taken.len(), taken.iter().collect::<HashSet<_>>().len()), (200, 200));
    }

    async fn a_lease_that_runs_out_gives_the_job_to_another(bench) {
        enqueue(&bench.ledger, Order::new(&KIND, &1)).await;
        let second = bench.second(&migrations()).await;
        let first = take(&bench.ledger, &KIND).await.unwrap();
        bench.clock.advance_us(LEASE_US - 1);
        assert!(take(&second, &KIND).await.is_none(), "within the lease it is nobody else's");
        assert_eq!(renew(&bench.ledger, &KIND, &first).await.unwrap(), Some(in_seconds(&bench, 60)));
        bench.clock.advance_us(LEASE_US - 1);
        assert!(take(&second, &KIND).await.is_none(), "it was renewed");
        bench.clock.advance_us(1);
        let again = take(&second, &KIND).await.unwrap();
        assert_eq!((again.id, again.attempt), (first.id, 2));
        assert_eq!(renew(&bench.ledger, &KIND, &first).await.unwrap(), None);
    }

    async fn who_lost_the_lease_changes_nothing_any_more(bench) {
        enqueue(&bench.ledger, Order::new(&KIND, &1)).await;
        let late = take(&bench.ledger, &KIND).await.unwrap();
        bench.clock.advance_us(LEASE_US);
        let now = take(&bench.ledger, &KIND).await.unwrap();
        for outcome in [Ok(Done::Alone), Err(retry()), Err(dead())] {
            assert_eq!(settle(&bench.ledger, &KIND, &late, outcome).await.unwrap(), Settled::Lost);
        }
        let work = bench.ledger.begin().await.unwrap();
        affect(&work, &late, "late").await;
        assert_eq!(settle(&bench.ledger, &KIND, &late, Ok(Done::With(work))).await.unwrap(), Settled::Lost);
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM effect").await, 0, "its work was undone");
        let work = bench.ledger.begin().await.unwrap();
        affect(&work, &now, "now").await;
        assert_eq!(settle(&bench.ledger, &KIND, &now, Ok(Done::With(work))).await.unwrap(), Settled::Done);
        assert_eq!((number(&bench.ledger, "SELECT count(*) AS n FROM effect").await, jobs(&bench.ledger).await), (1, 0));
    }

    async fn a_retried_dead_letter_is_not_its_first_workers(bench) {
        const ONCE: Kind = Kind { attempts_most: 1, ..KIND };
        let job = id(enqueue(&bench.ledger, Order::new(&ONCE, &1)).await);
        let late = take(&bench.ledger, &ONCE).await.unwrap();
        bench.clock.advance_us(LEASE_US);
        assert!(take(&bench.ledger, &ONCE).await.is_none(), "it is dead");
        let work = bench.ledger.begin().await.unwrap();
        noroshi_ledger::queue::dead::retry(&work, &administrator(), job).await.unwrap();
        work.commit().await.unwrap();
        let now = take(&bench.ledger, &ONCE).await.unwrap();
        assert_eq!((now.attempt, late.attempt), (1, 1));
        assert_eq!(settle(&bench.ledger, &ONCE, &late, Ok(Done::Alone)).await.unwrap(), Settled::Lost);
        assert_eq!(settle(&bench.ledger, &ONCE, &now, Ok(Done::Alone)).await.unwrap(), Settled::Done);
    }

    async fn a_job_that_kills_its_server_each_time_becomes_a_dead_letter(bench) {
        enqueue(&bench.ledger, Order::new(&KIND, &1)).await;
        for attempt in 1..=3 {
            assert_eq!(take(&bench.ledger, &KIND).await.unwrap().attempt, attempt);
            bench.clock.advance_us(LEASE_US);
        }
        assert_eq!(standing(&bench.ledger, &KIND).await.unwrap().abandoned, 1);
        assert!(take(&bench.ledger, &KIND).await.is_none());
        let letters = noroshi_ledger::queue::dead::list(&bench.ledger, &administrator(), None, None, 10).await.unwrap();
        assert_eq!((letters.len(), letters[0].attempts, letters[0].why.as_ref().unwrap().key.as_ref()), (1, 3, "queue-abandoned"));
    }

    async fn failures_wait_twice_as_long_each_time_up_to_the_longest(bench) {
        const LONG: Kind = Kind {
            attempts_most: 12,
            backoff: Backoff { first: Duration::from_secs(10), most: Duration::from_secs(600) },
            ..Kind::named("test.long")
        };
        enqueue(&bench.ledger, Order::new(&LONG, &1)).await;
        for attempt in 1..12 {
            let job = take(&bench.ledger, &LONG).await.unwrap();
            assert_eq!(job.attempt, attempt);
            let Settled::Waits(due) = settle(&bench.ledger, &LONG, &job, Err(retry())).await.unwrap() else { panic!("attempt {attempt}") };
            let (wait, whole) = (due.0 - bench.ledger.now().0, ((10 * SECOND_US) << (attempt - 1)).min(600 * SECOND_US));
            assert!(wait <= whole && wait >= whole / 4 * 3, "attempt {attempt} waits {wait} µs");
            bench.clock.advance_us(wait - 1);
            assert!(take(&bench.ledger, &LONG).await.is_none());
            bench.clock.advance_us(1);
        }
        let job = take(&bench.ledger, &LONG).await.unwrap();
        assert_eq!(settle(&bench.ledger, &LONG, &job, Err(retry())).await.unwrap(), Settled::Dead, "after the last attempt");
    }

    async fn the_other_side_may_name_a_longer_wait_but_no_shorter_one(bench) {
        enqueue_many(&bench.ledger, &KIND, 2).await;
        for (after, expected) in [(1, 7..=10), (3_600, 3_600..=3_600)] {
            let job = take(&bench.ledger, &KIND).await.unwrap();
            let failure = Failure::Retry { after: Some(Duration::from_secs(after)), why: why() };
            let Settled::Waits(due) = settle(&bench.ledger, &KIND, &job, Err(failure)).await.unwrap() else { panic!("it waits") };
            let wait_s = (due.0 - bench.ledger.now().0) / SECOND_US;
            assert!(expected.contains(&wait_s), "{wait_s}");
        }
    }

    async fn a_job_that_is_too_old_for_another_attempt_is_dead(bench) {
        const HOUR: Kind = Kind { attempts_most: 100, age_most: Duration::from_secs(3_600), ..Kind::named("test.hour") };
        // Its age counts from its first attempt: what waited for a server is still tried.
        enqueue(&bench.ledger, Order::new(&HOUR, &1)).await;
        bench.clock.advance_us(10 * 3_600 * SECOND_US);
        let job = take(&bench.ledger, &HOUR).await.unwrap();
        assert!(matches!(settle(&bench.ledger, &HOUR, &job, Err(retry())).await.unwrap(), Settled::Waits(_)));
        bench.clock.advance_us(3_600 * SECOND_US);
        let job = take(&bench.ledger, &HOUR).await.unwrap();
        assert_eq!((job.attempt, settle(&bench.ledger, &HOUR, &job, Err(retry())).await.unwrap()), (2, Settled::Dead));
    }

    async fn the_state_tells_how_each_kind_stands(bench) {
        const OTHER: Kind = Kind::named("test.other");
        enqueue_many(&bench.ledger, &KIND, 5).await;
        let begun = bench.ledger.now();
        enqueue(&bench.ledger, Order::new(&KIND, &9).not_before(in_seconds(&bench, 3_600))).await;
        enqueue(&bench.ledger, Order::new(&OTHER, &9)).await;
        take(&bench.ledger, &KIND).await.unwrap();
        bench.clock.advance_us(LEASE_US / 2);
        take(&bench.ledger, &KIND).await.unwrap();
        let job = take(&bench.ledger, &KIND).await.unwrap();
        settle(&bench.ledger, &KIND, &job, Err(dead())).await.unwrap();
        bench.clock.advance_us(LEASE_US / 2);
        let kind = standing(&bench.ledger, &KIND).await.unwrap();
        assert_eq!((kind.due, kind.later, kind.running, kind.abandoned, kind.dead), (2, 1, 1, 1, 1));
        assert_eq!((kind.oldest_due_at, kind.next_due_at), (Some(begun), Some(Moment(begun.0 + 3_600 * SECOND_US))));
        let failed = kind.last_error.unwrap();
        assert_eq!((failed.at, failed.why), (Moment(begun.0 + LEASE_US / 2), why()));
        let other = standing(&bench.ledger, &OTHER).await.unwrap();
        assert_eq!((other.due, other.dead, other.last_error), (1, 0, None));
        assert!(noroshi_ledger::queue::state(&bench.ledger, &handler(), begun).await.is_err(), "it is for administrators");
    }
}
