//! Makes the committed test inputs and numeric references anew. Tests never need this; it needs Python packages.

use crate::shell::{self, cache, command, root};
use anyhow::{Context, Result, bail};

/// Runs the scripts of `xtask/fixtures` in the order of `order.txt`, all of them or those named.
///
/// # Errors
/// When the Python environment can not be made or a script fails.
pub(crate) fn run(only: &[String]) -> Result<()> {
    let folder = root().join("xtask/fixtures");
    let environment = cache()?.join("fixtures-venv");
    let python = environment.join("bin/python");
    let requirements = folder.join("requirements.txt");
    let stamp = environment.join(".requirements");
    let wanted = std::fs::read_to_string(&requirements).context("xtask/fixtures/requirements.txt")?;
    if !std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        shell::run(command("python3", &["-m", "venv"]).arg(&environment))?;
        let mut pip = command(python.to_str().context("the cache path is not UTF-8")?, &["-m", "pip", "install"]);
        shell::run(pip.arg("--requirement").arg(&requirements))?;
        std::fs::write(&stamp, &wanted)?;
    }
    // The model comes first: the others read it.
    let order = std::fs::read_to_string(folder.join("order.txt")).context("xtask/fixtures/order.txt")?;
    let scripts: Vec<&str> = order.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if let Some(unknown) = only.iter().find(|name| !scripts.contains(&name.as_str())) {
        bail!("no fixture script `{unknown}`; there are: {}", scripts.join(", "));
    }
    for script in scripts.iter().filter(|script| only.is_empty() || only.iter().any(|name| name == *script)) {
        let mut program = command(python.to_str().context("the cache path is not UTF-8")?, &[]);
        program.arg(folder.join(format!("{script}.py"))).env("OMP_NUM_THREADS", "1").env("HF_HUB_OFFLINE", "1");
        shell::run(&mut program)?;
    }
    Ok(())
}
