/// Why a template makes no prompts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DynamicError {
    /// It does not follow the grammar.
    #[error("Expected end of text, found '{found}'  (at char {at}), (line:{line}, col:{column})")]
    Syntax {
        /// The letters that fit nowhere.
        found: String,
        /// How many letters stand before them.
        at: usize,
        /// The line they stand in, from 1.
        line: usize,
        /// Their place in the line, from 1.
        column: usize,
    },
    /// Braces inside braces, too many for any reader.
    #[error("the template is nested deeper than {0}")]
    TooDeep(usize),
    /// Wildcards where one of several has to be chosen.
    #[error("No values found for wildcard(s): {}", .0.join(", "))]
    MissingWildcards(Vec<String>),
    /// `${name}` without a value or default.
    #[error("Variable {0} is not defined in this context")]
    UnknownVariable(String),
    /// A variable that stands for itself.
    #[error("Variable {0} is being sampled recursively")]
    Recursion(String),
    /// A variable is set where nothing follows that could use it.
    #[error("a variable is set and no prompt follows: `{0}`")]
    OnlyAssignment(String),
    /// A part ended before the others did.
    #[error("a part of the template makes fewer texts than the rest needs")]
    RanOut,
    /// The weights of a choice are all zero.
    #[error("Total of weights must be greater than zero")]
    NoWeight,
    /// The work does not end, or its result would fill the memory.
    #[error("the template makes too many or too long prompts")]
    TooMuch,
}
