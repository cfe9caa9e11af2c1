//! Which passwords are accepted, and for how long.

use jiff::SignedDuration;

/// Longer input costs time before it is refused anyway; no person types this much.
pub(crate) const MAX_BYTES: usize = 1024;

/// The shortest password the strict rules accept, in characters.
const STRICT_LENGTH: usize = 8;

/// Why a new password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// There is none.
    #[error("Password cannot be empty")]
    Empty,
    /// Too few characters.
    #[error("Password must be at least {least} characters long")]
    TooShort {
        /// How many there must be.
        least: usize,
    },
    /// Not all three kinds of characters.
    #[error("Password must contain uppercase, lowercase, and numbers")]
    TooUniform,
    /// Letters and digits only.
    #[error("Password must contain a special character, such as !@#$%^&*")]
    NothingSpecial,
    /// One of the last ones.
    #[error("Password must not be one of the last {last} used")]
    Reused {
        /// How many are remembered, the one in use among them.
        last: usize,
    },
    /// More than 1024 bytes.
    #[error("Password must not be longer than 1024 bytes")]
    TooLong,
}

/// The rules for new passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Eight characters, and upper case, lower case and digits among them.
    pub strict: bool,
    /// At least so many characters, if that is more.
    pub min_length: Option<usize>,
    /// A character that is neither letter nor digit.
    pub require_special: bool,
    /// So many passwords, the one in use among them, cannot be chosen again; 0 for no such rule.
    pub history: usize,
    /// A password older than this is to be changed after signing in.
    pub max_age: Option<SignedDuration>,
}

impl Default for PasswordPolicy {
    /// The strict rules and nothing else.
    fn default() -> Self {
        Self { strict: true, min_length: None, require_special: false, history: 0, max_age: None }
    }
}

impl PasswordPolicy {
    /// Checks a new password against every rule but the one about former ones, which needs the account.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn check(&self, password: &str) -> Result<(), PasswordProblem> {
        if password.len() > MAX_BYTES {
            return Err(PasswordProblem::TooLong);
        }
        if password.is_empty() && !self.strict {
            return Err(PasswordProblem::Empty);
        }
        let least = self.least_length();
        if password.chars().count() < least {
            return Err(PasswordProblem::TooShort { least });
        }
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        if self.strict && !(has(char::is_uppercase) && has(char::is_lowercase) && has(char::is_numeric)) {
            return Err(PasswordProblem::TooUniform);
        }
        if self.require_special && !has(is_special) {
            return Err(PasswordProblem::NothingSpecial);
        }
        Ok(())
    }

    /// The fewest characters a password may have.
    pub fn least_length(&self) -> usize {
        let strict = if self.strict { STRICT_LENGTH } else { 1 };
        self.min_length.unwrap_or(strict).max(strict)
    }

    /// How many hashes are worth keeping: the one in use always is, for its age.
    pub(crate) fn kept(&self) -> usize {
        self.history.max(1)
    }
}

pub(crate) fn is_special(character: char) -> bool {
    !character.is_alphanumeric() && !character.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: PasswordPolicy =
        PasswordPolicy { strict: true, min_length: None, require_special: false, history: 0, max_age: None };
    const LAX: PasswordPolicy = PasswordPolicy { strict: false, ..STRICT };

    #[test]
    fn the_strict_rules_ask_for_length_then_for_variety() {
        assert_eq!(STRICT.check("Ab1"), Err(PasswordProblem::TooShort { least: 8 }));
        assert_eq!(STRICT.check(""), Err(PasswordProblem::TooShort { least: 8 }));
        assert_eq!(STRICT.check("abcdefgh1"), Err(PasswordProblem::TooUniform));
        assert_eq!(STRICT.check("ABCDEFGH1"), Err(PasswordProblem::TooUniform));
        assert_eq!(STRICT.check("Abcdefghi"), Err(PasswordProblem::TooUniform));
        assert_eq!(STRICT.check("Abcdefg1"), Ok(()));
        assert_eq!(STRICT.check("Äöüßäöü1"), Ok(()));
    }

    #[test]
    fn the_lax_rules_ask_for_something() {
        assert_eq!(LAX.check(""), Err(PasswordProblem::Empty));
        assert_eq!(LAX.check("a"), Ok(()));
        assert_eq!(LAX.check(&"a".repeat(1025)), Err(PasswordProblem::TooLong));
        assert_eq!(LAX.check(&"a".repeat(1024)), Ok(()));
    }

    #[test]
    fn a_longer_minimum_counts_and_a_shorter_one_does_not_weaken_the_strict_rules() {
        let twelve = PasswordPolicy { min_length: Some(12), ..STRICT };
        assert_eq!(twelve.check("Abcdefghij1"), Err(PasswordProblem::TooShort { least: 12 }));
        assert_eq!(twelve.check("Abcdefghijk1"), Ok(()));
        assert_eq!(PasswordPolicy { min_length: Some(4), ..STRICT }.check("Abc1"), STRICT.check("Abc1"));
        assert_eq!(
            PasswordPolicy { min_length: Some(4), ..LAX }.check("abc"),
            Err(PasswordProblem::TooShort { least: 4 })
        );
    }

    #[test]
    fn a_special_character_is_neither_letter_nor_digit() {
        let special = PasswordPolicy { require_special: true, ..STRICT };
        assert_eq!(special.check("Abcdefg1"), Err(PasswordProblem::NothingSpecial));
        assert_eq!(special.check("Äbcdefg1"), Err(PasswordProblem::NothingSpecial));
        assert_eq!(special.check("Abcdef1!"), Ok(()));
        assert_eq!(special.check("Abcde 1x"), Ok(()));
    }
}
