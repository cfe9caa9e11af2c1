//! From settings to the plain settings of each crate, and the parts put together.

use crate::backups::{backup_plan, installation};
use crate::outside::{self, Outside};
use crate::workers::WorkersFrom;
use crate::{StartError, devices, logging, pages, runtime, starter};
use invoke_api::{App, Bodies, CorsSettings, PasswordTurns, TrustedProxies, UPLOAD_SLOTS, Verbosity, WebSettings};
use invoke_auth::{Accounts, AuthSettings, HashCost, PasswordPolicy, Throttle};
use invoke_config::Settings;
use invoke_config::sections::{
    BoardSharing as ConfiguredSharing, DatabaseSync, ImageSubfolders, QueueMode, QueueVisibility,
    RestartPolicy as ConfiguredPolicy, WorkflowPublish as ConfiguredPublish,
};
use invoke_domain::{Clock, OsRandom, Random, SystemClock};
use invoke_events::Bus;
use invoke_graph::Catalogue;
use invoke_library::{
    Backups, BoardSharing, Boards, Downloads, ImageSettings, Images, Leftovers, OwnedFolders, Presets,
    SubfolderStrategy, SystemPrompts, WorkflowSettings, Workflows,
};
use invoke_model_manager::{Models, ShippedModel};
use invoke_permissions::WorkflowPublish;
use invoke_queue::{Mode, Queue, QueueSettings, QueueVisibility as Visibility, RestartPolicy};
use invoke_storage::{Database, StorageSettings};
use jiff::SignedDuration;
use parking_lot::RwLock;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What a server is made of beside its settings. Tests put their own things in.
#[derive(Debug)]
pub struct Parts {
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub random: Arc<dyn Random>,
    /// What hashing a password costs.
    pub hash_cost: HashCost,
    /// The nodes that graphs may use.
    pub catalogue: Arc<Catalogue>,
    /// Who runs the queue's items.
    pub workers: WorkersFrom,
    /// The models to install at the first start.
    pub shipped: Vec<ShippedModel>,
    /// Where models come from.
    pub outside: Outside,
}

impl Parts {
    /// The machine's clock and randomness, the committed catalogue, worker processes, the models that come with the program.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn real() -> Result<Self, StartError> {
        Ok(Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
            hash_cost: HashCost::default(),
            catalogue: Catalogue::embedded()?,
            workers: WorkersFrom::Processes,
            shipped: starter::models(),
            outside: Outside::from_environment(),
        })
    }
}

/// Opens the database.
pub(crate) fn open(settings: &Settings, parts: &Parts) -> Result<Database, StartError> {
    Ok(Database::open(&storage_settings(settings), Arc::clone(&parts.clock), &*parts.random)?)
}

/// Puts the crates together.
pub(crate) fn compose(
    settings: &Settings,
    parts: &Parts,
    database: Database,
    loopback: bool,
) -> Result<App, StartError> {
    let (clock, random) = (Arc::clone(&parts.clock), Arc::clone(&parts.random));
    let bus = Bus::default();
    let accounts =
        Accounts::new(database.clone(), auth(settings, parts.hash_cost), Arc::clone(&clock), Arc::clone(&random))?;
    let images = Images::new(database.clone(), images(settings), Arc::clone(&clock), Arc::clone(&random))?;
    let boards = Boards::new(database.clone(), board_sharing(settings), Arc::clone(&random));
    // The leading dot keeps it out of backups and checks.
    let archives = settings.paths.outputs_dir.join(".downloads");
    let downloads = Downloads::new(images.clone(), archives, bus.clone(), Arc::clone(&random))?;
    let workflows = Workflows::new(
        database.clone(),
        workflows(settings),
        Arc::clone(&parts.catalogue),
        bus.clone(),
        Arc::clone(&random),
    )?;
    let presets = Presets::new(database.clone(), settings.paths.style_presets_dir.join("images"), Arc::clone(&random))?;
    let system_prompts = SystemPrompts::new(database.clone(), settings.accounts.multiuser, Arc::clone(&random));
    let models =
        Models::new(database.clone(), outside::models(settings, &parts.outside), bus.clone(), Arc::clone(&random));
    let queue =
        Queue::new(database.clone(), queue(settings), allowed_nodes(settings, parts), bus.clone(), Arc::clone(&random));
    let web = web(settings, loopback);
    let leftovers = Leftovers::new(database.clone(), owned_folders(settings));
    let throttle = Throttle::new(Arc::clone(&clock));
    web.cors.check().map_err(StartError::Cors)?;
    let upload_slots = Semaphore::new(UPLOAD_SLOTS);
    let what = installation(settings).map(|installation| (installation, backup_plan(settings)));
    let backups = Arc::new(Backups::new(what, Arc::clone(&clock)));
    Ok(App {
        accounts,
        images,
        boards,
        downloads,
        workflows,
        presets,
        system_prompts,
        models,
        queue,
        database,
        bus,
        clock,
        random,
        web,
        configuration: RwLock::new(runtime::configuration(settings)),
        devices: devices::options(),
        fonts_dir: settings.paths.fonts_dir.clone(),
        custom_nodes_dir: settings.paths.custom_nodes_dir.clone(),
        verbosity: Verbosity::new(logging::number(settings.logging.log_level), logging::set_level),
        upload_slots,
        bodies: Bodies::default(),
        throttle,
        password_turns: PasswordTurns::default(),
        backups,
        leftovers,
        document: OnceLock::new(),
    })
}

/// Where files lie that belong to people.
fn owned_folders(settings: &Settings) -> OwnedFolders {
    OwnedFolders {
        outputs_dir: settings.paths.outputs_dir.clone(),
        workflow_thumbnails_dir: settings.paths.workflow_thumbnails_dir.clone(),
        style_presets_dir: settings.paths.style_presets_dir.clone(),
    }
}

/// The nodes that may be enqueued. Workers have all of them: their catalogue must equal the server's whole one.
fn allowed_nodes(settings: &Settings, parts: &Parts) -> Arc<Catalogue> {
    let (allow, deny) = (&settings.queue.allow_nodes, &settings.queue.deny_nodes);
    if allow.is_none() && deny.is_none() {
        return Arc::clone(&parts.catalogue);
    }
    let names = |list: &Vec<String>, kind: &str| list.iter().any(|name| name == kind);
    Arc::new(parts.catalogue.restricted(|kind| {
        allow.as_ref().is_none_or(|allowed| names(allowed, kind))
            && !deny.as_ref().is_some_and(|denied| names(denied, kind))
    }))
}

/// Where the database of these settings is and how it is kept.
pub fn storage_settings(settings: &Settings) -> StorageSettings {
    StorageSettings {
        path: settings.database_file(),
        models_dir: Some(settings.paths.models_dir.clone()),
        busy_timeout: Duration::from_secs(settings.paths.database_timeout.0.unsigned_abs()),
        sync_full: settings.paths.database_sync == DatabaseSync::Full,
        ..StorageSettings::default()
    }
}

/// The accounts of a root, for commands that work on them beside the server.
///
/// # Errors
/// When the database cannot be used.
pub fn accounts(
    settings: &Settings,
    database: Database,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Accounts, StartError> {
    Ok(Accounts::new(database, auth(settings, HashCost::default()), clock, random)?)
}

fn auth(settings: &Settings, hash_cost: HashCost) -> AuthSettings {
    let accounts = &settings.accounts;
    AuthSettings {
        multiuser: accounts.multiuser,
        passwords: passwords(settings),
        lifetime: SignedDuration::from_hours(accounts.jwt_token_expiry_hours.0),
        remembered_lifetime: SignedDuration::from_hours(24 * accounts.jwt_remember_me_days.0),
        secret: accounts.jwt_secret_key.as_ref().map(|secret| secret.reveal().to_owned()),
        hash_cost,
    }
}

fn passwords(settings: &Settings) -> PasswordPolicy {
    let accounts = &settings.accounts;
    PasswordPolicy {
        strict: settings.strict_passwords(),
        min_length: accounts.password_min_length.and_then(|length| usize::try_from(length.0).ok()),
        require_special: accounts.password_require_special,
        history: usize::try_from(accounts.password_history.0).unwrap_or_default(),
        max_age: accounts.password_max_age_days.map(|days| SignedDuration::from_hours(24 * days.0)),
    }
}

fn images(settings: &Settings) -> ImageSettings {
    ImageSettings {
        subfolder_strategy: match settings.paths.image_subfolder_strategy {
            ImageSubfolders::Flat => SubfolderStrategy::Flat,
            ImageSubfolders::Date => SubfolderStrategy::Date,
            ImageSubfolders::Type => SubfolderStrategy::Type,
            ImageSubfolders::Hash => SubfolderStrategy::Hash,
        },
        png_compress_level: u8::try_from(settings.device.pil_compress_level.0).unwrap_or(1),
        ..ImageSettings::new(&settings.paths.outputs_dir)
    }
}

fn board_sharing(settings: &Settings) -> BoardSharing {
    match settings.accounts.board_sharing {
        ConfiguredSharing::Admins => BoardSharing::Admins,
        ConfiguredSharing::Owners => BoardSharing::Owners,
    }
}

fn workflows(settings: &Settings) -> WorkflowSettings {
    WorkflowSettings {
        thumbnails_dir: settings.paths.workflow_thumbnails_dir.clone(),
        multiuser: settings.accounts.multiuser,
        publish: match settings.accounts.workflow_publish {
            ConfiguredPublish::Admins => WorkflowPublish::Admins,
            ConfiguredPublish::Owners => WorkflowPublish::Owners,
        },
    }
}

fn queue(settings: &Settings) -> QueueSettings {
    let queue = &settings.queue;
    let multiuser = settings.accounts.multiuser;
    let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    QueueSettings {
        mode: match queue.session_queue_mode {
            QueueMode::RoundRobin if multiuser => Mode::RoundRobin,
            QueueMode::RoundRobin | QueueMode::Fifo => Mode::Fifo,
        },
        multiuser,
        max_queue_size: size(queue.max_queue_size.0),
        max_queue_history: queue.max_queue_history.map(|number| size(number.0)),
        clear_at_start: queue.clear_queue_on_startup,
        visibility: match settings.accounts.queue_visibility {
            QueueVisibility::Own => Visibility::Own,
            QueueVisibility::Redacted => Visibility::Redacted,
        },
        restart_policy: match queue.restart_policy {
            ConfiguredPolicy::Requeue => RestartPolicy::Requeue,
            ConfiguredPolicy::Cancel => RestartPolicy::Cancel,
        },
    }
}

fn web(settings: &Settings, loopback: bool) -> WebSettings {
    let network = &settings.network;
    WebSettings {
        multiuser: settings.accounts.multiuser,
        loopback,
        allowed_hosts: network.allowed_hosts.clone(),
        cors: CorsSettings {
            origins: network.allow_origins.clone(),
            credentials: network.allow_credentials,
            methods: network.allow_methods.clone(),
            headers: network.allow_headers.clone(),
        },
        compression_level: u32::try_from(network.http_compression_level.0).unwrap_or(9),
        base_path: settings.base_path().to_owned(),
        https: network.ssl_certfile.is_some(),
        trusted_proxies: TrustedProxies::new(
            network.forwarded_allow_ips.everybody,
            network.forwarded_allow_ips.networks.clone(),
        ),
        pages: pages::source(settings),
    }
}

#[cfg(test)]
mod tests {
    use invoke_config::FromValue as _;
    use invoke_config::sections::HashingAlgorithm;
    use invoke_model_manager::HashAlgorithm;

    #[test]
    fn every_word_for_hashing_that_may_be_configured_is_an_algorithm() {
        let words = HashingAlgorithm::expected();
        let words: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
        assert_eq!(words.len(), HashAlgorithm::ALL.len());
        for word in words {
            assert_eq!(HashAlgorithm::parse(word).map(HashAlgorithm::as_str), Some(word));
        }
    }
}
