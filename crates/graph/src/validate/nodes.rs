//! The nodes of a graph, one by one.

use crate::check::Checker;
use crate::{Catalogue, FieldType, GraphNode, Limits, NodeSpec, Problem, TypeSpec, Vocabulary, check_field};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

pub(super) fn check_nodes(
    nodes: Option<&Value>,
    catalogue: &Catalogue,
    problems: &mut Vec<Problem>,
) -> IndexMap<String, GraphNode> {
    let given = match nodes {
        None => return IndexMap::new(),
        Some(Value::Object(given)) => given,
        Some(other) => {
            problems.push(Problem::new("dict_type", &["nodes".into()], "Input should be a valid dictionary", other));
            return IndexMap::new();
        }
    };
    let mut checked = IndexMap::with_capacity(given.len());
    for (id, node) in given {
        match check_node(node, catalogue, &["nodes".into(), id.as_str().into()]) {
            Ok(node) => {
                checked.insert(id.clone(), node);
            }
            Err(found) => problems.extend(found),
        }
    }
    checked
}

fn check_node(node: &Value, catalogue: &Catalogue, loc: &[Value]) -> Result<GraphNode, Vec<Problem>> {
    let Value::Object(given) = node else {
        let msg = "Input should be a valid dictionary or object to extract fields from";
        return Err(vec![Problem::new("model_attributes_type", loc, msg, node)]);
    };
    let Some(kind) = given.get("type") else {
        let msg = "Unable to extract tag using discriminator 'type'";
        let ctx = json!({ "discriminator": "'type'" });
        return Err(vec![Problem::new("union_tag_not_found", loc, msg, node).with(ctx)]);
    };
    let Some(spec) = kind.as_str().and_then(|kind| catalogue.node(kind)) else {
        return Err(vec![unknown_type(kind, node, catalogue, loc)]);
    };
    let mut inner = loc.to_vec();
    inner.push(spec.kind.as_str().into());
    let (filled, problems) = fill(spec, given, &catalogue.vocabulary, &inner);
    if problems.is_empty() { Ok(filled) } else { Err(problems) }
}

fn unknown_type(kind: &Value, node: &Value, catalogue: &Catalogue, loc: &[Value]) -> Problem {
    let tag = kind.as_str().map_or_else(|| kind.to_string(), str::to_owned);
    let tags: Vec<String> = catalogue.nodes.keys().map(|kind| format!("'{kind}'")).collect();
    let tags = tags.join(", ");
    let msg = format!("Input tag '{tag}' found using 'type' does not match any of the expected tags: {tags}");
    let ctx = json!({ "discriminator": "'type'", "tag": tag, "expected_tags": tags });
    Problem::new("union_tag_invalid", loc, msg, node).with(ctx)
}

/// The node with every field in the reference's order: board, metadata, id, `is_intermediate`, `use_cache`, the inputs,
/// `type`.
fn fill(
    spec: &NodeSpec,
    given: &Map<String, Value>,
    vocabulary: &Vocabulary,
    loc: &[Value],
) -> (GraphNode, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut filled = Map::with_capacity(spec.inputs.len() + 6);
    let place = |name: &str| {
        let mut place = loc.to_vec();
        place.push(name.into());
        place
    };
    for (name, field_type, default) in common_fields(spec) {
        match (given.get(name), default) {
            (Some(value), _) => {
                let mut checker = Checker::new(vocabulary, &place(name));
                let value = match value {
                    Value::Number(number) if name == "id" => Value::String(number.to_string()),
                    other => other.clone(),
                };
                filled.insert(name.to_owned(), checker.check(&value, &field_type, &Limits::default()));
                problems.extend(checker.problems);
            }
            (None, Some(default)) => {
                filled.insert(name.to_owned(), default);
            }
            (None, None) => {}
        }
    }
    for input in &spec.inputs {
        let value = given.get(&input.name).or(input.default.as_ref());
        match value {
            Some(value) => match check_field(input, value, vocabulary, &place(&input.name)) {
                Ok(value) => {
                    filled.insert(input.name.clone(), value);
                }
                Err(found) => problems.extend(found),
            },
            None if input.may_be_absent() => {
                filled.insert(input.name.clone(), Value::Null);
            }
            None => problems.push(Problem::missing(&place(&input.name), &Value::Object(given.clone()))),
        }
    }
    filled.insert("type".to_owned(), spec.kind.as_str().into());
    if problems.is_empty() {
        problems = broken_rules(spec, given, &filled, loc);
    }
    if spec.extra {
        for (key, value) in given {
            filled.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    (GraphNode(filled), problems)
}

/// The rules that inputs break, each input's once. What concerns the node as a whole is looked at only when nothing
/// else is wrong.
fn broken_rules(
    spec: &NodeSpec,
    given: &Map<String, Value>,
    filled: &Map<String, Value>,
    loc: &[Value],
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    let mut refused: Vec<&str> = Vec::new();
    for rule in &spec.rules {
        let Some(field) = rule.field.as_deref() else { continue };
        let Some(value) = given.get(field).filter(|_| !refused.contains(&field)) else { continue };
        if let Some(sentence) = rule.broken_by(filled) {
            refused.push(field);
            problems.push(Problem::rule(&[loc, &[field.into()]].concat(), sentence, value));
        }
    }
    if problems.is_empty() {
        let whole = spec.rules.iter().filter(|rule| rule.field.is_none());
        let broken = whole.filter_map(|rule| rule.broken_by(filled)).next();
        problems.extend(broken.map(|sentence| Problem::rule(loc, sentence, &Value::Object(given.clone()))));
    }
    problems
}

/// The fields every node has, with their types and defaults.
fn common_fields(spec: &NodeSpec) -> Vec<(&'static str, FieldType, Option<Value>)> {
    let mut fields = Vec::with_capacity(5);
    if spec.board {
        fields.push(("board", FieldType::Object { name: "BoardField".to_owned() }.optional(), Some(Value::Null)));
    }
    if spec.metadata {
        fields.push(("metadata", FieldType::Object { name: "MetadataField".to_owned() }.optional(), Some(Value::Null)));
    }
    fields.push(("id", FieldType::String, None));
    fields.push(("is_intermediate", FieldType::Boolean, Some(false.into())));
    fields.push(("use_cache", FieldType::Boolean, Some(spec.use_cache.into())));
    fields
}

/// A stored node with the fields its catalogue entry adds; fields that do not fit, and nodes we do not know, stay as they
/// are.
pub(crate) fn fill_node(node: &GraphNode, catalogue: &Catalogue) -> GraphNode {
    let Some(spec) = catalogue.node(node.kind()) else {
        return node.clone();
    };
    let (mut filled, problems) = fill(spec, &node.0, &catalogue.vocabulary, &[]);
    if !problems.is_empty() {
        for (key, value) in &node.0 {
            filled.0.insert(key.clone(), value.clone());
        }
    }
    filled
}

/// A node as it is stored: without the fields, its own or those of objects in it, that are nothing. What may hold
/// anything keeps its nothings.
pub(crate) fn strip_node(node: &GraphNode, catalogue: &Catalogue) -> GraphNode {
    let spec = catalogue.node(node.kind());
    let kept = node
        .0
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| {
            let field_type = spec.and_then(|spec| spec.input(key)).map(|input| &input.field_type);
            (key.clone(), field_type.map_or_else(|| value.clone(), |of| strip(value, of, &catalogue.vocabulary)))
        })
        .collect();
    GraphNode(kept)
}

pub(crate) fn strip(value: &Value, of: &FieldType, vocabulary: &Vocabulary) -> Value {
    match (value, of) {
        (Value::Array(items), FieldType::List { items: of }) => {
            items.iter().map(|item| strip(item, of, vocabulary)).collect()
        }
        (Value::Object(given), FieldType::Object { name }) => match vocabulary.types.get(name) {
            Some(TypeSpec::Object { fields, .. }) => given
                .iter()
                .filter_map(|(key, value)| match fields.iter().find(|field| field.name == *key) {
                    Some(_) if value.is_null() => None,
                    Some(field) => Some((key.clone(), strip(value, &field.field_type, vocabulary))),
                    None => Some((key.clone(), value.clone())),
                })
                .collect::<Map<_, _>>()
                .into(),
            _ => value.clone(),
        },
        (value, FieldType::Union { of }) => {
            let member = of.iter().find(|member| match (value, member) {
                (Value::Array(_), FieldType::List { .. }) => true,
                (Value::Object(given), FieldType::Object { name }) => match vocabulary.types.get(name) {
                    Some(TypeSpec::Object { fields, .. }) => {
                        fields.iter().all(|field| field.default.is_some() || given.contains_key(&field.name))
                    }
                    _ => false,
                },
                _ => false,
            });
            member.map_or_else(|| value.clone(), |member| strip(value, member, vocabulary))
        }
        _ => value.clone(),
    }
}
