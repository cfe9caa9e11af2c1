//! Every command of the guides does what it says, in the order a reader meets them.

use invoke_tests::guides::{Reader, blocks};
use std::path::Path;

#[test]
fn the_administrator_guide_can_be_followed_from_top_to_bottom() {
    let not_run = Reader::new().follow("admin-guide.md");
    // Both would change the machine itself.
    assert_eq!(
        not_run,
        [
            "sudo useradd --system --home-dir /var/lib/invokeai --shell /usr/sbin/nologin invokeai",
            "podman build --tag invokeai-rs ."
        ]
    );
}

#[test]
fn the_api_guide_can_be_followed_from_top_to_bottom() {
    let not_run = Reader::with_administrator().follow("api-guide.md");
    // Needs a package of Python; `official_client.rs` listens in the same way.
    assert_eq!(not_run, ["import socketio"]);
}

#[test]
fn the_user_guide_needs_no_commands() {
    assert_eq!(blocks("user-guide.md"), []);
}

#[test]
fn the_guides_name_files_and_headings_that_are_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for guide in ["admin-guide.md", "user-guide.md", "api-guide.md"] {
        let text = std::fs::read_to_string(docs.join(guide)).unwrap();
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if target.starts_with("http") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { guide } else { file };
            let linked = std::fs::read_to_string(docs.join(file));
            let linked = linked.unwrap_or_else(|error| panic!("{guide} names {target}: {error}"));
            let anchors = || linked.lines().filter(|line| line.starts_with('#')).map(anchor);
            assert!(heading.is_empty() || anchors().any(|anchor| anchor == heading), "{guide} names {target}");
        }
    }
}

/// The fragment that leads to a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
