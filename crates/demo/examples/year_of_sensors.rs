//! Measures how long the example's year of sensors takes to make: `year_of_sensors FOLDER`, on PostgreSQL when `NOROSHI_TEST_POSTGRES` names one.
#![allow(clippy::print_stdout, reason = "this is what it is for")]

use noroshi_demo::example::sensors::{self, Volume};
use noroshi_directory::{key::Vault, organisation::Home};
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::moment::{SystemClock, Zone};
use noroshi_lake::folder::Folder;
use noroshi_ledger::{Ledger, Place, Query as _, Sql, blob::BlobStore};
use noroshi_observation::Observatory;
use std::{env, error::Error, fs, path::PathBuf, sync::Arc, time::Instant};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("usage: year_of_sensors FOLDER")?);
    let place = match env::var("NOROSHI_TEST_POSTGRES") {
        Ok(url) => Place::Postgres { url, schema: format!("bench_{}", std::process::id()) },
        Err(_) => Place::Sqlite(folder.join("noroshi.db")),
    };
    fs::create_dir_all(&folder)?;
    let migrations = [
        noroshi_ledger::migration::MIGRATIONS,
        noroshi_directory::migrations::MIGRATIONS,
        noroshi_catalogue::migrations::MIGRATIONS,
        noroshi_observation::MIGRATIONS,
    ]
    .concat();
    let ledger = Ledger::open(&place, BlobStore::open(folder.join("blobs"))?, Arc::new(SystemClock), &migrations).await?;
    let observatory = Observatory { ledger: ledger.clone(), folder: Folder::open(folder.join("packets"))?, geography: Arc::default() };
    let reckoning = Reckoning { zone: Zone::named("Asia/Tokyo")?, home: Home::default() };
    let began = Instant::now();
    sensors::fill(&observatory, &Vault::new(&[7; 32]), &reckoning, Volume::USUAL).await?;
    let took = began.elapsed();
    let count = async |sql: &'static str| ledger.number(Sql::new(sql)).await;
    println!(
        "{:.1} s: {} packets in {} files ({} bytes) of {} batches, {} cells",
        took.as_secs_f64(),
        count("SELECT CAST(sum(packets) AS BIGINT) AS n FROM observation_file").await?,
        count("SELECT count(*) AS n FROM observation_file").await?,
        count("SELECT CAST(sum(size_bytes) AS BIGINT) AS n FROM observation_file").await?,
        count("SELECT count(*) AS n FROM observation_batch").await?,
        count("SELECT count(*) AS n FROM observation_cell").await?,
    );
    Ok(ledger.close().await?)
}
