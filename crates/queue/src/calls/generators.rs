//! The values of generator nodes: sequences, spreads, random numbers and split texts. The page works these out before it
//! enqueues; the numbers here are those of the reference, its random ones too.

use super::children::{too_many, unsupported};
use super::python_random::PythonRandom;
use invoke_domain::Random;
use invoke_graph::CallError;
use serde_json::{Map, Value};

/// The values of a generator; an error when there would be more than `limit`, before any is made.
pub(super) fn items(
    id: &str,
    data: &Map<String, Value>,
    limit: usize,
    random: &dyn Random,
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
        "string_generator" => generator.texts(),
        "image_generator" => Err(unsupported(format!("Unsupported image generator type '{}'", generator.kind))),
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

    fn values(&self) -> Option<&Vec<Value>> {
        self.value.get("values").and_then(Value::as_array)
    }

    fn declared_count(&self) -> Option<usize> {
        let counted = ["_arithmetic_sequence", "_linear_distribution", "_random_distribution_uniform"];
        match self.values() {
            Some(values) => Some(values.len()),
            None => counted.iter().any(|kind| self.kind.ends_with(kind)).then(|| self.count()),
        }
    }

    fn seeded(&self, random: &dyn Random) -> PythonRandom {
        let seed = self.value.get("seed").and_then(Value::as_i64).map(i64::unsigned_abs);
        PythonRandom::new(seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        }))
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

    fn texts(&self) -> Result<Vec<Value>, CallError> {
        match self.kind {
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
    use serde_json::json;

    fn made(kind: &str, value: Value) -> Result<Value, String> {
        let data = json!({ "type": kind, "inputs": { "generator": { "value": value } } });
        let made = items("g", data.as_object().unwrap(), 100, &OsRandom);
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
    fn too_many_are_refused_before_they_are_made() {
        let value = json!({ "type": "integer_generator_arithmetic_sequence", "count": 1_000_000_000 });
        assert!(made("integer_generator", value).unwrap_err().contains("exceeds remaining queue capacity"));
        let unknown = json!({ "type": "string_generator_dynamic_prompts_random", "input": "a" });
        assert!(made("string_generator", unknown).unwrap_err().contains("Unsupported string generator type"));
    }
}
