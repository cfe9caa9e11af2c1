//! `invoke-usermod`.

use crate::add::is_acceptable;
use crate::place::{Opened, Place};
use crate::terminal::Terminal;
use crate::{CommandError, account, conclude};
use invoke_auth::{Owned, UserChanges};
use invoke_domain::{User, UserId};
use std::path::PathBuf;
use std::process::ExitCode;

/// A change of an account; without arguments the person is asked.
#[derive(Debug, Clone, Default)]
pub struct Modify {
    /// Root directory.
    pub root: Option<PathBuf>,
    /// Whose account.
    pub email: Option<String>,
    /// New display name.
    pub name: Option<String>,
    /// New password.
    pub password: Option<String>,
    /// The new password is the first line of standard input.
    pub password_stdin: bool,
    /// May administer the server from now on, or no longer.
    pub admin: Option<bool>,
    /// May sign in from now on, or no longer.
    pub active: Option<bool>,
    /// Gets what was made before there were accounts.
    pub adopt_legacy: bool,
    /// Gets what this account owns.
    pub adopt_from: Option<String>,
    /// Count what would be handed over, and change nothing.
    pub dry_run: bool,
}

impl Modify {
    /// Changes the account.
    pub fn run(self) -> ExitCode {
        let given = [self.email.is_some(), self.name.is_some(), self.password.is_some(), self.password_stdin];
        let roles = [self.admin.is_some(), self.active.is_some(), self.adopt_legacy, self.adopt_from.is_some()];
        let interactive = !given.contains(&true) && !roles.contains(&true);
        conclude(interactive, if interactive { self.ask() } else { self.with_arguments() })
    }

    fn with_arguments(self) -> Result<(), CommandError> {
        let place = Place::find(self.root)?;
        let email = self.email.filter(|email| !email.is_empty()).ok_or(CommandError::WhoseRequired)?;
        let password = match self.password {
            None if self.password_stdin => Some(Terminal::new().handed_over()?),
            given => given,
        };
        if let Some(password) = &password {
            place.passwords().check(password)?;
        }
        let opened = place.open()?;
        let user = opened.user(&email)?;
        let adopts = self.adopt_legacy || self.adopt_from.is_some();
        let changes = UserChanges {
            display_name: self.name.as_deref(),
            password: password.as_deref(),
            is_admin: self.admin,
            is_active: self.active,
        };
        if is_nothing(&changes) && !adopts {
            return Err(CommandError::NoChanges);
        }
        let from = match &self.adopt_from {
            Some(email) => Some(opened.user(email)?.id),
            None => self.adopt_legacy.then(UserId::system),
        };
        if self.dry_run {
            // A dry run is about what would be handed over; it changes nothing else either.
            return adopt(&opened, from.as_ref(), &user, true);
        }
        if !is_nothing(&changes) {
            apply(&opened, "", &user, &changes)?;
        }
        adopt(&opened, from.as_ref(), &user, false)
    }

    fn ask(self) -> Result<(), CommandError> {
        println!("=== Modify InvokeAI User ===\n");
        let place = Place::find(self.root)?;
        let opened = place.open()?;
        let terminal = Terminal::new();
        let email = terminal.ask("Email address of user to modify: ")?;
        if email.is_empty() {
            return Err(CommandError::EmailRequired);
        }
        let user = opened.user(&email)?;
        println!("\nCurrent user details:");
        account::show(&user);
        println!("\n--- What would you like to change? (leave blank to keep current value) ---\n");
        let name = terminal.ask(&format!("New display name [{}]: ", account::name(&user)))?;
        let password =
            if terminal.agrees("Change password? (y/N): ")? { ask_password(&place, &terminal)? } else { None };
        let admin = if terminal.agrees("Change admin status? (y/N): ")? {
            let now = account::yes(user.is_admin);
            Some(terminal.agrees(&format!("Make administrator? [current: {now}] (y/N): "))?)
        } else {
            None
        };
        let changes = UserChanges {
            display_name: Some(name.as_str()).filter(|name| !name.is_empty()),
            password: password.as_deref(),
            is_admin: admin,
            is_active: None,
        };
        if is_nothing(&changes) {
            println!("\nNo changes requested. User not modified.");
            return Ok(());
        }
        apply(&opened, "\n", &user, &changes)
    }
}

fn is_nothing(changes: &UserChanges<'_>) -> bool {
    changes.display_name.is_none()
        && changes.password.is_none()
        && changes.is_admin.is_none()
        && changes.is_active.is_none()
}

/// A new password, `None` for an empty one, which keeps the old.
fn ask_password(place: &Place, terminal: &Terminal) -> Result<Option<String>, CommandError> {
    loop {
        let password = terminal.ask_hidden("New password: ")?;
        if password.is_empty() {
            println!("Keeping existing password.");
            return Ok(None);
        }
        let again = terminal.ask_hidden("Confirm new password: ")?;
        if is_acceptable(&place.passwords(), &password, &again) {
            return Ok(Some(password));
        }
    }
}

fn apply(opened: &Opened, gap: &str, user: &User, changes: &UserChanges<'_>) -> Result<(), CommandError> {
    let updated = opened.accounts.update(&opened.operator, &user.id, changes)?;
    println!("{gap}✅ User updated successfully!");
    account::show(&updated);
    if changes.password.is_some() || changes.is_admin.is_some() || changes.is_active.is_some() {
        println!("{}", account::RUNNING_SERVER);
    }
    Ok(())
}

fn adopt(opened: &Opened, from: Option<&UserId>, to: &User, dry_run: bool) -> Result<(), CommandError> {
    let Some(from) = from else { return Ok(()) };
    let owned = opened.accounts.adopt(&opened.operator, from, &to.id, dry_run)?;
    let what = amounts(&owned);
    if dry_run {
        println!("Would be assigned to {}: {what}", to.email);
    } else {
        println!("✅ Assigned to {}: {what}", to.email);
    }
    Ok(())
}

/// `2 boards, 31 images`; what there is none of is left out.
pub(crate) fn amounts(owned: &Owned) -> String {
    let parts = [
        (owned.boards, "board", "boards"),
        (owned.images, "image", "images"),
        (owned.videos, "video", "videos"),
        (owned.workflows, "workflow", "workflows"),
        (owned.style_presets, "style preset", "style presets"),
        (owned.system_prompts, "system prompt", "system prompts"),
        (owned.queue_items, "queue item", "queue items"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    let words: Vec<String> =
        parts.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
