//! What a centre knows and keeps, and how it is told to behave.

use crate::authority::{Authority, Span, USUAL};
use noroshi_kernel::language::Bilingual;
use noroshi_telescope::{
    batch::{BootId, Gap, Hash, Header, Limits, PublicKey, SensorId, Unverified},
    protocol::{Enrol, Enrolled, Problem, Receipt, Renew, Renewed},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, SystemTime},
};

/// What the centre does with the next batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Stores it, and answers so late.
    Late(Duration),
    /// Ends the connection without storing it.
    DieBefore,
    /// Stores it and ends the connection.
    DieAfter,
    /// Stores it, and acknowledges another.
    WrongHash,
    Refuse {
        for_good: bool,
    },
    /// A proxy in between takes nothing of this size, and says so in so many bytes of its own words.
    TooLarge(usize),
}

pub(crate) struct Book {
    pub(crate) authority: Authority,
    /// The authority that it names when a sensor enrols.
    pub(crate) named: Option<String>,
    pub(crate) secrets: BTreeSet<String>,
    /// Who enrols next, and who is known.
    pub(crate) sensor: SensorId,
    pub(crate) key: Option<PublicKey>,
    /// The certificates that are good.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) renewed: usize,
    /// For how long certificates are good.
    pub(crate) span: Span,
    pub(crate) moods: VecDeque<Mood>,
    pub(crate) batches: Vec<Stored>,
    /// How often each came.
    pub(crate) came: BTreeMap<Hash, usize>,
    /// What is said to be the centre's time.
    pub(crate) ahead_us: i64,
    /// Told to every batch, as long as it is there.
    pub(crate) revoked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) hash: Hash,
    pub(crate) header: Header,
    /// TCP sequence numbers, of which the tests give each packet its own.
    pub(crate) packets: Vec<u32>,
    pub(crate) times_ns: Vec<i64>,
    /// Whether no packet has a destination.
    pub(crate) masked: bool,
    /// What packets carry, as far as it was recorded.
    pub(crate) payloads: Vec<Vec<u8>>,
}

pub(crate) const SENSOR: SensorId = SensorId([7; 16]);

pub(crate) fn problem(status: u16, key: &str, title: &str, for_good: bool) -> Problem {
    Problem { r#type: format!("urn:noroshi:reason:{key}"), status, title: title.to_owned(), reason: Bilingual::new("だめです。", title), for_good }
}

#[expect(clippy::disallowed_methods, reason = "a centre has a clock")]
fn now_us() -> i64 {
    i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

impl Book {
    pub(crate) fn new() -> Self {
        Self {
            authority: Authority::new(),
            named: None,
            secrets: BTreeSet::new(),
            sensor: SENSOR,
            key: None,
            certificates: Vec::new(),
            renewed: 0,
            span: USUAL,
            moods: VecDeque::new(),
            batches: Vec::new(),
            came: BTreeMap::new(),
            ahead_us: 0,
            revoked: false,
        }
    }

    pub(crate) fn enrol(&mut self, body: &[u8]) -> Result<Enrolled, Problem> {
        let asked: Enrol = serde_json::from_slice(body).unwrap();
        if !self.secrets.remove(&asked.secret) {
            return Err(problem(403, "sensor-token", "the token is not known, was used, or is too old", true));
        }
        self.key = Some(asked.proven_key().expect("the proof is right"));
        let (pem, der) = self.authority.sensor(&asked.request, self.span);
        self.certificates = vec![der.to_vec()];
        let authority = self.named.clone().unwrap_or_else(|| self.authority.pem.clone());
        Ok(Enrolled { sensor: self.sensor, name: "example-1".to_owned(), certificate: pem, authority })
    }

    pub(crate) fn renew(&mut self, by: Option<&[u8]>, body: &[u8]) -> Result<Renewed, Problem> {
        self.know(by)?;
        let asked: Renew = serde_json::from_slice(body).unwrap();
        let (certificate, der) = self.authority.sensor(&asked.request, USUAL);
        self.certificates.push(der.to_vec());
        self.renewed += 1;
        Ok(Renewed { certificate })
    }

    fn know(&self, by: Option<&[u8]>) -> Result<(), Problem> {
        let known = by.is_some_and(|by| self.certificates.iter().any(|known| known == by));
        if known && !self.revoked { Ok(()) } else { Err(problem(403, "sensor-revoked", "the sensor was revoked", false)) }
    }

    /// Verifies and stores; what was there before is known again.
    pub(crate) fn receive(&mut self, by: Option<&[u8]>, body: &[u8], mood: Option<Mood>) -> Result<Receipt, Problem> {
        self.know(by)?;
        let batch = Unverified::read(body, Limits::default()).unwrap().verify(&self.key.expect("a sensor enrolled")).unwrap();
        let (hash, header) = (batch.hash(), batch.header().clone());
        *self.came.entry(hash).or_default() += 1;
        if let Some(Mood::Refuse { for_good }) = mood {
            return Err(problem(if for_good { 422 } else { 503 }, "sensor-test", "not this one", for_good));
        }
        assert_eq!(header.sensor, self.sensor);
        let known = self.batches.iter().any(|stored| stored.hash == hash);
        if mood != Some(Mood::DieBefore) && !known {
            let packets = batch.packets().unwrap();
            let (sequences, times_ns) = packets.iter().map(|record| (record.packet.sequence().unwrap_or(0), record.packet.at_ns)).unzip();
            let masked = packets.iter().all(|record| record.masked && record.packet.destination.is_unspecified());
            let payloads = packets.iter().map(|record| record.packet.payload(usize::MAX).to_vec()).collect();
            assert!(!self.batches.iter().any(|stored| (stored.header.boot, stored.header.sequence) == (header.boot, header.sequence)));
            self.batches.push(Stored { hash, header, packets: sequences, times_ns, masked, payloads });
        }
        let hash = if mood == Some(Mood::WrongHash) { Hash([0; 32]) } else { hash };
        Ok(Receipt { hash, known, at_us: now_us() + self.ahead_us })
    }

    /// What a sensor told that is missing.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.batches.iter().flat_map(|stored| stored.header.gaps.clone()).collect()
    }

    pub(crate) fn packets(&self) -> Vec<u32> {
        self.batches.iter().flat_map(|stored| stored.packets.iter().copied()).collect()
    }

    /// The runs in their order, each with its batches.
    pub(crate) fn runs(&self) -> Vec<(BootId, Vec<&Stored>)> {
        let mut runs: Vec<(BootId, Vec<&Stored>)> = Vec::new();
        for stored in &self.batches {
            match runs.iter_mut().find(|(boot, _)| *boot == stored.header.boot) {
                Some((_, batches)) => batches.push(stored),
                None => runs.push((stored.header.boot, vec![stored])),
            }
        }
        runs
    }

    /// Every batch is chained to one that came or that is told as missing; each run's numbers are without a hole that is not told.
    pub(crate) fn check(&self) {
        let gaps = self.gaps();
        let told = |boot, number| gaps.iter().any(|gap| gap.batches.is_some_and(|(of, first, last)| of == boot && (first..=last).contains(&number)));
        let hashes: BTreeSet<Hash> = self.batches.iter().map(|stored| stored.hash).collect();
        let mut before: Option<&Stored> = None;
        for stored in &self.batches {
            let header = &stored.header;
            let last = before.map(|before| before.hash);
            if header.previous != last {
                let missing = header.previous.is_none_or(|previous| !hashes.contains(&previous));
                assert!(missing && !gaps.is_empty(), "{header:?} is chained to {:?} and not to {last:?}", header.previous);
            }
            let first = before.is_none_or(|before| before.header.boot != header.boot);
            let from = if first { 0 } else { before.unwrap().header.sequence + 1 };
            for number in from..header.sequence {
                assert!(told(header.boot, number), "batch {number} of {} is neither here nor told: {gaps:?}", header.boot);
            }
            assert!(header.closed.monotonic_us >= header.opened.monotonic_us && header.closed.wall_us >= header.opened.wall_us, "{header:?}");
            before = Some(stored);
        }
    }
}
