//! Logs of firewalls: which services somebody knocked at, and how often. Addresses are read over and not kept.
//!
//! # To add a format
//!
//! 1. One file named after it, with a function `fn(&str) -> Option<Line>`: `None` when the line is none of the format's, [`Line::Broken`]
//!    when it is one and cannot be read. What a header must say first takes a struct, as [`windows`] does.
//! 2. A variant of [`Format`] and its line in [`Reader::line`], those that are told by more before those that are told by less.
//! 3. Lines as the device writes them, with example addresses, in `tests/firewall`; the property tests there take it in by themselves.
//!
//! **Architecture invariant:** nothing of a line is kept but its protocol and its port or type; memory does not grow with the log.

mod asa;
mod filterlog;
mod flow;
mod netfilter;
mod pairs;
mod pf;
mod protocol;
mod table;
mod tally;
mod windows;

pub use tally::{Limits, MOST_LINE_BYTES, Stopped, Tally, read};

use std::fmt;

/// To what a packet was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// The protocol's number (IANA).
    pub protocol: u8,
    /// The port of TCP and UDP, the type of ICMP; `None` where the log does not tell it.
    pub number: Option<u16>,
}

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// What iptables and nftables log, UFW and routers of Linux too.
    Netfilter,
    /// Cisco ASA and what came of it.
    Asa,
    /// Pairs of keys and values: Fortinet, Juniper and others.
    Pairs,
    /// What tcpdump prints of pflog.
    Pf,
    /// `filterlog` of pfSense and OPNsense.
    Filterlog,
    /// `pfirewall.log` of Windows.
    Windows,
    /// Flow logs of Amazon VPC, version 2.
    Flow,
    /// A table whose header names protocol and port.
    Table,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [Self::Netfilter, Self::Asa, Self::Pairs, Self::Pf, Self::Filterlog, Self::Windows, Self::Flow, Self::Table];

    /// A short name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Netfilter => "netfilter",
            Self::Asa => "asa",
            Self::Pairs => "pairs",
            Self::Pf => "pf",
            Self::Filterlog => "filterlog",
            Self::Windows => "windows",
            Self::Flow => "flow",
            Self::Table => "table",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// So many packets came unasked.
    Came(Target, u64),
    /// A packet that was let through, or one that went out.
    Passed,
    /// A packet of a connection that there was, by its flags.
    Answer,
    /// Something else than a packet: a header, a remark, a note that nothing was logged.
    Nothing,
    /// It is of the format and cannot be read.
    Broken,
}

/// Reads line by line; what a header says holds for the lines below it.
#[derive(Debug, Default)]
struct Reader {
    windows: windows::Windows,
    flow: flow::Flow,
    table: table::Table,
}

impl Reader {
    /// What a line tells, and in which format; `None` when it is a line of none.
    fn line(&mut self, line: &str) -> Option<(Format, Line)> {
        let of = |format: Format| move |line: Line| (format, line);
        netfilter::line(line)
            .map(of(Format::Netfilter))
            .or_else(|| asa::line(line).map(of(Format::Asa)))
            .or_else(|| pf::line(line).map(of(Format::Pf)))
            .or_else(|| filterlog::line(line).map(of(Format::Filterlog)))
            .or_else(|| self.windows.line(line).map(of(Format::Windows)))
            .or_else(|| self.flow.line(line).map(of(Format::Flow)))
            .or_else(|| pairs::line(line).map(of(Format::Pairs)))
            .or_else(|| self.table.line(line).map(of(Format::Table)))
    }
}
