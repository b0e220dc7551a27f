//! IODEF, the Incident Object Description Exchange Format in XML: version 2 (RFC 7970), and version 1 (RFC 5070).
//!
//! Every system that is a source of an incident becomes a finding; targets, sensors and reporters never do. Documents with a document
//! type are refused, so that no entity is ever expanded beyond the five of XML and numeric ones.

mod incident;
mod restriction;
mod tree;

pub use incident::{Incident, read, recognise};
pub use restriction::restriction;
pub use tree::{MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS};
