//! `cargo xtask bench`: compares the npm package and the page with the usual alternatives.

use crate::{
    install::{Need, browser, install},
    package, page,
    shell::{program, sh},
};
use anyhow::Result;

/// What `bench/run.js` needs, apart from the package. It uses esbuild and Playwright from `e2e`.
pub(crate) const NEEDS: &[Need] = &[Need::NpmPackages, Need::BenchPackages];

/// Measures everything in Node and in Chromium and writes `docs/benchmarks.md`.
///
/// # Errors
/// Returns an error if the candidates' results differ or something can't be run. A missed target is
/// not an error: the table shows it.
pub(crate) fn bench() -> Result<()> {
    package::package()?;
    NEEDS.iter().copied().chain([Need::Trunk, Need::Browser]).try_for_each(install)?;
    page::build()?;
    run(&[])
}

/// Measures the page only, and prints its tables.
///
/// # Errors
/// Returns an error if something can't be run.
pub(crate) fn page() -> Result<()> {
    [Need::NpmPackages, Need::BenchPackages, Need::Trunk, Need::Browser]
        .into_iter()
        .try_for_each(install)?;
    page::build()?;
    run(&["--page"])
}

/// Compares the candidates' results without timing anything.
///
/// # Errors
/// Returns an error if the package is not built or two results differ.
pub(crate) fn check() -> Result<()> {
    run(&["--check"])
}

fn run(options: &[&str]) -> Result<()> {
    let mut node = program("node");
    node.args(["--expose-gc", "bench/run.js"]).args(options);
    if let Some(browser) = browser() {
        node.env("CHROMIUM", browser);
    }
    sh(&mut node)
}
