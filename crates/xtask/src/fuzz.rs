//! `cargo xtask fuzz`: every decoder of the rules, with inputs that nobody thought of.

use crate::{
    install::{Need, install},
    run::target,
    shell::{command, sh},
};
use anyhow::{Context, Result};
use std::fs;

/// Runs every target for so many seconds.
///
/// # Errors
/// Where a target finds something: the input is then under `fuzz/artifacts`.
pub(crate) fn fuzz(seconds: u32) -> Result<()> {
    install(Need::CargoFuzz)?;
    let mut targets: Vec<String> = fs::read_dir("fuzz/targets")?
        .filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    for name in targets {
        // What is tried is kept here; `fuzz/corpus` has only what it starts from.
        let tried = target().join("fuzz").join(&name);
        fs::create_dir_all(&tried)?;
        let mut fuzz = command("cargo fuzz run");
        fuzz.arg(&name).arg(tried).arg(format!("corpus/{name}"));
        fuzz.args(["--", "-max_len=4096", &format!("-max_total_time={seconds}")]);
        // The sanitizer is a compiler's unstable flag, which this lets the stable one take.
        sh(fuzz.current_dir("fuzz").env("RUSTC_BOOTSTRAP", "1"))
            .with_context(|| format!("{name} has found something"))?;
    }
    Ok(())
}
