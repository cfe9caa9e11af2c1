//! The one state that all requests share. Built once, by the server or by a test.

use crate::{Bodies, Configuration, DeviceOption, PasswordTurns, Verbosity, WebSettings};
use invoke_auth::{Accounts, Throttle};
use invoke_domain::{Clock, Random};
use invoke_events::Bus;
use invoke_library::{Backups, Boards, Downloads, Images, Leftovers, Presets, SystemPrompts, Workflows};
use invoke_model_manager::Models;
use invoke_queue::Queue;
use invoke_storage::Database;
use parking_lot::RwLock;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
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
    /// Workflows of the library.
    pub workflows: Workflows,
    /// Style presets.
    pub presets: Presets,
    /// System prompts.
    pub system_prompts: SystemPrompts,
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
    /// The configuration as administrators see it.
    pub configuration: RwLock<Configuration>,
    /// The devices this machine has.
    pub devices: Vec<DeviceOption>,
    /// The folder of fonts for text on the canvas.
    pub fonts_dir: PathBuf,
    /// The folder of nodes of third parties, which are never run.
    pub custom_nodes_dir: PathBuf,
    /// How much is logged.
    pub verbosity: Verbosity,
    /// Uploads that may be read and decoded at the same time: each may take some hundred megabytes.
    pub upload_slots: Semaphore,
    /// Bodies of requests in memory.
    pub bodies: Bodies,
    /// Attempts at passwords that failed.
    pub throttle: Throttle,
    /// Who is next to have a password hashed.
    pub password_turns: PasswordTurns,
    /// Backups of all of it.
    pub backups: Arc<Backups>,
    /// Files whose rows went with their owner.
    pub leftovers: Leftovers,
    /// The OpenAPI document, made when it is first asked for: it names the nodes that may be enqueued, and no others.
    pub document: OnceLock<String>,
}

/// So many uploads may be under way at once.
pub const UPLOAD_SLOTS: usize = 3;
