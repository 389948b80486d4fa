//! `cargo xtask test`: runs all checks, after installing what they need.

use crate::{
    bench, browsers, conformance, count, cycles, deploy, dist,
    install::{self, Need, headless_browser, install},
    package, page,
    shell::{command, sh, which},
    steps::{self, Step},
};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::ExitCode, time::Instant};

/// The crates that only run as wasm. They are linted for wasm.
const WASM_CRATES: &[&str] = &["web", "transfer-form", "volume-transfer-wasm"];
/// Crates that are not compiled natively, because that is slow and they have no native tests. A
/// `#[test]` in them would never run, so all their tests are `#[wasm_bindgen_test]`.
const NOT_NATIVE: &[&str] = &["web", "transfer-form"];

const WASM: Need = Need::Target("wasm32-unknown-unknown");

/// The sources of the page and of the npm package.
const PAGE: &[&str] = &[
    "Trunk.toml",
    "index.html",
    "locales",
    "web",
    "crates/volume-transfer",
    // Its dependencies are in the page's list of licenses.
    "crates/console-server/Cargo.toml",
    "LICENSE*",
];
const PACKAGE: &[&str] = &[
    "index.html",
    "locales",
    "web",
    "crates/volume-transfer",
    "crates/volume-transfer-wasm",
    "LICENSE*",
];
/// What the browser tests read, apart from the built page, package and server.
const BROWSER_TESTS: &[&str] =
    &["e2e", ":!e2e/hosts", "locales", "examples", "conformance", "README.md", "docs/failures.md"];

const STEPS: &[Step] = &[
    Step::new("format", &[], format),
    Step::new("cycles", &[], || cycles::check().map(|()| None)),
    Step::new("page", &[WASM, Need::WasmBindgen, Need::Trunk, Need::NpmPackages], build_page)
        .reads(PAGE)
        .writes(|| Ok(vec![page::DIST.into()])),
    Step::new("package", &[WASM, Need::WasmBindgen, Need::NpmPackages], npm_package)
        .reads(PACKAGE)
        .writes(|| {
            Ok(vec![package::PKG.into(), Path::new(package::INSTALLED).join("node_modules")])
        }),
    Step::new("server", &[Need::Musl], || dist::build_tested_binary().map(|()| None))
        .after(&["page"])
        .writes(|| Ok(vec![dist::tested_binary()?])),
    Step::new("clippy", &[WASM], clippy),
    Step::new("native", &[Need::Nginx], native).reads(&[
        ".",
        ":!e2e",
        ":!bench",
        ":!conformance",
        ":!examples",
        ":!*.md",
    ]),
    Step::new("docs", &[], docs),
    Step::new("crate", &[], package_crate),
    Step::new("no-std", &[Need::Target("wasm32v1-none")], no_std),
    Step::new("deny", &[Need::CargoDeny], deny),
    Step::new("wasm-node", &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Node], wasm_node)
        .reads(PACKAGE),
    Step::new(
        "wasm-chromium",
        &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Browser],
        wasm_chromium,
    )
    .reads(PACKAGE),
    Step::new("wasm-firefox", &[WASM, Need::WasmBindgen, Need::WasmPack], wasm_firefox)
        .reads(PACKAGE),
    Step::new("dist", dist::NEEDS, distribution)
        .after(&["server"])
        .reads(&["crates", "web", "locales", "clippy.toml", "e2e/dist", "e2e/*.mjs"])
        .writes(|| Ok(vec![dist::folder()])),
    Step::new("e2e", &[Need::NpmPackages, Need::Browser], e2e)
        .after(&["page", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("page"), browsers::results("translated")]))
        .browsers(),
    Step::new("consumers", &[Need::NpmPackages, Need::Browser], consumers)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("package")]))
        .browsers(),
    Step::new("responses", &[Need::NpmPackages, Need::Browser], responses)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("responses")]))
        .browsers(),
    // Like `wasm-firefox`, the steps for Firefox, WebKit, the screen reader and conformance
    // install what they need themselves, so that a failure to do so affects only them.
    Step::new("firefox", &[Need::NpmPackages], in_firefox)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("firefox"), browsers::results("package-firefox")]))
        .browsers(),
    Step::new("cinder-page", &[Need::NpmPackages, Need::Browser], conformance::with_page)
        .after(&["page", "server"])
        .reads(BROWSER_TESTS)
        .browsers(),
    Step::new("hosts", &[Need::NpmPackages, Need::HostPackages, Need::Browser], hosts)
        .after(&["package"])
        .reads(&["e2e"])
        .beside_browsers(),
    Step::new("floors", &[Need::NpmPackages], floors)
        .after(&["page", "package"])
        .reads(&["e2e/floors", "docs/browsers.md"])
        .beside_browsers(),
    Step::new("deploy", &[], deploy::check).beside_browsers(),
    Step::new("count", count::NEEDS, count::check).after(&["package"]).beside_browsers(),
    Step::new("bench", bench::NEEDS, same_results)
        .after(&["package"])
        .reads(&["bench"])
        .beside_browsers(),
    Step::new("conformance", &[], conformance)
        .after(&["server"])
        .reads(&["conformance", "crates/volume-transfer", "fixtures"])
        .beside_browsers(),
    Step::new("webkit", &[Need::NpmPackages], in_webkit)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("webkit")]))
        .beside_browsers(),
    Step::new("screen-reader", &[Need::NpmPackages], with_screen_reader)
        .after(&["page", "server"])
        .reads(BROWSER_TESTS)
        .beside_browsers(),
    Step::new("browsers", &[], browsers::check)
        .after(&["e2e", "consumers", "responses", "firefox", "webkit"])
        .beside_browsers(),
];

/// Returns the names of all steps.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Returns whether every one of `names` is the name of a step.
pub(crate) fn known(names: &[&str]) -> bool {
    names.iter().all(|name| STEPS.iter().any(|step| step.name == *name))
}

/// Runs the named steps, or all steps if `names` is empty. If one fails, the others still run, except
/// those that use its output. Steps that aren't named run only if something has changed.
///
/// # Errors
/// Returns an error if something that a step needs can't be installed. A step that fails is not an
/// error: the summary shows it.
pub(crate) fn test(names: &[&str]) -> Result<ExitCode> {
    let start = Instant::now();
    let steps = selected(names);
    let mut installed: Vec<Need> = Vec::new();
    for need in steps.iter().flat_map(|step| step.needs) {
        if !installed.contains(need) {
            install(*need)?;
            installed.push(*need);
        }
    }
    let report = steps::run(&steps, names)?;
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    println!("\n{}\n{minutes:.1} minutes\n{}", report.table(), report.closing_line());
    Ok(if report.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `cargo xtask step`: runs one step, whose needs must already be installed, and writes its outcome
/// to a file.
///
/// # Errors
/// Returns an error if there is no such step, or if the outcome can't be written.
pub(crate) fn step(name: &str, outcome: &str) -> Result<()> {
    let step = STEPS.iter().find(|step| step.name == name).context("there is no such step")?;
    Ok(fs::write(outcome, step.outcome().to_text())?)
}

/// Returns the named steps and those whose output they use, or all steps if `names` is empty, in the
/// order of `STEPS`.
fn selected(names: &[&str]) -> Vec<&'static Step> {
    let mut wanted = names.to_vec();
    // In reverse, because every step comes after those whose output it uses.
    for step in STEPS.iter().rev() {
        if wanted.contains(&step.name) {
            wanted.extend(step.after);
        }
    }
    STEPS.iter().filter(|step| names.is_empty() || wanted.contains(&step.name)).collect()
}

fn format() -> Result<Option<String>> {
    cargo("fmt --all --check", &[])
}

fn clippy() -> Result<Option<String>> {
    let native = excluding(NOT_NATIVE);
    cargo(&format!("clippy --workspace {native} --all-targets -- -D warnings"), &[])?;
    let packages = each("--package", WASM_CRATES);
    cargo(
        &format!("clippy {packages} --target wasm32-unknown-unknown --all-targets -- -D warnings"),
        &[],
    )
}

fn native() -> Result<Option<String>> {
    cargo(&format!("test --workspace {}", excluding(NOT_NATIVE)), &[])
}

fn docs() -> Result<Option<String>> {
    cargo(
        "doc --no-deps --package volume-transfer --package console-server",
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

/// Builds the core from its package archive, as crates.io would serve it.
fn package_crate() -> Result<Option<String>> {
    // Allows uncommitted changes, because developers also run this step before they commit.
    cargo("package --package volume-transfer --allow-dirty", &[])
}

fn no_std() -> Result<Option<String>> {
    cargo("check --package volume-transfer --target wasm32v1-none", &[])
}

fn deny() -> Result<Option<String>> {
    cargo("deny check bans licenses sources", &[])?;
    // The advisory database is downloaded, so it may be unavailable.
    if cargo("deny fetch db", &[]).is_err() {
        let note = "advisories were SKIPPED: their database could not be downloaded";
        return Ok(skipped(note));
    }
    cargo("deny check --disable-fetch advisories", &[])
}

fn wasm_node() -> Result<Option<String>> {
    wasm_pack("--node")
}

fn wasm_chromium() -> Result<Option<String>> {
    wasm_pack("--headless --chrome")
}

/// Runs the wasm tests on a host. Test files that are configured for another host are skipped
/// without an error.
fn wasm_pack(host: &str) -> Result<Option<String>> {
    for directory in ["crates/volume-transfer-wasm", "web"] {
        sh(&mut command(&format!("wasm-pack test {host} {directory}")))?;
    }
    Ok(None)
}

fn wasm_firefox() -> Result<Option<String>> {
    if let Err(error) = install::firefox().and_then(|_| install::geckodriver()) {
        return Ok(skipped(&format!("the wasm tests in Firefox were SKIPPED: {error:#}")));
    }
    wasm_pack("--headless --firefox")
}

fn build_page() -> Result<Option<String>> {
    page::check_size(&page::build()?)?;
    Ok(None)
}

fn e2e() -> Result<Option<String>> {
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
fn in_firefox() -> Result<Option<String>> {
    let firefox = match install::firefox() {
        Ok(firefox) => firefox,
        Err(error) => return Ok(skipped(&format!("Firefox was SKIPPED: {error:#}"))),
    };
    let firefox = firefox.to_string_lossy();
    browsers::run("firefox", &[("FIREFOX", &firefox)])?;
    browsers::run("package-firefox", &[("FIREFOX", &firefox)]).map(|()| None)
}

/// Tests the main job and the package in WebKit, Safari's engine.
fn in_webkit() -> Result<Option<String>> {
    if let Err(error) = install::webkit() {
        return Ok(skipped(&format!("WebKit was SKIPPED: {error:#}")));
    }
    browsers::run("webkit", &[]).map(|()| None)
}

/// Tests the main job with the screen reader Orca, in Firefox.
fn with_screen_reader() -> Result<Option<String>> {
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
fn distribution() -> Result<Option<String>> {
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
fn npm_package() -> Result<Option<String>> {
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
fn floors() -> Result<Option<String>> {
    sh(command("node --test --test-reporter=spec floors/").current_dir("e2e"))?;
    Ok(None)
}

/// Tests the installed package, imported by name.
fn consumers() -> Result<Option<String>> {
    sh(command("npx tsc --project package").current_dir("e2e"))?;
    sh(command("node --test package/").current_dir("e2e"))?;
    browsers::run("package", &[]).map(|()| None)
}

/// Tests the package in bundlers, runtimes and test runners.
fn hosts() -> Result<Option<String>> {
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
fn responses() -> Result<Option<String>> {
    browsers::run("responses", &[]).map(|()| None)
}

/// Checks that all candidates in the benchmark return the same results.
fn same_results() -> Result<Option<String>> {
    bench::check()?;
    Ok(None)
}

fn conformance() -> Result<Option<String>> {
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
    use crate::steps::Lane;

    #[test]
    fn selects_the_steps_whose_output_is_used() {
        #[track_caller]
        fn check(names: &[&str], expected: &[&str]) {
            let selected: Vec<_> = selected(names).iter().map(|step| step.name).collect();
            assert_eq!(selected, expected);
        }
        check(&[], &names());
        check(&["native", "format"], &["format", "native"]);
        check(&["e2e"], &["page", "server", "e2e"]);
        check(&["dist"], &["page", "server", "dist"]);
        check(&["consumers"], &["page", "package", "server", "consumers"]);
        check(&["responses"], &["page", "package", "server", "responses"]);
        check(
            &["browsers"],
            &[
                "page",
                "package",
                "server",
                "e2e",
                "consumers",
                "responses",
                "firefox",
                "webkit",
                "browsers",
            ],
        );
    }

    #[test]
    fn steps_come_after_those_whose_output_they_use() {
        for (index, step) in STEPS.iter().enumerate() {
            for other in step.after {
                let other = STEPS[..index].iter().find(|step| step.name == *other);
                let other = other.unwrap_or_else(|| panic!("{}", step.name));
                // Otherwise it would wait forever.
                assert!(step.lane != Lane::First || other.lane == Lane::First, "{}", step.name);
            }
        }
    }

    #[test]
    fn recognizes_only_names_of_steps() {
        assert!(known(&[]));
        assert!(known(&["format", "e2e"]));
        assert!(!known(&["format", "everything"]));
    }

    #[test]
    fn repeats_an_option_for_each_crate() {
        assert_eq!(each("--package", &["a", "b"]), "--package a --package b");
        assert_eq!(each("--package", &[]), "");
    }
}
