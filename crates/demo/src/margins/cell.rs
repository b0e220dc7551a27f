use noroshi_directory::Origin;
use noroshi_incident::model::Category;
use noroshi_kernel::period::Month;
use std::fmt;

/// One figure of a period. Its text is its place in the file: `by_month.2013-10.phishing_brand.domestic`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// Reports by the scheme's rule.
    Reports,
    /// Every single correspondence, inquiries included.
    Correspondence,
    /// Incidents in the scheme's unit.
    Incidents,
    /// Distinct addresses.
    Addresses,
    /// Correspondence that reports nothing.
    Inquiries,
    /// Coordinations.
    Coordinations,
    /// Incidents of a category.
    Category(Category),
    /// Reports of a month.
    MonthReports(Month),
    /// Incidents of a month.
    MonthIncidents(Month),
    /// Coordinations of a month.
    MonthCoordinations(Month),
    /// Incidents of a category in a month.
    MonthCategory(Month, Category),
    /// Phishing incidents of an origin in a month.
    MonthOrigin(Month, Origin),
    /// Reporters' top-level domain, `.jp` or `unknown`, in the scheme's domain unit.
    Tld(String),
    /// Scan incidents of a port, of `multiple` or of `unknown`.
    Port(String),
    /// That a worm was seen at work on a port; its value is 1.
    Worm(String),
    /// Phishing incidents of an origin.
    Origin(Origin),
    /// Phishing incidents of a brand, by its key.
    Brand(String),
    /// Coordinations by where the asked organisation is.
    Destination(Origin),
    /// The same for phishing.
    PhishingDestination(Origin),
    /// Shares of coordinations in percent.
    DestinationPercent(Origin),
    /// The same for phishing.
    PhishingDestinationPercent(Origin),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reports => f.write_str("reports"),
            Self::Correspondence => f.write_str("correspondence"),
            Self::Incidents => f.write_str("incidents"),
            Self::Addresses => f.write_str("addresses"),
            Self::Inquiries => f.write_str("inquiries"),
            Self::Coordinations => f.write_str("coordinations"),
            Self::Category(category) => write!(f, "by_category.{}", category.key()),
            Self::MonthReports(month) => write!(f, "by_month.{month}.reports"),
            Self::MonthIncidents(month) => write!(f, "by_month.{month}.incidents"),
            Self::MonthCoordinations(month) => write!(f, "by_month.{month}.coordinations"),
            Self::MonthCategory(month, category) => write!(f, "by_month.{month}.by_category.{}", category.key()),
            Self::MonthOrigin(month, origin) => write!(f, "by_month.{month}.phishing_brand.{}", origin.key()),
            Self::Tld(tld) => write!(f, "reporter_tld.{tld}"),
            Self::Port(port) => write!(f, "scan_ports.{port}"),
            Self::Worm(port) => write!(f, "worm_marked_ports.{port}"),
            Self::Origin(origin) => write!(f, "phishing_brand.{}", origin.key()),
            Self::Brand(key) => write!(f, "phishing_brands.{key}"),
            Self::Destination(origin) => write!(f, "coordination_destination.{}", origin.key()),
            Self::PhishingDestination(origin) => write!(f, "phishing_coordination_destination.{}", origin.key()),
            Self::DestinationPercent(origin) => write!(f, "coordination_destination_percent.{}", origin.key()),
            Self::PhishingDestinationPercent(origin) => write!(f, "phishing_coordination_destination_percent.{}", origin.key()),
        }
    }
}
