//! A report as a file that stands by itself: one HTML page with its style, for a mail or a mirror.

use noroshi_document::{html, model::Document};

/// The document as a whole page. Links to records are relative; `base` is the platform's address that they are relative to.
#[must_use]
pub fn standalone(document: &Document, base: Option<&str>) -> String {
    let language = document.language.tag();
    let base = base.map(|base| format!("<base href=\"{}\">", escape(base))).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n{base}<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main class=\"alone\">\n{}\n</main>\n</body>\n</html>\n",
        escape(&document.title),
        html::STYLE,
        html::fragment(document)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
