//! Makes builds in different folders byte-for-byte identical, by replacing local paths and times in
//! the output.

use crate::shell::{command, output, root, target};
use anyhow::{Context, Result, ensure};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Returns a command that compiles for a target in the way that distributions are compiled. All
/// release builds use it, so that they share compiled dependencies.
///
/// # Errors
/// Returns an error if rustc can't be started, or a folder's name contains a space.
pub(crate) fn compile(line: &str, target: &str) -> Result<Command> {
    let folders = folders()?;
    let rust = options("--remap-path-prefix", &folders)?;
    let mut compile = command(line);
    compile
        // These would replace the options below and those in .cargo/config.toml.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // mimalloc contains the time at which it was compiled, unless the compiler is given another
        // time.
        .env("SOURCE_DATE_EPOCH", "0")
        .env(format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_")), rust);
    // For SQLite and ring. Microsoft's compiler has no such option.
    if !target.ends_with("msvc") {
        let c = options("-ffile-prefix-map", &folders)?;
        compile.env("CFLAGS", format!("{} {c}", env::var("CFLAGS").unwrap_or_default()).trim());
    }
    Ok(compile)
}

/// Returns the target that rustc compiles for by default.
pub(crate) fn host() -> Result<String> {
    rustc("host")
}

/// Returns the folders of source files, and the names that replace them in compiled files. If several
/// match, compilers use the last one.
fn folders() -> Result<Vec<(PathBuf, String)>> {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
        .context("the folder of Cargo's registry is unknown; set CARGO_HOME")?;
    let sysroot = output("rustc --print sysroot").context("rustc --print sysroot")?;
    Ok(vec![
        (root().to_owned(), "/volume-transfer".to_owned()),
        (target(), "/volume-transfer/target".to_owned()),
        (cargo_home, "/cargo".to_owned()),
        // The name that rustc uses anyway if the standard library's sources aren't installed.
        (
            Path::new(&sysroot).join("lib/rustlib/src/rust"),
            format!("/rustc/{}", rustc("commit-hash")?),
        ),
    ])
}

fn options(option: &str, folders: &[(PathBuf, String)]) -> Result<String> {
    let options = folders.iter().map(|(folder, name)| {
        let folder = folder.display().to_string();
        ensure!(
            !folder.contains(' '),
            "`{folder}` contains a space, which RUSTFLAGS can't pass on"
        );
        Ok(format!("{option}={folder}={name}"))
    });
    Ok(options.collect::<Result<Vec<_>>>()?.join(" "))
}

/// Returns the host's target with musl instead of glibc, if there is one. Its binaries are static.
pub(crate) fn musl() -> Result<Option<String>> {
    let host = host()?;
    let musl = host.replace("-linux-gnu", "-linux-musl");
    Ok((musl != host).then_some(musl))
}

fn rustc(key: &str) -> Result<String> {
    let version = output("rustc --version --verbose").context("rustc --version --verbose")?;
    Ok(field(&version, key).with_context(|| format!("rustc has no {key}"))?.to_owned())
}

/// Returns a value in the output of `rustc --version --verbose`.
fn field<'a>(version: &'a str, key: &str) -> Option<&'a str> {
    version.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_host_of_rustc() {
        let version =
            "rustc 1.95.0 (f2d3ce0bd 2026-03-21)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        assert_eq!(field(version, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(version, "commit-hash"), None);
    }

    #[test]
    fn rejects_folders_whose_name_contains_a_space() -> Result<()> {
        let folder = |path: &str| [(PathBuf::from(path), "/name".to_owned())];
        assert_eq!(options("--map", &folder("/a/b"))?, "--map=/a/b=/name");
        assert!(options("--map", &folder("/a b")).is_err());
        Ok(())
    }
}
