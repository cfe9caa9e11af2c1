//! The catalogue as data.

use invoke_graph::testing::registry;
use invoke_graph::{Catalogue, FieldType, Limits, TypeSpec, check_value};

#[test]
fn it_reads_what_it_writes_and_its_hash_follows_its_content() {
    let catalogue = registry().catalogue().clone();
    let again = Catalogue::from_json(&catalogue.to_json()).unwrap();
    assert_eq!(again, catalogue);
    assert_eq!(again.hash(), catalogue.hash());
    let mut other = catalogue.clone();
    other.nodes.get_mut("add").unwrap().version = "9.9.9".to_owned();
    assert_ne!(other.hash(), catalogue.hash());
    assert!(catalogue.hash().starts_with("blake3:"));
    assert!(Catalogue::from_json("[]").is_err());
}

#[test]
fn the_committed_catalogue_has_the_nodes_that_steer_the_walk() {
    let embedded = Catalogue::embedded().unwrap();
    let ours = registry().catalogue().clone();
    for kind in ["iterate", "collect", "if"] {
        assert_eq!(embedded.node(kind), ours.node(kind), "{kind}");
        assert_eq!(embedded.output_of(kind), ours.output_of(kind), "{kind}");
    }
}

#[test]
fn everything_the_committed_catalogue_names_is_in_it_and_every_default_fits() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut named: Vec<String> = Vec::new();
    fn names(of: &FieldType, named: &mut Vec<String>) {
        match of {
            FieldType::Enum { name } | FieldType::Object { name } => named.push(name.clone()),
            FieldType::List { items } => names(items, named),
            FieldType::Union { of } => of.iter().for_each(|member| names(member, named)),
            _ => {}
        }
    }
    for node in catalogue.nodes.values() {
        assert!(catalogue.vocabulary.outputs.contains_key(&node.output), "{} gives {}", node.kind, node.output);
        for input in &node.inputs {
            names(&input.field_type, &mut named);
            if let Some(default) = &input.default {
                let place = [node.kind.as_str().into(), input.name.as_str().into()];
                check_value(default, &input.stored_type(), &input.limits, &catalogue.vocabulary, &place)
                    .unwrap_or_else(|problems| panic!("a default does not fit: {}", problems[0]));
            }
        }
    }
    for output in catalogue.vocabulary.outputs.values() {
        output.fields.iter().for_each(|field| names(&field.field_type, &mut named));
    }
    for spec in catalogue.vocabulary.types.values() {
        if let TypeSpec::Object { fields, .. } = spec {
            for field in fields {
                names(&field.field_type, &mut named);
                if let Some(default) = &field.default {
                    check_value(default, &field.field_type, &Limits::default(), &catalogue.vocabulary, &[])
                        .unwrap_or_else(|problems| panic!("a default of {} does not fit: {}", field.name, problems[0]));
                }
            }
        }
    }
    for name in named {
        assert!(
            catalogue.vocabulary.types.contains_key(&name),
            "the catalogue names {name} but does not say what it is"
        );
    }
}

#[test]
fn two_nodes_of_one_type_are_refused() {
    let mut registry = registry();
    let error = registry.add::<invoke_graph::testing::Add>().unwrap_err();
    assert_eq!(error.to_string(), "node definitions disagree on `add`");
}
