//! Fills the database of a server that was set up once with images and boards, for benchmarks: one board holds a
//! twentieth of the images, the others share the rest; every image has more than a kilobyte of metadata. Written as
//! another program would write it, so that the next opening has to take it in.
//!
//! `fill_gallery DATABASE IMAGES BOARDS`
#![expect(clippy::print_stdout, reason = "says what it made")]

use rusqlite::{Connection, OpenFlags, params};
use std::error::Error;

const STARTS: [&str; 20] = [
    "ca", "ri", "por", "gol", "fo", "ne", "stor", "an", "gla", "dra", "qui", "har", "win", "vel", "de", "lan", "mar",
    "mea", "cop", "sha",
];
const MIDDLES: [&str; 20] = [
    "st", "ve", "tra", "den", "re", "on", "ci", "ss", "go", "et", "bo", "te", "vi", "se", "te", "bl", "do", "pe",
    "sta", "mi",
];
const ENDS: [&str; 20] = [
    "le", "r", "it", "ing", "ist", "ly", "ent", "es", "n", "ness", "ur", "al", "et", "rt", "rn", "e", "w", "ra", "ld",
    "ous",
];

/// A small generator: the same figures everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn words(&mut self, count: usize) -> String {
        // Eight thousand words, the first of them far more often than the last, as in real texts.
        let word = |numbers: &mut Self| {
            let (one, other) = (numbers.next() % 8_000, numbers.next() % 8_000);
            let word = (one * other / 8_000) as usize;
            [STARTS[word % 20], MIDDLES[word / 20 % 20], ENDS[word / 400]].concat()
        };
        (0..count).map(|_| word(self)).collect::<Vec<_>>().join(" ")
    }
}

fn uuid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-{:04x}-4000-8000-{number:012x}", number & 0xffff)
}

fn metadata(numbers: &mut Numbers, number: usize) -> String {
    // One image in ten thousand carries the rare word.
    let rare = if number.is_multiple_of(10_000) { " thunderbird" } else { "" };
    serde_json::json!({
        "generation_mode": "txt2img",
        "positive_prompt": format!("{}{rare}", numbers.words(60)),
        "negative_prompt": numbers.words(40),
        "seed": numbers.next(),
        "steps": 20 + numbers.next() % 30,
        "cfg_scale": 7.5,
        "scheduler": "dpmpp_3m_k",
        "width": 1024,
        "height": 1024,
        "model": { "key": uuid(7, number % 12), "name": format!("model {}", number % 12), "base": "sdxl", "type": "main" },
        "app_version": "6.14.2",
    })
    .to_string()
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, images, boards] = arguments.as_slice() else {
        return Err("usage: fill_gallery DATABASE IMAGES BOARDS".into());
    };
    let (images, boards): (usize, usize) = (images.parse()?, boards.parse()?);
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let owner: String =
        connection.query_row("SELECT user_id FROM users WHERE user_id <> 'system' LIMIT 1", [], |row| row.get(0))?;
    let transaction = connection.transaction()?;
    {
        let mut board =
            transaction.prepare("INSERT INTO boards (board_id, board_name, user_id) VALUES (?1, ?2, ?3)")?;
        for number in 0..boards {
            board.execute(params![uuid(1, number), format!("Board {number}"), owner])?;
        }
        let mut image = transaction.prepare(
            "INSERT INTO images (image_name, image_origin, image_category, width, height, metadata, is_intermediate,
                starred, user_id, created_at, updated_at)
             VALUES (?1, 'internal', ?2, 1024, 1024, ?3, FALSE, ?4, ?5, ?6, ?6)",
        )?;
        let mut placed = transaction.prepare("INSERT INTO board_images (board_id, image_name) VALUES (?1, ?2)")?;
        let mut numbers = Numbers(1);
        let mut bytes = 0;
        for number in 0..images {
            let name = format!("{}.png", uuid(2, number));
            let text = metadata(&mut numbers, number);
            bytes += text.len();
            let category = if number % 50 == 49 { "user" } else { "general" };
            let minute = number % 525_600;
            let (day, month) = (minute / 1440 % 28 + 1, minute / 1440 / 28 % 12 + 1);
            let time =
                format!("2025-{month:02}-{day:02} {:02}:{:02}:{:02}.000", minute / 60 % 24, minute % 60, number % 60);
            image.execute(params![name, category, text, number.is_multiple_of(500), owner, time])?;
            let board = if number % 20 == 0 || boards < 2 { 0 } else { 1 + number % (boards - 1) };
            if boards > 0 {
                placed.execute(params![uuid(1, board), name])?;
            }
        }
        println!("{images} images with {} bytes of metadata each, {boards} boards", bytes / images.max(1));
    }
    transaction.commit()?;
    Ok(())
}
