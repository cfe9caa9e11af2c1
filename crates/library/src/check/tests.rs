use super::*;
use crate::images::ImageSettings;
use crate::{Images, NewImage, NewPreset, Presets};
use invoke_domain::{ImageCategory, ImageOrigin, OsRandom, SystemClock};
use invoke_imaging::{Mode, Pixels};
use invoke_storage::StorageSettings;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

struct Place {
    root: TempDir,
    db: Database,
    images: Images,
}

impl Place {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        let db =
            Database::open(&StorageSettings::file(root.path().join("a.db")), Arc::new(SystemClock), &OsRandom).unwrap();
        let images =
            Images::new(db.clone(), ImageSettings::new(root.path()), Arc::new(SystemClock), Arc::new(OsRandom))
                .unwrap();
        Self { root, db, images }
    }

    fn store(&self) -> ImageName {
        let pixels = Pixels::new(Mode::Rgb, 2, 2, vec![9; 12]).unwrap();
        let image = NewImage::new(pixels, ImageOrigin::Internal, ImageCategory::General);
        self.images.store(&Actor::system(), image).unwrap().name
    }

    fn file(&self, name: &str) -> PathBuf {
        self.root.path().join("images").join(name)
    }

    fn check<T>(&self, work: impl FnOnce(&Check<'_>) -> T) -> T {
        let at = |name: &str| self.root.path().join(name);
        let folders = CheckedFolders {
            outputs_dir: self.root.path().to_owned(),
            models_dir: at("models"),
            workflow_thumbnails_dir: at("workflow_thumbnails"),
            style_presets_dir: at("style_presets"),
        };
        work(&Check::new(&Actor::operator(), &self.db, folders).unwrap())
    }

    fn kinds(&self) -> Vec<FindingKind> {
        self.check(|check| check.find().unwrap().into_iter().map(|finding| finding.kind).collect())
    }

    fn repair(&self) -> Result<Repaired, LibraryError> {
        self.check(|check| check.repair("2026-03-01T12:00:00Z".parse().unwrap(), &TimeZone::UTC))
    }
}

#[test]
fn nothing_is_found_where_everything_fits() {
    let place = Place::new();
    place.store();
    assert_eq!(place.kinds(), []);
    assert_eq!(place.repair().unwrap(), Repaired::default());
}

#[test]
fn files_nobody_knows_go_to_quarantine_and_keep_their_content() {
    let place = Place::new();
    let known = place.store();
    fs::create_dir_all(place.file("2026/03")).unwrap();
    fs::write(place.file("2026/03/stray.png"), "stray").unwrap();
    fs::write(place.file("thumbnails/stray.webp"), "small").unwrap();
    fs::write(place.file(".half.png.part"), "half").unwrap();
    // The right name in the wrong folder is no image's file either.
    fs::copy(place.file(known.as_str()), place.file("2026/03").join(known.as_str())).unwrap();
    assert_eq!(place.kinds(), [FindingKind::UnknownFile; 4]);
    let repaired = place.repair().unwrap();
    assert_eq!((repaired.files_moved, repaired.rows_forgotten), (4, 0));
    let quarantine = repaired.quarantine.unwrap();
    assert_eq!(quarantine, place.root.path().join("quarantine/20260301-120000"));
    assert_eq!(fs::read(quarantine.join("images/2026/03/stray.png")).unwrap(), b"stray");
    assert_eq!(fs::read(quarantine.join("images/thumbnails/stray.webp")).unwrap(), b"small");
    assert!(place.file(known.as_str()).is_file());
    assert_eq!(place.kinds(), []);
}

#[test]
fn rows_without_files_are_forgotten_and_missing_thumbnails_are_only_reported() {
    let place = Place::new();
    let (gone, small, whole) = (place.store(), place.store(), place.store());
    fs::remove_file(place.file(gone.as_str())).unwrap();
    fs::remove_file(place.file("thumbnails").join(small.as_str()).with_extension("webp")).unwrap();
    let kinds: BTreeSet<&str> = place.kinds().into_iter().map(FindingKind::key).collect();
    // The thumbnail of the row that is to go is still one of a row.
    assert_eq!(kinds, BTreeSet::from(["missing_image", "missing_thumbnail"]));
    assert_eq!(place.repair().unwrap().rows_forgotten, 1);
    assert!(place.images.get(&Actor::system(), &gone).is_err());
    for kept in [small, whole] {
        place.images.get(&Actor::system(), &kept).unwrap();
    }
}

#[test]
fn a_disk_that_is_not_there_costs_nobody_a_row() {
    let place = Place::new();
    let names: Vec<ImageName> = (0..=FEW).map(|_| place.store()).collect();
    fs::rename(place.file(""), place.root.path().join("elsewhere")).unwrap();
    let refused = place.repair().unwrap_err();
    assert!(matches!(refused, LibraryError::TooMuchMissing { missing: 11, all: 11, .. }), "{refused}");
    place.images.get(&Actor::system(), &names[0]).unwrap();
}

#[test]
fn pictures_of_what_is_gone_go_to_quarantine_and_those_of_what_is_there_stay() {
    let place = Place::new();
    let folder = place.root.path().join("style_presets/images");
    let presets = Presets::new(place.db.clone(), folder.clone(), Arc::new(OsRandom)).unwrap();
    let new = NewPreset {
        name: "s".to_owned(),
        positive_prompt: String::new(),
        negative_prompt: String::new(),
        is_default: false,
        is_public: false,
    };
    let png = invoke_imaging::png::encode(&Pixels::new(Mode::L, 2, 2, vec![9; 4]).unwrap(), 1, &[]).unwrap();
    let kept = presets.create(&Actor::system(), new, Some(&png)).unwrap().preset.id;
    assert_eq!(place.kinds(), []);
    let strays =
        ["style_presets/images/gone.webp", "style_presets/images/.half.webp.part", "workflow_thumbnails/gone.webp"];
    let strays = [&strays[..], &["models/model_images/gone.webp", "workflow_thumbnails/note.txt"]].concat();
    for stray in &strays {
        let path = place.root.path().join(stray);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, stray).unwrap();
    }
    assert_eq!(place.kinds(), [FindingKind::UnknownFile; 5]);
    let repaired = place.repair().unwrap();
    assert_eq!(repaired.files_moved, 5);
    for stray in strays {
        let moved = repaired.quarantine.as_ref().unwrap().join(stray.trim_start_matches("models/"));
        assert_eq!(fs::read_to_string(moved).unwrap(), stray);
    }
    assert!(folder.join(format!("{kept}.webp")).is_file());
    assert_eq!(place.kinds(), []);
}
