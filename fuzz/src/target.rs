//! What a fuzz target is.

/// Something that reads bytes from outside.
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: &'static str,
    /// Reads bytes and panics when what must hold of that does not.
    pub(crate) run: fn(&[u8]),
    /// Bytes that are as they should be, from which hostile ones are made.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
}
