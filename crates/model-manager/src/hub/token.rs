//! The person's token for Hugging Face. It lies where the hub's own programs keep it, so that whoever signed in with one of
//! them is signed in here.

use parking_lot::Mutex;
use std::io;
use std::path::PathBuf;

/// The longest token that is read.
const LONGEST: u64 = 4096;

/// Where the token comes from.
#[derive(Debug, Default)]
pub struct HubToken {
    /// From the environment (`HF_TOKEN`), before the file.
    fixed: Option<String>,
    /// `$HF_HOME/token`, readable by its owner only. None keeps no token.
    file: Option<PathBuf>,
    writing: Mutex<()>,
}

impl HubToken {
    /// A token that is given (`fixed`) or kept in a file.
    pub fn new(fixed: Option<String>, file: Option<PathBuf>) -> Self {
        Self { fixed: fixed.as_deref().and_then(clean), file, writing: Mutex::default() }
    }

    /// The token, if there is one.
    pub(crate) fn get(&self) -> Option<String> {
        if self.fixed.is_some() {
            return self.fixed.clone();
        }
        let file = self.file.as_ref()?;
        let short = std::fs::metadata(file).ok()?.len() <= LONGEST;
        short.then(|| clean(&std::fs::read_to_string(file).ok()?))?
    }

    /// Keeps a token, or forgets the one that is kept.
    pub(crate) fn set(&self, token: Option<&str>) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let _one_at_a_time = self.writing.lock();
        let Some(token) = token else {
            return match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        crate::install::write_private(file, token.as_bytes())
    }
}

/// A token without what editors and the clipboard add; nothing for one that could not be sent.
fn clean(text: &str) -> Option<String> {
    let bare = text.replace(['\r', '\n'], "").trim().to_owned();
    let fits = !bare.is_empty() && bare.len() <= 1024 && bare.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_token_is_kept_for_its_owner_only_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("huggingface/token");
        let token = HubToken::new(None, Some(file.clone()));
        assert_eq!(token.get(), None);
        token.set(Some("hf_one")).unwrap();
        assert_eq!(token.get().as_deref(), Some("hf_one"));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        token.set(None).unwrap();
        token.set(None).unwrap();
        assert_eq!(token.get(), None);
    }

    #[test]
    fn the_environment_comes_before_the_file_and_line_ends_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "hf_file\r\n").unwrap();
        assert_eq!(HubToken::new(None, Some(file.clone())).get().as_deref(), Some("hf_file"));
        assert_eq!(HubToken::new(Some(" hf_env\n".into()), Some(file.clone())).get().as_deref(), Some("hf_env"));
        std::fs::write(&file, "two words").unwrap();
        assert_eq!(HubToken::new(Some(String::new()), Some(file)).get(), None);
    }
}
