//! SQL over packets, put in where it is asked. Each question is answered by a process of its own, this program again: whatever a query does to memory,
//! time or the stack ends that process and nothing else.

use crate::Done;
use anyhow::Context as _;
use noroshi_kernel::reason::Reason;
use noroshi_lake::{
    engine::{self, Limits, Refused},
    schema::{Kind, Sensor},
};
use noroshi_observation::sql::{Answer, Answering, Column, Engine, Question};
use rustix::process::{Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};
use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    sync::Semaphore,
    time,
};

/// The hidden command under which this program answers.
pub(crate) const COMMAND: &str = "answer-sql";
/// How long a question waits for the one that is being answered.
const MOST_WAITING: Duration = Duration::from_secs(5);
/// What a process may take beyond the engine's own limit, before it is ended.
const GRACE: Duration = Duration::from_secs(2);
/// All memory of a process. The engine's own limit, which is half of it, counts sorts, joins and groups alone.
const MOST_MEMORY: u64 = 1 << 30;
/// The most bytes of what a process is asked, and of what it answers.
const MOST_BYTES: u64 = 64 << 20;
/// How often a process looks whether somebody still waits for it.
const LOOK: Duration = Duration::from_secs(1);
/// How much a question gives way to everything else.
const NICE: i32 = 10;

/// The engine of this program. It answers one question at a time.
pub(crate) struct Asking {
    turn: Semaphore,
    time: Duration,
}

/// What a process is asked.
#[derive(Serialize, Deserialize)]
struct Task {
    files: Vec<PathBuf>,
    sensors: Vec<Sensor>,
    question: Question,
    time: Duration,
    /// The process that asks.
    asks: u32,
}

/// What it says.
#[derive(Serialize, Deserialize)]
enum Told {
    Answer(Answer),
    Refused(Reason, Option<String>),
}

impl Asking {
    /// A question may take so long.
    pub(crate) const fn within(time: Duration) -> Self {
        Self { turn: Semaphore::const_new(1), time }
    }

    async fn told(&self, task: &Task) -> anyhow::Result<Result<Told, ExitStatus>> {
        let mut child = begin()?;
        let (mut into, out) = (child.stdin.take(), child.stdout.take());
        let asked = serde_json::to_vec(task)?;
        let mut said = Vec::new();
        let mut out = out.context("no output")?.take(MOST_BYTES);
        let talking = async {
            let asking = async {
                // Who ended early does not read: the exit tells why.
                if let Some(mut into) = into.take() {
                    into.write_all(&asked).await.ok();
                }
            };
            let ((), read) = tokio::join!(asking, out.read_to_end(&mut said));
            read
        };
        if talking.await? as u64 >= MOST_BYTES {
            return Ok(Ok(Told::Refused(Refused::memory().reason, None)));
        }
        let status = child.wait().await?;
        if !status.success() {
            tracing::warn!(%status, "a process that answered SQL ended");
            return Ok(Err(status));
        }
        Ok(Ok(serde_json::from_slice(&said).context("an answer is broken")?))
    }
}

/// This program again, also when its file was replaced meanwhile; it ends with whoever waits for it.
fn begin() -> anyhow::Result<Child> {
    let running = Path::new("/proc/self/exe");
    let program = if running.exists() { running.to_owned() } else { std::env::current_exe()? };
    let mut command = Command::new(program);
    command.arg(COMMAND).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().context("a process for SQL cannot be started")
}

impl Engine for Asking {
    fn answer(&self, files: Vec<PathBuf>, sensors: Vec<Sensor>, question: Question) -> Answering<'_> {
        Box::pin(async move {
            let _turn = time::timeout(MOST_WAITING, self.turn.acquire()).await.ok().and_then(Result::ok).ok_or_else(busy)?;
            let task = Task { files, sensors, question, time: self.time, asks: std::process::id() };
            match time::timeout(self.time + GRACE, self.told(&task)).await {
                Err(_) => Err(Refused::time(self.time).reason),
                Ok(Ok(Ok(Told::Answer(answer)))) => Ok(answer),
                Ok(Ok(Ok(Told::Refused(reason, detail)))) => {
                    // What the engine says besides may name files: it is for the log.
                    if let Some(detail) = detail {
                        tracing::warn!(reason = %reason, detail, "a question in SQL was not answered");
                    }
                    Err(reason)
                }
                // A process without memory ends itself, or is ended by the system.
                Ok(Ok(Err(status))) if status.code().is_none() => Err(Refused::memory().reason),
                Ok(Ok(Err(_))) => Err(ended()),
                Ok(Err(error)) => {
                    tracing::error!(error = %crate::told(&error), "a question in SQL was not answered");
                    Err(ended())
                }
            }
        })
    }
}

/// Answers the one question that stands on standard input, within limits that hold for this whole process.
pub(crate) async fn answer() -> anyhow::Result<Done> {
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    rustix::process::setrlimit(Resource::Data, limit(MOST_MEMORY))?;
    rustix::process::setrlimit(Resource::Core, limit(0))?;
    rustix::process::nice(NICE)?;
    let mut asked = Vec::new();
    std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut asked)?;
    let Task { files, sensors, question, time, asks } =
        serde_json::from_slice(&asked).context("this command is for noroshi itself; ask with: noroshi observe sql")?;
    end_with(asks);
    let limits = Limits { time, rows: question.most_rows, ..Limits::default() };
    // Of all threads together; whoever waits ends it sooner.
    rustix::process::setrlimit(Resource::Cpu, limit((time + GRACE).as_secs() * limits.threads.max(1) as u64))?;
    let told = match answered(&files, &sensors, &question, limits).await {
        Ok(answer) => Told::Answer(answer),
        Err(Refused { reason, detail }) => Told::Refused(reason, detail),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(&mut out, &told)?;
    out.flush()?;
    Ok(Done::Whole)
}

/// Ends this process when the one that asks is gone, however that went: nobody else would.
fn end_with(asks: u32) {
    let still_waits = move || rustix::process::getppid().is_some_and(|parent| parent.as_raw_pid().unsigned_abs() == asks);
    std::thread::spawn(move || {
        while still_waits() {
            std::thread::sleep(LOOK);
        }
        // Nothing is open here that would have to be closed; and what counts gives no other thread its turn.
        rustix::process::kill_process(rustix::process::getpid(), Signal::KILL).ok();
    });
}

/// A cell of so many characters at most.
fn shortened(cell: String, most: Option<usize>) -> String {
    match most.and_then(|most| cell.char_indices().nth(most)) {
        Some((end, _)) => cell.get(..end).unwrap_or_default().to_owned() + "\u{2026}",
        None => cell,
    }
}

async fn answered(files: &[PathBuf], sensors: &[Sensor], question: &Question, limits: Limits) -> Result<Answer, Refused> {
    let answer = engine::Engine::open(files, question.span, sensors, limits)?.query(&question.sql).await?;
    let columns = answer.schema.fields().iter().map(|field| Column { name: field.name().clone(), kind: Kind::of(field.data_type()) });
    let shown = |row: Vec<Option<String>>| row.into_iter().map(|cell| cell.map(|cell| shortened(cell, question.most_chars))).collect();
    Ok(Answer { columns: columns.collect(), rows: answer.rows().map(shown).collect(), is_cut: answer.is_cut })
}

fn busy() -> Reason {
    Reason::new(
        "sql-busy",
        "ほかの人の SQL を実行しています。少し待ってから、もう一度実行してください。",
        "somebody else's query is being answered; wait a moment and ask again",
    )
}

fn ended() -> Reason {
    Reason::new(
        "sql-ended",
        "途中で終わりました。もう一度実行しても同じなら、管理者に連絡してください。",
        "answering ended early; ask again, and tell the administrator if it goes on",
    )
}
