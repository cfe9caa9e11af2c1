//! Model files that are too large to keep, written by the rule in `fixtures/models/single`.
//!
//! `xtask/fixtures/single_files.py` says what the rule is, and writes the same files for the reference.

use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// How long the table of numbers is; a prime, so that no two rows of a tensor are alike.
const PERIOD: usize = 8191;
/// From one tensor to the next in the table.
const STRIDE: usize = 977;

/// Writes the model `name` as safetensors.
pub fn write(name: &str, path: &Path) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/models/single/{name}.json"));
    let rules: Vec<Value> = serde_json::from_slice(&std::fs::read(rules).unwrap()).unwrap();
    let mut header = Map::new();
    let mut end = 0;
    for rule in &rules {
        let bytes = 4 * lengths(rule).iter().product::<usize>();
        let entry = json!({ "dtype": "F32", "shape": rule["shape"], "data_offsets": [end, end + bytes] });
        header.insert(rule["name"].as_str().unwrap().to_owned(), entry);
        end += bytes;
    }
    let mut header = Value::Object(header).to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut file = File::create(path).unwrap();
    let begin = 8 + header.len();
    // What is not written below are zeros that take no room.
    file.set_len((begin + end) as u64).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    let table = table();
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut place = begin;
    for (number, rule) in rules.iter().enumerate() {
        let shape = lengths(rule);
        let (count, row) = (shape.iter().product::<usize>(), shape[1..].iter().product::<usize>());
        let unit = 2f64.powi(-(rule["exponent"].as_i64().unwrap() as i32));
        let base = |index: usize| match &rule["base"] {
            Value::Array(bases) => bases[index].as_f64().unwrap(),
            base => base.as_f64().unwrap(),
        };
        let rows: Vec<usize> = match rule["rows"].as_array() {
            Some(rows) => rows.iter().map(|row| row.as_u64().unwrap() as usize).collect(),
            None => (0..count / row).collect(),
        };
        let mut next = usize::MAX;
        for index in rows {
            // Seeking writes out what is buffered.
            if index != next {
                file.seek(SeekFrom::Start((place + 4 * index * row) as u64)).unwrap();
            }
            next = index + 1;
            let base = base(index);
            let from = (index * row + STRIDE * number) % PERIOD;
            let numbers = table[from..].iter().chain(table.iter().cycle()).take(row);
            let bytes: Vec<u8> = numbers.flat_map(|number| ((number * unit + base) as f32).to_le_bytes()).collect();
            file.write_all(&bytes).unwrap();
        }
        place += 4 * count;
    }
    file.flush().unwrap();
}

fn lengths(rule: &Value) -> Vec<usize> {
    rule["shape"].as_array().unwrap().iter().map(|length| length.as_u64().unwrap() as usize).collect()
}

/// The upper twelve bits of SplitMix64's numbers, around zero.
fn table() -> Vec<f64> {
    let mut seed = 0u64;
    let number = |_| {
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 52) as f64 - 2048.0
    };
    (0..PERIOD).map(number).collect()
}
