//! Every packet accounted for.

use crate::{
    capture::Frame,
    packet::{Malformed, NoRecord, Packet},
};

/// What became of the frames of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Frames that are records.
    pub stored: u64,
    /// Frames of other protocols than IP.
    pub not_ip: u64,
    /// Frames whose headers were not captured to their end.
    pub truncated: u64,
    malformed: [u64; Malformed::ALL.len()],
    /// All their bytes on the wire.
    pub wire_bytes: u64,
    /// The earliest and the latest time of any frame whose time can be, in nanoseconds since 1970.
    pub span_ns: Option<(i64, i64)>,
}

impl Tally {
    /// Counts a frame by what was made of it.
    #[inline]
    pub fn add(&mut self, frame: &Frame<'_>, outcome: &Result<Packet<'_>, NoRecord>) {
        match outcome {
            Ok(_) => self.stored += 1,
            Err(NoRecord::NotIp) => self.not_ip += 1,
            Err(NoRecord::Truncated) => self.truncated += 1,
            Err(NoRecord::Malformed(reason)) => self.malformed.get_mut(*reason as usize).into_iter().for_each(|count| *count += 1),
        }
        self.wire_bytes += u64::from(frame.wire_bytes);
        let is_told = !matches!(outcome, Err(NoRecord::Malformed(Malformed::Time)));
        if let Some(at) = frame.at_ns.filter(|_| is_told) {
            self.span_ns = Some(self.span_ns.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
    }

    /// All frames: the sum of the four.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.stored + self.not_ip + self.truncated + self.malformed()
    }

    /// Malformed frames.
    #[must_use]
    pub fn malformed(&self) -> u64 {
        self.malformed.iter().sum()
    }

    /// Malformed frames by reason, as far as there are any.
    pub fn reasons(&self) -> impl Iterator<Item = (Malformed, u64)> {
        Malformed::ALL.into_iter().zip(self.malformed).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkType;

    #[test]
    fn every_frame_is_counted_once() {
        let mut tally = Tally::default();
        let frame = |at_ns| Frame { at_ns, link: LinkType::RAW, wire_bytes: 60, bytes: &[] };
        let malformed = |reason| Err(NoRecord::Malformed(reason));
        for (at_ns, outcome) in [
            (Some(7), Err(NoRecord::NotIp)),
            (Some(3), Err(NoRecord::Truncated)),
            (None, malformed(Malformed::Time)),
            (Some(5), malformed(Malformed::UdpLength)),
            (Some(9), malformed(Malformed::UdpLength)),
        ] {
            tally.add(&frame(at_ns), &outcome);
        }
        assert_eq!((tally.frames(), tally.stored, tally.not_ip, tally.truncated, tally.malformed()), (5, 0, 1, 1, 3));
        assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Malformed::Time, 1), (Malformed::UdpLength, 2)]);
        assert_eq!((tally.wire_bytes, tally.span_ns), (300, Some((3, 9))));
    }
}
