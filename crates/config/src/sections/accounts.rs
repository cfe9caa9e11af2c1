//! People: accounts, passwords, sessions, and what they may share.

use crate::section::section;
use crate::value::{Int, Secret, words};

section! {
    /// Accounts and sharing.
    Accounts {
        /// Several people, each with an account.
        multiuser: bool = false,
        /// Ask for 8 characters with capital, small letter and digit; absent: yes in multi-user mode.
        strict_password_checking: Option<bool> = None,
        /// The fewest characters of a new password, if that is more than the strict rules ask for.
        password_min_length: Option<Int<1, 128>> = None,
        /// Ask for a character that is neither letter nor digit in new passwords.
        password_require_special: bool = false,
        /// So many passwords, the current one among them, cannot be chosen again; 0: any may.
        password_history: Int<0, 24> = Int(0),
        /// Days after which a password is to be changed at the next sign-in; absent: never.
        password_max_age_days: Option<Int<1, 3650>> = None,
        /// The key that signs tokens; absent: made once and kept in the database.
        jwt_secret_key: Option<Secret> = None,
        /// Hours a sign-in lasts.
        jwt_token_expiry_hours: Int<1, 87600> = Int(24),
        /// Days a sign-in with "Remember me" lasts.
        jwt_remember_me_days: Int<1, 3650> = Int(7),
        /// Who may publish workflows to everybody.
        workflow_publish: WorkflowPublish = WorkflowPublish::Admins,
        /// Who may share boards.
        board_sharing: BoardSharing = BoardSharing::Admins,
        /// What people see of each other's queue items.
        queue_visibility: QueueVisibility = QueueVisibility::Own,
    }
}

words! {
    /// Who may publish workflows to everybody.
    WorkflowPublish {
        /// Administrators.
        Admins = "admins",
        /// Whoever owns the workflow.
        Owners = "owners",
    }
}

words! {
    /// Who may share boards.
    BoardSharing {
        /// Administrators, and those they made managers of a board.
        Admins = "admins",
        /// Whoever owns the board.
        Owners = "owners",
    }
}

words! {
    /// What people see of each other's queue items.
    QueueVisibility {
        /// Counts only.
        Own = "own",
        /// Items without content.
        Redacted = "redacted",
    }
}
