//! TCP's options as a fingerprint: systems and tools differ in which they send, and in what order.

use std::fmt;

/// One option, as a letter in the way that Nmap's fingerprints write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Letter {
    /// `L`: end of the list.
    End = 1,
    /// `N`: no operation.
    NoOperation = 2,
    /// `M`: maximum segment size.
    SegmentSize = 3,
    /// `W`: window scale.
    WindowScale = 4,
    /// `S`: selective acknowledgment permitted.
    SackPermitted = 5,
    /// `K`: selective acknowledgment.
    Sack = 6,
    /// `T`: timestamps.
    Timestamps = 7,
    /// `F`: Fast Open.
    FastOpen = 8,
    /// `D`: MD5 signature or TCP-AO.
    Signature = 9,
    /// `P`: multipath.
    Multipath = 10,
    /// `?`: another one.
    Other = 13,
    /// `!`: its length is none that it can have; nothing is read behind it.
    Broken = 14,
    /// `~`: what follows was not captured, or there is no room for it here.
    Cut = 15,
}

impl Letter {
    const ALL: [(Self, char); 13] = [
        (Self::End, 'L'),
        (Self::NoOperation, 'N'),
        (Self::SegmentSize, 'M'),
        (Self::WindowScale, 'W'),
        (Self::SackPermitted, 'S'),
        (Self::Sack, 'K'),
        (Self::Timestamps, 'T'),
        (Self::FastOpen, 'F'),
        (Self::Signature, 'D'),
        (Self::Multipath, 'P'),
        (Self::Other, '?'),
        (Self::Broken, '!'),
        (Self::Cut, '~'),
    ];

    /// By the option's kind (IANA, TCP Option Kind Numbers).
    fn of(kind: u8) -> Self {
        match kind {
            0 => Self::End,
            1 => Self::NoOperation,
            2 => Self::SegmentSize,
            3 => Self::WindowScale,
            4 => Self::SackPermitted,
            5 => Self::Sack,
            8 => Self::Timestamps,
            19 | 29 => Self::Signature,
            30 => Self::Multipath,
            34 => Self::FastOpen,
            _ => Self::Other,
        }
    }
}

/// The options of a TCP header: their order, and the two values that stay the same for one system.
///
/// The order is a number of sixteen places of four bits, the first option in the lowest, so that it is stored as an integer and
/// compared as one; [`Display`](fmt::Display) writes it in letters: `MSTNW` is what Linux sends, `MNWNNS` Windows, nothing most scanners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpOptions {
    /// The order.
    pub order: u64,
    /// The maximum segment size.
    pub segment_bytes: Option<u16>,
    /// The window scale, as a power of two.
    pub window_scale: Option<u8>,
}

impl TcpOptions {
    /// Most letters that the order has room for.
    const PLACES: u32 = 16;

    /// Reads what of the options was captured.
    pub(super) fn read(mut bytes: &[u8], cut: bool) -> Self {
        let mut options = Self::default();
        let mut place = 0;
        while let Some((&kind, rest)) = bytes.split_first() {
            let mut letter = Letter::of(kind);
            let mut value: &[u8] = &[];
            bytes = rest;
            if kind > 1 {
                match rest.split_first() {
                    Some((&length @ 2.., rest)) if usize::from(length) - 2 <= rest.len() => {
                        (value, bytes) = rest.split_at_checked(usize::from(length) - 2).unwrap_or_default();
                    }
                    // It may go on where the capture does not.
                    Some((2.., _)) | None if cut => break,
                    _ => letter = Letter::Broken,
                }
            }
            match (letter, value) {
                (Letter::SegmentSize, &[high, low]) => options.segment_bytes = Some(u16::from_be_bytes([high, low])),
                (Letter::WindowScale, &[scale]) => options.window_scale = Some(scale),
                _ => {}
            }
            if place == Self::PLACES - 1 && !bytes.is_empty() {
                letter = Letter::Cut;
            }
            options.order |= (letter as u64) << (4 * place);
            place += 1;
            if place == Self::PLACES || matches!(letter, Letter::End | Letter::Broken) {
                return options;
            }
        }
        if cut {
            options.order |= (Letter::Cut as u64) << (4 * place);
        }
        options
    }

    /// The options in their order.
    pub fn letters(self) -> impl Iterator<Item = Letter> {
        (0..Self::PLACES).map_while(move |place| {
            let code = self.order >> (4 * place) & 0xf;
            Letter::ALL.iter().find(|(letter, _)| *letter as u64 == code).map(|(letter, _)| *letter)
        })
    }
}

impl fmt::Display for TcpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.letters().try_for_each(|letter| Letter::ALL.iter().filter(|(own, _)| *own == letter).try_for_each(|(_, sign)| f.write_char(*sign)))
    }
}
