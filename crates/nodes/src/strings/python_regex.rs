//! Regular expressions and replacements as Python writes them.
//!
//! What Python's `re` and our library write differently is translated; what only one of them has is an error. Matching
//! gives up after a million steps back, where Python would go on for ever.

use fancy_regex::{Captures, Regex};
use invoke_graph::NodeError;

/// A pattern that matches this text only, in upper and lower case.
pub(crate) fn literal(text: &str) -> String {
    let mut pattern = String::from("(?i)");
    for letter in text.chars() {
        if !letter.is_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// Compiles a pattern of Python's.
pub(crate) fn compile(pattern: &str) -> Result<Regex, NodeError> {
    Regex::new(&translated(pattern)).map_err(|error| refused(error.to_string()))
}

fn refused(why: impl Into<String>) -> NodeError {
    NodeError::new("error", why)
}

/// The pattern in our library's words.
fn translated(pattern: &str) -> String {
    let several_lines = pattern.contains("(?m") || pattern.contains("(?im") || pattern.contains("(?sm");
    let mut translated = String::with_capacity(pattern.len() + 8);
    let mut letters = pattern.chars().peekable();
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\\' => {
                let Some(escaped) = letters.next() else {
                    translated.push('\\');
                    break;
                };
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    'Z' if !in_class => translated.push_str("\\z"),
                    'b' if in_class => translated.push_str("\\x08"),
                    '0' => translated.push_str("\\x00"),
                    escaped if escaped.is_alphanumeric() => translated.extend(['\\', escaped]),
                    escaped => push_plain(&mut translated, escaped),
                }
            }
            '[' if in_class => translated.push_str("\\["),
            '[' => {
                in_class = true;
                translated.push('[');
                // A bracket that closes at once is one of the letters.
                if letters.next_if_eq(&'^').is_some() {
                    rest = &rest[1..];
                    translated.push('^');
                }
                if letters.next_if_eq(&']').is_some() {
                    rest = &rest[1..];
                    translated.push_str("\\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                translated.push(']');
            }
            '&' | '~' if in_class => translated.extend(['\\', letter]),
            '$' if !in_class && !several_lines => translated.push_str("(?=\\n?\\z)"),
            '{' if !in_class => match counted(rest) {
                Some("") => translated.push_str("{0,"),
                Some(_) => translated.push('{'),
                None => translated.push_str("\\{"),
            },
            // `{,5}`: the comma went with the brace.
            ',' if translated.ends_with("{0,") && !in_class => {}
            letter => translated.push(letter),
        }
    }
    translated
}

/// After an opening brace: the least count, if what follows is a repetition at all.
fn counted(rest: &str) -> Option<&str> {
    let (inside, _) = rest.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    (!inside.is_empty() && number(least) && number(most)).then_some(least)
}

fn push_plain(pattern: &mut String, letter: char) {
    if letter.is_ascii_punctuation() && !matches!(letter, '<' | '>') {
        pattern.push('\\');
    }
    pattern.push(letter);
}

#[derive(Debug, PartialEq)]
enum Part {
    Text(String),
    Group(usize),
}

/// What is put where a pattern matched.
#[derive(Debug)]
pub(crate) struct Replacement(Vec<Part>);

impl Replacement {
    /// Reads a replacement: `\1`, `\g<1>` and `\g<name>` are what groups matched, `\n` and its like are signs.
    pub(crate) fn parse(text: &str, pattern: &Regex) -> Result<Self, NodeError> {
        let mut parts = vec![Part::Text(String::new())];
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            push_text(&mut parts, before);
            rest = after;
            let Some(letter) = rest.chars().next() else {
                return Err(refused("bad escape (end of pattern)"));
            };
            let digits = |most: usize, base: u32| rest.chars().take(most).take_while(|c| c.is_digit(base)).count();
            let octal = digits(3, 8);
            let taken = if letter == '0' || octal == 3 {
                let code = u32::from_str_radix(&rest[..octal], 8).unwrap_or_default();
                let sign = char::from_u32(code).filter(|_| code <= 0o377);
                let sign =
                    sign.ok_or_else(|| refused(format!("octal escape value {text} outside of range 0-0o377")))?;
                push_text(&mut parts, sign.encode_utf8(&mut [0; 4]));
                octal
            } else if letter.is_ascii_digit() {
                let count = digits(2, 10);
                parts.push(Part::Group(group(&rest[..count], pattern)?));
                count
            } else if let Some(named) = rest.strip_prefix("g<") {
                let (name, _) = named.split_once('>').ok_or_else(|| refused("missing >, unterminated name"))?;
                parts.push(Part::Group(group(name, pattern)?));
                name.len() + 3
            } else {
                push_text(&mut parts, &sign(letter)?);
                letter.len_utf8()
            };
            rest = &rest[taken..];
        }
        push_text(&mut parts, rest);
        Ok(Self(parts))
    }

    /// The text with every match replaced.
    pub(crate) fn everywhere(&self, pattern: &Regex, text: &str) -> Result<String, NodeError> {
        let mut replaced = String::with_capacity(text.len());
        let (mut kept, mut from) = (0, 0);
        while from <= text.len() {
            let found = pattern.captures_from_pos(text, from).map_err(|error| refused(error.to_string()))?;
            let Some((found, whole)) = found.and_then(|found| found.get(0).map(|whole| (found, whole))) else { break };
            replaced.push_str(&text[kept..whole.start()]);
            self.write(&found, &mut replaced);
            kept = whole.end();
            // An empty match is not found again in its place.
            let step = text[kept..].chars().next().map_or(1, char::len_utf8);
            from = if whole.start() == whole.end() { kept + step } else { kept };
        }
        replaced.push_str(&text[kept..]);
        Ok(replaced)
    }

    fn write(&self, found: &Captures<'_>, to: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => to.push_str(text),
                Part::Group(group) => to.push_str(found.get(*group).map_or("", |group| group.as_str())),
            }
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// The sign that a letter after a backslash means.
fn sign(letter: char) -> Result<String, NodeError> {
    Ok(match letter {
        'a' => "\x07".to_owned(),
        'b' => "\x08".to_owned(),
        'f' => "\x0c".to_owned(),
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        'v' => "\x0b".to_owned(),
        '\\' => "\\".to_owned(),
        letter if letter.is_ascii_alphabetic() => return Err(refused(format!("bad escape \\{letter}"))),
        other => format!("\\{other}"),
    })
}

/// The number of a group by its number or name.
fn group(name: &str, pattern: &Regex) -> Result<usize, NodeError> {
    let named = || pattern.capture_names().position(|known| known == Some(name));
    let index = name.parse().ok().or_else(named);
    index
        .filter(|index| *index < pattern.captures_len())
        .ok_or_else(|| refused(format!("invalid group reference {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.11 gives for `re.sub(pattern, replacement, text)`.
    #[test]
    fn replacements_are_those_of_python() {
        for (pattern, replacement, text, expected) in [
            (r"(\w+) (\w+)", r"\2 \1", "red cat", "cat red"),
            (r"(?P<first>\w)(?P<rest>\w*)", r"\g<rest>\g<first>", "red cat", "edr atc"),
            (r"x*", "-", "abxd", "-a-b--d-"),
            (r"d$", "!", "add\n", "ad!\n"),
            (r"(?m)d$", "!", "d\nd", "!\n!"),
            (r"[[&]", "", "a[b&c", "abc"),
            (r"a{,2}b", "c", "aaab", "ac"),
            (r"a{x}", "c", "a{x}", "c"),
            (r"(?<=a)b", r"\n\\", "ab b", "a\n\\ b"),
            (r"(a)|b", r"<\1>", "ab", "<a><>"),
            (r"a", r"\101\0\-", "a", "A\0\\-"),
            (r"(?i)É", "e", "é", "e"),
        ] {
            let compiled = compile(pattern).unwrap();
            let replaced = Replacement::parse(replacement, &compiled).unwrap().everywhere(&compiled, text).unwrap();
            assert_eq!(replaced, expected, "{pattern} {replacement}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        let plain = compile("a").unwrap();
        for replacement in [r"\1", r"\g<x>", r"\q", "\\", r"\777", r"\g<1"] {
            assert!(Replacement::parse(replacement, &plain).is_err(), "{replacement}");
        }
        for pattern in ["(", "a**", "[a", r"\q"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_never_ends_is_given_up() {
        let pattern = compile(r"(a|b|ab)*(?=c)\1$").unwrap();
        let replacement = Replacement::parse("", &pattern).unwrap();
        assert!(replacement.everywhere(&pattern, &"ab".repeat(40)).is_err());
    }
}
