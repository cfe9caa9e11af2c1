//! A batch as it was sent: read, checked, and with the defaults of the reference.

use invoke_domain::{Random, new_uuid};
use invoke_graph::{
    Catalogue, FieldType, Graph, GraphNode, Limits, ObjectField, Problem, TypeSpec, Vocabulary, check_field,
    check_value, validate,
};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A request to enqueue.
#[derive(Debug, Clone, PartialEq)]
pub struct EnqueueBatch {
    /// The batch, not yet checked.
    pub batch: Value,
    /// Before everything that is pending.
    pub prepend: bool,
}

impl EnqueueBatch {
    /// Reads the body of a request: `{"batch": …, "prepend": false}`.
    pub fn from_body(body: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let batch = body.get("batch").cloned().unwrap_or_else(|| {
            problems.push(Problem::missing(&["body".into(), "batch".into()], &Value::Null));
            Value::Null
        });
        let prepend = body.get("prepend").is_some_and(|given| {
            let loc = ["body".into(), "prepend".into()];
            let flag = checked(given, &FieldType::Boolean, &Vocabulary::default(), &loc, &mut problems);
            flag.as_bool().unwrap_or_default()
        });
        if problems.is_empty() { Ok(Self { batch, prepend }) } else { Err(problems) }
    }
}

/// Values for one input of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// The node.
    pub node: String,
    /// The input.
    pub field: String,
    /// The values as they were sent.
    pub items: Vec<Value>,
    /// The values as the input stores them.
    pub stored: Vec<Value>,
}

/// A checked batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Id, the sender's or a new one.
    pub id: String,
    /// Which part of the page sent it.
    pub origin: Option<String>,
    /// Where the page shows the result.
    pub destination: Option<String>,
    /// Groups of values: those of one group go together, groups are multiplied.
    pub data: Option<Vec<Vec<Datum>>>,
    /// The graph.
    pub graph: Graph,
    /// The workflow it came from.
    pub workflow: Option<Value>,
    /// How often everything is run.
    pub runs: u64,
}

impl Batch {
    /// Checks a batch. Places of problems begin with `body`, `batch`.
    pub fn check(given: &Value, catalogue: &Catalogue, random: &dyn Random) -> Result<Self, Vec<Problem>> {
        let root: [Value; 2] = ["body".into(), "batch".into()];
        let Value::Object(fields) = given else {
            let msg = "Input should be a valid dictionary or object to extract fields from";
            return Err(vec![Problem::new("model_attributes_type", &root, msg, given)]);
        };
        let none = Vocabulary::default();
        let mut problems = Vec::new();
        let place = |name: &str| [root.as_slice(), &[name.into()]].concat();

        let id = match fields.get("batch_id") {
            None => Value::from(new_uuid(random)),
            Some(id) => checked(id, &FieldType::String, &none, &place("batch_id"), &mut problems),
        };
        let optional_text = FieldType::String.optional();
        let mut text = |name: &str| {
            let text = checked(fields.get(name)?, &optional_text, &none, &place(name), &mut problems);
            text.as_str().map(str::to_owned)
        };
        let (origin, destination) = (text("origin"), text("destination"));
        let data = match fields.get("data") {
            None | Some(Value::Null) => None,
            Some(data) => Some(read_data(data, &place("data"), &mut problems)),
        };
        let graph = match fields.get("graph") {
            None => Err(vec![Problem::missing(&place("graph"), given)]),
            Some(graph) => validate(graph, catalogue, random)
                .map_err(|found| found.into_iter().map(|problem| problem.under(&place("graph"))).collect()),
        };
        let graph = graph.unwrap_or_else(|found: Vec<Problem>| {
            problems.extend(found);
            Graph::default()
        });
        let workflow = match fields.get("workflow") {
            None | Some(Value::Null) => None,
            Some(workflow) => {
                let (of, known) = (object("WorkflowWithoutID"), workflow_vocabulary());
                Some(checked(workflow, &of, &known, &place("workflow"), &mut problems))
            }
        };
        let at_least_one = Limits { ge: Some(1.into()), ..Limits::default() };
        let runs = fields.get("runs").cloned().unwrap_or_else(|| 1.into());
        let runs = check_value(&runs, &FieldType::Integer, &at_least_one, &none, &place("runs"));
        let runs = runs.map_or_else(
            |found| {
                problems.extend(found);
                1
            },
            |runs| runs.as_u64().unwrap_or(1),
        );
        if !problems.is_empty() {
            return Err(problems);
        }
        let data = data.map(|groups| fit_data(groups, &graph, catalogue, &root, given)).transpose()?;
        let id = id.as_str().unwrap_or_default().to_owned();
        Ok(Self { id, origin, destination, data, graph, workflow, runs })
    }

    /// The batch as answers show it.
    pub fn to_api(&self) -> Value {
        let datum = |datum: &Datum| json!({ "node_path": datum.node, "field_name": datum.field, "items": datum.items });
        let group = |group: &Vec<Datum>| Value::from(group.iter().map(datum).collect::<Vec<_>>());
        json!({
            "batch_id": self.id,
            "origin": self.origin,
            "destination": self.destination,
            "data": self.data.as_ref().map(|groups| groups.iter().map(group).collect::<Vec<_>>()),
            "graph": self.graph,
            "workflow": self.workflow,
            "runs": self.runs,
        })
    }
}

/// A value of that type, or problems and nothing.
fn checked(
    value: &Value,
    field_type: &FieldType,
    vocabulary: &Vocabulary,
    loc: &[Value],
    problems: &mut Vec<Problem>,
) -> Value {
    check_value(value, field_type, &Limits::default(), vocabulary, loc).unwrap_or_else(|found| {
        problems.extend(found);
        Value::Null
    })
}

fn object(name: &str) -> FieldType {
    FieldType::Object { name: name.to_owned() }
}

fn field(name: &str, field_type: FieldType) -> ObjectField {
    ObjectField::new(name, field_type, String::new())
}

fn objects<const N: usize>(types: [(&str, Vec<ObjectField>); N]) -> Vocabulary {
    let types = types.into_iter().map(|(name, fields)| (name.to_owned(), TypeSpec::object(String::new(), fields)));
    Vocabulary { types: types.collect(), ..Vocabulary::default() }
}

/// What a batch's values may be: texts, numbers, images, videos, and lists of these.
fn data_vocabulary() -> Vocabulary {
    let mut any =
        vec![FieldType::String, FieldType::Float, FieldType::Integer, object("ImageField"), object("VideoField")];
    any.push(FieldType::Union { of: any.clone() }.list());
    objects([
        ("ImageField", vec![field("image_name", FieldType::String)]),
        ("VideoField", vec![field("video_name", FieldType::String)]),
        (
            "BatchDatum",
            vec![
                field("node_path", FieldType::String),
                field("field_name", FieldType::String),
                field("items", FieldType::Union { of: any }.list()).default(json!([])),
            ],
        ),
    ])
}

/// A workflow that travels with a batch; nodes and edges are the page's own business.
fn workflow_vocabulary() -> Vocabulary {
    let texts = ["name", "author", "description", "version", "contact", "tags", "notes"];
    let mut fields: Vec<ObjectField> = texts.into_iter().map(|name| field(name, FieldType::String)).collect();
    fields.push(field("exposedFields", object("ExposedField").list()));
    fields.push(field("meta", object("WorkflowMeta")));
    fields.push(field("nodes", FieldType::Dict.list()));
    fields.push(field("edges", FieldType::Dict.list()));
    fields.push(field("form", FieldType::Dict.optional()).default(Value::Null));
    let category = FieldType::Enum { name: "WorkflowCategory".to_owned() };
    let mut vocabulary = objects([
        ("WorkflowWithoutID", fields),
        ("ExposedField", vec![field("nodeId", FieldType::String), field("fieldName", FieldType::String)]),
        ("WorkflowMeta", vec![field("version", FieldType::String), field("category", category)]),
    ]);
    let values = vec!["user".into(), "default".into()];
    let category = TypeSpec::Enum { description: String::new(), values };
    vocabulary.types.insert("WorkflowCategory".to_owned(), category);
    vocabulary
}

fn read_data(given: &Value, loc: &[Value], problems: &mut Vec<Problem>) -> Vec<Vec<Datum>> {
    let before = problems.len();
    let read = checked(given, &object("BatchDatum").list().list(), &data_vocabulary(), loc, problems);
    if problems.len() > before {
        return Vec::new();
    }
    let text = |datum: &Value, key: &str| datum[key].as_str().unwrap_or_default().to_owned();
    let datum = |datum: &Value| Datum {
        node: text(datum, "node_path"),
        field: text(datum, "field_name"),
        items: datum["items"].as_array().cloned().unwrap_or_default(),
        stored: Vec::new(),
    };
    let group = |group: &Value| group.as_array().into_iter().flatten().map(datum).collect();
    let groups: Vec<Vec<Datum>> = read.as_array().into_iter().flatten().map(group).collect();
    if let Some(sentence) = broken_rule(&groups) {
        problems.push(Problem::rule(loc, sentence, given));
    }
    groups
}

fn broken_rule(groups: &[Vec<Datum>]) -> Option<&'static str> {
    let ragged = |group: &Vec<Datum>| group.iter().any(|datum| datum.items.len() != group[0].items.len());
    if groups.iter().any(ragged) {
        return Some("Zipped batch items must all have the same length");
    }
    let mixed = |datum: &Datum| datum.items.iter().any(|item| shape(item) != shape(&datum.items[0]));
    if groups.iter().flatten().any(mixed) {
        return Some("All items in a batch must have the same type");
    }
    let mut seen = HashSet::new();
    if !groups.iter().flatten().all(|datum| seen.insert((&datum.node, &datum.field))) {
        return Some("Each batch data must have unique node_id and field_name");
    }
    None
}

/// What kind of value it is, as far as the values of one input must be alike: all numbers are.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Object(fields) if fields.contains_key("image_name") => "image",
        Value::Object(_) => "video",
        Value::Array(_) => "list",
        Value::Number(_) => "number",
        _ => "text",
    }
}

/// The values as the inputs store them.
/// differs: the reference looks only whether the inputs exist and lets an item fail when it is its turn; a value that
/// cannot fit is refused here.
pub(crate) fn fit_data(
    mut groups: Vec<Vec<Datum>>,
    graph: &Graph,
    catalogue: &Catalogue,
    root: &[Value],
    batch: &Value,
) -> Result<Vec<Vec<Datum>>, Vec<Problem>> {
    let mut problems = Vec::new();
    for (group_index, group) in groups.iter_mut().enumerate() {
        for (index, datum) in group.iter_mut().enumerate() {
            let Some(node) = graph.nodes.get(&datum.node) else {
                let sentence = format!("Node {} not found in graph", datum.node);
                return Err(vec![Problem::rule(root, sentence, batch)]);
            };
            // A node's id and type stay what they are.
            if !node.0.contains_key(&datum.field) || matches!(datum.field.as_str(), "id" | "type") {
                let sentence = format!("Field {} not found in node {}", datum.field, datum.node);
                return Err(vec![Problem::rule(root, sentence, batch)]);
            }
            for (item_index, item) in datum.items.iter().enumerate() {
                let inner: [Value; 5] =
                    ["data".into(), group_index.into(), index.into(), "items".into(), item_index.into()];
                match fit(item, node, &datum.field, catalogue, &[root, &inner].concat()) {
                    Ok(stored) => datum.stored.push(stored),
                    Err(found) => problems.extend(found),
                }
            }
        }
    }
    if problems.is_empty() { Ok(groups) } else { Err(problems) }
}

fn fit(
    item: &Value,
    node: &GraphNode,
    field: &str,
    catalogue: &Catalogue,
    loc: &[Value],
) -> Result<Value, Vec<Problem>> {
    let input = catalogue.node(node.kind()).and_then(|spec| spec.input(field));
    match (input, field) {
        (Some(input), _) => check_field(input, item, &catalogue.vocabulary, loc),
        (None, "is_intermediate" | "use_cache") => {
            check_value(item, &FieldType::Boolean, &Limits::default(), &catalogue.vocabulary, loc)
        }
        (None, _) => Ok(item.clone()),
    }
}
