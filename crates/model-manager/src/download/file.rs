//! One file from the network to the disk: parts of it that are there already are kept, what breaks off is taken up again, and
//! it gets its name only when it is whole, checked and synced.

use super::address::shown;
use super::error::DownloadError;
use super::http::{Answer, Ask, Http, broke_off};
use super::names;
use reqwest::StatusCode;
use reqwest::header;
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// What a download is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on.
    Run,
    /// Stop and keep what is there.
    Pause,
    /// Stop; it is not wanted any more.
    Cancel,
}

/// How the download of a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartStatus {
    /// Others come first.
    Waiting,
    /// Under way.
    Running,
    /// It can go on where it stopped.
    Paused,
    /// The file is there.
    Completed,
    /// It was called off.
    Cancelled,
    /// It failed.
    Error,
}

/// A file of an installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Number among all downloads since the server started.
    pub id: i64,
    /// Where it comes from.
    pub url: String,
    /// The file it becomes, or the folder it gets into under the name it has there.
    pub dest: PathBuf,
    /// The file it becomes, once its name is known.
    pub path: Option<PathBuf>,
    /// How it stands.
    pub status: PartStatus,
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes in all; 0 as long as nobody said.
    pub total_bytes: u64,
    /// Class and text of the error.
    pub failure: Option<(String, String)>,
    /// When it began, ISO 8601.
    pub started: Option<String>,
    /// When it ended, ISO 8601.
    pub ended: Option<String>,
    /// What the host says it is.
    pub content_type: Option<String>,
    /// Which version of the file the host sent.
    pub etag: Option<String>,
    /// When the host's file was changed.
    pub last_modified: Option<String>,
    /// Where it came from in the end.
    pub final_url: Option<String>,
    /// Whether going on needs somebody.
    pub resume_required: bool,
    /// Why.
    pub resume_message: Option<String>,
    /// It was begun anew although a part of it had been there.
    pub resume_from_scratch: bool,
    /// Whether `dest` is a folder, and whoever sends the file names it.
    pub(crate) into_folder: bool,
    /// SHA-256 of the content, where the source says so.
    pub(crate) sha256: Option<String>,
}

impl Part {
    /// A file that nobody has asked for yet.
    pub(crate) fn new(id: i64, url: String, dest: PathBuf) -> Self {
        Self {
            id,
            url,
            dest,
            path: None,
            status: PartStatus::Waiting,
            bytes: 0,
            total_bytes: 0,
            failure: None,
            started: None,
            ended: None,
            content_type: None,
            etag: None,
            last_modified: None,
            final_url: None,
            resume_required: false,
            resume_message: None,
            resume_from_scratch: false,
            into_folder: false,
            sha256: None,
        }
    }

    /// Forgets what is there of it.
    pub(crate) fn forget(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(in_progress(path));
        }
        (self.bytes, self.etag, self.last_modified) = (0, None, None);
    }
}

/// Told how a file comes along.
pub(crate) trait Progress: Send + Sync {
    /// Name and size are known, bytes begin to come.
    fn started(&self, part: &Part);
    /// Another hundredth is there.
    fn progress(&self, part: &Part);
}

/// The name of a file that is not whole.
pub(crate) fn in_progress(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".downloading");
    path.with_file_name(name)
}

/// So much has to come between two failures for the second to count as the first.
const GOOD_PIECE: u64 = 1 << 20;
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A body whose length nobody says is taken up to this many bytes.
const LONGEST_UNSAID: u64 = 256 << 30;

/// What an attempt ended with.
enum Got {
    /// The file has its name.
    File,
    /// All bytes are there, to be checked and named.
    Bytes,
}

/// Downloads a file, as often as it takes.
///
/// # Errors
/// When it can not be had, or `order` says to stop.
pub(crate) async fn fetch(
    http: &Http,
    part: &mut Part,
    token: Option<&str>,
    order: &mut watch::Receiver<Order>,
    told: &dyn Progress,
) -> Result<(), DownloadError> {
    let settings = http.settings();
    let mut failures = 0;
    loop {
        let before = part.bytes;
        let attempt = tokio::select! {
            biased;
            stopped = stopped(order) => return Err(stopped),
            attempt = once(http, part, token, told) => attempt,
        };
        // Not broken off: a check that nobody waits for would go on, and name whatever lies there when it is through.
        let done = match attempt {
            Ok(Got::File) => Ok(()),
            Ok(Got::Bytes) => finish(part).await,
            Err(error) => Err(error),
        };
        let Err(error) = done else { return Ok(()) };
        failures = if part.bytes.saturating_sub(before) >= GOOD_PIECE { 1 } else { failures + 1 };
        if !error.may_pass() || failures >= settings.attempts {
            return Err(error);
        }
        let doubled = settings.first_wait.saturating_mul(1 << (failures - 1).min(10));
        let wait = error.retry_after().unwrap_or(doubled).min(LONGEST_WAIT);
        tracing::warn!(url = shown(&part.url), wait = wait.as_secs(), "a download is tried again: {}", error.chain());
        tokio::select! {
            stopped = stopped(order) => return Err(stopped),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Ends when the order is not to go on.
async fn stopped(order: &mut watch::Receiver<Order>) -> DownloadError {
    let stop = order.wait_for(|order| *order != Order::Run).await.map_or(Order::Pause, |order| *order);
    DownloadError::Stopped(stop)
}

/// Downloads a file, or what is missing of it.
async fn once(http: &Http, part: &mut Part, token: Option<&str>, told: &dyn Progress) -> Result<Got, DownloadError> {
    if !part.into_folder {
        part.path = Some(part.dest.clone());
    }
    if part.path.as_ref().is_some_and(|path| path.is_file()) {
        // It got its name when it was whole.
        part.bytes = part.path.as_ref().map_or(0, |path| length(path));
        part.total_bytes = part.bytes;
        told.started(part);
        return Ok(Got::File);
    }
    let had_part = part.bytes > 0;
    part.bytes = part.path.as_ref().map_or(0, |path| length(&in_progress(path)));
    if had_part && part.bytes == 0 {
        part.resume_from_scratch = true;
        part.resume_message = Some("Partial file missing. Restarted download from the beginning.".to_owned());
    }
    let if_range = validator(part).map(str::to_owned);
    let ask = Ask { token, from: part.bytes, if_range: if_range.as_deref() };
    let mut answer = http.get(&part.url, ask).await?;
    part.final_url = Some(answer.url.to_string());
    if part.sha256.is_none() {
        part.sha256.clone_from(&answer.announced);
    }
    let from = match answer.response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE if part.bytes > 0 => return beyond_the_end(&answer, part),
        StatusCode::PARTIAL_CONTENT if part.bytes > 0 => continued(&answer, part)?,
        StatusCode::OK => 0,
        _ => return Err(answer.refusal()),
    };
    if part.bytes > 0 && from == 0 {
        part.resume_from_scratch = true;
        part.resume_message =
            Some("The server does not go on where it stopped. Restarted from the beginning.".to_owned());
    }
    begin(&answer, part, from)?;
    told.started(part);
    body(&mut answer, part, told).await?;
    Ok(Got::Bytes)
}

/// What tells whether the host still has the file of which a part is here. Weak tags do not.
fn validator(part: &Part) -> Option<&str> {
    part.etag.as_deref().filter(|tag| !tag.starts_with("W/")).or(part.last_modified.as_deref())
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

/// The host has nothing behind the part that is here: it is the whole file, or of another one.
fn beyond_the_end(answer: &Answer, part: &mut Part) -> Result<Got, DownloadError> {
    let said = answer.header(header::CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes */")?.parse().ok());
    let expected = said.unwrap_or(part.total_bytes);
    if expected == part.bytes && expected > 0 {
        return Ok(Got::Bytes);
    }
    part.forget();
    Err(DownloadError::Changed(answer.host()))
}

/// Checks that an answer goes on where our part ends, and in the same file.
fn continued(answer: &Answer, part: &mut Part) -> Result<u64, DownloadError> {
    let range = answer.header(header::CONTENT_RANGE).and_then(|range| {
        let (span, total) = range.strip_prefix("bytes ")?.split_once('/')?;
        Some((span.split_once('-')?.0.parse::<u64>().ok()?, total.parse::<u64>().ok()))
    });
    let other_tag =
        |ours: &Option<String>, theirs: Option<&str>| ours.is_some() && theirs.is_some() && ours.as_deref() != theirs;
    let is_other = other_tag(&part.etag, answer.header(header::ETAG));
    match range {
        Some((start, total)) if start == part.bytes && !is_other => {
            let known = part.total_bytes;
            if known > 0 && total.is_some_and(|total| total != known) {
                part.forget();
                return Err(DownloadError::Changed(answer.host()));
            }
            part.total_bytes = total.unwrap_or(known);
            Ok(start)
        }
        _ => {
            part.forget();
            Err(DownloadError::Changed(answer.host()))
        }
    }
}

/// Looks at the header of the answer and makes room.
fn begin(answer: &Answer, part: &mut Part, from: u64) -> Result<(), DownloadError> {
    let text = |name| answer.header(name).map(str::to_owned);
    part.content_type = text(header::CONTENT_TYPE);
    part.etag = text(header::ETAG).or(part.etag.take());
    part.last_modified = text(header::LAST_MODIFIED).or(part.last_modified.take());
    if part.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html")) {
        return Err(DownloadError::WebPage(answer.host()));
    }
    if part.path.is_none() {
        let disposition = text(header::CONTENT_DISPOSITION);
        let name = names::file_name(disposition.as_deref(), &answer.url)
            .or_else(|_| names::file_name(None, &super::address::parse(&part.url)?))?;
        let path = part.dest.join(name);
        // What lies there from an earlier run under this name is not known to be the same file.
        let _ = std::fs::remove_file(in_progress(&path));
        part.path = Some(path);
    }
    part.bytes = from;
    if from == 0 {
        part.total_bytes = answer.response.content_length().unwrap_or(part.total_bytes);
    }
    let Some(path) = &part.path else { return Err(DownloadError::BadAddress) };
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|source| DownloadError::File {
        action: "making",
        path: folder.into(),
        source,
    })?;
    has_room(folder, part.total_bytes.saturating_sub(from))
}

/// Whether so many bytes fit on the file system of `folder`.
pub(crate) fn has_room(folder: &Path, needed: u64) -> Result<(), DownloadError> {
    let Ok(system) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    #[expect(clippy::cast_precision_loss, reason = "told to people with two digits")]
    let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    if free >= needed {
        return Ok(());
    }
    Err(DownloadError::NoSpace { free: gigabytes(free), needed: gigabytes(needed) })
}

/// Writes what comes behind what is there.
async fn body(answer: &mut Answer, part: &mut Part, told: &dyn Progress) -> Result<(), DownloadError> {
    let Some(path) = part.path.as_deref().map(in_progress) else { return Err(DownloadError::BadAddress) };
    let failed = |action| {
        let path = path.clone();
        move |source: io::Error| DownloadError::File { action, path, source }
    };
    let mut file =
        OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(failed("opening"))?;
    // Bytes behind the place where it goes on are of nobody.
    file.set_len(part.bytes).map_err(failed("cutting"))?;
    io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(failed("opening"))?;
    let host = answer.host();
    let limit = if part.total_bytes > 0 { part.total_bytes } else { LONGEST_UNSAID };
    let mut reported = part.bytes;
    let step = if part.total_bytes > 0 { part.total_bytes / 100 } else { GOOD_PIECE };
    loop {
        let piece = answer.response.chunk().await.map_err(|source| broke_off(&host, source))?;
        let Some(piece) = piece else { break };
        let grown = part.bytes + piece.len() as u64;
        if grown > limit {
            return Err(DownloadError::TooLong { host, expected: limit });
        }
        file.write_all(&piece).map_err(failed("writing"))?;
        part.bytes = grown;
        if grown - reported >= step || grown == part.total_bytes {
            reported = grown;
            told.progress(part);
        }
        invoke_storage::stops::reach("DownloadingFile");
    }
    if part.total_bytes > part.bytes {
        return Err(DownloadError::Truncated { host, got: part.bytes, expected: part.total_bytes });
    }
    part.total_bytes = part.bytes;
    Ok(())
}

/// Checks the content, puts it on the disk for good and gives it its name.
async fn finish(part: &mut Part) -> Result<(), DownloadError> {
    let Some(path) = part.path.clone() else { return Err(DownloadError::BadAddress) };
    let expected = part.sha256.clone();
    let checked = tokio::task::spawn_blocking(move || seal(&path, expected.as_deref())).await;
    match checked {
        Ok(Err(error @ DownloadError::Checksum { .. })) => {
            // Going on behind wrong bytes would make them no better.
            part.forget();
            Err(error)
        }
        Ok(done) => done,
        Err(_) => Err(DownloadError::Stopped(Order::Pause)),
    }
}

fn seal(path: &Path, expected: Option<&str>) -> Result<(), DownloadError> {
    let unfinished = in_progress(path);
    let failed = |action| move |source| DownloadError::File { action, path: path.to_owned(), source };
    let file = File::open(&unfinished).map_err(failed("reading"))?;
    if let Some(expected) = expected {
        let got = sha256(&file).map_err(failed("reading"))?;
        if !got.eq_ignore_ascii_case(expected) {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Err(DownloadError::Checksum { file, expected: expected.to_owned(), got });
        }
    }
    file.sync_all().map_err(failed("syncing"))?;
    invoke_storage::stops::reach("BeforeFileIsNamed");
    std::fs::rename(&unfinished, path).map_err(failed("naming"))?;
    crate::files::sync_names(path.parent().unwrap_or(path)).map_err(failed("syncing"))
}

fn sha256(mut file: &File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
