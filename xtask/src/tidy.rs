//! Rules of the repository that no compiler knows.

use crate::shell::{command, output, root};
use anyhow::{Result, bail};
use std::path::Path;

/// A source file longer than this can not be read in one sitting.
const LINE_LIMIT: usize = 700;

/// Checks every rule.
///
/// # Errors
/// When one is broken; all breaches are named.
pub(crate) fn run() -> Result<()> {
    let listing = output(&mut command("git", &["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let files: Vec<&str> = listing.lines().filter(|file| root().join(file).is_file()).collect();
    let mut problems = Vec::new();
    for file in &files {
        source_file(file, &mut problems)?;
    }
    migrations(&files, &mut problems);
    node_list(&files, &mut problems)?;
    for needed in
        ["LICENSE", "README.md", "CHANGELOG.md", "docs/architecture.md", "docs/adding.md", "docs/compatibility.md"]
    {
        if !files.contains(&needed) {
            problems.push(format!("{needed} is missing"));
        }
    }
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} rules of the repository are broken", problems.len());
    }
    println!("tidy: {} files", files.len());
    Ok(())
}

fn source_file(file: &str, problems: &mut Vec<String>) -> Result<()> {
    let extension = Path::new(file).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let generated = file.contains("/generated/") || file.ends_with(".d.ts") || file.contains("tests/fixtures/");
    let name = Path::new(file).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    if extension == "rs" {
        if name.chars().any(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')) {
            problems.push(format!("{file}: file names are in snake case"));
        }
        if ["utils", "common", "misc", "helpers"].contains(&name) {
            problems.push(format!("{file}: name the subject, not the drawer"));
        }
    }
    if !["rs", "ts", "tsx", "py", "sh", "toml", "md", "json", "yaml"].contains(&extension) || generated {
        return Ok(());
    }
    let Ok(text) = std::fs::read_to_string(root().join(file)) else {
        return Ok(());
    };
    let lines = text.lines().count();
    if ["rs", "ts", "tsx", "py"].contains(&extension) && lines > LINE_LIMIT {
        problems.push(format!("{file}: {lines} lines; one subject per file, at most {LINE_LIMIT}"));
    }
    if extension == "rs" && file != "xtask/src/tidy.rs" {
        for (word, reason) in
            [("#[ignore", "a test that does not run"), ("#[allow(", "`expect` notices when it is no longer needed")]
        {
            if text.contains(word) {
                problems.push(format!("{file}: `{word}`: {reason}"));
            }
        }
    }
    let lock_file = ["package-lock.json", "Cargo.lock"].iter().any(|lock| file.ends_with(lock));
    if lock_file && text.contains("\"resolved\"") {
        problems.push(format!("{file}: names a registry; set `omit-lockfile-registry-resolved=true`"));
    }
    Ok(())
}

/// `NNNN_what_it_does.sql`, numbered from 1 without gaps.
fn migrations(files: &[&str], problems: &mut Vec<String>) {
    let names = files.iter().filter_map(|file| file.strip_prefix("migrations/")).filter(|name| name.ends_with(".sql"));
    let mut numbered: Vec<&str> = names.filter(|name| *name != "schema.sql").collect();
    numbered.sort_unstable();
    for (index, name) in numbered.iter().enumerate() {
        if !name.starts_with(&format!("{:04}_", index + 1)) {
            problems.push(format!("migrations/{name}: expected number {:04}", index + 1));
        }
    }
}

/// Every node file is a word in the list of `crates/nodes/src/list.rs`.
fn node_list(files: &[&str], problems: &mut Vec<String>) -> Result<()> {
    let file = std::fs::read_to_string(root().join("crates/nodes/src/list.rs"))?;
    let Some((_, list)) = file.split_once("nodes! {") else {
        problems.push("crates/nodes/src/list.rs: no `nodes! {` list".into());
        return Ok(());
    };
    let list = list.split_once('}').map_or(list, |(list, _)| list);
    let words: Vec<&str> = list.split([',', ' ', '\n']).filter(|word| word.contains("::")).collect();
    for file in files.iter().filter_map(|file| file.strip_prefix("crates/nodes/src/")) {
        let Some((folder, name)) = file.trim_end_matches(".rs").split_once('/') else {
            continue;
        };
        let is_node = std::fs::read_to_string(root().join("crates/nodes/src").join(file))?.contains("node! {");
        let path = format!("{folder}::{name}");
        if is_node && !words.contains(&path.as_str()) {
            problems.push(format!("crates/nodes/src/{file}: not in the list `nodes!` of list.rs"));
        }
    }
    Ok(())
}
