//! How much memory models may fill, and how much the process may.

use invoke_engine::cache::Limits;
use invoke_engine::device::Device;
use invoke_engine::memory;
use invoke_worker_protocol::wire::Welcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Memory for models where the server names none and the machine does not tell its size.
const FALLBACK_BYTES: u64 = 4 << 30;

/// What models may fill on this device. Where the server leaves it open: half of the main memory, for the other half is for
/// computing and for everything else; of a device's own memory what is free, less what computing needs.
pub(crate) fn limits(device: Device, settings: &Welcome) -> Limits {
    let main = match settings.cache_bytes {
        0 => memory::limit().map_or(FALLBACK_BYTES, |bytes| bytes / 2),
        bytes => bytes,
    };
    let device_bytes = match settings.device_cache_bytes {
        0 => match memory::device_free(device) {
            Ok(free) => free.unwrap_or(main),
            Err(error) => {
                tracing::warn!("the memory of {device} is not known, models may fill 4 GB of it: {error}");
                FALLBACK_BYTES + settings.device_working_bytes
            }
        },
        bytes => bytes,
    };
    let device = device_bytes.saturating_sub(settings.device_working_bytes);
    Limits { main, device, partial: !settings.whole_models }
}

/// Lets this process ask for no more than the machine has: what does not fit is then refused, with an error that says so, and
/// the kernel has no reason to kill it. Maps of files do not count. A device's driver reserves addresses without number, so
/// that only a process that computes on the processor is bound.
pub(crate) fn bind_process(device: Device) {
    let (Device::Cpu, Some(total)) = (device, memory::limit()) else { return };
    // The rest of the machine lives on a little.
    let bound = total - total / 16;
    let Rlimit { current, maximum } = getrlimit(Resource::Data);
    let lower = current.map_or(bound, |current| current.min(bound));
    if let Err(error) = setrlimit(Resource::Data, Rlimit { current: Some(lower), maximum }) {
        tracing::warn!("the memory of this process can not be limited: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    #[test]
    fn what_the_server_names_is_what_models_may_fill() {
        let settings = Welcome {
            cache_bytes: 7 * GB,
            device_cache_bytes: 10 * GB,
            device_working_bytes: 3 * GB,
            whole_models: true,
            ..Welcome::default()
        };
        let expected = Limits { main: 7 * GB, device: 7 * GB, partial: false };
        assert_eq!(limits(Device::Cuda(0), &settings), expected);
    }

    #[test]
    fn what_is_left_open_follows_from_the_machine() {
        let limits = limits(Device::Cpu, &Welcome::default());
        assert!(limits.main > 0 && limits.main <= memory::machine_total().unwrap() / 2);
        assert!(limits.partial);
    }
}
