//! How sensors are, as their batches tell it.

use super::harness::{Centre, Host, NOON, ROOT, centre, migrations};
use noroshi_kernel::moment::{Moment, Zone};
use noroshi_observation::service::{
    health::{self, DAYS, Health, SILENT_US, State},
    host,
    ingest::ingest,
    intake,
    registry::{self, Site},
    rollup::rollup,
};
use noroshi_telescope::batch::{Clocks, Counts, Gap, GapReason, Header};
use noroshi_testkit::{Bench, on_both_databases};

const MINUTE_US: i64 = 60_000_000;

fn zone() -> Zone {
    Zone::named("Asia/Tokyo").unwrap()
}

/// Moves the clock to a moment of the tests' day: so many minutes after noon.
fn at(bench: &Bench, minutes: i64) -> Moment {
    let moment = Moment(NOON * 1_000_000 + minutes * MINUTE_US);
    bench.clock.advance_us(moment.0 - bench.ledger.now().0);
    moment
}

impl Centre {
    async fn health(&self, name: &str) -> Health {
        let all = health::all(&self.place.ledger, &ROOT, &zone()).await.unwrap();
        all.into_iter().find(|health| health.sensor.name == name).unwrap()
    }

    /// A batch over a span in minutes after noon.
    async fn sent(&self, host: &mut Host, from: i64, to: i64, change: impl FnOnce(&mut Header)) {
        let admitted = self.admitted(host).await;
        let clocks = |minutes: i64| {
            let wall_us = NOON * 1_000_000 + minutes * MINUTE_US;
            Clocks { wall_us, monotonic_us: wall_us.unsigned_abs() }
        };
        let mut header = Header { opened: clocks(from), closed: clocks(to), ..host.header(0) };
        change(&mut header);
        let bytes = host.seal(&header);
        assert_eq!(self.take(admitted, bytes).await, Ok(false));
    }
}

on_both_databases! {
    migrations = migrations();

    async fn a_sensor_is_silent_when_it_is_not_heard(bench) {
        let centre = centre(&bench).await;
        at(&bench, 0);
        registry::enter(&bench.ledger, &ROOT, "north", &Site::default()).await.unwrap();
        assert_eq!(centre.health("north").await.state, State::Registered);
        let mut north = centre.host("north").await;
        assert_eq!(centre.health("north").await.state, State::Watching, "it has its first minutes");
        bench.clock.advance_us(SILENT_US + 1);
        assert_eq!(centre.health("north").await.state, State::Silent, "and was never heard");
        at(&bench, 10);
        centre.sent(&mut north, 0, 10, |_| {}).await;
        let health = centre.health("north").await;
        assert_eq!((health.state, health.heard_at, health.recorded_to), (State::Watching, Some(at(&bench, 10)), Some(at(&bench, 10))));
        bench.clock.advance_us(SILENT_US);
        assert_eq!(centre.health("north").await.state, State::Watching);
        bench.clock.advance_us(1);
        assert_eq!(centre.health("north").await.state, State::Silent);
        // What comes late shows that it is there, and how far it is behind.
        at(&bench, 300);
        centre.sent(&mut north, 10, 20, |_| {}).await;
        let health = centre.health("north").await;
        assert_eq!((health.state, health.recorded_to), (State::Watching, Some(Moment(NOON * 1_000_000 + 20 * MINUTE_US))));
        registry::revoke(&bench.ledger, &ROOT, "north").await.unwrap();
        assert_eq!(centre.health("north").await.state, State::Revoked);
        centre.host("north").await;
        assert_eq!(centre.health("north").await.state, State::Watching, "let in again");
    }

    async fn up_time_counts_what_was_watched_since_it_was_entered(bench) {
        let centre = centre(&bench).await;
        // Noon UTC is nine in the evening in Tokyo: the day ends three hours later.
        at(&bench, 0);
        let mut north = centre.host("north").await;
        centre.sent(&mut north, 0, 60, |_| {}).await;
        centre.sent(&mut north, 120, 300, |_| {}).await;
        while ingest(&centre.place).await.unwrap() > 0 {}
        at(&bench, 302);
        let days = centre.health("north").await.days;
        assert_eq!(days.len(), DAYS);
        let watched: Vec<Option<f64>> = days.iter().map(|day| day.watched).collect();
        assert!(watched[..DAYS - 2].iter().all(Option::is_none), "before it was entered nothing is told");
        let close = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 1e-9);
        assert!(close(watched[DAYS - 2], 2.0 / 3.0), "two of the three hours that were left: {watched:?}");
        assert!(close(watched[DAYS - 1], 1.0), "of today what is over, but for the last two minutes: {watched:?}");
        assert!(close(centre.health("north").await.watched(), 5.0 / 6.0));
        // A day without anything is not watched at all, and not left out.
        at(&bench, 302 + 2 * 1_440);
        let later = centre.health("north").await.days;
        assert!(close(later[DAYS - 2].watched, 0.0), "{later:?}");
    }

    async fn what_is_missing_is_added_up(bench) {
        let centre = centre(&bench).await;
        at(&bench, 0);
        let (mut north, _) = (centre.host("north").await, centre.host("south").await);
        let gap = |reason, from: i64, packets| {
            let at = |minutes: i64| NOON * 1_000_000 + minutes * MINUTE_US;
            Gap { reason, from_us: at(from), to_us: at(from + 5), packets, batches: None }
        };
        let counts = Counts { kernel_drops: 7, not_ip: 5, truncated: 4, left_out: 3, malformed: [("tcp-length".into(), 2)].into(), ..Counts::default() };
        let gaps = vec![gap(GapReason::RingFull, 1, Some(40)), gap(GapReason::Stopped, 10, None), gap(GapReason::DiskFull, -60 * 24 * 60, Some(1_000))];
        centre.sent(&mut north, 0, 20, |header| { header.gaps = gaps; header.counts = counts; header.clock_offset_us = Some(-1_500_000); }).await;
        at(&bench, 21);
        let health = centre.health("north").await;
        assert_eq!((health.gaps, health.lost, health.dropped), (2, 40, 7), "of the last days");
        assert!(health.clock_is_off() && health.clock_offset_us == Some(-1_500_000));
        let south = centre.health("south").await;
        assert_eq!((south.gaps, south.lost, south.dropped, south.clock_is_off()), (0, 0, 0, false));
        let detail = health::numbered(&bench.ledger, &ROOT, &zone(), health.sensor.number).await.unwrap().unwrap();
        let reasons: Vec<&str> = detail.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, ["stopped", "ring_full", "disk_full"], "the newest first");
        assert_eq!(detail.gaps.iter().map(|gap| gap.packets).collect::<Vec<_>>(), [None, Some(40), Some(1_000)]);
        let counted = detail.counts;
        assert_eq!((counted.batches, counted.not_ip, counted.truncated, counted.malformed, counted.left_out, counted.dropped), (1, 5, 4, 2, 3, 7));
        at(&bench, 21 + 1_440);
        let detail = health::numbered(&bench.ledger, &ROOT, &zone(), health.sensor.number).await.unwrap().unwrap();
        assert_eq!(detail.counts.batches, 0, "a day later nothing of it is left");
        assert!(health::numbered(&bench.ledger, &ROOT, &zone(), 99).await.unwrap().is_none());
    }

    async fn packets_are_told_from_the_sums_and_the_intake_tells_what_waits(bench) {
        let centre = centre(&bench).await;
        at(&bench, 0);
        let (mut north, mut south) = (centre.host("north").await, centre.host("south").await);
        centre.sent(&mut north, 0, 20, |header| header.counts.kept = 30).await;
        centre.sent(&mut south, 0, 20, |header| header.counts.kept = 12).await;
        at(&bench, 25);
        let state = intake::state(&bench.ledger, &ROOT).await.unwrap();
        assert_eq!((state.waiting_batches, state.waiting_packets, state.files), (2, 42, 0));
        assert_eq!(state.waiting_since, Some(Moment(NOON * 1_000_000)));
        while ingest(&centre.place).await.unwrap() > 0 {}
        let state = intake::state(&bench.ledger, &ROOT).await.unwrap();
        assert_eq!((state.waiting_batches, state.packets, state.waiting_since), (0, 42, None));
        assert!(state.files > 0 && state.unrolled == state.files && state.bytes > 0);
        assert_eq!(state.from, Some(Moment(NOON * 1_000_000)));
        while rollup(&centre.place, &zone()).await.unwrap() > 0 {}
        assert_eq!(intake::state(&bench.ledger, &ROOT).await.unwrap().unrolled, 0);
        assert_eq!((centre.health("north").await.packets, centre.health("south").await.packets), (30, 12));
        // A day later what was seen most is told of the day before.
        at(&bench, 24 * 60);
        let number = centre.health("north").await.sensor.number;
        let detail = health::numbered(&bench.ledger, &ROOT, &zone(), number).await.unwrap().unwrap();
        assert_eq!(detail.services, [("tcp/445".to_owned(), 30)]);
        assert_eq!(detail.packets[DAYS - 2..], [30, 0]);
    }

    async fn a_host_s_link_leads_to_its_sensor_alone(bench) {
        let centre = centre(&bench).await;
        at(&bench, 0);
        centre.host("north").await;
        let key = [7; 32];
        let sensor = async || centre.health("north").await.sensor;
        let leads = async |token: Option<String>| host::by_link(&bench.ledger, &key, &zone(), &token.unwrap()).await.unwrap().map(|detail| detail.health.sensor.name);
        assert_eq!(host::secret(&key, sensor().await.id, sensor().await.host_link), None);
        host::make_link(&bench.ledger, &ROOT, "north").await.unwrap();
        let made_at = sensor().await.host_link;
        let first = host::secret(&key, sensor().await.id, made_at);
        assert_eq!(leads(first.clone()).await.as_deref(), Some("north"));
        // Another team's proof, another sensor's, another moment's.
        for (key, sensor, made_at) in [([8; 32], sensor().await.id, made_at), (key, sensor().await.id + 1, made_at), (key, sensor().await.id, made_at.map(|at| at + 1))] {
            assert_eq!(leads(host::secret(&key, sensor, made_at)).await, None);
        }
        for text in ["", "a", "\u{3042}", &"a".repeat(10_000), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(leads(Some(text.into())).await, None);
        }
        host::make_link(&bench.ledger, &ROOT, "north").await.unwrap();
        assert_eq!(leads(first).await, None, "in the same moment, too");
        let second = host::secret(&key, sensor().await.id, sensor().await.host_link);
        assert_eq!(leads(second.clone()).await.as_deref(), Some("north"));
        host::end_link(&bench.ledger, &ROOT, "north").await.unwrap();
        assert_eq!(leads(second).await, None);
    }
}
