//! Every id of the product. To add one: a line in [`text_ids!`], or a struct when it is a number.

use serde::{Deserialize, Serialize};

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_ids! {
    /// An account; `system` owns what belongs to nobody.
    UserId
    /// A board.
    BoardId
    /// The file name of an image, `<uuid>.png`.
    ImageName
    /// An installed model.
    ModelKey
    /// A queue; the reference's pages use `default`.
    QueueId
    /// One enqueued batch: the items made from one request.
    BatchId
    /// The execution of one graph.
    SessionId
    /// A workflow of the library: a UUID, or `default_…` for those that come with the program.
    WorkflowId
    /// A style preset.
    PresetId
    /// A system prompt.
    SystemPromptId
}

impl UserId {
    /// The account that owns what belongs to nobody; nobody can sign in as it.
    pub const SYSTEM: &'static str = "system";

    /// The `system` account.
    pub fn system() -> Self {
        Self(Self::SYSTEM.to_owned())
    }

    /// Whether this is the `system` account.
    pub fn is_system(&self) -> bool {
        self.0 == Self::SYSTEM
    }
}

/// One item of the session queue, counted up from 1 by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
