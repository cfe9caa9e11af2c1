//! What is accepted and refused, in the words that InvokeAI 6.14.2 was seen to use.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use invoke_graph::testing::{CountingRandom, registry};
use invoke_graph::{Catalogue, Graph, Problem, Rule, Test, validate};
use serde_json::{Value, json};

fn catalogue() -> Catalogue {
    registry().catalogue().clone()
}

fn check(graph: &Value) -> Result<Graph, Vec<Problem>> {
    validate(graph, &catalogue(), &CountingRandom::default())
}

fn one(node: Value) -> Value {
    let mut node = node;
    node["id"] = json!("a");
    json!({ "id": "g", "nodes": { "a": node }, "edges": [] })
}

/// The problems of one node, as type, place and sentence.
#[track_caller]
fn refused(graph: Value, expected: &[(&str, Value, &str)]) {
    let problems = check(&graph).expect_err("it should be refused");
    let found: Vec<(&str, Value, &str)> =
        problems.iter().map(|problem| (problem.kind.as_str(), json!(problem.loc), problem.msg.as_str())).collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn stored(node: Value, expected: Value) {
    let graph = check(&one(node)).expect("it should be accepted");
    let stored = &graph.nodes["a"];
    assert_eq!(serde_json::to_string(stored).unwrap(), serde_json::to_string(&expected).unwrap());
}

fn edge(source: &str, field: &str, destination: &str, to: &str) -> Value {
    json!({ "source": { "node_id": source, "field": field }, "destination": { "node_id": destination, "field": to } })
}

#[track_caller]
fn breaks_rule(nodes: Value, edges: Value, sentence: &str) {
    let mut nodes = nodes;
    for (id, node) in nodes.as_object_mut().unwrap() {
        if node.get("id").is_none() {
            node["id"] = id.as_str().into();
        }
    }
    let graph = json!({ "id": "g", "nodes": nodes, "edges": edges });
    let problems = check(&graph).expect_err("it should be refused");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].msg, format!("Value error, {sentence}"));
    assert_eq!(problems[0].kind, "value_error");
    assert_eq!(problems[0].loc, Vec::<Value>::new());
    assert_eq!(problems[0].input, graph);
    assert_eq!(problems[0].ctx, Some(json!({ "error": {} })));
}

#[test]
fn fields_come_back_complete_and_in_order() {
    stored(
        json!({ "type": "integer", "value": 1 }),
        json!({ "id": "a", "is_intermediate": false, "use_cache": true, "value": 1, "type": "integer" }),
    );
    stored(
        json!({ "type": "toy_image", "shade": 5, "unknown": 1, "metadata": { "any": { "thing": null } } }),
        json!({
            "board": null, "metadata": { "any": { "thing": null } }, "id": "a", "is_intermediate": false, "use_cache": true,
            "width": 8, "height": 8, "shade": 5, "like": null, "type": "toy_image",
        }),
    );
    stored(
        json!({ "type": "toy_resize", "image": { "image_name": "x", "extra": 1 } }),
        json!({
            "id": "a", "is_intermediate": false, "use_cache": true, "image": { "image_name": "x" }, "type": "toy_resize",
        }),
    );
    stored(
        json!({ "type": "toy_wait", "is_intermediate": "yes" }),
        json!({ "id": "a", "is_intermediate": true, "use_cache": false, "value": 0, "type": "toy_wait" }),
    );
}

#[test]
fn values_are_read_leniently() {
    let integer = |value: Value| stored_value("integer", value);
    assert_eq!(integer(json!("12")), json!(12));
    assert_eq!(integer(json!(2.0)), json!(2));
    assert_eq!(integer(json!(true)), json!(1));
    let float = |value: Value| stored_value("float", value);
    assert_eq!(float(json!("1.5")), json!(1.5));
    assert_eq!(float(json!(3)).to_string(), "3.0");
    assert_eq!(float(json!(true)).to_string(), "1.0");
    let text = |value: Value| stored_value("string", value);
    assert_eq!(text(json!(3)), json!("3"));
    assert_eq!(text(json!(3.5)), json!("3.5"));
    assert_eq!(stored_value("boolean", json!("yes")), json!(true));
}

fn stored_value(kind: &str, value: Value) -> Value {
    check(&one(json!({ "type": kind, "value": value }))).unwrap().nodes["a"].0["value"].clone()
}

#[test]
fn values_that_do_not_fit_are_told_one_by_one() {
    let value = |kind: &str| json!(["nodes", "a", kind, "value"]);
    let int = "Input should be a valid integer";
    for (given, kind, msg) in [
        (json!("x"), "int_parsing", format!("{int}, unable to parse string as an integer")),
        (json!(1.5), "int_from_float", format!("{int}, got a number with a fractional part")),
        (json!(null), "int_type", int.to_owned()),
        (json!([]), "int_type", int.to_owned()),
        (
            json!(1e30),
            "int_parsing_size",
            "Unable to parse input string as an integer, exceeded maximum size".to_owned(),
        ),
    ] {
        refused(one(json!({ "type": "integer", "value": given })), &[(kind, value("integer"), &msg)]);
    }
    let number = "Input should be a valid number";
    refused(
        one(json!({ "type": "float", "value": "q" })),
        &[("float_parsing", value("float"), &format!("{number}, unable to parse string as a number"))],
    );
    refused(one(json!({ "type": "float", "value": null })), &[("float_type", value("float"), number)]);
    refused(
        one(json!({ "type": "string", "value": true })),
        &[("string_type", value("string"), "Input should be a valid string")],
    );
    let boolean = "Input should be a valid boolean";
    refused(
        one(json!({ "type": "boolean", "value": 2 })),
        &[("bool_parsing", value("boolean"), &format!("{boolean}, unable to interpret input"))],
    );
    refused(one(json!({ "type": "boolean", "value": {} })), &[("bool_type", value("boolean"), boolean)]);
    refused(
        one(json!({ "type": "integer_collection", "collection": [1, "2", "x"] })),
        &[(
            "int_parsing",
            json!(["nodes", "a", "integer_collection", "collection", 2]),
            &format!("{int}, unable to parse string as an integer"),
        )],
    );
    refused(
        one(json!({ "type": "integer_collection", "collection": "abc" })),
        &[("list_type", json!(["nodes", "a", "integer_collection", "collection"]), "Input should be a valid list")],
    );
}

#[test]
fn limits_are_told_with_the_limit() {
    refused(
        one(json!({ "type": "toy_image", "width": 7, "height": 0, "like": "x", "board": "x" })),
        &[
            (
                "model_type",
                json!(["nodes", "a", "toy_image", "board"]),
                "Input should be a valid dictionary or instance of BoardField",
            ),
            ("multiple_of", json!(["nodes", "a", "toy_image", "width"]), "Input should be a multiple of 8"),
            ("greater_than", json!(["nodes", "a", "toy_image", "height"]), "Input should be greater than 0"),
            (
                "model_type",
                json!(["nodes", "a", "toy_image", "like"]),
                "Input should be a valid dictionary or instance of ImageField",
            ),
        ],
    );
    let problems = check(&one(json!({ "type": "toy_image", "width": 7 }))).unwrap_err();
    assert_eq!(problems[0].ctx, Some(json!({ "multiple_of": 8 })));
    assert_eq!(problems[0].input, json!(7));
    refused(
        one(json!({ "type": "toy_image", "shade": "x" })),
        &[
            (
                "int_parsing",
                json!(["nodes", "a", "toy_image", "shade", "int"]),
                "Input should be a valid integer, unable to parse string as an integer",
            ),
            ("list_type", json!(["nodes", "a", "toy_image", "shade", "list[int]"]), "Input should be a valid list"),
        ],
    );
    refused(
        one(json!({ "type": "toy_image", "shade": 300 })),
        &[(
            "less_than_equal",
            json!(["nodes", "a", "toy_image", "shade"]),
            "Input should be less than or equal to 255",
        )],
    );
    refused(
        one(json!({ "type": "toy_resize", "image": {} })),
        &[("missing", json!(["nodes", "a", "toy_resize", "image", "image_name"]), "Field required")],
    );
    refused(
        one(json!({ "type": "toy_resize", "image": { "image_name": 5 } })),
        &[(
            "string_type",
            json!(["nodes", "a", "toy_resize", "image", "image_name"]),
            "Input should be a valid string",
        )],
    );
}

#[test]
fn an_unknown_type_is_told_with_all_known_ones() {
    let problems = check(&one(json!({ "type": "nope" }))).unwrap_err();
    assert_eq!(problems[0].kind, "union_tag_invalid");
    assert_eq!(json!(problems[0].loc), json!(["nodes", "a"]));
    let start = "Input tag 'nope' found using 'type' does not match any of the expected tags: 'add', ";
    assert!(problems[0].msg.starts_with(start), "{}", problems[0].msg);
    let ctx = problems[0].ctx.as_ref().unwrap();
    assert_eq!(ctx["discriminator"], "'type'");
    assert_eq!(ctx["tag"], "nope");
    assert_eq!(problems[0].input, json!({ "id": "a", "type": "nope" }));

    refused(
        one(json!({})),
        &[("union_tag_not_found", json!(["nodes", "a"]), "Unable to extract tag using discriminator 'type'")],
    );
    refused(
        json!({ "id": "g", "nodes": { "a": 5 }, "edges": [] }),
        &[(
            "model_attributes_type",
            json!(["nodes", "a"]),
            "Input should be a valid dictionary or object to extract fields from",
        )],
    );
}

#[test]
fn a_graph_of_the_wrong_shape_is_refused() {
    refused(json!(5), &[("model_type", json!([]), "Input should be a valid dictionary or instance of Graph")]);
    refused(json!({ "id": 5 }), &[("string_type", json!(["id"]), "Input should be a valid string")]);
    refused(json!({ "nodes": [] }), &[("dict_type", json!(["nodes"]), "Input should be a valid dictionary")]);
    refused(json!({ "edges": 5 }), &[("list_type", json!(["edges"]), "Input should be a valid list")]);
    refused(
        json!({ "edges": [{ "source": { "node_id": "a" } }] }),
        &[
            ("missing", json!(["edges", 0, "source", "field"]), "Field required"),
            ("missing", json!(["edges", 0, "destination"]), "Field required"),
        ],
    );
    let empty = check(&json!({})).unwrap();
    assert!(empty.nodes.is_empty() && empty.edges.is_empty());
    assert_eq!(empty.id, "00000000-0000-4000-8000-000000000001");
}

#[test]
fn edges_connect_what_exists_and_fits() {
    let numbers = || json!({ "a": { "type": "integer" }, "b": { "type": "add" }, "s": { "type": "string" } });
    breaks_rule(
        numbers(),
        json!([edge("a", "value", "zz", "a")]),
        "Edge destination node zz does not exist in the graph",
    );
    breaks_rule(numbers(), json!([edge("zz", "value", "b", "a")]), "Edge source node zz does not exist in the graph");
    breaks_rule(numbers(), json!([edge("a", "zz", "b", "a")]), "Edge source field zz does not exist in node a");
    breaks_rule(
        numbers(),
        json!([edge("a", "value", "b", "zz")]),
        "Edge destination field zz does not exist in node b",
    );
    breaks_rule(
        numbers(),
        json!([edge("s", "value", "b", "a")]),
        "Edge source and target types do not match (s.value -> b.a)",
    );
    breaks_rule(numbers(), json!([edge("s", "type", "s", "value")]), "Graph contains cycles");
    breaks_rule(
        json!({ "a": { "type": "add" }, "b": { "type": "add" } }),
        json!([edge("a", "value", "b", "a"), edge("b", "value", "a", "a")]),
        "Graph contains cycles",
    );
    breaks_rule(json!({ "a": { "id": "b", "type": "integer" } }), json!([]), "Node ids must match, got a and b");
    assert!(
        check(&json!({
            "nodes": numbers().as_object().unwrap().iter().map(|(id, node)| {
                let mut node = node.clone();
                node["id"] = id.as_str().into();
                (id.clone(), node)
            }).collect::<serde_json::Map<_, _>>(),
            "edges": [edge("a", "value", "b", "a"), edge("a", "value", "s", "value")],
        }))
        .is_ok(),
        "a number may go where text is asked for"
    );
}

#[test]
fn loops_ask_for_lists_of_one_type() {
    let nodes = || {
        json!({
            "r": { "type": "range" }, "n": { "type": "integer" }, "s": { "type": "string" }, "i": { "type": "iterate" },
            "c": { "type": "collect" }, "t": { "type": "string" }, "add": { "type": "add" },
            "l": { "type": "integer_collection" }, "b": { "type": "boolean_collection" }, "bool": { "type": "boolean" },
        })
    };
    let only = |ids: &[&str]| {
        let all = nodes();
        ids.iter().map(|id| ((*id).to_owned(), all[*id].clone())).collect::<serde_json::Map<_, _>>().into()
    };
    breaks_rule(only(&["i"]), json!([]), "Invalid iterator node (i): Iterator must have a collection input edge");
    breaks_rule(
        only(&["i", "r", "l"]),
        json!([edge("r", "collection", "i", "collection"), edge("l", "collection", "i", "collection")]),
        "Invalid iterator node (i): Iterator may only have one input edge",
    );
    breaks_rule(
        only(&["i", "n"]),
        json!([edge("n", "value", "i", "collection")]),
        "Invalid iterator node (i): Iterator input must be a collection",
    );
    breaks_rule(
        only(&["i", "r", "bool"]),
        json!([edge("r", "collection", "i", "collection"), edge("i", "item", "bool", "value")]),
        "Invalid iterator node (i): Iterator outputs must connect to an input with a matching type",
    );
    breaks_rule(
        only(&["c"]),
        json!([]),
        "Invalid collector node (c): Collector must have at least one item or collection input edge",
    );
    breaks_rule(
        only(&["c", "n"]),
        json!([edge("n", "value", "c", "collection")]),
        "Invalid collector node (c): Collector collection input must be a collection",
    );
    breaks_rule(
        only(&["c", "n", "s"]),
        json!([edge("n", "value", "c", "item"), edge("s", "value", "c", "item")]),
        "Invalid collector node (c): Collector input collection items must be of a single type",
    );
    breaks_rule(
        only(&["c", "n", "t"]),
        json!([edge("n", "value", "c", "item"), edge("c", "collection", "t", "value")]),
        "Invalid collector node (c): Collector output must connect to a collection input",
    );
    breaks_rule(
        only(&["c", "s", "l"]),
        json!([edge("s", "value", "c", "item"), edge("c", "collection", "l", "collection")]),
        "Invalid collector node (c): Collector outputs must connect to a collection input with a matching type",
    );
    breaks_rule(
        only(&["c", "s", "i", "add"]),
        json!([
            edge("s", "value", "c", "item"),
            edge("c", "collection", "i", "collection"),
            edge("i", "item", "add", "a"),
        ]),
        "Invalid iterator node (i): Iterator collection type must match all iterator output types",
    );
}

#[test]
fn a_graph_is_measured_before_it_is_checked() {
    let nodes: serde_json::Map<String, Value> =
        (0..5000).map(|number| (number.to_string(), json!({ "type": "nope" }))).collect();
    let problems = check(&json!({ "nodes": nodes })).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].msg, "Value error, Graph has 5000 nodes, at most 4096 are allowed");
    assert_eq!(problems[0].input, Value::Null);
}

/// A catalogue with nodes that have rules of their own, as the nodes of the product with these names do.
fn with_rules() -> Catalogue {
    let mut catalogue = catalogue();
    let rule = Rule::at("stop", [("stop", Test::AtMost("start".into()))], "stop must be greater than start");
    catalogue.nodes.get_mut("range").unwrap().rules.push(rule);
    catalogue
}

#[test]
fn a_rule_between_inputs_is_told_at_the_input_it_is_about() {
    let check = |node: Value| validate(&one(node), &with_rules(), &CountingRandom::default());
    // As InvokeAI 6.14.2 answered: type `value_error`, the place of the field, the field's value.
    let problems = check(json!({ "type": "range", "start": 5, "stop": 5 })).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        serde_json::to_value(&problems[0]).unwrap(),
        json!({
            "type": "value_error", "loc": ["nodes", "a", "range", "stop"],
            "msg": "Value error, stop must be greater than start", "input": 5, "ctx": { "error": {} },
        })
    );
    assert!(check(json!({ "type": "range", "start": 5, "stop": 6 })).is_ok());
    // A default is not looked at, as in the reference.
    assert!(check(json!({ "type": "range", "start": 20 })).is_ok());
}

#[test]
fn any_value_may_go_to_the_open_inputs_of_a_call_and_to_no_other_unknown_input() {
    let nodes =
        json!({ "n": { "type": "integer", "id": "n" }, "call": { "type": "call_saved_workflow", "id": "call" } });
    let graph = |field: &str| json!({ "id": "g", "nodes": nodes, "edges": [edge("n", "value", "call", field)] });
    assert!(check(&graph("saved_workflow_input::a::b")).is_ok());
    breaks_rule(
        nodes.clone(),
        json!([edge("n", "value", "call", "nope")]),
        "Edge destination field nope does not exist in node call",
    );
}
