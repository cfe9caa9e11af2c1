//! Prints the schema of a new database, for `migrations/schema.sql`.
#![expect(clippy::print_stdout, reason = "its output is its product")]

fn main() -> Result<(), invoke_storage::StorageError> {
    print!("{}", invoke_storage::schema()?);
    Ok(())
}
