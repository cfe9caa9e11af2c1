//! The real program against a scripted server: it works, and it never stays behind.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use invoke_domain::OsRandom;
use invoke_graph::{Catalogue, Session, validate};
use invoke_worker_protocol::wire::runner_server::{Runner, RunnerServer};
use invoke_worker_protocol::wire::{
    Answer, FromWorker, LoadedImage, NodeFailed, Run, Stop, StoredImage, ToWorker, Welcome, answer, ask, from_worker,
    run_finished, to_worker,
};
use invoke_worker_protocol::{Inbox, MESSAGE_BYTES, Picture, TOKEN_BYTES, VERSION, pack};
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tonic::{Request, Response, Status, Streaming};

type Incoming = Streaming<FromWorker>;
type Outgoing = mpsc::Sender<Result<ToWorker, Status>>;

struct Scripted(mpsc::Sender<(Incoming, Outgoing)>);

#[tonic::async_trait]
impl Runner for Scripted {
    type AttachStream = ReceiverStream<Result<ToWorker, Status>>;

    async fn attach(&self, request: Request<Incoming>) -> Result<Response<Self::AttachStream>, Status> {
        let (sender, receiver) = mpsc::channel(64);
        self.0.send((request.into_inner(), sender)).await.map_err(|_| Status::unavailable("the test is over"))?;
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

/// A worker that has said hello.
struct Attached {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Incoming,
    outgoing: Outgoing,
    inbox: Inbox,
    stored: Option<Picture>,
    folder: tempfile::TempDir,
}

fn spawn(socket: &std::path::Path, device: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_invokeai-worker"))
        .arg("--socket")
        .arg(socket)
        .args(["--device", device])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn start() -> Attached {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let (sender, mut conversations) = mpsc::channel(1);
    let service = RunnerServer::new(Scripted(sender)).max_decoding_message_size(MESSAGE_BYTES);
    tokio::spawn(tonic::transport::Server::builder().serve_with_incoming(service, UnixListenerStream::new(listener)));
    let mut child = spawn(&socket, "cpu");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{}\n", "a5".repeat(TOKEN_BYTES)).as_bytes()).await.unwrap();
    let (mut incoming, outgoing) = conversations.recv().await.unwrap();
    match incoming.message().await.unwrap().unwrap().body {
        Some(from_worker::Body::Hello(hello)) => {
            assert_eq!(hello.token, vec![0xa5; TOKEN_BYTES]);
            assert_eq!((hello.version.as_str(), hello.device.as_str()), (VERSION, "cpu"));
        }
        other => panic!("{other:?}"),
    }
    let scratch_dir = folder.path().display().to_string();
    let welcome = Welcome { precision: "float32".to_owned(), scratch_dir, ..Welcome::default() };
    let mut attached =
        Attached { child, stdin: Some(stdin), incoming, outgoing, inbox: Inbox::default(), stored: None, folder };
    attached.say(to_worker::Body::Welcome(welcome)).await;
    attached
}

/// What a run told, in order.
#[derive(Debug, Default)]
struct Told {
    nodes: Vec<(&'static str, String, Value)>,
    outcome: Option<run_finished::Outcome>,
    session: Value,
}

impl Attached {
    async fn say(&mut self, body: to_worker::Body) {
        self.outgoing.send(Ok(ToWorker { body: Some(body) })).await.unwrap();
    }

    async fn run(&mut self, number: u64, graph: &Value) -> Told {
        let catalogue = Catalogue::embedded().unwrap();
        let graph = validate(graph, &catalogue, &OsRandom).unwrap();
        let session = Session::new(graph, "session".to_owned(), &OsRandom);
        let (_, session) = pack(1, serde_json::to_string(&session).unwrap().into());
        self.say(to_worker::Body::Run(Run { run: number, session: Some(session), owner: "ann".to_owned() })).await;
        let mut told = Told::default();
        let mut source = String::new();
        loop {
            let message = self.incoming.message().await.unwrap().unwrap();
            assert_eq!(message.run, number);
            match message.body.unwrap() {
                from_worker::Body::Chunk(chunk) => self.inbox.accept(chunk).unwrap(),
                from_worker::Body::NodeStarted(started) => {
                    source = started.source_id;
                    let node = self.inbox.need_text(started.node, "a node").unwrap();
                    told.nodes.push(("started", source.clone(), serde_json::from_str(&node).unwrap()));
                }
                from_worker::Body::NodeProgress(progress) => {
                    told.nodes.push(("progress", source.clone(), json!(progress.message)));
                }
                from_worker::Body::NodeCompleted(completed) => {
                    let output = self.inbox.need_text(completed.output, "an output").unwrap();
                    told.nodes.push(("completed", source.clone(), serde_json::from_str(&output).unwrap()));
                }
                from_worker::Body::NodeFailed(NodeFailed { failure, node }) => {
                    let failure = failure.unwrap();
                    let source = node.map_or(source.clone(), |node| node.source_id);
                    told.nodes.push(("failed", source, json!([failure.kind, failure.message])));
                }
                from_worker::Body::Ask(ask) => {
                    let body = self.answer(ask.verb.unwrap()).await;
                    self.say(to_worker::Body::Answer(Answer { id: ask.id, body: Some(body) })).await;
                }
                from_worker::Body::RunFinished(finished) => {
                    told.outcome = finished.outcome;
                    let session = self.inbox.need_text(finished.session, "a session").unwrap();
                    told.session = serde_json::from_str(&session).unwrap();
                    return told;
                }
                from_worker::Body::CacheStatus(_) | from_worker::Body::ModelCacheStats(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Keeps one picture and gives it back.
    async fn answer(&mut self, verb: ask::Verb) -> answer::Body {
        match verb {
            ask::Verb::StoreImage(store) => {
                let picture = Picture::from_wire(store.picture, &mut self.inbox).unwrap();
                let (width, height) = (picture.width, picture.height);
                self.stored = Some(picture);
                answer::Body::StoredImage(StoredImage { name: "kept.png".to_owned(), width, height })
            }
            ask::Verb::LoadImage(load) => {
                assert_eq!(load.name, "kept.png");
                let (chunks, picture) = self.stored.clone().unwrap().to_wire(2);
                for chunk in chunks {
                    self.say(to_worker::Body::Chunk(chunk)).await;
                }
                answer::Body::LoadedImage(LoadedImage { picture: Some(picture), metadata: None })
            }
            other => panic!("{other:?}"),
        }
    }
}

fn edge(from: [&str; 2], to: [&str; 2]) -> Value {
    json!({
        "source": { "node_id": from[0], "field": from[1] },
        "destination": { "node_id": to[0], "field": to[1] },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn graphs_are_walked_one_after_the_other() {
    let mut worker = start().await;
    let graph = json!({
        "id": "g",
        "nodes": {
            "two": { "id": "two", "type": "integer", "value": 2 },
            "sum": { "id": "sum", "type": "add", "b": 3 },
        },
        "edges": [edge(["two", "value"], ["sum", "a"])],
    });
    for number in 1..3 {
        let told = worker.run(number, &graph).await;
        assert!(matches!(told.outcome, Some(run_finished::Outcome::Completed(_))), "{told:?}");
        let steps: Vec<_> = told.nodes.iter().map(|(what, source, _)| (*what, source.as_str())).collect();
        assert_eq!(steps, [("started", "two"), ("completed", "two"), ("started", "sum"), ("completed", "sum")]);
        assert_eq!((&told.nodes[2].2["a"], &told.nodes[2].2["b"]), (&json!(2), &json!(3)));
        assert_eq!(told.nodes[3].2["value"], 5);
        assert_eq!(told.session["executed_history"], json!(["two", "sum"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_go_to_the_server_and_come_back() {
    let mut worker = start().await;
    let red = json!({ "r": 255, "g": 0, "b": 0, "a": 255 });
    let graph = json!({
        "id": "g",
        "nodes": {
            "red": { "id": "red", "type": "blank_image", "width": 640, "height": 480, "mode": "RGB", "color": red },
            "half": { "id": "half", "type": "img_resize", "width": 320, "height": 240 },
        },
        "edges": [edge(["red", "image"], ["half", "image"])],
    });
    let told = worker.run(1, &graph).await;
    assert!(matches!(told.outcome, Some(run_finished::Outcome::Completed(_))), "{told:?}");
    assert!(told.nodes.contains(&("progress", "half".to_owned(), json!("Saving image"))), "{told:?}");
    let half = worker.stored.unwrap();
    assert_eq!((half.mode.as_str(), half.width, half.height), ("RGB", 320, 240));
    assert!(half.pixels.chunks(3).all(|pixel| pixel == [255, 0, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_fails_fails_its_run_and_not_the_worker() {
    let mut worker = start().await;
    let divide = json!({ "id": "g", "nodes": { "d": { "id": "d", "type": "div", "a": 1, "b": 0 } }, "edges": [] });
    let told = worker.run(1, &divide).await;
    let Some(run_finished::Outcome::Failed(failure)) = &told.outcome else { panic!("{told:?}") };
    assert_eq!(told.nodes[1], ("failed", "d".to_owned(), json!([failure.kind, failure.message])));
    let add = json!({ "id": "g", "nodes": { "a": { "id": "a", "type": "add", "a": 1, "b": 2 } }, "edges": [] });
    let told = worker.run(2, &add).await;
    assert!(matches!(told.outcome, Some(run_finished::Outcome::Completed(_))), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_ends_when_it_is_told_to() {
    let mut worker = start().await;
    worker.say(to_worker::Body::Stop(Stop {})).await;
    assert_eq!(worker.child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_ends_with_its_input_and_with_its_stream() {
    let mut worker = start().await;
    drop(worker.stdin.take());
    assert!(worker.child.wait().await.unwrap().code().is_some());

    let mut worker = start().await;
    let Attached { incoming, outgoing, folder, .. } = &mut worker;
    *outgoing = mpsc::channel(1).0;
    assert!(incoming.message().await.unwrap_or(None).is_none());
    assert!(folder.path().exists());
    assert!(worker.child.wait().await.unwrap().code().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_this_machine_lacks_is_told_before_the_server_is_called() {
    let mut child = spawn(std::path::Path::new("/nowhere"), "cuda:99");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{}\n", "00".repeat(TOKEN_BYTES)).as_bytes()).await.unwrap();
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    assert!(log.contains("device `cuda:99`"), "{log}");
    assert_eq!(child.wait().await.unwrap().code(), Some(1));
}
