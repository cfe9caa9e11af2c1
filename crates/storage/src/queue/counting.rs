//! Keeps the counts of items by queue, batch, owner and state; why and how is said in migration 0005.

use rusqlite::{Connection, TransactionBehavior};

/// Has the writing connection keep the counts, and puts them right if somebody else changed the rows.
pub(crate) fn keep(writer: &mut Connection) -> Result<(), rusqlite::Error> {
    writer.execute_batch(include_str!("keep_counts.sql"))?;
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if transaction.query_row(include_str!("counts_differ.sql"), [], |row| row.get(0))? {
        transaction.execute_batch(include_str!("recount.sql"))?;
    }
    transaction.commit()
}
