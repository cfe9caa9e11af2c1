//! Which files of a repository make the model: the right one of several variants of the same weights, no pictures, no papers.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/util/select_hf_files.py`.

use std::collections::{BTreeMap, BTreeSet};

/// Endings of files that may be asked for one by one.
const SINGLE: [&str; 8] = [".safetensors", ".bin", ".onnx", ".xml", ".pth", ".pt", ".ckpt", ".msgpack"];
const TEXTS: [&str; 3] = [".json", ".txt", ".jinja"];
/// Names that are wanted although the rule for weights does not know them.
const NAMED: [&str; 6] =
    ["learned_embeds.bin", "ip_adapter.bin", "lora_weights.safetensors", "weights.pb", "onnx_data", "spiece.model"];

/// The paths that make the model, sorted. `variant` is `fp16`, `fp32`, `onnx`, `openvino`, `flax` or empty; `subfolders` are
/// parts of the repository (or one file of it), none for all of it.
pub(crate) fn choose(paths: &[String], variant: &str, subfolders: &[String]) -> Vec<String> {
    if let [single] = subfolders
        && SINGLE.iter().any(|ending| single.ends_with(ending))
    {
        return vec![single.clone()];
    }
    let is_wanted = |path: &&String| {
        let name = file_name(path);
        let within = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let known = TEXTS.iter().chain(&NAMED).any(|ending| name.ends_with(ending)) || is_weights(name);
        known && (subfolders.is_empty() || subfolders.iter().any(within))
    };
    of_variant(paths.iter().filter(is_wanted), variant).into_iter().collect()
}

/// One of several forms of the same weights.
struct Candidate<'a> {
    path: &'a str,
    score: u32,
}

fn of_variant<'a>(paths: impl Iterator<Item = &'a String>, variant: &str) -> BTreeSet<String> {
    let mut chosen = BTreeSet::new();
    let mut by_folder: BTreeMap<&str, Vec<Candidate<'_>>> = BTreeMap::new();
    let mut has_safetensors = false;
    for path in paths {
        let (name, ending) = (file_name(path), suffix(path));
        if [".onnx", ".pb", ".onnx_data"].contains(&ending) {
            if variant == "onnx" {
                chosen.insert(path.clone());
            }
        } else if name.contains("openvino_model") {
            if variant == "openvino" {
                chosen.insert(path.clone());
            }
        } else if name.contains("flax_model") {
            if variant == "flax" {
                chosen.insert(path.clone());
            }
        } else if [".json", ".txt", ".model", ".jinja"].contains(&ending) {
            chosen.insert(path.clone());
        } else if ["fp16", "fp32", ""].contains(&variant) && [".bin", ".safetensors", ".pt", ".ckpt"].contains(&ending)
        {
            if has_safetensors && ending == ".bin" {
                continue;
            }
            let candidates = by_folder.entry(folder(path)).or_default();
            let mut score = 0;
            if ending == ".safetensors" {
                has_safetensors = true;
                candidates.retain(|candidate| suffix(candidate.path) != ".bin");
                score += 1;
            }
            let label = label(path);
            let named = !variant.is_empty() && label.is_some_and(|label| label.starts_with(&format!(".{variant}")));
            if named || (label.is_none() && ["fp32", ""].contains(&variant)) {
                score += 1;
            }
            candidates.push(Candidate { path, score });
        }
    }
    for candidates in by_folder.values() {
        choose_of_folder(candidates, &mut chosen);
    }
    if ["onnx", "openvino", "flax"].contains(&variant) && !chosen.iter().any(|path| file_name(path).contains(variant)) {
        return BTreeSet::new();
    }
    // A folder with nothing but its configuration is one whose weights are of another variant.
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for path in &chosen {
        *count.entry(folder(path).to_owned()).or_default() += 1;
    }
    chosen.retain(|path| count.get(folder(path)).is_some_and(|count| *count > 1) || file_name(path) != "config.json");
    chosen
}

fn choose_of_folder(candidates: &[Candidate<'_>], chosen: &mut BTreeSet<String>) {
    let has_fp16 =
        candidates.iter().any(|candidate| label(candidate.path).is_some_and(|label| label.starts_with(".fp16")));
    if !has_fp16 {
        // These names do not tell variants: all of them are parts.
        chosen.extend(candidates.iter().map(|candidate| candidate.path.to_owned()));
    }
    // The first of the best.
    let best = candidates.iter().rev().max_by_key(|candidate| candidate.score);
    let Some(best) = best else { return };
    match shard(best.path) {
        Some((start, end)) => {
            let of_it = |path: &str| path.starts_with(start) && path.ends_with(end);
            chosen.extend(candidates.iter().filter(|other| of_it(other.path)).map(|other| other.path.to_owned()));
        }
        None => {
            chosen.insert(best.path.to_owned());
        }
    }
}

/// Weights as diffusers and transformers name them; anything else may be another model that lies in the same place.
fn is_weights(name: &str) -> bool {
    name.split_once("model").is_some_and(|(_, rest)| SINGLE.iter().any(|ending| rest.ends_with(ending)))
}

/// What stands before and behind the number of a part (`model-00001-of-00002.safetensors`), if it is one.
fn shard(path: &str) -> Option<(&str, &str)> {
    let (stem, ending) = path.split_at(path.rfind('.')?);
    let without_number = |text: &'_ str| text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let count = without_number(stem);
    let before = stem[..stem.len() - count].strip_suffix("-of-").filter(|_| count > 0)?;
    let number = without_number(before);
    Some((before[..before.len() - number].strip_suffix('-').filter(|_| number > 0)?, ending))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last ending, with its dot.
fn suffix(path: &str) -> &str {
    let name = file_name(path);
    name.rfind('.').filter(|at| *at > 0).map_or("", |at| &name[at..])
}

/// What stands between name and ending (`.fp16`), when exactly one word does.
fn label(path: &str) -> Option<&str> {
    let name = file_name(path).trim_start_matches('.');
    let dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
    match dots.as_slice() {
        [first, second] => Some(&name[*first..*second]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Made by `xtask/fixtures/hub_files.py` with the reference's own choice.
    #[test]
    fn files_are_chosen_as_the_reference_chooses_them() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../../../tests/fixtures/models/hub_files.json")).unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let texts = |name: &str| -> Vec<String> {
                case[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
            };
            let chosen = choose(&texts("files"), case["variant"].as_str().unwrap(), &texts("subfolders"));
            assert_eq!(chosen, texts("chosen"), "{} {:?} of {:?}", case["variant"], case["subfolders"], texts("files"));
        }
    }
}
