//! Model files as `torch.save` writes them: a zip archive of a pickle, which says what there is, and of the numbers.
//!
//! Format: <https://docs.pytorch.org/docs/stable/notes/serialization.html>; the pickle's operations are those of Python's `pickletools`.

use serde_json::{Map, Value};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes the tensors of a safetensors file, all of single precision, as a checkpoint's `state_dict`.
pub fn write(safetensors: &Path, to: &Path) {
    let mut from = File::open(safetensors).unwrap();
    let mut length = [0; 8];
    from.read_exact(&mut length).unwrap();
    let mut header = vec![0; usize::try_from(u64::from_le_bytes(length)).unwrap()];
    from.read_exact(&mut header).unwrap();
    let header: Map<String, Value> = serde_json::from_slice(&header).unwrap();
    let mut tensors: Vec<(String, Vec<u64>, u64)> = header
        .iter()
        .map(|(name, entry)| {
            let shape = entry["shape"].as_array().unwrap().iter().map(|length| length.as_u64().unwrap()).collect();
            (name.clone(), shape, entry["data_offsets"][0].as_u64().unwrap())
        })
        .collect();
    tensors.sort_by_key(|tensor| tensor.2);

    let mut archive = ZipWriter::new(File::create(to).unwrap());
    // What torch reads in place is not compressed.
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    archive.start_file("archive/data.pkl", plain).unwrap();
    archive.write_all(&pickle(&tensors)).unwrap();
    for (number, (_, shape, _)) in tensors.iter().enumerate() {
        archive.start_file(format!("archive/data/{number}"), plain).unwrap();
        let bytes = 4 * shape.iter().product::<u64>();
        assert_eq!(std::io::copy(&mut Read::take(&mut from, bytes), &mut archive).unwrap(), bytes);
    }
    archive.start_file("archive/version", plain).unwrap();
    archive.write_all(b"3\n").unwrap();
    archive.finish().unwrap();
}

/// `{"state_dict": {name: tensor, …}, "global_step": 1}`
fn pickle(tensors: &[(String, Vec<u64>, u64)]) -> Vec<u8> {
    let mut out = b"\x80\x02}(".to_vec();
    text(&mut out, "state_dict");
    out.extend(b"}(");
    for (number, (name, shape, _)) in tensors.iter().enumerate() {
        text(&mut out, name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend(b"ctorch\nFloatStorage\n");
        text(&mut out, &number.to_string());
        text(&mut out, "cpu");
        integer(&mut out, shape.iter().product());
        // The storage, from its first number on.
        out.extend(b"tQK\0");
        tuple(&mut out, shape);
        let strides: Vec<u64> = (1..=shape.len()).map(|after| shape[after..].iter().product()).collect();
        tuple(&mut out, &strides);
        // No gradient, no hooks; the tuple of all that is what the function is called with.
        out.extend(b"\x89ccollections\nOrderedDict\n)RtR");
    }
    out.push(b'u');
    text(&mut out, "global_step");
    integer(&mut out, 1);
    out.extend(b"u.");
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    out.extend(text.as_bytes());
}

fn integer(out: &mut Vec<u8>, number: u64) {
    out.push(b'J');
    out.extend(i32::try_from(number).unwrap().to_le_bytes());
}

fn tuple(out: &mut Vec<u8>, numbers: &[u64]) {
    out.push(b'(');
    for number in numbers {
        integer(out, *number);
    }
    out.push(b't');
}
