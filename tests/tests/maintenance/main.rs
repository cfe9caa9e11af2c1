//! Looking after an installation: upgrading, backing up, restoring, checking, switching between one user and several; with
//! the real program, killed in the middle of each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod backing_up;
mod checking;
mod installation;
mod log_files;
mod switching;
mod upgrading;
