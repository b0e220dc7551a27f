//! Packets by source: of addresses there are millions, so that they are counted in less room than other values.

use super::{
    Filter, read,
    rows::{Address, column},
};
use crate::{LakeError, schema::Column};
use arrow_array::TimestampNanosecondArray;
use hashbrown::{HashMap, HashSet};
use noroshi_kernel::reason::Reason;
use std::{
    cmp::Reverse,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};

/// What sources were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BySource {
    /// Packets of all sources.
    pub packets: u64,
    /// Distinct sources.
    pub sources: u64,
    /// Those of most packets, with them; of as many, in the order of addresses.
    pub greatest: Vec<(IpAddr, u64)>,
}

/// What was counted between two edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InBucket {
    /// Packets.
    pub packets: u64,
    /// Distinct sources.
    pub sources: u64,
}

/// Counts the packets of files by source, and gives so many sources that have most. `limit` is how many sources are told apart at most, about 20 bytes
/// each of IPv4, 40 of IPv6.
///
/// # Errors
/// When a file cannot be read, or there are more sources than `limit`.
pub fn by_source(paths: Vec<PathBuf>, filter: &Filter, most: usize, limit: usize) -> Result<BySource, LakeError> {
    let (mut v4, mut v6) = (HashMap::<u32, u64>::new(), HashMap::<u128, u64>::new());
    let mut batches = read::read(paths, &[Column::SourceV4, Column::SourceV6], filter);
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let sources = Address::source(batches.path(), &batch)?;
        for row in 0..batch.num_rows() {
            match sources.get(row) {
                Some(IpAddr::V4(source)) => *v4.entry(source.into()).or_default() += 1,
                Some(IpAddr::V6(source)) => *v6.entry(source.into()).or_default() += 1,
                None => {}
            }
        }
        if v4.len() + v6.len() > limit {
            return Err(too_many(batches.path(), limit));
        }
    }
    let packets = v4.values().chain(v6.values()).sum();
    let sources = (v4.len() + v6.len()) as u64;
    let v4 = v4.into_iter().map(|(source, packets)| (IpAddr::from(Ipv4Addr::from(source)), packets));
    let v6 = v6.into_iter().map(|(source, packets)| (IpAddr::from(Ipv6Addr::from(source)), packets));
    Ok(BySource { packets, sources, greatest: greatest(v4.chain(v6), most) })
}

/// Counts packets and distinct sources of each of the buckets between `edges_ns`, which rise, in one reading of the files. What lies before the first edge or
/// from the last on is not counted. `limit` is how many pairs of bucket and source are told apart at most, about 16 bytes each of IPv4, 40 of IPv6.
///
/// # Errors
/// As [`by_source`].
pub fn through_time(paths: Vec<PathBuf>, filter: &Filter, edges_ns: &[i64], limit: usize) -> Result<Vec<InBucket>, LakeError> {
    let mut buckets = vec![InBucket::default(); edges_ns.len().saturating_sub(1)];
    let (mut v4, mut v6) = (HashSet::<(usize, u32)>::new(), HashSet::<(usize, u128)>::new());
    let mut batches = read::read(paths, &[Column::At, Column::SourceV4, Column::SourceV6], filter);
    while let Some(batch) = batches.next() {
        let batch = batch?;
        let sources = Address::source(batches.path(), &batch)?;
        let at: &TimestampNanosecondArray = column(batches.path(), &batch, Column::At)?;
        for (row, at_ns) in at.values().iter().enumerate() {
            let Some(place) = edges_ns.partition_point(|edge| edge <= at_ns).checked_sub(1) else { continue };
            let Some(bucket) = buckets.get_mut(place) else { continue };
            let is_new = match sources.get(row) {
                Some(IpAddr::V4(source)) => v4.insert((place, source.into())),
                Some(IpAddr::V6(source)) => v6.insert((place, source.into())),
                None => continue,
            };
            bucket.packets += 1;
            bucket.sources += u64::from(is_new);
        }
        if v4.len() + v6.len() > limit {
            return Err(too_many(batches.path(), limit));
        }
    }
    Ok(buckets)
}

fn too_many(path: &Path, limit: usize) -> LakeError {
    let reason = Reason::new(
        "lake-sources",
        format!("送信元が {limit} を超えました。期間を短くしてください。"),
        format!("there are more than {limit} sources; ask for a shorter time"),
    );
    LakeError::new(path, reason)
}

fn greatest(all: impl Iterator<Item = (IpAddr, u64)>, most: usize) -> Vec<(IpAddr, u64)> {
    let order = |(source, packets): &(IpAddr, u64)| (Reverse(*packets), *source);
    let mut found = Vec::new();
    for one in all {
        found.push(one);
        // What cannot be among them any more is let go in between.
        if found.len() >= most.saturating_mul(2).max(1_024) {
            keep(&mut found, most, order);
        }
    }
    keep(&mut found, most, order);
    found.sort_unstable_by_key(order);
    found
}

fn keep<T, K: Ord>(found: &mut Vec<T>, most: usize, order: impl Fn(&T) -> K) {
    if most < found.len() {
        found.select_nth_unstable_by_key(most, &order);
        found.truncate(most);
    }
}
