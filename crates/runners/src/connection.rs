//! The stream to one worker, as the server holds it.

use bytes::Bytes;
use invoke_worker_protocol::wire::{Chunk, FromWorker, Payload, ToWorker, to_worker};
use invoke_worker_protocol::{Inbox, ProtocolError, pack};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::{Status, Streaming};

/// Messages that may wait for a worker before the sender waits, too.
pub(crate) const OUTGOING: usize = 32;

/// A reading worker takes messages at once, whatever it computes; one that does not for so long is beyond help.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// A worker that was let in. Dropping it ends the stream, and with it the worker.
#[derive(Debug)]
pub(crate) struct Connection {
    incoming: Streaming<FromWorker>,
    outgoing: mpsc::Sender<Result<ToWorker, Status>>,
    pub(crate) inbox: Inbox,
    last_payload: u64,
}

impl Connection {
    pub(crate) fn new(incoming: Streaming<FromWorker>, outgoing: mpsc::Sender<Result<ToWorker, Status>>) -> Self {
        Self { incoming, outgoing, inbox: Inbox::default(), last_payload: 0 }
    }

    /// The next message; an error when there will be none.
    pub(crate) async fn next(&mut self) -> Result<FromWorker, ProtocolError> {
        match self.incoming.message().await {
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(ProtocolError::Lost("the worker closed it".to_owned())),
            Err(status) => Err(ProtocolError::Lost(status.message().to_owned())),
        }
    }

    pub(crate) async fn send(&self, body: to_worker::Body) -> Result<(), ProtocolError> {
        let message = Ok(ToWorker { body: Some(body) });
        match timeout(SEND_TIMEOUT, self.outgoing.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ProtocolError::Lost("the worker closed it".to_owned())),
            Err(_) => Err(ProtocolError::Lost("the worker does not read".to_owned())),
        }
    }

    pub(crate) async fn send_chunks(&self, chunks: Vec<Chunk>) -> Result<(), ProtocolError> {
        for chunk in chunks {
            self.send(to_worker::Body::Chunk(chunk)).await?;
        }
        Ok(())
    }

    /// Sends the chunks of a payload and returns what names them.
    pub(crate) async fn send_payload(&mut self, data: impl Into<Bytes>) -> Result<Payload, ProtocolError> {
        let (chunks, payload) = pack(self.next_payload(), data.into());
        self.send_chunks(chunks).await?;
        Ok(payload)
    }

    /// An id for a payload that was not used before.
    pub(crate) fn next_payload(&mut self) -> u64 {
        self.last_payload += 1;
        self.last_payload
    }
}
