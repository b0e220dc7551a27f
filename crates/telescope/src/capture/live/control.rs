//! Control messages: what the kernel says beside a frame, as bytes.

/// `SO_TIMESTAMPNS_NEW`: seconds and nanoseconds of 64 bits each on every machine.
const TIME: i32 = libc::SO_TIMESTAMPNS_NEW;
const WORD: usize = size_of::<usize>();
/// A length (`size_t`), a level and a type.
const HEAD: usize = (WORD + 8).next_multiple_of(WORD);

/// The tag of a VLAN that the kernel took off a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// What the tag was announced by: 802.1Q, 802.1ad.
    pub(super) protocol: u16,
    /// Priority and number.
    pub(super) control: u16,
}

impl Tag {
    /// As it stands in a frame.
    pub(super) fn bytes(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (self.protocol.to_be_bytes(), self.control.to_be_bytes());
        [a, b, c, d]
    }
}

/// What was said of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// When the kernel received it, in nanoseconds since 1970.
    pub(super) at_ns: Option<i64>,
    pub(super) tag: Option<Tag>,
}

/// Reads control messages; what is not known is passed over.
pub(super) fn read(mut bytes: &[u8]) -> Said {
    let mut said = Said::default();
    while let Some((level, kind, body, rest)) = next(bytes) {
        match (level, kind) {
            (libc::SOL_SOCKET, TIME) => said.at_ns = time(body),
            (libc::SOL_PACKET, libc::PACKET_AUXDATA) => said.tag = tag(body),
            _ => {}
        }
        bytes = rest;
    }
    said
}

/// Level, type and body of the first message, and what stands behind it.
fn next(bytes: &[u8]) -> Option<(i32, i32, &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<WORD>()?;
    let (level, rest) = rest.split_first_chunk::<4>()?;
    let (kind, _) = rest.split_first_chunk::<4>()?;
    let length = usize::from_ne_bytes(*length);
    let body = bytes.get(HEAD..length)?;
    let rest = bytes.get(length.checked_next_multiple_of(WORD)?..).unwrap_or_default();
    Some((i32::from_ne_bytes(*level), i32::from_ne_bytes(*kind), body, rest))
}

fn time(body: &[u8]) -> Option<i64> {
    let (seconds, rest) = body.split_first_chunk::<8>()?;
    let (nanoseconds, _) = rest.split_first_chunk::<8>()?;
    i64::from_ne_bytes(*seconds).checked_mul(1_000_000_000)?.checked_add(i64::from_ne_bytes(*nanoseconds))
}

/// `struct tpacket_auxdata`: status, two lengths, two offsets, the tag's control information and its protocol.
fn tag(body: &[u8]) -> Option<Tag> {
    let (&[s0, s1, s2, s3, .., c0, c1, p0, p1], _) = body.split_first_chunk::<20>()?;
    let status = u32::from_ne_bytes([s0, s1, s2, s3]);
    let announced = (status & libc::TP_STATUS_VLAN_TPID_VALID != 0).then_some(u16::from_ne_bytes([p0, p1]));
    let tag = Tag { protocol: announced.unwrap_or(0x8100), control: u16::from_ne_bytes([c0, c1]) };
    (status & libc::TP_STATUS_VLAN_VALID != 0).then_some(tag)
}

/// A tag as the kernel tells it.
#[cfg(test)]
pub(super) fn made(tag: Tag) -> Vec<u8> {
    tests::auxiliary(libc::TP_STATUS_VLAN_VALID | libc::TP_STATUS_VLAN_TPID_VALID, tag.control, tag.protocol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(level: i32, kind: i32, body: &[u8]) -> Vec<u8> {
        let mut bytes = (HEAD + body.len()).to_ne_bytes().to_vec();
        bytes.extend(level.to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.resize(HEAD, 0);
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(WORD), 0);
        bytes
    }

    pub(super) fn auxiliary(status: u32, control: u16, protocol: u16) -> Vec<u8> {
        let mut body = [status, 60, 60].map(u32::to_ne_bytes).concat();
        body.extend([0, 14, control, protocol].map(u16::to_ne_bytes).concat());
        message(libc::SOL_PACKET, libc::PACKET_AUXDATA, &body)
    }

    #[test]
    fn a_time_and_a_tag_are_read_in_either_order_among_others() {
        let time = message(libc::SOL_SOCKET, TIME, &[1_700_000_000_i64, 123_456_789].map(i64::to_ne_bytes).concat());
        let tag = made(Tag { protocol: 0x88a8, control: 0x6005 });
        let other = message(libc::SOL_SOCKET, 99, &[1, 2, 3]);
        let said = Said { at_ns: Some(1_700_000_000_123_456_789), tag: Some(Tag { protocol: 0x88a8, control: 0x6005 }) };
        assert_eq!(read(&[&time[..], &other, &tag].concat()), said);
        assert_eq!(read(&[&other[..], &tag, &time].concat()), said);
        assert_eq!(said.tag.unwrap().bytes(), [0x88, 0xa8, 0x60, 0x05]);
    }

    #[test]
    fn a_tag_counts_only_when_the_kernel_says_so() {
        assert_eq!(read(&auxiliary(0, 5, 0x8100)).tag, None);
        // The number 0 (priority alone) is a tag, too.
        assert_eq!(read(&auxiliary(libc::TP_STATUS_VLAN_VALID, 0, 0)).tag, Some(Tag { protocol: 0x8100, control: 0 }));
    }

    #[test]
    fn a_time_beyond_what_can_be_said_is_none() {
        assert_eq!(read(&message(libc::SOL_SOCKET, TIME, &[i64::MAX, 0].map(i64::to_ne_bytes).concat())), Said::default());
    }

    proptest! {
        #[test]
        fn any_bytes_are_borne(bytes in prop::collection::vec(any::<u8>(), 0..128), length in 0_usize..200) {
            read(&bytes);
            read(&[&length.to_ne_bytes()[..], &bytes].concat());
        }
    }
}
