//! Looking after an installation: upgrading, backing up, restoring, checking, switching between one user and several; with
//! the real program, killed in the middle of each.

mod backing_up;
mod checking;
mod installation;
mod switching;
mod upgrading;
