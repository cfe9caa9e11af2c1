//! A worker without libtorch: its device says how it begins, each session says what it does.
//!
//! A session is `{"script": [step, …]}` with the steps of [`step`]; what the steps learn becomes the outputs of nodes.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test double fails loudly")]

use invoke_worker_protocol::client::{Command, Link, RunLink, attach};
use invoke_worker_protocol::wire::{CacheStatus, Failure, Hello, StoreImage};
use invoke_worker_protocol::{Picture, VERSION};
use serde_json::{Value, json};
use std::io::{BufRead as _, Read as _};
use std::path::PathBuf;
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

/// How often the cache of node results was cleared.
static CLEARS: AtomicU64 = AtomicU64::new(0);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (socket, device) = match &args[1..] {
        [socket_flag, socket, device_flag, device] if socket_flag == "--socket" && device_flag == "--device" => {
            (PathBuf::from(socket), device.clone())
        }
        other => panic!("{other:?}"),
    };
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let line = line.trim();
    let token = (0..line.len()).step_by(2).map(|at| u8::from_str_radix(&line[at..at + 2], 16).unwrap());
    let mut hello = Hello {
        token: token.collect::<Vec<u8>>().into(),
        version: VERSION.to_owned(),
        catalogue_hash: "catalogue".to_owned(),
        device: device.clone(),
    };
    match device.as_str() {
        "exits" => {
            eprintln!("no libtorch here");
            exit(3);
        }
        "late" => wait_for_end_of_input(),
        "old" => hello.version = "0.0.1".to_owned(),
        "guessing" => hello.token = vec![7; 32].into(),
        _ => {}
    }
    std::thread::spawn(|| {
        wait_for_end_of_input();
        exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let attached = match runtime.block_on(attach(&socket, hello)) {
        Ok(attached) => attached,
        Err(error) => {
            eprintln!("{error}");
            exit(1);
        }
    };
    let mut commands = attached.commands;
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move {
        while let Some(command) = commands.next().await {
            match command {
                Command::Run { run, session, .. } => sender.send((run, session)).unwrap(),
                Command::Cache(command) => CLEARS.store(command.clears, Ordering::SeqCst),
                Command::Stop => break,
            }
        }
    });
    for (run, session) in receiver {
        execute(&attached.link, run, &session);
    }
}

fn wait_for_end_of_input() {
    std::io::stdin().lock().read_to_end(&mut Vec::new()).unwrap();
}

fn execute(link: &Link, number: u64, session: &str) {
    let run = link.run(number);
    let session: Value = serde_json::from_str(session).unwrap();
    let done = json!({ "done": session["script"] }).to_string();
    for (index, text) in session["script"].as_array().unwrap().iter().enumerate() {
        let (verb, argument) = text.as_object().unwrap().iter().next().unwrap();
        let (node, source) =
            (json!({ "id": format!("prepared-{index}"), "type": verb }).to_string(), format!("node-{index}"));
        if verb == "misfit" {
            let kind = "NodeInputError".to_owned();
            let failure = Failure { kind, message: "does not fit".to_owned(), traceback: String::new() };
            run.failed_before_start(node, &source, failure.clone());
            return run.finish_failed(None, failure);
        }
        run.started(node, &source);
        if verb == "call" {
            return run.finish_waiting(Some(done), format!("prepared-{index}"));
        }
        match step(link, &run, number, verb, argument) {
            Ok(output) => run.completed(output.to_string()),
            Err(failure) => {
                run.failed(failure.clone());
                return run.finish_failed(Some(done), failure);
            }
        }
        if run.is_cancelled() {
            return run.finish_canceled(None);
        }
    }
    run.cache_status(CacheStatus { size: 1, hits: 2, misses: 3, clears: CLEARS.load(Ordering::SeqCst) });
    run.finish_completed(Some(done));
}

fn step(link: &Link, run: &RunLink, number: u64, verb: &str, argument: &Value) -> Result<Value, Failure> {
    match verb {
        "value" => Ok(argument.clone()),
        "pid" => Ok(json!(std::process::id())),
        "environment" => Ok(std::env::vars().map(|(name, value)| json!([name, value])).collect()),
        "clears" => Ok(json!(CLEARS.load(Ordering::SeqCst))),
        "sees" => {
            let names = argument.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
            Ok(json!(run.see_images(names)?))
        }
        "progress" => {
            run.progress(argument.as_str().unwrap(), Some(0.5), Some((64, 32, vec![0xff, 0xd8])));
            Ok(Value::Null)
        }
        // Ends when it is canceled.
        "wait" => {
            while !run.is_cancelled() {
                std::thread::park_timeout(std::time::Duration::from_millis(1));
            }
            Ok(Value::Null)
        }
        // Never ends.
        "hang" => loop {
            std::thread::park();
        },
        "exit" => {
            eprintln!("about to exit");
            exit(argument.as_i64().unwrap() as i32)
        }
        "abort" => std::process::abort(),
        "load_image" => {
            let (picture, metadata) = run.load_image(argument.as_str().unwrap())?;
            Ok(json!([picture.mode, picture.width, picture.height, picture.pixels.to_vec(), metadata]))
        }
        "store_image" => {
            let pixels: Vec<u8> = (0..600 * 400 * 3).map(|at| (at % 250) as u8).collect();
            let picture = Picture::new("RGB", 600, 400, pixels.into()).unwrap();
            let request = StoreImage {
                picture: None,
                category: "general".to_owned(),
                is_intermediate: false,
                board_id: None,
                metadata: Some(argument.to_string()),
                node_id: "prepared".to_owned(),
            };
            let stored = run.store_image(picture, request)?;
            Ok(json!([stored.name, stored.width, stored.height]))
        }
        "model" => {
            let key = argument.as_str().unwrap();
            let model = run.find_model(key)?;
            run.model_load(key, Some("unet"), false);
            run.model_load(key, Some("unet"), true);
            Ok(json!([serde_json::from_str::<Value>(&model.config).unwrap(), model.path]))
        }
        // Reports about a run it was not given.
        "babble" => {
            link.run(number + 1).completed("null".to_owned());
            Ok(Value::Null)
        }
        other => Err(Failure {
            kind: "ValueError".to_owned(),
            message: format!("no step is called {other}"),
            traceback: "somewhere".to_owned(),
        }),
    }
}
