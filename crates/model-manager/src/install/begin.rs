//! Beginning an installation.

use super::jobs::InstallJob;
use super::register::is_plain_name;
use super::source::Source;
use super::staging::Staging;
use crate::models::may_install;
use crate::{ModelError, Models};
use invoke_permissions::{Actor, Grant, Manage, Model};
use serde_json::{Map, Value};

impl Models {
    /// Begins to install a model; the job tells how it goes. `changes` are fields of the record as the caller wants them. A
    /// source that is being installed already gives the job that does it. A repository is asked for its files first.
    ///
    /// # Errors
    /// When the caller may not, or the source can not be had.
    pub fn install(
        &self,
        actor: &Actor,
        source: Source,
        changes: Map<String, Value>,
    ) -> Result<InstallJob, ModelError> {
        self.install_as(&may_install(actor)?, source, changes)
    }

    fn install_as(
        &self,
        grant: &Grant<Model, Manage>,
        source: Source,
        changes: Map<String, Value>,
    ) -> Result<InstallJob, ModelError> {
        if let Some(key) = changes.get("key").and_then(Value::as_str).filter(|key| !is_plain_name(key)) {
            return Err(ModelError::BadKey(key.chars().take(200).collect()));
        }
        if let Source::Local { path, .. } = &source {
            self.check_source(path)?;
            let path = path.clone();
            let (job, is_new) = self.shared.jobs.add(grant, InstallJob::new(source, path, changes));
            if is_new {
                self.engine.install(job.id);
            }
            return Ok(job);
        }
        let planned =
            self.engine.wait(self.shared.plan(grant, &source)).map_err(|source| unmade(&self.shared, source))?;
        let plan = planned?;
        let staging = Staging::make(&self.shared.settings.models_dir, &self.shared.short_id());
        let staging = staging.map_err(|source| unmade(&self.shared, source))?;
        let mut job = InstallJob::new(source, staging.path().to_owned(), changes);
        job.parts = plan.parts(&staging);
        (job.metadata, job.description) = (plan.metadata, plan.description);
        job.count_bytes();
        job.staging = Some(staging.clone());
        let (job, is_new) = self.shared.jobs.add(grant, job);
        if !is_new {
            staging.remove();
            return Ok(job);
        }
        if let Err(error) = self.shared.try_write_marker(job.id) {
            self.shared.jobs.change(job.id, |job| job.status = super::InstallStatus::Cancelled);
            staging.remove();
            return Err(error);
        }
        self.engine.download(&self.shared, job.id);
        // The reference shows the parts of an installation from its first byte on.
        Ok(InstallJob { parts: Vec::new(), ..job })
    }

    /// Begins to install the file or folder `source` of this machine.
    ///
    /// # Errors
    /// When the caller may not, or there is nothing at `source`.
    pub fn install_local(
        &self,
        actor: &Actor,
        source: &str,
        inplace: bool,
        changes: Map<String, Value>,
    ) -> Result<InstallJob, ModelError> {
        let grant = may_install(actor)?;
        match Source::read(source, inplace, None)? {
            local @ Source::Local { .. } => self.install_as(&grant, local, changes),
            _ => Err(ModelError::UnsupportedSource(source.to_owned())),
        }
    }

    /// What a repository of Hugging Face holds.
    ///
    /// # Errors
    /// When the caller may not ask, there is none of this name, or the hub does not answer.
    pub fn hub_repository(&self, actor: &Actor, id: &str) -> Result<crate::hub::Repository, ModelError> {
        let grant = may_install(actor)?;
        let asked = self.shared.repository(&grant, id.split("::").next().unwrap_or(id), None, None);
        self.engine.wait(asked).map_err(|source| unmade(&self.shared, source))?
    }
}

fn unmade(shared: &crate::models::Shared, source: std::io::Error) -> ModelError {
    ModelError::File { action: "preparing an installation in", path: shared.settings.models_dir.clone(), source }
}
