use super::{Case, State, Thread, store::seen};
use crate::{
    MailroomError,
    correspondence::{Channel, Kind, Raw},
    letters, search,
};
use noroshi_kernel::{
    access::{Action, Actor, Label, Sight},
    id::{AccountId, CorrespondenceId, ThreadId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{Backend, FromQueryResult, LedgerError, Query, Sql};

/// Which threads an inbox shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    /// Those of one desk, by its key.
    pub desk: Option<String>,
    /// Those in one state; without it, those that are not done.
    pub state: Option<State>,
    /// Those that one person has.
    pub owner: Option<AccountId>,
    /// Those whose subject, code, case number or one of whose parties holds this, or in one of whose letters, in or out, its words stand.
    pub words: Option<String>,
}

/// A thread in an inbox.
#[derive(Clone, Debug)]
pub struct Item {
    /// The thread.
    pub thread: Thread,
    /// The name of the last party who wrote.
    pub from_name: String,
    /// The address of the last party who wrote; empty when its letter names none.
    pub from_address: String,
    /// Whether one of its letters quotes another thread without being of it, and that is one that the reader may see.
    pub quotes: bool,
    /// Whether, besides, a sender's address looks like that of a party of the other thread.
    pub looks_like: bool,
    /// How many letters it holds, in and out.
    pub letters: i64,
    /// Whether something in one of its letters could not be opened.
    pub is_unopened: bool,
    /// Whether one of its letters bears a signature that is broken.
    pub is_broken: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    code: String,
    desk: String,
    subject: String,
    opened_at: i64,
    last_at: i64,
    state: String,
    owner_id: Option<i64>,
    tlp: i64,
    asked_tlp: Option<i64>,
    asked_by: Option<String>,
    case_id: Option<i64>,
    case_number: Option<String>,
}

const COLUMNS: &str = "t.id, t.code, t.desk, t.subject, t.opened_at, t.last_at, t.state, t.owner_id, t.tlp, t.asked_tlp, t.asked_by, t.case_id, t.case_number";

impl From<Row> for Thread {
    fn from(row: Row) -> Self {
        Self {
            id: ThreadId(row.id),
            code: row.code,
            desk: row.desk,
            subject: row.subject,
            opened_at: Moment(row.opened_at),
            last_at: Moment(row.last_at),
            state: State::from_key(&row.state),
            owner: row.owner_id.map(AccountId),
            label: Label::of(tlp(row.tlp)),
            asked: row.asked_tlp.map(tlp).zip(row.asked_by),
            case: row.case_id.zip(row.case_number).map(|(id, number)| Case { id, number }),
        }
    }
}

fn tlp(rank: i64) -> Tlp {
    i16::try_from(rank).map_or(Tlp::Red, Tlp::from_rank)
}

fn chosen(backend: Backend, inbox: &Inbox, actor: &Actor) -> Sql {
    let mut sql = Sql::new(" FROM mailroom_thread t WHERE ").append(seen("t.id", actor.sight()));
    if let Some(desk) = &inbox.desk {
        sql = sql.push(" AND t.desk = ").bind(desk.clone());
    }
    sql = match inbox.state {
        Some(state) => sql.push(" AND t.state = ").bind(state.key()),
        None => sql.push(" AND t.state IN ('new', 'open', 'answered')"),
    };
    if let Some(owner) = inbox.owner {
        sql = sql.push(" AND t.owner_id = ").bind(owner.0);
    }
    match inbox.words.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        Some(words) => {
            let escaped: String =
                words.to_lowercase().chars().flat_map(|one| matches!(one, '%' | '_' | '\\').then_some('\\').into_iter().chain([one])).collect();
            let held = |column: &str| Sql::new("lower(").push(column).push(") LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '\\'");
            let sql = sql.push(" AND (");
            let sql = match search::threads(backend, words, actor.sight()) {
                Some(found) => sql.push("t.id IN (").append(found).push(") OR "),
                None => sql,
            };
            sql.append(held("t.subject"))
                .push(" OR ")
                .append(held("t.code"))
                .push(" OR ")
                .append(held("COALESCE(t.case_number, '')"))
                .push(" OR EXISTS (SELECT 1 FROM mailroom_party p WHERE p.thread_id = t.id AND (")
                .append(held("p.address"))
                .push(" OR ")
                .append(held("p.name"))
                .push(")))")
        }
        None => sql,
    }
}

/// The threads of an inbox, those that wait for a person first, then the latest; `limit` after the first `skip`, and how many there
/// are.
///
/// # Errors
/// [`MailroomError::Forbidden`]; when the database cannot be reached.
pub async fn inbox(query: &impl Query, actor: &Actor, inbox: &Inbox, skip: u32, limit: u32) -> Result<(Vec<Item>, i64), MailroomError> {
    #[derive(FromQueryResult)]
    struct Last {
        thread_id: i64,
        from_name: String,
        from_address: String,
        letters: i64,
        unopened: i64,
        broken: i64,
    }
    actor.must_can(Action::ViewLetters)?;
    let chosen = chosen(query.backend(), inbox, actor);
    let count = query.number(Sql::new("SELECT count(*) AS n").append(chosen.clone())).await?;
    let sql = Sql::new("SELECT ")
        .push(COLUMNS)
        .append(chosen)
        .push(" ORDER BY CASE t.state WHEN 'new' THEN 0 WHEN 'open' THEN 1 ELSE 2 END, t.last_at DESC, t.id DESC LIMIT ")
        .bind(i64::from(limit))
        .push(" OFFSET ")
        .bind(i64::from(skip));
    let threads: Vec<Thread> = query.all::<Row>(sql).await?.into_iter().map(Thread::from).collect();
    let ids: Vec<i64> = threads.iter().map(|thread| thread.id.0).collect();
    let sql = Sql::new("SELECT l.thread_id, l.from_name, l.from_address, n.letters, n.unopened, n.broken FROM (SELECT thread_id, max(id) AS last, count(*) AS letters, count(CASE WHEN seal = 'unopened' THEN 1 END) AS unopened, count(CASE WHEN signature IN ('bad', 'malformed') THEN 1 END) AS broken FROM mailroom_letter WHERE thread_id IN ")
        .list(ids.iter().copied())
        .push(" GROUP BY thread_id) n JOIN mailroom_letter l ON l.id = n.last");
    let mut last: std::collections::HashMap<i64, Last> =
        if ids.is_empty() { std::collections::HashMap::new() } else { query.all::<Last>(sql).await?.into_iter().map(|last| (last.thread_id, last)).collect() };
    let quoting = quoting(query, actor, &ids).await?;
    let item = |thread: Thread| {
        let (last, quoting) = (last.remove(&thread.id.0), quoting.get(&thread.id.0).copied());
        let none = || Last { thread_id: 0, from_name: String::new(), from_address: String::new(), letters: 0, unopened: 0, broken: 0 };
        let last = last.unwrap_or_else(none);
        Item {
            thread,
            from_name: last.from_name,
            from_address: last.from_address,
            quotes: quoting.is_some(),
            looks_like: quoting.unwrap_or(false),
            letters: last.letters,
            is_unopened: last.unopened > 0,
            is_broken: last.broken > 0,
        }
    };
    Ok((threads.into_iter().map(item).collect(), count))
}

/// Those of the threads with a letter that quotes another thread, of which the actor may know, and whether the sender's address imitates one there.
async fn quoting(query: &impl Query, actor: &Actor, threads: &[i64]) -> Result<std::collections::HashMap<i64, bool>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Quoting {
        thread_id: i64,
        looking: i64,
    }
    let sql = Sql::new("SELECT q.thread_id, count(q.looks_like) AS looking FROM mailroom_letter q WHERE q.quotes_id IS NOT NULL AND q.quotes_id <> q.thread_id AND q.thread_id IN ")
        .list(threads.iter().copied())
        .push(" AND ")
        .append(seen("q.quotes_id", actor.sight()))
        .push(" GROUP BY q.thread_id");
    Ok(query.all::<Quoting>(sql).await?.into_iter().map(|row| (row.thread_id, row.looking > 0)).collect())
}

/// How many threads wait for a person, by desk.
///
/// # Errors
/// When the database cannot be reached.
pub async fn counts(query: &impl Query, actor: &Actor) -> Result<Vec<(String, i64)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Count {
        desk: String,
        n: i64,
    }
    let sql =
        Sql::new("SELECT t.desk, count(*) AS n FROM mailroom_thread t WHERE t.state = 'new' AND ").append(seen("t.id", actor.sight())).push(" GROUP BY t.desk");
    Ok(query.all::<Count>(sql).await?.into_iter().map(|row| (row.desk, row.n)).collect())
}

/// A thread. One that the actor may not see is not there.
///
/// # Errors
/// [`MailroomError::Forbidden`]; [`MailroomError::Unknown`].
pub async fn open(query: &impl Query, actor: &Actor, thread: ThreadId) -> Result<Thread, MailroomError> {
    #[derive(FromQueryResult)]
    struct Reader {
        account_id: i64,
    }
    actor.must_can(Action::ViewLetters)?;
    let unknown = || MailroomError::Unknown { kind: "thread", name: thread.to_string() };
    let sql = Sql::new("SELECT ").push(COLUMNS).push(" FROM mailroom_thread t WHERE t.id = ").bind(thread.0);
    let mut found = Thread::from(query.one::<Row>(sql).await?.ok_or_else(unknown)?);
    let readers = query.all::<Reader>(Sql::new("SELECT account_id FROM mailroom_thread_reader WHERE thread_id = ").bind(thread.0)).await?;
    found.label.participants = readers.into_iter().map(|reader| AccountId(reader.account_id)).collect();
    if actor.may(Action::ViewLetters, &found.label) { Ok(found) } else { Err(unknown()) }
}

/// The latest thread, of those that the actor may see, that bears a code or is about the case of a number.
///
/// # Errors
/// [`MailroomError::Forbidden`]; when the database cannot be reached.
pub async fn named(query: &impl Query, actor: &Actor, name: &str) -> Result<Option<ThreadId>, MailroomError> {
    actor.must_can(Action::ViewLetters)?;
    let name = name.trim().to_ascii_uppercase();
    let sql = Sql::new("SELECT COALESCE(max(t.id), 0) AS n FROM mailroom_thread t WHERE (t.code = ")
        .bind(name.clone())
        .push(" OR t.case_number = ")
        .bind(name)
        .push(") AND ")
        .append(seen("t.id", actor.sight()));
    let id = query.number(sql).await?;
    Ok((id != 0).then_some(ThreadId(id)))
}

/// The threads that are about a case, of those that the actor may see, the latest first; at most `limit`.
///
/// # Errors
/// [`MailroomError::Forbidden`]; when the database cannot be reached.
pub async fn about(query: &impl Query, actor: &Actor, case: i64, limit: u32) -> Result<Vec<Thread>, MailroomError> {
    actor.must_can(Action::ViewLetters)?;
    let sql = Sql::new("SELECT ")
        .push(COLUMNS)
        .push(" FROM mailroom_thread t WHERE t.case_id = ")
        .bind(case)
        .push(" AND ")
        .append(seen("t.id", actor.sight()))
        .push(" ORDER BY t.last_at DESC, t.id DESC LIMIT ")
        .bind(i64::from(limit));
    Ok(query.all::<Row>(sql).await?.into_iter().map(Thread::from).collect())
}

/// Who takes part in a thread.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Party {
    /// Its id, which reply tokens name.
    pub id: i64,
    /// The address, folded.
    pub address: String,
    /// The name that was shown with it.
    pub name: String,
}

/// The parties of a thread, in the order in which they came.
///
/// # Errors
/// When the database cannot be reached.
pub async fn parties(query: &impl Query, thread: ThreadId) -> Result<Vec<Party>, LedgerError> {
    query.all(Sql::new("SELECT id, address, name FROM mailroom_party WHERE thread_id = ").bind(thread.0).push(" ORDER BY id")).await
}

/// A thread's way from desk to desk.
#[derive(Clone, Debug)]
pub struct Routing {
    /// When.
    pub at: Moment,
    /// Who sent it on.
    pub actor: String,
    /// From which desk, by its key.
    pub from: String,
    /// To which.
    pub to: String,
    /// Why.
    pub note: String,
}

/// How a thread was sent on, the earliest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn routings(query: &impl Query, thread: ThreadId) -> Result<Vec<Routing>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        actor: String,
        from_desk: String,
        to_desk: String,
        note: String,
    }
    let sql = Sql::new("SELECT at, actor, from_desk, to_desk, note FROM mailroom_routing WHERE thread_id = ").bind(thread.0).push(" ORDER BY at, id");
    let routing = |row: Row| Routing { at: Moment(row.at), actor: row.actor, from: row.from_desk, to: row.to_desk, note: row.note };
    Ok(query.all::<Row>(sql).await?.into_iter().map(routing).collect())
}

/// A letter in a thread.
#[derive(Clone, Debug)]
pub enum Letter {
    /// One that came in.
    In(Line),
    /// One that went out, or will.
    Out(crate::outgoing::Sent),
}

/// A letter that came in, as a thread shows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its correspondence.
    pub id: CorrespondenceId,
    /// How it came.
    pub channel: Channel,
    /// What it is about.
    pub kind: Kind,
    /// When it came in.
    pub received_at: Moment,
    /// Its subject.
    pub subject: String,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// How it stands.
    pub state: letters::State,
    /// Why it counts as automatic, by its key.
    pub automatic: Option<String>,
    /// What tied it to the thread, by its key.
    pub tied_by: Option<String>,
    /// A thread that it quotes without being of it.
    pub quotes: Option<ThreadId>,
    /// The party whose address the sender's looks like without being it.
    pub looks_like: Option<String>,
    /// What its seals were worth when it was read.
    pub seal: letters::Sealed,
    /// Where its bytes are.
    pub raw: Raw,
}

/// The letters of a thread, in and out, the earliest first; at most `limit`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn letters(query: &impl Query, thread: ThreadId, limit: u32) -> Result<Vec<Letter>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        channel: String,
        kind: String,
        received_at: i64,
        name: String,
        from_name: String,
        from_address: String,
        state: String,
        automatic: Option<String>,
        tied_by: Option<String>,
        quotes_id: Option<i64>,
        looks_like: Option<String>,
        seal: String,
        signature: Option<String>,
        signer: Option<String>,
        raw_sha256: String,
        raw_offset: i64,
        raw_length: i64,
    }
    let sql = Sql::new("SELECT l.id, c.channel, c.kind, c.received_at, c.name, l.from_name, l.from_address, l.state, l.automatic, l.tied_by, l.quotes_id, l.looks_like, l.seal, l.signature, l.signer, c.raw_sha256, c.raw_offset, c.raw_length FROM mailroom_letter l JOIN mailroom_correspondence c ON c.id = l.id WHERE l.thread_id = ")
        .bind(thread.0)
        .push(" ORDER BY c.received_at, l.id LIMIT ")
        .bind(i64::from(limit));
    let line = |row: Row| Line {
        id: CorrespondenceId(row.id),
        channel: Channel::from_key(&row.channel),
        kind: Kind::from_key(&row.kind),
        received_at: Moment(row.received_at),
        subject: row.name,
        from_name: row.from_name,
        from_address: row.from_address,
        state: letters::State::from_key(&row.state),
        automatic: row.automatic,
        tied_by: row.tied_by,
        quotes: row.quotes_id.map(ThreadId),
        looks_like: row.looks_like,
        seal: letters::Sealed::stored(&row.seal, row.signature, row.signer),
        raw: Raw { sha256: row.raw_sha256, offset: row.raw_offset.cast_unsigned(), length: row.raw_length.cast_unsigned() },
    };
    let came: Vec<Line> = query.all::<Row>(sql).await?.into_iter().map(line).collect();
    let went = crate::outgoing::of_thread(query, thread, limit).await?;
    let mut all: Vec<(Moment, i64, Letter)> = came.into_iter().map(|line| (line.received_at, line.id.0, Letter::In(line))).collect();
    all.extend(went.into_iter().map(|sent| (sent.written_at, sent.id.0, Letter::Out(sent))));
    all.sort_by_key(|(at, id, _)| (*at, *id));
    Ok(all.into_iter().map(|(.., letter)| letter).collect())
}

/// Where a letter stands that is read again; `None` when it is in no thread yet.
pub(super) async fn stands(query: &impl Query, letter: CorrespondenceId) -> Result<Option<super::Placed>, LedgerError> {
    let Some(thread) = thread_of(query, letter).await? else { return Ok(None) };
    stands_in(query, thread).await.map(Some)
}

/// A letter's place in a thread that was there.
pub(super) async fn stands_in(query: &impl Query, thread: ThreadId) -> Result<super::Placed, LedgerError> {
    let case = super::store::cases_of(query, &[thread.0]).await?.remove(&thread.0).flatten();
    // It began its thread or not: what it tells now was not told by it before.
    Ok(super::Placed { thread, joined: true, answers: false, case })
}

/// The letters that may not be seen, as a subselect: those of RED threads. They are few, and an index holds their threads.
#[must_use]
pub fn hidden_letters(sight: Sight) -> Sql {
    let sql = Sql::new("SELECT hl.id FROM mailroom_letter hl JOIN mailroom_thread ht ON ht.id = hl.thread_id WHERE ");
    match sight {
        Sight::Nothing => sql.push("1 = 1"),
        Sight::Everything => sql.push("1 = 0"),
        Sight::Staff(account) => sql
            .push("ht.tlp >= ")
            .push(&Tlp::Red.rank().to_string())
            .push(" AND NOT EXISTS (SELECT 1 FROM mailroom_thread_reader hr WHERE hr.thread_id = ht.id AND hr.account_id = ")
            .bind(account.0)
            .push(")"),
    }
}

/// Whether the actor may see a letter: he may see its thread. What is no letter, or stands in no thread yet, may be seen.
///
/// # Errors
/// When the database cannot be reached.
pub async fn may_see_letter(query: &impl Query, letter: CorrespondenceId, sight: Sight) -> Result<bool, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM mailroom_correspondence c WHERE c.id = ")
        .bind(letter.0)
        .push(" AND c.id NOT IN (")
        .append(hidden_letters(sight))
        .push(")");
    Ok(query.number(sql).await? == 1)
}

/// The thread of a letter that came in.
///
/// # Errors
/// When the database cannot be reached.
pub async fn thread_of(query: &impl Query, letter: CorrespondenceId) -> Result<Option<ThreadId>, LedgerError> {
    let thread = query.number(Sql::new("SELECT COALESCE(max(thread_id), 0) AS n FROM mailroom_letter WHERE id = ").bind(letter.0)).await?;
    Ok((thread != 0).then_some(ThreadId(thread)))
}
