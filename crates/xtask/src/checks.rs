//! What the steps of `cargo xtask test` do. A step that passes may return a note for the summary.

use crate::{
    bench, browsers, conformance, dist,
    install::{self, headless_browser},
    package, page,
    shell::{command, sh, which},
};
use anyhow::{Result, ensure};

/// The crates that only run as wasm. They are linted for wasm.
const WASM_CRATES: &[&str] = &["web", "transfer-form", "volume-transfer-wasm"];
/// Crates that are not compiled natively, because that is slow and they have no native tests. A
/// `#[test]` in them would never run, so all their tests are `#[wasm_bindgen_test]`.
const NOT_NATIVE: &[&str] = &["web", "transfer-form"];

pub(crate) fn format() -> Result<Option<String>> {
    cargo("fmt --all --check", &[])
}

pub(crate) fn clippy() -> Result<Option<String>> {
    let native = excluding(NOT_NATIVE);
    cargo(&format!("clippy --workspace {native} --all-targets -- -D warnings"), &[])?;
    let packages = each("--package", WASM_CRATES);
    cargo(
        &format!("clippy {packages} --target wasm32-unknown-unknown --all-targets -- -D warnings"),
        &[],
    )
}

pub(crate) fn native() -> Result<Option<String>> {
    cargo(&format!("test --workspace {}", excluding(NOT_NATIVE)), &[])
}

pub(crate) fn docs() -> Result<Option<String>> {
    cargo(
        "doc --no-deps --package volume-transfer --package console-server",
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

/// Builds the core from its package archive, as crates.io would serve it.
pub(crate) fn package_crate() -> Result<Option<String>> {
    // Allows uncommitted changes, because developers also run this step before they commit.
    cargo("package --package volume-transfer --allow-dirty", &[])
}

pub(crate) fn no_std() -> Result<Option<String>> {
    cargo("check --package volume-transfer --target wasm32v1-none", &[])
}

pub(crate) fn deny() -> Result<Option<String>> {
    cargo("deny check bans licenses sources", &[])?;
    // The advisory database is downloaded, so it may be unavailable.
    if cargo("deny fetch db", &[]).is_err() {
        let note = "advisories were SKIPPED: their database could not be downloaded";
        return Ok(skipped(note));
    }
    cargo("deny check --disable-fetch advisories", &[])
}

pub(crate) fn wasm_node() -> Result<Option<String>> {
    wasm_pack("--node")
}

pub(crate) fn wasm_chromium() -> Result<Option<String>> {
    wasm_pack("--headless --chrome")
}

/// Runs the wasm tests on a host. Test files that are configured for another host are skipped
/// without an error.
fn wasm_pack(host: &str) -> Result<Option<String>> {
    for directory in ["crates/volume-transfer-wasm", "web"] {
        // By default, the driver has 5 seconds to start and the tests have 20, which is too little
        // while something else is compiling.
        sh(command(&format!("wasm-pack test {host} {directory}"))
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120"))?;
    }
    Ok(None)
}

pub(crate) fn wasm_firefox() -> Result<Option<String>> {
    if let Err(error) = install::firefox().and_then(|_| install::geckodriver()) {
        return Ok(skipped(&format!("the wasm tests in Firefox were SKIPPED: {error:#}")));
    }
    wasm_pack("--headless --firefox")
}

pub(crate) fn build_page() -> Result<Option<String>> {
    page::check_size(&page::build()?)?;
    Ok(None)
}

pub(crate) fn e2e() -> Result<Option<String>> {
    sh(command("npx tsc").current_dir("e2e"))?;
    // If Python is available, an independent program opens files that the page encrypted, and
    // encrypts others for the page to open.
    let python = conformance::packages()?;
    let variables =
        python.as_ref().ok().and_then(|python| Some(("JWCRYPTO_PYTHON", python.to_str()?)));
    browsers::run("page", variables.as_slice())?;
    browsers::run("translated", variables.as_slice())?;
    Ok(python.err())
}

/// Tests what could behave differently in Firefox: parts of the page, and the package.
pub(crate) fn in_firefox() -> Result<Option<String>> {
    let firefox = match install::firefox() {
        Ok(firefox) => firefox,
        Err(error) => return Ok(skipped(&format!("Firefox was SKIPPED: {error:#}"))),
    };
    let firefox = firefox.to_string_lossy();
    browsers::run("firefox", &[("FIREFOX", &firefox)])?;
    browsers::run("package-firefox", &[("FIREFOX", &firefox)]).map(|()| None)
}

/// Tests the main job and the package in WebKit, Safari's engine.
pub(crate) fn in_webkit() -> Result<Option<String>> {
    if let Err(error) = install::webkit() {
        return Ok(skipped(&format!("WebKit was SKIPPED: {error:#}")));
    }
    browsers::run("webkit", &[]).map(|()| None)
}

/// Tests the main job with the screen reader Orca, in Firefox.
pub(crate) fn with_screen_reader() -> Result<Option<String>> {
    let firefox = match install::orca().and_then(|()| install::firefox()) {
        Ok(firefox) => firefox,
        Err(error) => return Ok(skipped(&format!("the screen reader was SKIPPED: {error:#}"))),
    };
    browsers::run("screen-reader", &[("FIREFOX", &firefox.to_string_lossy())])?;
    // The test skips itself if there is no D-Bus, for example.
    if browsers::passed("screen-reader")? == 0 {
        return Ok(skipped("the screen reader was SKIPPED: Orca can't be started here"));
    }
    Ok(None)
}

/// Prints a prominent note that something was skipped, and returns it for the summary.
fn skipped(note: &str) -> Option<String> {
    println!("\n!!! {note} !!!");
    Some(note.to_owned())
}

/// Builds and tests one of the distributed binaries, with the page that the `page` step built.
pub(crate) fn distribution() -> Result<Option<String>> {
    cargo("clippy --package console-server --features embedded-page -- -D warnings", &[])?;
    let (tested, mut note) = dist::tested()?;
    dist::build(std::slice::from_ref(&tested))?;
    let mut node = command("node --test --test-reporter=spec dist/dist.test.mjs");
    node.current_dir("e2e").env("DIST", dist::folder()).env("TARGETS", &tested);
    sh(&mut node)?;
    if which("bwrap").is_none() {
        note = note.or_else(|| Some("the container was SKIPPED: no bubblewrap".to_owned()));
    }
    Ok(note)
}

/// Builds the npm package, checks it and the committed generated files, and installs it for the tests.
pub(crate) fn npm_package() -> Result<Option<String>> {
    let changed = package::build()?;
    ensure!(changed.is_empty(), "out of date; commit the new version: {}", changed.join(", "));
    sh(&mut command(&format!("publint --strict {}", package::PKG)))?;
    // `node16` covers all resolvers that support `exports`. Wasm files have no types, and
    // `transfer-form`, which works only in browsers, has no CommonJS build.
    sh(&mut command(&format!(
        "attw --pack {} --profile node16 --exclude-entrypoints volume-transfer.wasm light.wasm form.wasm transfer-form.wasm transfer-form",
        package::PKG
    )))?;
    package::dry_run()?;
    package::install_in(package::INSTALLED)?;
    Ok(None)
}

/// Checks that the built files don't need browsers newer than the oldest supported ones.
pub(crate) fn floors() -> Result<Option<String>> {
    sh(command("node --test --test-reporter=spec floors/").current_dir("e2e"))?;
    Ok(None)
}

/// Tests the installed package, imported by name.
pub(crate) fn consumers() -> Result<Option<String>> {
    sh(command("npx tsc --project package").current_dir("e2e"))?;
    sh(command("node --test package/").current_dir("e2e"))?;
    browsers::run("package", &[]).map(|()| None)
}

/// Tests the package in bundlers, runtimes and test runners.
pub(crate) fn hosts() -> Result<Option<String>> {
    let mut node = command("node --test --test-reporter=spec hosts/hosts.test.mjs");
    node.current_dir("e2e");
    if let Some(browser) = headless_browser() {
        node.env("CHROMIUM", browser);
    }
    sh(&mut node)?;
    Ok(None)
}

/// Tests that the gateway forwards every unusual response that Node can read, and that the package
/// and the page find the key in it.
pub(crate) fn responses() -> Result<Option<String>> {
    browsers::run("responses", &[]).map(|()| None)
}

/// Checks that all candidates in the benchmark return the same results.
pub(crate) fn same_results() -> Result<Option<String>> {
    bench::check()?;
    Ok(None)
}

pub(crate) fn conformance() -> Result<Option<String>> {
    conformance::conformance().map(Some)
}

fn cargo(arguments: &str, variables: &[(&str, &str)]) -> Result<Option<String>> {
    sh(command(&format!("cargo {arguments}")).envs(variables.iter().copied()))?;
    Ok(None)
}

fn excluding(crates: &[&str]) -> String {
    each("--exclude", crates)
}

fn each(option: &str, crates: &[&str]) -> String {
    let pairs: Vec<String> = crates.iter().map(|name| format!("{option} {name}")).collect();
    pairs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_an_option_for_each_crate() {
        assert_eq!(each("--package", &["a", "b"]), "--package a --package b");
        assert_eq!(each("--package", &[]), "");
    }
}
