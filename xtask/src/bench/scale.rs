//! Figures from inside the server: the queue with a long history and many sockets, by `tests/examples/scale.rs`.

use crate::shell::cargo;
use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Builds and runs the measurement and prints its figures beside their limits. `quick` is a small run in the development
/// profile, which only shows that it works.
///
/// # Errors
/// When it does not run.
pub(crate) fn run(quick: bool) -> Result<()> {
    let mut arguments = vec!["run", "--quiet", "--package", "invoke-tests", "--example", "scale"];
    arguments.extend(if quick { ["--", "--quick"].as_slice() } else { ["--release"].as_slice() });
    let output = cargo(&arguments).output().context("running the measurement")?;
    if !output.status.success() {
        bail!("the measurement failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().context("the measurement printed nothing")?;
    let figures: Value = serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))?;
    let number = |name: &str| figures[name].as_f64().with_context(|| format!("no {name} in {line}"));
    let growth = number("megabytes_after_history")? - number("megabytes_before_history")?;
    println!("\n| inside this server | measured | at most |");
    for (what, measured, limit) in [
        (format!("seconds to enqueue {} items", figures["enqueued"]), number("enqueue_seconds")?, 1.0),
        (
            format!("milliseconds to claim an item, {} in the history", figures["history"]),
            number("claim_milliseconds")?,
            1.0,
        ),
        ("milliseconds to complete it".to_owned(), number("complete_milliseconds")?, 1.0),
        (
            format!("milliseconds until {} sockets have an event", figures["sockets"]),
            number("delivery_milliseconds")?,
            50.0,
        ),
        (format!("megabytes more after {} items", figures["history"]), growth, 16.0),
    ] {
        println!("| {what} | {measured:.3} | {limit} |");
    }
    Ok(())
}
