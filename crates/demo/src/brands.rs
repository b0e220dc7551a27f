//! The shipped brand table, as the planner knows it.

use noroshi_directory::{Origin, brand};
use std::{collections::HashMap, sync::LazyLock};

/// A brand of the shipped table.
pub(crate) struct Known {
    /// Its key.
    pub(crate) key: String,
    /// Whether it is at home.
    pub(crate) origin: Origin,
}

struct Table {
    brands: Vec<Known>,
    by_name: HashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // The directory's own test reads the table; without it no brand has a name here, and every named one is refused.
    let shipped = brand::shipped().unwrap_or_default();
    let mut table = Table { brands: Vec::new(), by_name: HashMap::new() };
    for (index, change) in shipped.into_iter().enumerate() {
        for name in [&change.key, &change.name.ja, &change.name.en].into_iter().chain(&change.aliases) {
            table.by_name.entry(brand::fold(name)).or_insert(index);
        }
        table.brands.push(Known { key: change.key, origin: change.origin });
    }
    table
});

/// Every brand of the shipped table.
pub(crate) fn all() -> &'static [Known] {
    &TABLE.brands
}

/// The brand of a name or key.
pub(crate) fn named(name: &str) -> Option<&'static Known> {
    let by_key = TABLE.brands.iter().find(|known| known.key == name);
    by_key.or_else(|| TABLE.by_name.get(&brand::fold(name)).and_then(|index| TABLE.brands.get(*index)))
}
