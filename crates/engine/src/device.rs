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

    /// The precision models run in unless told otherwise: float32 on the processor, float16 on CUDA.
    pub fn default_kind(self) -> Kind {
        match self {
            Self::Cpu => Kind::Float,
            Self::Cuda(_) => Kind::Half,
        }
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
    fn a_device_that_is_not_there_is_an_error() {
        let error = Device::choose("cuda:99").unwrap_err().to_string();
        assert!(error.starts_with("device `cuda:99` is not available: libtorch finds"), "{error}");
        let error = Device::choose("tpu").unwrap_err().to_string();
        assert!(error.contains("expected `auto`, `cpu`, `cuda`"), "{error}");
    }
}
