//! The one state that all requests share. Built once, by the server or by a test.

use crate::{PasswordTurns, WebSettings};
use invoke_auth::{Accounts, Throttle};
use invoke_domain::{Clock, Random};
use invoke_events::Bus;
use invoke_library::{Images, Leftovers};
use invoke_model_manager::Models;
use invoke_queue::Queue;
use invoke_storage::Database;
use std::sync::Arc;

/// Everything a handler can reach. Handlers get it only through [`crate::call::Call`], which names who asks, or through
/// [`crate::call::Anyone`] on the few routes that need nobody.
#[derive(Debug)]
pub struct App {
    /// Sign-in, sessions and the account rules.
    pub accounts: Accounts,
    /// Image files and records.
    pub images: Images,
    /// Installed models and installations.
    pub models: Models,
    /// The session queue.
    pub queue: Queue,
    /// Rows that need no rules of their own: client state.
    pub database: Database,
    /// What happens, for the sockets.
    pub bus: Bus,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// Ids of sockets.
    pub random: Arc<dyn Random>,
    /// How the API presents itself.
    pub web: WebSettings,
    /// Attempts at passwords that failed.
    pub throttle: Throttle,
    /// Who is next to have a password hashed.
    pub password_turns: PasswordTurns,
    /// Files whose rows went with their owner.
    pub leftovers: Leftovers,
}
