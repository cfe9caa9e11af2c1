//! `invokeai-web check`: what the next start would change, and what does not fit together; with `--repair`, puts it right.
//!
//! Exit code 0: everything fits (a pending upgrade is no misfit); 3: something was found and is still so; 1: the check failed.

use crate::say;
use anyhow::Context as _;
use clap::Args;
use invoke_config::Settings;
use invoke_domain::{Clock as _, OsRandom, SystemClock};
use invoke_library::{Check as Installation, CheckedFolders, Finding, Repaired};
use invoke_permissions::Actor;
use invoke_storage::{Database, Rehearsal, backup};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Something was found and not put right.
const FOUND: u8 = 3;

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Upgrade what is to be upgraded, then put right what can be, after a backup. Files nobody knows are moved to
    /// `quarantine` below the outputs, never deleted. The server must not run.
    #[arg(long)]
    repair: bool,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let file = settings.database_file().context("`use_memory_db` is set: there is no file to check")?;
        anyhow::ensure!(file.exists(), "there is no database at `{}`", file.display());
        if self.repair {
            backup::release(&file)?;
        }
        let (rehearsal, database) = self.open(settings, &file)?;
        let paths = &settings.paths;
        let folders = CheckedFolders {
            outputs_dir: paths.outputs_dir.clone(),
            models_dir: paths.models_dir.clone(),
            workflow_thumbnails_dir: paths.workflow_thumbnails_dir.clone(),
            style_presets_dir: paths.style_presets_dir.clone(),
        };
        let check = Installation::new(&Actor::operator(), &database, folders)?;
        let mut findings = check.find()?;
        // Before an upgrade the models lie elsewhere than its records will say.
        if !rehearsal.model_moves.is_empty() {
            findings.retain(|finding| finding.kind.key() != "missing_model");
        }
        let mut repaired = None;
        if self.repair && findings.iter().any(|finding| finding.kind.is_repaired()) {
            backup::copy_beside(&file, SystemClock.now())?;
            repaired = Some(check.repair(SystemClock.now(), &TimeZone::system())?);
        }
        let left = if repaired.is_some() { check.find()? } else { findings.clone() };
        if self.json {
            say(&as_json(&rehearsal, &findings, repaired.as_ref(), &left).to_string());
        } else {
            tell(&rehearsal, &findings, repaired.as_ref(), &left);
        }
        Ok(if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
    }

    /// The database to look at: for a repair the real one, upgraded; otherwise as it would be, without changing it.
    fn open(&self, settings: &Settings, file: &Path) -> anyhow::Result<(Rehearsal, Database)> {
        let storage = invoke_server::storage_settings(settings);
        if !self.repair {
            return Ok(Database::rehearse(&storage, Arc::new(SystemClock), &OsRandom)?);
        }
        // A file that is refused is refused here already, with nothing changed.
        drop(Database::rehearse(&storage, Arc::new(SystemClock), &OsRandom)?);
        let database = Database::open(&storage, Arc::new(SystemClock), &OsRandom)
            .with_context(|| format!("cannot open `{}`", file.display()))?;
        Ok((Rehearsal::default(), database))
    }
}

fn as_json(rehearsal: &Rehearsal, findings: &[Finding], repaired: Option<&Repaired>, left: &[Finding]) -> Value {
    let list = |findings: &[Finding]| -> Value {
        findings.iter().map(|finding| json!({ "kind": finding.kind.key(), "what": finding.what })).collect()
    };
    let moves = rehearsal.model_moves.iter().map(|one| json!({ "model": one.key, "from": one.from, "to": one.to }));
    json!({
        "upgrade": {
            "from_migration": rehearsal.older,
            "steps": rehearsal.reference_steps,
            "own_steps": rehearsal.own_steps,
            "model_moves": moves.collect::<Vec<_>>(),
            "unrecognised_models": rehearsal.unrecognised_models,
        },
        "findings": list(findings),
        "repaired": repaired.map(|repaired| json!({
            "rows_forgotten": repaired.rows_forgotten,
            "files_moved": repaired.files_moved,
            "quarantine": repaired.quarantine,
        })),
        "left": list(left),
    })
}

fn tell(rehearsal: &Rehearsal, findings: &[Finding], repaired: Option<&Repaired>, left: &[Finding]) {
    if let Some(version) = rehearsal.older {
        say(&format!("The next start upgrades this database of an older InvokeAI release, at migration {version}:"));
        say(&format!(
            "  {} steps of InvokeAI: {}",
            rehearsal.reference_steps.len(),
            rehearsal.reference_steps.join(", ")
        ));
    }
    if !rehearsal.own_steps.is_empty() {
        say(&format!("The next start adds tables of its own: {}", rehearsal.own_steps.join(", ")));
    }
    for one in &rehearsal.model_moves {
        say(&format!("  moves model files: {} -> {}", one.from, one.to));
    }
    for model in &rehearsal.unrecognised_models {
        say(&format!("  lists as unknown: {model}"));
    }
    for finding in findings {
        say(&format!("{}: {}", finding.kind.key(), finding.what));
    }
    if let Some(repaired) = repaired {
        say(&format!(
            "Repaired: {} rows without files removed, {} files moved to quarantine",
            repaired.rows_forgotten, repaired.files_moved
        ));
        if let Some(folder) = &repaired.quarantine {
            say(&format!("Quarantine: {}", folder.display()));
        }
    }
    say(&match (left.len(), findings.len()) {
        (0, 0) => "Everything fits together.".to_owned(),
        (0, _) => "Everything is put right.".to_owned(),
        (left, _) => format!("Found and not put right: {left}"),
    });
}
