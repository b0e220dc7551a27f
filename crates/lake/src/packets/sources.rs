//! Packets by source: of addresses there are millions, so that they are counted in less room than other values.

use super::{Filter, read, rows::Address};
use crate::{LakeError, schema::Column};
use hashbrown::HashMap;
use noroshi_kernel::reason::Reason;
use std::{
    cmp::Reverse,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
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
            return Err(LakeError::new(
                batches.path(),
                Reason::new(
                    "lake-sources",
                    format!("送信元が {limit} を超えました。期間を短くしてください。"),
                    format!("there are more than {limit} sources; ask for a shorter time"),
                ),
            ));
        }
    }
    let packets = v4.values().chain(v6.values()).sum();
    let sources = (v4.len() + v6.len()) as u64;
    let v4 = v4.into_iter().map(|(source, packets)| (IpAddr::from(Ipv4Addr::from(source)), packets));
    let v6 = v6.into_iter().map(|(source, packets)| (IpAddr::from(Ipv6Addr::from(source)), packets));
    Ok(BySource { packets, sources, greatest: greatest(v4.chain(v6), most) })
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
