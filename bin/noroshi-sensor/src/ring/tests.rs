use super::{file::Name, *};
use crate::disk::faults::Faults;
use noroshi_telescope::batch::{BootId, Clocks, Counts, SensorId, SigningKey, Unverified, hash_of};
use proptest::prelude::*;
use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate().unwrap().0);

/// In memory where that is possible: a disk would wait for each of many thousand writings.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A run of the sensor's program on a ring; each batch lasts ten seconds and says that it kept one packet.
struct Run {
    ring: Ring,
    boot: BootId,
    sequence: u64,
}

fn header(boot: BootId, sequence: u64, before: Before) -> Header {
    let at = i64::from(boot.0[0]) * 1_000_000_000 + i64::try_from(sequence).unwrap() * 10_000_000;
    let clocks = |wall_us| Clocks { wall_us, monotonic_us: u64::try_from(wall_us).unwrap() };
    Header {
        sensor: SensorId([1; 16]),
        boot,
        sequence,
        previous: before.previous,
        opened: clocks(at),
        closed: clocks(at + 10_000_000),
        clock_offset_us: None,
        counts: Counts::default(),
        gaps: before.gaps,
        masked: false,
        software: "test".into(),
    }
}

fn empty() -> arrow_array::RecordBatch {
    noroshi_telescope::batch::Recorder::new(noroshi_telescope::batch::Recording::default(), 0).take().unwrap()
}

impl Run {
    fn open(folder: &Path, boot: u8, limits: Limits, faults: &Faults) -> Result<Self, OpenError> {
        let ring = Ring::open_on(Disk { faults: faults.clone() }, folder, limits)?;
        Ok(Self { ring, boot: BootId([boot; 16]), sequence: 0 })
    }

    fn append(&mut self) -> Kept {
        let (boot, sequence) = (self.boot, self.sequence);
        self.sequence += 1;
        self.ring
            .append(|before| {
                let header = header(boot, sequence, before);
                let bytes = noroshi_telescope::batch::seal(&header, &empty(), &KEY)?;
                Ok((header, bytes))
            })
            .unwrap()
    }
}

/// So many batches fit.
fn room_for(batches: u64) -> Limits {
    Limits { bytes: batches * 4_096, ..Limits::default() }
}

fn sealed(bytes: &[u8]) -> Header {
    Unverified::read(bytes, noroshi_telescope::batch::Limits::default()).unwrap().claims().clone()
}

fn names(folder: &Path) -> Vec<(u8, u64)> {
    file::list(folder).unwrap().0.into_iter().map(|name| (name.boot.0[0], name.sequence)).collect()
}

fn told(gaps: &[Gap]) -> Vec<(GapReason, u8, u64, u64)> {
    gaps.iter().filter_map(|gap| gap.batches.map(|(boot, first, last)| (gap.reason, boot.0[0], first, last))).collect()
}

#[test]
fn batches_come_out_in_the_order_in_which_they_were_kept_chained_over_runs() {
    let folder = folder();
    let mut previous = None;
    for boot in 1..=3 {
        let mut run = Run::open(folder.path(), boot, Limits::default(), &Faults::default()).unwrap();
        assert_eq!(run.ring.head().map(|head| head.hash), previous);
        assert_eq!([run.append(), run.append()], [Kept::Kept; 2]);
        previous = run.ring.head().map(|head| head.hash);
    }
    let mut run = Run::open(folder.path(), 4, Limits::default(), &Faults::default()).unwrap();
    let (mut seen, mut last) = (Vec::new(), None);
    while let Some(batch) = run.ring.take() {
        assert_eq!(hash_of(&batch.bytes), batch.hash);
        let header = sealed(&batch.bytes);
        assert_eq!(header.previous, last);
        last = Some(batch.hash);
        seen.push((header.boot.0[0], header.sequence));
        run.ring.acknowledge(batch.index, 7);
    }
    assert_eq!(seen, [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]);
    assert!(names(folder.path()).is_empty());
    drop(run);
    // The chain goes on when all is acknowledged, too.
    let run = Run::open(folder.path(), 5, Limits::default(), &Faults::default()).unwrap();
    assert_eq!(run.ring.head().map(|head| head.hash), last);
    let report = Report::of(folder.path()).unwrap();
    assert_eq!((report.batches, report.acknowledged.map(|last| (last.boot.0[0], last.sequence, last.at_us))), (0, Some((3, 1, 7))));
}

#[test]
fn a_full_ring_drops_the_oldest_but_not_what_is_being_sent_and_says_so_once() {
    let folder = folder();
    let mut run = Run::open(folder.path(), 1, room_for(4), &Faults::default()).unwrap();
    (0..4).for_each(|_| assert_eq!(run.append(), Kept::Kept));
    let sending = run.ring.take().unwrap();
    (0..5).for_each(|_| assert_eq!(run.append(), Kept::Kept));
    assert_eq!(names(folder.path()), [(1, 0), (1, 6), (1, 7), (1, 8)]);
    assert_eq!(told(run.ring.untold()), [(GapReason::RingFull, 1, 1, 5)], "one gap, as long as it goes on");
    assert_eq!((run.ring.untold()[0].from_us, run.ring.untold()[0].to_us), (1_010_000_000, 1_060_000_000));
    run.ring.acknowledge(sending.index, 0);
    run.append();
    assert_eq!(told(run.ring.untold()), [(GapReason::RingFull, 1, 1, 5)], "the batch before cost an older one");
    let second = run.ring.take().unwrap();
    run.ring.acknowledge(second.index, 0);
    run.append();
    assert!(run.ring.untold().is_empty());
    let mut headers = Vec::new();
    while let Some(batch) = run.ring.take() {
        headers.push(sealed(&batch.bytes));
        run.ring.acknowledge(batch.index, 0);
    }
    let told: Vec<_> = headers.iter().flat_map(|header| told(&header.gaps)).collect();
    assert_eq!(told, [(GapReason::RingFull, 1, 1, 5)]);
}

#[test]
fn a_ring_in_which_only_what_is_being_sent_has_room_loses_the_new_batch_and_says_so() {
    let folder = folder();
    let mut run = Run::open(folder.path(), 1, room_for(1), &Faults::default()).unwrap();
    run.append();
    run.ring.take().unwrap();
    assert_eq!(run.append(), Kept::Lost(GapReason::RingFull));
    assert_eq!(told(run.ring.untold()), [(GapReason::RingFull, 1, 1, 1)]);
    run.ring.put_back();
    assert_eq!(run.append(), Kept::Kept);
    assert_eq!(told(run.ring.untold()), [(GapReason::RingFull, 1, 0, 0)], "the first was told by the third");
}

#[test]
fn what_the_centre_refuses_lies_aside_and_is_told() {
    let folder = folder();
    let limits = Limits { aside_bytes: 2 * 4_096, ..Limits::default() };
    let mut run = Run::open(folder.path(), 1, limits, &Faults::default()).unwrap();
    (0..3).for_each(|_| assert_eq!(run.append(), Kept::Kept));
    for _ in 0..3 {
        let batch = run.ring.take().unwrap();
        run.ring.refuse(batch.index).unwrap();
    }
    assert!(names(folder.path()).is_empty());
    assert_eq!(names(&folder.path().join("refused")), [(1, 1), (1, 2)], "the oldest goes when they are too many");
    assert_eq!(told(run.ring.untold()), [(GapReason::Refused, 1, 0, 2)]);
}

#[test]
fn gaps_that_a_lost_batch_would_have_told_are_told_by_the_next() {
    let folder = folder();
    let mut run = Run::open(folder.path(), 1, Limits::default(), &Faults::default()).unwrap();
    let stopped = Gap { reason: GapReason::Stopped, from_us: 1, to_us: 2, packets: None, batches: None };
    run.ring.note(stopped.clone());
    run.append();
    assert!(run.ring.untold().is_empty());
    let batch = run.ring.take().unwrap();
    assert_eq!(sealed(&batch.bytes).gaps, std::slice::from_ref(&stopped));
    run.ring.refuse(batch.index).unwrap();
    assert!(run.ring.untold().contains(&stopped));
    assert_eq!(run.ring.untold().len(), 2);
}

#[test]
fn a_file_that_is_no_batch_is_moved_aside_and_told() {
    let folder = folder();
    let mut run = Run::open(folder.path(), 1, Limits::default(), &Faults::default()).unwrap();
    (0..4).for_each(|_| assert_eq!(run.append(), Kept::Kept));
    let head = run.ring.head();
    drop(run);
    let name = |sequence| folder.path().join(Name { index: sequence, boot: BootId([1; 16]), sequence }.to_string());
    fs::write(name(1), b"NRSB").unwrap();
    fs::write(name(3), fs::read(name(2)).unwrap()).unwrap();
    fs::write(folder.path().join(format!("x{}", disk::UNFINISHED)), b"half").unwrap();
    let mut run = Run::open(folder.path(), 2, Limits::default(), &Faults::default()).unwrap();
    assert_eq!(names(folder.path()), [(1, 0), (1, 2)]);
    assert_eq!(names(&folder.path().join("unreadable")), [(1, 1), (1, 3)]);
    assert_eq!(told(run.ring.untold()), [(GapReason::Unreadable, 1, 1, 1), (GapReason::Unreadable, 1, 3, 3)]);
    assert_eq!(run.ring.head(), head, "the chain goes on from what was kept");
    assert!(!folder.path().join(format!("x{}", disk::UNFINISHED)).exists());
    // One that is broken while the program runs.
    fs::write(name(0), b"").unwrap();
    assert_eq!(sealed(&run.ring.take().unwrap().bytes).sequence, 2);
    assert!(told(run.ring.untold()).contains(&(GapReason::Unreadable, 1, 0, 1)));
}

#[test]
fn a_full_disk_costs_the_oldest_then_the_new_and_says_so() {
    let folder = folder();
    let faults = Faults::default();
    let mut run = Run::open(folder.path(), 1, Limits::default(), &faults).unwrap();
    (0..6).for_each(|_| assert_eq!(run.append(), Kept::Kept));
    let taken = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| usize::try_from(entry.unwrap().metadata().unwrap().len()).unwrap()).sum::<usize>();
    faults.resize(Some((folder.path().to_owned(), taken(folder.path()) + 100)));
    assert_eq!(run.append(), Kept::Kept);
    assert_eq!(names(folder.path())[0], (1, 1));
    // Another takes all that is freed.
    faults.resize(Some((folder.path().to_owned(), 0)));
    assert_eq!(run.append(), Kept::Lost(GapReason::DiskFull));
    assert_eq!(run.append(), Kept::Lost(GapReason::DiskFull));
    assert!(names(folder.path()).len() >= 2, "not all of the ring goes for a batch that cannot be kept: {:?}", names(folder.path()));
    faults.resize(None);
    run.append();
    run.append();
    assert!(run.ring.untold().is_empty());
    let mut lost = Vec::new();
    let mut kept = Vec::new();
    while let Some(batch) = run.ring.take() {
        let header = sealed(&batch.bytes);
        lost.extend(header.gaps.iter().flat_map(|gap| gap.batches.map(|(_, first, last)| first..=last).unwrap()));
        kept.push(header.sequence);
        run.ring.acknowledge(batch.index, 0);
    }
    lost.extend(kept);
    lost.sort_unstable();
    assert_eq!(lost, (0..11).collect::<Vec<_>>());
}

#[test]
fn a_ring_is_used_by_one_process_at_a_time() {
    let folder = folder();
    let first = Ring::open(folder.path(), Limits::default()).unwrap();
    let second = Ring::open(folder.path(), Limits::default());
    assert!(matches!(second, Err(OpenError::Used(_))));
    drop(first);
    Ring::open(folder.path(), Limits::default()).unwrap();
}

#[test]
fn a_gap_is_told_once_wherever_the_process_is_killed_while_it_is_told() {
    let mut twice = 0;
    for steps in 0..20 {
        let (folder, faults) = (folder(), Faults::default());
        let mut run = Run::open(folder.path(), 1, Limits::default(), &faults).unwrap();
        run.append();
        let refused = run.ring.take().unwrap();
        run.ring.refuse(refused.index).unwrap();
        faults.kill_after(steps);
        run.append();
        let killed = faults.killed();
        drop(run);
        let mut run = Run::open(folder.path(), 2, Limits::default(), &Faults::default()).unwrap();
        twice += usize::from(killed && run.ring.len() == 1);
        run.append();
        let mut gaps = Vec::new();
        while let Some(batch) = run.ring.take() {
            gaps.extend(told(&sealed(&batch.bytes).gaps));
            run.ring.acknowledge(batch.index, 0);
        }
        assert_eq!(gaps, [(GapReason::Refused, 1, 0, 0)], "killed after {steps} steps");
    }
    assert!(twice > 1, "it was killed between the batch and the state, too");
}

/// What a ring would tell with its next batches, and what it told: all of it, in order.
fn all_told(run: &mut Run) -> Vec<Gap> {
    run.append();
    let mut gaps = Vec::new();
    while let Some(batch) = run.ring.take() {
        gaps.extend(sealed(&batch.bytes).gaps);
        run.ring.acknowledge(batch.index, 0);
    }
    gaps
}

#[test]
fn what_an_older_ring_holds_is_told_wherever_the_process_is_killed() {
    let stopped = Gap { reason: GapReason::Stopped, from_us: 1, to_us: 2, packets: None, batches: None };
    let (mut moved, mut killed_before_it_told) = (0, 0);
    for steps in 0..40 {
        let state = folder();
        let ring = |digit: u8| state.path().join(format!("ring-{}", SensorId([digit; 16])));
        // Two runs of an identity before: one batch that tells a gap, one that was refused and is not told, three that wait.
        let mut older = Run::open(&ring(1), 1, Limits::default(), &Faults::default()).unwrap();
        older.ring.note(stopped.clone());
        (0..2).for_each(|_| assert_eq!(older.append(), Kept::Kept));
        drop(older);
        let mut older = Run::open(&ring(1), 2, Limits::default(), &Faults::default()).unwrap();
        (0..3).for_each(|_| assert_eq!(older.append(), Kept::Kept));
        let refused = older.ring.take().unwrap();
        older.ring.refuse(refused.index).unwrap();
        drop(older);
        let faults = Faults::default();
        faults.kill_after(steps);
        let mut told = Vec::new();
        if let Ok(mut run) = Run::open(&ring(3), 3, Limits::default(), &faults)
            && run.ring.take_over_older().is_ok()
        {
            told.extend(all_told(&mut run));
        }
        let killed = faults.killed();
        let mut run = Run::open(&ring(3), 4, Limits::default(), &Faults::default()).unwrap();
        killed_before_it_told += usize::from(killed && run.ring.is_empty() && !run.ring.untold().is_empty());
        run.ring.take_over_older().unwrap();
        told.extend(all_told(&mut run));
        // As the centre keeps it: the same twice is one row.
        let mut rows: Vec<Gap> = Vec::new();
        for gap in told {
            if !rows.contains(&gap) {
                rows.push(gap);
            }
        }
        assert!(rows.contains(&stopped), "killed after {steps} steps: {rows:?}");
        let mut batches = self::told(&rows);
        batches.sort_unstable();
        assert_eq!(batches, [(GapReason::Refused, 1, 0, 1), (GapReason::Refused, 2, 0, 2)], "killed after {steps} steps");
        assert!(!ring(1).exists());
        assert_eq!(Older::beside(&ring(3)).unwrap().abandoned, 4);
        moved += usize::from(!killed);
    }
    assert!(moved > 1 && killed_before_it_told > 1, "{moved} {killed_before_it_told}: it was killed in between, and not");
}

#[test]
fn a_ring_that_another_process_uses_is_not_taken_over() {
    let state = folder();
    let ring = |digit: u8| state.path().join(format!("ring-{}", SensorId([digit; 16])));
    let older = Run::open(&ring(1), 1, Limits::default(), &Faults::default()).unwrap();
    let mut run = Run::open(&ring(2), 2, Limits::default(), &Faults::default()).unwrap();
    assert!(matches!(run.ring.take_over_older(), Err(OpenError::Used(_))));
    drop(older);
    run.ring.take_over_older().unwrap();
    assert!(!ring(1).exists());
}

/// What is done to a ring.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Append,
    Acknowledge,
    /// The centre has it, and its receipt is lost.
    Unanswered,
    Refuse,
    /// Taken and not finished before the next deed.
    Take,
    /// The process is killed after so many further steps on the disk.
    KillAfter(u32),
    Restart,
    FullDisk,
    RoomAgain,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        10 => Just(Deed::Append),
        4 => Just(Deed::Acknowledge),
        1 => Just(Deed::Unanswered),
        1 => Just(Deed::Refuse),
        1 => Just(Deed::Take),
        4 => (0_u32..14).prop_map(Deed::KillAfter),
        1 => Just(Deed::Restart),
        1 => Just(Deed::FullDisk),
        1 => Just(Deed::RoomAgain),
    ]
}

/// The centre: what it has, and what it was told.
#[derive(Default)]
struct Centre {
    has: BTreeMap<Hash, Header>,
    gaps: Vec<Gap>,
}

impl Centre {
    fn receive(&mut self, bytes: &[u8]) {
        let header = sealed(bytes);
        self.gaps.extend(header.gaps.clone());
        self.has.insert(hash_of(bytes), header);
    }
}

fn covers(gaps: &[Gap], boot: BootId, sequence: u64) -> bool {
    let at = header(boot, sequence, Before { previous: None, gaps: Vec::new() });
    gaps.iter().any(|gap| match gap.batches {
        Some((of, first, last)) => of == boot && (first..=last).contains(&sequence),
        None => gap.from_us <= at.opened.wall_us && at.closed.wall_us <= gap.to_us,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens and wherever the process is killed: what was kept is with the centre, in the ring, or in a gap that is told or waits.
    #[test]
    fn nothing_is_lost_untold(deeds in prop::collection::vec(deed(), 1..60), room in 1_u64..6) {
        let folder = folder();
        let mut faults = Faults::default();
        let mut boot = 1;
        let mut run = Run::open(folder.path(), boot, room_for(room), &faults).unwrap();
        let mut centre = Centre::default();
        // Every batch of which the ring said that it was kept, or lost.
        let mut answered: Vec<(BootId, u64, Kept)> = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Append => {
                    let sequence = run.sequence;
                    let kept = run.append();
                    if !faults.killed() {
                        answered.push((run.boot, sequence, kept));
                    }
                }
                Deed::Acknowledge | Deed::Unanswered | Deed::Refuse | Deed::Take => {
                    if let Some(batch) = run.ring.take() {
                        match deed {
                            Deed::Acknowledge => { centre.receive(&batch.bytes); run.ring.acknowledge(batch.index, 0); }
                            Deed::Unanswered => { centre.receive(&batch.bytes); run.ring.put_back(); }
                            Deed::Refuse => { let _ = run.ring.refuse(batch.index); }
                            _ => {}
                        }
                    }
                }
                Deed::KillAfter(steps) => faults.kill_after(steps),
                Deed::FullDisk => faults.resize(Some((folder.path().to_owned(), 0))),
                Deed::RoomAgain => faults.resize(None),
                Deed::Restart => faults.kill_after(0),
            }
            if faults.killed() {
                drop(run);
                faults = Faults::default();
                boot += 1;
                run = Run::open(folder.path(), boot, room_for(room), &faults).unwrap();
            }
        }
        drop(run);
        let mut run = Run::open(folder.path(), boot + 1, Limits::default(), &Faults::default()).unwrap();
        prop_assert!(fs::read_dir(folder.path()).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().ends_with(disk::UNFINISHED)));
        // Two more, so that all is told; then the rest of the ring goes to the centre, chained.
        run.append();
        run.append();
        let mut last: Option<Hash> = None;
        let mut first = true;
        let untold = run.ring.untold().to_vec();
        while let Some(batch) = run.ring.take() {
            let header = sealed(&batch.bytes);
            // Who dropped what lay between told so.
            if !first && header.previous != last {
                let missing = header.previous.is_some_and(|hash| !centre.has.contains_key(&hash));
                prop_assert!(missing, "{:?} is chained to another than the one before", header);
            }
            first = false;
            last = Some(batch.hash);
            centre.receive(&batch.bytes);
            run.ring.acknowledge(batch.index, 0);
        }
        prop_assert!(untold.is_empty(), "{untold:?}");
        for (boot, sequence, kept) in answered {
            let has = centre.has.values().any(|header| (header.boot, header.sequence) == (boot, sequence));
            let told = covers(&centre.gaps, boot, sequence);
            prop_assert!(has || told, "{boot} {sequence} was {kept:?} and is nowhere");
        }
    }
}
