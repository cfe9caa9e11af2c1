//! Where tensors are computed, and in which precision by default.

use std::fmt;
use std::str::FromStr;

use tch::Kind;

use crate::{EngineError, Result};

/// A compute device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    /// The processor.
    Cpu,
    /// A CUDA device by its number.
    Cuda(usize),
}

impl Device {
    /// The best device there is: the first CUDA device, else the processor.
    pub fn best() -> Self {
        if tch::Cuda::is_available() { Self::Cuda(0) } else { Self::Cpu }
    }

    /// The device of this name (`auto`, `cpu`, `cuda`, `cuda:1`), if this machine has it.
    pub fn choose(name: &str) -> Result<Self> {
        let device = if name == "auto" { Self::best() } else { name.parse()? };
        if let Self::Cuda(index) = device {
            let count = usize::try_from(tch::Cuda::device_count()).unwrap_or(0);
            if index >= count {
                let reason = format!("libtorch finds {count} CUDA devices");
                return Err(EngineError::Device { name: name.to_owned(), reason });
            }
        }
        Ok(device)
    }

    /// The precision models run in. A processor computes in bfloat16 by itself only where it can multiply such numbers, and
    /// never in float16, for which it would have to take longer.
    pub fn kind(self, precision: Precision) -> Kind {
        match (precision, self) {
            (Precision::Float32, _) => Kind::Float,
            (Precision::Bfloat16, _) => Kind::BFloat16,
            (Precision::Auto | Precision::Float16, Self::Cuda(_)) => Kind::Half,
            (Precision::Auto, Self::Cpu) if multiplies_bfloat16() => Kind::BFloat16,
            (Precision::Auto | Precision::Float16, Self::Cpu) => Kind::Float,
        }
    }
}

/// Number formats a person may ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// What suits the device.
    #[default]
    Auto,
    /// Single precision, which gives the reference's pixels.
    Float32,
    /// Half precision.
    Float16,
    /// Half precision with the range of float32.
    Bfloat16,
}

impl FromStr for Precision {
    type Err = EngineError;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" | "" => Ok(Self::Auto),
            "float32" => Ok(Self::Float32),
            "float16" => Ok(Self::Float16),
            "bfloat16" => Ok(Self::Bfloat16),
            _ => {
                let reason = format!("expected `auto`, `float32`, `float16` or `bfloat16` as precision: {name}");
                Err(EngineError::Setting(reason))
            }
        }
    }
}

/// Whether this processor multiplies bfloat16 in hardware. One with AMX-BF16 has AVX512-BF16 as well.
pub fn multiplies_bfloat16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512bf16")
    }
    #[cfg(target_arch = "aarch64")]
    {
        std::arch::is_aarch64_feature_detected!("bf16")
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        false
    }
}

impl FromStr for Device {
    type Err = EngineError;

    fn from_str(name: &str) -> Result<Self> {
        let index = match name {
            "cpu" => return Ok(Self::Cpu),
            "cuda" => Some(0),
            _ => name.strip_prefix("cuda:").and_then(|index| index.parse().ok()),
        };
        index.map(Self::Cuda).ok_or_else(|| EngineError::Device {
            name: name.to_owned(),
            reason: "expected `auto`, `cpu`, `cuda` or `cuda:` and a number".to_owned(),
        })
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

impl From<Device> for tch::Device {
    fn from(device: Device) -> Self {
        match device {
            Device::Cpu => Self::Cpu,
            Device::Cuda(index) => Self::Cuda(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_in_the_settings() {
        for name in ["cpu", "cuda:0", "cuda:3"] {
            assert_eq!(name.parse::<Device>().unwrap().to_string(), name);
        }
        assert_eq!("cuda".parse::<Device>().unwrap(), Device::Cuda(0));
        assert_eq!(Device::choose("cpu").unwrap(), Device::Cpu);
    }

    #[test]
    fn precision_is_what_was_asked_for_or_what_suits_the_device() {
        let kinds = |device: Device| {
            ["auto", "float32", "float16", "bfloat16"].map(|name| device.kind(name.parse::<Precision>().unwrap()))
        };
        let suits = if multiplies_bfloat16() { Kind::BFloat16 } else { Kind::Float };
        assert_eq!(kinds(Device::Cpu), [suits, Kind::Float, Kind::Float, Kind::BFloat16]);
        assert_eq!(kinds(Device::Cuda(0)), [Kind::Half, Kind::Float, Kind::Half, Kind::BFloat16]);
        assert!("float8".parse::<Precision>().unwrap_err().to_string().contains("float8"));
    }

    /// What the kernel says of the processor agrees with what the processor says.
    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn the_processor_is_known_as_the_kernel_knows_it() {
        let flags = std::fs::read_to_string("/proc/cpuinfo").unwrap();
        assert_eq!(multiplies_bfloat16(), flags.split_whitespace().any(|flag| flag == "avx512_bf16"));
    }

    #[test]
    fn a_device_that_is_not_there_is_an_error() {
        let error = Device::choose("cuda:99").unwrap_err().to_string();
        assert!(error.starts_with("device `cuda:99` is not available: libtorch finds"), "{error}");
        let error = Device::choose("tpu").unwrap_err().to_string();
        assert!(error.contains("expected `auto`, `cpu`, `cuda`"), "{error}");
    }
}
