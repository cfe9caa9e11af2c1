//! Uploads: what is kept of them, and what is refused however it is sent.

use invoke_imaging::{Mode, Pixels, jpeg, png, webp};
use invoke_tests::{Answer, Client, TestServer, documents};
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const USER: &str = "image_category=user&is_intermediate=false";

fn picture() -> Pixels {
    Pixels::new(Mode::Rgb, 40, 20, (0..40 * 20 * 3).map(|i| (i % 251) as u8).collect()).unwrap()
}

fn png_with(text: &[(&str, &str)]) -> Vec<u8> {
    png::encode(&picture(), 1, text).unwrap()
}

fn send(client: &Client, fields: &[(&'static str, String)]) -> Answer {
    let mut form =
        Form::new().part("file", Part::bytes(png_with(&[])).file_name("t.png").mime_str("image/png").unwrap());
    for (name, value) in fields {
        form = form.text(*name, value.clone());
    }
    Answer::of(client.request(Method::POST, &format!("/api/v1/images/upload?{USER}")).multipart(form))
}

fn metadata(client: &Client, image: &Value) -> Value {
    client.get(&format!("/api/v1/images/i/{}/metadata", image["image_name"].as_str().unwrap())).ok()
}

#[test]
fn every_format_is_kept_as_png() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (bytes, kind) in [
        (png_with(&[]), "image/png"),
        (jpeg::encode(&picture(), 90).unwrap(), "image/jpeg"),
        (webp::encode(&picture(), 90.0).unwrap(), "image/webp"),
        // What it is counts, not what it says it is.
        (png_with(&[]), "image/webp"),
    ] {
        let answer = alice.upload(USER, bytes, kind);
        let image = answer.has_status(201).json();
        assert_eq!(
            (&image["width"], &image["height"], &image["image_origin"]),
            (&json!(40), &json!(20), &json!("external"))
        );
        assert_eq!(answer.header("location"), image["image_url"].as_str().unwrap());
        let file = alice.get(&format!("/{}", image["image_url"].as_str().unwrap()));
        assert!(file.bytes.starts_with(b"\x89PNG\r\n"), "{kind}");
    }
    assert_eq!(alice.get("/api/v1/images/").ok()["total"], 4);
}

#[test]
fn pictures_of_workflows_and_presets_are_read_in_every_format_and_bounded() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let workflow = alice.post("/api/v1/workflows/", &documents::body(&documents::workflow("w"))).ok();
    let thumbnail = format!("/api/v1/workflows/i/{}/thumbnail", workflow["workflow_id"].as_str().unwrap());
    let send = |bytes: &[u8], kind: &str| {
        let form = Form::new().part("image", documents::file("t", kind, bytes.to_vec()));
        let set = documents::send(&alice, Method::PUT, &thumbnail, form);
        let form = Form::new()
            .text("data", documents::preset("p").to_string())
            .part("image", documents::file("t", kind, bytes.to_vec()));
        [set, documents::send(&alice, Method::POST, "/api/v1/style_presets/", form)]
    };
    for (bytes, kind) in [
        (png_with(&[]), "image/png"),
        (jpeg::encode(&picture(), 90).unwrap(), "image/jpeg"),
        (webp::encode(&picture(), 90.0).unwrap(), "image/webp"),
    ] {
        let [set, created] = send(&bytes, kind);
        set.ok();
        let image = format!("/{}", created.ok()["image"].as_str().unwrap());
        for path in [&thumbnail, &image] {
            let kept = alice.get(path);
            assert_eq!(kept.header("content-type"), "image/webp", "{kind}");
            assert!(kept.bytes.starts_with(b"RIFF"), "{kind}");
        }
    }
    for (bytes, status, detail) in [
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1".to_vec(), 415, "AVIF pictures cannot be read; PNG, JPEG and WebP can"),
        (b"GIF89a".to_vec(), 415, "Failed to read image"),
        (bomb(60_000, 60_000), 413, "the picture has 60000 x 60000 pixels, more than the allowed 50000000"),
    ] {
        for answer in send(&bytes, "image/png") {
            answer.refused(status, detail);
        }
    }
}

#[test]
fn what_a_file_carries_is_kept_when_it_is_what_it_should_be() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let workflow = json!({
        "name": "w", "author": "", "description": "", "version": "", "contact": "", "tags": "", "notes": "",
        "exposedFields": [], "meta": { "version": "3.0.0", "category": "user" }, "nodes": [], "edges": [],
    });
    let (workflow, graph) = (workflow.to_string(), json!({ "nodes": {}, "edges": [] }).to_string());
    let carried = png_with(&[
        ("invokeai_metadata", r#"{"positive_prompt": "eine rote Füchsin 狐"}"#),
        ("invokeai_workflow", &workflow),
        ("invokeai_graph", &graph),
    ]);
    let image = alice.upload(USER, carried, "image/png").ok();
    assert_eq!(metadata(&alice, &image), json!({ "positive_prompt": "eine rote Füchsin 狐" }));
    let kept = alice.get(&format!("/api/v1/images/i/{}/workflow", image["image_name"].as_str().unwrap())).ok();
    assert_eq!(
        (&kept["workflow"], &kept["graph"], &image["has_workflow"]),
        (&json!(workflow), &json!(graph), &json!(true))
    );
    assert_eq!(alice.get("/api/v1/images/?search_term=f%C3%BCchsin%20%E7%8B%90").ok()["total"], 1);
    let nonsense = png_with(&[
        ("invokeai_metadata", "[1, 2]"),
        ("invokeai_workflow", r#"{"name": "half a workflow"}"#),
        ("invokeai_graph", "{]"),
    ]);
    let image = alice.upload(USER, nonsense, "image/png").ok();
    assert_eq!((metadata(&alice, &image), &image["has_workflow"]), (Value::Null, &json!(false)));
}

#[test]
fn metadata_of_the_form_comes_first_and_is_dropped_when_it_is_none() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let kept = |text: String| metadata(&alice, &send(&alice, &[("metadata", text)]).ok());
    assert_eq!(kept(r#"{"seed": 7}"#.to_owned()), json!({ "seed": 7 }));
    for dropped in [
        "not json".to_owned(),
        "[1]".to_owned(),
        format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100)),
        "[".repeat(1_000_000),
        "{\"a\":\"\u{fffd}".to_owned(),
    ] {
        assert_eq!(kept(dropped), Value::Null);
    }
}

#[test]
fn a_picture_is_brought_to_the_size_asked_for() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let image = send(&alice, &[("resize_to", json!({ "width": 8, "height": 12 }).to_string())]).ok();
    assert_eq!((&image["width"], &image["height"]), (&json!(8), &json!(12)));
    for wrong in ["[8,8]", r#"{"width":0,"height":9}"#, r#"{"width":65535,"height":65535}"#, "8x8"] {
        send(&alice, &[("resize_to", wrong.to_owned())]).refused(400, "Invalid resize_to format or size");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let heif = |brand: &str| format!("\0\0\0\u{18}ftyp{brand}\0\0\0\0mif1").into_bytes();
    for (bytes, kind, detail) in [
        (heif("avif"), "image/avif", "AVIF pictures cannot be read; PNG, JPEG and WebP can"),
        (heif("heic"), "image/heic", "HEIC pictures cannot be read; PNG, JPEG and WebP can"),
        (b"GIF89a".to_vec(), "image/gif", "Failed to read image"),
        (Vec::new(), "image/png", "Failed to read image"),
        (png_with(&[])[..60].to_vec(), "image/png", "Failed to read image"),
        (jpeg::encode(&picture(), 90).unwrap()[..40].to_vec(), "image/jpeg", "Failed to read image"),
        (png_with(&[]), "text/html", "Not an image"),
    ] {
        alice.upload(USER, bytes, kind).refused(415, detail);
    }
    assert_eq!(alice.get("/api/v1/images/").ok()["total"], 0);
}

/// A PNG that announces this size and holds next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let tiny = png::encode(&Pixels::new(Mode::L, 1, 1, vec![0]).unwrap(), 1, &[]).unwrap();
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend(&tiny[24..29]);
    let mut bytes = tiny[..12].to_vec();
    bytes.extend(&header);
    bytes.extend(crc(&header).to_be_bytes());
    bytes.extend(&tiny[33..]);
    bytes
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

/// Resident memory of this process, which is the server's as well, in bytes: the most it ever was.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn a_small_file_that_claims_to_be_huge_costs_nothing() {
    let server = TestServer::start();
    let alice = server.user("alice");
    alice.upload(USER, png_with(&[]), "image/png").ok();
    let before = most_memory();
    for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (1, 2_000_000_000), (0, 0), (30_000, 30_000)] {
        let answer = alice.upload(USER, bomb(width, height), "image/png");
        assert!((400..500).contains(&answer.status), "{width} x {height}: {} {}", answer.status, answer.text());
    }
    // A JPEG and a WebP that claim the largest sizes their formats have.
    let mut large_jpeg = jpeg::encode(&picture(), 90).unwrap();
    let frame = large_jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    large_jpeg[frame + 5..frame + 9].fill(0xFF);
    alice.upload(USER, large_jpeg, "image/jpeg").has_status(413);
    let mut large_webp = webp::encode(&picture(), 90.0).unwrap();
    let size = large_webp.windows(3).position(|three| three == [0x9D, 0x01, 0x2A]).unwrap() + 3;
    large_webp[size..size + 4].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    alice.upload(USER, large_webp, "image/webp").has_status(413);
    let grown = most_memory() - before;
    assert!(grown < 100 << 20, "memory grew by {grown} bytes");
}

#[test]
fn a_body_that_announces_ten_gigabytes_is_refused_before_it_comes() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let head = format!(
        "POST /api/v1/images/upload?{USER} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 10737418240\r\n\r\n--x\r\n",
        alice.token()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[test]
fn forms_that_are_none_are_refused() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let path = format!("/api/v1/images/upload?{USER}");
    let raw = |kind: &str, body: Vec<u8>| {
        let request = alice.request(Method::POST, &path).header("content-type", kind);
        Answer::of(request.body(body)).status
    };
    assert_eq!(raw("application/json", b"{}".to_vec()), 422);
    assert_eq!(raw("multipart/form-data", b"--x--".to_vec()), 422);
    assert_eq!(raw("multipart/form-data; boundary=x", b"no boundary at all".to_vec()), 400);
    let cut =
        b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: image/png\r\n\r\nabc"
            .to_vec();
    assert_eq!(raw("multipart/form-data; boundary=x", cut), 400);
    // A name that leads elsewhere is never used for anything.
    let mut evil = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../../../tmp/evil.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    evil.extend(png_with(&[]));
    evil.extend(b"\r\n--x--\r\n");
    assert_eq!(raw("multipart/form-data; boundary=x", evil), 201);
    let name = alice.get("/api/v1/images/names").ok()["image_names"][0].as_str().unwrap().to_owned();
    assert!(invoke_domain::effects::is_uuid(name.trim_end_matches(".png")), "{name}");
}

#[test]
fn uploads_to_boards_ask_the_board_first() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let board = alice.post("/api/v1/boards/?board_name=b", &json!({})).ok()["board_id"].as_str().unwrap().to_owned();
    let to = |client: &Client, board: &str| {
        client.upload(&format!("{USER}&board_id={board}"), b"no picture".to_vec(), "image/png")
    };
    to(&bob, &board).refused(403, "Not authorized to upload to this board");
    to(&bob, "nope").refused(404, "Board not found");
    to(&alice, &board).refused(415, "Failed to read image");
}
