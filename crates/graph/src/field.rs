//! The types of fields, as data and as the Rust types that carry them.

use crate::Vocabulary;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The JSON `null`, for `default = NULL`.
pub const NULL: Value = Value::Null;

/// The type of an input, an output or an object's field. Unions are flat, and what may be absent is a union with
/// [`FieldType::Null`], as in the reference's schemas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FieldType {
    /// Whatever JSON can say.
    Any,
    /// Nothing.
    Null,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// Text.
    String,
    /// An object with any keys.
    Dict,
    /// One of a few values, without a name of its own.
    Literal {
        /// The values: texts or whole numbers.
        values: Vec<Value>,
    },
    /// One of a few values, under a name found in [`Vocabulary::types`].
    Enum {
        /// The name.
        name: String,
    },
    /// An object with known fields, under a name found in [`Vocabulary::types`].
    Object {
        /// The name.
        name: String,
    },
    /// A list.
    List {
        /// Type of its items.
        items: Box<FieldType>,
    },
    /// Any of several types.
    Union {
        /// The types, none of them a union.
        of: Vec<FieldType>,
    },
}

impl FieldType {
    /// This type or nothing.
    pub fn optional(self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Union { mut of } => {
                if !of.contains(&Self::Null) {
                    of.push(Self::Null);
                }
                Self::Union { of }
            }
            other => Self::Union { of: vec![other, Self::Null] },
        }
    }

    /// A list of this type.
    pub fn list(self) -> Self {
        Self::List { items: Box::new(self) }
    }

    /// Whether nothing is allowed.
    pub fn allows_null(&self) -> bool {
        match self {
            Self::Null | Self::Any => true,
            Self::Union { of } => of.iter().any(Self::allows_null),
            _ => false,
        }
    }

    /// The members of a union other than nothing; of any other type, itself.
    pub fn members(&self) -> Vec<&FieldType> {
        match self {
            Self::Union { of } => of.iter().filter(|member| **member != Self::Null).collect(),
            other => vec![other],
        }
    }
}

/// A Rust type that can be the value of a field.
pub trait FieldValue {
    /// The type as data.
    fn field_type() -> FieldType;

    /// Adds the named types it uses to `vocabulary`.
    fn describe(vocabulary: &mut Vocabulary) {
        let _ = vocabulary;
    }
}

macro_rules! plain {
    ($($rust:ty => $field:expr),* $(,)?) => {$(
        impl FieldValue for $rust {
            fn field_type() -> FieldType {
                $field
            }
        }
    )*};
}

plain! {
    i32 => FieldType::Integer,
    i64 => FieldType::Integer,
    u32 => FieldType::Integer,
    u64 => FieldType::Integer,
    usize => FieldType::Integer,
    f32 => FieldType::Float,
    f64 => FieldType::Float,
    bool => FieldType::Boolean,
    String => FieldType::String,
    Value => FieldType::Any,
    Map<String, Value> => FieldType::Dict,
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn field_type() -> FieldType {
        T::field_type().optional()
    }

    fn describe(vocabulary: &mut Vocabulary) {
        T::describe(vocabulary);
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn field_type() -> FieldType {
        T::field_type().list()
    }

    fn describe(vocabulary: &mut Vocabulary) {
        T::describe(vocabulary);
    }
}

/// One value or a list of them: the reference's `Union[T, list[T]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Any number.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl<T: FieldValue> FieldValue for OneOrMany<T> {
    fn field_type() -> FieldType {
        FieldType::Union { of: vec![T::field_type(), T::field_type().list()] }
    }

    fn describe(vocabulary: &mut Vocabulary) {
        T::describe(vocabulary);
    }
}

/// A list of values or one of them: the reference's `Union[list[T], T]`, which differs from [`OneOrMany`] in its schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ManyOrOne<T> {
    /// Any number.
    Many(Vec<T>),
    /// One.
    One(T),
}

impl<T> ManyOrOne<T> {
    /// All of them.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl<T: FieldValue> FieldValue for ManyOrOne<T> {
    fn field_type() -> FieldType {
        FieldType::Union { of: vec![T::field_type().list(), T::field_type()] }
    }

    fn describe(vocabulary: &mut Vocabulary) {
        T::describe(vocabulary);
    }
}
