//! The program that libFuzzer drives; `scripts/fuzz` builds and runs it. `NOROSHI_FUZZ_TARGET` names the target; without it the targets are
//! listed. With `NOROSHI_FUZZ_SEEDS`, a folder, it only writes there what fuzzing of the target begins with.
#![no_main]

mod feeds;
mod post;
mod reading;
mod sensor;
mod target;
mod telescope;
mod tnef;

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use target::Target;

fn targets() -> impl Iterator<Item = &'static Target> {
    feeds::TARGETS.iter().chain(post::TARGETS).chain(reading::TARGETS).chain(telescope::TARGETS).chain(sensor::TARGETS)
}

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("NOROSHI_FUZZ_TARGET").unwrap_or_else(|_| {
        targets().for_each(|target| println!("{}", target.name));
        std::process::exit(0)
    });
    targets().find(|target| target.name == name).unwrap_or_else(|| panic!("NOROSHI_FUZZ_TARGET={name:?} is no target"))
});

/// Writes the seeds and ends, when that is asked for.
fn begin() {
    let seeds = TARGET.seeds;
    let Some(folder) = std::env::var_os("NOROSHI_FUZZ_SEEDS").map(std::path::PathBuf::from) else { return };
    for (number, seed) in seeds().into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number}")), seed).expect("the seed is written");
    }
    std::process::exit(0)
}

fuzz_target!(init: begin(), |bytes: &[u8]| (TARGET.run)(bytes));
