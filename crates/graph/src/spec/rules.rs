//! Rules between a node's inputs that limits cannot say: a range must not end before it starts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One rule. It is broken when all of its tests hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The input that is refused; nothing when the node as a whole is. A rule at an input is asked only when that input is
    /// given, by the sender or by an edge, and not for its default, as in the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What must hold of which input for the rule to be broken.
    pub broken_when: Vec<(String, Test)>,
    /// What to tell, in the reference's words. `{name-1}` stands for the number in the input `name`, less one.
    pub sentence: String,
}

/// What may hold of an input. Of a list, something holds when it holds of any item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is this value.
    Is(Value),
    /// It is a number less than this.
    Below(f64),
    /// It is a number greater than this.
    Above(f64),
    /// It is a number with a fractional part.
    Fractional,
    /// It is at most what that other input is.
    AtMost(String),
    /// It is at least what that other input is.
    AtLeast(String),
    /// It is greater than what that other input is.
    MoreThan(String),
    /// It is nothing, or a text without anything in it.
    Blank,
    /// It is a list whose length is not that other list's.
    OtherLengthThan(String),
}

impl Rule {
    /// A rule at the input `field`; a test of that same input is the usual beginning.
    pub fn at<'a>(field: &str, broken_when: impl IntoIterator<Item = (&'a str, Test)>, sentence: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::whole(broken_when, sentence) }
    }

    /// A rule about the node as a whole.
    pub fn whole<'a>(broken_when: impl IntoIterator<Item = (&'a str, Test)>, sentence: &str) -> Self {
        let broken_when = broken_when.into_iter().map(|(field, test)| (field.to_owned(), test)).collect();
        Self { field: None, broken_when, sentence: sentence.to_owned() }
    }

    /// What to tell when these inputs break it.
    pub(crate) fn broken_by(&self, inputs: &Map<String, Value>) -> Option<String> {
        let value = |name: &str| inputs.get(name).unwrap_or(&Value::Null);
        let broken = self.broken_when.iter().all(|(field, test)| match value(field) {
            Value::Array(items) if !test.is_about_lists() => items.iter().any(|item| test.holds(item, &value)),
            other => test.holds(other, &value),
        });
        broken.then(|| {
            let numbers = inputs.iter().filter_map(|(name, value)| Some((name, value.as_i64()?.checked_sub(1)?)));
            numbers.fold(self.sentence.clone(), |told, (name, less)| {
                told.replace(&format!("{{{name}-1}}"), &less.to_string())
            })
        })
    }
}

impl Test {
    fn is_about_lists(&self) -> bool {
        matches!(self, Self::Is(_) | Self::Blank | Self::OtherLengthThan(_))
    }

    fn holds<'a>(&self, value: &Value, input: &dyn Fn(&str) -> &'a Value) -> bool {
        let number = value.as_f64();
        let against = |other: &str, wanted: fn(f64, f64) -> bool| {
            number.zip(input(other).as_f64()).is_some_and(|(number, other)| wanted(number, other))
        };
        match self {
            Self::Is(wanted) => value == wanted || (wanted.is_number() && number == wanted.as_f64()),
            Self::Below(limit) => number.is_some_and(|number| number < *limit),
            Self::Above(limit) => number.is_some_and(|number| number > *limit),
            Self::Fractional => number.is_some_and(|number| number.fract() != 0.0),
            Self::AtMost(other) => against(other, |number, other| number <= other),
            Self::AtLeast(other) => against(other, |number, other| number >= other),
            Self::MoreThan(other) => against(other, |number, other| number > other),
            Self::Blank => value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()),
            Self::OtherLengthThan(other) => {
                let lengths = value.as_array().zip(input(other).as_array());
                lengths.is_some_and(|(these, those)| these.len() != those.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn broken(rule: &Rule, inputs: Value) -> Option<String> {
        rule.broken_by(inputs.as_object().unwrap())
    }

    #[test]
    fn a_rule_is_broken_when_all_its_tests_hold() {
        let rule = Rule::at("b", [("operation", Test::Is("DIV".into())), ("b", Test::Is(0.into()))], "by zero");
        assert_eq!(broken(&rule, json!({ "operation": "DIV", "b": 0 })).as_deref(), Some("by zero"));
        assert_eq!(broken(&rule, json!({ "operation": "DIV", "b": -0.0 })).as_deref(), Some("by zero"));
        assert_eq!(broken(&rule, json!({ "operation": "MUL", "b": 0 })), None);
        assert_eq!(broken(&rule, json!({ "operation": "DIV", "b": 1 })), None);
        assert_eq!(broken(&rule, json!({})), None);
    }

    #[test]
    fn of_a_list_one_item_is_enough() {
        let rule = Rule::at("scale", [("scale", Test::Below(1.0))], "too small");
        assert!(broken(&rule, json!({ "scale": [7.5, 0.5] })).is_some());
        assert!(broken(&rule, json!({ "scale": [7.5, 1] })).is_none());
        assert!(broken(&rule, json!({ "scale": null })).is_none());
    }

    #[test]
    fn inputs_are_compared_with_one_another_and_named_in_the_sentence() {
        let rule = Rule::at("at", [("at", Test::AtLeast("of".into()))], "must be between 0 and {of-1}");
        assert_eq!(broken(&rule, json!({ "at": 3, "of": 3 })).as_deref(), Some("must be between 0 and 2"));
        assert_eq!(broken(&rule, json!({ "at": 2, "of": 3 })), None);
        let lengths = Rule::whole([("a", Test::OtherLengthThan("b".into()))], "lengths");
        assert!(broken(&lengths, json!({ "a": [1], "b": [] })).is_some());
        assert!(broken(&lengths, json!({ "a": null, "b": [] })).is_none());
    }

    #[test]
    fn blank_is_nothing_or_spaces() {
        let rule = Rule::whole([("label", Test::Is("own".into())), ("text", Test::Blank)], "which?");
        for blank in [json!({ "label": "own" }), json!({ "label": "own", "text": " \n" })] {
            assert!(broken(&rule, blank).is_some());
        }
        assert!(broken(&rule, json!({ "label": "own", "text": "x" })).is_none());
    }
}
