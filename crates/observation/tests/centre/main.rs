//! Sensors are let in, their batches are kept once whatever happens, and their packets reach the lake; on both databases.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it is surprised")]

mod harness;
mod health;

use harness::{NOON, ROOT, asked, centre, migrations, syn};
use noroshi_directory::key::Vault;
use noroshi_kernel::{
    access::{Actor, Role},
    id::AccountId,
    moment::{Moment, Zone},
};
use noroshi_ledger::{FromQueryResult, Query as _, Sql};
use noroshi_observation::{
    Bearer, ObservationError,
    authority::Authority,
    service::{
        enrol,
        ingest::ingest,
        receive::{keep, verify},
        registry::{self, Site},
        rollup::rollup,
        tend::tend,
    },
};
use noroshi_telescope::{
    batch::{Clocks, Counts, Gap, GapReason, Header, Limits, Recorder, Recording, SigningKey, hash_of, seal},
    protocol::{ENROL_CONTEXT, Enrol},
};
use noroshi_testkit::{Bench, on_both_databases};
use proptest::prelude::*;

/// How many files lie in a folder.
fn walk(folder: std::path::PathBuf) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(path) } else { 1 }).sum()
}

on_both_databases! {
    migrations = migrations();

    async fn packets_of_a_sensor_reach_the_lake_once(bench) {
        let centre = centre(&bench).await;
        let mut host = centre.host("north").await;
        let admitted = centre.admitted(&host).await;
        let first = host.sealed(3);
        assert_eq!(centre.take(admitted, first.clone()).await, Ok(false));
        assert_eq!(centre.packets().await, 3);
        // The same again, before and after its packets reached the lake.
        assert_eq!(centre.take(admitted, first.clone()).await, Ok(true));
        let second = host.sealed(0);
        assert_eq!(centre.take(admitted, second.clone()).await, Ok(false), "a heartbeat");
        assert_eq!(centre.take(admitted, second).await, Ok(true));
        let third = host.sealed(4);
        assert_eq!(centre.take(admitted, third).await, Ok(false));
        assert_eq!(centre.packets().await, 7);
        assert_eq!(centre.take(admitted, first).await, Ok(true));
        assert_eq!(centre.packets().await, 7);
        // It watched for thirty seconds without a break.
        let spans = centre.number("SELECT count(*) AS n FROM observation_watch").await;
        let watched = centre.number("SELECT CAST(sum(to_at - from_at) AS BIGINT) AS n FROM observation_watch").await;
        assert_eq!((spans, watched), (1, 30_000_000));
    }

    async fn whoever_is_not_the_sensor_is_refused(bench) {
        let centre = centre(&bench).await;
        let (mut north, mut south) = (centre.host("north").await, centre.host("south").await);
        let (as_north, as_south) = (centre.admitted(&north).await, centre.admitted(&south).await);
        let batch = north.sealed(2);
        // South's certificate with north's batch; north's certificate with a batch that south signed in its name.
        assert_eq!(centre.take(as_south, batch.clone()).await, Err("batch-sensor".into()));
        let forged = Header { sensor: north.identity, ..south.header(2) };
        assert_eq!(centre.take(as_north, south.seal(&forged)).await, Err("batch-signature".into()));
        let mut changed = batch.clone();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        assert_eq!(centre.take(as_north, changed).await, Err("batch-signature".into()));
        assert_eq!(centre.take(as_north, batch[..40].to_vec()).await, Err("batch-form".into()));
        let backwards = Header { closed: Clocks::default(), ..north.header(0) };
        assert_eq!(centre.take(as_north, north.seal(&backwards)).await, Err("batch-clock".into()));
        assert_eq!(centre.number("SELECT count(*) AS n FROM observation_batch").await, 0, "nothing was kept");
        assert_eq!(centre.take(as_north, batch).await, Ok(false));
        assert_eq!(centre.packets().await, 2);
    }

    async fn a_chain_has_no_holes_that_were_not_told(bench) {
        let centre = centre(&bench).await;
        let mut host = centre.host("north").await;
        let admitted = centre.admitted(&host).await;
        let batches: Vec<Vec<u8>> = (0..5).map(|_| host.sealed(1)).collect();
        // Late ones are taken when they fit.
        for place in [0, 3, 1, 4] {
            assert_eq!(centre.take(admitted, batches[place].clone()).await, Ok(false), "{place}");
        }
        // In the place of the one that is missing another cannot be put.
        let (boot, last) = (host.boot, host.last);
        for previous in [last, Some(hash_of(&batches[0])), Some(hash_of(&batches[1])), None] {
            host.sequence = 2;
            let header = Header { previous, ..host.header(2) };
            let bytes = host.seal(&header);
            assert_eq!(centre.take(admitted, bytes).await, Err("batch-chain".into()));
        }
        // Nor in the place of one that is there.
        host.sequence = 1;
        let header = Header { previous: Some(hash_of(&batches[0])), ..host.header(9) };
        let other = host.seal(&header);
        assert_eq!(centre.take(admitted, other).await, Err("batch-fork".into()));
        assert_eq!(centre.take(admitted, batches[2].clone()).await, Ok(false));
        // A new run goes on from the last; it cannot begin from nothing.
        (host.boot, host.last, host.sequence) = (boot, last, 5);
        host.restarts();
        let header = Header { previous: None, ..host.header(1) };
        let bytes = host.seal(&header);
        assert_eq!(centre.take(admitted, bytes).await, Err("batch-chain".into()));
        (host.last, host.sequence) = (last, 0);
        let next = host.sealed(1);
        assert_eq!(centre.take(admitted, next).await, Ok(false));
        assert_eq!(centre.packets().await, 6);
    }

    async fn the_bytes_of_batches_go_with_their_packets(bench) {
        let centre = centre(&bench).await;
        let mut host = centre.host("north").await;
        let admitted = centre.admitted(&host).await;
        bench.clock.advance_us(NOON * 1_000_000 - bench.ledger.now().0);
        let (old, late) = (host.sealed(3), host.sealed(2));
        // Two of one go lie in one file.
        let arrived = [&old, &late].map(|bytes| verify(admitted, bytes.clone(), Limits::default(), bench.ledger.now()).unwrap());
        keep(&bench.ledger, arrived.into()).await.unwrap();
        let blobs = || walk(bench.folder.path().join("blobs"));
        assert_eq!(blobs(), 1);
        bench.clock.advance_us(10 * Moment::DAY_US);
        assert_eq!(tend(&centre.place, Some(5)).await.unwrap().batches, 0, "their packets are not in the lake");
        assert_eq!(centre.packets().await, 5);
        let zone = Zone::named("Asia/Tokyo").unwrap();
        while rollup(&centre.place, &zone).await.unwrap() > 0 {}
        assert_eq!(tend(&centre.place, Some(30)).await.unwrap().batches, 0, "their time is not over");
        let tended = tend(&centre.place, Some(5)).await.unwrap();
        assert_eq!((tended.batches, tended.expired, blobs()), (1, 1, 0));
        assert_eq!(tend(&centre.place, Some(5)).await.unwrap().batches, 0);
        // They are known all the same.
        assert_eq!(centre.take(admitted, old).await, Ok(true));
        assert_eq!(centre.number("SELECT CAST(sum(kept) AS BIGINT) AS n FROM observation_batch").await, 5);
    }

    async fn what_never_came_is_told_as_a_gap_until_it_does(bench) {
        let centre = centre(&bench).await;
        let mut host = centre.host("north").await;
        let admitted = centre.admitted(&host).await;
        let run = host.boot;
        let batches: Vec<Vec<u8>> = (0..8).map(|_| host.sealed(1)).collect();
        // Of the first run 1 and 2 are lost, 4 went from a full ring, which is told, and the last two never leave the sensor.
        for place in [0, 3] {
            assert_eq!(centre.take(admitted, batches[place].clone()).await, Ok(false));
        }
        host.restarts();
        let told = Gap { reason: GapReason::RingFull, from_us: NOON * 1_000_000, to_us: (NOON + 1) * 1_000_000, packets: Some(1), batches: Some((run, 4, 4)) };
        let header = Header { gaps: vec![told], ..host.header(1) };
        let first = host.seal(&header);
        assert_eq!(centre.take(admitted, first).await, Ok(false));
        let gaps = async || {
            #[derive(Debug, FromQueryResult)]
            struct Row { boot: String, first_sequence: i64, last_sequence: i64, from_at: i64, to_at: i64 }
            let sql = Sql::new("SELECT boot, first_sequence, last_sequence, from_at, to_at FROM observation_gap WHERE reason = 'missing' ORDER BY boot, first_sequence");
            let rows: Vec<Row> = bench.ledger.all(sql).await.unwrap();
            let mut told: Vec<_> = rows.into_iter().map(|row| (row.boot == run.to_string(), row.first_sequence, row.last_sequence, row.from_at / 1_000_000 - NOON, row.to_at / 1_000_000 - NOON)).collect();
            told.sort_unstable();
            told
        };
        assert_eq!(tend(&centre.place, None).await.unwrap().holes, 0, "they may come yet");
        bench.clock.advance_us(11 * 60 * 1_000_000);
        assert_eq!(tend(&centre.place, None).await.unwrap().holes, 2);
        let before_the_second_run = (false, -1, -1, 0, 0);
        assert_eq!(gaps().await, [before_the_second_run, (true, 1, 2, 10, 30)]);
        assert_eq!(tend(&centre.place, None).await.unwrap().holes, 0, "once");
        // A part of it comes after all, a day later.
        bench.clock.advance_us(Moment::DAY_US);
        assert_eq!(centre.take(admitted, batches[1].clone()).await, Ok(false));
        tend(&centre.place, None).await.unwrap();
        assert_eq!(gaps().await, [before_the_second_run, (true, 2, 2, 20, 30)]);
        for place in [2, 4, 5, 6, 7] {
            assert_eq!(centre.take(admitted, batches[place].clone()).await, Ok(false), "{place}");
        }
        tend(&centre.place, None).await.unwrap();
        assert_eq!(gaps().await, []);
    }

    async fn what_cannot_be_is_refused_and_spoils_nothing(bench) {
        let centre = centre(&bench).await;
        let (mut north, mut south) = (centre.host("north").await, centre.host("south").await);
        let (as_north, as_south) = (centre.admitted(&north).await, centre.admitted(&south).await);
        let clocks = |wall_us: i64| Clocks { wall_us, monotonic_us: 0 };
        let (now, day) = (NOON * 1_000_000, Moment::DAY_US);
        for (opened, closed, reason) in [
            (0, now, "batch-time"),
            (i64::MIN, now, "batch-time"),
            (now, i64::MAX, "batch-time"),
            (now, now + day + 1, "batch-time"),
            (now - 32 * day, now, "batch-long"),
            (now, now - 1, "batch-clock"),
        ] {
            let header = Header { opened: clocks(opened), closed: clocks(closed), ..north.header(0) };
            let (sequence, last) = (north.sequence, north.last);
            let bytes = north.seal(&header);
            assert_eq!(centre.take(as_north, bytes).await, Err(reason.into()), "{opened} {closed}");
            (north.sequence, north.last) = (sequence, last);
        }
        let most = i64::MAX.unsigned_abs();
        for counts in [
            Counts { kernel_drops: most, ..Counts::default() },
            Counts { not_ip: most, ..Counts::default() },
            Counts { malformed: [("x".into(), most)].into(), ..Counts::default() },
        ] {
            let header = Header { counts, ..north.header(0) };
            let (sequence, last) = (north.sequence, north.last);
            let bytes = north.seal(&header);
            assert_eq!(centre.take(as_north, bytes).await, Err("batch-counts".into()));
            (north.sequence, north.last) = (sequence, last);
        }
        // A packet of another year than its batch.
        let header = Header { opened: clocks(now), closed: clocks(now + 1), ..north.header(1) };
        let mut recorder = Recorder::new(Recording::default(), 1);
        recorder.push(&syn((now - 400 * day) * 1_000)).unwrap();
        let bytes = seal(&header, &recorder.take().unwrap(), &north.key).unwrap();
        assert_eq!(centre.take(as_north, bytes).await, Err("batch-packets-time".into()));
        // A gap is told whatever it says, as far as it can be.
        let absurd = Gap { reason: GapReason::Refused, from_us: i64::MIN, to_us: i64::MAX, packets: Some(u64::MAX), batches: None };
        for _ in 0..3 {
            let header = Header { gaps: vec![absurd.clone()], ..north.header(0) };
            let bytes = north.seal(&header);
            assert_eq!(centre.take(as_north, bytes).await, Ok(false));
        }
        let fine = south.sealed(2);
        assert_eq!(centre.take(as_south, fine).await, Ok(false));
        assert_eq!(centre.packets().await, 2);
        assert_eq!(centre.number("SELECT max(to_at) AS n FROM observation_gap").await, bench.ledger.now().0);
        let all = noroshi_observation::service::health::all(&bench.ledger, &ROOT, &Zone::named("Asia/Tokyo").unwrap()).await.unwrap();
        assert_eq!(all.len(), 2);
    }

    async fn gaps_are_told_once(bench) {
        let centre = centre(&bench).await;
        let mut host = centre.host("north").await;
        let admitted = centre.admitted(&host).await;
        let began = (NOON - 100) * 1_000_000;
        let ring = Gap { reason: GapReason::RingFull, from_us: began + 1, to_us: began + 5, packets: Some(40), batches: Some((host.boot, 3, 9)) };
        let stopped = Gap { reason: GapReason::Stopped, from_us: began + 5, to_us: began + 9, packets: None, batches: None };
        for gaps in [vec![ring.clone()], vec![ring.clone(), stopped.clone()], vec![stopped, Gap { to_us: began + 6, ..ring }]] {
            let header = Header { gaps, ..host.header(0) };
            let bytes = host.seal(&header);
            assert_eq!(centre.take(admitted, bytes).await, Ok(false));
        }
        assert_eq!(centre.number("SELECT count(*) AS n FROM observation_gap").await, 3);
    }

    async fn a_token_is_good_once(bench) {
        let centre = centre(&bench).await;
        let (key, other) = (SigningKey::generate().unwrap().0, SigningKey::generate().unwrap().0);
        let secret = centre.token("north").await;
        let wrong = async |enrol: Enrol| centre.enrol(&enrol).await.unwrap_err();
        assert_eq!(wrong(asked(&[0; 16], &key)).await, "token");
        assert_eq!(wrong(Enrol { secret: "zz".into(), ..asked(&secret, &key) }).await, "token");
        assert_eq!(wrong(Enrol { batch_key: other.public().to_string(), ..asked(&secret, &key) }).await, "batch-key");
        assert_eq!(wrong(Enrol { proof: "00".repeat(64), ..asked(&secret, &key) }).await, "batch-key");
        let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n".to_owned();
        let proof = hex::encode(key.sign(ENROL_CONTEXT, request.as_bytes()));
        assert_eq!(wrong(Enrol { request, proof, ..asked(&secret, &key) }).await, "certificate-request");
        // A later token takes its place; what was refused used none up.
        let later = centre.token("north").await;
        assert_eq!(wrong(asked(&secret, &key)).await, "token");
        assert!(centre.enrol(&asked(&later, &key)).await.is_ok());
        assert_eq!(wrong(asked(&later, &key)).await, "token");
        let third = centre.token("north").await;
        bench.clock.advance_us(8 * Moment::DAY_US);
        assert_eq!(wrong(asked(&third, &key)).await, "token", "it expired");
    }

    async fn who_is_shut_out_is_out_at_once(bench) {
        let centre = centre(&bench).await;
        let host = centre.host("north").await;
        let sensor = centre.admitted(&host).await.id;
        registry::revoke(&centre.place.ledger, &ROOT, "north").await.unwrap();
        let bearer = |certificate: Vec<u8>| { let ledger = centre.place.ledger.clone(); async move { enrol::bearer(&ledger, &certificate).await.unwrap() } };
        assert_eq!(bearer(host.certificate.clone()).await, Some(Bearer::Withdrawn(sensor)));
        // Let in again under new keys: the old certificate stays out.
        let again = centre.host("north").await;
        assert_eq!(bearer(host.certificate).await, Some(Bearer::Withdrawn(sensor)));
        assert!(matches!(bearer(again.certificate).await, Some(Bearer::Admitted(admitted)) if admitted.id == sensor && admitted.identity == again.identity));
        assert_eq!(bearer(b"no certificate".to_vec()).await, None);
    }

    async fn roles_are_asked(bench) {
        let centre = centre(&bench).await;
        let ledger = &centre.place.ledger;
        for role in Role::ALL {
            let actor = Actor::Account { id: AccountId(7), name: "someone".into(), roles: vec![role] };
            let may = matches!(role, Role::Analyst | Role::Administrator);
            let done = registry::enter(ledger, &actor, "north", &Site::default()).await;
            assert_eq!(done.is_ok(), may, "{role:?}");
            registry::enter(ledger, &ROOT, "north", &Site::default()).await.unwrap();
            assert_eq!(registry::token(ledger, &actor, &centre.authority, "north").await.is_ok(), may, "{role:?}");
            assert_eq!(registry::revoke(ledger, &actor, "north").await.is_ok(), may, "{role:?}");
            assert!(registry::list(ledger, &actor).await.is_ok());
        }
        for site in [Site { country: "jp".into(), ..Site::default() }, Site { addresses: 0, ..Site::default() }, Site { region: "x".repeat(61), ..Site::default() }] {
            assert!(matches!(registry::enter(ledger, &ROOT, "north", &site).await, Err(ObservationError::Refused(_))));
        }
    }

    async fn the_authority_opens_with_its_team_key_alone(bench) {
        let centre = centre(&bench).await;
        let again = Authority::open(&bench.ledger, &Vault::new(&[7; 32])).await.unwrap();
        assert_eq!(again.pin(), centre.authority.pin());
        assert!(matches!(Authority::open(&bench.ledger, &Vault::new(&[8; 32])).await, Err(ObservationError::Refused(_))));
        assert_eq!(centre.number("SELECT count(*) AS n FROM observation_authority").await, 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Whatever the order in which batches come, how often, in how many goes, and when packets are taken to the lake: all count once.
    #[test]
    fn any_order_gives_the_same(orders in prop::collection::vec((0_usize..8, 1_usize..4, any::<bool>()), 8..40)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let bench = Bench::sqlite(&migrations()).await;
            let centre = centre(&bench).await;
            let mut host = centre.host("north").await;
            let admitted = centre.admitted(&host).await;
            let batches: Vec<Vec<u8>> = (0..8).map(|n| { if n == 5 { host.restarts(); } host.sealed(n) }).collect();
            let mut seen = std::collections::BTreeSet::new();
            // The first comes first: nothing else can be known for a sensor's first.
            for (place, goes, lake) in std::iter::once((0, 1, false)).chain(orders) {
                let several: Vec<usize> = (place..(place + goes).min(8)).collect();
                let arrived = several.iter().map(|place| verify(admitted, batches[*place].clone(), Limits::default(), bench.ledger.now()).unwrap()).collect();
                for (place, told) in several.into_iter().zip(keep(&centre.place.ledger, arrived).await.unwrap()) {
                    assert_eq!(told.unwrap().known, !seen.insert(place));
                }
                if lake { ingest(&centre.place).await.unwrap(); }
            }
            assert_eq!(centre.packets().await, seen.iter().map(|place| *place as u64).sum::<u64>());
        });
    }
}
