//! Prints a folder: `main.typ` with the files beside it to `main.pdf`, and every other SVG to PNG: `cargo run -p noroshi-press --example print -- FOLDER`.

use noroshi_press::{Fonts, Limits, Press, Sheets};
use std::{env, error::Error, ffi::OsStr, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder")?;
    let press = Press::new(Fonts::of_the_system(), Limits::default());
    let mut sheets = Sheets { source: fs::read_to_string(folder.join("main.typ"))?, ..Sheets::default() };
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("svg")) {
            let name = path.file_name().and_then(OsStr::to_str).ok_or("a name")?;
            fs::write(path.with_extension("png"), press.png(&fs::read_to_string(&path)?, 2).map_err(|reason| reason.to_string())?)?;
            sheets.files.insert(name.to_owned(), fs::read(&path)?);
        }
    }
    fs::write(folder.join("main.pdf"), press.pdf(sheets).map_err(|reason| reason.to_string())?)?;
    Ok(())
}
