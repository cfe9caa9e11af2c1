//! Text files with prompts that nodes may read: those in one folder of the server, and no others, whoever asks. The
//! reference reads any file of the machine by its path.

use crate::service::failure;
use invoke_worker_protocol::wire::Failure;
use std::fs;
use std::path::Path;

/// The largest file that is read. A prompt has some hundred letters.
const MAX_BYTES: u64 = 1024 * 1024;

/// The text of the file at `path`, relative to `folder` or absolute within it.
pub(crate) fn read(folder: &Path, path: &str) -> Result<String, Failure> {
    // One answer for all that is not there, so that it tells nothing about the rest of the machine.
    let missing = || {
        let message = format!("There is no such file in the server's folder `prompts`: {path}");
        failure("FileNotFoundError", message)
    };
    let folder = folder.canonicalize().map_err(|_| missing())?;
    let file = folder.join(path).canonicalize().map_err(|_| missing())?;
    if !file.starts_with(&folder) {
        return Err(missing());
    }
    let metadata = fs::metadata(&file).map_err(|_| missing())?;
    if !metadata.is_file() {
        return Err(missing());
    }
    if metadata.len() > MAX_BYTES {
        return Err(failure("ValueError", format!("The file has more than {MAX_BYTES} bytes: {path}")));
    }
    let bytes = fs::read(&file).map_err(|_| missing())?;
    String::from_utf8(bytes).map_err(|_| failure("UnicodeDecodeError", format!("The file is not UTF-8: {path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_files_in_the_folder_are_read() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("prompts");
        fs::create_dir_all(folder.join("more")).unwrap();
        fs::write(folder.join("cats.txt"), "a cat\n").unwrap();
        fs::write(folder.join("more/dogs.txt"), "a dog\n").unwrap();
        fs::write(folder.join("broken.txt"), [0xff]).unwrap();
        fs::write(folder.join("huge.txt"), vec![b'x'; MAX_BYTES as usize + 1]).unwrap();
        fs::write(root.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret"), folder.join("link")).unwrap();

        let absolute = folder.join("cats.txt").to_string_lossy().into_owned();
        for (path, text) in [("cats.txt", "a cat\n"), ("more/dogs.txt", "a dog\n"), (absolute.as_str(), "a cat\n")] {
            assert_eq!(read(&folder, path).unwrap(), text);
        }
        let secret = root.path().join("secret").to_string_lossy().into_owned();
        for path in ["../secret", "link", "more", "", "none", secret.as_str(), "/etc/passwd"] {
            assert_eq!(read(&folder, path).unwrap_err().kind, "FileNotFoundError", "{path}");
        }
        assert_eq!(read(&folder, "huge.txt").unwrap_err().kind, "ValueError");
        assert_eq!(read(&folder, "broken.txt").unwrap_err().kind, "UnicodeDecodeError");
        assert_eq!(read(&root.path().join("nowhere"), "cats.txt").unwrap_err().kind, "FileNotFoundError");
    }
}
