//! A disk that is full: a small tmpfs, which needs root.

use crate::{
    capture,
    centre::Centre,
    program::{Running, enrolled, status},
    until,
};
use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    unistd::geteuid,
};
use noroshi_telescope::batch::GapReason;
use std::{fs, path::Path};

struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(at: &'a Path, kib: usize) -> Self {
        mount(Some("tmpfs"), at, Some("tmpfs"), MsFlags::empty(), Some(format!("size={kib}k").as_str())).unwrap();
        Self(at)
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = umount2(self.0, MntFlags::MNT_DETACH);
    }
}

#[test]
fn a_full_disk_costs_packets_and_the_centre_learns_how_many() {
    assert!(geteuid().is_root(), "a small disk is mounted, which only root may do: run scripts/test, or this test as root");
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    let identity: Vec<_> = fs::read_dir(state.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let small = tempfile::tempdir().unwrap();
    let disk = Small::mount(small.path(), 768);
    for file in identity {
        fs::copy(&file, small.path().join(file.file_name().unwrap())).unwrap();
    }
    let path = capture::syns(state.path(), 3_000);
    centre.down();
    let sensor = Running::over(small.path(), &[&path], &["--batch-packets", "20"]);
    until("an end of recording", || status(small.path())["ring"]["head"]["sequence"] == 149);
    sensor.terminate();
    let (well, text) = sensor.end();
    assert!(well, "{text}");
    centre.up();
    let next = state.path().join("next.pcap");
    capture::write(&next, (5_000..5_100).map(capture::syn));
    for _ in 0..2 {
        let (well, text) = Running::over(small.path(), &[&next], &["--batch-packets", "20"]).end();
        assert!(well, "{text}");
    }
    drop(disk);
    let book = centre.book();
    book.check();
    let lost: Vec<_> = book.gaps().into_iter().filter(|gap| gap.reason == GapReason::DiskFull).collect();
    let missing: u64 = lost.iter().filter_map(|gap| gap.packets).sum();
    let mut came: Vec<u32> = book.packets().into_iter().filter(|number| *number < 3_000).collect();
    came.sort_unstable();
    came.dedup();
    assert!(missing > 100, "{lost:?}");
    assert_eq!(missing + came.len() as u64, 3_000, "{lost:?}");
}
