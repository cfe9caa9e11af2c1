//! One item on one worker, from its session to its outcome.

use crate::connection::Connection;
use crate::current::Current;
use crate::service::{Desk, Question, Reply, failure};
use invoke_domain::{ItemFailure, ModelKey, QueueItem};
use invoke_events::{Bus, Event, NodeEvent, NodeReport, Preview};
use invoke_queue::Outcome;
use invoke_worker_protocol::wire::{
    Answer, Ask, CacheCommand, CacheStatus, Cancel, ExportedImage, Failure, FoundModels, FromWorker, LoadedImage,
    ModelCacheStats, NodeProgress, Prompts, Run, SeenImages, answer, ask, from_worker, run_finished, to_worker,
};
use invoke_worker_protocol::{Picture, ProtocolError};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

/// How a run ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The worker told, and is idle.
    Finished { session: Option<String>, outcome: Outcome },
    /// The worker did not end a canceled run in time.
    Stubborn,
    /// The conversation with the worker is over.
    Lost(ProtocolError),
}

/// One run under way.
pub(crate) struct Driver<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) number: u64,
    pub(crate) item: Arc<QueueItem>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) bus: &'a Bus,
    pub(crate) current: &'a Current,
    /// What the worker's cache of node results is to do.
    pub(crate) cache_wishes: &'a mut watch::Receiver<CacheCommand>,
    /// What the worker told of it.
    pub(crate) cache_status: Option<CacheStatus>,
    /// What it told of the models in its memory.
    pub(crate) model_cache_stats: Option<ModelCacheStats>,
    pub(crate) cancel_grace: Duration,
    /// Models the run has loaded.
    pub(crate) loaded: Vec<ModelKey>,
    /// The device as clients are told.
    pub(crate) shown_device: Option<String>,
    /// The node that runs: its JSON and its id in the graph that was sent.
    pub(crate) node: Option<(Value, String)>,
    /// Told after the item's own change of state, as the reference does.
    pub(crate) failed_node: Option<NodeEvent>,
}

type Answering = JoinHandle<(u64, Reply)>;

impl Driver<'_> {
    /// Runs the item to its end.
    pub(crate) async fn run(&mut self) -> End {
        match self.conversation().await {
            Ok(end) => end,
            Err(error) => End::Lost(error),
        }
    }

    async fn conversation(&mut self) -> Result<End, ProtocolError> {
        if self.cache_wishes.has_changed().unwrap_or(false) {
            let wish = *self.cache_wishes.borrow_and_update();
            self.connection.send(to_worker::Body::Cache(wish)).await?;
        }
        let session = Some(self.connection.send_payload(self.item.session.clone()).await?);
        self.connection
            .send(to_worker::Body::Run(Run { run: self.number, session, owner: self.item.user_id.0.clone() }))
            .await?;
        let mut deadline: Option<Instant> = None;
        let mut answering: Option<Answering> = None;
        let mut wishes = true;
        loop {
            tokio::select! {
                message = self.connection.next() => {
                    if let Some(end) = self.receive(message?, &mut answering).await? {
                        return Ok(end);
                    }
                }
                () = self.current.canceled(), if deadline.is_none() => {
                    self.connection.send(to_worker::Body::Cancel(Cancel { run: self.number })).await?;
                    deadline = Some(Instant::now() + self.cancel_grace);
                }
                changed = self.cache_wishes.changed(), if wishes => {
                    wishes = changed.is_ok();
                    let wish = *self.cache_wishes.borrow_and_update();
                    self.connection.send(to_worker::Body::Cache(wish)).await?;
                }
                () = at(deadline), if deadline.is_some() => return Ok(End::Stubborn),
                answered = joined(&mut answering), if answering.is_some() => {
                    answering = None;
                    let (id, reply) = answered?;
                    self.reply(id, reply).await?;
                }
            }
        }
    }

    async fn receive(
        &mut self,
        message: FromWorker,
        answering: &mut Option<Answering>,
    ) -> Result<Option<End>, ProtocolError> {
        use from_worker::Body;
        let Some(body) = message.body else {
            return Err(unexpected("a message of this version", "an unknown one"));
        };
        if message.run != self.number {
            return Err(unexpected("a message about the running item", format!("one about run {}", message.run)));
        }
        match body {
            Body::Hello(_) => return Err(unexpected("a report", "a second greeting")),
            Body::Chunk(chunk) => self.connection.inbox.accept(chunk)?,
            Body::NodeStarted(started) => {
                self.node = Some((self.json(started.node, "a node")?, started.source_id));
                let desk = self.desk.clone();
                let may_run = spawn_blocking(move || desk.owner_may_run()).await.unwrap_or(false);
                if may_run {
                    self.tell(NodeReport::Started)?;
                } else {
                    self.current.cancel(self.item.id);
                }
            }
            Body::NodeProgress(progress) => {
                let report = self.progress(progress)?;
                self.tell(report)?;
            }
            Body::NodeCompleted(completed) => {
                let output = self.json(completed.output, "an output")?;
                self.tell(NodeReport::Complete(output))?;
                self.node = None;
            }
            Body::NodeFailed(failed) => {
                let Failure { kind, message, traceback } = failed.failure.unwrap_or_default();
                if let Some(node) = failed.node {
                    self.node = Some((self.json(node.node, "a node")?, node.source_id));
                }
                self.failed_node = Some(self.event(NodeReport::Failed { kind, message, traceback })?);
                self.node = None;
            }
            Body::ModelLoad(load) => {
                let config = self.desk.model_config(&load.key);
                let config = config.ok_or_else(|| unexpected("a model that was asked for", load.key.clone()))?;
                let user_id = self.item.user_id.clone();
                if load.done {
                    self.loaded.push(ModelKey(load.key));
                }
                self.bus.send(Event::ModelLoad { config, submodel: load.submodel, user_id, done: load.done });
            }
            Body::Ask(ask) => {
                if answering.is_some() {
                    return Err(unexpected("one question at a time", "another one"));
                }
                let id = ask.id;
                let question = self.question(ask)?;
                let desk = self.desk.clone();
                *answering = Some(spawn_blocking(move || (id, desk.answer(question))));
            }
            Body::CacheStatus(status) => self.cache_status = Some(status),
            Body::ModelCacheStats(stats) => self.model_cache_stats = Some(stats),
            Body::RunFinished(finished) => {
                let session = self.connection.inbox.take(finished.session)?;
                let session = session.map(|session| String::from_utf8(session.into())).transpose();
                let session = session.map_err(|_| unexpected("a session", "bytes that are not UTF-8"))?;
                let outcome = match finished.outcome {
                    Some(run_finished::Outcome::Completed(_)) => Outcome::Completed,
                    Some(run_finished::Outcome::Canceled(_)) => Outcome::Canceled,
                    Some(run_finished::Outcome::Waiting(waiting)) => Outcome::Waiting { node: waiting.node },
                    Some(run_finished::Outcome::Failed(failure)) => Outcome::Failed(ItemFailure {
                        kind: failure.kind,
                        message: failure.message,
                        traceback: failure.traceback,
                    }),
                    None => return Err(unexpected("an outcome", "nothing")),
                };
                return Ok(Some(End::Finished { session, outcome }));
            }
        }
        Ok(None)
    }

    fn json(
        &mut self,
        payload: Option<invoke_worker_protocol::wire::Payload>,
        what: &'static str,
    ) -> Result<Value, ProtocolError> {
        let data = self.connection.inbox.need(payload, what)?;
        serde_json::from_slice(&data).map_err(|error| unexpected(what, error.to_string()))
    }

    fn progress(&mut self, progress: NodeProgress) -> Result<NodeReport, ProtocolError> {
        let preview = match progress.preview {
            Some(preview) => {
                let jpeg = self.connection.inbox.need(preview.jpeg, "a preview")?.into();
                Some(Preview { width: preview.width, height: preview.height, jpeg })
            }
            None => None,
        };
        let NodeProgress { message, percentage, .. } = progress;
        Ok(NodeReport::Progress { message, percentage, preview, device: self.shown_device.clone() })
    }

    /// An event about the running node.
    fn event(&self, report: NodeReport) -> Result<NodeEvent, ProtocolError> {
        let (node, source_id) =
            self.node.clone().ok_or_else(|| unexpected("a node that begins", "a report of none"))?;
        let item = &self.item;
        Ok(NodeEvent {
            queue_id: item.queue_id.clone(),
            item_id: item.id,
            batch_id: item.batch_id.clone(),
            session_id: item.session_id.clone(),
            origin: item.origin.clone(),
            destination: item.destination.clone(),
            user_id: item.user_id.clone(),
            node,
            source_id,
            report,
        })
    }

    fn tell(&self, report: NodeReport) -> Result<(), ProtocolError> {
        self.bus.send(Event::Node(Box::new(self.event(report)?)));
        Ok(())
    }

    fn question(&mut self, ask: Ask) -> Result<Question, ProtocolError> {
        Ok(match ask.verb {
            Some(ask::Verb::LoadImage(load)) => Question::LoadImage(load.name),
            Some(ask::Verb::FindModel(find)) => Question::FindModel(find.key),
            Some(ask::Verb::SearchModels(search)) => Question::SearchModels(search.name, search.r#type),
            Some(ask::Verb::ReadPrompts(read)) => Question::ReadPrompts(read.path),
            Some(ask::Verb::SeeImages(see)) => Question::SeeImages(see.names),
            Some(ask::Verb::ExportImage(export)) => Question::ExportImage(export),
            Some(ask::Verb::FindPreset(find)) => Question::FindPreset(find.id),
            Some(ask::Verb::StoreImage(mut store)) => {
                let picture = Picture::from_wire(store.picture.take(), &mut self.connection.inbox)?;
                Question::StoreImage(picture, Box::new(store))
            }
            None => return Err(unexpected("a question", "nothing")),
        })
    }

    async fn reply(&mut self, id: u64, reply: Reply) -> Result<(), ProtocolError> {
        let body = match reply {
            Reply::OwnerGone => {
                self.current.cancel(self.item.id);
                answer::Body::Failure(failure("PermissionError", "Queue user is not authorized to run this item"))
            }
            Reply::Failure(failure) => answer::Body::Failure(failure),
            Reply::Stored(stored) => answer::Body::StoredImage(stored),
            Reply::Model(model) => answer::Body::FoundModel(model),
            Reply::Models(configs) => answer::Body::FoundModels(FoundModels { configs }),
            Reply::Prompts(text) => answer::Body::Prompts(Prompts { text }),
            Reply::Seen(all) => answer::Body::SeenImages(SeenImages { all }),
            Reply::Exported => answer::Body::ExportedImage(ExportedImage {}),
            Reply::Preset(preset) => answer::Body::FoundPreset(preset),
            Reply::Image(picture, metadata) => {
                let (chunks, picture) = picture.to_wire(self.connection.next_payload());
                self.connection.send_chunks(chunks).await?;
                answer::Body::LoadedImage(LoadedImage { picture: Some(picture), metadata })
            }
        };
        self.connection.send(to_worker::Body::Answer(Answer { id, body: Some(body) })).await
    }
}

fn unexpected(expected: &'static str, got: impl Into<String>) -> ProtocolError {
    ProtocolError::Unexpected { expected, got: got.into() }
}

async fn at(deadline: Option<Instant>) {
    if let Some(deadline) = deadline {
        sleep_until(deadline).await;
    }
}

async fn joined(answering: &mut Option<Answering>) -> Result<(u64, Reply), ProtocolError> {
    match answering {
        Some(task) => task.await.map_err(|error| ProtocolError::Lost(format!("answering the worker failed: {error}"))),
        None => std::future::pending().await,
    }
}
