//! The prompt grammar: `word++`, `(some words)1.3`, `"quoted"-`, `cat.swap(dog)`, `("a", "b").blend(1, 2)`, `("a", "b").and()`.
//!
//! It follows the grammar of compel 2.5 (`compel/prompt_parser.py`), which is a set of ordered alternatives without
//! going back: the first that matches is taken. What does not match any operator is plain text, so that almost every
//! prompt is valid. Two consequences that look odd and are kept: `(a)-1` is `(a)-` followed by the word `1`, and in
//! parentheses a bare `+`, `-` or `=` makes the parentheses plain text.
//!
//! differs: groups are remembered by position, so that deep nesting costs linear time, and a limit bounds it; of the
//! backslash escapes inside quotes only those for white space are known.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::flatten::{Node, prompt_of};
use crate::{Conjunction, Fragment, Prompt, PromptError};

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 100;
/// Characters with a meaning, unless a backslash stands before them.
const SYNTAX: &[char] = &['(', ')', '"', ',', '.', '+', '-', '='];

type Matched<T> = Option<(T, usize)>;
/// The remembered outcome of a group: its content and where it ends, if it matched.
type Group = Option<(Rc<[Node]>, usize)>;

/// Reads a prompt as the user typed it.
pub fn parse(text: &str) -> Result<Conjunction, PromptError> {
    let text = spaced_commas(text);
    if text.trim().is_empty() {
        return Ok(Conjunction { prompts: vec![(Prompt::Plain(vec![Fragment::new("", 1.0)]), 1.0)] });
    }
    let parser = Parser::new(&text);
    let parsed = parser.conjunction();
    if parser.too_deep.get() {
        return Err(PromptError::TooDeep(MAX_DEPTH));
    }
    parsed
}

/// A comma is always followed by white space, so that `a,b` is two words. Other white space becomes a plain space.
fn spaced_commas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().map(|c| if matches!(c, '\u{b}' | '\u{c}') { ' ' } else { c });
    while let Some(c) = chars.next() {
        out.push(c);
        if c == ','
            && let Some(next) = chars.next()
        {
            if !next.is_whitespace() {
                out.push(' ');
            }
            out.push(next);
        }
    }
    out
}

struct Parser {
    text: Vec<char>,
    groups: RefCell<HashMap<usize, Group>>,
    depth: Cell<usize>,
    too_deep: Cell<bool>,
}

impl Parser {
    fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            groups: RefCell::default(),
            depth: Cell::new(0),
            too_deep: Cell::new(false),
        }
    }

    fn conjunction(&self) -> Result<Conjunction, PromptError> {
        if let Some((targets, at)) = self.targets(0)
            && let Some(at) = self.literal(at, ".and").or_else(|| self.literal(at, ".add"))
            && let Some((options, _)) = self.arguments(at)
        {
            let weights = weights("and", &options)?;
            let weights = one_each("and", targets.len(), weights)?;
            let prompts = targets.iter().zip(weights).filter_map(|(nodes, weight)| Some((prompt_of(nodes)?, weight)));
            return Ok(Conjunction { prompts: prompts.collect() });
        }
        let at = self.loras(0);
        let Some((blend, at)) = self.blend(at)? else {
            let (nodes, _) = self.prompt(at);
            let prompt = prompt_of(&nodes).unwrap_or_else(|| Prompt::Plain(vec![Fragment::new("", 1.0)]));
            return Ok(Conjunction { prompts: vec![(prompt, 1.0)] });
        };
        let at = self.skip(self.loras(at));
        if at < self.text.len() {
            let rest = self.text[at..].iter().take(40).collect();
            return Err(PromptError::Syntax { rest });
        }
        Ok(Conjunction { prompts: vec![(blend, 1.0)] })
    }

    fn blend(&self, at: usize) -> Result<Matched<Prompt>, PromptError> {
        let matched = self.targets(at).and_then(|(targets, at)| {
            let at = self.literal(at, ".blend")?;
            let (options, at) = self.arguments(at)?;
            Some((targets, options, at))
        });
        let Some((targets, mut options, at)) = matched else {
            return Ok(None);
        };
        let normalize = options.last().is_none_or(|last| last != "no_normalize");
        if !normalize {
            options.pop();
        }
        let weights = weights("blend", &options)?;
        let weights = one_each("blend", targets.len(), weights)?;
        let mut parts = Vec::new();
        for (nodes, weight) in targets.iter().zip(weights) {
            match prompt_of(nodes) {
                Some(Prompt::Plain(fragments)) => parts.push((fragments, weight)),
                Some(_) => return Err(PromptError::SwapInBlend),
                None => parts.push((vec![Fragment::new("", 1.0)], weight)),
            }
        }
        Ok(Some((Prompt::Blend { parts, normalize }, at)))
    }

    /// `(a, "b", (c d))`: what `.blend` and `.and` work on.
    fn targets(&self, at: usize) -> Matched<Vec<Rc<[Node]>>> {
        let mut at = self.literal(at, "(")?;
        let mut targets = Vec::new();
        loop {
            let (nodes, end) = self.target(at).or_else(|| self.quoted(at, true))?;
            targets.push(nodes);
            match self.literal(end, ",") {
                Some(next) => at = next,
                None => return Some((targets, self.literal(end, ")")?)),
            }
        }
    }

    /// A whole prompt: operators where they match, else everything up to the next white space.
    fn prompt(&self, mut at: usize) -> (Rc<[Node]>, usize) {
        let mut nodes = Vec::new();
        loop {
            let found = self.swap(at).or_else(|| self.lora(at)).or_else(|| self.attention(at));
            let found = found.or_else(|| self.quoted(at, false).map(grouped));
            let found = found.or_else(|| self.parenthesized(at).map(grouped)).or_else(|| self.free_word(at));
            if let Some((node, end)) = found {
                nodes.push(node);
                at = end;
            } else if self.skip(at) > at {
                at = self.skip(at);
            } else {
                return (nodes.into(), at);
            }
        }
    }

    /// What may stand in parentheses, in quotes and in `.swap()`: no bare syntax characters.
    fn inner(&self, mut at: usize, punctuation: bool) -> (Rc<[Node]>, usize) {
        let mut nodes = Vec::new();
        loop {
            let found = self.lora(at).or_else(|| self.attention(at)).or_else(|| self.swap(at));
            let found = found.or_else(|| self.parenthesized(at).map(grouped));
            let found = found.or_else(|| self.quoted(at, false).map(grouped)).or_else(|| self.word(at));
            let found = found.or_else(|| if punctuation { self.punctuation(at) } else { None });
            let Some((node, end)) = found else {
                return (nodes.into(), at);
            };
            nodes.push(node);
            at = end;
        }
    }

    fn punctuation(&self, at: usize) -> Matched<Node> {
        let at = self.skip(at);
        let found = *self.text.get(at).filter(|c| matches!(c, ',' | '.'))?;
        Some((Node::text(&found.to_string()), at + 1))
    }

    fn parenthesized(&self, at: usize) -> Matched<Rc<[Node]>> {
        let start = self.skip(at);
        if self.text.get(start) != Some(&'(') {
            return None;
        }
        if let Some(known) = self.groups.borrow().get(&start) {
            return known.clone();
        }
        let found = self.deeper(|| {
            let (nodes, end) = self.inner(start + 1, true);
            Some((nodes, self.literal(end, ")")?))
        });
        self.groups.borrow_mut().insert(start, found.clone());
        found
    }

    fn deeper<T>(&self, read: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.depth.get() == MAX_DEPTH {
            self.too_deep.set(true);
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let read = read();
        self.depth.set(self.depth.get() - 1);
        read
    }

    /// Text in double quotes, read again by the grammar of parentheses or (`free`) of a whole prompt.
    fn quoted(&self, at: usize, free: bool) -> Matched<Rc<[Node]>> {
        let start = self.skip(at);
        let (inner, end) = self.quoted_text(start)?;
        if inner.trim().is_empty() {
            return Some((Rc::from([Node::text("")]), end));
        }
        // A quote that was escaped stays escaped: it is a character of a word.
        let parser = Self::new(&inner.replace('"', "\\\""));
        parser.depth.set(self.depth.get());
        let (nodes, stop) = if free { parser.prompt(0) } else { parser.inner(0, true) };
        if parser.too_deep.get() {
            self.too_deep.set(true);
        }
        (parser.skip(stop) == parser.text.len()).then_some((nodes, end))
    }

    fn quoted_text(&self, start: usize) -> Matched<String> {
        if self.text.get(start) != Some(&'"') {
            return None;
        }
        let mut at = start + 1;
        let mut last_escaped = None;
        let end = loop {
            match (self.text.get(at), self.text.get(at + 1)) {
                (Some('\\'), Some('"')) => {
                    last_escaped = Some(at + 1);
                    at += 2;
                }
                (Some('"'), _) => break at,
                // Nothing closes the quotes, so the last escaped one has to.
                (None | Some('\n' | '\r'), _) => break last_escaped?,
                _ => at += 1,
            }
        };
        let mut text: String = self.text[start + 1..end].iter().collect();
        for (escape, space) in [("\\t", "\t"), ("\\n", "\n"), ("\\f", " "), ("\\r", "\r")] {
            text = text.replace(escape, space);
        }
        Some((text.replace("\\\"", "\""), end + 1))
    }

    fn attention(&self, at: usize) -> Matched<Node> {
        self.attention_by_name(at).or_else(|| self.attention_by_sign(at))
    }

    /// `(words).attend(1.3)`
    fn attention_by_name(&self, at: usize) -> Matched<Node> {
        let (nodes, at) = self.target(at)?;
        let at = self.literal(at, ".attend")?;
        let at = self.literal(at, "(")?;
        let (weight, at) = self.signs(at).or_else(|| self.number(at))?;
        Some((Node::Weighted(weight, nodes), self.literal(at, ")")?))
    }

    /// `(words)1.3`, `"words"--`, `word+`
    fn attention_by_sign(&self, at: usize) -> Matched<Node> {
        let adjacent = |at: usize| self.text.get(at).is_some_and(|c| !is_space(*c)).then_some(at);
        if let Some((nodes, end)) = self.quoted(at, false).or_else(|| self.parenthesized(at))
            && let Some(end) = adjacent(end)
            && let Some((weight, end)) = self.signs(end).or_else(|| self.number(end))
        {
            return Some((Node::Weighted(weight, nodes), end));
        }
        let (word, end) = self.word(at)?;
        let (weight, end) = self.signs(adjacent(end)?)?;
        Some((Node::Weighted(weight, Rc::from([word])), end))
    }

    /// `cat.swap(dog)`, with options that are read and have no effect.
    fn swap(&self, at: usize) -> Matched<Node> {
        let (original, at) = self.target(at)?;
        let at = self.literal(at, ".swap")?;
        let at = self.literal(at, "(")?;
        let (edited, at) = self.deeper(|| Some(self.inner(at, false)))?;
        let at = match self.literal(at, ",") {
            Some(options) => self.options(options).1,
            None => at,
        };
        Some((Node::Swap(original, edited), self.literal(at, ")")?))
    }

    /// What an operator may follow.
    fn target(&self, at: usize) -> Matched<Rc<[Node]>> {
        let word = || self.word(at).map(|(word, end)| (Rc::from([word]), end));
        self.quoted(at, false).or_else(|| self.parenthesized(at)).or_else(word)
    }

    /// `withLora(name, 0.5)`: accepted anywhere and without effect, since LoRAs come with the model.
    fn lora(&self, at: usize) -> Matched<Node> {
        let at = self.literal(at, "useLora").or_else(|| self.literal(at, "withLora"))?;
        let at = self.literal(at, "(")?;
        let (_, at) = self.keyword(at)?;
        let weighted = self.literal(at, ",").and_then(|at| self.number(at));
        let at = weighted.map_or(at, |(_, end)| end);
        Some((Node::Group(Rc::from([])), self.literal(at, ")")?))
    }

    fn loras(&self, mut at: usize) -> usize {
        while let Some((_, end)) = self.lora(at) {
            at = end;
        }
        at
    }

    /// `(0.3, 1, no_normalize)`
    fn arguments(&self, at: usize) -> Matched<Vec<String>> {
        let at = self.literal(at, "(")?;
        let (options, at) = self.options(at);
        Some((options, self.literal(at, ")")?))
    }

    fn options(&self, start: usize) -> (Vec<String>, usize) {
        let (mut options, mut end, mut at) = (Vec::new(), start, start);
        while let Some((option, stop)) = self.option(at) {
            options.push(option);
            end = stop;
            match self.literal(stop, ",") {
                Some(next) => at = next,
                None => break,
            }
        }
        (options, end)
    }

    fn option(&self, at: usize) -> Matched<String> {
        let named = self.keyword(at).and_then(|(name, at)| {
            let at = self.literal(at, "=")?;
            let end = self.number(at).map(|(_, end)| end).or_else(|| self.keyword(at).map(|(_, end)| end))?;
            Some((name, end))
        });
        let number = || self.number(at).map(|(number, end)| (number.to_string(), end));
        named.or_else(number).or_else(|| self.keyword(at))
    }

    fn keyword(&self, at: usize) -> Matched<String> {
        let start = self.skip(at);
        let length =
            self.text[start..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).count();
        (length > 0).then(|| (self.text[start..start + length].iter().collect(), start + length))
    }

    /// `+++` or `--`, as a factor.
    fn signs(&self, at: usize) -> Matched<f64> {
        let start = self.skip(at);
        let sign = *self.text.get(start).filter(|c| matches!(c, '+' | '-'))?;
        let count = self.text[start..].iter().take_while(|c| **c == sign).count();
        let base: f64 = if sign == '+' { 1.1 } else { 0.9 };
        Some((base.powf(count as f64), start + count))
    }

    fn number(&self, at: usize) -> Matched<f64> {
        let start = self.skip(at);
        let digits = |at: usize| self.text[at.min(self.text.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
        let sign = self.text.get(start).filter(|c| matches!(c, '+' | '-')).copied();
        let whole_at = start + usize::from(sign.is_some());
        let whole = digits(whole_at);
        let point = whole_at + whole;
        let end = match (whole, self.text.get(point), digits(point + 1)) {
            (_, Some('.'), fraction) if whole + fraction > 0 => point + 1 + fraction,
            (1.., ..) if sign != Some('+') => point,
            _ => return None,
        };
        let number: String = self.text[start..end].iter().collect();
        Some((number.parse().ok()?, end))
    }

    /// A word without syntax. A `-` or `+` is part of it when more of the word follows, as in `well-known`.
    fn word(&self, at: usize) -> Matched<Node> {
        let start = self.skip(at);
        let mut at = start;
        while let Some(c) = self.text.get(at) {
            let next = self.text.get(at + 1);
            at += match c {
                '\\' if next.is_some_and(|next| SYNTAX.contains(next)) => 2,
                '+' | '-' if next.is_some_and(|next| !is_space(*next) && !SYNTAX.contains(next)) => 1,
                c if SYNTAX.contains(c) || is_space(*c) => break,
                _ => 1,
            };
        }
        (at > start).then(|| (Node::text(&self.text[start..at].iter().collect::<String>()), at))
    }

    /// Everything up to the next white space, whatever it is; not after white space.
    fn free_word(&self, at: usize) -> Matched<Node> {
        let length = self.text[at..].iter().take_while(|c| !is_space(**c)).count();
        (length > 0).then(|| (Node::text(&self.text[at..at + length].iter().collect::<String>()), at + length))
    }

    fn literal(&self, at: usize, wanted: &str) -> Option<usize> {
        let start = self.skip(at);
        let end = start + wanted.len();
        (self.text.len() >= end && self.text[start..end].iter().copied().eq(wanted.chars())).then_some(end)
    }

    fn skip(&self, at: usize) -> usize {
        at + self.text[at..].iter().take_while(|c| is_space(**c)).count()
    }
}

fn grouped((nodes, end): (Rc<[Node]>, usize)) -> (Node, usize) {
    (Node::Group(nodes), end)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn weights(operator: &'static str, options: &[String]) -> Result<Vec<f64>, PromptError> {
    let number =
        |option: &String| option.parse().map_err(|_| PromptError::NotANumber { operator, found: option.clone() });
    options.iter().map(number).collect()
}

fn one_each(operator: &'static str, prompts: usize, weights: Vec<f64>) -> Result<Vec<f64>, PromptError> {
    match weights.len() {
        0 => Ok(vec![1.0; prompts]),
        count if count == prompts => Ok(weights),
        weights => Err(PromptError::Weights { operator, prompts, weights }),
    }
}
