//! The program is killed (SIGKILL) at any moment, again and again.

use crate::{
    book::Mood,
    capture,
    centre::Centre,
    program::{Running, enrolled, status},
};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::time::Duration;

const KILLS: usize = 20;
const PACKETS: u32 = 6_000;

fn dice(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % below
}

#[test]
fn what_was_kept_arrives_once_and_chained_however_often_the_program_is_killed() {
    let mut centre = Centre::start();
    let state = enrolled(&centre);
    let path = capture::syns(state.path(), PACKETS);
    let small = ["--batch-packets", "100"];
    for round in 0..KILLS {
        // The centre is down now and then, and dies with a batch in its hands.
        if round % 5 == 3 {
            centre.down();
        }
        centre.book().moods.extend([Mood::DieAfter, Mood::DieBefore].into_iter().take(round % 3));
        let sensor = Running::over(state.path(), &[&path], &small);
        std::thread::sleep(Duration::from_millis(30 + dice(1_200)));
        sensor.kill();
        if round % 5 == 3 {
            centre.up();
        }
    }
    centre.book().moods.clear();
    let (well, text) = Running::over(state.path(), &[&path], &small).end();
    assert!(well, "{text}");
    let book = centre.book();
    book.check();
    assert!(book.gaps().iter().all(|gap| gap.batches.is_none()), "no batch was lost: {:?}", book.gaps());
    let runs = book.runs();
    assert!(runs.len() > KILLS / 2, "{} runs came to something", runs.len());
    for (number, (boot, batches)) in runs.iter().enumerate() {
        // Each run recorded the capture from its beginning: what came of it is that beginning, without a hole and once.
        let packets: Vec<u32> = batches.iter().flat_map(|stored| stored.packets.iter().copied()).collect();
        assert_eq!(packets, (0..u32::try_from(packets.len()).unwrap()).collect::<Vec<_>>(), "{boot}");
        assert_eq!(batches.iter().map(|stored| stored.header.sequence).collect::<Vec<_>>(), (0..batches.len() as u64).collect::<Vec<_>>());
        let whole = packets.len() == PACKETS as usize;
        assert!(whole || number + 1 < runs.len(), "the last run is whole: {}", packets.len());
    }
    // One chain from the first batch to the last.
    let chained = book.batches.windows(2).all(|pair| pair[1].header.previous == Some(pair[0].hash));
    assert!(chained && book.batches[0].header.previous.is_none());
    drop(book);
    let left = status(state.path());
    assert_eq!((left["ring"]["batches"].as_u64(), left["ring"]["untold"].as_array().map(Vec::len)), (Some(0), Some(0)));
}
