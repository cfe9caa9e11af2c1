use super::*;
use invoke_domain::{OsRandom, SystemClock};
use invoke_storage::StorageSettings;
use std::sync::Arc;
use tempfile::TempDir;

fn leftovers() -> (TempDir, Leftovers) {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let folders = OwnedFolders {
        outputs_dir: folder.path().join("outputs"),
        workflow_thumbnails_dir: folder.path().join("workflow_thumbnails"),
        style_presets_dir: folder.path().join("style_presets"),
    };
    (folder, Leftovers::new(db, folders))
}

fn file(kind: OwnedKind, name: &str, subfolder: &str) -> OwnedFile {
    OwnedFile { kind, name: name.to_owned(), subfolder: subfolder.to_owned() }
}

#[test]
fn files_lie_where_the_reference_puts_them() {
    let (folder, leftovers) = leftovers();
    let paths = |kind, name, subfolder| -> Vec<String> {
        let paths = leftovers.paths(&file(kind, name, subfolder)).unwrap();
        paths.iter().map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string()).collect()
    };
    assert_eq!(paths(OwnedKind::WorkflowThumbnail, "w", ""), ["workflow_thumbnails/w.webp"]);
    assert_eq!(paths(OwnedKind::StylePresetImage, "s", ""), ["style_presets/images/s.webp"]);
    assert_eq!(
        paths(OwnedKind::Video, "a.mp4", "2026/03"),
        [
            "outputs/videos/2026/03/a.mp4",
            "outputs/videos/thumbnails/2026/03/a.webp",
            "outputs/videos/sidecars/2026/03/a.json"
        ]
    );
    assert_eq!(paths(OwnedKind::Video, "a.mp4", "")[0], "outputs/videos/a.mp4");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let (_folder, leftovers) = leftovers();
    for (name, subfolder) in [("../a", ""), ("", ""), ("a", ".."), ("a", "/etc"), ("a/b", ""), (".a", "")] {
        for kind in [OwnedKind::Video, OwnedKind::WorkflowThumbnail, OwnedKind::StylePresetImage] {
            let refused = leftovers.paths(&file(kind, name, subfolder));
            assert!(matches!(refused, Err(LibraryError::UnsafeName { .. })), "{name:?} {subfolder:?}");
        }
    }
}

#[test]
fn nothing_noted_is_nothing_to_do_even_without_folders() {
    let (_folder, leftovers) = leftovers();
    assert_eq!(leftovers.sweep().unwrap(), 0);
}
