/// What cannot be drawn.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoChart {
    /// There are more series than colours.
    #[error("chart {id:?} has {count} series; fold the smallest into one, at most 5 can be told apart")]
    TooMany {
        /// The chart.
        id: String,
        /// Its number of series.
        count: usize,
    },
    /// There are more points, cells or marks than anybody can see in one picture.
    #[error("{id:?} has {count} {what}; at most {most} can be seen: take a longer unit of time, or fewer")]
    TooDense {
        /// The chart.
        id: String,
        /// Of what there are too many.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A series has not one value (and one link and query, where it has them) per label.
    #[error("series {series:?} of chart {id:?} does not have one value, link and query per label; give {labels} of each, None for gaps")]
    Ragged {
        /// The chart.
        id: String,
        /// The series.
        series: String,
        /// The number of labels.
        labels: usize,
    },
    /// A value is below zero, no number, or above 10^15.
    #[error("series {series:?} of chart {id:?} has the value {value}; values go from 0 to 10^15, None stands for a gap")]
    NoHeight {
        /// The chart.
        id: String,
        /// The series.
        series: String,
        /// The value.
        value: String,
    },
    /// Bars grow from zero, which no logarithmic axis has.
    #[error("chart {id:?} has bars, which grow from zero; a logarithmic axis has none: draw lines")]
    NoPowers {
        /// The chart.
        id: String,
    },
    /// A mark lies at a series or a point that the chart has not, or has neither length nor words.
    #[error("the mark {mark:?} of chart {id:?} lies where the chart has nothing, or is empty")]
    NoPlace {
        /// The chart.
        id: String,
        /// The words of the mark.
        mark: String,
    },
}
