//! The process is killed while it stores and deletes; afterwards every image it reported is there, and nothing else is.

use invoke_domain::{ImageCategory, ImageName, ImageOrigin, OsRandom, SystemClock};
use invoke_imaging::{Mode, Pixels};
use invoke_library::{ImageQuery, ImageSettings, Images, NewImage};
use invoke_permissions::Actor;
use invoke_storage::{Database, StorageSettings};
use std::collections::BTreeSet;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Set in the process that is going to be killed: where it works.
const FOLDER: &str = "INVOKE_LIBRARY_CRASH_FOLDER";

fn open(folder: &Path) -> Result<Images> {
    let clock = Arc::new(SystemClock);
    let db = Database::open(&StorageSettings::file(folder.join("invokeai.db")), clock.clone(), &OsRandom)?;
    Ok(Images::new(db, ImageSettings::new(folder), clock, Arc::new(OsRandom))?)
}

/// Deletes one image and keeps one, for ever, and says so each time.
#[test]
fn the_process_that_is_killed() -> Result<()> {
    let Some(folder) = std::env::var_os(FOLDER) else { return Ok(()) };
    let images = open(Path::new(&folder))?;
    let actor = Actor::system();
    loop {
        let pixels = Pixels::new(Mode::Rgb, 300, 300, vec![120; 300 * 300 * 3])?;
        let image = NewImage::new(pixels, ImageOrigin::Internal, ImageCategory::General);
        let passing = images.store(&actor, image.clone())?;
        images.delete(&actor, &passing.name)?;
        println!("deleted {}", passing.name);
        println!("kept {}", images.store(&actor, image)?.name);
    }
}

#[test]
fn a_killed_process_loses_no_image_and_leaves_no_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (mut kept, mut deleted, mut swept) = (BTreeSet::new(), BTreeSet::new(), 0);
    for reports in 1..=8 {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--exact", "the_process_that_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut seen = 0;
        while seen < reports {
            seen += note(&lines.next().ok_or("the process ended by itself")??, &mut kept, &mut deleted);
        }
        while !is_half_done(folder.path())? {}
        child.kill()?;
        child.wait()?;
        // What it still said before it was killed counts as well; its last line may be cut off.
        for line in lines.map_while(std::io::Result::ok) {
            note(&line, &mut kept, &mut deleted);
        }
        swept += check(folder.path(), &kept, &deleted)?;
    }
    assert!(swept > 0, "no kill came while an image was being stored or deleted");
    Ok(())
}

/// Whether an image has one of its two files: the other is being written or was just removed.
fn is_half_done(folder: &Path) -> Result<bool> {
    let pictures = files(&folder.join("images"))?.len();
    Ok(pictures != files(&folder.join("images/thumbnails"))?.len())
}

fn note(line: &str, kept: &mut BTreeSet<String>, deleted: &mut BTreeSet<String>) -> usize {
    match line.split_once(' ') {
        Some(("kept", name)) if name.ends_with(".png") => usize::from(kept.insert(name.to_owned())),
        Some(("deleted", name)) if name.ends_with(".png") => usize::from(deleted.insert(name.to_owned())),
        _ => 0,
    }
}

/// Sweeps, compares rows and files, and says how many images' files were swept.
fn check(folder: &Path, kept: &BTreeSet<String>, deleted: &BTreeSet<String>) -> Result<usize> {
    let images = open(folder)?;
    let swept = images.sweep_leftovers()?;
    let actor = Actor::system();
    let rows = images.list_names(&actor, &ImageQuery::default())?.names;
    let rows: BTreeSet<String> = rows.into_iter().map(|name| name.0).collect();
    assert!(kept.is_subset(&rows), "lost: {:?}", kept.difference(&rows));
    assert!(deleted.is_disjoint(&rows), "back again: {:?}", deleted.intersection(&rows));
    for name in &rows {
        images.read_pixels(&actor, &ImageName::from(name.as_str()))?;
    }
    let thumbnails = rows.iter().map(|name| name.replace(".png", ".webp")).collect();
    assert_eq!(files(&folder.join("images"))?, rows, "pictures");
    assert_eq!(files(&folder.join("images/thumbnails"))?, thumbnails, "thumbnails");
    Ok(swept)
}

fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}
