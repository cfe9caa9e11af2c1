//! What `cargo xtask dist` packs, unpacked elsewhere, is a server that runs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tests::process::{ServerProcess, executable};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a program that must succeed, and returns what it prints.
fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Packs the executables beside this test, without libtorch, which would only be copied; unpacks them into `folder`.
fn unpacked(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    let binaries = executable("invokeai-web").parent().unwrap().to_owned();
    let mut xtask = Command::new(executable("xtask"));
    xtask.args(["dist", "--without-libtorch", "--fast", "--binaries"]).arg(binaries).arg("--out").arg(&out);
    let said = done(&mut xtask);
    let archive = PathBuf::from(said.lines().last().unwrap());
    assert!(archive.starts_with(&out) && archive.to_str().unwrap().ends_with("-linux-x86_64.tar.gz"), "{said}");
    let place = folder.join("place");
    std::fs::create_dir(&place).unwrap();
    done(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&place));
    let mut entries = std::fs::read_dir(&place).unwrap();
    let top = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none(), "one folder at the top");
    top
}

#[test]
fn a_packed_release_serves_from_wherever_it_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let top = unpacked(folder.path());

    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(top.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let commands = ["invoke-useradd", "invoke-userdel", "invoke-userlist", "invoke-usermod"];
    let programs = commands.iter().copied().chain(["invokeai-web", "invokeai-worker"]);
    assert_eq!(names("bin"), programs.map(str::to_owned).collect());
    assert!(names("docs").is_superset(&["admin-guide.md", "api-guide.md", "user-guide.md"].map(str::to_owned).into()));

    let unit = std::fs::read_to_string(top.join("systemd/invokeai-rs.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/opt/invokeai-rs/")).unwrap();
    assert!(top.join(start.split(' ').next().unwrap()).exists(), "{start}");
    let recipe = std::fs::read_to_string(top.join("Containerfile")).unwrap();
    let sources = recipe.lines().filter_map(|line| line.strip_prefix("COPY "));
    for source in sources.flat_map(|line| line.split(' ').rev().skip(1)).filter(|source| *source != "lib") {
        assert!(top.join(source).exists(), "the recipe copies {source}");
    }

    let rust = std::fs::read_to_string(top.join("licences/rust.txt")).unwrap();
    let web = std::fs::read_to_string(top.join("licences/web.txt")).unwrap();
    assert!(rust.contains("\nactix-web 4") && rust.contains("\ntch 0.24.0") && !rust.contains("\nproptest "), "{rust}");
    assert!(web.contains("\nreact 19") && web.contains("Meta Platforms") && !web.contains("\nvitest "), "{web}");

    for name in commands {
        let said = done(Command::new(top.join("bin").join(name)).arg("--version").env_clear());
        assert_eq!(said.trim(), format!("{name} {}", env!("CARGO_PKG_VERSION")));
    }
    // Where the worker looks for libtorch first.
    let worker = std::fs::read(top.join("bin/invokeai-worker")).unwrap();
    assert!(worker.windows(14).any(|bytes| bytes == b"$ORIGIN/../lib"));

    let root = folder.path().join("root");
    let mut command = Command::new(top.join("bin/invokeai-web"));
    command.env_clear().arg("--root").arg(&root).args(["--port", "0"]).env("INVOKEAI_STARTER_MODEL", "false");
    let server = ServerProcess::launch(command);
    assert_eq!(server.get("/api/v1/app/version")["version"], "6.14.2");
    server.stop();
}
