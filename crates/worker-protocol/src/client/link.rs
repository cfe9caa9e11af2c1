//! What the computing thread says to the server.

use crate::wire::{
    Ask, CacheStatus, Canceled, Chunk, Completed, ExportImage, Failure, FindModel, FindPreset, FoundModel, FoundPreset,
    FromWorker, LoadImage, ModelCacheStats, ModelLoad, NodeCompleted, NodeFailed, NodeProgress, NodeStarted, Payload,
    Preview, ReadPrompts, RunFinished, SearchModels, SeeImages, StoreImage, StoredImage, Waiting, ask::Verb,
    from_worker::Body, run_finished::Outcome,
};
use crate::{Picture, pack};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};

/// An answer of the server.
#[derive(Debug)]
pub(super) enum Answered {
    Failure(Failure),
    Image { picture: Picture, metadata: Option<String> },
    Stored(StoredImage),
    Model(FoundModel),
    Models(Vec<String>),
    Prompts(String),
    Seen(bool),
    Exported,
    Preset(FoundPreset),
}

/// Speaks to the server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Link(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    outgoing: mpsc::Sender<FromWorker>,
    /// Ids of questions and payloads, in one row.
    last_id: AtomicU64,
    /// Runs up to this one are canceled.
    canceled: AtomicU64,
    lost: AtomicBool,
    question: Mutex<Option<(u64, oneshot::Sender<Answered>)>>,
}

impl Link {
    pub(super) fn new(outgoing: mpsc::Sender<FromWorker>) -> Self {
        Self(Arc::new(Inner {
            outgoing,
            last_id: AtomicU64::new(0),
            canceled: AtomicU64::new(0),
            lost: AtomicBool::new(false),
            question: Mutex::new(None),
        }))
    }

    /// Speaks about one run.
    pub fn run(&self, run: u64) -> RunLink {
        RunLink { link: self.clone(), run }
    }

    pub(super) fn cancel(&self, run: u64) {
        self.0.canceled.fetch_max(run, Ordering::Relaxed);
    }

    pub(super) fn lost(&self) {
        self.0.lost.store(true, Ordering::Relaxed);
        // Dropping the sender wakes the thread that waits for an answer.
        self.0.question.lock().take();
    }

    pub(super) fn answered(&self, id: u64, answer: Answered) {
        let question = self.0.question.lock().take_if(|(asked, _)| *asked == id);
        if let Some((_, sender)) = question {
            let _ = sender.send(answer);
        }
    }

    fn next_id(&self) -> u64 {
        self.0.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Reports one run to the server and asks in its name. Every call may block; a report to a lost server goes nowhere,
/// since the process is about to end.
#[derive(Debug, Clone)]
pub struct RunLink {
    link: Link,
    run: u64,
}

fn lost() -> Failure {
    Failure {
        kind: "ConnectionError".to_owned(),
        message: "the connection to the server is lost".to_owned(),
        traceback: String::new(),
    }
}

impl RunLink {
    /// Whether the run should end at the next step.
    pub fn is_cancelled(&self) -> bool {
        self.link.0.canceled.load(Ordering::Relaxed) >= self.run || self.link.0.lost.load(Ordering::Relaxed)
    }

    fn send(&self, body: Body) {
        let _ = self.link.0.outgoing.blocking_send(FromWorker { run: self.run, body: Some(body) });
    }

    fn send_chunks(&self, chunks: Vec<Chunk>) {
        for chunk in chunks {
            self.send(Body::Chunk(chunk));
        }
    }

    fn payload(&self, data: impl Into<Bytes>) -> Payload {
        let (chunks, payload) = pack(self.link.next_id(), data.into());
        self.send_chunks(chunks);
        payload
    }

    /// A node begins: the prepared node as JSON, and its id in the graph that was sent.
    pub fn started(&self, node: String, source_id: &str) {
        let node = Some(self.payload(node));
        self.send(Body::NodeStarted(NodeStarted { node, source_id: source_id.to_owned() }));
    }

    /// The running node is under way; a preview is the final size and a JPEG.
    pub fn progress(&self, message: &str, percentage: Option<f64>, preview: Option<(u32, u32, Vec<u8>)>) {
        let preview = preview.map(|(width, height, jpeg)| Preview { width, height, jpeg: Some(self.payload(jpeg)) });
        self.send(Body::NodeProgress(NodeProgress { message: message.to_owned(), percentage, preview }));
    }

    /// The running node ended; its output as JSON.
    pub fn completed(&self, output: String) {
        let output = Some(self.payload(output));
        self.send(Body::NodeCompleted(NodeCompleted { output }));
    }

    /// The running node failed.
    pub fn failed(&self, failure: Failure) {
        self.send(Body::NodeFailed(NodeFailed { failure: Some(failure), node: None }));
    }

    /// A node failed before it began, because its inputs do not fit.
    pub fn failed_before_start(&self, node: String, source_id: &str, failure: Failure) {
        let node = NodeStarted { node: Some(self.payload(node)), source_id: source_id.to_owned() };
        self.send(Body::NodeFailed(NodeFailed { failure: Some(failure), node: Some(node) }));
    }

    /// The running node loads a model it has asked for, or has loaded it.
    pub fn model_load(&self, key: &str, submodel: Option<&str>, done: bool) {
        self.send(Body::ModelLoad(ModelLoad { key: key.to_owned(), submodel: submodel.map(str::to_owned), done }));
    }

    /// The run ended well.
    pub fn finish_completed(&self, session: Option<String>) {
        self.finish(session, Outcome::Completed(Completed {}));
    }

    /// The run ended with an error.
    pub fn finish_failed(&self, session: Option<String>, failure: Failure) {
        self.finish(session, Outcome::Failed(failure));
    }

    /// The run was canceled.
    pub fn finish_canceled(&self, session: Option<String>) {
        self.finish(session, Outcome::Canceled(Canceled {}));
    }

    /// A node calls a saved workflow.
    pub fn finish_waiting(&self, session: Option<String>, node: String) {
        self.finish(session, Outcome::Waiting(Waiting { node }));
    }

    /// How the cache of node results stands; to be told before the end of the run.
    pub fn cache_status(&self, status: CacheStatus) {
        self.send(Body::CacheStatus(status));
    }

    /// What models are in memory; to be told before the end of the run.
    pub fn model_cache_stats(&self, stats: ModelCacheStats) {
        self.send(Body::ModelCacheStats(stats));
    }

    fn finish(&self, session: Option<String>, outcome: Outcome) {
        let session = session.map(|session| self.payload(session));
        self.send(Body::RunFinished(RunFinished { session, outcome: Some(outcome) }));
    }

    /// The pixels of an image, and its metadata as JSON.
    pub fn load_image(&self, name: &str) -> Result<(Picture, Option<String>), Failure> {
        match self.ask(Verb::LoadImage(LoadImage { name: name.to_owned() }))? {
            Answered::Image { picture, metadata } => Ok((picture, metadata)),
            _ => Err(mismatch()),
        }
    }

    /// Keeps a picture; `request` says how, its picture is set from `picture`.
    pub fn store_image(&self, picture: Picture, request: StoreImage) -> Result<StoredImage, Failure> {
        let (chunks, picture) = picture.to_wire(self.link.next_id());
        self.send_chunks(chunks);
        match self.ask(Verb::StoreImage(StoreImage { picture: Some(picture), ..request }))? {
            Answered::Stored(stored) => Ok(stored),
            _ => Err(mismatch()),
        }
    }

    /// Record and path of a model.
    pub fn find_model(&self, key: &str) -> Result<FoundModel, Failure> {
        match self.ask(Verb::FindModel(FindModel { key: key.to_owned() }))? {
            Answered::Model(model) => Ok(model),
            _ => Err(mismatch()),
        }
    }

    /// Records of the models of that name and type, as JSON.
    pub fn search_models(&self, name: &str, kind: &str) -> Result<Vec<String>, Failure> {
        match self.ask(Verb::SearchModels(SearchModels { name: name.to_owned(), r#type: kind.to_owned() }))? {
            Answered::Models(configs) => Ok(configs),
            _ => Err(mismatch()),
        }
    }

    /// A file of the server's folder for prompts.
    pub fn read_prompts(&self, path: &str) -> Result<String, Failure> {
        match self.ask(Verb::ReadPrompts(ReadPrompts { path: path.to_owned() }))? {
            Answered::Prompts(text) => Ok(text),
            _ => Err(mismatch()),
        }
    }

    /// Writes a copy of an image into the server's folder for exports.
    pub fn export_image(&self, export: ExportImage) -> Result<(), Failure> {
        match self.ask(Verb::ExportImage(export))? {
            Answered::Exported => Ok(()),
            _ => Err(mismatch()),
        }
    }

    /// The prompts of a style preset.
    pub fn find_preset(&self, id: &str) -> Result<FoundPreset, Failure> {
        match self.ask(Verb::FindPreset(FindPreset { id: id.to_owned() }))? {
            Answered::Preset(preset) => Ok(preset),
            _ => Err(mismatch()),
        }
    }

    /// Whether all these images are there and the run's owner may see them.
    pub fn see_images(&self, names: Vec<String>) -> Result<bool, Failure> {
        match self.ask(Verb::SeeImages(SeeImages { names }))? {
            Answered::Seen(all) => Ok(all),
            _ => Err(mismatch()),
        }
    }

    fn ask(&self, verb: Verb) -> Result<Answered, Failure> {
        let id = self.link.next_id();
        let (sender, receiver) = oneshot::channel();
        *self.link.0.question.lock() = Some((id, sender));
        if self.link.0.lost.load(Ordering::Relaxed) {
            return Err(lost());
        }
        self.send(Body::Ask(Ask { id, verb: Some(verb) }));
        match receiver.blocking_recv() {
            Ok(Answered::Failure(failure)) => Err(failure),
            Ok(answer) => Ok(answer),
            Err(_) => Err(lost()),
        }
    }
}

fn mismatch() -> Failure {
    Failure {
        kind: "ProtocolError".to_owned(),
        message: "the server answered another question".to_owned(),
        traceback: String::new(),
    }
}
