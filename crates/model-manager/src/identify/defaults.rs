//! Settings a new record begins with.
//!
//! Reference: InvokeAI 6.14.2, `MainModelDefaultSettings.from_base` (`configs/main.py`), `ControlAdapterDefaultSettings`
//! (`configs/controlnet.py`), `LoraModelDefaultSettings` (`configs/lora.py`).

use super::Kind;
use super::on_disk::OnDisk;
use serde_json::{Value, json};

/// Which words in the name of a control model ask for which preprocessor; the first that is found counts.
const PREPROCESSORS: [(&str, &str); 18] = [
    ("canny", "canny_image_processor"),
    ("mlsd", "mlsd_image_processor"),
    ("depth", "depth_anything_image_processor"),
    ("bae", "normalbae_image_processor"),
    ("normal", "normalbae_image_processor"),
    ("sketch", "pidi_image_processor"),
    ("scribble", "lineart_image_processor"),
    ("lineart anime", "lineart_anime_image_processor"),
    ("lineart_anime", "lineart_anime_image_processor"),
    ("lineart", "lineart_image_processor"),
    ("soft", "hed_image_processor"),
    ("hed", "hed_image_processor"),
    ("shuffle", "content_shuffle_image_processor"),
    ("pose", "dw_openpose_image_processor"),
    ("mediapipe", "mediapipe_face_processor"),
    ("pidi", "pidi_image_processor"),
    ("zoe", "zoe_depth_image_processor"),
    ("color", "color_map_image_processor"),
];

/// The settings a model of this kind begins with, if its kind has any. Fields that are left out are null.
pub(super) fn settings(kind: &Kind, model: &OnDisk<'_>) -> Option<Value> {
    match kind.kind {
        "main" => main(kind, model),
        "lora" => Some(json!({})),
        "controlnet" | "t2i_adapter" | "control_lora" => {
            let name = model.name().to_lowercase();
            let found = PREPROCESSORS.iter().find(|(word, _)| name.contains(word));
            Some(json!({ "preprocessor": found.map(|(_, preprocessor)| preprocessor) }))
        }
        _ => None,
    }
}

fn main(kind: &Kind, model: &OnDisk<'_>) -> Option<Value> {
    let variant = kind.fields.iter().find(|(field, _)| *field == "variant").and_then(|(_, value)| value.as_str());
    let (steps, cfg_scale) = match (kind.base, variant) {
        ("sd-1", _) => return Some(json!({ "width": 512, "height": 512 })),
        ("sd-2", _) => return Some(json!({ "width": 768, "height": 768 })),
        ("sdxl", _) => return Some(json!({ "width": 1024, "height": 1024 })),
        ("flux2", Some("dev")) => {
            return Some(json!({ "steps": 28, "cfg_scale": 1.0, "width": 1024, "height": 1024, "guidance": 3.5 }));
        }
        ("flux2", Some("klein_4b_base" | "klein_9b_base")) => (28, 1.0),
        ("flux2", _) => (4, 1.0),
        ("z-image", Some("zbase")) => (50, 4.0),
        ("z-image", _) => (9, 1.0),
        ("ernie-image", _) => {
            let names = format!("{} {}", model.name(), model.file_name()).to_lowercase();
            if names.contains("turbo") { (8, 1.0) } else { (50, 4.0) }
        }
        ("anima", _) => (35, 4.5),
        ("ideogram-4", _) => (48, 7.0),
        ("qwen-image", _) => (40, 4.0),
        ("krea-2", Some("krea2_base")) => (28, 5.5),
        ("krea-2", _) => (8, 1.0),
        ("wan", Some("ti2v_5b")) => (30, 5.0),
        ("wan", _) => (40, 4.0),
        _ => return None,
    };
    Some(json!({ "steps": steps, "cfg_scale": cfg_scale, "width": 1024, "height": 1024 }))
}
