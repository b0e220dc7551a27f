//! The public site: static files that any server, mirror or CDN can serve, and that a browser shows from a folder.
//!
//! What is published is gathered as plain data ([`observation::Monday`]), made into files in memory ([`observation::files`]), and put into
//! the directory at last ([`files::put`]): all of them are written beside their names before the first takes its name, and the pages that
//! lead to the others take theirs last. So whoever stops a publication leaves what was there.
//!
//! # To add a section
//!
//! 1. A folder named after it, as [`observation`]: what is gathered (asking a desk for what is public, never its tables), what it is made
//!    into, its action; its words in both `locales`, its templates in `templates`.
//! 2. A property test over everything that it emits: whatever must not be told is put in at random and looked for in every form.
//!
//! **Architecture invariant:** no page holds a script or asks another server for anything, and every link is relative.

mod error;
pub mod files;
pub mod observation;
mod words;

pub use error::SiteError;
