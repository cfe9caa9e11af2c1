//! What a template makes: rows of texts, each drawn when it is asked for.

use std::rc::Rc;

use super::DynamicError;
use super::command::{Command, Method};
use super::generators::{Combined, Fixed, Joined, Wrapped};
use super::mersenne::MersenneTwister;
use super::variants::{AllVariants, RandomVariant, TurnVariant};

/// Texts drawn before it is taken for endless. A prompt of a hundred parts makes a million of them in ten thousand.
const MAX_DRAWN: u64 = 4_000_000;
/// Letters put together.
const MAX_LETTERS: u64 = 256 * 1024 * 1024;

/// What one sampling shares: chance, and how much work is left.
#[derive(Debug)]
pub(super) struct Sampling {
    pub(super) random: MersenneTwister,
    drawn: u64,
    letters: u64,
}

impl Sampling {
    pub(super) fn new(random: MersenneTwister) -> Self {
        Self { random, drawn: 0, letters: 0 }
    }

    /// Counts one text as work.
    pub(super) fn count(&mut self, text: &str) -> Result<(), DynamicError> {
        self.drawn += 1;
        self.letters += text.len() as u64;
        if self.drawn > MAX_DRAWN || self.letters > MAX_LETTERS { Err(DynamicError::TooMuch) } else { Ok(()) }
    }
}

/// A row of texts. `None` is its end.
pub(super) trait Texts {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError>;
}

pub(super) type Row = Box<dyn Texts>;

/// Where a part of a template stands: how to choose there, and what variables mean.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) method: Method,
    /// The last of a name counts.
    variables: Rc<Vec<(String, Command)>>,
    /// Variables whose value is being drawn.
    open: Rc<Vec<String>>,
}

impl Scope {
    pub(super) fn new(method: Method) -> Self {
        Self { method, variables: Rc::default(), open: Rc::default() }
    }

    /// How `command` chooses here, by its own word or the place's.
    pub(super) fn method_of(&self, command: &Command) -> Method {
        command.method().unwrap_or(self.method)
    }

    fn variable(&self, name: &str) -> Option<&Command> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The row of texts that `command` makes here. Where choices are endless, a part cannot list all of its own.
    pub(super) fn row(&self, command: &Command, sampling: &mut Sampling) -> Result<Row, DynamicError> {
        let wanted = self.method_of(command);
        let method = if self.method.is_endless() && !wanted.is_endless() { self.method } else { wanted };
        let scope = Self { method, ..self.clone() };
        Ok(match command {
            Command::Literal(text) => Box::new(Fixed::new(text, method.is_endless())),
            Command::Sequence(parts) => scope.sequence(parts, sampling)?,
            Command::Variant(variant) if variant.values.is_empty() => Box::new(Fixed::nothing()),
            Command::Variant(variant) => match (method, &variant.values[..]) {
                // Choices that would come from a file: there are none.
                (_, [Command::Wildcard { .. }]) => Box::new(Fixed::nothing()),
                (Method::Random, [only]) => scope.row(only, sampling)?,
                (Method::Random, _) => Box::new(RandomVariant::new(variant.clone(), scope)),
                (Method::Cyclical, _) => Box::new(TurnVariant::new(variant, scope)),
                (Method::Combinatorial, _) => Box::new(AllVariants::new(variant.clone(), scope)),
            },
            Command::Wildcard { path, .. } => {
                let name = scope.first(path, sampling)?;
                Box::new(Fixed::new(&wrapped(&name), true))
            }
            Command::Assignment { name, .. } => return Err(DynamicError::OnlyAssignment(name.clone())),
            Command::Access { name, default } => {
                let value = scope.variable(name).or(default.as_deref()).filter(|value| !value.is_nothing());
                let value = value.ok_or_else(|| DynamicError::UnknownVariable(name.clone()))?.clone();
                if scope.open.contains(name) {
                    return Err(DynamicError::Recursion(name.clone()));
                }
                let mut open = (*scope.open).clone();
                open.push(name.clone());
                Self { open: Rc::new(open), ..scope }.row(&value, sampling)?
            }
            Command::Wrap { wrapper, inner } => {
                Box::new(Wrapped::new((**wrapper).clone(), (**inner).clone(), scope, sampling)?)
            }
        })
    }

    fn sequence(&self, parts: &[Command], sampling: &mut Sampling) -> Result<Row, DynamicError> {
        let (parts, scope) = self.assigned(parts, sampling)?;
        if scope.method == Method::Combinatorial {
            return Ok(Box::new(Combined::new(parts, scope, sampling)?));
        }
        let rows = parts.iter().map(|part| scope.row(part, sampling)).collect::<Result<_, _>>()?;
        Ok(Box::new(Joined::new(rows)))
    }

    /// The parts that are no assignments, and the scope with what those set.
    fn assigned(&self, parts: &[Command], sampling: &mut Sampling) -> Result<(Vec<Command>, Self), DynamicError> {
        let (mut others, mut set) = (Vec::new(), Vec::new());
        for part in parts {
            let Command::Assignment { name, value, immediate, overwrite } = part else {
                others.push(part.clone());
                continue;
            };
            let value = match self.variable(name) {
                Some(known) if !overwrite => known.clone(),
                _ if *immediate && !matches!(**value, Command::Literal(_)) => {
                    Command::Literal(self.first(value, sampling)?)
                }
                _ => (**value).clone(),
            };
            set.push((name.clone(), value));
        }
        let mut scope = self.clone();
        if !set.is_empty() {
            let mut variables = (*scope.variables).clone();
            variables.extend(set);
            scope.variables = Rc::new(variables);
        }
        Ok((others, scope))
    }

    fn first(&self, command: &Command, sampling: &mut Sampling) -> Result<String, DynamicError> {
        self.row(command, sampling)?.next(sampling)?.ok_or(DynamicError::RanOut)
    }
}

/// A wildcard nobody knows is left as it was written.
fn wrapped(name: &str) -> String {
    let before = if name.starts_with("__") { "" } else { "__" };
    let wrapped = format!("{before}{name}");
    if wrapped.ends_with("__") { wrapped } else { format!("{wrapped}__") }
}

/// Texts side by side. One alone stays as it is; of several, a separator at either end goes.
pub(super) fn joined(mut texts: Vec<String>, separator: &str) -> String {
    if texts.len() == 1 {
        return texts.remove(0);
    }
    let joined = texts.join(separator);
    if separator.is_empty() {
        return joined;
    }
    let joined = joined.strip_prefix(separator).unwrap_or(&joined);
    joined.strip_suffix(separator).unwrap_or(joined).to_owned()
}

/// The first `most` texts that `command` makes.
pub(super) fn prompts(
    command: &Command,
    scope: &Scope,
    most: usize,
    sampling: &mut Sampling,
) -> Result<Vec<String>, DynamicError> {
    let mut made = Vec::new();
    if most == 0 {
        return Ok(made);
    }
    let mut row = scope.row(command, sampling)?;
    while made.len() < most {
        let Some(prompt) = row.next(sampling)? else { break };
        sampling.count(&prompt)?;
        made.push(prompt);
    }
    Ok(made)
}
