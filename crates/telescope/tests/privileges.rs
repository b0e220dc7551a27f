//! Privileges are given up for good. Each case is a process of its own, this program again, because none of them can go back. As root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a program of tests")]

use nix::unistd::{Gid, geteuid, getgroups, getresgid, getresuid, setgroups};
use noroshi_kernel::language::Language;
use noroshi_telescope::capture::live::{Live, OpenError, Options, Reading, privileges};
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command, sync::mpsc, time::Duration};

/// Names the case to a child.
const CASE: &str = "NOROSHI_PRIVILEGES_CASE";
/// A copy of `id` that is root's and runs as root whoever starts it.
const SETUID_ID: &str = "NOROSHI_PRIVILEGES_ID";
/// A user of every Debian.
const USER: &str = "nobody";

const CASES: [(&str, fn()); 6] = [
    ("root gives everything up, and what is open goes on", root_gives_everything_up),
    ("who has CAP_NET_RAW alone loses it", capability_is_given_up),
    ("a thread that keeps privileges is found", thread_is_found),
    ("who is nobody becomes nobody else", nobody_else),
    ("root and strangers are no users to become", no_users_to_become),
    ("the check finds root", root_is_found),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            println!("privileges_are_given_up: test");
        }
        return;
    }
    if let Ok(name) = std::env::var(CASE) {
        let (_, case) = CASES.iter().find(|(case, _)| *case == name).expect("a case");
        return case();
    }
    assert!(geteuid().is_root(), "giving privileges up is tested by who has them: run scripts/test, or this test as root");
    let ground = Ground::new();
    for (name, _) in CASES {
        let program = std::env::current_exe().unwrap();
        let mut child = if name.contains("CAP_NET_RAW") {
            as_user(&program.to_string_lossy(), &["--inh-caps=+net_raw", "--ambient-caps=+net_raw"])
        } else {
            Command::new(program)
        };
        let ended = child.env(CASE, name).env(SETUID_ID, &ground.id).status().unwrap();
        assert!(ended.success(), "{name}: {ended}");
        println!("{name}: ok");
    }
}

/// Something started as the user.
fn as_user(program: &str, options: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", "nogroup", "--clear-groups"]).args(options).arg(program);
    command
}

struct Ground {
    id: PathBuf,
    _folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let id = folder.path().join("id");
        fs::copy("/usr/bin/id", &id).unwrap();
        fs::set_permissions(&id, fs::Permissions::from_mode(0o4755)).unwrap();
        let ground = Self { id, _folder: folder };
        let told = as_user(&ground.id.to_string_lossy(), &[]).arg("-u").output().unwrap();
        if told.stdout != b"0\n" {
            println!("NOTE: {} lies where nosuid is mounted, so that no_new_privs is not seen at work", ground.id.display());
        }
        ground
    }
}

fn may_not_capture() {
    let error = Live::open("lo", &Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::NotPermitted(_)), "{error:?}");
    for language in [Language::Ja, Language::En] {
        assert!(error.reason().get(language).contains("CAP_NET_RAW"), "{error:?}");
    }
}

fn status(name: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

fn root_gives_everything_up() {
    let mut live = Live::open("lo", &Options::default()).unwrap();
    setgroups(&[Gid::from_raw(0), Gid::from_raw(4)]).unwrap();
    privileges::drop_to(USER).unwrap();
    privileges::check().unwrap();

    let (users, groups) = (getresuid().unwrap(), getresgid().unwrap());
    assert!([users.real, users.effective, users.saved].iter().all(|id| id.as_raw() == 65_534), "{users:?}");
    assert!([groups.real, groups.effective, groups.saved].iter().all(|id| id.as_raw() == 65_534), "{groups:?}");
    assert_eq!(getgroups().unwrap(), []);
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(status(set), "0000000000000000", "{set}");
    }
    assert!(fs::read("/etc/shadow").is_err());
    let id = Command::new(std::env::var(SETUID_ID).unwrap()).arg("-u").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&id.stdout), "65534\n");
    may_not_capture();

    // What was opened before goes on, and is asked for its losses.
    assert!(matches!(live.read(Duration::from_millis(10)), Ok(Reading::Quiet | Reading::Frames(_) | Reading::Down)));
    live.drops().unwrap();
    live.link().unwrap();
}

fn capability_is_given_up() {
    assert_eq!(status("CapEff:"), "0000000000002000");
    let _live = Live::open("lo", &Options::default()).unwrap();
    assert!(privileges::check().is_err());
    privileges::drop_to(USER).unwrap();
    may_not_capture();
}

fn thread_is_found() {
    let (end, ended) = mpsc::channel::<()>();
    let other = std::thread::spawn(move || ended.recv());
    let kept = privileges::drop_to(USER).unwrap_err();
    assert_eq!(kept.0.key, "privileges-left");
    drop(end);
    assert!(other.join().unwrap().is_err());
    // Now there is but one.
    privileges::check().unwrap();
}

fn nobody_else() {
    privileges::drop_to(USER).unwrap();
    assert_eq!(privileges::drop_to("daemon").unwrap_err().0.key, "privileges-refused");
    // Again is no harm.
    privileges::drop_to(USER).unwrap();
}

fn no_users_to_become() {
    assert_eq!(privileges::drop_to("root").unwrap_err().0.key, "privileges-root");
    assert_eq!(privileges::drop_to("noroshi-no-such-user").unwrap_err().0.key, "privileges-user");
    assert!(geteuid().is_root());
}

fn root_is_found() {
    let kept = privileges::check().unwrap_err();
    assert!(kept.to_string().starts_with("privileges are left (Uid: 0"), "{kept}");
}
