//! `invoke-userdel`.

use crate::modify::amounts;
use crate::place::{Opened, Place};
use crate::terminal::Terminal;
use crate::{CommandError, account, conclude};
use invoke_auth::Content;
use invoke_domain::User;
use std::path::PathBuf;
use std::process::ExitCode;

/// An account to remove; without an address the person is asked.
#[derive(Debug, Clone, Default)]
pub struct Remove {
    /// Root directory.
    pub root: Option<PathBuf>,
    /// Whose account.
    pub email: Option<String>,
    /// Do not ask whether that is meant.
    pub force: bool,
    /// What the account owns goes to this one.
    pub transfer_to: Option<String>,
    /// What the account owns is kept for administrators.
    pub keep_content: bool,
}

impl Remove {
    /// Removes the account.
    pub fn run(mut self) -> ExitCode {
        let email = self.email.take().filter(|email| !email.is_empty());
        let interactive = email.is_none();
        conclude(interactive, self.remove(email))
    }

    fn remove(self, email: Option<String>) -> Result<(), CommandError> {
        let terminal = Terminal::new();
        let interactive = email.is_none();
        let gap = if interactive { "\n" } else { "" };
        if interactive {
            println!("=== Delete InvokeAI User ===\n");
        }
        let place = Place::find(self.root.clone())?;
        let opened = place.open()?;
        let email = match email {
            Some(email) => email,
            None => terminal.ask("Email address of user to delete: ")?,
        };
        if email.is_empty() {
            return Err(CommandError::EmailRequired);
        }
        let user = opened.user(&email)?;
        let heir = self.transfer_to.as_deref().map(|heir| opened.user(heir)).transpose()?;
        if interactive || !self.force {
            println!("{gap}User to delete:");
            account::show(&user);
            println!("   Content: {}", self.fate(&opened, &user, heir.as_ref())?);
            if !terminal.agrees("\n⚠️  Are you sure you want to delete this user? (yes/no): ")? {
                return Err(CommandError::Cancelled);
            }
        }
        let content = match &heir {
            Some(heir) => Content::Transfer(&heir.id),
            None if self.keep_content => Content::Keep,
            None => Content::Delete,
        };
        opened.accounts.delete(&opened.operator, &user.id, content)?;
        let swept = opened.sweep();
        println!("{gap}✅ User deleted successfully!");
        println!("{}", account::RUNNING_SERVER);
        // The server removes at its next start what could not be removed now.
        swept.map(drop)
    }

    /// What becomes of what the account owns.
    fn fate(&self, opened: &Opened, user: &User, heir: Option<&User>) -> Result<String, CommandError> {
        let what = amounts(&opened.accounts.owned(&opened.operator, &user.id)?);
        Ok(match heir {
            Some(heir) => format!("{what}, to be given to {}", heir.email),
            None if self.keep_content => format!("{what}, to be kept for administrators"),
            None => format!("{what}, to be deleted"),
        })
    }
}
