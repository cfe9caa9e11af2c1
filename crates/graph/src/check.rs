//! Checks a value against a field's type and limits and brings it into the stored form: whole numbers become numbers
//! where numbers are asked for, texts are read as numbers, missing keys get their defaults, unknown keys are dropped.
//! What is wrong is told in the words of the reference's 422 answers.

use crate::{FieldType, InputSpec, Limits, ObjectField, Problem, TypeSpec, Vocabulary};
use serde_json::{Map, Number, Value, json};

/// Checks `value` for `input`; `loc` is where it was found.
pub fn check_field(
    input: &InputSpec,
    value: &Value,
    vocabulary: &Vocabulary,
    loc: &[Value],
) -> Result<Value, Vec<Problem>> {
    let mut checker = Checker::new(vocabulary, loc);
    // Only the fields of a node itself take numbers for text, not those of objects inside.
    checker.numbers_as_text = true;
    let checked = checker.check(value, &input.stored_type(), &input.limits);
    if checker.problems.is_empty() { Ok(checked) } else { Err(checker.problems) }
}

/// Checks `value` against a type and limits; `loc` is where it was found.
pub fn check_value(
    value: &Value,
    field_type: &FieldType,
    limits: &Limits,
    vocabulary: &Vocabulary,
    loc: &[Value],
) -> Result<Value, Vec<Problem>> {
    let mut checker = Checker::new(vocabulary, loc);
    let checked = checker.check(value, field_type, limits);
    if checker.problems.is_empty() { Ok(checked) } else { Err(checker.problems) }
}

/// Walks through a value; `loc` follows along, problems pile up.
pub(crate) struct Checker<'a> {
    vocabulary: &'a Vocabulary,
    loc: Vec<Value>,
    pub(crate) problems: Vec<Problem>,
    numbers_as_text: bool,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(vocabulary: &'a Vocabulary, loc: &[Value]) -> Self {
        Self { vocabulary, loc: loc.to_vec(), problems: Vec::new(), numbers_as_text: false }
    }

    fn refuse(&mut self, kind: &str, msg: impl Into<String>, input: &Value) {
        self.problems.push(Problem::new(kind, &self.loc, msg, input));
    }

    fn refuse_with(&mut self, kind: &str, msg: impl Into<String>, input: &Value, ctx: Value) {
        self.problems.push(Problem::new(kind, &self.loc, msg, input).with(ctx));
    }

    /// The stored form of `value`; where a problem was noted, what comes back means nothing.
    pub(crate) fn check(&mut self, value: &Value, field_type: &FieldType, limits: &Limits) -> Value {
        let before = self.problems.len();
        let checked = match field_type {
            FieldType::Any => value.clone(),
            FieldType::Null => {
                if !value.is_null() {
                    self.refuse("none_required", "Input should be None", value);
                }
                Value::Null
            }
            FieldType::Integer => self.integer(value),
            FieldType::Float => self.float(value),
            FieldType::Boolean => self.boolean(value),
            FieldType::String => self.string(value),
            FieldType::Dict => {
                if !value.is_object() {
                    self.refuse("dict_type", "Input should be a valid dictionary", value);
                }
                value.clone()
            }
            FieldType::Literal { values } => self.one_of("literal_error", value, values),
            FieldType::Enum { name } => match self.vocabulary.types.get(name) {
                Some(TypeSpec::Enum { values, .. }) => self.one_of("enum", value, values),
                _ => value.clone(),
            },
            FieldType::Object { name } => self.object(value, name),
            FieldType::List { items } => self.list(value, items),
            FieldType::Union { of } => return self.union(value, of, limits),
        };
        if self.problems.len() == before {
            self.limits(&checked, limits);
        }
        checked
    }

    fn integer(&mut self, value: &Value) -> Value {
        const MSG: &str = "Input should be a valid integer";
        match value {
            Value::Number(number) if number.is_f64() => {
                let float = number.as_f64().unwrap_or(f64::NAN);
                if float.fract() != 0.0 {
                    self.refuse("int_from_float", format!("{MSG}, got a number with a fractional part"), value);
                } else if float.abs() >= i64::MAX as f64 {
                    let msg = "Unable to parse input string as an integer, exceeded maximum size";
                    self.refuse("int_parsing_size", msg, value);
                } else {
                    return (float as i64).into();
                }
            }
            Value::Number(_) => {}
            Value::Bool(flag) => return i64::from(*flag).into(),
            Value::String(text) => {
                let digits = text.trim();
                let whole = digits.split_once('.').map_or(digits, |(whole, fraction)| {
                    if !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0') { whole } else { digits }
                });
                match whole.replace('_', "").parse::<i64>() {
                    Ok(number) => return number.into(),
                    Err(_) => self.refuse("int_parsing", format!("{MSG}, unable to parse string as an integer"), value),
                }
            }
            _ => self.refuse("int_type", MSG, value),
        }
        value.clone()
    }

    fn float(&mut self, value: &Value) -> Value {
        const MSG: &str = "Input should be a valid number";
        let float = match value {
            Value::Number(number) => number.as_f64(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::String(text) => {
                let parsed = text.trim().replace('_', "").parse::<f64>().ok();
                if parsed.is_none_or(|float| !float.is_finite()) {
                    self.refuse("float_parsing", format!("{MSG}, unable to parse string as a number"), value);
                }
                parsed
            }
            _ => {
                self.refuse("float_type", MSG, value);
                None
            }
        };
        float.and_then(Number::from_f64).map_or_else(|| value.clone(), Value::Number)
    }

    fn boolean(&mut self, value: &Value) -> Value {
        const MSG: &str = "Input should be a valid boolean";
        let meaning = match value {
            Value::Bool(flag) => return (*flag).into(),
            Value::Number(number) => match number.as_f64() {
                Some(0.0) => Some(false),
                Some(1.0) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
                "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
                _ => None,
            },
            _ => {
                self.refuse("bool_type", MSG, value);
                return value.clone();
            }
        };
        match meaning {
            Some(flag) => flag.into(),
            None => {
                self.refuse("bool_parsing", format!("{MSG}, unable to interpret input"), value);
                value.clone()
            }
        }
    }

    fn string(&mut self, value: &Value) -> Value {
        match value {
            Value::String(_) => {}
            Value::Number(number) if self.numbers_as_text => return number.to_string().into(),
            _ => self.refuse("string_type", "Input should be a valid string", value),
        }
        value.clone()
    }

    fn one_of(&mut self, kind: &str, value: &Value, values: &[Value]) -> Value {
        if !values.contains(value) {
            let expected = expected(values);
            self.refuse_with(kind, format!("Input should be {expected}"), value, json!({ "expected": expected }));
        }
        value.clone()
    }

    fn list(&mut self, value: &Value, items: &FieldType) -> Value {
        let Value::Array(values) = value else {
            self.refuse("list_type", "Input should be a valid list", value);
            return value.clone();
        };
        let none = Limits::default();
        let checked = values
            .iter()
            .enumerate()
            .map(|(index, item)| self.inside(index, |checker| checker.check(item, items, &none)))
            .collect();
        Value::Array(checked)
    }

    fn inside<T>(&mut self, part: impl Into<Value>, work: impl FnOnce(&mut Self) -> T) -> T {
        self.loc.push(part.into());
        let done = work(self);
        self.loc.pop();
        done
    }

    fn object(&mut self, value: &Value, name: &str) -> Value {
        let vocabulary = self.vocabulary;
        let Some(TypeSpec::Object { fields, extra, .. }) = vocabulary.types.get(name) else {
            return value.clone();
        };
        let Value::Object(given) = value else {
            if fields.is_empty() && *extra {
                self.refuse("dict_type", "Input should be a valid dictionary", value);
            } else {
                let msg = format!("Input should be a valid dictionary or instance of {name}");
                self.refuse_with("model_type", msg, value, json!({ "class_name": name }));
            }
            return value.clone();
        };
        let numbers_as_text = std::mem::replace(&mut self.numbers_as_text, false);
        let mut checked = Map::with_capacity(fields.len());
        for field in fields {
            if let Some(stored) = self.object_field(field, given, value) {
                checked.insert(field.name.clone(), stored);
            }
        }
        if *extra {
            for (key, kept) in given {
                checked.entry(key.clone()).or_insert_with(|| kept.clone());
            }
        }
        self.numbers_as_text = numbers_as_text;
        Value::Object(checked)
    }

    fn object_field(&mut self, field: &ObjectField, given: &Map<String, Value>, whole: &Value) -> Option<Value> {
        match (given.get(&field.name), &field.default) {
            (Some(value), _) => {
                Some(self.inside(field.name.clone(), |checker| checker.check(value, &field.field_type, &field.limits)))
            }
            (None, Some(default)) => Some(default.clone()),
            (None, None) => {
                self.inside(field.name.clone(), |checker| {
                    checker.problems.push(Problem::missing(&checker.loc, whole));
                });
                None
            }
        }
    }

    /// The member whose form the value already has, or the first that can take it.
    fn union(&mut self, value: &Value, of: &[FieldType], limits: &Limits) -> Value {
        if value.is_null() && of.contains(&FieldType::Null) {
            return Value::Null;
        }
        let members: Vec<&FieldType> = of.iter().filter(|member| **member != FieldType::Null).collect();
        if let [only] = members.as_slice() {
            return self.check(value, only, limits);
        }
        let none = Limits::default();
        let mut accepted: Option<(usize, Value)> = None;
        let mut refused = Vec::new();
        for member in members {
            let mut attempt = Checker::new(self.vocabulary, &self.loc);
            attempt.numbers_as_text = self.numbers_as_text;
            attempt.loc.push(label(member).into());
            let checked = attempt.check(value, member, &none);
            if attempt.problems.is_empty() {
                let fit = fit(value, member, self.vocabulary);
                if accepted.as_ref().is_none_or(|(best, _)| fit > *best) {
                    accepted = Some((fit, checked));
                }
            } else {
                refused.extend(attempt.problems);
            }
        }
        match accepted {
            Some((_, checked)) => {
                self.limits_of_union(&checked, limits);
                checked
            }
            None => {
                self.problems.extend(refused);
                value.clone()
            }
        }
    }

    /// Limits of a union hold for its numbers, alone or in a list; lengths for lists and texts.
    fn limits_of_union(&mut self, value: &Value, limits: &Limits) {
        if limits.is_empty() {
            return;
        }
        if let Value::Array(items) = value {
            self.lengths(items.len(), "Value", "item", value, limits);
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_number()) {
                self.inside(index, |checker| checker.range(item, limits));
            }
        } else {
            self.limits(value, limits);
        }
    }

    fn limits(&mut self, value: &Value, limits: &Limits) {
        if limits.is_empty() {
            return;
        }
        match value {
            Value::Number(_) => self.range(value, limits),
            Value::Array(items) => self.lengths(items.len(), "List", "item", value, limits),
            Value::String(text) => self.lengths(text.chars().count(), "String", "character", value, limits),
            _ => {}
        }
    }

    /// The first limit broken is told, in the reference's order.
    fn range(&mut self, value: &Value, limits: &Limits) {
        let number = value.as_f64().unwrap_or(f64::NAN);
        type Holds = fn(f64, f64) -> bool;
        let rules: [(&str, &str, &str, &Option<Number>, Holds); 5] = [
            ("multiple_of", "multiple_of", "a multiple of", &limits.multiple_of, |value, step| value % step == 0.0),
            ("less_than_equal", "le", "less than or equal to", &limits.le, |value, limit| value <= limit),
            ("less_than", "lt", "less than", &limits.lt, |value, limit| value < limit),
            ("greater_than_equal", "ge", "greater than or equal to", &limits.ge, |value, limit| value >= limit),
            ("greater_than", "gt", "greater than", &limits.gt, |value, limit| value > limit),
        ];
        for (kind, key, words, limit, holds) in rules {
            let Some(limit) = limit else { continue };
            let bound = limit.as_f64().unwrap_or(f64::NAN);
            if !holds(number, bound) {
                let mut ctx = Map::new();
                ctx.insert(key.to_owned(), limit.clone().into());
                self.refuse_with(kind, format!("Input should be {words} {bound}"), value, ctx.into());
                return;
            }
        }
    }

    fn lengths(&mut self, length: usize, what: &str, unit: &str, value: &Value, limits: &Limits) {
        let text = what == "String";
        let rules = [
            (limits.min_length.filter(|limit| length < *limit), "least", "min_length", "too_short"),
            (limits.max_length.filter(|limit| length > *limit), "most", "max_length", "too_long"),
        ];
        for (broken, words, key, kind) in rules {
            let Some(limit) = broken else { continue };
            let plural = if limit == 1 { "" } else { "s" };
            if text {
                let msg = format!("String should have at {words} {limit} {unit}{plural}");
                self.refuse_with(&format!("string_{kind}"), msg, value, json!({ key: limit }));
            } else {
                let msg =
                    format!("{what} should have at {words} {limit} {unit}{plural} after validation, not {length}");
                let ctx = json!({ "field_type": what, key: limit, "actual_length": length });
                self.refuse_with(kind, msg, value, ctx);
            }
            return;
        }
    }
}

/// `'a', 'b' or 'c'`.
fn expected(values: &[Value]) -> String {
    let shown: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::String(text) => format!("'{text}'"),
            other => other.to_string(),
        })
        .collect();
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// How a member of a union is called in the place of a problem.
fn label(of: &FieldType) -> String {
    match of {
        FieldType::Any => "any".to_owned(),
        FieldType::Null => "none".to_owned(),
        FieldType::Integer => "int".to_owned(),
        FieldType::Float => "float".to_owned(),
        FieldType::Boolean => "bool".to_owned(),
        FieldType::String => "str".to_owned(),
        FieldType::Dict => "dict[str,any]".to_owned(),
        FieldType::Literal { values } => {
            let values: Vec<String> = values.iter().map(|value| expected(std::slice::from_ref(value))).collect();
            format!("literal[{}]", values.join(","))
        }
        FieldType::Enum { name } | FieldType::Object { name } => name.clone(),
        FieldType::List { items } => format!("list[{}]", label(items)),
        FieldType::Union { of } => format!("union[{}]", of.iter().map(label).collect::<Vec<_>>().join(",")),
    }
}

/// How well a value already has a type's form: 0 when it had to be converted; for objects, one more for each known key.
fn fit(value: &Value, of: &FieldType, vocabulary: &Vocabulary) -> usize {
    match (value, of) {
        (Value::Bool(_), FieldType::Boolean) | (Value::String(_), FieldType::String) => 1,
        (Value::Number(number), FieldType::Integer) => usize::from(!number.is_f64()) * 2,
        (Value::Number(number), FieldType::Float) => 1 + usize::from(number.is_f64()),
        (Value::Array(_), FieldType::List { .. }) => 1,
        (Value::Object(_), FieldType::Dict) => 1,
        (value, FieldType::Literal { values }) => usize::from(values.contains(value)) * 2,
        (Value::String(_), FieldType::Enum { .. }) => 2,
        (Value::Object(given), FieldType::Object { name }) => match vocabulary.types.get(name) {
            Some(TypeSpec::Object { fields, .. }) => {
                1 + fields.iter().filter(|field| given.contains_key(&field.name)).count()
            }
            _ => 1,
        },
        _ => 0,
    }
}
