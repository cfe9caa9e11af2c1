//! What is sent to fill the server's memory is refused, and the most memory the server ever had stays where it was.

use invoke_tests::openapi::{Operation, Request, Slot, send_raw};
use invoke_tests::process::ServerProcess;
use invoke_tests::{Answer, Client, documents};
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

const MEBIBYTE: u64 = 1 << 20;
/// What a server that refuses may need for buffers and threads it had no use for before.
const FLAT: u64 = 64 * MEBIBYTE;

struct World {
    #[expect(dead_code, reason = "the server works in it")]
    root: tempfile::TempDir,
    server: ServerProcess,
    client: Client,
    before: u64,
}

impl World {
    /// A server that has done once what is asked of it here.
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut server = ServerProcess::start(root.path());
        server.set_up_administrator();
        let client = server.caller();
        for _ in 0..3 {
            for (answer, _) in upload_everywhere(&client, &documents::picture(600, 400)) {
                answer.ok();
            }
            client.post("/api/v1/images/images_by_names", &json!({ "image_names": ["x"] })).ok();
        }
        let before = most_memory(server.id());
        Self { root, server, client, before }
    }

    fn authority(&self) -> String {
        self.server.base().trim_start_matches("http://").to_owned()
    }

    #[track_caller]
    fn grew_less_than(&self, bytes: u64) {
        let grown = most_memory(self.server.id()) - self.before;
        assert!(grown < bytes, "memory grew by {} MiB", grown / MEBIBYTE);
    }
}

/// The most memory a process ever had resident, in bytes.
fn most_memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// The file to every operation that takes a picture, and which one it was.
fn upload_everywhere(client: &Client, file: &[u8]) -> [(Answer, &'static str); 3] {
    let part = || Part::bytes(file.to_vec()).file_name("t.png").mime_str("image/png").unwrap();
    let workflow = client.post("/api/v1/workflows/", &documents::body(&documents::workflow("w"))).ok();
    let thumbnail = format!("/api/v1/workflows/i/{}/thumbnail", workflow["workflow_id"].as_str().unwrap());
    let preset = documents::preset_form(&documents::preset("p"), Some(file.to_vec()));
    [
        (client.upload("image_category=user&is_intermediate=false", file.to_vec(), "image/png"), "upload_image"),
        (documents::send(client, Method::PUT, &thumbnail, Form::new().part("image", part())), "set_workflow_thumbnail"),
        (documents::send(client, Method::POST, "/api/v1/style_presets/", preset), "create_style_preset"),
    ]
}

/// A PNG made by Python: `header` gives width, height, bits and kind of colour; `chunks` are put before the end.
fn png(header: &str, chunks: &str) -> Vec<u8> {
    let script = format!(
        "import struct, sys, zlib\n\
         def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))\n\
         def zeros(megabytes):\n\
         \x20   packer = zlib.compressobj(9)\n\
         \x20   return b''.join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()\n\
         out = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', {header}, 0, 0, 0))\n\
         for kind, data in [{chunks}]: out += chunk(kind, data)\n\
         sys.stdout.buffer.write(out + chunk(b'IEND', b''))"
    );
    let made = Command::new("python3").args(["-c", &script]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

#[test]
fn pictures_that_unfold_to_gigabytes_are_refused_and_memory_stays_flat() {
    let world = World::new();
    let picture = "(b'IDAT', zlib.compress(bytes(65)))";
    for (what, file) in [
        ("60000²", png("60000, 60000, 8, 2", picture)),
        ("one pixel wide", png("1, 2**31 - 1, 8, 0", picture)),
        ("a line of two thousand million", png("2000000000, 1, 16, 6", picture)),
        ("the largest", png("2**31 - 1, 2**31 - 1, 16, 6", picture)),
        ("nothing", png("0, 0, 8, 2", picture)),
        // Sixteen pixels followed by a quarter of a gigabyte, or by as much text.
        ("too many rows", png("4, 4, 8, 2", "(b'IDAT', zeros(256)[:1 << 20])")),
        ("text", png("4, 4, 8, 2", &format!("(b'zTXt', b'invokeai_metadata\\0\\0' + zeros(256)), {picture}"))),
        ("a colour profile", png("4, 4, 8, 2", &format!("(b'iCCP', b'p\\0\\0' + zeros(256)), {picture}"))),
    ] {
        for (answer, operation) in upload_everywhere(&world.client, &file) {
            // A profile is passed over, and so are rows that no picture has.
            let passes = ["a colour profile", "too many rows"].contains(&what) && answer.status < 300;
            assert!(passes || (400..500).contains(&answer.status), "{what}: {operation}: {}", answer.text());
        }
    }
    world.grew_less_than(FLAT);
}

#[test]
fn bodies_that_announce_ten_gigabytes_are_refused_before_they_come() {
    let world = World::new();
    let document = world.server.get("/openapi.json");
    let mut asked = 0;
    for operation in Operation::all(&document) {
        let request = operation.with(&Slot::Query("none".to_owned()), b"");
        if request.content_type.is_empty() {
            continue;
        }
        let status = announce(&world, &request, 10 << 30);
        // Whatever is looked at before the body may be the reason: a name that is not there, a wrong parameter.
        assert!((400..500).contains(&status) || status == 501, "{}: {status}", operation.id);
        asked += 1;
    }
    assert!(asked > 50, "{asked} operations take a body");
    world.grew_less_than(FLAT);
}

/// Sends the head of a request that announces so many bytes, and the beginning of them.
fn announce(world: &World, request: &Request, length: u64) -> u16 {
    let mut stream = TcpStream::connect(world.authority()).unwrap();
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\nContent-Length: {length}\r\n\r\n",
        request.method,
        String::from_utf8_lossy(&request.target),
        world.client.token(),
        request.content_type,
    );
    stream.write_all(head.as_bytes()).unwrap();
    let _ = stream.write_all(&request.body);
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap()
}

#[test]
fn json_of_many_values_takes_no_more_memory_than_its_text() {
    let world = World::new();
    let many = format!("[{}0]", "0,".repeat(15 << 20)).into_bytes();
    for path in ["/api/v1/images/images_by_names", "/api/v1/queue/default/enqueue_batch", "/api/v1/workflows/"] {
        let request = Request {
            method: "POST".to_owned(),
            target: path.into(),
            content_type: "application/json".to_owned(),
            body: many.clone(),
        };
        let (status, answer) = send_raw(&world.authority(), Some(world.client.token()), &request);
        assert_eq!(status, 413, "{path}: {}", String::from_utf8_lossy(&answer));
    }
    // The text itself, as it grows.
    world.grew_less_than(2 * 32 * MEBIBYTE + FLAT);
}

/// Sends chunks until the server answers; what it answers.
fn send_without_end(authority: &str, token: &str) -> u16 {
    let mut stream = TcpStream::connect(authority).unwrap();
    let head = format!(
        "POST /api/v1/images/upload?image_category=user&is_intermediate=false HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
    // A gigabyte at most: nobody may take that much.
    for _ in 0..1024 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    match stream.read_exact(&mut answer) {
        Ok(()) => std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap(),
        // Cut off while it was still sending.
        Err(_) => 413,
    }
}

#[test]
fn uploads_without_end_take_what_three_uploads_may_take_however_many_there_are() {
    let world = World::new();
    let (authority, token) = (world.authority(), world.client.token());
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..6).map(|_| scope.spawn(|| send_without_end(&authority, token))).collect();
        for sender in senders {
            assert_eq!(sender.join().unwrap(), 413);
        }
    });
    world.grew_less_than(3 * 2 * 136 * MEBIBYTE + FLAT);
    world.client.get("/api/v1/images/").ok();
}
