//! Research scanners that are known: their sources are no incidents.

use crate::{ObservationError, store::scanners};
use ipnet::IpNet;
use noroshi_kernel::{
    access::{Action, Actor},
    moment::Moment,
    reason::Reason,
    setaside::printable,
};
use noroshi_ledger::{Ledger, Query, audit::Entry};
use serde_json::json;
use std::net::IpAddr;

/// The widest network of research: of IPv4, and of IPv6.
const WIDEST: (u8, u8) = (16, 32);
/// The longest name, in characters, and the most networks.
const MOST_CHARS: usize = 100;
const MOST_NETWORKS: usize = 10_000;

/// A network from which research scans come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Researcher {
    /// The network.
    pub network: IpNet,
    /// Who scans from there.
    pub name: String,
    /// When it was added.
    pub added: Moment,
}

/// All of them, by name.
///
/// # Errors
/// [`ObservationError::Forbidden`]; when records cannot be read.
pub async fn list(query: &impl Query, actor: &Actor) -> Result<Vec<Researcher>, ObservationError> {
    actor.must_can(Action::ViewObservations)?;
    let read = |row: scanners::Researcher| Some(Researcher { network: row.network.parse().ok()?, name: row.name, added: Moment(row.added_at) });
    Ok(scanners::researchers(query).await?.into_iter().filter_map(read).collect())
}

/// Adds a network (`192.0.2.0/24`) or an address, or names a known one anew.
///
/// # Errors
/// [`ObservationError::Forbidden`]; [`ObservationError::Refused`] when it is no network or too wide a one, the name is none, or there are too many.
pub async fn add(ledger: &Ledger, actor: &Actor, network: &str, name: &str) -> Result<(), ObservationError> {
    actor.must_can(Action::WorkRises)?;
    let (network, name) = (parse(network)?, name.trim());
    if name.is_empty() || name.chars().count() > MOST_CHARS || printable(name, MOST_CHARS) != name {
        return Err(ObservationError::Refused(Reason::new(
            "researcher-name",
            format!("名前を {MOST_CHARS} 文字以内で、制御文字を使わずに書いてください。"),
            format!("write a name of {MOST_CHARS} characters at most, without control characters"),
        )));
    }
    let widest = if network.addr().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
    if network.prefix_len() < widest {
        return Err(ObservationError::Refused(Reason::new(
            "researcher-wide",
            format!("{network} は広すぎます。/{widest} までのネットワークを指定してください。"),
            format!("{network} is too wide: nobody's scans would be told any more; give networks of /{widest} or narrower"),
        )));
    }
    let work = ledger.begin().await?;
    work.lock("observation.scanner").await?;
    if scanners::researchers(&work).await?.len() >= MOST_NETWORKS {
        return Err(ObservationError::Refused(Reason::new("researcher-many", "登録が多すぎます。", "there are too many networks already")));
    }
    let id = scanners::put_researcher(&work, &network.to_string(), name).await?;
    let detail = json!({ "network": network.to_string(), "name": name });
    work.record(actor, Entry { action: "observation.researcher_add", subject_kind: "researcher", subject_id: id, detail: &detail }).await?;
    Ok(work.commit().await?)
}

/// Removes a network.
///
/// # Errors
/// As [`add`]; [`ObservationError::Refused`] when it is not there.
pub async fn remove(ledger: &Ledger, actor: &Actor, network: &str) -> Result<(), ObservationError> {
    actor.must_can(Action::WorkRises)?;
    let network = parse(network)?.to_string();
    let work = ledger.begin().await?;
    work.lock("observation.scanner").await?;
    let Some(known) = scanners::researchers(&work).await?.into_iter().find(|known| known.network == network) else {
        return Err(ObservationError::Refused(Reason::new(
            "no-researcher",
            format!("{network} は登録されていません。"),
            format!("{network} is not among the known research scanners"),
        )));
    };
    scanners::remove_researcher(&work, known.id).await?;
    let detail = json!({ "network": network, "name": known.name });
    work.record(actor, Entry { action: "observation.researcher_remove", subject_kind: "researcher", subject_id: known.id, detail: &detail }).await?;
    Ok(work.commit().await?)
}

fn parse(text: &str) -> Result<IpNet, ObservationError> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|network| network.trunc());
    network.ok_or_else(|| {
        let text = printable(text, 40);
        ObservationError::Refused(Reason::new(
            "researcher-network",
            format!("「{text}」はネットワークとして読めません。192.0.2.0/24 のように書いてください。"),
            format!("{text:?} is no network; write for example 192.0.2.0/24"),
        ))
    })
}
