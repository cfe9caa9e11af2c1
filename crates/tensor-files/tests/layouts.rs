//! Checkpoints in the original layouts have diffusers' names and numbers once they are taken apart.
//! The files, and what diffusers makes of them, come from `xtask/fixtures/checkpoint_layouts.py`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tensor_files::{Part, TensorFile, TensorView};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/checkpoints")
}

fn part_of(name: &str) -> Part {
    match name {
        "unet" => Part::UNet,
        "vae" => Part::Vae,
        "text_encoder" => Part::TextEncoder,
        "text_encoder_2" => Part::TextEncoder2,
        "controlnet" => Part::ControlNet,
        other => panic!("a part called {other}"),
    }
}

/// Shape, and the first two numbers and the last, which no other tensor has.
fn described(view: &TensorView<'_>) -> Value {
    let numbers: Vec<f32> =
        view.bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(*bytes.first_chunk().unwrap())).collect();
    json!([view.shape, numbers[0], numbers[1.min(numbers.len() - 1)], numbers[numbers.len() - 1]])
}

#[test]
fn parts_of_checkpoints_have_the_names_and_numbers_diffusers_gives_them() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixtures().join("expected.json")).unwrap()).unwrap();
    let mut seen = 0;
    for (name, parts) in expected.as_object().unwrap() {
        let file = TensorFile::open(fixtures().join(format!("{name}.safetensors"))).unwrap();
        for (part, tensors) in parts.as_object().unwrap() {
            let taken = file.part(part_of(part)).unwrap();
            let found: Map<String, Value> =
                taken.tensors().map(|(name, view)| (name.to_owned(), described(&view))).collect();
            let names = |tensors: &Map<String, Value>| tensors.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&found), names(tensors.as_object().unwrap()), "{name} {part}");
            assert_eq!(Value::from(found).to_string(), tensors.to_string(), "{name} {part}");
            seen += 1;
        }
    }
    assert_eq!(seen, 15);
}

#[test]
fn a_checkpoint_reads_like_a_folder() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixtures().join("expected.json")).unwrap()).unwrap();
    for (name, parts) in expected.as_object().unwrap() {
        let file = TensorFile::open_model(fixtures().join(format!("{name}.safetensors"))).unwrap();
        let alone = parts.as_object().unwrap().len() == 1;
        let mut names: Vec<String> = Vec::new();
        for (part, tensors) in parts.as_object().unwrap() {
            let prefix = if alone { String::new() } else { format!("{part}.") };
            for (tensor, numbers) in tensors.as_object().unwrap() {
                let tensor = format!("{prefix}{tensor}");
                assert_eq!(described(&file.tensor(&tensor).unwrap()), *numbers, "{name} {tensor}");
                names.push(tensor);
            }
        }
        names.sort();
        assert!(file.names().eq(names), "{name}");
    }
}

#[test]
fn what_has_diffusers_names_already_keeps_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/models/tiny-sd15/vae");
    let file = TensorFile::open(folder.join("diffusion_pytorch_model.safetensors")).unwrap();
    let part = file.part(Part::Vae).unwrap();
    assert!(part.names().eq(file.names()) && part.tensors().eq(file.tensors()));
}

#[test]
fn a_part_that_is_not_there_is_named() {
    let file = TensorFile::open(fixtures().join("vae.safetensors")).unwrap();
    let error = file.part(Part::UNet).unwrap_err().to_string();
    assert!(error.ends_with("vae.safetensors` has no tensor `of a UNet`"), "{error}");
}
