//! Batches that were acknowledged.

use noroshi_kernel::reason::Reason;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, bulk};
use noroshi_telescope::batch::{BootId, Gap, Hash, Header};
use std::collections::HashMap;

/// Where a batch's bytes lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) sha256: String,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// A neighbour in a sensor's chain.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Link {
    pub(crate) hash: String,
    pub(crate) previous: Option<String>,
}

/// The batch of a sensor's run with a number.
pub(crate) async fn link(query: &impl Query, sensor: i64, boot: BootId, sequence: u64) -> Result<Option<Link>, LedgerError> {
    let sql = Sql::new("SELECT hash, previous FROM observation_batch WHERE sensor_id = ")
        .bind(sensor)
        .push(" AND boot = ")
        .bind(boot.to_string())
        .push(" AND sequence = ")
        .bind(sequence.cast_signed());
    query.one(sql).await
}

/// Whether a sensor sent anything since it was let in.
pub(crate) async fn has_any(query: &impl Query, sensor: i64) -> Result<bool, LedgerError> {
    let sql = Sql::new("SELECT count(*) AS n FROM (SELECT 1 FROM observation_batch b JOIN observation_sensor s ON s.id = b.sensor_id WHERE b.received_at >= s.enrolled_at AND s.id = ")
        .bind(sensor)
        .push(" LIMIT 1) AS one");
    Ok(query.number(sql).await? > 0)
}

/// A batch to be kept.
pub(crate) struct New<'a> {
    pub(crate) id: i64,
    pub(crate) sensor: i64,
    pub(crate) header: &'a Header,
    pub(crate) hash: Hash,
    pub(crate) raw: Raw,
}

pub(crate) async fn insert(work: &UnitOfWork, new: &[New<'_>]) -> Result<(), LedgerError> {
    const BATCH: bulk::Target = bulk::Target {
        table: "observation_batch",
        columns: &[
            "id",
            "sensor_id",
            "boot",
            "sequence",
            "hash",
            "previous",
            "raw_sha256",
            "raw_offset",
            "raw_length",
            "received_at",
            "opened_at",
            "closed_at",
            "clock_offset_us",
            "kept",
            "not_ip",
            "truncated",
            "malformed",
            "left_out",
            "kernel_drops",
        ],
    };
    let mut rows = bulk::Rows::into_table(BATCH);
    for New { id, sensor, header, hash, raw } in new {
        let counts = &header.counts;
        let malformed = counts.malformed.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        rows.push([
            (*id).into(),
            (*sensor).into(),
            header.boot.to_string().into(),
            header.sequence.cast_signed().into(),
            hash.to_string().into(),
            header.previous.map(|previous| previous.to_string()).into(),
            raw.sha256.clone().into(),
            raw.offset.cast_signed().into(),
            raw.length.cast_signed().into(),
            work.now().0.into(),
            header.opened.wall_us.into(),
            header.closed.wall_us.into(),
            header.clock_offset_us.into(),
            counts.kept.cast_signed().into(),
            counts.not_ip.cast_signed().into(),
            counts.truncated.cast_signed().into(),
            malformed.cast_signed().into(),
            counts.left_out.cast_signed().into(),
            counts.kernel_drops.cast_signed().into(),
        ]);
    }
    rows.insert(work).await
}

/// Keeps what a batch tells of gaps. One that was told before is known again.
pub(crate) async fn insert_gaps(work: &UnitOfWork, sensor: i64, batch: i64, gaps: &[Gap]) -> Result<(), LedgerError> {
    for gap in gaps {
        let (boot, first, last) = gap.batches.map_or((String::new(), 0, 0), |(boot, first, last)| (boot.to_string(), first.cast_signed(), last.cast_signed()));
        let sql =
            Sql::new("INSERT INTO observation_gap (id, sensor_id, batch_id, reason, from_at, to_at, packets, boot, first_sequence, last_sequence) VALUES (")
                .bind(work.take_id().await?)
                .push(", ")
                .bind(sensor)
                .push(", ")
                .bind(batch)
                .push(", ")
                .bind(gap.reason.key())
                .push(", ")
                .bind(gap.from_us)
                .push(", ")
                .bind(gap.to_us)
                .push(", ")
                .bind(gap.packets.map(u64::cast_signed))
                .push(", ")
                .bind(boot)
                .push(", ")
                .bind(first)
                .push(", ")
                .bind(last)
                .push(") ON CONFLICT DO NOTHING");
        work.execute(sql).await?;
    }
    Ok(())
}

/// A batch whose packets are not in the lake yet.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) sensor_id: i64,
    pub(crate) number: i64,
    pub(crate) raw_sha256: String,
    pub(crate) raw_offset: i64,
    pub(crate) raw_length: i64,
    pub(crate) opened_at: i64,
    pub(crate) closed_at: i64,
    pub(crate) kept: i64,
}

/// The oldest that wait.
pub(crate) async fn waiting(query: &impl Query, most: u64) -> Result<Vec<Waiting>, LedgerError> {
    let sql = Sql::new("SELECT b.id, b.sensor_id, s.number, b.raw_sha256, b.raw_offset, b.raw_length, b.opened_at, b.closed_at, b.kept FROM observation_batch b JOIN observation_sensor s ON s.id = b.sensor_id WHERE b.taken_at IS NULL ORDER BY b.id LIMIT ")
        .bind(most.cast_signed());
    query.all(sql).await
}

/// Says that the packets of batches are in the lake. Gives how many of them were not before.
pub(crate) async fn mark_taken(work: &UnitOfWork, batches: &[i64]) -> Result<u64, LedgerError> {
    let mut marked = 0;
    for part in batches.chunks(500) {
        let sql = Sql::new("UPDATE observation_batch SET taken_at = ").bind(work.now().0).push(" WHERE taken_at IS NULL AND id IN ").list(part.iter().copied());
        marked += work.execute(sql).await?;
    }
    Ok(marked)
}

/// Bytes that hold nothing but batches whose packets are in the lake and that ended before a moment: so many at most.
pub(crate) async fn outlived(query: &impl Query, before: i64, most: u64) -> Result<Vec<String>, LedgerError> {
    #[derive(FromQueryResult)]
    struct Raw {
        raw_sha256: String,
    }
    let sql = Sql::new("SELECT DISTINCT o.raw_sha256 FROM observation_batch o WHERE o.raw_removed_at IS NULL AND o.closed_at <= ")
        .bind(before)
        .push(" AND NOT EXISTS (SELECT 1 FROM observation_batch b WHERE b.raw_removed_at IS NULL AND b.raw_sha256 = o.raw_sha256 AND (b.taken_at IS NULL OR b.closed_at > ")
        .bind(before)
        .push(")) LIMIT ")
        .bind(most.cast_signed());
    Ok(query.all::<Raw>(sql).await?.into_iter().map(|raw| raw.raw_sha256).collect())
}

/// Says that the bytes of batches are gone.
pub(crate) async fn mark_removed(work: &UnitOfWork, raw_sha256: &[String]) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE observation_batch SET raw_removed_at = ").bind(work.now().0).push(" WHERE raw_removed_at IS NULL AND raw_sha256 IN ");
    work.execute(sql.list(raw_sha256.iter().map(String::as_str))).await.map(|_| ())
}

/// Notes a refusal, so that people see it. The last 10,000 stay.
pub(crate) async fn insert_refusal(work: &UnitOfWork, sensor: Option<i64>, reason: &Reason, peer: &str) -> Result<(), LedgerError> {
    let text = serde_json::to_string(&reason.text).map_err(|error| LedgerError::Damaged(error.to_string()))?;
    let sql = Sql::new("INSERT INTO observation_refusal (id, at, sensor_id, reason, text, peer) VALUES (")
        .bind(work.take_id().await?)
        .push(", ")
        .bind(work.now().0)
        .push(", ")
        .bind(sensor)
        .push(", ")
        .bind(reason.key.as_ref())
        .push(", ")
        .bind(text)
        .push(", ")
        .bind(peer)
        .push(")");
    work.execute(sql).await?;
    let sql = Sql::new("DELETE FROM observation_refusal WHERE id <= (SELECT max(id) FROM observation_refusal) - 10000");
    work.execute(sql).await.map(|_| ())
}

/// Neighbours that come in one go: what the database does not tell yet.
#[derive(Debug, Default)]
pub(crate) struct Fresh(HashMap<(i64, BootId, u64), Link>);

impl Fresh {
    pub(crate) fn get(&self, sensor: i64, boot: BootId, sequence: u64) -> Option<&Link> {
        self.0.get(&(sensor, boot, sequence))
    }

    pub(crate) fn holds(&self, sensor: i64) -> bool {
        self.0.keys().any(|(known, _, _)| *known == sensor)
    }

    pub(crate) fn put(&mut self, sensor: i64, header: &Header, hash: Hash) {
        let link = Link { hash: hash.to_string(), previous: header.previous.map(|previous| previous.to_string()) };
        self.0.insert((sensor, header.boot, header.sequence), link);
    }
}
