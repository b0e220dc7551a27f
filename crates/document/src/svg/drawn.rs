use crate::{chart::Chart, heat::Heat};

/// What can be drawn.
#[derive(Clone, Copy, Debug)]
pub enum Drawn<'a> {
    /// A chart of lines or bars.
    Chart(&'a Chart),
    /// A heat map.
    Heat(&'a Heat),
}

impl<'a> From<&'a Chart> for Drawn<'a> {
    fn from(chart: &'a Chart) -> Self {
        Self::Chart(chart)
    }
}

impl<'a> From<&'a Heat> for Drawn<'a> {
    fn from(heat: &'a Heat) -> Self {
        Self::Heat(heat)
    }
}

impl<'a> Drawn<'a> {
    pub(crate) fn title(self) -> &'a str {
        match self {
            Self::Chart(chart) => &chart.title,
            Self::Heat(heat) => &heat.title,
        }
    }

    pub(crate) fn caption(self) -> &'a str {
        match self {
            Self::Chart(chart) => &chart.caption,
            Self::Heat(heat) => &heat.caption,
        }
    }

    pub(super) fn table(self) -> &'a str {
        match self {
            Self::Chart(chart) => &chart.table,
            Self::Heat(heat) => &heat.table,
        }
    }

    pub(super) fn has_data(self) -> bool {
        match self {
            Self::Chart(chart) => chart.has_data(),
            Self::Heat(heat) => heat.values().next().is_some(),
        }
    }
}
