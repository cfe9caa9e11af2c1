//! The configurations of models that are one file and bring none.
//!
//! A main model of one file is opened like a folder of diffusers' ([`Weights::open`](crate::weights::Weights::open)): its parts
//! are `model.safetensors/unet`, `…/text_encoder` and so on, and [`settings`] gives what their `config.json` would say, and
//! `scheduler_config.json` for `…/scheduler`. Sizes are read off the shapes of tensors; what shapes do not tell is as in the
//! model the family began with.
//!
//! Reference: diffusers 0.40.0, `loaders/single_file_utils.py`, `DIFFUSERS_DEFAULT_PIPELINE_PATHS`: the model of each kind whose
//! configurations are taken for all files of that kind.

mod clip;
mod scheduler;
mod unet;
mod vae;

use std::path::Path;

use invoke_tensor_files::TensorFile;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{EngineError, Result, json};

/// What a model that is one file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Stable Diffusion 1.
    Sd1,
    /// Stable Diffusion 2.
    Sd2,
    /// Stable Diffusion XL.
    Sdxl,
    /// Its refiner.
    SdxlRefiner,
}

impl Family {
    /// By the width of the prompt, which is how the reference tells them apart.
    fn listening_to(width: i64) -> Option<Self> {
        match width {
            768 => Some(Self::Sd1),
            1_024 => Some(Self::Sd2),
            2_048 => Some(Self::Sdxl),
            1_280 => Some(Self::SdxlRefiner),
            _ => None,
        }
    }
}

/// What the JSON file of `part` would say if the main model in `file` were a folder: of `unet`, `vae`, `text_encoder`,
/// `text_encoder_2` the `config.json`, of `scheduler` the `scheduler_config.json`.
///
/// # Errors
/// When the file has no such part, or is none of the known families.
pub fn settings(file: &Path, part: &str) -> Result<Value> {
    let tensors = TensorFile::open_model(file)?;
    let family = Shapes::of(&tensors, "unet").family()?;
    let shapes = Shapes::of(&tensors, part);
    match part {
        "unet" => unet::config(&shapes, family),
        "vae" => vae::config(&shapes, Some(family)),
        "text_encoder" | "text_encoder_2" => clip::config(&shapes, family),
        "scheduler" => Ok(scheduler::config(family)),
        _ => Err(EngineError::Config { file: file.to_owned(), reason: format!("a checkpoint has no part `{part}`") }),
    }
}

/// Reads the JSON file `name` of a model's folder, or what stands for it where `place` is a part of a checkpoint.
pub(crate) fn read<T: DeserializeOwned>(place: &Path, name: &str) -> Result<T> {
    match in_checkpoint(place) {
        Some((file, part)) => of_value(file, settings(file, part)?),
        None => json::read(&place.join(name)),
    }
}

/// What a VAE that is the whole file would say of itself.
pub(super) fn vae<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let tensors = TensorFile::open_model(file)?;
    of_value(file, vae::config(&Shapes::of(&tensors, ""), None)?)
}

/// What a ControlNet that is one file would say of itself.
pub(super) fn controlnet<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let tensors = TensorFile::open_model(file)?;
    let shapes = Shapes::of(&tensors, "");
    of_value(file, unet::controlnet(&shapes, shapes.family()?)?)
}

fn of_value<T: DeserializeOwned>(file: &Path, value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|error| EngineError::Config { file: file.to_owned(), reason: format!("is not as expected: {error}") })
}

/// The checkpoint and the name of the part, where `place` is a part of one.
pub(crate) fn in_checkpoint(place: &Path) -> Option<(&Path, &str)> {
    let file = place.parent().filter(|parent| parent.is_file())?;
    Some((file, place.file_name()?.to_str()?))
}

/// Names and shapes of one part of a file.
struct Shapes<'a> {
    tensors: &'a TensorFile,
    prefix: String,
}

impl<'a> Shapes<'a> {
    fn of(tensors: &'a TensorFile, part: &str) -> Self {
        let prefix = if part.is_empty() { String::new() } else { format!("{part}.") };
        Self { tensors, prefix }
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains(&format!("{}{name}", self.prefix))
    }

    fn shape(&self, name: &str) -> Result<&[usize]> {
        Ok(self.tensors.tensor(&format!("{}{name}", self.prefix))?.shape)
    }

    /// One of the lengths of a tensor.
    fn length(&self, name: &str, dimension: usize) -> Result<i64> {
        Ok(self.shape(name)?.get(dimension).copied().unwrap_or_default() as i64)
    }

    /// How many there are of what `name` numbers from 0 on.
    fn count(&self, name: impl Fn(usize) -> String) -> usize {
        (0..).take_while(|index| self.has(&name(*index))).count()
    }

    /// By the first layer of this network that attends to the prompt.
    fn family(&self) -> Result<Family> {
        let listens = |name: &str| name.starts_with(&self.prefix) && name.ends_with("attn2.to_k.weight");
        let width = self.tensors.tensors().find(|(name, _)| listens(name)).and_then(|(_, view)| view.shape.get(1));
        let width = width.map(|width| *width as i64).unwrap_or_default();
        Family::listening_to(width).ok_or_else(|| EngineError::Config {
            file: self.tensors.path().to_owned(),
            reason: format!("no known kind of model listens to prompts of width {width}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_checkpoint_is_named_like_a_folder_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model.safetensors");
        std::fs::write(&file, "").unwrap();
        assert_eq!(in_checkpoint(&file.join("unet")), Some((&*file, "unet")));
        assert_eq!(in_checkpoint(&folder.path().join("unet")), None);
        assert_eq!(in_checkpoint(&file), None);
    }
}
