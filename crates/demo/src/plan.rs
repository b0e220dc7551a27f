//! Which records to make so that counting them gives the margins again: pure, and the same every time.
//!
//! First the figures that are free are chosen ([`quantities`]), then single records are laid out so that they count to them
//! ([`records`]). The first step is where margins can contradict one another.

mod contradiction;
mod coordinations;
mod flow;
mod incidents;
mod quantities;
mod records;
mod reports;
mod rest;
mod shares;

pub use contradiction::Contradiction;

use crate::margins::{Margins, PeriodMargins};
use noroshi_directory::Origin;
use noroshi_incident::model::{Category, Scheme};
use noroshi_kernel::period::Period;

/// Records to make.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By period, in the order of time.
    pub periods: Vec<PeriodPlan>,
}

/// The records of one period. Records refer to one another by their place in these lists.
#[derive(Clone, Debug)]
pub struct PeriodPlan {
    /// The period.
    pub period: Period,
    /// The scheme by which they count to the margins.
    pub scheme: &'static Scheme,
    /// Incidents, in the order of their first reports.
    pub incidents: Vec<Incident>,
    /// Reports, in the order of time.
    pub reports: Vec<Report>,
    /// Letters, those that report first, in the order of time.
    pub letters: Vec<Letter>,
    /// Coordinations.
    pub coordinations: Vec<Coordination>,
}

/// An incident to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The place of its month in the period.
    pub month: usize,
    /// Its category.
    pub category: Category,
    /// For phishing: the origin of the imitated brand.
    pub origin: Origin,
    /// For phishing: the imitated brand's key in the shipped table.
    pub brand: Option<String>,
    /// The ports that were scanned.
    pub ports: Vec<String>,
    /// Whether a worm was seen at work.
    pub worm: bool,
    /// How many addresses took part, each its own.
    pub addresses: u64,
}

/// A report to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The place of its month in the period.
    pub month: usize,
    /// The letter that it comes in.
    pub letter: usize,
    /// The reported site: equal numbers are one site.
    pub site: usize,
    /// The reporter's top-level domain.
    pub tld: Option<String>,
    /// The incidents that it tells of.
    pub tells_of: Vec<usize>,
}

/// A letter to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The place of its month in the period.
    pub month: usize,
    /// Whether it reports; else it is an inquiry.
    pub reports: bool,
    /// The sender's top-level domain.
    pub tld: Option<String>,
}

/// A coordination to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordination {
    /// The place of its month in the period.
    pub month: usize,
    /// The incident.
    pub incident: usize,
    /// Where the asked organisation is.
    pub destination: Origin,
    /// Which of the organisations there, from 0.
    pub organisation: usize,
}

/// Plans the records of all periods.
///
/// # Errors
/// [`Contradiction`] with the figures that cannot hold together.
pub fn plan(margins: &Margins) -> Result<Plan, Contradiction> {
    margins.periods.iter().map(of_period).collect::<Result<_, _>>().map(|periods| Plan { periods })
}

/// Plans the records of one period.
///
/// # Errors
/// [`Contradiction`] with the figures that cannot hold together.
pub fn of_period(margins: &PeriodMargins) -> Result<PeriodPlan, Contradiction> {
    let quantities = quantities::choose(margins).ok_or_else(|| Contradiction::find(margins))?;
    Ok(records::lay_out(margins, &quantities))
}
