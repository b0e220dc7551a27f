//! Prints: Typst source to PDF, SVG to PNG.
//!
//! A [`Press`] knows the system's fonts of a few families that hold Japanese letters, and nothing else: what it is given reaches no file, no
//! network, no package and no clock, so that equal input gives equal bytes. Without a font for Japanese it refuses and says what to install.
//!
//! **Architecture invariant:** source and pictures come from `document`, which escapes every word; the limits here stand all the same.

mod fonts;
mod pdf;
mod png;
mod world;

pub use fonts::Fonts;

use noroshi_kernel::reason::Reason;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What one print may need at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the source, and of one picture.
    pub source_bytes: usize,
    /// Bytes of all files that the source names.
    pub files_bytes: usize,
    /// Pages of a PDF.
    pub pages: usize,
    /// Pixels of a PNG, along each side.
    pub side_px: u32,
    /// Time until a PDF is given up.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { source_bytes: 4 << 20, files_bytes: 64 << 20, pages: 500, side_px: 8_192, time: Duration::from_secs(120) }
    }
}

/// What is to become a PDF.
#[derive(Clone, Debug, Default)]
pub struct Sheets {
    /// Typst source that begins with no font: the press sets its own.
    pub source: String,
    /// The files that the source names, by their names.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A press. It prints one PDF at a time, so that what was given up cannot pile up.
#[derive(Clone, Debug)]
pub struct Press {
    fonts: Arc<Fonts>,
    limits: Limits,
    turn: Arc<Mutex<()>>,
}

impl Press {
    /// A press with these fonts.
    #[must_use]
    pub fn new(fonts: Fonts, limits: Limits) -> Self {
        Self { fonts: Arc::new(fonts), limits, turn: Arc::default() }
    }

    /// Refuses when no font holds Japanese letters.
    fn lettered(&self) -> Result<(), Reason> {
        if self.fonts.japanese() {
            return Ok(());
        }
        Err(Reason::new(
            "press-fonts",
            "日本語の書体が見つからないため、印刷できません。fonts-noto-cjk か fonts-ipaexfont を入れてください（Debian: apt install fonts-noto-cjk）。HTML は書体なしで作れます。",
            "nothing is printed, as no font with Japanese letters was found: install fonts-noto-cjk or fonts-ipaexfont (Debian: apt install fonts-noto-cjk); HTML needs no font",
        ))
    }
}

/// Refuses what is larger than it may be.
fn bounded(what: [&str; 2], size: usize, most: usize) -> Result<(), Reason> {
    if size <= most {
        return Ok(());
    }
    let [ja, en] = what;
    Err(Reason::new(
        "press-size",
        format!("{ja}が大きすぎて印刷できません（{size}、上限 {most}）。期間を短くするか、表を減らしてください。"),
        format!("{en} is too large to be printed ({size}, at most {most}): take a shorter period or fewer tables"),
    ))
}
