use super::{print, print_json};
use crate::{Done, arguments::Token, platform::Platform};
use noroshi_directory::token;
use noroshi_mailroom::desk;
use serde_json::json;

pub(super) async fn run(platform: &Platform, command: Token) -> anyhow::Result<Done> {
    match command {
        Token::Make { name, scope, desk } => {
            let key = desk.unwrap_or_default();
            let desks = desk::all(&platform.ledger).await?;
            let known: Vec<&str> = desks.iter().map(|desk| desk.key.as_str()).collect();
            anyhow::ensure!(key.is_empty() || known.contains(&key.as_str()), "there is no desk {key:?}; there are {}", known.join(", "));
            let work = platform.ledger.begin().await?;
            let secret = token::make(&work, &Platform::local_administrator(), &name, scope, &key).await?;
            work.commit().await?;
            eprintln!("the token {name}, shown only now:");
            print(&secret)?;
        }
        Token::Revoke { name } => {
            let work = platform.ledger.begin().await?;
            token::revoke(&work, &Platform::local_administrator(), &name).await?;
            work.commit().await?;
            eprintln!("{name} is revoked");
        }
        Token::List(as_json) => {
            let tokens = token::all(&platform.ledger).await?;
            let scope = |token: &token::Token| token.scope.map_or("", token::Scope::key);
            if as_json.json {
                let time = |at: Option<noroshi_kernel::moment::Moment>| at.map(noroshi_kernel::moment::Moment::rfc3339);
                let shown: Vec<_> = tokens
                    .iter()
                    .map(|one| json!({ "name": one.name, "scope": scope(one), "desk": one.desk, "created_at": one.created_at.rfc3339(), "used_at": time(one.used_at), "revoked_at": time(one.revoked_at) }))
                    .collect();
                print_json(&shown)?;
            } else {
                for one in tokens {
                    let revoked = if one.revoked_at.is_some() { " (revoked)" } else { "" };
                    let used = one.used_at.map_or_else(|| "never used".into(), |at| format!("used {}", at.rfc3339()));
                    print(&format!("{:24} {:8} {:16} {used}{revoked}", one.name, scope(&one), if one.desk.is_empty() { "any desk" } else { &one.desk }))?;
                }
            }
        }
    }
    Ok(Done::Whole)
}
