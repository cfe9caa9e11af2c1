//! Workflows, style presets and system prompts against `docs/permissions.md`: every row about them, on every route that
//! takes their id, as another user, the owner, an administrator and nobody. The rows are read from the document, so a
//! cell that is changed there changes what is asked for here.

use invoke_tests::documents::{body, preset, preset_form, workflow};
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

const TABLE: &str = include_str!("../../../docs/permissions.md");

/// A row of the table that is about one of our objects.
struct Row {
    action: String,
    place: String,
    /// What another user, the owner and an administrator may.
    cells: [String; 3],
}

fn rows() -> Vec<Row> {
    let lines: Vec<Vec<&str>> = TABLE
        .lines()
        .skip_while(|line| !line.starts_with("| action"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let column = |name: &str| lines[0].iter().position(|head| *head == name).unwrap();
    let (other, owner, admin) = (column("other"), column("owner"), column("admin"));
    let ours =
        |line: &&Vec<&str>| ["workflow", "style preset", "system prompt"].iter().any(|word| line[0].ends_with(word));
    let row = |line: &Vec<&str>| Row {
        action: line[0].to_owned(),
        place: line[1].to_owned(),
        cells: [line[other], line[owner], line[admin]].map(str::to_owned),
    };
    lines.iter().skip(2).filter(ours).map(row).collect()
}

/// The routes behind an action, to be asked for an object of this id.
fn requests(action: &str, id: &str, client: &Client) -> Vec<RequestBuilder> {
    let ask = |method: Method, path: String| client.request(method, &path);
    let flow = format!("/api/v1/workflows/i/{id}");
    let style = format!("/api/v1/style_presets/i/{id}");
    let prompt = format!("/api/v1/system_prompts/i/{id}");
    let mut document = workflow("Changed");
    document["id"] = json!(id);
    let public = |value: bool| json!({ "is_public": value });
    match action {
        "view workflow" => vec![ask(Method::GET, flow.clone()), ask(Method::GET, format!("{flow}/thumbnail"))],
        "edit workflow" => vec![
            ask(Method::PATCH, flow.clone()).json(&body(&document)),
            ask(Method::PUT, format!("{flow}/thumbnail")),
            ask(Method::DELETE, format!("{flow}/thumbnail")),
            ask(Method::PATCH, format!("{flow}/is_public")).json(&public(false)),
        ],
        "publish workflow" => vec![ask(Method::PATCH, format!("{flow}/is_public")).json(&public(true))],
        "open workflow" => vec![ask(Method::PUT, format!("{flow}/opened_at"))],
        "delete workflow" => vec![ask(Method::DELETE, flow)],
        "view style preset" => vec![ask(Method::GET, style.clone()), ask(Method::GET, format!("{style}/image"))],
        "edit style preset" => {
            vec![ask(Method::PATCH, style).multipart(preset_form(&preset("Changed"), None))]
        }
        "delete style preset" => vec![ask(Method::DELETE, style)],
        "view system prompt" => vec![ask(Method::GET, prompt)],
        "edit system prompt" => vec![ask(Method::PATCH, prompt).json(&json!({ "content": "changed" }))],
        "delete system prompt" => vec![ask(Method::DELETE, prompt)],
        other => panic!("the table names an action without a route: {other}"),
    }
}

/// Somebody's things on a server.
struct World {
    server: TestServer,
    owner: Client,
    other: Client,
}

impl World {
    fn new(rule: &str) -> Self {
        let server = TestServer::multiuser().with(&format!("workflow_publish: {rule}")).without_workers().start();
        let (owner, other) = (server.user("owner"), server.user("other"));
        Self { server, owner, other }
    }

    /// A new object of the kind the action is about, in the place the row names.
    fn object(&self, action: &str, place: &str) -> String {
        let reach = place.split(',').next().unwrap();
        let made = match (action.split_once(' ').unwrap().1, reach) {
            ("workflow", "for everybody") => return "default_text_to_image_sd15".to_owned(),
            ("workflow", reach) => {
                let made = self.owner.post("/api/v1/workflows/", &body(&workflow("Flow"))).ok();
                if reach == "public" {
                    let path = format!("/api/v1/workflows/i/{}/is_public", made["workflow_id"].as_str().unwrap());
                    let request = self.server.admin().request(Method::PATCH, &path);
                    Answer::of(request.json(&json!({ "is_public": true }))).ok();
                }
                made["workflow_id"].clone()
            }
            ("style preset", reach) => {
                let mut data = preset("Style");
                data["is_public"] = json!(reach == "public");
                data["type"] = json!(if reach == "for everybody" { "default" } else { "user" });
                let maker = if reach == "for everybody" { self.server.admin() } else { &self.owner };
                let request = maker.request(Method::POST, "/api/v1/style_presets/");
                Answer::of(request.multipart(preset_form(&data, None))).ok()["id"].clone()
            }
            (_, reach) => {
                let made = self.owner.post("/api/v1/system_prompts/", &json!({ "name": "a", "content": "b" })).ok();
                let path = format!("/api/v1/system_prompts/i/{}", made["id"].as_str().unwrap());
                let changed = json!({ "is_public": reach == "public" });
                Answer::of(self.owner.request(Method::PATCH, &path).json(&changed)).ok()["id"].clone()
            }
        };
        let Value::String(id) = made else { panic!("{made}") };
        id
    }
}

#[test]
fn every_route_of_an_object_answers_each_caller_as_the_table_says() {
    let worlds = [("admins", World::new("admins")), ("owners", World::new("owners"))];
    let mut cells = 0;
    for row in rows() {
        let owners_rule = row.place.contains("`workflow_publish: owners`");
        let world = &worlds[usize::from(owners_rule)].1;
        let nobody = world.server.nobody();
        let callers =
            [("another user", &world.other), ("the owner", &world.owner), ("an administrator", world.server.admin())];
        for ((who, client), cell) in callers.into_iter().zip(&row.cells) {
            // What is for everybody has no owner among the users.
            if cell == "-" || (who == "the owner" && row.place.starts_with("for everybody")) {
                continue;
            }
            for index in 0..requests(&row.action, "nope", client).len() {
                // Each route gets an object of its own: some of them end it.
                let id = world.object(&row.action, &row.place);
                let answer = Answer::of(requests(&row.action, &id, client).swap_remove(index));
                let refused = answer.status == 403;
                let text = format!("{} ({}) by {who}: {}: {}", row.action, row.place, answer.to, answer.text());
                assert_eq!(refused, cell == "no", "{} {text}", answer.status);
                assert_ne!(answer.status, 401, "{text}");
                cells += 1;
            }
        }
        let id = world.object(&row.action, &row.place);
        for request in requests(&row.action, &id, &nobody) {
            let answer = Answer::of(request);
            assert_eq!(answer.status, 401, "{} ({}) by nobody: {}", row.action, row.place, answer.to);
        }
    }
    assert!(cells > 60, "the table was not read: {cells} cells");
}
