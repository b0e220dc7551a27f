//! The figures of a period, each counted from records when it is asked for. Nothing here is stored.

use crate::{
    IncidentError,
    model::{Category, Scheme},
    selection::{About, Reckoning, Records, Selection},
    store::facts,
};
use noroshi_directory::{Origin, brand};
use noroshi_kernel::{
    language::Bilingual,
    period::{Month, Period},
};
use noroshi_ledger::{FromQueryResult, Ledger, Query, Sql};
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts by origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByOrigin {
    /// At home.
    pub domestic: i64,
    /// Abroad.
    pub foreign: i64,
    /// Not known.
    pub unknown: i64,
}

impl ByOrigin {
    /// The count of one origin.
    #[must_use]
    pub const fn get(&self, origin: Origin) -> i64 {
        match origin {
            Origin::Domestic => self.domestic,
            Origin::Foreign => self.foreign,
            Origin::Unknown => self.unknown,
        }
    }

    const fn add(&mut self, origin: Origin, count: i64) {
        match origin {
            Origin::Domestic => self.domestic += count,
            Origin::Foreign => self.foreign += count,
            Origin::Unknown => self.unknown += count,
        }
    }

    /// All three together.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.domestic + self.foreign + self.unknown
    }
}

/// The figures of one month of the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthFigures {
    /// The month.
    pub month: Month,
    /// Reports by the scheme's rule.
    pub reports: i64,
    /// Incidents in the scheme's unit.
    pub incidents: i64,
    /// Coordinations.
    pub coordinations: i64,
    /// Incidents by the scheme's categories.
    pub by_category: BTreeMap<Category, i64>,
    /// Phishing incidents by their brand's origin.
    pub phishing_brand: ByOrigin,
}

/// A top-level domain of reporters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TldCount {
    /// `.jp`, or `unknown`.
    pub tld: String,
    /// In the scheme's domain unit.
    pub count: i64,
}

/// A scanned port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PortCount {
    /// `tcp/22`, `multiple` or `unknown`.
    pub port: String,
    /// Scan incidents in the scheme's unit.
    pub count: i64,
    /// Whether a worm was seen at work on it.
    pub worm: bool,
}

/// An imitated brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrandCount {
    /// The brand's name, as it is shown in Japanese; a brand from abroad bears its own.
    pub brand: String,
    /// The brand's key.
    pub key: String,
    /// The brand's names.
    pub name: Bilingual,
    /// The brand's origin.
    pub origin: Origin,
    /// Phishing incidents in the scheme's unit.
    pub count: i64,
}

/// The figures of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The period.
    pub period: Period,
    /// The key of the scheme by which it is counted.
    pub scheme: String,
    /// Reports by the scheme's rule.
    pub reports: i64,
    /// Every single correspondence.
    pub correspondence: i64,
    /// Incidents in the scheme's unit.
    pub incidents: i64,
    /// Distinct addresses of incidents.
    pub addresses: i64,
    /// Correspondence that reports no incident.
    pub inquiries: i64,
    /// Coordinations.
    pub coordinations: i64,
    /// Incidents by the scheme's categories, zeros included.
    pub by_category: BTreeMap<Category, i64>,
    /// The same by month.
    pub by_month: Vec<MonthFigures>,
    /// The reporters' top-level domains, most first.
    pub reporter_tld: Vec<TldCount>,
    /// The scanned ports, most first.
    pub scan_ports: Vec<PortCount>,
    /// Phishing incidents by their brand's origin.
    pub phishing_brand: ByOrigin,
    /// The imitated brands, most first; names that belong to no brand yet are left out and count as unknown.
    pub phishing_brands: Vec<BrandCount>,
    /// Coordinations by where the asked organisation is.
    pub coordination_destination: ByOrigin,
    /// The same for phishing alone.
    pub phishing_coordination_destination: ByOrigin,
}

/// The figures of a period beside those that a report compares with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The period.
    #[serde(flatten)]
    pub now: Figures,
    /// The period before it.
    pub previous: Figures,
    /// The same period a year earlier.
    pub year_ago: Figures,
}

/// Counts a period and the two that it is compared with. Each is counted by its own scheme unless `scheme` names one for all.
///
/// # Errors
/// [`IncidentError::Refused`] when there is no such scheme.
pub async fn compared(ledger: &Ledger, reckoning: &Reckoning, period: Period, scheme: Option<&str>) -> Result<Compared, IncidentError> {
    // All of one state: an import that runs meanwhile must not tear the figures apart.
    let snapshot = ledger.snapshot().await?;
    let of = |period| count(&snapshot, reckoning, period, scheme);
    Ok(Compared { now: of(period).await?, previous: of(period.previous()).await?, year_ago: of(period.year_ago()).await? })
}

#[derive(FromQueryResult)]
struct IncidentGroup {
    month: i64,
    category: String,
    origin: String,
    n: i64,
}

#[derive(FromQueryResult)]
struct CoordinationGroup {
    month: i64,
    category: String,
    destination: String,
    n: i64,
}

#[derive(FromQueryResult)]
struct MonthGroup {
    month: i64,
    n: i64,
}

#[derive(FromQueryResult)]
struct TextGroup {
    text: String,
    n: i64,
}

#[derive(FromQueryResult)]
struct PortGroup {
    port: String,
    worm: i64,
    n: i64,
}

#[derive(FromQueryResult)]
struct BrandGroup {
    key: String,
    name_ja: String,
    name_en: String,
    origin: String,
    n: i64,
}

/// Counts a period by its own scheme or the one that is named.
///
/// # Errors
/// [`IncidentError::Refused`] when there is no such scheme.
pub async fn count(query: &impl Query, reckoning: &Reckoning, period: Period, scheme: Option<&str>) -> Result<Figures, IncidentError> {
    let scheme = Scheme::of(period, scheme)?;
    let counting = Counting { query, reckoning, period, scheme };
    let mut figures = counting.empty();
    counting.incidents(&mut figures).await?;
    counting.coordinations(&mut figures).await?;
    counting.reports(&mut figures).await?;
    // Totals are counted for themselves, so that the sum of the parts says something.
    figures.incidents = counting.total(Selection::of(Records::Incidents, period, scheme)).await?;
    figures.reports = counting.total(Selection::of(Records::Reports, period, scheme)).await?;
    figures.coordinations = counting.total(Selection::of(Records::Coordinations, period, scheme)).await?;
    figures.addresses = counting.total(Selection::of(Records::Addresses, period, scheme)).await?;
    figures.correspondence = counting.total(Selection::of(Records::Correspondence, period, scheme)).await?;
    figures.inquiries = counting.total(Selection { about: Some(About::Inquiry), ..Selection::of(Records::Correspondence, period, scheme) }).await?;
    figures.reporter_tld = counting.domains().await?;
    figures.scan_ports = counting.ports().await?;
    figures.phishing_brands = counting.brands().await?;
    Ok(figures)
}

struct Counting<'a, Q> {
    query: &'a Q,
    reckoning: &'a Reckoning,
    period: Period,
    scheme: &'static Scheme,
}

impl<Q: Query> Counting<'_, Q> {
    fn empty(&self) -> Figures {
        let by_category: BTreeMap<_, _> = self.scheme.categories.iter().map(|category| (*category, 0)).collect();
        let month =
            |month| MonthFigures { month, reports: 0, incidents: 0, coordinations: 0, by_category: by_category.clone(), phishing_brand: ByOrigin::default() };
        Figures {
            period: self.period,
            scheme: self.scheme.key.clone(),
            reports: 0,
            correspondence: 0,
            incidents: 0,
            addresses: 0,
            inquiries: 0,
            coordinations: 0,
            by_month: self.period.months().map(month).collect(),
            by_category: by_category.clone(),
            reporter_tld: Vec::new(),
            scan_ports: Vec::new(),
            phishing_brand: ByOrigin::default(),
            phishing_brands: Vec::new(),
            coordination_destination: ByOrigin::default(),
            phishing_coordination_destination: ByOrigin::default(),
        }
    }

    fn selected(&self, selection: &Selection) -> Result<Sql, IncidentError> {
        Ok(facts::selected(selection, self.reckoning)?)
    }

    async fn total(&self, selection: Selection) -> Result<i64, IncidentError> {
        Ok(self.query.number(Sql::new("SELECT count(*) AS n FROM ").append(self.selected(&selection)?).push(" s")).await?)
    }

    /// `SELECT month, … , count(*) AS n … GROUP BY month, …` over the facts of a kind in the period.
    fn by_month(&self, records: Records, columns: &str) -> Result<Sql, IncidentError> {
        let selected = self.selected(&Selection::of(records, self.period, self.scheme))?;
        let months = Sql::new("SELECT CAST(")
            .append(facts::month_index("s.at", self.period, self.reckoning))
            .push(" AS BIGINT) AS month, s.* FROM ")
            .append(selected)
            .push(" s");
        Ok(Sql::new("SELECT month").push(columns).push(", count(*) AS n FROM (").append(months).push(") m GROUP BY month").push(columns))
    }

    async fn incidents(&self, figures: &mut Figures) -> Result<(), IncidentError> {
        for group in self.query.all::<IncidentGroup>(self.by_month(Records::Incidents, ", category, origin")?).await? {
            let category = Category::from_key(&group.category);
            *figures.by_category.entry(category).or_default() += group.n;
            if category == Category::Phishing {
                figures.phishing_brand.add(Origin::from_key(&group.origin), group.n);
            }
            if let Some(month) = at(&mut figures.by_month, group.month) {
                month.incidents += group.n;
                *month.by_category.entry(category).or_default() += group.n;
                if category == Category::Phishing {
                    month.phishing_brand.add(Origin::from_key(&group.origin), group.n);
                }
            }
        }
        Ok(())
    }

    async fn coordinations(&self, figures: &mut Figures) -> Result<(), IncidentError> {
        for group in self.query.all::<CoordinationGroup>(self.by_month(Records::Coordinations, ", category, destination")?).await? {
            let destination = Origin::from_key(&group.destination);
            figures.coordination_destination.add(destination, group.n);
            if Category::from_key(&group.category) == Category::Phishing {
                figures.phishing_coordination_destination.add(destination, group.n);
            }
            if let Some(month) = at(&mut figures.by_month, group.month) {
                month.coordinations += group.n;
            }
        }
        Ok(())
    }

    async fn reports(&self, figures: &mut Figures) -> Result<(), IncidentError> {
        for group in self.query.all::<MonthGroup>(self.by_month(Records::Reports, "")?).await? {
            if let Some(month) = at(&mut figures.by_month, group.month) {
                month.reports += group.n;
            }
        }
        Ok(())
    }

    async fn domains(&self) -> Result<Vec<TldCount>, IncidentError> {
        let selected = self.selected(&domain_selection(self.period, self.scheme))?;
        let sql = Sql::new("SELECT tld AS text, count(*) AS n FROM ").append(selected).push(" s GROUP BY tld ORDER BY n DESC, text");
        Ok(self.query.all::<TextGroup>(sql).await?.into_iter().map(|group| TldCount { tld: group.text, count: group.n }).collect())
    }

    async fn ports(&self) -> Result<Vec<PortCount>, IncidentError> {
        let scans = Selection { category: Some(Category::Scan), ..Selection::of(Records::Incidents, self.period, self.scheme) };
        let sql = Sql::new("SELECT port, CAST(max(CASE WHEN worm THEN 1 ELSE 0 END) AS BIGINT) AS worm, count(*) AS n FROM ")
            .append(self.selected(&scans)?)
            .push(" s GROUP BY port ORDER BY n DESC, port");
        let ports = self.query.all::<PortGroup>(sql).await?;
        Ok(ports.into_iter().map(|group| PortCount { port: group.port, count: group.n, worm: group.worm == 1 }).collect())
    }

    async fn brands(&self) -> Result<Vec<BrandCount>, IncidentError> {
        let phishing = Selection { category: Some(Category::Phishing), ..Selection::of(Records::Incidents, self.period, self.scheme) };
        let sql = Sql::new("SELECT b.key, b.name_ja, b.name_en, b.origin, s.n FROM (SELECT brand, count(*) AS n FROM ")
            .append(self.selected(&phishing)?)
            .push(" s WHERE brand IS NOT NULL GROUP BY brand) s JOIN (SELECT DISTINCT key, name_ja, name_en, origin FROM (")
            .push(brand::NAMED)
            .push(") d) b ON b.key = s.brand ORDER BY s.n DESC, b.key");
        let brands = self.query.all::<BrandGroup>(sql).await?;
        Ok(brands
            .into_iter()
            .map(|group| BrandCount {
                brand: group.name_ja.clone(),
                key: group.key,
                name: Bilingual { ja: group.name_ja, en: group.name_en },
                origin: Origin::from_key(&group.origin),
                count: group.n,
            })
            .collect())
    }
}

/// What the reporters' top-level domains count: reports, or correspondence that reports.
#[must_use]
pub fn domain_selection(period: Period, scheme: &Scheme) -> Selection {
    let records = facts::domain_records(scheme);
    let about = (records == Records::Correspondence).then_some(About::Report);
    Selection { about, ..Selection::of(records, period, scheme) }
}

fn at(months: &mut [MonthFigures], index: i64) -> Option<&mut MonthFigures> {
    usize::try_from(index).ok().and_then(|index| months.get_mut(index))
}
