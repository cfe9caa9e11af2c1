//! The engine at full size: processor seconds for a step and for decoding, beside diffusers in the same run, in turn. Processor
//! seconds and not those of the clock, so that other work on the machine disturbs little.

use super::median;
use crate::libtorch;
use crate::shell::{self, cargo, command, root};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

const PEER: &str = "xtask/src/bench/diffusers_speed.py";

/// What of the engine to measure, and beside whom.
#[derive(clap::Args)]
pub(crate) struct EngineOptions {
    /// A Python with diffusers, to compare with. It also makes the model, with random weights.
    #[arg(long, value_name = "PROGRAM")]
    peer_python: Option<String>,
    /// A model's folder in the diffusers layout, instead of one made for the measurement.
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
    /// SDXL at 1024x1024 instead of Stable Diffusion 1.5 at 512x512.
    #[arg(long)]
    sdxl: bool,
    /// The device of the engine; with anything but `cpu`, diffusers is left out.
    #[arg(long, default_value = "cpu")]
    device: String,
    /// The precision of the engine; diffusers computes in single precision.
    #[arg(long, default_value = "float32")]
    precision: String,
    /// Threads of each.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// Somebody who answers commands.
struct Contestant {
    name: &'static str,
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    guided: Vec<f64>,
    unguided: Vec<f64>,
    decoded: Vec<f64>,
}

impl Contestant {
    fn start(name: &'static str, program: &str, arguments: &[&str], threads: usize) -> Result<Self> {
        let mut process = command(program, arguments);
        process.env("OMP_NUM_THREADS", threads.to_string()).env("MKL_NUM_THREADS", threads.to_string());
        process.env("OMP_WAIT_POLICY", "PASSIVE").env("HF_HUB_OFFLINE", "1");
        let mut child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let to = child.stdin.take().context("no input")?;
        let from = BufReader::new(child.stdout.take().context("no output")?);
        Ok(Self { name, child, to, from, guided: Vec::new(), unguided: Vec::new(), decoded: Vec::new() })
    }

    fn ask(&mut self, command: &str) -> Result<Value> {
        writeln!(self.to, "{command}")?;
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            bail!("{} ended at `{command}`", self.name);
        }
        println!("{}: {command}: {}", self.name, line.trim());
        serde_json::from_str(&line).with_context(|| format!("not JSON: {line}"))
    }

    fn seconds(&mut self, command: &str) -> Result<f64> {
        self.ask(command)?["cpu_seconds"].as_f64().context("no cpu_seconds")
    }

    fn round(&mut self, side: u32) -> Result<()> {
        let guided = self.seconds(&format!("step {side} {side} 7"))?;
        self.guided.push(guided);
        let unguided = self.seconds(&format!("step {side} {side} 1"))?;
        self.unguided.push(unguided);
        let decoded = self.seconds(&format!("decode {side} {side}"))?;
        self.decoded.push(decoded);
        Ok(())
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures and prints a table.
///
/// # Errors
/// When the engine does not build, or somebody does not answer.
pub(crate) fn run(options: &EngineOptions, rounds: usize, dev: bool) -> Result<()> {
    libtorch::prepare(false)?;
    shell::run(cargo(&["build", "--workspace", "--example", "speed"]).args((!dev).then_some("--release")))?;
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), Into::into);
    let ours = target.join(if dev { "debug" } else { "release" }).join("examples/speed").display().to_string();
    let (model, _made) = model(options)?;
    let model = model.to_str().context("the model's path is not UTF-8")?;

    let arguments = [model, &options.device, &options.precision];
    let mut contestants = vec![Contestant::start("engine", &ours, &arguments, options.threads)?];
    if let (Some(python), "cpu") = (&options.peer_python, options.device.as_str()) {
        contestants.push(Contestant::start("diffusers", python, &[PEER, "serve", model], options.threads)?);
    }
    let side = if options.sdxl { 1024 } else { 512 };
    let mut loads = Vec::new();
    for one in &mut contestants {
        // Twice: the first brings the file into memory.
        one.ask("load")?;
        loads.push(one.ask("load")?);
    }
    for _ in 0..rounds {
        for one in &mut contestants {
            one.round(side)?;
        }
    }
    let mut peaks = Vec::new();
    for one in &mut contestants {
        peaks.push(one.ask("memory")?);
    }
    report(&contestants, &loads, &peaks, side);
    Ok(())
}

/// The model that was named, or one made for now.
fn model(options: &EngineOptions) -> Result<(PathBuf, Option<tempfile::TempDir>)> {
    if let Some(model) = &options.model {
        return Ok((model.clone(), None));
    }
    let python = options.peer_python.as_ref().context("name a `--model`, or a `--peer-python` that can make one")?;
    let folder = tempfile::Builder::new().prefix("invokeai-bench-model-").tempdir()?;
    let family = if options.sdxl { "sdxl" } else { "sd15" };
    let path = folder.path().to_str().context("the temporary folder is not UTF-8")?;
    shell::run(&mut command(python, &[PEER, "make", path, family]))?;
    Ok((Path::new(path).to_owned(), Some(folder)))
}

fn report(contestants: &[Contestant], loads: &[Value], peaks: &[Value], side: u32) {
    println!("\n| medians | {} |", contestants.iter().map(|one| one.name).collect::<Vec<_>>().join(" | "));
    let row = |what: &str, numbers: Vec<Option<f64>>| {
        let cells: Vec<String> = numbers
            .iter()
            .map(|number| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}")))
            .collect();
        let ratio = match numbers[..] {
            [Some(ours), Some(peer)] => format!(" {:.2} |", ours / peer),
            _ => String::new(),
        };
        println!("| {what} | {} |{ratio}", cells.join(" | "));
    };
    let medians = |of: fn(&Contestant) -> &Vec<f64>| contestants.iter().map(|one| median(of(one))).collect::<Vec<_>>();
    row(&format!("a step with guidance, {side}x{side}, CPU s"), medians(|one| &one.guided));
    row("a step at guidance 1, CPU s", medians(|one| &one.unguided));
    row("decoding, CPU s", medians(|one| &one.decoded));
    let numbers = |from: &[Value], name: &str| from.iter().map(|one| one[name].as_f64()).collect::<Vec<_>>();
    row("loading the network from the page cache, s", numbers(loads, "seconds"));
    row("memory of its own for that, MB", numbers(loads, "own_megabytes"));
    row("peak memory, MB", numbers(peaks, "peak_megabytes"));
    row("memory of its own at the end, MB", numbers(peaks, "own_megabytes"));
}
