use super::{ContactKey, OwnKey, Verified};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork, Value};
use noroshi_post::openpgp::{Certificate, Fingerprint, KeyId};

#[derive(FromQueryResult)]
struct OwnRow {
    id: i64,
    fingerprint: String,
    certificate: Vec<u8>,
    serves: String,
    created_at: i64,
    retired_at: Option<i64>,
}

fn read(certificate: &[u8], fingerprint: &str) -> Result<Certificate, LedgerError> {
    Certificate::parse(certificate).map_err(|reason| LedgerError::Damaged(format!("the certificate of the key {fingerprint}: {reason}")))
}

impl OwnRow {
    fn key(self) -> Result<OwnKey, LedgerError> {
        let certificate = read(&self.certificate, &self.fingerprint)?;
        Ok(OwnKey { id: self.id, certificate, serves: self.serves, created_at: Moment(self.created_at), retired_at: self.retired_at.map(Moment) })
    }
}

const OWN: &str = "SELECT id, fingerprint, certificate, serves, created_at, retired_at FROM directory_team_key";

/// The keys of the team, the oldest first.
///
/// # Errors
/// When the database cannot be reached or is damaged.
pub async fn team(query: &impl Query) -> Result<Vec<OwnKey>, LedgerError> {
    query.all::<OwnRow>(Sql::new(OWN).push(" ORDER BY id")).await?.into_iter().map(OwnRow::key).collect()
}

pub(super) async fn own(query: &impl Query, fingerprint: &Fingerprint) -> Result<Option<OwnKey>, LedgerError> {
    query.one::<OwnRow>(Sql::new(OWN).push(" WHERE fingerprint = ").bind(fingerprint.as_str())).await?.map(OwnRow::key).transpose()
}

/// The locked secrets of the team's keys, the oldest first, with the fingerprint of each.
pub(super) async fn secrets(query: &impl Query) -> Result<Vec<(String, Vec<u8>)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct SecretRow {
        fingerprint: String,
        secret: Vec<u8>,
    }
    let rows = query.all::<SecretRow>(Sql::new("SELECT fingerprint, secret FROM directory_team_key ORDER BY id")).await?;
    Ok(rows.into_iter().map(|row| (row.fingerprint, row.secret)).collect())
}

pub(super) async fn insert_own(
    work: &UnitOfWork,
    id: i64,
    certificate: &Certificate,
    bytes: Vec<u8>,
    secret: Vec<u8>,
    serves: &str,
) -> Result<(), LedgerError> {
    let sql = Sql::new("INSERT INTO directory_team_key (id, fingerprint, certificate, secret, serves, created_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(certificate.fingerprint().as_str())
        .push(", ")
        .bind(Value::Bytes(Some(bytes)))
        .push(", ")
        .bind(Value::Bytes(Some(secret)))
        .push(", ")
        .bind(serves)
        .push(", ")
        .bind(work.now().0)
        .push(")");
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn replace_own(work: &UnitOfWork, id: i64, bytes: Vec<u8>, secret: Vec<u8>) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE directory_team_key SET certificate = ")
        .bind(Value::Bytes(Some(bytes)))
        .push(", secret = ")
        .bind(Value::Bytes(Some(secret)))
        .push(" WHERE id = ")
        .bind(id);
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn retire(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("UPDATE directory_team_key SET retired_at = ").bind(work.now().0).push(" WHERE id = ").bind(id)).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct ContactRow {
    id: i64,
    fingerprint: String,
    certificate: Vec<u8>,
    created_at: i64,
    verified_at: Option<i64>,
    verified_by: Option<String>,
    verified_how: Option<String>,
}

impl ContactRow {
    fn key(self) -> Result<ContactKey, LedgerError> {
        let certificate = read(&self.certificate, &self.fingerprint)?;
        let verified =
            self.verified_at.map(|at| Verified { at: Moment(at), by: self.verified_by.unwrap_or_default(), how: self.verified_how.unwrap_or_default() });
        Ok(ContactKey { id: self.id, certificate, created_at: Moment(self.created_at), verified })
    }
}

const CONTACT: &str = "SELECT k.id, k.fingerprint, k.certificate, k.created_at, k.verified_at, k.verified_by, k.verified_how FROM directory_contact_key k";

/// The keys of contacts, the oldest first.
///
/// # Errors
/// When the database cannot be reached or is damaged.
pub async fn contacts(query: &impl Query) -> Result<Vec<ContactKey>, LedgerError> {
    query.all::<ContactRow>(Sql::new(CONTACT).push(" ORDER BY k.id")).await?.into_iter().map(ContactRow::key).collect()
}

/// The keys of contacts of which an address, the fingerprint or a subkey's short name holds `words`, the latest first; `limit` after the first
/// `skip`, and how many there are.
///
/// # Errors
/// When the database cannot be reached or is damaged.
pub async fn contacts_found(query: &impl Query, words: &str, skip: u32, limit: u32) -> Result<(Vec<ContactKey>, i64), LedgerError> {
    let chosen = found(words);
    let count = query.number(Sql::new("SELECT count(*) AS n FROM directory_contact_key k").append(chosen.clone())).await?;
    let sql = Sql::new(CONTACT).append(chosen).push(" ORDER BY k.id DESC LIMIT ").bind(i64::from(limit)).push(" OFFSET ").bind(i64::from(skip));
    let keys = query.all::<ContactRow>(sql).await?.into_iter().map(ContactRow::key).collect::<Result<_, _>>()?;
    Ok((keys, count))
}

fn found(words: &str) -> Sql {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Sql::new("");
    }
    let literal = |text: &str| -> String { text.chars().flat_map(|one| matches!(one, '%' | '_' | '\\').then_some('\\').into_iter().chain([one])).collect() };
    // A fingerprint is pasted with its spaces.
    let digits: String = words.strip_prefix("0x").unwrap_or(&words).chars().filter(|one| !one.is_whitespace()).collect::<String>().to_uppercase();
    let holds = |column: &str, text: &str| Sql::new(column).push(" LIKE ").bind(format!("%{}%", literal(text))).push(" ESCAPE '\\'");
    Sql::new(" WHERE (")
        .append(holds("k.fingerprint", &digits))
        .push(" OR ")
        .append(holds("k.key_ids", &digits))
        .push(" OR EXISTS (SELECT 1 FROM directory_contact_key_address a WHERE a.key_id = k.id AND ")
        .append(holds("a.address", &words))
        .push("))")
}

pub(super) async fn contact(query: &impl Query, fingerprint: &Fingerprint) -> Result<Option<ContactKey>, LedgerError> {
    query.one::<ContactRow>(Sql::new(CONTACT).push(" WHERE k.fingerprint = ").bind(fingerprint.as_str())).await?.map(ContactRow::key).transpose()
}

/// The keys whose user ids hold an address, verified ones first, then the newest.
pub(super) async fn with_address(query: &impl Query, address: &str) -> Result<Vec<ContactKey>, LedgerError> {
    let sql = Sql::new(CONTACT)
        .push(" JOIN directory_contact_key_address a ON a.key_id = k.id WHERE a.address = ")
        .bind(address.to_lowercase())
        .push(" ORDER BY CASE WHEN k.verified_at IS NULL THEN 1 ELSE 0 END, k.id DESC LIMIT 50");
    query.all::<ContactRow>(sql).await?.into_iter().map(ContactRow::key).collect()
}

/// The certificates of contacts as they are stored, with the short names of their keys.
pub(super) async fn held(query: &impl Query) -> Result<Vec<(Vec<KeyId>, Vec<u8>)>, LedgerError> {
    #[derive(FromQueryResult)]
    struct HeldRow {
        key_ids: String,
        certificate: Vec<u8>,
    }
    let rows = query.all::<HeldRow>(Sql::new("SELECT key_ids, certificate FROM directory_contact_key ORDER BY id")).await?;
    Ok(rows.into_iter().map(|row| (row.key_ids.split(' ').filter_map(KeyId::of_text).collect(), row.certificate)).collect())
}

pub(super) async fn count_contacts(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM directory_contact_key")).await
}

/// Keeps a contact's key, or another copy of one that is there, with its addresses.
pub(super) async fn put_contact(work: &UnitOfWork, id: i64, certificate: &Certificate, bytes: Vec<u8>) -> Result<(), LedgerError> {
    let ids: Vec<String> = certificate.key_ids().iter().map(ToString::to_string).collect();
    let sql = Sql::new("INSERT INTO directory_contact_key (id, fingerprint, certificate, key_ids, created_at) VALUES (")
        .bind(id)
        .push(", ")
        .bind(certificate.fingerprint().as_str())
        .push(", ")
        .bind(Value::Bytes(Some(bytes)))
        .push(", ")
        .bind(ids.join(" "))
        .push(", ")
        .bind(work.now().0)
        .push(") ON CONFLICT (id) DO UPDATE SET certificate = excluded.certificate, key_ids = excluded.key_ids");
    work.execute(sql).await?;
    forget_addresses(work, id).await?;
    for address in certificate.addresses(work.now()).into_iter().map(|address| address.to_lowercase()).take(100) {
        let sql = Sql::new("INSERT INTO directory_contact_key_address (key_id, address) VALUES (")
            .bind(id)
            .push(", ")
            .bind(address)
            .push(") ON CONFLICT (address, key_id) DO NOTHING");
        work.execute(sql).await?;
    }
    Ok(())
}

async fn forget_addresses(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM directory_contact_key_address WHERE key_id = ").bind(id)).await.map(|_| ())
}

pub(super) async fn verify(work: &UnitOfWork, id: i64, by: &str, how: &str) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE directory_contact_key SET verified_at = ")
        .bind(work.now().0)
        .push(", verified_by = ")
        .bind(by)
        .push(", verified_how = ")
        .bind(how)
        .push(" WHERE id = ")
        .bind(id);
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn remove(work: &UnitOfWork, id: i64) -> Result<(), LedgerError> {
    forget_addresses(work, id).await?;
    work.execute(Sql::new("DELETE FROM directory_contact_key WHERE id = ").bind(id)).await.map(|_| ())
}
