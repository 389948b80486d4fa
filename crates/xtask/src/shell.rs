//! Finds files, and finds and runs other programs.

use anyhow::{Context, Result, bail, ensure};
use std::{
    env,
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The workspace's root. Programs run there, unless a command sets another directory.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// Cargo's target directory, which also holds xtask's temporary files.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The folder for xtask's own tools, which come before all others of the same name.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// Returns all files in a folder and in the folders inside it, in a fixed order. For a path that isn't
/// a folder, returns the path itself.
///
/// # Errors
/// Returns an error if a folder can't be read.
pub(crate) fn files_in(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let files = paths.iter().map(|path| files_in(path)).collect::<Result<Vec<_>>>()?;
    Ok(files.concat())
}

/// Returns a command that prefers the tools installed by this project to others of the same name.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(file_name(name));
    command.env("PATH", path());
    command
}

/// Splits a command line at spaces into a [`program`] and its arguments.
pub(crate) fn command(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = program(words.next().unwrap_or_default());
    command.args(words);
    command
}

/// Prints and runs a command. Its output goes to the terminal.
///
/// # Errors
/// Returns an error if it can't be started or fails.
pub(crate) fn sh(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command.status().with_context(|| format!("`{shown}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Returns a program's output, or `None` if it can't be started or fails.
pub(crate) fn output(line: &str) -> Option<String> {
    let output = command(line).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Passes a string to a program's standard input, and returns what the program prints.
pub(crate) fn filter(line: &str, text: &str) -> Result<String> {
    let mut child = command(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` can't be started"))?;
    // esbuild reads all of its input before it prints; dropping the pipe ends the input.
    child.stdin.take().context("standard input is not piped")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "`{line}` failed ({})", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// Finds a program in the search path.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    find(name, |_| true)
}

/// Finds a program that isn't one of xtask's own [`tools`].
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    find(name, |directory| *directory != tools())
}

fn find(name: &str, allowed: impl Fn(&PathBuf) -> bool) -> Option<PathBuf> {
    let (name, path) = (file_name(name), path());
    let directories = env::split_paths(&path).filter(allowed);
    directories.map(|directory| directory.join(&name)).find(|file| file.is_file())
}

/// Returns the name of a program's file. On Windows, npm's programs are batch files.
fn file_name(program: &str) -> String {
    match program {
        "npm" | "npx" if cfg!(windows) => format!("{program}.cmd"),
        _ => format!("{program}{}", env::consts::EXE_SUFFIX),
    }
}

/// The search path: our own tools first, then npm's, then cargo's, then the inherited path.
fn path() -> OsString {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")));
    let ours = [
        Some(tools()),
        Some(root().join("e2e/node_modules/.bin")),
        cargo_home.map(|home| home.join("bin")),
    ];
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all = ours.into_iter().flatten().chain(env::split_paths(&inherited));
    env::join_paths(all).unwrap_or(inherited)
}

fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    words.join(" ")
}
