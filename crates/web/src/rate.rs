//! How often the public pages may be written to. Kept in memory and bounded: a restart forgets it, and each server counts for itself.

use crate::{failure::Failure, web::Web};
use axum::http::{Extensions, HeaderMap};
use noroshi_kernel::moment::Moment;
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Ten minutes.
const WINDOW_US: i64 = 600_000_000;
/// The senders that are remembered.
const MOST_SENDERS: usize = 10_000;

/// How often something came within a window.
#[derive(Clone, Copy)]
struct Count {
    since: Moment,
    times: u32,
}

impl Count {
    const fn is_over(&self, now: Moment) -> bool {
        now.0 - self.since.0 >= WINDOW_US
    }

    /// Counts once more, or gives the seconds to wait.
    fn add(&mut self, most: u32, now: Moment) -> Result<(), i64> {
        if self.is_over(now) {
            *self = Self { since: now, times: 0 };
        }
        if self.times >= most {
            return Err((self.since.0 + WINDOW_US - now.0) / 1_000_000 + 1);
        }
        self.times += 1;
        Ok(())
    }
}

/// How often each sender may come within ten minutes, and all of them together.
pub(crate) struct Limit<S> {
    most_each: u32,
    most_all: u32,
    counts: Mutex<(HashMap<S, Count>, Count)>,
}

impl<S: Eq + Hash + Copy> Limit<S> {
    fn new(most_each: u32, most_all: u32) -> Self {
        Self { most_each, most_all, counts: Mutex::new((HashMap::new(), Count { since: Moment(0), times: 0 })) }
    }

    /// Counts something that came from a sender, as far as one is known, or gives the seconds to wait. Who waits does not count.
    pub(crate) fn count(&self, sender: Option<S>, now: Moment) -> Result<(), i64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (senders, all) = &mut *counts;
        if let Some(sender) = sender {
            if senders.len() >= MOST_SENDERS && !senders.contains_key(&sender) {
                senders.retain(|_, count| !count.is_over(now));
                // Still full: whoever began first has waited longest.
                let oldest = senders.iter().min_by_key(|(_, count)| count.since).map(|(sender, _)| *sender);
                if let Some(oldest) = oldest.filter(|_| senders.len() >= MOST_SENDERS) {
                    senders.remove(&oldest);
                }
            }
            senders.entry(sender).or_insert(Count { since: now, times: 0 }).add(self.most_each, now)?;
        }
        all.add(self.most_all, now)
    }
}

/// The limits of the public pages.
pub(crate) struct Rates {
    /// Sending a form. One that is sent back for a mistake counts, too.
    pub(crate) forms: Limit<IpAddr>,
    /// Comparing a log or a capture with what is public.
    pub(crate) comparisons: Limit<IpAddr>,
    /// Looking at a status page: whoever guesses links gets nowhere.
    pub(crate) statuses: Limit<IpAddr>,
    /// What comes by a token, by its id.
    pub(crate) programs: Limit<i64>,
    /// Tokens that are none, by the network of who tries them.
    pub(crate) strangers: Limit<IpAddr>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            forms: Limit::new(20, 300),
            comparisons: Limit::new(20, 300),
            statuses: Limit::new(120, 6_000),
            programs: Limit::new(600, 6_000),
            strangers: Limit::new(30, 3_000),
        }
    }
}

/// Counts against a limit by the network of who asks.
pub(crate) fn hold(limit: &Limit<IpAddr>, web: &Web, headers: &HeaderMap, extensions: &Extensions) -> Result<(), Failure> {
    limit.count(web.client_address.network(headers, extensions), web.ledger.now()).map_err(|wait_s| Failure::Wait { wait_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_and_all_have_a_limit_and_it_ends() {
        let limit: Limit<u8> = Limit::new(3, 5);
        for _ in 0..3 {
            assert_eq!(limit.count(Some(1), Moment(WINDOW_US)), Ok(()));
        }
        assert_eq!(limit.count(Some(1), Moment(WINDOW_US)), Err(601), "one sender");
        assert_eq!((limit.count(Some(2), Moment(WINDOW_US)), limit.count(None, Moment(WINDOW_US))), (Ok(()), Ok(())));
        assert_eq!(limit.count(Some(3), Moment(WINDOW_US + 1_000_000)), Err(600), "all together");
        assert_eq!(limit.count(Some(1), Moment(2 * WINDOW_US)), Ok(()), "ten minutes later");
    }

    #[test]
    fn only_so_many_senders_are_remembered() {
        let limit: Limit<usize> = Limit::new(1, u32::MAX);
        for sender in 0..MOST_SENDERS + 500 {
            assert_eq!(limit.count(Some(sender), Moment(1)), Ok(()));
        }
        assert_eq!(limit.counts.lock().expect("counts").0.len(), MOST_SENDERS);
    }
}
