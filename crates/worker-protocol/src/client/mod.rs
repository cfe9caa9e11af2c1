//! The worker's side: [`attach`] dials in and gives the settings, the commands of the server and a [`Link`] to it.
//!
//! Async code owns the stream; the thread that computes holds a [`RunLink`] and calls it as it would call functions.
//! Those calls block, so they must not be made from async code.

mod link;
mod read;

pub use link::{Link, RunLink};
pub use read::{Command, Commands};

use crate::wire::{FromWorker, Hello, Welcome, from_worker, runner_client::RunnerClient, to_worker};
use crate::{MESSAGE_BYTES, ProtocolError};
use std::path::Path;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Endpoint;

/// Messages that may wait for the stream before a sender blocks.
const OUTGOING: usize = 64;

/// A conversation that has begun.
#[derive(Debug)]
pub struct Attached {
    /// The settings.
    pub welcome: Welcome,
    /// Speaks to the server.
    pub link: Link,
    /// What the server wants; ends with the conversation.
    pub commands: Commands,
}

/// Dials in on the server's Unix socket and says `hello`.
pub async fn attach(socket: &Path, hello: Hello) -> Result<Attached, ProtocolError> {
    let shown = socket.display().to_string();
    let connect = |source| ProtocolError::Connect { socket: shown.clone(), source };
    let channel =
        Endpoint::from_shared(format!("unix://{shown}")).map_err(connect)?.connect().await.map_err(connect)?;
    let mut client =
        RunnerClient::new(channel).max_decoding_message_size(MESSAGE_BYTES).max_encoding_message_size(MESSAGE_BYTES);

    let (outgoing, receiver) = mpsc::channel(OUTGOING);
    let first = FromWorker { run: 0, body: Some(from_worker::Body::Hello(hello)) };
    outgoing.send(first).await.map_err(|_| ProtocolError::Lost("it ended before it began".to_owned()))?;
    let refused = |status: tonic::Status| ProtocolError::Refused(status.message().to_owned());
    let mut incoming = client.attach(ReceiverStream::new(receiver)).await.map_err(refused)?.into_inner();
    let welcome = match incoming.message().await.map_err(refused)?.and_then(|message| message.body) {
        Some(to_worker::Body::Welcome(welcome)) => welcome,
        other => return Err(ProtocolError::unexpected("the settings", format!("{other:?}"))),
    };

    let link = Link::new(outgoing);
    let commands = read::spawn(incoming, link.clone());
    Ok(Attached { welcome, link, commands })
}
