//! Reads a template.
//!
//! The library this follows is written with parser combinators that try alternatives in order, never go back into one that
//! has matched, and skip remarks (not spaces) before every part. The functions here do the same, so that the same texts are
//! accepted and the same spaces kept.

use super::DynamicError;
use super::command::{Command, Method, Variant};

/// Braces inside braces. Nobody writes more, and each level takes space on the stack.
const MAX_DEPTH: usize = 64;

/// Reads a whole template.
pub(super) fn parse(template: &str) -> Result<Command, DynamicError> {
    if !template.is_empty() && template.chars().all(char::is_alphanumeric) {
        return Ok(Command::Literal(template.to_owned()));
    }
    let letters: Vec<char> = without_tabs(template);
    let mut parser = Parser { letters: &letters, at: 0, depth: 0, too_deep: false };
    let command = parser.sequence(Parser::chunk);
    if parser.too_deep {
        return Err(DynamicError::TooDeep(MAX_DEPTH));
    }
    let end = parser.at;
    parser.skip_remarks();
    parser.spaces();
    if parser.at < letters.len() {
        return Err(parser.nothing_fits(end));
    }
    Ok(command)
}

/// Tabs become spaces up to the next multiple of eight.
fn without_tabs(template: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(template.len());
    let mut column = 0;
    for letter in template.chars() {
        match letter {
            '\t' => {
                let width = 8 - column % 8;
                letters.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                letters.push(letter);
                column = 0;
            }
            _ => {
                letters.push(letter);
                column += 1;
            }
        }
    }
    letters
}

/// Which letters end a text.
#[derive(Debug, Clone, Copy)]
enum Within {
    Prompt,
    Variant,
    Wildcard,
}

impl Within {
    fn ends(self, letter: char) -> bool {
        matches!(letter, '#' | '{' | '$' | '%')
            || match self {
                Self::Prompt => false,
                Self::Variant => matches!(letter, '|' | '}'),
                Self::Wildcard => matches!(letter, '(' | ')'),
            }
    }
}

struct Parser<'a> {
    letters: &'a [char],
    at: usize,
    depth: usize,
    too_deep: bool,
}

impl Parser<'_> {
    fn nothing_fits(&self, end: usize) -> DynamicError {
        let before = &self.letters[..end.min(self.letters.len())];
        let line_start = before.iter().rposition(|letter| *letter == '\n').map_or(0, |newline| newline + 1);
        // The word at that place, as the library tells it.
        let rest = &self.letters[before.len()..];
        let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        let word = rest.iter().take_while(|letter| is_word(letter)).count();
        let found = rest.iter().take(word.max(1)).collect();
        DynamicError::Syntax {
            found,
            at: before.len(),
            line: before.iter().filter(|letter| **letter == '\n').count() + 1,
            column: before.len() - line_start + 1,
        }
    }

    fn rest(&self) -> &[char] {
        &self.letters[self.at.min(self.letters.len())..]
    }

    fn starts_with(&self, text: &str) -> bool {
        let mut rest = self.rest().iter();
        text.chars().all(|letter| rest.next() == Some(&letter))
    }

    /// Takes `text`, after any remarks; where it is not there, nothing is taken.
    fn take(&mut self, text: &str) -> Option<()> {
        self.attempt(|parser| {
            parser.skip_remarks();
            parser.starts_with(text).then(|| parser.at += text.chars().count())
        })
    }

    /// Does all of `work` or nothing.
    fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let done = work(self);
        if done.is_none() {
            self.at = before;
        }
        done
    }

    fn spaces(&mut self) {
        let is_space = |letter: &&char| matches!(letter, ' ' | '\t' | '\n' | '\r');
        self.at += self.rest().iter().take_while(is_space).count();
    }

    /// Spaces that mean nothing; remarks before them go as well.
    fn free_spaces(&mut self) {
        let before = self.at;
        self.skip_remarks();
        let after_remarks = self.at;
        self.spaces();
        if self.at == after_remarks {
            self.at = before;
        }
    }

    /// `# …` and `// …` to the end of the line, `/* … */`, each with the spaces before it.
    fn skip_remarks(&mut self) {
        loop {
            let before = self.at;
            self.spaces();
            if self.starts_with("#") || self.starts_with("//") {
                self.at += self.rest().iter().take_while(|letter| **letter != '\n').count();
            } else if self.starts_with("/*") {
                let rest = &self.rest()[2..];
                match rest.windows(2).position(|pair| pair == ['*', '/']) {
                    Some(length) => self.at += length + 4,
                    None => {
                        self.at = before;
                        return;
                    }
                }
            } else {
                self.at = before;
                return;
            }
        }
    }

    /// As many parts as there are.
    fn sequence(&mut self, part: fn(&mut Self) -> Option<Command>) -> Command {
        let mut parts = Vec::new();
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            return Command::Sequence(parts);
        }
        self.depth += 1;
        while let Some(part) = part(self) {
            parts.push(part);
        }
        self.depth -= 1;
        match parts.len() {
            1 => parts.remove(0),
            _ => Command::Sequence(parts),
        }
    }

    fn inner(&mut self) -> Command {
        self.sequence(Self::inner_chunk)
    }

    /// A part of a whole prompt.
    fn chunk(&mut self) -> Option<Command> {
        None.or_else(|| self.attempt(Self::assignment))
            .or_else(|| self.attempt(Self::access))
            .or_else(|| self.attempt(Self::wrap))
            .or_else(|| self.attempt(Self::variant))
            .or_else(|| self.attempt(Self::wildcard))
            .or_else(|| self.attempt(|parser| parser.text(Within::Prompt)))
    }

    /// A part of what stands in braces.
    fn inner_chunk(&mut self) -> Option<Command> {
        None.or_else(|| self.attempt(Self::access))
            .or_else(|| self.attempt(Self::wrap))
            .or_else(|| self.attempt(Self::variant))
            .or_else(|| self.attempt(Self::wildcard))
            .or_else(|| self.attempt(|parser| parser.text(Within::Variant)))
    }

    /// Text, one piece after each remark within it.
    fn text(&mut self, within: Within) -> Option<Command> {
        let mut pieces: Vec<String> = Vec::new();
        while let Some(piece) = self.attempt(|parser| {
            parser.skip_remarks();
            let rest = parser.rest();
            let wrapped = |at: usize| rest[at] == '_' && rest.get(at + 1) == Some(&'_');
            let length = (0..rest.len()).take_while(|at| !within.ends(rest[*at]) && !wrapped(*at)).count();
            let piece: String = rest[..length].iter().collect();
            parser.at += length;
            (length > 0).then_some(piece)
        }) {
            pieces.push(piece);
        }
        (!pieces.is_empty()).then(|| Command::Literal(pieces.join(" ")))
    }

    fn name(&mut self) -> Option<String> {
        self.skip_remarks();
        let rest = self.rest();
        let first = |letter: &char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '-');
        rest.first().filter(|letter| first(letter))?;
        let length = rest.iter().take_while(|letter| first(letter) || letter.is_ascii_digit()).count();
        let name = rest[..length].iter().collect();
        self.at += length;
        Some(name)
    }

    /// `${name=value}`
    fn assignment(&mut self) -> Option<Command> {
        self.take("${")?;
        self.free_spaces();
        let name = self.name()?;
        self.free_spaces();
        let overwrite = self.take("?").is_none();
        self.take("=")?;
        let immediate = self.take("!").is_some();
        self.free_spaces();
        let value = Box::new(self.inner());
        self.free_spaces();
        self.take("}")?;
        Some(Command::Assignment { name, value, immediate, overwrite })
    }

    /// `${name}` or `${name:default}`
    fn access(&mut self) -> Option<Command> {
        self.take("${")?;
        self.free_spaces();
        let name = self.name()?;
        self.free_spaces();
        let default = self.take(":").map(|()| {
            self.free_spaces();
            Box::new(self.inner())
        });
        self.free_spaces();
        self.take("}")?;
        Some(Command::Access { name, default })
    }

    /// `%{before ... after$$within}`
    fn wrap(&mut self) -> Option<Command> {
        self.take("%{")?;
        self.free_spaces();
        let wrapper = Box::new(self.inner());
        self.free_spaces();
        self.take("$$")?;
        self.free_spaces();
        let inner = Box::new(self.inner());
        self.take("}")?;
        Some(Command::Wrap { wrapper, inner })
    }

    fn method(&mut self) -> Option<Method> {
        [("~", Method::Random), ("!", Method::Combinatorial), ("@", Method::Cyclical)]
            .into_iter()
            .find_map(|(sign, method)| self.take(sign).map(|()| method))
    }

    /// `{a|2::b|c}`, before them how to choose, how many, and what stands between: `{!1-2$$ and $$…}`
    fn variant(&mut self) -> Option<Command> {
        self.take("{")?;
        self.free_spaces();
        let method = self.method();
        let bounds = self.attempt(Self::bounds);
        self.free_spaces();
        let (mut values, mut weights) = (Vec::new(), Vec::new());
        loop {
            self.free_spaces();
            weights.push(self.attempt(Self::weight).unwrap_or(1.0));
            values.push(self.inner());
            self.free_spaces();
            if self.take("|").is_none() {
                break;
            }
        }
        self.free_spaces();
        self.take("}")?;
        let (least, most, separator) = match bounds {
            None => (1, 1, ",".to_owned()),
            Some((least, most, separator)) => (least.unwrap_or(1), most.unwrap_or(values.len()), separator),
        };
        let (least, most) = (least.min(most), least.max(most));
        Some(Command::Variant(Variant { values, weights, least, most, separator, method }))
    }

    /// `2$$`, `1-3$$`, `-3$$`, `2-$$`, and the separator `, $$` after it.
    fn bounds(&mut self) -> Option<(Option<usize>, Option<usize>, String)> {
        let least = self.number();
        let range = self.take("-").is_some();
        let most = if range { self.number() } else { least };
        if least.is_none() && most.is_none() {
            return None;
        }
        self.take("$$")?;
        let separator = self.attempt(|parser| {
            parser.skip_remarks();
            let plain = |letter: &&char| matches!(letter, ' '..='~') && !matches!(letter, '$' | '{' | '}');
            let length = parser.rest().iter().take_while(plain).count();
            let separator: String = parser.rest()[..length].iter().collect();
            parser.at += length;
            parser.take("$$")?;
            (length > 0).then_some(separator)
        });
        Some((least, most, separator.unwrap_or_else(|| ",".to_owned())))
    }

    fn number(&mut self) -> Option<usize> {
        self.attempt(|parser| {
            parser.skip_remarks();
            let digits: String = parser.rest().iter().take_while(|letter| letter.is_ascii_digit()).collect();
            parser.at += digits.len();
            // More than can be counted is more than there are values.
            (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
        })
    }

    /// `2::` or `0.5::`; only a number with a point may have a sign.
    fn weight(&mut self) -> Option<f64> {
        self.skip_remarks();
        let rest = self.rest();
        let sign = usize::from(matches!(rest.first(), Some('+' | '-')));
        let digits = |from: usize| rest[from..].iter().take_while(|letter| letter.is_ascii_digit()).count();
        let whole = digits(sign);
        let point = rest.get(sign + whole) == Some(&'.');
        let length = if point { sign + whole + 1 + digits(sign + whole + 1) } else { sign + whole };
        let valid = if point { length > sign + 1 } else { sign == 0 && whole > 0 };
        let weight: String = rest[..length].iter().collect();
        self.at += length;
        self.take("::")?;
        valid.then(|| weight.parse().ok()).flatten()
    }

    /// `__name__`
    fn wildcard(&mut self) -> Option<Command> {
        self.take("__")?;
        let method = self.method();
        let path = match self.sequence(Self::path_chunk) {
            Command::Sequence(parts) if parts.is_empty() => return None,
            path => Box::new(path),
        };
        // Variables for what the wildcard stands for: `(a=b)`. Nothing reads them where there are no files.
        self.attempt(|parser| {
            parser.free_spaces();
            parser.take("(")?;
            parser.skip_remarks();
            let length = parser.rest().iter().take_while(|letter| **letter != ')').count();
            parser.at += length;
            parser.take(")")?;
            (length > 0).then_some(())
        });
        self.take("__")?;
        Some(Command::Wildcard { path, method })
    }

    fn path_chunk(&mut self) -> Option<Command> {
        if self.attempt(|parser| parser.take("(")).is_some() {
            self.at -= 1;
            return None;
        }
        None.or_else(|| self.attempt(Self::path_variable))
            .or_else(|| self.attempt(Self::variant))
            .or_else(|| self.attempt(|parser| parser.text(Within::Wildcard)))
            .or_else(|| self.attempt(|parser| parser.text(Within::Variant)))
    }

    /// In the name of a wildcard a variable without default stands for its own name.
    fn path_variable(&mut self) -> Option<Command> {
        let Command::Access { name, default } = self.access()? else { return None };
        let default = match default.map(|default| *default) {
            Some(Command::Literal(text)) => text.trim().to_owned(),
            Some(_) => return None,
            None => name.clone(),
        };
        Some(Command::Access { name, default: Some(Box::new(Command::Literal(default))) })
    }
}
