//! What a prompt says, once its grammar has been read.

use std::fmt;

/// A stretch of text with one weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// Plain text, for the tokenizer.
    pub text: String,
    /// 1 is neutral, more emphasises, less takes away.
    pub weight: f64,
}

impl Fragment {
    /// Takes the backslash off escaped parentheses and quotes; other escapes reach the tokenizer as written.
    pub fn new(text: &str, weight: f64) -> Self {
        let text = if text.contains('\\') {
            text.replace("\\(", "(").replace("\\)", ")").replace("\\\"", "\"")
        } else {
            text.to_owned()
        };
        Self { text, weight }
    }
}

/// One thing to encode.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompt {
    /// The usual case.
    Plain(Vec<Fragment>),
    /// `cat.swap(dog)`. Pictures are made from the original alone; the edited one only decides how long the conditioning is.
    Swap {
        /// With the words that are there.
        original: Vec<Fragment>,
        /// With the words that would replace them.
        edited: Vec<Fragment>,
    },
    /// Several prompts encoded apart and added up.
    Blend {
        /// Each with its weight.
        parts: Vec<(Vec<Fragment>, f64)>,
        /// Whether the weights are divided by their sum.
        normalize: bool,
    },
}

/// Prompts whose encodings are put one after the other; nearly always a single one.
#[derive(Debug, Clone, PartialEq)]
pub struct Conjunction {
    /// Each with its weight.
    pub prompts: Vec<(Prompt, f64)>,
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.text, self.weight)
    }
}

fn line(fragments: &[Fragment]) -> String {
    fragments.iter().map(Fragment::to_string).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(fragments) => f.write_str(&line(fragments)),
            Self::Swap { original, edited } => write!(f, "swap({} -> {})", line(original), line(edited)),
            Self::Blend { parts, normalize } => {
                let parts: Vec<_> = parts.iter().map(|(part, weight)| format!("[{}]{weight}", line(part))).collect();
                write!(f, "blend{}({})", if *normalize { "" } else { "!" }, parts.join(" "))
            }
        }
    }
}

/// A compact form for tests and logs: `{text}weight` for every fragment, `and(…)` around more than one prompt.
impl fmt::Display for Conjunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prompts.as_slice() {
            [(prompt, weight)] if *weight == 1.0 => prompt.fmt(f),
            prompts => {
                let prompts: Vec<_> = prompts.iter().map(|(prompt, weight)| format!("[{prompt}]{weight}")).collect();
                write!(f, "and({})", prompts.join(" "))
            }
        }
    }
}
