//! Who may import whom, as data, compared with `cargo metadata`; and that libtorch stays right of the line.

use crate::shell::{cargo, output};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A crate and what it may import of ours. Test-only imports are free: tests may look at everything.
const TABLE: [(&str, &[&str]); 26] = [
    ("domain", &[]),
    ("config", &[]),
    ("socketio", &[]),
    ("imaging", &[]),
    ("tensor-files", &[]),
    ("prompts", &[]),
    ("graph", &["domain"]),
    ("permissions", &["domain"]),
    ("events", &["domain"]),
    ("worker-protocol", &["domain"]),
    ("engine-sys", &[]),
    ("storage", &["domain", "permissions"]),
    ("engine", &["engine-sys", "tensor-files", "prompts"]),
    ("queue", &["domain", "graph", "permissions", "prompts", "events", "storage"]),
    ("auth", &["domain", "imaging", "tensor-files", "prompts", "graph", "permissions", "events", "storage"]),
    ("library", &["domain", "imaging", "tensor-files", "prompts", "graph", "permissions", "events", "storage"]),
    ("model-manager", &["domain", "imaging", "tensor-files", "prompts", "graph", "permissions", "events", "storage"]),
    ("runners", LEFT),
    ("api", LEFT),
    ("cli", &["domain", "config", "permissions", "storage", "auth", "library"]),
    ("useradd", &["cli"]),
    ("userlist", &["cli"]),
    ("usermod", &["cli"]),
    ("userdel", &["cli"]),
    ("nodes", &["domain", "graph", "imaging", "prompts", "tensor-files", "engine"]),
    ("worker", &["domain", "graph", "worker-protocol", "nodes", "engine"]),
];

/// Rows 0 to 3, left of the line.
const LEFT: &[&str] = &[
    "domain",
    "config",
    "socketio",
    "imaging",
    "tensor-files",
    "prompts",
    "graph",
    "permissions",
    "events",
    "worker-protocol",
    "storage",
    "queue",
    "auth",
    "library",
    "model-manager",
];

/// Packages that compose others and may import all of their side.
const COMPOSERS: [&str; 3] = ["server", "tests", "xtask"];

/// What loads libtorch.
const RIGHT: [&str; 4] = ["engine-sys", "engine", "nodes", "worker"];

/// Libraries that only some crates may name.
const RESERVED: [(&str, &[&str]); 4] = [
    ("tch", &["engine", "engine-sys", "nodes", "worker"]),
    ("rusqlite", &["storage"]),
    ("actix-web", &["socketio", "api", "server"]),
    ("tonic", &["worker-protocol", "runners", "worker"]),
];

/// Checks the table.
///
/// # Errors
/// When a crate imports what it may not; all such imports are named.
pub(crate) fn run() -> Result<()> {
    let text = output(&mut cargo(&["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let mut problems = direct_imports(&metadata)?;
    problems.extend(reaches_torch(&metadata)?);
    for problem in &problems {
        eprintln!("layers: {problem}");
    }
    if !problems.is_empty() {
        bail!("{} imports break the layers; the table is in xtask/src/layers.rs", problems.len());
    }
    println!("layers: {} crates keep to the table, libtorch stays in {}", TABLE.len(), RIGHT.join(", "));
    Ok(())
}

fn members(metadata: &Value) -> Result<Vec<&Value>> {
    let ids: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .context("workspace_members")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let packages = metadata["packages"].as_array().context("packages")?;
    Ok(packages.iter().filter(|package| package["id"].as_str().is_some_and(|id| ids.contains(id))).collect())
}

fn short(name: &str) -> &str {
    name.strip_prefix("invoke-").unwrap_or(name)
}

fn direct_imports(metadata: &Value) -> Result<Vec<String>> {
    let table: BTreeMap<&str, &[&str]> = TABLE.into_iter().collect();
    let mut problems = Vec::new();
    for package in members(metadata)? {
        let name = short(package["name"].as_str().unwrap_or_default());
        let composer = COMPOSERS.contains(&name);
        if !composer && !table.contains_key(name) {
            problems.push(format!("`{name}` has no line in the table"));
            continue;
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let imported = dependency["name"].as_str().unwrap_or_default();
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            if let Some(ours) = imported.strip_prefix("invoke-") {
                let allowed = composer || table.get(name).is_some_and(|list| list.contains(&ours));
                if !allowed {
                    problems.push(format!("`{name}` imports `{ours}`"));
                }
            }
            for (library, users) in RESERVED {
                if imported == library && !users.contains(&name) && name != "tests" {
                    problems.push(format!("`{name}` imports the library `{library}`"));
                }
            }
        }
    }
    Ok(problems)
}

/// What `cargo tree -i tch` would show: workspace members from which tch can be reached, tests included.
fn reaches_torch(metadata: &Value) -> Result<Vec<String>> {
    let nodes = metadata["resolve"]["nodes"].as_array().context("resolve.nodes")?;
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in nodes {
        let targets = node["deps"].as_array().into_iter().flatten().filter_map(|dependency| dependency["pkg"].as_str());
        edges.insert(node["id"].as_str().unwrap_or_default(), targets.collect());
    }
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
        .collect();
    let mut problems = Vec::new();
    for package in members(metadata)? {
        let name = short(package["name"].as_str().unwrap_or_default());
        let mut seen = BTreeSet::new();
        let mut open = vec![package["id"].as_str().unwrap_or_default()];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(edges.get(id).into_iter().flatten());
            }
        }
        let reaches = seen.iter().any(|id| matches!(names.get(id), Some(&"tch" | &"torch-sys")));
        if reaches && !RIGHT.contains(&name) {
            problems.push(format!("libtorch is reached from `{name}`, left of the line"));
        }
    }
    Ok(problems)
}
