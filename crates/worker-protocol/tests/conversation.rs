//! The worker's side against a scripted server on a real socket.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use invoke_worker_protocol::client::{Attached, Command, attach};
use invoke_worker_protocol::wire::runner_server::{Runner, RunnerServer};
use invoke_worker_protocol::wire::{
    Answer, Cancel, Failure, FromWorker, Hello, LoadedImage, Payload, Run, ToWorker, Welcome, answer, from_worker,
    to_worker,
};
use invoke_worker_protocol::{CHUNK_BYTES, Inbox, MESSAGE_BYTES, Picture, pack};
use std::path::PathBuf;
use tokio::net::UnixListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tonic::{Request, Response, Status, Streaming};

type Incoming = Streaming<FromWorker>;
type Outgoing = mpsc::Sender<Result<ToWorker, Status>>;

/// Hands each conversation to the test.
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

struct Server {
    _folder: tempfile::TempDir,
    socket: PathBuf,
    conversations: mpsc::Receiver<(Incoming, Outgoing)>,
}

fn serve() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let (sender, conversations) = mpsc::channel(1);
    let service = RunnerServer::new(Scripted(sender)).max_decoding_message_size(MESSAGE_BYTES);
    tokio::spawn(tonic::transport::Server::builder().serve_with_incoming(service, UnixListenerStream::new(listener)));
    Server { _folder: folder, socket, conversations }
}

fn say(body: to_worker::Body) -> Result<ToWorker, Status> {
    Ok(ToWorker { body: Some(body) })
}

async fn next(incoming: &mut Incoming) -> from_worker::Body {
    incoming.message().await.unwrap().unwrap().body.unwrap()
}

async fn begin() -> (Server, Incoming, Outgoing, Attached) {
    let mut server = serve();
    let socket = server.socket.clone();
    let worker = tokio::spawn(async move { attach(&socket, Hello { device: "cpu".into(), ..Hello::default() }).await });
    let (mut incoming, outgoing) = server.conversations.recv().await.unwrap();
    match next(&mut incoming).await {
        from_worker::Body::Hello(hello) => assert_eq!(hello.device, "cpu"),
        other => panic!("{other:?}"),
    }
    outgoing
        .send(say(to_worker::Body::Welcome(Welcome { precision: "float32".into(), ..Welcome::default() })))
        .await
        .unwrap();
    let attached = worker.await.unwrap().unwrap();
    assert_eq!(attached.welcome.precision, "float32");
    (server, incoming, outgoing, attached)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_with_large_session_and_pictures_goes_both_ways() {
    let (_server, mut incoming, outgoing, mut attached) = begin().await;

    let session = "s".repeat(3 * CHUNK_BYTES + 5);
    let (chunks, payload) = pack(1, session.clone().into());
    for chunk in chunks {
        outgoing.send(say(to_worker::Body::Chunk(chunk))).await.unwrap();
    }
    outgoing
        .send(say(to_worker::Body::Run(Run { run: 1, session: Some(payload), owner: "ann".to_owned() })))
        .await
        .unwrap();
    assert_eq!(
        attached.commands.next().await,
        Some(Command::Run { run: 1, session: session.clone(), owner: "ann".to_owned() })
    );

    let run = attached.link.run(1);
    let computing = tokio::task::spawn_blocking(move || {
        let (picture, metadata) = run.load_image("a.png").unwrap();
        run.completed(session);
        (picture, metadata)
    });

    let question = match next(&mut incoming).await {
        from_worker::Body::Ask(ask) => ask.id,
        other => panic!("{other:?}"),
    };
    let pixels: Vec<u8> = (0..700 * 600 * 3).map(|i| (i % 253) as u8).collect();
    let sent = Picture::new("RGB", 700, 600, pixels.into()).unwrap();
    let (chunks, picture) = sent.clone().to_wire(2);
    for chunk in chunks {
        outgoing.send(say(to_worker::Body::Chunk(chunk))).await.unwrap();
    }
    let body = answer::Body::LoadedImage(LoadedImage { picture: Some(picture), metadata: Some("{}".into()) });
    outgoing.send(say(to_worker::Body::Answer(Answer { id: question, body: Some(body) }))).await.unwrap();
    assert_eq!(computing.await.unwrap(), (sent, Some("{}".to_owned())));

    let mut inbox = Inbox::default();
    let output = loop {
        match next(&mut incoming).await {
            from_worker::Body::Chunk(chunk) => inbox.accept(chunk).unwrap(),
            from_worker::Body::NodeCompleted(completed) => break inbox.need(completed.output, "an output").unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(output.len(), 3 * CHUNK_BYTES + 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_reaches_the_node_that_asked() {
    let (_server, mut incoming, outgoing, attached) = begin().await;
    let run = attached.link.run(1);
    let asking = tokio::task::spawn_blocking(move || run.find_model("nope"));
    let id = match next(&mut incoming).await {
        from_worker::Body::Ask(ask) => ask.id,
        other => panic!("{other:?}"),
    };
    let failure = Failure { kind: "UnknownModelException".into(), message: "no".into(), traceback: String::new() };
    let body = Some(answer::Body::Failure(failure.clone()));
    outgoing.send(say(to_worker::Body::Answer(Answer { id, body }))).await.unwrap();
    assert_eq!(asking.await.unwrap().unwrap_err(), failure);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_concerns_one_run_and_a_lost_server_all() {
    let (_server, incoming, outgoing, mut attached) = begin().await;
    let (first, second) = (attached.link.run(1), attached.link.run(2));
    outgoing.send(say(to_worker::Body::Cancel(Cancel { run: 1 }))).await.unwrap();
    let session = Some(Payload::default());
    let (_, empty) = pack(1, bytes::Bytes::new());
    assert_ne!(session, Some(empty.clone()), "an empty payload is not an absent one");
    outgoing.send(say(to_worker::Body::Run(Run { run: 2, session: Some(empty), owner: String::new() }))).await.unwrap();
    assert_eq!(
        attached.commands.next().await,
        Some(Command::Run { run: 2, session: String::new(), owner: String::new() })
    );
    assert!(first.is_cancelled() && !second.is_cancelled());

    let asking = tokio::task::spawn_blocking({
        let second = second.clone();
        move || second.load_image("a.png")
    });
    drop((incoming, outgoing));
    assert_eq!(attached.commands.next().await, None);
    assert!(second.is_cancelled());
    assert_eq!(asking.await.unwrap().unwrap_err().kind, "ConnectionError");
}
