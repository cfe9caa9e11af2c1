//! Killed while style presets with pictures come and go, and workflows get and lose theirs. Afterwards every picture belongs
//! to something that is there, and whatever was acknowledged is so.

use crate::image_crashes::files;
use invoke_tests::process::ServerProcess;
use invoke_tests::{Client, documents};
use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

/// What clients were told: ids of things that have their picture, and of things that are gone.
#[derive(Default)]
struct Told {
    shown: BTreeSet<String>,
    gone: BTreeSet<String>,
}

/// The JSON of an answer; `None` when the server is gone.
fn ask(client: &Client, method: Method, path: &str, form: Option<Form>) -> Option<Value> {
    let request = client.request(method, path);
    let request = match form {
        Some(form) => request.multipart(form),
        None => request.json(&json!({})),
    };
    let answer = request.send().ok()?;
    let status = answer.status();
    let body = answer.json().ok()?;
    assert!(status.is_success(), "{path}: {status}: {body}");
    Some(body)
}

/// Presets with pictures are made; every second one is deleted again.
fn presets(client: &Client, told: &Mutex<Told>, acknowledged: &Sender<()>) -> Option<()> {
    for number in 0.. {
        let form = documents::preset_form(&documents::preset("p"), Some(documents::picture(300, 200)));
        let made = ask(client, Method::POST, "/api/v1/style_presets/", Some(form))?;
        let id = made["id"].as_str().unwrap().to_owned();
        assert!(made["image"].is_string());
        if number % 2 == 0 {
            told.lock().unwrap().shown.insert(id);
        } else {
            ask(client, Method::DELETE, &format!("/api/v1/style_presets/i/{id}"), None)?;
            told.lock().unwrap().gone.insert(id);
        }
        let _ = acknowledged.send(());
    }
    None
}

/// Workflows get pictures; every second one is deleted again.
fn workflows(client: &Client, told: &Mutex<Told>, acknowledged: &Sender<()>) -> Option<()> {
    for number in 0.. {
        let body = documents::body(&documents::workflow("w"));
        let made = client.request(Method::POST, "/api/v1/workflows/").json(&body).send().ok()?;
        let made: Value = made.json().ok()?;
        let id = made["workflow_id"].as_str().unwrap().to_owned();
        let form = Form::new().part("image", documents::file("t.png", "image/png", documents::picture(300, 200)));
        let path = format!("/api/v1/workflows/i/{id}");
        ask(client, Method::PUT, &format!("{path}/thumbnail"), Some(form))?;
        if number % 2 == 0 {
            told.lock().unwrap().shown.insert(id);
        } else {
            ask(client, Method::DELETE, &path, None)?;
            told.lock().unwrap().gone.insert(id);
        }
        let _ = acknowledged.send(());
    }
    None
}

/// Ids of a listing, and of those the ones that show a picture.
fn listed(list: &Value, id: &str, picture: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let ids = |shown: bool| {
        let entries = list.as_array().unwrap().iter().filter(|entry| !shown || entry[picture].is_string());
        entries.map(|entry| entry[id].as_str().unwrap().to_owned()).collect()
    };
    (ids(false), ids(true))
}

#[test]
fn no_picture_outlives_what_it_shows_and_none_that_was_promised_is_missing() {
    let root = tempfile::tempdir().unwrap();
    let told = Mutex::new(Told::default());
    let mut server = ServerProcess::start(root.path());
    server.set_up_administrator();
    for round in 0..5 {
        let client = server.caller();
        let (sender, acknowledged) = channel();
        std::thread::scope(|scope| {
            scope.spawn(|| presets(&client, &told, &sender));
            scope.spawn(|| workflows(&client, &told, &sender));
            // At another moment each time.
            for _ in 0..5 + 6 * round {
                acknowledged.recv().unwrap();
            }
            server.kill();
        });
        server = ServerProcess::start(root.path());
        server.sign_in();
        let client = server.caller();
        let (presets, shown_presets) = listed(&client.get("/api/v1/style_presets/").ok(), "id", "image");
        let list = client.get("/api/v1/workflows/?categories=user").ok();
        let (workflows, shown_workflows) = listed(&list["items"], "workflow_id", "thumbnail_url");
        let told = told.lock().unwrap();
        let (there, shown) = (&presets | &workflows, &shown_presets | &shown_workflows);
        assert!(told.shown.is_subset(&shown), "without picture: {:?}", told.shown.difference(&shown));
        assert!(told.gone.is_disjoint(&there), "back again: {:?}", told.gone.intersection(&there));
        for (folder, shown) in [("style_presets/images", &shown_presets), ("workflow_thumbnails", &shown_workflows)] {
            let expected: BTreeSet<String> = shown.iter().map(|id| format!("{id}.webp")).collect();
            assert_eq!(files(&root.path().join(folder)), expected, "{folder}");
        }
    }
    let told = told.lock().unwrap();
    assert!(told.shown.len() > 10 && told.gone.len() > 5, "{} shown, {} gone", told.shown.len(), told.gone.len());
}
