//! The API as a client meets it, each test against a whole server in this process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod access;
mod account_removal;
mod auth;
mod board_matrix;
mod boards;
mod browser_attacks;
mod called_workflows;
mod chaos;
mod client_state;
mod configuration;
mod downloads;
mod hostile;
mod image_moves;
mod images;
mod limits;
mod models;
mod object_matrix;
mod pages;
mod presets;
mod proxy;
mod queue;
mod queue_overview;
mod replay;
mod replay_accounts;
mod replay_images;
mod revocation;
mod sessions;
mod socket;
mod starting;
mod tls;
mod tokens;
mod uploads;
mod workflows;
