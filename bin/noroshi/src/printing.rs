//! The press, put in where documents are printed: the only place that links it.

use noroshi_document::press::{Press, Sheets};
use noroshi_kernel::reason::Reason;
use noroshi_press::{Fonts, Limits};
use std::sync::LazyLock;

/// How many times as large as it is a picture is painted.
const SCALE: u8 = 2;

/// Made when something is printed for the first time: it looks at all fonts of the system.
static PRESS: LazyLock<noroshi_press::Press> = LazyLock::new(|| noroshi_press::Press::new(Fonts::of_the_system(), Limits::default()));

/// The press of this program.
pub(crate) struct Printing;

impl Press for Printing {
    fn pdf(&self, sheets: Sheets) -> Result<Vec<u8>, Reason> {
        PRESS.pdf(noroshi_press::Sheets { source: sheets.source, files: sheets.files })
    }

    fn png(&self, svg: &str) -> Result<Vec<u8>, Reason> {
        PRESS.png(svg, SCALE)
    }
}
