//! Which outputs may feed which inputs. The rules are those of the reference, which reasons about Python annotations:
//! what an annotation is built of counts as much as what it is, so a list of X may go where an X is asked for, and the
//! value is checked when it arrives.

use crate::{FieldType, TypeSpec, Vocabulary};
use serde_json::Value;

/// A part of a type: what a union, list, choice or dictionary is built of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Type(FieldType),
    Value(Value),
}

pub(crate) fn parts(of: &FieldType) -> Vec<Part> {
    match of {
        FieldType::Union { of } => of.iter().cloned().map(Part::Type).collect(),
        FieldType::List { items } => vec![Part::Type((**items).clone())],
        FieldType::Dict => vec![Part::Type(FieldType::String), Part::Type(FieldType::Any)],
        FieldType::Literal { values } => values.iter().cloned().map(Part::Value).collect(),
        _ => Vec::new(),
    }
}

/// Whether it is, or is built of, anything at all.
pub(crate) fn is_any(of: &FieldType) -> bool {
    *of == FieldType::Any || parts(of).contains(&Part::Type(FieldType::Any))
}

fn has_part(whole: &FieldType, part: &FieldType) -> bool {
    parts(whole).iter().any(|candidate| matches!(candidate, Part::Type(candidate) if same(candidate, part)))
}

/// Equal types; the order of a union's members and of a choice's values does not matter.
pub(crate) fn same(a: &FieldType, b: &FieldType) -> bool {
    fn same_set<T: PartialEq>(a: &[T], b: &[T]) -> bool {
        a.iter().all(|item| b.contains(item)) && b.iter().all(|item| a.contains(item))
    }
    match (a, b) {
        (FieldType::Union { of: a }, FieldType::Union { of: b }) => same_set(a, b),
        (FieldType::Literal { values: a }, FieldType::Literal { values: b }) => same_set(a, b),
        (FieldType::List { items: a }, FieldType::List { items: b }) => same(a, b),
        _ => a == b,
    }
}

/// A type with a name or a basic one, as opposed to one built of others.
pub(crate) fn is_class(of: &FieldType) -> bool {
    !matches!(
        of,
        FieldType::Any | FieldType::Union { .. } | FieldType::List { .. } | FieldType::Literal { .. } | FieldType::Dict
    )
}

/// Whether each value of class `sub` is one of class `base`; false for what is no class.
pub(crate) fn is_subclass(sub: &FieldType, base: &FieldType, vocabulary: &Vocabulary) -> bool {
    if !is_class(sub) || !is_class(base) {
        return false;
    }
    if same(sub, base) {
        return true;
    }
    match (sub, base) {
        (FieldType::Boolean, FieldType::Integer) => true,
        (FieldType::Enum { name }, FieldType::String | FieldType::Integer) => match vocabulary.types.get(name) {
            Some(TypeSpec::Enum { values, .. }) => {
                values.iter().all(|value| value.is_string() == (*base == FieldType::String))
            }
            _ => false,
        },
        (FieldType::Object { name }, FieldType::Object { .. }) => match vocabulary.types.get(name) {
            Some(TypeSpec::Object { extends: Some(parent), .. }) => {
                is_subclass(&FieldType::Object { name: parent.clone() }, base, vocabulary)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether every part of `sub` (or `sub` itself, if it has none) is a part of `whole`.
pub(crate) fn is_union_subtype(sub: &FieldType, whole: &FieldType) -> bool {
    let (sub_parts, whole_parts) = (parts(sub), parts(whole));
    if sub_parts.is_empty() { has_part(whole, sub) } else { sub_parts.iter().all(|part| whole_parts.contains(part)) }
}

/// Whether an output of type `from` may feed an input of type `to`.
pub(crate) fn compatible(from: &FieldType, to: &FieldType, vocabulary: &Vocabulary) -> bool {
    if same(from, to) || is_any(from) || is_any(to) || has_part(to, from) || has_part(from, to) {
        return true;
    }
    match (from, to) {
        (FieldType::Integer, FieldType::Float) | (FieldType::Integer | FieldType::Float, FieldType::String) => true,
        _ if is_class(from) && is_class(to) => is_subclass(from, to, vocabulary),
        _ => is_union_subtype(from, to),
    }
}

/// Whether it is a list or has a list among its parts.
pub(crate) fn has_list(of: &FieldType) -> bool {
    match of {
        FieldType::List { .. } => true,
        other => parts(other).iter().any(|part| matches!(part, Part::Type(FieldType::List { .. }))),
    }
}

/// The types of single values in what feeds a collector's `item`.
pub(crate) fn item_types(of: &FieldType) -> Vec<FieldType> {
    if is_class(of) || *of == FieldType::Any {
        return vec![of.clone()];
    }
    parts(of)
        .into_iter()
        .filter_map(|part| match part {
            Part::Type(FieldType::Null) => None,
            Part::Type(part) => Some(part),
            Part::Value(value) => Some(FieldType::Literal { values: vec![value] }),
        })
        .collect()
}

/// The types of the items of a list, or of the lists in a union.
pub(crate) fn collection_item_types(of: &FieldType) -> Vec<FieldType> {
    if is_any(of) {
        return vec![FieldType::Any];
    }
    let mut found = Vec::new();
    let mut add = |items: &FieldType| {
        if *items != FieldType::Null && !found.contains(items) {
            found.push(items.clone());
        }
    };
    match of {
        FieldType::List { items } => add(items),
        other => {
            for part in parts(other) {
                match part {
                    Part::Type(FieldType::List { items }) => add(&items),
                    Part::Type(part) if is_any(&part) => add(&FieldType::Any),
                    _ => {}
                }
            }
        }
    }
    found
}

/// Of several types, those that are no refinement of another.
pub(crate) fn root_types(types: &[FieldType], vocabulary: &Vocabulary) -> Vec<FieldType> {
    types
        .iter()
        .filter(|candidate| {
            !types.iter().any(|other| !same(other, candidate) && is_subclass(candidate, other, vocabulary))
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/fixtures/compat.json` holds what the reference answers for each pair of these types.
    #[test]
    fn each_pair_of_types_fits_where_it_does_in_the_reference() {
        let fixture: Value = serde_json::from_str(include_str!("../tests/fixtures/compat.json")).unwrap();
        let types: Vec<FieldType> = serde_json::from_value(fixture["types"].clone()).unwrap();
        let mut vocabulary = Vocabulary::default();
        let refined = TypeSpec::object(String::new(), Vec::new()).extends("BoundingBox");
        vocabulary.types.insert("BoundingBoxField".to_owned(), refined);
        let models = TypeSpec::Enum { description: String::new(), values: vec!["main".into(), "vae".into()] };
        vocabulary.types.insert("ModelType".to_owned(), models);
        let fits: Vec<(usize, usize)> = serde_json::from_value(fixture["fits"].clone()).unwrap();
        for (a, from) in types.iter().enumerate() {
            for (b, to) in types.iter().enumerate() {
                assert_eq!(compatible(from, to, &vocabulary), fits.contains(&(a, b)), "{from:?} -> {to:?}");
            }
        }
    }
}
