//! The text encoder and what is built on it, against transformers and compel (`xtask/fixtures/text_outputs.py`).

use std::path::{Path, PathBuf};

use invoke_engine::conditioning::PromptEncoder;
use invoke_engine::device::Device;
use invoke_engine::models::clip::{ClipConfig, ClipTextModel};
use invoke_engine::weights::Weights;
use invoke_engine::{Kind, Tensor};
use invoke_prompts::{ClipTokenizer, parse};
use serde::Deserialize;

/// Of a single call, relative to the largest value.
const TOLERANCE: f64 = 1e-4;
/// How many channels the fixtures keep, and that of all prompts.
const CHANNELS: i64 = 56;
const FEW_CHANNELS: i64 = 8;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn stored(file: &str) -> Weights {
    Weights::open(&fixtures().join("text").join(file), Device::Cpu, Kind::Float).expect("the fixture is committed")
}

fn model() -> ClipTextModel {
    let folder = fixtures().join("models/tiny-sd15/text_encoder");
    ClipTextModel::load(&folder, Device::Cpu, Kind::Float).expect("the model is committed")
}

#[track_caller]
fn check(what: &str, ours: &Tensor, fixture: &Weights, name: &str) {
    check_channels(what, ours, fixture, name, CHANNELS);
}

#[track_caller]
fn check_channels(what: &str, ours: &Tensor, fixture: &Weights, name: &str, channels: i64) {
    let channels = fixture.tensor("channels", &[channels]).expect("the fixture names its channels");
    let ours = ours.index_select(2, &channels);
    let theirs = fixture.tensor(name, &ours.size()).expect("the fixture has this shape");
    let (difference, largest) =
        ((&ours - &*theirs).abs().max().double_value(&[]), theirs.abs().max().double_value(&[]));
    assert!(difference <= TOLERANCE * largest, "{what}: differs by {difference}, values up to {largest}");
}

fn with_one_and_two_threads(test: impl Fn(usize)) {
    for threads in [1, 2] {
        tch::set_num_threads(threads as i32);
        test(threads);
    }
}

#[test]
fn hidden_states_are_those_of_transformers() {
    with_one_and_two_threads(|_| {
        let (model, fixture) = (model(), stored("clip.safetensors"));
        let ids = fixture.tensor("ids", &[3, 77]).unwrap();
        for skip in [0, 1] {
            let name = format!("hidden.skip{skip}");
            check(&name, &model.forward(&ids, None, skip).unwrap(), &fixture, &name);
        }
        let first = ids.narrow(0, 0, 1);
        let mask = fixture.tensor("mask", &[1, 77]).unwrap();
        check("masked", &model.forward(&first, Some(&mask), 0).unwrap(), &fixture, "masked");
    });
}

#[test]
fn the_activation_is_read_from_the_configuration() {
    let folder = fixtures().join("models/tiny-sd15/text_encoder");
    let text = std::fs::read_to_string(folder.join("config.json")).unwrap().replace("quick_gelu", "gelu");
    let config: ClipConfig = serde_json::from_str(&text).unwrap();
    let model = ClipTextModel::new(config, &Weights::open(&folder, Device::Cpu, Kind::Float).unwrap()).unwrap();
    let fixture = stored("clip.safetensors");
    let first = fixture.tensor("ids", &[3, 77]).unwrap().narrow(0, 0, 1);
    check("gelu", &model.forward(&first, None, 0).unwrap(), &fixture, "gelu");
}

#[derive(Deserialize)]
struct Row {
    name: String,
    prompt: String,
    skip: usize,
    tokens: i64,
}

#[test]
fn prompts_are_encoded_as_compel_does() {
    let rows = std::fs::read_to_string(fixtures().join("text/conditioning.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&rows).unwrap();
    assert!(rows.len() > 15, "the fixture holds only {} prompts", rows.len());
    let tokenizer = ClipTokenizer::open(&fixtures().join("models/tiny-sd15/tokenizer")).unwrap();
    with_one_and_two_threads(|threads| {
        let (model, fixture) = (model(), stored("conditioning.safetensors"));
        // Idle threads wait in a busy loop, which is slow where other tests run: with two, every fourth prompt.
        for row in rows.iter().step_by(if threads == 1 { 1 } else { 4 }) {
            let encoder = PromptEncoder::new(&tokenizer, &model, row.skip);
            let ours = encoder.encode(&parse(&row.prompt).unwrap()).unwrap();
            assert_eq!(ours.size(), [1, row.tokens, 768], "{}", row.prompt);
            check(&row.prompt, &ours, &fixture, &row.name);
        }
    });
}

#[test]
fn everything_the_grammar_knows_is_encoded_as_compel_does() {
    tch::set_num_threads(1);
    let rows = std::fs::read_to_string(fixtures().join("text/all.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&rows).unwrap();
    assert!(rows.len() >= 150, "the fixture holds only {} prompts", rows.len());
    let tokenizer = ClipTokenizer::open(&fixtures().join("models/tiny-sd15/tokenizer")).unwrap();
    let (model, fixture) = (model(), stored("all.safetensors"));
    let encoder = PromptEncoder::new(&tokenizer, &model, 0);
    for row in rows {
        let ours = encoder.encode(&parse(&row.prompt).unwrap()).unwrap();
        assert_eq!(ours.size(), [1, row.tokens, 768], "{}", row.prompt);
        check_channels(&row.prompt, &ours, &fixture, &row.name, FEW_CHANNELS);
    }
}

#[test]
fn more_layers_than_there_are_cannot_be_skipped() {
    let (model, fixture) = (model(), stored("clip.safetensors"));
    let ids = fixture.tensor("ids", &[3, 77]).unwrap();
    assert_eq!(model.forward(&ids, None, 2).unwrap().size(), [3, 77, 768]);
    let error = model.forward(&ids, None, 3).unwrap_err().to_string();
    assert_eq!(error, "cannot skip 3 of the text encoder's 2 layers");
}
