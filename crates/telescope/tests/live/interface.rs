//! What happens to an interface, and what cannot be opened.

use crate::{
    frames::syn,
    ground::{Ground, INTERFACE},
    until,
};
use noroshi_kernel::language::Language;
use noroshi_telescope::capture::live::{Link, Live, OpenError, Options, ReadError, Reading};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(5);

#[test]
fn an_interface_goes_down_and_comes_back() {
    let ground = Ground::new();
    let sender = ground.sender();
    ground.sensor(|| {
        let mut live = Live::open(INTERFACE, &Options::default()).unwrap();
        until("the link", || live.link().unwrap() == Link::Up);
        ground.link("down");
        assert!(matches!(live.read(SOON), Ok(Reading::Down)));
        assert_eq!(live.link(), Ok(Link::Down));
        assert!(matches!(live.read(Duration::from_millis(300)), Ok(Reading::Quiet)));
        ground.link("up");
        assert!(matches!(live.read(SOON), Ok(Reading::Up)));
        until("the link", || live.link().unwrap() == Link::Up);
        sender.send(&syn(1));
        let Ok(Reading::Frames(mut frames)) = live.read(SOON) else { panic!("no frame came") };
        assert_eq!(frames.next().unwrap().bytes, syn(1));
    });
}

#[test]
fn frames_from_before_an_interface_went_down_still_come() {
    let ground = Ground::new();
    let sender = ground.sender();
    ground.sensor(|| {
        let mut live = Live::open(INTERFACE, &Options::default()).unwrap();
        sender.send(&syn(1));
        ground.link("down");
        assert!(matches!(live.read(SOON), Ok(Reading::Down)));
        let Ok(Reading::Frames(mut frames)) = live.read(SOON) else { panic!("no frame came") };
        assert_eq!(frames.next().unwrap().bytes, syn(1));
    });
}

#[test]
fn an_interface_that_is_down_is_opened_and_waited_for() {
    let ground = Ground::new();
    ground.link("down");
    ground.sensor(|| {
        let mut live = Live::open(INTERFACE, &Options::default()).unwrap();
        assert!(matches!(live.read(SOON), Ok(Reading::Down)));
        ground.link("up");
        assert!(matches!(live.read(SOON), Ok(Reading::Up)));
    });
}

#[test]
fn a_cable_that_is_out_is_told_from_silence() {
    let ground = Ground::new();
    ground.sensor(|| {
        let mut live = Live::open(INTERFACE, &Options::default()).unwrap();
        until("the link", || live.link().unwrap() == Link::Up);
        ground.other_end("down");
        until("the carrier's loss", || live.link().unwrap() == Link::NoCarrier);
        assert!(matches!(live.read(Duration::from_millis(100)), Ok(Reading::Quiet)));
        ground.other_end("up");
        until("the link", || live.link().unwrap() == Link::Up);
    });
}

#[test]
fn an_interface_that_is_removed_is_named() {
    let ground = Ground::new();
    ground.sensor(|| {
        let mut live = Live::open(INTERFACE, &Options::default()).unwrap();
        ground.ip(&["link", "del", INTERFACE]);
        let error = loop {
            match live.read(SOON) {
                Ok(Reading::Down) => {}
                Ok(other) => panic!("{other:?}"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, ReadError::Removed(_)), "{error:?}");
        assert_eq!(error.to_string(), r#"the interface "dark0" was removed; open it again when it is back"#);
        assert!(error.reason().get(Language::Ja).contains("「dark0」がなくなりました"));
        assert_eq!(live.link(), Ok(Link::Removed));
    });
}

#[test]
fn an_interface_that_is_not_there_and_options_out_of_bounds_are_refused_in_words() {
    let ground = Ground::new();
    ground.sensor(|| {
        let refused = |interface: &str, options: &Options| Live::open(interface, options).unwrap_err();
        let none = refused("eth9", &Options::default());
        assert!(matches!(none, OpenError::NoInterface(_)));
        assert_eq!(none.to_string(), r#"there is no interface "eth9"; there are lo, dark0"#);
        assert_eq!(none.reason().get(Language::Ja), "インターフェース「eth9」はありません。指定できるのは lo, dark0 です。");
        assert!(matches!(refused("a\0b", &Options::default()), OpenError::NoInterface(_)));
        for options in [Options { snap_bytes: 63, ..Options::default() }, Options { snap_bytes: 9_217, ..Options::default() }] {
            assert!(matches!(refused(INTERFACE, &options), OpenError::Option(reason) if reason.key == "live-snap"));
        }
        for options in [Options { buffer_bytes: 4_095, ..Options::default() }, Options { buffer_bytes: usize::MAX, ..Options::default() }] {
            assert!(matches!(refused(INTERFACE, &options), OpenError::Option(reason) if reason.key == "live-buffer"));
        }
    });
}

#[test]
fn frames_to_others_are_asked_for_only_when_told_and_as_long_as_it_is_open() {
    let ground = Ground::new();
    let promiscuity = || {
        let told = ground.ip(&["-d", "link", "show", INTERFACE]);
        told.split_whitespace().skip_while(|word| *word != "promiscuity").nth(1).map(str::to_owned).unwrap()
    };
    let open = |promiscuous| ground.sensor(|| Live::open(INTERFACE, &Options { promiscuous, ..Options::default() })).unwrap();
    let quiet = open(false);
    assert_eq!(promiscuity(), "0");
    let live = open(true);
    assert_eq!(promiscuity(), "1");
    drop((quiet, live));
    assert_eq!(promiscuity(), "0");
}

#[test]
fn the_buffer_is_as_large_as_asked_for() {
    let ground = Ground::new();
    let live = ground.sensor(|| Live::open(INTERFACE, &Options { buffer_bytes: 16 << 20, ..Options::default() })).unwrap();
    assert_eq!(live.buffer_bytes(), Ok(16 << 20));
}
