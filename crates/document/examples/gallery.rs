//! Writes a sample report in every form into a folder: `cargo run -p noroshi-document --example gallery -- FOLDER [STYLESHEET]`.

use noroshi_document::{html, json, model::Block, svg, text};
use noroshi_kernel::language::Language;
use std::{env, fs, io, path::PathBuf};

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let folder = arguments.next().map(PathBuf::from).ok_or_else(|| io::Error::other("name a folder to write to"))?;
    let style = arguments.next().map(fs::read_to_string).transpose()?.unwrap_or_default();
    fs::create_dir_all(&folder)?;
    for language in Language::ALL {
        let document = sample::document(language);
        let body = html::fragment(&document);
        let head = format!(
            "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>gallery</title><style>{style}</style>"
        );
        fs::write(folder.join(format!("{language}.html")), format!("{head}<div class=\"page\">{body}</div>"))?;
        fs::write(folder.join(format!("{language}.txt")), text::plain(&document))?;
        fs::write(folder.join(format!("{language}.json")), format!("{:#}", json::value(&document)))?;
        for block in &document.blocks {
            if let Block::Chart(chart) = block {
                fs::write(folder.join(format!("{}-{language}.svg", chart.id())), svg::standalone(chart, language))?;
            }
        }
    }
    Ok(())
}
