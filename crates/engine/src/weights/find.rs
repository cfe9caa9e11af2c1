//! Which files of a model's folder hold its weights: safetensors, or where there are none what `torch.save` wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{EngineError, Result, json};

/// The names diffusers and transformers give to weights.
const NAMES: [(&str, &str); 4] = [
    ("diffusion_pytorch_model", "safetensors"),
    ("model", "safetensors"),
    ("diffusion_pytorch_model", "bin"),
    ("pytorch_model", "bin"),
];
/// The full-precision ones first.
const VARIANTS: [&str; 2] = ["", ".fp16"];

/// The index beside weights that are split over several files: which file holds which tensor.
#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// The files that make up the weights in `folder`.
pub(super) fn weight_files(folder: &Path) -> Result<Vec<PathBuf>> {
    for (stem, extension) in NAMES {
        for variant in VARIANTS {
            let single = folder.join(format!("{stem}{variant}.{extension}"));
            if single.is_file() {
                return Ok(vec![single]);
            }
            let index = folder.join(format!("{stem}.{extension}.index{variant}.json"));
            if index.is_file() {
                return shards(folder, &index);
            }
        }
    }
    Err(EngineError::NoWeights { folder: folder.to_owned(), reason: reason(folder) })
}

fn shards(folder: &Path, index: &Path) -> Result<Vec<PathBuf>> {
    let ShardIndex { weight_map } = json::read(index)?;
    let mut names: Vec<String> = weight_map.into_values().collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            // A model's folder may come from anywhere; it must not reach outside itself.
            if Path::new(&name).file_name() != Some(name.as_ref()) {
                let reason = format!("names a file outside the folder: {name}");
                return Err(EngineError::Config { file: index.to_owned(), reason });
            }
            Ok(folder.join(name))
        })
        .collect()
}

fn reason(folder: &Path) -> String {
    match folder.is_dir() {
        false => "there is no such folder".to_owned(),
        true => format!("expected `{}.{1}` or `{2}.{1}`", NAMES[0].0, NAMES[0].1, NAMES[1].0),
    }
}
