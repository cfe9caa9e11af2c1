//! What the cache may hold.

use invoke_prompts::ClipTokenizer;

use crate::models::clip::ClipTextModel;
use crate::models::clip_vision::ClipVisionModel;
use crate::models::controlnet::ControlNet;
use crate::models::ip_adapter::IpAdapter;
use crate::models::t2i_adapter::T2iAdapter;
use crate::models::textual_inversion::TextualInversion;
use crate::models::unet::Unet;
use crate::models::upscaler::Upscaler;
use crate::models::vae::Vae;
use crate::patches::{Lora, Patches};
use crate::schedulers::SchedulerConfig;
use crate::weights::Weights;

/// What the cache may hold: a loaded model that knows its size.
pub trait CachedModel: Send + Sync + 'static {
    /// Bytes of its weights where it computes.
    fn bytes(&self) -> u64;

    /// What it was built from, for one that may lie only partly where it computes.
    fn weights(&self) -> Option<&Weights> {
        None
    }
}

/// A model whose weights can be patched.
pub trait PatchedModel: CachedModel + Sized {
    /// The same model with what these patches add; it shares what they leave as it is.
    fn patched(&self, patches: Patches) -> crate::Result<Self>;
}

impl PatchedModel for Unet {
    fn patched(&self, patches: Patches) -> crate::Result<Self> {
        Unet::patched(self, patches)
    }
}

impl PatchedModel for ClipTextModel {
    fn patched(&self, patches: Patches) -> crate::Result<Self> {
        ClipTextModel::patched(self, patches)
    }
}

impl CachedModel for Lora {
    fn bytes(&self) -> u64 {
        Lora::bytes(self)
    }
}

impl CachedModel for TextualInversion {
    fn bytes(&self) -> u64 {
        TextualInversion::bytes(self)
    }
}

impl CachedModel for ClipVisionModel {
    fn bytes(&self) -> u64 {
        ClipVisionModel::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(ClipVisionModel::weights(self))
    }
}

impl CachedModel for ControlNet {
    fn bytes(&self) -> u64 {
        ControlNet::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(ControlNet::weights(self))
    }
}

impl CachedModel for IpAdapter {
    fn bytes(&self) -> u64 {
        IpAdapter::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(IpAdapter::weights(self))
    }
}

impl CachedModel for T2iAdapter {
    fn bytes(&self) -> u64 {
        T2iAdapter::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(T2iAdapter::weights(self))
    }
}

impl CachedModel for Upscaler {
    fn bytes(&self) -> u64 {
        Upscaler::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(Upscaler::weights(self))
    }
}

impl CachedModel for Unet {
    fn bytes(&self) -> u64 {
        Unet::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(Unet::weights(self))
    }
}

impl CachedModel for Vae {
    fn bytes(&self) -> u64 {
        Vae::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(Vae::weights(self))
    }
}

impl CachedModel for ClipTextModel {
    fn bytes(&self) -> u64 {
        ClipTextModel::bytes(self)
    }

    fn weights(&self) -> Option<&Weights> {
        Some(ClipTextModel::weights(self))
    }
}

/// A vocabulary costs little beside weights; what counts is that it is read once.
impl CachedModel for ClipTokenizer {
    fn bytes(&self) -> u64 {
        0
    }
}

impl CachedModel for SchedulerConfig {
    fn bytes(&self) -> u64 {
        0
    }
}
