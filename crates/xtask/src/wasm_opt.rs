//! Caches the output of wasm-opt, which takes 45 seconds for the page.
//!
//! Trunk runs wasm-opt itself, so the cache is a program of that name: a copy of xtask in the folder
//! that comes first in the search path.

use crate::shell::{self, target, tools};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The name of the program, without the extension that Windows adds.
const NAME: &str = "wasm-opt";

/// The maximum number of cached modules. A build of the page and the package produces five.
const CAPACITY: usize = 50;

/// Puts the caching program into the search path, if there is a wasm-opt that it can run.
///
/// # Errors
/// Returns an error if this program can't be copied.
pub(crate) fn install_cache() -> Result<()> {
    if shell::installed(NAME).is_none() {
        return Ok(());
    }
    fs::create_dir_all(tools())?;
    let program = tools().join(format!("{NAME}{}", env::consts::EXE_SUFFIX));
    // The file may be running, so it is replaced, not overwritten.
    let copy = program.with_extension("new");
    fs::copy(env::current_exe()?, &copy)?;
    fs::rename(&copy, &program).with_context(|| program.display().to_string())
}

/// Returns whether this process was started as `wasm-opt`.
pub(crate) fn is_wasm_opt() -> bool {
    env::args_os()
        .next()
        .is_some_and(|program| Path::new(&program).file_stem() == Some(NAME.as_ref()))
}

/// Runs wasm-opt, or copies its earlier output for the same input and options. Called if this
/// program was started as `wasm-opt`.
///
/// # Errors
/// Returns an error if there is no wasm-opt, or if a file can't be read or written.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode> {
    let wasm_opt = shell::installed(NAME).context("wasm-opt isn't installed")?;
    let run = || -> Result<bool> {
        Ok(std::process::Command::new(&wasm_opt).args(arguments).status()?.success())
    };
    let Some(Call { input, output, options }) = Call::parse(arguments) else {
        return Ok(if run()? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    };
    // npm's wasm-opt is a single file, so its contents identify its version.
    let key = key(&[&fs::read(&wasm_opt)?, options.join("\0").as_bytes(), &fs::read(input)?]);
    let folder = target().join("wasm-opt-cache");
    let cached = folder.join(format!("{key}.wasm"));
    if cached.exists() {
        println!("{NAME}: using the cached output for {input}");
        fs::copy(&cached, output)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !run()? {
        return Ok(ExitCode::FAILURE);
    }
    fs::create_dir_all(&folder)?;
    remove_oldest(&folder)?;
    // Renamed only when it is complete, because several processes may use the cache.
    let new = cached.with_extension(std::process::id().to_string());
    fs::copy(output, &new)?;
    fs::rename(&new, &cached)?;
    Ok(ExitCode::SUCCESS)
}

/// A call to wasm-opt whose output can be cached.
#[derive(Debug, PartialEq, Eq)]
struct Call<'a> {
    input: &'a str,
    output: &'a str,
    options: Vec<&'a str>,
}

impl<'a> Call<'a> {
    /// Returns `None` unless the call has exactly one input and one `--output=FILE`.
    fn parse(arguments: &[&'a str]) -> Option<Self> {
        let (options, inputs): (Vec<&str>, Vec<&str>) =
            arguments.iter().partition(|argument| argument.starts_with('-'));
        let (outputs, options): (Vec<&str>, Vec<&str>) =
            options.into_iter().partition(|option| option.starts_with("--output="));
        let ([input], [output]) = (&*inputs, &*outputs) else { return None };
        Some(Self { input, output: output.strip_prefix("--output=")?, options })
    }
}

/// Returns a hash of everything that the output depends on.
fn key(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // Without their lengths, bytes could move from one part to the next unnoticed.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

/// Makes room for another file.
fn remove_oldest(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    let excess = (files.len() + 1).saturating_sub(CAPACITY);
    let oldest: Vec<PathBuf> = files.into_iter().take(excess).map(|(_, file)| file).collect();
    oldest.into_iter().try_for_each(fs::remove_file).context("wasm-opt's cache")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn recognizes_calls_with_one_input_and_one_output() {
        assert_eq!(
            Call::parse(&["--output=b.wasm", "-Oz", "a.wasm", "--strip-producers"]),
            Some(Call {
                input: "a.wasm",
                output: "b.wasm",
                options: vec!["-Oz", "--strip-producers"],
            })
        );
        for others in
            [&["--version"][..], &["a.wasm"], &["--output=b.wasm"], &["--output=b", "a", "c"]]
        {
            assert_eq!(Call::parse(others), None);
        }
    }

    #[test]
    fn the_key_depends_on_every_part() {
        let parts: [[&[u8]; 3]; 4] = [
            [b"tool", b"-Oz", b"wasm"],
            [b"tool", b"-O", b"zwasm"],
            [b"tool", b"-Oz", b"wasn"],
            [b"too", b"l-Oz", b"wasm"],
        ];
        let mut keys = parts.map(|parts| key(&parts)).to_vec();
        assert_eq!(keys.first(), Some(&key(&[b"tool", b"-Oz", b"wasm"])));
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), parts.len());
    }

    #[test]
    fn removes_the_oldest_file_and_only_as_many_as_needed() -> Result<()> {
        let folder = target().join("tmp").join("removes-oldest");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        for file in 0..CAPACITY {
            fs::write(folder.join(file.to_string()), "")?;
        }
        let oldest = folder.join("7");
        fs::File::options().append(true).open(&oldest)?.set_modified(SystemTime::UNIX_EPOCH)?;
        remove_oldest(&folder)?;
        assert!(!oldest.exists());
        assert_eq!(fs::read_dir(&folder)?.count(), CAPACITY - 1);
        remove_oldest(&folder)?;
        assert_eq!(fs::read_dir(&folder)?.count(), CAPACITY - 1);
        Ok(())
    }
}
