//! The desk's tables and queries: the only place of the desk with SQL.

pub(crate) mod facts;
pub(crate) mod joining;
pub(crate) mod keeping;
pub(crate) mod listing;
pub(crate) mod loading;
pub(crate) mod migrations;

use noroshi_kernel::access::Sight;
use noroshi_ledger::{LedgerError, Query, Sql};

/// How many incidents are open: what [`Selection::open`](crate::selection::Selection::open) lists.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_count(query: &impl Query) -> Result<i64, LedgerError> {
    query.number(Sql::new("SELECT count(*) AS n FROM incident WHERE state <> 'closed'")).await
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

/// The condition under which the report `column` may be seen: every incident that it tells of.
fn report_seen(column: &str, sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(_) => Sql::new("NOT EXISTS (SELECT 1 FROM incident_told st JOIN incident i ON i.id = st.incident_id WHERE st.report_id = ")
            .push(column)
            .push(" AND NOT ")
            .append(seen(sight))
            .push(")"),
    }
}

/// The condition under which the correspondence `column` may be seen: every report in it.
fn correspondence_seen(column: &str, sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(_) => Sql::new("NOT EXISTS (SELECT 1 FROM incident_report sr WHERE sr.correspondence_id = ")
            .push(column)
            .push(" AND NOT ")
            .append(report_seen("sr.id", sight))
            .push(")"),
    }
}
