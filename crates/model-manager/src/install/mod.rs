//! Installing models: what a source is, getting its files, and making them a model. What has begun survives the end of the
//! server: every installation that moves or downloads files has a folder of its own with a note of how far it has come
//! ([`marker`]), and the next start goes on from there ([`restore`]). A record is added only for files that are whole and on
//! the disk ([`register`]).
//!
//! Reference: InvokeAI 6.14.2, `app/services/model_install/model_install_default.py`.
//!
//! Start reading at [`Models::install`](crate::Models::install) in `begin.rs`.

mod begin;
mod civitai;
mod control;
mod drive;
mod jobs;
mod marker;
mod plan;
mod register;
mod restore;
mod source;
mod staging;

pub use civitai::CIVITAI;
pub(crate) use drive::Engine;
pub(crate) use jobs::Jobs;
pub use jobs::{InstallJob, InstallStatus};
pub(crate) use register::{Installer, own_files, whole_record};
pub(crate) use restore::restore;
pub use source::Source;
pub(crate) use staging::{PREFIX as STAGING, remove, write_private};
