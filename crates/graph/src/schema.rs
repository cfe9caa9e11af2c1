//! JSON schemas of nodes, outputs and named types as the reference writes them in its OpenAPI document.

use crate::spec::Hints;
use crate::{FieldType, InputKind, InputSpec, Limits, NodeSpec, ObjectField, OutputField, OutputSpec, TypeSpec};
use serde_json::{Map, Value, json};

impl NodeSpec {
    /// The schema of this node.
    pub fn json_schema(&self) -> Value {
        let mut properties = Map::new();
        if self.board {
            properties.insert("board".to_owned(), internal("BoardField", "The board to save the image to", "direct"));
        }
        if self.metadata {
            let text = "Optional metadata to be saved with the image";
            properties.insert("metadata".to_owned(), internal("MetadataField", text, "connection"));
        }
        properties.insert(
            "id".to_owned(),
            json!({
                "description": "The id of this instance of an invocation. Must be unique among all instances of invocations.",
                "field_kind": "node_attribute", "title": "Id", "type": "string",
            }),
        );
        properties.insert(
            "is_intermediate".to_owned(),
            json!({
                "default": false, "description": "Whether or not this is an intermediate invocation.",
                "field_kind": "node_attribute", "input": "direct", "orig_required": true,
                "title": "Is Intermediate", "type": "boolean", "ui_hidden": false, "ui_type": "IsIntermediate",
            }),
        );
        properties.insert(
            "use_cache".to_owned(),
            json!({
                "default": self.use_cache, "description": "Whether or not to use the cache",
                "field_kind": "node_attribute", "title": "Use Cache", "type": "boolean",
            }),
        );
        for input in &self.inputs {
            properties.insert(input.name.clone(), input_schema(input));
        }
        properties.insert("type".to_owned(), type_tag(&self.kind));

        let mut required: Vec<Value> =
            self.inputs.iter().filter(|input| !input.may_be_absent()).map(|input| input.name.clone().into()).collect();
        required.extend(["type".into(), "id".into()]);

        let mut schema = Map::new();
        schema.insert("class".to_owned(), "invocation".into());
        schema.insert("classification".to_owned(), json!(self.classification));
        if !self.description.is_empty() {
            schema.insert("description".to_owned(), self.description.clone().into());
        }
        if let Some(category) = &self.category {
            schema.insert("category".to_owned(), category.clone().into());
        }
        schema.insert("node_pack".to_owned(), "invokeai".into());
        schema.insert("properties".to_owned(), properties.into());
        schema.insert("required".to_owned(), required.into());
        if !self.tags.is_empty() {
            schema.insert("tags".to_owned(), json!(self.tags));
        }
        schema.insert("title".to_owned(), self.title.clone().unwrap_or_else(|| self.class.clone()).into());
        schema.insert("type".to_owned(), "object".into());
        schema.insert("version".to_owned(), self.version.clone().into());
        schema.insert("output".to_owned(), reference(&self.output));
        if self.extra {
            schema.insert("additionalProperties".to_owned(), true.into());
        }
        schema.into()
    }
}

impl OutputSpec {
    /// The schema of this output.
    pub fn json_schema(&self) -> Value {
        let mut properties = Map::new();
        let mut required: Vec<Value> = vec!["output_meta".into()];
        for field in &self.fields {
            properties.insert(field.name.clone(), output_field_schema(field));
            required.push(field.name.clone().into());
        }
        properties.insert("type".to_owned(), type_tag(&self.kind));
        // Named twice in the reference's document as well.
        required.extend(["type".into(), "type".into()]);
        let mut schema = Map::new();
        schema.insert("class".to_owned(), "output".into());
        if !self.description.is_empty() {
            schema.insert("description".to_owned(), self.description.clone().into());
        }
        schema.insert("properties".to_owned(), properties.into());
        schema.insert("required".to_owned(), required.into());
        schema.insert("title".to_owned(), self.class.clone().into());
        schema.insert("type".to_owned(), "object".into());
        schema.into()
    }
}

impl TypeSpec {
    /// The schema of this type, called `name`.
    pub fn json_schema(&self, name: &str) -> Value {
        let mut schema = Map::new();
        match self {
            Self::Enum { description, values } => {
                schema.insert("enum".to_owned(), values.clone().into());
                schema.insert("type".to_owned(), literal_type(values).into());
                describe(&mut schema, description);
            }
            Self::Object { description, fields, extra, .. } => {
                describe(&mut schema, description);
                if !fields.is_empty() || !extra {
                    let properties: Map<_, _> =
                        fields.iter().map(|field| (field.name.clone(), object_field_schema(field))).collect();
                    schema.insert("properties".to_owned(), properties.into());
                }
                let required: Vec<Value> = fields
                    .iter()
                    .filter(|field| field.default.is_none())
                    .map(|field| field.name.clone().into())
                    .collect();
                if !required.is_empty() {
                    schema.insert("required".to_owned(), required.into());
                }
                if *extra {
                    schema.insert("additionalProperties".to_owned(), true.into());
                }
                schema.insert("type".to_owned(), "object".into());
            }
        }
        schema.insert("title".to_owned(), name.into());
        schema.into()
    }
}

fn describe(schema: &mut Map<String, Value>, description: &str) {
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.into());
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn type_tag(kind: &str) -> Value {
    json!({ "const": kind, "default": kind, "field_kind": "node_attribute", "title": "type", "type": "string" })
}

/// `board` and `metadata`.
fn internal(type_name: &str, description: &str, input: &str) -> Value {
    json!({
        "anyOf": [reference(type_name), { "type": "null" }], "default": null, "description": description,
        "field_kind": "internal", "input": input, "orig_required": false, "ui_hidden": false,
    })
}

fn input_schema(input: &InputSpec) -> Value {
    let stored = input.stored_type();
    let mut schema = type_schema(&stored, &input.limits);
    insert_title(&mut schema, &input.name, input.title.as_deref(), &stored);
    describe(&mut schema, &input.description);
    schema.insert("field_kind".to_owned(), "input".into());
    schema.insert("input".to_owned(), input.input.as_str().into());
    schema.insert("orig_required".to_owned(), input.default.is_none().into());
    match &input.default {
        Some(default) => {
            schema.insert("default".to_owned(), default.clone());
            schema.insert("orig_default".to_owned(), default.clone());
        }
        None if input.input != InputKind::Direct => {
            schema.insert("default".to_owned(), Value::Null);
        }
        None => {}
    }
    insert_hints(&mut schema, &input.hints);
    schema.into()
}

fn output_field_schema(field: &OutputField) -> Value {
    let mut schema = type_schema(&field.field_type, &field.limits);
    insert_title(&mut schema, &field.name, field.title.as_deref(), &field.field_type);
    describe(&mut schema, &field.description);
    if let Some(default) = &field.default {
        schema.insert("default".to_owned(), default.clone());
    }
    schema.insert("field_kind".to_owned(), "output".into());
    schema.insert("ui_hidden".to_owned(), false.into());
    insert_hints(&mut schema, &field.hints);
    schema.into()
}

fn object_field_schema(field: &ObjectField) -> Value {
    let mut schema = type_schema(&field.field_type, &field.limits);
    insert_title(&mut schema, &field.name, field.title.as_deref(), &field.field_type);
    describe(&mut schema, &field.description);
    if let Some(default) = field.default.as_ref().filter(|_| !field.silent_default) {
        schema.insert("default".to_owned(), default.clone());
    }
    schema.into()
}

fn insert_hints(schema: &mut Map<String, Value>, hints: &Hints) {
    if let Ok(Value::Object(hints)) = serde_json::to_value(hints) {
        schema.extend(hints);
    }
}

fn insert_title(schema: &mut Map<String, Value>, name: &str, title: Option<&str>, field_type: &FieldType) {
    if let Some(title) = title {
        schema.insert("title".to_owned(), title.into());
    } else if has_own_title(field_type) {
        schema.insert("title".to_owned(), title_of(name).into());
    }
}

/// A field that only refers to a named type goes by that type's title.
fn has_own_title(field_type: &FieldType) -> bool {
    match field_type.members().as_slice() {
        [only] => !matches!(only, FieldType::Object { .. } | FieldType::Enum { .. }),
        _ => true,
    }
}

/// `t2i_adapter` becomes `T2I Adapter`: a capital after everything that is no letter, then spaces for underscores.
fn title_of(name: &str) -> String {
    let mut title = String::with_capacity(name.len());
    let mut inside_word = false;
    for letter in name.chars() {
        if inside_word {
            title.extend(letter.to_lowercase());
        } else {
            title.extend(letter.to_uppercase());
        }
        inside_word = letter.is_alphabetic();
    }
    title.replace('_', " ").trim().to_owned()
}

fn literal_type(values: &[Value]) -> &'static str {
    if values.iter().all(Value::is_string) { "string" } else { "integer" }
}

/// The schema of a type with limits, without what is said about the field that has it.
fn type_schema(field_type: &FieldType, limits: &Limits) -> Map<String, Value> {
    let mut schema = Map::new();
    match field_type {
        FieldType::Any => {}
        FieldType::Null => {
            schema.insert("type".to_owned(), "null".into());
        }
        FieldType::Integer | FieldType::Float => {
            let name = if *field_type == FieldType::Integer { "integer" } else { "number" };
            schema.insert("type".to_owned(), name.into());
            for (key, limit) in [
                ("minimum", &limits.ge),
                ("exclusiveMinimum", &limits.gt),
                ("maximum", &limits.le),
                ("exclusiveMaximum", &limits.lt),
                ("multipleOf", &limits.multiple_of),
            ] {
                if let Some(limit) = limit {
                    schema.insert(key.to_owned(), limit.clone().into());
                }
            }
        }
        FieldType::Boolean => {
            schema.insert("type".to_owned(), "boolean".into());
        }
        FieldType::String => {
            schema.insert("type".to_owned(), "string".into());
            insert_lengths(&mut schema, limits, "minLength", "maxLength");
        }
        FieldType::Dict => {
            schema.insert("type".to_owned(), "object".into());
            schema.insert("additionalProperties".to_owned(), true.into());
        }
        FieldType::Literal { values } => {
            match values.as_slice() {
                [only] => schema.insert("const".to_owned(), only.clone()),
                _ => schema.insert("enum".to_owned(), values.clone().into()),
            };
            schema.insert("type".to_owned(), literal_type(values).into());
        }
        FieldType::Enum { name } | FieldType::Object { name } => {
            if let Value::Object(target) = reference(name) {
                schema = target;
            }
        }
        FieldType::List { items } => {
            schema.insert("items".to_owned(), type_schema(items, &Limits::default()).into());
            schema.insert("type".to_owned(), "array".into());
            insert_lengths(&mut schema, limits, "minItems", "maxItems");
        }
        FieldType::Union { of } => return union_schema(of, limits),
    }
    schema
}

fn insert_lengths(schema: &mut Map<String, Value>, limits: &Limits, min: &str, max: &str) {
    for (key, length) in [(min, limits.min_length), (max, limits.max_length)] {
        if let Some(length) = length {
            schema.insert(key.to_owned(), length.into());
        }
    }
}

/// Limits of `X | null` belong to X. Limits of a wider union are written beside its `anyOf` under the names they were
/// declared with (lengths under their schema name), because no member alone has them.
fn union_schema(of: &[FieldType], limits: &Limits) -> Map<String, Value> {
    let plain = Limits::default();
    let values: Vec<&FieldType> = of.iter().filter(|member| **member != FieldType::Null).collect();
    let mut schema = Map::new();
    if let [only] = values.as_slice() {
        let members: Vec<Value> =
            of.iter().map(|member| type_schema(member, if member == *only { limits } else { &plain }).into()).collect();
        schema.insert("anyOf".to_owned(), members.into());
        return schema;
    }
    let nullable = values.len() < of.len();
    let members: Vec<Value> = of
        .iter()
        .filter(|member| limits.is_empty() || **member != FieldType::Null)
        .map(|member| type_schema(member, &plain).into())
        .collect();
    schema.insert("anyOf".to_owned(), members.into());
    for (key, limit) in [
        ("ge", &limits.ge),
        ("gt", &limits.gt),
        ("le", &limits.le),
        ("lt", &limits.lt),
        ("multiple_of", &limits.multiple_of),
    ] {
        if let Some(limit) = limit {
            schema.insert(key.to_owned(), limit.clone().into());
        }
    }
    insert_lengths(&mut schema, limits, "minLength", "maxLength");
    if nullable && !limits.is_empty() {
        let mut outer = Map::new();
        outer.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
        return outer;
    }
    schema
}
