//! The licences of everything inside the executables: crates, packages of the web pages, CLIP's vocabulary, libtorch.

use crate::libtorch;
use crate::shell::{cargo, output, root};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Our programs; what they import is inside them.
const OURS: [&str; 6] =
    ["invoke-server", "invoke-worker", "invoke-useradd", "invoke-userlist", "invoke-usermod", "invoke-userdel"];

/// How deep below a package's folder its licences are looked for: C code that comes with a crate brings its own.
const DEPTH: u32 = 3;

/// Somebody else's work.
struct Package {
    name: String,
    licence: String,
    home: String,
    texts: Vec<String>,
}

/// Writes `rust.txt`, `web.txt`, that of CLIP's vocabulary and, with libtorch, its own licences into `folder`.
///
/// # Errors
/// When a package does not say its licence, or the packages of the web pages are not installed.
pub(super) fn write(folder: &Path, with_libtorch: bool) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("rust.txt"), document("The crates inside the executables", &crates()?)?)?;
    std::fs::write(folder.join("web.txt"), document("The packages inside the web pages", &packages()?)?)?;
    std::fs::copy(root().join("crates/prompts/vocabulary/LICENSE"), folder.join("clip-vocabulary.txt"))?;
    if with_libtorch {
        libtorch::licences(&folder.join("libtorch"))?;
    }
    Ok(())
}

/// Every crate that the executables link, by name and version.
fn crates() -> Result<Vec<Package>> {
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let metadata: Value = serde_json::from_str(&output(&mut cargo(&arguments))?)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let imports: BTreeMap<String, Vec<String>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            // What only tests or build scripts use is in no executable.
            let linked = |import: &Value| list(&import["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let deps = list(&node["deps"]);
            (
                text(&node["id"]),
                deps.iter().filter(|import| linked(import)).map(|import| text(&import["pkg"])).collect(),
            )
        })
        .collect();
    let mut waiting: Vec<String> = all
        .iter()
        .filter(|(_, package)| OURS.contains(&text(&package["name"]).as_str()))
        .map(|(id, _)| id.clone())
        .collect();
    if waiting.len() != OURS.len() {
        bail!("the workspace has not all of {}", OURS.join(", "));
    }
    let mut linked = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if linked.insert(id.clone()) {
            waiting.extend(imports.get(&id).into_iter().flatten().cloned());
        }
    }
    let foreign = linked.iter().filter_map(|id| all.get(id)).filter(|package| !package["source"].is_null());
    foreign
        .map(|package| {
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
            described(name, &package["license"], &package["repository"], manifest.parent().unwrap_or(&manifest))
        })
        .collect()
}

/// Every package of npm that is not only a tool.
fn packages() -> Result<Vec<Package>> {
    let web = root().join("web");
    let lock: Value = serde_json::from_str(&std::fs::read_to_string(web.join("package-lock.json"))?)?;
    let listed = lock["packages"].as_object().context("web/package-lock.json has no packages")?;
    let used = listed.iter().filter(|(path, package)| !path.is_empty() && package["dev"] != Value::Bool(true));
    used.filter(|(_, package)| package["optional"] != Value::Bool(true))
        .map(|(path, _)| {
            let folder = web.join(path);
            let manifest = std::fs::read_to_string(folder.join("package.json"))
                .with_context(|| format!("web/{path} is not installed: run `npm ci` in web first"))?;
            let package: Value = serde_json::from_str(&manifest)?;
            let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
            let name = format!("{} {}", word("name"), word("version"));
            // Old packages list their licences.
            let licence =
                if package["license"].is_string() { &package["license"] } else { &package["licenses"][0]["type"] };
            described(name, licence, &package["homepage"], &folder)
        })
        .collect()
}

fn described(name: String, licence: &Value, home: &Value, folder: &Path) -> Result<Package> {
    let licence = licence.as_str().with_context(|| format!("{name} does not say its licence"))?.to_owned();
    let mut texts = Vec::new();
    collect(folder, DEPTH, &mut texts)?;
    Ok(Package { name, licence, home: home.as_str().unwrap_or_default().to_owned(), texts })
}

/// The texts of files whose names are those of licences.
fn collect(folder: &Path, depth: u32, texts: &mut Vec<String>) -> Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 1 && name != "NODE_MODULES" {
            collect(&entry.path(), depth - 1, texts)?;
        } else if kind.is_file() && is_licence(&name) {
            texts.push(String::from_utf8_lossy(&std::fs::read(entry.path())?).trim().to_owned());
        }
    }
    Ok(())
}

/// `LICENSE-MIT`, `COPYING.md`, …, and no source code of that name.
fn is_licence(name: &str) -> bool {
    let source = [".RS", ".JS", ".TS", ".JSON", ".C", ".H", ".PY"].iter().any(|ending| name.ends_with(ending));
    !source
        && ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE", "COPYRIGHT"]
            .iter()
            .any(|start| name.starts_with(start))
}

/// The list of packages, then each text once with whose it is.
fn document(title: &str, packages: &[Package]) -> Result<String> {
    let mut page = format!("{title}\n\n");
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        writeln!(page, "{}: {} {}", package.name, package.licence, package.home)?;
        for text in &package.texts {
            texts.entry(text).or_default().push(&package.name);
        }
    }
    for (text, names) in texts {
        write!(page, "\n\n{}\n{}\n\n{text}\n", "=".repeat(78), names.join(", "))?;
    }
    Ok(page)
}
