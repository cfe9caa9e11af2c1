//! What the kernel keeps a worker from doing, whatever a model file or a node talks it into (Landlock): it writes no file,
//! starts no program, opens no TCP connection and sends no signal to others. It reads models wherever they are, and
//! devices are files it may write to.

use anyhow::{Context, Result};
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope,
};
use std::path::Path;

/// What is asked for; a kernel that knows less enforces what it knows.
const KNOWN: ABI = ABI::V6;

/// Shuts this thread in, and all it starts from now on. To be called before there are others.
///
/// # Errors
/// When the kernel has Landlock and refuses.
pub(crate) fn enter() -> Result<RulesetStatus> {
    enter_but_for(None)
}

/// The same, but files may be made and written in one folder.
///
/// # Errors
/// When the kernel has Landlock and refuses, or the folder is not there.
pub(crate) fn enter_but_for(folder: Option<&Path>) -> Result<RulesetStatus> {
    let devices = AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_write(KNOWN) | AccessFs::Execute)?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rule(PathBeneath::new(PathFd::new("/dev")?, devices))?;
    if let Some(folder) = folder {
        rules = rules.add_rule(PathBeneath::new(PathFd::new(folder)?, AccessFs::from_write(KNOWN)))?;
    }
    Ok(rules.restrict_self().context("entering the sandbox")?.ruleset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;

    #[test]
    fn inside_nothing_is_written_started_or_connected_to_and_models_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model.safetensors");
        std::fs::write(&model, "weights").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let status = enter().unwrap();
        if status == RulesetStatus::NotEnforced {
            assert!(std::fs::write(&model, "weights").is_ok(), "a kernel without Landlock forbids nothing");
            return;
        }
        assert_eq!(std::fs::read_to_string(&model).unwrap(), "weights");
        for refused in [
            std::fs::write(&model, "other").unwrap_err(),
            std::fs::write(folder.path().join("new"), "").unwrap_err(),
            std::fs::remove_file(&model).unwrap_err(),
            std::fs::create_dir(folder.path().join("folder")).unwrap_err(),
            Command::new("/bin/true").spawn().unwrap_err(),
        ] {
            assert_eq!(refused.kind(), PermissionDenied, "{refused}");
        }
        std::fs::write("/dev/null", "devices are open").unwrap();
        if status == RulesetStatus::FullyEnforced {
            let address = listener.local_addr().unwrap();
            assert_eq!(TcpStream::connect(address).unwrap_err().kind(), PermissionDenied);
        }
        std::thread::spawn(move || assert!(std::fs::remove_file(&model).is_err())).join().unwrap();
    }
}
