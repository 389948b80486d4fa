//! `cargo xtask test`: runs all checks, after installing what they need.

use crate::{
    bench, browsers, checks, conformance, count, cycles, deploy, dist,
    install::{Need, install},
    package, page,
    steps::{self, Step},
};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::ExitCode, time::Instant};

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
    Step::new("format", &[], checks::format),
    Step::new("cycles", &[], || cycles::check().map(|()| None)),
    Step::new(
        "page",
        &[WASM, Need::WasmBindgen, Need::Trunk, Need::NpmPackages],
        checks::build_page,
    )
    .reads(PAGE)
    .writes(|| Ok(vec![page::DIST.into()]))
    .release(),
    Step::new("package", &[WASM, Need::WasmBindgen, Need::NpmPackages], checks::npm_package)
        .reads(PACKAGE)
        .writes(|| {
            Ok(vec![package::PKG.into(), Path::new(package::INSTALLED).join("node_modules")])
        })
        .release(),
    Step::new("server", &[Need::Musl], || dist::build_tested_binary().map(|()| None))
        .after(&["page"])
        .writes(|| Ok(vec![dist::tested_binary()?]))
        .release(),
    Step::new("clippy", &[WASM], checks::clippy),
    Step::new("native", &[Need::Nginx], checks::native).reads(&[
        ".",
        ":!e2e",
        ":!bench",
        ":!conformance",
        ":!examples",
        ":!*.md",
    ]),
    Step::new("docs", &[], checks::docs),
    Step::new("crate", &[], checks::package_crate),
    Step::new("no-std", &[Need::Target("wasm32v1-none")], checks::no_std),
    Step::new("deny", &[Need::CargoDeny], checks::deny),
    Step::new(
        "wasm-node",
        &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Node],
        checks::wasm_node,
    )
    .reads(PACKAGE),
    Step::new(
        "wasm-chromium",
        &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Browser],
        checks::wasm_chromium,
    )
    .reads(PACKAGE),
    Step::new("wasm-firefox", &[WASM, Need::WasmBindgen, Need::WasmPack], checks::wasm_firefox)
        .reads(PACKAGE),
    // Compiles for release, but not in that lane: its temporary files would count as sources that
    // other steps read. It comes last, so nothing else is running.
    Step::new("dist", dist::NEEDS, checks::distribution)
        .after(&["server"])
        .reads(&["crates", "web", "locales", "clippy.toml", "e2e/dist", "e2e/*.mjs"])
        .writes(|| Ok(vec![dist::folder()])),
    Step::new("e2e", &[Need::NpmPackages, Need::Browser], checks::e2e)
        .after(&["page", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("page"), browsers::results("translated")]))
        .browsers(),
    Step::new("consumers", &[Need::NpmPackages, Need::Browser], checks::consumers)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("package")]))
        .browsers(),
    Step::new("responses", &[Need::NpmPackages, Need::Browser], checks::responses)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("responses")]))
        .browsers(),
    // Like `wasm-firefox`, the steps for Firefox, WebKit, the screen reader and conformance install what they need themselves, so that a failure to do so affects only them.
    Step::new("firefox", &[Need::NpmPackages], checks::in_firefox)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("firefox"), browsers::results("package-firefox")]))
        .browsers(),
    Step::new("cinder-page", &[Need::NpmPackages, Need::Browser], conformance::with_page)
        .after(&["page", "server"])
        .reads(BROWSER_TESTS)
        .browsers(),
    Step::new("hosts", &[Need::NpmPackages, Need::HostPackages, Need::Browser], checks::hosts)
        .after(&["package"])
        .reads(&["e2e"])
        .beside_browsers(),
    Step::new("floors", &[Need::NpmPackages], checks::floors)
        .after(&["page", "package"])
        .reads(&["e2e/floors", "docs/browsers.md"])
        .beside_browsers(),
    Step::new("deploy", &[], deploy::check).beside_browsers(),
    Step::new("count", count::NEEDS, count::check).after(&["package"]).beside_browsers(),
    Step::new("bench", bench::NEEDS, checks::same_results)
        .after(&["package"])
        .reads(&["bench"])
        .beside_browsers(),
    Step::new("conformance", &[], checks::conformance)
        .after(&["server"])
        .reads(&["conformance", "crates/volume-transfer", "fixtures"])
        .beside_browsers(),
    Step::new("webkit", &[Need::NpmPackages], checks::in_webkit)
        .after(&["page", "package", "server"])
        .reads(BROWSER_TESTS)
        .writes(|| Ok(vec![browsers::results("webkit")]))
        .beside_browsers(),
    Step::new("screen-reader", &[Need::NpmPackages], checks::with_screen_reader)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::PHASES;

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
        let phase = |step: &Step| PHASES.iter().position(|lanes| lanes.contains(&step.lane));
        for (index, step) in STEPS.iter().enumerate() {
            assert!(phase(step).is_some(), "{}", step.name);
            for other in step.after {
                let other = STEPS[..index].iter().find(|step| step.name == *other);
                let other = other.unwrap_or_else(|| panic!("{}", step.name));
                // Otherwise it would wait forever.
                assert!(phase(other) <= phase(step), "{}", step.name);
            }
        }
    }

    #[test]
    fn recognizes_only_names_of_steps() {
        assert!(known(&[]));
        assert!(known(&["format", "e2e"]));
        assert!(!known(&["format", "everything"]));
    }
}
