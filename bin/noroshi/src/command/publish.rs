use super::{print, print_json};
use crate::{Done, arguments::Publish, platform::Platform, publishing::Press};
use noroshi_site::SiteError;

pub(super) async fn run(platform: &Platform, command: Publish) -> anyhow::Result<Done> {
    let Some(directory) = command.out.or_else(|| platform.configuration.site.directory.clone()) else {
        eprintln!("noroshi: name a directory with --out, or as site.directory in the configuration");
        return Ok(Done::WrongUsage);
    };
    let published = match Press::of(platform)?.publish(&Platform::local_administrator(), &directory, command.monday).await {
        Ok(published) => published,
        Err(SiteError::Refused(why)) => {
            eprintln!("noroshi: {why}");
            return Ok(Done::Failed);
        }
        Err(error) => return Err(error.into()),
    };
    if command.json.json {
        print_json(&published)?;
    } else {
        print(&directory.join("observation/index.html").display().to_string())?;
        eprintln!("the observation page of Monday {}, of {} sensors at home, in {} files", published.monday, published.sensors, published.files.len());
    }
    Ok(Done::Whole)
}
