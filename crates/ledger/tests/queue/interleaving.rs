//! Whatever happens in whatever order: a job is done, waiting, running or dead, and never two workers' within a lease.

use super::*;
use noroshi_ledger::queue::{Done, Settled, dead, renew, settle};
use noroshi_testkit::Bench;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
    Enqueue {
        key: Option<u8>,
        wait_s: i64,
    },
    Claim {
        most: usize,
    },
    /// Something is done with one of the claims so far, be it the latest of its job or long lost. A crash is a claim of which
    /// nothing is heard again.
    Done(prop::sample::Index),
    DoneWith(prop::sample::Index),
    Fail(prop::sample::Index),
    Die(prop::sample::Index),
    Renew(prop::sample::Index),
    RetryAll,
    Advance {
        seconds: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let claim = any::<prop::sample::Index>;
    prop_oneof![
        4 => (prop::option::of(0..3_u8), 0..40_i64).prop_map(|(key, wait_s)| Step::Enqueue { key, wait_s }),
        5 => (1..4_usize).prop_map(|most| Step::Claim { most }),
        2 => claim().prop_map(Step::Done),
        1 => claim().prop_map(Step::DoneWith),
        2 => claim().prop_map(Step::Fail),
        1 => claim().prop_map(Step::Die),
        1 => claim().prop_map(Step::Renew),
        1 => Just(Step::RetryAll),
        4 => (0..70_i64).prop_map(|seconds| Step::Advance { seconds }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waits,
    /// With the number of the claim.
    Runs(usize),
    Dead,
    Done,
}

/// What a job must be.
#[derive(Clone, Debug)]
struct Model {
    key: Option<u8>,
    state: State,
    due: Moment,
    attempts: u32,
}

struct World<'a> {
    bench: &'a Bench,
    kind: Kind,
    jobs: BTreeMap<JobId, Model>,
    claims: Vec<Job>,
    effects: i64,
}

impl World<'_> {
    fn now(&self) -> Moment {
        self.bench.ledger.now()
    }

    fn living(&self, key: u8) -> Option<JobId> {
        self.jobs.iter().find(|(_, job)| job.key == Some(key) && matches!(job.state, State::Waits | State::Runs(_))).map(|(id, _)| *id)
    }

    /// The claim, its number, and whether it is its job's latest.
    fn claim(&self, index: prop::sample::Index) -> Option<(Job, bool)> {
        let number = (!self.claims.is_empty()).then(|| index.index(self.claims.len()))?;
        let claim = self.claims[number].clone();
        let held = self.jobs[&claim.id].state == State::Runs(number);
        Some((claim, held))
    }

    async fn go(&mut self, step: Step) {
        let (ledger, kind, now) = (&self.bench.ledger, self.kind, self.now());
        match step {
            Step::Enqueue { key, wait_s } => {
                let due = in_seconds(self.bench, wait_s);
                let name = key.map(|key| key.to_string());
                let order = Order::new(&kind, &1).not_before(due);
                let enqueued = enqueue(ledger, name.as_deref().map_or(order, |name| order.keyed(name))).await;
                match key.and_then(|key| self.living(key)) {
                    Some(id) => {
                        let job = self.jobs.get_mut(&id).unwrap();
                        if job.state == State::Waits {
                            job.due = job.due.min(due);
                            assert_eq!(enqueued, Enqueued::Waits(id));
                        } else {
                            assert_eq!(enqueued, Enqueued::Runs(id));
                        }
                    }
                    None => {
                        let Enqueued::New(id) = enqueued else { panic!("{enqueued:?}") };
                        self.jobs.insert(id, Model { key, state: State::Waits, due, attempts: 0 });
                    }
                }
            }
            Step::Claim { most } => {
                let taken = claim(ledger, &kind, "worker", most).await.unwrap();
                let mut open: Vec<_> = self
                    .jobs
                    .iter()
                    .filter(|(_, job)| matches!(job.state, State::Waits | State::Runs(_)) && job.due <= now)
                    .map(|(id, job)| (job.due, *id))
                    .collect();
                open.sort_unstable();
                open.truncate(most);
                let mut expected = Vec::new();
                for (_, id) in open {
                    let job = self.jobs.get_mut(&id).unwrap();
                    if job.attempts == kind.attempts_most {
                        job.state = State::Dead;
                    } else {
                        job.attempts += 1;
                        expected.push((id, job.attempts));
                    }
                }
                expected.sort_unstable();
                assert_eq!(taken.iter().map(|job| (job.id, job.attempt)).collect::<Vec<_>>(), expected, "taken is what is due and nobody's");
                for job in taken {
                    let model = self.jobs.get_mut(&job.id).unwrap();
                    (model.state, model.due) = (State::Runs(self.claims.len()), job.lease_until);
                    self.claims.push(job);
                }
            }
            Step::Done(index) | Step::DoneWith(index) | Step::Fail(index) | Step::Die(index) => {
                let Some((job, held)) = self.claim(index) else { return };
                let outcome = match step {
                    Step::Done(_) => Ok(Done::Alone),
                    Step::DoneWith(_) => {
                        let work = ledger.begin().await.unwrap();
                        affect(&work, &job, "worker").await;
                        self.effects += i64::from(held);
                        Ok(Done::With(work))
                    }
                    Step::Fail(_) => Err(retry()),
                    _ => Err(super::dead()),
                };
                let last = matches!(step, Step::Die(_)) || job.attempt == kind.attempts_most;
                let failed = outcome.is_err();
                let settled = settle(ledger, &kind, &job, outcome).await.unwrap();
                let model = self.jobs.get_mut(&job.id).unwrap();
                match settled {
                    Settled::Lost => assert!(!held, "only what is no longer held is lost"),
                    _ if !held => panic!("a lost claim settled its job: {settled:?}"),
                    Settled::Done => {
                        assert!(!failed);
                        model.state = State::Done;
                    }
                    Settled::Waits(due) => {
                        assert!(failed && !last && due > now);
                        (model.state, model.due) = (State::Waits, due);
                    }
                    Settled::Dead => {
                        assert!(failed && last);
                        model.state = State::Dead;
                    }
                }
            }
            Step::Renew(index) => {
                let Some((job, held)) = self.claim(index) else { return };
                let until = renew(ledger, &kind, &job).await.unwrap();
                assert_eq!(until.is_some(), held);
                if let Some(until) = until {
                    self.jobs.get_mut(&job.id).unwrap().due = until;
                }
            }
            Step::RetryAll => {
                let work = ledger.begin().await.unwrap();
                let retried = dead::retry_all(&work, &administrator(), kind.name).await.unwrap();
                work.commit().await.unwrap();
                let letters: Vec<JobId> = self.jobs.iter().filter(|(_, job)| job.state == State::Dead).map(|(id, _)| *id).collect();
                let mut alive = 0;
                for id in letters {
                    // In the order of their ids, so that of one key the oldest comes back.
                    if self.jobs[&id].key.is_none_or(|key| self.living(key).is_none()) {
                        let job = self.jobs.get_mut(&id).unwrap();
                        (job.state, job.due, job.attempts) = (State::Waits, now, 0);
                        alive += 1;
                    }
                }
                assert_eq!(retried.retried, alive);
            }
            Step::Advance { seconds } => self.bench.clock.advance_us(seconds * SECOND_US),
        }
    }

    /// The database says of every job what the model says.
    async fn check(&self) {
        let count = |state: fn(&Model, Moment) -> bool| i64::try_from(self.jobs.values().filter(|job| state(job, self.now())).count()).unwrap();
        let expected = (
            count(|job, now| job.state == State::Waits && job.due <= now),
            count(|job, now| job.state == State::Waits && job.due > now),
            count(|job, now| matches!(job.state, State::Runs(_)) && job.due > now),
            count(|job, now| matches!(job.state, State::Runs(_)) && job.due <= now),
            count(|job, _| job.state == State::Dead),
        );
        let found = standing(&self.bench.ledger, &self.kind).await.map(|state| (state.due, state.later, state.running, state.abandoned, state.dead));
        assert_eq!(found.unwrap_or_default(), expected);
    }
}

fn any_order_of_steps(bench: &Bench, runtime: &tokio::runtime::Runtime, cases: u32) {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let case = std::cell::Cell::new(0);
    let outcome = runner.run(&prop::collection::vec(step(), 1..60), |steps| {
        case.set(case.get() + 1);
        let name: &'static str = format!("test.case{}", case.get()).leak();
        let kind = Kind { attempts_most: 3, ..Kind::named(name) };
        let mut world = World { bench, kind, jobs: BTreeMap::new(), claims: Vec::new(), effects: 0 };
        runtime.block_on(async {
            for step in steps {
                world.go(step).await;
                world.check().await;
            }
            let sql = Sql::new("SELECT count(*) AS n FROM effect WHERE kind = ").bind(name);
            assert_eq!(bench.ledger.number(sql).await.unwrap(), world.effects, "what was done is kept once");
        });
        Ok(())
    });
    outcome.unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn any_order_of_steps_loses_and_doubles_nothing_on_sqlite() {
    let runtime = runtime();
    let bench = runtime.block_on(Bench::sqlite(&migrations()));
    any_order_of_steps(&bench, &runtime, 48);
}

#[test]
fn any_order_of_steps_loses_and_doubles_nothing_on_postgres() {
    let runtime = runtime();
    if let Some(bench) = runtime.block_on(Bench::postgres(&migrations())) {
        any_order_of_steps(&bench, &runtime, 48);
    }
}
