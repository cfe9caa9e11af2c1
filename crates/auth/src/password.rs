//! Passwords: hashing, verifying, and making one up.

use crate::policy::is_special;
use crate::{AuthError, PasswordPolicy};
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use invoke_domain::Random;

/// bcrypt reads no further; the reference cuts there.
const BCRYPT_BYTES: usize = 72;

/// What hashing a password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes that could run at the same time.
    pub lanes: u32,
}

impl Default for HashCost {
    /// What OWASP recommends for argon2id: 19 MiB, two passes, one lane. About 20 ms, which a person does not notice and
    /// somebody who tries a word list does.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

impl HashCost {
    /// As little as the algorithm allows, for tests.
    pub const MINIMUM: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// How a password compares with a stored hash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, and the hash should be replaced by one of today's kind.
    RightButOutdated,
}

/// Makes and checks hashes at one cost.
#[derive(Debug)]
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    // Hashes no password has, to spend on an address that has no account the time an account would take.
    decoy: String,
    bcrypt_decoy: String,
    /// What the last comparisons cost.
    #[cfg(test)]
    spent: parking_lot::Mutex<Vec<&'static str>>,
}

impl Hasher {
    pub(crate) fn new(cost: HashCost, random: &dyn Random) -> Result<Self, AuthError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let (mut salt, mut output) = ([0; 16], [0; 32]);
        random.fill(&mut salt);
        random.fill(&mut output);
        let decoy = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: argon2.params().try_into().map_err(failed)?,
            salt: Some(Salt::new(&salt).map_err(failed)?),
            hash: Some(Output::new(&output).map_err(failed)?),
        };
        // The reference's cost; any salt and any digest will do.
        let bcrypt_decoy = format!("$2b$12${}{}", "abcdefghijklmnopqrstuu", "a".repeat(30) + "e");
        Ok(Self {
            argon2,
            decoy: decoy.to_string(),
            bcrypt_decoy,
            #[cfg(test)]
            spent: parking_lot::Mutex::default(),
        })
    }

    /// A PHC string for the password.
    pub(crate) fn hash(&self, password: &str, random: &dyn Random) -> Result<String, AuthError> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let hash: PasswordHash = self.argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(failed)?;
        Ok(hash.to_string())
    }

    /// Compares a password with the stored hash of an account; `None` for no account. While `bcrypt_in_use` says that
    /// some account still has a hash of that kind, each comparison costs the same for every kind of account and for none.
    pub(crate) fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
        bcrypt_in_use: bool,
    ) -> Result<Verdict, AuthError> {
        let stored = stored.filter(|hash| !hash.is_empty());
        let is_bcrypt = stored.is_some_and(|hash| hash.starts_with("$2"));
        let (argon2, bcrypt) = match stored {
            Some(hash) if is_bcrypt => (self.decoy.as_str(), hash),
            Some(hash) => (hash, self.bcrypt_decoy.as_str()),
            None => (self.decoy.as_str(), self.bcrypt_decoy.as_str()),
        };
        let argon2 = PasswordHash::new(argon2).map_err(failed)?;
        #[cfg(test)]
        self.spent.lock().push("argon2");
        let right_for_argon2 = self.argon2.verify_password(password.as_bytes(), &argon2).is_ok();
        #[cfg(test)]
        if bcrypt_in_use || is_bcrypt {
            self.spent.lock().push("bcrypt");
        }
        let right_for_bcrypt =
            (bcrypt_in_use || is_bcrypt) && bcrypt::verify(cut_for_bcrypt(password), bcrypt).map_err(failed)?;
        Ok(match stored {
            None => Verdict::Wrong,
            Some(_) if is_bcrypt && right_for_bcrypt => Verdict::RightButOutdated,
            Some(_) if !is_bcrypt && right_for_argon2 => self.judge_age(&argon2),
            Some(_) => Verdict::Wrong,
        })
    }

    fn judge_age(&self, hash: &PasswordHash) -> Verdict {
        let now = self.argon2.params();
        let same = Params::try_from(hash).is_ok_and(|then| {
            (then.m_cost(), then.t_cost(), then.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
        });
        if same && hash.algorithm == Algorithm::Argon2id.ident() { Verdict::Right } else { Verdict::RightButOutdated }
    }
}

fn failed(error: impl std::fmt::Display) -> AuthError {
    AuthError::Hash(error.to_string())
}

/// The part of a password that bcrypt was given: whole characters within 72 bytes.
fn cut_for_bcrypt(password: &str) -> &str {
    let mut end = password.len().min(BCRYPT_BYTES);
    while !password.is_char_boundary(end) {
        end -= 1;
    }
    &password[..end]
}

/// A password of 16 printable characters, more if the rules ask for more, that keeps the rules and has at least one
/// upper-case letter, one lower-case letter and one digit.
pub fn generate_password(random: &dyn Random, policy: &PasswordPolicy) -> String {
    let length = policy.least_length().max(16);
    let printable = b'!'..=b'~';
    loop {
        let mut password = String::with_capacity(length);
        while password.len() < length {
            let mut byte = [0];
            random.fill(&mut byte);
            // Seven bits, and what is no printable character is thrown away: every character stays equally likely.
            let character = byte[0] & 0x7f;
            if printable.contains(&character) {
                password.push(char::from(character));
            }
        }
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        let varied = has(char::is_uppercase) && has(char::is_lowercase) && has(char::is_numeric);
        if varied && (has(is_special) || !policy.require_special) {
            return password;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;

    fn hasher() -> Hasher {
        Hasher::new(HashCost::MINIMUM, &OsRandom).unwrap()
    }

    #[test]
    fn a_hash_is_a_phc_string_that_fits_its_password_alone() {
        let hasher = hasher();
        let hash = hasher.hash("secret", &OsRandom).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash("secret", &OsRandom).unwrap());
        assert_eq!(hasher.verify("secret", Some(&hash), false).unwrap(), Verdict::Right);
        assert_eq!(hasher.verify("Secret", Some(&hash), false).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_long_password_is_not_cut() {
        let hasher = hasher();
        let long = "x".repeat(100);
        let hash = hasher.hash(&format!("{long}a"), &OsRandom).unwrap();
        assert_eq!(hasher.verify(&format!("{long}b"), Some(&hash), false).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_another_cost_is_outdated() {
        let dear = Hasher::new(HashCost { passes: 2, ..HashCost::MINIMUM }, &OsRandom).unwrap();
        let hash = hasher().hash("secret", &OsRandom).unwrap();
        assert_eq!(dear.verify("secret", Some(&hash), false).unwrap(), Verdict::RightButOutdated);
    }

    #[test]
    fn a_bcrypt_hash_is_accepted_and_outdated() {
        // From the implementation of Solar Designer and others: the empty-salted test vector of "U*U".
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert_eq!(hasher().verify("U*U", Some(hash), true).unwrap(), Verdict::RightButOutdated);
        assert_eq!(hasher().verify("U*V", Some(hash), true).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn what_bcrypt_never_read_does_not_count() {
        let long = format!("{}é", "a".repeat(71));
        assert_eq!(cut_for_bcrypt(&long), "a".repeat(71), "half a character is dropped");
        let hash = bcrypt::hash("a".repeat(71), 4).unwrap();
        assert_eq!(hasher().verify(&long, Some(&hash), true).unwrap(), Verdict::RightButOutdated);
    }

    #[test]
    fn no_password_opens_what_has_none() {
        let hasher = hasher();
        assert_eq!(hasher.verify("", None, false).unwrap(), Verdict::Wrong);
        assert_eq!(hasher.verify("", Some(""), false).unwrap(), Verdict::Wrong);
        assert_eq!(hasher.verify("a", None, true).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_generated_password_keeps_the_rules_and_is_never_the_same() {
        let plain = PasswordPolicy::default();
        let long = PasswordPolicy { min_length: Some(20), require_special: true, ..plain };
        for (policy, length) in [(plain, 16), (long, 20)] {
            let passwords: std::collections::HashSet<String> =
                (0..50).map(|_| generate_password(&OsRandom, &policy)).collect();
            assert_eq!(passwords.len(), 50);
            for password in passwords {
                assert_eq!(password.len(), length);
                assert_eq!(policy.check(&password), Ok(()), "{password}");
                assert!(password.chars().all(|character| character.is_ascii_graphic()), "{password}");
            }
        }
    }

    #[test]
    fn an_unknown_account_costs_the_hashes_an_account_would() {
        let hasher = hasher();
        let argon2 = hasher.hash("secret", &OsRandom).unwrap();
        let bcrypt = bcrypt::hash("secret", 4).unwrap();
        let cost = |stored: Option<&str>, bcrypt_in_use| {
            hasher.spent.lock().clear();
            hasher.verify("wrong", stored, bcrypt_in_use).unwrap();
            hasher.spent.lock().clone()
        };
        for bcrypt_in_use in [false, true] {
            let unknown = cost(None, bcrypt_in_use);
            assert_eq!(unknown.len(), 1 + usize::from(bcrypt_in_use));
            assert_eq!(cost(Some(&argon2), bcrypt_in_use), unknown);
            assert_eq!(cost(Some(""), bcrypt_in_use), unknown, "an account without a password");
        }
        assert_eq!(cost(Some(&bcrypt), true), cost(None, true));
    }
}
