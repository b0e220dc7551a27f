//! Captures from the field: `NOROSHI_FIELD_DATA` names the folder that holds `pcap/`.

use crate::{
    centre::Centre,
    program::{Running, enrolled},
};
use noroshi_telescope::{
    capture::{CaptureFile, Limits},
    packet::decode,
    tally::Tally,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

#[test]
fn every_packet_of_the_field_is_accounted_for() {
    let Some(folder) = std::env::var_os("NOROSHI_FIELD_DATA") else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA is not set");
        return;
    };
    let files: Vec<PathBuf> = fs::read_dir(Path::new(&folder).join("pcap")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    let mut tally = Tally::default();
    for file in &files {
        let mut capture = CaptureFile::open(File::open(file).unwrap(), Limits::default()).unwrap();
        while let Some(frame) = capture.next_frame().unwrap() {
            tally.add(&frame, &decode(&frame));
        }
    }
    let centre = Centre::start();
    let state = enrolled(&centre);
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let (well, text) = Running::over(state.path(), &paths, &["--payload-bytes", "64"]).end();
    assert!(well, "{text}");
    let book = centre.book();
    book.check();
    let sum = |count: fn(&noroshi_telescope::batch::Counts) -> u64| book.batches.iter().map(|stored| count(&stored.header.counts)).sum::<u64>();
    let malformed = sum(|counts| counts.malformed.values().sum());
    assert_eq!((sum(|counts| counts.kept), sum(|counts| counts.not_ip)), (tally.stored, tally.not_ip));
    assert_eq!((sum(|counts| counts.truncated), malformed), (tally.truncated, tally.malformed()));
    assert_eq!(book.packets().len() as u64, tally.stored);
    eprintln!("{} captures: {} packets, {} not IP, {} truncated, {malformed} malformed", files.len(), tally.stored, tally.not_ip, tally.truncated);
}
