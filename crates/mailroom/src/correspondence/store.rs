use super::{Channel, Correspondence, Kind, Raw};
use noroshi_kernel::{id::CorrespondenceId, moment::Moment};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};

/// For the figures of desks: `id`, `received_at`, `kind`, `channel`, `name` and `tld` of every correspondence.
pub const COUNTED: &str = "SELECT id, received_at, kind, channel, name, sender_tld AS tld FROM mailroom_correspondence";

/// Keeps correspondence.
///
/// # Errors
/// When the database refuses it.
pub async fn insert(work: &UnitOfWork, many: &[Correspondence]) -> Result<(), LedgerError> {
    const TARGET: bulk::Target = bulk::Target {
        table: "mailroom_correspondence",
        columns: &["id", "channel", "kind", "received_at", "name", "sender_tld", "raw_sha256", "raw_offset", "raw_length"],
    };
    let mut rows = bulk::Rows::into_table(TARGET);
    for one in many {
        rows.push([
            one.id.0.into(),
            one.channel.key().into(),
            one.kind.key().into(),
            one.received_at.0.into(),
            one.name.clone().into(),
            one.sender_tld.clone().into(),
            one.raw.sha256.clone().into(),
            one.raw.offset.cast_signed().into(),
            one.raw.length.cast_signed().into(),
        ]);
    }
    rows.insert(work).await
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    channel: String,
    kind: String,
    received_at: i64,
    name: String,
    sender_tld: Option<String>,
    raw_sha256: String,
    raw_offset: i64,
    raw_length: i64,
}

impl From<Row> for Correspondence {
    fn from(row: Row) -> Self {
        Self {
            id: CorrespondenceId(row.id),
            channel: Channel::from_key(&row.channel),
            kind: Kind::from_key(&row.kind),
            received_at: Moment(row.received_at),
            name: row.name,
            sender_tld: row.sender_tld,
            raw: Raw { sha256: row.raw_sha256, offset: row.raw_offset.cast_unsigned(), length: row.raw_length.cast_unsigned() },
        }
    }
}

/// One correspondence.
///
/// # Errors
/// When the database cannot be reached.
pub async fn load(query: &impl Query, id: CorrespondenceId) -> Result<Option<Correspondence>, LedgerError> {
    let sql = Sql::new("SELECT id, channel, kind, received_at, name, sender_tld, raw_sha256, raw_offset, raw_length FROM mailroom_correspondence WHERE id = ")
        .bind(id.0);
    Ok(query.one::<Row>(sql).await?.map(Correspondence::from))
}

/// Says that an inquiry reports something after all; whether it still was one.
///
/// # Errors
/// When the database refuses it.
pub async fn make_report(work: &UnitOfWork, id: CorrespondenceId) -> Result<bool, LedgerError> {
    let sql = Sql::new("UPDATE mailroom_correspondence SET kind = ").bind(Kind::Report.key()).push(" WHERE kind = ").bind(Kind::Inquiry.key());
    Ok(work.execute(sql.push(" AND id = ").bind(id.0)).await? > 0)
}

/// The feed delivery that consists of exactly these bytes, when there is one.
///
/// # Errors
/// When the database cannot be reached.
pub async fn feed_with(query: &impl Query, sha256: &str) -> Result<Option<CorrespondenceId>, LedgerError> {
    let sql = Sql::new("SELECT min(id) AS n FROM mailroom_correspondence WHERE raw_sha256 = ").bind(sha256).push(" AND channel = ").bind(Channel::Feed.key());
    let id = query.number(sql).await?;
    Ok((id != 0).then_some(CorrespondenceId(id)))
}

/// The blobs that correspondence names, by their digests after `after`, at most `limit`: each with the length that it must have at
/// least (one blob may hold many letters).
///
/// # Errors
/// When the database cannot be reached.
pub async fn raws(query: &impl Query, after: &str, limit: u32) -> Result<Vec<Raw>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Named {
        sha256: String,
        length: i64,
    }
    let sql = Sql::new("SELECT raw_sha256 AS sha256, max(raw_offset + raw_length) AS length FROM mailroom_correspondence WHERE raw_sha256 > ")
        .bind(after)
        .push(" GROUP BY raw_sha256 ORDER BY raw_sha256 LIMIT ")
        .bind(i64::from(limit));
    let raw = |named: Named| Raw { sha256: named.sha256, offset: 0, length: named.length.cast_unsigned() };
    Ok(query.all::<Named>(sql).await?.into_iter().map(raw).collect())
}
