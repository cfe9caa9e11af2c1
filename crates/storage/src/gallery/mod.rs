//! The index of all images that listings, counts and search read instead of `images` itself, whose rows are long.
//!
//! It has to follow the reference's tables, which get no triggers of ours in the file. The one writing connection gets
//! temporary ones instead, so that whatever statement changes an image or a board changes the index in the same
//! transaction. What another program wrote is taken in when the file is opened ([`reconcile`]).

use crate::{StorageError, Tx};
use rusqlite::{Connection, TransactionBehavior};

mod dates;
mod listing;
mod words;

pub use dates::{Day, list_days};
pub use listing::{ImageFilter, ImageOrder, Within, count, list_names, list_page};

/// Texts taken in before the database is handed out; more would hold up the start.
const TEXTS_AT_OPENING: u32 = 2_000;

/// Makes the index follow what is written on this connection.
pub(crate) fn follow(writer: &Connection) -> Result<(), rusqlite::Error> {
    words::register(writer)?;
    writer.execute_batch(include_str!("follow.sql"))
}

/// Takes in what was written without us: rows of images and boards at once, texts as far as that is quick.
pub(crate) fn reconcile(writer: &mut Connection) -> Result<(), rusqlite::Error> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let gone = transaction.execute(include_str!("forget_gone.sql"), [])?;
    let changed = transaction.execute(include_str!("take_in.sql"), [])?;
    take_in_texts(&transaction, TEXTS_AT_OPENING)?;
    transaction.commit()?;
    if gone + changed > 0 {
        tracing::info!(gone, changed, "image index brought up to date");
    }
    Ok(())
}

/// Takes in the texts of at most `limit` images that cannot be found by their text yet, and says of how many.
pub fn index_texts(tx: &Tx<'_>, limit: u32) -> Result<usize, StorageError> {
    Ok(take_in_texts(tx.sql(), limit)?)
}

fn take_in_texts(connection: &Connection, limit: u32) -> Result<usize, rusqlite::Error> {
    let taken = connection.prepare_cached(include_str!("take_in_text.sql"))?.execute([limit])?;
    connection.prepare_cached(include_str!("take_in_words.sql"))?.execute([limit])?;
    connection.prepare_cached(include_str!("take_in_vocabulary.sql"))?.execute([limit])?;
    connection.prepare_cached(include_str!("mark_searchable.sql"))?.execute([limit])?;
    Ok(taken)
}

#[cfg(test)]
mod tests;
