//! Measures the gallery in a browser with very many pictures: `web/bench` says what.

use super::gallery::{ACCOUNT, fill, sign_in, upload};
use super::http::Client;
use super::process::Server;
use crate::shell::{self, command, root};
use crate::web;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;

/// A file may have so many names on every file system.
const LINKS: usize = 30_000;

/// Fills a database of the server `ours` with `images` images on no board, each with a file, and lets a browser scroll.
///
/// # Errors
/// When something does not build, start or answer.
pub(crate) fn run(ours: &str, images: usize, release: bool) -> Result<()> {
    web::build()?;
    let folder = tempfile::Builder::new().prefix("invokeai-bench-").tempdir()?;
    let pages = root().join("web/dist");
    let with_pages = format!("env INVOKEAI_WEB_ROOT={} INVOKEAI_STARTER_MODEL=false {ours}", pages.display());
    let thumbnail = {
        let server = Server::start_in(&with_pages, folder.path())?;
        Client::connect(server.port)?.post("/api/v1/auth/setup", &ACCOUNT.setup(), None)?;
        let mut client = Client::connect(server.port)?;
        let uploaded = client.send_raw(&upload(server.port, &sign_in(server.port)?)?, "upload")?;
        let name = uploaded["image_name"].as_str().context("an upload gave no name")?;
        folder.path().join("outputs/images/thumbnails").join(name).with_extension("webp")
    };
    fill(&folder.path().join("databases/invokeai.db"), images, 0, release)?;
    let server = Server::start_in(&with_pages, folder.path())?;
    let token = sign_in(server.port)?;
    let names = Client::connect(server.port)?.get("/api/v1/images/names?board_id=none", Some(&token))?;
    let names: Vec<&str> =
        names["image_names"].as_array().context("no names")?.iter().filter_map(Value::as_str).collect();
    for names in names.chunks(LINKS) {
        let mut linked: Option<PathBuf> = None;
        for name in names {
            let file = thumbnail.with_file_name(name).with_extension("webp");
            let made = match &linked {
                _ if file.exists() => continue,
                Some(first) => std::fs::hard_link(first, &file),
                None => std::fs::copy(&thumbnail, &file).map(drop),
            };
            made.with_context(|| file.display().to_string())?;
            linked.get_or_insert(file);
        }
    }
    let mut browser = command("npm", &["run", "bench"]);
    browser.current_dir(root().join("web")).env("BENCH_URL", format!("http://127.0.0.1:{}", server.port));
    shell::run(browser.env("BENCH_EMAIL", ACCOUNT.email).env("BENCH_PASSWORD", ACCOUNT.password))
}
