//! The socket workers dial in on, and who is let in: only processes of our own user that know a token we gave to a
//! worker we started, and each token once.

use crate::connection::{Connection, OUTGOING};
use crate::error::{RunnerError, StartError};
use invoke_domain::{Random, new_uuid};
use invoke_worker_protocol::wire::runner_server::{Runner, RunnerServer};
use invoke_worker_protocol::wire::{FromWorker, Hello, ToWorker, from_worker};
use invoke_worker_protocol::{MESSAGE_BYTES, TOKEN_BYTES, VERSION};
use parking_lot::Mutex;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::{ReceiverStream, UnixListenerStream};
use tonic::{Request, Response, Status, Streaming};

/// Longest path of a Unix socket, without the zero at its end.
const SOCKET_PATH_BYTES: usize = 107;

const FOLDER_PREFIX: &str = "invokeai-";
const SOCKET_NAME: &str = "worker";

/// Younger folders may belong to a server that is just starting.
const STARTING: Duration = Duration::from_secs(60);

/// Time a new connection has to say who it is.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// The socket in its folder; both are removed when dropped.
#[derive(Debug)]
pub(crate) struct Endpoint {
    folder: PathBuf,
    socket: PathBuf,
    door: Door,
}

impl Endpoint {
    /// Makes a folder that only our user can enter, and a socket in it. Must be called on the runtime that will serve.
    pub(crate) fn open(within: &Path, catalogue_hash: &str, random: &dyn Random) -> Result<Self, RunnerError> {
        let folder = within.join(format!("{FOLDER_PREFIX}{}", &new_uuid(random)[..13]));
        let socket = folder.join(SOCKET_NAME);
        if socket.as_os_str().as_bytes().len() > SOCKET_PATH_BYTES {
            return Err(RunnerError::PathTooLong { path: socket, limit: SOCKET_PATH_BYTES });
        }
        let failed = |source| RunnerError::Socket { path: socket.clone(), source };
        // Fails when it exists: nobody can have prepared it for us.
        fs::DirBuilder::new().mode(0o700).create(&folder).map_err(failed)?;
        sweep(within, &folder);
        let door = Door(Arc::new(Inner { catalogue_hash: catalogue_hash.to_owned(), expected: Mutex::default() }));
        let listener = UnixListener::bind(&socket).map_err(failed)?;
        tokio::spawn(serve(listener, door.clone()));
        Ok(Self { folder, socket, door })
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "the folder of the workers' socket was not removed");
        }
    }
}

/// Removes the folders of servers that were killed: those whose socket nobody listens on. What cannot be removed, such
/// as the folder of another user, stays.
fn sweep(within: &Path, new: &Path) {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let Ok(now) = modified(new) else { return };
    for entry in fs::read_dir(within).into_iter().flatten().flatten() {
        let folder = entry.path();
        if !entry.file_name().to_string_lossy().starts_with(FOLDER_PREFIX) {
            continue;
        }
        let old = modified(&folder).is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > STARTING));
        let dead = || {
            let connected = std::os::unix::net::UnixStream::connect(folder.join(SOCKET_NAME));
            connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        };
        if old && dead() && fs::remove_dir_all(&folder).is_ok() {
            tracing::info!(folder = %folder.display(), "removed the folder of a server that was killed");
        }
    }
}

async fn serve(listener: UnixListener, door: Door) {
    let ours = rustix::process::geteuid().as_raw();
    let incoming = UnixListenerStream::new(listener).filter(move |stream| match stream {
        Ok(stream) => is_of(stream, ours),
        Err(_) => true,
    });
    let service =
        RunnerServer::new(door).max_decoding_message_size(MESSAGE_BYTES).max_encoding_message_size(MESSAGE_BYTES);
    if let Err(error) = tonic::transport::Server::builder().serve_with_incoming(service, incoming).await {
        tracing::error!(%error, "the socket for workers is no longer served");
    }
}

/// Whether the process at the other end is of this user. The folder's rights say the same; this also holds where
/// somebody changed them.
fn is_of(stream: &UnixStream, user: u32) -> bool {
    let peer = stream.peer_cred().map(|peer| peer.uid());
    let ours = matches!(peer, Ok(uid) if uid == user);
    if !ours {
        tracing::warn!(?peer, "a process of another user was refused on the workers' socket");
    }
    ours
}

/// Lets workers in.
#[derive(Debug, Clone)]
pub(crate) struct Door(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    catalogue_hash: String,
    expected: Mutex<Vec<Expected>>,
}

#[derive(Debug)]
struct Expected {
    token: [u8; TOKEN_BYTES],
    device: String,
    arrived: oneshot::Sender<Result<Connection, StartError>>,
}

/// A worker that may come in; dropping it withdraws the token.
#[derive(Debug)]
pub(crate) struct Invitation {
    pub(crate) token: [u8; TOKEN_BYTES],
    pub(crate) arrival: oneshot::Receiver<Result<Connection, StartError>>,
    door: Door,
}

impl Drop for Invitation {
    fn drop(&mut self) {
        self.door.0.expected.lock().retain(|expected| expected.token != self.token);
    }
}

impl Door {
    /// Expects a worker for a device.
    pub(crate) fn invite(&self, device: &str, random: &dyn Random) -> Invitation {
        let mut token = [0; TOKEN_BYTES];
        random.fill(&mut token);
        let (arrived, arrival) = oneshot::channel();
        self.0.expected.lock().push(Expected { token, device: device.to_owned(), arrived });
        Invitation { token, arrival, door: self.clone() }
    }

    /// Whom this token was given to; it is void from then on.
    fn redeem(&self, token: &[u8]) -> Option<Expected> {
        let mut expected = self.0.expected.lock();
        let found = expected.iter().position(|expected| same(&expected.token, token))?;
        Some(expected.swap_remove(found))
    }

    fn check(&self, hello: &Hello, expected: &Expected) -> Result<(), StartError> {
        if hello.version != VERSION {
            return Err(StartError::Version { expected: VERSION, got: hello.version.clone() });
        }
        if hello.catalogue_hash != self.0.catalogue_hash {
            return Err(StartError::Catalogue);
        }
        if hello.device != expected.device {
            return Err(StartError::Device { expected: expected.device.clone(), got: hello.device.clone() });
        }
        Ok(())
    }
}

/// Compares secrets in a time that does not depend on where they differ.
fn same(secret: &[u8], given: &[u8]) -> bool {
    secret.len() == given.len() && secret.iter().zip(given).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[tonic::async_trait]
impl Runner for Door {
    type AttachStream = ReceiverStream<Result<ToWorker, Status>>;

    async fn attach(&self, request: Request<Streaming<FromWorker>>) -> Result<Response<Self::AttachStream>, Status> {
        let mut incoming = request.into_inner();
        let first = timeout(HELLO_TIMEOUT, incoming.message())
            .await
            .map_err(|_| Status::deadline_exceeded("the first message did not come"))??;
        let Some(from_worker::Body::Hello(hello)) = first.and_then(|message| message.body) else {
            return Err(Status::invalid_argument("the first message must be the token"));
        };
        let Some(expected) = self.redeem(&hello.token) else {
            tracing::warn!("a process without a valid token was refused on the workers' socket");
            return Err(Status::unauthenticated("the token is not valid"));
        };
        if let Err(error) = self.check(&hello, &expected) {
            let status = Status::failed_precondition(error.to_string());
            let _ = expected.arrived.send(Err(error));
            return Err(status);
        }
        let (outgoing, receiver) = mpsc::channel(OUTGOING);
        let connection = Connection::new(incoming, outgoing);
        match expected.arrived.send(Ok(connection)) {
            Ok(()) => Ok(Response::new(ReceiverStream::new(receiver))),
            Err(_) => Err(Status::unavailable("nobody waits for this worker any more")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;
    use invoke_worker_protocol::ProtocolError;
    use invoke_worker_protocol::client::attach;
    use std::os::unix::fs::PermissionsExt as _;

    fn hello(token: &[u8]) -> Hello {
        Hello {
            token: token.to_vec().into(),
            version: VERSION.to_owned(),
            catalogue_hash: "hash".to_owned(),
            device: "cpu".to_owned(),
        }
    }

    async fn refusal(endpoint: &Endpoint, hello: Hello) -> String {
        match attach(endpoint.socket(), hello).await {
            Err(ProtocolError::Refused(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn open(within: &Path) -> Endpoint {
        Endpoint::open(within, "hash", &OsRandom).unwrap()
    }

    #[tokio::test]
    async fn the_socket_lies_in_a_private_folder_that_goes_with_it() {
        let within = tempfile::tempdir().unwrap();
        let endpoint = open(within.path());
        let folder = endpoint.folder.clone();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        drop(endpoint);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn folders_of_killed_servers_go_and_those_of_others_stay() {
        let within = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let folder = within.path().join(name);
            fs::create_dir(&folder).unwrap();
            let listener = std::os::unix::net::UnixListener::bind(folder.join(SOCKET_NAME)).unwrap();
            let made = fs::metadata(&folder).unwrap().modified().unwrap();
            fs::File::open(&folder).unwrap().set_modified(made - age).unwrap();
            (folder, listener)
        };
        let (killed, listener) = make("invokeai-killed", 2 * STARTING);
        drop(listener);
        let (starting, listener) = make("invokeai-starting", Duration::ZERO);
        drop(listener);
        let (alive, _alive) = make("invokeai-alive", 2 * STARTING);
        let (other, listener) = make("other", 2 * STARTING);
        drop(listener);
        let _endpoint = open(within.path());
        assert!(!killed.exists());
        assert!(starting.exists() && alive.exists() && other.exists());
    }

    #[tokio::test]
    async fn a_folder_too_deep_for_a_socket_is_told() {
        let within = tempfile::tempdir().unwrap();
        let deep = within.path().join("x".repeat(100));
        let error = Endpoint::open(&deep, "hash", &OsRandom).unwrap_err();
        assert!(error.to_string().contains("at most 107 bytes"), "{error}");
    }

    #[tokio::test]
    async fn a_process_of_another_user_is_turned_away() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let user = rustix::process::geteuid().as_raw();
        assert!(is_of(&ours, user));
        assert!(!is_of(&ours, user + 1));
    }

    #[tokio::test]
    async fn a_token_lets_one_worker_in_once() {
        let within = tempfile::tempdir().unwrap();
        let endpoint = open(within.path());
        assert_eq!(refusal(&endpoint, hello(&[0; TOKEN_BYTES])).await, "the token is not valid");

        let mut invitation = endpoint.door().invite("cpu", &OsRandom);
        let token = invitation.token;
        for wrong in [&token[..31], &[&token[..], &[0]].concat(), &[]] {
            assert_eq!(refusal(&endpoint, hello(wrong)).await, "the token is not valid");
        }
        let socket = endpoint.socket().to_owned();
        let worker = tokio::spawn(async move { attach(&socket, hello(&token)).await });
        let connection = (&mut invitation.arrival).await.unwrap().unwrap();
        assert_eq!(refusal(&endpoint, hello(&token)).await, "the token is not valid");
        drop(connection);
        assert!(worker.await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_withdrawn_token_is_void() {
        let within = tempfile::tempdir().unwrap();
        let endpoint = open(within.path());
        let token = endpoint.door().invite("cpu", &OsRandom).token;
        assert_eq!(refusal(&endpoint, hello(&token)).await, "the token is not valid");
    }

    #[tokio::test]
    async fn a_worker_of_another_build_or_device_is_refused_with_the_reason() {
        let within = tempfile::tempdir().unwrap();
        let endpoint = open(within.path());
        type Change = fn(&mut Hello);
        let changes: [(Change, &str); 3] = [
            (|hello| hello.version = "0.0.0".into(), "it is of version 0.0.0, the server of version"),
            (|hello| hello.catalogue_hash = "other".into(), "its nodes differ from those the server knows"),
            (|hello| hello.device = "cuda:0".into(), "it computes on `cuda:0`, expected `cpu`"),
        ];
        for (change, expected) in changes {
            let mut invitation = endpoint.door().invite("cpu", &OsRandom);
            let mut hello = hello(&invitation.token);
            change(&mut hello);
            let why = refusal(&endpoint, hello).await;
            assert!(why.starts_with(expected), "{why}");
            let error = (&mut invitation.arrival).await.unwrap().unwrap_err();
            assert!(error.is_final());
            assert_eq!(error.to_string(), why);
        }
    }
}
