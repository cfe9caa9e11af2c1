//! Proof that a check was made. The markers are types, so a function that deletes cannot be handed a right to look.

use invoke_domain::{BoardId, ImageName, ItemId, ModelKey, PresetId, SystemPromptId, UserId, WorkflowId};
use std::marker::PhantomData;

/// A kind of object rights are given on.
pub trait Object {
    /// What names one object of this kind.
    type Id;
    /// The word for people.
    const NAME: &'static str;
}

/// Something done to an object.
pub trait Action {
    /// The word for people.
    const NAME: &'static str;
}

macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident, $id:ty, $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Object for $name {
            type Id = $id;
            const NAME: &'static str = $word;
        }
    )*};
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident, $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Action for $name {
            const NAME: &'static str = $word;
        }
    )*};
}

objects! {
    /// One image.
    Image, ImageName, "image";
    /// One board.
    Board, BoardId, "board";
    /// One queue item.
    Item, ItemId, "queue item";
    /// The pending work of one user.
    Backlog, UserId, "queue";
    /// The queue as a whole.
    Queue, (), "queue";
    /// One installed model.
    Model, ModelKey, "model";
    /// One account.
    Account, UserId, "account";
    /// All accounts.
    Users, (), "users";
    /// Settings that can be changed while the server runs.
    RuntimeSettings, (), "settings";
    /// One workflow of the library.
    Workflow, WorkflowId, "workflow";
    /// One style preset.
    Preset, PresetId, "style preset";
    /// The style presets for everybody, and all of them at once.
    Presets, (), "style presets";
    /// What comes with the program.
    Shipped, (), "shipped content";
    /// One system prompt.
    Prompt, SystemPromptId, "system prompt";
}

actions! {
    /// Look at it.
    View, "view";
    /// Change it.
    Edit, "edit";
    /// Remove it.
    Delete, "delete";
    /// Put own things into it.
    Contribute, "contribute to";
    /// Stop it.
    Cancel, "cancel";
    /// Add work to it.
    Enqueue, "enqueue into";
    /// Pause and resume it.
    Control, "control";
    /// Take work from it and report results.
    Operate, "operate";
    /// Add, change and remove.
    Manage, "manage";
    /// Show it to everybody.
    Publish, "publish";
    /// Note that it was opened.
    Open, "open";
}

/// Proof that the policy allowed action `A` on one object of kind `O`. Use it within the transaction its facts were read in.
#[derive(Debug)]
#[must_use = "a grant that is not handed on protects nothing"]
pub struct Grant<O: Object, A: Action> {
    id: O::Id,
    action: PhantomData<fn() -> A>,
}

impl<O: Object, A: Action> Grant<O, A> {
    pub(crate) fn new(id: O::Id) -> Self {
        Self { id, action: PhantomData }
    }

    /// The object it was given for.
    pub fn id(&self) -> &O::Id {
        &self.id
    }
}

/// The policy said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed to {action} this {object}")]
pub struct Denied {
    /// The word for the object's kind.
    pub object: &'static str,
    /// The word for the action.
    pub action: &'static str,
    /// Whether the actor may at least see the object, and so may learn that it is there.
    pub may_view: bool,
}

impl Denied {
    pub(crate) fn of<O: Object, A: Action>(may_view: bool) -> Self {
        Self { object: O::NAME, action: A::NAME, may_view }
    }
}
