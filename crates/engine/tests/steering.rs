//! The networks that steer a UNet against diffusers, transformers and InvokeAI (`xtask/fixtures/steering_outputs.py`), with weights
//! drawn from seeds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use invoke_engine::models::clip_vision::ClipVisionModel;
use invoke_engine::models::controlnet::ControlNet;
use invoke_engine::models::ip_adapter::IpAdapter;
use invoke_engine::models::t2i_adapter::T2iAdapter;
use invoke_engine::models::unet::{Added, Context};
use invoke_engine::{Kind, Tensor};
use serde::Deserialize;
use support::{Expected, ONE_CALL, assert_close, device, draw, fixtures, kind};

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    config: serde_json::Value,
    #[serde(default)]
    soft: bool,
    #[serde(default)]
    count: usize,
    #[serde(default)]
    factor: i64,
    tensors: Vec<(String, Vec<i64>)>,
}

fn cases(start: &str) -> Vec<Case> {
    let all: Vec<Case> =
        serde_json::from_str(&std::fs::read_to_string(fixtures("engine/steering.json")).unwrap()).unwrap();
    let cases: Vec<_> = all.into_iter().filter(|case| case.name.starts_with(start)).collect();
    assert!(!cases.is_empty(), "{start}");
    tch::set_num_threads(1);
    cases
}

impl Case {
    fn drawn(&self) -> Vec<(String, Tensor)> {
        let sized = |(i, (name, shape)): (usize, &(String, Vec<i64>))| {
            let tensor = draw(1000 + i as u64, shape);
            let inputs: i64 = shape.iter().skip(1).product();
            let tensor = match (name.contains("norm"), shape.len() > 1) {
                (true, _) if name.ends_with("weight") => tensor * 0.1 + 1.0,
                (false, true) => tensor * (inputs as f64).powf(-0.5),
                _ => tensor * 0.1,
            };
            (name.clone(), tensor)
        };
        self.tensors.iter().enumerate().map(sized).collect()
    }

    /// A folder of diffusers' or transformers' with this model.
    fn folder(&self) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), self.config.to_string()).unwrap();
        Tensor::write_safetensors(&self.drawn(), folder.path().join("model.safetensors")).unwrap();
        let path = folder.path().to_owned();
        (folder, path)
    }
}

#[test]
fn controlnets_say_what_diffusers_says() {
    let expected = Expected::open("steering.safetensors");
    for case in cases("controlnet") {
        let (_folder, path) = case.folder();
        let model = ControlNet::load(&path, device(), kind()).unwrap();
        let mask = Tensor::from_slice(&[1f32, 1., 1., 1., 0., 0., 1., 1., 1., 1., 1., 1.]).view([2, 6]);
        let (embeddings, text_embeds) = (draw(2, &[2, 6, 12]), draw(5, &[2, 10]));
        let time_ids = draw(6, &[2, 6]).abs() * 100.0;
        let added = Some(Added { text_embeds: &text_embeds, time_ids: &time_ids });
        let context = Context { mask: Some(&mask), added, ..Context::new(&embeddings) };
        let (sample, picture) = (draw(1, &[2, 4, 8, 16]), draw(3, &[1, 3, 64, 128]).clamp(0.0, 1.0));
        let said = model.forward(&sample, 501.0, context, &picture, 0.7, case.soft).unwrap();
        assert_eq!(said.down.len(), case.count, "{}", case.name);
        for (i, down) in said.down.iter().enumerate() {
            let name = format!("{}.{i}", case.name);
            assert_close(&name, down, &expected.get(&name), ONE_CALL);
        }
        assert_close(&case.name, &said.mid, &expected.get(&format!("{}.mid", case.name)), ONE_CALL);
    }
}

#[test]
fn t2i_adapters_read_what_diffusers_reads() {
    let expected = Expected::open("steering.safetensors");
    for case in cases("t2i") {
        let (_folder, path) = case.folder();
        let model = T2iAdapter::load(&path, device(), kind()).unwrap();
        assert_eq!(model.total_downscale_factor(), case.factor, "{}", case.name);
        let picture = draw(4, &[1, model.config().in_channels, 48, 80]).clamp(0.0, 1.0);
        let features = model.forward(&picture).unwrap();
        assert_eq!(features.len(), case.count, "{}", case.name);
        for (i, feature) in features.iter().enumerate() {
            let name = format!("{}.{i}", case.name);
            assert_close(&name, feature, &expected.get(&name), ONE_CALL);
        }
        let uneven = model.forward(&draw(4, &[1, model.config().in_channels, 47, 80])).unwrap_err().to_string();
        assert!(uneven.contains("multiple of"), "{uneven}");
    }
}

#[test]
fn image_encoders_see_what_transformers_sees() {
    let expected = Expected::open("steering.safetensors");
    for case in cases("vision") {
        let (_folder, path) = case.folder();
        let model = ClipVisionModel::load(&path, device(), kind()).unwrap();
        let pictures = draw(8, &[2, 3, 224, 224]);
        let pooled = model.pooled(&pictures).unwrap();
        assert_close(&case.name, &pooled, &expected.get(&format!("{}.pooled", case.name)), ONE_CALL);
        let penultimate = model.penultimate(&pictures).unwrap();
        assert_close(&case.name, &penultimate, &expected.get(&format!("{}.penultimate", case.name)), ONE_CALL);
    }
}

#[test]
fn pictures_become_the_references_prompts() {
    let expected = Expected::open("steering.safetensors");
    let (_folder, path) = cases("vision.gelu").remove(0).folder();
    let encoder = ClipVisionModel::load(&path, device(), kind()).unwrap();
    let bytes = (draw(7, &[224, 224, 3]) * 60.0 + 128.0).clamp(0.0, 255.0).to_kind(Kind::Uint8);
    let picture = bytes.permute([2, 0, 1]).unsqueeze(0);
    let pictures = Tensor::cat(&[&picture, &picture], 0);
    let part = |tokens: &Tensor| tokens.slice(-1, 0, None, 16);
    for case in cases("ip") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("adapter.safetensors");
        Tensor::write_safetensors(&case.drawn(), &file).unwrap();
        let adapter = IpAdapter::load(&file, device(), kind()).unwrap();
        let prompt = adapter.prompt(&encoder, &pictures).unwrap();
        for (side, tokens) in [("positive", &prompt.positive), ("negative", &prompt.negative)] {
            let name = format!("{}.{side}", case.name);
            assert_close(&name, &part(tokens), &expected.get(&name), ONE_CALL);
        }
    }
}
