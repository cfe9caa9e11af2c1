//! Measures the engine at the size of a model's folder in the diffusers layout: `cargo xtask bench --engine` runs it, in turn with
//! another program of the same protocol. Each line on standard input is a command, each answer a line of JSON.
//!
//! `load` builds network and autoencoder; `step W H GUIDANCE` denoises once; `decode W H` makes a picture of latents; `memory`
//! tells the peak. Times are of the processor, all threads together, in seconds.
#![expect(clippy::print_stdout, reason = "a measurement's product is text")]

use std::error::Error;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

use invoke_engine::device::{Device, Precision};
use invoke_engine::models::unet::{Added, Unet};
use invoke_engine::models::vae::Vae;
use invoke_engine::sampling::image;
use invoke_engine::sampling::prompt::Prompt;
use invoke_engine::sampling::sd::{DenoiseRequest, Guidance, denoise, noise};
use invoke_engine::schedulers::SchedulerConfig;
use invoke_engine::{Kind, Tensor};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A tick of the clock in which the kernel counts a process's time.
const TICKS_PER_SECOND: f64 = 100.0;

struct Loaded {
    unet: Unet,
    vae: Vae,
    scheduler: SchedulerConfig,
}

fn main() -> Result<()> {
    // As a worker does.
    invoke_engine::memory::keep_freed();
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("expected the folder of a model")?);
    let device: Device = arguments.next().unwrap_or("cpu".to_owned()).parse()?;
    let kind = device.kind(arguments.next().unwrap_or("auto".to_owned()).parse::<Precision>()?);
    let mut loaded: Option<Loaded> = None;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |place: usize| -> Result<f64> { Ok(words.get(place).ok_or("a number is missing")?.parse()?) };
        let answer = match words.first().copied() {
            Some("load") => {
                let (model, told) = load(&folder, device, kind)?;
                loaded = Some(model);
                told
            }
            Some("memory") => json!({ "peak_megabytes": status("VmHWM:")?, "own_megabytes": status("RssAnon:")? }),
            Some(command @ ("step" | "decode")) => {
                let model = loaded.as_ref().ok_or("nothing is loaded")?;
                let (width, height) = (number(1)? as i64, number(2)? as i64);
                let start = cpu_seconds()?;
                match command {
                    "step" => model.step(width, height, number(3)?)?,
                    _ => model.decode(width, height)?,
                }
                json!({ "cpu_seconds": cpu_seconds()? - start })
            }
            other => return Err(format!("unknown command: {other:?}").into()),
        };
        println!("{answer}");
    }
    Ok(())
}

/// Everything a model needs to be ready for its first step.
fn load(folder: &Path, device: Device, kind: Kind) -> Result<(Loaded, Value)> {
    let (own, start) = (status("RssAnon:")?, Instant::now());
    let unet = Unet::load(&folder.join("unet"), device, kind)?;
    unet.weights().settle(u64::MAX)?;
    let (seconds, grown) = (start.elapsed().as_secs_f64(), status("RssAnon:")? - own);
    let megabytes = unet.bytes() as f64 / 1e6;
    let vae = Vae::load(&folder.join("vae"), device, kind)?;
    let told =
        json!({ "seconds": seconds, "own_megabytes": grown, "megabytes": megabytes, "kind": format!("{kind:?}") });
    let scheduler = SchedulerConfig::load(&folder.join("scheduler"))?;
    Ok((Loaded { unet, vae, scheduler }, told))
}

impl Loaded {
    fn step(&self, width: i64, height: i64, guidance: f64) -> Result<()> {
        let config = self.unet.config();
        let like = (Kind::Float, tch::Device::Cpu);
        let embeddings = Tensor::f_zeros([1, 77, config.cross_attention_dim.at(0)], like)?;
        let told = config.projection_class_embeddings_input_dim.map(|inputs| -> Result<_> {
            let pooled = inputs - 6 * config.addition_time_embed_dim.unwrap_or_default();
            Ok((Tensor::f_zeros([1, pooled], like)?, Tensor::f_zeros([1, 6], like)?))
        });
        let told = told.transpose()?;
        let added = told.as_ref().map(|(text_embeds, time_ids)| Added { text_embeds, time_ids });
        let prompt = Prompt { added, ..Prompt::new(&embeddings) };
        let noise = noise(1, width, height, Kind::Float)?;
        let request = DenoiseRequest {
            noise: Some(&noise),
            latents: None,
            seed: 1,
            positive: prompt,
            negative: prompt,
            guidance: Guidance::Constant(guidance),
            guidance_rescale: 0.0,
            scheduler: "euler",
            scheduler_config: &self.scheduler,
            steps: 1,
            denoising_start: 0.0,
            denoising_end: 1.0,
            inpaint: None,
            freeu: None,
            contributions: Vec::new(),
        };
        let latents = denoise(&self.unet, &request, &mut |_| Ok(()))?;
        // Where the device works on its own: until it is done.
        let _ = latents.f_to_device(tch::Device::Cpu)?;
        Ok(())
    }

    fn decode(&self, width: i64, height: i64) -> Result<()> {
        let latents = noise(2, width, height, Kind::Float)?;
        image::decode(&self.vae, &latents, None)?;
        Ok(())
    }
}

/// Time all threads of this process have computed.
fn cpu_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after = text.rsplit_once(") ").ok_or("no name in /proc/self/stat")?.1;
    let mut ticks = after.split(' ').skip(11).take(2).map(str::parse::<f64>);
    let mut next = || ticks.next().ok_or("/proc/self/stat is too short");
    Ok((next()?? + next()??) / TICKS_PER_SECOND)
}

/// Megabytes on a line of `/proc/self/status`.
fn status(line: &str) -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let found = text.lines().find_map(|text| text.strip_prefix(line)).ok_or_else(|| format!("no {line}"))?;
    Ok(found.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0 / 1e6)
}
