//! How much of requests' bodies is held in memory. Each route bounds its own; this bounds all of them together, since
//! nobody bounds how many are sent at once.

use crate::error::ApiError;
use actix_web::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All bodies together, in bytes: three of the longest uploads, and what else goes on.
const MOST_BYTES: usize = 640 << 20;
/// JSON of more values is refused before it is read: a value takes up to a hundred bytes, and two in the text.
const MOST_VALUES: usize = 1_000_000;

/// The bytes of all bodies that are held now.
#[derive(Debug, Default)]
pub struct Bodies(Arc<AtomicUsize>);

/// The part of them that one request holds, for as long as it lives.
pub(crate) struct Held {
    all: Arc<AtomicUsize>,
    bytes: usize,
}

impl Held {
    pub(crate) fn new(bodies: &Bodies) -> Self {
        Self { all: Arc::clone(&bodies.0), bytes: 0 }
    }

    /// Holds so many bytes more, or refuses.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), ApiError> {
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before + bytes > MOST_BYTES {
            let sentence = "Too much is being sent to the server at once; try again";
            return Err(ApiError::refused(StatusCode::SERVICE_UNAVAILABLE, sentence));
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Refuses JSON that would take far more memory as values than it takes as text.
pub(crate) fn check_values(text: &[u8]) -> Result<(), ApiError> {
    let (mut values, mut in_text, mut escaped) = (0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    if values > MOST_VALUES {
        let sentence = format!("Body holds more than {MOST_VALUES} values");
        return Err(ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, sentence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_together_is_bounded_and_given_back() {
        let bodies = Bodies::default();
        let mut first = Held::new(&bodies);
        first.add(MOST_BYTES - 10).unwrap();
        let mut second = Held::new(&bodies);
        second.add(10).unwrap();
        second.add(1).unwrap_err();
        drop(first);
        second.add(MOST_BYTES / 2).unwrap();
        drop(second);
        Held::new(&bodies).add(MOST_BYTES).unwrap();
    }

    #[test]
    fn values_are_counted_outside_texts() {
        let list = |count: usize| format!("[{}1]", "1,".repeat(count)).into_bytes();
        check_values(&list(999_999)).unwrap();
        check_values(&list(1_000_000)).unwrap_err();
        check_values(format!("[\"{}\\\",{}\"]", ",".repeat(2_000_000), "[".repeat(9)).as_bytes()).unwrap();
    }
}
