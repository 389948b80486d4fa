//! Decides whether a step can be left out: it can if it has passed before, and what it reads
//! and what it wrote have not changed since then.
//!
//! A step depends on files, on the output of earlier steps, on tools and on environment variables. All
//! of them are hashed. On a fresh machine nothing is recorded yet, so every step runs.

use crate::{
    install::{browser, find_firefox, headless_browser},
    shell::{files_in, output, program, root, target},
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

/// The environment variables that change what a step does, or the beginnings of their names.
const VARIABLES: [&str; 13] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CHROMIUM",
    "CI",
    "CONSOLE_",
    "FIREFOX",
    "FIRST_WALK",
    "FUZZ_SEED",
    "LISTS",
    "LOOKS",
    "PROPTEST_",
    "RUSTFLAGS",
    "UPDATE_",
    "WALKS",
];

/// Commands that print the versions of tools that steps use as they find them, or show whether a tool
/// works.
const TOOLS: [&str; 13] = [
    "rustc --version --verbose",
    "node --version",
    "npm --version",
    "python3 --version",
    "curl --version",
    "chromedriver --version",
    "geckodriver --version",
    "dpkg-query --show webkit2gtk-driver",
    "dpkg-query --show xvfb",
    "dpkg-query --show orca",
    "dpkg-query --show nginx-light",
    "dpkg-query --show musl-tools",
    "bwrap --ro-bind / / --unshare-user true",
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
        hash.update(contents_of(used)?);
        let listed = |(name, _): &(String, String)| VARIABLES.iter().any(|v| name.starts_with(v));
        let mut variables: Vec<_> = env::vars().filter(listed).collect();
        variables.sort();
        hash.update(format!("{variables:?}"));
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
        Some(format!("{}\n{}{}", self.0, tools(), contents_of(wrote)?))
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

/// Returns the source files in a folder that match these Git pathspecs, including new ones. Returns
/// `None` if there are none, because Git ignores the folder, for example.
fn sources(folder: &Path, pathspecs: &[&str]) -> Option<Vec<PathBuf>> {
    let list = format!(
        "git -C {} ls-files -z --cached --others --exclude-standard --deduplicate -- {}",
        folder.display(),
        pathspecs.join(" ")
    );
    let files = output(&list)?;
    let files = files.split('\0').filter(|name| !name.is_empty()).map(|name| folder.join(name));
    // Git also lists files that have been deleted.
    let files: Vec<_> = files.filter(|file| file.is_file()).collect();
    (!files.is_empty()).then_some(files)
}

/// Returns the names and hashes of the files in these folders. A path may also be a single file.
fn contents_of(paths: &[PathBuf]) -> Option<String> {
    paths.iter().map(|path| contents(&files_in(path).ok()?)).collect()
}

/// Returns the names and hashes of files, or `None` if one of them doesn't exist.
fn contents(files: &[PathBuf]) -> Option<String> {
    let line = |file: &PathBuf| {
        let hash = Sha256::digest(fs::read(file).ok()?);
        Some(format!("{hash:x}  {}\n", file.display()))
    };
    files.iter().map(line).collect()
}

/// Returns what the commands for tools print. A missing tool counts as a version of its own.
fn tools() -> String {
    let browsers = [browser(), headless_browser(), find_firefox()].into_iter().flatten();
    // The path of a browser may contain spaces.
    let browsers = browsers.map(|path| {
        let version = program(&path.to_string_lossy()).arg("--version").output();
        format!("{:?}\n", version.map(|output| output.stdout).ok())
    });
    let others = TOOLS.map(|command| format!("{:?}\n", output(command)));
    others.into_iter().chain(browsers).collect()
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

        forget(STEP)?;
        assert!(inputs.passed(STEP, &wrote).is_none());
        Ok(())
    }
}
