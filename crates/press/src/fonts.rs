//! The fonts that letters are printed with.

use fontdb::{Database, Source};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use typst::{
    foundations::Bytes,
    text::{Font, FontBook, FontInfo},
    utils::LazyHash,
};

/// Families for words, the first that is installed first. All but the first hold Japanese letters.
const WORDS: [&str; 7] = ["Inter", "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic", "VL Gothic"];
/// Families for what is read letter by letter.
const CODE: [&str; 3] = ["Noto Sans Mono CJK JP", "DejaVu Sans Mono", "IPAGothic"];
/// Families for letters that no other has.
const REST: [&str; 2] = ["DejaVu Sans", "Noto Sans"];

/// The faces of the families that the press prints with.
#[derive(Debug)]
pub struct Fonts {
    faces: Vec<Face>,
    book: LazyHash<FontBook>,
    pictures: Arc<Database>,
    japanese: bool,
}

/// One face, read when it is first used. Faces of one file share its bytes.
#[derive(Debug)]
struct Face {
    file: Arc<File>,
    index: u32,
    font: OnceLock<Option<Font>>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    bytes: OnceLock<Option<Bytes>>,
}

impl Fonts {
    /// The fonts that the system has.
    #[must_use]
    pub fn of_the_system() -> Self {
        let mut all = Database::new();
        all.load_system_fonts();
        Self::chosen(&all)
    }

    /// The fonts of one folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let mut all = Database::new();
        all.load_fonts_dir(folder);
        Self::chosen(&all)
    }

    fn chosen(all: &Database) -> Self {
        let mut wanted: Vec<(usize, PathBuf, u32, &fontdb::FaceInfo)> = Vec::new();
        for info in all.faces() {
            let place = WORDS.iter().chain(&CODE).chain(&REST).position(|family| info.families.iter().any(|(name, _)| name == family));
            if let (Some(place), Source::File(path) | Source::SharedFile(path, _)) = (place, &info.source) {
                wanted.push((place, path.clone(), info.index, info));
            }
        }
        // In the order of families, files and faces: what a folder lists first must not matter.
        wanted.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
        let (mut faces, mut book, mut pictures, mut files) = (Vec::new(), FontBook::new(), Database::new(), HashMap::new());
        let mut japanese = false;
        for (place, path, index, info) in wanted {
            let Some(Some(known)) = all.with_face_data(info.id, FontInfo::new) else { continue };
            japanese |= place < WORDS.len() && "報告の件".chars().all(|letter| known.coverage.contains(u32::from(letter)));
            book.push(known);
            pictures.push_face_info(info.clone());
            let file: &Arc<File> = files.entry(path.clone()).or_insert_with(|| Arc::new(File { path, bytes: OnceLock::new() }));
            faces.push(Face { file: Arc::clone(file), index, font: OnceLock::new() });
        }
        Self { faces, book: LazyHash::new(book), pictures: Arc::new(pictures), japanese }
    }

    /// Whether Japanese letters can be printed.
    #[must_use]
    pub const fn japanese(&self) -> bool {
        self.japanese
    }

    pub(crate) const fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(crate) fn pictures(&self) -> Arc<Database> {
        Arc::clone(&self.pictures)
    }

    /// The face of that number in the book.
    pub(crate) fn face(&self, number: usize) -> Option<Font> {
        let face = self.faces.get(number)?;
        face.font
            .get_or_init(|| {
                let bytes = face.file.bytes.get_or_init(|| std::fs::read(&face.file.path).ok().map(Bytes::new));
                Font::new(bytes.clone()?, face.index)
            })
            .clone()
    }

    /// Source that sets the fonts which are there.
    pub(crate) fn set(&self) -> String {
        let there = |families: &[&str]| {
            let known = families.iter().filter(|family| self.book.contains_family(&family.to_lowercase()));
            known.map(|family| format!("\"{family}\",")).collect::<String>()
        };
        let (words, code) = (there(&WORDS), there(&CODE));
        format!("#set text(font: ({words}))\n#show raw: set text(font: ({code}{words}))\n")
    }
}
