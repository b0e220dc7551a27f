use super::{print, print_json};
use crate::{Done, arguments::Account, platform::Platform};
use noroshi_directory::account;
use noroshi_kernel::access::Role;
use serde_json::json;

pub(super) async fn run(platform: &Platform, command: Account) -> anyhow::Result<Done> {
    match command {
        Account::Add { name, role, display_name, password_stdin } => {
            let (password, made) = chosen(password_stdin)?;
            let work = platform.ledger.begin().await?;
            account::add(&work, &Platform::local_administrator(), &name, display_name.as_deref().unwrap_or(&name), &role, &password).await?;
            work.commit().await?;
            eprintln!("the account {name} is there");
            if made {
                eprintln!("its password, shown only now:");
                print(&password)?;
            }
        }
        Account::Disable { name } => change(platform, &name, true).await?,
        Account::Enable { name } => change(platform, &name, false).await?,
        Account::Unlock { name } => {
            let work = platform.ledger.begin().await?;
            account::unlock(&work, &Platform::local_administrator(), &name).await?;
            work.commit().await?;
            eprintln!("{name} can try again at once");
        }
        Account::Password { name, password_stdin } => {
            let (password, made) = chosen(password_stdin)?;
            let work = platform.ledger.begin().await?;
            account::set_password(&work, &Platform::local_administrator(), &name, &password).await?;
            work.commit().await?;
            eprintln!("{name} has a new password and is signed out everywhere");
            if made {
                print(&password)?;
            }
        }
        Account::List(as_json) => {
            let accounts = account::all(&platform.ledger).await?;
            if as_json.json {
                let shown: Vec<_> = accounts
                    .iter()
                    .map(|one| json!({ "name": one.name, "display_name": one.display_name, "roles": one.roles, "disabled": one.disabled }))
                    .collect();
                print_json(&shown)?;
            } else {
                for one in accounts {
                    let roles: Vec<_> = one.roles.iter().copied().map(Role::key).collect();
                    print(&format!("{:24} {:32} {}{}", one.name, roles.join(" "), one.display_name, if one.disabled { " (disabled)" } else { "" }))?;
                }
            }
        }
    }
    Ok(Done::Whole)
}

async fn change(platform: &Platform, name: &str, disabled: bool) -> anyhow::Result<()> {
    let work = platform.ledger.begin().await?;
    account::set_disabled(&work, &Platform::local_administrator(), name, disabled).await?;
    work.commit().await?;
    eprintln!("{name} {}", if disabled { "can no longer sign in and is signed out everywhere" } else { "can sign in again" });
    Ok(())
}

/// The password that is given on standard input, or one that is made; and whether it was made.
fn chosen(on_stdin: bool) -> anyhow::Result<(String, bool)> {
    if !on_stdin {
        return Ok((generated(), true));
    }
    Ok((std::io::read_to_string(std::io::stdin())?.lines().next().unwrap_or_default().to_owned(), false))
}

/// A password of 20 letters and digits that are not mistaken for each other: 100 bits and more.
fn generated() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    rand::random::<[u8; 20]>().iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)).map(|letter| char::from(*letter))).collect()
}
