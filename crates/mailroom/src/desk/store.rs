use super::{Desk, Desks};
use noroshi_kernel::{id::AccountId, language::Bilingual, tlp::Tlp};
use noroshi_ledger::{FromQueryResult, LedgerError, Query, Sql, UnitOfWork};
use noroshi_post::openpgp::Fingerprint;
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct Row {
    key: String,
    name_ja: String,
    name_en: String,
    address: String,
    acknowledges: bool,
    has_form: bool,
    tlp: i64,
    team_key: Option<String>,
}

#[derive(FromQueryResult)]
struct StaffRow {
    desk: String,
    account_id: i64,
}

/// Every desk, in their order.
///
/// # Errors
/// When the database cannot be reached.
pub async fn all(query: &impl Query) -> Result<Desks, LedgerError> {
    let mut staff: HashMap<String, Vec<AccountId>> = HashMap::new();
    for row in query.all::<StaffRow>(Sql::new("SELECT desk, account_id FROM mailroom_desk_staff ORDER BY account_id")).await? {
        staff.entry(row.desk).or_default().push(AccountId(row.account_id));
    }
    let rows = query
        .all::<Row>(Sql::new("SELECT key, name_ja, name_en, address, acknowledges, has_form, tlp, team_key FROM mailroom_desk ORDER BY position, key"))
        .await?;
    let desk = |row: Row| Desk {
        staff: staff.remove(&row.key).unwrap_or_default(),
        key: row.key,
        name: Bilingual::new(row.name_ja, row.name_en),
        address: row.address,
        acknowledges: row.acknowledges,
        has_form: row.has_form,
        team_key: row.team_key.as_deref().and_then(Fingerprint::of_text),
        tlp: i16::try_from(row.tlp).map_or(Tlp::Red, Tlp::from_rank),
    };
    Ok(Desks(rows.into_iter().map(desk).collect()))
}

pub(super) async fn save(work: &UnitOfWork, desk: &Desk) -> Result<(), LedgerError> {
    let sql = Sql::new("UPDATE mailroom_desk SET name_ja = ")
        .bind(desk.name.ja.clone())
        .push(", name_en = ")
        .bind(desk.name.en.clone())
        .push(", address = ")
        .bind(desk.address.clone())
        .push(", acknowledges = ")
        .bind(desk.acknowledges)
        .push(", has_form = ")
        .bind(desk.has_form)
        .push(", tlp = ")
        .bind(i64::from(desk.tlp.rank()))
        .push(", team_key = ")
        .bind(desk.team_key.as_ref().map(ToString::to_string))
        .push(" WHERE key = ")
        .bind(desk.key.clone());
    work.execute(sql).await.map(|_| ())
}

pub(super) async fn save_staff(work: &UnitOfWork, desk: &str, staff: &[AccountId]) -> Result<(), LedgerError> {
    work.execute(Sql::new("DELETE FROM mailroom_desk_staff WHERE desk = ").bind(desk)).await?;
    for account in staff {
        work.execute(Sql::new("INSERT INTO mailroom_desk_staff (desk, account_id) VALUES (").bind(desk).push(", ").bind(account.0).push(")")).await?;
    }
    Ok(())
}
