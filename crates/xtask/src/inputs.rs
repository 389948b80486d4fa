//! Decides whether a step can be left out: it can if it has passed before, and what it reads
//! and what it wrote have not changed since then.
//!
//! A step depends on files, on the output of earlier steps, on tools and on environment variables. All
//! of them are hashed. On a fresh machine nothing is recorded yet, so every step runs.

use crate::{
    install::{find_firefox, headless_browser},
    shell::{filter, output, root, target},
};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Every step depends on these: the development commands, and the versions of dependencies.
const COMMON: [&str; 5] =
    ["crates/xtask", ".cargo", "Cargo.*", "rust-toolchain.toml", "e2e/package*.json"];

/// The environment variables that change what a step does.
const VARIABLES: [&str; 9] = [
    "CHROMIUM",
    "FIREFOX",
    "RUSTFLAGS",
    "FIRST_WALK",
    "WALKS",
    "LOOKS",
    "LISTS",
    "FUZZ_SEED",
    "PROPTEST_CASES",
];

/// The commands that print the versions of tools that steps use as they find them.
const TOOLS: [&str; 4] = [
    "rustc --version --verbose",
    "node --version",
    "python3 --version",
    "dpkg-query --show webkit2gtk-driver orca nginx-light musl-tools",
];

/// A hash of the files and variables that a step depends on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inputs(String);

impl Inputs {
    /// Hashes the source files that match Git pathspecs, and the `used` output of earlier steps.
    ///
    /// Returns `None` if a file is missing, or if the sources can't be listed, for example because this
    /// is not a Git repository.
    pub(crate) fn read(pathspecs: &[&str], used: &[PathBuf]) -> Option<Self> {
        let files = sources(root(), &[&COMMON, pathspecs].concat())?;
        let mut hash = Sha256::new();
        hash.update(contents(&files)?);
        hash.update(contents(&all_in(used)?)?);
        for variable in VARIABLES {
            hash.update(format!("{variable}={:?}\n", env::var_os(variable)));
        }
        Some(Self(format!("{:x}", hash.finalize())))
    }

    /// Returns how long ago a step passed with these inputs, or `None` if it hasn't, or if the files that
    /// it `wrote` have changed since.
    pub(crate) fn passed(&self, step: &str, wrote: &[PathBuf]) -> Option<Duration> {
        let file = file(step);
        let passed = fs::read_to_string(&file).ok()? == self.record(wrote)?;
        fs::metadata(file).ok()?.modified().ok()?.elapsed().ok().filter(|_| passed)
    }

    /// Records that a step has passed with these inputs.
    ///
    /// # Errors
    /// Returns an error if the record can't be written.
    pub(crate) fn remember(&self, step: &str, wrote: &[PathBuf]) -> Result<()> {
        let record = self.record(wrote).context("the step's output can't be read")?;
        Ok(fs::write(file(step), record)?)
    }

    /// Returns the text to record. The step may have installed tools, so their versions are determined
    /// only now.
    fn record(&self, wrote: &[PathBuf]) -> Option<String> {
        Some(format!("{}\n{}{}", self.0, tools(), contents(&all_in(wrote)?)?))
    }
}

/// Forgets that a step has passed, because it is about to run again.
///
/// # Errors
/// Returns an error if the record can't be removed.
pub(crate) fn forget(step: &str) -> Result<()> {
    let file = file(step);
    if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(())
}

/// The file that records a step's inputs and output.
fn file(step: &str) -> PathBuf {
    target().join("steps").join(format!("{step}.passed"))
}

/// Returns the source files in a folder that match these Git pathspecs, including new ones.
fn sources(folder: &Path, pathspecs: &[&str]) -> Option<Vec<PathBuf>> {
    let list = format!(
        "git -C {} ls-files --cached --others --exclude-standard --deduplicate -- {}",
        folder.display(),
        pathspecs.join(" ")
    );
    let files = output(&list)?;
    let files = files.lines().map(|line| folder.join(line));
    // Git also lists files that have been deleted.
    Some(files.filter(|file| file.is_file()).collect())
}

/// Returns all files in these folders, in a fixed order. A path may also be a single file.
fn all_in(paths: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let mut files = Vec::new();
    paths.iter().try_for_each(|path| list(path, &mut files)).ok()?;
    files.sort();
    Some(files)
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}

/// Returns the names and hashes of files, or `None` if one of them doesn't exist.
fn contents(files: &[PathBuf]) -> Option<String> {
    let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    // Git is faster than this program, which isn't optimized.
    let hashes = filter("git hash-object --no-filters --stdin-paths", &names).ok()?;
    Some(names + &hashes)
}

/// Returns the versions of the tools that a step may use.
fn tools() -> String {
    let browsers = [headless_browser(), find_firefox()].into_iter().flatten();
    let browsers = browsers.map(|browser| format!("{} --version", browser.display()));
    let commands = TOOLS.map(str::to_owned).into_iter().chain(browsers);
    // A missing tool counts as a version of its own.
    commands.map(|command| format!("{:?}\n", output(&command))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a Git repository in a folder.
    fn repository(name: &str) -> Result<PathBuf> {
        let folder = target().join("tmp").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        output(&format!("git -C {} init --quiet", folder.display())).context("git init")?;
        Ok(folder)
    }

    #[test]
    fn depends_on_the_names_and_contents_of_matching_files() -> Result<()> {
        let folder = repository("inputs")?;
        let inputs = || contents(&sources(&folder, &["read", "*.toml"]).unwrap()).unwrap();
        fs::create_dir(folder.join("read"))?;
        fs::write(folder.join("read/a"), "1")?;
        fs::write(folder.join("x.toml"), "")?;
        let before = inputs();

        fs::write(folder.join("other"), "not read")?;
        assert_eq!(inputs(), before);
        fs::write(folder.join("read/a"), "2")?;
        assert_ne!(inputs(), before);
        fs::write(folder.join("read/a"), "1")?;
        assert_eq!(inputs(), before);
        fs::rename(folder.join("read/a"), folder.join("read/b"))?;
        assert_ne!(inputs(), before);
        fs::rename(folder.join("read/b"), folder.join("read/a"))?;
        fs::write(folder.join("read/new"), "")?;
        assert_ne!(inputs(), before);

        fs::write(folder.join(".gitignore"), "new")?;
        assert_eq!(inputs(), before);
        Ok(())
    }

    #[test]
    fn a_step_counts_as_passed_until_its_inputs_or_its_output_change() -> Result<()> {
        const STEP: &str = "inputs-test";
        let folder = target().join("tmp").join("inputs-output");
        fs::create_dir_all(&folder)?;
        fs::create_dir_all(target().join("steps"))?;
        let (output, wrote) = (folder.join("file"), [folder]);
        fs::write(&output, "1")?;
        let inputs = Inputs::read(&["rustfmt.toml"], &[]).context("no inputs")?;
        forget(STEP)?;
        assert!(inputs.passed(STEP, &wrote).is_none());
        inputs.remember(STEP, &wrote)?;
        assert!(inputs.passed(STEP, &wrote).is_some());
        assert!(Inputs("other".to_owned()).passed(STEP, &wrote).is_none());
        let next_step = || Inputs::read(&["rustfmt.toml"], &wrote);
        let before = next_step();

        fs::write(&output, "2")?;
        assert!(inputs.passed(STEP, &wrote).is_none());
        assert_ne!(next_step(), before);
        fs::remove_file(&output)?;
        assert!(inputs.passed(STEP, &wrote).is_none());
        fs::write(&output, "1")?;
        assert!(inputs.passed(STEP, &wrote).is_some());
        assert_eq!(next_step(), before);
        Ok(())
    }
}
