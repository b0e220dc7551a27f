//! Lists of records: exactly those that a figure counts, with the filters that say which.

pub(crate) mod addresses;
pub(crate) mod coordinations;
pub(crate) mod correspondence;
mod filter;
pub(crate) mod incidents;
pub(crate) mod reports;
mod selecting;

pub(crate) use filter::{Field, Filter, port_name, tld_name};
