//! LoRAs of every kind and layout against InvokeAI's own patcher (`xtask/fixtures/lora.py`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use invoke_engine::models::clip::ClipTextModel;
use invoke_engine::models::unet::{Context, Unet};
use invoke_engine::patches::{Family, Lora, Part, Patches};
use invoke_engine::weights::Weights;
use invoke_engine::{Kind, Tensor};
use support::{Expected, ONE_CALL, assert_close, device, draw, fixtures, kind, tiny};

fn file(name: &str) -> PathBuf {
    fixtures("models/lora-sd15").join(format!("{name}.safetensors"))
}

fn patches(part: Part, files: &[(String, f64)]) -> Patches {
    let open = |name: &str| Arc::new(Lora::open(&file(name), Family::Sd).unwrap());
    Patches::new(part, files.iter().map(|(name, strength)| (open(name), *strength)))
}

fn at(name: &str, strength: f64) -> Vec<(String, f64)> {
    vec![(name.to_owned(), strength)]
}

fn unet() -> Unet {
    Unet::load(&tiny("unet"), device(), kind()).unwrap()
}

fn text_encoder() -> ClipTextModel {
    ClipTextModel::load(&tiny("text_encoder"), device(), kind()).unwrap()
}

fn predicted(unet: &Unet) -> Tensor {
    tch::set_num_threads(1);
    let embeddings = draw(2, &[2, 77, 768]);
    unet.forward(&draw(1, &[2, 4, 8, 8]), 501.0, Context::new(&embeddings)).unwrap()
}

fn cases() -> BTreeMap<String, Vec<(String, f64)>> {
    serde_json::from_str(&std::fs::read_to_string(fixtures("engine/lora.json")).unwrap()).unwrap()
}

#[test]
fn every_kind_of_layer_changes_weights_as_the_references_patcher() {
    let expected = Expected::open("lora.safetensors");
    let weights = Weights::open(&tiny("unet"), device(), kind()).unwrap();
    for (name, layers) in [("kohya", 6), ("lycoris", 9), ("dora", 1), ("dora-peft", 1), ("norm", 4)] {
        let patched = weights.patched(patches(Part::Unet, &at(name, 0.75)));
        let start = format!("weight.{name}.");
        let named: Vec<String> = expected.names().filter(|key| key.starts_with(&start)).collect();
        assert!(named.len() >= layers, "{name}: {} expectations", named.len());
        for key in named {
            let theirs = expected.get(&key);
            let ours = patched.tensor(&key[start.len()..], &theirs.size()).unwrap();
            assert_close(&key, &ours, &theirs, 1e-6);
            assert_ne!(*weights.tensor(&key[start.len()..], &theirs.size()).unwrap(), *ours, "{key}");
        }
    }
}

#[test]
fn patched_networks_predict_what_the_references_predict() {
    let (unet, expected) = (unet(), Expected::open("lora.safetensors"));
    for (case, files) in cases() {
        let got = predicted(&unet.patched(patches(Part::Unet, &files)).unwrap());
        assert_close(&case, &got, &expected.get(&format!("unet.{case}")), ONE_CALL);
    }
}

#[test]
fn patched_text_encoders_read_what_the_references_read() {
    let (model, expected) = (text_encoder(), Expected::open("lora.safetensors"));
    let channels = expected.get("channels").to_kind(Kind::Int64);
    let ids = (Tensor::arange_start(1, 21, (Kind::Int64, tch::Device::Cpu)) * 3).unsqueeze(0);
    for (case, files) in cases() {
        let got = model.patched(patches(Part::TextEncoder, &files)).unwrap().forward(&ids, None, 0).unwrap();
        assert_close(&case, &got.index_select(2, &channels), &expected.get(&format!("text.{case}")), ONE_CALL);
    }
}

#[test]
fn every_layout_of_keys_is_the_same_patch() {
    let unet = unet();
    let kohya = predicted(&unet.patched(patches(Part::Unet, &at("kohya", 0.75))).unwrap());
    // In the other layouts no file holds a core, and the layer that has one in kohya's is left without.
    let others = ["peft", "peft-named", "diffusers"];
    let outputs = others.map(|name| predicted(&unet.patched(patches(Part::Unet, &at(name, 0.75))).unwrap()));
    let expected = Expected::open("lora.safetensors").get("unet.layouts");
    for (name, output) in others.iter().zip(&outputs) {
        assert_close(name, output, &expected, ONE_CALL);
    }
    assert_ne!(kohya, outputs[0]);
    let (model, ids) = (text_encoder(), Tensor::from_slice(&[5i64, 9, 200]).unsqueeze(0));
    let read =
        |name| model.patched(patches(Part::TextEncoder, &at(name, 0.5))).unwrap().forward(&ids, None, 0).unwrap();
    let kohya = read("kohya");
    for name in others {
        assert_eq!(read(name), kohya, "{name}");
    }
}

#[test]
fn taking_patches_away_leaves_the_same_bits() {
    let unet = unet();
    let before = predicted(&unet);
    let patched = unet.patched(patches(Part::Unet, &at("kohya", 0.75))).unwrap();
    assert_ne!(predicted(&patched), before);
    assert_eq!(predicted(&unet), before);
    assert_eq!(predicted(&patched.patched(Patches::default()).unwrap()), before);
    // What is not patched is not held twice.
    assert!(patched.bytes() > 0 && patched.bytes() < unet.bytes() / 3, "{} of {}", patched.bytes(), unet.bytes());
}

#[test]
fn a_model_within_a_checkpoint_is_patched_by_its_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let conv = Tensor::ones([16, 4, 3, 3], (Kind::Float, tch::Device::Cpu));
    Tensor::write_safetensors(&[("unet.conv_in.weight", &conv)], &file).unwrap();
    let unet = Weights::open(&file, device(), kind()).unwrap() / "unet";
    let patched = unet.patched(patches(Part::Unet, &at("lycoris", 1.0))) / "conv_in";
    assert_ne!(*patched.tensor("weight", &[16, 4, 3, 3]).unwrap(), conv);
    assert_eq!(*(unet / "conv_in").tensor("weight", &[16, 4, 3, 3]).unwrap(), conv);
}

#[test]
fn a_file_that_is_no_lora_says_so() {
    let error = Lora::open(&tiny("unet/diffusion_pytorch_model.safetensors"), Family::Sd).unwrap_err().to_string();
    assert!(error.ends_with("it has no layer of a LoRA for this kind of model"), "{error}");
}
