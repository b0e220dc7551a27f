use super::{Case, State};
use crate::{desk::Desk, gist::Asked, search};
use noroshi_kernel::{
    access::{Label, Sight},
    id::{AccountId, CorrespondenceId, ThreadId},
    moment::Moment,
    tlp::Tlp,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many values one question asks for.
const PART: usize = 500;

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
    thread_id: i64,
}

#[derive(FromQueryResult)]
struct NamedRow {
    name: String,
    thread_id: i64,
}

pub(super) async fn threads_of_parties(query: &impl Query, parties: &[i64]) -> Result<HashMap<i64, i64>, LedgerError> {
    let mut found = HashMap::new();
    for part in parties.chunks(PART) {
        let sql = Sql::new("SELECT id, thread_id FROM mailroom_party WHERE id IN ").list(part.iter().copied());
        found.extend(query.all::<IdRow>(sql).await?.into_iter().map(|row| (row.id, row.thread_id)));
    }
    Ok(found)
}

pub(super) async fn threads_of_ours(query: &impl Query, ids: &[&str]) -> Result<HashMap<String, i64>, LedgerError> {
    let mut found = HashMap::new();
    for part in ids.chunks(PART) {
        let sql = Sql::new("SELECT message_id AS name, thread_id FROM mailroom_outgoing WHERE message_id IN ").list(part.iter().map(|id| (*id).to_owned()));
        found.extend(query.all::<NamedRow>(sql).await?.into_iter().map(|row| (row.name, row.thread_id)));
    }
    Ok(found)
}

pub(super) async fn threads_of_theirs(query: &impl Query, ids: &[&str]) -> Result<HashMap<String, Vec<i64>>, LedgerError> {
    /// The most threads that one id may name: whoever sends a thousand letters of one id wins nothing.
    const MOST: usize = 20;
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    for part in ids.chunks(PART) {
        let sql = Sql::new("SELECT message_id AS name, min(thread_id) AS thread_id FROM mailroom_letter WHERE thread_id IS NOT NULL AND message_id IN ")
            .list(part.iter().map(|id| (*id).to_owned()))
            .push(" GROUP BY message_id, thread_id ORDER BY thread_id LIMIT 2000");
        for row in query.all::<NamedRow>(sql).await? {
            let threads = found.entry(row.name).or_default();
            if threads.len() < MOST {
                threads.push(row.thread_id);
            }
        }
    }
    Ok(found)
}

pub(super) async fn threads_of_tags(query: &impl Query, tags: &[&str]) -> Result<HashMap<String, Vec<i64>>, LedgerError> {
    let mut found: HashMap<String, Vec<i64>> = HashMap::new();
    for part in tags.chunks(PART) {
        let list = || Sql::default().list(part.iter().map(|tag| (*tag).to_owned()));
        let sql = Sql::new("SELECT code AS name, id AS thread_id, last_at FROM mailroom_thread WHERE code IN ")
            .append(list())
            .push(" UNION ALL SELECT case_number AS name, id AS thread_id, last_at FROM mailroom_thread WHERE case_number IN ")
            .append(list())
            .push(" ORDER BY 3 DESC LIMIT 2000");
        for row in query.all::<NamedRow>(sql).await? {
            found.entry(row.name).or_default().push(row.thread_id);
        }
    }
    Ok(found)
}

pub(super) async fn addresses_of(query: &impl Query, threads: &[i64]) -> Result<HashMap<i64, HashSet<String>>, LedgerError> {
    let mut found: HashMap<i64, HashSet<String>> = HashMap::new();
    for part in threads.chunks(PART) {
        let sql = Sql::new("SELECT address AS name, thread_id FROM mailroom_party WHERE thread_id IN ").list(part.iter().copied());
        for row in query.all::<NamedRow>(sql).await? {
            found.entry(row.thread_id).or_default().insert(row.name);
        }
    }
    Ok(found)
}

pub(super) async fn cases_of(query: &impl Query, threads: &[i64]) -> Result<HashMap<i64, Option<i64>>, LedgerError> {
    #[derive(FromQueryResult)]
    struct CaseRow {
        id: i64,
        case_id: Option<i64>,
    }
    let mut found = HashMap::new();
    for part in threads.chunks(PART) {
        let sql = Sql::new("SELECT id, case_id FROM mailroom_thread WHERE id IN ").list(part.iter().copied());
        found.extend(query.all::<CaseRow>(sql).await?.into_iter().map(|row| (row.id, row.case_id)));
    }
    Ok(found)
}

/// Those of the threads in which something was reported.
pub(super) async fn reported(query: &impl Query, threads: &[i64]) -> Result<HashSet<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        thread_id: i64,
    }
    let mut found = HashSet::new();
    for part in threads.chunks(PART) {
        let sql = Sql::new(
            "SELECT DISTINCT l.thread_id FROM mailroom_letter l JOIN mailroom_correspondence c ON c.id = l.id WHERE c.kind = 'report' AND l.thread_id IN ",
        )
        .list(part.iter().copied());
        found.extend(query.all::<Row>(sql).await?.into_iter().map(|row| row.thread_id));
    }
    Ok(found)
}

/// Those of the threads that are read by those who take part alone.
pub(super) async fn confidential(query: &impl Query, threads: &[i64]) -> Result<HashSet<i64>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let mut found = HashSet::new();
    for part in threads.chunks(PART) {
        let sql = Sql::new("SELECT id FROM mailroom_thread WHERE tlp >= ").push(&Tlp::Red.rank().to_string()).push(" AND id IN ").list(part.iter().copied());
        found.extend(query.all::<Row>(sql).await?.into_iter().map(|row| row.id));
    }
    Ok(found)
}

/// A thread that begins.
pub(crate) struct Opened {
    pub(crate) id: ThreadId,
    pub(crate) code: String,
    pub(crate) subject: String,
    pub(crate) at: Moment,
    pub(crate) state: State,
    /// How far its sender wants it told, when it is known from the first.
    pub(crate) asked: Option<Asked>,
}

/// A party that a thread gains.
pub(crate) struct NewParty {
    pub(crate) id: i64,
    pub(crate) thread: ThreadId,
    pub(crate) address: String,
    pub(crate) name: String,
}

/// What placing letters changes.
#[derive(Default)]
pub(crate) struct Changes {
    opened: BTreeMap<i64, (Opened, String, Label)>,
    /// Threads that were there: the latest letter, and whether one waits for a person.
    touched: BTreeMap<i64, (Moment, bool)>,
    pub(crate) parties: Vec<NewParty>,
}

impl Changes {
    pub(crate) fn opens(&mut self, thread: Opened, desk: &Desk) {
        self.opens_as(thread, desk, desk.label());
    }

    /// As [`opens`](Self::opens), with a label of its own.
    pub(crate) fn opens_as(&mut self, thread: Opened, desk: &Desk, label: Label) {
        self.opened.insert(thread.id.0, (thread, desk.key.clone(), label));
    }

    pub(crate) fn touch(&mut self, thread: i64, at: Moment, waits: bool) {
        if let Some((opened, ..)) = self.opened.get_mut(&thread) {
            opened.at = opened.at.max(at);
            if waits {
                opened.state = State::New;
            }
            return;
        }
        let touched = self.touched.entry(thread).or_insert((at, false));
        *touched = (touched.0.max(at), touched.1 || waits);
    }

    pub(crate) async fn save(self, work: &UnitOfWork) -> Result<(), LedgerError> {
        const THREADS: bulk::Target = bulk::Target {
            table: "mailroom_thread",
            columns: &["id", "code", "desk", "subject", "opened_at", "last_at", "state", "tlp", "asked_tlp", "asked_by"],
        };
        const READERS: bulk::Target = bulk::Target { table: "mailroom_thread_reader", columns: &["thread_id", "account_id"] };
        const PARTIES: bulk::Target = bulk::Target { table: "mailroom_party", columns: &["id", "thread_id", "address", "name"] };
        let (mut threads, mut readers, mut parties) = (bulk::Rows::into_table(THREADS), bulk::Rows::into_table(READERS), bulk::Rows::into_table(PARTIES));
        for (opened, desk, label) in self.opened.into_values() {
            for account in &label.participants {
                readers.push([opened.id.0.into(), account.0.into()]);
            }
            threads.push([
                opened.id.0.into(),
                opened.code.into(),
                desk.into(),
                opened.subject.into(),
                opened.at.0.into(),
                opened.at.0.into(),
                opened.state.key().into(),
                i64::from(label.tlp.rank()).into(),
                opened.asked.map(|asked| i64::from(asked.tlp.rank())).into(),
                opened.asked.map(|asked| asked.by.key().to_owned()).into(),
            ]);
        }
        for party in self.parties {
            parties.push([party.id.into(), party.thread.0.into(), party.address.into(), party.name.into()]);
        }
        threads.insert(work).await?;
        readers.insert(work).await?;
        parties.insert(work).await?;
        for (thread, (at, waits)) in self.touched {
            let sql = Sql::new("UPDATE mailroom_thread SET last_at = CASE WHEN last_at < ").bind(at.0).push(" THEN ").bind(at.0).push(" ELSE last_at END");
            let sql = if waits { sql.push(", state = ").bind(State::New.key()) } else { sql };
            work.execute(sql.push(" WHERE id = ").bind(thread)).await?;
        }
        Ok(())
    }
}

/// The condition under which the thread `column` may be seen.
#[must_use]
pub fn seen(column: &str, sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(account) => Sql::new(column)
            .push(" NOT IN (SELECT ht.id FROM mailroom_thread ht WHERE ht.tlp >= ")
            .push(&Tlp::Red.rank().to_string())
            .push(" AND NOT EXISTS (SELECT 1 FROM mailroom_thread_reader hr WHERE hr.thread_id = ht.id AND hr.account_id = ")
            .bind(account.0)
            .push("))"),
    }
}

/// The threads that are about a case, the latest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_case(query: &impl Query, case: i64) -> Result<Vec<ThreadId>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let sql = Sql::new("SELECT id FROM mailroom_thread WHERE case_id = ").bind(case).push(" ORDER BY last_at DESC, id DESC");
    Ok(query.all::<Row>(sql).await?.into_iter().map(|row| ThreadId(row.id)).collect())
}

/// The labels of threads, with what they hang on.
pub(super) struct Labelled {
    pub(super) id: ThreadId,
    pub(super) desk: String,
    pub(super) owner: Option<AccountId>,
    pub(super) label: Label,
    /// How far its senders want it told.
    pub(super) asked: Option<Tlp>,
}

/// The threads that `which` chooses (what follows `WHERE` over `mailroom_thread t`), with their labels.
pub(super) async fn labelled(query: &impl Query, which: Sql) -> Result<Vec<Labelled>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        desk: String,
        owner_id: Option<i64>,
        tlp: i64,
        asked_tlp: Option<i64>,
        account_id: Option<i64>,
    }
    let tlp = |rank: i64| i16::try_from(rank).map_or(Tlp::Red, Tlp::from_rank);
    let sql = Sql::new("SELECT t.id, t.desk, t.owner_id, t.tlp, t.asked_tlp, r.account_id FROM mailroom_thread t LEFT JOIN mailroom_thread_reader r ON r.thread_id = t.id WHERE ")
        .append(which)
        .push(" ORDER BY t.id, r.account_id");
    let mut found: Vec<Labelled> = Vec::new();
    for row in query.all::<Row>(sql).await? {
        if found.last().is_none_or(|last| last.id.0 != row.id) {
            let (owner, label, asked) = (row.owner_id.map(AccountId), Label::of(tlp(row.tlp)), row.asked_tlp.map(tlp));
            found.push(Labelled { id: ThreadId(row.id), desk: row.desk, owner, label, asked });
        }
        if let (Some(last), Some(account)) = (found.last_mut(), row.account_id) {
            last.label.participants.push(AccountId(account));
        }
    }
    Ok(found)
}

/// The threads of letters whose label is stricter than the usual one, by letter.
pub(super) async fn strict_threads(query: &impl Query, letters: &[CorrespondenceId]) -> Result<Vec<(CorrespondenceId, ThreadId)>, LedgerError> {
    let mut found = Vec::new();
    for part in letters.chunks(PART) {
        let sql = Sql::new("SELECT l.id, l.thread_id FROM mailroom_letter l JOIN mailroom_thread t ON t.id = l.thread_id WHERE t.tlp > ")
            .push(&Tlp::default().rank().to_string())
            .push(" AND l.id IN ")
            .list(part.iter().map(|letter| letter.0));
        found.extend(query.all::<IdRow>(sql).await?.into_iter().map(|row| (CorrespondenceId(row.id), ThreadId(row.thread_id))));
    }
    Ok(found)
}

pub(super) async fn set_case(work: &UnitOfWork, thread: ThreadId, case: &Case) -> Result<(), LedgerError> {
    update(work, thread, Sql::new("case_id = ").bind(case.id).push(", case_number = ").bind(case.number.clone())).await
}

pub(super) async fn save_label(work: &UnitOfWork, thread: ThreadId, label: &Label) -> Result<(), LedgerError> {
    const READERS: bulk::Target = bulk::Target { table: "mailroom_thread_reader", columns: &["thread_id", "account_id"] };
    let sql = Sql::new("UPDATE mailroom_thread SET tlp = ").bind(i64::from(label.tlp.rank())).push(" WHERE id = ").bind(thread.0);
    work.execute(sql).await?;
    work.execute(Sql::new("DELETE FROM mailroom_thread_reader WHERE thread_id = ").bind(thread.0)).await?;
    let mut readers = bulk::Rows::into_table(READERS);
    for account in &label.participants {
        readers.push([thread.0.into(), account.0.into()]);
    }
    readers.insert(work).await?;
    search::relabel(work, thread, label).await
}

pub(super) async fn save_asked(work: &UnitOfWork, thread: ThreadId, asked: Asked) -> Result<(), LedgerError> {
    update(work, thread, Sql::new("asked_tlp = ").bind(i64::from(asked.tlp.rank())).push(", asked_by = ").bind(asked.by.key())).await
}

/// Changes a thread that stands; `sql` is what follows `SET`.
pub(super) async fn update(work: &UnitOfWork, thread: ThreadId, sql: Sql) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE mailroom_thread SET ").append(sql).push(" WHERE id = ").bind(thread.0)).await.map(|_| ())
}

/// Notes that a thread went from one desk to another.
pub(super) async fn insert_routing(work: &UnitOfWork, thread: ThreadId, actor: &str, (from, to): (&str, &str), note: &str) -> Result<(), LedgerError> {
    let id = work.take_id().await?;
    let sql = Sql::new("INSERT INTO mailroom_routing (id, thread_id, at, actor, from_desk, to_desk, note) VALUES (")
        .bind(id)
        .push(", ")
        .bind(thread.0)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(actor)
        .push(", ")
        .bind(from)
        .push(", ")
        .bind(to)
        .push(", ")
        .bind(note)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

/// Moves the letters and parties of one thread into another; the emptied thread stays, ended, so that its code leads on.
pub(super) async fn pour(work: &UnitOfWork, from: ThreadId, into: ThreadId) -> Result<(), LedgerError> {
    pour_letters(work, from, into).await?;
    pour_parties(work, from, into, None).await
}

/// Moves the letters of one thread, in and out, and its way between desks into another.
pub(super) async fn pour_letters(work: &UnitOfWork, from: ThreadId, into: ThreadId) -> Result<(), LedgerError> {
    for table in ["mailroom_letter", "mailroom_outgoing", "mailroom_routing"] {
        work.execute(Sql::new("UPDATE ").push(table).push(" SET thread_id = ").bind(into.0).push(" WHERE thread_id = ").bind(from.0)).await?;
    }
    for found in labelled(work, Sql::new("t.id = ").bind(into.0)).await? {
        search::relabel(work, into, &found.label).await?;
    }
    Ok(())
}

/// Moves the parties of one thread into another. With a `sender`, whom we only sent an acknowledgement stays, unless that is the sender:
/// where a letter came from by its envelope says nothing of who takes part elsewhere.
pub(super) async fn pour_parties(work: &UnitOfWork, from: ThreadId, into: ThreadId, sender: Option<&str>) -> Result<(), LedgerError> {
    let known = Sql::new("SELECT p.address FROM mailroom_party p WHERE p.thread_id = ").bind(into.0);
    let sql = Sql::new("UPDATE mailroom_party SET thread_id = ")
        .bind(into.0)
        .push(" WHERE thread_id = ")
        .bind(from.0)
        .push(" AND address NOT IN (")
        .append(known)
        .push(")");
    let sql = match sender {
        Some(sender) => sql.push(" AND (acknowledged_at IS NULL OR address = ").bind(sender).push(")"),
        None => sql,
    };
    work.execute(sql).await.map(|_| ())
}

/// Whether a thread began with a letter, and with no other: nothing was poured into it, and the letter not into it from elsewhere.
pub(super) async fn began(query: &impl Query, thread: ThreadId, letter: CorrespondenceId) -> Result<bool, LedgerError> {
    let untied = || Sql::new("SELECT count(*) AS n FROM mailroom_letter WHERE tied_by IS NULL AND thread_id = ").bind(thread.0);
    let (all, own) = (query.number(untied()).await?, query.number(untied().push(" AND id = ").bind(letter.0)).await?);
    Ok((all, own) == (1, 1))
}

/// Notes that we wrote last.
pub(crate) async fn answered(work: &UnitOfWork, thread: ThreadId) -> Result<(), LedgerError> {
    update(work, thread, Sql::new("state = ").bind(State::Answered.key()).push(", last_at = ").bind(work.now().0)).await?;
    work.execute(Sql::new("UPDATE mailroom_letter SET state = 'done' WHERE state = 'new' AND thread_id = ").bind(thread.0)).await.map(|_| ())
}

/// Calls a person to a thread.
pub(crate) async fn call(work: &UnitOfWork, thread: ThreadId) -> Result<(), LedgerError> {
    update(work, thread, Sql::new("state = ").bind(State::New.key())).await
}

/// Makes addresses parties of a thread; gives their ids, in their order.
pub(crate) async fn join(work: &UnitOfWork, thread: ThreadId, addresses: impl Iterator<Item = (String, String)>) -> Result<Vec<i64>, LedgerError> {
    let mut ids = Vec::new();
    for (address, name) in addresses.filter(|(address, _)| !address.is_empty()) {
        let id = work.take_id().await?;
        let sql = Sql::new("INSERT INTO mailroom_party (id, thread_id, address, name) VALUES (")
            .bind(id)
            .push(", ")
            .bind(thread.0)
            .push(", ")
            .bind(address.clone())
            .push(", ")
            .bind(name)
            .push(") ON CONFLICT (thread_id, address) DO NOTHING");
        work.execute(sql).await?;
        let known = Sql::new("SELECT id AS n FROM mailroom_party WHERE thread_id = ").bind(thread.0).push(" AND address = ").bind(address);
        ids.push(work.number(known).await?);
    }
    Ok(ids)
}
