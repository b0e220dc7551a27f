//! The team's desks: their addresses, who works there, and the key that opens what is sent to them encrypted.

use super::office::Office;
use crate::DemoError;
use noroshi_directory::key;
use noroshi_kernel::access::Actor;
use noroshi_mailroom::desk::{self, Change};

/// The domain of the example team.
pub(super) const DOMAIN: &str = "csirt.example.jp";

/// The desks, and what stands before the `@` of their addresses.
const DESKS: [(&str, &str); 4] = [("incident", "ir"), ("ics", "ics"), ("vulnerability", "vuln"), ("office", "office")];

pub(super) async fn open(office: &Office<'_>) -> Result<(), DemoError> {
    let hour = office.at(11, 9, 0);
    let id = |actor: &Actor| if let Actor::Account { id, .. } = actor { Some(*id) } else { None };
    let (handler, coordinator) = (id(&office.handler), id(&office.coordinator));
    hour.does(async |work| {
        for (key, local) in DESKS {
            let change = Change { address: Some(format!("{local}@{DOMAIN}")), acknowledges: Some(key == "incident"), ..Change::default() };
            desk::change(work, &Actor::Platform, key, change).await?;
            let staff = if matches!(key, "incident" | "office") { handler } else { coordinator };
            desk::set_staff(work, &Actor::Platform, key, staff.as_slice()).await?;
        }
        let user_id = format!("{} <ir@{DOMAIN}>", office.house.team.en);
        key::make(work, &Actor::Platform, &office.house.vault, &user_id, "", None).await?;
        Ok(())
    })
    .await
}
