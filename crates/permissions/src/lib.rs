//! Who may do what. Pure functions over plain facts: no SQL, no HTTP, no clock.
//!
//! The vocabulary, in the order a request meets it:
//!
//! - An [`Actor`] is whoever asks: a signed-in user, the one user of single-user mode, the operator (commands, start-up,
//!   the queue's runners), or the owner of a run. There is no "nobody": without an actor nothing here can be called.
//! - A [`Scope`] says which rows a *listing* may return: all, or those of one owner.
//! - *Facts* ([`ImageFacts`], [`BoardFacts`], [`ItemFacts`]) are what storage knows about one object: owner, visibility.
//! - The [`policy`] decides: (actor, facts) in, a [`Grant`] or [`Denied`] out. What it does not allow is denied.
//! - A [`Grant`] is the proof that one check was made, for one action on one object. Only the policy can make one, it can
//!   be neither copied nor stored, and every change in storage asks for one; forgetting a check does not compile.
//!
//! The whole policy as a table is `docs/permissions.md`; a test compares it with these functions cell by cell. To add an
//! action: a marker in `grant.rs`, a function in `policy.rs`, a row in the table.

mod actor;
mod facts;
mod grant;
pub mod policy;

#[cfg(test)]
mod table_tests;

pub use actor::{Actor, Scope};
pub use facts::{
    BoardFacts, BoardSharing, BoardVisibility, ImageFacts, ItemFacts, ModelFacts, PresetFacts, QueueVisibility,
    ShareLevel, SystemPromptFacts, WorkflowFacts, WorkflowPublish,
};
pub use grant::{
    Account, Action, Backlog, Board, Cancel, Contribute, Control, Delete, Denied, Edit, Enqueue, Grant, Image,
    ImageFolders, Item, Manage, Model, Move, Object, Open, Operate, Preset, Presets, Prompt, Publish, Queue, Remove,
    RuntimeSettings, Share, Shipped, Users, View, Workflow,
};
