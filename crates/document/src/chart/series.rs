use crate::table::Figure;

/// One row of values under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, said beside it.
    pub name: String,
    /// One value per label, not below zero; none where nothing was measured, which is drawn as a gap.
    pub values: Vec<Option<f64>>,
    /// One link per label to the records behind the value. May be empty when there are none.
    pub hrefs: Vec<Option<String>>,
    /// One query per label that finds exactly the records counted. May be empty when values count none.
    pub queries: Vec<serde_json::Value>,
    /// Where the whole series is told, which its name leads to.
    pub lead: Option<String>,
}

impl Series {
    /// A series without links.
    pub fn new(name: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        Self { name: name.into(), values, hrefs: Vec::new(), queries: Vec::new(), lead: None }
    }

    /// A series of numbers that count, each with its query and its link.
    pub fn counted(name: impl Into<String>, figures: Vec<Figure>) -> Self {
        // Exact to 2^32, far beyond what anybody draws.
        let values = figures.iter().map(|figure| u32::try_from(figure.value).ok().map(f64::from)).collect();
        let (hrefs, queries) = figures.into_iter().map(|figure| (figure.href, figure.query)).unzip();
        Self { hrefs, queries, ..Self::new(name, values) }
    }

    /// The same series with links.
    #[must_use]
    pub fn linked(self, hrefs: Vec<Option<String>>) -> Self {
        Self { hrefs, ..self }
    }

    /// The same series, its name leading to where the whole of it is told.
    #[must_use]
    pub fn leading(self, href: impl Into<String>) -> Self {
        Self { lead: Some(href.into()), ..self }
    }

    /// The link of one value, when it may be emitted.
    pub(crate) fn href(&self, place: usize) -> Option<&str> {
        crate::link::safe(self.hrefs.get(place).and_then(Option::as_deref))
    }

    /// The link of the whole series, when it may be emitted.
    pub(crate) fn lead(&self) -> Option<&str> {
        crate::link::safe(self.lead.as_deref())
    }
}
