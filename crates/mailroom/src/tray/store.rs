use super::{Closed, Ending, Item, ReadAs, Rejected, Which};
use crate::{correspondence::Channel, thread::hidden_letters};
use noroshi_kernel::{
    access::{Action, Actor},
    id::{CorrespondenceId, TrayItemId},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// The format of every letter.
pub const LETTER: &str = "letter";

/// How many values one question asks for.
const PART: usize = 500;

const ITEMS: &str = "SELECT t.id, t.correspondence_id, c.name, t.place_ja, t.place_en, t.reason_key, t.reason_ja, t.reason_en, t.set_aside_at, c.raw_sha256, t.raw_offset, t.raw_length, t.row_count, t.row_key, t.format, t.mapping, t.file, t.first_line, t.last_line, t.closed_at, t.closed_by, t.closed_as, t.closed_note FROM mailroom_tray t JOIN mailroom_correspondence c ON c.id = t.correspondence_id";

/// Puts inputs into the tray, each with the correspondence that it came in and how that was read; one that lies there already stays
/// as it is, but for one that grew with its delivery.
///
/// # Errors
/// When the database refuses it.
pub async fn put(work: &UnitOfWork, read_as: &ReadAs, rejected: impl ExactSizeIterator<Item = (CorrespondenceId, &Rejected)>) -> Result<(), LedgerError> {
    if rejected.len() == 0 {
        return Ok(());
    }
    let mut ids = work.take_ids(rejected.len()).await?;
    for (correspondence, one) in rejected {
        let sql = Sql::new("INSERT INTO mailroom_tray (id, correspondence_id, row_key, place_ja, place_en, reason_key, reason_ja, reason_en, raw_offset, raw_length, row_count, set_aside_at, format, mapping, file, first_line, last_line) VALUES (")
            .bind(ids.take()?)
            .push(", ")
            .bind(correspondence.0)
            .push(", ")
            .bind(one.row_key.to_vec())
            .push(", ")
            .bind(one.place.ja.clone())
            .push(", ")
            .bind(one.place.en.clone())
            .push(", ")
            .bind(one.reason.key.to_string())
            .push(", ")
            .bind(one.reason.text.ja.clone())
            .push(", ")
            .bind(one.reason.text.en.clone())
            .push(", ")
            .bind(one.raw_offset.cast_signed())
            .push(", ")
            .bind(one.raw_length.cast_signed())
            .push(", ")
            .bind(one.rows.cast_signed())
            .push(", ")
            .bind(work.now().0)
            .push(", ")
            .bind(read_as.format.as_str())
            .push(", ")
            .bind(read_as.mapping.clone())
            .push(", ")
            .bind(one.file.clone())
            .push(", ")
            .bind(one.first_line.cast_signed())
            .push(", ")
            .bind(one.last_line.cast_signed())
            // The grown delivery holds all of it, so that is where it is read from.
            .push(") ON CONFLICT (row_key) DO UPDATE SET correspondence_id = excluded.correspondence_id, place_ja = excluded.place_ja, place_en = excluded.place_en, raw_offset = excluded.raw_offset, raw_length = excluded.raw_length, row_count = excluded.row_count, format = excluded.format, mapping = excluded.mapping, file = excluded.file, first_line = excluded.first_line, last_line = excluded.last_line WHERE excluded.row_count > mailroom_tray.row_count AND mailroom_tray.closed_at IS NULL");
        work.execute(sql).await?;
    }
    Ok(())
}

/// Says anew what is wrong with an entry that was read again, and for which inputs it stands now.
///
/// # Errors
/// When the database refuses it.
pub async fn put_again(work: &UnitOfWork, id: TrayItemId, now: &Rejected) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE mailroom_tray SET place_ja = ")
        .bind(now.place.ja.clone())
        .push(", place_en = ")
        .bind(now.place.en.clone())
        .push(", reason_key = ")
        .bind(now.reason.key.to_string())
        .push(", reason_ja = ")
        .bind(now.reason.text.ja.clone())
        .push(", reason_en = ")
        .bind(now.reason.text.en.clone())
        .push(", raw_offset = ")
        .bind(now.raw_offset.cast_signed())
        .push(", raw_length = ")
        .bind(now.raw_length.cast_signed())
        .push(", row_count = ")
        .bind(now.rows.cast_signed())
        .push(", first_line = ")
        .bind(now.first_line.cast_signed())
        .push(", last_line = ")
        .bind(now.last_line.cast_signed())
        .push(" WHERE closed_at IS NULL AND id = ")
        .bind(id.0);
    work.execute(sql).await.map(|_| ())
}

/// Says anew why an entry cannot be read.
///
/// # Errors
/// When the database refuses it.
pub async fn put_reason(work: &UnitOfWork, id: TrayItemId, reason: &Reason) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE mailroom_tray SET reason_key = ")
        .bind(reason.key.to_string())
        .push(", reason_ja = ")
        .bind(reason.text.ja.clone())
        .push(", reason_en = ")
        .bind(reason.text.en.clone())
        .push(" WHERE closed_at IS NULL AND id = ")
        .bind(id.0);
    work.execute(sql).await.map(|_| ())
}

/// Closes an entry that is open.
pub(super) async fn close(work: &UnitOfWork, id: TrayItemId, by: &str, ending: Ending, note: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE mailroom_tray SET closed_at = ")
        .bind(work.now().0)
        .push(", closed_by = ")
        .bind(by)
        .push(", closed_as = ")
        .bind(ending.key())
        .push(", closed_note = ")
        .bind(note)
        .push(" WHERE closed_at IS NULL AND id = ")
        .bind(id.0);
    work.execute(sql).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    correspondence_id: i64,
    name: String,
    place_ja: String,
    place_en: String,
    reason_key: String,
    reason_ja: String,
    reason_en: String,
    set_aside_at: i64,
    raw_sha256: String,
    raw_offset: i64,
    raw_length: i64,
    row_count: i64,
    row_key: Vec<u8>,
    format: Option<String>,
    mapping: Option<String>,
    file: Option<String>,
    first_line: Option<i64>,
    last_line: Option<i64>,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    closed_as: Option<String>,
    closed_note: Option<String>,
}

impl TryFrom<Row> for Item {
    type Error = LedgerError;

    fn try_from(row: Row) -> Result<Self, LedgerError> {
        let row_key = row.row_key.as_slice().try_into().map_err(|_| LedgerError::Damaged(format!("the key of the tray's entry {}", row.id)))?;
        let ending = |key: &str| Ending::ALL.into_iter().find(|ending| ending.key() == key).unwrap_or(Ending::Nothing);
        let mapping = row.mapping;
        Ok(Self {
            id: TrayItemId(row.id),
            correspondence: CorrespondenceId(row.correspondence_id),
            name: row.name,
            place: Bilingual::new(row.place_ja, row.place_en),
            reason: Reason { key: row.reason_key.into(), text: Bilingual::new(row.reason_ja, row.reason_en) },
            set_aside_at: Moment(row.set_aside_at),
            raw_sha256: row.raw_sha256,
            raw_offset: row.raw_offset.cast_unsigned(),
            raw_length: row.raw_length.cast_unsigned(),
            rows: row.row_count,
            read_as: row.format.map(|format| ReadAs { format, mapping }),
            file: row.file,
            lines: (row.first_line.unwrap_or(0).cast_unsigned(), row.last_line.unwrap_or(0).cast_unsigned()),
            row_key,
            closed: row.closed_at.map(|at| Closed {
                at: Moment(at),
                by: row.closed_by.unwrap_or_default(),
                ending: ending(row.closed_as.as_deref().unwrap_or_default()),
                note: row.closed_note.unwrap_or_default(),
            }),
        })
    }
}

async fn items(query: &impl Query, sql: Sql) -> Result<Vec<Item>, LedgerError> {
    query.all::<Row>(sql).await?.into_iter().map(Item::try_from).collect()
}

/// The condition under which an actor sees an entry: of letters, those whose threads he may read; of files, all of them when he may
/// import.
fn seen(actor: &Actor) -> Sql {
    if !actor.can(Action::ViewTray) {
        return Sql::new("1 = 0");
    }
    // The name of a letter is its subject: whoever may not see its thread does not see that.
    let letters = Sql::new("t.correspondence_id NOT IN (").append(hidden_letters(actor.sight())).push(")");
    if actor.can(Action::Import) {
        return letters;
    }
    letters.push(" AND t.correspondence_id NOT IN (SELECT fc.id FROM mailroom_correspondence fc WHERE fc.channel = ").bind(Channel::Feed.key()).push(")")
}

fn waiting(actor: &Actor) -> Sql {
    Sql::new(" WHERE t.closed_at IS NULL AND ").append(seen(actor))
}

/// What waits in the tray for an actor and whose name, place or reason holds the words: as [`list`], and how many there are in all.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(query: &impl Query, actor: &Actor, words: Option<&str>, skip: u32, limit: u32) -> Result<(Vec<Item>, i64), LedgerError> {
    let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) else {
        return Ok((list(query, actor, skip, limit).await?, count(query, actor).await?));
    };
    let escaped: String = words.to_lowercase().chars().flat_map(|one| matches!(one, '%' | '_' | '\\').then_some('\\').into_iter().chain([one])).collect();
    let held = |column: &str| Sql::new("lower(").push(column).push(") LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '\\'");
    let columns = ["c.name", "COALESCE(t.file, '')", "t.place_ja", "t.place_en", "t.reason_ja", "t.reason_en"];
    let which = waiting(actor).push(" AND (").join(columns.map(held), " OR ").push(")");
    let count = Sql::new("SELECT count(*) AS n FROM mailroom_tray t JOIN mailroom_correspondence c ON c.id = t.correspondence_id").append(which.clone());
    let count = query.number(count).await?;
    let sql = Sql::new(ITEMS).append(which).push(" ORDER BY t.id DESC LIMIT ").bind(i64::from(limit)).push(" OFFSET ").bind(i64::from(skip));
    Ok((items(query, sql).await?, count))
}

/// What waits in the tray for an actor, newest first: `limit` inputs after the first `skip`. What he may not see is left out.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(query: &impl Query, actor: &Actor, skip: u32, limit: u32) -> Result<Vec<Item>, LedgerError> {
    let sql = Sql::new(ITEMS).append(waiting(actor)).push(" ORDER BY t.id DESC LIMIT ").bind(i64::from(limit)).push(" OFFSET ").bind(i64::from(skip));
    items(query, sql).await
}

/// How many [`list`] lists in all.
///
/// # Errors
/// When the database cannot be reached.
pub async fn count(query: &impl Query, actor: &Actor) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM mailroom_tray t").append(waiting(actor))).await
}

/// One entry, open or closed, when the actor may see it: others are not there.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(query: &impl Query, actor: &Actor, id: TrayItemId) -> Result<Option<Item>, LedgerError> {
    Ok(items(query, Sql::new(ITEMS).push(" WHERE t.id = ").bind(id.0).push(" AND ").append(seen(actor))).await?.pop())
}

/// The deliveries of which entries wait that the actor may see, the oldest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn deliveries(query: &impl Query, actor: &Actor, which: &Which) -> Result<Vec<CorrespondenceId>, LedgerError> {
    #[derive(FromQueryResult)]
    struct IdRow {
        id: i64,
    }
    let mut deliveries = Vec::new();
    for condition in conditions(which) {
        let sql = Sql::new("SELECT DISTINCT t.correspondence_id AS id FROM mailroom_tray t WHERE t.closed_at IS NULL AND ")
            .append(seen(actor))
            .push(" AND ")
            .append(condition);
        deliveries.extend(query.all::<IdRow>(sql).await?.into_iter().map(|row| CorrespondenceId(row.id)));
    }
    deliveries.sort_unstable();
    deliveries.dedup();
    Ok(deliveries)
}

/// The entries of a delivery that wait, in the order in which they were set aside.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open(query: &impl Query, which: &Which, delivery: CorrespondenceId) -> Result<Vec<Item>, LedgerError> {
    let mut found = Vec::new();
    for condition in conditions(which) {
        let sql = Sql::new(ITEMS).push(" WHERE t.closed_at IS NULL AND t.correspondence_id = ").bind(delivery.0).push(" AND ").append(condition);
        found.extend(items(query, sql.push(" ORDER BY t.id")).await?);
    }
    Ok(found)
}

/// Every entry of a delivery, open or closed, in the order in which they were set aside.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of_delivery(query: &impl Query, delivery: CorrespondenceId) -> Result<Vec<Item>, LedgerError> {
    items(query, Sql::new(ITEMS).push(" WHERE t.correspondence_id = ").bind(delivery.0).push(" ORDER BY t.id")).await
}

/// The conditions that together find them, each with as many values as a question may ask for.
fn conditions(which: &Which) -> Vec<Sql> {
    match which {
        Which::All => vec![Sql::new("1 = 1")],
        Which::Delivery(id) => vec![Sql::new("t.correspondence_id = ").bind(id.0)],
        Which::Reason(key) => vec![Sql::new("t.reason_key = ").bind(key.replace('\0', ""))],
        Which::Ids(ids) => ids.chunks(PART).map(|part| Sql::new("t.id IN ").list(part.iter().map(|id| id.0))).collect(),
    }
}
