//! Measures the server: start-up, memory at rest, requests per second, seconds per denoising step. With `--peer` the
//! same for another server of the same API, in turn within one run, so that both see the same machine.

mod browser;
mod engine;
mod gallery;
mod http;
mod models;
mod process;
mod scale;
mod wrong_passwords;

use crate::shell::{cargo, root};
use crate::{libtorch, shell};
use anyhow::{Context, Result, bail};
use http::{Client, requests_per_second};
use process::Server;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Command of a server to compare with, as one text; it is given `--root DIR` and told its port by the environment.
    #[arg(long)]
    peer: Option<String>,
    /// Measurements of each kind and server; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of load per measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Only a small run of what is measured inside the server, which shows that it works and nothing else.
    #[arg(long)]
    quick: bool,
    /// Leave out generating pictures.
    #[arg(long)]
    no_generation: bool,
    /// Measure listings and search with so many images instead (the aim is 1000000).
    #[arg(long, value_name = "IMAGES")]
    gallery: Option<usize>,
    /// Measure the engine at full size instead.
    #[arg(long = "engine")]
    engine_only: bool,
    #[command(flatten)]
    engine: engine::EngineOptions,
    /// Measure the pages in a browser with so many images instead (the aim is 100000).
    #[arg(long, value_name = "IMAGES")]
    browser: Option<usize>,
    /// Boards for `--gallery`.
    #[arg(long, default_value_t = 2_000)]
    boards: usize,
    /// Measure searching and hashing so many model files of 2 GiB instead (the aim is 200).
    #[arg(long, value_name = "FILES")]
    models: Option<usize>,
    /// Wrong passwords to send.
    #[arg(long, default_value_t = 1000)]
    wrong_passwords: usize,
    /// Measure the development build: quick to have, only good for trying the benchmark itself.
    #[arg(long)]
    dev: bool,
    /// Measure the executables of this folder instead of building them.
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
}

/// Connections held open at once.
const CONNECTIONS: usize = 32;
/// Denoising steps of the long and the short run; their difference leaves out loading and decoding.
const STEPS: (u64, u64) = (40, 8);
/// Size of the test picture in pixels.
const SIZE: u64 = 256;

/// One server's figures in the order measured.
#[derive(Default)]
struct Figures {
    start_seconds: Vec<f64>,
    resident_megabytes: Vec<f64>,
    requests_per_second: Vec<f64>,
    seconds_per_step: Vec<f64>,
    enqueue_seconds: Vec<f64>,
    me_quiet_median: Vec<f64>,
    me_quiet_p99: Vec<f64>,
    me_guessed_median: Vec<f64>,
    me_guessed_p99: Vec<f64>,
    guesses_refused: Vec<f64>,
}

/// Measures and prints a table.
///
/// # Errors
/// When a server does not build, start or answer.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.quick {
        return scale::run(true);
    }
    if options.engine_only {
        return engine::run(&options.engine, options.rounds, options.dev);
    }
    let ours = match &options.binaries {
        Some(binaries) => binaries.clone(),
        None => build(options.dev)?,
    };
    let ours = ours.join("invokeai-web").display().to_string();
    if let Some(images) = options.browser {
        return browser::run(&ours, images, !options.dev);
    }
    let mut commands = vec![("this server", ours)];
    commands.extend(options.peer.iter().map(|peer| ("peer", peer.clone())));
    if let Some(images) = options.gallery {
        return gallery::run(&commands, images, options.boards, !options.dev);
    }
    if let Some(files) = options.models {
        return models::run(&commands, files);
    }
    let mut contestants: Vec<_> =
        commands.into_iter().map(|(name, command)| (name, command, Figures::default())).collect();
    for round in 0..options.rounds.max(1) {
        for (name, command, figures) in &mut contestants {
            println!("round {}: {name}", round + 1);
            measure(command, figures, options)?;
        }
    }
    report(&contestants);
    // What is measured inside the server takes a release build and minutes.
    if options.dev { Ok(()) } else { scale::run(false) }
}

/// Builds server and worker; the folder they are in.
fn build(dev: bool) -> Result<PathBuf> {
    libtorch::prepare(false)?;
    // Both, whatever is measured: built alone, a package asks its dependencies for other features, and all is compiled anew.
    let mut build = cargo(&["build", "--package", "invoke-server", "--package", "invoke-worker"]);
    shell::run(build.args((!dev).then_some("--release")))?;
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), PathBuf::from);
    Ok(target.join(if dev { "debug" } else { "release" }))
}

fn measure(command: &str, figures: &mut Figures, options: &Options) -> Result<()> {
    let server = Server::start(command)?;
    figures.start_seconds.push(server.start_seconds);
    let account = json!({ "email": "bench@example.com", "display_name": "Bench", "password": "BenchPass123" });
    let mut client = Client::connect(server.port)?;
    client.post("/api/v1/auth/setup", &account, None)?;
    let login = json!({ "email": "bench@example.com", "password": "BenchPass123", "remember_me": false });
    let answer = client.post("/api/v1/auth/login", &login, None)?;
    let token = answer["token"].as_str().context("login gave no token")?.to_owned();
    client.get("/api/v1/auth/me", Some(&token))?;
    figures.resident_megabytes.push(server.resident_megabytes()?);
    let duration = Duration::from_secs(options.seconds);
    figures.requests_per_second.push(requests_per_second(
        server.port,
        "/api/v1/auth/me",
        &token,
        CONNECTIONS,
        duration,
    )?);
    figures.enqueue_seconds.push(enqueue_seconds(&mut client, &token)?);
    let guessed = wrong_passwords::measure(server.port, &token, options.wrong_passwords)?;
    figures.me_quiet_median.push(guessed.quiet_median);
    figures.me_quiet_p99.push(guessed.quiet_p99);
    figures.me_guessed_median.push(guessed.median);
    figures.me_guessed_p99.push(guessed.p99);
    figures.guesses_refused.push(guessed.refused as f64);
    if !options.no_generation {
        figures.seconds_per_step.push(seconds_per_step(&mut client, &token)?);
    }
    Ok(())
}

/// Seconds until a batch of 10,000 items is accepted, over HTTP. The queue is paused meanwhile and cleared afterwards.
fn enqueue_seconds(client: &mut Client, token: &str) -> Result<f64> {
    client.put("/api/v1/queue/default/processor/pause", token)?;
    let graph = json!({ "id": "one", "nodes": { "a": { "type": "integer", "id": "a" } }, "edges": [] });
    let body = json!({ "prepend": false, "batch": { "runs": 10_000, "graph": graph } });
    let start = Instant::now();
    let answer = client.post("/api/v1/queue/default/enqueue_batch", &body, Some(token))?;
    let seconds = start.elapsed().as_secs_f64();
    if answer["enqueued"] != 10_000 {
        bail!("not all items were accepted: {}", answer["enqueued"]);
    }
    client.put("/api/v1/queue/default/clear", token)?;
    client.put("/api/v1/queue/default/processor/resume", token)?;
    Ok(seconds)
}

fn seconds_per_step(client: &mut Client, token: &str) -> Result<f64> {
    let folder = root().join("tests/fixtures/models/tiny-sd15");
    let folder = folder.to_str().context("the path of the checkout is not UTF-8")?;
    let install = format!("/api/v2/models/install?source={}&inplace=true", http::percent_encode(folder));
    client.post(&install, &json!({}), Some(token))?;
    let model = wait_for("the model's installation", || {
        let models = client.get("/api/v2/models/", Some(token))?;
        Ok(models["models"].as_array().and_then(|models| models.first()).cloned())
    })?;
    // The first run loads the model.
    generate(client, token, &model, 2, 1)?;
    let long = generate(client, token, &model, STEPS.0, 2)?;
    let short = generate(client, token, &model, STEPS.1, 3)?;
    Ok((long - short) / (STEPS.0 - STEPS.1) as f64)
}

/// Seconds from the claim of an item to its end.
fn generate(client: &mut Client, token: &str, model: &Value, steps: u64, seed: u64) -> Result<f64> {
    let body = graph(model, steps, seed);
    let answer = client.post("/api/v1/queue/default/enqueue_batch", &body, Some(token))?;
    let id = answer["item_ids"][0].as_i64().with_context(|| format!("no item: {answer}"))?;
    let start = Instant::now();
    let path = format!("/api/v1/queue/default/i/{id}");
    let item = wait_for("a picture", || {
        let item = client.get(&path, Some(token))?;
        match item["status"].as_str() {
            Some("completed") => Ok(Some(item)),
            Some("failed" | "canceled") => bail!("the picture failed: {}", item["error_message"]),
            _ => Ok(None),
        }
    })?;
    let _ = item;
    Ok(start.elapsed().as_secs_f64())
}

fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(300) {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a benchmark asks a foreign server, which tells nobody when it is done"
        )]
        std::thread::sleep(Duration::from_millis(10));
    }
    bail!("{what} did not come within 5 minutes")
}

/// Text to image with Euler, the shortest graph both servers run.
fn graph(model: &Value, steps: u64, seed: u64) -> Value {
    let edge = |from: &str, field: &str, to: &str, input: &str| json!({ "source": { "node_id": from, "field": field }, "destination": { "node_id": to, "field": input } });
    json!({ "prepend": false, "batch": { "runs": 1, "graph": {
        "id": "bench",
        "nodes": {
            "loader": { "type": "main_model_loader", "id": "loader", "model": model },
            "positive": { "type": "compel", "id": "positive", "prompt": "a red fox in the snow" },
            "negative": { "type": "compel", "id": "negative", "prompt": "" },
            "noise": { "type": "noise", "id": "noise", "seed": seed, "width": SIZE, "height": SIZE },
            "denoise": { "type": "denoise_latents", "id": "denoise", "steps": steps, "cfg_scale": 7.5, "scheduler": "euler" },
            "decode": { "type": "l2i", "id": "decode", "fp32": true, "use_cache": false },
        },
        "edges": [
            edge("loader", "unet", "denoise", "unet"),
            edge("loader", "clip", "positive", "clip"),
            edge("loader", "clip", "negative", "clip"),
            edge("loader", "vae", "decode", "vae"),
            edge("positive", "conditioning", "denoise", "positive_conditioning"),
            edge("negative", "conditioning", "denoise", "negative_conditioning"),
            edge("noise", "noise", "denoise", "noise"),
            edge("denoise", "latents", "decode", "latents"),
        ],
    } } })
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn report(contestants: &[(&str, String, Figures)]) {
    type Row = (&'static str, fn(&Figures) -> &Vec<f64>, bool);
    let rows: [Row; 10] = [
        ("seconds from exec to the first answer", |figures| &figures.start_seconds, true),
        ("resident memory at rest, MB", |figures| &figures.resident_megabytes, true),
        ("GET /api/v1/auth/me per second, 32 connections", |figures| &figures.requests_per_second, false),
        ("GET /api/v1/auth/me, ms, median", |figures| &figures.me_quiet_median, true),
        ("the same, 99th percentile", |figures| &figures.me_quiet_p99, true),
        ("the same during wrong passwords, median", |figures| &figures.me_guessed_median, true),
        ("the same during wrong passwords, 99th percentile", |figures| &figures.me_guessed_p99, true),
        ("wrong passwords refused unread", |figures| &figures.guesses_refused, false),
        ("seconds to enqueue 10,000 items", |figures| &figures.enqueue_seconds, true),
        ("seconds per step, tiny model, 256x256", |figures| &figures.seconds_per_step, true),
    ];
    println!("\n| medians | {} |", contestants.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" | "));
    for (name, select, less_is_better) in rows {
        let medians: Vec<Option<f64>> = contestants.iter().map(|(_, _, figures)| median(select(figures))).collect();
        let cells: Vec<String> =
            medians.iter().map(|value| value.map_or_else(|| "-".into(), |value| format!("{value:.3}"))).collect();
        let ratio = match medians[..] {
            [Some(ours), Some(peer)] if less_is_better => format!(" {:.1}x |", peer / ours),
            [Some(ours), Some(peer)] => format!(" {:.1}x |", ours / peer),
            _ => String::new(),
        };
        println!("| {name} | {} |{ratio}", cells.join(" | "));
    }
}
