//! The API as a client meets it, each test against a whole server in this process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod access;
mod auth;
mod board_matrix;
mod boards;
mod browser_attacks;
mod client_state;
mod downloads;
mod image_moves;
mod images;
mod models;
mod pages;
mod queue;
mod replay;
mod replay_images;
mod socket;
mod starting;
mod uploads;
