//! Asking a person, or whatever is piped in instead of one.

use crate::CommandError;
use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcsetattr};
use std::io::{BufRead as _, Read as _, Stdin, Write as _};

/// No answer is longer.
const MAX_BYTES: u64 = 4096;

/// The terminal, or the pipe in its place.
pub(crate) struct Terminal {
    input: Stdin,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self { input: std::io::stdin() }
    }

    /// The answer to a question, without the white space around it.
    pub(crate) fn ask(&self, question: &str) -> Result<String, CommandError> {
        Ok(self.line(question)?.trim().to_owned())
    }

    /// Whether the answer is yes.
    pub(crate) fn agrees(&self, question: &str) -> Result<bool, CommandError> {
        Ok(matches!(self.ask(question)?.to_lowercase().as_str(), "y" | "yes"))
    }

    /// An answer that does not appear on the screen, as it was typed.
    pub(crate) fn ask_hidden(&self, question: &str) -> Result<String, CommandError> {
        let quiet = Quiet::begin(&self.input);
        let answer = self.line(question);
        if quiet.is_some() {
            // The newline was not shown either.
            println!();
        }
        answer
    }

    /// One line of standard input without a question, for a password that another program hands over.
    pub(crate) fn handed_over(&self) -> Result<String, CommandError> {
        self.line("")
    }

    fn line(&self, question: &str) -> Result<String, CommandError> {
        print!("{question}");
        let failed = |error: std::io::Error| CommandError::NoAnswer(error.to_string());
        std::io::stdout().flush().map_err(failed)?;
        let mut line = String::new();
        let read = self.input.lock().take(MAX_BYTES).read_line(&mut line).map_err(failed)?;
        if read == 0 {
            return Err(CommandError::NoAnswer("the input ended".to_owned()));
        }
        let line = line.strip_suffix('\n').unwrap_or(&line);
        Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Quiet<'a> {
    input: &'a Stdin,
    before: Termios,
}

impl<'a> Quiet<'a> {
    /// `None` where there is no terminal, so nothing is shown anyway.
    fn begin(input: &'a Stdin) -> Option<Self> {
        if !isatty(input) {
            return None;
        }
        let before = tcgetattr(input).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
        tcsetattr(input, OptionalActions::Flush, &quiet).ok()?;
        Some(Self { input, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Nobody could be told of a failure in a better way than by a terminal that stays quiet.
        let _ = tcsetattr(self.input, OptionalActions::Flush, &self.before);
    }
}
