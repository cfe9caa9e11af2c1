//! Measures listings, counts, search and uploads with many images. The database is filled as another program would fill
//! it, so the first start also shows what taking it in costs.

use super::http::Client;
use super::process::Server;
use crate::shell::{self, cargo};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Names the generator gives to the first two boards: a large one and an ordinary one.
const LARGE: &str = "00000001-0000-4000-8000-000000000000";
const ORDINARY: &str = "00000001-0001-4000-8000-000000000001";
/// Measurements of each request; the median counts.
const REPEATS: usize = 11;

/// The administrator of the servers that are measured.
pub(super) const ACCOUNT: Account = Account { email: "bench@example.com", password: "BenchPass123" };

/// Who is signed in.
pub(super) struct Account {
    pub(super) email: &'static str,
    pub(super) password: &'static str,
}

impl Account {
    /// What the set-up is sent.
    pub(super) fn setup(&self) -> Value {
        json!({ "email": self.email, "display_name": "Bench", "password": self.password })
    }
}

/// What is measured, with its figure and how many things were found.
type Row = (&'static str, f64, Option<u64>);

/// Fills a database of each server with `images` images on `boards` boards and prints a table; `commands` are names and
/// commands of servers.
///
/// # Errors
/// When something does not build, start or answer.
pub(crate) fn run(commands: &[(&str, String)], images: usize, boards: usize, release: bool) -> Result<()> {
    let mut columns = Vec::new();
    for (name, command) in commands {
        println!("{name}");
        columns.push(measure(command, images, boards, release)?);
    }
    let names: Vec<&str> = commands.iter().map(|(name, _)| *name).collect();
    println!("\n| {images} images, {boards} boards | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    for row in 0..columns[0].len() {
        let cell = |column: &Vec<Row>| {
            let (_, figure, found) = column[row];
            let digits = if figure < 100.0 { 1 } else { 0 };
            format!("{figure:.digits$}{}", found.map_or_else(String::new, |found| format!(" ({found} found)")))
        };
        println!("| {} | {} |", columns[0][row].0, columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    Ok(())
}

fn measure(command: &str, images: usize, boards: usize, release: bool) -> Result<Vec<Row>> {
    let root = tempfile::Builder::new().prefix("invokeai-bench-").tempdir()?;
    let token = |server: &Server| sign_in(server.port);
    {
        let server = Server::start_in(command, root.path())?;
        Client::connect(server.port)?.post("/api/v1/auth/setup", &ACCOUNT.setup(), None)?;
    }
    let database = root.path().join("databases/invokeai.db");
    fill(&database, images, boards, release)?;
    let filled = megabytes(&database)?;
    let taking_in = Server::start_in(command, root.path())?;
    let first_start = taking_in.start_seconds;
    let indexing = wait_until_searchable(&taking_in, &token(&taking_in)?, images)?;
    drop(taking_in);
    let mut rows: Vec<Row> = vec![
        ("database as another program wrote it, MB", filled, None),
        ("with the index, MB", megabytes(&database)?, None),
        ("first start, taking all rows in, s", first_start, None),
        ("until all texts can be searched, s", indexing, None),
    ];
    let server = Server::start_in(command, root.path())?;
    rows.push(("later start, s", server.start_seconds, None));
    let token = token(&server)?;
    let mut client = Client::connect(server.port)?;
    let page = "&limit=100&offset=0&categories=general&is_intermediate=false";
    let requests = [
        ("first page of a large board, ms", format!("/api/v1/images/?board_id={LARGE}{page}")),
        ("first page of an ordinary board, ms", format!("/api/v1/images/?board_id={ORDINARY}{page}")),
        ("first page of what lies on no board, ms", format!("/api/v1/images/?board_id=none{page}")),
        ("image names of a large board, ms", format!("/api/v1/images/names?board_id={LARGE}{page}")),
        ("gallery names of a large board, ms", format!("/api/v1/gallery/item_names?board_id={LARGE}{page}")),
        ("search for a rare word, page, ms", "/api/v1/images/?limit=100&search_term=thunderbird".to_owned()),
        (
            "search for a rare word on a large board, names, ms",
            format!("/api/v1/images/names?board_id={LARGE}&search_term=thunderbird"),
        ),
        ("search for a common word, page, ms", "/api/v1/images/?limit=100&search_term=castle".to_owned()),
        (
            "the same, made here and no intermediates, ms",
            "/api/v1/images/?limit=100&search_term=castle&categories=general&is_intermediate=false".to_owned(),
        ),
        ("the same on a large board, ms", format!("/api/v1/images/?board_id={LARGE}{page}&search_term=castle")),
        ("search for a part of common words, page, ms", "/api/v1/images/?limit=100&search_term=astle".to_owned()),
        (
            "search for a word and the next letter, page, ms",
            "/api/v1/images/?limit=100&search_term=castle+r".to_owned(),
        ),
        ("boards with counts and covers, ms", "/api/v1/boards/?all=true".to_owned()),
        ("days, ms", "/api/v1/virtual_boards/by_date".to_owned()),
    ];
    for (name, path) in requests {
        let (milliseconds, answer) = median_of(|| client.get(&path, Some(&token)))?;
        rows.push((name, milliseconds, count(&answer)));
    }
    let request = upload(server.port, &token)?;
    let (milliseconds, _) = median_of(|| client.send_raw(&request, "upload"))?;
    rows.push(("upload of a 1024x1024 PNG, ms", milliseconds, None));
    Ok(rows)
}

/// Writes images and boards into the database of a server that does not run.
pub(super) fn fill(database: &Path, images: usize, boards: usize, release: bool) -> Result<()> {
    let mut fill = cargo(&["run", "--quiet", "--package", "invoke-storage", "--example", "fill_gallery"]);
    if release {
        fill.arg("--release");
    }
    shell::run(fill.arg("--").arg(database).args([images.to_string(), boards.to_string()]))
}

/// A token of [`ACCOUNT`].
pub(super) fn sign_in(port: u16) -> Result<String> {
    let login = json!({ "email": ACCOUNT.email, "password": ACCOUNT.password, "remember_me": false });
    let answer = Client::connect(port)?.post("/api/v1/auth/login", &login, None)?;
    Ok(answer["token"].as_str().context("login gave no token")?.to_owned())
}

fn megabytes(file: &Path) -> Result<f64> {
    Ok(std::fs::metadata(file)?.len() as f64 / 1e6)
}

/// Seconds until the last image that carries the rare word is found.
fn wait_until_searchable(server: &Server, token: &str, images: usize) -> Result<f64> {
    let (start, expected) = (Instant::now(), images.div_ceil(10_000));
    let mut client = Client::connect(server.port)?;
    loop {
        let found = client.get("/api/v1/images/?limit=0&search_term=thunderbird", Some(token))?;
        if found["total"].as_u64() == Some(expected as u64) {
            return Ok(start.elapsed().as_secs_f64());
        }
        if start.elapsed().as_secs() > 3600 {
            bail!("only {} of {expected} images are found after an hour", found["total"]);
        }
        #[expect(clippy::disallowed_methods, reason = "a server tells nobody when it has indexed")]
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn median_of(mut ask: impl FnMut() -> Result<Value>) -> Result<(f64, Value)> {
    let mut answer = ask()?;
    let mut times = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        let start = Instant::now();
        answer = ask()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok((times[REPEATS / 2], answer))
}

/// How many things an answer is about.
fn count(answer: &Value) -> Option<u64> {
    let total = answer["total"].as_u64().or(answer["total_count"].as_u64());
    total.or(answer.as_array().map(|list| list.len() as u64))
}

/// A whole request that uploads noise, which compresses badly.
pub(super) fn upload(port: u16, token: &str) -> Result<Vec<u8>> {
    let picture = noise_png(1024)?;
    let head =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n.png\"\r\nContent-Type: image/png\r\n\r\n";
    let mut body = head.as_bytes().to_vec();
    body.extend(picture);
    body.extend(b"\r\n--b--\r\n");
    let mut request = format!(
        "POST /api/v1/images/upload?image_category=user&is_intermediate=false HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
         Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(body);
    Ok(request)
}

/// A grey PNG of noise whose pixels are stored as they are.
fn noise_png(side: u32) -> Result<Vec<u8>> {
    let (mut state, mut rows) = (1_u32, Vec::new());
    for _ in 0..side {
        // Each row begins with its filter: none.
        rows.push(0);
        rows.extend((0..side).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }));
    }
    let mut packed = vec![0x78, 0x01];
    let mut blocks = rows.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len())?;
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    let (low, high) = rows.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    packed.extend((high << 16 | low).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    for (kind, data) in [(b"IHDR", header.as_slice()), (b"IDAT", &packed), (b"IEND", &[])] {
        png.extend(u32::try_from(data.len())?.to_be_bytes());
        let chunk = [&kind[..], data].concat();
        png.extend(&chunk);
        png.extend(crc(&chunk).to_be_bytes());
    }
    Ok(png)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
