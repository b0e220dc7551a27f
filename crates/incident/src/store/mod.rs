//! The desk's tables and queries: the only place of the desk with SQL.

pub(crate) mod facts;
pub(crate) mod joining;
pub(crate) mod keeping;
pub(crate) mod listing;
pub(crate) mod loading;
pub(crate) mod migrations;

use noroshi_kernel::access::Sight;
use noroshi_ledger::{LedgerError, Query, Sql};

/// How many incidents wait for somebody, as the rail of desks shows.
///
/// # Errors
/// When the database cannot be reached.
pub async fn waiting(query: &impl Query, sight: Sight) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM incident i WHERE i.state <> 'closed' AND ").append(seen(sight))).await
}

/// The condition under which the incident `i` may be seen.
fn seen(sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(account) => Sql::new("(i.tlp < ")
            .bind(i64::from(noroshi_kernel::tlp::Tlp::Red.rank()))
            .push(" OR EXISTS (SELECT 1 FROM incident_participant ip WHERE ip.incident_id = i.id AND ip.account_id = ")
            .bind(account.0)
            .push("))"),
    }
}
