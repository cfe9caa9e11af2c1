//! Everything the server says, sorted: commands to the worker's loop, answers to whoever asked.

use super::link::{Answered, Link};
use crate::wire::{Answer, CacheCommand, ToWorker, answer, to_worker::Body};
use crate::{Inbox, Picture, ProtocolError};
use tokio::sync::mpsc;
use tonic::Streaming;

/// What the server wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Execute a session, then report its end.
    Run {
        /// The run's number.
        run: u64,
        /// The execution state, JSON.
        session: String,
        /// Whose it is.
        owner: String,
    },
    /// The caches are to be like this from now on.
    Cache(CacheCommand),
    /// End the process.
    Stop,
}

/// The commands of the server, in order.
#[derive(Debug)]
pub struct Commands(mpsc::UnboundedReceiver<Command>);

impl Commands {
    /// The next command; `None` when the conversation is over.
    pub async fn next(&mut self) -> Option<Command> {
        self.0.recv().await
    }
}

/// Reads until the stream ends. The channel is unbounded because reading must go on during a run (cancel, answers);
/// the server sends one run at a time.
pub(super) fn spawn(mut incoming: Streaming<ToWorker>, link: Link) -> Commands {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut inbox = Inbox::default();
        let reason = loop {
            match incoming.message().await {
                Ok(Some(message)) => {
                    if let Err(error) = sort(message, &mut inbox, &link, &sender) {
                        break error.to_string();
                    }
                }
                Ok(None) => break "the server closed it".to_owned(),
                Err(status) => break status.message().to_owned(),
            }
        };
        tracing::debug!(reason, "the conversation with the server is over");
        link.lost();
    });
    Commands(receiver)
}

fn sort(
    message: ToWorker,
    inbox: &mut Inbox,
    link: &Link,
    commands: &mpsc::UnboundedSender<Command>,
) -> Result<(), ProtocolError> {
    let command = match message.body {
        Some(Body::Chunk(chunk)) => return inbox.accept(chunk),
        Some(Body::Cancel(cancel)) => {
            link.cancel(cancel.run);
            return Ok(());
        }
        Some(Body::Answer(answer)) => {
            link.answered(answer.id, read_answer(answer, inbox)?);
            return Ok(());
        }
        Some(Body::Run(run)) => {
            Command::Run { run: run.run, session: inbox.need_text(run.session, "a session")?, owner: run.owner }
        }
        Some(Body::Cache(command)) => Command::Cache(command),
        Some(Body::Stop(_)) => Command::Stop,
        Some(Body::Welcome(_)) => return Err(ProtocolError::unexpected("a command", "settings for the second time")),
        None => return Err(ProtocolError::unexpected("a message of this version", "an unknown one")),
    };
    // Nobody listens any more when the worker is ending.
    let _ = commands.send(command);
    Ok(())
}

fn read_answer(answer: Answer, inbox: &mut Inbox) -> Result<Answered, ProtocolError> {
    Ok(match answer.body {
        Some(answer::Body::Failure(failure)) => Answered::Failure(failure),
        Some(answer::Body::LoadedImage(image)) => {
            Answered::Image { picture: Picture::from_wire(image.picture, inbox)?, metadata: image.metadata }
        }
        Some(answer::Body::StoredImage(stored)) => Answered::Stored(stored),
        Some(answer::Body::FoundModel(model)) => Answered::Model(model),
        Some(answer::Body::FoundModels(models)) => Answered::Models(models.configs),
        Some(answer::Body::Prompts(prompts)) => Answered::Prompts(prompts.text),
        Some(answer::Body::SeenImages(seen)) => Answered::Seen(seen.all),
        Some(answer::Body::ExportedImage(_)) => Answered::Exported,
        Some(answer::Body::FoundPreset(preset)) => Answered::Preset(preset),
        None => return Err(ProtocolError::unexpected("an answer", "nothing")),
    })
}
