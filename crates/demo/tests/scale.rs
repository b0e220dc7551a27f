//! A large period takes seconds, not minutes.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

mod team;

use std::time::Instant;
use team::{FIXTURE, Team, period, read};

#[tokio::test]
async fn tens_of_thousands_of_records_take_seconds() {
    let team = Team::at(2026, 11, 20).await;
    let begun = Instant::now();
    team.generate(&read(FIXTURE)).await.expect("generated");
    eprintln!("the printed figures: {:?}", begun.elapsed());
    let begun = Instant::now();
    team.generate(&read(br#"{"2019": {"incident": {"reports": 20000, "incidents": 18000, "coordinations": 9000}}}"#)).await.expect("generated");
    eprintln!("20,000 reports: {:?}", begun.elapsed());
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    assert_eq!(team.count(period("2019")).await.incidents, 18_000);
}
