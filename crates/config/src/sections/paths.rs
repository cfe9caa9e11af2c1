//! Folders and the database file; relative ones lie below the root.

use crate::section::section;
use crate::value::{Int, words};
use std::path::PathBuf;

section! {
    /// Where things lie.
    Paths {
        /// Installed models.
        models_dir: PathBuf = "models".into(),
        /// Converted models of earlier releases; kept for their upgrade.
        convert_cache_dir: PathBuf = "models/.convert_cache".into(),
        /// Models being downloaded.
        download_cache_dir: PathBuf = "models/.download_cache".into(),
        /// Configuration files of old checkpoints.
        legacy_conf_dir: PathBuf = "configs".into(),
        /// Folder of the database `invokeai.db`.
        db_dir: PathBuf = "databases".into(),
        /// The database file itself; wins over `db_dir`.
        db_path: Option<PathBuf> = None,
        /// Generated and uploaded pictures.
        outputs_dir: PathBuf = "outputs".into(),
        /// Fonts for text on the canvas.
        fonts_dir: PathBuf = "fonts".into(),
        /// How pictures are spread over folders.
        image_subfolder_strategy: ImageSubfolders = ImageSubfolders::Flat,
        /// Nodes of third parties; their code is never run.
        custom_nodes_dir: PathBuf = "nodes".into(),
        /// Pictures of style presets.
        style_presets_dir: PathBuf = "style_presets".into(),
        /// Pictures of workflows.
        workflow_thumbnails_dir: PathBuf = "workflow_thumbnails".into(),
        /// Profiles of graph runs.
        profiles_dir: PathBuf = "profiles".into(),
        /// The list of models of releases before 4; kept for their upgrade.
        legacy_models_yaml_path: Option<PathBuf> = None,
        /// Keep the database in memory; it is lost at the end.
        use_memory_db: bool = false,
        /// `normal` survives kill -9, `full` also power loss.
        database_sync: DatabaseSync = DatabaseSync::Normal,
        /// Seconds that a change of the database waits for another program that writes to it.
        database_timeout: Int<1, 600> = Int(5),
    }
}

words! {
    /// How pictures are spread over folders.
    ImageSubfolders {
        /// All in one.
        Flat = "flat",
        /// By year, month and day.
        Date = "date",
        /// By category.
        Type = "type",
        /// By the first two characters of the name.
        Hash = "hash",
    }
}

words! {
    /// When SQLite waits for the disk.
    DatabaseSync {
        /// At checkpoints.
        Normal = "normal",
        /// At each commit.
        Full = "full",
    }
}
