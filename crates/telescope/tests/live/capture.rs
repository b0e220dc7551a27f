//! What comes, what does not, and what is lost.

use crate::{
    Kept,
    frames::{ethernet, of_every_kind, syn, tcp, v4},
    ground::{Ground, INTERFACE},
    read_all, tun, until,
};
use noroshi_telescope::capture::{
    CaptureFile, Limits, LinkType,
    live::{Counts, Drops, LeftOut, Live, Options, Reading},
};
use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, UdpSocket},
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant, SystemTime},
};

fn now_ns() -> i64 {
    #[allow(clippy::disallowed_methods, reason = "compared with the kernel's time")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_nanos()).unwrap()
}

/// A program that ends with its test.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// tcpdump at the sensor's interface, once it listens.
fn tcpdump(ground: &Ground, file: &Path) -> Beside {
    let mut child = ground
        .command("tcpdump")
        .args(["-i", INTERFACE, "-Q", "in", "-s", "256", "-U", "--immediate-mode", "-B", "65536", "--time-stamp-precision=nano", "-Z", "root", "-w"])
        .arg(file)
        .stderr(Stdio::piped())
        .spawn()
        .map(Beside)
        .unwrap();
    let mut said = String::new();
    let stderr = child.0.stderr.as_mut().unwrap();
    let mut byte = [0];
    while !said.contains("listening on") {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "tcpdump does not listen (on Debian: apt-get install tcpdump): {said}");
        said.push(char::from(byte[0]));
    }
    child
}

fn captured(file: &Path) -> Vec<Kept> {
    let Ok(mut capture) = CaptureFile::open(File::open(file).unwrap(), Limits::default()) else { return Vec::new() };
    let mut all = Vec::new();
    while let Ok(Some(frame)) = capture.next_frame() {
        all.push(Kept { at_ns: frame.at_ns, link: frame.link, wire_bytes: frame.wire_bytes, bytes: frame.bytes.to_vec() });
    }
    all
}

#[test]
fn every_incoming_frame_comes_as_it_was_sent_and_as_tcpdump_writes_it() {
    const SENT: u32 = 4_000;
    let ground = Ground::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("beside.pcap");
    let mut live = ground.sensor(|| Live::open(INTERFACE, &Options::default())).unwrap();
    let beside = tcpdump(&ground, &file);
    let (sender, own) = (ground.sender(), ground.sensors_sender());

    let before = now_ns();
    let mut frames = Vec::new();
    for number in 0..SENT {
        sender.send(&of_every_kind(number));
        // What the sensor's host itself sends comes to neither.
        own.send(&syn(number));
        if number % 500 == 499 {
            frames.extend(read_all(&mut live, 500));
        }
    }
    let after = now_ns();
    until("tcpdump's file", || captured(&file).len() >= SENT as usize);
    drop(beside);
    let tcpdumps = captured(&file);

    assert_eq!(frames.len(), SENT as usize);
    for (number, frame) in (0..).zip(&frames) {
        let sent = of_every_kind(number);
        assert_eq!(frame.bytes, sent[..sent.len().min(256)], "frame {number}");
        assert_eq!((frame.wire_bytes as usize, frame.link), (sent.len(), LinkType::ETHERNET), "frame {number}");
        assert!((before..=after).contains(&frame.at_ns.unwrap()), "frame {number}: {before} {:?} {after}", frame.at_ns);
    }
    assert!(frames.is_sorted_by_key(|frame| frame.at_ns));
    assert_eq!(tcpdumps.len(), frames.len());
    for (number, (ours, theirs)) in frames.iter().zip(&tcpdumps).enumerate() {
        assert_eq!(ours, theirs, "frame {number}");
    }
    assert_eq!(live.counts(), Counts { frames: SENT.into(), left_out: 0, outgoing: 0 });
    assert_eq!(live.drops().unwrap(), Drops { kernel: 0 });
}

#[test]
fn what_is_left_out_is_counted_and_nothing_else_is_missing() {
    let ground = Ground::new();
    let centre = [203, 0, 113, 9];
    let rule = LeftOut::host(IpAddr::V4(Ipv4Addr::from(centre))).at_port(443);
    let options = Options { left_out: vec![rule.with(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)))], ..Options::default() };
    let mut live = ground.sensor(|| Live::open(INTERFACE, &options)).unwrap();
    let sender = ground.sender();
    let answer = ethernet(&[], 0x0800, &v4(centre, 6, &tcp(443, 50_000, 1)));
    let tagged = ethernet(&[0x81, 0, 0, 5], 0x0800, &v4(centre, 6, &tcp(443, 50_000, 2)));
    let scan = ethernet(&[], 0x0800, &v4(centre, 6, &tcp(22, 50_000, 3)));
    for frame in [&answer, &scan, &tagged, &syn(4), &answer] {
        sender.send(frame);
    }
    let bytes: Vec<_> = read_all(&mut live, 2).into_iter().map(|frame| frame.bytes).collect();
    assert_eq!(bytes, [scan, syn(4)]);
    assert_eq!(live.counts(), Counts { frames: 2, left_out: 3, outgoing: 0 });

    live.leave_out(Vec::new());
    sender.send(&answer);
    let bytes: Vec<_> = read_all(&mut live, 1).into_iter().map(|frame| frame.bytes).collect();
    assert_eq!(bytes, [answer]);
}

#[test]
fn what_nobody_reads_is_received_or_counted_as_dropped() {
    const SENT: u32 = 20_000;
    let ground = Ground::new();
    let options = Options { buffer_bytes: 64 << 10, ..Options::default() };
    let mut live = ground.sensor(|| Live::open(INTERFACE, &options)).unwrap();
    let sender = ground.sender();
    let send_all = || {
        for number in 0..SENT {
            sender.send(&syn(number));
            // The way to the sensor has a queue of its own.
            if number % 250 == 249 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    };
    let mut received = 0;
    let mut all_are_accounted_for = |live: &mut Live, sent: u64| {
        until("an account of every frame", || {
            received += u64::try_from(read_all(live, 0).len()).unwrap();
            received + live.drops().unwrap().kernel >= sent
        });
        assert_eq!(received + live.drops().unwrap().kernel, sent);
        assert_eq!(live.counts().frames, received);
        received
    };
    send_all();
    let early = live.drops().unwrap().kernel;
    let first = all_are_accounted_for(&mut live, SENT.into());
    assert!(first > 0 && early > 0, "{first} received, {early} dropped");

    // The kernel forgets what it has told; we do not.
    send_all();
    all_are_accounted_for(&mut live, 2 * u64::from(SENT));
    let dropped = live.drops().unwrap();
    assert_eq!(live.drops().unwrap(), dropped);
}

#[test]
fn a_frame_that_is_cut_tells_its_length_on_the_wire() {
    let ground = Ground::new();
    let options = Options { snap_bytes: 64, ..Options::default() };
    let mut live = ground.sensor(|| Live::open(INTERFACE, &options)).unwrap();
    let sender = ground.sender();
    let long = ethernet(&[], 0x0800, &v4([198, 51, 100, 1], 17, &[7; 1_400]));
    let tagged = ethernet(&[0x81, 0, 0, 5], 0x0800, &v4([198, 51, 100, 1], 17, &[7; 1_400]));
    sender.send(&long);
    sender.send(&tagged);
    let frames: Vec<_> = read_all(&mut live, 2).into_iter().map(|frame| (frame.bytes, frame.wire_bytes)).collect();
    assert_eq!(frames, [(long[..64].to_vec(), 1_434), (tagged[..64].to_vec(), 1_438)]);
}

#[test]
fn a_device_without_link_layer_gives_ip_packets() {
    let ground = Ground::new();
    ground.ip(&["tuntap", "add", "dev", "tun0", "mode", "tun"]);
    ground.ip(&["link", "set", "tun0", "up"]);
    let (mut live, mut device) = ground.sensor(|| (Live::open("tun0", &Options::default()).unwrap(), tun::attach("tun0")));
    let packet = v4([198, 51, 100, 1], 6, &tcp(40_000, 23, 5));
    device.write_all(&packet).unwrap();
    let frames: Vec<_> = read_all(&mut live, 1).into_iter().map(|frame| (frame.link, frame.bytes, frame.wire_bytes)).collect();
    assert_eq!(frames, [(LinkType::RAW, packet, 40)]);
}

#[test]
fn loopback_gives_each_packet_once() {
    let ground = Ground::new();
    ground.ip(&["link", "set", "lo", "up"]);
    let frames = ground.sensor(|| {
        let mut live = Live::open("lo", &Options::default()).unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"noroshi", socket.local_addr().unwrap()).unwrap();
        read_all(&mut live, 1)
    });
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].link, LinkType::ETHERNET);
    assert!(frames[0].bytes.ends_with(b"noroshi"));
}

#[test]
fn reading_ends_in_time() {
    let ground = Ground::new();
    let mut live = ground.sensor(|| Live::open(INTERFACE, &Options::default())).unwrap();
    let began = Instant::now();
    assert!(matches!(live.read(Duration::from_millis(50)), Ok(Reading::Quiet)));
    assert!((Duration::from_millis(50)..Duration::from_secs(5)).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!(matches!(live.read(Duration::ZERO), Ok(Reading::Quiet)));
}
