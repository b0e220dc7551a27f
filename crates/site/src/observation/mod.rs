//! The observation page of a Monday: what sensors at home saw in the week, the quarter and the year before it.

mod data;
mod gather;
mod graph;
mod page;
mod publish;
mod shown;

pub use gather::{Line, Monday, Part, Rank, Section, gather};
pub use page::{Publisher, files};
pub use publish::{PUBLISH, Published, publish};

/// The rows of a table, and the services that are drawn: two graphs of five.
pub const ROWS: usize = 10;
/// The countries that are drawn.
pub const REGIONS: usize = 5;
/// The rows in the files of data, and those among which an earlier rank is looked for.
pub const DATA_ROWS: usize = 50;
