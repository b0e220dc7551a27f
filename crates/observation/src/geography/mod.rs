//! In which country and in which autonomous system a source is, by databases in MaxMind's format that the team brings.
//!
//! A database is flattened once into sorted tables, so that a packet costs some ten nanoseconds. What it does not tell is unknown, never
//! guessed. Each packet keeps which database told.

mod table;

use maxminddb::{PathElement, Reader, path};
use noroshi_kernel::{moment::Moment, reason::Reason, setaside::printable};
use noroshi_lake::packets::Country;
use std::{net::IpAddr, path::Path};
use table::Tables;

/// The most entries of a database that are taken: the largest of 2026 have two million.
const MOST_ENTRIES: usize = 1 << 25;

/// Tells countries and autonomous systems.
#[derive(Debug, Default)]
pub struct Geography {
    countries: Tables<Country>,
    networks: Tables<u32>,
    edition: String,
}

impl Geography {
    /// Reads databases of countries and of autonomous systems; neither need be there.
    ///
    /// # Errors
    /// A file cannot be read, is no such database, or tells none of what it is read for; the reason names it.
    pub fn open(countries: Option<&Path>, networks: Option<&Path>) -> Result<Self, Reason> {
        let mut editions = Vec::new();
        let countries = match countries {
            None => Tables::default(),
            Some(file) => read(
                file,
                &mut editions,
                |text: String| Country::new(text.as_bytes().try_into().ok()?),
                &[&path!["country", "iso_code"], &path!["country_code"]],
            )?,
        };
        let networks = match networks {
            None => Tables::default(),
            Some(file) => read(file, &mut editions, |number: u32| Some(number), &[&path!["autonomous_system_number"], &path!["asn"]])?,
        };
        Ok(Self { countries, networks, edition: editions.join(", ") })
    }

    /// Tells countries by ranges of addresses (both ends in them) that come from elsewhere than a database; `edition` says whence.
    #[must_use]
    pub fn of_ranges(edition: &str, ranges: impl IntoIterator<Item = (IpAddr, IpAddr, Country)>) -> Self {
        let mut countries = Tables::builder();
        ranges.into_iter().for_each(|(first, last, country)| countries.put(first, last, country));
        Self { countries: countries.build(), networks: Tables::default(), edition: edition.to_owned() }
    }

    /// Which databases tell: the type and the day of each.
    #[must_use]
    pub fn edition(&self) -> Option<&str> {
        Some(self.edition.as_str()).filter(|edition| !edition.is_empty())
    }

    /// The country of an address.
    #[must_use]
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        self.countries.get(address)
    }

    /// The autonomous system of an address.
    #[must_use]
    pub fn network(&self, address: IpAddr) -> Option<u32> {
        self.networks.get(address)
    }
}

/// Flattens a database.
fn read<T: Copy + PartialEq, R>(
    file: &Path,
    editions: &mut Vec<String>,
    value: impl Fn(R) -> Option<T>,
    paths: &[&[PathElement<'_>]],
) -> Result<Tables<T>, Reason>
where
    R: serde::de::DeserializeOwned,
{
    let cannot = |why: String| {
        let (shown, why) = (file.display(), printable(&why, 200));
        Reason::new(
            "geography",
            format!("{shown}: 国または AS のデータベース（MaxMind DB 形式）として読めません（{why}）。"),
            format!("{shown}: this cannot be read as a database of countries or autonomous systems (MaxMind DB): {why}"),
        )
    };
    let reader = Reader::open_readfile(file).map_err(|error| cannot(error.to_string()))?;
    let mut tables = Tables::builder();
    // Many networks share a record.
    let mut last = None;
    let mut entries = 0;
    for found in reader.networks(maxminddb::WithinOptions::default()).map_err(|error| cannot(error.to_string()))? {
        let found = found.map_err(|error| cannot(error.to_string()))?;
        entries += 1;
        if entries > MOST_ENTRIES {
            return Err(cannot("it has more than 33,554,432 networks".into()));
        }
        let told = match last {
            Some((offset, told)) if Some(offset) == found.offset() => told,
            _ => {
                let one = paths.iter().find_map(|path| found.decode_path::<R>(path).ok().flatten());
                let told = one.and_then(&value);
                last = found.offset().map(|offset| (offset, told));
                told
            }
        };
        let network = found.network().map_err(|error| cannot(error.to_string()))?;
        if let Some(told) = told {
            tables.put(network.network(), network.broadcast(), told);
        }
    }
    let tables = tables.build();
    if tables.is_empty() {
        return Err(cannot("none of its records tells what is looked for".into()));
    }
    let metadata = reader.metadata();
    let built = i64::try_from(metadata.build_epoch).ok().and_then(|seconds| seconds.checked_mul(1_000_000)).map(|at| Moment(at).rfc3339());
    let day = built.as_deref().and_then(|at| at.get(..10)).unwrap_or("?");
    editions.push(format!("{} {day}", printable(&metadata.database_type, 60)));
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_database_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countries.mmdb");
        let refused = |geography: Result<Geography, Reason>| geography.unwrap_err().text.en;
        assert!(refused(Geography::open(Some(&file), None)).contains("countries.mmdb"), "it is not there");
        std::fs::write(&file, b"nothing of the kind").unwrap();
        assert!(refused(Geography::open(None, Some(&file))).contains("countries.mmdb"));
        let none = Geography::open(None, None).unwrap();
        assert_eq!((none.edition(), none.country([192, 0, 2, 7].into()), none.network([192, 0, 2, 7].into())), (None, None, None));
    }
}
