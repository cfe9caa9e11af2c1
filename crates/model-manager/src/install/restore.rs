//! What earlier runs of the server have left behind: installations go on, leftovers of others are removed. A model is in the
//! list or its files are not in the models folder, whatever the moment at which the server was killed.

use super::jobs::{InstallJob, InstallStatus};
use super::marker::{self, Marker};
use super::source::Source;
use super::staging::Staging;
use crate::download::{Part, PartStatus, in_progress};
use crate::models::{Shared, find, may_install};
use invoke_domain::ModelKey;
use invoke_permissions::Actor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a job that was found needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Download,
    Install,
    Wait,
}

/// Takes up what earlier runs left. Called once, before anything is installed.
pub(crate) fn restore(shared: &Arc<Shared>, engine: &super::Engine) {
    let Ok(grant) = may_install(&Actor::operator()) else { return };
    for staging in Staging::left(&shared.settings.models_dir) {
        let Some(marker) = marker::read(staging.path()) else {
            tracing::info!(folder = %staging.path().display(), "removing what an installation left behind");
            staging.remove();
            continue;
        };
        let status = InstallStatus::of_word(&marker.status);
        if status.is_none_or(InstallStatus::is_last) || is_listed(shared, &marker) {
            staging.remove();
            continue;
        }
        let Some(source) = source(&marker) else {
            tracing::warn!(folder = %staging.path().display(), "an installation names a source that nobody understands");
            continue;
        };
        let Some((job, next)) = taken_up(shared, source, &marker, &staging) else {
            staging.remove();
            continue;
        };
        let (job, is_new) = shared.jobs.add(&grant, job);
        if !is_new {
            // Two runs began the same.
            staging.remove();
            continue;
        }
        tracing::info!(source = crate::download::shown(&job.source.text()), id = job.id, "an installation goes on");
        shared.write_marker(job.id);
        match next {
            Next::Download => engine.download(shared, job.id),
            Next::Install => engine.install(job.id),
            Next::Wait => {}
        }
    }
}

/// Whether the model is in the list: only the folder of its installation was not removed yet.
fn is_listed(shared: &Shared, marker: &Marker) -> bool {
    let Some(model) = &marker.registering else { return false };
    let key = ModelKey::from(model.key.as_str());
    let found = shared.db.read(|tx| find(tx, &Actor::operator(), &key));
    // Another model may have the key that was wanted; its files lie elsewhere.
    matches!(found, Ok(Some(record)) if Path::new(record.path()).starts_with(&model.key))
}

fn source(marker: &Marker) -> Option<Source> {
    match Source::read(&marker.source, false, marker.token.clone()) {
        Ok(source) => Some(source),
        // What was moved away is not there any more.
        Err(_) => {
            let path = PathBuf::from(&marker.source);
            path.is_absolute().then_some(Source::Local { path, inplace: false })
        }
    }
}

/// The job and what it needs next; `None` when there is nothing to go on with.
fn taken_up(shared: &Shared, source: Source, marker: &Marker, staging: &Staging) -> Option<(InstallJob, Next)> {
    let original = match &source {
        Source::Local { path, .. } => path.clone(),
        _ => staging.path().to_owned(),
    };
    let mut job = InstallJob::new(source, original.clone(), marker.changes.clone());
    job.staging = Some(staging.clone());
    job.description.clone_from(&marker.description);
    if let Some(model) = &marker.registering {
        let place = shared.settings.models_dir.join(&model.key);
        let file = model.file.as_deref();
        if staging.taken(file).is_none() && holds(&place, file) && staging.take_back(&place).is_err() {
            return None;
        }
        if let Some(content) = staging.taken(file) {
            (job.path, job.status, job.registering) = (content, InstallStatus::DownloadsDone, Some(model.clone()));
            return Some((job, Next::Install));
        }
    }
    if !job.source.is_remote() {
        return original.exists().then_some((job, Next::Install));
    }
    if marker.is_complete {
        job.parts.clone_from(&marker.files);
        job.parts.iter_mut().for_each(look);
    }
    job.count_bytes();
    let first = job.parts.iter().filter_map(|part| part.path.as_ref()).find_map(|path| staging.first_below(path));
    job.path = first.unwrap_or(job.path);
    let is_whole = job.parts.iter().all(|part| part.status == PartStatus::Completed);
    let was_whole = ["downloads_done", "running"].contains(&marker.status.as_str());
    match staging.content() {
        Some(content) if was_whole && is_whole => {
            (job.path, job.status) = (content, InstallStatus::DownloadsDone);
            Some((job, Next::Install))
        }
        _ if marker.status == InstallStatus::Paused.as_str() => {
            job.status = InstallStatus::Paused;
            Some((job, Next::Wait))
        }
        _ => Some((job, Next::Download)),
    }
}

/// Whether `place` is the folder that an installation had just made.
fn holds(place: &Path, file: Option<&str>) -> bool {
    file.map_or_else(|| place.is_dir(), |file| place.join(file).is_file())
}

/// How much of a file is there.
fn look(part: &mut Part) {
    let Some(path) = part.path.clone().or_else(|| (!part.into_folder).then(|| part.dest.clone())) else { return };
    let length = |path: &Path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|found| found.len());
    if let Some(whole) = length(&path) {
        (part.path, part.status) = (Some(path), PartStatus::Completed);
        (part.bytes, part.total_bytes) = (whole, whole);
    } else if let Some(some) = length(&in_progress(&path)).filter(|some| *some > 0) {
        (part.path, part.status, part.bytes) = (Some(path), PartStatus::Paused, some);
    }
}
