//! Large model files: how long a folder full of them is searched, and how fast one is installed in place, which reads it
//! through to know its hash. The files are sparse: they hold zeros and take no room, so that what is measured is the
//! processor's part; a disk that is slower than this is what decides.

use super::http::{Client, percent_encode};
use super::process::Server;
use super::{median, wait_for};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Bytes of a file.
const SIZE: u64 = 2 << 30;
/// Files that are installed; the median counts.
const INSTALLED: usize = 5;
/// What makes a file a LoRA.
const TENSOR: &str = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight";

/// Measures each server with a folder of so many files, and prints a table.
///
/// # Errors
/// When a server does not start, or does not do it.
pub(crate) fn run(commands: &[(&str, String)], models: usize) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("invokeai-models-").tempdir()?;
    for index in 0..models.max(INSTALLED) {
        let path = folder.path().join(format!("model-{index:04}.safetensors"));
        sparse(&path, index)?;
        if index < INSTALLED {
            // Into the page cache: the first to read it would measure how fast the system clears pages.
            std::io::copy(&mut std::fs::File::open(&path)?, &mut std::io::sink())?;
        }
    }
    println!("| | {} |", commands.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | "));
    let figures = commands.iter().map(|(_, command)| measure(command, folder.path()));
    let figures: Vec<(f64, f64)> = figures.collect::<Result<_>>()?;
    let row = |name: &str, of: fn(&(f64, f64)) -> f64| {
        let cells: Vec<String> = figures.iter().map(|figure| format!("{:.2}", of(figure))).collect();
        println!("| {name} | {} |", cells.join(" | "));
    };
    row(&format!("seconds to search {} models", models.max(INSTALLED)), |figures| figures.0);
    row("GB/s through a model that is installed in place", |figures| figures.1);
    Ok(())
}

/// A safetensors file of one tensor of zeros. Its header differs, as otherwise all would have one hash.
fn sparse(path: &Path, index: usize) -> Result<()> {
    let (rows, width) = (SIZE / 2 / 768, 768);
    let entry = json!({ "dtype": "F16", "shape": [rows, width], "data_offsets": [0, 2 * rows * width] });
    let header = json!({ "__metadata__": { "number": index.to_string() }, TENSOR: entry }).to_string();
    let mut file = std::fs::File::create(path)?;
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    Ok(file.set_len(8 + header.len() as u64 + 2 * rows * width)?)
}

/// Seconds of a search, and gigabytes per second of an installation.
fn measure(command: &str, folder: &Path) -> Result<(f64, f64)> {
    let server = Server::start(command)?;
    let mut client = Client::connect(server.port)?;
    let account = json!({ "email": "bench@example.com", "display_name": "Bench", "password": "BenchPass123" });
    client.post("/api/v1/auth/setup", &account, None)?;
    let login = json!({ "email": "bench@example.com", "password": "BenchPass123", "remember_me": false });
    let token = client.post("/api/v1/auth/login", &login, None)?["token"].as_str().context("no token")?.to_owned();
    let shown = folder.to_str().context("the folder's path is not UTF-8")?;
    let scan = format!("/api/v2/models/scan_folder?scan_path={}", percent_encode(shown));
    let start = Instant::now();
    let found = client.get(&scan, Some(&token))?;
    let searched = start.elapsed().as_secs_f64();
    let found = found.as_array().map(Vec::len).unwrap_or_default();
    if found < INSTALLED {
        bail!("the search found {found} models");
    }
    let mut speeds = Vec::new();
    for index in 0..INSTALLED {
        let file = folder.join(format!("model-{index:04}.safetensors")).display().to_string();
        let install = format!("/api/v2/models/install?source={}&inplace=true", percent_encode(&file));
        let start = Instant::now();
        let job = client.post(&install, &json!({}), Some(&token))?["id"].to_string();
        let path = format!("/api/v2/models/install/{job}");
        wait_for("an installation", || {
            let job = client.get(&path, Some(&token))?;
            match job["status"].as_str() {
                Some("completed") => Ok(Some(())),
                Some("error" | "cancelled") => bail!("the installation failed: {}", job["error"]),
                _ => Ok(None),
            }
        })?;
        speeds.push(SIZE as f64 / 1e9 / start.elapsed().as_secs_f64());
    }
    Ok((searched, median(&speeds).unwrap_or_default()))
}
