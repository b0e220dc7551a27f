//! Mail and OpenPGP: letters are read and built here, from bytes and to bytes.
//!
//! Letters come from outside, may be broken and may be hostile: reading never panics, is bounded in size, parts and depth, and
//! says as [oddities](letter::Letter::oddities) what it had to mend. Texts come out as Unicode whatever charset they were
//! labelled with.
//!
//! **Architecture invariant:** nothing here asks the clock, the network or the database; times come in as parameters, and the
//! randomness of keys and sessions is the operating system's. What a letter means to the team (its
//! thread, its reports) is the mailroom's to say.

pub mod archive;
pub mod automatic;
pub mod build;
pub mod charset;
pub mod delivery;
pub mod html;
pub mod letter;
pub mod mbox;
pub mod openpgp;
pub mod sealed;
pub mod threading;
pub mod tnef;
pub mod unstuffing;
pub mod uuencode;
pub mod words;
