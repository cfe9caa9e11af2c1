//! The open database: one writer behind a lock, a pool of readers, transactions.

use crate::readers::Readers;
use crate::seal::{self, Seal};
use crate::upgrade::ModelMove;
use crate::{StorageError, backup, clock, gallery, inspect, migrate, queue, upgrade};
use invoke_domain::{Clock, Random};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::cell::Cell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// More statements than any connection has in use, so none is prepared twice.
const CACHED_STATEMENTS: usize = 256;

/// Where the database is and how it is kept.
#[derive(Debug, Clone)]
pub struct StorageSettings {
    /// The file, or `None` for a database in memory that is gone with the last handle.
    pub path: Option<PathBuf>,
    /// Survive power loss with every commit (slower), not only the end of the process.
    pub sync_full: bool,
    /// How many transactions may read at the same time.
    pub readers: usize,
    /// How long a statement waits for another process that writes.
    pub busy_timeout: Duration,
    /// The folder of model files. Where it is given, files of older InvokeAI releases are upgraded, which moves model
    /// files into folders of their own; elsewhere they are refused.
    pub models_dir: Option<PathBuf>,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self { path: None, sync_full: false, readers: 8, busy_timeout: Duration::from_secs(5), models_dir: None }
    }
}

impl StorageSettings {
    /// A file, everything else as usual.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// A database in memory.
    pub fn memory() -> Self {
        Self::default()
    }
}

/// What opening a file would do to it.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    /// The last numbered migration of a file that an older InvokeAI release wrote.
    pub older: Option<i64>,
    /// Steps of InvokeAI that are missing, by its ids.
    pub reference_steps: Vec<&'static str>,
    /// Steps of ours that are missing.
    pub own_steps: Vec<&'static str>,
    /// Model files that would be moved.
    pub model_moves: Vec<ModelMove>,
    /// Names of models that would be listed as unknown.
    pub unrecognised_models: Vec<String>,
}

/// The database. Cheap to clone; all clones share one writer and one pool of readers.
#[derive(Debug, Clone)]
pub struct Database(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // Closed before the writer, which tidies up the journal when it closes last.
    readers: Readers,
    writer: Mutex<Connection>,
    // SQLite's shared memory databases answer "locked" at once where files under WAL would let readers go on; there,
    // readers and the writer take turns.
    turns: Option<RwLock<()>>,
    clock: Arc<dyn Clock>,
    path: Option<PathBuf>,
    // Dropped after all connections.
    seal: Option<Seal>,
}

static MEMORY_DATABASES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static IN_TRANSACTION: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as being inside a transaction for as long as it lives.
struct Inside;

impl Inside {
    fn enter() -> Result<Self, StorageError> {
        if IN_TRANSACTION.replace(true) { Err(StorageError::Nested) } else { Ok(Self) }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        IN_TRANSACTION.set(false);
    }
}

impl Database {
    /// Opens the database, makes it if it is new, and brings it up to date.
    ///
    /// A file that must not be used (see [`StorageError`]) is refused before anything is written to it. A file that
    /// holds data and needs a migration is first copied to `invokeai_backup_<date>-<time>.db` next to it.
    pub fn open(settings: &StorageSettings, clock: Arc<dyn Clock>, random: &dyn Random) -> Result<Self, StorageError> {
        let intact = settings.path.as_deref().is_some_and(seal::is_intact);
        let (mut writer, address, flags) = match &settings.path {
            Some(path) => open_file(path, &clock, settings)?,
            None => open_memory()?,
        };
        set_up(&writer, settings.busy_timeout)?;
        writer.pragma_update(None, "synchronous", if settings.sync_full { "FULL" } else { "NORMAL" })?;
        clock::install(&writer, &clock)?;
        let unchanged = intact && migrate::pending(&writer)?.is_empty();
        let report = migrate::run(&mut writer, random, settings.models_dir.as_deref())?;
        if !report.steps.is_empty() {
            // What moves files next must not be undone by a power loss.
            writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        }
        queue::keep_counts(&mut writer)?;
        gallery::follow(&writer)?;
        if !unchanged {
            gallery::reconcile(&mut writer)?;
        }
        let database = Self::assemble(writer, address, flags, settings, clock);
        if let Some(models_dir) = &settings.models_dir {
            upgrade::finish_moves(&database, models_dir)?;
        }
        Ok(database)
    }

    fn assemble(
        writer: Connection,
        address: PathBuf,
        flags: OpenFlags,
        settings: &StorageSettings,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let readers = Readers::new(address, flags, settings.readers, settings.busy_timeout);
        let turns = settings.path.is_none().then(RwLock::default);
        let path = settings.path.clone();
        let seal = path.as_deref().map(Seal::of);
        Self(Arc::new(Inner { readers, writer: Mutex::new(writer), turns, clock, path, seal }))
    }

    /// What opening the file would do to it, and a database to look further at: the file itself when it is up to date,
    /// otherwise a copy in memory on which it was tried. The file does not change.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn rehearse(
        settings: &StorageSettings,
        clock: Arc<dyn Clock>,
        random: &dyn Random,
    ) -> Result<(Rehearsal, Self), StorageError> {
        let (mut writer, address, flags) = open_memory()?;
        let mut rehearsal = Rehearsal::default();
        if let Some(path) = &settings.path {
            match inspect::inspect(path)? {
                inspect::Found::UpToDate => {
                    let unmoved = StorageSettings { models_dir: None, ..settings.clone() };
                    return Ok((rehearsal, Self::open(&unmoved, clock, random)?));
                }
                inspect::Found::Older { version } => rehearsal.older = Some(version),
                inspect::Found::Nothing | inspect::Found::NeedsMigration => {}
            }
            if path.exists() {
                let source = inspect::open_to_look(path)?;
                Backup::new(&source, &mut writer)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
            }
        }
        set_up(&writer, settings.busy_timeout)?;
        clock::install(&writer, &clock)?;
        rehearsal.own_steps = migrate::pending(&writer)?;
        let report = migrate::run(&mut writer, random, settings.models_dir.as_deref())?;
        rehearsal.reference_steps = report.steps;
        rehearsal.model_moves = report.moves;
        rehearsal.unrecognised_models = report.unrecognised;
        let copy = StorageSettings { path: None, ..settings.clone() };
        Ok((rehearsal, Self::assemble(writer, address, flags, &copy, clock)))
    }

    /// The file, `None` for a database in memory.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// Reads from one unchanging state of the database.
    pub fn read<T, E: From<StorageError>>(&self, work: impl FnOnce(&ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let _inside = Inside::enter()?;
        let _turn = self.0.turns.as_ref().map(RwLock::read);
        let result = self.0.readers.with(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(StorageError::from)?;
            work(&ReadTx { connection: &transaction, clock: &*self.0.clock })
        });
        result.map_err(StorageError::from)?
    }

    /// Reads and writes; all of it is kept when `work` succeeds, and none of it when it fails. One at a time.
    pub fn write<T, E: From<StorageError>>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let _inside = Inside::enter()?;
        let mut connection = self.0.writer.lock();
        let _turn = self.0.turns.as_ref().map(RwLock::write);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StorageError::from)?;
        let result = work(&Tx(ReadTx { connection: &transaction, clock: &*self.0.clock }))?;
        transaction.commit().map_err(StorageError::from)?;
        Ok(result)
    }

    /// The writing connection outside any transaction, for statements that SQLite does not run inside one.
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StorageError> {
        let _inside = Inside::enter()?;
        let connection = self.0.writer.lock();
        let _turn = self.0.turns.as_ref().map(RwLock::write);
        Ok(work(&connection)?)
    }

    /// To be called when all of the database is in its file.
    pub(crate) fn put_seal_on(&self) {
        if let Some(seal) = &self.0.seal {
            seal.put_on();
        }
    }

    /// A number that changes when another process has changed the file, and only then.
    pub fn data_version(&self) -> Result<i64, StorageError> {
        let connection = self.0.writer.lock();
        Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }
}

/// A transaction that reads. It always sees the state as of its first statement.
#[derive(Debug)]
pub struct ReadTx<'a> {
    connection: &'a Connection,
    clock: &'a dyn Clock,
}

impl ReadTx<'_> {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn sql(&self) -> &Connection {
        self.connection
    }
}

/// A transaction that also writes; whatever takes a [`ReadTx`] takes it too.
#[derive(Debug)]
pub struct Tx<'a>(ReadTx<'a>);

impl<'a> Deref for Tx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// The writing connection, and how to open more to the same database.
type Opened = (Connection, PathBuf, OpenFlags);

fn open_file(path: &Path, clock: &Arc<dyn Clock>, settings: &StorageSettings) -> Result<Opened, StorageError> {
    let failed = |doing, source| StorageError::File { doing, path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed("make the folder of", Box::new(error)))?;
    }
    match inspect::inspect(path)? {
        inspect::Found::Older { version } if settings.models_dir.is_none() => {
            return Err(StorageError::OlderRelease { path: path.to_owned(), version });
        }
        inspect::Found::Older { .. } | inspect::Found::NeedsMigration => {
            if let Some(folder) = path.parent() {
                backup::remove_unfinished(folder, clock.now());
            }
            backup::copy_beside(path, clock.now())?;
        }
        inspect::Found::Nothing | inspect::Found::UpToDate => {}
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let writer = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_CREATE)
        .map_err(|error| failed("open", Box::new(error)))?;
    writer.busy_timeout(settings.busy_timeout)?;
    writer.pragma_update(None, "journal_mode", "WAL").map_err(|error| failed("write to", Box::new(error)))?;
    Ok((writer, path.to_owned(), flags))
}

fn open_memory() -> Result<Opened, StorageError> {
    let number = MEMORY_DATABASES.fetch_add(1, Ordering::Relaxed);
    let address = PathBuf::from(format!("file:invokeai-{number}?mode=memory&cache=shared"));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok((Connection::open_with_flags(&address, flags)?, address, flags))
}

/// What every connection has in common.
pub(crate) fn set_up(connection: &Connection, busy_timeout: Duration) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(())
}
