//! What the tests of the whole product share. [`TestServer`] is a server in this process with small nodes
//! (`server.user("alice").enqueue(&graph)`); [`process::ServerProcess`] is the real executable with real workers;
//! [`recording`] compares our answers with those of the reference.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod client;
pub mod clock;
pub mod commands;
pub mod documents;
pub mod events;
pub mod graphs;
pub mod guides;
pub mod host;
pub mod nginx;
pub mod openapi;
pub mod pickled_file;
pub mod process;
pub mod recording;
mod server;
pub mod single_file;
pub mod sqlite;
pub mod tls;
mod toys;

pub use client::{Answer, Client};
pub use server::{ADMIN, Builder, PASSWORD, TestServer, nowhere};
pub use toys::Toys;
