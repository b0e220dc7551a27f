use super::{Recipient, Sent, State};
use crate::{
    correspondence::Raw,
    form, search,
    thread::{self, Party},
};
use noroshi_kernel::{
    access::Actor,
    id::{CorrespondenceId, OutgoingId, ThreadId},
    language::Bilingual,
    moment::Moment,
};
use noroshi_ledger::{Backend, FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use noroshi_post::threading;
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
    reply_ja: Option<String>,
    at: Option<i64>,
}

const COLUMNS: &str =
    "o.id, o.thread_id, o.message_id, o.raw_sha256, o.raw_length, o.author, o.subject, o.envelope_from, o.automatic, o.written_at, o.state, o.settled_at";

async fn with_recipients(query: &impl Query, rows: Vec<Row>) -> Result<Vec<Sent>, LedgerError> {
    let mut recipients: HashMap<i64, Vec<Recipient>> = HashMap::new();
    for part in rows.chunks(500) {
        let sql = Sql::new("SELECT outgoing_id, address, state, reply, reply_ja, at FROM mailroom_recipient WHERE outgoing_id IN ")
            .list(part.iter().map(|row| row.id))
            .push(" ORDER BY address");
        for row in query.all::<RecipientRow>(sql).await? {
            let reply = Bilingual::new(row.reply_ja.unwrap_or_else(|| row.reply.clone()), row.reply);
            let one = Recipient { address: row.address, state: State::from_key(&row.state), reply, at: row.at.map(Moment) };
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

/// A letter of ours.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(query: &impl Query, letter: OutgoingId) -> Result<Option<Sent>, LedgerError> {
    let rows = query.all(Sql::new("SELECT ").push(COLUMNS).push(" FROM mailroom_outgoing o WHERE o.id = ").bind(letter.0)).await?;
    Ok(with_recipients(query, rows).await?.pop())
}

/// Which letters of ours are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// Those in one state.
    pub state: Option<State>,
    /// Those in whose subject, recipients, text or names of attachments these words stand.
    pub words: Option<String>,
}

impl From<State> for Which {
    fn from(state: State) -> Self {
        Self { state: Some(state), words: None }
    }
}

fn chosen(backend: Backend, actor: &Actor, which: &Which) -> Sql {
    let mut sql = Sql::new(" FROM mailroom_outgoing o WHERE ").append(thread::seen("o.thread_id", actor.sight()));
    if let Some(state) = which.state {
        sql = sql.push(" AND o.state = ").bind(state.key());
    }
    match which.words.as_deref().filter(|words| !words.trim().is_empty()) {
        // What holds no word finds nothing.
        Some(words) => match search::sent(backend, words, actor.sight()) {
            Some(found) => sql.push(" AND o.id IN (").append(found).push(")"),
            None => sql.push(" AND 1 = 0"),
        },
        None => sql,
    }
}

/// The letters of ours that are asked for, the latest first: `limit` after the first `skip`. Those of threads that the actor may not
/// see are left out.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(query: &impl Query, actor: &Actor, which: &Which, skip: u32, limit: u32) -> Result<Vec<Sent>, LedgerError> {
    let sql = Sql::new("SELECT ")
        .push(COLUMNS)
        .append(chosen(query.backend(), actor, which))
        .push(" ORDER BY o.id DESC LIMIT ")
        .bind(i64::from(limit))
        .push(" OFFSET ")
        .bind(i64::from(skip));
    let rows = query.all(sql).await?;
    with_recipients(query, rows).await
}

/// How many [`list`] lists in all.
///
/// # Errors
/// When the database cannot be reached.
pub async fn count(query: &impl Query, actor: &Actor, which: &Which) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n").append(chosen(query.backend(), actor, which))).await
}

/// A letter that is written.
pub(super) struct New {
    pub(super) id: OutgoingId,
    pub(super) thread: ThreadId,
    pub(super) message_id: String,
    pub(super) raw: Raw,
    pub(super) author: String,
    pub(super) subject: String,
    pub(super) envelope_from: String,
    pub(super) automatic: bool,
}

pub(super) async fn insert(work: &UnitOfWork, new: &New, recipients: &[String]) -> Result<(), LedgerError> {
    const LETTERS: bulk::Target = bulk::Target {
        table: "mailroom_outgoing",
        columns: &["id", "thread_id", "message_id", "raw_sha256", "raw_length", "author", "subject", "envelope_from", "automatic", "written_at", "state"],
    };
    const RECIPIENTS: bulk::Target = bulk::Target { table: "mailroom_recipient", columns: &["outgoing_id", "address", "state", "reply"] };
    let mut letters = bulk::Rows::into_table(LETTERS);
    letters.push([
        new.id.0.into(),
        new.thread.0.into(),
        new.message_id.clone().into(),
        new.raw.sha256.clone().into(),
        new.raw.length.cast_signed().into(),
        new.author.clone().into(),
        new.subject.clone().into(),
        new.envelope_from.clone().into(),
        new.automatic.into(),
        work.now().0.into(),
        State::Queued.key().into(),
    ]);
    letters.insert(work).await?;
    let mut rows = bulk::Rows::into_table(RECIPIENTS);
    // Whoever gave no address reads it behind the status link: nobody is left to send it to.
    let (shown, sent): (Vec<&String>, Vec<&String>) = recipients.iter().partition(|address| form::is_placeholder(address));
    for (address, state) in sent.iter().map(|address| (*address, State::Queued)).chain(shown.iter().map(|address| (*address, State::Sent))) {
        rows.push([new.id.0.into(), address.clone().into(), state.key().into(), "".into()]);
    }
    rows.insert(work).await?;
    if shown.is_empty() { Ok(()) } else { settle(work, new.id).await }
}

/// What is known now of a letter's way to a recipient.
pub(super) struct Said<'a> {
    pub(super) address: &'a str,
    pub(super) state: State,
    pub(super) reply: Bilingual,
}

/// Keeps what was said of a recipient; `if_waiting`: only while he still waits for the letter.
pub(super) async fn save_said(work: &UnitOfWork, letter: OutgoingId, said: Said<'_>, if_waiting: bool) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE mailroom_recipient SET state = ")
        .bind(said.state.key())
        .push(", reply = ")
        .bind(said.reply.en)
        .push(", reply_ja = ")
        .bind(said.reply.ja)
        .push(", at = ")
        .bind(work.now().0)
        .push(" WHERE outgoing_id = ")
        .bind(letter.0)
        .push(" AND address = ")
        .bind(said.address)
        .push(if if_waiting { " AND state = 'queued'" } else { "" });
    work.execute(sql).await.map(|_| ())
}

/// Takes back what nobody has got; gives for how many.
pub(super) async fn withdraw(work: &UnitOfWork, letter: OutgoingId) -> Result<u64, LedgerError> {
    let sql = Sql::new("UPDATE mailroom_recipient SET state = 'withdrawn', at = ")
        .bind(work.now().0)
        .push(" WHERE state = 'queued' AND outgoing_id = ")
        .bind(letter.0);
    work.execute(sql).await
}

/// Says how a letter stands as a whole: as the recipient with whom a person has most to do.
pub(super) async fn settle(work: &UnitOfWork, letter: OutgoingId) -> Result<(), LedgerError> {
    let Some(found) = load(work, letter).await? else { return Ok(()) };
    let of = |state: State| found.recipients.iter().any(|recipient| recipient.state == state);
    let order = [State::Queued, State::Refused, State::Returned, State::Withdrawn, State::Sent];
    let state = order.into_iter().find(|state| of(*state)).unwrap_or(State::Sent);
    let settled = (state != State::Queued).then_some(work.now().0);
    let sql = Sql::new("UPDATE mailroom_outgoing SET state = ").bind(state.key()).push(", settled_at = ").bind(settled).push(" WHERE id = ").bind(letter.0);
    work.execute(sql).await.map(|_| ())
}

/// The id of the letter that is answered, and those of the thread's letters in their order.
pub(super) async fn chain(query: &impl Query, thread: ThreadId, answers: Option<CorrespondenceId>) -> Result<(Option<String>, Vec<String>), LedgerError> {
    #[derive(FromQueryResult)]
    struct Link {
        id: i64,
        message_id: String,
        came: bool,
    }
    let sql = Sql::new("SELECT id, message_id, TRUE AS came FROM mailroom_letter WHERE message_id <> '' AND thread_id = ")
        .bind(thread.0)
        .push(" UNION ALL SELECT id, message_id, FALSE AS came FROM mailroom_outgoing WHERE thread_id = ")
        .bind(thread.0)
        .push(" ORDER BY 1 LIMIT 1000");
    let links = query.all::<Link>(sql).await?;
    let parent = match answers {
        Some(letter) => links.iter().find(|link| link.came && link.id == letter.0),
        None => links.last(),
    };
    Ok((parent.map(|link| link.message_id.clone()), links.iter().map(|link| link.message_id.clone()).collect()))
}

/// Who sent the first letter of a thread.
pub(super) struct First {
    pub(super) letter: CorrespondenceId,
    /// Their address as it was written.
    pub(super) written: String,
    pub(super) party: Party,
}

pub(super) async fn first_sender(query: &impl Query, thread: ThreadId) -> Result<Option<First>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        from_address: String,
    }
    let sql = Sql::new("SELECT id, from_address FROM mailroom_letter WHERE thread_id = ").bind(thread.0).push(" ORDER BY id LIMIT 1");
    let Some(row) = query.one::<Row>(sql).await? else { return Ok(None) };
    let folded = threading::address(&row.from_address);
    let party = thread::parties(query, thread).await?.into_iter().find(|party| party.address == folded);
    let Some(party) = party else { return Ok(None) };
    Ok(Some(First { letter: CorrespondenceId(row.id), written: row.from_address, party }))
}

pub(super) async fn is_acknowledged(query: &impl Query, party: i64) -> Result<bool, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM mailroom_party WHERE acknowledged_at IS NOT NULL AND id = ").bind(party);
    Ok(query.number(sql).await? > 0)
}

pub(super) async fn acknowledged_since(query: &impl Query, address: &str, since: Moment) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM mailroom_party WHERE address = ").bind(address).push(" AND acknowledged_at >= ").bind(since.0)).await
}

pub(super) async fn set_acknowledged(work: &UnitOfWork, party: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE mailroom_party SET acknowledged_at = ").bind(work.now().0).push(" WHERE id = ").bind(party)).await.map(|_| ())
}

/// The letter of ours of this Message-ID.
pub(super) async fn find_sent(query: &impl Query, message_id: &str) -> Result<Option<Sent>, LedgerError> {
    let rows = query.all(Sql::new("SELECT ").push(COLUMNS).push(" FROM mailroom_outgoing o WHERE o.message_id = ").bind(message_id)).await?;
    Ok(with_recipients(query, rows).await?.pop())
}
