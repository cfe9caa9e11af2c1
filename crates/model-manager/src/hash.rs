//! What a model's content is, as one line of text.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_hash/model_hash.py`: the digest of a file; of a folder, BLAKE3 over the
//! hexadecimal digests of its weight files in the order of their paths, whatever the algorithm.

use crate::digest::{HashAlgorithm, file_digest};
use crate::files::entries;
use invoke_domain::Random;
use std::path::{Path, PathBuf};

/// What the names of files end with whose content counts.
const WEIGHTS: [&str; 5] = [".ckpt", ".safetensors", ".bin", ".pt", ".pth"];

/// The hash of a file or folder: the algorithm's name, a colon and hexadecimal digits.
///
/// # Errors
/// When a file can not be read.
pub fn content_hash(path: &Path, algorithm: HashAlgorithm, random: &dyn Random) -> std::io::Result<String> {
    let digest = if path.is_dir() {
        let mut whole = blake3::Hasher::new();
        for file in weight_files(path)? {
            whole.update(file_digest(&file, algorithm, random)?.as_bytes());
        }
        whole.finalize().to_hex().to_string()
    } else {
        file_digest(path, algorithm, random)?
    };
    Ok(format!("{}:{digest}", algorithm.prefix()))
}

/// Weight files below `folder`, sorted by path.
fn weight_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
    found.retain(|entry| {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        WEIGHTS.iter().any(|ending| name.ends_with(ending)) && entry.is_file()
    });
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;
    use serde_json::Value;

    /// Made by `xtask/fixtures/model_hash.py` with the reference's own hashing over the same bytes.
    fn expected() -> Value {
        serde_json::from_str(include_str!("../../../tests/fixtures/models/hashes.json")).unwrap()
    }

    /// A file larger than what is read at once, of bytes that anybody can count.
    fn large() -> Vec<u8> {
        (0..9_000_001u32).map(|index| (index % 251) as u8).collect()
    }

    #[test]
    fn files_and_folders_hash_as_the_reference_hashes_them_by_every_algorithm() {
        let expected = expected();
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in expected["files"].as_object().unwrap() {
            let path = folder.path().join("model").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content.as_str().unwrap()).unwrap();
        }
        let model = folder.path().join("model");
        let file = model.join("unet/diffusion_pytorch_model.safetensors");
        let large_file = folder.path().join("large.safetensors");
        std::fs::write(&large_file, large()).unwrap();
        let mut compared = 0;
        for (word, said) in expected["algorithms"].as_object().unwrap() {
            let algorithm = HashAlgorithm::parse(word).unwrap();
            for (name, path) in [("folder", &model), ("file", &file), ("large", &large_file)] {
                let found = content_hash(path, algorithm, &OsRandom).unwrap();
                assert_eq!(found, said[name].as_str().unwrap(), "{word}: {name}");
                compared += 1;
            }
        }
        assert_eq!(compared, 3 * 14);
    }

    #[test]
    fn what_has_no_fixed_length_there_has_that_of_its_strength_here() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.bin");
        std::fs::write(&file, "").unwrap();
        let of = |algorithm| content_hash(&file, algorithm, &OsRandom).unwrap();
        // FIPS 202, the functions' answers to nothing.
        let shake_128 = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
        assert_eq!(of(HashAlgorithm::Shake128), format!("shake_128:{shake_128}"));
        let shake_256 = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f\
                         d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be";
        assert_eq!(of(HashAlgorithm::Shake256), format!("shake_256:{shake_256}"));
        let (one, other) = (of(HashAlgorithm::Random), of(HashAlgorithm::Random));
        assert!(one != other && one.starts_with("random:") && one.len() == "random:".len() + 64);
    }
}
