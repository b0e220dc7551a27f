//! All that Typst source can reach: the fonts, itself, and the files that came with it.

use crate::{Sheets, fonts::Fonts};
use std::{collections::HashMap, sync::Arc};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

pub(crate) struct Sealed {
    library: LazyHash<Library>,
    fonts: Arc<Fonts>,
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl Sealed {
    /// A world of these sheets; none when a file has a name that is none.
    pub(crate) fn new(fonts: Arc<Fonts>, sheets: Sheets) -> Option<Self> {
        let id = |name: &str| Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern());
        let files = sheets.files.into_iter().map(|(name, bytes)| Some((id(&name)?, Bytes::new(bytes)))).collect::<Option<_>>()?;
        let main = Source::new(id("main.typ")?, fonts.set() + &sheets.source);
        Some(Self { library: LazyHash::new(Library::default()), fonts, main, files })
    }
}

impl World for Sealed {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.face(index)
    }

    /// There is no clock: what is printed next year is the same.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
