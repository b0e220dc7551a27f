//! What people and programs fill in: the public form, the interface for programs, and what staff enter of faxes and calls.
//!
//! A submission becomes a letter (MIME, as every other), kept durably before anybody reads it. The letter's text is for people; a
//! part of a type of our own holds every field exactly as it was typed, and is what the platform reads. That part is believed only
//! of what came through a form: a mail that bears one is a mail with an attachment.
//!
//! Nobody proves who they are by filling in a form. So a submission begins a thread of its own, or stands in the one that it was
//! given to through that thread's secret status link or by staff; see [`thread::place`](crate::thread::place).

mod check;
mod finding;
mod keep;
mod label;
mod letter;
mod standing;
mod store;
mod submission;

pub use check::Problem;
pub use keep::{Entry, Receipt, To, digest, keep};
pub use noroshi_post::build::Attachment;
pub use standing::{Standing, by_token, standing};
pub use submission::{MEDIA_TYPE, MOST_FILE_BYTES, MOST_FILES, NOWHERE, Submission, What, is_placeholder, take};
