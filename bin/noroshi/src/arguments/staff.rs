//! `noroshi account` and `noroshi token`

use super::Json;
use clap::Subcommand;
use noroshi_directory::token::Scope;
use noroshi_kernel::access::Role;

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Add an account; a password is made and printed, unless --password-stdin gives one
    Add {
        /// What the person types to sign in
        name: String,
        /// What the person is there for: handler, analyst, coordinator, editor or administrator; may be given more than once
        #[arg(long, required = true)]
        role: Vec<Role>,
        /// What others see [default: the name]
        #[arg(long)]
        display_name: Option<String>,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Keep somebody from signing in, and end the sessions that are open
    Disable {
        /// The account's name
        name: String,
    },
    /// Let somebody sign in again
    Enable {
        /// The account's name
        name: String,
    },
    /// Let somebody who has to wait after failed tries sign in again at once
    Unlock {
        /// The account's name
        name: String,
    },
    /// Give an account a new password and end the sessions that are open; it is made and printed, unless --password-stdin gives one
    Password {
        /// The account's name
        name: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the accounts
    List(Json),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is printed, and kept nowhere
    Make {
        /// Its name: the program that uses it
        name: String,
        /// What it may be used for: report
        #[arg(long)]
        scope: Scope,
        /// The desk to which it reports, by its key [default: each report names one]
        #[arg(long, value_name = "KEY")]
        desk: Option<String>,
    },
    /// List the tokens
    List(Json),
    /// Revoke a token: from now on it opens nothing
    Revoke {
        /// Its name
        name: String,
    },
}
