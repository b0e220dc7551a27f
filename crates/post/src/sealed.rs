//! Letters that are signed or encrypted (RFC 3156, RFC 9580): opened before they are read, with what their seals are worth.
//!
//! [`open`] gives the letter that is to be read instead: what was encrypted stands open where it stood. What was signed is judged over the
//! exact bytes that came, and the letter is then put together anew from what was judged, so that no reader of MIME can divide it otherwise
//! and show under a good signature what was not signed.
//!
//! - A signature says what it [covers](Covers): text beside a signed or an encrypted part is never said to be covered (EFAIL).
//! - Whatever fails in decryption is told alike to the outside ([`Unopened::told`]); staff read more ([`Unopened::detail`]), all of it taken
//!   from what anybody can see of the message.
//! - Certificates that come along are offered, never trusted.
//! - Letters within letters are evidence: they stay as they came.
//!
//! **Architecture invariant:** pure and bounded; nothing is fetched, and nothing is written to anybody.

mod heads;
mod inline;
mod mime;
mod open;
mod ring;
mod seal;

pub use open::{Opened, open};
pub use ring::Ring;
pub use seal::{Covers, Encrypted, Seal, Secrecy, SignatureOf, Unopened};
