//! Published schemas, compiled once per type into a tree that is quick to walk.

use parking_lot::RwLock;
use serde_json::Value;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{RefOr, Required, Schema};
use utoipa::{IntoParams, ToSchema};

/// What a value must look like.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number within limits.
    Integer { min: Option<i64>, max: Option<i64> },
    /// A number within limits.
    Number { min: Option<f64>, max: Option<f64> },
    /// Text, its length counted in characters.
    Text { min: Option<usize>, max: Option<usize> },
    /// One of these words.
    Choice(Vec<String>),
    /// A list of at most so many.
    List { item: Box<Shape>, max: Option<usize> },
    /// An object with known fields.
    Model { fields: Vec<Field>, closed: bool, embeds: bool },
    /// An object with any keys.
    Map(Box<Shape>),
    /// The shape, or null.
    Nullable(Box<Shape>),
}

/// A field of an object.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) shape: Shape,
}

impl Shape {
    /// Whether this is a body made of several named parts (`Body_…` in the document) rather than one model.
    pub(super) fn is_embedding(&self) -> bool {
        matches!(self, Self::Model { embeds: true, .. })
    }

    /// Whether parameter `name` collects repetitions into a list.
    pub(super) fn repeats(&self, name: &str) -> bool {
        let Self::Model { fields, .. } = self else { return false };
        fields.iter().any(|field| field.name == name && field.shape.is_list())
    }

    fn is_list(&self) -> bool {
        match self {
            Self::List { .. } => true,
            Self::Nullable(inner) => inner.is_list(),
            _ => false,
        }
    }
}

static COMPILED: LazyLock<RwLock<HashMap<TypeId, Arc<Shape>>>> = LazyLock::new(RwLock::default);

fn compiled<T: 'static>(make: impl FnOnce() -> Shape) -> Arc<Shape> {
    let id = TypeId::of::<T>();
    if let Some(shape) = COMPILED.read().get(&id) {
        return Arc::clone(shape);
    }
    let shape = Arc::new(make());
    COMPILED.write().insert(id, Arc::clone(&shape));
    shape
}

/// The shape of a body.
pub(super) fn of_body<T: ToSchema + 'static>() -> Arc<Shape> {
    compiled::<T>(|| {
        let mut named = Vec::new();
        T::schemas(&mut named);
        let named = named.into_iter().map(|(name, schema)| (name, to_json(&schema))).collect();
        let mut shape = compile(&to_json(&T::schema()), &named);
        if let Shape::Model { embeds, .. } = &mut shape {
            *embeds = T::name().starts_with("Body_");
        }
        shape
    })
}

/// The shape of the parameters of a path or a query.
pub(super) fn of_parameters<T: IntoParams + 'static>(place: ParameterIn) -> Arc<Shape> {
    compiled::<T>(|| {
        let fields = T::into_params(|| Some(place.clone()))
            .into_iter()
            .map(|parameter| Field {
                name: parameter.name,
                required: matches!(parameter.required, Required::True),
                shape: parameter.schema.map_or(Shape::Any, |schema| compile(&to_json(&schema), &HashMap::new())),
            })
            .collect();
        Shape::Model { fields, closed: false, embeds: true }
    })
}

fn to_json(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or(Value::Null)
}

fn compile(schema: &Value, named: &HashMap<String, Value>) -> Shape {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return named.get(name).map_or(Shape::Any, |schema| compile(schema, named));
    }
    // A type with something said about it, a default for instance.
    if let Some([only, _]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return compile(only, named);
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(options) = schema[union].as_array() {
            let (nulls, others): (Vec<_>, Vec<_>) = options.iter().partition(|option| option["type"] == "null");
            return match others.as_slice() {
                [one] if nulls.is_empty() => compile(one, named),
                [one] => Shape::Nullable(Box::new(compile(one, named))),
                // Which of several shapes was meant is decided by whoever reads the value.
                _ => Shape::Any,
            };
        }
    }
    match &schema["type"] {
        Value::String(kind) => compile_kind(kind, schema, named),
        Value::Array(kinds) => {
            let mut others = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            match (others.next(), others.next()) {
                (Some(kind), None) => Shape::Nullable(Box::new(compile_kind(kind, schema, named))),
                _ => Shape::Any,
            }
        }
        _ => Shape::Any,
    }
}

fn compile_kind(kind: &str, schema: &Value, named: &HashMap<String, Value>) -> Shape {
    let size = |key: &str| schema[key].as_u64().and_then(|n| usize::try_from(n).ok());
    match kind {
        "boolean" => Shape::Bool,
        "integer" => Shape::Integer { min: schema["minimum"].as_i64(), max: schema["maximum"].as_i64() },
        "number" => Shape::Number { min: schema["minimum"].as_f64(), max: schema["maximum"].as_f64() },
        "string" => match schema["enum"].as_array() {
            Some(words) => Shape::Choice(words.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            None => Shape::Text { min: size("minLength"), max: size("maxLength") },
        },
        "array" => Shape::List { item: Box::new(compile(&schema["items"], named)), max: size("maxItems") },
        "object" => compile_object(schema, named),
        _ => Shape::Any,
    }
}

fn compile_object(schema: &Value, named: &HashMap<String, Value>) -> Shape {
    let Some(properties) = schema["properties"].as_object() else {
        return match &schema["additionalProperties"] {
            Value::Object(_) => Shape::Map(Box::new(compile(&schema["additionalProperties"], named))),
            _ => Shape::Map(Box::new(Shape::Any)),
        };
    };
    let required: Vec<&str> =
        schema["required"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
    let fields = properties
        .iter()
        .map(|(name, schema)| Field {
            name: name.clone(),
            required: required.contains(&name.as_str()),
            shape: compile(schema, named),
        })
        .collect();
    Shape::Model { fields, closed: schema["additionalProperties"] == Value::Bool(false), embeds: false }
}
