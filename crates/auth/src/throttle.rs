//! Attempts at secrets, and how often they may fail. Only failures count. Those from one address at one account are
//! refused for a growing while; the account is open to every other address, and the address to every other account, so
//! nobody can lock an administrator out and a classroom behind one address gets in. Failures at one account from
//! everywhere together only slow its attempts down.
//!
//! Kept in memory, in bounded space; a restart forgets.

use invoke_domain::Clock;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// Anybody mistypes so often.
const FREE: u32 = 5;
/// How long the first refusal lasts; each further failure doubles it.
const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(1);
/// The longest refusal: long enough against word lists, short enough for somebody who has found the right password.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(5);
/// Without failures for so long, everything is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// So many failures at one account, from all addresses, before its attempts are slowed down.
const ACCOUNT_FREE: u32 = 20;
/// How much slower each further failure makes them.
const ACCOUNT_STEP: Duration = Duration::from_millis(100);
/// The slowest they get: a nuisance to a person, ruin to somebody who guesses.
const ACCOUNT_SLOWEST: Duration = Duration::from_secs(3);
/// Entries of each kind that are kept, a few megabytes.
const MOST_ENTRIES: usize = 10_000;

/// Too many attempts failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Too many failed attempts. Try again in {seconds} seconds")]
pub struct TooOften {
    /// When the next attempt is allowed, in seconds from now, at least one.
    pub seconds: i64,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    /// Attempts whose outcome is open; taken as failures, so that many at once gain nothing.
    open: u32,
}

#[derive(Debug, Default)]
struct State {
    by_origin: HashMap<(String, IpAddr), Failures>,
    by_account: HashMap<String, Failures>,
}

/// Counts failed attempts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Throttle {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

/// An attempt that was let through. Tell it the outcome; dropped without one it counts as never made.
#[derive(Debug)]
#[must_use = "an attempt whose outcome is not told counts for nothing"]
pub struct Attempt {
    throttle: Throttle,
    account: String,
    address: IpAddr,
    delay: Duration,
    failed: Option<bool>,
}

impl Throttle {
    /// Knows of no failures.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { state: Arc::default(), clock }
    }

    /// Asks for an attempt at the secret of `account` from `address`. The account need not exist.
    ///
    /// # Errors
    /// When too many failed: how long to wait.
    pub fn enter(&self, account: &str, address: IpAddr) -> Result<Attempt, TooOften> {
        let now = self.clock.now();
        let address = network_of(address);
        let key = (account.to_owned(), address);
        let mut state = self.state.lock();
        let entry = entry(&mut state.by_origin, key, now);
        let wait = refusal(entry, now);
        if wait > SignedDuration::ZERO {
            // Rounded up, so that whoever waits that long gets through.
            let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
            return Err(TooOften { seconds: seconds.max(1) });
        }
        entry.open += 1;
        let delay = state
            .by_account
            .get(account)
            .filter(|failures| !is_old(failures, now))
            .map_or(Duration::ZERO, |failures| {
                (ACCOUNT_STEP * failures.count.saturating_sub(ACCOUNT_FREE)).min(ACCOUNT_SLOWEST)
            });
        Ok(Attempt { throttle: self.clone(), account: account.to_owned(), address, delay, failed: None })
    }

    fn close(&self, attempt: &mut Attempt) {
        let now = self.clock.now();
        let account = std::mem::take(&mut attempt.account);
        let mut state = self.state.lock();
        let key = (account.clone(), attempt.address);
        let Some(entry) = state.by_origin.get_mut(&key) else { return };
        entry.open = entry.open.saturating_sub(1);
        match attempt.failed {
            Some(true) => {
                entry.count = entry.count.saturating_add(1);
                entry.last = now;
                let all = self::entry(&mut state.by_account, account, now);
                all.count = all.count.saturating_add(1);
                all.last = now;
            }
            Some(false) if entry.open == 0 => drop(state.by_origin.remove(&key)),
            Some(false) => entry.count = 0,
            None if entry.open == 0 && entry.count == 0 => drop(state.by_origin.remove(&key)),
            None => {}
        }
    }

    #[cfg(test)]
    fn sizes(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.by_origin.len(), state.by_account.len())
    }
}

impl Attempt {
    /// How long to wait before the secret is looked at, because many attempts at this account failed.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The secret was right: earlier failures from this address were its owner's.
    pub fn succeeded(mut self) {
        self.failed = Some(false);
    }

    /// The secret was wrong.
    pub fn failed(mut self) {
        self.failed = Some(true);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.throttle.clone().close(self);
    }
}

/// How long attempts are refused. Those that are open count as failures of this moment.
fn refusal(entry: &Failures, now: Timestamp) -> SignedDuration {
    if entry.count + entry.open < FREE {
        return SignedDuration::ZERO;
    }
    if entry.open > 0 {
        return delay(entry.count + entry.open);
    }
    // A clock that was set back must not make it longer.
    let passed = now.duration_since(entry.last).max(SignedDuration::ZERO);
    delay(entry.count).saturating_sub(passed)
}

fn delay(failures: u32) -> SignedDuration {
    let doublings = failures.saturating_sub(FREE).min(16);
    FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY)
}

fn is_old(failures: &Failures, now: Timestamp) -> bool {
    failures.open == 0 && now.duration_since(failures.last) > FORGOTTEN_AFTER
}

/// The entry of `key`, begun anew if it is old. Makes room where there is none.
fn entry<K: Hash + Eq + Clone>(entries: &mut HashMap<K, Failures>, key: K, now: Timestamp) -> &mut Failures {
    if entries.len() >= MOST_ENTRIES && !entries.contains_key(&key) {
        make_room(entries, now);
    }
    let fresh = Failures { count: 0, last: now, open: 0 };
    let entry = entries.entry(key).or_insert(fresh);
    if is_old(entry, now) {
        *entry = fresh;
    }
    entry
}

/// Forgets what is old, else the tenth with the fewest failures: whoever fills the table with new names forgets those, not
/// the account that is being guessed at.
fn make_room<K: Hash + Eq + Clone>(entries: &mut HashMap<K, Failures>, now: Timestamp) {
    entries.retain(|_, failures| !is_old(failures, now));
    if entries.len() < MOST_ENTRIES {
        return;
    }
    let mut ranked: Vec<(u32, Timestamp, K)> = entries
        .iter()
        .filter(|(_, failures)| failures.open == 0)
        .map(|(key, failures)| (failures.count, failures.last, key.clone()))
        .collect();
    ranked.sort_by_key(|(count, last, _)| (*count, *last));
    for (_, _, key) in ranked.into_iter().take(MOST_ENTRIES / 10) {
        entries.remove(&key);
    }
}

/// One client's address. Of IPv6 a client owns a whole network, in which it may change its address at will.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests;
