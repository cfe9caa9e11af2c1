//! Models of Hugging Face and CivitAI, played by hosts of this machine: what a repository holds, which of its files are
//! fetched from where, whose token goes where, what their content must hash to.

use crate::installs::{begin, installed, job, lora, stagings, until_status, until_tidy};
use invoke_model_manager::HubToken;
use invoke_server::Outside;
use invoke_tests::host::{Asked, Gate, Host, Reply, files_of};
use invoke_tests::process::tiny_model;
use invoke_tests::{TestServer, nowhere};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hub with one repository `maker/tiny`: large files lie with another host, under an address that is signed.
struct Hub {
    host: Host,
}

impl Hub {
    fn start(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self::answering(files, |_| None)
    }

    /// A hub that answers some requests otherwise.
    fn answering(
        files: BTreeMap<String, Vec<u8>>,
        otherwise: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let own: Arc<OnceLock<String>> = Arc::default();
        let cdn = Arc::clone(&own);
        let host = Host::start(move |asked| {
            if let Some(reply) = otherwise(asked) {
                return reply;
            }
            let path = asked.path.split('?').next().unwrap();
            if path == "/api/whoami-v2" {
                let known = asked.header("authorization") == "Bearer hf_good";
                return if known { Reply::ok(r#"{"name":"me"}"#) } else { Reply::status(401) };
            }
            if path == "/api/models/maker/tiny" {
                return Reply::ok(described(&files).to_string()).header("Content-Type", "application/json");
            }
            if path.starts_with("/api/models/maker/tiny/revision/") {
                return Reply::status(404).header("X-Error-Code", "RevisionNotFound");
            }
            if path.starts_with("/api/models/") {
                return Reply::status(401).header("X-Error-Code", "RepoNotFound");
            }
            let file = |prefix: &str| Some((path.strip_prefix(prefix)?, files.get(path.strip_prefix(prefix)?)?));
            if let Some((name, content)) = file("/maker/tiny/resolve/main/") {
                if content.len() < 1_000 {
                    return Reply::file(asked, content, "small");
                }
                let signed = format!("{}/cdn/{name}?signature=secret", cdn.get().unwrap());
                return Reply::moved(&signed).header("X-Linked-Etag", &format!("\"{}\"", sha256(content)));
            }
            file("/cdn/").map_or_else(|| Reply::status(404), |(_, content)| Reply::file(asked, content, "large"))
        });
        own.set(host.other_url()).unwrap();
        Self { host }
    }

    fn outside(&self) -> Outside {
        let (hub, civitai) = (self.host.url(), self.host.url());
        Outside { hub, civitai, ..nowhere() }
    }
}

/// What the hub's API says of such files.
fn described(files: &BTreeMap<String, Vec<u8>>) -> Value {
    let sibling = |(name, content): (&String, &Vec<u8>)| {
        let lfs = json!({ "sha256": sha256(content), "size": content.len() });
        let large = content.len() >= 1_000;
        json!({ "rfilename": name, "size": content.len(), "lfs": if large { lfs } else { Value::Null } })
    };
    json!({ "id": "maker/tiny", "siblings": files.iter().map(sibling).collect::<Vec<_>>() })
}

#[test]
fn a_repository_becomes_a_model() {
    let model = files_of(&tiny_model());
    let mut files = model.clone();
    for more in ["README.md", "picture.png", "unet/diffusion_pytorch_model.onnx", "v1-5-pruned.ckpt"] {
        files.insert(more.to_owned(), vec![7; 2_000]);
    }
    let hub = Hub::start(files);
    let server = TestServer::multiuser().outside(hub.outside()).start();
    let admin = server.admin();
    let begun = begin(admin, "maker/tiny");
    assert_eq!(
        begun["source"],
        json!({ "repo_id": "maker/tiny", "variant": null, "subfolder": null, "access_token": null, "type": "hf" })
    );
    assert_eq!(
        (&begun["source_metadata"]["type"], &begun["source_metadata"]["is_diffusers"]),
        (&json!("huggingface"), &json!(true))
    );
    let done = until_status(admin, &begun["id"], "completed");
    let config = &done["config_out"];
    assert_eq!((&config["type"], &config["base"], &config["name"]), (&json!("main"), &json!("sd-1"), &json!("tiny")));
    assert_eq!((&config["source"], &config["source_type"]), (&json!("maker/tiny"), &json!("hf_repo_id")));
    assert_eq!(config["path"], config["key"]);
    let said: Value = serde_json::from_str(config["source_api_response"].as_str().unwrap()).unwrap();
    assert_eq!(said["id"], "maker/tiny");
    assert_eq!(files_of(&installed(&server, &done)), model);
    let total: usize = model.values().map(Vec::len).sum();
    assert_eq!(done["total_bytes"], total);
    until_tidy(&server);
}

#[test]
fn the_token_goes_to_the_hub_and_not_to_where_files_lie() {
    let files = BTreeMap::from([
        ("config.json".to_owned(), b"{}".to_vec()),
        ("style_model.safetensors".to_owned(), lora(3_000)),
    ]);
    let hub = Hub::start(files);
    let folder = tempfile::tempdir().unwrap();
    let token = Arc::new(HubToken::new(None, Some(folder.path().join("hf/token"))));
    let server = TestServer::multiuser().outside(Outside { hub_token: token, ..hub.outside() }).start();
    let admin = server.admin();
    let login = "/api/v2/models/hf_login";
    assert_eq!(admin.get(login).ok(), "invalid");
    assert_eq!(admin.post(login, &json!({ "token": "hf_bad" })).ok(), "invalid");
    assert!(!folder.path().join("hf/token").exists());
    assert_eq!(admin.post(login, &json!({ "token": "hf_good" })).ok(), "valid");
    assert_eq!(admin.get(login).ok(), "valid");
    let id = begin(admin, "maker/tiny::style_model.safetensors")["id"].clone();
    let done = until_status(admin, &id, "completed");
    assert_eq!(done["config_out"]["name"], "tiny_style_model");
    for asked in hub.host.asked_for("/maker/") {
        assert_eq!(asked.header("authorization"), "Bearer hf_good", "{}", asked.path);
    }
    let at_cdn = hub.host.asked_for("/cdn/");
    assert_eq!((at_cdn.len(), at_cdn[0].header("authorization")), (1, ""));
    assert!(!admin.get("/api/v2/models/install").text().contains("hf_good"));
    assert_eq!(admin.delete(login).ok(), "invalid");
    server.user("alice").get(login).refused(403, "Admin privileges required");
}

#[test]
fn a_hub_that_can_not_be_asked_leaves_the_login_unknown() {
    let token = Arc::new(HubToken::new(Some("hf_some".to_owned()), None));
    let server = TestServer::multiuser().outside(Outside { hub_token: token, ..nowhere() }).start();
    assert_eq!(server.admin().get("/api/v2/models/hf_login").ok(), "unknown");
}

#[test]
fn content_that_is_not_what_the_hub_announced_is_thrown_away() {
    let files = BTreeMap::from([
        ("config.json".to_owned(), b"{}".to_vec()),
        ("style_model.safetensors".to_owned(), lora(3_000)),
    ]);
    let hub = Hub::answering(files, |asked| {
        let mut wrong = lora(3_000);
        *wrong.last_mut().unwrap() ^= 1;
        asked.path.starts_with("/cdn/").then(|| Reply::file(asked, &wrong, "wrong"))
    });
    let server = TestServer::multiuser().outside(hub.outside()).start();
    let admin = server.admin();
    let direct = format!("{}/maker/tiny/blob/main/style_model.safetensors", hub.host.url());
    for source in ["maker/tiny::style_model.safetensors", &direct] {
        let id = begin(admin, source)["id"].clone();
        let failed = until_status(admin, &id, "error");
        assert!(failed["error"].as_str().unwrap().contains("is not what was announced: expected SHA-256"), "{failed}");
        until_tidy(&server);
    }
    assert_eq!(admin.get("/api/v2/models/").ok()["models"], json!([]));
}

#[test]
fn a_repository_that_is_not_there_or_holds_nothing_is_named() {
    let hub = Hub::answering(BTreeMap::from([("README.md".to_owned(), vec![1; 10])]), |asked| {
        asked
            .path
            .starts_with("/api/models/maker/gated")
            .then(|| Reply::status(403).header("X-Error-Code", "GatedRepo"))
    });
    let server = TestServer::multiuser().outside(hub.outside()).start();
    let admin = server.admin();
    let install = |source: &str| admin.post(&format!("/api/v2/models/install?source={source}"), &json!({}));
    install("nope/nope").refused(409, "'nope/nope' not found. See trace for details.");
    install("maker/tiny").refused(409, "maker/tiny: No downloadable files found");
    assert!(install("maker/gated").has_status(409).text().contains("accept"));
    admin
        .get("/api/v2/models/hugging_face?hugging_face_repo=nope/nope")
        .refused(400, "No HuggingFace repository found");
    let found = admin.get("/api/v2/models/hugging_face?hugging_face_repo=maker/tiny").ok();
    assert_eq!(found, json!({ "urls": [], "is_diffusers": false }));
    assert_eq!((admin.get("/api/v2/models/install").ok(), stagings(&server).len()), (json!([]), 0));
    let closed = TestServer::start();
    closed.admin().post("/api/v2/models/install?source=maker/tiny", &json!({})).has_status(502);
}

#[test]
fn names_of_files_that_lead_elsewhere_are_refused() {
    for name in ["../evil.json", "/etc/evil.json", "a/../../evil.json", "C:\\evil.json", "a\\evil.json"] {
        let files = BTreeMap::from([(name.to_owned(), b"{}".to_vec()), ("config.json".to_owned(), b"{}".to_vec())]);
        let hub = Hub::start(files);
        let server = TestServer::multiuser().outside(hub.outside()).start();
        let refused = server.admin().post("/api/v2/models/install?source=maker/tiny", &json!({}));
        assert!(refused.has_status(409).text().contains("is no name for a file of a model"), "{name}");
        assert_eq!(hub.host.asked_for("/maker/").len() + stagings(&server).len(), 0);
    }
}

#[test]
fn a_link_installs_what_is_one_model() {
    let lora_only = BTreeMap::from([("style.safetensors".to_owned(), lora(3_000))]);
    let hub = Hub::start(lora_only);
    let server = TestServer::multiuser().outside(hub.outside()).start();
    let admin = server.admin();
    let found = admin.get("/api/v2/models/hugging_face?hugging_face_repo=maker/tiny").ok();
    let url = format!("{}/maker/tiny/resolve/main/style.safetensors", hub.host.url());
    assert_eq!(found, json!({ "urls": [url], "is_diffusers": false }));
    let page = admin.get("/api/v2/models/install/huggingface?source=maker/tiny");
    assert!(page.has_status(201).text().contains("<code>maker/tiny</code>"));
    assert!(page.header("content-type").starts_with("text/html"));
    let done = until_status(admin, &json!(0), "completed");
    assert_eq!((&done["config_out"]["type"], &done["config_out"]["source"]), (&json!("lora"), &json!(url)));
    let page = admin.get("/api/v2/models/install/huggingface?source=%3Cscript%3E/x");
    assert!(page.has_status(400).text().contains("&lt;script&gt;") && !page.text().contains("<script>"));
}

#[test]
fn as_many_files_come_at_once_as_are_allowed() {
    let mut files: BTreeMap<String, Vec<u8>> = (0..5).map(|n| (format!("part{n}/model.bin"), vec![n; 500])).collect();
    files.extend((0..5).map(|n| (format!("part{n}/config.json"), b"{}".to_vec())));
    let gate = Gate::default();
    let held = gate.clone();
    let stalled = files.clone();
    let hub = Hub::answering(files, move |asked| {
        let content = stalled.get(asked.path.strip_prefix("/maker/tiny/resolve/main/")?)?;
        Some(Reply::file(asked, content, "x").stalls_at(1, &held))
    });
    let server = TestServer::multiuser().outside(hub.outside()).with("max_parallel_downloads: 2").start();
    let id = begin(server.admin(), "maker/tiny")["id"].clone();
    while hub.host.asked_for("/maker/").len() < 2 {
        std::thread::yield_now();
    }
    assert_eq!(job(server.admin(), &id)["status"], "downloading");
    gate.open();
    // What these files are is nobody's question here; all of them were fetched, never more than two at a time.
    let done = crate::installs::until(server.admin(), &id, "at its end", |job| {
        ["completed", "error"].contains(&job["status"].as_str().unwrap())
    });
    assert_eq!(
        done["download_parts"].as_array().unwrap().iter().filter(|part| part["status"] == "completed").count(),
        10
    );
    assert_eq!(hub.host.most_at_once(), 2);
}

#[test]
fn models_of_civitai_are_checked_by_its_hashes_and_fetched_with_its_token() {
    let content = lora(3_000);
    let own: Arc<OnceLock<String>> = Arc::default();
    let (known, sent) = (Arc::clone(&own), content.clone());
    let host = Host::start(move |asked| {
        let path = asked.path.split('?').next().unwrap();
        let download = format!("{}/api/download/models/12", known.get().unwrap());
        let version = json!({ "files": [{
            "name": "style.safetensors", "primary": true, "type": "Model", "downloadUrl": download,
            "hashes": { "SHA256": sha256(&sent).to_uppercase() },
        }] });
        match path {
            "/api/v1/model-versions/12" => Reply::ok(version.to_string()),
            "/api/v1/models/7" => Reply::ok(json!({ "modelVersions": [version] }).to_string()),
            "/api/v1/model-versions/13" => {
                let wrong = json!({ "files": [{ "primary": true, "hashes": { "SHA256": "0".repeat(64) } }] });
                Reply::ok(wrong.to_string())
            }
            "/api/download/models/12" | "/api/download/models/13" if asked.header("authorization") != "Bearer civ" => {
                Reply::status(401)
            }
            "/api/download/models/12" | "/api/download/models/13" => {
                let away = known.get().unwrap().replace("127.0.0.1", "localhost");
                Reply::moved(&format!("{away}/r2/style?sig=x"))
            }
            "/r2/style" => Reply::file(asked, &sent, "r2")
                .header("Content-Disposition", "attachment; filename=\"style.safetensors\""),
            _ => Reply::status(404),
        }
    });
    own.set(host.url()).unwrap();
    let outside = Outside { civitai: host.url(), ..nowhere() };
    let tokens = format!("remote_api_tokens: [{{ url_regex: '{}', token: civ }}]", host.url());
    let server = TestServer::multiuser().outside(outside).with(&tokens).start();
    let admin = server.admin();
    for source in
        ["/api/download/models/12?type=Model&format=SafeTensor", "/models/7/style", "/models/7?modelVersionId=12"]
    {
        let id = begin(admin, &format!("{}{source}", host.url()))["id"].clone();
        // The version has no such format, which is no reason to fail: the download itself says what it is.
        let done = until_status(admin, &id, "completed");
        assert!(installed(&server, &done).ends_with("style.safetensors"), "{source}");
        assert_eq!(std::fs::read(installed(&server, &done)).unwrap(), content);
    }
    assert!(host.asked_for("/r2/").iter().all(|asked| asked.header("authorization").is_empty()));
    let id = begin(admin, &format!("{}/api/download/models/13", host.url()))["id"].clone();
    let failed = until_status(admin, &id, "error");
    assert!(failed["error"].as_str().unwrap().contains("expected SHA-256 0000"), "{failed}");
    let elsewhere = Host::start(|_| Reply::status(404));
    let id = begin(admin, &format!("{}/x.safetensors?{}", elsewhere.url(), host.url()))["id"].clone();
    until_status(admin, &id, "error");
    assert_eq!(elsewhere.asked()[0].header("authorization"), "");
}

#[test]
fn starter_models_are_offered_with_what_they_need() {
    let server = TestServer::start();
    let offered = server.admin().get("/api/v2/models/starter_models").ok();
    let models = offered["starter_models"].as_array().unwrap();
    let fields: Vec<&String> = models[0].as_object().unwrap().keys().collect();
    let theirs = [
        "description",
        "source",
        "name",
        "base",
        "type",
        "format",
        "variant",
        "is_installed",
        "capabilities",
        "default_settings",
        "panel_schema",
        "previous_names",
        "dependencies",
    ];
    assert_eq!(fields, theirs);
    let bundles = offered["starter_bundles"].as_object().unwrap();
    assert_eq!(bundles["sd-1"]["name"], "Stable Diffusion 1.5");
    for model in bundles.values().flat_map(|bundle| bundle["models"].as_array().unwrap()) {
        assert!(!model["is_installed"].as_bool().unwrap() && !model["description"].as_str().unwrap().is_empty());
    }
    server.user("alice").get("/api/v2/models/starter_models").refused(403, "Admin privileges required");
}
