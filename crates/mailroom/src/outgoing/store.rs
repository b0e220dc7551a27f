use super::{Recipient, Sent, State};
use crate::correspondence::Raw;
use noroshi_kernel::{
    id::{OutgoingId, ThreadId},
    moment::Moment,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    thread_id: i64,
    message_id: String,
    raw_sha256: String,
    raw_length: i64,
    author: String,
    subject: String,
    envelope_from: String,
    automatic: bool,
    written_at: i64,
    state: String,
    settled_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct RecipientRow {
    outgoing_id: i64,
    address: String,
    state: String,
    reply: String,
    at: Option<i64>,
}

const COLUMNS: &str =
    "o.id, o.thread_id, o.message_id, o.raw_sha256, o.raw_length, o.author, o.subject, o.envelope_from, o.automatic, o.written_at, o.state, o.settled_at";

async fn with_recipients(query: &impl Query, rows: Vec<Row>) -> Result<Vec<Sent>, LedgerError> {
    let mut recipients: HashMap<i64, Vec<Recipient>> = HashMap::new();
    for part in rows.chunks(500) {
        let sql = Sql::new("SELECT outgoing_id, address, state, reply, at FROM mailroom_recipient WHERE outgoing_id IN ")
            .list(part.iter().map(|row| row.id))
            .push(" ORDER BY address");
        for row in query.all::<RecipientRow>(sql).await? {
            let one = Recipient { address: row.address, state: State::from_key(&row.state), reply: row.reply, at: row.at.map(Moment) };
            recipients.entry(row.outgoing_id).or_default().push(one);
        }
    }
    let sent = |row: Row| Sent {
        recipients: recipients.remove(&row.id).unwrap_or_default(),
        id: OutgoingId(row.id),
        thread: ThreadId(row.thread_id),
        message_id: row.message_id,
        author: row.author,
        subject: row.subject,
        envelope_from: row.envelope_from,
        automatic: row.automatic,
        written_at: Moment(row.written_at),
        state: State::from_key(&row.state),
        settled_at: row.settled_at.map(Moment),
        raw: Raw { sha256: row.raw_sha256, offset: 0, length: row.raw_length.cast_unsigned() },
    };
    Ok(rows.into_iter().map(sent).collect())
}

/// The letters of ours in a thread, the earliest first; at most `limit`.
pub(crate) async fn of_thread(query: &impl Query, thread: ThreadId, limit: u32) -> Result<Vec<Sent>, LedgerError> {
    let sql = Sql::new("SELECT ")
        .push(COLUMNS)
        .push(" FROM mailroom_outgoing o WHERE o.thread_id = ")
        .bind(thread.0)
        .push(" ORDER BY o.id LIMIT ")
        .bind(i64::from(limit));
    let rows = query.all(sql).await?;
    with_recipients(query, rows).await
}
