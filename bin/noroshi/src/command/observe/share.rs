use crate::{
    Done,
    arguments::Share,
    command::{print, print_json},
    platform::Platform,
};
use noroshi_kernel::moment::Moment;
use noroshi_observation::service::share::{self, Kind};
use serde_json::json;

pub(super) async fn run(platform: &Platform, command: Share) -> anyhow::Result<Done> {
    let (ledger, actor) = (&platform.ledger, Platform::local_administrator());
    match command {
        Share::Add { name, region, researcher } => {
            let kind = if researcher { Kind::Researcher } else { Kind::Partner };
            let secret = share::add(ledger, &actor, &name, kind, &region).await?;
            let sensors = share::list(ledger, &actor).await?.into_iter().find(|(share, _)| share.name == name.trim()).map_or(0, |(_, sensors)| sensors);
            if sensors == 0 {
                eprintln!("note: no sensor is in {} yet; noroshi sensor list tells regions and countries", region.join(", "));
            }
            eprintln!("the key of {name}, shown only now:");
            print(&secret)?;
        }
        Share::List(as_json) => {
            let shares = share::list(ledger, &actor).await?;
            let time = |at: Option<Moment>| at.map(Moment::rfc3339);
            if as_json.json {
                let shown: Vec<_> = shares
                    .iter()
                    .map(|(share, sensors)| {
                        json!({ "name": share.name, "kind": share.kind.key(), "regions": share.regions, "sensors": sensors, "made_at": share.made_at.rfc3339(),
                            "used_at": time(share.used_at), "ended_at": time(share.ended_at) })
                    })
                    .collect();
                print_json(&shown)?;
            } else {
                for (share, sensors) in shares {
                    let regions = if share.regions.is_empty() { "all".to_owned() } else { share.regions.join(", ") };
                    let state = share
                        .ended_at
                        .map_or_else(|| format!("used {}", time(share.used_at).unwrap_or_else(|| "never".into())), |at| format!("ended {}", at.rfc3339()));
                    print(&format!("{:30} {:10} {regions} ({sensors} sensors)  {state}", share.name, share.kind.key()))?;
                }
            }
        }
        Share::End { name } => {
            share::end(ledger, &actor, &name).await?;
            eprintln!("{name} is ended");
        }
    }
    Ok(Done::Whole)
}
