//! How much memory there is, and what is said when it does not suffice.

use std::fmt;

use invoke_engine_sys::{device_memory, empty_device_cache, keep_freed_memory, return_freed_memory};

use crate::Result;
use crate::device::Device;

/// What libtorch writes before the number of bytes it could not have, on the processor.
const CPU_NEED: &str = "you tried to allocate ";
/// The same on a CUDA device, where a unit follows.
const CUDA_NEED: &str = "Tried to allocate ";
const CUDA_LIMIT: &str = "total capacity of ";
/// What C++ says when a small piece could not be had.
const BAD_ALLOC: &str = "std::bad_alloc";

/// An amount of memory that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct OutOfMemory {
    /// Bytes that were asked for at last; none where nobody said.
    pub need: Option<u64>,
    /// Bytes there are in all; none where they are not known.
    pub limit: Option<u64>,
    /// Whose memory it is.
    pub owner: Owner,
}

/// Whose memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The machine's.
    Machine,
    /// The accelerator's.
    Accelerator,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.owner {
            Owner::Machine => "out of memory",
            Owner::Accelerator => "out of memory on the device",
        })?;
        if let Some(need) = self.need {
            write!(f, ": {} more were needed", Bytes(need))?;
        }
        if let Some(limit) = self.limit {
            write!(f, ", the limit is {}", Bytes(limit))?;
        }
        f.write_str(". A smaller picture, decoding in tiles, or fewer models at once need less")
    }
}

impl OutOfMemory {
    /// What a message of libtorch says of memory, if that is what it is about.
    pub fn from_message(message: &str) -> Option<Self> {
        let number = |after: &str| message.split_once(after).map(|(_, rest)| rest);
        if let Some(rest) = number(CPU_NEED) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return Some(Self { need: digits.parse().ok(), limit: limit(), owner: Owner::Machine });
        }
        if message.contains("out of memory") && message.contains("CUDA") {
            let (need, limit) = (number(CUDA_NEED).and_then(amount), number(CUDA_LIMIT).and_then(amount));
            return Some(Self { need, limit, owner: Owner::Accelerator });
        }
        message.contains(BAD_ALLOC).then(|| Self { need: None, limit: limit(), owner: Owner::Machine })
    }
}

/// `20.00 MiB. …` as bytes.
fn amount(text: &str) -> Option<u64> {
    let (number, rest) = text.split_once(' ')?;
    let unit: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let factor = match unit.as_str() {
        "bytes" => 1.0,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an amount of memory, 0 or more")]
    Some((number * factor) as u64)
}

/// Bytes as people read them.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
        let mebibytes = self.0 as f64 / f64::from(1 << 20);
        if mebibytes < 1024.0 { write!(f, "{mebibytes:.1} MiB") } else { write!(f, "{:.1} GiB", mebibytes / 1024.0) }
    }
}

/// Bytes of main memory this process may fill: those of the machine, or fewer where a limit is set.
pub fn limit() -> Option<u64> {
    [machine_total(), group_limit(), process_limit()].into_iter().flatten().min()
}

/// Bytes of main memory that can be had now without driving something else out.
pub fn available() -> Option<u64> {
    machine("MemAvailable:")
}

/// Bytes of main memory the machine has.
pub fn machine_total() -> Option<u64> {
    machine("MemTotal:")
}

fn machine(line: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kilobytes =
        text.lines().find_map(|text| text.strip_prefix(line))?.trim().trim_end_matches(" kB").parse::<u64>();
    kilobytes.ok().map(|kilobytes| kilobytes * 1024)
}

/// What the container this process is in may fill.
fn group_limit() -> Option<u64> {
    std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok()?.trim().parse().ok()
}

/// What this process may fill by its own limits.
fn process_limit() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    [of("Max data size"), of("Max address space")].into_iter().flatten().min()
}

/// Bytes of the device's own memory, free now; none for the processor, which has none of its own.
pub fn device_free(device: Device) -> Result<Option<u64>> {
    match device {
        Device::Cpu => Ok(None),
        Device::Cuda(index) => Ok(Some(device_memory(index)?.free)),
    }
}

/// Largest piece of main memory that is kept for the next tensor when it is free. A layer's result is seldom larger, and much
/// larger ones that are kept could make the peak higher: what is free need not lie together.
const LARGEST_KEPT: i32 = 512 << 20;

/// Keeps main memory that is free again for the next layer, which needs as much: pages from the system would have to be cleared
/// and mapped every time. To be called before the first thread is started.
pub fn keep_freed() {
    keep_freed_memory(LARGEST_KEPT);
}

/// Gives back the main memory that is kept.
pub fn return_freed() {
    return_freed_memory();
}

/// Gives back what is kept of main memory and of the device's for later.
pub fn release(device: Device) -> Result<()> {
    return_freed();
    match device {
        Device::Cpu => Ok(()),
        Device::Cuda(_) => Ok(empty_device_cache()?),
    }
}

#[cfg(test)]
mod tests {
    use tch::{Kind, Tensor};

    use super::*;
    use crate::EngineError;

    #[test]
    fn more_than_the_machine_has_is_refused_with_need_and_limit() {
        let wanted: i64 = 1 << 46;
        let error = Tensor::f_zeros([wanted / 4], (Kind::Float, tch::Device::Cpu)).unwrap_err();
        let EngineError::OutOfMemory(error) = EngineError::from(error) else { panic!("another error") };
        assert_eq!((error.need, error.owner), (Some(1 << 46), Owner::Machine));
        assert!(error.limit.is_some_and(|limit| limit > 0));
        let text = error.to_string();
        assert!(text.starts_with("out of memory: 65536.0 GiB more were needed, the limit is "), "{text}");
    }

    #[test]
    fn messages_of_cuda_are_understood() {
        let message = "CUDA out of memory. Tried to allocate 20.50 MiB. GPU 0 has a total capacity of 8.00 GiB of which 3.94 MiB is free. Including non-PyTorch memory";
        let error = OutOfMemory::from_message(message).unwrap();
        assert_eq!((error.need, error.limit), (Some(21_495_808), Some(8 << 30)));
        let text = error.to_string();
        assert!(text.contains("20.5 MiB more were needed, the limit is 8.0 GiB"), "{text}");
    }

    #[test]
    fn other_messages_are_not_about_memory() {
        assert_eq!(OutOfMemory::from_message("The size of tensor a (2) must match"), None);
    }

    #[test]
    fn the_limit_is_at_most_what_the_machine_has() {
        assert!(limit().unwrap() <= machine_total().unwrap());
        assert!(available().unwrap() <= machine_total().unwrap());
    }
}
