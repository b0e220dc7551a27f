use super::{print, print_json, regular};
use crate::{Done, arguments::Brand, grammar::counted, platform::Platform};
use anyhow::Context as _;
use noroshi_directory::brand;
use noroshi_kernel::setaside::printable;
use std::path::Path;

pub(super) async fn run(platform: &Platform, command: Brand) -> anyhow::Result<Done> {
    match command {
        Brand::Import { file } => return import(platform, file.as_deref()).await,
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

/// Brings a table in. A wrong row changes nothing and is named; the others come in.
async fn import(platform: &Platform, file: Option<&Path>) -> anyhow::Result<Done> {
    let (name, table) = match file {
        Some(file) => {
            regular(file)?;
            let csv = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            (file.display().to_string(), brand::parse_table(&csv).with_context(|| file.display().to_string())?)
        }
        None => ("the shipped table".to_owned(), brand::shipped_table()?),
    };
    let work = platform.ledger.begin().await?;
    let brand::Imported { new, known, set_aside } = brand::import(&work, &Platform::local_administrator(), table).await?;
    work.commit().await?;
    for wrong in &set_aside {
        eprintln!("set aside: {}: line {}: {}", printable(&name, 200), wrong.line, wrong.reason);
    }
    let (new, known, wrong) = (new as u64, known as u64, set_aside.len() as u64);
    eprintln!("{}; {}", counted(new, "brand is new", "brands are new"), counted(known, "was there and stays as it is", "were there and stay as they are"));
    if wrong == 0 {
        return Ok(Done::Whole);
    }
    eprintln!(
        "{}; correct what is named above and import the file again",
        counted(wrong, "row was set aside and changed nothing", "rows were set aside and changed nothing")
    );
    Ok(Done::SomeSetAside)
}
