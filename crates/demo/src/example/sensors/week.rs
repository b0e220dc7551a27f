//! The last week: every sensor seals what it saw, and the centre verifies and keeps it as what any sensor sends.

use super::{
    admission::{Line, SOFTWARE, at},
    hosts::{Host, Lot},
    packets,
    scans::{Scan, Scans},
    year::HOUR_US,
};
use crate::{DemoError, dice::Chance};
use noroshi_kernel::moment::Moment;
use noroshi_ledger::{Ledger, LedgerError};
use noroshi_observation::service::receive::{self, Arrived};
use noroshi_telescope::{
    batch::{BootId, Clocks, Counts, Gap, GapReason, Hash, Header, Limits, Recorder, Recording, hash_of, seal},
    packet::Packet,
};
use std::ops::Range;
use tokio::sync::mpsc;

/// So long is a batch: sensors of the example send every two hours.
const BATCH_US: i64 = 2 * HOUR_US;
/// So many bytes of what a datagram carries.
const PAYLOAD_BYTES: usize = 32;
/// The most packets of a batch: far more than come.
const MOST: usize = 1 << 18;

/// What reaches the centre at a moment.
struct Delivery {
    at: i64,
    arrived: Vec<Arrived>,
    /// What a sensor sends that will be refused.
    put_back: Option<(i64, Arrived)>,
}

/// Plays the week: batches are sealed on one core while others are kept.
pub(super) async fn play(ledger: &Ledger, scans: Scans, lines: Vec<Option<Line>>) -> Result<(), DemoError> {
    let (sender, mut deliveries) = mpsc::channel(4);
    let sending = tokio::task::spawn_blocking(move || {
        let mut week = Week::new(&scans, lines);
        for span in week.steps() {
            let delivery = week.step(span);
            let ends = delivery.is_err();
            if sender.blocking_send(delivery).is_err() || ends {
                return;
            }
        }
    });
    while let Some(delivery) = deliveries.recv().await {
        let Delivery { at: when, arrived, put_back } = delivery?;
        let then = at(ledger, when);
        for outcome in receive::keep(&then, arrived).await? {
            outcome.map_err(|reason| LedgerError::Damaged(format!("a batch of the example was refused: {reason}")))?;
        }
        if let Some((sensor, arrived)) = put_back {
            for reason in receive::keep(&then, vec![arrived]).await?.into_iter().filter_map(Result::err) {
                receive::refused(&then, Some(sensor), &reason, PEER).await?;
            }
        }
    }
    Ok(sending.await.map_err(|error| LedgerError::Damaged(error.to_string()))?)
}

/// From where the one comes that is refused.
const PEER: &str = "203.0.113.31";

/// The sensors of the week, and where each stands.
struct Week<'a> {
    scans: &'a Scans,
    sending: Vec<Option<Sending>>,
}

/// A sensor that seals.
struct Sending {
    line: Line,
    boot: BootId,
    booted: i64,
    sequence: u64,
    previous: Option<Hash>,
    /// Until when it watched.
    watched: Option<i64>,
    gaps: Vec<Gap>,
    /// Batches that its ring dropped.
    lost: Option<Gap>,
    /// Batches that wait for the link.
    waiting: Vec<Arrived>,
}

impl<'a> Week<'a> {
    fn new(scans: &'a Scans, lines: Vec<Option<Line>>) -> Self {
        let week = scans.year.week_begins().0;
        let sending = |(host, line): (&Host, Option<Line>)| {
            let enrolled = host.enrolled?;
            // Who was there before the week goes on in its chain, of which nothing is here.
            let is_new = enrolled > week;
            let ran = host.spans.iter().find(|span| span.end > week).map_or(enrolled, |span| span.start);
            Some(Sending {
                line: line?,
                boot: BootId(rand::random()),
                booted: ran,
                sequence: if is_new { 0 } else { (week - ran).max(0).unsigned_abs() / BATCH_US.unsigned_abs() + 1 },
                previous: (!is_new).then(|| Hash(rand::random())),
                watched: None,
                gaps: Vec::new(),
                lost: None,
                waiting: Vec::new(),
            })
        };
        Self { scans, sending: scans.hosts.iter().zip(lines).map(sending).collect() }
    }

    /// The spans in which batches are made.
    fn steps(&self) -> Vec<Range<i64>> {
        let (week, now) = (self.scans.year.week_begins().0, self.scans.year.now);
        (0..).map(|step| week + step * BATCH_US).take_while(|begin| *begin < now).map(|begin| begin..(begin + BATCH_US).min(now)).collect()
    }

    fn step(&mut self, span: Range<i64>) -> Result<Delivery, DemoError> {
        let scans = self.scans;
        let seen = self.scans_within(&span);
        let mut delivery = Delivery { at: (span.end + 2_000_000).min(scans.year.now), arrived: Vec::new(), put_back: None };
        let week = scans.year.week_begins().0;
        let hour = (span.start - week) / HOUR_US;
        for (place, (host, sending)) in scans.hosts.iter().zip(&mut self.sending).enumerate() {
            let Some(sending) = sending else { continue };
            let mut packets = Vec::new();
            seen.iter().filter(|scan| scan.to >> place & 1 == 1 && host.watches(scan.at)).for_each(|scan| packets::of(scan, host, &mut packets));
            packets.sort_unstable_by_key(|packet| packet.at_ns);
            for watched in host.spans.iter().map(|watched| watched.start.max(span.start)..watched.end.min(span.end)).filter(|watched| !watched.is_empty()) {
                let of = |at: i64| packets.partition_point(|packet| packet.at_ns < at * 1_000);
                let part = packets.get(of(watched.start)..of(watched.end)).unwrap_or_default();
                if host.lot == Lot::RingFull && (50..60).contains(&hour) {
                    sending.loses(&watched, part.len());
                    continue;
                }
                let is_put_back = host.lot == Lot::PutBack && hour == 100;
                let again = is_put_back.then(|| sending.header(host, &watched, 0));
                let arrived = sending.batch(host, &watched, part)?;
                sending.waiting.push(arrived);
                if let Some(mut header) = again {
                    // The same number again, closed a little later: what a disk of yesterday makes of today.
                    header.closed.wall_us += 7_000_000;
                    let goes_on = sending.previous;
                    delivery.put_back = Some((sending.line.admitted.id, sending.seal(&header, &[], Recording::default())?));
                    sending.previous = goes_on;
                }
            }
            if !(host.lot == Lot::LinkCut && (70..80).contains(&hour)) {
                delivery.arrived.append(&mut sending.waiting);
            }
        }
        Ok(delivery)
    }

    fn scans_within(&self, span: &Range<i64>) -> Vec<Scan> {
        let days = self.scans.year.days.iter().filter(|day| day.begin < span.end && day.end > span.start);
        let hours = days.flat_map(|day| day.hours().map(|begin| (*day, begin)));
        // Hours begin where batches do, or within one.
        let scans = hours.filter(|(_, begin)| *begin < span.end && *begin + HOUR_US > span.start).flat_map(|(day, begin)| self.scans.of_hour(day, begin));
        scans.filter(|scan| scan.at < span.end).collect()
    }
}

impl Sending {
    /// Seals a span of watching. Where it did not watch before, it says so.
    fn batch(&mut self, host: &Host, watched: &Range<i64>, packets: &[Packet<'static>]) -> Result<Arrived, DemoError> {
        if let Some(before) = self.watched.filter(|before| *before < watched.start) {
            let reason = if host.lot == Lot::InterfaceDown { GapReason::InterfaceDown } else { GapReason::Stopped };
            self.gaps.push(Gap { reason, from_us: before, to_us: watched.start, packets: None, batches: None });
            if reason == GapReason::Stopped {
                (self.boot, self.booted, self.sequence) = (BootId(rand::random()), watched.start, 0);
            }
        }
        self.gaps.extend(self.lost.take());
        let header = self.header(host, watched, packets.len() as u64);
        let recording = Recording { payload_bytes: PAYLOAD_BYTES, mask: header.masked };
        let arrived = self.seal(&header, packets, recording)?;
        self.watched = Some(watched.end);
        self.sequence += 1;
        self.gaps.clear();
        Ok(arrived)
    }

    /// A batch that the ring drops before it can be sent.
    fn loses(&mut self, watched: &Range<i64>, packets: usize) {
        let (boot, sequence) = (self.boot, self.sequence);
        let lost = self.lost.get_or_insert(Gap {
            reason: GapReason::RingFull,
            from_us: watched.start,
            to_us: watched.end,
            packets: Some(0),
            batches: Some((boot, sequence, sequence)),
        });
        lost.to_us = watched.end;
        lost.packets = lost.packets.map(|sum| sum + packets as u64);
        lost.batches = lost.batches.map(|(boot, first, _)| (boot, first, sequence));
        self.previous = Some(Hash(rand::random()));
        self.watched = Some(watched.end);
        self.sequence += 1;
    }

    fn header(&self, host: &Host, watched: &Range<i64>, kept: u64) -> Header {
        let mut chance = Chance::new(30 + u64::from(host.number), watched.start.unsigned_abs());
        let clocks = |wall_us: i64| Clocks { wall_us, monotonic_us: (wall_us - self.booted).max(0).unsigned_abs() };
        let few_ms = i64::try_from(chance.below(6_000)).unwrap_or_default() - 3_000;
        Header {
            sensor: self.line.admitted.identity,
            boot: self.boot,
            sequence: self.sequence,
            previous: self.previous,
            opened: clocks(watched.start),
            closed: clocks(watched.end),
            clock_offset_us: match host.lot {
                Lot::ClockUnknown => None,
                Lot::ClockAhead => Some(4_700_000 + few_ms),
                _ => Some(few_ms),
            },
            counts: Counts {
                kept,
                not_ip: 20 + chance.below(60),
                left_out: 200 + chance.below(80),
                kernel_drops: if host.lot == Lot::Drops && chance.below(3) == 0 { 40 + chance.below(400) } else { 0 },
                ..Counts::default()
            },
            gaps: self.gaps.clone(),
            masked: host.lot == Lot::Masked,
            software: SOFTWARE.into(),
        }
    }

    /// Seals a batch, and verifies it as the centre does.
    fn seal(&mut self, header: &Header, packets: &[Packet<'static>], recording: Recording) -> Result<Arrived, DemoError> {
        let damaged = |error: String| DemoError::from(LedgerError::Damaged(error));
        let mut recorder = Recorder::new(recording, MOST);
        for packet in packets {
            recorder.push(packet).map_err(|error| damaged(error.to_string()))?;
        }
        let columns = recorder.take().map_err(|error| damaged(error.to_string()))?;
        let bytes = seal(header, &columns, &self.line.key).map_err(|error| damaged(error.to_string()))?;
        self.previous = Some(hash_of(&bytes));
        receive::verify(self.line.admitted, bytes, Limits::default(), Moment(header.closed.wall_us)).map_err(|reason| damaged(reason.to_string()))
    }
}
