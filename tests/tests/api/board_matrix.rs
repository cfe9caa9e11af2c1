//! Boards and images, asked for by everybody: each operation that takes the id of a board or the name of an image, by the
//! image's owner, the board's owner, a reader, a writer, a board admin, somebody else, an administrator and nobody. What
//! each may do is read from `docs/permissions.md`; the OpenAPI document says which operations there are.

use invoke_imaging::{Mode, Pixels, png};
use invoke_tests::openapi::{Operation, Slot};
use invoke_tests::{Answer, Client, TestServer};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = include_str!("../../../docs/permissions.md");

/// The columns of the table that are people here.
const PEOPLE: [&str; 7] = ["other", "reader", "writer", "board admin", "board owner", "owner", "admin"];

/// How to tell that it was allowed.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// By a success.
    Status,
    /// By a success that names the image, since what may not be touched is passed over.
    Lists,
}

/// Whose object it is.
#[derive(Clone, Copy, PartialEq)]
enum Object {
    /// An image of `owner` on a board of `board owner`.
    Image,
    /// A board of `owner`.
    Board,
}

/// An operation, the action of the table it stands for, and what to send.
struct Try {
    operation: &'static str,
    action: &'static str,
    object: Object,
    says: Says,
    send: fn(&Scene) -> Sent,
}

#[derive(Default)]
struct Sent {
    query: String,
    body: Option<Value>,
    upload: bool,
    /// To the caller's own board rather than to the one in question.
    to_own_board: bool,
}

/// One caller before one board and one image, both made for this one question.
struct Scene<'a> {
    caller: &'a Client,
    board: String,
    image: String,
    /// A board and an image of the caller's own.
    own_board: String,
    own_image: String,
    /// Somebody with whom nothing is shared yet, and somebody with whom the board is.
    newcomer: String,
    reader: String,
}

fn nothing(_: &Scene) -> Sent {
    Sent::default()
}

fn body(body: Value) -> Sent {
    Sent { body: Some(body), ..Sent::default() }
}

fn on_board(scene: &Scene) -> Sent {
    Sent { query: format!("board_id={}", scene.board), ..Sent::default() }
}

fn named(scene: &Scene) -> Sent {
    body(json!({ "image_names": [scene.image] }))
}

fn tries() -> Vec<Try> {
    let image = |operation, action, says, send| Try { operation, action, object: Object::Image, says, send };
    let board = |operation, action, says, send| Try { operation, action, object: Object::Board, says, send };
    let (status, lists) = (Says::Status, Says::Lists);
    let mut tries = Vec::new();
    for operation in [
        "get_image_dto",
        "get_image_metadata",
        "get_image_workflow",
        "get_image_urls",
        "get_image_full",
        "get_image_full_head",
        "get_image_thumbnail",
    ] {
        tries.push(image(operation, "view image", status, nothing as fn(&Scene) -> Sent));
    }
    tries.extend([
        image("get_images_by_names", "view image", lists, named),
        image("download_images_from_list", "view image", status, named),
        image("update_recall_parameters", "view image", status, |scene| {
            body(json!({ "reference_images": [{ "image_name": scene.image }] }))
        }),
        // As the cover of a board of one's own.
        image("update_board", "view image", status, |scene| Sent {
            to_own_board: true,
            ..body(json!({ "cover_image_name": scene.image }))
        }),
        image("update_image", "edit image", status, |_| body(json!({ "starred": true }))),
        image("star_images_in_list", "edit image", lists, named),
        image("unstar_images_in_list", "edit image", lists, named),
        image("delete_image", "delete image", status, nothing),
        image("delete_images_from_list", "delete image", lists, named),
        image("add_image_to_board", "put image on another board", status, |scene| {
            body(json!({ "board_id": scene.own_board, "image_name": scene.image }))
        }),
        image("add_images_to_board", "put image on another board", lists, |scene| {
            body(json!({ "board_id": scene.own_board, "image_names": [scene.image] }))
        }),
        image("remove_image_from_board", "take image off its board", status, |scene| {
            body(json!({ "image_name": scene.image }))
        }),
        image("remove_images_from_board", "take image off its board", lists, named),
    ]);
    for operation in ["get_board", "list_all_board_image_names"] {
        tries.push(board(operation, "view board", status, nothing));
    }
    for operation in [
        "list_image_dtos",
        "get_image_names",
        "list_gallery_items",
        "list_gallery_item_names",
        "get_gallery_item_names",
    ] {
        tries.push(board(operation, "view board", status, on_board));
    }
    tries.extend([
        board("download_images_from_list", "view board", status, |scene| body(json!({ "board_id": scene.board }))),
        board("upload_image", "contribute to board", status, |scene| Sent {
            query: format!("image_category=user&is_intermediate=false&board_id={}", scene.board),
            upload: true,
            ..Sent::default()
        }),
        board("add_image_to_board", "contribute to board", status, |scene| {
            body(json!({ "board_id": scene.board, "image_name": scene.own_image }))
        }),
        board("add_images_to_board", "contribute to board", status, |scene| {
            body(json!({ "board_id": scene.board, "image_names": [scene.own_image] }))
        }),
        board("update_board", "edit board", status, |_| body(json!({ "board_name": "other", "description": "d" }))),
        board("list_board_shares", "edit board", status, nothing),
        board("list_board_share_history", "edit board", status, nothing),
        board("list_board_share_candidates", "share board", status, nothing),
        board("set_board_share", "share board", status, |_| body(json!({ "level": "admin" }))),
        board("delete_board_share", "share board", status, nothing),
        board("delete_board", "delete board", status, nothing),
    ]);
    tries
}

/// The rows of the table: action and place to column and word.
fn rules() -> BTreeMap<(String, String), BTreeMap<&'static str, String>> {
    let mut lines =
        TABLE.lines().skip_while(|line| !line.starts_with("| action")).take_while(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let columns = cells(lines.next().unwrap());
    let mut rules = BTreeMap::new();
    for line in lines.skip(1) {
        let row = cells(line);
        let words = columns.iter().zip(&row).skip(2).map(|(column, word)| (*column, (*word).to_owned())).collect();
        rules.insert((row[0].to_owned(), row[1].to_owned()), words);
    }
    rules
}

/// Where the table looks for an action on something of this visibility.
fn place(case: &Try, visibility: &str) -> String {
    match (case.object, case.action) {
        (_, "share board") => "`board_sharing: admins`, already shared".to_owned(),
        (Object::Image, _) => format!("on a {visibility} board"),
        (Object::Board, _) => visibility.to_owned(),
    }
}

struct World {
    server: TestServer,
    people: BTreeMap<&'static str, Client>,
    operations: Vec<Operation>,
}

impl World {
    fn new() -> Self {
        let server = TestServer::multiuser().without_workers().start();
        let mut people = BTreeMap::from([("admin", server.admin().clone())]);
        for name in ["other", "reader", "writer", "board admin", "board owner", "owner", "newcomer"] {
            people.insert(name, server.user(&name.replace(' ', "-")));
        }
        let operations = Operation::all(&server.nobody().get("/openapi.json").ok());
        Self { server, people, operations }
    }

    fn id_of(&self, name: &str) -> String {
        self.server.actor(&self.people[name]).user_id().to_string()
    }

    fn new_board(&self, owner: &Client) -> String {
        owner.post("/api/v1/boards/?board_name=b", &json!({})).ok()["board_id"].as_str().unwrap().to_owned()
    }

    /// What `caller` is asked about; `None` is nobody.
    fn scene<'a>(&'a self, case: &Try, visibility: &str, caller: &'a Client, is_nobody: bool) -> Scene<'a> {
        let admin = &self.people["admin"];
        let owner = if case.object == Object::Image { "board owner" } else { "owner" };
        let board = self.new_board(&self.people[owner]);
        admin.patch(&format!("/api/v1/boards/{board}"), &json!({ "board_visibility": visibility })).ok();
        for (name, level) in [("reader", "read"), ("writer", "write"), ("board admin", "admin")] {
            let path = format!("/api/v1/boards/{board}/shares/{}", self.id_of(name));
            admin.put_json(&path, &json!({ "level": level })).ok();
        }
        let image = self.server.store_image(&self.people["owner"], Some(&json!({ "seed": 1 }))).name.0;
        admin.post("/api/v1/board_images/", &json!({ "board_id": board, "image_name": image })).ok();
        let (own_board, own_image) = if is_nobody {
            (board.clone(), image.clone())
        } else {
            (self.new_board(caller), self.server.store_image(caller, None).name.0)
        };
        let (newcomer, reader) = (self.id_of("newcomer"), self.id_of("reader"));
        Scene { caller, board, image, own_board, own_image, newcomer, reader }
    }

    fn ask(&self, case: &Try, scene: &Scene) -> Answer {
        let operation = self.operations.iter().find(|known| known.id == case.operation).unwrap();
        let sent = (case.send)(scene);
        let path = operation.path_with(|name| match name {
            "board_id" if sent.to_own_board => scene.own_board.clone(),
            "board_id" => scene.board.clone(),
            "image_name" => scene.image.clone(),
            "user_id" if case.operation == "delete_board_share" => scene.reader.clone(),
            "user_id" => scene.newcomer.clone(),
            "queue_id" => "default".to_owned(),
            other => panic!("{} takes {other}", case.operation),
        });
        if sent.upload {
            let pixels = Pixels::new(Mode::L, 2, 2, vec![9; 4]).unwrap();
            return scene.caller.upload(&sent.query, png::encode(&pixels, 1, &[]).unwrap(), "image/png");
        }
        let path = if sent.query.is_empty() { path } else { format!("{path}?{}", sent.query) };
        let request = scene.caller.request(operation.method.parse().unwrap(), &path);
        Answer::of(match &sent.body {
            Some(body) => request.json(body),
            None => request,
        })
    }
}

/// Whether an operation takes the id of a board or the name of an image, however deep in its body.
fn takes_board_or_image(operation: &Operation) -> bool {
    let is_meant = |name: &str| ["board_id", "image_name", "image_names", "cover_image_name"].contains(&name);
    operation.slots().iter().any(|slot| match slot {
        Slot::Path(name) | Slot::Query(name) | Slot::Part(name) => is_meant(name),
        Slot::Json(pointer) => pointer.split('/').any(is_meant),
    })
}

/// Said to be not there at all, whoever asks.
const UNBUILT: [&str; 3] = ["create_image_upload_entry", "image_to_prompt", "add_video_to_board"];

#[test]
fn every_operation_that_takes_a_board_or_an_image_is_tried() {
    let server = TestServer::single_user().without_workers().start();
    let document = server.nobody().get("/openapi.json").ok();
    let operations = Operation::all(&document);
    let tried: BTreeSet<&str> = tries().iter().map(|case| case.operation).collect();
    let missing: Vec<&str> = operations
        .iter()
        .filter(|operation| takes_board_or_image(operation))
        .map(|operation| operation.id.as_str())
        .filter(|id| !tried.contains(id) && !UNBUILT.contains(id))
        .collect();
    assert_eq!(missing, [""; 0]);
}

fn check(visibility: &str) {
    let world = World::new();
    let rules = rules();
    let nobody = world.server.nobody();
    for case in tries() {
        let scene = world.scene(&case, visibility, &nobody, true);
        assert_eq!(world.ask(&case, &scene).status, 401, "{} by nobody", case.operation);
        let rule = &rules[&(case.action.to_owned(), place(&case, visibility))];
        for person in PEOPLE {
            let expected = match rule[person].as_str() {
                "-" => continue,
                word => word == "yes",
            };
            let scene = world.scene(&case, visibility, &world.people[person], false);
            let answer = world.ask(&case, &scene);
            let allowed = match case.says {
                Says::Status => (200..300).contains(&answer.status),
                Says::Lists => answer.text().contains(&scene.image),
            };
            let what = format!("{} ({visibility}) by {person}: {} {}", case.operation, answer.status, answer.text());
            assert_eq!(allowed, expected, "{what}");
            if !expected {
                let refused = if case.says == Says::Lists { [200, 201] } else { [403, 404] };
                assert!(refused.contains(&answer.status), "{what}");
                // Recalling names what it refuses, which the caller just named.
                let names = case.says == Says::Lists || case.operation == "update_recall_parameters";
                assert!(names || !answer.text().contains(&scene.image), "{what}");
            }
        }
    }
}

#[test]
fn on_a_private_board_everybody_may_do_what_the_table_says() {
    check("private");
}

#[test]
fn on_a_shared_board_everybody_may_do_what_the_table_says() {
    check("shared");
}

#[test]
fn on_a_public_board_everybody_may_do_what_the_table_says() {
    check("public");
}
