use crate::{Done, arguments::Report, platform::Platform};
pub(super) async fn run(_platform: &Platform, _demo: Report) -> anyhow::Result<Done> { anyhow::bail!("not yet") }
