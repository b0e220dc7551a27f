use crate::DemoError;
use noroshi_directory::account;
use noroshi_kernel::access::{Actor, Role};
use noroshi_ledger::Ledger;
use rand::Rng as _;

/// An account of the example team that was just made.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// What is typed to sign in.
    pub name: String,
    /// What the person is there for.
    pub role: Role,
    /// The password, which is shown now and never again.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

const PEOPLE: [(Role, &str); 5] = [
    (Role::Handler, "例示 花子"),
    (Role::Analyst, "例示 太郎"),
    (Role::Coordinator, "例示 次郎"),
    (Role::Editor, "例示 桜"),
    (Role::Administrator, "例示 管理者"),
];

/// Makes one account for each role, named after it, unless there is one of that name.
///
/// # Errors
/// When the database cannot keep it.
pub async fn join(ledger: &Ledger) -> Result<Vec<Login>, DemoError> {
    let work = ledger.begin().await?;
    let there = account::all(&work).await?;
    let mut logins = Vec::new();
    for (role, display_name) in PEOPLE {
        if there.iter().any(|account| account.name == role.key()) {
            continue;
        }
        let login = Login { name: role.key().into(), role, password: password() };
        account::add(&work, &Actor::Platform, &login.name, display_name, &[role], &login.password).await?;
        logins.push(login);
    }
    work.commit().await?;
    Ok(logins)
}

/// Four groups of four letters and digits that nobody mistakes for one another: 80 bits of chance.
fn password() -> String {
    const LETTERS: [char; 32] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8',
        '9', 'i',
    ];
    let mut random = rand::rng();
    let mut group = || (0..4).filter_map(|_| LETTERS.get(random.random_range(0..LETTERS.len()))).collect::<String>();
    [group(), group(), group(), group()].join("-")
}
