//! Main models in one file become folders: what `xtask/fixtures/checkpoint_layouts.py` made as files, in diffusers' names, with
//! the same numbers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_engine::convert::convert;
use invoke_tensor_files::{Dtype, TensorFile, TensorView, write_safetensors};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/checkpoints")
}

/// A fixture with the width of the prompt that tells its family; all other lengths there are tiny.
fn widened(name: &str, width: usize, folder: &Path) -> PathBuf {
    let file = TensorFile::open(fixtures().join(format!("{name}.safetensors"))).unwrap();
    let wide = vec![0; width * size_of::<f32>()];
    let shape = [1, width];
    let listens = |name: &str| name.starts_with("model.diffusion_model.") && name.ends_with("attn2.to_k.weight");
    let tensors = file.tensors().map(|(name, view)| match listens(name) {
        true => (name, TensorView { dtype: Dtype::F32, shape: &shape, bytes: &wide }),
        false => (name, view),
    });
    let path = folder.join(format!("{name}.safetensors"));
    write_safetensors(&path, tensors).unwrap();
    path
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

#[test]
fn every_part_has_diffusers_names_the_same_bytes_and_a_configuration() {
    let expected = read(fixtures().join("expected.json"));
    for (name, width, class, index) in [
        (
            "sd-1",
            768,
            "StableDiffusionPipeline",
            json!({ "text_encoder": "CLIPTextModel", "tokenizer": "CLIPTokenizer" }),
        ),
        (
            "sd-2",
            1024,
            "StableDiffusionPipeline",
            json!({ "text_encoder": "CLIPTextModel", "tokenizer": "CLIPTokenizer" }),
        ),
        (
            "sdxl",
            2048,
            "StableDiffusionXLPipeline",
            json!({ "text_encoder": "CLIPTextModel", "text_encoder_2": "CLIPTextModelWithProjection", "tokenizer_2": "CLIPTokenizer" }),
        ),
        (
            "sdxl-refiner",
            1280,
            "StableDiffusionXLImg2ImgPipeline",
            json!({ "text_encoder": null, "tokenizer": null, "text_encoder_2": "CLIPTextModelWithProjection", "tokenizer_2": "CLIPTokenizer" }),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = widened(name, width, folder.path());
        let made = folder.path().join("made");
        std::fs::create_dir(&made).unwrap();
        convert(&file, &made).unwrap();
        let whole = TensorFile::open_model(&file).unwrap();
        for (part, tensors) in expected[name].as_object().unwrap() {
            let weights =
                if part.starts_with("text") { "model.safetensors" } else { "diffusion_pytorch_model.safetensors" };
            let written = TensorFile::open(made.join(part).join(weights)).unwrap();
            assert!(written.names().eq(tensors.as_object().unwrap().keys()), "{name} {part}");
            for (tensor, view) in written.tensors() {
                assert_eq!(view, whole.tensor(&format!("{part}.{tensor}")).unwrap(), "{name} {part} {tensor}");
            }
            assert!(read(made.join(part).join("config.json")).is_object());
        }
        let said = read(made.join("model_index.json"));
        assert_eq!(said["_class_name"], class);
        for (part, expected) in index.as_object().unwrap() {
            assert_eq!(&said[part][1], expected, "{name} {part}");
            assert_eq!(made.join(part).exists(), !expected.is_null(), "{name} {part}");
        }
        assert_eq!(said["scheduler"][1], read(made.join("scheduler/scheduler_config.json"))["_class_name"]);
    }
}

#[test]
fn what_is_no_main_model_is_refused_and_a_folder_that_is_not_empty_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let error = convert(&fixtures().join("vae.safetensors"), folder.path()).unwrap_err().to_string();
    assert!(error.contains("vae.safetensors"), "{error}");
    std::fs::create_dir(folder.path().join("unet")).unwrap();
    let file = widened("sd-1", 768, folder.path());
    assert!(convert(&file, folder.path()).is_err());
}
