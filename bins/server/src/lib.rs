//! The server as a library: takes [`Settings`](invoke_config::Settings), opens the database, composes every crate left of
//! libtorch, listens, starts the workers. [`Server::start`] is all there is; `main.rs` adds arguments, log and exit code,
//! tests add a clock, cheap passwords and workers of their own ([`Parts`]).
//!
//! ```text
//! start.rs      the order of the start, and of the end
//! backups.rs    backups by schedule
//! compose.rs    from settings to the plain settings of each crate, and the parts put together
//! folders.rs    the folders of a root directory      listen.rs   the socket, or the next free one
//! tls.rs        certificate and key for https
//! pages.rs      where the browser's files come from  workers.rs  who runs the queue's items
//! outside.rs    where models come from
//! runtime.rs    settings changed at run time         devices.rs  what this machine can compute with
//! ```

mod backups;
mod compose;
mod devices;
mod error;
mod folders;
mod listen;
pub mod logging;
mod outside;
mod pages;
mod runtime;
mod start;
mod starter;
mod tls;
mod workers;

pub use backups::{backup_plan, installation};
pub use compose::{Parts, accounts, storage_settings};
pub use error::StartError;
pub use outside::Outside;
pub use start::Server;
pub use tls::CertificateError;
pub use workers::{Pieces, WorkersFrom};
