//! Attempts at passwords: how often they may fail, and who is next to have one hashed. Hashing takes a core and tens of
//! megabytes each time, so few run at once; one account and one address have one of these turns at most, and cannot hold
//! up the others.

use crate::App;
use crate::call::run_blocking;
use crate::client;
use crate::error::ApiError;
use actix_web::HttpRequest;
use invoke_auth::{AuthError, TooOften};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// So many passwords are hashed at once, without holding up everything else on a small machine.
const AT_ONCE: usize = 2;
/// So many may stand in one line; who comes later is told to come back.
const LONGEST_LINE: usize = 32;
/// After so many seconds.
const COME_BACK: i64 = 2;

/// Whose line somebody stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Account(String),
    Address(IpAddr),
}

type Lines = Arc<Mutex<HashMap<Whose, Arc<Semaphore>>>>;

/// Hands out turns to hash passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PasswordTurns {
    all: Arc<Semaphore>,
    lines: Lines,
}

impl Default for PasswordTurns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(AT_ONCE)), lines: Lines::default() }
    }
}

/// A turn, for as long as it lives. Fields are dropped in their order: places are left with the permit given back.
struct Turn {
    _all: OwnedSemaphorePermit,
    _of_address: OwnedSemaphorePermit,
    _of_account: OwnedSemaphorePermit,
    _places: [Place; 2],
}

/// A place in a line; whoever leaves last takes the line away.
struct Place {
    whose: Whose,
    line: Arc<Semaphore>,
    lines: Lines,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.lines.lock();
        // The table's and this one; all others are made and dropped while the table is held.
        if Arc::strong_count(&self.line) <= 2 {
            lines.remove(&self.whose);
        }
    }
}

impl PasswordTurns {
    /// Waits for a turn: first in the account's line, then in the address's, then among all.
    async fn take(&self, account: &str, address: IpAddr) -> Result<Turn, ApiError> {
        let account = self.place(Whose::Account(account.to_owned()))?;
        let address = self.place(Whose::Address(address))?;
        let closed = |error: AcquireError| ApiError::internal("waiting to hash a password", &error);
        let of_account = Arc::clone(&account.line).acquire_owned().await.map_err(closed)?;
        let of_address = Arc::clone(&address.line).acquire_owned().await.map_err(closed)?;
        let all = Arc::clone(&self.all).acquire_owned().await.map_err(closed)?;
        Ok(Turn { _all: all, _of_address: of_address, _of_account: of_account, _places: [account, address] })
    }

    fn place(&self, whose: Whose) -> Result<Place, ApiError> {
        let mut lines = self.lines.lock();
        let line = lines.entry(whose.clone()).or_insert_with(|| Arc::new(Semaphore::new(1)));
        // One for the table, and up to two for each who stands in it.
        if Arc::strong_count(line) > LONGEST_LINE * 2 {
            return Err(ApiError::too_often("Too many sign-ins at this moment. Try again shortly", COME_BACK));
        }
        Ok(Place { whose, line: Arc::clone(line), lines: Arc::clone(&self.lines) })
    }
}

/// Does blocking work that hashes a password for `account`, when its turn has come.
pub(crate) async fn hashing<T, E>(
    app: &Arc<App>,
    http: &HttpRequest,
    account: &str,
    work: impl FnOnce(&App) -> Result<T, E> + Send + 'static,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    E: Send + 'static,
    ApiError: From<E>,
{
    let turn = app.password_turns.take(account, client::address(http)).await?;
    let app = Arc::clone(app);
    run_blocking(move || {
        // Moved in here: whoever closes the connection early does not free the turn while the work goes on.
        let _turn = turn;
        work(&app)
    })
    .await
}

/// Does blocking work that tries a secret of `account`, unless that failed too often from this address; see
/// [`invoke_auth::Throttle`].
pub(crate) async fn attempt<T: Send + 'static>(
    app: &Arc<App>,
    http: &HttpRequest,
    account: &str,
    work: impl FnOnce(&App) -> Result<T, AuthError> + Send + 'static,
) -> Result<Result<T, AuthError>, ApiError> {
    let attempt = app.throttle.enter(account, client::address(http)).map_err(|refused| {
        tracing::warn!(account, address = %client::address(http), "too many attempts failed; refused one");
        ApiError::from(refused)
    })?;
    if !attempt.delay().is_zero() {
        tokio::time::sleep(attempt.delay()).await;
    }
    hashing(app, http, account, move |app| {
        let done = work(app);
        match &done {
            Ok(_) => attempt.succeeded(),
            Err(error) if error.is_failed_attempt() => attempt.failed(),
            Err(_) => drop(attempt),
        }
        Ok::<_, ApiError>(done)
    })
    .await
}

impl From<TooOften> for ApiError {
    fn from(refused: TooOften) -> Self {
        Self::too_often(refused.to_string(), refused.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    /// The turn, if it can be had without waiting.
    fn at_once(turns: &PasswordTurns, account: &str, address: IpAddr) -> Option<Turn> {
        let mut taking = pin!(turns.take(account, address));
        match taking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn.unwrap()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn an_account_and_an_address_have_one_turn_each() {
        let turns = PasswordTurns::default();
        let first = at_once(&turns, "alice", HERE).unwrap();
        assert!(at_once(&turns, "alice", THERE).is_none(), "her account has its turn");
        assert!(at_once(&turns, "bob", HERE).is_none(), "the address has its turn");
        let second = at_once(&turns, "bob", THERE).unwrap();
        assert!(at_once(&turns, "carol", "192.0.2.3".parse().unwrap()).is_none(), "two at once");
        drop(first);
        assert!(at_once(&turns, "carol", HERE).is_some());
        drop(second);
        assert!(turns.lines.lock().is_empty(), "nobody stands in line");
    }

    #[test]
    fn whoever_gives_up_waiting_leaves_nothing_behind() {
        let turns = PasswordTurns::default();
        let first = at_once(&turns, "alice", HERE).unwrap();
        for number in 0..100 {
            assert!(at_once(&turns, &format!("name{number}"), HERE).is_none());
        }
        assert_eq!(turns.lines.lock().len(), 2);
        drop(first);
        assert!(turns.lines.lock().is_empty());
    }

    #[test]
    fn a_line_has_an_end() {
        let turns = PasswordTurns::default();
        let mut places = Vec::new();
        let refused = loop {
            match turns.place(Whose::Address(HERE)) {
                Ok(place) => places.push(place),
                Err(error) => break error,
            }
        };
        assert!(places.len() >= LONGEST_LINE, "{}", places.len());
        assert!(refused.to_string().starts_with("429"), "{refused}");
        assert!(turns.place(Whose::Address(THERE)).is_ok());
    }
}
