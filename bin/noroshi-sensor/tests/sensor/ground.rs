//! Two network namespaces joined by a cable (veth): a sensor's, and the outside, where the centre is. Made for one test, and gone when it ends.

use nix::{
    ifaddrs::getifaddrs,
    sched::{CloneFlags, setns},
    sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, SockaddrLike as _, SockaddrStorage, bind, send, socket},
    unistd::geteuid,
};
use std::{
    fs::File,
    os::fd::{AsRawFd as _, OwnedFd},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// The sensor's end of the cable.
pub(crate) const INTERFACE: &str = "dark0";
const OUTSIDE: &str = "wire0";
const NAME: &str = "noroshi-sensor-";
/// Where the centre is.
pub(crate) const CENTRE: &str = "192.0.2.1:8443";

pub(crate) struct Ground {
    sensor: String,
    outside: String,
}

impl Ground {
    /// # Panics
    /// When the test is not run as root, or without iproute2: it cannot be skipped.
    pub(crate) fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        assert!(geteuid().is_root(), "a sensor is tested in network namespaces of its own, which only root may make: run scripts/test, or this test as root");
        sweep();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = |end: &str| format!("{NAME}{}-{number}-{end}", std::process::id());
        let ground = Self { sensor: name("sensor"), outside: name("outside") };
        for namespace in [&ground.sensor, &ground.outside] {
            ip(&["netns", "add", namespace]);
            // Nothing is to be heard that the test does not send.
            inside(namespace, || {
                for which in ["all", "default"] {
                    let _ = std::fs::write(format!("/proc/sys/net/ipv6/conf/{which}/disable_ipv6"), "1");
                }
            });
        }
        ip(&["-n", &ground.sensor, "link", "add", INTERFACE, "type", "veth", "peer", "name", OUTSIDE, "netns", &ground.outside]);
        ip(&["-n", &ground.outside, "address", "add", "192.0.2.1/24", "dev", OUTSIDE]);
        ip(&["-n", &ground.sensor, "address", "add", "192.0.2.2/24", "dev", INTERFACE]);
        ip(&["-n", &ground.outside, "link", "set", OUTSIDE, "up"]);
        ground.link("up");
        ground
    }

    /// Where the outside is.
    pub(crate) fn outside(&self) -> PathBuf {
        Path::new("/run/netns").join(&self.outside)
    }

    /// Sends from outside to the sensor.
    pub(crate) fn sender(&self) -> Sender {
        inside(&self.outside, || Sender::open(OUTSIDE))
    }

    /// Takes the sensor's interface `up` or `down`.
    pub(crate) fn link(&self, state: &str) {
        ip(&["-n", &self.sensor, "link", "set", INTERFACE, state]);
    }

    /// Takes the other end of the cable `up` or `down`.
    pub(crate) fn other_end(&self, state: &str) {
        ip(&["-n", &self.outside, "link", "set", OUTSIDE, state]);
    }

    /// A program, within the sensor's namespace; its process is the program's.
    pub(crate) fn within(&self, program: &Command) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.sensor]).arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for namespace in [&self.sensor, &self.outside] {
            let _ = Command::new("ip").args(["netns", "del", namespace]).status();
        }
    }
}

/// Takes away what tests left that were killed.
fn sweep() {
    for entry in std::fs::read_dir("/run/netns").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(NAME).and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = Command::new("ip").args(["netns", "del", &name]).status();
        }
    }
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().expect("`ip` does not start; on Debian: apt-get install iproute2");
    assert!(output.status.success(), "ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
}

/// A thread of its own goes there, so that the others stay where they are.
fn inside<T: Send>(namespace: &str, work: impl FnOnce() -> T + Send) -> T {
    let file = File::open(Path::new("/run/netns").join(namespace)).unwrap();
    let done = thread::scope(|scope| {
        let inside = scope.spawn(|| {
            setns(&file, CloneFlags::CLONE_NEWNET).unwrap();
            work()
        });
        inside.join()
    });
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Sends frames as they are.
pub(crate) struct Sender(OwnedFd);

impl Sender {
    fn open(interface: &str) -> Self {
        let socket = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, None).unwrap();
        let address: SockaddrStorage = getifaddrs()
            .unwrap()
            .filter(|address| address.interface_name == interface)
            .find_map(|address| address.address.filter(|address| address.family() == Some(AddressFamily::Packet)))
            .unwrap();
        bind(socket.as_raw_fd(), &address).unwrap();
        Self(socket)
    }

    pub(crate) fn send(&self, frame: &[u8]) {
        assert_eq!(send(self.0.as_raw_fd(), frame, MsgFlags::empty()), Ok(frame.len()));
    }
}
