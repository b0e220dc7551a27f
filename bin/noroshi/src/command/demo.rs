use super::{
    print,
    report::{self, Wanted},
    serve,
};
use crate::{
    Done,
    arguments::{Demo, ReportFormat, ReportKind},
    platform::Platform,
    publishing::Press,
    scan_report,
    wiring::Worker,
};
use anyhow::Context as _;
use noroshi_demo::{
    claim,
    example::{
        self,
        sensors::{self, Volume},
    },
    generate, margins, plan,
};
use noroshi_kernel::{
    access::Actor,
    language::Language,
    period::{Kind, Month, Period},
};
use noroshi_observation::{
    ask::Standpoint,
    service::scanners::{self, Threshold},
};
use std::{fs, io::Write as _, net::SocketAddr, os::unix::fs::OpenOptionsExt as _, path::Path};

pub(super) async fn run(mut platform: Platform, demo: Demo) -> anyhow::Result<Done> {
    // The port first: who cannot listen should not wait for the filling.
    let listener = if demo.no_serve { None } else { Some(serve::bind(SocketAddr::from(([127, 0, 0, 1], demo.port))).await?) };
    if let Some(listener) = &listener {
        platform.configuration.serve.listen = listener.local_addr()?;
    }
    claim(&platform.ledger).await?;
    let worker = Worker::start(platform.ledger.clone());
    let (new_logins, periods) = match &demo.figures {
        Some(file) => figures(&platform, file, !demo.no_serve).await?,
        None => {
            let example = example::fill(&platform.intake(Actor::Platform), &platform.configuration.team_name()).await?;
            (example.logins, vec![example.quarter])
        }
    };
    worker.finish().await?;
    // After the events: it writes for seconds, and nobody else is to wait for that.
    if demo.figures.is_none() {
        eprintln!("filling the year of the example's sensors: some twenty seconds");
        if sensors::fill(&platform.observatory()?, &platform.vault(), &platform.reckoning, Volume::USUAL).await? {
            draft_scanners(&platform).await?;
        }
    }
    if demo.figures.is_none() {
        let site = platform.configuration.site.directory.get_or_insert_with(|| platform.data.join("public")).clone();
        let published = Press::of(&platform)?.publish(&Platform::local_administrator(), &site, None).await?;
        print(&format!("public     {} (of Monday {})", site.join("observation/index.html").display(), published.monday))?;
    }
    let logins = platform.data.join("demo-logins.txt");
    keep_logins(&logins, &new_logins)?;
    let mut reports: Vec<_> = periods.into_iter().map(|period| (ReportKind::Incident, period)).collect();
    if demo.figures.is_none() {
        let quarter = Period::holding(Kind::Quarter, Month::of(platform.ledger.now(), &platform.reckoning.zone)).previous();
        reports.push((ReportKind::Observation, quarter));
    }
    for (kind, period) in reports {
        for (language, format) in Language::ALL.into_iter().flat_map(|language| [(language, ReportFormat::Html), (language, ReportFormat::Text)]) {
            let wanted = Wanted { period, kind, scheme: None, language };
            let path = report::write(&platform, &wanted, format, &platform.data.join("reports")).await?;
            print(&format!("report     {}", path.display()))?;
        }
    }
    if logins.exists() {
        for line in fs::read_to_string(&logins)?.lines() {
            print(&format!("login      {line}"))?;
        }
    }
    let Some(listener) = listener else { return Ok(Done::Whole) };
    print(&format!("pages      http://{}/", listener.local_addr()?))?;
    eprintln!("Ctrl-C ends it. The logins are kept in {} for this example; a real team's passwords are not.", logins.display());
    serve::until_stopped(platform, listener).await
}

/// Sources at home that scanned in the example's last week become drafts of incidents, as a server with `[observation.scanners]` makes them.
async fn draft_scanners(platform: &Platform) -> anyhow::Result<()> {
    const THRESHOLD: Threshold = Threshold { packets: 1_000, sensors: 5 };
    let place = platform.observatory()?;
    let standpoint = Standpoint { zone: &platform.reckoning.zone, home: &platform.reckoning.home };
    let (intake, ours) = (platform.intake(Actor::Platform), scan_report::Ours::of(platform));
    let worker = Worker::start(platform.ledger.clone());
    for days in (0..7).rev() {
        for seen in scanners::seek(&place, standpoint, THRESHOLD, platform.ledger.now().plus_days(-days)).await? {
            intake.desk(&format!("observation {}", seen.source), scan_report::of(&seen, &ours)).await?;
        }
    }
    worker.finish().await
}

/// Makes records with the margins in a file, and accounts when pages are to be served.
async fn figures(platform: &Platform, file: &Path, accounts: bool) -> anyhow::Result<(Vec<example::Login>, Vec<Period>)> {
    let json = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let margins = margins::read(&json).with_context(|| file.display().to_string())?;
    for key in &margins.unknown {
        eprintln!("not understood, and left out: {key}");
    }
    for warning in &margins.warnings {
        eprintln!("note: {warning}");
    }
    let periods = margins.periods.iter().map(|one| one.period).collect();
    let planned = plan::plan(&margins).with_context(|| file.display().to_string())?;
    generate(&platform.ledger, &Platform::local_administrator(), &platform.reckoning, &planned).await?;
    let logins = if accounts { example::join(&platform.ledger).await? } else { Vec::new() };
    Ok((logins, periods))
}

/// Keeps the example's passwords beside its records, for its owner alone, so that a second `demo` can show them again.
fn keep_logins(path: &Path, logins: &[example::Login]) -> anyhow::Result<()> {
    if logins.is_empty() {
        return Ok(());
    }
    let mut file = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).with_context(|| format!("cannot write {}", path.display()))?;
    for login in logins {
        writeln!(file, "{:14} {}", login.name, login.password)?;
    }
    Ok(())
}
