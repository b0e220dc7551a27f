//! TCP's options as text.

use std::fmt::{self, Write as _};

/// The options of a TCP header: their order, and the two values that stay the same for one system.
///
/// As text: `M1460STNW7` is a segment size of 1460, selective acknowledgment permitted, timestamps, no operation, a window scale of 7. The letters
/// are those of Nmap's fingerprints: `L` end of the list, `N` no operation, `M` maximum segment size, `W` window scale, `S` selective
/// acknowledgment permitted, `K` selective acknowledgment, `T` timestamps, `F` Fast Open, `D` MD5 signature or TCP-AO, `P` multipath, `?` another
/// one, `!` a broken one, `~` what was not captured or had no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpOptions {
    /// Sixteen places of four bits, the first option in the lowest; each is a place in the row of letters, 0 ends them.
    pub order: u64,
    /// The maximum segment size, which stands behind the first `M`.
    pub segment_bytes: Option<u16>,
    /// The window scale, which stands behind the first `W`.
    pub window_scale: Option<u8>,
}

impl TcpOptions {
    /// The letter of each number. Nothing has 11 and 12 yet.
    const LETTERS: [char; 16] = ['\0', 'L', 'N', 'M', 'W', 'S', 'K', 'T', 'F', 'D', 'P', ':', ';', '?', '!', '~'];

    /// Reads what [`Display`](fmt::Display) writes; `None` when it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut options = Self::default();
        let mut rest = text;
        let mut place = 0;
        while let Some(letter) = rest.chars().next() {
            rest = rest.get(letter.len_utf8()..)?;
            let number = Self::LETTERS.iter().skip(1).position(|own| *own == letter)? + 1;
            if place == 16 {
                return None;
            }
            options.order |= (number as u64) << (4 * place);
            place += 1;
            let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
            let (value, behind) = rest.split_at_checked(digits)?;
            rest = behind;
            match letter {
                _ if value.is_empty() => {}
                'M' if options.segment_bytes.is_none() => options.segment_bytes = Some(value.parse().ok()?),
                'W' if options.window_scale.is_none() => options.window_scale = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        Some(options)
    }
}

impl fmt::Display for TcpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut segment_bytes, mut window_scale) = (self.segment_bytes, self.window_scale);
        for place in 0..16 {
            let letter = match usize::try_from(self.order >> (4 * place) & 0xf).ok().and_then(|number| Self::LETTERS.get(number)) {
                None | Some('\0') => break,
                Some(letter) => *letter,
            };
            f.write_char(letter)?;
            match letter {
                'M' => segment_bytes.take().map_or(Ok(()), |value| write!(f, "{value}"))?,
                'W' => window_scale.take().map_or(Ok(()), |value| write!(f, "{value}"))?,
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_options_are_each_others() {
        for (text, order, segment_bytes, window_scale) in [
            ("", 0, None, None),
            ("M1460STNW7", 0x4_2753, Some(1460), Some(7)),
            ("M1460NW8NNS", 0x52_2423, Some(1460), Some(8)),
            ("MMW!", 0xe433, None, None),
            ("~", 0xf, None, None),
        ] {
            let options = TcpOptions { order, segment_bytes, window_scale };
            assert_eq!(options.to_string(), text);
            assert_eq!(TcpOptions::parse(text), Some(options), "{text}");
        }
        for wrong in ["x", "M99999", "S4", "M1M2", "LLLLLLLLLLLLLLLLL", "\0"] {
            assert_eq!(TcpOptions::parse(wrong), None, "{wrong}");
        }
    }
}
