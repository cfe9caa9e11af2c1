//! Finding the root and the file, and reading both into [`Settings`].

use crate::reader::{Layer, Reader};
use crate::sections::{Accounts, Backups, Cache, Device, External, Logging, Models, Network, Paths, Queue};
use crate::{ConfigError, Key};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Name of the file in the root directory.
const FILE_NAME: &str = "invokeai.yaml";
/// Schema versions of the file that need no conversion.
const SCHEMA_VERSIONS: [&str; 4] = ["4.0.0", "4.0.1", "4.0.2", "4.0.3"];
/// What is written where no file is.
const NEW_FILE: &str = "# Settings of this server; every key has a default.\n\
                        # Add `multiuser: true` for several people, each with an account.\n\
                        schema_version: 4.0.3\n";
/// A file longer than this is no configuration.
const FILE_LIMIT: u64 = 1 << 20;

/// What the caller knows: flags and environment.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// `--root`.
    pub root: Option<PathBuf>,
    /// `--config`.
    pub config_file: Option<PathBuf>,
    /// `--host`.
    pub host: Option<String>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--log-level`.
    pub log_level: Option<String>,
    /// The process environment.
    pub environment: Vec<(String, String)>,
    /// Make no file where none is; the defaults count then. For programs that only look at a root.
    pub read_only: bool,
}

/// Settings, and what to tell the person about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// One sentence each: unknown keys, old formats.
    pub warnings: Vec<String>,
}

/// Every setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The root directory, absolute.
    pub root: PathBuf,
    /// The configuration file that was read.
    pub config_file: PathBuf,
    /// Addresses, origins, certificates, proxies.
    pub network: Network,
    /// Folders and the database file, made absolute.
    pub paths: Paths,
    /// The log.
    pub logging: Logging,
    /// Caches.
    pub cache: Cache,
    /// Devices and numbers.
    pub device: Device,
    /// The queue.
    pub queue: Queue,
    /// Models.
    pub models: Models,
    /// Accounts and sharing.
    pub accounts: Accounts,
    /// Backups.
    pub backups: Backups,
    /// External providers.
    pub external: External,
    /// The keys that are not at their default, and where they come from.
    pub given: BTreeMap<&'static str, Layer>,
}

impl Settings {
    /// Reads the settings of the root that `options` names. The file is created where there is none, and otherwise left
    /// as it is.
    ///
    /// # Errors
    /// When the file can not be read, or a value in it or in the environment is not acceptable.
    pub fn load(options: LoadOptions) -> Result<Loaded, ConfigError> {
        let variable = |name: &str| options.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let root = find_root(options.root.clone(), &variable)?;
        let config_file = options.config_file.clone().unwrap_or_else(|| root.join(FILE_NAME));
        let mut warnings = Vec::new();
        let file = read_file(&config_file, options.config_file.is_none(), options.read_only, &mut warnings)?;
        let mut environment: BTreeMap<String, String> = options
            .environment
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(key, value)| Some((key.strip_prefix("INVOKEAI_")?.to_lowercase(), value.clone())))
            .collect();
        // Flags are the nearest layer of all, and are checked like the rest.
        let port = options.port.map(|port| port.to_string());
        for (key, value) in [("host", options.host), ("port", port), ("log_level", options.log_level)] {
            if let Some(value) = value {
                let value = if key == "log_level" { value.to_lowercase() } else { value };
                environment.insert(key.to_owned(), value);
            }
        }
        let mut reader = Reader::new(environment, file, &config_file);
        let _: Option<Value> = reader.get("schema_version")?;
        let mut settings = Self {
            network: Network::read(&mut reader)?,
            paths: Paths::read(&mut reader)?,
            logging: Logging::read(&mut reader)?,
            cache: Cache::read(&mut reader)?,
            device: Device::read(&mut reader)?,
            queue: Queue::read(&mut reader)?,
            models: Models::read(&mut reader)?,
            accounts: Accounts::read(&mut reader)?,
            backups: Backups::read(&mut reader)?,
            external: External::read(&mut reader)?,
            given: BTreeMap::new(),
            root,
            config_file: config_file.clone(),
        };
        settings.given = reader.given();
        settings.given.remove("schema_version");
        warnings.extend(reader.warnings());
        settings.make_absolute();
        settings.check()?;
        Ok(Loaded { settings, warnings })
    }

    /// Every known key.
    pub fn keys() -> Vec<Key> {
        [
            Network::keys(),
            Paths::keys(),
            Logging::keys(),
            Cache::keys(),
            Device::keys(),
            Queue::keys(),
            Models::keys(),
            Accounts::keys(),
            Backups::keys(),
            External::keys(),
        ]
        .concat()
    }

    /// Every value, in the order of the sections; secrets masked.
    pub fn values(&self) -> Vec<(&'static str, Value)> {
        [
            self.network.values(),
            self.paths.values(),
            self.logging.values(),
            self.cache.values(),
            self.device.values(),
            self.queue.values(),
            self.models.values(),
            self.accounts.values(),
            self.backups.values(),
            self.external.values(),
        ]
        .concat()
    }

    /// Lets a change that was made while the server ran win over the file and the default, but not over the environment.
    /// Says whether the value was acceptable; unknown keys never are.
    pub fn change(&mut self, key: &str, value: &Value) -> bool {
        let Some(key) = Self::keys().into_iter().map(|known| known.name).find(|name| *name == key) else {
            return false;
        };
        if self.given.get(key) == Some(&Layer::Environment) {
            return true;
        }
        let sections = [
            self.network.set(key, value),
            self.paths.set(key, value),
            self.logging.set(key, value),
            self.cache.set(key, value),
            self.device.set(key, value),
            self.queue.set(key, value),
            self.models.set(key, value),
            self.accounts.set(key, value),
            self.backups.set(key, value),
            self.external.set(key, value),
        ];
        let accepted = sections.into_iter().flatten().any(|accepted| accepted);
        if accepted {
            self.given.insert(key, Layer::Runtime);
        }
        accepted
    }

    /// The database file, `None` when it is kept in memory.
    pub fn database_file(&self) -> Option<PathBuf> {
        if self.paths.use_memory_db {
            return None;
        }
        Some(self.paths.db_path.clone().unwrap_or_else(|| self.paths.db_dir.join("invokeai.db")))
    }

    /// Whether passwords must follow the four rules.
    pub fn strict_passwords(&self) -> bool {
        self.accounts.strict_password_checking.unwrap_or(self.accounts.multiuser)
    }

    /// The path prefix kept by a reverse proxy, empty for none.
    pub fn base_path(&self) -> &str {
        self.network.base_url.as_ref().map_or("", |base| base.as_str())
    }

    fn make_absolute(&mut self) {
        let Self { root, paths, network, models, backups, .. } = self;
        let folders = [
            &mut paths.models_dir,
            &mut paths.convert_cache_dir,
            &mut paths.download_cache_dir,
            &mut paths.legacy_conf_dir,
            &mut paths.db_dir,
            &mut paths.outputs_dir,
            &mut paths.fonts_dir,
            &mut paths.custom_nodes_dir,
            &mut paths.style_presets_dir,
            &mut paths.workflow_thumbnails_dir,
            &mut paths.profiles_dir,
            &mut backups.backup_dir,
        ];
        let optional = [&mut paths.db_path, &mut network.ssl_certfile, &mut network.ssl_keyfile, &mut network.web_root];
        let sources = models.model_source_dirs.iter_mut().flatten();
        for path in folders.into_iter().chain(optional.into_iter().flatten()).chain(sources) {
            *path = root.join(&*path);
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let network = &self.network;
        if network.allow_credentials && network.allow_origins.iter().any(|origin| origin == "*") {
            return Err(ConfigError::Contradiction(format!(
                "{}: `allow_origins: [\"*\"]` with `allow_credentials: true` would let any web site act for your users; \
                 name the origins, or set `allow_credentials: false`",
                self.config_file.display()
            )));
        }
        if network.ssl_certfile.is_some() != network.ssl_keyfile.is_some() {
            return Err(ConfigError::Contradiction(format!(
                "{}: `ssl_certfile` and `ssl_keyfile` must be given together",
                self.config_file.display()
            )));
        }
        Ok(())
    }
}

/// `--root`, else `INVOKEAI_ROOT`, else the folder around the virtual environment, else `~/invokeai`.
fn find_root<'a>(flag: Option<PathBuf>, variable: &dyn Fn(&str) -> Option<&'a String>) -> Result<PathBuf, ConfigError> {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let root = flag
        .or_else(|| named("INVOKEAI_ROOT"))
        .or_else(|| named("VIRTUAL_ENV").and_then(|environment| environment.parent().map(Path::to_owned)))
        .or_else(|| named("HOME").map(|home| home.join("invokeai")))
        .ok_or(ConfigError::NoRoot)?;
    std::path::absolute(&root).map_err(|source| ConfigError::Unreadable { file: root, source })
}

/// The file's keys. Where there is none and it `may_be_missing`, a new one is written, unless only reading is wanted.
fn read_file(
    path: &Path,
    may_be_missing: bool,
    read_only: bool,
    warnings: &mut Vec<String>,
) -> Result<Map<String, Value>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { file: path.to_owned(), source };
    let bad = |reason: String| ConfigError::BadFile { file: path.to_owned(), reason };
    if may_be_missing && !path.exists() {
        if read_only {
            return Ok(Map::new());
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unreadable)?;
        }
        std::fs::write(path, NEW_FILE).map_err(unreadable)?;
    }
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_LIMIT {
        return Err(bad("longer than one megabyte".into()));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let parsed: Value = serde_saphyr::from_str(&text).map_err(|error| bad(first_line(&error.to_string())))?;
    let Value::Object(mut keys) = parsed else {
        return Err(bad("expected `key: value` lines".into()));
    };
    if let Some(old) = keys.get("InvokeAI") {
        warnings.push(format!(
            "{}: written for InvokeAI 3; its values are used where the key still exists, the file is left as it is",
            path.display()
        ));
        return Ok(flatten_version_3(old));
    }
    let version =
        keys.get("schema_version").map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    match version {
        Some(version) if SCHEMA_VERSIONS.contains(&version.as_str()) => {}
        other => {
            return Err(ConfigError::UnknownSchema {
                file: path.to_owned(),
                expected: "one of 4.0.0, 4.0.1, 4.0.2, 4.0.3",
                got: other.unwrap_or_else(|| "nothing".into()),
            });
        }
    }
    // In 4.0.0 and 4.0.1 the memory for conversions had a key that no longer means anything.
    keys.remove("convert_cache");
    Ok(keys)
}

/// Version 3 grouped its keys under headings; a few have other names today.
fn flatten_version_3(old: &Value) -> Map<String, Value> {
    let renamed = |key: &str| match key {
        "outdir" => "outputs_dir".to_owned(),
        "max_cache_size" => "ram".to_owned(),
        "max_vram_cache_size" => "vram".to_owned(),
        "png_compression" => "pil_compress_level".to_owned(),
        other => other.to_owned(),
    };
    let groups = old.as_object().into_iter().flatten().filter_map(|(_, group)| group.as_object());
    groups.flatten().map(|(key, value)| (renamed(key), value.clone())).collect()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
