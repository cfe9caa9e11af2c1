//! Who may use a model that is not for everybody. See `migrations/0009_model_access.sql`.

use crate::board_shares::{Person, row_to_person};
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{ModelKey, UserId};
use invoke_permissions::{Grant, Manage, Model, ModelFacts, Scope};
use rusqlite::{named_params, params};
use std::collections::HashSet;

#[cfg(test)]
mod tests;

/// What decides about a model. One that is not there is restricted to nobody.
pub fn facts(tx: &ReadTx<'_>, key: &ModelKey) -> Result<ModelFacts, StorageError> {
    let restricted_to = if is_restricted(tx, key)? {
        let sql = "SELECT user_id FROM restricted_model_users WHERE model_id = ?1 ORDER BY user_id";
        let mut statement = tx.sql().prepare_cached(sql)?;
        let users = statement.query_map([key.as_str()], |row| Ok(UserId(row.get(0)?)))?;
        Some(users.collect::<Result<_, _>>()?)
    } else {
        None
    };
    Ok(ModelFacts { key: key.clone(), restricted_to })
}

fn is_restricted(tx: &ReadTx<'_>, key: &ModelKey) -> Result<bool, StorageError> {
    let sql = "SELECT 1 FROM restricted_models WHERE model_id = ?1";
    Ok(tx.sql().prepare_cached(sql)?.exists([key.as_str()])?)
}

/// The people a model is restricted to, by name; `None` when it is for everybody.
pub fn list(tx: &ReadTx<'_>, grant: &Grant<Model, Manage>) -> Result<Option<Vec<Person>>, StorageError> {
    if !is_restricted(tx, grant.id())? {
        return Ok(None);
    }
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    let people = statement.query_map([grant.id().as_str()], row_to_person)?;
    Ok(Some(people.collect::<Result<_, _>>()?))
}

/// Restricts an installed model to these people, or makes it everybody's again. Accounts that are not there are refused.
pub fn replace(tx: &Tx<'_>, grant: &Grant<Model, Manage>, users: Option<&[UserId]>) -> Result<(), StorageError> {
    let key = grant.id().as_str();
    // With it go the people named.
    tx.sql().prepare_cached("DELETE FROM restricted_models WHERE model_id = ?1")?.execute([key])?;
    let Some(users) = users else { return Ok(()) };
    tx.sql().prepare_cached("INSERT INTO restricted_models (model_id) VALUES (?1)")?.execute([key])?;
    let sql = "INSERT OR IGNORE INTO restricted_model_users (model_id, user_id) VALUES (?1, ?2)";
    let mut statement = tx.sql().prepare_cached(sql)?;
    for user in users {
        crate::users::must_exist(tx, user)?;
        statement.execute(params![key, user.as_str()])?;
    }
    Ok(())
}

/// The models that do not lie within a scope.
pub fn hidden(tx: &ReadTx<'_>, scope: &Scope) -> Result<HashSet<ModelKey>, StorageError> {
    let Some(user) = scope.owner() else { return Ok(HashSet::new()) };
    let mut statement = tx.sql().prepare_cached(include_str!("hidden.sql"))?;
    let keys = statement.query_map(named_params! { ":user": user.as_str() }, |row| Ok(ModelKey(row.get(0)?)))?;
    Ok(keys.collect::<Result<_, _>>()?)
}
