//! The values of generator nodes: sequences, spreads, random numbers, split texts, prompts of a template and the pictures of a
//! board. The page works these out before it enqueues; the values here are those of the reference, its random ones too.

use super::children::{too_many, unsupported};
use super::python_random::PythonRandom;
use invoke_domain::Random;
use invoke_graph::CallError;
use invoke_prompts::dynamic::{self, DynamicError};
use serde_json::{Map, Value, json};

/// Which pictures of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What was generated.
    Images,
    /// All else.
    Assets,
}

/// Gives the names of the pictures of a board, as far as the call's owner may see them.
pub(super) type Pictures<'a> = &'a dyn Fn(&str, Kind) -> Result<Vec<String>, CallError>;

/// The values of a generator; an error when there would be more than `limit`, before any is made.
pub(super) fn items(
    id: &str,
    data: &Map<String, Value>,
    limit: usize,
    random: &dyn Random,
    pictures: Pictures<'_>,
) -> Result<Vec<Value>, CallError> {
    let generator = data.get("inputs").and_then(|inputs| inputs.get("generator"));
    let generator = generator
        .ok_or_else(|| unsupported(format!("call_saved_workflow generator node '{id}' is missing generator input")))?;
    let Some(value) = generator.get("value").and_then(Value::as_object) else {
        return Err(unsupported(format!("call_saved_workflow generator node '{id}' has invalid generator value")));
    };
    let generator = Generator { value, kind: value.get("type").and_then(Value::as_str).unwrap_or_default() };
    if generator.declared_count().is_some_and(|count| count > limit) {
        return Err(too_many());
    }
    match data.get("type").and_then(Value::as_str).unwrap_or_default() {
        "integer_generator" => generator.integers(random),
        "float_generator" => generator.floats(random),
        "string_generator" => generator.texts(random),
        "image_generator" => generator.pictures(pictures),
        other => Err(unsupported(format!("Unsupported generator node type '{other}'"))),
    }
}

struct Generator<'a> {
    value: &'a Map<String, Value>,
    kind: &'a str,
}

impl Generator<'_> {
    fn number(&self, name: &str, default: f64) -> f64 {
        self.value.get(name).and_then(Value::as_f64).unwrap_or(default)
    }

    fn integer(&self, name: &str, default: i64) -> i64 {
        let value = self.value.get(name);
        #[expect(clippy::cast_possible_truncation, reason = "a fraction is cut off, as in the reference")]
        let whole = |value: &Value| value.as_i64().or_else(|| value.as_f64().map(|float| float as i64));
        value.and_then(whole).unwrap_or(default)
    }

    fn text(&self, name: &str, default: &'static str) -> &str {
        self.value.get(name).and_then(Value::as_str).unwrap_or(default)
    }

    fn count(&self) -> usize {
        usize::try_from(self.integer("count", 10)).unwrap_or(0)
    }

    /// Prompts of a template at most.
    fn most(&self) -> usize {
        usize::try_from(self.integer("maxPrompts", 10)).unwrap_or(0)
    }

    fn values(&self) -> Option<&Vec<Value>> {
        self.value.get("values").and_then(Value::as_array)
    }

    fn declared_count(&self) -> Option<usize> {
        let counted = ["_arithmetic_sequence", "_linear_distribution", "_random_distribution_uniform"];
        match (self.values(), self.kind) {
            (Some(values), _) => Some(values.len()),
            (None, "string_generator_dynamic_prompts_random") => Some(self.count()),
            (None, "string_generator_dynamic_prompts_combinatorial") => Some(self.most()),
            (None, _) => counted.iter().any(|kind| self.kind.ends_with(kind)).then(|| self.count()),
        }
    }

    fn seed(&self, random: &dyn Random) -> u64 {
        let seed = self.value.get("seed").and_then(Value::as_i64).map(i64::unsigned_abs);
        seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        })
    }

    fn seeded(&self, random: &dyn Random) -> PythonRandom {
        PythonRandom::new(self.seed(random))
    }

    fn floats(&self, random: &dyn Random) -> Result<Vec<Value>, CallError> {
        let count = self.count();
        let of = |numbers: Vec<f64>| Ok(numbers.into_iter().map(Value::from).collect());
        match self.kind {
            "float_generator_arithmetic_sequence" => {
                let (start, step) = (self.number("start", 0.0), self.number("step", 1.0));
                of(if step == 0.0 { vec![start] } else { (0..count).map(|i| start + i as f64 * step).collect() })
            }
            "float_generator_linear_distribution" => {
                let (start, end) = (self.number("start", 0.0), self.number("end", 1.0));
                of(spread(count).map(|part| part.map_or(start, |part| start + (end - start) * part)).collect())
            }
            "float_generator_random_distribution_uniform" | "float_generator_parse_string"
                if self.values().is_some() =>
            {
                of(self.values().into_iter().flatten().filter_map(Value::as_f64).collect())
            }
            "float_generator_random_distribution_uniform" => {
                let (min, max) = (self.number("min", 0.0), self.number("max", 1.0));
                let mut numbers = self.seeded(random);
                of((0..count).map(|_| numbers.next_float() * (max - min) + min).collect())
            }
            "float_generator_parse_string" => self.parsed(|text| text.parse::<f64>().ok().map(Value::from)),
            other => Err(unsupported(format!("Unsupported float generator type '{other}'"))),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "rounded to a whole number on purpose")]
    fn integers(&self, random: &dyn Random) -> Result<Vec<Value>, CallError> {
        let count = self.count();
        let of = |numbers: Vec<i64>| Ok(numbers.into_iter().map(Value::from).collect());
        match self.kind {
            "integer_generator_arithmetic_sequence" => {
                let (start, step) = (self.integer("start", 0), self.integer("step", 1));
                let at = |i: usize| start.saturating_add(step.saturating_mul(i64::try_from(i).unwrap_or(i64::MAX)));
                of(if step == 0 { vec![start] } else { (0..count).map(at).collect() })
            }
            "integer_generator_linear_distribution" => {
                let (start, end) = (self.integer("start", 0), self.integer("end", 10));
                let width = end.saturating_sub(start) as f64;
                let at =
                    |part: Option<f64>| start.saturating_add((width * part.unwrap_or(0.0)).round_ties_even() as i64);
                of(spread(count).map(at).collect())
            }
            "integer_generator_random_distribution_uniform" => {
                let (min, max) = (self.integer("min", 0), self.integer("max", 10));
                let width = max.saturating_sub(min).saturating_add(1) as f64;
                let mut numbers = self.seeded(random);
                of((0..count).map(|_| min.saturating_add((numbers.next_float() * width) as i64)).collect())
            }
            "integer_generator_parse_string" => self.parsed(|text| text.parse::<i64>().ok().map(Value::from)),
            other => Err(unsupported(format!("Unsupported integer generator type '{other}'"))),
        }
    }

    fn pictures(&self, of_board: Pictures<'_>) -> Result<Vec<Value>, CallError> {
        if self.kind != "image_generator_images_from_board" {
            return Err(unsupported(format!("Unsupported image generator type '{}'", self.kind)));
        }
        let kind = if self.text("category", "images") == "images" { Kind::Images } else { Kind::Assets };
        let names = match self.text("board_id", "") {
            "" => Vec::new(),
            board => of_board(board, kind)?,
        };
        Ok(names.into_iter().map(|name| json!({ "image_name": name })).collect())
    }

    fn texts(&self, random: &dyn Random) -> Result<Vec<Value>, CallError> {
        let of = |prompts: Result<Vec<String>, DynamicError>| {
            let prompts = prompts.map_err(|error| CallError::value(error.to_string()))?;
            Ok(prompts.into_iter().map(Value::from).collect())
        };
        match self.kind {
            "string_generator_dynamic_prompts_combinatorial" => {
                of(dynamic::combinations(self.text("input", ""), self.most()))
            }
            "string_generator_dynamic_prompts_random" => {
                of(dynamic::random(self.text("input", ""), self.count(), self.seed(random)))
            }
            "string_generator_parse_string" => {
                Ok(self.split().into_iter().filter(|text| !text.is_empty()).map(Value::from).collect())
            }
            other => Err(unsupported(format!("Unsupported string generator type '{other}'"))),
        }
    }

    /// The text in pieces; the separator may have escapes, such as `\n`.
    fn split(&self) -> Vec<&str> {
        let (text, separator) = (self.text("input", ""), self.text("splitOn", ","));
        let unescaped = serde_json::from_str::<String>(&format!("\"{separator}\""));
        match unescaped.as_deref().unwrap_or(separator) {
            "" => vec![text],
            separator => text.split(separator).collect(),
        }
    }

    fn parsed(&self, parse: impl Fn(&str) -> Option<Value>) -> Result<Vec<Value>, CallError> {
        let pieces = self.split().into_iter().map(str::trim).filter(|piece| !piece.is_empty());
        let unreadable = |piece: &str| CallError::value(format!("could not convert string to a number: '{piece}'"));
        pieces.map(|piece| parse(piece).ok_or_else(|| unreadable(piece))).collect()
    }
}

/// Parts of a line, from 0 to 1; a single point is where the line begins.
fn spread(count: usize) -> impl Iterator<Item = Option<f64>> {
    (0..count).map(move |i| (count > 1).then(|| i as f64 / (count - 1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;

    fn made(kind: &str, value: Value) -> Result<Value, String> {
        let data = json!({ "type": kind, "inputs": { "generator": { "value": value } } });
        let pictures = |board: &str, kind| match (board, kind) {
            ("mine", Kind::Images) => Ok(vec!["a.png".to_owned(), "b.png".to_owned()]),
            ("mine", Kind::Assets) => Ok(vec!["m.png".to_owned()]),
            _ => Err(unsupported("no such board")),
        };
        let made = items("g", data.as_object().unwrap(), 100, &OsRandom, &pictures);
        made.map(Value::from).map_err(|error| error.message)
    }

    #[test]
    fn numbers_are_those_of_the_reference() {
        // From `_resolve_integer_generator` and `_resolve_float_generator` of InvokeAI 6.14.2.
        let integers = |value| made("integer_generator", value).unwrap();
        assert_eq!(
            integers(json!({ "type": "integer_generator_arithmetic_sequence", "start": 5, "step": -2, "count": 3 })),
            json!([5, 3, 1])
        );
        assert_eq!(
            integers(json!({ "type": "integer_generator_linear_distribution", "start": 0, "end": 10, "count": 5 })),
            json!([0, 2, 5, 8, 10])
        );
        let uniform = json!({ "type": "integer_generator_random_distribution_uniform", "min": 0, "max": 9, "count": 5, "seed": 42 });
        assert_eq!(integers(uniform), json!([6, 0, 2, 2, 7]));
        let parsed = json!({ "type": "integer_generator_parse_string", "input": "1 ;2;; 3", "splitOn": ";" });
        assert_eq!(integers(parsed), json!([1, 2, 3]));
        let floats = |value| made("float_generator", value).unwrap();
        assert_eq!(
            floats(json!({ "type": "float_generator_linear_distribution", "start": 1, "end": 2, "count": 3 })),
            json!([1.0, 1.5, 2.0])
        );
        let texts = json!({ "type": "string_generator_parse_string", "input": "a\nb\n", "splitOn": "\\n" });
        assert_eq!(made("string_generator", texts).unwrap(), json!(["a", "b"]));
    }

    #[test]
    fn a_template_makes_the_prompts_of_the_reference() {
        // From `_resolve_string_generator` of InvokeAI 6.14.2.
        let texts = |value| made("string_generator", value).unwrap();
        let all = json!({ "type": "string_generator_dynamic_prompts_combinatorial", "input": "a {red|green} {cat|dog}", "maxPrompts": 3 });
        assert_eq!(texts(all), json!(["a red cat", "a red dog", "a green cat"]));
        let some = json!({ "type": "string_generator_dynamic_prompts_random", "input": "{1|2|3|4|5|6|7|8|9}", "count": 6, "seed": 42 });
        assert_eq!(texts(some), json!(["1", "3", "7", "6", "1", "3"]));
        let broken = json!({ "type": "string_generator_dynamic_prompts_random", "input": "50% off" });
        assert!(made("string_generator", broken).is_err());
    }

    #[test]
    fn a_board_gives_its_pictures_of_one_kind() {
        let of = |value: Value| made("image_generator", value);
        let board = |id: &str, category: &str| json!({ "type": "image_generator_images_from_board", "board_id": id, "category": category });
        assert_eq!(of(board("mine", "images")).unwrap(), json!([{ "image_name": "a.png" }, { "image_name": "b.png" }]));
        assert_eq!(of(board("mine", "assets")).unwrap(), json!([{ "image_name": "m.png" }]));
        assert_eq!(of(board("", "images")).unwrap(), json!([]));
        assert!(of(board("theirs", "images")).unwrap_err().contains("no such board"));
        assert!(of(json!({ "type": "other" })).unwrap_err().contains("Unsupported image generator type"));
    }

    #[test]
    fn too_many_are_refused_before_they_are_made() {
        let value = json!({ "type": "integer_generator_arithmetic_sequence", "count": 1_000_000_000 });
        assert!(made("integer_generator", value).unwrap_err().contains("exceeds remaining queue capacity"));
        let prompts =
            json!({ "type": "string_generator_dynamic_prompts_combinatorial", "input": "{a|b}", "maxPrompts": 101 });
        assert!(made("string_generator", prompts).unwrap_err().contains("exceeds remaining queue capacity"));
        let unknown = json!({ "type": "string_generator_of_another_kind", "input": "a" });
        assert!(made("string_generator", unknown).unwrap_err().contains("Unsupported string generator type"));
    }
}
