//! The desk's tables.

pub(crate) mod admission;
pub(crate) mod authorities;
pub(crate) mod batches;
pub(crate) mod captures;
pub(crate) mod cells;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod holes;
pub(crate) mod marks;
pub(crate) mod rises;
pub(crate) mod scanners;
pub(crate) mod sensors;
pub(crate) mod shares;
pub(crate) mod totals;
