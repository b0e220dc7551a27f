mod detect;
mod graph;
mod researcher;
mod share;
mod sql;

use super::{print, print_json, regular};
use crate::{
    Done,
    arguments::{Observe, Which, Window},
    platform::Platform,
};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_observation::{
    ObservationError, Observatory,
    ask::{Selection, Standpoint},
    series,
    service::{self, Outcome, Progress, rollup},
    sources, top,
};
use std::{fs::File, io::IsTerminal as _, path::PathBuf};

pub(super) async fn run(platform: &Platform, command: Observe) -> anyhow::Result<Done> {
    let place = platform.observatory()?;
    match command {
        Observe::Import { sensor, json, paths } => import(&place, &sensor, &paths, json.json).await,
        Observe::Recount => {
            let zone = &platform.reckoning.zone;
            rollup::recount(&place, &Platform::local_administrator(), zone).await?;
            let files = rollup::catch_up(&place, zone).await?;
            eprintln!("{files} {} counted anew", if files == 1 { "file was" } else { "files were" });
            Ok(Done::Whole)
        }
        Observe::Top { by, which, window, limit, json } => {
            let Some((selection, (from, to))) = asked(platform, &which, &window) else { return Ok(Done::WrongUsage) };
            let question = top::Question { by: by.into(), selection, from, to, limit: limit as usize };
            let ranking = top::top(&place, &Platform::local_administrator(), standpoint(platform), &question).await?;
            if json.json {
                print_json(&ranking)?;
            } else {
                print_ranking(&ranking, (from, to))?;
            }
            Ok(Done::Whole)
        }
        Observe::Series { which, window, bucket, json } => {
            let Some((selection, (from, to))) = asked(platform, &which, &window) else { return Ok(Done::WrongUsage) };
            let question = series::Question { selection, from, to, bucket: bucket.into() };
            let series = series::series(&place, &Platform::local_administrator(), standpoint(platform), &question).await?;
            if json.json {
                print_json(&series)?;
            } else {
                print_series(&series, question.bucket, &platform.reckoning.zone)?;
            }
            Ok(Done::Whole)
        }
        Observe::Sources { which, window, limit, json } => {
            let Some((selection, (from, to))) = asked(platform, &which, &window) else { return Ok(Done::WrongUsage) };
            let question = sources::Question { selection, from, to, limit: limit as usize };
            let sources = sources::sources(&place, &Platform::local_administrator(), standpoint(platform), &question).await?;
            if json.json {
                print_json(&sources)?;
            } else {
                print_sources(&sources)?;
            }
            Ok(Done::Whole)
        }
        Observe::Share(command) => share::run(platform, command).await,
        Observe::Graph(graph) => graph::run(platform, &place, graph).await,
        Observe::Detect { at, since, json } => detect::run(platform, &place, at, since, json.json).await,
        Observe::Researcher(command) => researcher::run(&place, command).await,
        Observe::Sql { sql, from, to, json } => sql::run(platform, &place, &sql, from.zip(to), json.json).await,
    }
}

/// From where the command line asks.
fn standpoint(platform: &Platform) -> Standpoint<'_> {
    Standpoint { zone: &platform.reckoning.zone, home: &platform.reckoning.home }
}

/// What is asked for; what is wrong with it is said.
fn asked(platform: &Platform, which: &Which, window: &Window) -> Option<(Selection, (Moment, Moment))> {
    let selection = which.selection().inspect_err(|why| eprintln!("noroshi: {why}")).ok()?;
    let window = window.within(&platform.reckoning.zone).inspect_err(|why| eprintln!("noroshi: {why}")).ok()?;
    Some((selection, window))
}

async fn import(place: &Observatory, sensor: &str, paths: &[PathBuf], as_json: bool) -> anyhow::Result<Done> {
    // All of them are looked at first: a mistyped name should not be found after an hour.
    for path in paths {
        regular(path)?;
        File::open(path).with_context(|| path.display().to_string())?;
    }
    let actor = Platform::local_administrator();
    let mut outcome = Outcome::default();
    let mut failed = false;
    for path in paths {
        match service::import(place, &actor, sensor, path, Box::new(Bar::new())).await {
            Ok(one) => {
                for why in &one.reasons {
                    eprintln!("set aside from here on: {why}");
                }
                outcome.add(one);
            }
            // The next file may be one.
            Err(ObservationError::Refused(why)) => {
                eprintln!("noroshi: {why}");
                failed = true;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if as_json {
        print_json(&outcome)?;
    } else {
        let Outcome { packets, stored, not_ip, truncated, malformed, already_seen, .. } = outcome;
        print(&format!("{packets} packets: {stored} stored, {not_ip} not IP, {truncated} truncated, {malformed} malformed"))?;
        for (reason, count) in &outcome.malformed_reasons {
            print(&format!("  malformed: {count}: {reason}"))?;
        }
        if already_seen > 0 {
            eprintln!("imported before for this sensor, and not counted again: {already_seen} of {}", paths.len());
        }
    }
    Ok(match (failed, outcome.reasons.is_empty()) {
        (true, _) => Done::Failed,
        (false, true) => Done::Whole,
        (false, false) => Done::SomeSetAside,
    })
}

fn print_ranking(ranking: &top::Ranking, (from, to): (Moment, Moment)) -> anyhow::Result<()> {
    let top::Ranking { from: counted_from, to: counted_to, .. } = ranking;
    if counted_from == counted_to {
        eprintln!("the packets of that time are gone, and no sum tells this; ask by port, country, sensor or tool alone");
        return Ok(());
    }
    if (counted_from, counted_to) != (&from.rfc3339(), &to.rfc3339()) {
        eprintln!("counted from {counted_from} to {counted_to}: of the rest nothing is left, or sums of whole days alone");
    }
    if ranking.rows.is_empty() && ranking.sensors_watching > 0.0 {
        eprintln!("nothing that fits was seen in that time");
    } else if ranking.rows.is_empty() {
        eprintln!("no sensor watched in that time; bring in captures with: noroshi observe import --sensor NAME PCAP");
    }
    for (place, row) in (1..).zip(&ranking.rows) {
        let (average, sources) = (decimal(row.average_per_sensor), number(row.sources));
        let share = row.share * 100.0;
        print(&format!("{place:>4}  {:<40} {:>12} packets  {share:>5.1} %  {sources:>10} sources  {average:>12} a sensor", row.key, row.packets))?;
    }
    let tells_sources = ranking.rows.iter().any(|row| row.sources.is_some());
    let bound = if ranking.sources_are_exact || !tells_sources { "" } else { "; numbers of sources are estimates or lower bounds" };
    eprintln!("{} packets, {:.2} sensors watching{bound}", ranking.packets, ranking.sensors_watching);
    let hours = ranking.sensor_days * 24.0;
    if hours > 0.0 && hours < 24.0 {
        eprintln!("sensors watched for {hours:.3} hours only, all together: averages rest on so short a time");
    }
    if ranking.named_services_only {
        eprintln!("ports without a name here are not told apart by country in sums; ask for a shorter time to have them");
    }
    Ok(())
}

fn decimal(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.1}"))
}

fn number(figure: Option<u64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string())
}

fn print_series(series: &series::Series, bucket: series::Bucket, zone: &Zone) -> anyhow::Result<()> {
    let not_kept = if bucket == series::Bucket::Hour { "not kept by the hour: ask by day" } else { "not kept: the packets are gone, and no sum tells this" };
    // People read the team's days and hours; programs (--json) the moment at which one begins.
    let begin = |row: &series::Row| {
        let minute = row.at.parse().map_or_else(|_| row.at.clone(), |at: jiff::Timestamp| zone.minute(Moment::from(at)));
        if bucket == series::Bucket::Hour { minute } else { minute.get(..10).unwrap_or_default().to_owned() }
    };
    for row in &series.rows {
        let at = begin(row);
        match row.packets {
            Some(packets) => {
                let (sources, average) = (number(row.sources), decimal(row.average_per_sensor));
                print(&format!("{at}  {packets:>12} packets  {sources:>10} sources  {average:>10} a sensor  {:.2} sensors watching", row.sensors_watching))?;
            }
            None if row.sensors_watching > 0.0 => print(&format!("{at}  {not_kept}"))?,
            None => print(&format!("{at}  not watched"))?,
        }
    }
    if !series.sources_are_exact {
        eprintln!("numbers of sources are estimates (standard error 1.6 %)");
    }
    Ok(())
}

fn print_sources(sources: &sources::Sources) -> anyhow::Result<()> {
    if sources.from == sources.to {
        eprintln!("the packets of that time are gone: their sources cannot be counted one by one any more");
        return Ok(());
    }
    for (place, source) in (1..).zip(&sources.rows) {
        let country = source.country.as_deref().unwrap_or("??");
        print(&format!(
            "{place:>4}  {:<40} {country}  {:>10} packets  {:>5} services  {:>4} sensors",
            source.address, source.packets, source.services, source.sensors
        ))?;
        let tools = if source.tools.is_empty() { String::new() } else { format!("  marks of {}", source.tools.join(", ")) };
        print(&format!("      {} to {}  {}{tools}", source.first, source.last, source.most.join(", ")))?;
    }
    eprintln!("{} packets of {} sources, from {}", sources.packets, sources.sources, sources.from);
    Ok(())
}

/// How far a capture is read, on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self(ProgressBar::with_draw_target(None, target))
    }
}

impl Progress for Bar {
    fn begins(&mut self, name: &str, size_bytes: u64) {
        self.0.set_length(size_bytes);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
            self.0.set_style(style);
        }
        self.0.set_message(name.to_owned());
    }

    fn reached(&mut self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
