use crate::service::share::{Kind, Share};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    kind: String,
    regions: String,
    made_at: i64,
    used_at: Option<i64>,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Share {
    type Error = LedgerError;

    fn try_from(row: Row) -> Result<Self, LedgerError> {
        let Row { id, name, kind, regions, made_at, used_at, ended_at } = row;
        let kind = Kind::ALL.into_iter().find(|known| known.key() == kind).ok_or_else(|| LedgerError::Damaged(format!("a share's kind {kind:?}")))?;
        let regions = regions.lines().map(str::to_owned).collect();
        Ok(Self { id, name, kind, regions, made_at: Moment(made_at), used_at: used_at.map(Moment), ended_at: ended_at.map(Moment) })
    }
}

const COLUMNS: &str = "SELECT id, name, kind, regions, made_at, used_at, ended_at FROM observation_share";

pub(crate) async fn all(query: &impl Query) -> Result<Vec<Share>, LedgerError> {
    query.all::<Row>(Sql::new(COLUMNS).push(" ORDER BY name")).await?.into_iter().map(Share::try_from).collect()
}

pub(crate) async fn by_hash(query: &impl Query, hash: Vec<u8>) -> Result<Option<Share>, LedgerError> {
    query.one::<Row>(Sql::new(COLUMNS).push(" WHERE token_sha256 = ").bind(hash)).await?.map(Share::try_from).transpose()
}

pub(crate) async fn insert(work: &UnitOfWork, id: i64, name: &str, kind: Kind, regions: &[String], hash: Vec<u8>) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO observation_share (id, name, kind, regions, token_sha256, made_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(name)
        .push(", ")
        .bind(kind.key())
        .push(", ")
        .bind(regions.join("\n"))
        .push(", ")
        .bind(hash)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

pub(crate) async fn end(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE observation_share SET ended_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}

pub(crate) async fn used(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE observation_share SET used_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}
