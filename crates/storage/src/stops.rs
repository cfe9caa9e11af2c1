//! Points between two durable steps at which a build with debug assertions stops for good when it is told to, so that a test
//! can kill the server just there: `INVOKE_STOP_AT=AfterClaim:3` stops whoever comes to that point for the third time. In
//! release builds nothing stops.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Name of the environment variable.
const WHERE: &str = "INVOKE_STOP_AT";

/// A point, and how often it still has to be reached.
struct Stop {
    point: String,
    left: AtomicU32,
}

static STOP: OnceLock<Option<Stop>> = OnceLock::new();

fn wanted() -> Option<Stop> {
    let text = std::env::var(WHERE).ok()?;
    let (point, times) = text.split_once(':').unwrap_or((&text, "1"));
    Some(Stop { point: point.to_owned(), left: AtomicU32::new(times.parse().ok()?) })
}

/// Says that it is here and never goes on, if this is where to stop.
pub fn reach(point: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Some(stop) = STOP.get_or_init(wanted).as_ref().filter(|stop| stop.point == point) else { return };
    if stop.left.fetch_sub(1, Ordering::SeqCst) != 1 {
        return;
    }
    tracing::warn!("stopped at {point}");
    loop {
        std::thread::park();
    }
}
