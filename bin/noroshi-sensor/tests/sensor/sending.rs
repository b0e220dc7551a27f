//! Batches on their way: a centre that is late, dies, lies, refuses, or is not there.

use crate::{
    book::Mood,
    capture::{self, BEGAN_S},
    centre::Centre,
    program::{Running, enrolled, status},
    until,
};
use noroshi_telescope::batch::GapReason;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::{fs, time::Duration};

#[test]
fn every_packet_of_a_capture_arrives_once_with_its_time_and_what_is_none_is_counted() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    let path = state.path().join("a.pcap");
    let mut broken = capture::syn(0);
    broken[14] = 0x44;
    let odd = [capture::arp(), broken, capture::syn(0)[..40].to_vec()];
    capture::write(&path, (0..250).map(capture::syn).chain(odd));
    let (well, text) = Running::over(state.path(), &[&path], &["--batch-packets", "100"]).end();
    assert!(well, "{text}");
    let book = centre.book();
    book.check();
    assert_eq!(book.packets(), (0..250).collect::<Vec<_>>());
    let times: Vec<i64> = book.batches.iter().flat_map(|stored| stored.times_ns.clone()).collect();
    assert!(times.iter().enumerate().all(|(number, at)| *at == i64::from(BEGAN_S) * 1_000_000_000 + number as i64 * 10_000_000));
    let counts: Vec<_> = book.batches.iter().map(|stored| stored.header.counts.clone()).collect();
    assert_eq!(counts.iter().map(|counts| counts.kept).collect::<Vec<_>>(), [100, 100, 50]);
    assert_eq!((counts[2].not_ip, counts[2].truncated, counts[2].malformed.clone()), (1, 1, [("packet-ipv4-header-length".to_owned(), 1)].into()));
    let spans: Vec<_> = book.batches.iter().map(|stored| (stored.header.opened, stored.header.closed)).collect();
    assert_eq!(spans[0].0.wall_us, i64::from(BEGAN_S) * 1_000_000);
    assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "spans follow each other: {spans:?}");
    assert_eq!(book.batches[0].header.software, concat!("noroshi-sensor ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn addresses_stay_with_a_sensor_that_masks_them_and_payload_comes_when_it_is_asked_for() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    let path = state.path().join("a.pcap");
    capture::write(&path, [capture::syn(1), capture::udp(b"GET / HTTP/1.1")]);
    for (more, masked, payload) in [(&[][..], false, &b""[..]), (&["--mask"], true, b""), (&["--payload-bytes", "5"], false, b"GET /")] {
        assert!(Running::over(state.path(), &[&path], more).end().0);
        let book = centre.book();
        let last = book.batches.last().unwrap();
        assert_eq!((last.header.masked, last.masked), (masked, masked), "{more:?}");
        assert_eq!(last.payloads, [&b""[..], payload], "{more:?}: nothing of what TCP carries");
    }
    let (well, text) = Running::over(state.path(), &[&path], &["--mask", "--payload-bytes", "5"]).end();
    assert!(!well && text.contains("--mask and --payload-bytes exclude each other"), "{text}");
}

#[test]
fn a_batch_is_sent_until_it_is_acknowledged_and_then_never_again() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    let moods = [Mood::Late(Duration::from_millis(300)), Mood::DieBefore, Mood::DieAfter, Mood::WrongHash, Mood::Refuse { for_good: false }];
    centre.book().moods.extend(moods);
    let path = capture::syns(state.path(), 300);
    let (well, text) = Running::over(state.path(), &[&path], &["--batch-packets", "100"]).end();
    assert!(well, "{text}");
    let book = centre.book();
    book.check();
    assert_eq!(book.packets(), (0..300).collect::<Vec<_>>());
    // The first came once; the second was not stored, then stored twice without an answer that counts, then refused for now.
    let came: Vec<usize> = book.batches.iter().map(|stored| book.came[&stored.hash]).collect();
    assert_eq!(came, [1, 5, 1]);
    drop(book);
    assert_eq!(status(state.path())["ring"]["batches"], 0);
}

#[test]
fn what_is_refused_for_good_lies_aside_and_is_told() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    centre.book().moods.push_back(Mood::Refuse { for_good: true });
    let path = capture::syns(state.path(), 300);
    assert!(Running::over(state.path(), &[&path], &["--batch-packets", "100"]).end().0);
    let known = status(state.path());
    assert_eq!((known["ring"]["refused"].as_u64(), known["ring"]["untold"].as_array().map(Vec::len)), (Some(1), Some(0)));
    let book = centre.book();
    assert_eq!(book.packets(), (100..300).collect::<Vec<_>>());
    book.check();
    let refused: Vec<_> = book.gaps().into_iter().filter(|gap| gap.reason == GapReason::Refused).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((refused[0].packets, refused[0].batches.map(|(_, first, last)| (first, last))), (Some(100), Some((0, 0))));
}

#[test]
fn a_batch_that_is_too_large_for_whatever_is_in_between_does_not_hold_up_the_rest() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    // In a few words, and in more than is read.
    centre.book().moods.extend([Mood::TooLarge(20), Mood::TooLarge(100_000)]);
    let path = capture::syns(state.path(), 400);
    let (well, text) = Running::over(state.path(), &[&path], &["--batch-packets", "100"]).end();
    assert!(well && text.contains("HTTP 413"), "{text}");
    let book = centre.book();
    book.check();
    assert_eq!(book.packets(), (200..400).collect::<Vec<_>>());
    let told: u64 = book.gaps().iter().filter(|gap| gap.reason == GapReason::Refused).filter_map(|gap| gap.packets).sum();
    assert_eq!(told, 200);
    assert_eq!(status(state.path())["ring"]["refused"], 2);
}

#[test]
fn a_batch_of_megabytes_that_is_refused_while_it_is_sent_does_not_hold_up_the_rest() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    centre.book().moods.push_back(Mood::TooLarge(20));
    let path = state.path().join("a.pcap");
    let mut bytes = vec![0; 16_384 * 256];
    SystemRandom::new().fill(&mut bytes).unwrap();
    capture::write(&path, bytes.chunks(256).map(capture::udp).chain([capture::syn(7)]));
    let (well, text) = Running::over(state.path(), &[&path], &["--payload-bytes", "256"]).end();
    assert!(well && text.contains("HTTP 413"), "{text}");
    let book = centre.book();
    book.check();
    assert_eq!(book.packets(), [7]);
    assert_eq!(book.gaps().iter().map(|gap| (gap.reason, gap.packets)).collect::<Vec<_>>(), [(GapReason::Refused, Some(16_384))]);
}

#[test]
fn a_centre_that_refuses_even_what_is_missing_does_not_have_everything() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    centre.book().moods.extend([Mood::Refuse { for_good: true }; 8]);
    let path = capture::syns(state.path(), 100);
    let (well, text) = Running::over(state.path(), &[&path], &[]).end();
    assert!(!well && text.contains("the centre does not have everything"), "{text}");
    centre.book().moods.clear();
    assert!(Running::over(state.path(), &[&path], &[]).end().0);
    let book = centre.book();
    assert_eq!(book.packets(), (0..100).collect::<Vec<_>>());
    assert_eq!(book.gaps().iter().filter_map(|gap| gap.packets).sum::<u64>(), 100, "{:?}", book.gaps());
}

#[test]
fn a_run_whose_ring_ran_over_tells_it_before_it_ends() {
    // Captures that are over, and a run that is asked to end.
    for asked in [false, true] {
        let mut centre = Centre::start();
        let state = enrolled(&centre);
        centre.down();
        let path = capture::syns(state.path(), 2_000);
        let small = ["--batch-packets", "100", "--ring-bytes", &(8 * 4_096).to_string()];
        let sensor = Running::over(state.path(), &[&path], &small);
        until("a ring that ran over", || status(state.path())["ring"]["head"]["sequence"] == 19);
        centre.up();
        if asked {
            sensor.terminate();
        }
        let (well, text) = sensor.end();
        assert!(well, "{text}");
        let known = status(state.path());
        assert_eq!((known["ring"]["batches"].as_u64(), known["ring"]["untold"].as_array().map(Vec::len)), (Some(0), Some(0)), "{text}");
        let book = centre.book();
        book.check();
        let missing: u64 = book.gaps().iter().filter(|gap| gap.reason == GapReason::RingFull).filter_map(|gap| gap.packets).sum();
        assert_eq!((missing + book.packets().len() as u64, book.runs().len()), (2_000, 1));
        let last = &book.batches.last().unwrap().header;
        assert_eq!((last.opened, last.counts.kept), (last.closed, 0), "it claims to have watched nothing");
    }
}

#[test]
fn a_centre_that_was_down_gets_everything_when_it_is_back() {
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    centre.down();
    let path = capture::syns(state.path(), 1_000);
    let sensor = Running::over(state.path(), &[&path], &["--batch-packets", "100"]);
    until("a full ring", || status(state.path())["ring"]["batches"] == 10);
    assert!(status(state.path())["ring"]["acknowledged"].is_null());
    // Long enough that it is tried in vain.
    std::thread::sleep(Duration::from_millis(1_500));
    centre.up();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
    assert!(text.contains("cannot be reached"), "{text}");
    let book = centre.book();
    book.check();
    assert_eq!(book.packets(), (0..1_000).collect::<Vec<_>>());
    assert!(book.batches[9].header.clock_offset_us.is_none(), "it was sealed before the centre's clock was known");
}

#[test]
fn a_ring_that_runs_over_drops_the_oldest_and_the_centre_learns_how_much() {
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    centre.down();
    let path = capture::syns(state.path(), 2_000);
    // Twenty batches of a hundred, with room for eight.
    let small = ["--batch-packets", "100", "--ring-bytes", &(8 * 4_096).to_string()];
    let sensor = Running::over(state.path(), &[&path], &small);
    until("a ring that ran over", || status(state.path())["ring"]["head"]["sequence"] == 19);
    let told = status(state.path())["ring"]["untold"].clone();
    assert_eq!((told[0]["reason"].as_str(), told.as_array().unwrap().len()), (Some("ring_full"), 1), "{told}");
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
    centre.up();
    let next = state.path().join("next.pcap");
    capture::write(&next, (5_000..5_100).map(capture::syn));
    for _ in 0..2 {
        assert!(Running::over(state.path(), &[&next], &small).end().0);
    }
    let book = centre.book();
    book.check();
    let dropped: Vec<_> = book.gaps().into_iter().filter(|gap| gap.reason == GapReason::RingFull).collect();
    let missing: u64 = dropped.iter().filter_map(|gap| gap.packets).sum();
    let came = book.packets().into_iter().filter(|number| *number < 2_000).count() as u64;
    assert_eq!(missing + came, 2_000, "{dropped:?}");
    assert!((1_200..=1_300).contains(&missing), "{dropped:?}");
    // The first batch was perhaps on its way, and then the second was the oldest that could be dropped.
    assert!(dropped.iter().any(|gap| gap.from_us <= i64::from(BEGAN_S + 1) * 1_000_000), "{dropped:?}");
}

#[test]
fn a_sensor_that_is_revoked_keeps_what_it_has() {
    let centre = Centre::start();
    let state = enrolled(&centre);
    centre.book().revoked = true;
    let path = capture::syns(state.path(), 100);
    let sensor = Running::over(state.path(), &[&path], &[]);
    until("a batch that waits", || status(state.path())["ring"]["batches"] == 1);
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well && text.contains("the sensor was revoked"), "{text}");
    assert!(centre.book().batches.is_empty());
    assert_eq!(status(state.path())["ring"]["batches"], 1);
}

#[test]
fn a_certificate_that_is_refused_is_named() {
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    centre.forget();
    let path = capture::syns(state.path(), 100);
    let sensor = Running::over(state.path(), &[&path], &[]);
    until("a batch that waits", || status(state.path())["ring"]["batches"] == 1);
    std::thread::sleep(Duration::from_millis(1_500));
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well && text.contains("does not accept this sensor's certificate"), "{text}");
}

#[test]
fn the_certificate_is_renewed_in_time_and_the_new_one_is_used() {
    let centre = Centre::start();
    centre.book().span = (-100, 20);
    let state = enrolled(&centre);
    let before = fs::read_to_string(state.path().join("identity.json")).unwrap();
    // Two thirds are over: it is renewed before anything is sent.
    let path = capture::syns(state.path(), 100);
    let (well, text) = Running::over(state.path(), &[&path], &[]).end();
    assert!(well && text.contains("the certificate was renewed"), "{text}");
    assert_ne!(fs::read_to_string(state.path().join("identity.json")).unwrap(), before);
    // The old one is not good any more, and is not needed.
    centre.book().certificates.remove(0);
    assert!(Running::over(state.path(), &[&path], &[]).end().0);
    let book = centre.book();
    assert_eq!((book.renewed, book.batches.len()), (1, 2));
}
