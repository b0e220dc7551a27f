//! The program on an interface, between network namespaces: what is sent to it arrives at the centre, or is named.

use crate::{
    capture::{arp, syn},
    centre::Centre,
    ground::{CENTRE, Ground, INTERFACE, Sender},
    program::{Running, program, said},
    until,
};
use noroshi_sensor::clock::{Clock as _, SystemClock};
use noroshi_telescope::batch::{Gap, GapReason};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

pub(crate) struct Place {
    ground: Ground,
    pub(crate) centre: Centre,
    pub(crate) state: tempfile::TempDir,
    pub(crate) sender: Sender,
}

impl Place {
    /// A centre outside, and a sensor that enrolled and has not begun.
    pub(crate) fn new() -> Self {
        let ground = Ground::new();
        let centre = Centre::start_at(CENTRE, Some(ground.outside()));
        let state = tempfile::tempdir().unwrap();
        let sender = ground.sender();
        let token = centre.token();
        let mut enrolling = program(state.path(), ["enroll", "--user", "nobody", "--centre", &centre.url()]);
        enrolling.env("NOROSHI_SENSOR_TOKEN", token.reveal());
        let done = ground.within(&enrolling).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        Self { ground, centre, state, sender }
    }

    /// A sensor that records already, and tells soon.
    fn run(&self, more: &[&str]) -> Running {
        self.run_with(&[&["--batch-seconds", "1", "--heartbeat-seconds", "1"], more].concat())
    }

    /// A sensor that records already.
    pub(crate) fn run_with(&self, more: &[&str]) -> Running {
        let before = self.centre.book().batches.len();
        let arguments = ["run", "--interface", INTERFACE, "--user", "nobody"];
        let sensor = Running::start(self.ground.within(&program(self.state.path(), arguments.iter().chain(more))));
        until("a first batch", || self.centre.book().batches.len() > before);
        sensor
    }

    /// One whose clock is so many seconds off, in a boot of this name.
    pub(crate) fn run_at(&self, off_s: i64, boot: &str, more: &[&str]) -> Running {
        let before = self.centre.book().batches.len();
        let mut command = program(self.state.path(), ["run", "--interface", INTERFACE].iter().chain(more));
        command.env("LD_PRELOAD", faketime()).env("FAKETIME", format!("{off_s:+}s")).env("NOROSHI_SENSOR_BOOT", boot);
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        let sensor = Running::start(self.ground.within(&command));
        until("a first batch", || self.centre.book().batches.len() > before);
        sensor
    }

    fn gaps(&self, reason: GapReason) -> Vec<Gap> {
        self.centre.book().gaps().into_iter().filter(|gap| gap.reason == reason).collect()
    }
}

/// The library that tells programs another time.
fn faketime() -> PathBuf {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib64/faketime"];
    let found = folders.into_iter().map(|folder| Path::new(folder).join("libfaketimeMT.so.1")).find(|path| path.is_file());
    found.expect("libfaketime is installed by scripts/test")
}

#[test]
fn what_comes_in_arrives_and_what_the_sensor_says_itself_does_not() {
    let place = Place::new();
    // The centre's clock is an hour behind.
    place.centre.book().ahead_us = -3_600_000_000;
    let sensor = place.run(&[]);
    (0..500).for_each(|number| place.sender.send(&syn(number)));
    (0..3).for_each(|_| place.sender.send(&arp()));
    until("the packets", || place.centre.book().packets().len() >= 500);
    // Of the user who was named, and of nothing else.
    let status = fs::read_to_string(format!("/proc/{}/status", sensor.id())).unwrap();
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert!(!line("Uid:").split_whitespace().any(|id| id == "0"), "{status}");
    assert_eq!((line("CapEff:"), line("CapPrm:"), line("NoNewPrivs:")), ("0000000000000000".into(), "0000000000000000".into(), "1".into()));
    place.sender.send(&syn(500));
    thread::sleep(Duration::from_millis(100));
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
    let book = place.centre.book();
    book.check();
    assert_eq!(book.packets(), (0..=500).collect::<Vec<_>>(), "the last one was sent when it was asked to end");
    let sum = |count: fn(&noroshi_telescope::batch::Counts) -> u64| book.batches.iter().map(|stored| count(&stored.header.counts)).sum::<u64>();
    assert!(sum(|counts| counts.not_ip) >= 3);
    assert_eq!(sum(|counts| counts.kernel_drops), 0);
    assert!(sum(|counts| counts.left_out) > 0, "answers of the centre");
    let offsets: Vec<i64> = book.batches.iter().filter_map(|stored| stored.header.clock_offset_us).collect();
    assert!(!offsets.is_empty() && offsets.iter().all(|offset| (offset - 3_600_000_000).abs() < 1_000_000), "{offsets:?}");
    assert!(book.batches.iter().any(|stored| stored.header.counts.kept == 0), "a heartbeat");
    let spans: Vec<_> = book.batches.iter().map(|stored| (stored.header.opened, stored.header.closed)).collect();
    assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "{spans:?}");
}

/// As its systemd unit starts it: as its user, with two capabilities.
#[test]
fn who_was_never_root_gives_its_two_capabilities_up() {
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = folder.path().join("noroshi-sensor");
    fs::copy(env!("CARGO_BIN_EXE_noroshi-sensor"), &copy).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--bounding-set", "-all,+net_raw,+net_admin"]);
    command.args(["--inh-caps", "-all,+net_raw,+net_admin", "--ambient-caps", "-all,+net_raw,+net_admin"]).arg(&copy);
    command.args(["run", "--interface", INTERFACE, "--user", "nobody", "--batch-seconds", "1"]).env("NOROSHI_SENSOR_STATE", place.state.path());
    let sensor = Running::start(place.ground.within(&command));
    thread::sleep(Duration::from_millis(500));
    place.sender.send(&syn(1));
    until("the packet", || place.centre.book().packets() == [1]);
    let status = fs::read_to_string(format!("/proc/{}/status", sensor.id())).unwrap();
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        assert!(status.contains(&format!("{set}:\t0000000000000000\n")), "{status}");
    }
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
}

#[test]
fn an_interface_that_is_down_is_a_gap_and_one_without_a_carrier_too() {
    let place = Place::new();
    let sensor = place.run(&[]);
    for (number, down, up) in [(1, Ground::link as fn(&Ground, &str), Ground::link as fn(&Ground, &str)), (2, Ground::other_end, Ground::other_end)] {
        let from_us = SystemClock.now().wall_us;
        down(&place.ground, "down");
        thread::sleep(Duration::from_secs(3));
        let to_us = SystemClock.now().wall_us;
        up(&place.ground, "up");
        until("a gap", || place.gaps(GapReason::InterfaceDown).len() == number);
        let gap = place.gaps(GapReason::InterfaceDown).pop().unwrap();
        // It is looked every second whether there is a carrier.
        assert!(gap.from_us - from_us < 2_000_000 && gap.to_us >= to_us - 100_000, "{from_us} {to_us} {gap:?}");
        place.sender.send(&syn(u32::try_from(number).unwrap()));
    }
    until("the packets", || place.centre.book().packets().len() == 2);
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
    place.centre.book().check();
}

#[test]
fn every_packet_arrives_once_or_in_a_named_gap_however_often_the_sensor_is_killed() {
    let place = Place::new();
    let over = AtomicBool::new(false);
    let mut sent: Vec<i64> = Vec::new();
    thread::scope(|threads| {
        let sending = threads.spawn(|| {
            let mut sent = Vec::new();
            while !over.load(Ordering::Relaxed) {
                sent.push(SystemClock.now().wall_us);
                place.sender.send(&syn(u32::try_from(sent.len() - 1).unwrap()));
                thread::sleep(Duration::from_micros(500));
            }
            sent
        });
        for round in 0..6_u64 {
            let sensor = place.run(&["--batch-packets", "200"]);
            thread::sleep(Duration::from_millis(400 + round * 130));
            let text = sensor.kill();
            assert!(!text.contains("ERROR"), "{text}");
            thread::sleep(Duration::from_millis(200));
        }
        let last = place.run(&["--batch-packets", "200"]);
        thread::sleep(Duration::from_millis(500));
        over.store(true, Ordering::Relaxed);
        sent = sending.join().unwrap();
        thread::sleep(Duration::from_millis(200));
        last.terminate();
        let (well, text) = last.end();
        assert!(well, "{text}");
    });
    let book = place.centre.book();
    book.check();
    let stops = book.gaps().into_iter().filter(|gap| gap.reason == GapReason::Stopped).collect::<Vec<_>>();
    assert_eq!(stops.len(), 6, "{stops:?}");
    assert_eq!(book.gaps().len(), 6, "no other gap: {:?}", book.gaps());
    let mut times = BTreeMap::new();
    for number in book.packets() {
        *times.entry(number).or_insert(0) += 1;
    }
    let began = book.batches[0].header.opened.wall_us;
    let mut lost = 0;
    for (number, at_us) in (0_u32..).zip(&sent) {
        match times.get(&number) {
            Some(count) => assert_eq!(*count, 1, "packet {number} arrived more than once"),
            // The kernel tells its time a little after it was sent.
            None => {
                lost += 1;
                let named = *at_us < began || stops.iter().any(|gap| gap.from_us - 50_000 <= *at_us && *at_us <= gap.to_us);
                assert!(named, "packet {number} of {at_us} neither arrived nor lies in a gap: {stops:?}");
            }
        }
    }
    assert!(lost > 0 && book.packets().len() > sent.len() / 3, "{lost} of {}", sent.len());
}

#[test]
fn whoever_cannot_record_says_what_to_do() {
    let place = Place::new();
    let refused = |arguments: &[&str], because: &str| {
        let done = place.ground.within(&program(place.state.path(), arguments)).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains(because), "{}", said(&done));
    };
    refused(&["run", "--interface", "dark9"], "dark0");
    refused(&["run", "--interface", INTERFACE, "--user", "noroshi-nobody"], "adduser --system");
    // The folder belongs to another.
    for entry in fs::read_dir(place.state.path()).unwrap() {
        chown(entry.unwrap().path(), Some(0), Some(0)).unwrap();
    }
    chown(place.state.path(), Some(0), Some(0)).unwrap();
    fs::set_permissions(place.state.path(), fs::Permissions::from_mode(0o700)).unwrap();
    refused(&["run", "--interface", INTERFACE, "--user", "nobody"], "cannot be opened");
}
