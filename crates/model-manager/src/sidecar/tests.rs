use super::*;
use invoke_imaging::{Limits, Mode, Pixels, png};
use serde_json::json;

/// What the reference makes of such files, by `xtask/fixtures/lora_sidecars.py`.
const CASES: &str = include_str!("../../../../tests/fixtures/models/sidecars.json");

#[test]
fn a_lora_is_described_as_the_reference_describes_it() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 12);
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join(case["model"].as_str().unwrap());
        for (name, content) in case["files"].as_object().unwrap() {
            std::fs::write(folder.path().join(name), content.as_str().unwrap()).unwrap();
        }
        let mut record = json!({ "type": case["type"], "description": "own", "trigger_phrases": null });
        describe(&mut record, &model);
        // A set, in the reference.
        let phrases = record["trigger_phrases"].as_array().map(|phrases| {
            let mut phrases: Vec<&str> = phrases.iter().map(|phrase| phrase.as_str().unwrap()).collect();
            phrases.sort_unstable();
            phrases
        });
        assert_eq!(json!([record["description"], phrases]), case["record"], "{case}");
    }
}

#[test]
fn the_picture_beside_a_lora_becomes_its_cover() {
    let folder = tempfile::tempdir().unwrap();
    let covers = Covers::new(folder.path());
    let model = folder.path().join("style.v2.safetensors");
    let record = json!({ "type": "lora", "key": "k" });
    show(&record, &model, &covers);
    assert_eq!(covers.find(&"k".into()), None);
    let picture = Pixels::new(Mode::Rgb, 300, 150, vec![90; 300 * 150 * 3]).unwrap();
    std::fs::write(folder.path().join("style.v2.jpeg"), "no picture").unwrap();
    std::fs::write(folder.path().join("style.v2.png"), png::encode(&picture, 1, &[]).unwrap()).unwrap();
    show(&json!({ "type": "vae", "key": "other" }), &model, &covers);
    assert_eq!(covers.find(&"other".into()), None);
    show(&record, &model, &covers);
    let kept = std::fs::read(covers.find(&"k".into()).unwrap()).unwrap();
    let (small, _) = invoke_imaging::picture::decode_bounded(&kept, Limits::default()).unwrap();
    assert_eq!((small.width(), small.height()), (256, 128));
    // What can not be read leaves the cover that was there.
    std::fs::write(folder.path().join("style.v2.png"), "no picture").unwrap();
    show(&record, &model, &covers);
    assert_eq!(std::fs::read(covers.find(&"k".into()).unwrap()).unwrap(), kept);
}
