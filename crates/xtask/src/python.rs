//! Python, and its virtual environments for the programs that the project is tested with.

use crate::{
    install::{debian_install, exclusive},
    shell::{output, program, sh, which},
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// The minor versions of Python 3 that the pinned Cinder supports. It imports modules that 3.13
/// removed.
const PYTHON: RangeInclusive<u32> = 10..=12;

/// Returns the path of a Python that Cinder supports and that has venv.
fn python() -> Option<PathBuf> {
    let names = ["python3", "python3.12", "python3.11", "python3.10"];
    names.into_iter().filter_map(which).find(|python| {
        let run = |options: &str| output(&format!("{} {options}", python.display()));
        let version = run("--version").and_then(|version| python_minor(&version));
        // On Debian, venv doesn't work without the separate package that contains ensurepip.
        version.is_some_and(|minor| PYTHON.contains(&minor))
            && run("-m ensurepip --version").is_some()
    })
}

/// Creates a Python virtual environment in a folder, unless there is already one with these
/// contents. `fill` installs packages with the pip that it is given, and may return a reason why it
/// can't.
///
/// Returns the environment's Python, or the reason why this machine can't have one.
pub(crate) fn virtual_environment(
    folder: &Path,
    contents: &str,
    fill: impl FnOnce(&dyn Fn(&[&str]) -> Result<()>) -> Result<Result<(), String>>,
) -> Result<Result<PathBuf, String>> {
    let _lock = exclusive("python")?;
    let (own, stamp) = (folder.join("bin/python"), folder.join("contents.txt"));
    if fs::read_to_string(&stamp).is_ok_and(|done| done == contents) {
        return Ok(Ok(own));
    }
    if let Err(error) = python_with_venv() {
        return Ok(Err(format!("{error:#}")));
    }
    let python = python().context("Python not found")?;
    sh(program(&python.to_string_lossy()).args(["-m", "venv", "--clear"]).arg(folder))?;
    let filled = fill(&|packages| {
        let options = ["-m", "pip", "install", "--quiet", "--retries", "1"];
        sh(program(&own.to_string_lossy()).args(options).args(packages))
    })?;
    if let Err(why) = filled {
        return Ok(Err(why));
    }
    fs::write(&stamp, contents)?;
    Ok(Ok(own))
}

/// Returns the minor version: 11 for `Python 3.11.7`.
fn python_minor(version: &str) -> Option<u32> {
    version.strip_prefix("Python 3.")?.split('.').next()?.parse().ok()
}

fn python_with_venv() -> Result<()> {
    let supported = format!("Python 3.{} to 3.{} with venv", PYTHON.start(), PYTHON.end());
    if python().is_none() {
        debian_install("python3 python3-venv")
            .with_context(|| format!("{supported} is missing; install it"))?;
    }
    ensure!(python().is_some(), "{supported} is missing; install it");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_versions_of_python() {
        assert_eq!(python_minor("Python 3.11.7"), Some(11));
        assert_eq!(python_minor("Python 2.7.18"), None);
    }
}
