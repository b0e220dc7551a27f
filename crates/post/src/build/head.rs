//! The fields of a head, folded (RFC 5322, section 2.2.3).

/// The line's length at which a field is folded, in characters without the line end: that of lines with encoded words (RFC 2047,
/// section 2), two shorter than that of others.
const FOLD: usize = 76;

/// A field: its name, and the pieces of its value, between which stands a space or a fold. No piece is longer than a line may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) pieces: Vec<String>,
}

impl Field {
    pub(super) fn new(name: &'static str, pieces: Vec<String>) -> Self {
        Self { name, pieces }
    }

    /// A field of a value that is not folded.
    pub(super) fn short(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, pieces: vec![value.into()] }
    }

    /// Writes the field, folded where the next piece would be beyond the line. The first piece stays beside the name.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.name.as_bytes());
        out.push(b':');
        let mut column = self.name.len() + 1;
        for (place, piece) in self.pieces.iter().enumerate() {
            if place > 0 && column + 1 + piece.len() > FOLD {
                out.extend_from_slice(b"\r\n");
                column = 0;
            }
            out.push(b' ');
            out.extend_from_slice(piece.as_bytes());
            column += 1 + piece.len();
        }
        out.extend_from_slice(b"\r\n");
    }
}
