//! Model records of older releases in today's form: step 23 of the reference, and the variant of 26.
//!
//! Which fields a record of each kind has is said in `models/kinds.json`. A record that fits no kind becomes `unknown` and
//! keeps what all records have, so that its owner finds it in the list.

use super::{Failure, Upgrade};
use crate::models::kinds;
use serde_json::{Map, Value};
use std::path::Path;

type Record = Map<String, Value>;

/// Step 23: rewrites every record.
pub(super) fn renew(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    for (id, record) in all(upgrade)? {
        let renewed = renewed(record, &id)?;
        if renewed.get("type").and_then(Value::as_str) == Some("unknown") {
            let name = text(&renewed, "name").to_owned();
            tracing::warn!(model = name, "no known kind of model fits; it is listed as unknown");
            upgrade.report.unrecognised.push(name);
        }
        write(upgrade, &id, &renewed)?;
    }
    Ok(())
}

/// Step 26. The folder of a model that lies among ours is given relative to the models folder, where the reference looks for it
/// relative to its working directory and so finds nothing: these are `turbo`. Done alike, so that the record is the same.
pub(super) fn set_z_image_variants(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    for (id, mut record) in all(upgrade)? {
        let concerned = text(&record, "base") == "z-image" && text(&record, "type") == "main";
        if !concerned || record.contains_key("variant") {
            continue;
        }
        let folder = Path::new(text(&record, "path"));
        let is_base = text(&record, "format") == "diffusers" && folder.is_absolute() && shift(folder) >= 5.0;
        record.insert("variant".to_owned(), if is_base { "zbase" } else { "turbo" }.into());
        write(upgrade, &id, &record)?;
    }
    Ok(())
}

/// The scheduler's shift, which tells the two kinds of Z-Image apart; that of the more common one when it cannot be read.
fn shift(folder: &Path) -> f64 {
    let file = folder.join("scheduler/scheduler_config.json");
    let config = std::fs::read_to_string(file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    config.and_then(|config| config.get("shift")?.as_f64()).unwrap_or(3.0)
}

pub(super) fn all(upgrade: &Upgrade<'_>) -> Result<Vec<(String, Record)>, Failure> {
    let mut models = upgrade.connection.prepare("SELECT id, config FROM models ORDER BY rowid")?;
    let rows: Vec<(String, String)> =
        models.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(id, config)| match serde_json::from_str(&config) {
            Ok(record) => Ok((id, record)),
            Err(error) => Err(format!("the record of model `{id}` is no JSON object: {error}").into()),
        })
        .collect()
}

fn write(upgrade: &Upgrade<'_>, id: &str, record: &Record) -> Result<(), Failure> {
    let config = serde_json::to_string(record)?;
    upgrade.connection.execute("UPDATE models SET config = ?2 WHERE id = ?1", (id, config))?;
    Ok(())
}

/// The text in a field, empty when there is none.
pub(super) fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn renewed(mut record: Record, id: &str) -> Result<Record, Failure> {
    record.entry("key").or_insert_with(|| id.into());
    rename(&mut record);
    match kinds::fit(&record) {
        Ok(fitted) => Ok(fitted),
        Err(misfit) => {
            tracing::debug!(model = id, %misfit, "the model's record fits no kind");
            for field in ["base", "type", "format"] {
                record.insert(field.to_owned(), "unknown".into());
            }
            kinds::fit(&record).map_err(|misfit| format!("the record of model `{id}` cannot be read: {misfit}").into())
        }
    }
}

/// Words that mean something else today.
fn rename(record: &mut Record) {
    let words = ["base", "type", "format"].map(|field| text(record, field).to_owned());
    let (base, kind, format) = (words[0].as_str(), words[1].as_str(), words[2].as_str());
    if (base, kind) == ("flux", "main") {
        // The variant was told by the name of a configuration file.
        let variant = match record.shift_remove("config_path").as_ref().and_then(Value::as_str) {
            Some("flux-dev-fill") => "dev_fill",
            Some("flux-schnell") => "schnell",
            _ => "dev",
        };
        record.insert("variant".to_owned(), variant.into());
    }
    if kind == "main" && ["sd-1", "sd-2", "sdxl", "sdxl-refiner"].contains(&base) {
        record.entry("prediction_type").or_insert_with(|| "epsilon".into());
        record.entry("variant").or_insert_with(|| "normal".into());
    }
    if (base, kind, format) == ("flux", "lora", "diffusers") {
        record.insert("format".to_owned(), "lycoris".into());
    }
    if kind == "clip_vision" || kind == "clip_embed" {
        record.insert("base".to_owned(), "any".into());
    }
    if kind == "clip_embed" {
        record.entry("variant").or_insert_with(|| "large".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(fields: &Value) -> Record {
        let mut record = json!({
            "key": "k", "hash": "h", "path": "p", "file_size": 1, "name": "n", "source": "s", "source_type": "path",
        });
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record.as_object().unwrap().clone()
    }

    fn renewed(fields: &Value) -> Record {
        super::renewed(record(fields), "k").unwrap()
    }

    fn kind_of(fields: &Value) -> String {
        kinds::tag(&renewed(fields))
    }

    #[test]
    fn a_setting_nobody_knows_makes_the_record_unknown() {
        let lora = |settings: Value| {
            kind_of(&json!({ "type": "lora", "format": "lycoris", "base": "sd-1", "default_settings": settings }))
        };
        assert_eq!(lora(json!({ "weight": 0.5 })), "lora.lycoris.sd-1");
        assert_eq!(lora(json!({ "weight": 0.5, "colour": "red" })), "unknown.unknown.unknown");
        assert_eq!(lora(json!({ "weight": 2.5 })), "unknown.unknown.unknown", "outside the slider");
        assert_eq!(lora(json!({ "weight": 2.5, "weight_max": 3 })), "lora.lycoris.sd-1");
    }

    #[test]
    fn numbers_outside_their_limits_do_not_fit() {
        let main = |settings: Value| {
            kind_of(&json!({ "type": "main", "format": "diffusers", "base": "sd-1", "default_settings": settings }))
        };
        assert_eq!(main(json!({ "width": 512, "steps": 30, "cfg_scale": 7 })), "main.diffusers.sd-1");
        assert_eq!(main(json!({ "width": 500 })), "unknown.unknown.unknown", "not a multiple of 8");
        assert_eq!(main(json!({ "steps": 0 })), "unknown.unknown.unknown");
        assert_eq!(main(json!({ "scheduler": "magic" })), "unknown.unknown.unknown");
    }

    #[test]
    fn a_null_is_not_the_same_as_a_missing_field() {
        let fields = json!({ "type": "main", "format": "diffusers", "base": "sd-1", "variant": null });
        assert_eq!(kind_of(&fields), "unknown.unknown.unknown");
    }

    #[test]
    fn trigger_phrases_are_kept_once_each() {
        let lora = renewed(
            &json!({ "type": "lora", "format": "lycoris", "base": "sdxl", "trigger_phrases": ["a", "b", "a"] }),
        );
        assert_eq!(lora["trigger_phrases"], json!(["a", "b"]));
    }
}
