//! The table of `docs/permissions.md` as functions. Each takes the actor and the facts, and hands out a [`Grant`] or says
//! why not. Administrators may do everything here but operate the queue, which only the program itself does.

mod texts;
pub use texts::*;

use crate::actor::{Actor, Scope};
use crate::facts::{
    BoardFacts, BoardSharing, BoardVisibility, ImageFacts, ItemFacts, ModelFacts, QueueVisibility, ShareLevel,
};
use crate::grant::{
    Account, Action, Backlog, Board, Cancel, Contribute, Control, Delete, Denied, Edit, Enqueue, Grant, Image,
    ImageFolders, Item, Manage, Model, Move, Object, Operate, Queue, Remove, RuntimeSettings, Share, Users, View,
};
use invoke_domain::{ModelKey, UserId};

fn decide<O: Object, A: Action>(allowed: bool, may_view: bool, id: O::Id) -> Result<Grant<O, A>, Denied> {
    if allowed { Ok(Grant::new(id)) } else { Err(Denied::of::<O, A>(may_view)) }
}

/// Whether the board is shared with the actor at this level or a higher one.
fn has_level(actor: &Actor, board: &BoardFacts, level: ShareLevel) -> bool {
    board.level_of(actor.user_id()).is_some_and(|given| given >= level)
}

fn sees_board(actor: &Actor, board: &BoardFacts) -> bool {
    owner_or_admin(actor, &board.owner)
        || board.visibility != BoardVisibility::Private
        || has_level(actor, board, ShareLevel::Read)
}

fn contributes_to(actor: &Actor, board: &BoardFacts) -> bool {
    owner_or_admin(actor, &board.owner)
        || board.visibility == BoardVisibility::Public
        || has_level(actor, board, ShareLevel::Write)
}

fn manages(actor: &Actor, board: &BoardFacts) -> bool {
    owner_or_admin(actor, &board.owner) || has_level(actor, board, ShareLevel::Admin)
}

fn sees_image(actor: &Actor, image: &ImageFacts) -> bool {
    actor.is_admin() || actor.owns(&image.owner) || image.board.as_ref().is_some_and(|board| sees_board(actor, board))
}

fn owner_or_admin(actor: &Actor, owner: &UserId) -> bool {
    actor.is_admin() || actor.owns(owner)
}

/// Look at an image: its owner, and everybody who sees the board it lies on.
pub fn view_image(actor: &Actor, image: &ImageFacts) -> Result<Grant<Image, View>, Denied> {
    let sees = sees_image(actor, image);
    decide(sees, sees, image.name.clone())
}

/// Star an image or change its category: its owner, and everybody who may put images on the board it lies on.
pub fn edit_image(actor: &Actor, image: &ImageFacts) -> Result<Grant<Image, Edit>, Denied> {
    let on_board = image.board.as_ref().is_some_and(|board| contributes_to(actor, board));
    decide(owner_or_admin(actor, &image.owner) || on_board, sees_image(actor, image), image.name.clone())
}

/// Delete an image and its file: its owner, and the owner of the board it lies on. Writing on a public board is no right
/// to destroy what others made.
pub fn delete_image(actor: &Actor, image: &ImageFacts) -> Result<Grant<Image, Delete>, Denied> {
    let owns_board = image.board.as_ref().is_some_and(|board| actor.owns(&board.owner));
    decide(owner_or_admin(actor, &image.owner) || owns_board, sees_image(actor, image), image.name.clone())
}

/// Put an image on a board: its owner only. Whoever may put other people's images on an own board could then edit and
/// delete them. The right to put something on that board is asked for apart.
pub fn move_image(actor: &Actor, image: &ImageFacts) -> Result<Grant<Image, Move>, Denied> {
    decide(owner_or_admin(actor, &image.owner), sees_image(actor, image), image.name.clone())
}

/// Take an image off its board: its owner, and everybody who may put images on that board.
pub fn remove_image(actor: &Actor, image: &ImageFacts) -> Result<Grant<Image, Remove>, Denied> {
    let on_board = image.board.as_ref().is_some_and(|board| contributes_to(actor, board));
    decide(owner_or_admin(actor, &image.owner) || on_board, sees_image(actor, image), image.name.clone())
}

/// Look at a board and its images.
pub fn view_board(actor: &Actor, board: &BoardFacts) -> Result<Grant<Board, View>, Denied> {
    let sees = sees_board(actor, board);
    decide(sees, sees, board.id.clone())
}

/// Put own images on a board: its owner, everybody when it is public, those it is shared with for writing.
pub fn contribute_to_board(actor: &Actor, board: &BoardFacts) -> Result<Grant<Board, Contribute>, Denied> {
    decide(contributes_to(actor, board), sees_board(actor, board), board.id.clone())
}

/// Rename, describe or archive a board, and see with whom it is shared: its owner and those who manage it.
pub fn edit_board(actor: &Actor, board: &BoardFacts) -> Result<Grant<Board, Edit>, Denied> {
    decide(manages(actor, board), sees_board(actor, board), board.id.clone())
}

/// Show a board to others, everybody or single people: its owner and those who manage it. Where `sharing` leaves the
/// first step to administrators, a board that is shared with nobody yet is shared by them alone.
pub fn share_board(actor: &Actor, board: &BoardFacts, sharing: BoardSharing) -> Result<Grant<Board, Share>, Denied> {
    let begun = !board.shares.is_empty() || board.visibility != BoardVisibility::Private;
    let allowed = manages(actor, board) && (actor.is_admin() || begun || sharing == BoardSharing::Owners);
    decide(allowed, sees_board(actor, board), board.id.clone())
}

/// Delete a board: its owner.
pub fn delete_board(actor: &Actor, board: &BoardFacts) -> Result<Grant<Board, Delete>, Denied> {
    decide(owner_or_admin(actor, &board.owner), sees_board(actor, board), board.id.clone())
}

/// What an actor gets to see of a queue item.
#[derive(Debug)]
pub enum Seen {
    /// All of it.
    Full(Grant<Item, View>),
    /// That it is there, its state and its times.
    Redacted,
    /// Nothing.
    Hidden,
}

/// Look at a queue item.
pub fn view_item(actor: &Actor, item: &ItemFacts, visibility: QueueVisibility) -> Seen {
    if owner_or_admin(actor, &item.owner) {
        return Seen::Full(Grant::new(item.id));
    }
    match visibility {
        QueueVisibility::Own => Seen::Hidden,
        QueueVisibility::Redacted => Seen::Redacted,
    }
}

/// Whose items a listing of the queue names; in a redacted listing each item is then looked at with [`view_item`].
pub fn list_items(actor: &Actor, visibility: QueueVisibility) -> Scope {
    match visibility {
        QueueVisibility::Own => actor.scope(),
        QueueVisibility::Redacted => Scope::All,
    }
}

/// Stop a queue item: its owner.
pub fn cancel_item(actor: &Actor, item: &ItemFacts) -> Result<Grant<Item, Cancel>, Denied> {
    decide(owner_or_admin(actor, &item.owner), owner_or_admin(actor, &item.owner), item.id)
}

/// Remove a queue item: its owner.
pub fn delete_item(actor: &Actor, item: &ItemFacts) -> Result<Grant<Item, Delete>, Denied> {
    decide(owner_or_admin(actor, &item.owner), owner_or_admin(actor, &item.owner), item.id)
}

/// Add work of one's own: every actor.
pub fn enqueue(actor: &Actor) -> Grant<Backlog, Enqueue> {
    Grant::new(actor.user_id().clone())
}

/// Enqueue an item again, for the one who owned it: its owner.
pub fn retry_item(actor: &Actor, item: &ItemFacts) -> Result<Grant<Backlog, Enqueue>, Denied> {
    decide(owner_or_admin(actor, &item.owner), owner_or_admin(actor, &item.owner), item.owner.clone())
}

/// Pause and resume the queue: administrators.
pub fn control_queue(actor: &Actor) -> Result<Grant<Queue, Control>, Denied> {
    decide(actor.is_admin(), true, ())
}

/// Claim items and report their results: the program itself.
pub fn operate_queue(actor: &Actor) -> Result<Grant<Queue, Operate>, Denied> {
    decide(actor.is_operator(), true, ())
}

/// See and use an installed model: everybody, or where it is restricted the people named and administrators.
pub fn view_model(actor: &Actor, model: &ModelFacts) -> Result<Grant<Model, View>, Denied> {
    let named = model.restricted_to.as_ref().is_none_or(|users| users.iter().any(|user| actor.owns(user)));
    let sees = actor.is_admin() || named;
    decide(sees, sees, model.key.clone())
}

/// Install, change or remove a model: administrators.
pub fn manage_model(actor: &Actor, key: &ModelKey) -> Result<Grant<Model, Manage>, Denied> {
    decide(actor.is_admin(), true, key.clone())
}

/// Change an account's name or password: its owner.
pub fn edit_account(actor: &Actor, account: &UserId) -> Result<Grant<Account, Edit>, Denied> {
    let allowed = owner_or_admin(actor, account);
    decide(allowed, allowed, account.clone())
}

/// Look at other accounts and change them: administrators.
pub fn manage_users(actor: &Actor) -> Result<Grant<Users, Manage>, Denied> {
    decide(actor.is_admin(), false, ())
}

/// Move image files to other folders: administrators.
pub fn manage_image_folders(actor: &Actor) -> Result<Grant<ImageFolders, Manage>, Denied> {
    decide(actor.is_admin(), false, ())
}

/// Look at the settings and change them while the server runs: administrators.
pub fn manage_settings(actor: &Actor) -> Result<Grant<RuntimeSettings, Manage>, Denied> {
    decide(actor.is_admin(), false, ())
}
