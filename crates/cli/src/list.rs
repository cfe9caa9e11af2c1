//! `invoke-userlist`.

use crate::place::Place;
use crate::{CommandError, account};
use invoke_auth::{StatisticsPage, UserStatistics};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// The accounts, `system` among them, as a table or as JSON.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Root directory.
    pub root: Option<PathBuf>,
    /// JSON instead of a table.
    pub json: bool,
    /// Also when they were made and last used, and what they own.
    pub verbose: bool,
}

/// An account in JSON.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    email: &'a str,
    name: Option<&'a str>,
    is_admin: bool,
    is_active: bool,
    #[serde(flatten)]
    more: Option<More>,
}

#[derive(Serialize)]
struct More {
    created_at: String,
    last_login_at: Option<String>,
    boards: i64,
    images: i64,
    storage_bytes: i64,
}

/// Width of the table in characters.
const WIDTH: usize = 108;
const WIDTH_VERBOSE: usize = 177;

impl List {
    /// Prints the accounts.
    pub fn run(self) -> ExitCode {
        let (json, verbose) = (self.json, self.verbose);
        let done = self
            .accounts()
            .and_then(|accounts| if json { as_json(&accounts, verbose) } else { Ok(as_table(&accounts, verbose)) });
        match done {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                let whole = error.whole();
                let reason = whole.strip_prefix("Error: ").unwrap_or(&whole);
                if json {
                    eprintln!("{}", serde_json::json!({ "error": reason }));
                } else {
                    println!("Error listing users: {reason}");
                }
                ExitCode::FAILURE
            }
        }
    }

    fn accounts(self) -> Result<Vec<UserStatistics>, CommandError> {
        let opened = Place::find(self.root)?.open()?;
        Ok(opened.accounts.statistics(&opened.operator, StatisticsPage::ALL)?.0)
    }
}

fn as_json(accounts: &[UserStatistics], verbose: bool) -> Result<String, CommandError> {
    let entries: Vec<Entry<'_>> = accounts
        .iter()
        .map(|entry| Entry {
            id: entry.user.id.as_str(),
            email: &entry.user.email,
            name: entry.user.display_name.as_deref(),
            is_admin: entry.user.is_admin,
            is_active: entry.user.is_active,
            more: verbose.then(|| More {
                created_at: entry.user.created_at.to_string(),
                last_login_at: entry.user.last_login_at.map(|time| time.to_string()),
                boards: entry.boards,
                images: entry.images,
                storage_bytes: entry.bytes,
            }),
        })
        .collect();
    serde_json::to_string_pretty(&entries).map_err(|error| CommandError::NoAnswer(error.to_string()))
}

fn as_table(accounts: &[UserStatistics], verbose: bool) -> String {
    if accounts.is_empty() {
        return "No users found in database.".to_owned();
    }
    let mut lines = vec!["\n=== InvokeAI Users ===\n".to_owned()];
    let heading = row(["User ID", "Email", "Display Name", "Admin", "Active"]);
    if verbose {
        lines.push(heading + &more(["Created", "Last Login", "Boards", "Images", "Storage"]));
        lines.push("-".repeat(WIDTH_VERBOSE));
    } else {
        lines.push(heading);
        lines.push("-".repeat(WIDTH));
    }
    for entry in accounts {
        let user = &entry.user;
        let (email, name) = (cut(&user.email, 29), cut(user.display_name.as_deref().unwrap_or_default(), 19));
        let mut line =
            row([user.id.as_str(), &email, &name, account::yes(user.is_admin), account::yes(user.is_active)]);
        if verbose {
            let last = user.last_login_at.map_or_else(|| "never".to_owned(), local);
            let counts = [entry.boards.to_string(), entry.images.to_string(), size(entry.bytes)];
            line += &more([&local(user.created_at), &last, &counts[0], &counts[1], &counts[2]]);
        }
        lines.push(line);
    }
    lines.push(format!("\nTotal users: {}", accounts.len()));
    lines.join("\n")
}

fn row([id, email, name, admin, active]: [&str; 5]) -> String {
    format!("{id:<36} {email:<30} {name:<20} {admin:<8} {active:<8}")
}

fn more([created, last, boards, images, storage]: [&str; 5]) -> String {
    format!(" {created:<20} {last:<20} {boards:>7} {images:>8} {storage:>9}")
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// A time for people, in their zone.
fn local(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `1.5 MB`, in powers of 1,000.
fn size(bytes: i64) -> String {
    let mut amount = bytes as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        if amount < 1000.0 {
            break;
        }
        amount /= 1000.0;
        unit = next;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{amount:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        let shown: Vec<String> = [0, 999, 1000, 1_549_999, 20_000_000_000].into_iter().map(size).collect();
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.5 MB", "20.0 GB"]);
    }
}
