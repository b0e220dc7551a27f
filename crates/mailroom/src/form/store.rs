use crate::letters::Bound;
use noroshi_kernel::id::{CorrespondenceId, ThreadId};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, Value};

/// What is kept of a submission beside its letter.
pub(super) struct Row<'a> {
    pub(super) letter: CorrespondenceId,
    pub(super) bound: Bound,
    pub(super) reporter: &'a str,
    pub(super) once: Option<[u8; 32]>,
    pub(super) digest: [u8; 16],
    pub(super) token: Option<i64>,
}

pub(super) async fn insert(work: &UnitOfWork, row: Row<'_>) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO mailroom_submission (letter_id, thread_id, begins, reporter, once, digest, token_id) VALUES (")
        .bind(row.letter.0)
        .push(", ")
        .bind(row.bound.thread.0)
        .push(", ")
        .bind(row.bound.begins)
        .push(", ")
        .bind(row.reporter)
        .push(", ")
        .bind(Value::Bytes(row.once.map(|once| once.to_vec())))
        .push(", ")
        .bind(Value::Bytes(Some(row.digest.to_vec())))
        .push(", ")
        .bind(row.token)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// What was kept of a sending that is told apart by `once`: its letter, its thread, the digest of what it held.
pub(super) async fn kept_once(query: &impl Query, once: [u8; 32]) -> Result<Option<(CorrespondenceId, ThreadId, Vec<u8>)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Kept {
        letter_id: i64,
        thread_id: i64,
        digest: Vec<u8>,
    }
    let sql = Sql::new("SELECT letter_id, thread_id, digest FROM mailroom_submission WHERE once = ").bind(Value::Bytes(Some(once.to_vec())));
    Ok(query.one::<Kept>(sql).await?.map(|row| (CorrespondenceId(row.letter_id), ThreadId(row.thread_id), row.digest)))
}

/// A submission that began a thread.
#[derive(FromQueryResult)]
pub(super) struct Begun {
    pub(super) thread_id: i64,
    pub(super) reporter: String,
    /// Where its letter is now; none until it was read.
    pub(super) now_in: Option<i64>,
    pub(super) from_name: String,
    pub(super) letter_state: String,
    pub(super) received_at: i64,
}

pub(super) async fn begun(query: &impl Query, thread: ThreadId) -> Result<Option<Begun>, LedgerError> {
    let sql = Sql::new("SELECT s.thread_id, s.reporter, l.thread_id AS now_in, l.from_name, l.state AS letter_state, c.received_at FROM mailroom_submission s JOIN mailroom_letter l ON l.id = s.letter_id JOIN mailroom_correspondence c ON c.id = s.letter_id WHERE s.begins AND s.thread_id = ").bind(thread.0);
    query.one(sql).await
}

pub(super) async fn of_token(query: &impl Query, token: i64, number: &str) -> Result<i64, LedgerError> {
    let sql =
        Sql::new("SELECT COALESCE(max(t.id), 0) AS n FROM mailroom_thread t JOIN mailroom_submission s ON s.thread_id = t.id WHERE s.begins AND s.token_id = ")
            .bind(token)
            .push(" AND t.code = ")
            .bind(number);
    query.number(sql).await
}
