//! libtorch: an existing one, or the one inside PyPI's torch wheel, linked to `.libtorch` in the checkout.

use crate::shell::{cache, command, root, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The version that tch 0.24 is made for.
pub(crate) const VERSION: &str = "2.11.0";

/// The wheels the CPU set is taken from, with their SHA-256: whatever Python this machine has, always these files.
const WHEELS: [(&str, &str); 3] = [
    ("torch==2.11.0", "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"),
    ("nvidia-cuda-cupti==13.0.85", "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"),
    ("nvidia-cuda-runtime==13.0.96", "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"),
];

/// What of the wheels is needed: the headers, the CPU libraries, and two small CUDA libraries that the CPU library of
/// this wheel links against without calling them.
const UNPACK: &str = r#"
import os, sys, zipfile
wheels, target = sys.argv[1], sys.argv[2]
libraries = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcupti.so.13", "libcudart.so.13"}
for wheel in sorted(os.listdir(wheels)):
    with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
        for entry in archive.infolist():
            name = entry.filename
            if name.startswith("torch/include/") and not entry.is_dir():
                place = os.path.join(target, name.removeprefix("torch/"))
            elif os.path.basename(name) in libraries:
                place = os.path.join(target, "lib", os.path.basename(name))
            else:
                continue
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with archive.open(entry) as source, open(place, "wb") as sink:
                while block := source.read(1 << 22):
                    sink.write(block)
"#;

/// The licences inside the wheels, each wheel's in a folder of its name.
const UNPACK_LICENCES: &str = r#"
import os, sys, zipfile
wheels, target = sys.argv[1], sys.argv[2]
for wheel in sorted(os.listdir(wheels)):
    with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
        for entry in archive.infolist():
            info, _, rest = entry.filename.partition(".dist-info/")
            name = os.path.basename(rest).upper()
            if not rest or entry.is_dir() or not name.startswith(("LICEN", "NOTICE", "COPYING")):
                continue
            place = os.path.join(target, info, rest.removeprefix("licenses/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as sink:
                sink.write(archive.read(entry))
"#;

/// Makes `.libtorch` lead to a libtorch.
///
/// # Errors
/// When there is none and it can not be fetched.
pub(crate) fn prepare(cuda: bool) -> Result<()> {
    let link = root().join(".libtorch");
    let target = match chosen_by_hand(&link)? {
        Some(path) => path,
        None if is_libtorch(&link, cuda) => return Ok(()),
        None => fetch(cuda)?,
    };
    if link.is_symlink() {
        std::fs::remove_file(&link)?;
    }
    std::os::unix::fs::symlink(&target, &link).with_context(|| format!("can not link {}", link.display()))?;
    println!("libtorch: {}", target.display());
    Ok(())
}

/// The folder that `LIBTORCH` names, unless it is the default of `.cargo/config.toml`.
fn chosen_by_hand(link: &Path) -> Result<Option<PathBuf>> {
    let Some(path) = std::env::var_os("LIBTORCH").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    if path == link {
        return Ok(None);
    }
    if !is_libtorch(&path, false) {
        bail!("LIBTORCH={} holds no libtorch (no lib/libtorch_cpu.so)", path.display());
    }
    Ok(Some(path))
}

/// The libtorch that is used here.
///
/// # Errors
/// When there is none.
pub(crate) fn folder() -> Result<PathBuf> {
    let link = root().join(".libtorch");
    let chosen = chosen_by_hand(&link)?.unwrap_or(link);
    if !is_libtorch(&chosen, false) {
        bail!("{} holds no libtorch; run `cargo xtask libtorch` first", chosen.display());
    }
    Ok(chosen.canonicalize()?)
}

/// Puts the licences of libtorch, as its wheels bring them, into `target`.
///
/// # Errors
/// When the wheels can not be fetched.
pub(crate) fn licences(target: &Path) -> Result<()> {
    let kept = cache()?.join(format!("libtorch-{VERSION}-licences"));
    if !kept.is_dir() {
        let work = tempfile::Builder::new().prefix("libtorch-").tempdir_in(cache()?)?;
        let wheels = download(work.path())?;
        let whole = work.path().join("whole");
        let status = command("python3", &["-c", UNPACK_LICENCES]).arg(&wheels).arg(&whole).status()?;
        if !status.success() {
            bail!("unpacking the licences failed: {status}");
        }
        std::fs::rename(&whole, &kept)?;
    }
    let copied = command("cp", &["--recursive"]).arg(&kept).arg(target).status()?;
    if !copied.success() {
        bail!("can not copy {}: {copied}", kept.display());
    }
    Ok(())
}

fn is_libtorch(path: &Path, cuda: bool) -> bool {
    path.join("lib/libtorch_cpu.so").exists() && (!cuda || path.join("lib/libtorch_cuda.so").exists())
}

fn fetch(cuda: bool) -> Result<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("libtorch can be fetched for Linux on x86-64 only; set LIBTORCH to one of version {VERSION}");
    }
    let kind = if cuda { "cuda" } else { "cpu" };
    let folder = crate::shell::cache()?.join(format!("libtorch-{VERSION}-{kind}"));
    let result = if cuda { folder.join("torch") } else { folder.clone() };
    if is_libtorch(&result, cuda) {
        return Ok(result);
    }
    println!("fetching libtorch {VERSION} ({kind})…");
    std::fs::create_dir_all(cache()?)?;
    // A folder of its own until it is whole: a fetch that broke off leaves nothing that looks complete.
    let work = tempfile::Builder::new().prefix("libtorch-").tempdir_in(cache()?)?;
    let whole = work.path().join("whole");
    if cuda {
        install_cuda(&whole)?
    } else {
        unpack_cpu(work.path(), &whole)?
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::rename(&whole, &folder)?;
    Ok(result)
}

fn unpack_cpu(work: &Path, whole: &Path) -> Result<()> {
    let wheels = download(work)?;
    println!("unpacking…");
    let status = command("python3", &["-c", UNPACK]).arg(&wheels).arg(whole).status()?;
    if !status.success() {
        bail!("unpacking the wheels failed: {status}");
    }
    // The linker asks for -ltorch; in this wheel that library would pull in the CUDA half.
    std::os::unix::fs::symlink("libtorch_cpu.so", whole.join("lib/libtorch.so"))?;
    Ok(())
}

/// Downloads the wheels into a folder below `work`, and checks that they are those.
fn download(work: &Path) -> Result<PathBuf> {
    let wheels = work.join("wheels");
    let list = work.join("requirements.txt");
    let lines: Vec<String> = WHEELS.iter().map(|(wheel, hash)| format!("{wheel} --hash=sha256:{hash}\n")).collect();
    std::fs::write(&list, lines.concat())?;
    let mut pip = command("python3", &["-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]);
    pip.args([
        "--require-hashes",
        "--only-binary=:all:",
        "--implementation=cp",
        "--python-version=3.11",
        "--abi=cp311",
    ]);
    for platform in ["manylinux_2_28_x86_64", "manylinux_2_25_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    {
        pip.arg(format!("--platform={platform}"));
    }
    run(pip.arg("--dest").arg(&wheels).arg("--requirement").arg(&list))?;
    Ok(wheels)
}

/// The whole wheel with all its libraries, laid out as pip does, so that their own search paths fit.
fn install_cuda(whole: &Path) -> Result<()> {
    let arguments = ["-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--only-binary=:all:"];
    let mut pip = command("python3", &arguments);
    run(pip.arg(format!("torch=={VERSION}")).arg("--target").arg(whole))
}
