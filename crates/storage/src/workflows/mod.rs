//! Workflows of the library: a JSON document each. Name, description, category and tags are computed from it by the
//! database.

use crate::time::{SqlTime, malformed};
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::{UserId, WorkflowCategory, WorkflowEntry, WorkflowId, WorkflowRecord};
use invoke_permissions::{Delete, Edit, Grant, Manage, Open, Publish, Scope, Shipped, View, Workflow, WorkflowFacts};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params, params};

#[cfg(test)]
mod tests;

struct SqlCategory(WorkflowCategory);

impl FromSql for SqlCategory {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        WorkflowCategory::parse(text).map(Self).ok_or_else(|| malformed("workflow category", text))
    }
}

/// What was made before there were accounts belongs to `system`.
fn owner(row: &Row<'_>) -> rusqlite::Result<UserId> {
    Ok(row.get::<_, Option<String>>("user_id")?.map_or_else(UserId::system, UserId))
}

fn row_to_entry(row: &Row<'_>) -> rusqlite::Result<WorkflowEntry> {
    Ok(WorkflowEntry {
        id: WorkflowId(row.get("workflow_id")?),
        user_id: owner(row)?,
        is_public: row.get("is_public")?,
        category: row.get::<_, SqlCategory>("category")?.0,
        name: row.get("name")?,
        description: row.get("description")?,
        tags: row.get("tags")?,
        returns: row.get("returns")?,
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
        opened_at: row.get::<_, Option<SqlTime>>("opened_at")?.map(|time| time.0),
    })
}

/// What decides about a workflow; `None` when there is none of this id.
pub fn facts(tx: &ReadTx<'_>, id: &WorkflowId) -> Result<Option<WorkflowFacts>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("facts.sql"))?;
    let row = statement.query_row([id.as_str()], |row| {
        Ok(WorkflowFacts {
            id: id.clone(),
            owner: owner(row)?,
            is_public: row.get("is_public")?,
            is_default: row.get::<_, SqlCategory>("category")?.0 == WorkflowCategory::Default,
        })
    });
    Ok(row.optional()?)
}

/// A workflow; `None` when it went away since its facts were read.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Workflow, View>) -> Result<Option<WorkflowRecord>, StorageError> {
    find(tx, grant.id())
}

fn find(tx: &ReadTx<'_>, id: &WorkflowId) -> Result<Option<WorkflowRecord>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), include_str!("get.sql")))?;
    let row = statement.query_row([id.as_str()], |row| {
        Ok(WorkflowRecord { entry: row_to_entry(row)?, document: row.get("workflow")? })
    });
    Ok(row.optional()?)
}

/// Which workflows. Empty as [`Default`]: all the scope allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkflowFilter {
    /// Of one of these categories.
    pub categories: Vec<WorkflowCategory>,
    /// Whose tags contain one of these texts, in any case.
    pub tags: Vec<String>,
    /// Whose name, description or tags contain this text, in any case.
    pub query: Option<String>,
    /// Opened before or never.
    pub has_been_opened: Option<bool>,
    /// Public or not. `true` widens the scope: everybody may list what is public.
    pub is_public: Option<bool>,
}

/// A pattern that finds `text` anywhere; `%` and `_` in it mean themselves.
fn containing(text: &str) -> String {
    let text = text.trim();
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if ['%', '_', '\\'].contains(&letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// What the parameters of `matching.sql` are bound to.
struct Bound {
    owner: Option<String>,
    categories: Option<String>,
    tags: Option<String>,
    query: Option<String>,
    opened: Option<bool>,
    is_public: Option<bool>,
}

impl Bound {
    fn new(scope: &Scope, filter: &WorkflowFilter) -> Self {
        let list = |items: Vec<String>| (!items.is_empty()).then(|| serde_json::Value::from(items).to_string());
        Self {
            owner: scope.owner().map(|user| user.0.clone()),
            categories: list(filter.categories.iter().map(|category| category.as_str().to_owned()).collect()),
            tags: list(filter.tags.iter().map(|tag| containing(tag)).collect()),
            query: filter.query.as_deref().filter(|text| !text.trim().is_empty()).map(containing),
            opened: filter.has_been_opened,
            is_public: filter.is_public,
        }
    }

    fn parameters(&self) -> Vec<(&'static str, &dyn ToSql)> {
        vec![
            (":owner", &self.owner),
            (":categories", &self.categories),
            (":tags", &self.tags),
            (":query", &self.query),
            (":opened", &self.opened),
            (":is_public", &self.is_public),
        ]
    }
}

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident, $ascending:literal, $descending:literal;)*) => {
        /// By what a listing is ordered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum WorkflowOrder {
            $($(#[$doc])* $name,)*
        }

        fn list_sql(order: WorkflowOrder, descending: bool) -> &'static str {
            match (order, descending) {
                $((WorkflowOrder::$name, false) => concat!(include_str!("select.sql"), include_str!("matching.sql"),
                    "ORDER BY ", $ascending, ", rowid LIMIT :limit OFFSET :offset"),
                (WorkflowOrder::$name, true) => concat!(include_str!("select.sql"), include_str!("matching.sql"),
                    "ORDER BY ", $descending, ", rowid LIMIT :limit OFFSET :offset"),)*
            }
        }
    };
}

orders! {
    /// Name.
    Name, "name", "name DESC";
    /// Time of saving.
    Created, "created_at", "created_at DESC";
    /// Time of the last change.
    Updated, "updated_at", "updated_at DESC";
    /// Time of the last opening; those never opened count as oldest.
    Opened, "opened_at", "opened_at DESC";
    /// Private ones, then public ones.
    Public, "is_public", "is_public DESC";
}

/// Part of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Entries to pass over.
    pub offset: i64,
    /// Most entries to give; `None` for all.
    pub limit: Option<i64>,
}

/// A listing, or part of it.
pub fn list(
    tx: &ReadTx<'_>,
    scope: &Scope,
    filter: &WorkflowFilter,
    order: WorkflowOrder,
    descending: bool,
    part: Part,
) -> Result<Vec<WorkflowEntry>, StorageError> {
    let bound = Bound::new(scope, filter);
    // Less than nothing means no limit to SQLite.
    let limit = part.limit.map_or(-1, |limit| limit.max(0));
    let mut parameters = bound.parameters();
    parameters.extend([(":limit", &limit as &dyn ToSql), (":offset", &part.offset)]);
    let mut statement = tx.sql().prepare_cached(list_sql(order, descending))?;
    Ok(statement.query_map(&*parameters, row_to_entry)?.collect::<Result<_, _>>()?)
}

/// How many workflows a listing has.
pub fn count(tx: &ReadTx<'_>, scope: &Scope, filter: &WorkflowFilter) -> Result<i64, StorageError> {
    let bound = Bound::new(scope, filter);
    let mut statement = tx.sql().prepare_cached(concat!("SELECT count(*) ", include_str!("matching.sql")))?;
    Ok(statement.query_row(&*bound.parameters(), |row| row.get(0))?)
}

/// The tags of a listing, one text per workflow that has any, each text once.
pub fn list_tags(tx: &ReadTx<'_>, scope: &Scope, filter: &WorkflowFilter) -> Result<Vec<String>, StorageError> {
    let bound = Bound::new(scope, filter);
    let sql = concat!("SELECT DISTINCT tags ", include_str!("matching.sql"), "AND tags IS NOT NULL AND tags != ''");
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map(&*bound.parameters(), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A workflow to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWorkflow {
    /// Its id, new.
    pub id: WorkflowId,
    /// Its owner.
    pub user_id: UserId,
    /// Everybody may look at it.
    pub is_public: bool,
    /// The document: JSON as text, of category `user`, with this id.
    pub document: String,
}

/// Adds a workflow. Everybody may have workflows of their own, so there is no grant for that: the owner must be the one
/// who asked.
pub fn insert(tx: &Tx<'_>, workflow: &NewWorkflow) -> Result<WorkflowRecord, StorageError> {
    users::must_exist(tx, &workflow.user_id)?;
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":workflow_id": workflow.id.as_str(),
        ":workflow": workflow.document,
        ":user_id": workflow.user_id.as_str(),
        ":is_public": workflow.is_public,
        ":now": SqlTime(tx.now()),
    })?;
    found(tx, &workflow.id)
}

fn found(tx: &Tx<'_>, id: &WorkflowId) -> Result<WorkflowRecord, StorageError> {
    find(tx, id)?.ok_or_else(|| StorageError::from(rusqlite::Error::QueryReturnedNoRows))
}

/// Replaces a workflow's document.
pub fn update(tx: &Tx<'_>, grant: &Grant<Workflow, Edit>, document: &str) -> Result<WorkflowRecord, StorageError> {
    let sql = "UPDATE workflow_library SET workflow = ?2 WHERE workflow_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![grant.id().as_str(), document])?;
    found(tx, grant.id())
}

/// Shows a workflow to everybody, with the document it has from now on.
pub fn publish(tx: &Tx<'_>, grant: &Grant<Workflow, Publish>, document: &str) -> Result<WorkflowRecord, StorageError> {
    set_public(tx, grant.id(), document, true)
}

/// Takes a workflow back to its owner, with the document it has from now on.
pub fn retract(tx: &Tx<'_>, grant: &Grant<Workflow, Edit>, document: &str) -> Result<WorkflowRecord, StorageError> {
    set_public(tx, grant.id(), document, false)
}

fn set_public(tx: &Tx<'_>, id: &WorkflowId, document: &str, is_public: bool) -> Result<WorkflowRecord, StorageError> {
    let sql = "UPDATE workflow_library SET workflow = ?2, is_public = ?3 WHERE workflow_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![id.as_str(), document, is_public])?;
    found(tx, id)
}

/// Notes that a workflow is opened now.
pub fn open(tx: &Tx<'_>, grant: &Grant<Workflow, Open>) -> Result<(), StorageError> {
    let sql = "UPDATE workflow_library SET opened_at = ?2 WHERE workflow_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![grant.id().as_str(), SqlTime(tx.now())])?;
    Ok(())
}

/// Deletes a workflow.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Workflow, Delete>) -> Result<(), StorageError> {
    let sql = "DELETE FROM workflow_library WHERE workflow_id = ?1";
    tx.sql().prepare_cached(sql)?.execute([grant.id().as_str()])?;
    Ok(())
}

/// Ids and documents of the workflows that come with a program, this one or an earlier one.
pub fn list_shipped(tx: &ReadTx<'_>) -> Result<Vec<(WorkflowId, String)>, StorageError> {
    let sql = "SELECT workflow_id, workflow FROM workflow_library WHERE category = 'default' ORDER BY workflow_id";
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map([], |row| Ok((WorkflowId(row.get(0)?), row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// Adds a workflow that comes with the program, or replaces its document.
pub fn put_shipped(
    tx: &Tx<'_>,
    _grant: &Grant<Shipped, Manage>,
    id: &WorkflowId,
    document: &str,
) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("put_shipped.sql"))?.execute(named_params! {
        ":workflow_id": id.as_str(),
        ":workflow": document,
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}

/// Removes a workflow that no longer comes with the program.
pub fn delete_shipped(tx: &Tx<'_>, _grant: &Grant<Shipped, Manage>, id: &WorkflowId) -> Result<(), StorageError> {
    let sql = "DELETE FROM workflow_library WHERE workflow_id = ?1 AND category = 'default'";
    tx.sql().prepare_cached(sql)?.execute([id.as_str()])?;
    Ok(())
}
