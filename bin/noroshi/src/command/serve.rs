use crate::{Done, platform::Platform};
pub(super) async fn run(_platform: Platform, _listen: Option<std::net::SocketAddr>) -> anyhow::Result<Done> { anyhow::bail!("not yet") }
