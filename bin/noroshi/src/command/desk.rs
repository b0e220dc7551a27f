use super::{print, print_json};
use crate::{Done, arguments::Desk, platform::Platform};
use anyhow::bail;
use noroshi_directory::{account, key::fingerprint};
use noroshi_kernel::{id::AccountId, language::Bilingual, setaside::printable};
use noroshi_mailroom::desk::{self, Change};
use serde_json::json;
use std::collections::HashMap;

pub(super) async fn run(platform: &Platform, command: Desk) -> anyhow::Result<Done> {
    match command {
        Desk::List(json) => list(platform, json.json).await?,
        Desk::Set { key, address, acknowledges, form, tlp, openpgp, name_ja, name_en } => {
            let desks = desk::all(&platform.ledger).await?;
            // One of the two names leaves the other as it is.
            let name = match (name_ja, name_en, desks.get(&key)) {
                (None, None, _) | (_, _, None) => None,
                (ja, en, Some(desk)) => Some(Bilingual::new(ja.unwrap_or_else(|| desk.name.ja.clone()), en.unwrap_or_else(|| desk.name.en.clone()))),
            };
            let team_key = match openpgp.as_deref() {
                None => None,
                Some("none") => Some(None),
                Some(text) => Some(Some(fingerprint(text)?)),
            };
            let (acknowledges, has_form) = (acknowledges.map(|answer| answer.is_yes()), form.map(|answer| answer.is_yes()));
            let change = Change { name, address, acknowledges, has_form, tlp, team_key };
            let work = platform.ledger.begin().await?;
            let desk = desk::change(&work, &Platform::local_administrator(), &key, change).await?;
            work.commit().await?;
            eprintln!("the desk {} is saved{}", desk.key, if desk.address.is_empty() { "; it has no address yet" } else { "" });
        }
        Desk::Staff { key, accounts } => {
            let known: HashMap<String, AccountId> = account::all(&platform.ledger).await?.into_iter().map(|account| (account.name, account.id)).collect();
            let mut staff = Vec::new();
            for name in &accounts {
                match known.get(name) {
                    Some(id) => staff.push(*id),
                    None => bail!("there is no account {}; `noroshi account list` shows them", printable(name, 60)),
                }
            }
            let work = platform.ledger.begin().await?;
            desk::set_staff(&work, &Platform::local_administrator(), &key, &staff).await?;
            work.commit().await?;
            eprintln!("{} {} at the desk {key}", staff.len(), if staff.len() == 1 { "account works" } else { "accounts work" });
        }
    }
    Ok(Done::Whole)
}

async fn list(platform: &Platform, as_json: bool) -> anyhow::Result<()> {
    let desks = desk::all(&platform.ledger).await?;
    let names: HashMap<AccountId, String> = account::all(&platform.ledger).await?.into_iter().map(|account| (account.id, account.name)).collect();
    let staff = |desk: &desk::Desk| desk.staff.iter().filter_map(|id| names.get(id).cloned()).collect::<Vec<_>>();
    if as_json {
        let shown = |desk: &desk::Desk| {
            json!({
                "key": desk.key,
                "name": { "ja": desk.name.ja, "en": desk.name.en },
                "address": desk.address,
                "acknowledges": desk.acknowledges,
                "form": desk.has_form,
                "tlp": desk.tlp.marking(),
                "openpgp": desk.team_key.as_ref().map(ToString::to_string),
                "staff": staff(desk),
            })
        };
        return print_json(&desks.iter().map(shown).collect::<Vec<_>>());
    }
    for desk in desks.iter() {
        let marks = [(desk.acknowledges, "acknowledges"), (desk.has_form, "form")].into_iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| mark);
        let marks = marks.collect::<Vec<_>>().join(" ");
        let address = if desk.address.is_empty() { "(no address)" } else { &desk.address };
        print(&format!(
            "{:16} {:32} {:17} {:18} {} / {}  {}",
            desk.key,
            address,
            desk.tlp.marking(),
            marks,
            desk.name.ja,
            desk.name.en,
            staff(desk).join(" ")
        ))?;
    }
    Ok(())
}
