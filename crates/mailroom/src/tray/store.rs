use super::{Item, Rejected};
use noroshi_kernel::{
    id::{CorrespondenceId, TrayItemId},
    language::Bilingual,
    moment::Moment,
    reason::Reason,
};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

/// Puts inputs into the tray, each with the correspondence that it came in; one that lies there already stays as it is.
///
/// # Errors
/// When the database refuses it.
pub async fn put(work: &UnitOfWork, rejected: impl ExactSizeIterator<Item = (CorrespondenceId, &Rejected)>) -> Result<(), LedgerError> {
    if rejected.len() == 0 {
        return Ok(());
    }
    let mut ids = work.take_ids(rejected.len()).await?;
    for (correspondence, one) in rejected {
        let sql = Sql::new("INSERT INTO mailroom_tray (id, correspondence_id, row_key, place_ja, place_en, reason_key, reason_ja, reason_en, raw_offset, raw_length, row_count, set_aside_at) VALUES (")
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
            .push(") ON CONFLICT (row_key) DO UPDATE SET place_ja = excluded.place_ja, place_en = excluded.place_en, raw_length = excluded.raw_length, row_count = excluded.row_count WHERE excluded.row_count > mailroom_tray.row_count");
        work.execute(sql).await?;
    }
    Ok(())
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
}

/// What lies in the tray, newest first: `limit` inputs after the first `skip`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(query: &impl Query, skip: u32, limit: u32) -> Result<Vec<Item>, LedgerError> {
    let sql = Sql::new("SELECT t.id, t.correspondence_id, c.name, t.place_ja, t.place_en, t.reason_key, t.reason_ja, t.reason_en, t.set_aside_at, c.raw_sha256, t.raw_offset, t.raw_length, t.row_count FROM mailroom_tray t JOIN mailroom_correspondence c ON c.id = t.correspondence_id ORDER BY t.id DESC LIMIT ")
        .bind(i64::from(limit)).push(" OFFSET ").bind(i64::from(skip));
    let item = |row: Row| Item {
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
    };
    Ok(query.all::<Row>(sql).await?.into_iter().map(item).collect())
}

/// How many inputs lie in the tray.
///
/// # Errors
/// When the database cannot be reached.
pub async fn count(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM mailroom_tray")).await
}
