//! Installing models from addresses: whole, in pieces, against hosts that break off, refuse, stall and lie. The answers and
//! events are compared with those recorded from the reference.

use invoke_tests::host::{Asked, Gate, Host, Reply};
use invoke_tests::recording::Exchange;
use invoke_tests::{Client, TestServer, nowhere};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const RECORDING: &str = include_str!("../../fixtures/reference/exchanges.jsonl");

/// A server that may download from this machine.
fn server() -> TestServer {
    TestServer::multiuser().outside(nowhere()).start()
}

/// A LoRA of at least so many bytes.
pub(crate) fn lora(bytes: usize) -> Vec<u8> {
    let tensor = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight";
    let rank = bytes.div_ceil(768);
    let end = rank * 768;
    let header = format!(r#"{{"{tensor}":{{"dtype":"U8","shape":[{rank},768],"data_offsets":[0,{end}]}}}}"#);
    let mut content = (header.len() as u64).to_le_bytes().to_vec();
    content.extend_from_slice(header.as_bytes());
    content.extend((0..end).map(|at| u8::try_from(at % 251).unwrap()));
    content
}

/// Begins an installation and gives its answer.
pub(crate) fn begin(client: &Client, source: &str) -> Value {
    let encoded: String = source.bytes().map(|byte| format!("%{byte:02X}")).collect();
    client.post(&format!("/api/v2/models/install?source={encoded}"), &json!({})).has_status(201).json()
}

pub(crate) fn job(client: &Client, id: &Value) -> Value {
    client.get(&format!("/api/v2/models/install/{id}")).ok()
}

/// Asks until the job is so.
pub(crate) fn until(client: &Client, id: &Value, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    // Each question is a round trip to the server; none is guessed.
    for _ in 0..50_000 {
        let job = job(client, id);
        if is(&job) {
            return job;
        }
        std::thread::yield_now();
    }
    panic!("never {what}: {}", job(client, id));
}

pub(crate) fn until_status(client: &Client, id: &Value, status: &str) -> Value {
    until(client, id, status, |job| {
        let ended = ["completed", "error", "cancelled"].contains(&job["status"].as_str().unwrap());
        assert!(!ended || job["status"] == status, "not {status}: {job}");
        job["status"] == status
    })
}

fn tell(client: &Client, id: &Value, what: &str) -> Value {
    client.post(&format!("/api/v2/models/install/{id}/{what}"), &json!({})).has_status(201).json()
}

/// Folders of installations that are under way.
pub(crate) fn stagings(server: &TestServer) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(server.root().join("models")).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("tmpinstall_")).collect()
}

/// Waits until nothing of installations that have ended is left.
pub(crate) fn until_tidy(server: &TestServer) {
    while !stagings(server).is_empty() {
        std::thread::yield_now();
    }
}

/// The installed files of a job.
pub(crate) fn installed(server: &TestServer, job: &Value) -> PathBuf {
    server.root().join("models").join(job["config_out"]["path"].as_str().unwrap())
}

/// A recorded answer.
fn recorded(step: &str) -> Value {
    Exchange::read_all(RECORDING).into_iter().find(|exchange| exchange.step == step).unwrap().response_body
}

/// What in a job is of one machine and one moment, made the same.
fn common(job: &Value, host: &str) -> Value {
    let text = job.to_string().replace(host, "HOST");
    let mut job: Value = serde_json::from_str(&text).unwrap();
    let placed = |value: &mut Value| {
        if let Some(text) = value.as_str().filter(|text| text.contains("/models/tmpinstall_")) {
            let rest = text.split_once("/models/tmpinstall_").unwrap().1;
            *value = format!("TMP/{}", rest.split_once('/').map_or("", |(_, file)| file)).into();
        }
    };
    placed(&mut job["local_path"]);
    for part in job["download_parts"].as_array_mut().unwrap() {
        ["dest", "download_path"].into_iter().for_each(|field| placed(&mut part[field]));
        for field in ["job_started", "job_ended"] {
            part[field] = part[field].as_str().map(|time| time.replace(|c: char| c.is_ascii_digit(), "9")).into();
        }
        for field in ["id", "last_modified", "bytes", "total_bytes", "expected_total_bytes"] {
            part[field] = Value::Null;
        }
    }
    for field in ["id", "bytes", "total_bytes", "error_traceback", "error"] {
        job[field] = Value::Null;
    }
    if let Some(config) = job["config_out"].as_object_mut() {
        for field in ["key", "hash", "path", "file_size"] {
            config.insert(field.to_owned(), Value::Null);
        }
    }
    job
}

#[test]
fn a_file_is_installed_from_its_address_as_the_reference_does_it() {
    let server = server();
    let content = lora(40_000);
    let sent = content.clone();
    let host = Host::start(move |_| {
        Reply::ok(sent.clone()).header("Content-Type", "application/octet-stream").header("Last-Modified", "then")
    });
    let admin = server.admin();
    let mut listener = invoke_tests::events::Listener::connect(&server.url(), admin.token());
    let url = format!("{}/url-lora.safetensors", host.url());
    let begun = begin(admin, &url);
    let recorded_begin = recorded("models: install from a URL (private URLs allowed)");
    assert_eq!(common(&begun, &host.url()), common(&recorded_begin, "http://127.0.0.1:9199"));
    let done = until_status(admin, &begun["id"], "completed");
    assert_eq!(
        common(&done, &host.url()),
        common(&recorded("models: finished URL install job"), "http://127.0.0.1:9199")
    );
    assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
    assert_eq!((&done["bytes"], &done["total_bytes"]), (&json!(content.len()), &json!(content.len())));
    until_tidy(&server);

    let events = listener.until(|event| event.name == "model_install_complete");
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names[0], "download_started");
    assert_eq!(names[1..3], ["model_install_download_progress", "download_progress"]);
    assert_eq!(
        names[names.len() - 4..],
        ["model_install_downloads_complete", "download_complete", "model_install_started", "model_install_complete"]
    );
    let last = events.iter().rfind(|event| event.name == "model_install_download_progress").unwrap();
    assert_eq!((&last.data["bytes"], &last.data["parts"][0]["bytes"]), (&json!(content.len()), &json!(content.len())));
    assert_eq!(last.data["source"], json!({ "url": url, "access_token": null, "type": "url" }));
}

#[test]
fn a_file_that_is_not_there_fails_the_installation_and_leaves_nothing() {
    let server = server();
    let host = Host::start(|_| Reply::status(404));
    let admin = server.admin();
    let mut listener = invoke_tests::events::Listener::connect(&server.url(), admin.token());
    let id = begin(admin, &format!("{}/missing.safetensors", host.url()))["id"].clone();
    let failed = until_status(admin, &id, "error");
    let theirs = recorded("models: failed URL install job");
    assert_eq!((&failed["error_reason"], &failed["config_in"]), (&theirs["error_reason"], &theirs["config_in"]));
    assert!(failed["error"].as_str().unwrap().ends_with("answered 404 Not Found"), "{failed}");
    let events = listener.until(|event| event.name == "download_error");
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["model_install_error", "download_error"]);
    assert!(events[1].data["error_type"].as_str().unwrap().starts_with("HTTPError("));
    until_tidy(&server);
    assert_eq!(host.asked().len(), 1);
}

#[test]
fn addresses_that_are_not_public_are_refused_in_the_job() {
    let server = TestServer::start();
    let host = Host::start(|_| Reply::ok("secret"));
    let admin = server.admin();
    let theirs = &recorded("models: install list")[1];
    for source in [format!("{}/model.safetensors", host.url()), "http://192.168.1.5/model.safetensors".to_owned()] {
        let begun = begin(admin, &source);
        assert_eq!(begun["status"], "waiting");
        let failed = until_status(admin, &begun["id"], "error");
        assert_eq!(failed["error_reason"], theirs["error_reason"]);
        let name = source.split('/').nth(2).unwrap().split(':').next().unwrap();
        assert_eq!(failed["error"], theirs["error"].as_str().unwrap().replace("127.0.0.1", name));
    }
    assert_eq!(host.asked(), []);
}

#[test]
fn what_breaks_off_is_taken_up_where_it_stopped() {
    let server = server();
    let content = lora(300_000);
    let sent = content.clone();
    let host = Host::start(move |asked| match asked.header("range") {
        "" => Reply::file(asked, &sent, "v1").breaks_off_at(100_000),
        "bytes=100000-" => Reply::file(asked, &sent, "v1").breaks_off_at(50_000),
        _ => Reply::file(asked, &sent, "v1"),
    });
    let admin = server.admin();
    let id = begin(admin, &format!("{}/a.safetensors", host.url()))["id"].clone();
    let done = until_status(admin, &id, "completed");
    assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
    let asked = host.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!((asked[1].header("range"), asked[1].header("if-range")), ("bytes=100000-", "\"v1\""));
    assert_eq!(asked[2].header("range"), "bytes=150000-");
}

#[test]
fn what_has_changed_meanwhile_or_can_not_go_on_is_begun_anew() {
    for changes in [true, false] {
        let server = server();
        let (old, new) = (vec![1; 200_000], lora(200_000));
        let sent = new.clone();
        let host = Host::start(move |asked| match (asked.header("range"), changes) {
            ("", true) => Reply::file(asked, &old, "v1").breaks_off_at(90_000),
            (_, true) => Reply::file(asked, &sent, "v2"),
            // Without ranges: the second answer is the whole file.
            ("", false) => Reply::ok(sent.clone()).breaks_off_at(90_000),
            _ => Reply::ok(sent.clone()),
        });
        let admin = server.admin();
        let id = begin(admin, &format!("{}/a.safetensors", host.url()))["id"].clone();
        let done = until_status(admin, &id, "completed");
        assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), new, "changes: {changes}");
        assert_eq!(done["download_parts"][0]["resume_from_scratch"], true);
    }
}

#[test]
fn a_host_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let server = server();
    let content = lora(5_000);
    let sent = content.clone();
    let turns = AtomicUsize::new(0);
    let host = Host::start(move |asked: &Asked| {
        if asked.path.starts_with("/secret") {
            return Reply::status(if asked.path.ends_with("1") { 401 } else { 403 });
        }
        match turns.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::status(429).header("Retry-After", "0"),
            1 => Reply::status(503),
            _ => Reply::ok(sent.clone()),
        }
    });
    let admin = server.admin();
    let id = begin(admin, &format!("{}/busy.safetensors", host.url()))["id"].clone();
    until_status(admin, &id, "completed");
    assert_eq!(host.asked_for("/busy").len(), 3);
    for path in ["/secret/1", "/secret/2"] {
        let id = begin(admin, &format!("{}{path}", host.url()))["id"].clone();
        let failed = until_status(admin, &id, "error");
        assert!(failed["error"].as_str().unwrap().contains("an access token may be missing"), "{failed}");
        assert_eq!(host.asked_for(path).len(), 1);
    }
}

#[test]
fn a_web_page_is_no_model_and_what_is_no_model_is_not_kept() {
    let server = TestServer::multiuser().outside(nowhere()).with("allow_unknown_models: false").start();
    let host = Host::start(|asked| {
        let kind = if asked.path.contains("page") { "text/html; charset=utf-8" } else { "application/octet-stream" };
        Reply::ok("<html>Please sign in</html>").header("Content-Type", kind)
    });
    let admin = server.admin();
    for (name, reason) in [("page", "ValueError"), ("garbage", "InvalidModelConfigException")] {
        let id = begin(admin, &format!("{}/{name}.safetensors", host.url()))["id"].clone();
        let failed = until_status(admin, &id, "error");
        assert_eq!(failed["error_reason"], reason, "{failed}");
    }
    assert_eq!(admin.get("/api/v2/models/").ok()["models"], json!([]));
    until_tidy(&server);
}

#[test]
fn the_host_may_name_the_file_but_not_choose_where_it_lies() {
    let server = server();
    let content = lora(5_000);
    let sent = content.clone();
    let host = Host::start(move |asked| {
        let name =
            if asked.path.starts_with("/good") { "named by the host.safetensors" } else { "../../evil.safetensors" };
        Reply::ok(sent.clone()).header("Content-Disposition", &format!("attachment; filename=\"{name}\""))
    });
    let admin = server.admin();
    let id = begin(admin, &format!("{}/good/123", host.url()))["id"].clone();
    let done = until_status(admin, &id, "completed");
    assert!(installed(&server, &done).ends_with("named by the host.safetensors"));
    let id = begin(admin, &format!("{}/evil/own.safetensors", host.url()))["id"].clone();
    let done = until_status(admin, &id, "completed");
    assert!(installed(&server, &done).ends_with("own.safetensors"));
    assert!(
        !server.root().join("evil.safetensors").exists()
            && !server.root().parent().unwrap().join("evil.safetensors").exists()
    );
}

/// Waits until so many bytes of a file are on the disk.
fn until_on_disk(server: &TestServer, bytes: u64) {
    let size = |staging: &PathBuf| {
        let files = std::fs::read_dir(staging).into_iter().flatten().flatten().map(|entry| entry.path());
        let unfinished = files.filter(|file| file.extension().is_some_and(|ending| ending == "downloading"));
        unfinished.filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum::<u64>()
    };
    while stagings(server).iter().map(size).sum::<u64>() < bytes {
        std::thread::yield_now();
    }
}

/// A host whose file stalls in the middle of its first answer.
fn stalling(content: &[u8], at: usize) -> (Host, Gate) {
    let (content, gate) = (content.to_vec(), Gate::default());
    let held = gate.clone();
    let host = Host::start(move |asked| match asked.header("range") {
        "" => Reply::file(asked, &content, "v1").stalls_at(at, &held),
        _ => Reply::file(asked, &content, "v1"),
    });
    (host, gate)
}

#[test]
fn an_installation_stands_still_and_goes_on_as_it_is_told() {
    let server = server();
    let content = lora(400_000);
    let (host, gate) = stalling(&content, 120_000);
    let admin = server.admin();
    let url = format!("{}/slow-model.safetensors", host.url());
    let id = begin(admin, &url)["id"].clone();
    until_on_disk(&server, 120_000);
    assert_eq!(job(admin, &id)["status"], "downloading");
    // The same source again is the same installation.
    assert_eq!(begin(admin, &url)["id"], id);
    let paused = tell(admin, &id, "pause");
    assert_eq!(paused["status"], "paused");
    until(admin, &id, "let go", |job| job["download_parts"][0]["status"] == "paused");
    let marker = std::fs::read_to_string(stagings(&server)[0].join(".invokeai_install.json")).unwrap();
    let marker: Value = serde_json::from_str(&marker).unwrap();
    assert_eq!((&marker["version"], &marker["status"], &marker["source"]), (&json!(1), &json!("paused"), &json!(url)));
    assert_eq!((&marker["files"][0]["url"], &marker["files"][0]["etag"]), (&json!(url), &json!("\"v1\"")));
    assert_eq!(tell(admin, &id, "resume")["status"], "waiting");
    let done = until_status(admin, &id, "completed");
    assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
    assert_eq!(host.asked().last().unwrap().header("range"), "bytes=120000-");
    for gone in ["pause", "resume", "restart_failed"] {
        assert_eq!(tell(admin, &id, gone)["status"], "completed");
    }
    gate.open();
}

#[test]
fn an_installation_that_is_called_off_leaves_nothing() {
    let server = server();
    let (host, gate) = stalling(&lora(400_000), 120_000);
    let admin = server.admin();
    let mut listener = invoke_tests::events::Listener::connect(&server.url(), admin.token());
    let id = begin(admin, &format!("{}/slow-model.safetensors", host.url()))["id"].clone();
    until_on_disk(&server, 120_000);
    let answer = admin.delete(&format!("/api/v2/models/install/{id}")).has_status(201).json();
    assert_eq!(answer, Value::Null);
    assert_eq!(job(admin, &id)["status"], "cancelled");
    listener.until(|event| event.name == "download_cancelled");
    until_tidy(&server);
    gate.open();
    assert_eq!(tell(admin, &id, "restart_failed")["status"], "cancelled");
    assert_eq!(admin.get("/api/v2/models/").ok()["models"], json!([]));
}

#[test]
fn what_was_given_up_can_be_begun_once_more() {
    let server = server();
    let content = lora(5_000);
    let (sent, mended) = (content.clone(), Arc::new(AtomicBool::new(false)));
    let works = Arc::clone(&mended);
    let host = Host::start(move |asked| {
        let reply = Reply::file(asked, &sent, "v1");
        if works.load(Ordering::SeqCst) { reply } else { reply.breaks_off_at(1_000) }
    });
    let admin = server.admin();
    let id = begin(admin, &format!("{}/a.safetensors", host.url()))["id"].clone();
    // Bytes are there, so it stands still instead of failing.
    let paused = until_status(admin, &id, "paused");
    assert_eq!(paused["download_parts"][0]["resume_required"], true);
    mended.store(true, Ordering::SeqCst);
    let path = format!("/api/v2/models/install/{id}/restart_file");
    admin.post(&path, &json!(17)).has_status(422);
    assert_eq!(admin.post(&path, &json!("https://other.host/x")).has_status(201).json()["status"], "paused");
    tell(admin, &id, "restart_failed");
    let done = until_status(admin, &id, "completed");
    assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
}

#[test]
fn a_stopped_server_goes_on_with_what_it_downloaded() {
    let server = server();
    let content = lora(400_000);
    let (host, gate) = stalling(&content, 120_000);
    let url = format!("{}/slow-model.safetensors", host.url());
    let id = begin(server.admin(), &url)["id"].clone();
    until_on_disk(&server, 120_000);
    assert_eq!(job(server.admin(), &id)["status"], "downloading");
    let server = server.restart();
    let admin = server.sign_in(invoke_tests::ADMIN);
    let jobs = admin.get("/api/v2/models/install").ok();
    assert_eq!(jobs[0]["source"]["url"], url);
    let done = until_status(&admin, &jobs[0]["id"], "completed");
    assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
    assert_eq!(host.asked().last().unwrap().header("range"), "bytes=120000-");
    gate.open();
}

#[test]
fn leftovers_that_make_no_sense_are_removed_at_the_start() {
    let server = server();
    let models = server.root().join("models");
    let make = |name: &str, marker: Option<Value>| {
        let folder = models.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("half.safetensors.downloading"), "half").unwrap();
        if let Some(marker) = marker {
            std::fs::write(folder.join(".invokeai_install.json"), marker.to_string()).unwrap();
        }
    };
    make("tmpinstall_dangling", None);
    make(
        "tmpinstall_failed",
        Some(json!({ "version": 1, "source": "http://127.0.0.1:9/x", "status": "error", "files": [] })),
    );
    make("tmpinstall_other", Some(json!({ "version": 7, "source": "http://127.0.0.1:9/x", "status": "waiting" })));
    // As the reference writes it: no place for the files.
    let file = json!({ "url": "http://127.0.0.1:9/x.safetensors", "download_path": null, "etag": null });
    make(
        "tmpinstall_theirs",
        Some(
            json!({ "version": 1, "source": "http://127.0.0.1:9/x.safetensors", "status": "paused", "config_in": {}, "files": [file] }),
        ),
    );
    make(
        "tmpinstall_out",
        Some(json!({
            "version": 1, "source": "http://127.0.0.1:9/y.safetensors", "status": "paused",
            "files": [{ "url": "http://127.0.0.1:9/y", "dest": "/etc/evil", "download_path": "/etc/evil" }],
        })),
    );
    server.admin();
    let server = server.restart();
    let left: Vec<PathBuf> = stagings(&server);
    let names: Vec<&str> = left.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert!(names.contains(&"tmpinstall_theirs") && names.contains(&"tmpinstall_out") && names.len() == 2, "{names:?}");
    let jobs = server.sign_in(invoke_tests::ADMIN).get("/api/v2/models/install").ok();
    for job in jobs.as_array().unwrap() {
        assert_eq!((&job["status"], &job["download_parts"]), (&json!("paused"), &json!([])), "{job}");
    }
    assert_eq!(jobs.as_array().unwrap().len(), 2);
}

#[test]
fn who_installs_needs_to_be_an_administrator_and_to_name_a_plain_key() {
    let server = server();
    let alice = server.user("alice");
    for what in ["pause", "resume", "restart_failed"] {
        alice.post(&format!("/api/v2/models/install/0/{what}"), &json!({})).refused(403, "Admin privileges required");
        server
            .admin()
            .post(&format!("/api/v2/models/install/999/{what}"), &json!({}))
            .refused(415, "No job with id 999 known");
    }
    let request = server.admin().request(Method::POST, "/api/v2/models/install?source=/etc/passwd");
    let answer = invoke_tests::Answer::of(request.json(&json!({ "key": "../x" })));
    answer.refused(422, "Invalid model key '../x': it must be a plain filename");
}
