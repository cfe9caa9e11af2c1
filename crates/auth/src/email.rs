//! E-mail addresses: what counts as one, and the form accounts are kept under. The rules and texts are those of the
//! reference, which asks the Python package `email-validator` and makes exceptions for names that exist in private
//! networks only. The domain is lower-cased and the local part is not, so two accounts may differ in its case.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Why a text is no e-mail address; the sentence is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EmailProblem(String);

const MAX_BYTES: usize = 254;
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// Names that lead nowhere in the public network; in a private one they may.
const SPECIAL_USE: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// Mailboxes whose name means the same in any case (RFC 2142).
const ROLES: [&str; 15] = [
    "info",
    "marketing",
    "sales",
    "support",
    "abuse",
    "noc",
    "security",
    "postmaster",
    "hostmaster",
    "usenet",
    "news",
    "webmaster",
    "www",
    "uucp",
    "ftp",
];

enum Refusal {
    /// Not an address.
    Invalid(String),
    /// An address, but not one the public network knows.
    Private,
}

fn invalid<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid(reason.into()))
}

/// The form an address is kept and looked up under.
pub fn normalize_email(text: &str) -> Result<String, EmailProblem> {
    match public_address(text) {
        Ok(address) => Ok(address),
        Err(Refusal::Invalid(reason)) => Err(EmailProblem(format!("Invalid email address: {reason}"))),
        Err(Refusal::Private) => private_address(text),
    }
}

/// An address in a private network is lower-cased as a whole.
fn private_address(text: &str) -> Result<String, EmailProblem> {
    let text = text.trim().to_lowercase();
    let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
    if domain == "localhost" || domain.contains('.') {
        return Ok(text);
    }
    Err(EmailProblem("Email domain must contain a dot or be 'localhost'".to_owned()))
}

fn public_address(text: &str) -> Result<String, Refusal> {
    let (local, domain) = split(text)?;
    let local = normal_local_part(local)?;
    if domain.is_empty() {
        return invalid("There must be something after the @-sign.");
    }
    if domain.starts_with('[') && domain.ends_with(']') {
        return invalid("A bracketed IP address after the @-sign is not allowed here.");
    }
    let domain = normal_domain(domain)?;
    let address = format!("{local}@{domain}");
    if text.len() > MAX_BYTES {
        return invalid(format!("The email address is too long {}.", excess(text, MAX_BYTES)));
    }
    if address.len() > MAX_BYTES {
        let bytes = address.len() - MAX_BYTES;
        let plural = if bytes > 1 { "s" } else { "" };
        return invalid(format!("The email address is too long after normalization ({bytes} byte{plural} too many)."));
    }
    Ok(address)
}

fn split(text: &str) -> Result<(&str, &str), Refusal> {
    // A quote hides what follows it; neither quotes nor names with angle brackets are accepted, so finding one suffices.
    match text.find(['@', '<', '"']) {
        Some(at) if text[at..].starts_with('@') => Ok((&text[..at], &text[at + 1..])),
        Some(at) if text[at..].starts_with('<') => {
            invalid("A display name and angle brackets around the email address are not permitted here.")
        }
        Some(0) => invalid("Quoting the part before the @-sign is not allowed here."),
        _ => match text.split_once('@') {
            Some(parts) => Ok(parts),
            None if text.contains('＠') => {
                invalid("The email address has the \"full-width\" at-sign (@) character instead of a regular at-sign.")
            }
            None if text.contains('﹫') => {
                invalid("The email address has the \"small commercial at\" character instead of a regular at-sign.")
            }
            None => invalid("An email address must have an @-sign."),
        },
    }
}

fn is_local_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_!#$%&'*+-/=?^`{|}~.".contains(character) || !character.is_ascii()
}

fn normal_local_part(local: &str) -> Result<String, Refusal> {
    if local.is_empty() {
        return invalid("There must be something before the @-sign.");
    }
    if let Some(listed) = list_of(local.chars().filter(|character| !is_local_character(*character))) {
        return invalid(format!("The email address contains invalid characters before the @-sign: {listed}."));
    }
    let start = "An email address cannot start with a period.";
    check_periods(local, start, "An email address cannot have a period immediately before the @-sign.")?;
    check_safe(local)?;
    let local: String = local.nfc().collect();
    if ROLES.contains(&local.to_ascii_lowercase().as_str()) {
        return Ok(local.to_ascii_lowercase());
    }
    Ok(local)
}

fn check_periods(text: &str, at_start: &str, at_end: &str) -> Result<(), Refusal> {
    if text.ends_with('.') {
        return invalid(at_end);
    }
    if text.starts_with('.') {
        return invalid(at_start);
    }
    if text.contains("..") {
        return invalid("An email address cannot have two periods in a row.");
    }
    Ok(())
}

fn check_hyphens(domain: &str) -> Result<(), Refusal> {
    if domain.ends_with('-') {
        return invalid("An email address cannot end with a hyphen.");
    }
    if domain.starts_with('-') {
        return invalid("An email address cannot have a hyphen immediately after the @-sign.");
    }
    if domain.contains(".-") || domain.contains("-.") {
        return invalid("An email address cannot have a period and a hyphen next to each other.");
    }
    Ok(())
}

/// Refuses characters that show nothing or change how others look.
fn check_safe(text: &str) -> Result<(), Refusal> {
    let unsafe_one = |(position, character): (usize, char)| {
        let hidden = character.is_control() || character.is_whitespace() || is_invisible(character);
        (hidden || (position == 0 && is_combining_mark(character))).then_some(character)
    };
    match list_of(text.chars().enumerate().filter_map(unsafe_one)) {
        Some(listed) => invalid(format!("The email address contains unsafe characters: {listed}.")),
        None => Ok(()),
    }
}

/// Format characters, private use and what is no character at all.
fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0x10FFFF)
}

fn is_domain_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.') || !character.is_ascii()
}

fn normal_domain(domain: &str) -> Result<String, Refusal> {
    if domain.chars().count() > MAX_DOMAIN {
        return invalid(format!("The email address is too long after the @-sign {}.", excess(domain, MAX_DOMAIN)));
    }
    if let Some(listed) = list_of(domain.chars().filter(|character| !is_domain_character(*character))) {
        return invalid(format!("The part after the @-sign contains invalid characters: {listed}."));
    }
    check_safe(domain)?;
    let domain = domain.to_lowercase().replace(['。', '．', '｡'], ".");
    let start = "An email address cannot have a period immediately after the @-sign.";
    check_periods(&domain, start, "An email address cannot end with a period.")?;
    check_hyphens(&domain)?;
    domain.split('.').try_for_each(check_label)?;
    let ascii = idna::domain_to_ascii(&domain)
        .or_else(|_| invalid("The part after the @-sign is invalid (it cannot be written in ASCII)."))?;
    for label in ascii.split('.') {
        if label.len() > MAX_LABEL {
            let excess = excess(label, MAX_LABEL);
            return invalid(format!("After the @-sign, periods cannot be separated by so many characters {excess}."));
        }
    }
    if !ascii.contains('.') {
        return Err(Refusal::Private);
    }
    if !ascii.ends_with(|last: char| last.is_ascii_alphabetic()) {
        return invalid("The part after the @-sign is not valid. It is not within a valid top-level domain.");
    }
    if SPECIAL_USE.iter().any(|name| ascii.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))) {
        return Err(Refusal::Private);
    }
    match idna::domain_to_unicode(&ascii) {
        (domain, Ok(())) => Ok(domain),
        (_, Err(_)) => invalid("The part after the @-sign is not valid IDNA."),
    }
}

fn check_label(label: &str) -> Result<(), Refusal> {
    let mut characters = label.chars();
    let two = (characters.next(), characters.next());
    if characters.as_str().starts_with("--") && two != (Some('x'), Some('n')) {
        return invalid(
            "An email address cannot have two letters followed by two dashes immediately after the @-sign or after a \
             period, except Punycode.",
        );
    }
    for (character, position) in label.chars().zip(1..) {
        // Symbols and pictures are no letters of any language (IDNA 2008).
        if !character.is_ascii() && !character.is_alphanumeric() && !is_combining_mark(character) {
            let code = u32::from(character);
            return invalid(format!(
                "The part after the @-sign is invalid (Codepoint U+{code:04X} at position {position} of '{label}' not allowed)."
            ));
        }
    }
    Ok(())
}

fn excess(text: &str, limit: usize) -> String {
    let more = text.chars().count().saturating_sub(limit);
    format!("({more} character{} too many)", if more > 1 { "s" } else { "" })
}

/// The characters, each once, in quotes where they can be seen; `None` if there are none.
fn list_of(characters: impl Iterator<Item = char>) -> Option<String> {
    let shown: BTreeSet<String> = characters.map(shown).collect();
    (!shown.is_empty()).then(|| shown.into_iter().collect::<Vec<_>>().join(", "))
}

fn shown(character: char) -> String {
    match character {
        ' ' => "SPACE".to_owned(),
        '\'' | '\\' => format!("\"{character}\""),
        _ if character.is_control() || character.is_whitespace() || is_invisible(character) => {
            format!("U+{:04X}", u32::from(character))
        }
        _ => format!("'{character}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Our text names characters that cannot be seen by their number, the reference's by their name.
    fn by_number(text: &str) -> String {
        text.replace("ZERO WIDTH SPACE", "U+200B").replace("RIGHT-TO-LEFT OVERRIDE", "U+202E")
    }

    #[test]
    fn addresses_are_read_as_the_reference_reads_them() {
        let recorded = include_str!("../../../tests/fixtures/reference/emails/addresses.json");
        let recorded: Vec<Value> = serde_json::from_str(recorded).unwrap();
        assert!(recorded.len() > 80);
        for entry in recorded {
            let address = entry["address"].as_str().unwrap();
            let expected = match entry["normalized"].as_str() {
                Some(normalized) => Ok(normalized.to_owned()),
                None => Err(EmailProblem(by_number(entry["problem"].as_str().unwrap()))),
            };
            assert_eq!(normalize_email(address), expected, "{address:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r"\PC{0,40}|[a-z@.<>\[\]-]{0,30}|.{0,20}") {
            let _ = normalize_email(&text);
        }

        #[test]
        fn whatever_is_accepted_is_an_address(text in r"[ -~]{0,30}@[ -~]{0,20}|\PC{0,20}@\PC{0,12}\.(com|local)") {
            if let Ok(normal) = normalize_email(&text) {
                let (local, domain) = normal.rsplit_once('@').unwrap();
                prop_assert!(!local.is_empty() && !domain.is_empty(), "{normal:?}");
                prop_assert!(domain == "localhost" || domain.contains('.'), "{normal:?}");
                prop_assert_eq!(domain.to_lowercase(), domain, "a domain is kept in lower case");
                prop_assert!(normal.len() <= 4 * text.len() + MAX_BYTES);
            }
        }

        #[test]
        fn the_case_of_a_domain_does_not_matter(local in "[a-z0-9]{1,10}", domain in r"[a-z0-9]{1,10}\.(com|de|test)") {
            let written = |domain: &str| normalize_email(&format!("{local}@{domain}"));
            prop_assert_eq!(written(&domain.to_uppercase()), written(&domain));
            prop_assert_eq!(written(&domain), Ok(format!("{local}@{domain}")));
        }

        #[test]
        fn what_is_normal_stays_so(text in r"[a-zA-Z0-9.+]{1,12}@[a-zA-Z0-9-]{1,8}\.(com|LOCAL|De|bücher)") {
            if let Ok(normal) = normalize_email(&text) {
                prop_assert_eq!(normalize_email(&normal), Ok(normal.clone()));
            }
        }
    }
}
