//! Logs of firewalls as devices write them, and as anybody may send them.
#![allow(clippy::indexing_slicing, reason = "a test ends where it is surprised")]

use noroshi_feeds::firewall::{Format, Limits, MOST_LINE_BYTES, Stopped, Tally, Target, read};
use proptest::prelude::*;

fn tally(log: &str) -> Tally {
    read(log.as_bytes(), Limits::default(), &mut || true)
}

/// What the lines of a log come to: `tcp/445=1`.
fn shown(tally: &Tally) -> Vec<String> {
    let name = |target: &Target| {
        let protocol = match target.protocol {
            1 => "icmp".into(),
            6 => "tcp".into(),
            17 => "udp".into(),
            58 => "icmpv6".into(),
            other => format!("ip{other}"),
        };
        format!("{protocol}/{}", target.number.map_or("-".into(), |number| number.to_string()))
    };
    let mut shown: Vec<String> = tally.targets.iter().map(|(target, times)| format!("{}={times}", name(target))).collect();
    shown.sort();
    shown
}

/// Logs by format: the log, what it comes to, lines that passed, answers, remarks, unread.
const LOGS: [(Format, &str, &[&str], [u64; 4]); 9] = [
    (
        Format::Netfilter,
        "Mar  1 09:00:01 fw kernel: [12345.678901] DROP: IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=198.51.100.7 DST=192.0.2.1 LEN=40 TOS=0x00 PREC=0x00 TTL=244 ID=54321 PROTO=TCP SPT=40000 DPT=445 WINDOW=1024 RES=0x00 SYN URGP=0\n\
         2024-03-01T09:00:02.123456+09:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=198.51.100.8 DST=192.0.2.1 LEN=132 TOS=0x00 PREC=0x00 TTL=50 ID=0 DF PROTO=UDP SPT=5060 DPT=5060 LEN=112\n\
         IN=eth0 OUT= SRC=198.51.100.9 DST=192.0.2.1 LEN=84 PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=1\n\
         IN=eth0 OUT= SRC=198.51.100.9 DST=192.0.2.1 LEN=84 PROTO=ICMP TYPE=3 CODE=3 [SRC=192.0.2.1 DST=198.51.100.9 LEN=60 PROTO=UDP SPT=53 DPT=33434 LEN=40 ]\n\
         IN=eth0 OUT= SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:0db8:0000:0000:0000:0000:0000:0001 LEN=72 TC=0 HOPLIMIT=244 FLOWLBL=0 PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0\n\
         IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=47\n\
         IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=443 DPT=50000 WINDOW=0 RES=0x00 ACK SYN URGP=0\n\
         IN= OUT=eth0 SRC=192.0.2.1 DST=198.51.100.7 LEN=40 PROTO=TCP SPT=50000 DPT=443 SYN URGP=0\n\
         [UFW ALLOW] IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=50000 DPT=443 SYN URGP=0\n\
         IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=50000\n",
        &["icmp/3=1", "icmp/8=1", "ip47/-=1", "tcp/22=1", "tcp/445=1", "udp/5060=1"],
        [2, 1, 0, 1],
    ),
    (
        Format::Asa,
        "Mar 01 2024 09:00:01 asa : %ASA-4-106023: Deny tcp src outside:198.51.100.7/40000 dst inside:192.0.2.1/3389 by access-group \"outside_in\" [0x0, 0x0]\n\
         <166>Mar 01 2024 09:00:01: %ASA-4-106023: Deny icmp src outside:198.51.100.7 dst inside:192.0.2.1 (type 8, code 0) by access-group \"outside_in\" [0x0, 0x0]\n\
         %ASA-4-106023: Deny protocol 47 src outside:198.51.100.7 dst inside:192.0.2.1 by access-group \"outside_in\" [0x0, 0x0]\n\
         %ASA-2-106001: Inbound TCP connection denied from 198.51.100.7/40000 to 192.0.2.1/23 flags SYN  on interface outside\n\
         %ASA-2-106001: Inbound TCP connection denied from 198.51.100.7/443 to 192.0.2.1/50000 flags SYN ACK  on interface outside\n\
         %ASA-2-106006: Deny inbound UDP from 198.51.100.7/40000 to 192.0.2.1/137 on interface outside\n\
         %ASA-6-106100: access-list outside_in denied tcp outside/198.51.100.7(40000) -> inside/192.0.2.1(1433) hit-cnt 3 300-second interval [0x0, 0x0]\n\
         %ASA-6-106100: access-list outside_in permitted tcp outside/198.51.100.7(40000) -> inside/192.0.2.1(443) hit-cnt 1 first hit [0x0, 0x0]\n\
         %ASA-3-106014: Deny inbound icmp src outside:198.51.100.7 dst inside:192.0.2.1 (type 13, code 0)\n\
         %ASA-6-302013: Built inbound TCP connection 1 for outside:198.51.100.7/40000 (198.51.100.7/40000) to inside:192.0.2.1/443 (192.0.2.1/443)\n\
         %ASA-4-106023: Deny tcp src outside:198.51.100.7/40000\n",
        &["icmp/13=1", "icmp/8=1", "ip47/-=1", "tcp/1433=3", "tcp/23=1", "tcp/3389=1", "udp/137=1"],
        [1, 1, 1, 1],
    ),
    (
        Format::Pairs,
        "date=2024-03-01 time=09:00:01 devname=\"fw\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" srcip=198.51.100.7 srcport=40000 srcintf=\"wan1\" dstip=192.0.2.1 dstport=445 dstintf=\"lan\" proto=6 action=\"deny\" policyid=0\n\
         date=2024-03-01 time=09:00:01 srcip=198.51.100.7 srcport=40000 dstip=192.0.2.1 dstport=443 proto=6 action=\"accept\"\n\
         <14>1 2024-03-01T09:00:01.000+09:00 srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.26 source-address=\"198.51.100.7\" source-port=\"40000\" destination-address=\"192.0.2.1\" destination-port=\"1433\" service-name=\"None\" protocol-id=\"6\" icmp-type=\"0\"]\n\
         Mar 1 09:00:01 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 198.51.100.7/40000->192.0.2.1/5900 0x0 None 6(0) deny-all untrust trust UNKNOWN UNKNOWN\n\
         Mar 1 09:00:01 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 198.51.100.7/1->192.0.2.1/2 0x0 icmp 1(8) deny-all untrust trust\n\
         id=firewall sn=0 time=\"2024-03-01 09:00:01\" src=198.51.100.7:40000:X1 dst=192.0.2.1:53:X0 dpt=53 proto=udp/dns action=drop\n",
        &["icmp/8=1", "tcp/1433=1", "tcp/445=1", "tcp/5900=1", "udp/53=1"],
        [1, 0, 0, 0],
    ),
    (
        Format::Pf,
        "2024-03-01 09:00:01.000001 rule 3/0(match): block in on em0: 198.51.100.7.40000 > 192.0.2.1.22: Flags [S], seq 1, win 1024, options [mss 1460], length 0\n\
         00:00:00.000000 rule 3/0(match) [uid 0, pid 0]: block in on em0: 198.51.100.7.443 > 192.0.2.1.50000: Flags [S.], seq 1, ack 2, win 0, length 0\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7.5353 > 192.0.2.1.5060: UDP, length 48\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7.40000 > 192.0.2.1.53: 1+ A? www.example.jp. (32)\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7 > 192.0.2.1: ICMP echo request, id 1, seq 1, length 8\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 2001:db8::7.40000 > 2001:db8::1.8080: Flags [S], seq 1, win 1024, length 0\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 2001:db8::7 > 2001:db8::1: ICMP6, echo request, seq 1, length 16\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7.40000 > 192.0.2.1.135: S 1:1(0) win 1024\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7.80 > 192.0.2.1.40000: R 1:1(0) ack 2 win 0\n\
         00:00:00.000000 rule 3/0(match): block in on em0: 198.51.100.7 > 192.0.2.1: GREv0, length 24: gre-proto-0x880b\n\
         00:00:00.000000 rule 3/0(match): pass in on em0: 198.51.100.7.40000 > 192.0.2.1.443: Flags [S], seq 1, win 1024, length 0\n\
         00:00:00.000000 rule 3/0(match): block in on em0: nonsense\n",
        &["icmp/8=1", "icmpv6/128=1", "ip47/-=1", "tcp/135=1", "tcp/22=1", "tcp/8080=1", "udp/5060=1", "udp/53=1"],
        [1, 2, 0, 1],
    ),
    (
        Format::Filterlog,
        "Mar  1 09:00:01 fw filterlog[1234]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.1,40000,445,0,S,1000,,1024,,mss\n\
         <134>1 2024-03-01T09:00:02+09:00 fw.example.jp filterlog 1234 - - 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,none,17,udp,60,198.51.100.7,192.0.2.1,40000,5060,40\n\
         filterlog: 5,16777216,,1000000103,em0,match,block,in,4,0x0,,64,0,0,none,1,icmp,84,198.51.100.7,192.0.2.1,request,1,1,64\n\
         filterlog[1]: 5,,,1000000105,igb0,match,block,in,6,0x00,0x00000,64,TCP,6,40,2001:db8::7,2001:db8::1,40000,22,0,S,1000,,1024,,mss\n\
         filterlog[1]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,none,47,gre,60,198.51.100.7,192.0.2.1,datalength=20\n\
         filterlog[1]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.1,443,50000,0,SA,1000,1,1024,,\n\
         filterlog[1]: 5,,,1000000103,igb0,match,pass,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.1,40000,443,0,S,1000,,1024,,\n\
         filterlog[1]: 5,,,1000000103,igb0,match,block,out,4,0x0,,64,0,0,DF,6,tcp,60,192.0.2.1,198.51.100.7,40000,443,0,S,1000,,1024,,\n\
         filterlog[1]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,198.51.100.7,192.0.2.1,40000\n",
        &["icmp/8=1", "ip47/-=1", "tcp/22=1", "tcp/445=1", "udp/5060=1"],
        [2, 1, 0, 1],
    ),
    (
        Format::Windows,
        "#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n\
         #Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\r\n\r\n\
         2024-03-01 09:00:01 DROP TCP 198.51.100.7 192.0.2.1 40000 445 52 S 1 0 1024 - - - RECEIVE\r\n\
         2024-03-01 09:00:01 DROP UDP 198.51.100.7 192.0.2.1 40000 137 78 - - - - - - - RECEIVE\r\n\
         2024-03-01 09:00:01 DROP ICMP 198.51.100.7 192.0.2.1 - - 60 - - - - 8 0 - RECEIVE\r\n\
         2024-03-01 09:00:01 DROP TCP 198.51.100.7 192.0.2.1 443 50000 40 A 1 2 0 - - - RECEIVE\r\n\
         2024-03-01 09:00:01 DROP UDP 192.0.2.1 192.0.2.255 137 137 78 - - - - - - - SEND\r\n\
         2024-03-01 09:00:01 ALLOW TCP 198.51.100.7 192.0.2.1 40000 3389 0 - 0 0 0 - - - RECEIVE\r\n\
         2024-03-01 09:00:01 INFO-EVENTS-LOST - - - - - - - - - - - - 7 -\r\n",
        &["icmp/8=1", "tcp/445=1", "udp/137=1"],
        [2, 1, 5, 0],
    ),
    (
        Format::Flow,
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
         2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 40000 22 6 7 280 1709251200 1709251260 REJECT OK\n\
         2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 40000 443 6 7 280 1709251200 1709251260 ACCEPT OK\n\
         2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 0 0 1 2 56 1709251200 1709251260 REJECT OK\n\
         2024-03-01T00:00:00.000Z 2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 40000 161 17 1 60 1709251200 1709251260 REJECT OK\n\
         2 123456789012 eni-0123456789abcdef0 - - - - - - - 1709251200 1709251260 - NODATA\n",
        &["icmp/-=2", "tcp/22=7", "udp/161=1"],
        [1, 0, 2, 0],
    ),
    (
        Format::Table,
        "time,src_ip,dst_port,Protocol,action,count\n\
         2024-03-01T09:00:01Z,198.51.100.7,445,TCP,deny,12\n\
         2024-03-01T09:00:01Z,198.51.100.7,\"5060\",udp,deny,3\n\
         2024-03-01T09:00:01Z,198.51.100.7,443,tcp,allow,9\n\
         2024-03-01T09:00:01Z,198.51.100.7,,tcp,deny,9\n\
         2024-03-01T09:00:01Z,198.51.100.7,80,tcp,deny,many\n",
        &["tcp/445=12", "udp/5060=3"],
        [1, 0, 1, 2],
    ),
    (Format::Table, "日時;宛先ポート;プロトコル\n2024-03-01;23;6\n2024-03-01;tcp/2323;tcp\n", &["tcp/2323=1", "tcp/23=1"], [0, 0, 1, 0]),
];

#[test]
fn each_format_tells_what_was_knocked_at() {
    for (format, log, expected, lines) in LOGS {
        let tally = tally(log);
        assert_eq!(shown(&tally), expected, "{format}: {tally:?}");
        assert_eq!([tally.passed, tally.answers, tally.remarks, tally.unread], lines, "{format}: {tally:?}");
        assert_eq!(tally.formats.into_iter().collect::<Vec<_>>(), [format]);
    }
}

#[test]
fn formats_may_be_mixed_and_excerpted() {
    let whole: String = LOGS.iter().map(|(_, log, ..)| *log).collect();
    let counted: u64 = LOGS.iter().map(|(_, log, ..)| tally(log).counted).sum();
    assert_eq!(tally(&whole).counted, counted);
    // Without the head of its file a line of Windows or of Amazon reads as it usually stands.
    let excerpt = "2024-03-01 09:00:01 DROP TCP 198.51.100.7 192.0.2.1 40000 445 52 S 1 0 1024 - - - RECEIVE\n\
                   2 123456789012 eni-0123456789abcdef0 198.51.100.7 192.0.2.1 40000 22 6 7 280 1709251200 1709251260 REJECT OK\n";
    assert_eq!(shown(&tally(excerpt)), ["tcp/22=7", "tcp/445=1"]);
}

#[test]
fn lines_that_are_none_are_counted_and_the_first_is_named() {
    let tally = tally(
        "\n# a remark\nhello\nIN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 PROTO=TCP DPT=445 SYN\nMar 1 sshd[1]: Failed password for root from 198.51.100.7 port 40000 ssh2\n",
    );
    assert_eq!((tally.unread, tally.first_unread, tally.counted, tally.remarks), (2, Some(3), 1, 1), "{tally:?}");
}

#[test]
fn limits_hold() {
    let line = "IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.1 PROTO=TCP DPT=445 SYN\n";
    let long = format!("{}{line}", "x".repeat(MOST_LINE_BYTES));
    assert_eq!((tally(&long).unread, tally(&long).counted), (1, 0), "a line that is too long");
    let three = read(line.repeat(3).as_bytes(), Limits { lines: 2 }, &mut || true);
    assert_eq!((three.counted, three.stopped), (2, Some(Stopped::Lines)));
    assert_eq!(read(line.repeat(2).as_bytes(), Limits { lines: 2 }, &mut || true).stopped, None, "no line stands behind the last end");
    let late = read(line.repeat(10_000).as_bytes(), Limits::default(), &mut || false);
    assert_eq!((late.counted, late.stopped), (4_095, Some(Stopped::Time)));
    let many = tally("dst_port,proto,count\n445,tcp,18446744073709551615\n");
    assert_eq!((many.counted, many.unread), (0, 1), "no such count");
}

/// Lines of every format, cut and mixed.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<String> = LOGS.iter().flat_map(|(_, log, ..)| log.lines().map(str::to_owned)).collect();
    let line = (prop::sample::select(lines), 0_usize..300, any::<u8>(), any::<bool>()).prop_map(|(line, at, byte, cut)| {
        let mut bytes = line.into_bytes();
        if at < bytes.len() {
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] = byte;
            }
        }
        bytes
    });
    prop::collection::vec(line, 0..30).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_in_one_number(log in prop_oneof![pieces(), prop::collection::vec(any::<u8>(), 0..2_000), "[ -~\n\t]{0,600}".prop_map(String::into_bytes)]) {
        let tally = read(&log, Limits::default(), &mut || true);
        let log = log.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&log);
        let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64;
        prop_assert_eq!(tally.counted + tally.passed + tally.answers + tally.remarks + tally.unread, lines);
        prop_assert_eq!(tally.unread > 0, tally.first_unread.is_some());
        let is_right = |target: &Target| match target.protocol {
            6 | 17 => target.number.is_some(),
            1 | 58 => target.number.is_none_or(|kind| kind <= 255),
            _ => target.number.is_none(),
        };
        prop_assert!(tally.targets.keys().all(is_right), "{:?}", tally.targets);
    }
}
