//! What is added to a model's weights: LoRA and its relatives.
//!
//! [`Lora::open`] reads a file of any key layout, [`Patches`] says which of them go onto which part of a model and how
//! strongly, and [`Weights::patched`](crate::weights::Weights::patched) hands out the sums. The weights of the model itself
//! are never written, so taking a patch away is dropping the patched model; what no patch touches is shared with it.
//!
//! Reference: InvokeAI 6.14.2, `backend/patches/layer_patcher.py`. Every patch sees the model's own weights, not those an
//! earlier patch has made, as the reference has it on the CPU.

mod layer;
mod lora;
mod names;
mod sdxl_blocks;

use std::collections::HashMap;
use std::sync::Arc;

use tch::{Kind, Tensor};

use crate::Result;
pub use lora::Lora;
pub use names::Family;

/// A part of a model that can be patched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The denoising network.
    Unet,
    /// The text encoder of Stable Diffusion 1 and 2.
    TextEncoder,
    /// The first text encoder of SDXL.
    FirstTextEncoder,
    /// The second text encoder of SDXL.
    SecondTextEncoder,
}

impl Part {
    /// What the keys of this part's layers begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Unet => "lora_unet_",
            Self::TextEncoder => "lora_te_",
            Self::FirstTextEncoder => "lora_te1_",
            Self::SecondTextEncoder => "lora_te2_",
        }
    }
}

/// One layer of one patch, and how strongly it works.
#[derive(Debug)]
struct Applied {
    lora: Arc<Lora>,
    key: String,
    strength: f64,
}

/// Several LoRAs on one part of a model.
#[derive(Debug, Default)]
pub struct Patches {
    /// By the name of the module with underscores for dots, as the files have it.
    modules: HashMap<String, Vec<Applied>>,
}

impl Patches {
    /// These LoRAs with their strengths on this part; a strength of 0 is none. Layers that a model does not have are passed
    /// over.
    pub fn new(part: Part, loras: impl IntoIterator<Item = (Arc<Lora>, f64)>) -> Self {
        let mut modules: HashMap<String, Vec<Applied>> = HashMap::new();
        for (lora, strength) in loras.into_iter().filter(|(_, strength)| *strength != 0.0) {
            for key in lora.keys() {
                if let Some(module) = key.strip_prefix(part.prefix()) {
                    let applied = Applied { lora: lora.clone(), key: key.to_owned(), strength };
                    modules.entry(module.to_owned()).or_default().push(applied);
                }
            }
        }
        Self { modules }
    }

    /// Whether nothing is patched.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// Whether they may add something to the tensor `name`.
    pub(crate) fn touch(&self, name: &str) -> bool {
        name.rsplit_once('.').is_some_and(|(module, _)| self.modules.contains_key(&module.replace('.', "_")))
    }

    /// The tensor `name` (such as `conv_in.weight`) with what the patches add to it; none where they add nothing.
    pub(crate) fn apply(&self, name: &str, original: &Tensor) -> Result<Option<Tensor>> {
        let Some((module, parameter)) = name.rsplit_once('.') else { return Ok(None) };
        let Some(applied) = self.modules.get(&module.replace('.', "_")) else { return Ok(None) };
        let full = original.f_to_kind(Kind::Float)?;
        let mut sum: Option<Tensor> = None;
        for Applied { lora, key, strength } in applied {
            let Some(added) = lora.residual(key, parameter, &full, *strength)? else { continue };
            sum = Some(match sum {
                None => added,
                Some(sum) => sum.f_add(&added)?,
            });
        }
        sum.map(|sum| Ok(original.f_add(&sum.f_to_kind(original.kind())?)?)).transpose()
    }
}
