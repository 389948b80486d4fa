//! `cargo xtask bench`: the npm package and the page beside what a console developer would use in
//! their place.

use crate::{
    install::{Need, browser, install},
    package, page,
    shell::{program, sh},
};
use anyhow::Result;

/// What `bench/run.js` needs beside the package. Its esbuild and its Playwright are `e2e`'s.
pub(crate) const NEEDS: &[Need] = &[Need::NpmPackages, Need::BenchPackages];

/// Measures everything in Node and in Chromium and writes `docs/benchmarks.md`.
///
/// # Errors
/// Where the answers differ, or something can't be run. That a target is not met is no error, it is
/// in the table.
pub(crate) fn bench() -> Result<()> {
    package::package()?;
    NEEDS.iter().copied().chain([Need::Trunk, Need::Browser]).try_for_each(install)?;
    page::build()?;
    run(&[])
}

/// Compares the answers and times nothing.
///
/// # Errors
/// Where the package is not built, or two do not give the same answer.
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
