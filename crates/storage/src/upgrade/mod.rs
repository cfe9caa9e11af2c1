//! Upgrading a database that an older release of InvokeAI wrote, from the state of 4.2.8 on, to the state of 6.14.2: the same
//! tables, columns, indices, triggers, rows and bookkeeping that release's own upgrade ends with. What each of its
//! numbered and named steps changes was taken from its documentation and behaviour; the way is our own:
//!
//! - All steps run in one transaction, which the caller holds, so that the file is upgraded or untouched.
//! - Tables, indices and triggers are made from `migrations/0001_reference_schema.sql`, the final schema, wherever they
//!   are missing, and at the end the file is compared with it.
//! - Model files are moved after the commit, by a list kept in the database, which the next start takes up again.
//!
//! `steps.rs` is the list; `schema.rs` the final schema; `data.rs` and `records.rs` change rows; `files.rs` knows the folder
//! of models.

mod data;
mod files;
mod records;
mod schema;
mod steps;

pub use files::ModelMove;
pub(crate) use files::{finish_moves, note_moves};
pub(crate) use steps::{FIRST_SUPPORTED, LAST_VERSION, NAMED};

use crate::StorageError;
use rusqlite::Connection;
use schema::FinalSchema;
use std::error::Error;
use std::path::Path;
use steps::{STEPS, Step, Work};

/// A failure inside a step; the step's name is added where it is reported.
type Failure = Box<dyn Error + Send + Sync>;

/// What a step may use.
struct Upgrade<'a> {
    connection: &'a Connection,
    schema: FinalSchema,
    models_dir: &'a Path,
    secret: &'a str,
    report: Report,
}

/// What an upgrade did, or would do.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The steps, by the reference's ids.
    pub(crate) steps: Vec<&'static str>,
    /// Model files that get another place.
    pub(crate) moves: Vec<ModelMove>,
    /// Names of models that no known kind fits any more.
    pub(crate) unrecognised: Vec<String>,
}

/// Runs what is missing inside the caller's transaction, with foreign keys off (tables are rebuilt). `secret` becomes the
/// key that tokens are signed with where there is none.
pub(crate) fn run(connection: &Connection, models_dir: &Path, secret: &str) -> Result<Report, StorageError> {
    let named = |name: &'static str| move |source| StorageError::Migration { name, source };
    let schema = FinalSchema::load().map_err(|error| named("final schema")(error.into()))?;
    let report = Report::default();
    let mut upgrade = Upgrade { connection, schema, models_dir, secret, report };
    upgrade.start_bookkeeping().map_err(|error| named("bookkeeping")(error.into()))?;
    let missing = upgrade.missing_steps()?;
    let count = missing.len();
    for (number, step) in (1..).zip(missing) {
        tracing::info!(step = step.id, "upgrading the database: {number} of {count}");
        upgrade.apply(step).map_err(named(step.id))?;
        upgrade.report.steps.push(step.id);
    }
    upgrade.schema.compare(connection).map_err(named("comparison with the final schema"))?;
    Ok(upgrade.report)
}

impl Upgrade<'_> {
    /// Older releases kept numbers only; each becomes a row of the newer table as well.
    fn start_bookkeeping(&self) -> Result<(), rusqlite::Error> {
        self.schema.make_table(self.connection, "applied_migrations")?;
        self.connection.execute_batch(
            "INSERT OR IGNORE INTO applied_migrations (migration_id, legacy_version)
             SELECT 'migration_' || version, version FROM migrations WHERE version > 0 ORDER BY version",
        )
    }

    fn missing_steps(&self) -> Result<Vec<&'static Step>, StorageError> {
        let mut applied =
            self.connection.prepare("SELECT EXISTS (SELECT 1 FROM applied_migrations WHERE migration_id = ?1)")?;
        let mut missing = Vec::new();
        for step in &STEPS {
            if !applied.query_row([step.id], |row| row.get(0))? {
                missing.push(step);
            }
        }
        Ok(missing)
    }

    fn apply(&mut self, step: &Step) -> Result<(), Failure> {
        for work in step.work {
            match work {
                Work::Table(name) => self.schema.make_table(self.connection, name)?,
                Work::Index(name) => self.schema.make(self.connection, name)?,
                Work::Column { table, name, sql } => {
                    if !schema::has_column(self.connection, table, name)? {
                        self.connection.execute_batch(sql)?;
                    }
                }
                Work::Sql(sql) => self.connection.execute_batch(sql)?,
                Work::Code(code) => code(self)?,
            }
        }
        if let Some(version) = step.version {
            self.connection.execute("INSERT INTO migrations (version) VALUES (?1)", [version])?;
        }
        let record = "INSERT INTO applied_migrations (migration_id, legacy_version) VALUES (?1, ?2)";
        self.connection.execute(record, (step.id, step.version))?;
        Ok(())
    }
}
