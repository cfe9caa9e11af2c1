//! What this machine can compute with. Told from files of the driver: asking libtorch would mean loading it.

use invoke_api::DeviceOption;
use std::fs;

/// Every CUDA device the machine has, else the CPU.
pub(crate) fn found() -> Vec<String> {
    options().into_iter().map(|option| option.device).collect()
}

/// The same with the names people know.
pub(crate) fn options() -> Vec<DeviceOption> {
    let files = fs::read_dir("/dev").into_iter().flatten().flatten();
    let numbers: Vec<u32> =
        files.filter_map(|file| file.file_name().to_str()?.strip_prefix("nvidia")?.parse().ok()).collect();
    if numbers.is_empty() {
        return vec![DeviceOption { device: "cpu".to_owned(), name: "CPU".to_owned() }];
    }
    let names = names();
    let option = |index: usize| {
        let device = format!("cuda:{index}");
        let name = names.get(index).cloned().unwrap_or_else(|| device.clone());
        DeviceOption { device, name }
    };
    (0..numbers.len()).map(option).collect()
}

/// The models of the graphics cards in the order of their addresses, which is that of their numbers.
fn names() -> Vec<String> {
    let folders = fs::read_dir("/proc/driver/nvidia/gpus").into_iter().flatten().flatten();
    let mut cards: Vec<_> = folders.map(|folder| folder.path()).collect();
    cards.sort();
    let model = |text: String| Some(text.lines().find_map(|line| line.strip_prefix("Model:"))?.trim().to_owned());
    cards.iter().filter_map(|card| model(fs::read_to_string(card.join("information")).ok()?)).collect()
}
