//! Takes due jobs and runs them beside whatever else the program does.

use super::{
    Job, Kind, Outcome, Schedule, begin_schedules, claim,
    running::{self, Handler},
    tick,
};
use crate::{Ledger, LedgerError, UnitOfWork};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time,
};

/// An idle runner looks for what other servers enqueued, and for what has become due, this often at first …
const LOOK_FIRST: Duration = Duration::from_millis(25);
/// … and this often in the end.
const LOOK_LAST: Duration = Duration::from_millis(300);
/// How long it waits when the database cannot be reached.
const UNREACHABLE: Duration = Duration::from_secs(3);

/// What a server runs: handlers of jobs, and schedules.
pub struct Runner {
    ledger: Ledger,
    worker: String,
    posts: Vec<Post>,
    schedules: Vec<Schedule>,
}

/// A kind with its handler and as many places as it may run at once.
struct Post {
    kind: Kind,
    handler: Handler,
    places: Arc<Semaphore>,
}

impl Runner {
    /// A runner without handlers. `worker` is what a page shows of the server, for example its name and process id.
    pub fn new(ledger: Ledger, worker: impl Into<String>) -> Self {
        Self { ledger, worker: worker.into(), posts: Vec::new(), schedules: Vec::new() }
    }

    /// Runs jobs of a kind inside a unit of work, which the handler gives back as [`Done::With`](super::Done::With): what the job
    /// did and its end are kept together, exactly once. For work on the database alone: it holds SQLite's one writer.
    #[must_use]
    pub fn inside<F, A>(self, kind: Kind, handler: F) -> Self
    where
        F: Fn(Job, UnitOfWork) -> A + Send + Sync + 'static,
        A: Future<Output = Outcome> + Send + 'static,
    {
        self.post(kind, Handler::Inside(Arc::new(move |job, work| Box::pin(handler(job, work)))))
    }

    /// Runs jobs of a kind outside any unit of work, for what talks to others over the network. The lease is renewed meanwhile.
    /// A server that dies before the job's end is kept runs it again elsewhere: it must bear repetition.
    #[must_use]
    pub fn outside<F, A>(self, kind: Kind, handler: F) -> Self
    where
        F: Fn(Job) -> A + Send + Sync + 'static,
        A: Future<Output = Outcome> + Send + 'static,
    {
        self.post(kind, Handler::Outside(Arc::new(move |job| Box::pin(handler(job)))))
    }

    fn post(mut self, kind: Kind, handler: Handler) -> Self {
        debug_assert!(self.posts.iter().all(|post| post.kind.name != kind.name), "{} has two handlers", kind.name);
        self.posts.push(Post { kind, handler, places: Arc::new(Semaphore::new(kind.at_once.min(Semaphore::MAX_PERMITS))) });
        self
    }

    /// Keeps a schedule. Every server that has it does; each due time still gets one job.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }

    /// Begins to run jobs.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn start(self) -> Result<Running, LedgerError> {
        begin_schedules(&self.ledger, &self.schedules).await?;
        let (stop, stopped) = watch::channel(false);
        let (count, jobs) = watch::channel(0);
        Ok(Running { stop, jobs, task: tokio::spawn(self.run(stopped, count)) })
    }

    async fn run(self, mut stopped: watch::Receiver<bool>, count: watch::Sender<usize>) {
        let mut bell = self.ledger.tower().listen();
        let mut jobs = JoinSet::new();
        let mut look = LOOK_FIRST;
        // A dropped `Running` stops, too.
        while !*stopped.borrow() && stopped.has_changed().is_ok() {
            bell.mark_unchanged();
            let pause = match self.take(&mut jobs).await {
                Ok(taken) if taken > 0 => {
                    look = LOOK_FIRST;
                    LOOK_FIRST
                }
                Ok(_) => {
                    look = (look * 2).min(LOOK_LAST);
                    look
                }
                Err(error) => {
                    tracing::error!(%error, "jobs cannot be taken; trying again");
                    UNREACHABLE
                }
            };
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => {}
                _ = bell.changed() => {}
                Some(_) = jobs.join_next() => {}
                () = time::sleep(pause) => {}
            }
            while jobs.try_join_next().is_some() {}
            count.send_replace(jobs.len());
        }
        while jobs.join_next().await.is_some() {
            count.send_replace(jobs.len());
        }
    }

    /// Enqueues what is scheduled and takes what is due, for as many as have a place; says how many.
    async fn take(&self, jobs: &mut JoinSet<()>) -> Result<usize, LedgerError> {
        tick(&self.ledger, &self.schedules).await?;
        let free: Vec<_> = self.posts.iter().enumerate().filter(|(_, post)| post.places.available_permits() > 0).map(|(at, post)| (at, &post.kind)).collect();
        let mut taken = 0;
        for post in claim::due_among(&self.ledger, &free).await?.into_iter().filter_map(|at| self.posts.get(at)) {
            for job in claim::claim(&self.ledger, &post.kind, &self.worker, post.places.available_permits()).await? {
                let (ledger, kind, handler, places) = (self.ledger.clone(), post.kind, post.handler.clone(), Arc::clone(&post.places));
                // Only this task takes places, so one is free; it is given back whatever becomes of the attempt.
                let place = places.try_acquire_owned();
                jobs.spawn(async move {
                    let _place = place;
                    running::run(ledger, kind, handler, job).await;
                });
                taken += 1;
            }
        }
        Ok(taken)
    }
}

/// A runner at work. Dropped, it takes no more jobs.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    jobs: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Running {
    /// Takes no more jobs and waits for those that run, at most for the time of `grace`. What then still runs is ended and left
    /// to its lease, after which another server takes it; says how many those are.
    pub async fn stop(mut self, grace: Duration) -> usize {
        self.stop.send_replace(true);
        if time::timeout(grace, &mut self.task).await.is_ok() {
            return 0;
        }
        self.task.abort();
        let _ = self.task.await;
        let left = *self.jobs.borrow();
        if left > 0 {
            tracing::warn!(left, "jobs were not done in time; they are tried again when their leases have run out");
        }
        left
    }
}
