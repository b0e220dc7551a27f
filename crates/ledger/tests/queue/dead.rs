//! Dead letters: seen, tried again, discarded, and every one of it audited.

use super::*;
use noroshi_ledger::{
    audit,
    queue::{
        dead::{self, QueueError, Retried},
        settle,
    },
};
use noroshi_testkit::on_both_databases;

/// A job that failed for good.
async fn letter(ledger: &Ledger, kind: &Kind, key: Option<&str>) -> JobId {
    let order = Order::new(kind, &1);
    let job = id(enqueue(ledger, key.map_or(order, |key| order.keyed(key))).await);
    let taken = take(ledger, kind).await.unwrap();
    assert_eq!(taken.id, job);
    settle(ledger, kind, &taken, Err(super::dead())).await.unwrap();
    job
}

/// Does something and keeps it when it went well.
macro_rules! keep {
    ($ledger:expr, $work:ident, $call:expr) => {{
        let $work = $ledger.begin().await.unwrap();
        let said = $call.await;
        match said {
            Ok(_) => $work.commit().await.unwrap(),
            Err(_) => $work.undo().await.unwrap(),
        }
        said
    }};
}

on_both_databases! {
    migrations = migrations();

    async fn a_person_sees_them_newest_first_and_page_by_page(bench) {
        const OTHER: Kind = Kind::named("test.other");
        let (one, two, three) = (letter(&bench.ledger, &KIND, None).await, letter(&bench.ledger, &OTHER, None).await, letter(&bench.ledger, &KIND, Some("k")).await);
        let list = async |kind, before, limit| {
            let letters = dead::list(&bench.ledger, &administrator(), kind, before, limit).await.unwrap();
            letters.iter().map(|letter| letter.id).collect::<Vec<_>>()
        };
        assert_eq!(list(None, None, 10).await, [three, two, one]);
        assert_eq!(list(None, Some(three), 1).await, [two]);
        assert_eq!(list(Some(KIND.name), None, 10).await, [three, one]);
        assert_eq!(dead::count(&bench.ledger, &administrator(), None).await.unwrap(), 3);
        assert_eq!(dead::count(&bench.ledger, &administrator(), Some(OTHER.name)).await.unwrap(), 1);
        let letters = dead::list(&bench.ledger, &administrator(), None, None, 1).await.unwrap();
        assert_eq!((letters[0].key.as_deref(), letters[0].payload.as_str(), letters[0].attempts), (Some("k"), "1", 1));
        assert_eq!((letters[0].died_at, letters[0].why.clone()), (bench.ledger.now(), Some(why())));
    }

    async fn one_is_tried_again_with_all_its_attempts(bench) {
        let job = letter(&bench.ledger, &KIND, Some("k")).await;
        keep!(bench.ledger, work, dead::retry(&work, &administrator(), job)).unwrap();
        let again = take(&bench.ledger, &KIND).await.unwrap();
        assert_eq!((again.id, again.attempt, again.first_tried_at), (job, 1, bench.ledger.now()));
        let rows = audit::of_subject(&bench.ledger, job.0, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].action.as_str(), rows[0].actor.as_str()), (1, "queue.retry", "local:someone"));
        assert!(rows[0].detail.contains("it does not connect"), "{}", rows[0].detail);
        assert!(matches!(keep!(bench.ledger, work, dead::retry(&work, &administrator(), job)), Err(QueueError::Unknown(_))), "it is no dead letter any more");
    }

    async fn one_whose_key_another_has_stays(bench) {
        let job = letter(&bench.ledger, &KIND, Some("k")).await;
        enqueue(&bench.ledger, Order::new(&KIND, &2).keyed("k")).await;
        let refused = keep!(bench.ledger, work, dead::retry(&work, &administrator(), job));
        assert!(matches!(&refused, Err(QueueError::Refused(reason)) if reason.key == "queue-key"), "{refused:?}");
        assert_eq!(dead::count(&bench.ledger, &administrator(), None).await.unwrap(), 1);
    }

    async fn all_of_a_kind_are_tried_again_one_for_each_key(bench) {
        const OTHER: Kind = Kind::named("test.other");
        for key in [None, None, Some("double"), Some("double"), Some("busy")] {
            letter(&bench.ledger, &KIND, key).await;
        }
        letter(&bench.ledger, &OTHER, None).await;
        enqueue(&bench.ledger, Order::new(&KIND, &2).keyed("busy")).await;
        let retried = keep!(bench.ledger, work, dead::retry_all(&work, &administrator(), KIND.name)).unwrap();
        assert_eq!(retried, Retried { retried: 3, left: 2 });
        assert_eq!(claim(&bench.ledger, &KIND, "worker", 10).await.unwrap().len(), 4);
        assert_eq!(dead::count(&bench.ledger, &administrator(), Some(OTHER.name)).await.unwrap(), 1, "another kind's stay");
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM ledger_audit WHERE action = 'queue.retry_all'").await, 1, "one row for all");
    }

    async fn one_is_discarded_for_a_reason_only(bench) {
        let job = letter(&bench.ledger, &KIND, None).await;
        for reason in ["", "  ", &"あ".repeat(501)] {
            let refused = keep!(bench.ledger, work, dead::discard(&work, &administrator(), job, reason));
            assert!(matches!(&refused, Err(QueueError::Refused(reason)) if reason.key == "queue-discard-reason"), "{refused:?}");
        }
        keep!(bench.ledger, work, dead::discard(&work, &administrator(), job, "宛先の組織は解散した")).unwrap();
        assert_eq!(jobs(&bench.ledger).await, 0);
        let rows = audit::of_subject(&bench.ledger, job.0, 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].action.as_str()), (1, "queue.discard"));
        assert!(rows[0].detail.contains("宛先の組織は解散した"));
        assert!(matches!(keep!(bench.ledger, work, dead::discard(&work, &administrator(), job, "again")), Err(QueueError::Unknown(_))));
    }

    async fn what_waits_or_runs_can_be_neither_tried_again_nor_discarded(bench) {
        let job = id(enqueue(&bench.ledger, Order::new(&KIND, &1)).await);
        for _ in 0..2 {
            assert!(matches!(keep!(bench.ledger, work, dead::retry(&work, &administrator(), job)), Err(QueueError::Unknown(_))));
            assert!(matches!(keep!(bench.ledger, work, dead::discard(&work, &administrator(), job, "why not")), Err(QueueError::Unknown(_))));
            take(&bench.ledger, &KIND).await;
        }
    }

    async fn only_administrators_may(bench) {
        let job = letter(&bench.ledger, &KIND, None).await;
        for actor in [handler(), Actor::Anonymous] {
            assert!(matches!(dead::list(&bench.ledger, &actor, None, None, 1).await, Err(QueueError::Forbidden(_))));
            assert!(matches!(dead::count(&bench.ledger, &actor, None).await, Err(QueueError::Forbidden(_))));
            assert!(matches!(keep!(bench.ledger, work, dead::retry(&work, &actor, job)), Err(QueueError::Forbidden(_))));
            assert!(matches!(keep!(bench.ledger, work, dead::retry_all(&work, &actor, KIND.name)), Err(QueueError::Forbidden(_))));
            assert!(matches!(keep!(bench.ledger, work, dead::discard(&work, &actor, job, "because")), Err(QueueError::Forbidden(_))));
        }
        assert_eq!(number(&bench.ledger, "SELECT count(*) AS n FROM ledger_audit").await, 0);
    }
}
