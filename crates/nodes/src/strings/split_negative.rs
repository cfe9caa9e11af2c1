//! A prompt with its negative part in square brackets.

use invoke_graph::{Node, NodeError, RunContext, node, output};

output! {
    /// A prompt in its positive and its negative part
    #[output(kind = "string_pos_neg_output")]
    pub struct StringPosNegOutput {
        /// Positive string
        pub positive_string: String,
        /// Negative string
        pub negative_string: String,
    }
}

node! {
    /// Splits string into two strings, inside [] goes into negative string everthing else goes into positive string. Each [ and ] character is replaced with a space
    #[node(
        kind = "string_split_neg", class = "StringSplitNegInvocation", title = "String Split Negative",
        tags = ["string", "split", "negative"], category = "strings", version = "1.0.1"
    )]
    pub struct StringSplitNegative -> StringPosNegOutput {
        /// String to split
        #[field(default = "", ui_component = "textarea")]
        pub string: String,
    }
}

impl<C: RunContext> Node<C> for StringSplitNegative {
    fn run(self, _: &mut C) -> Result<StringPosNegOutput, NodeError> {
        let (mut positive, mut negative) = (String::new(), String::new());
        let (mut depth, mut escaped) = (0, false);
        for letter in self.string.chars() {
            match letter {
                '[' if !escaped => {
                    negative.push(' ');
                    depth += 1;
                }
                ']' if !escaped => depth -= 1,
                _ if depth > 0 => negative.push(letter),
                _ => positive.push(letter),
            }
            escaped = letter == '\\' && !escaped;
        }
        Ok(StringPosNegOutput { positive_string: positive, negative_string: negative })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::run;

    #[test]
    fn brackets_go_to_the_negative_part() {
        let output = run::<StringSplitNegative>(serde_json::json!({"string": r"a cat [blurry [bad]] on \[snow\]"}));
        assert_eq!(output["positive_string"], r"a cat  on \[snow\]");
        assert_eq!(output["negative_string"], " blurry  bad");
    }
}
