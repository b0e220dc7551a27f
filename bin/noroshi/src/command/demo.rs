use crate::{Done, arguments::Demo, platform::Platform};
pub(super) async fn run(_platform: Platform, _demo: Demo) -> anyhow::Result<Done> { anyhow::bail!("not yet") }
