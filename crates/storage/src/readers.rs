//! The connections that read: opened when first needed, kept, and closed with the database, all of them, at once. (A
//! general pool closes its connections from a thread of its own, some time later; the file would then stay locked and its
//! journal lie around after the last handle is gone.)

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::time::Duration;

/// How much of the file readers map instead of copying it page by page, in bytes: all of it. SQLite is built to allow that
/// (`.cargo/config.toml`).
const MAPPED: i64 = 1 << 40;

#[derive(Debug)]
pub(crate) struct Readers {
    address: PathBuf,
    flags: OpenFlags,
    limit: usize,
    busy_timeout: Duration,
    connections: Mutex<Connections>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Connections {
    idle: Vec<Connection>,
    lent: usize,
}

/// One of the connections is in use, or is being opened, for as long as this lives.
struct Loan<'a>(&'a Readers);

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.0.connections.lock().lent -= 1;
        self.0.returned.notify_one();
    }
}

impl Readers {
    pub(crate) fn new(address: PathBuf, flags: OpenFlags, limit: usize, busy_timeout: Duration) -> Self {
        Self {
            address,
            flags,
            limit: limit.max(1),
            busy_timeout,
            connections: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Lends a connection to `work`; waits for one when all are in use.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> Result<T, rusqlite::Error> {
        let (_loan, idle) = self.borrow();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        // Should `work` panic, the connection is closed instead of given back.
        let result = work(&mut connection);
        self.connections.lock().idle.push(connection);
        Ok(result)
    }

    fn borrow(&self) -> (Loan<'_>, Option<Connection>) {
        let mut connections = self.connections.lock();
        while connections.lent >= self.limit {
            self.returned.wait(&mut connections);
        }
        connections.lent += 1;
        (Loan(self), connections.idle.pop())
    }

    fn open(&self) -> Result<Connection, rusqlite::Error> {
        let connection = Connection::open_with_flags(&self.address, self.flags)?;
        crate::db::set_up(&connection, self.busy_timeout)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "mmap_size", MAPPED)?;
        Ok(connection)
    }
}
