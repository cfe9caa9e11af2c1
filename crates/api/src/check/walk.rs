//! Compares a value with a shape. Like the reference it is lenient about numbers and flags written as text, reports
//! every problem it finds, and hands the cleaned value on.

use super::problem::missing;
use super::shape::{Field, Shape};
use invoke_graph::Problem;
use serde_json::{Map, Value, json};

/// One comparison: where it is, and what it found wrong so far.
pub(super) struct Walk {
    place: Vec<Value>,
    problems: Vec<Problem>,
}

impl Walk {
    /// Starts in one part of the request: `body`, `query` or `path`.
    pub(super) fn at(part: &str) -> Self {
        Self { place: vec![part.into()], problems: Vec::new() }
    }

    /// The part it started in, and the problems found.
    pub(super) fn finish(mut self) -> (Value, Vec<Problem>) {
        (self.place.swap_remove(0), self.problems)
    }

    /// Notes a problem at the current place.
    pub(super) fn report(&mut self, mut problem: Problem) {
        problem.loc = self.place.clone();
        self.problems.push(problem);
    }

    fn refuse(&mut self, kind: &str, msg: impl Into<String>, input: Value) -> Option<Value> {
        self.report(Problem::new(kind, &[], msg, &input));
        None
    }

    fn refuse_with(&mut self, kind: &str, msg: impl Into<String>, input: Value, ctx: Value) -> Option<Value> {
        self.report(Problem::new(kind, &[], msg, &input).with(ctx));
        None
    }

    /// The value as `shape` wants it, or `None` after noting why not.
    pub(super) fn check(&mut self, shape: &Shape, value: Value) -> Option<Value> {
        match shape {
            Shape::Any => Some(value),
            Shape::Nullable(_) if value.is_null() => Some(value),
            Shape::Nullable(inner) => self.check(inner, value),
            Shape::Bool => self.check_bool(value),
            Shape::Integer { min, max } => self.check_integer(value, *min, *max),
            Shape::Number { min, max } => self.check_number(value, *min, *max),
            Shape::Text { min, max } => self.check_text(value, *min, *max),
            Shape::Choice(words) => self.check_choice(value, words),
            Shape::List { item, max } => self.check_list(value, item, *max),
            Shape::Map(item) => self.check_map(value, item),
            Shape::Model { fields, closed, embeds } => self.check_model(value, fields, *closed, *embeds),
        }
    }

    fn check_bool(&mut self, value: Value) -> Option<Value> {
        match &value {
            Value::Bool(_) => Some(value),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Some(Value::Bool(true)),
                "0" | "false" | "f" | "no" | "n" | "off" => Some(Value::Bool(false)),
                _ => self.refuse("bool_parsing", "Input should be a valid boolean, unable to interpret input", value),
            },
            Value::Number(number) if number.as_f64() == Some(0.0) => Some(Value::Bool(false)),
            Value::Number(number) if number.as_f64() == Some(1.0) => Some(Value::Bool(true)),
            _ => self.refuse("bool_type", "Input should be a valid boolean", value),
        }
    }

    fn check_integer(&mut self, value: Value, min: Option<i64>, max: Option<i64>) -> Option<Value> {
        const NOT_A_NUMBER: &str = "Input should be a valid integer, unable to parse string as an integer";
        const FRACTION: &str = "Input should be a valid integer, got a number with a fractional part";
        let number = match &value {
            Value::Bool(flag) => i64::from(*flag),
            Value::String(text) => match text.trim().parse() {
                Ok(number) => number,
                Err(_) => return self.refuse("int_parsing", NOT_A_NUMBER, value),
            },
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => number,
                (None, Some(float)) if float.fract() == 0.0 && float.abs() < 9e15 => float as i64,
                _ => return self.refuse("int_from_float", FRACTION, value),
            },
            _ => return self.refuse("int_type", "Input should be a valid integer", value),
        };
        if let Some(min) = min.filter(|min| number < *min) {
            return self.too_small(json!(min), value);
        }
        if let Some(max) = max.filter(|max| number > *max) {
            return self.too_big(json!(max), value);
        }
        Some(number.into())
    }

    fn check_number(&mut self, value: Value, min: Option<f64>, max: Option<f64>) -> Option<Value> {
        const NOT_A_NUMBER: &str = "Input should be a valid number, unable to parse string as a number";
        let (number, clean) = match &value {
            Value::String(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => (number, json!(number)),
                _ => return self.refuse("float_parsing", NOT_A_NUMBER, value),
            },
            Value::Number(number) => (number.as_f64().unwrap_or_default(), value.clone()),
            _ => return self.refuse("float_type", "Input should be a valid number", value),
        };
        if let Some(min) = min.filter(|min| number < *min) {
            return self.too_small(json!(min), value);
        }
        if let Some(max) = max.filter(|max| number > *max) {
            return self.too_big(json!(max), value);
        }
        Some(clean)
    }

    fn too_small(&mut self, limit: Value, value: Value) -> Option<Value> {
        let msg = format!("Input should be greater than or equal to {limit}");
        self.refuse_with("greater_than_equal", msg, value, json!({ "ge": limit }))
    }

    fn too_big(&mut self, limit: Value, value: Value) -> Option<Value> {
        let msg = format!("Input should be less than or equal to {limit}");
        self.refuse_with("less_than_equal", msg, value, json!({ "le": limit }))
    }

    fn check_text(&mut self, value: Value, min: Option<usize>, max: Option<usize>) -> Option<Value> {
        let Value::String(text) = &value else {
            return self.refuse("string_type", "Input should be a valid string", value);
        };
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        // Counting characters costs, and most fields have no limit.
        let length = if min.is_some() || max.is_some() { text.chars().count() } else { 0 };
        if let Some(min) = min.filter(|min| length < *min) {
            let msg = format!("String should have at least {min} character{}", plural(min));
            return self.refuse_with("string_too_short", msg, value, json!({ "min_length": min }));
        }
        if let Some(max) = max.filter(|max| length > *max) {
            let msg = format!("String should have at most {max} character{}", plural(max));
            return self.refuse_with("string_too_long", msg, value, json!({ "max_length": max }));
        }
        Some(value)
    }

    fn check_choice(&mut self, value: Value, words: &[String]) -> Option<Value> {
        if value.as_str().is_some_and(|word| words.iter().any(|known| known == word)) {
            return Some(value);
        }
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let expected = match quoted.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        };
        self.refuse_with("enum", format!("Input should be {expected}"), value, json!({ "expected": expected }))
    }

    fn check_list(&mut self, value: Value, item: &Shape, max: Option<usize>) -> Option<Value> {
        let Value::Array(list) = value else {
            return self.refuse("list_type", "Input should be a valid list", value);
        };
        if let Some(max) = max.filter(|max| list.len() > *max) {
            let length = list.len();
            let msg = format!("List should have at most {max} items after validation, not {length}");
            let ctx = json!({ "field_type": "List", "max_length": max, "actual_length": length });
            return self.refuse_with("too_long", msg, Value::Array(list), ctx);
        }
        let mut clean = Vec::with_capacity(list.len());
        for (index, value) in list.into_iter().enumerate() {
            self.place.push(index.into());
            clean.extend(self.check(item, value));
            self.place.pop();
        }
        Some(Value::Array(clean))
    }

    fn check_map(&mut self, value: Value, item: &Shape) -> Option<Value> {
        let Value::Object(map) = value else {
            return self.refuse("dict_type", "Input should be a valid dictionary", value);
        };
        let mut clean = Map::new();
        for (key, value) in map {
            self.place.push(key.as_str().into());
            let value = self.check(item, value);
            self.place.pop();
            clean.extend(value.map(|value| (key, value)));
        }
        Some(Value::Object(clean))
    }

    fn check_model(&mut self, value: Value, fields: &[Field], closed: bool, embeds: bool) -> Option<Value> {
        const NOT_AN_OBJECT: &str = "Input should be a valid dictionary or object to extract fields from";
        let mut map = match value {
            Value::Object(map) => map,
            _ if embeds => Map::new(),
            other => return self.refuse("model_attributes_type", NOT_AN_OBJECT, other),
        };
        // Only a refusal quotes the whole object, so it is copied only when one is due.
        let absent = fields.iter().any(|field| field.required && !map.contains_key(&field.name));
        let whole = if absent && !embeds { Value::Object(map.clone()) } else { Value::Null };
        let mut clean = Map::new();
        for field in fields {
            self.place.push(field.name.as_str().into());
            match map.shift_remove(&field.name) {
                Some(value) => clean.extend(self.check(&field.shape, value).map(|value| (field.name.clone(), value))),
                None if field.required => self.report(missing(whole.clone())),
                None => {}
            }
            self.place.pop();
        }
        if closed {
            for (name, value) in map {
                self.place.push(name.into());
                self.refuse("extra_forbidden", "Extra inputs are not permitted", value);
                self.place.pop();
            }
        }
        Some(Value::Object(clean))
    }
}
