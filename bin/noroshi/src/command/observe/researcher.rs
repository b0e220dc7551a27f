//! `noroshi observe researcher`

use super::super::print;
use crate::{Done, arguments::Researcher, platform::Platform};
use noroshi_observation::{ObservationError, Observatory, service::researchers};

pub(super) async fn run(place: &Observatory, command: Researcher) -> anyhow::Result<Done> {
    let (ledger, actor) = (&place.ledger, Platform::local_administrator());
    let outcome = match command {
        Researcher::Add { network, name } => researchers::add(ledger, &actor, &network, &name).await,
        Researcher::Remove { network } => researchers::remove(ledger, &actor, &network).await,
        Researcher::List => {
            let all = researchers::list(ledger, &actor).await?;
            if all.is_empty() {
                eprintln!("no research scanner is known; add one with: noroshi observe researcher add NETWORK NAME");
            }
            for one in all {
                print(&format!("{:<24} {}", one.network.to_string(), one.name))?;
            }
            Ok(())
        }
    };
    match outcome {
        Ok(()) => Ok(Done::Whole),
        Err(ObservationError::Refused(why)) => {
            eprintln!("noroshi: {why}");
            Ok(Done::Failed)
        }
        Err(error) => Err(error.into()),
    }
}
