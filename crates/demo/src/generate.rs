//! Writing a plan: raw letters first, then incidents, reports and coordinations, as if they had come in.

mod letters;
mod organisations;
mod targets;
mod times;

use crate::{
    DemoError, claim,
    plan::{PeriodPlan, Plan},
};
use letters::Written;
use noroshi_directory::{Origin, brand};
use noroshi_incident::{
    model::{Asked, Incident, Number, State},
    selection::Reckoning,
    service::keep,
    stats,
};
use noroshi_kernel::{
    access::{Action, Actor, Label},
    id::{CoordinationId, CorrespondenceId, IncidentId, ReportId},
    moment::Moment,
    period::Period,
};
use noroshi_ledger::{Ledger, UnitOfWork, audit::Entry};
use noroshi_mailroom::correspondence::{self, Channel, Correspondence, Kind, Raw};
use serde_json::json;
use std::collections::HashMap;

/// How many records a unit of work holds.
const PART: usize = 4_000;

/// Names that people reported and nobody has said yet whose they are.
const UNMAPPED: [&str; 2] = ["例示銀行オンライン", "Example Bank Online"];

/// Writes the records of a plan.
///
/// # Errors
/// [`DemoError::Occupied`] when the database holds records in one of the periods (then nothing was changed);
/// [`DemoError::Refused`] when a brand is not as the plan needs it; when the ledger fails, what was committed until then stays.
pub async fn generate(ledger: &Ledger, actor: &Actor, reckoning: &Reckoning, plan: &Plan) -> Result<(), DemoError> {
    actor.must_can(Action::Import)?;
    for one in &plan.periods {
        if occupied(ledger, reckoning, one.period).await? {
            return Err(DemoError::Occupied(one.period));
        }
    }
    let mut addresses = targets::Addresses::default();
    for one in &plan.periods {
        Writing::prepare(ledger, actor, reckoning, one, &mut addresses).await?.write().await?;
    }
    Ok(())
}

/// Whether anything is counted in a period.
async fn occupied(ledger: &Ledger, reckoning: &Reckoning, period: Period) -> Result<bool, DemoError> {
    let figures = stats::count(ledger, reckoning, period, None).await?;
    Ok(figures.reports + figures.correspondence + figures.incidents + figures.coordinations > 0)
}

/// A period on its way into the database.
struct Writing<'a> {
    ledger: &'a Ledger,
    actor: &'a Actor,
    reckoning: &'a Reckoning,
    plan: &'a PeriodPlan,
    incidents: Vec<Incident>,
    report_ids: Vec<i64>,
    letter_ids: Vec<i64>,
    letter_times: Vec<Moment>,
    report_times: Vec<Moment>,
    coordinations: Vec<(CoordinationId, Asked)>,
}

impl<'a> Writing<'a> {
    /// Settles ids, times, targets, brands and organisations.
    async fn prepare(
        ledger: &'a Ledger,
        actor: &'a Actor,
        reckoning: &'a Reckoning,
        plan: &'a PeriodPlan,
        addresses: &mut targets::Addresses,
    ) -> Result<Self, DemoError> {
        let work = ledger.begin().await?;
        let brands = brands(&work, actor, plan).await?;
        let organisations = organisations::find_or_make(&work, &reckoning.home, plan).await?;
        let mut take = work.take_ids(plan.incidents.len() + plan.reports.len() + plan.letters.len() + plan.coordinations.len()).await?;
        let mut ids = |count: usize| (0..count).map(|_| take.take()).collect::<Result<Vec<i64>, _>>();
        let (incident_ids, report_ids, letter_ids, coordination_ids) =
            (ids(plan.incidents.len())?, ids(plan.reports.len())?, ids(plan.letters.len())?, ids(plan.coordinations.len())?);
        let detail = json!({ "period": plan.period, "scheme": plan.scheme.key });
        let subject_id = letter_ids.first().copied().unwrap_or(0);
        work.record(actor, Entry { action: claim::GENERATE, subject_kind: "period", subject_id, detail: &detail }).await?;
        work.commit().await?;

        let times = times::Times::of(plan, &reckoning.zone);
        let now = ledger.now();
        let mut incidents = Vec::with_capacity(plan.incidents.len());
        for (place, (one, id)) in plan.incidents.iter().zip(incident_ids).enumerate() {
            let (first_report_at, last_report_at) = times.span(place);
            let own = (0..one.addresses).map(|_| addresses.next()).collect::<Vec<_>>();
            let brand_name = match &one.brand {
                Some(key) => brands.named.get(key).copied(),
                None if one.category == noroshi_incident::model::Category::Phishing => brands.unmapped(id),
                None => None,
            };
            incidents.push(Incident {
                id: IncidentId(id),
                number: Number { year: 0, sequence: 0 },
                category: one.category,
                rsit: one.category.rsit().into(),
                target: targets::of(one.category, id, own.first().map(String::as_str)),
                brand_name,
                brand_named_at: brand_name.map(|_| first_report_at),
                first_report_at,
                last_report_at,
                state: State::New,
                label: Label::default(),
                worm: one.worm,
                previous: None,
                merged_into: None,
                addresses: own,
                ports: one.ports.clone(),
            });
        }
        let mut coordinated = vec![false; incidents.len()];
        let mut coordinations = Vec::with_capacity(plan.coordinations.len());
        for (place, (one, id)) in plan.coordinations.iter().zip(coordination_ids).enumerate() {
            let (Some(incident), Some(organisation)) = (incidents.get(one.incident), organisations.get(&(one.destination, one.organisation))) else { continue };
            if let Some(coordinated) = coordinated.get_mut(one.incident) {
                *coordinated = true;
            }
            let requested_at = times.request(one.month, incident.first_report_at, place);
            coordinations.push((CoordinationId(id), Asked { incident: incident.id, organisation: *organisation, requested_at }));
        }
        for (incident, coordinated) in incidents.iter_mut().zip(coordinated) {
            incident.state = state(incident, coordinated, now);
        }
        Ok(Self { ledger, actor, reckoning, plan, incidents, report_ids, letter_ids, letter_times: times.letters, report_times: times.reports, coordinations })
    }

    async fn write(self) -> Result<(), DemoError> {
        let sites = self.sites();
        let written = letters::store(self.ledger, self.letters()).await?;
        for part in self.incidents.chunks(PART) {
            let work = self.ledger.begin().await?;
            keep::incidents(&work, self.actor, self.reckoning, part.to_vec()).await?;
            work.commit().await?;
        }
        let kept: Vec<_> = self
            .plan
            .letters
            .iter()
            .zip(&written.parts)
            .enumerate()
            .map(|(place, (letter, part))| Correspondence {
                id: CorrespondenceId(at(&self.letter_ids, place)),
                channel: part.channel,
                kind: if letter.reports { Kind::Report } else { Kind::Inquiry },
                received_at: moment(&self.letter_times, place),
                name: part.subject.clone(),
                sender_tld: letter.tld.clone(),
                raw: Raw { sha256: written.sha256.clone(), offset: part.offset, length: part.length },
            })
            .collect();
        for part in kept.chunks(PART) {
            let work = self.ledger.begin().await?;
            correspondence::insert(&work, part).await?;
            work.commit().await?;
        }
        let reports: Vec<_> = self.reports(&written, &sites);
        for part in reports.chunks(PART) {
            let work = self.ledger.begin().await?;
            keep::reports(&work, self.actor, part.to_vec()).await?;
            work.commit().await?;
        }
        for part in self.coordinations.chunks(PART) {
            let work = self.ledger.begin().await?;
            keep::coordinations(&work, self.actor, part).await?;
            work.commit().await?;
        }
        Ok(())
    }

    /// The reported site of every report: the host of the incident that it is the first to tell of, else one of its own. Equal
    /// sites of the plan are equal sites here.
    fn sites(&self) -> Vec<String> {
        let mut of_site: HashMap<usize, String> = HashMap::new();
        let mut told = vec![false; self.incidents.len()];
        let mut sites = Vec::with_capacity(self.plan.reports.len());
        for (report, id) in self.plan.reports.iter().zip(&self.report_ids) {
            let site = of_site.entry(report.site).or_insert_with(|| {
                let fresh = report.tells_of.iter().find(|incident| told.get(**incident) == Some(&false)).and_then(|incident| self.incidents.get(*incident));
                fresh.map_or_else(|| targets::mirror(*id), |incident| targets::site(&incident.target))
            });
            sites.push(site.clone());
            for incident in &report.tells_of {
                if let Some(told) = told.get_mut(*incident) {
                    *told = true;
                }
            }
        }
        sites
    }

    /// What the letters say, in their order.
    fn letters(&self) -> Vec<letters::Draft> {
        let mut tells: Vec<Vec<usize>> = vec![Vec::new(); self.plan.letters.len()];
        let mut reports = vec![0_usize; self.plan.letters.len()];
        for report in &self.plan.reports {
            if let (Some(tells), Some(reports)) = (tells.get_mut(report.letter), reports.get_mut(report.letter)) {
                tells.extend(&report.tells_of);
                *reports += 1;
            }
        }
        self.plan
            .letters
            .iter()
            .zip(tells)
            .zip(reports)
            .enumerate()
            .map(|(place, ((letter, tells), reports))| {
                let shown = tells
                    .iter()
                    .take(20)
                    .filter_map(|incident| self.incidents.get(*incident))
                    .map(|incident| (incident.category, incident.target.text.clone()));
                letters::Draft {
                    id: at(&self.letter_ids, place),
                    at: moment(&self.letter_times, place),
                    tld: letter.tld.clone(),
                    reports: letter.reports,
                    several: reports > 1,
                    about: shown.collect(),
                }
            })
            .collect()
    }

    fn reports(&self, written: &Written, sites: &[String]) -> Vec<keep::Report> {
        self.plan
            .reports
            .iter()
            .enumerate()
            .map(|(place, report)| {
                let part = written.parts.get(report.letter);
                keep::Report {
                    id: ReportId(at(&self.report_ids, place)),
                    correspondence: CorrespondenceId(at(&self.letter_ids, report.letter)),
                    received_at: moment(&self.report_times, place),
                    raw_offset: part.map_or(0, |part| part.offset),
                    raw_length: part.map_or(0, |part| part.length),
                    site: sites.get(place).cloned(),
                    reporter_tld: report.tld.clone(),
                    tells_of: report.tells_of.iter().filter_map(|incident| self.incidents.get(*incident)).map(|incident| incident.id).collect(),
                }
            })
            .collect()
    }
}

/// The moment of a place; the lists are as long as the plan's.
fn moment(moments: &[Moment], place: usize) -> Moment {
    moments.get(place).copied().unwrap_or(Moment(0))
}

fn at(ids: &[i64], place: usize) -> i64 {
    ids.get(place).copied().unwrap_or(0)
}

/// Where an incident stands by now: most that are old are closed, some are not.
const fn state(incident: &Incident, coordinated: bool, now: Moment) -> State {
    let old = now.0.saturating_sub(incident.last_report_at.0) > 45 * Moment::DAY_US;
    let closed = match (old, coordinated) {
        (true, true) => 85,
        (true, false) => 97,
        (false, true) => 55,
        (false, false) => 80,
    };
    if crate::dice::roll(3, incident.id.0.unsigned_abs()) % 100 < closed {
        State::Closed
    } else if coordinated {
        State::Coordinating
    } else {
        State::New
    }
}

/// The ids of brand names.
struct Brands {
    named: HashMap<String, i64>,
    unmapped: Vec<i64>,
}

impl Brands {
    /// For phishing of a brand that nobody knows: often no name at all, sometimes one that is not mapped.
    fn unmapped(&self, id: i64) -> Option<i64> {
        let turn = crate::dice::roll(4, id.unsigned_abs());
        self.unmapped.iter().cycle().nth(usize::try_from(turn % 2).unwrap_or(0)).copied().filter(|_| turn % 5 < 2)
    }
}

/// Finds a name of every brand of the plan, bringing in the shipped table where brands are missing.
async fn brands(work: &UnitOfWork, actor: &Actor, plan: &PeriodPlan) -> Result<Brands, DemoError> {
    let mut keys: Vec<&str> = plan.incidents.iter().filter_map(|incident| incident.brand.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    work.lock("directory.brand_name").await?;
    let mut there: HashMap<String, brand::Brand> = brand::all(work).await?.into_iter().map(|brand| (brand.key.clone(), brand)).collect();
    if there.is_empty() || keys.iter().any(|key| !there.contains_key(*key)) {
        brand::import_table(work, actor, &brand::shipped()?).await?;
        there = brand::all(work).await?.into_iter().map(|brand| (brand.key.clone(), brand)).collect();
    }
    let names = brand::names_of(work).await?;
    let mut written: Vec<(&str, &str)> = Vec::new();
    for key in keys {
        let refused =
            |why: &str| DemoError::Refused(format!("the brand {key} {why}, so the figures would not come out; generate into a fresh directory (--data DIR)"));
        let brand = there.get(key).ok_or_else(|| refused("is not in the brand table"))?;
        let planned: Origin = crate::brands::named(key).map(|known| known.origin).unwrap_or_default();
        if brand.origin != planned {
            return Err(refused(&format!("is {} in the brand table, not {}", brand.origin.key(), planned.key())));
        }
        let name = names.get(&brand.id).and_then(|names| names.first()).ok_or_else(|| refused("has no name in the brand table"))?;
        written.push((key, name));
    }
    let resolved = brand::resolve_names(work, &written.iter().map(|(_, name)| *name).chain(UNMAPPED).collect::<Vec<_>>()).await?;
    let id = |name: &str| resolved.get(&brand::fold(name)).copied();
    // A name that somebody has mapped meanwhile is not used.
    let free: Vec<i64> = brand::unmapped(work, u32::MAX).await?.into_iter().map(|(id, _)| id).collect();
    Ok(Brands {
        named: written.iter().filter_map(|(key, name)| Some(((*key).to_owned(), id(name)?))).collect(),
        unmapped: UNMAPPED.into_iter().filter_map(id).filter(|id| free.contains(id)).collect(),
    })
}

/// A single letter's channel: many reports at once come as a delivery, a few by fax or form.
const fn channel(id: i64, several: bool) -> Channel {
    match crate::dice::roll(5, id.unsigned_abs()) % 20 {
        _ if several => Channel::Feed,
        0 => Channel::Fax,
        1..=4 => Channel::Form,
        _ => Channel::Mail,
    }
}
