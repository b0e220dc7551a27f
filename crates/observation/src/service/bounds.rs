//! What a batch may say: a sensor is let in, and its program or its clock may be wrong all the same, and whoever takes it over says what he likes.
//! One sensor must not be able to spoil what is told of all.

use noroshi_kernel::{moment::Moment, reason::Reason};
use noroshi_telescope::batch::{Gap, Header, Packets};

/// 1990-01-01: nobody recorded before, and clocks without a battery begin earlier.
const FIRST_US: i64 = 631_152_000_000_000;
/// So far a sensor's clock may be ahead.
const AHEAD_US: i64 = Moment::DAY_US;
/// So long a batch may be; a sensor says something each minute, and a capture that it sends is cut by packets.
const LONGEST_US: i64 = 31 * Moment::DAY_US;
/// So far from its batch a packet may be: a clock that is set while it is recorded.
const APART_US: i64 = Moment::DAY_US;
/// Beyond any number that is counted.
const MOST: u64 = 1 << 40;

/// Looks whether the times and numbers of a batch can be, as of now.
///
/// # Errors
/// The reason why they cannot.
pub(super) fn check(header: &Header, packets: &Packets, now: Moment) -> Result<(), Reason> {
    let (opened, closed) = (header.opened.wall_us, header.closed.wall_us);
    if closed < opened {
        return Err(Reason::new("batch-clock", "バッチの終わりが始まりより前です。", "the batch ends before it begins"));
    }
    if opened < FIRST_US || closed > now.0.saturating_add(AHEAD_US) {
        return Err(Reason::new(
            "batch-time",
            "バッチの時刻が 1990 年より前か、今より 1 日以上先です。センサーの時計を合わせてください。",
            "the batch is of before 1990, or more than a day ahead; set the sensor's clock",
        ));
    }
    if closed - opened > LONGEST_US {
        return Err(Reason::new("batch-long", "バッチが 31 日より長い期間にわたっています。", "the batch goes over more than 31 days"));
    }
    let counts = &header.counts;
    let numbers = [counts.kept, counts.not_ip, counts.truncated, counts.left_out, counts.kernel_drops];
    if numbers.into_iter().chain(counts.malformed.values().copied()).any(|count| count > MOST) {
        return Err(Reason::new("batch-counts", "バッチの数えた値がありえない大きさです。", "a number that the batch counts is beyond anything that can be"));
    }
    let near = opened - APART_US..=closed + APART_US;
    if packets.iter().any(|packet| !near.contains(&packet.packet.at_ns.div_euclid(1_000))) {
        return Err(Reason::new(
            "batch-packets-time",
            "バッチの期間から 1 日以上離れた時刻のパケットがあります。",
            "a packet's time is more than a day away from its batch",
        ));
    }
    Ok(())
}

/// A gap as it can be. It is told, whatever it says: what a wrong clock kept from being taken is missing all the same.
pub(super) fn possible(gap: &Gap, now: Moment) -> Gap {
    let within = |at: i64| at.clamp(FIRST_US, now.0);
    let from_us = within(gap.from_us);
    Gap { from_us, to_us: within(gap.to_us).max(from_us), packets: gap.packets.map(|packets| packets.min(MOST)), ..gap.clone() }
}
