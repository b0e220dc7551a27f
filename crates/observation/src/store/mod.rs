//! The desk's tables.

pub(crate) mod captures;
pub(crate) mod files;
pub(crate) mod sensors;
