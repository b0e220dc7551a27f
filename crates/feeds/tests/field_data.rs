//! Lists from the field: `NOROSHI_FIELD_DATA` names a folder that holds `phishurl/YYYY/*.csv`.

#![allow(clippy::expect_used, reason = "a test may panic")]

use noroshi_feeds::{
    canonical,
    defang::{defang, refang},
    phishurl::PhishUrlReader,
};
use noroshi_kernel::moment::{Moment, Zone};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// How many rows the lists of 2019 and 2020 hold.
const ROWS: usize = 18_574;

fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = |folder: &Path| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>();
    inside(folder).iter().flat_map(|year| inside(year)).filter(|file| file.extension().is_some_and(|extension| extension == "csv")).collect()
}

#[test]
fn every_row_of_the_field_is_read() {
    let Some(folder) = std::env::var_os("NOROSHI_FIELD_DATA") else {
        eprintln!("SKIPPED: NOROSHI_FIELD_DATA is not set, so no list from the field was read");
        return;
    };
    let zone = Zone::named("Asia/Tokyo").expect("a zone");
    let mut count = 0;
    for file in files(&Path::new(&folder).join("phishurl")) {
        for row in PhishUrlReader::new(File::open(&file).expect("a file"), &zone, Moment(1_700_000_000_000_000)) {
            let row = row.expect("no read fails").content.unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
            assert_eq!(canonical::url(&row.canonical.url).as_ref(), Ok(&row.canonical));
            assert_eq!(refang(&defang(&row.canonical.url)), row.canonical.url);
            assert!(row.canonical.host.is_some(), "{}", row.url);
            count += 1;
        }
    }
    assert_eq!(count, ROWS);
}
