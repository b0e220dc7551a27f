use super::{CAME, Found, WENT};
use crate::correspondence::{Channel, Raw};
use noroshi_kernel::{
    access::{Label, Sight},
    id::ThreadId,
};
use noroshi_ledger::{Backend, FromQueryResult, LedgerError, Query, Sql, UnitOfWork, search};

/// The threads of the letters, in and out, that words find, as a subselect; `None` when there is no word.
pub(crate) fn threads(backend: Backend, words: &str, sight: Sight) -> Option<Sql> {
    let came = search::matching(backend, CAME, words, sight)?;
    let went = search::matching(backend, WENT, words, sight)?;
    Some(
        Sql::new("SELECT fl.thread_id FROM mailroom_letter fl WHERE fl.thread_id IS NOT NULL AND fl.id IN (")
            .append(came)
            .push(") UNION SELECT fo.thread_id FROM mailroom_outgoing fo WHERE fo.id IN (")
            .append(went)
            .push(")"),
    )
}

/// The letters of ours that words find, as a subselect; `None` when there is no word.
pub(crate) fn sent(backend: Backend, words: &str, sight: Sight) -> Option<Sql> {
    search::matching(backend, WENT, words, sight)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// Gives the letters of a thread, in and out, its label in the index.
pub(crate) async fn relabel(work: &UnitOfWork, thread: ThreadId, label: &Label) -> Result<(), LedgerError> {
    let sql = Sql::new("SELECT id FROM mailroom_letter WHERE thread_id = ")
        .bind(thread.0)
        .push(" UNION ALL SELECT id FROM mailroom_outgoing WHERE thread_id = ")
        .bind(thread.0);
    let ids: Vec<i64> = work.all::<IdRow>(sql).await?.into_iter().map(|row| row.id).collect();
    search::relabel(work, &ids, label).await
}

/// A letter that is not in the index yet.
pub(super) struct Old {
    pub(super) id: i64,
    pub(super) kind: &'static str,
    pub(super) thread: ThreadId,
    pub(super) channel: Channel,
    pub(super) raw: Raw,
    /// To whom it went, when it is ours.
    pub(super) recipients: String,
}

impl Old {
    pub(super) fn found(&self, words: String) -> Found {
        Found { id: self.id, kind: self.kind, thread: self.thread, words }
    }
}

pub(super) async fn count(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM mailroom_unindexed")).await
}

/// The latest letters that are not in the index, at most `limit`, with those ids among them that are no letter any more.
pub(super) async fn next(query: &impl Query, limit: u32) -> Result<(Vec<Old>, Vec<i64>), LedgerError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        came: bool,
        thread_id: Option<i64>,
        channel: String,
        raw_sha256: String,
        raw_offset: i64,
        raw_length: i64,
    }
    #[derive(FromQueryResult)]
    struct Recipient {
        outgoing_id: i64,
        address: String,
    }
    let part = Sql::new("SELECT id FROM mailroom_unindexed ORDER BY id DESC LIMIT ").bind(i64::from(limit));
    let ids: Vec<i64> = query.all::<IdRow>(part).await?.into_iter().map(|row| row.id).collect();
    let list = || Sql::default().list(ids.iter().copied());
    let sql = Sql::new("SELECT l.id, TRUE AS came, l.thread_id, c.channel, c.raw_sha256, c.raw_offset, c.raw_length FROM mailroom_letter l JOIN mailroom_correspondence c ON c.id = l.id WHERE l.id IN ")
        .append(list())
        .push(" UNION ALL SELECT o.id, FALSE AS came, o.thread_id, '' AS channel, o.raw_sha256, 0 AS raw_offset, o.raw_length FROM mailroom_outgoing o WHERE o.id IN ")
        .append(list());
    let rows = query.all::<Row>(sql).await?;
    let to = Sql::new("SELECT outgoing_id, address FROM mailroom_recipient WHERE outgoing_id IN ").append(list()).push(" ORDER BY outgoing_id, address");
    let recipients = query.all::<Recipient>(to).await?;
    let old = |row: Row| {
        let to = recipients.iter().filter(|one| one.outgoing_id == row.id).map(|one| format!(" {}", one.address));
        Some(Old {
            recipients: to.collect(),
            id: row.id,
            kind: if row.came { CAME } else { WENT },
            thread: ThreadId(row.thread_id?),
            channel: if row.came { Channel::from_key(&row.channel) } else { Channel::Mail },
            raw: Raw { sha256: row.raw_sha256, offset: row.raw_offset.cast_unsigned(), length: row.raw_length.cast_unsigned() },
        })
    };
    Ok((rows.into_iter().filter_map(old).collect(), ids))
}

pub(super) async fn done(work: &UnitOfWork, ids: &[i64]) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM mailroom_unindexed WHERE id IN ").list(ids.iter().copied())).await.map(|_| ())
}
