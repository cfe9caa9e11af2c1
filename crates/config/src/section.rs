//! The macro behind each section, and what is known about a key.

use serde_json::Value;

/// A known key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its name in the file; the environment variable is `INVOKEAI_` and the name in capitals.
    pub name: &'static str,
    /// What it accepts.
    pub expected: String,
    /// Its default, secrets masked.
    pub default: Value,
    /// Its documentation.
    pub doc: &'static str,
}

/// Declares a section: a struct whose fields are keys.
macro_rules! section {
    ($(#[$doc:meta])* $section:ident { $($(#[doc = $key_doc:literal])+ $key:ident: $type:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $section { $($(#[doc = $key_doc])+ pub $key: $type),+ }

        impl Default for $section {
            fn default() -> Self {
                Self { $($key: $default),+ }
            }
        }

        impl $section {
            /// Reads this section's keys.
            pub(crate) fn read(reader: &mut crate::reader::Reader) -> Result<Self, crate::ConfigError> {
                Ok(Self { $($key: reader.get(stringify!($key))?.unwrap_or_else(|| $default)),+ })
            }

            /// This section's values, in order; secrets masked.
            pub(crate) fn values(&self) -> Vec<(&'static str, serde_json::Value)> {
                vec![$((stringify!($key), crate::FromValue::to_value(&self.$key))),+]
            }

            /// Gives `key` another value, if it is one of this section's: whether it was acceptable.
            pub(crate) fn set(&mut self, key: &str, value: &serde_json::Value) -> Option<bool> {
                match key {
                    $(stringify!($key) => {
                        let value = <$type as crate::FromValue>::from_value(value);
                        let accepted = value.is_some();
                        if let Some(value) = value {
                            self.$key = value;
                        }
                        Some(accepted)
                    })+
                    _ => None,
                }
            }

            /// This section's keys, in order.
            pub fn keys() -> Vec<crate::Key> {
                vec![$(crate::Key {
                    name: stringify!($key),
                    expected: <$type as crate::FromValue>::expected(),
                    default: crate::FromValue::to_value(&{ let value: $type = $default; value }),
                    doc: concat!($($key_doc),+).trim_ascii(),
                }),+]
            }
        }
    };
}
pub(crate) use section;
