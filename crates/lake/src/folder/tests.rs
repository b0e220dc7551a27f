use super::*;
use crate::packets::{PacketBuffer, made, write};
use jiff::civil::date;
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

const GRACE: Duration = Duration::from_secs(600);

fn name(id: u8) -> FileName {
    FileName::new(date(2023, 11, 14), format!("batch-{id}")).unwrap()
}

/// What a reader's glob finds.
fn globbed(folder: &Folder) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for day in fs::read_dir(folder.root()).unwrap() {
        for file in fs::read_dir(day.unwrap().path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            if file.ends_with(".parquet") {
                found.insert(file);
            }
        }
    }
    found
}

fn stage(folder: &Folder, id: u8) {
    let mut buffer = PacketBuffer::new(8, None);
    buffer.push(&made::syn(made::AT_NS, 23)).unwrap();
    write(folder, &name(id), &buffer).unwrap();
}

/// What is left when power fails while a file is written.
fn half(folder: &Folder, id: u8) {
    let (_, mut file) = folder.stage(&name(id)).unwrap();
    std::io::Write::write_all(&mut file, b"PAR1 and no more").unwrap();
}

fn later() -> SystemTime {
    #[allow(clippy::disallowed_methods, reason = "files bear the system's time")]
    let now = SystemTime::now();
    now + GRACE * 2
}

#[test]
fn names_are_read_as_they_are_written() {
    let name = FileName::new(date(2026, 2, 3), "a-1").unwrap();
    assert_eq!(name.to_string(), "day=2026-02-03/a-1.parquet");
    assert_eq!(name.to_string().parse(), Ok(name));
    for wrong in ["", "../x", "A", "a.b", &"a".repeat(65)] {
        assert_eq!(FileName::new(date(2026, 2, 3), wrong), Err(NoFileName), "{wrong}");
    }
    for wrong in ["day=2026-02-03/../a.parquet", "day=20260203/a.parquet", "day=2026-02-03/a.parquet.staged", "day=2026-02-31/a.parquet", "a.parquet"] {
        assert_eq!(wrong.parse::<FileName>(), Err(NoFileName), "{wrong}");
    }
    assert_eq!(FileName::new(date(1970, 1, 2), "a").unwrap().span_ns(), 86_400_000_000_000..172_800_000_000_000);
}

#[test]
fn a_step_that_was_done_can_be_done_again() {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path()).unwrap();
    stage(&folder, 1);
    assert!(globbed(&folder).is_empty(), "staged files are not found");
    folder.publish(&name(1)).unwrap();
    folder.publish(&name(1)).unwrap();
    assert_eq!(globbed(&folder), BTreeSet::from(["batch-1.parquet".to_owned()]));
    folder.discard(&name(1)).unwrap();
    assert!(folder.find(&name(1)).is_ok(), "a published file is not discarded");
    folder.retire(&name(1)).unwrap();
    folder.retire(&name(1)).unwrap();
    assert!(globbed(&folder).is_empty());
    assert_eq!(folder.publish(&name(1)).unwrap_err().reason.key, "lake-missing");
    assert_eq!(folder.find(&name(1)).unwrap_err().reason.key, "lake-missing");
}

#[test]
fn a_published_file_is_never_written_over() {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path()).unwrap();
    stage(&folder, 1);
    folder.publish(&name(1)).unwrap();
    let mut buffer = PacketBuffer::new(8, None);
    buffer.push(&made::syn(made::AT_NS, 22)).unwrap();
    assert_eq!(write(&folder, &name(1), &buffer).unwrap_err().reason.key, "lake-published");
}

#[test]
fn what_is_young_unknown_or_missing_is_told_and_left() {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path()).unwrap();
    half(&folder, 1);
    stage(&folder, 2);
    folder.publish(&name(2)).unwrap();
    let manifest = Manifest { committed: BTreeSet::from([name(3)]), ..Manifest::default() };
    // A clock that was set back is none to delete by.
    for now in [later() - GRACE * 2, SystemTime::UNIX_EPOCH] {
        let swept = folder.sweep(&manifest, now, GRACE).unwrap();
        assert_eq!(swept, Swept { missing: vec![name(3)], unknown: vec![folder.published(&name(2))], ..Swept::default() });
        assert!(folder.staged(&name(1)).exists());
    }
    assert_eq!(folder.sweep(&manifest, later(), GRACE).unwrap().discarded, [folder.staged(&name(1))]);
}

/// What a writer does, one durable step each; a crash may come behind any of them.
#[derive(Clone, Copy, Debug)]
enum Step {
    Half(u8),
    Stage(u8),
    Commit(u8),
    Publish(u8),
    Discard(u8),
    RetireInManifest(u8),
    Retire(u8),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = (0..8_u8, 0..4_u8).prop_map(|(step, id)| match step {
        0 => Step::Half(id),
        1 => Step::Stage(id),
        2 => Step::Commit(id),
        3 => Step::Publish(id),
        4 => Step::Discard(id),
        5 => Step::RetireInManifest(id),
        6 => Step::Retire(id),
        _ => Step::Sweep,
    });
    prop::collection::vec(one, 0..24)
}

/// A writer that keeps the rules: a whole file is staged before it is committed, committed before it is published; what is retired is not named again.
#[derive(Default)]
struct Writer {
    manifest: Manifest,
    staged: BTreeSet<FileName>,
}

impl Writer {
    fn take(&mut self, folder: &Folder, step: Step) {
        let Manifest { committed, retired } = &mut self.manifest;
        match step {
            Step::Half(id) | Step::Stage(id) if committed.contains(&name(id)) || retired.contains(&name(id)) => {}
            Step::Half(id) => {
                half(folder, id);
                self.staged.remove(&name(id));
            }
            Step::Stage(id) => {
                stage(folder, id);
                self.staged.insert(name(id));
            }
            Step::Commit(id) if self.staged.remove(&name(id)) => {
                committed.insert(name(id));
            }
            Step::Publish(id) if committed.contains(&name(id)) => folder.publish(&name(id)).unwrap(),
            Step::Discard(id) if !committed.contains(&name(id)) => {
                folder.discard(&name(id)).unwrap();
                self.staged.remove(&name(id));
            }
            Step::RetireInManifest(id) if committed.remove(&name(id)) => {
                retired.insert(name(id));
            }
            Step::Retire(id) if retired.contains(&name(id)) => folder.retire(&name(id)).unwrap(),
            Step::Sweep => {
                folder.sweep(&self.manifest, later(), GRACE).unwrap();
                self.staged.clear();
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// After any steps of a writer and a crash behind the last, one sweep makes the glob find the committed files, whole, and nothing else; also
    /// when the sweep itself is done twice.
    #[test]
    fn after_a_crash_readers_see_what_was_committed(steps in steps()) {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let mut writer = Writer::default();
        for step in steps {
            writer.take(&folder, step);
            let seen = globbed(&folder);
            for file in &seen {
                let name: FileName = format!("day=2023-11-14/{file}").parse().unwrap();
                prop_assert!(writer.manifest.committed.contains(&name) || writer.manifest.retired.contains(&name), "{} was never committed", file);
            }
        }
        let swept = folder.sweep(&writer.manifest, later(), GRACE).unwrap();
        prop_assert!(swept.missing.is_empty() && swept.unknown.is_empty(), "{:?}", swept);
        let committed: BTreeSet<String> = writer.manifest.committed.iter().map(|name| format!("{}.parquet", name.id())).collect();
        prop_assert_eq!(globbed(&folder), committed);
        prop_assert_eq!(folder.sweep(&writer.manifest, later(), GRACE).unwrap(), Swept::default());
        for name in &writer.manifest.committed {
            let read: usize = crate::packets::read(vec![folder.find(name).unwrap()], &[crate::schema::Column::At], &Default::default())
                .map(|batch| batch.unwrap().num_rows())
                .sum();
            prop_assert_eq!(read, 1);
        }
    }
}
