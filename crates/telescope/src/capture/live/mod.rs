//! Frames off a network interface, by packet sockets of Linux (`AF_PACKET`).
//!
//! ```no_run
//! use noroshi_telescope::{capture::live::{Live, Options, Reading}, packet};
//! use std::time::Duration;
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let mut live = Live::open("eth0", &Options::default())?;
//! loop {
//!     match live.read(Duration::from_secs(1))? {
//!         Reading::Frames(frames) => frames.for_each(|frame| println!("{:?}", packet::decode(&frame))),
//!         Reading::Quiet => println!("nothing for a second; {} dropped so far", live.drops()?.kernel),
//!         Reading::Down => println!("the interface is down"),
//!         Reading::Up => println!("the interface is back"),
//!     }
//! }
//! # }
//! ```
//!
//! What comes is what tcpdump would write of incoming frames: with the kernel's time, and with the tag of a VLAN where it stood. Every frame that
//! the interface received is handed on, counted as left out, or counted by the kernel as dropped ([`Live::counts`], [`Live::drops`]).

mod block;
mod control;
mod error;
mod left_out;
mod link;
pub mod privileges;
mod socket;

pub use block::Frames;
pub use error::{OpenError, ReadError};
pub use left_out::LeftOut;
pub use link::Link;

use block::{Block, Header, Passed};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{SockType, getsockopt, setsockopt, sockopt},
};
use std::{
    ffi::c_int,
    io,
    ops::RangeInclusive,
    os::fd::{AsFd as _, OwnedFd},
    time::{Duration, Instant},
};

/// Types of devices (ARPHRD) whose frames begin with an Ethernet header: Ethernet itself and loopback.
const ETHERNET: [u16; 2] = [1, 772];
const SNAP_BYTES: RangeInclusive<usize> = 64..=9_216;
const BUFFER_BYTES: RangeInclusive<usize> = 4_096..=512 << 20;
/// How long frames gather once one has come and no more were waiting: a process that is woken for each takes four times the processor.
const GATHERING: Duration = Duration::from_millis(2);
/// How often it is looked whether an interface that is down is back.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// How an interface is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many bytes of each frame are kept, 64 to 9,216; headers and a little payload are enough.
    pub snap_bytes: usize,
    /// How many bytes of frames, with what the kernel needs to keep them, wait in the kernel until they are read. The kernel gives no more
    /// than `net.core.rmem_max` to who has no CAP_NET_ADMIN; [`Live::buffer_bytes`] tells what it gave.
    pub buffer_bytes: usize,
    /// Frames to other hosts are asked for, too.
    pub promiscuous: bool,
    /// What is left out; at no more than a few rules, for each frame is held against each.
    pub left_out: Vec<LeftOut>,
}

impl Default for Options {
    /// 256 bytes of a frame; a buffer of 8 MiB (of small frames two seconds at 10,000 a second); not promiscuous; nothing left out.
    fn default() -> Self {
        Self { snap_bytes: 256, buffer_bytes: 8 << 20, promiscuous: false, left_out: Vec::new() }
    }
}

/// What reading gave.
#[derive(Debug)]
pub enum Reading<'a> {
    /// Frames came, in the order in which the kernel received them; none, when all of them were left out.
    Frames(Frames<'a>),
    /// Nothing came in time.
    Quiet,
    /// The interface was taken down: nothing is seen from now on. Frames from before may still follow.
    Down,
    /// It is up again.
    Up,
}

/// Frames that were lost, since the interface was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// The kernel had no room for them.
    pub kernel: u64,
}

/// What became of the frames that were read, since the interface was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Handed on.
    pub frames: u64,
    /// Left out by a rule of [`Options::left_out`].
    pub left_out: u64,
    /// Sent by this host; only where the kernel does not keep them back itself (before Linux 4.20).
    pub outgoing: u64,
}

/// An interface that is read.
#[derive(Debug)]
pub struct Live {
    interface: String,
    index: c_int,
    socket: OwnedFd,
    block: Block,
    left_out: Vec<LeftOut>,
    down: bool,
    came: u64,
    passed: Passed,
    dropped: u64,
}

impl Live {
    /// Begins to receive what comes in at one interface. Needs CAP_NET_RAW now, and nothing later.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub fn open(interface: &str, options: &Options) -> Result<Self, OpenError> {
        let Options { snap_bytes, buffer_bytes, promiscuous, ref left_out } = *options;
        if !SNAP_BYTES.contains(&snap_bytes) {
            return Err(OpenError::snap(snap_bytes, *SNAP_BYTES.start(), *SNAP_BYTES.end()));
        }
        if !BUFFER_BYTES.contains(&buffer_bytes) {
            return Err(OpenError::buffer(buffer_bytes, *BUFFER_BYTES.start(), *BUFFER_BYTES.end()));
        }
        let index = link::index(interface).ok_or_else(|| OpenError::no_interface(interface, &link::names()))?;
        let failed = |doing: &'static str| move |error: io::Error| OpenError::system(interface, doing, &error);
        let device = link::device(index).map_err(failed("AF_PACKET"))?;
        let (header, kind) = if ETHERNET.contains(&device) { (Header::Ethernet, SockType::Raw) } else { (Header::Cooked(device), SockType::Datagram) };
        // Everything is set before the socket is bound, so that no frame comes that is not as it should be.
        let socket = link::silent(kind).map_err(failed("AF_PACKET"))?;
        if setsockopt(&socket, sockopt::RcvBufForce, &buffer_bytes).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &buffer_bytes).map_err(|error| failed("SO_RCVBUF")(error.into()))?;
        }
        socket::switch_on(socket.as_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPNS_NEW).map_err(failed("SO_TIMESTAMPNS"))?;
        socket::switch_on(socket.as_fd(), libc::SOL_PACKET, libc::PACKET_AUXDATA).map_err(failed("PACKET_AUXDATA"))?;
        // An older kernel knows it not; then frames are told by their kind.
        let _ = socket::switch_on(socket.as_fd(), libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING);
        if promiscuous {
            socket::be_promiscuous(socket.as_fd(), index).map_err(failed("PACKET_MR_PROMISC"))?;
        }
        let all = u16::try_from(libc::ETH_P_ALL).unwrap_or(3);
        socket::bind(socket.as_fd(), index, all).map_err(failed("bind"))?;
        Ok(Self {
            interface: interface.to_owned(),
            index,
            socket,
            block: Block::new(header, snap_bytes),
            left_out: left_out.clone(),
            down: false,
            came: 0,
            passed: Passed::default(),
            dropped: 0,
        })
    }

    /// Waits until frames come (and then two milliseconds for more), something happens to the interface, or the time is over; gives what came, at most 128 frames at once. A signal
    /// may end the waiting, too.
    ///
    /// # Errors
    /// [`ReadError::Removed`] when the interface is there no more; [`ReadError::System`] when the system refuses.
    pub fn read(&mut self, timeout: Duration) -> Result<Reading<'_>, ReadError> {
        let told = if self.down { self.wait_for_link(timeout) } else { self.wait_for_frames(timeout) };
        match told.map_err(|error| ReadError::system(&self.interface, &error))? {
            Told::Frames => Ok(Reading::Frames(self.block.frames())),
            Told::Quiet => Ok(Reading::Quiet),
            Told::Link(Link::Removed) => Err(ReadError::removed(&self.interface)),
            Told::Link(Link::Down) => Ok(Reading::Down),
            Told::Link(Link::Up | Link::NoCarrier) => Ok(Reading::Up),
        }
    }

    /// What is left out from now on, in place of [`Options::left_out`]: the centre may get another address, and so may we.
    pub fn leave_out(&mut self, rules: Vec<LeftOut>) {
        self.left_out = rules;
    }

    /// How many frames were lost; every frame that came in is among these or among [`counts`](Self::counts), or still waits. Ask at least once in
    /// some minutes: the kernel counts in 32 bits.
    ///
    /// # Errors
    /// [`ReadError::System`] when the kernel does not tell.
    pub fn drops(&mut self) -> Result<Drops, ReadError> {
        let more = socket::take_drops(self.socket.as_fd()).map_err(|error| ReadError::system(&self.interface, &error))?;
        self.dropped += u64::from(more);
        Ok(Drops { kernel: self.dropped })
    }

    /// What became of the frames that were read.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let Passed { outgoing, left_out } = self.passed;
        Counts { frames: self.came.saturating_sub(outgoing + left_out), left_out, outgoing }
    }

    /// How the interface is now. An interface without carrier is silent without a word; who says that nothing came asks this first.
    /// It is asked over netlink (systemd: `RestrictAddressFamilies=AF_PACKET AF_NETLINK …`), without privileges.
    ///
    /// # Errors
    /// [`ReadError::System`] when the system does not tell.
    pub fn link(&self) -> Result<Link, ReadError> {
        link::state(&self.socket, self.index).map_err(|error| ReadError::system(&self.interface, &error))
    }

    /// How many bytes the kernel gave for frames that wait.
    ///
    /// # Errors
    /// [`ReadError::System`] when the kernel does not tell.
    pub fn buffer_bytes(&self) -> Result<usize, ReadError> {
        // It doubles what one asks for, because it counts what it needs itself.
        getsockopt(&self.socket, sockopt::RcvBuf).map(|bytes| bytes / 2).map_err(|error| ReadError::system(&self.interface, &error.into()))
    }

    fn wait_for_frames(&mut self, timeout: Duration) -> io::Result<Told> {
        // Behind a full block more may wait already.
        let waiting = if self.block.is_full() { self.take() } else { Ok(Told::Quiet) };
        let told = match waiting {
            Ok(Told::Quiet) if self.wait(timeout)? => {
                std::thread::sleep(GATHERING.min(timeout));
                self.take()
            }
            told => told,
        };
        match told {
            Err(error) if error.raw_os_error() == Some(libc::ENETDOWN) => {
                self.down = true;
                match link::state(&self.socket, self.index)? {
                    Link::Removed => Ok(Told::Link(Link::Removed)),
                    // It may be up again by now; then the next reading says so.
                    _ => Ok(Told::Link(Link::Down)),
                }
            }
            told => told,
        }
    }

    /// The kernel says when an interface goes, but not when it comes back.
    fn wait_for_link(&mut self, timeout: Duration) -> io::Result<Told> {
        let began = Instant::now();
        loop {
            let state = link::state(&self.socket, self.index)?;
            if matches!(state, Link::Up | Link::NoCarrier) {
                self.down = false;
                return Ok(Told::Link(Link::Up));
            }
            match self.take() {
                Ok(Told::Quiet) if state == Link::Removed => return Ok(Told::Link(Link::Removed)),
                Ok(Told::Quiet) => {}
                // Down, up and down again between two looks.
                Err(error) if error.raw_os_error() == Some(libc::ENETDOWN) => {}
                told => return told,
            }
            let left = timeout.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(Told::Quiet);
            }
            std::thread::sleep(left.min(LOOK_AGAIN));
        }
    }

    /// Waits until something can be read.
    fn wait(&self, timeout: Duration) -> io::Result<bool> {
        let milliseconds = timeout.as_micros().div_ceil(1_000);
        let timeout = PollTimeout::try_from(milliseconds).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)], timeout) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn take(&mut self) -> io::Result<Told> {
        match self.block.fill(self.socket.as_fd(), &self.left_out, &mut self.passed) {
            Ok(came) => {
                self.came += u64::try_from(came).unwrap_or(0);
                Ok(if came == 0 { Told::Quiet } else { Told::Frames })
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(Told::Quiet),
            Err(error) => Err(error),
        }
    }
}

/// What waiting gave.
enum Told {
    Frames,
    Quiet,
    Link(Link),
}
