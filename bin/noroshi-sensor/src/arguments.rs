//! What a person types.

use clap::{Args, CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use noroshi_sensor::{
    centre::Address,
    recording::{Closing, MOST_PACKETS},
    ring, run,
};
use noroshi_telescope::{batch::Recording, capture::live::LeftOut, protocol::Token};
use std::{ffi::OsString, net::IpAddr, path::PathBuf, time::Duration};

/// Records unsolicited packets at one interface and hands them to the centre, whatever happens in between.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Reads what was typed.
    ///
    /// # Errors
    /// When it is no command, or asks for what excludes each other; the error says so, and ends the program with 2.
    pub(crate) fn read(typed: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let read = Self::try_parse_from(typed)?;
        match &read.command {
            Command::Run(run) if run.mask && run.payload_bytes > 0 => Err(Self::command().error(ErrorKind::ArgumentConflict, MASKED_PAYLOAD)),
            _ => Ok(read),
        }
    }
}

/// Why the two exclude each other, and what to do.
const MASKED_PAYLOAD: &str = "--mask and --payload-bytes exclude each other: what packets carry may name this host's own addresses (errors of ICMP \
quote its packets, neighbours ask for it, SIP calls it), and --mask is to keep them here; leave one of the two out";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make this host known to a centre, once.
    Enroll(Enroll),
    /// Record, and send what was recorded.
    Run(Run),
    /// Say who this sensor is, what waits, and what the centre has.
    Status(Status),
}

#[derive(Debug, Args)]
pub(crate) struct State {
    /// The folder of the sensor's identity and of what waits.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/noroshi-sensor", env = "NOROSHI_SENSOR_STATE")]
    pub(crate) state: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// Where the centre is: https://HOST or https://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub(crate) centre: Address,
    /// The token that the centre gave. It is a secret; in place of it, NOROSHI_SENSOR_TOKEN is read from the environment.
    #[arg(long, value_name = "TOKEN", env = "NOROSHI_SENSOR_TOKEN", hide_env_values = true)]
    pub(crate) token: Token,
    /// Replace the identity that is there.
    #[arg(long)]
    pub(crate) again: bool,
    /// Whom the folder belongs to: the user as whom the sensor runs.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) state: State,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) state: State,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(id = "source", required = true, multiple = false, args = ["interface", "capture"])]
pub(crate) struct Run {
    /// The interface that is recorded.
    #[arg(long, value_name = "IF")]
    pub(crate) interface: Option<String>,
    /// Captures that are recorded instead (pcap or pcapng), with their own times; ends when the centre has all of it.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) capture: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) state: State,
    /// Record so many of the first payload bytes of UDP, ICMP and ICMPv6. Not with --mask.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=256))]
    pub(crate) payload_bytes: u16,
    /// Keep this host's own addresses here: no packet's destination is sent. Not with --payload-bytes.
    #[arg(long)]
    pub(crate) mask: bool,
    /// How much waits on the disk while the centre cannot be reached: 32 at least.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(32..=1_048_576))]
    ring_mib: u32,
    /// For tests: the same in bytes.
    #[arg(long, hide = true)]
    ring_bytes: Option<u64>,
    /// For tests: the most packets of a batch.
    #[arg(long, hide = true, default_value_t = MOST_PACKETS)]
    batch_packets: usize,
    /// Leave out what goes to and from a host or network: that of administrators, name servers, time servers. May be given several times.
    #[arg(long, value_name = "CIDR", num_args = 1.., value_parser = network)]
    pub(crate) manage: Vec<LeftOut>,
    /// The user as whom it runs once the interface is open.
    #[arg(long, value_name = "NAME", conflicts_with = "capture")]
    pub(crate) user: Option<String>,
    /// Send what was recorded after so many seconds.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    batch_seconds: u32,
    /// Say that nothing came after so many seconds.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    heartbeat_seconds: u32,
    /// Record frames to other hosts, too.
    #[arg(long, conflicts_with = "capture")]
    pub(crate) promiscuous: bool,
}

impl Run {
    pub(crate) fn options(&self) -> run::Options {
        run::Options {
            state: self.state.state.clone(),
            recording: Recording { payload_bytes: self.payload_bytes.into(), mask: self.mask },
            closing: Closing {
                packets: self.batch_packets.clamp(1, MOST_PACKETS),
                after: Duration::from_secs(self.batch_seconds.into()),
                heartbeat: Duration::from_secs(self.heartbeat_seconds.into()),
            },
            ring: ring::Limits { bytes: self.ring_bytes.unwrap_or(u64::from(self.ring_mib) << 20), ..ring::Limits::default() },
        }
    }
}

/// A host or a network.
fn network(text: &str) -> Result<LeftOut, String> {
    let wrong = || format!("{text:?} is no address and no network: write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32");
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let Some(prefix) = prefix else { return Ok(LeftOut::host(address)) };
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= most).ok_or_else(wrong)?;
    Ok(LeftOut::network(address, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_fits_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn networks_are_read() {
        for right in ["192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"] {
            assert!(network(right).is_ok(), "{right}");
        }
        for wrong in ["", "192.0.2.0/33", "2001:db8::/129", "example.jp", "192.0.2.0/", "192.0.2.0/-1"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_run_has_one_source() {
        for (arguments, right) in [
            ("run --interface eth0", true),
            ("run --capture a.pcap b.pcap", true),
            ("run", false),
            ("run --interface eth0 --capture a.pcap", false),
            ("run --capture a.pcap --user nobody", false),
            ("run --interface eth0 --manage 192.0.2.0/24 2001:db8::/32 --manage 198.51.100.1", true),
        ] {
            let read = Arguments::read(["noroshi-sensor"].into_iter().chain(arguments.split(' ')));
            assert_eq!(read.is_ok(), right, "{arguments}");
        }
    }

    #[test]
    fn masked_addresses_and_payload_exclude_each_other() {
        let read = |more: &str| Arguments::read(format!("noroshi-sensor run --interface eth0 {more}").split(' '));
        for right in ["--mask", "--payload-bytes 5", "--mask --payload-bytes 0"] {
            assert!(read(right).is_ok(), "{right}");
        }
        let refused = read("--mask --payload-bytes 5").unwrap_err();
        assert_eq!((refused.kind(), refused.exit_code()), (ErrorKind::ArgumentConflict, 2));
        assert!(refused.to_string().contains("leave one of the two out"), "{refused}");
    }

    #[test]
    fn the_least_ring_is_named() {
        let read = |mib: u32| Arguments::read(format!("noroshi-sensor run --interface eth0 --ring-mib {mib}").split(' '));
        assert!(read(32).is_ok() && read(31).is_err());
        let help = Arguments::command().find_subcommand_mut("run").unwrap().render_long_help().to_string();
        assert!(help.contains("32 at least"), "{help}");
    }
}
