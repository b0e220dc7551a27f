//! Writes a sample report in every form into a folder: `cargo run -p noroshi-document --example gallery -- FOLDER [STYLESHEET]`.

use noroshi_document::{
    html, json,
    model::{Block, Document},
    press, svg, text,
};
use noroshi_kernel::language::Language;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let folder = arguments.next().map(PathBuf::from).ok_or_else(|| io::Error::other("name a folder to write to"))?;
    let style = arguments.next().map(fs::read_to_string).transpose()?.unwrap_or_default();
    fs::create_dir_all(&folder)?;
    for language in Language::ALL {
        let documents = [("incident", sample::document(language)), ("observation", sample::observation::document(language))];
        for (name, document) in documents {
            write(&folder, name, &document, &style)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, name: &str, document: &Document, style: &str) -> io::Result<()> {
    let language = document.language;
    let body = html::fragment(document);
    let head = format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>gallery</title><style>{}{style}</style>",
        html::STYLE
    );
    fs::write(folder.join(format!("{name}-{language}.html")), format!("{head}<main class=\"alone\">{body}</main>"))?;
    fs::write(folder.join(format!("{name}-{language}.txt")), text::plain(document))?;
    fs::write(folder.join(format!("{name}-{language}.json")), format!("{:#}", json::value(document)))?;
    let sheets = press::sheets(document, Some("https://noroshi.example"));
    let printing = folder.join(format!("{name}-{language}"));
    fs::create_dir_all(&printing)?;
    fs::write(printing.join("main.typ"), &sheets.source)?;
    for (file, bytes) in &sheets.files {
        fs::write(printing.join(file), bytes)?;
    }
    for block in &document.blocks {
        let (id, file, printed) = match block {
            Block::Chart(chart) => (chart.id(), svg::standalone(chart, language), svg::printed(chart, language)),
            Block::Heat(heat) => (heat.id(), svg::standalone(heat, language), svg::printed(heat, language)),
            _ => continue,
        };
        fs::write(folder.join(format!("{id}-{language}.svg")), file)?;
        fs::write(folder.join(format!("{id}-{language}-printed.svg")), printed)?;
    }
    Ok(())
}
