//! Limits of values, and the builder methods that everything with a value shares.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// What a value must keep to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// At least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ge: Option<Number>,
    /// More than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<Number>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub le: Option<Number>,
    /// Less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<Number>,
    /// A multiple of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<Number>,
    /// At least that many characters or items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// At most that many characters or items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

impl Limits {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A number given in a macro; a whole number stays whole.
pub(super) fn number(value: impl Into<Value>) -> Option<Number> {
    match value.into() {
        Value::Number(number) => Some(number),
        other => panic!("a limit must be a number, got {other}"),
    }
}

/// The builder methods that inputs and objects' fields share.
macro_rules! limit_methods {
    () => {
        /// Value when none is given.
        #[must_use]
        pub fn default(mut self, value: impl Into<Value>) -> Self {
            self.default = Some(value.into());
            self
        }

        /// Name shown to people, where the one made from the field's name will not do.
        #[must_use]
        pub fn title(mut self, title: &str) -> Self {
            self.title = Some(title.to_owned());
            self
        }

        /// At least `value`.
        #[must_use]
        pub fn ge(mut self, value: impl Into<Value>) -> Self {
            self.limits.ge = $crate::spec::limits::number(value);
            self
        }

        /// More than `value`.
        #[must_use]
        pub fn gt(mut self, value: impl Into<Value>) -> Self {
            self.limits.gt = $crate::spec::limits::number(value);
            self
        }

        /// At most `value`.
        #[must_use]
        pub fn le(mut self, value: impl Into<Value>) -> Self {
            self.limits.le = $crate::spec::limits::number(value);
            self
        }

        /// Less than `value`.
        #[must_use]
        pub fn lt(mut self, value: impl Into<Value>) -> Self {
            self.limits.lt = $crate::spec::limits::number(value);
            self
        }

        /// A multiple of `value`.
        #[must_use]
        pub fn multiple_of(mut self, value: impl Into<Value>) -> Self {
            self.limits.multiple_of = $crate::spec::limits::number(value);
            self
        }

        /// At least `count` characters or items.
        #[must_use]
        pub fn min_length(mut self, count: usize) -> Self {
            self.limits.min_length = Some(count);
            self
        }

        /// At most `count` characters or items.
        #[must_use]
        pub fn max_length(mut self, count: usize) -> Self {
            self.limits.max_length = Some(count);
            self
        }
    };
}
pub(super) use limit_methods;
