//! The macros that turn a documented struct into a specification. Keys inside `#[node(..)]`, `#[output(..)]`,
//! `#[object(..)]` and `#[field(..)]` are the builder methods of [`NodeSpec`](crate::NodeSpec),
//! [`OutputSpec`](crate::OutputSpec), [`TypeSpec`](crate::TypeSpec) and [`InputSpec`](crate::InputSpec),
//! [`OutputField`](crate::OutputField), [`ObjectField`](crate::ObjectField): `ge = 0` is `.ge(0)`.
//! The doc comments of the struct and its fields become the descriptions. A field whose JSON name is no Rust name has
//! `#[name("…")]` before its `#[field(..)]`.

/// Defines a node: `node! { /// doc #[node(kind = "…")] pub struct Name -> Output { /// doc #[field(..)] pub a: i64, } }`.
///
/// The struct holds the inputs as [`Node::run`](crate::Node::run) needs them: an input without default is there when the
/// node runs, so it is not an `Option`. Board and metadata (`board = true`, `metadata = true`) are not fields; they are in
/// [`NodeMeta`](crate::NodeMeta).
#[macro_export]
macro_rules! node {
    (
        $(#[doc = $doc:literal])*
        #[node($($key:ident = $value:expr),* $(,)?)]
        pub struct $name:ident -> $output:ty {
            $(
                $(#[doc = $field_doc:literal])*
                $(#[name($rename:literal)])?
                $(#[field($($field_key:ident = $field_value:expr),* $(,)?)])?
                pub $field:ident : $field_type:ty
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, $crate::__private::serde::Deserialize)]
        #[serde(crate = "invoke_graph::__private::serde")]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                $(#[serde(rename = $rename)])?
                pub $field: $field_type,
            )*
        }

        impl $crate::NodeDefinition for $name {
            type Output = $output;

            fn spec(vocabulary: &mut $crate::Vocabulary) -> $crate::NodeSpec {
                $(<$field_type as $crate::FieldValue>::describe(vocabulary);)*
                let output = <$output as $crate::NodeOutput>::spec(vocabulary);
                let mut spec = $crate::NodeSpec::new(stringify!($name), $crate::__private::text(&[$($doc),*]))
                    $(.$key($value))*;
                spec.output.clone_from(&output.class);
                vocabulary.outputs.insert(output.class.clone(), output);
                spec.inputs = vec![$(
                    $crate::InputSpec::new(
                        $crate::field_name!($field $(, $rename)?),
                        <$field_type as $crate::FieldValue>::field_type(),
                        $crate::__private::text(&[$($field_doc),*]),
                    )
                    $($(.$field_key($field_value))*)?
                ),*];
                spec
            }
        }
    };
}

/// Defines an output: `output! { /// doc #[output(kind = "…")] pub struct Name { /// doc #[field(..)] pub a: i64, } }`.
#[macro_export]
macro_rules! output {
    (
        $(#[doc = $doc:literal])*
        #[output($($key:ident = $value:expr),* $(,)?)]
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $(#[name($rename:literal)])?
                $(#[field($($field_key:ident = $field_value:expr),* $(,)?)])?
                pub $field:ident : $field_type:ty
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, $crate::__private::serde::Serialize)]
        #[serde(crate = "invoke_graph::__private::serde")]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                $(#[serde(rename = $rename)])?
                pub $field: $field_type,
            )*
        }

        impl $name {
            fn bare_spec() -> $crate::OutputSpec {
                $crate::OutputSpec::new(stringify!($name), $crate::__private::text(&[$($doc),*])) $(.$key($value))*
            }
        }

        impl $crate::NodeOutput for $name {
            fn spec(vocabulary: &mut $crate::Vocabulary) -> $crate::OutputSpec {
                $(<$field_type as $crate::FieldValue>::describe(vocabulary);)*
                let _ = &vocabulary;
                let mut spec = Self::bare_spec();
                spec.fields = vec![$(
                    $crate::OutputField::new(
                        $crate::field_name!($field $(, $rename)?),
                        <$field_type as $crate::FieldValue>::field_type(),
                        $crate::__private::text(&[$($field_doc),*]),
                    )
                    $($(.$field_key($field_value))*)?
                ),*];
                spec
            }

            fn kind() -> &'static str {
                $crate::output_kind!($($key = $value),*)
            }
        }
    };
}

/// Defines a named object type: `object! { /// doc pub struct ImageField { /// doc #[field(..)] pub image_name: String, } }`.
///
/// A field with a default may be missing in JSON; the walk has filled it in before a node sees it.
#[macro_export]
macro_rules! object {
    (
        $(#[doc = $doc:literal])*
        $(#[object($($key:ident = $value:expr),* $(,)?)])?
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $(#[name($rename:literal)])?
                $(#[field($($field_key:ident = $field_value:expr),* $(,)?)])?
                pub $field:ident : $field_type:ty
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, $crate::__private::serde::Serialize, $crate::__private::serde::Deserialize)]
        #[serde(crate = "invoke_graph::__private::serde")]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                $(#[serde(rename = $rename)])?
                pub $field: $field_type,
            )*
        }

        impl $crate::FieldValue for $name {
            fn field_type() -> $crate::FieldType {
                $crate::FieldType::Object { name: stringify!($name).to_owned() }
            }

            fn describe(vocabulary: &mut $crate::Vocabulary) {
                if vocabulary.types.contains_key(stringify!($name)) {
                    return;
                }
                let fields = vec![$(
                    $crate::ObjectField::new(
                        $crate::field_name!($field $(, $rename)?),
                        <$field_type as $crate::FieldValue>::field_type(),
                        $crate::__private::text(&[$($field_doc),*]),
                    )
                    $($(.$field_key($field_value))*)?
                ),*];
                let spec = $crate::TypeSpec::object($crate::__private::text(&[$($doc),*]), fields)
                    $($(.$key($value))*)?;
                vocabulary.types.insert(stringify!($name).to_owned(), spec);
                $(<$field_type as $crate::FieldValue>::describe(vocabulary);)*
            }
        }
    };
}

/// Defines a choice of a few values: `choices! { /// doc pub enum Mode { Fast = "fast", Good = "good" } }`. With
/// `pub enum Mode as "ModeName"` it becomes a named type of the schema; else its values are listed wherever it is used.
/// Values are texts or whole numbers.
#[macro_export]
macro_rules! choices {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident $(as $type_name:literal)? { $($variant:ident = $value:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", stringify!($value), "`")] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn json_values() -> Vec<$crate::__private::serde_json::Value> {
                vec![$($crate::__private::serde_json::Value::from($value)),+]
            }

            fn json(self) -> $crate::__private::serde_json::Value {
                match self { $(Self::$variant => $crate::__private::serde_json::Value::from($value)),+ }
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::__private::serde::Serialize::serialize(&self.json(), serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value =
                    <$crate::__private::serde_json::Value as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                Self::ALL.iter().copied().find(|choice| choice.json() == value).ok_or_else(|| {
                    <D::Error as $crate::__private::serde::de::Error>::custom(format!(
                        "expected one of {:?}, got {value}",
                        Self::json_values(),
                    ))
                })
            }
        }

        impl $crate::FieldValue for $name {
            fn field_type() -> $crate::FieldType {
                $crate::choice_type!($name $(, $type_name)?)
            }

            fn describe(vocabulary: &mut $crate::Vocabulary) {
                let description = $crate::__private::text(&[$($doc),*]);
                let _ = (&vocabulary, &description);
                $(vocabulary.types.insert(
                    $type_name.to_owned(),
                    $crate::TypeSpec::Enum { description, values: Self::json_values() },
                );)?
            }
        }
    };
}

/// The JSON name of a field.
#[doc(hidden)]
#[macro_export]
macro_rules! field_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident, $rename:literal) => {
        $rename
    };
}

/// The field type of a choice, named or not.
#[doc(hidden)]
#[macro_export]
macro_rules! choice_type {
    ($name:ident) => {
        $crate::FieldType::Literal { values: $name::json_values() }
    };
    ($name:ident, $type_name:literal) => {
        $crate::FieldType::Enum { name: $type_name.to_owned() }
    };
}

/// The value of the key `kind`.
#[doc(hidden)]
#[macro_export]
macro_rules! output_kind {
    (kind = $value:expr $(, $($rest:tt)*)?) => {
        $value
    };
    ($key:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::output_kind!($($($rest)*)?)
    };
}
