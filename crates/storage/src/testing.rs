//! What the tests of this crate share.

use crate::users::NewUser;
use crate::{Database, StorageSettings, users};
use invoke_domain::{Clock, OsRandom, UserId};
use invoke_permissions::{Actor, policy};
use jiff::{Span, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap())))
    }

    pub(crate) fn advance(&self, span: Span) {
        let mut now = self.0.lock();
        *now = now.checked_add(span).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// A new database in memory.
pub(crate) fn memory() -> Database {
    memory_at(TestClock::new())
}

/// A new database in memory that lives by `clock`.
pub(crate) fn memory_at(clock: Arc<TestClock>) -> Database {
    Database::open(&StorageSettings::memory(), clock, &OsRandom).unwrap()
}

/// Adds an account whose id, name and local part are `name`.
pub(crate) fn add_user(db: &Database, name: &str) -> UserId {
    let user = NewUser {
        id: UserId::from(name),
        email: format!("{name}@example.com"),
        display_name: Some(name.to_owned()),
        password_hash: "not a hash".to_owned(),
        is_admin: false,
    };
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::insert(tx, &grant, &user)).unwrap();
    user.id
}
