//! What people tell an installation that is under way.
//!
//! Reference: InvokeAI 6.14.2, `model_install_default.py`, `cancel_job`, `pause_job`, `resume_job`, `restart_failed`,
//! `restart_file`, `prune_jobs`.

use super::jobs::{Control, InstallJob, InstallStatus};
use crate::download::{Order, Part, PartStatus};
use crate::models::may_install;
use crate::{ModelError, Models};
use invoke_events::Event;
use invoke_permissions::Actor;
use std::sync::Arc;

impl Models {
    /// Installations since the server started, and those that an earlier run left.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub fn jobs(&self, actor: &Actor) -> Result<Vec<InstallJob>, ModelError> {
        Ok(self.shared.jobs.all(&may_install(actor)?))
    }

    /// One installation.
    ///
    /// # Errors
    /// When the caller may not see it, or there is none of this number.
    pub fn job(&self, actor: &Actor, id: i64) -> Result<InstallJob, ModelError> {
        self.shared.jobs.get(&may_install(actor)?, id)
    }

    /// Calls an installation off and removes what was downloaded. One that is being registered, that has moved somebody's own file
    /// or that has succeeded goes its way.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn cancel_job(&self, actor: &Actor, id: i64) -> Result<(), ModelError> {
        use InstallStatus::{Completed, Running};
        let (_, control) = self.told(actor, id)?;
        let changed = self.shared.jobs.change(id, |job| {
            let was = job.status;
            if !matches!(was, Running | Completed) && !holds_original(job) {
                job.status = InstallStatus::Cancelled;
            }
            was
        });
        let Some((job, was)) = changed.filter(|(job, _)| job.status == InstallStatus::Cancelled) else { return Ok(()) };
        control.order.send_replace(Order::Cancel);
        if let Some(staging) = job.staging {
            self.shared.write_marker(id);
            let turn = Arc::clone(&control.turn);
            self.engine.spawn(async move {
                let _turn = turn.lock_owned().await;
                staging.remove();
            });
        }
        if !was.is_last() {
            self.shared.bus.send(Event::InstallCancelled { job: id, source: job.source.to_json() });
        }
        Ok(())
    }

    /// Lets an installation stand still; what was downloaded is kept.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn pause_job(&self, actor: &Actor, id: i64) -> Result<InstallJob, ModelError> {
        let (_, control) = self.told(actor, id)?;
        let changed = self.shared.jobs.change(id, |job| {
            let stands = matches!(job.status, InstallStatus::Waiting | InstallStatus::Downloading);
            if stands {
                job.status = InstallStatus::Paused;
            }
            stands
        });
        if matches!(changed, Some((_, true))) {
            control.order.send_replace(Order::Pause);
            self.shared.write_marker(id);
        }
        self.job(actor, id)
    }

    /// Lets an installation that stands still go on.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn resume_job(&self, actor: &Actor, id: i64) -> Result<InstallJob, ModelError> {
        self.told(actor, id)?;
        let goes_on = self.shared.jobs.change(id, |job| {
            let paused = job.status == InstallStatus::Paused;
            if paused {
                wait(job);
            }
            paused
        });
        if matches!(goes_on, Some((_, true))) {
            self.go_on(id);
        }
        self.job(actor, id)
    }

    /// Downloads once more what failed or can not go on where it stopped.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn restart_failed(&self, actor: &Actor, id: i64) -> Result<InstallJob, ModelError> {
        self.restart(actor, id, |part| part.resume_required || part.status == PartStatus::Error)
    }

    /// Downloads one file of an installation once more, from its first byte on.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this number.
    pub fn restart_file(&self, actor: &Actor, id: i64, url: &str) -> Result<InstallJob, ModelError> {
        self.restart(actor, id, |part| part.url == url)
    }

    fn restart(&self, actor: &Actor, id: i64, which: impl Fn(&Part) -> bool) -> Result<InstallJob, ModelError> {
        let (job, control) = self.told(actor, id)?;
        let may = |job: &InstallJob| {
            use InstallStatus::{Downloading, Error, Paused, Waiting};
            matches!(job.status, Downloading | Error | Paused | Waiting) && job.parts.iter().any(&which)
        };
        if !may(&job) {
            return Ok(job);
        }
        control.order.send_replace(Order::Pause);
        // Files are taken from under nobody: those who write them let go first.
        let turn = self.engine.wait(Arc::clone(&control.turn).lock_owned());
        let turn =
            turn.map_err(|source| ModelError::File { action: "stopping downloads into", path: job.path, source })?;
        let goes_on = self.shared.jobs.change(id, |job| {
            let again = may(job) && job.staging.as_ref().is_some_and(|staging| staging.make_again().is_ok());
            if again {
                for part in job.parts.iter_mut().filter(|part| which(part)) {
                    part.forget();
                    if let Some(path) = &part.path {
                        let _ = std::fs::remove_file(path);
                    }
                    (part.status, part.resume_required, part.resume_message) = (PartStatus::Waiting, false, None);
                }
                job.failure = None;
                wait(job);
            }
            again
        });
        drop(turn);
        if matches!(goes_on, Some((_, true))) {
            self.go_on(id);
        }
        self.job(actor, id)
    }

    /// Forgets installations that have ended.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn prune_jobs(&self, actor: &Actor) -> Result<(), ModelError> {
        let ended = self.shared.jobs.prune(&may_install(actor)?);
        let gone = ended.into_iter().filter(|job| !holds_original(job)).filter_map(|job| job.staging);
        gone.for_each(|staging| staging.remove());
        Ok(())
    }

    fn told(&self, actor: &Actor, id: i64) -> Result<(InstallJob, Control), ModelError> {
        self.shared.jobs.get(&may_install(actor)?, id)?;
        self.shared.jobs.find(id).ok_or(ModelError::NoSuchJob(id))
    }

    /// A job that waits gets its turn.
    fn go_on(&self, id: i64) {
        let Some((job, control)) = self.shared.jobs.find(id) else { return };
        control.order.send_replace(Order::Run);
        self.shared.write_marker(id);
        if job.source.is_remote() {
            self.engine.download(&self.shared, id);
        } else {
            self.engine.install(id);
        }
    }
}

/// Whether its folder has somebody's own file or folder, moved there: the only copy. The next start takes it up again.
fn holds_original(job: &InstallJob) -> bool {
    !job.source.is_remote() && job.registering.is_some() && job.staging.is_some()
}

/// Puts a job back among those that wait.
fn wait(job: &mut InstallJob) {
    job.status = InstallStatus::Waiting;
    for part in &mut job.parts {
        part.resume_required = false;
    }
}
