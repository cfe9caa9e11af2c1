//! Checkpoints of one file name tensors otherwise than diffusers does. [`TensorFile::part`] takes one part out of such a
//! file under diffusers' names, over the same bytes; who has that reads a file like a folder.
//!
//! One file per family of names. A part that already has diffusers' names is passed through as it is.
//!
//! Reference: diffusers, `loaders/single_file_utils.py`.

mod clip;
mod unet;
mod vae;

use std::sync::Arc;

use crate::budget::Budget;
use crate::file::{Contents, Entry, Strided};
use crate::names::Names;
use crate::{TensorFile, TensorFileError};

/// A part of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The UNet of a Stable Diffusion.
    UNet,
    /// Its VAE, or a VAE that is the whole file.
    Vae,
    /// Its first text encoder.
    TextEncoder,
    /// The second text encoder of Stable Diffusion XL.
    TextEncoder2,
    /// A ControlNet that is the whole file.
    ControlNet,
}

/// A tensor under its new name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Renamed {
    name: String,
    change: Change,
}

/// What becomes of a tensor beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Nothing.
    None,
    /// The n-th third of its rows, of tensors that hold query, key and value.
    Third(usize),
    /// Lengths of one at the end of its shape go: a convolution of 1×1 becomes a linear layer.
    Flat,
    /// Rows become columns.
    Transposed,
}

impl Renamed {
    fn new(name: String) -> Self {
        Self { name, change: Change::None }
    }
}

/// Puts the names of one tensor into `into`.
type Rename = fn(tensors: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>);

/// Whether there is a tensor of a name.
struct Tensors<'a>(&'a TensorFile, &'a str);

impl Tensors<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.contains(&format!("{}{name}", self.1))
    }
}

impl TensorFile {
    /// One part of a checkpoint under diffusers' names.
    ///
    /// # Errors
    /// When the file has no such part.
    pub fn part(&self, part: Part) -> Result<Self, TensorFileError> {
        let Some((prefix, rename)) = place(self, part) else {
            let tensor = format!("of a {part:?}");
            return Err(TensorFileError::Missing { file: self.path().to_owned(), tensor });
        };
        let mut budget = Budget::new(self.path(), self.length());
        let (mut entries, mut names) = (Vec::new(), Vec::new());
        for (full, entry) in self.entries() {
            let Some(name) = full.strip_prefix(prefix) else { continue };
            rename(&Tensors(self, prefix), name, &mut names);
            for renamed in names.drain(..) {
                let entry = changed(entry, renamed.change).ok_or_else(|| {
                    TensorFileError::entry(self.path(), full, "it has another shape than such a tensor has")
                })?;
                budget.take(3 * size_of::<(Box<str>, Entry)>() + renamed.name.len() + 32)?;
                entries.push((renamed.name.into_boxed_str(), entry));
            }
        }
        let entries = Names::new(self.path(), entries, &mut budget)?;
        Ok(self.over(Contents { metadata: self.metadata().clone(), scalars: Vec::new(), entries }))
    }
}

/// The parts of a main model with the folders diffusers has for them.
const FOLDERS: [(Part, &str); 4] = [
    (Part::UNet, "unet"),
    (Part::Vae, "vae"),
    (Part::TextEncoder, "text_encoder"),
    (Part::TextEncoder2, "text_encoder_2"),
];

impl TensorFile {
    /// Opens a file as who loads a model wants it: a checkpoint of a main model, and a VAE or ControlNet in the original
    /// layout, have diffusers' names, in a main model below the names of its folders (`unet.conv_in.weight`). All other
    /// files are as they are.
    ///
    /// # Errors
    /// As for [`TensorFile::open`].
    pub fn open_model(path: impl AsRef<std::path::Path>) -> Result<Self, TensorFileError> {
        let file = Self::open(path)?;
        let original = |prefix: &str, name: &str| file.contains(&format!("{prefix}{name}"));
        if original("model.diffusion_model.", "input_blocks.0.0.weight") {
            return file.main_model();
        }
        if original("control_model.", "input_blocks.0.0.weight") || original("", "input_hint_block.0.weight") {
            return file.part(Part::ControlNet);
        }
        let vae = original("", "decoder.mid.block_1.conv1.weight");
        if vae { file.part(Part::Vae) } else { Ok(file) }
    }

    /// All parts, each below the name of its folder.
    fn main_model(&self) -> Result<Self, TensorFileError> {
        let mut budget = Budget::new(self.path(), self.length());
        let mut entries = Vec::new();
        for (part, folder) in FOLDERS.into_iter().filter(|(part, _)| place(self, *part).is_some()) {
            let part = self.part(part)?;
            for (name, entry) in part.entries() {
                budget.take(3 * size_of::<(Box<str>, Entry)>() + folder.len() + name.len() + 33)?;
                let entry = changed(entry, Change::None)
                    .ok_or_else(|| TensorFileError::entry(self.path(), name, "it can not be renamed"))?;
                entries.push((format!("{folder}.{name}").into_boxed_str(), entry));
            }
        }
        let entries = Names::new(self.path(), entries, &mut budget)?;
        Ok(self.over(Contents { metadata: self.metadata().clone(), scalars: Vec::new(), entries }))
    }
}

/// Where a part lies, and how its names change.
fn place(file: &TensorFile, part: Part) -> Option<(&'static str, Rename)> {
    let candidates: &[(&'static str, &str, Rename)] = match part {
        Part::UNet => &[
            ("model.diffusion_model.", "input_blocks.0.0.weight", unet::rename),
            ("", "down_blocks.0.resnets.0.conv1.weight", same),
        ],
        Part::ControlNet => &[
            ("control_model.", "input_blocks.0.0.weight", unet::rename),
            ("", "input_hint_block.0.weight", unet::rename),
            ("", "controlnet_cond_embedding.conv_in.weight", same),
        ],
        Part::Vae => &[
            ("first_stage_model.", "decoder.conv_in.weight", vae::rename),
            ("", "decoder.mid.block_1.conv1.weight", vae::rename),
            ("", "decoder.mid_block.resnets.0.conv1.weight", same),
        ],
        Part::TextEncoder => &[
            ("cond_stage_model.transformer.", "text_model.final_layer_norm.weight", same),
            ("cond_stage_model.transformer.", "final_layer_norm.weight", clip::below_text_model),
            ("cond_stage_model.model.", "ln_final.weight", clip::open_clip_words),
            ("conditioner.embedders.0.transformer.", "text_model.final_layer_norm.weight", same),
        ],
        Part::TextEncoder2 => &[
            ("conditioner.embedders.1.model.", "ln_final.weight", clip::open_clip),
            ("conditioner.embedders.0.model.", "ln_final.weight", clip::open_clip),
        ],
    };
    let found = candidates.iter().find(|(prefix, known, _)| file.contains(&format!("{prefix}{known}")));
    found.map(|(prefix, _, rename)| (*prefix, *rename))
}

fn same(_: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    if !name.ends_with("position_ids") {
        into.push(Renamed::new(name.to_owned()));
    }
}

fn changed(entry: &Entry, change: Change) -> Option<Entry> {
    let shape = &entry.shape;
    let copy = |shape: &[usize], range| Entry {
        dtype: entry.dtype,
        shape: shape.into(),
        range,
        top: 0,
        strided: entry.strided.as_ref().map(|strided| Box::new(Strided::new(strided.strides.clone()))),
    };
    match change {
        Change::None => Some(copy(shape, entry.range.clone())),
        _ if entry.strided.is_some() => None,
        Change::Third(third) => {
            let rows = shape.first().filter(|rows| rows.is_multiple_of(3))? / 3;
            let bytes = entry.range.len() / 3;
            let mut shape = shape.clone();
            shape[0] = rows;
            let start = entry.range.start + third * bytes;
            Some(copy(&shape, start..start + bytes))
        }
        Change::Flat => {
            let ones = shape.iter().skip(2).all(|length| *length == 1);
            ones.then(|| copy(&shape[..shape.len().min(2)], entry.range.clone()))
        }
        Change::Transposed => {
            let [rows, columns] = **shape else { return None };
            let strided = Strided::new([1, columns].into());
            Some(Entry { strided: Some(Box::new(strided)), ..copy(&[columns, rows], entry.range.clone()) })
        }
    }
}

/// The same file with other names in it.
impl TensorFile {
    fn over(&self, contents: Contents) -> Self {
        Self { file: self.file.clone(), map: Arc::clone(&self.map), format: self.format, contents }
    }
}

/// Splits `3.rest` into a number and what follows it.
fn index(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.split_once('.')?;
    Some((number.parse().ok()?, rest))
}

/// `text` with the first of `pairs` whose left side it begins with (as whole words) replaced by the right.
fn replaced(text: &str, pairs: &[(&str, &str)]) -> Option<String> {
    pairs.iter().find_map(|(old, new)| {
        let rest = text.strip_prefix(old)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{new}{rest}"))
    })
}
