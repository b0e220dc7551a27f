//! Letters of the example team's last two weeks: what came to its desks, what it answered, what came back.
//!
//! Every letter is bytes that the same services take in as those of any letter, at the time at which the example has it; answers and
//! acknowledgements are written as a person or a rule writes them. So everything that a page says of them was found in them. There
//! is no relay in the example: what the team writes waits in the queue, and no server's answer is made up.
//!
//! They come after the printed quarter, so that its figures are those of [`figures`](super::figures) alone.

mod desks;
mod first_week;
mod office;
mod raw;
mod second_week;

use crate::DemoError;
use noroshi_incident::service::import::Intake;
use noroshi_kernel::{language::Bilingual, moment::Moment};
use office::Office;

/// Opens the desks and plays two weeks of letters, none of them before `begins`.
///
/// # Errors
/// When the database cannot keep them.
pub(super) async fn write(intake: &Intake, team: &Bilingual, begins: Moment) -> Result<(), DemoError> {
    let office = Office::open(intake, team, begins).await?;
    desks::open(&office).await?;
    let known = first_week::play(&office).await?;
    second_week::play(&office, &known).await
}
