//! What an installation leaves behind for the next start: one small file in its folder, replaced as a whole.
//!
//! Reference: InvokeAI 6.14.2, `model_install_default.py`, `.invokeai_install.json`. Its fields are kept, so that either
//! program goes on with what the other began; ours beside them are passed over there.

use super::jobs::{InstallJob, InstallStatus, Registering};
use super::staging::write_private;
use crate::download::Part;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

const NAME: &str = ".invokeai_install.json";
const VERSION: u64 = 1;
/// A longer one is none of ours.
const LONGEST: u64 = 16 << 20;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Marker {
    pub(super) source: String,
    pub(super) token: Option<String>,
    pub(super) changes: Map<String, Value>,
    pub(super) status: String,
    pub(super) files: Vec<Part>,
    /// Whether every file says where it belongs; the reference's do not.
    pub(super) is_complete: bool,
    /// What the hub said of the repository.
    pub(super) description: Option<String>,
    /// The model, once its files are on their way into the list.
    pub(super) registering: Option<Registering>,
}

/// Writes how a job stands into its folder. Without a folder there is nothing to write.
pub(super) fn write(job: &InstallJob, now: &str) -> std::io::Result<()> {
    let Some(staging) = &job.staging else { return Ok(()) };
    let files: Vec<Value> = job.parts.iter().map(file).collect();
    let registering =
        job.registering.as_ref().map(|model| json!({ "key": model.key, "name": model.name, "file": model.file }));
    let marker = json!({
        "version": VERSION, "source": job.source.text(), "access_token": job.source.token(), "config_in": job.changes,
        "status": job.status.as_str(), "updated_at": now, "files": files, "registering": registering,
        "source_api_response": job.description,
    });
    match write_private(&staging.path().join(NAME), marker.to_string().as_bytes()) {
        // It was called off meanwhile, and its folder is gone.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn file(part: &Part) -> Value {
    json!({
        "url": part.url, "canonical_url": part.url, "etag": part.etag, "last_modified": part.last_modified,
        "expected_total_bytes": part.total_bytes, "final_url": part.final_url, "download_path": part.path,
        "resume_required": part.resume_required, "resume_message": part.resume_message,
        "dest": part.dest, "sha256": part.sha256,
    })
}

/// Reads what an earlier run has left in a folder; `None` where there is nothing that makes sense.
pub(super) fn read(folder: &Path) -> Option<Marker> {
    let path = folder.join(NAME);
    if std::fs::metadata(&path).ok()?.len() > LONGEST {
        return None;
    }
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&path).ok()?).ok()?;
    if written["version"] != VERSION {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let files: Vec<&Value> = written["files"].as_array().into_iter().flatten().collect();
    let read: Vec<Part> = files.iter().filter_map(|file| part(file, folder)).collect();
    let registering = &written["registering"];
    Some(Marker {
        source: text(&written["source"])?,
        token: text(&written["access_token"]),
        changes: written["config_in"].as_object().cloned().unwrap_or_default(),
        status: text(&written["status"]).unwrap_or_else(|| InstallStatus::Waiting.as_str().to_owned()),
        is_complete: !read.is_empty() && read.len() == files.len(),
        files: read,
        description: text(&written["source_api_response"]),
        registering: text(&registering["key"]).map(|key| Registering {
            key,
            name: text(&registering["name"]).unwrap_or_default(),
            file: text(&registering["file"]),
        }),
    })
}

/// A file that belongs into `folder`; what says otherwise was not written by us.
fn part(file: &Value, folder: &Path) -> Option<Part> {
    let inside = |path: &str| {
        let path = PathBuf::from(path);
        let rest = path.strip_prefix(folder).ok()?;
        let plain = rest.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        plain.then_some(path)
    };
    let mut part = Part::new(0, file["url"].as_str()?.to_owned(), inside(file["dest"].as_str()?)?);
    part.into_folder = part.dest == folder;
    part.path = file["download_path"].as_str().and_then(inside);
    let text = |name: &str| file[name].as_str().map(str::to_owned);
    (part.etag, part.last_modified, part.final_url) = (text("etag"), text("last_modified"), text("final_url"));
    (part.sha256, part.resume_message) = (text("sha256"), text("resume_message"));
    part.total_bytes = file["expected_total_bytes"].as_u64().unwrap_or(0);
    part.resume_required = file["resume_required"] == true;
    Some(part)
}
