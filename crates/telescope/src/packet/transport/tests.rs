//! Transport headers, whole and broken.

use crate::{
    made::{self, Syn, decoded},
    packet::{Malformed, NoRecord, Tcp, TcpFlags, Transport},
};

const SYN: Syn = Syn { ip_id: 7, ttl: 64, sequence: 0x0102_0304, window: 1024, flags: 2, options: &[] };

fn options(options: &'static [u8]) -> (String, Option<u16>, Option<u8>) {
    made::with(&made::syn(Syn { options, ..SYN }), |packet| {
        let options = packet.tcp().unwrap().options;
        (options.to_string(), options.segment_bytes, options.window_scale)
    })
}

#[test]
fn a_tcp_header_is_read() {
    let bytes = made::syn(SYN);
    let packet = decoded(&bytes).unwrap();
    let tcp = packet.tcp().unwrap();
    assert_eq!(
        *tcp,
        Tcp {
            source_port: 40_000,
            destination_port: 23,
            sequence: 0x0102_0304,
            acknowledgment: 0,
            flags: TcpFlags::SYN,
            window: 1024,
            options: Default::default()
        }
    );
    assert_eq!((packet.sequence(), packet.icmp(), packet.payload(9)), (Some(0x0102_0304), None, &b""[..]));
    assert!(TcpFlags::SYN.and(TcpFlags::ACK).has(TcpFlags::ACK) && !TcpFlags::SYN.has(TcpFlags::SYN.and(TcpFlags::ACK)));
    assert!(TcpFlags::SYN.has_any(TcpFlags::SYN.and(TcpFlags::ACK)));
}

#[test]
fn all_twelve_flags_are_kept() {
    let mut bytes = made::syn(Syn { flags: 0xff, ..SYN });
    bytes[32] |= 0x0f;
    assert_eq!(decoded(&bytes).unwrap().tcp().unwrap().flags, TcpFlags(0xfff));
}

#[test]
fn options_make_a_fingerprint() {
    let linux = &[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
    let windows = &[2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2];
    assert_eq!(options(&[]), (String::new(), None, None));
    assert_eq!(options(linux), ("MSTNW".into(), Some(1460), Some(7)));
    assert_eq!(options(windows), ("MNWNNS".into(), Some(1460), Some(8)));
    assert_eq!(options(&[2, 4, 5, 0xb4]), ("M".into(), Some(1460), None));
    assert_eq!(options(&[34, 2, 30, 4, 0, 0, 19, 2, 5, 2, 254, 2]), ("FPDK?".into(), None, None));
    assert_eq!(options(&[0, 0, 0, 0]), ("L".into(), None, None));
}

#[test]
fn options_that_are_broken_say_so() {
    assert_eq!(options(&[2, 0, 0, 0]), ("!".into(), None, None));
    assert_eq!(options(&[1, 1, 2, 40]), ("NN!".into(), None, None));
    assert_eq!(options(&[1, 1, 1, 2]), ("NNN!".into(), None, None));
    // A segment size of a length that it cannot have is named and tells none.
    assert_eq!(options(&[2, 3, 5, 1]), ("MN".into(), None, None));
    assert_eq!(options(&[1; 40]), (format!("{}~", "N".repeat(15)), None, None));
    assert_eq!(options(&[1; 16]), ("N".repeat(16), None, None));
}

#[test]
fn options_that_were_not_captured_are_marked() {
    let bytes = made::syn(Syn { options: &[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0], ..SYN });
    for (end, expected) in [(40, "~"), (41, "~"), (42, "~"), (44, "M~"), (45, "M~"), (46, "MS~"), (50, "MS~"), (56, "MST")] {
        let packet = decoded(&bytes[..end]).unwrap();
        assert_eq!(packet.tcp().unwrap().options.to_string(), expected, "{end} bytes");
        assert_eq!(packet.ports(), Some((40_000, 23)));
    }
    assert_eq!(decoded(&bytes[..39]), Err(NoRecord::Truncated));
}

#[test]
fn a_tcp_header_of_an_impossible_length_is_malformed() {
    let mut bytes = made::syn(SYN);
    bytes[32] = 0x40;
    assert_eq!(decoded(&bytes), Err(NoRecord::Malformed(Malformed::TcpHeaderLength)));
    bytes[32] = 0x60;
    assert_eq!(decoded(&bytes), Err(NoRecord::Malformed(Malformed::BeyondIp)));
}

#[test]
fn udp_ends_where_it_says() {
    let whole = made::v4(17, &made::udp(9, 53, b"payload"));
    let with_length = |length: u8| {
        let mut bytes = whole.clone();
        bytes[25] = length;
        bytes
    };
    let payload = |bytes: &[u8]| decoded(bytes).unwrap().payload(99).to_vec();
    assert_eq!(payload(&whole), b"payload");
    assert_eq!(payload(&with_length(10)), b"pa");
    assert_eq!(payload(&with_length(8)), b"");
    assert_eq!(payload(&with_length(0)), b"payload");
    assert_eq!(payload(&with_length(200)), b"payload");
    assert_eq!(decoded(&whole).unwrap().payload(3), b"pay");
    for length in 1..8 {
        assert_eq!(decoded(&with_length(length)), Err(NoRecord::Malformed(Malformed::UdpLength)));
    }
}

#[test]
fn icmp_of_both_versions_is_read() {
    let bytes = made::v4(1, &[3, 10, 0, 0, 1, 2, 3, 4]);
    let packet = decoded(&bytes).unwrap();
    assert_eq!((packet.icmp(), packet.protocol, packet.payload(9)), (Some((3, 10)), 1, &[1, 2, 3, 4][..]));
    let bytes = made::v6(58, &[128, 0, 0, 0, 0, 1]);
    let packet = decoded(&bytes).unwrap();
    assert_eq!(packet.transport, Transport::Icmpv6 { kind: 128, code: 0, payload: &[0, 1] });
    assert_eq!(decoded(&made::v4(1, &[3, 10, 0])), Err(NoRecord::Malformed(Malformed::BeyondIp)));
    assert_eq!(decoded(&made::v4(1, &[3, 10, 0, 0])[..23]), Err(NoRecord::Truncated));
}
