//! The folder of models, as far as an upgrade touches it: how large models are, and moving each into a folder of its own
//! (`<key>/…`), as releases since 6.9 have it.
//!
//! The upgrade only plans: new paths and the list `model_moves` are committed together, and the files are renamed
//! afterwards. A model whose files cannot be moved gets its old path back and goes on working from there. Nothing outside the models
//! folder is touched, and no symbolic link is followed or moved.

use super::records::{all, text};
use super::{Failure, Upgrade};
use crate::{Database, StorageError};
use rusqlite::Connection;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders of the program itself, kept also when they are empty.
const KEPT: [&str; 2] = ["model_images", ".download_cache"];

/// A model's file or folder on its way to another place, both relative to the folder of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMove {
    /// The model's key.
    pub key: String,
    /// Where it was.
    pub from: String,
    /// Where it belongs.
    pub to: String,
}

/// Step 19: writes into every record how many bytes the model has on disk.
pub(super) fn fill_sizes(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let mut update =
        upgrade.connection.prepare("UPDATE models SET config = json_set(config, '$.file_size', ?2) WHERE id = ?1")?;
    for (id, record) in all(upgrade)? {
        let path = text(&record, "path");
        let known = upgrade.models_dir.join(path);
        let moved = || moved_before(upgrade.models_dir, key(&record, &id), path);
        let place = if known.exists() { Some(known) } else { moved().map(|path| upgrade.models_dir.join(path)) };
        let size = place.map_or(0, |place| size_of(&place));
        update.execute((&id, i64::try_from(size)?))?;
    }
    Ok(())
}

fn key<'a>(record: &'a serde_json::Map<String, serde_json::Value>, id: &'a str) -> &'a str {
    match text(record, "key") {
        "" => id,
        key => key,
    }
}

/// Bytes of a file, or of everything in a folder, its folders included, as the reference counts.
fn size_of(path: &Path) -> u64 {
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    if path.is_file() {
        return length(path);
    }
    let (mut sum, mut folders) = (0, vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            sum += length(&entry.path());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    sum
}

/// Step 24: gives models their new paths and notes the moves.
pub(super) fn plan_moves(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let mut update = upgrade
        .connection
        .prepare("UPDATE OR IGNORE models SET config = json_set(config, '$.path', ?2) WHERE id = ?1")?;
    let mut moves = Vec::new();
    for (id, record) in all(upgrade)? {
        let (key, stored) = (key(&record, &id), text(&record, "path"));
        let Some(plan) = plan(upgrade.models_dir, key, stored) else {
            tracing::info!(model = text(&record, "name"), path = stored, "the model stays where it is");
            continue;
        };
        // Not updated when another model has that path already.
        let updated = plan.path != stored && update.execute((&id, &plan.path))? == 1;
        if let (true, Some(from)) = (updated, plan.from) {
            moves.push(ModelMove { key: id, from, to: plan.path });
        }
    }
    drop(update);
    upgrade.report.moves = moves;
    Ok(())
}

struct Plan {
    /// The new path.
    path: String,
    /// Where the files are, when they are not there already.
    from: Option<String>,
}

/// Where a model belongs, `None` when it stays as it is.
fn plan(models_dir: &Path, key: &str, stored: &str) -> Option<Plan> {
    let relative = relative_path(models_dir, stored)?;
    let place = models_dir.join(&relative);
    let from = relative.to_str()?.to_owned();
    if !place.exists() {
        return Some(Plan { path: moved_before(models_dir, key, &from)?, from: None });
    }
    if relative.components().next() == Some(Component::Normal(key.as_ref())) {
        return Some(Plan { path: from, from: None });
    }
    let kind = fs::symlink_metadata(&place).ok()?.file_type();
    if !is_plain_name(key) || kind.is_symlink() {
        return None;
    }
    let path = if kind.is_file() { format!("{key}/{}", place.file_name()?.to_str()?) } else { key.to_owned() };
    (!models_dir.join(&path).exists()).then_some(Plan { path, from: Some(from) })
}

/// The path below the folder of models, `None` for one that leads out of it or nowhere.
fn relative_path(models_dir: &Path, stored: &str) -> Option<PathBuf> {
    let stored = Path::new(stored);
    let relative = if stored.is_absolute() {
        let (stored, folder) = (fs::canonicalize(stored).ok()?, fs::canonicalize(models_dir).ok()?);
        stored.strip_prefix(folder).ok()?.to_owned()
    } else {
        stored.components().filter(|part| *part != Component::CurDir).collect()
    };
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    (inside && relative.components().next().is_some()).then_some(relative)
}

/// The place in the model's own folder, when the files are there already: the database is older than the files, as after
/// restoring a backup made before an upgrade.
fn moved_before(models_dir: &Path, key: &str, stored: &str) -> Option<String> {
    let name = Path::new(stored).file_name()?.to_str()?;
    let folder = models_dir.join(key);
    if !is_plain_name(key) || !folder.is_dir() {
        return None;
    }
    if folder.join(name).is_file() {
        return Some(format!("{key}/{name}"));
    }
    let holds_something = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    (Path::new(stored).extension().is_none() && holds_something).then(|| key.to_owned())
}

/// Whether `name` names something in the folder it is joined to, on every system.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['/', '\\', ':'])
        && !name.contains(char::is_control)
        && !name.ends_with(['.', ' '])
        && name.len() <= 255
}

/// Notes the moves in the transaction that gave the models their new paths.
pub(crate) fn note_moves(connection: &Connection, moves: &[ModelMove]) -> Result<(), rusqlite::Error> {
    let sql = "INSERT OR REPLACE INTO model_moves (model_key, old_path, new_path) VALUES (?1, ?2, ?3)";
    let mut insert = connection.prepare(sql)?;
    moves.iter().try_for_each(|one| insert.execute((&one.key, &one.from, &one.to)).map(drop))
}

/// Moves the files that an upgrade noted, also one that was killed meanwhile; then removes folders that became empty.
pub(crate) fn finish_moves(database: &Database, models_dir: &Path) -> Result<(), StorageError> {
    let moves: Vec<ModelMove> = database.read(|tx| {
        let mut noted = tx.sql().prepare("SELECT model_key, old_path, new_path FROM model_moves ORDER BY rowid")?;
        let rows = noted.query_map([], |row| Ok(ModelMove { key: row.get(0)?, from: row.get(1)?, to: row.get(2)? }))?;
        Ok::<_, StorageError>(rows.collect::<Result<_, _>>()?)
    })?;
    let count = moves.len();
    for (number, one) in (1..).zip(&moves) {
        let moved = move_files(&models_dir.join(&one.from), &models_dir.join(&one.to));
        match &moved {
            Ok(()) => tracing::info!(from = one.from, to = one.to, "moved model files, {number} of {count}"),
            Err(error) => tracing::warn!(from = one.from, "model files stay where they are: {error}"),
        }
        database.write(|tx| {
            if moved.is_err() {
                let sql = "UPDATE models SET config = json_set(config, '$.path', ?2) WHERE id = ?1 AND path = ?3";
                tx.sql().execute(sql, (&one.key, &one.from, &one.to))?;
            }
            tx.sql().execute("DELETE FROM model_moves WHERE model_key = ?1", [&one.key])?;
            Ok::<_, StorageError>(())
        })?;
    }
    if count > 0 {
        remove_empty_folders(models_dir);
    }
    Ok(())
}

fn move_files(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        // Done before the program ended, or something else lies there.
        return if from.exists() { Err(std::io::Error::other("the new place is taken")) } else { Ok(()) };
    }
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent)?;
    fs::rename(from, to)?;
    fs::File::open(parent)?.sync_all()
}

fn remove_empty_folders(models_dir: &Path) {
    let (mut folders, mut next) = (Vec::new(), 0);
    folders.push(models_dir.to_owned());
    while next < folders.len() {
        for entry in fs::read_dir(&folders[next]).into_iter().flatten().flatten() {
            let kept = next == 0 && KEPT.iter().any(|kept| entry.file_name() == *kept);
            if !kept && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
        next += 1;
    }
    // The deepest first. What is not empty is not removed.
    for folder in folders[1..].iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}
