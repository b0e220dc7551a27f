//! A team in a folder of its own, on SQLite or on PostgreSQL.
#![allow(dead_code, reason = "each test file uses a part")]

use noroshi_demo::{
    DemoError, example, generate,
    margins::{self, Margins},
    plan,
};
use noroshi_directory::{key::Vault, organisation::Home};
use noroshi_incident::{
    selection::Reckoning,
    service::import::{Intake, Lookout},
    stats::{self, Figures},
};
use noroshi_kernel::{
    access::Actor,
    language::Bilingual,
    moment::{FixedClock, Moment, Zone},
    period::Period,
};
use noroshi_ledger::{Ledger, Place, blob::BlobStore};
use noroshi_post::threading::Marks;
use std::{collections::BTreeMap, sync::Arc};

pub(crate) const FIXTURE: &[u8] = include_bytes!("../fixtures/margins.json");

pub(crate) struct Team {
    pub(crate) ledger: Ledger,
    pub(crate) reckoning: Reckoning,
    pub(crate) folder: tempfile::TempDir,
}

impl Team {
    /// A fresh team on SQLite whose clock stands at a wall time of Tokyo.
    pub(crate) async fn at(year: i16, month: i8, day: i8) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::Sqlite(folder.path().join("noroshi.db"));
        Self::on(folder, &place, (year, month, day)).await
    }

    /// The same on PostgreSQL, when there is a server.
    pub(crate) async fn on_postgres_at(year: i16, month: i8, day: i8) -> Option<Self> {
        let url = noroshi_testkit::postgres_url()?;
        let place = Place::Postgres { url, schema: noroshi_testkit::fresh_schema() };
        Some(Self::on(tempfile::tempdir().expect("a folder"), &place, (year, month, day)).await)
    }

    async fn on(folder: tempfile::TempDir, place: &Place, (year, month, day): (i16, i8, i8)) -> Self {
        let zone = Zone::named("Asia/Tokyo").expect("a zone");
        let now: Moment = zone.moment(jiff::civil::date(year, month, day).at(12, 0, 0, 0)).expect("a time");
        let migrations = [
            noroshi_ledger::migration::MIGRATIONS,
            noroshi_directory::migrations::MIGRATIONS,
            noroshi_catalogue::migrations::MIGRATIONS,
            noroshi_mailroom::migrations::MIGRATIONS,
            noroshi_incident::MIGRATIONS,
            noroshi_observation::MIGRATIONS,
        ]
        .concat();
        let blobs = BlobStore::open(folder.path().join("blobs")).expect("a blob store");
        let ledger = Ledger::open(place, blobs, Arc::new(FixedClock(now)), &migrations).await.expect("a ledger");
        Self { ledger, reckoning: Reckoning { zone, home: Home::default() }, folder }
    }

    /// What the example is filled through.
    pub(crate) fn intake(&self) -> Intake {
        Intake {
            ledger: self.ledger.clone(),
            actor: Actor::Platform,
            reckoning: self.reckoning.clone(),
            marks: Marks::new("EXAMPLE-CSIRT", &[7; 32]),
            vault: Vault::new(&[7; 32]),
            lookout: Lookout::default(),
        }
    }

    /// Fills the example team.
    pub(crate) async fn example(&self) -> example::Example {
        example::fill(&self.intake(), &Bilingual::new("例示 CSIRT", "Example CSIRT")).await.expect("filled")
    }

    pub(crate) async fn generate(&self, margins: &Margins) -> Result<(), DemoError> {
        generate(&self.ledger, &Actor::Platform, &self.reckoning, &plan::plan(margins)?).await
    }

    pub(crate) async fn count(&self, period: Period) -> Figures {
        stats::count(&self.ledger, &self.reckoning, period, None).await.expect("figures")
    }

    /// Every figure of a period by its place, zeros left out.
    pub(crate) async fn cells(&self, period: Period) -> BTreeMap<String, i64> {
        cells(&self.count(period).await)
    }
}

pub(crate) fn read(json: &[u8]) -> Margins {
    margins::read(json).expect("margins")
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

/// Figures under the names that margins have for them.
pub(crate) fn cells(figures: &Figures) -> BTreeMap<String, i64> {
    let mut cells = BTreeMap::new();
    let mut add = |cell: String, count: i64| {
        if count != 0 {
            cells.insert(cell, count);
        }
    };
    for (name, count) in [
        ("reports", figures.reports),
        ("correspondence", figures.correspondence),
        ("incidents", figures.incidents),
        ("addresses", figures.addresses),
        ("inquiries", figures.inquiries),
        ("coordinations", figures.coordinations),
    ] {
        add(name.into(), count);
    }
    for (category, count) in &figures.by_category {
        add(format!("by_category.{}", category.key()), *count);
    }
    for month in &figures.by_month {
        let name = |rest: &str| format!("by_month.{}.{rest}", month.month);
        add(name("reports"), month.reports);
        add(name("incidents"), month.incidents);
        add(name("coordinations"), month.coordinations);
        for (category, count) in &month.by_category {
            add(name(&format!("by_category.{}", category.key())), *count);
        }
        for origin in noroshi_directory::Origin::ALL {
            add(name(&format!("phishing_brand.{}", origin.key())), month.phishing_brand.get(origin));
        }
    }
    for tld in &figures.reporter_tld {
        add(format!("reporter_tld.{}", tld.tld), tld.count);
    }
    for port in &figures.scan_ports {
        add(format!("scan_ports.{}", port.port), port.count);
        add(format!("worm_marked_ports.{}", port.port), i64::from(port.worm));
    }
    for brand in &figures.phishing_brands {
        add(format!("phishing_brands.{}", brand.key), brand.count);
    }
    for (name, by) in [
        ("phishing_brand", figures.phishing_brand),
        ("coordination_destination", figures.coordination_destination),
        ("phishing_coordination_destination", figures.phishing_coordination_destination),
    ] {
        for origin in noroshi_directory::Origin::ALL {
            add(format!("{name}.{}", origin.key()), by.get(origin));
        }
        let counts = noroshi_directory::Origin::ALL.map(|origin| by.get(origin).unsigned_abs());
        for (origin, share) in noroshi_directory::Origin::ALL.into_iter().zip(noroshi_document::share::largest_remainder(&counts)) {
            add(format!("{name}_percent.{}", origin.key()), share.cast_signed());
        }
    }
    cells
}

/// What is different, percentages aside.
pub(crate) fn difference(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).filter(|key| !key.contains("_percent.")).collect();
    let change = |key: &&String| after.get(*key).unwrap_or(&0) - before.get(*key).unwrap_or(&0);
    keys.into_iter().map(|key| (key.clone(), change(&key))).filter(|(_, change)| *change != 0).collect()
}
