//! The official JavaScript client of socket.io, from `web/node_modules`, against our server: it connects by either transport,
//! is refused where it must be, and hears what the reference's pages hear.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::{TestServer, graphs};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A client in a process of its own.
struct Official {
    child: Child,
    _stdin: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Official {
    fn start(server: &TestServer, token: &str, transport: &str) -> Self {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
        let packages = web.join("node_modules/socket.io-client");
        assert!(packages.exists(), "{} is missing: run `npm ci` in web first", packages.display());
        let mut command = Command::new("node");
        command.args(["scripts/listen.mjs", &server.url(), token, transport]).current_dir(web);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, _stdin: stdin, lines: BufReader::new(stdout) }
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("the client ended: `{line}`"))
    }

    /// Everything up to the item's end.
    fn until_item_ends(&mut self, item: i64) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let event = self.next();
            let status = event["data"]["status"].as_str().unwrap_or_default();
            let last = event["data"]["item_id"] == item && ["completed", "failed", "canceled"].contains(&status);
            heard.push(event);
            if last {
                return heard;
            }
        }
    }
}

impl Drop for Official {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Names, with the state or node they are about.
fn outline(heard: &[Value]) -> Vec<String> {
    let about = |event: &Value| {
        let data = &event["data"];
        let about = data["status"].as_str().or(data["invocation_source_id"].as_str()).unwrap_or_default();
        format!("{} {about}", event["name"].as_str().unwrap()).trim_end().to_owned()
    };
    heard.iter().map(about).collect()
}

#[test]
fn the_official_client_hears_the_recorded_sequence_over_either_transport() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    for transport in ["polling", "websocket"] {
        let mut owner = Official::start(&server, alice.token(), transport);
        let mut stranger = Official::start(&server, bob.token(), transport);
        for client in [&mut owner, &mut stranger] {
            assert_eq!(client.next(), json!({ "name": "listening", "data": { "transport": transport } }));
        }
        let item = alice.enqueue(&graphs::addition());
        // As recorded of InvokeAI 6.14.2 for an item of two nodes: what its owner hears, and what others in the queue do.
        assert_eq!(
            outline(&owner.until_item_ends(item)),
            [
                "batch_enqueued",
                "queue_item_status_changed in_progress",
                "invocation_started a",
                "invocation_complete a",
                "invocation_started b",
                "invocation_complete b",
                "queue_item_status_changed completed",
            ]
        );
        let companions = stranger.until_item_ends(item);
        assert_eq!(
            outline(&companions),
            ["batch_enqueued", "queue_item_status_changed in_progress", "queue_item_status_changed completed"]
        );
        assert!(companions.iter().all(|event| event["data"]["user_id"] == "redacted"), "{companions:?}");
    }
}

#[test]
fn the_official_client_is_told_that_it_is_not_let_in() {
    let server = TestServer::start();
    for transport in ["polling", "websocket"] {
        let mut client = Official::start(&server, "nonsense", transport);
        let refused = json!({ "name": "refused", "data": { "message": "Connection rejected by server" } });
        assert_eq!(client.next(), refused, "{transport}");
    }
}

#[test]
fn the_official_client_learns_that_the_server_ended_its_session() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let mut client = Official::start(&server, alice.token(), "websocket");
    client.next();
    alice.post("/api/v1/auth/logout", &json!({})).ok();
    assert_eq!(client.next(), json!({ "name": "disconnected", "data": { "reason": "io server disconnect" } }));
}
