//! Model records of older releases in today's form: step 23 of the reference, and the variant of 26.
//!
//! `model_kinds.json` says which fields a record of each kind has (`type.format.base`, for CLIP encoders also the variant);
//! `xtask/fixtures/model_kinds.py` reads it off the reference. A record that fits no kind becomes `unknown` and keeps what
//! all records have, so that its owner finds it in the list.

use super::{Failure, Upgrade};
use serde_json::{Map, Value, json};
use std::path::Path;

type Record = Map<String, Value>;

const KINDS: &str = include_str!("model_kinds.json");

/// The range of a LoRA's slider when its record names none.
const WEIGHT_RANGE: (f64, f64) = (-1.0, 2.0);

/// Step 23: rewrites every record.
pub(super) fn renew(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let kinds = Kinds::load()?;
    for (id, record) in all(upgrade)? {
        let renewed = kinds.renew(record, &id)?;
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

struct Kinds(Value);

impl Kinds {
    fn load() -> Result<Self, Failure> {
        Ok(Self(serde_json::from_str(KINDS)?))
    }

    fn renew(&self, mut record: Record, id: &str) -> Result<Record, Failure> {
        record.entry("key").or_insert_with(|| id.into());
        rename(&mut record);
        match self.fit(&record) {
            Ok(fitted) => Ok(fitted),
            Err(misfit) => {
                tracing::debug!(model = id, misfit, "the model's record fits no kind");
                for field in ["base", "type", "format"] {
                    record.insert(field.to_owned(), "unknown".into());
                }
                self.fit(&record)
                    .map_err(|misfit| format!("the record of model `{id}` cannot be read: {misfit}").into())
            }
        }
    }

    /// The record with the fields of its kind, in their order, the missing ones filled; or what does not fit.
    fn fit(&self, record: &Record) -> Result<Record, String> {
        let kind = tag(record);
        let own = self.0["kinds"].get(&kind).ok_or_else(|| format!("no kind `{kind}`"))?;
        let mut fitted = Record::new();
        for fields in [&self.0["shared"], own] {
            self.fill(fields, record, &mut fitted)?;
        }
        Ok(fitted)
    }

    fn fill(&self, fields: &Value, from: &Record, into: &mut Record) -> Result<(), String> {
        for (name, field) in fields.as_object().into_iter().flatten() {
            let value = match (from.get(name), field.get("default")) {
                (Some(value), _) => self.value(field, value).ok_or_else(|| format!("`{name}`: {value}"))?,
                (None, Some(default)) => default.clone(),
                (None, None) => return Err(format!("`{name}` is missing")),
            };
            into.insert(name.clone(), value);
        }
        let url = into.get("source_url").and_then(Value::as_str);
        if url.is_some_and(|url| !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
            return Err("`source_url` is no web address".to_owned());
        }
        if url == Some("") {
            into.insert("source_url".to_owned(), Value::Null);
        }
        Ok(())
    }

    /// The value as a field of this description holds it, `None` when it cannot.
    fn value(&self, field: &Value, value: &Value) -> Option<Value> {
        if value.is_null() {
            return (field.get("nullable") == Some(&true.into())).then_some(Value::Null);
        }
        if let Some(choices) = field.get("one_of") {
            return choices.as_array()?.contains(value).then(|| value.clone());
        }
        if let Some(group) = field.get("group") {
            return self.group(group.as_str()?, value);
        }
        if let Some(group) = field.get("map_of") {
            let keys = field["keys"].as_array()?;
            let entries = value.as_object()?.iter().map(|(key, value)| {
                let known = keys.iter().any(|known| known == key);
                known.then_some(())?;
                Some((key.clone(), self.group(group.as_str()?, value)?))
            });
            return entries.collect::<Option<Map<_, _>>>().map(Value::Object);
        }
        let fitted = plain(field["is"].as_str()?, value)?;
        within(field, &fitted).then_some(fitted)
    }

    fn group(&self, name: &str, value: &Value) -> Option<Value> {
        let group = &self.0["groups"][name];
        let given = value.as_object()?;
        let fields = group["fields"].as_object()?;
        if group["closed"] == true && given.keys().any(|key| !fields.contains_key(key)) {
            return None;
        }
        let mut fitted = Record::new();
        self.fill(&group["fields"], given, &mut fitted).ok()?;
        (name != "LoraModelDefaultSettings" || weight_fits(&fitted)).then_some(Value::Object(fitted))
    }
}

fn plain(kind: &str, value: &Value) -> Option<Value> {
    match kind {
        "text" => value.is_string().then(|| value.clone()),
        "flag" => match value {
            Value::Bool(_) => Some(value.clone()),
            Value::Number(number) if number.as_f64() == Some(0.0) => Some(false.into()),
            Value::Number(number) if number.as_f64() == Some(1.0) => Some(true.into()),
            _ => None,
        },
        "number" => value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).map(Value::from),
        "integer" => value
            .as_i64()
            .or_else(|| whole(value.as_f64()?))
            .or_else(|| value.as_str()?.trim().parse().ok())
            .map(Value::from),
        "texts" => {
            let mut kept: Vec<&Value> = Vec::new();
            for entry in value.as_array()? {
                entry.as_str()?;
                if !kept.contains(&entry) {
                    kept.push(entry);
                }
            }
            Some(json!(kept))
        }
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only numbers that lose nothing by it")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

fn within(field: &Value, value: &Value) -> bool {
    let Some(number) = value.as_f64() else { return true };
    let limit = |name: &str| field.get(name).and_then(Value::as_f64);
    limit("at_least").is_none_or(|least| number >= least)
        && limit("more_than").is_none_or(|bound| number > bound)
        && limit("less_than").is_none_or(|bound| number < bound)
        && limit("multiple_of").is_none_or(|step| number % step == 0.0)
}

fn weight_fits(settings: &Record) -> bool {
    let number = |field: &str| settings.get(field).and_then(Value::as_f64);
    let least = number("weight_min").unwrap_or(WEIGHT_RANGE.0);
    let most = number("weight_max").unwrap_or(WEIGHT_RANGE.1);
    least < most && number("weight").is_none_or(|weight| (least..=most).contains(&weight))
}

/// The kind a record says it is of.
fn tag(record: &Record) -> String {
    let mut parts: Vec<&str> = ["type", "format", "base"].map(|field| text(record, field)).to_vec();
    if parts == ["clip_embed", "diffusers", "any"] {
        parts.push(text(record, "variant"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(".")
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

    fn record(fields: &Value) -> Record {
        let mut record = json!({
            "key": "k", "hash": "h", "path": "p", "file_size": 1, "name": "n", "source": "s", "source_type": "path",
        });
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record.as_object().unwrap().clone()
    }

    fn renewed(fields: &Value) -> Record {
        Kinds::load().unwrap().renew(record(fields), "k").unwrap()
    }

    fn kind_of(fields: &Value) -> String {
        tag(&renewed(fields))
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
