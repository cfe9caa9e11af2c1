//! Rows that put other rows together.

use super::DynamicError;
use super::command::Command;
use super::sample::{Row, Sampling, Scope, Texts, joined};

/// One text: once, for ever, or not at all.
pub(super) struct Fixed {
    text: String,
    left: Option<u64>,
}

impl Fixed {
    pub(super) fn new(text: &str, endless: bool) -> Self {
        Self { text: text.to_owned(), left: (!endless).then_some(1) }
    }

    pub(super) fn nothing() -> Self {
        Self { text: String::new(), left: Some(0) }
    }
}

impl Texts for Fixed {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        match &mut self.left {
            Some(0) => return Ok(None),
            Some(left) => *left -= 1,
            None => {}
        }
        sampling.count(&self.text)?;
        Ok(Some(self.text.clone()))
    }
}

/// The next of each row, side by side.
pub(super) struct Joined(Vec<Row>);

impl Joined {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }
}

impl Texts for Joined {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        let mut texts = Vec::with_capacity(self.0.len());
        for row in &mut self.0 {
            texts.push(row.next(sampling)?.ok_or(DynamicError::RanOut)?);
        }
        let text = joined(texts, "");
        sampling.count(&text)?;
        Ok(Some(text))
    }
}

/// Every combination of the parts of a sequence. Parts that never end give their next text to each combination of what
/// follows them; two that are written alike share one row.
pub(super) struct Combined {
    parts: Vec<Command>,
    scope: Scope,
    endless: Vec<(Command, Row, Option<String>)>,
    /// One per part, from the first on, as far as they have been opened.
    levels: Vec<Level>,
    started: bool,
}

enum Level {
    Finite { row: Row, text: String },
    Endless,
}

impl Combined {
    pub(super) fn new(parts: Vec<Command>, scope: Scope, sampling: &mut Sampling) -> Result<Self, DynamicError> {
        let mut endless = Vec::new();
        for part in &parts {
            if part.method() == Some(super::command::Method::Combinatorial) {
                continue;
            }
            // Also of parts that end the first text is drawn, as the library does it: chance advances by that.
            let mut row = scope.row(part, sampling)?;
            let first = row.next(sampling)?.ok_or(DynamicError::RanOut)?;
            if scope.method_of(part).is_endless() {
                endless.push((part.clone(), row, Some(first)));
            }
        }
        Ok(Self { parts, scope, endless, levels: Vec::new(), started: false })
    }

    /// The next text of an endless part.
    fn drawn(&mut self, part: usize, sampling: &mut Sampling) -> Result<String, DynamicError> {
        let part = &self.parts[part];
        let found = self.endless.iter_mut().find(|(known, _, _)| known == part);
        let (_, row, waiting) = found.ok_or(DynamicError::RanOut)?;
        let text = waiting.take();
        *waiting = row.next(sampling)?;
        Ok(text.unwrap_or_default())
    }

    /// Opens the levels after the last one; false when one of them has no text at all.
    fn open(&mut self, sampling: &mut Sampling) -> Result<bool, DynamicError> {
        while self.levels.len() < self.parts.len() {
            let part = &self.parts[self.levels.len()];
            if self.scope.method_of(part).is_endless() {
                self.levels.push(Level::Endless);
                continue;
            }
            let mut row = self.scope.row(part, sampling)?;
            match row.next(sampling)? {
                Some(text) => self.levels.push(Level::Finite { row, text }),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Advances the last level that can; false when none can.
    fn advance(&mut self, sampling: &mut Sampling) -> Result<bool, DynamicError> {
        while let Some(level) = self.levels.last_mut() {
            if let Level::Finite { row, text } = level
                && let Some(next) = row.next(sampling)?
            {
                *text = next;
                return Ok(true);
            }
            self.levels.pop();
        }
        Ok(false)
    }
}

impl Texts for Combined {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        if self.started && !self.advance(sampling)? {
            return Ok(None);
        }
        self.started = true;
        while !self.open(sampling)? {
            if !self.advance(sampling)? {
                return Ok(None);
            }
        }
        let mut texts = vec![String::new(); self.parts.len()];
        // Endless parts are drawn from the last to the first.
        for index in (0..self.parts.len()).rev() {
            texts[index] = match &self.levels[index] {
                Level::Finite { text, .. } => text.clone(),
                Level::Endless => self.drawn(index, sampling)?,
            };
        }
        let text = texts.concat();
        sampling.count(&text)?;
        Ok(Some(text))
    }
}

/// One row around another.
pub(super) struct Wrapped {
    inner: Command,
    scope: Scope,
    wrappers: Row,
    inners: Row,
    /// The wrapper around which all inner texts go, where they end.
    wrapper: Option<String>,
}

impl Wrapped {
    pub(super) fn new(
        wrapper: Command,
        inner: Command,
        scope: Scope,
        sampling: &mut Sampling,
    ) -> Result<Self, DynamicError> {
        // Where rows end, nothing to wrap or nothing around it makes nothing.
        let row = |command: &Command, sampling: &mut Sampling| -> Result<Row, DynamicError> {
            if command.is_nothing() && !scope.method.is_endless() {
                return Ok(Box::new(Fixed::nothing()));
            }
            scope.row(command, sampling)
        };
        let (wrappers, inners) = (row(&wrapper, sampling)?, row(&inner, sampling)?);
        Ok(Self { inner, scope, wrappers, inners, wrapper: None })
    }
}

impl Texts for Wrapped {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        if self.scope.method.is_endless() {
            let (Some(wrapper), Some(inner)) = (self.wrappers.next(sampling)?, self.inners.next(sampling)?) else {
                return Ok(None);
            };
            return Ok(Some(around(&wrapper, &inner)));
        }
        loop {
            let wrapper = match self.wrapper.take() {
                Some(wrapper) => wrapper,
                None => match self.wrappers.next(sampling)? {
                    Some(wrapper) => wrapper,
                    None => return Ok(None),
                },
            };
            if let Some(inner) = self.inners.next(sampling)? {
                let text = around(&wrapper, &inner);
                self.wrapper = Some(wrapper);
                return Ok(Some(text));
            }
            if self.inner.is_nothing() {
                return Ok(None);
            }
            self.inners = self.scope.row(&self.inner, sampling)?;
        }
    }
}

/// `inner` where `wrapper` has three dots or more, or a sign of dots; at its end where it has none.
fn around(wrapper: &str, inner: &str) -> String {
    const SIGNS: [char; 7] = ['\u{1801}', '\u{2026}', '\u{22ee}', '\u{22ef}', '\u{22f0}', '\u{22f1}', '\u{fe19}'];
    let signs = wrapper.find(SIGNS);
    let dots = wrapper.find("...");
    let (start, length) = match (signs, dots) {
        (Some(signs), dots) if dots.is_none_or(|dots| signs < dots) => {
            let rest = wrapper[signs..].trim_start_matches(SIGNS);
            (signs, wrapper.len() - signs - rest.len())
        }
        (_, Some(dots)) => (dots, wrapper.len() - dots - wrapper[dots..].trim_start_matches('.').len()),
        _ => return format!("{wrapper}{inner}"),
    };
    format!("{}{inner}{}", &wrapper[..start], &wrapper[start + length..])
}
