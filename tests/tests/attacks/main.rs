//! The real server under attack: killed in the middle of what it does, and sent what is meant to fill its memory.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod bulk_crashes;
mod image_crashes;
mod memory;
mod picture_crashes;
