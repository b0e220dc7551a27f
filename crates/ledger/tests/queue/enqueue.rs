//! Enqueuing: with the records or not at all, at most one per key, not before its time.

use super::*;
use noroshi_ledger::queue::{Done, settle};
use noroshi_testkit::on_both_databases;

on_both_databases! {
    migrations = migrations();

    async fn a_job_is_there_when_its_work_is_committed_and_never_otherwise(bench) {
        let work = bench.ledger.begin().await.unwrap();
        work.enqueue(Order::new(&KIND, &1)).await.unwrap();
        drop(work);
        assert_eq!(jobs(&bench.ledger).await, 0);
        let kept = id(enqueue(&bench.ledger, Order::new(&KIND, &2)).await);
        let job = take(&bench.ledger, &KIND).await.unwrap();
        assert_eq!((job.id, job.payload.as_str(), job.attempt, job.enqueued_at), (kept, "2", 1, bench.ledger.now()));
        assert_eq!(job.told::<u32>().unwrap(), 2);
        assert!(matches!(job.told::<Vec<bool>>(), Err(Failure::Dead { why }) if why.key == "queue-payload"), "a payload that cannot be read is not tried again");
    }

    async fn a_second_order_of_a_key_moves_a_waiting_job_earlier_and_never_later(bench) {
        let order = |payload| Order::new(&KIND, payload).keyed("inbox");
        let first = enqueue(&bench.ledger, order(&1).not_before(in_seconds(&bench, 60))).await;
        let Enqueued::New(job) = first else { panic!("{first:?}") };
        assert_eq!(enqueue(&bench.ledger, order(&2).not_before(in_seconds(&bench, 90))).await, Enqueued::Waits(job));
        assert_eq!(standing(&bench.ledger, &KIND).await.unwrap().next_due_at, Some(in_seconds(&bench, 60)));
        assert_eq!(enqueue(&bench.ledger, order(&3).not_before(in_seconds(&bench, 30))).await, Enqueued::Waits(job));
        bench.clock.advance_us(30 * SECOND_US - 1);
        assert!(take(&bench.ledger, &KIND).await.is_none(), "not before its time");
        bench.clock.advance_us(1);
        let taken = take(&bench.ledger, &KIND).await.unwrap();
        assert_eq!((taken.id, taken.key.as_deref(), taken.payload.as_str()), (job, Some("inbox"), "1"), "the first order's payload");
    }

    async fn a_second_order_of_a_key_does_nothing_while_its_job_runs(bench) {
        let first = id(enqueue(&bench.ledger, Order::new(&KIND, &1).keyed("inbox")).await);
        let job = take(&bench.ledger, &KIND).await.unwrap();
        assert_eq!(enqueue(&bench.ledger, Order::new(&KIND, &2).keyed("inbox")).await, Enqueued::Runs(first));
        assert!(take(&bench.ledger, &KIND).await.is_none(), "its lease is as it was");
        settle(&bench.ledger, &KIND, &job, Ok(Done::Alone)).await.unwrap();
        assert_eq!(jobs(&bench.ledger).await, 0);
        assert!(matches!(enqueue(&bench.ledger, Order::new(&KIND, &3).keyed("inbox")).await, Enqueued::New(_)), "the key is free again");
    }

    async fn keys_are_a_kinds_own_and_dead_letters_occupy_none(bench) {
        const OTHER: Kind = Kind::named("test.other");
        enqueue(&bench.ledger, Order::new(&KIND, &1).keyed("inbox")).await;
        assert!(matches!(enqueue(&bench.ledger, Order::new(&OTHER, &1).keyed("inbox")).await, Enqueued::New(_)));
        assert!(matches!(enqueue(&bench.ledger, Order::new(&KIND, &1).keyed("other")).await, Enqueued::New(_)));
        let job = take(&bench.ledger, &KIND).await.unwrap();
        settle(&bench.ledger, &KIND, &job, Err(dead())).await.unwrap();
        assert!(matches!(enqueue(&bench.ledger, Order::new(&KIND, &2).keyed("inbox")).await, Enqueued::New(_)));
    }

    async fn many_that_enqueue_one_key_at_once_make_one_job(bench) {
        let second = bench.second(&migrations()).await;
        let tasks: Vec<_> = (0..16).map(|number| {
            let ledger = if number % 2 == 0 { bench.ledger.clone() } else { second.clone() };
            tokio::spawn(async move {
                let mut new = 0;
                for payload in 0..5 {
                    new += u32::from(matches!(enqueue(&ledger, Order::new(&KIND, &payload).keyed("inbox")).await, Enqueued::New(_)));
                }
                new
            })
        }).collect();
        let mut new = 0;
        for task in tasks {
            new += task.await.unwrap();
        }
        assert_eq!((new, jobs(&bench.ledger).await), (1, 1));
    }
}
