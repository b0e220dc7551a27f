use noroshi_document::chart::NoChart;
use noroshi_incident::IncidentError;
use noroshi_kernel::language::Bilingual;
use noroshi_observation::ObservationError;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportingError {
    /// Parts do not add up: a report with such figures is never made.
    #[error("the report is not made: in {} the parts add up to {parts}, the total is {total}", place.en)]
    DoesNotAddUp {
        /// The period and the figure.
        place: Bilingual,
        /// The sum of the parts.
        parts: i64,
        /// The total.
        total: i64,
    },
    /// The figures could not be counted.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// Observations could not be counted.
    #[error(transparent)]
    Observation(#[from] ObservationError),
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] NoChart),
}
