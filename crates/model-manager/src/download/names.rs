//! Names that others choose: of a file in a repository, of a file in a header. They must stay where they are put.

use super::DownloadError;
use std::path::PathBuf;
use url::Url;

/// The longest name of a file that common file systems keep, with room for our endings.
const LONGEST: usize = 230;
/// The longest path in a repository.
const LONGEST_PATH: usize = 1000;
/// Folders within folders.
const DEEPEST: usize = 16;

/// Whether a name is one of a file in a folder, on any system: no way out, no drive, nothing hidden, no device.
fn is_plain(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |prefix: &str| stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest != "0");
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT");
    let has_bad = name.chars().any(|letter| letter.is_control() || "/\\:*?\"<>|".contains(letter));
    !name.is_empty()
        && name.len() <= LONGEST
        && !name.starts_with('.')
        && !name.ends_with([' ', '.'])
        && !has_bad
        && !is_device
}

/// A path in a repository as one of ours, made of plain names.
///
/// # Errors
/// When it is not.
pub(crate) fn relative_path(path: &str) -> Result<PathBuf, DownloadError> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = path.len() <= LONGEST_PATH && parts.len() <= DEEPEST && parts.iter().all(|part| is_plain(part));
    if fits { Ok(parts.iter().collect()) } else { Err(DownloadError::Name(path.chars().take(200).collect())) }
}

/// The name of a file that is downloaded into a folder: as the host calls it, else the end of its address.
pub(super) fn file_name(disposition: Option<&str>, url: &Url) -> Result<String, DownloadError> {
    if let Some(name) = disposition.and_then(named).filter(|name| is_plain(name)) {
        return Ok(name);
    }
    let end = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name = percent_decoded(end);
    if is_plain(&name) { Ok(name) } else { Err(DownloadError::Name(name.chars().take(200).collect())) }
}

/// The name in `Content-Disposition`: `filename*` of RFC 5987 before `filename`.
fn named(disposition: &str) -> Option<String> {
    let mut plain = None;
    for part in split_outside_quotes(disposition) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let (charset, rest) = value.split_once('\'')?;
                let encoded = rest.split_once('\'')?.1;
                if charset.eq_ignore_ascii_case("utf-8") {
                    return Some(percent_decoded(encoded));
                }
            }
            "filename" => plain = Some(unquoted(value)),
            _ => {}
        }
    }
    plain
}

fn split_outside_quotes(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    parts.push(part);
    parts
}

fn unquoted(value: &str) -> String {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value).to_owned()
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for path in ["model.safetensors", "unet/model.fp16.safetensors", "a b/c-d_e.json"] {
            assert_eq!(relative_path(path).unwrap(), PathBuf::from(path));
        }
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "..\\x",
            "C:x",
            "C:\\x",
            "a:b",
            ".hidden",
            "x/.git/config",
            "NUL",
            "com1.txt",
            "a\0b",
            "a\nb",
            "x. ",
            "..",
        ] {
            assert!(relative_path(path).is_err(), "{path:?}");
        }
        assert!(relative_path(&"a".repeat(300)).is_err());
        assert!(relative_path(&["a"; 40].join("/")).is_err());
    }

    fn name(disposition: Option<&str>, url: &str) -> Option<String> {
        file_name(disposition, &Url::parse(url).unwrap()).ok()
    }

    #[test]
    fn the_host_names_the_file_unless_it_names_no_file() {
        let url = "https://host.org/models/my%20lora.safetensors?x=1";
        assert_eq!(name(None, url).unwrap(), "my lora.safetensors");
        assert_eq!(name(Some("attachment; filename=\"a; b.safetensors\""), url).unwrap(), "a; b.safetensors");
        assert_eq!(name(Some("attachment; filename=plain.ckpt"), url).unwrap(), "plain.ckpt");
        let both = "attachment; filename=\"x.bin\"; filename*=UTF-8''%e2%82%ac.bin";
        assert_eq!(name(Some(both), url).unwrap(), "€.bin");
        for bad in ["attachment; filename=\"../../x\"", "attachment; filename=\"C:evil\"", "inline", "filename=\"\""] {
            assert_eq!(name(Some(bad), url).unwrap(), "my lora.safetensors", "{bad}");
        }
        assert_eq!(name(None, "https://host.org/a/%2e%2e%2fx"), None);
        assert_eq!(name(None, "https://host.org/"), None);
    }
}
