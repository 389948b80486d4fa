//! `cargo xtask fuzz`: every decoder of the rules, with inputs that nobody thought of.

use crate::{
    install::{Need, install},
    shell::{command, sh},
};
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// What is tried is kept here; `fuzz/corpus` has only what it starts from.
const FOUND: &str = "target/fuzz";

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
    for target in targets {
        let found = format!("../{FOUND}/{target}");
        fs::create_dir_all(Path::new("fuzz").join(&found))?;
        // The sanitizer is a compiler's unstable flag, which this lets the stable one take.
        sh(command(&format!(
            "cargo fuzz run {target} {found} corpus/{target} -- -max_total_time={seconds} -max_len=4096"
        ))
        .current_dir("fuzz")
        .env("RUSTC_BOOTSTRAP", "1"))
        .with_context(|| format!("{target} has found something"))?;
    }
    Ok(())
}
