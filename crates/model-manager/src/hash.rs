//! What a model's content is, as one line of text, and how many bytes it takes.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_hash/model_hash.py`: BLAKE3 of a file; of a folder, BLAKE3 over the
//! hexadecimal hashes of its weight files in the order of their paths.

use std::path::{Path, PathBuf};

/// Files whose content counts.
const WEIGHTS: [&str; 5] = ["ckpt", "safetensors", "bin", "pt", "pth"];

/// The hash of a file or folder, `blake3:` and 64 hexadecimal digits.
///
/// # Errors
/// When a file can not be read.
pub fn content_hash(path: &Path) -> std::io::Result<String> {
    let digest = if path.is_dir() {
        let mut whole = blake3::Hasher::new();
        for file in weight_files(path)? {
            whole.update(file_hash(&file)?.as_bytes());
        }
        whole.finalize().to_hex().to_string()
    } else {
        file_hash(path)?
    };
    Ok(format!("blake3:{digest}"))
}

fn file_hash(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    // Read, not mapped: a file that somebody shortens meanwhile is then an error, not the end of the process.
    hasher.update_reader(std::fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Weight files below `folder`, sorted by path. Links to folders are not followed, so there is no way around in circles.
fn weight_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in entries(folder)? {
        let extension = entry.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if WEIGHTS.contains(&extension) && entry.is_file() {
            found.push(entry);
        }
    }
    found.sort();
    Ok(found)
}

/// Everything below `folder`, folders included.
pub(crate) fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Bytes of a file, or of all files below a folder.
///
/// # Errors
/// When something can not be looked at.
pub fn size_on_disk(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(std::fs::metadata(path)?.len());
    }
    let files = entries(path)?.into_iter().filter(|entry| entry.is_file());
    files.map(|file| Ok(std::fs::metadata(file)?.len())).sum()
}

/// The number the reference records as `file_size`: for a folder the sizes of its folders are counted as well.
pub(crate) fn recorded_size(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(std::fs::metadata(path)?.len());
    }
    entries(path)?.into_iter().map(|entry| Ok(std::fs::metadata(entry)?.len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `xtask/fixtures/model_hash.py` with the reference's own hashing over the same bytes.
    #[test]
    fn files_and_folders_hash_as_the_reference_hashes_them() {
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/fixtures/models/hashes.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in expected["files"].as_object().unwrap() {
            let path = folder.path().join("model").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content.as_str().unwrap()).unwrap();
        }
        let model = folder.path().join("model");
        assert_eq!(content_hash(&model).unwrap(), expected["folder"].as_str().unwrap());
        let file = model.join("unet/diffusion_pytorch_model.safetensors");
        assert_eq!(content_hash(&file).unwrap(), expected["file"].as_str().unwrap());
    }
}
