//! From a YAML or JSON value to a typed setting.

use serde_json::Value;
use std::path::PathBuf;

/// A type a setting can have.
pub trait FromValue: Sized {
    /// What is accepted, to follow the word "expected".
    fn expected() -> String;

    /// The typed value, or `None` when `value` is not acceptable.
    fn from_value(value: &Value) -> Option<Self>;

    /// The value of an environment variable: plain text for simple types, JSON for lists and objects.
    fn from_text(text: &str) -> Option<Self> {
        let parsed = serde_json::from_str(text).ok().as_ref().and_then(Self::from_value);
        parsed.or_else(|| Self::from_value(&Value::String(text.to_owned())))
    }

    /// The value as it would be written in the file.
    fn to_value(&self) -> Value;
}

/// Text that must not appear in logs or answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("**********")
    }
}

impl FromValue for Secret {
    fn expected() -> String {
        "a text".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        String::from_value(value).filter(|text| !text.is_empty()).map(Self)
    }
    fn from_text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
    fn to_value(&self) -> Value {
        Value::String("**********".into())
    }
}

impl FromValue for String {
    fn expected() -> String {
        "a text".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn to_value(&self) -> Value {
        Value::String(self.clone())
    }
}

impl FromValue for PathBuf {
    fn expected() -> String {
        "a path".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| !text.is_empty()).map(PathBuf::from)
    }
    fn to_value(&self) -> Value {
        Value::String(self.display().to_string())
    }
}

impl FromValue for bool {
    fn expected() -> String {
        "true or false".into()
    }
    /// YAML 1.1, which the reference reads, also knows `yes`, `no`, `on` and `off`.
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::Number(number) => match number.as_i64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" | "t" => Some(true),
                "false" | "no" | "off" | "n" | "f" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

/// A whole number written as number or as text.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A whole number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> FromValue for Int<MIN, MAX> {
    fn expected() -> String {
        if MAX == i64::MAX {
            format!("a whole number, {MIN} or more")
        } else {
            format!("a whole number from {MIN} to {MAX}")
        }
    }
    fn from_value(value: &Value) -> Option<Self> {
        integer(value).filter(|number| (MIN..=MAX).contains(number)).map(Self)
    }
    fn to_value(&self) -> Value {
        self.0.into()
    }
}

/// A number of 0 or more.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Amount(pub f64);

impl FromValue for Amount {
    fn expected() -> String {
        "a number, 0 or more".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        number.filter(|number| number.is_finite() && *number >= 0.0).map(Self)
    }
    fn to_value(&self) -> Value {
        self.0.into()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn expected() -> String {
        format!("{}, or null", T::expected())
    }
    fn from_value(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
    fn from_text(text: &str) -> Option<Self> {
        if text == "null" { Some(None) } else { T::from_text(text).map(Some) }
    }
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn expected() -> String {
        format!("a list, each entry {}", T::expected())
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::from_value).collect()
    }
    fn to_value(&self) -> Value {
        self.iter().map(T::to_value).collect()
    }
}

/// Declares an enum of words as a setting type.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// The word in the file.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::FromValue for $name {
            fn expected() -> String {
                ["one of", $(concat!("`", $word, "`")),+].join(" ")
            }
            fn from_value(value: &serde_json::Value) -> Option<Self> {
                // YAML 1.1 reads `off` as false; the words here do not clash, so text is all there is.
                match value.as_str()? { $($word => Some(Self::$variant),)+ _ => None }
            }
            fn to_value(&self) -> serde_json::Value {
                self.as_str().into()
            }
        }
    };
}
pub(crate) use words;

impl FromValue for Value {
    fn expected() -> String {
        "anything".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
    fn to_value(&self) -> Value {
        self.clone()
    }
}
