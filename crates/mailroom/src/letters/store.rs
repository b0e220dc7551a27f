use super::{Bound, Incoming, Kept, Key, Sealed, State, Told};
use crate::{
    correspondence::{Channel, Raw},
    thread,
};
use noroshi_kernel::{
    id::{CorrespondenceId, ThreadId},
    moment::Moment,
    setaside::printable,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, Value, bulk};
use std::collections::{HashMap, HashSet};

/// How many values one question asks for. Questions of one size share a prepared statement.
const PART: usize = 500;

#[derive(FromQueryResult)]
struct KeyRow {
    id: i64,
    key: Vec<u8>,
    state: String,
}

/// Which of the letters are there, by their keys.
pub(super) async fn known(query: &impl Query, keys: &[Key]) -> Result<HashMap<Key, Kept>, LedgerError> {
    let mut known = HashMap::new();
    for part in keys.chunks(PART) {
        let sql = Sql::new("SELECT id, key, state FROM mailroom_letter WHERE key IN ").list(part.iter().map(|key| key.to_vec()));
        for row in query.all::<KeyRow>(sql).await? {
            if let Ok(key) = Key::try_from(row.key.as_slice()) {
                known.insert(key, Kept { id: CorrespondenceId(row.id), must_be_read: row.state == State::Waiting.key() });
            }
        }
    }
    Ok(known)
}

pub(super) async fn insert(work: &UnitOfWork, letters: &[(Key, CorrespondenceId, &Incoming)]) -> Result<(), LedgerError> {
    const TARGET: bulk::Target =
        bulk::Target { table: "mailroom_letter", columns: &["id", "key", "state", "subject", "from_name", "from_address", "message_id", "recipient", "live"] };
    let mut rows = bulk::Rows::into_table(TARGET);
    for (key, id, letter) in letters {
        let recipient = letter.recipient.as_deref().map(|recipient| printable(recipient, 320));
        rows.push([
            id.0.into(),
            Value::Bytes(Some(key.to_vec())),
            State::Waiting.key().into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            recipient.into(),
            letter.live.into(),
        ]);
    }
    rows.insert(work).await
}

/// Notes what reading told about letters.
///
/// # Errors
/// When the database refuses it.
pub async fn set_read(work: &UnitOfWork, letters: &[Told]) -> Result<(), LedgerError> {
    for part in letters.chunks(100) {
        let rows = part.iter().map(|told| {
            Sql::new("(")
                .bind(told.id.0)
                .push(", ")
                .bind(told.kind.key())
                .push(", ")
                .bind(told.subject.clone())
                .push(", ")
                .bind(told.sender_tld.clone())
                .push(", ")
                .bind(told.arrived.map(|at| at.0))
                .push(", ")
                .bind(told.state.key())
                .push(", ")
                .bind(told.from_name.clone())
                .push(", ")
                .bind(told.from_address.clone())
                .push(", ")
                .bind(told.message_id.clone())
                .push(", ")
                .bind(told.automatic.map(|automatic| automatic.key().to_owned()))
                .push(", ")
                .bind(told.thread.map(|thread| thread.0))
                .push(", ")
                .bind(told.tied_by.map(|by| thread::tie_key(by).to_owned()))
                .push(", ")
                .bind(told.quotes.map(|thread| thread.0))
                .push(", ")
                .bind(told.looks_like.clone())
                .push(", ")
                .bind(told.seal.secrecy.key())
                .push(", ")
                .bind(told.seal.signature.clone())
                .push(", ")
                .bind(told.seal.signer.clone())
                .push(")")
        });
        let values = Sql::new("WITH v AS (VALUES ").join(rows, ", ").push(") ");
        let correspondence = values.clone().push(
            "UPDATE mailroom_correspondence SET kind = v.column2, name = CASE WHEN v.column3 = '' THEN mailroom_correspondence.name ELSE v.column3 END, sender_tld = v.column4, received_at = coalesce(CAST(v.column5 AS BIGINT), mailroom_correspondence.received_at) FROM v WHERE mailroom_correspondence.id = v.column1",
        );
        work.execute(correspondence).await?;
        let letter = values.push(
            "UPDATE mailroom_letter SET state = v.column6, subject = v.column3, from_name = v.column7, from_address = v.column8, message_id = v.column9, automatic = v.column10, thread_id = CAST(v.column11 AS BIGINT), tied_by = coalesce(v.column12, mailroom_letter.tied_by), quotes_id = coalesce(CAST(v.column13 AS BIGINT), mailroom_letter.quotes_id), looks_like = coalesce(v.column14, mailroom_letter.looks_like), seal = v.column15, signature = v.column16, signer = v.column17 FROM v WHERE mailroom_letter.id = v.column1",
        );
        work.execute(letter).await?;
    }
    Ok(())
}

/// Those of the letters that nobody has read yet. Hold the lock under which letters are read from here to the commit.
///
/// # Errors
/// When the database cannot be reached.
pub async fn waiting(work: &UnitOfWork, letters: &[CorrespondenceId]) -> Result<HashSet<CorrespondenceId>, LedgerError> {
    #[derive(FromQueryResult)]
    struct IdRow {
        id: i64,
    }
    let mut waiting = HashSet::new();
    for part in letters.chunks(PART) {
        let sql = Sql::new("SELECT id FROM mailroom_letter WHERE state = 'waiting' AND id IN ").list(part.iter().map(|id| id.0));
        waiting.extend(work.all::<IdRow>(sql).await?.into_iter().map(|row| CorrespondenceId(row.id)));
    }
    Ok(waiting)
}

/// A letter as it was kept, to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The correspondence.
    pub id: CorrespondenceId,
    /// Its key.
    pub key: Key,
    /// What it is called.
    pub name: String,
    /// When it was kept.
    pub received_at: Moment,
    /// Where its bytes are.
    pub raw: Raw,
    /// The address for which it was delivered.
    pub recipient: Option<String>,
    /// Whether it came by the post.
    pub live: bool,
    /// How it came.
    pub channel: Channel,
    /// The thread that it was given to.
    pub bound: Option<Bound>,
}

#[derive(FromQueryResult)]
struct PendingRow {
    id: i64,
    key: Vec<u8>,
    name: String,
    received_at: i64,
    raw_sha256: String,
    raw_offset: i64,
    raw_length: i64,
    recipient: Option<String>,
    live: bool,
    channel: String,
    thread_id: Option<i64>,
    begins: Option<bool>,
}

/// The letters that nobody has read yet, the oldest first, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn pending(query: &impl Query, limit: u32) -> Result<Vec<Pending>, LedgerError> {
    kept(query, Sql::new("l.state = 'waiting' ORDER BY l.id LIMIT ").bind(i64::from(limit))).await
}

/// A letter as it was kept; `None` when there is none of that id.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(query: &impl Query, id: CorrespondenceId) -> Result<Option<Pending>, LedgerError> {
    Ok(kept(query, Sql::new("l.id = ").bind(id.0)).await?.pop())
}

/// The letters of which `condition` holds.
async fn kept(query: &impl Query, condition: Sql) -> Result<Vec<Pending>, LedgerError> {
    let sql = Sql::new("SELECT l.id, l.key, c.name, c.received_at, c.raw_sha256, c.raw_offset, c.raw_length, l.recipient, l.live, c.channel, s.thread_id, s.begins FROM mailroom_letter l JOIN mailroom_correspondence c ON c.id = l.id LEFT JOIN mailroom_submission s ON s.letter_id = l.id WHERE ").append(condition);
    let letter = |row: PendingRow| {
        let key = Key::try_from(row.key.as_slice()).map_err(|_| LedgerError::Damaged(format!("the key of letter {}", row.id)))?;
        let raw = Raw { sha256: row.raw_sha256, offset: row.raw_offset.cast_unsigned(), length: row.raw_length.cast_unsigned() };
        Ok(Pending {
            id: CorrespondenceId(row.id),
            key,
            name: row.name,
            received_at: Moment(row.received_at),
            raw,
            recipient: row.recipient,
            live: row.live,
            channel: Channel::from_key(&row.channel),
            bound: row.thread_id.zip(row.begins).map(|(thread, begins)| Bound { thread: ThreadId(thread), begins }),
        })
    };
    query.all::<PendingRow>(sql).await?.into_iter().map(letter).collect()
}

/// What is known of a letter's seals; `None` when there is no such letter.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sealed(query: &impl Query, id: CorrespondenceId) -> Result<Option<Sealed>, LedgerError> {
    #[derive(FromQueryResult)]
    struct SealRow {
        seal: String,
        signature: Option<String>,
        signer: Option<String>,
    }
    let row = query.one::<SealRow>(Sql::new("SELECT seal, signature, signer FROM mailroom_letter WHERE id = ").bind(id.0)).await?;
    Ok(row.map(|row| Sealed::stored(&row.seal, row.signature, row.signer)))
}

/// The letters that wait for a person since something in them could not be opened, behind `after`, at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn unopened(query: &impl Query, after: CorrespondenceId, limit: u32) -> Result<Vec<CorrespondenceId>, LedgerError> {
    #[derive(FromQueryResult)]
    struct IdRow {
        id: i64,
    }
    let sql = Sql::new("SELECT id FROM mailroom_letter WHERE seal = 'unopened' AND state = 'new' AND id > ")
        .bind(after.0)
        .push(" ORDER BY id LIMIT ")
        .bind(i64::from(limit));
    Ok(query.all::<IdRow>(sql).await?.into_iter().map(|row| CorrespondenceId(row.id)).collect())
}

/// Lets letters be read once more, as if they had just come in. Hold the lock under which letters are read, and make sure that nothing hangs
/// on what was read of them.
///
/// # Errors
/// When the database refuses it.
pub async fn set_waiting(work: &UnitOfWork, letters: &[CorrespondenceId]) -> Result<(), LedgerError> {
    for part in letters.chunks(PART) {
        work.execute(Sql::new("UPDATE mailroom_letter SET state = 'waiting' WHERE id IN ").list(part.iter().map(|id| id.0))).await?;
    }
    Ok(())
}
