use crate::{Limits, Press, Sheets, bounded, fonts::Fonts, world::Sealed};
use noroshi_kernel::reason::Reason;
use std::{
    sync::{Arc, PoisonError, mpsc},
    thread,
};
use typst::{diag::SourceDiagnostic, foundations::Smart};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// Bytes of the stack on which source is read and laid out.
const STACK_BYTES: usize = 32 << 20;

impl Press {
    /// Prints Typst source. Equal sheets and fonts give equal bytes; the PDF is tagged and bears no time.
    ///
    /// # Errors
    /// A [`Reason`] when there is no font for Japanese, when something is larger than its limit, when it takes too long, or when the source
    /// means nothing or names a file that did not come with it.
    pub fn pdf(&self, sheets: Sheets) -> Result<Vec<u8>, Reason> {
        self.lettered()?;
        bounded(["文書", "the document"], sheets.source.len(), self.limits.source_bytes)?;
        bounded(["図", "the sum of its pictures"], sheets.files.values().map(Vec::len).sum(), self.limits.files_bytes)?;
        let (told, answer) = mpsc::sync_channel(1);
        let (fonts, limits, turn) = (Arc::clone(&self.fonts), self.limits, Arc::clone(&self.turn));
        let print = move || {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody waits any more when the time is over.
            let _ = told.send(print(fonts, limits, sheets));
        };
        thread::Builder::new().name("press".into()).stack_size(STACK_BYTES).spawn(print).map_err(|error| failed(&error.to_string()))?;
        answer.recv_timeout(self.limits.time).unwrap_or_else(|_| {
            let seconds = self.limits.time.as_secs();
            Err(Reason::new(
                "press-time",
                format!("{seconds} 秒たっても PDF ができないため、やめました。期間を短くしてください。"),
                format!("the PDF was given up after {seconds} seconds: take a shorter period"),
            ))
        })
    }
}

fn print(fonts: Arc<Fonts>, limits: Limits, sheets: Sheets) -> Result<Vec<u8>, Reason> {
    let world = Sealed::new(fonts, sheets).ok_or_else(|| failed("a file has a name that is none"))?;
    let printed = typst::compile::<PagedDocument>(&world).output.map_err(|errors| said(&errors)).and_then(|document| {
        bounded(["PDF のページ数", "the number of pages"], document.pages().len(), limits.pages)?;
        let options = PdfOptions { ident: Smart::Auto, creator: Smart::Custom(Some("noroshi".into())), timestamp: None, ..PdfOptions::default() };
        typst_pdf::pdf(&document, &options).map_err(|errors| said(&errors))
    });
    // What was laid out is not needed again.
    comemo::evict(0);
    printed
}

/// The first of what is wrong.
fn said(errors: &[SourceDiagnostic]) -> Reason {
    failed(errors.first().map_or("nothing was said", |error| error.message.as_str()))
}

fn failed(why: &str) -> Reason {
    Reason::new("press", format!("PDF を作れませんでした: {why}"), format!("the PDF could not be made: {why}"))
}
