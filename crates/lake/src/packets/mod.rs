//! Packets in columns and files: collected, sorted, written, merged, read, counted.

mod arrays;
mod buffer;
mod cells;
mod compact;
mod count;
mod export;
mod filter;
mod group;
mod keyed;
#[cfg(test)]
pub(crate) mod made;
mod options;
mod properties;
mod read;
mod row;
mod rows;
mod sort;
mod sources;
#[cfg(test)]
mod tests;
mod write;

pub use buffer::{Full, PacketBuffer};
pub use cells::{Cell, Seen, tabulate, visit};
pub use compact::compact;
pub use count::{Count, Counts, Key, KeyValue, Limits, count, network};
pub use export::{Change, Export, TEXT_COLUMNS, export, text};
pub use filter::{Among, Filter, Service};
pub use options::TcpOptions;
pub use read::{Batches, read};
pub use row::{Country, Fragment, Kind, StoredPacket, Tcp, Tool, Transport};
pub use rows::Rows;
pub use sources::{BySource, InBucket, by_source, through_time};
pub use write::{Written, write};
