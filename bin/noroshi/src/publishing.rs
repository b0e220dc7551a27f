//! The public site's side of the program: where it is written, and the job that writes it every Monday.

use crate::platform::Platform;
use jiff::civil::{Date, Time, Weekday};
use noroshi_kernel::{access::Actor, reason::Reason};
use noroshi_ledger::queue::{Days, Done, Due, Failure, Job, Rhythm, Runner, Schedule};
use noroshi_observation::{
    Observatory,
    public::{Ground, Span},
    service::rollup,
};
use noroshi_site::{
    SiteError,
    observation::{PUBLISH, Published, Publisher, publish},
};
use std::path::Path;

/// When it is written: by then the batches of Sunday have come and are added up.
const TIME: Time = Time::constant(6, 0, 0, 0);

/// So many rounds of adding up, of some million packets or some hundred files each: what keeps coming holds no publication up.
const MOST_ROUNDS: usize = 10_000;

/// What publishing needs.
#[derive(Clone)]
pub(crate) struct Press {
    place: Observatory,
    publisher: Publisher,
    home: noroshi_directory::organisation::Home,
    rule: noroshi_observation::public::Rule,
}

impl Press {
    pub(crate) fn of(platform: &Platform) -> anyhow::Result<Self> {
        let configuration = &platform.configuration;
        // Who compares with the site reaches this server; without an address that holds, no page leads there.
        let compare = configuration.serve.public_url.as_ref().filter(|_| configuration.site.directory.is_some());
        let compare = compare.map(|url| format!("{}/compare", url.trim_end_matches('/')));
        let publisher = Publisher { team: configuration.team_name(), zone: platform.reckoning.zone.clone(), compare };
        Ok(Self { place: platform.observatory()?, publisher, home: platform.reckoning.home.clone(), rule: configuration.site.rule() })
    }

    /// Publishes the page of a Monday: of the one that was last, unless another is named.
    pub(crate) async fn publish(&self, actor: &Actor, directory: &Path, monday: Option<Date>) -> Result<Published, SiteError> {
        let zone = &self.publisher.zone;
        self.add_up().await;
        let monday = monday.unwrap_or_else(|| Span::monday(self.place.ledger.now(), zone));
        let ground = Ground { place: &self.place, zone, home: &self.home, rule: self.rule };
        publish(ground, actor, &self.publisher, directory, monday).await
    }

    /// Adds up what is not added up yet, for nobody else may do it where no server runs. Whether there is enough to tell is asked afterwards.
    /// Sums of another zone stay as they are: who publishes with another configuration by mistake should not have years be counted anew.
    async fn add_up(&self) {
        let round =
            async || if rollup::is_of(&self.place, &self.publisher.zone).await? { rollup::rollup(&self.place, &self.publisher.zone).await } else { Ok(0) };
        for _ in 0..MOST_ROUNDS {
            match round().await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "packets could not be added up before they are published");
                    break;
                }
            }
        }
    }
}

/// Adds the job of the public site to a runner, when there is a directory for it.
pub(crate) fn jobs(platform: &Platform, runner: Runner) -> anyhow::Result<Runner> {
    let Some(directory) = platform.configuration.site.directory.clone() else { return Ok(runner) };
    let press = Press::of(platform)?;
    let zone = platform.reckoning.zone.clone();
    let write = move |job: Job| {
        let (press, directory) = (press.clone(), directory.clone());
        async move { monday(&press, &directory, &job).await }
    };
    let schedule = Schedule::new("site.publish", PUBLISH, Rhythm::Calendar { days: Days::Weekly(Weekday::Monday), time: TIME, zone });
    Ok(runner.outside(PUBLISH, write).schedule(schedule))
}

async fn monday(press: &Press, directory: &Path, job: &Job) -> Result<Done, Failure> {
    let due: Due = job.told()?;
    let day = Span::monday(due.at, &press.publisher.zone);
    match press.publish(&Actor::Platform, directory, Some(day)).await {
        Ok(published) => {
            tracing::info!(monday = published.monday, sensors = published.sensors, "the public observation page was written");
            Ok(Done::Alone)
        }
        // Whether it is published all the same is for a person: it waits in the queue.
        Err(SiteError::Refused(why)) => Err(Failure::Dead { why }),
        Err(error) => Err(Failure::retry(Reason::new(
            "site-unwritten",
            format!("公開ページを書き出せませんでした: {error}"),
            format!("the public pages could not be written: {error}"),
        ))),
    }
}
