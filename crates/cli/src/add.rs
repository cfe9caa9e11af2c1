//! `invoke-useradd`.

use crate::place::Place;
use crate::terminal::Terminal;
use crate::{CommandError, account, conclude};
use invoke_auth::{NewAccount, PasswordPolicy};
use std::path::PathBuf;
use std::process::ExitCode;

/// An account to add; without address and password the person is asked.
#[derive(Debug, Clone, Default)]
pub struct Add {
    /// Root directory.
    pub root: Option<PathBuf>,
    /// Address.
    pub email: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// The password is the first line of standard input.
    pub password_stdin: bool,
    /// Display name.
    pub name: Option<String>,
    /// May administer the server.
    pub admin: bool,
}

impl Add {
    /// Adds the account.
    pub fn run(self) -> ExitCode {
        let given = self.email.is_some() || self.password.is_some() || self.password_stdin;
        let interactive = !given && self.name.is_none() && !self.admin;
        conclude(interactive, if interactive { self.ask() } else { self.with_arguments() })
    }

    fn with_arguments(self) -> Result<(), CommandError> {
        let place = Place::find(self.root)?;
        let password = match self.password {
            None if self.password_stdin => Some(Terminal::new().handed_over()?),
            given => given,
        };
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (Some(email), Some(password)) = (filled(self.email), filled(password)) else {
            return Err(CommandError::BothRequired);
        };
        place.passwords().check(&password)?;
        create(&place, "", &email, self.name.as_deref(), &password, self.admin)
    }

    fn ask(self) -> Result<(), CommandError> {
        println!("=== Add InvokeAI User ===\n");
        let place = Place::find(self.root)?;
        // Better told before the questions than after them.
        drop(place.open()?);
        let terminal = Terminal::new();
        let email = terminal.ask("Email address: ")?;
        if email.is_empty() {
            return Err(CommandError::EmailRequired);
        }
        let name = terminal.ask("Display name (optional): ")?;
        let password = loop {
            let password = terminal.ask_hidden("Password: ")?;
            let again = terminal.ask_hidden("Confirm password: ")?;
            if is_acceptable(&place.passwords(), &password, &again) {
                break password;
            }
        };
        let admin = terminal.agrees("Make this user an administrator? (y/N): ")?;
        create(&place, "\n", &email, Some(name.as_str()).filter(|name| !name.is_empty()), &password, admin)
    }
}

/// Whether both are the same and follow the rules; says so when not.
pub(crate) fn is_acceptable(rules: &PasswordPolicy, password: &str, again: &str) -> bool {
    if password != again {
        println!("Error: Passwords do not match. Please try again.\n");
        return false;
    }
    match rules.check(password) {
        Ok(()) => true,
        Err(problem) => {
            println!("Error: {problem}\n");
            false
        }
    }
}

fn create(
    place: &Place,
    gap: &str,
    email: &str,
    display_name: Option<&str>,
    password: &str,
    is_admin: bool,
) -> Result<(), CommandError> {
    let opened = place.open()?;
    let account = NewAccount { email, display_name, password, is_admin };
    let user = opened.accounts.create(&opened.operator, &account)?;
    println!("{gap}✅ User created successfully!");
    account::show(&user);
    Ok(())
}
