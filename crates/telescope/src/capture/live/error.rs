//! Why an interface cannot be read, and what to do about it.

use noroshi_kernel::reason::Reason;
use std::io;

/// An interface cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no interface of that name; the reason lists those that there are.
    #[error("{0}")]
    NoInterface(Reason),
    /// The process may not capture.
    #[error("{0}")]
    NotPermitted(Reason),
    /// An option is out of bounds.
    #[error("{0}")]
    Option(Reason),
    /// The system refuses for another reason.
    #[error("{0}")]
    System(Reason),
}

impl OpenError {
    /// What is wrong and what to do about it.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        let (Self::NoInterface(reason) | Self::NotPermitted(reason) | Self::Option(reason) | Self::System(reason)) = self;
        reason
    }

    pub(super) fn no_interface(name: &str, there_are: &[String]) -> Self {
        let all = there_are.join(", ");
        Self::NoInterface(Reason::new(
            "live-interface",
            format!("インターフェース「{name}」はありません。指定できるのは {all} です。"),
            format!("there is no interface {name:?}; there are {all}"),
        ))
    }

    pub(super) fn snap(bytes: usize, least: usize, most: usize) -> Self {
        Self::Option(Reason::new(
            "live-snap",
            format!("1 パケットの保存長が {bytes} バイトとあります。{least} 以上 {most} 以下で指定してください。"),
            format!("{bytes} bytes of each packet are asked for; give a number from {least} to {most}"),
        ))
    }

    pub(super) fn buffer(bytes: usize, least: usize, most: usize) -> Self {
        Self::Option(Reason::new(
            "live-buffer",
            format!("受信バッファが {bytes} バイトとあります。{least} 以上 {most} 以下で指定してください。"),
            format!("a receive buffer of {bytes} bytes is asked for; give a number from {least} to {most}"),
        ))
    }

    pub(super) fn system(interface: &str, doing: &str, error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(libc::EPERM | libc::EACCES) => Self::NotPermitted(Reason::new(
                "live-permission",
                format!(
                    "「{interface}」を読み取る権限がありません（{doing}）。root で起動するか、CAP_NET_RAW を与えてください（systemd なら AmbientCapabilities=CAP_NET_RAW）。"
                ),
                format!("{interface:?} may not be captured from ({doing}); start as root or give CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW)"),
            )),
            Some(libc::EAFNOSUPPORT) => Self::System(Reason::new(
                "live-family",
                "パケットソケット（AF_PACKET）が使えません。systemd の RestrictAddressFamilies= に AF_PACKET を加えるか、CONFIG_PACKET のあるカーネルを使ってください。",
                "there are no packet sockets (AF_PACKET); add AF_PACKET to systemd's RestrictAddressFamilies=, or use a kernel with CONFIG_PACKET",
            )),
            _ => Self::System(Reason::new(
                "live-system",
                format!("「{interface}」を開けません（{doing}）: {error}。"),
                format!("{interface:?} cannot be opened ({doing}): {error}"),
            )),
        }
    }
}

/// Nothing more can be read from an interface.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The interface is there no more.
    #[error("{0}")]
    Removed(Reason),
    /// The system refuses.
    #[error("{0}")]
    System(Reason),
}

impl ReadError {
    /// What is wrong and what to do about it.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        let (Self::Removed(reason) | Self::System(reason)) = self;
        reason
    }

    pub(super) fn removed(interface: &str) -> Self {
        Self::Removed(Reason::new(
            "live-removed",
            format!("インターフェース「{interface}」がなくなりました。元に戻してから、もう一度開いてください。"),
            format!("the interface {interface:?} was removed; open it again when it is back"),
        ))
    }

    pub(super) fn system(interface: &str, error: &io::Error) -> Self {
        Self::System(Reason::new("live-read", format!("「{interface}」から読み取れません: {error}。"), format!("{interface:?} cannot be read: {error}")))
    }
}
