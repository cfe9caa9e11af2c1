//! What computes, and how exactly.

use crate::section::section;
use crate::value::{FromValue, Int, words};
use serde_json::Value;

section! {
    /// Devices and numbers.
    Device {
        /// The preferred device; `generation_devices` wins.
        device: DeviceName = DeviceName("auto".into()),
        /// Devices that generate, each with its own worker; `auto` is every CUDA device, else the CPU.
        generation_devices: Devices = Devices::Auto,
        /// Minutes after which an idle worker ends and gives its memory back; 0 for never.
        worker_idle_minutes: Int<0, { i64::MAX }> = Int(0),
        /// Let text encoders use a device that is idle.
        offload_text_encoders_to_idle_gpus: bool = true,
        /// Number format of the models; `float32` gives the reference's pixels.
        precision: Precision = Precision::Auto,
        /// Compute both halves of the guidance one after the other, to save memory.
        sequential_guidance: bool = false,
        /// Accepted for the reference's files.
        wan_memory_optimization: bool = false,
        /// Accepted for the reference's files.
        pid_memory_optimization: bool = false,
        /// Kind of attention; all give the same picture.
        attention_type: AttentionType = AttentionType::Auto,
        /// Slice size of sliced attention.
        attention_slice_size: SliceSize = SliceSize("auto".into()),
        /// Decode in tiles, to save memory.
        force_tiled_decode: bool = false,
        /// Allow PatchMatch to fill holes.
        patchmatch: bool = true,
        /// PNG compression, from 0 (none) to 9 (smallest).
        pil_compress_level: Int<0, 9> = Int(1),
    }
}

words! {
    /// Number format of the models.
    Precision {
        /// What suits the device.
        Auto = "auto",
        /// Half precision.
        Float16 = "float16",
        /// Half precision with a wide range.
        Bfloat16 = "bfloat16",
        /// Single precision.
        Float32 = "float32",
    }
}

words! {
    /// Kind of attention.
    AttentionType {
        /// What suits the device.
        Auto = "auto",
        /// Plain.
        Normal = "normal",
        /// Accepted for the reference's files.
        Xformers = "xformers",
        /// In slices.
        Sliced = "sliced",
        /// Fused.
        TorchSdp = "torch-sdp",
    }
}

/// `auto`, `cpu`, `mps`, `cuda`, `cuda:N`, `xpu`, `xpu:N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName(pub String);

impl DeviceName {
    fn is_device(text: &str) -> bool {
        match text.split_once(':') {
            Some(("cuda" | "xpu", number)) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
            Some(_) => false,
            None => ["cpu", "mps", "cuda", "xpu"].contains(&text),
        }
    }
}

impl FromValue for DeviceName {
    fn expected() -> String {
        "`auto`, `cpu`, `cuda`, `cuda:N`, `mps`, `xpu` or `xpu:N`".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| *text == "auto" || Self::is_device(text)).map(|text| Self(text.to_owned()))
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The devices that generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Devices {
    /// Every CUDA device, else the CPU.
    Auto,
    /// These.
    List(Vec<String>),
}

impl FromValue for Devices {
    fn expected() -> String {
        "`auto` or a list of devices like [cuda:0, cuda:1]".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        if value.as_str() == Some("auto") {
            return Some(Self::Auto);
        }
        let names: Vec<String> = FromValue::from_value(value)?;
        (!names.is_empty() && names.iter().all(|name| DeviceName::is_device(name))).then_some(Self::List(names))
    }
    fn to_value(&self) -> Value {
        match self {
            Self::Auto => "auto".into(),
            Self::List(names) => names.to_value(),
        }
    }
}

/// `auto`, `balanced`, `max` or a number from 1 to 8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceSize(pub String);

impl FromValue for SliceSize {
    fn expected() -> String {
        "`auto`, `balanced`, `max` or a number from 1 to 8".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = text.parse::<u8>().is_ok_and(|n| (1..=8).contains(&n));
        (number || ["auto", "balanced", "max"].contains(&text.as_str())).then_some(Self(text))
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
