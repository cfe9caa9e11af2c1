//! A clock that stands still until the test moves it.

use invoke_domain::Clock;
use jiff::{Span, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;

/// The clock.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at noon of some day.
    ///
    /// # Panics
    /// Never: the day exists.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-03-01T12:00:00.123456Z".parse().unwrap())))
    }

    /// Moves on.
    ///
    /// # Panics
    /// Past the end of time.
    pub fn advance(&self, span: Span) {
        let mut now = self.0.lock();
        *now = now.checked_add(span).unwrap();
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// A clock that moves on by a millisecond whenever somebody looks, so that everything has its own time.
#[derive(Debug)]
pub struct TickingClock(Mutex<Timestamp>);

impl TickingClock {
    /// Starts at `time`.
    ///
    /// # Panics
    /// When it is no time.
    pub fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().unwrap())))
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now = now.checked_add(Span::new().milliseconds(1)).unwrap();
        *now
    }
}
