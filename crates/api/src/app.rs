//! The one state that all requests share. Built once, by the server or by a test.

use crate::WebSettings;
use invoke_auth::Accounts;
use invoke_domain::{Clock, Random};
use invoke_events::Bus;
use invoke_library::{Boards, Downloads, Images};
use invoke_model_manager::Models;
use invoke_queue::Queue;
use invoke_storage::Database;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Everything a handler can reach. Handlers get it only through [`crate::call::Call`], which names who asks, or through
/// [`crate::call::Anyone`] on the few routes that need nobody.
#[derive(Debug)]
pub struct App {
    /// Sign-in, sessions and the account rules.
    pub accounts: Accounts,
    /// Image files and records.
    pub images: Images,
    /// Boards, and with whom they are shared.
    pub boards: Boards,
    /// Archives of images.
    pub downloads: Downloads,
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
    /// Password checks that may run at the same time: each takes a core and tens of megabytes.
    pub password_slots: Semaphore,
    /// Uploads that may be read and decoded at the same time: each may take some hundred megabytes.
    pub upload_slots: Semaphore,
}

/// So many uploads may be under way at once.
pub const UPLOAD_SLOTS: usize = 3;

/// So many password checks may run at once without holding up everything else on a small machine.
pub const PASSWORD_SLOTS: usize = 2;
