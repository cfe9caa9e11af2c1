//! A whole server in this process: the real composition over a temporary root, on a free port, with cheap passwords and
//! workers that run small nodes.

use crate::client::Client;
use crate::toys::Toys;
use invoke_auth::{Accounts, AuthSettings, HashCost, NewAccount};
use invoke_config::{LoadOptions, Settings};
use invoke_domain::{Clock, ImageCategory, ImageOrigin, ImageRecord, OsRandom, SystemClock};
use invoke_imaging::{Mode, Pixels};
use invoke_library::NewImage;
use invoke_model_manager::HubToken;
use invoke_permissions::Actor;
use invoke_server::{Outside, Parts, Server, WorkersFrom};
use invoke_storage::{Database, StorageSettings};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// The password of every account a test makes.
pub const PASSWORD: &str = "Correct1horse";
/// The administrator's address.
pub const ADMIN: &str = "admin@example.com";

/// How a test server differs from the usual one.
#[derive(Debug)]
pub struct Builder {
    yaml: String,
    clock: Arc<dyn Clock>,
    workers: bool,
    outside: Outside,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            yaml: "schema_version: 4.0.3\nport: 0\nstarter_model: false\n".to_owned(),
            clock: Arc::new(SystemClock),
            workers: true,
            outside: nowhere(),
        }
    }
}

impl Builder {
    /// With this line in `invokeai.yaml`.
    pub fn with(mut self, line: &str) -> Self {
        self.yaml.push_str(line);
        self.yaml.push('\n');
        self
    }

    /// The settings under which the reference was recorded.
    pub fn like_the_reference(self) -> Self {
        self.with("strict_password_checking: false")
            .with("workflow_publish: owners")
            .with("board_sharing: owners")
            .with("queue_visibility: redacted")
            .with("restart_policy: cancel")
    }

    /// With a clock the test moves.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With this Hugging Face and CivitAI, at addresses of this machine.
    pub fn outside(mut self, outside: Outside) -> Self {
        self.outside = outside;
        self.with("allow_private_download_urls: true")
    }

    /// Items wait for ever.
    pub fn without_workers(mut self) -> Self {
        self.workers = false;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(self) -> TestServer {
        let root = TempDir::new().unwrap();
        std::fs::write(root.path().join("invokeai.yaml"), &self.yaml).unwrap();
        let toys = Toys::new();
        let workers = if self.workers {
            let toys = toys.clone();
            WorkersFrom::Custom(Box::new(move |pieces| toys.work_for(pieces)))
        } else {
            WorkersFrom::Nobody
        };
        let server = start(root.path(), self.clock, &toys, workers, &self.outside);
        TestServer { server, root, toys, admin: OnceLock::new(), outside: self.outside }
    }
}

/// No hub at all: nothing a test does leaves this machine.
pub fn nowhere() -> Outside {
    let closed = "http://127.0.0.1:9";
    let hub_token = Arc::new(HubToken::default());
    Outside { hub: closed.to_owned(), hub_token, civitai: closed.to_owned(), first_wait: Duration::from_millis(1) }
}

fn start(root: &Path, clock: Arc<dyn Clock>, toys: &Toys, workers: WorkersFrom, outside: &Outside) -> Server {
    let options = LoadOptions { root: Some(root.to_owned()), ..LoadOptions::default() };
    let loaded = Settings::load(options).unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    let parts = Parts {
        clock,
        random: Arc::new(OsRandom),
        hash_cost: HashCost::MINIMUM,
        catalogue: toys.catalogue(),
        workers,
        shipped: Vec::new(),
        outside: outside.clone(),
    };
    Server::start(&loaded.settings, parts).unwrap()
}

/// A running server and its root.
#[derive(Debug)]
pub struct TestServer {
    server: Server,
    root: TempDir,
    toys: Toys,
    admin: OnceLock<Client>,
    outside: Outside,
}

impl TestServer {
    /// A server with accounts, under our defaults.
    pub fn start() -> Self {
        Self::multiuser().start()
    }

    /// A server with accounts, to be adjusted.
    pub fn multiuser() -> Builder {
        Builder::default().with("multiuser: true")
    }

    /// A server without accounts, to be adjusted.
    pub fn single_user() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What the server's parts tell one another.
    pub fn bus(&self) -> &invoke_events::Bus {
        &self.server.app().bus
    }

    /// `127.0.0.1:<port>`.
    pub fn authority(&self) -> String {
        self.server.address().to_string()
    }

    /// Its root directory.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// What its workers wait for.
    pub fn toys(&self) -> &Toys {
        &self.toys
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Client {
        Client::nobody(&self.url())
    }

    /// The administrator, made by the set-up.
    pub fn admin(&self) -> &Client {
        self.admin.get_or_init(|| {
            let account = json!({ "email": ADMIN, "display_name": "Admin", "password": PASSWORD });
            let made = self.nobody().post("/api/v1/auth/setup", &account).ok();
            self.nobody().with_token(made["token"].as_str().unwrap())
        })
    }

    /// An account `<name>@example.com`, signed in.
    ///
    /// # Panics
    /// When there is one already.
    pub fn user(&self, name: &str) -> Client {
        let email = format!("{name}@example.com");
        let account = NewAccount { email: &email, display_name: Some(name), password: PASSWORD, is_admin: false };
        self.server.app().accounts.create(&Actor::operator(), &account).unwrap();
        self.sign_in(&email)
    }

    /// Signs in with [`PASSWORD`].
    pub fn sign_in(&self, email: &str) -> Client {
        let login = json!({ "email": email, "password": PASSWORD });
        let answer = self.nobody().post("/api/v1/auth/login", &login).ok();
        self.nobody().with_token(answer["token"].as_str().unwrap())
    }

    /// Stores a small picture as an account's own.
    ///
    /// # Panics
    /// When it is refused.
    pub fn store_image(&self, owner: &Client, metadata: Option<&Value>) -> ImageRecord {
        let pixels = Pixels::new(Mode::Rgb, 3, 2, (0..18).collect()).unwrap();
        let image = NewImage {
            metadata: metadata.map(Value::to_string),
            ..NewImage::new(pixels, ImageOrigin::External, ImageCategory::User)
        };
        self.server.app().images.store(&self.actor(owner), image).unwrap()
    }

    /// Stores a small picture as an account's own, on a board.
    ///
    /// # Panics
    /// When it is refused.
    pub fn store_image_on(&self, owner: &Client, board: &str) -> ImageRecord {
        let pixels = Pixels::new(Mode::Rgb, 3, 2, (0..18).collect()).unwrap();
        let image = NewImage {
            board_id: Some(board.into()),
            ..NewImage::new(pixels, ImageOrigin::External, ImageCategory::General)
        };
        self.server.app().images.store(&self.actor(owner), image).unwrap()
    }

    /// Who a client is.
    ///
    /// # Panics
    /// When its token does not count.
    pub fn actor(&self, client: &Client) -> Actor {
        self.server.app().accounts.authenticate(client.token()).unwrap().actor
    }

    /// Stops it, and starts it again over the same root with one more line in `invokeai.yaml`.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn restart_with(self, line: &str) -> Self {
        let file = self.root.path().join("invokeai.yaml");
        let yaml = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{yaml}{line}\n")).unwrap();
        self.restart()
    }

    /// The accounts as a command in another process sees them while the server runs: the same file, opened again.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub fn accounts_of_another_process(&self) -> Accounts {
        let file = self.root().join("databases/invokeai.db");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let db = Database::open(&StorageSettings::file(file), Arc::clone(&clock), &OsRandom).unwrap();
        let settings = AuthSettings { hash_cost: HashCost::MINIMUM, ..AuthSettings::default() };
        Accounts::new(db, settings, clock, Arc::new(OsRandom)).unwrap()
    }

    /// Stops it, and starts it again over the same root.
    pub fn restart(self) -> Self {
        let Self { server, root, toys, outside, .. } = self;
        toys.stop();
        server.stop();
        let toys = Toys::new();
        let custom = {
            let toys = toys.clone();
            WorkersFrom::Custom(Box::new(move |pieces| toys.work_for(pieces)))
        };
        let server = start(root.path(), Arc::new(SystemClock), &toys, custom, &outside);
        Self { server, root, toys, admin: OnceLock::new(), outside }
    }
}
