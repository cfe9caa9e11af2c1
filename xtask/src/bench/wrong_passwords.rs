//! Whether somebody who guesses passwords is felt by others: while one client sends wrong passwords for one account from
//! one address, another user's requests are timed, and compared with a quiet server. Afterwards both the owner of that
//! account, from elsewhere, and other users of that address must still get in.

use super::http::Client;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Requests of the other user that are timed while it is quiet, and at least so many while it is not.
const SAMPLES: usize = 1000;
/// The other user's requests per second: a page that polls, not a load.
const PAUSE: Duration = Duration::from_millis(1);
const PASSWORD: &str = "BenchPass123";
/// The account's owner, seen through a proxy: an address nobody guesses from.
const ELSEWHERE: &str = "X-Forwarded-For: 203.0.113.7\r\n";

/// Milliseconds that the other user waited, and what the guesses got.
pub(crate) struct Figures {
    /// Median while it is quiet.
    pub(crate) quiet_median: f64,
    /// 99th percentile while it is quiet.
    pub(crate) quiet_p99: f64,
    /// Median during the guesses.
    pub(crate) median: f64,
    /// 99th percentile during the guesses.
    pub(crate) p99: f64,
    /// Guesses that were refused unread (429), of all.
    pub(crate) refused: usize,
}

/// Measures with `attempts` guesses.
///
/// # Errors
/// When a guess gets in, or somebody is locked out.
pub(crate) fn measure(port: u16, admin: &str, attempts: usize) -> Result<Figures> {
    let mut client = Client::connect(port)?;
    for name in ["victim", "other"] {
        let account = json!({ "email": format!("{name}@example.com"), "display_name": name, "password": PASSWORD });
        client.post("/api/v1/auth/users", &account, Some(admin))?;
    }
    let signed_in = client.post("/api/v1/auth/login", &login("other", PASSWORD), None)?;
    let token = signed_in["token"].as_str().unwrap_or_default().to_owned();
    let quiet = latencies(port, &token, || false)?;
    let done = AtomicBool::new(false);
    let (busy, refused) = std::thread::scope(|scope| {
        let guessing = scope.spawn(|| {
            let refused = guess(port, attempts);
            done.store(true, Ordering::Release);
            refused
        });
        let busy = latencies(port, &token, || !done.load(Ordering::Acquire));
        let refused = guessing.join().unwrap_or_else(|_| bail!("the guessing client panicked"));
        anyhow::Ok((busy?, refused?))
    })?;
    client.post("/api/v1/auth/login", &login("other", PASSWORD), None)?;
    let (status, _) = client.login(&login("victim", PASSWORD), ELSEWHERE)?;
    if status != 200 {
        bail!("the account's owner is locked out: status {status}");
    }
    Ok(Figures {
        quiet_median: percentile(&quiet, 50),
        quiet_p99: percentile(&quiet, 99),
        median: percentile(&busy, 50),
        p99: percentile(&busy, 99),
        refused,
    })
}

fn login(name: &str, password: &str) -> Value {
    json!({ "email": format!("{name}@example.com"), "password": password, "remember_me": false })
}

/// Sends wrong passwords, one after the other; how many were refused unread.
fn guess(port: u16, attempts: usize) -> Result<usize> {
    let mut client = Client::connect(port)?;
    let mut refused = 0;
    for attempt in 0..attempts {
        match client.login(&login("victim", &format!("Guess{attempt}")), "")? {
            (401, _) => {}
            (429, _) => refused += 1,
            (status, body) => bail!("a wrong password got status {status}: {}", String::from_utf8_lossy(&body)),
        }
    }
    Ok(refused)
}

/// How long `GET /auth/me` took, in milliseconds in ascending order: [`SAMPLES`] times, and on while `go_on`.
fn latencies(port: u16, token: &str, go_on: impl Fn() -> bool) -> Result<Vec<f64>> {
    let mut client = Client::connect(port)?;
    let mut taken = Vec::with_capacity(SAMPLES);
    while taken.len() < SAMPLES || go_on() {
        let start = Instant::now();
        client.get("/api/v1/auth/me", Some(token))?;
        taken.push(start.elapsed().as_secs_f64() * 1000.0);
        #[expect(clippy::disallowed_methods, reason = "a person's page asks now and then, not without end")]
        std::thread::sleep(PAUSE);
    }
    taken.sort_by(f64::total_cmp);
    Ok(taken)
}

/// The value that `percent` of an ascending list do not exceed.
fn percentile(ascending: &[f64], percent: usize) -> f64 {
    let rank = (ascending.len() * percent).div_ceil(100).max(1);
    ascending.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((percentile(&hundred, 50), percentile(&hundred, 99)), (50.0, 99.0));
        assert_eq!(percentile(&[7.0], 99), 7.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }
}
