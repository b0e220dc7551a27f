//! The desk's tables and queries: the only place of the desk with SQL.

pub(crate) mod facts;
pub(crate) mod joining;
pub(crate) mod keeping;
pub(crate) mod listing;
pub(crate) mod loading;
pub(crate) mod migrations;

use noroshi_kernel::{access::Sight, tlp::Tlp};
use noroshi_ledger::{LedgerError, Query, Sql};
use noroshi_mailroom::thread::hidden_letters;

/// How many incidents are open, of those that may be seen: what [`Selection::open`](crate::selection::Selection::open) lists.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open_count(query: &impl Query, sight: Sight) -> Result<i64, LedgerError> {
    query
        .number(
            Sql::new("SELECT count(*) AS n FROM incident i WHERE i.state <> 'closed' AND i.merged_into_id IS NULL AND ").append(incident_seen("i.id", sight)),
        )
        .await
}

/// The incidents that may not be seen, as a subselect. They are few, and an index holds them: what may be seen is asked as
/// «not one of these», so that a list of a million records costs no more for it.
fn hidden(sight: Sight) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("SELECT hi.id FROM incident hi"),
        Sight::Everything => Sql::new("SELECT hi.id FROM incident hi WHERE 1 = 0"),
        // The rank stands in the text: the index of RED incidents is found by it.
        Sight::Staff(account) => Sql::new("SELECT hi.id FROM incident hi WHERE hi.tlp >= ")
            .push(&Tlp::Red.rank().to_string())
            .push(" AND NOT EXISTS (SELECT 1 FROM incident_participant ip WHERE ip.incident_id = hi.id AND ip.account_id = ")
            .bind(account.0)
            .push(")"),
    }
}

/// Whether there is anything that may not be seen: an incident, or a letter.
async fn hides_something(query: &impl Query, sight: Sight) -> Result<bool, LedgerError> {
    let any = async |hidden: Sql| Ok::<_, LedgerError>(query.number(Sql::new("SELECT count(*) AS n FROM (").append(hidden).push(" LIMIT 1) h")).await? > 0);
    Ok(any(hidden(sight)).await? || any(hidden_letters(sight)).await?)
}

fn none_of(column: &str, head: &str, sight: Sight, tail: &str) -> Sql {
    match sight {
        Sight::Nothing => Sql::new("1 = 0"),
        Sight::Everything => Sql::new("1 = 1"),
        Sight::Staff(_) => Sql::new(column).push(" NOT IN (").push(head).append(hidden(sight)).push(tail).push(")"),
    }
}

/// The condition under which the incident `column` may be seen.
fn incident_seen(column: &str, sight: Sight) -> Sql {
    none_of(column, "", sight, "")
}

/// The condition under which the report `column` may be seen: every incident that it tells of, and the thread of its letter.
fn report_seen(column: &str, sight: Sight) -> Sql {
    none_of(column, "SELECT ht.report_id FROM incident_told ht WHERE ht.incident_id IN (", sight, ")").append(none_of_letters(
        column,
        "SELECT hr.id FROM incident_report hr WHERE hr.correspondence_id IN (",
        sight,
        ")",
    ))
}

/// The condition under which the correspondence `column` may be seen: every report in it, and the thread in which it stands.
fn correspondence_seen(column: &str, sight: Sight) -> Sql {
    none_of(column, "SELECT hr.correspondence_id FROM incident_told ht JOIN incident_report hr ON hr.id = ht.report_id WHERE ht.incident_id IN (", sight, ")")
        .append(none_of_letters(column, "", sight, ""))
}

/// As [`none_of`], of the letters whose threads may not be seen, behind another condition.
fn none_of_letters(column: &str, head: &str, sight: Sight, tail: &str) -> Sql {
    match sight {
        Sight::Nothing | Sight::Everything => Sql::default(),
        Sight::Staff(_) => Sql::new(" AND ").push(column).push(" NOT IN (").push(head).append(hidden_letters(sight)).push(tail).push(")"),
    }
}

/// The condition under which the coordination `column` may be seen: its incident.
fn coordination_seen(column: &str, sight: Sight) -> Sql {
    none_of(column, "SELECT hk.id FROM incident_coordination hk WHERE hk.incident_id IN (", sight, ")")
}
