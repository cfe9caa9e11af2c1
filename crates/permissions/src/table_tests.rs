//! `docs/permissions.md` against the policy, cell by cell.

use crate::{
    Actor, BoardFacts, BoardSharing, BoardVisibility, ImageFacts, ItemFacts, ModelFacts, PresetFacts, QueueVisibility,
    ShareLevel, SystemPromptFacts, WorkflowFacts, WorkflowPublish, policy,
};
use invoke_domain::{BoardId, ItemId, ModelKey, UserId};

const TABLE: &str = include_str!("../../../docs/permissions.md");

const OWNER: &str = "owner";
const BOARD_OWNER: &str = "board owner";

fn board(place: &str) -> Option<BoardFacts> {
    let words = place.trim_start_matches("on a ").trim_end_matches(" board");
    let visibility = BoardVisibility::parse(words)?;
    Some(BoardFacts { shares: shares(), ..BoardFacts::new(BoardId::from("b"), UserId::from(BOARD_OWNER), visibility) })
}

fn own_board(place: &str) -> BoardFacts {
    let visibility = BoardVisibility::parse(place).expect("the table names a visibility");
    BoardFacts { shares: shares(), ..BoardFacts::new(BoardId::from("b"), UserId::from(OWNER), visibility) }
}

/// The columns that are named for what the board is shared for.
fn shares() -> Vec<(UserId, ShareLevel)> {
    let levels = [("reader", ShareLevel::Read), ("writer", ShareLevel::Write), ("board admin", ShareLevel::Admin)];
    levels.map(|(column, level)| (UserId::from(column), level)).to_vec()
}

/// A private board: shared with nobody yet, or already with some people.
fn share(actor: &Actor, place: &str) -> &'static str {
    let (sharing, begun) = match place {
        "`board_sharing: admins`, shared with nobody yet" => (BoardSharing::Admins, false),
        "`board_sharing: admins`, already shared" => (BoardSharing::Admins, true),
        "`board_sharing: owners`, shared with nobody yet" => (BoardSharing::Owners, false),
        "`board_sharing: owners`, already shared" => (BoardSharing::Owners, true),
        other => panic!("unknown policy {other}"),
    };
    let mut board = own_board("private");
    if !begun {
        board.shares.clear();
    }
    word(policy::share_board(actor, &board, sharing))
}

/// A model everybody may use, or one that is restricted to other people or to somebody who owns nothing of it.
fn model(place: &str) -> ModelFacts {
    let restricted_to = match place {
        "installed" => None,
        "restricted to others" => Some(vec![UserId::from("somebody")]),
        "restricted to them" => Some(vec![UserId::from("somebody"), UserId::from("other")]),
        other => panic!("no restriction: {other}"),
    };
    ModelFacts { key: ModelKey::from("k"), restricted_to }
}

/// Whether something is public, and whether it comes with the program.
fn reach(place: &str) -> (bool, bool) {
    match place.split(',').next().unwrap_or_default() {
        "private" => (false, false),
        "public" => (true, false),
        "for everybody" => (false, true),
        other => panic!("neither private, public nor for everybody: {other}"),
    }
}

fn workflow(place: &str) -> WorkflowFacts {
    let (is_public, is_default) = reach(place);
    WorkflowFacts { id: "w".into(), owner: UserId::from(OWNER), is_public, is_default }
}

fn preset(place: &str) -> PresetFacts {
    let (is_public, is_default) = reach(place);
    PresetFacts { id: "p".into(), owner: UserId::from(OWNER), is_public, is_default }
}

fn prompt(place: &str) -> SystemPromptFacts {
    SystemPromptFacts { id: "s".into(), owner: UserId::from(OWNER), is_public: reach(place).0 }
}

fn publishers(place: &str) -> WorkflowPublish {
    match place.split(", ").nth(1) {
        Some("`workflow_publish: admins`") => WorkflowPublish::Admins,
        Some("`workflow_publish: owners`") => WorkflowPublish::Owners,
        other => panic!("unknown rule {other:?}"),
    }
}

fn word<T, E>(result: Result<T, E>) -> &'static str {
    if result.is_ok() { "yes" } else { "no" }
}

fn decision(action: &str, place: &str, actor: &Actor) -> &'static str {
    let image = || ImageFacts { name: "i.png".into(), owner: UserId::from(OWNER), board: board(place) };
    let item = ItemFacts { id: ItemId(1), owner: UserId::from(OWNER) };
    match action {
        "view image" => word(policy::view_image(actor, &image())),
        "edit image" => word(policy::edit_image(actor, &image())),
        "delete image" => word(policy::delete_image(actor, &image())),
        "put image on another board" => word(policy::move_image(actor, &image())),
        "take image off its board" => word(policy::remove_image(actor, &image())),
        "view board" => word(policy::view_board(actor, &own_board(place))),
        "contribute to board" => word(policy::contribute_to_board(actor, &own_board(place))),
        "edit board" => word(policy::edit_board(actor, &own_board(place))),
        "share board" => share(actor, place),
        "delete board" => word(policy::delete_board(actor, &own_board(place))),
        "view queue item" => {
            let visibility = match place {
                "`queue_visibility: own`" => QueueVisibility::Own,
                "`queue_visibility: redacted`" => QueueVisibility::Redacted,
                other => panic!("unknown visibility {other}"),
            };
            match policy::view_item(actor, &item, visibility) {
                policy::Seen::Full(_) => "yes",
                policy::Seen::Redacted => "redacted",
                policy::Seen::Hidden => "no",
            }
        }
        "cancel queue item" => word(policy::cancel_item(actor, &item)),
        "delete queue item" => word(policy::delete_item(actor, &item)),
        "retry queue item" => word(policy::retry_item(actor, &item)),
        "enqueue" => {
            if policy::enqueue(actor).id() == actor.user_id() {
                "yes"
            } else {
                "no"
            }
        }
        "control queue" => word(policy::control_queue(actor)),
        "operate queue" => word(policy::operate_queue(actor)),
        "view model" => word(policy::view_model(actor, &model(place))),
        "manage model" => word(policy::manage_model(actor, &ModelKey::from("k"))),
        "edit account" => word(policy::edit_account(actor, &UserId::from(OWNER))),
        "manage users" => word(policy::manage_users(actor)),
        "manage image folders" => word(policy::manage_image_folders(actor)),
        "view workflow" => word(policy::view_workflow(actor, &workflow(place))),
        "edit workflow" => word(policy::edit_workflow(actor, &workflow(place))),
        "delete workflow" => word(policy::delete_workflow(actor, &workflow(place))),
        "publish workflow" => word(policy::publish_workflow(actor, &workflow(place), publishers(place))),
        "open workflow" => word(policy::open_workflow(actor, &workflow(place))),
        "view style preset" => word(policy::view_preset(actor, &preset(place))),
        "edit style preset" => word(policy::edit_preset(actor, &preset(place))),
        "delete style preset" => word(policy::delete_preset(actor, &preset(place))),
        "manage style presets" => word(policy::manage_presets(actor)),
        "view system prompt" => word(policy::view_prompt(actor, &prompt(place))),
        "edit system prompt" => word(policy::edit_prompt(actor, &prompt(place))),
        "delete system prompt" => word(policy::delete_prompt(actor, &prompt(place))),
        "manage shipped content" => word(policy::manage_shipped(actor)),
        "manage settings" => word(policy::manage_settings(actor)),
        other => panic!("the table names an action without a rule: {other}"),
    }
}

#[test]
fn the_table_in_the_documentation_is_the_policy() {
    let rows: Vec<Vec<&str>> = TABLE
        .lines()
        .skip_while(|line| !line.starts_with("| action"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let columns = ["action", "where", "other", "reader", "writer", "board admin", "board owner", "owner", "admin"];
    assert_eq!(rows[0], columns);
    let mut cells = 0;
    for row in &rows[2..] {
        for (column, expected) in rows[0].iter().zip(row).skip(2) {
            if *expected == "-" {
                continue;
            }
            let actor = Actor::run(UserId::from(*column), *column == "admin");
            assert_eq!(decision(row[0], row[1], &actor), *expected, "{} ({}) as {column}", row[0], row[1]);
            cells += 1;
        }
    }
    assert!(cells > 190, "the table was not read: {cells} cells");
}

#[test]
fn the_program_itself_operates_the_queue_and_an_administrator_does_not() {
    assert!(policy::operate_queue(&Actor::operator()).is_ok());
    assert!(policy::operate_queue(&Actor::system()).is_err());
}

#[test]
fn a_denial_tells_whether_the_object_may_be_known() {
    let other = Actor::run(UserId::from("other"), false);
    let hidden = ImageFacts { name: "i.png".into(), owner: UserId::from(OWNER), board: None };
    let shared = ImageFacts { board: board("on a shared board"), ..hidden.clone() };
    assert!(!policy::edit_image(&other, &hidden).unwrap_err().may_view);
    assert!(policy::edit_image(&other, &shared).unwrap_err().may_view);
    assert_eq!(policy::edit_image(&other, &shared).unwrap_err().to_string(), "not allowed to edit this image");
}

#[test]
fn a_listing_is_limited_to_own_rows_except_for_administrators() {
    let user = Actor::run(UserId::from("u"), false);
    let admin = Actor::run(UserId::from("a"), true);
    assert!(user.scope().includes(&UserId::from("u")));
    assert!(!user.scope().includes(&UserId::from("v")));
    assert!(admin.scope().includes(&UserId::from("v")));
    assert!(!admin.own().includes(&UserId::from("v")));
    assert_eq!(policy::list_items(&user, QueueVisibility::Own), user.scope());
    assert!(policy::list_items(&user, QueueVisibility::Redacted).includes(&UserId::from("v")));
}
