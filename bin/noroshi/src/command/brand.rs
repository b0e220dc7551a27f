use super::{print, print_json};
use crate::{Done, arguments::Brand, platform::Platform};
use anyhow::Context as _;
use noroshi_directory::brand;

pub(super) async fn run(platform: &Platform, command: Brand) -> anyhow::Result<Done> {
    match command {
        Brand::Import { file } => {
            let changes = match &file {
                Some(file) => brand::parse_table(&std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?)?,
                None => brand::shipped()?,
            };
            let work = platform.ledger.begin().await?;
            let new = brand::import_table(&work, &Platform::local_administrator(), &changes).await?;
            work.commit().await?;
            eprintln!("{new} brands are new; {} were there and stay as they are", changes.len() - new);
        }
        Brand::List(json) => {
            let brands = brand::all(&platform.ledger).await?;
            if json.json {
                print_json(&brands)?;
            } else {
                for brand in brands {
                    print(&format!("{:32} {:8} {} {:11} {} / {}", brand.key, brand.origin.key(), brand.country, brand.sector, brand.name.ja, brand.name.en))?;
                }
            }
        }
    }
    Ok(Done::Whole)
}
