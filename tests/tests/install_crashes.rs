//! The real server, killed at every place where an installation could leave something half: while bytes come, before and
//! after a file gets its name, between the last file and the record, while files move. Afterwards the next start has the
//! model whole, once, with nothing of the work left; before that the list never names it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::host::{Asked, Host, Reply, files_of};
use invoke_tests::process::{ServerProcess, tiny_model};
use invoke_tests::sqlite::sqlite;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where a download can be killed; the second is in the middle of a file.
const DOWNLOADING: [&str; 6] = [
    "AfterDownloadStarted",
    "DownloadingFile:3",
    "BeforeFileIsNamed:2",
    "AfterFileIsNamed",
    "AfterFileIsNamed:4",
    "AfterDownloads",
];
/// Where making files a model can be killed.
const MOVING: [&str; 4] = ["BeforeFilesAreTaken", "AfterFilesAreTaken", "BeforeRecordIsKept", "AfterRecordIsKept"];

/// A server that may ask this machine, and stops at the point; nowhere without one.
fn start(root: &Path, hub: &str, stop_at: &str) -> ServerProcess {
    let file = root.join("invokeai.yaml");
    if !file.exists() {
        let yaml = "schema_version: 4.0.3\nmultiuser: true\nstarter_model: false\nallow_private_download_urls: true\n";
        std::fs::write(&file, yaml).unwrap();
    }
    let home = root.join("hub");
    let environment = [("INVOKE_STOP_AT", stop_at), ("HF_ENDPOINT", hub), ("HF_HOME", home.to_str().unwrap())];
    let mut server = ServerProcess::start_with(root, &environment);
    if root.join("set up").exists() {
        server.sign_in();
    } else {
        server.set_up_administrator();
        std::fs::write(root.join("set up"), "").unwrap();
    }
    server
}

/// A hub whose one repository is the folder `model`.
fn hub(model: BTreeMap<String, Vec<u8>>) -> Host {
    Host::start(move |asked: &Asked| {
        let path = asked.path.split('?').next().unwrap();
        if path == "/api/models/maker/tiny" {
            let files = model.iter().map(|(name, content)| json!({ "rfilename": name, "size": content.len() }));
            return Reply::ok(json!({ "id": "maker/tiny", "siblings": files.collect::<Vec<_>>() }).to_string());
        }
        let file = path.strip_prefix("/maker/tiny/resolve/main/").and_then(|name| model.get(name));
        file.map_or_else(|| Reply::status(404), |content| Reply::file(asked, content, "v1"))
    })
}

fn install(server: &ServerProcess, source: &str) {
    let encoded: String = source.bytes().map(|byte| format!("%{byte:02X}")).collect();
    server.post(&format!("/api/v2/models/install?source={encoded}"), &json!({}));
}

/// Kills the server there. The list does not name the model, unless the record is just what was kept.
fn killed_at(server: ServerProcess, root: &Path, point: &str) {
    server.wait_for_log(&format!("stopped at {}", point.split(':').next().unwrap()));
    server.kill();
    let listed = sqlite(&root.join("databases/invokeai.db"), "SELECT count(*) FROM models", &[]);
    assert_eq!(listed, if point == "AfterRecordIsKept" { "1" } else { "0" }, "{point}");
}

/// Waits for the one model and checks that it is whole and that nothing else is left. Gives its record.
fn whole(server: &ServerProcess, root: &Path, content: &BTreeMap<String, Vec<u8>>, point: &str) -> Value {
    server.until("the installation", || {
        let jobs = server.get("/api/v2/models/install");
        let open = jobs.as_array().unwrap().iter().filter(|job| {
            assert_ne!(job["status"], "error", "{point}: {job}");
            job["status"] != "completed"
        });
        (open.count() == 0).then_some(())
    });
    let models = server.get("/api/v2/models/")["models"].clone();
    assert_eq!(models.as_array().unwrap().len(), 1, "{point}: {models}");
    let folder = root.join("models").join(models[0]["key"].as_str().unwrap());
    assert_eq!(files_of(&folder), *content, "{point}");
    let entries = std::fs::read_dir(root.join("models")).unwrap().flatten().map(|entry| entry.path());
    let other = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        *path != folder && !name.starts_with('.') && name != "model_images"
    };
    assert_eq!(entries.filter(other).collect::<Vec<_>>(), Vec::<PathBuf>::new(), "{point}");
    models[0].clone()
}

#[test]
fn a_download_that_was_killed_anywhere_becomes_a_whole_model_at_the_next_start() {
    let model = files_of(&tiny_model());
    let host = hub(model.clone());
    for point in DOWNLOADING.into_iter().chain(MOVING) {
        let root = tempfile::tempdir().unwrap();
        let server = start(root.path(), &host.url(), point);
        install(&server, "maker/tiny");
        killed_at(server, root.path(), point);
        let server = start(root.path(), &host.url(), "");
        let record = whole(&server, root.path(), &model, point);
        assert_eq!((&record["name"], &record["source"]), (&json!("tiny"), &json!("maker/tiny")), "{point}");
        assert_eq!((&record["type"], &record["source_type"]), (&json!("main"), &json!("hf_repo_id")), "{point}");
    }
}

#[test]
fn a_model_that_is_moved_in_is_where_it_was_or_in_the_list() {
    let weights = std::fs::read(tiny_model().join("unet/diffusion_pytorch_model.safetensors")).unwrap();
    for point in MOVING {
        for is_file in [true, false] {
            let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let (source, content) = if is_file {
                let file = outside.path().join("my own.safetensors");
                std::fs::write(&file, &weights).unwrap();
                (file, BTreeMap::from([("my own.safetensors".to_owned(), weights.clone())]))
            } else {
                let folder = outside.path().join("my own");
                for (name, content) in files_of(&tiny_model()) {
                    std::fs::create_dir_all(folder.join(&name).parent().unwrap()).unwrap();
                    std::fs::write(folder.join(name), content).unwrap();
                }
                (folder, files_of(&tiny_model()))
            };
            let server = start(root.path(), "http://127.0.0.1:9", point);
            install(&server, source.canonicalize().unwrap().to_str().unwrap());
            killed_at(server, root.path(), point);
            let server = start(root.path(), "http://127.0.0.1:9", "");
            let record = whole(&server, root.path(), &content, point);
            assert_eq!(record["name"], "my own", "{point}");
            assert!(!source.exists(), "{point}");
        }
    }
}

#[test]
fn a_killed_download_asks_only_for_what_is_missing() {
    let content: Vec<u8> = std::fs::read(tiny_model().join("unet/diffusion_pytorch_model.safetensors")).unwrap();
    let model = BTreeMap::from([
        ("config.json".to_owned(), std::fs::read(tiny_model().join("unet/config.json")).unwrap()),
        ("diffusion_pytorch_model.safetensors".to_owned(), content.clone()),
    ]);
    let host = hub(model);
    let root = tempfile::tempdir().unwrap();
    let server = start(root.path(), &host.url(), "DownloadingFile:5");
    install(&server, "maker/tiny");
    killed_at(server, root.path(), "DownloadingFile:5");
    let server = start(root.path(), &host.url(), "");
    server.until("the installation", || {
        let jobs = server.get("/api/v2/models/install");
        (jobs[0]["status"] != "downloading" && jobs[0]["status"] != "waiting").then_some(())
    });
    let asked = host.asked_for("/maker/tiny/resolve/main/diffusion");
    assert_eq!((asked.len(), asked[1].header("if-range")), (2, "\"v1\""));
    let from: usize = asked[1].header("range").trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
    assert!(from > 0 && from < content.len(), "{from}");
}
