use sea_orm::{DbBackend, Statement, Value};

/// Stands in the text where a value belongs. No SQL of ours holds it otherwise.
const HOLE: char = '\u{0}';

/// A statement built of fixed text and bound values. Values never become part of the text.
///
/// ```
/// use noroshi_ledger::{Backend, Sql};
/// let newer = Sql::new("received_at >= ").bind(1_000_000_i64);
/// let sql = Sql::new("SELECT id FROM report WHERE ").append(newer).push(" AND channel = ").bind("mail");
/// assert_eq!(sql.text(Backend::Postgres), "SELECT id FROM report WHERE received_at >= $1 AND channel = $2");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins with fixed text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::default().push(text)
    }

    /// Adds fixed text.
    #[must_use]
    pub fn push(mut self, text: &str) -> Self {
        debug_assert!(!text.contains(HOLE), "fixed text holds no NUL");
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.text.push(HOLE);
        self.values.push(value.into());
        self
    }

    /// Adds another statement's text and values.
    #[must_use]
    pub fn append(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    /// Adds values in brackets: `(a, b, c)`. An empty list becomes `(NULL)`, which nothing equals.
    #[must_use]
    pub fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let mut open = "(";
        for value in values {
            self = self.push(open).bind(value);
            open = ", ";
        }
        if open == "(" { self.push("(NULL)") } else { self.push(")") }
    }

    /// Adds other statements with `between` between them.
    #[must_use]
    pub fn join(mut self, parts: impl IntoIterator<Item = Self>, between: &str) -> Self {
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                self = self.push(between);
            }
            self = self.append(part);
        }
        self
    }

    /// The text with the placeholders of a database: `$1`, `$2` … for PostgreSQL, `?` for SQLite (which finds a numbered one by
    /// walking through all of them).
    #[must_use]
    pub fn text(&self, backend: DbBackend) -> String {
        if backend == DbBackend::Sqlite {
            return self.text.replace(HOLE, "?");
        }
        let mut text = String::with_capacity(self.text.len() + self.values.len() * 3);
        for (number, part) in (1..).zip(self.text.split_inclusive(HOLE)) {
            match part.strip_suffix(HOLE) {
                Some(fixed) => text.push_str(&format!("{fixed}${number}")),
                None => text.push_str(part),
            }
        }
        text
    }

    pub(crate) fn statement(self, backend: DbBackend) -> Statement {
        let text = self.text(backend);
        Statement::from_sql_and_values(backend, text, self.values)
    }
}
