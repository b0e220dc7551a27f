use super::{print, print_json};
use crate::{Done, arguments::Sensor, platform::Platform};
use noroshi_kernel::moment::Moment;
use noroshi_observation::{
    authority::Authority,
    service::registry::{self, Site},
};
use serde_json::json;

pub(super) async fn run(platform: &Platform, command: Sensor) -> anyhow::Result<Done> {
    let (ledger, actor) = (&platform.ledger, Platform::local_administrator());
    match command {
        Sensor::List(json) => list(platform, json.json).await?,
        Sensor::Add { name, organisation, region, country, addresses, no_token } => {
            let sensor = registry::enter(ledger, &actor, &name, &Site { organisation, region, country, addresses }).await?;
            eprintln!("the sensor {} is entered", sensor.name);
            if !no_token {
                token(platform, &sensor.name).await?;
            }
        }
        Sensor::Token { name } => token(platform, &name).await?,
        Sensor::Revoke { name } => {
            let sensor = registry::revoke(ledger, &actor, &name).await?;
            eprintln!("the sensor {} is shut out; `noroshi sensor token` lets it in again", sensor.name);
        }
    }
    Ok(Done::Whole)
}

/// Prints a token: on standard output it alone, so that it can be handed on.
async fn token(platform: &Platform, name: &str) -> anyhow::Result<()> {
    let authority = Authority::open(&platform.ledger, &platform.vault()).await?;
    let (token, expires) = registry::token(&platform.ledger, &Platform::local_administrator(), &authority, name).await?;
    eprintln!("it may enrol once with this token, until {}; it is a secret and is not told again", platform.reckoning.zone.minute(expires));
    print(&token.reveal())
}

async fn list(platform: &Platform, as_json: bool) -> anyhow::Result<()> {
    let sensors = registry::list(&platform.ledger, &Platform::local_administrator()).await?;
    let at = |moment: Option<i64>| moment.map(|at| Moment(at).rfc3339());
    let state = |sensor: &noroshi_observation::Sensor| match (sensor.revoked_at, sensor.enrolled_at) {
        (Some(_), _) => "revoked",
        (None, Some(_)) => "enrolled",
        (None, None) => "registered",
    };
    if as_json {
        let shown = |sensor: &noroshi_observation::Sensor| json!({ "name": sensor.name, "state": state(sensor), "organisation": sensor.organisation, "region": sensor.region, "country": sensor.country, "addresses": sensor.addresses, "enrolled": at(sensor.enrolled_at), "revoked": at(sensor.revoked_at), "software": sensor.software });
        return print_json(&sensors.iter().map(shown).collect::<Vec<_>>());
    }
    if sensors.is_empty() {
        eprintln!("there is no sensor yet; enter one with: noroshi sensor add NAME");
        return Ok(());
    }
    let mut text = String::new();
    for sensor in &sensors {
        let place = [&sensor.organisation, &sensor.region, &sensor.country].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        text.push_str(&format!("{:<24} {:<11} {place}\n", sensor.name, state(sensor)));
    }
    print(text.trim_end())
}
