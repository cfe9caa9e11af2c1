//! The real server, killed while pictures are uploaded, deleted and moved to other folders. Afterwards every upload that
//! was acknowledged is there, every deletion that was acknowledged happened, each row has its files and each file its row.

use invoke_imaging::{Mode, Pixels, png};
use invoke_tests::Client;
use invoke_tests::process::ServerProcess;
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

/// What clients were told.
#[derive(Default)]
struct Told {
    kept: BTreeSet<String>,
    deleted: BTreeSet<String>,
    /// Asked for and not answered: they may be gone or not.
    doubtful: BTreeSet<String>,
}

/// Sends a request; `None` when the server is gone.
fn ask(client: &Client, method: Method, path: &str, form: Option<Form>) -> Option<(u16, Value)> {
    let request = client.request(method, path);
    let request = match form {
        Some(form) => request.multipart(form),
        None => request.json(&json!({})),
    };
    let answer = request.send().ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.json().ok()?))
}

fn upload(client: &Client, told: &Mutex<Told>, acknowledged: &Sender<()>) {
    let pixels = Pixels::new(Mode::Rgb, 400, 300, (0..400 * 300 * 3).map(|i| (i * 7 % 253) as u8).collect()).unwrap();
    let bytes = png::encode(&pixels, 1, &[]).unwrap();
    let path = "/api/v1/images/upload?image_category=general&is_intermediate=false";
    loop {
        let file = Part::bytes(bytes.clone()).file_name("a.png").mime_str("image/png").unwrap();
        let Some((status, image)) = ask(client, Method::POST, path, Some(Form::new().part("file", file))) else {
            return;
        };
        assert_eq!(status, 201, "{image}");
        told.lock().unwrap().kept.insert(image["image_name"].as_str().unwrap().to_owned());
        let _ = acknowledged.send(());
    }
}

/// Deletes every second of the pictures that are there.
fn delete(client: &Client, told: &Mutex<Told>) {
    loop {
        let name = {
            let mut told = told.lock().unwrap();
            if told.kept.len() < 6 { None } else { told.kept.pop_first() }
        };
        let Some(name) = name else {
            if ask(client, Method::GET, "/api/v1/images/intermediates", None).is_none() {
                return;
            }
            continue;
        };
        match ask(client, Method::DELETE, &format!("/api/v1/images/i/{name}"), None) {
            Some((status, body)) => {
                assert_eq!(status, 200, "{body}");
                told.lock().unwrap().deleted.insert(name);
            }
            None => {
                told.lock().unwrap().doubtful.insert(name);
                return;
            }
        }
    }
}

fn keep_moving(client: &Client) {
    while ask(client, Method::POST, "/api/v1/image_moves/start", None).is_some() {}
}

fn use_strategy(root: &Path, strategy: &str) {
    let yaml = "schema_version: 4.0.3\nmultiuser: true\nstarter_model: false\n";
    std::fs::write(root.join("invokeai.yaml"), format!("{yaml}image_subfolder_strategy: {strategy}\n")).unwrap();
}

/// Names of all files below a folder, thumbnails left out where they are a folder in it.
pub(crate) fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "thumbnails" {
            found.extend(files(&path));
        } else if path.is_file() {
            found.insert(name);
        }
    }
    found
}

/// The names of all images there are.
pub(crate) fn names(client: &Client) -> BTreeSet<String> {
    let names = client.get("/api/v1/images/names").ok();
    names["image_names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn check(root: &Path, client: &Client, told: &Told) {
    let rows = names(client);
    assert!(told.kept.is_subset(&rows), "lost: {:?}", told.kept.difference(&rows));
    assert!(told.deleted.is_disjoint(&rows), "back again: {:?}", told.deleted.intersection(&rows));
    for name in &rows {
        for variant in ["full", "thumbnail"] {
            client.get(&format!("/api/v1/images/i/{name}/{variant}")).has_status(200);
        }
    }
    check_files(root, &rows);
}

/// Each image has its two files, and there are no others.
pub(crate) fn check_files(root: &Path, rows: &BTreeSet<String>) {
    let images = root.join("outputs/images");
    assert_eq!(files(&images), *rows, "files");
    let thumbnails: BTreeSet<String> = rows.iter().map(|name| name.replace(".png", ".webp")).collect();
    assert_eq!(files(&images.join("thumbnails")), thumbnails, "thumbnails");
}

#[test]
fn a_server_killed_while_images_come_go_and_move_loses_none_and_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let told = Mutex::new(Told::default());
    use_strategy(root.path(), "flat");
    let mut server = ServerProcess::start(root.path());
    server.set_up_administrator();
    for (round, strategy) in ["hash", "type", "flat", "date", "hash"].into_iter().enumerate() {
        let client = server.caller();
        let (sender, acknowledged) = channel();
        std::thread::scope(|scope| {
            scope.spawn(|| upload(&client, &told, &sender));
            scope.spawn(|| upload(&client, &told, &sender));
            scope.spawn(|| delete(&client, &told));
            scope.spawn(|| keep_moving(&client));
            // At another moment each time.
            for _ in 0..8 + 7 * round {
                acknowledged.recv().unwrap();
            }
            server.kill();
        });
        use_strategy(root.path(), strategy);
        server = ServerProcess::start(root.path());
        server.sign_in();
        check(root.path(), &server.caller(), &told.lock().unwrap());
        // What was in doubt is decided now.
        told.lock().unwrap().doubtful.clear();
    }
    let told = told.lock().unwrap();
    assert!(
        told.kept.len() >= 5 && !told.deleted.is_empty(),
        "{} kept, {} deleted",
        told.kept.len(),
        told.deleted.len()
    );
}
