//! Choosing every figure that is free.

use super::{
    coordinations::{self, Asked},
    incidents::{self, Table, Wanted},
    reports::{self, Demand, Letters},
};
use crate::margins::PeriodMargins;

/// How many records of each kind to make.
#[derive(Clone, Debug)]
pub(super) struct Quantities {
    pub(super) incidents: Table,
    pub(super) letters: Letters,
    pub(super) coordinations: Vec<Asked>,
}

/// Chooses quantities that obey every named figure, or finds that there are none.
pub(super) fn choose(margins: &PeriodMargins) -> Option<Quantities> {
    let demand = Demand::of(margins)?;
    demand.allowed_months(margins).find_map(|(allowed, some_in)| {
        let about = demand.about(margins);
        let plain = Wanted { allowed, some_in, about, least: incidents::least(margins), phishing_in: None, other_in: None };
        // Without any table there is none that is narrower.
        let table = incidents::fill(margins, &plain)?;
        with_table(margins, &demand, table).or_else(|| {
            // Where nothing was there to be coordinated that early, kinds are called into the earliest months that can hold them.
            let early = [other_early(margins, &phishing_early(margins, &plain)), phishing_early(margins, &other_early(margins, &plain))];
            early.into_iter().find_map(|wanted| with_table(margins, &demand, incidents::fill(margins, &wanted)?))
        })
    })
}

fn with_table(margins: &PeriodMargins, demand: &Demand, incidents: Table) -> Option<Quantities> {
    let letters = reports::choose(margins, demand, &incidents)?;
    let coordinations = coordinations::choose(margins, &incidents)?;
    Some(Quantities { incidents, letters, coordinations })
}

fn phishing_early(margins: &PeriodMargins, wanted: &Wanted) -> Wanted {
    let early = (0..wanted.allowed.len()).map(|month| Wanted { phishing_in: Some(month), ..wanted.clone() });
    early.into_iter().find(|wanted| incidents::fill(margins, wanted).is_some()).unwrap_or_else(|| wanted.clone())
}

fn other_early(margins: &PeriodMargins, wanted: &Wanted) -> Wanted {
    let early = (0..wanted.allowed.len()).map(|month| Wanted { other_in: Some(month), ..wanted.clone() });
    early.into_iter().find(|wanted| incidents::fill(margins, wanted).is_some()).unwrap_or_else(|| wanted.clone())
}
