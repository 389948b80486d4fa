//! `cargo xtask dist`: builds the distribution, which is the server with the page embedded. Two
//! builds of the same sources are byte-for-byte identical.

use crate::{
    install::{Need, has_target, install},
    licenses, page,
    reproducible::{compile, host, musl},
    shell::{self, command, output, root, sh, which},
};
use anyhow::{Context, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

pub(crate) const NEEDS: &[Need] =
    &[Need::Target(WASM), Need::Trunk, Need::WasmBindgen, Need::NpmPackages, Need::CargoCyclonedx];

const NAME: &str = "volume-transfer-console";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const WASM: &str = "wasm32-unknown-unknown";
/// The name that cargo-cyclonedx is told to use for its files.
const BILL: &str = "bill.json";
const SUMS: &str = "SHA256SUMS";

/// Builds the page, then everything in `target/dist`.
pub(crate) fn dist() -> Result<()> {
    NEEDS.iter().copied().try_for_each(install)?;
    page::build()?;
    let (targets, note) = targets()?;
    build(&targets)?;
    print!("\n{}:\n{}", folder().display(), fs::read_to_string(folder().join(SUMS))?);
    if let Some(note) = note {
        println!("{note}");
    }
    Ok(())
}

/// The folder of the distribution.
pub(crate) fn folder() -> PathBuf {
    shell::target().join("dist")
}

/// Returns the host's target, and also the musl target if its toolchain is installed, because musl
/// binaries are static. If it isn't, also returns a note that says what is missing.
pub(crate) fn targets() -> Result<(Vec<String>, Option<String>)> {
    let host = host()?;
    let Some(musl) = musl()? else { return Ok((vec![host], None)) };
    // SQLite and ring are written in C.
    let compiler = format!("CC_{}", musl.replace('-', "_"));
    let missing = if !has_target(&musl) {
        format!("`rustup target add {musl}`")
    } else if which("musl-gcc").is_none() && env::var_os(compiler).is_none() {
        "musl-gcc (Debian's musl-tools)".to_owned()
    } else {
        return Ok((vec![host, musl], None));
    };
    Ok((vec![host], Some(format!("the static binary was SKIPPED: it requires {missing}"))))
}

/// Returns the target whose binary is tested: the static one if possible, because it also runs in a
/// container. If that isn't possible, also returns a note that says what is missing.
pub(crate) fn tested() -> Result<(String, Option<String>)> {
    let (targets, note) = targets()?;
    Ok((targets.into_iter().next_back().context("no target")?, note))
}

/// Builds the tested binary with the page that is in `dist`. All tests use this binary, so that the
/// server is compiled only once.
pub(crate) fn build_tested_binary() -> Result<()> {
    compile_server(&tested()?.0).map(|_| ())
}

/// Returns the path of the tested binary.
pub(crate) fn tested_binary() -> Result<PathBuf> {
    binary(&tested()?.0)
}

/// Builds the distribution with the page that is in `dist`.
pub(crate) fn build(targets: &[String]) -> Result<()> {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    targets.iter().try_for_each(|target| build_server(target, &folder))?;
    bill_of_materials("web", "", WASM, &folder.join(format!("{NAME}-{VERSION}-page.cdx.json")))?;
    fs::copy(Path::new(page::DIST).join(licenses::FILE), folder.join(licenses::FILE))?;
    fs::write(folder.join(SUMS), checksums(&folder)?)?;
    Ok(())
}

fn build_server(target: &str, folder: &Path) -> Result<()> {
    let name = format!("{NAME}-{VERSION}-{target}");
    let file = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    fs::copy(compile_server(target)?, &file)?;
    let bill = folder.join(format!("{name}.cdx.json"));
    bill_of_materials("crates/console-server", "--features embedded-page", target, &bill)
}

/// Compiles the server with the page, and returns the binary's path.
fn compile_server(target: &str) -> Result<PathBuf> {
    // The host's target isn't passed, because Cargo would then compile in a separate folder and share
    // nothing with other builds.
    let option = if target == host()? { String::new() } else { format!("--target {target}") };
    sh(&mut compile(
        &format!(
            "cargo build --profile distribution --locked --package console-server --features embedded-page {option}"
        ),
        target,
    )?)?;
    binary(target)
}

/// Returns the path of a target's compiled binary.
fn binary(target: &str) -> Result<PathBuf> {
    let folder = if target == host()? { "" } else { target };
    let name = format!("console-server{}", env::consts::EXE_SUFFIX);
    Ok(shell::target().join(folder).join("distribution").join(name))
}

/// Lists the crates in a build, in CycloneDX format.
fn bill_of_materials(package: &str, options: &str, target: &str, file: &Path) -> Result<()> {
    let time = output("git log -1 --format=%ct").unwrap_or_else(|| "0".to_owned());
    sh(command(&format!(
        "cargo cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps \
         --override-filename bill --target {target} {options} --manifest-path {package}/Cargo.toml"
    ))
    // Without it, the file would contain a random number and the current time.
    .env("SOURCE_DATE_EPOCH", time))?;
    let bill = fs::read_to_string(Path::new(package).join(BILL))?;
    let root = root().to_str().context("the workspace's path isn't UTF-8")?;
    fs::write(file, bill.replace(&format!("file://{root}"), "file:///volume-transfer"))?;
    // cargo-cyclonedx writes a file to the folder of every workspace member.
    let metadata = output("cargo metadata --format-version 1 --locked --no-deps");
    let metadata: Value = serde_json::from_str(&metadata.context("cargo metadata")?)?;
    for member in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
        if let Some(manifest) = member.get("manifest_path").and_then(Value::as_str) {
            fs::remove_file(Path::new(manifest).with_file_name(BILL))?;
        }
    }
    Ok(())
}

/// Returns the hashes of the files in a folder, in the format of `sha256sum`.
fn checksums(folder: &Path) -> Result<String> {
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>();
    let mut lines = Vec::new();
    for file in files? {
        let name = file.file_name().context("the file has no name")?.display().to_string();
        let hash = Sha256::digest(fs::read(&file)?);
        lines.push(format!("{hash:x}  {name}\n"));
    }
    lines.sort_by(|a, b| a.get(64..).cmp(&b.get(64..)));
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_checksums_as_sha256sum_does() -> Result<()> {
        let folder = shell::target().join("tmp").join("checksums");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("b"), "")?;
        fs::write(folder.join("a"), "abc")?;
        assert_eq!(
            checksums(&folder)?,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
        );
        Ok(())
    }
}
