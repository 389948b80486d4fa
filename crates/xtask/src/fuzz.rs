//! `cargo xtask fuzz`: fuzzes every decoder in the core.

use crate::{
    install::{Need, install},
    shell::{command, sh, target},
};
use anyhow::{Context, Result};
use std::fs;

/// Runs every fuzz target for the given number of seconds.
///
/// # Errors
/// Returns an error if a target fails. The failing input is then in `fuzz/artifacts`.
pub(crate) fn fuzz(seconds: u32) -> Result<()> {
    install(Need::CargoFuzz)?;
    let mut targets: Vec<String> = fs::read_dir("fuzz/targets")?
        .filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    for name in targets {
        // New inputs are kept here, because `fuzz/corpus` is for the committed seeds only.
        let inputs = target().join("fuzz").join(&name);
        fs::create_dir_all(&inputs)?;
        let mut fuzz = command("cargo fuzz run");
        fuzz.arg(&name).arg(inputs).arg(format!("corpus/{name}"));
        fuzz.args(["--", "-max_len=4096", &format!("-max_total_time={seconds}")]);
        // The sanitizer needs an unstable flag, which this enables on a stable compiler.
        sh(fuzz.current_dir("fuzz").env("RUSTC_BOOTSTRAP", "1"))
            .with_context(|| format!("the target {name} failed"))?;
    }
    Ok(())
}
