//! `cargo xtask test`: every check there is, and what each of them needs.

use crate::{
    bench, conformance, count, cycles,
    install::{Need, browser, install},
    package, page,
    report::{Outcome, Report},
    run::console_server,
    shell::{command, sh},
};
use anyhow::{Result, ensure};
use std::{process::ExitCode, time::Instant};

/// What only ever runs beside JavaScript: it is checked for wasm, and tested in Node and a browser.
const WASM_CRATES: &[&str] = &["web", "volume-transfer-wasm"];
/// Those of them with nothing to test on this machine itself, and much to compile for it:
/// a `#[test]` in there would never run, so its tests are all `#[wasm_bindgen_test]`.
const NOT_NATIVE: &[&str] = &["web"];

struct Step {
    name: &'static str,
    needs: &'static [Need],
    /// The steps whose results this one uses.
    after: &'static [&'static str],
    /// What passed may leave a note.
    run: fn() -> Result<Option<String>>,
}

const WASM: Need = Need::Target("wasm32-unknown-unknown");

const STEPS: &[Step] = &[
    Step::new("format", &[], format),
    Step::new("cycles", &[], || cycles::check().map(|()| None)),
    Step::new("clippy", &[WASM], clippy),
    Step::new("native", &[Need::Nginx], native),
    Step::new("docs", &[], docs),
    Step::new("crate", &[], package_crate),
    Step::new("no-std", &[Need::Target("wasm32v1-none")], no_std),
    Step::new("deny", &[Need::CargoDeny], deny),
    Step::new("wasm-node", &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Node], wasm_node),
    Step::new(
        "wasm-chromium",
        &[WASM, Need::WasmBindgen, Need::WasmPack, Need::Browser],
        wasm_chromium,
    ),
    Step::new("page", &[WASM, Need::WasmBindgen, Need::Trunk, Need::NpmPackages], build_page),
    Step { after: &["page"], ..Step::new("e2e", &[Need::NpmPackages, Need::Browser], e2e) },
    Step::new("package", &[WASM, Need::WasmBindgen, Need::NpmPackages], npm_package),
    Step {
        after: &["package"],
        ..Step::new("consumers", &[Need::NpmPackages, Need::Browser], consumers)
    },
    Step {
        after: &["package"],
        ..Step::new("hosts", &[Need::NpmPackages, Need::HostPackages, Need::Browser], hosts)
    },
    Step {
        after: &["page", "package"],
        ..Step::new("responses", &[Need::NpmPackages, Need::Browser], responses)
    },
    Step { after: &["package"], ..Step::new("count", count::NEEDS, count::check) },
    Step { after: &["package"], ..Step::new("bench", bench::NEEDS, same_answers) },
    // Installs what it needs itself: without it the step is skipped, and the others are not.
    Step::new("conformance", &[], conformance),
    Step {
        after: &["page"],
        ..Step::new("cinder-page", &[Need::NpmPackages, Need::Browser], cinder_page)
    },
];

impl Step {
    const fn new(
        name: &'static str,
        needs: &'static [Need],
        run: fn() -> Result<Option<String>>,
    ) -> Self {
        Self { name, needs, after: &[], run }
    }
}

/// The names of all steps, in the order in which they run.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Whether all of these name a step.
pub(crate) fn known(names: &[&str]) -> bool {
    names.iter().all(|name| STEPS.iter().any(|step| step.name == *name))
}

/// Runs the named steps, or all: a failing one does not keep the others from running.
///
/// # Errors
///
/// Where something that a step needs can't be installed. A failing step is no error, it is reported.
pub(crate) fn test(names: &[&str]) -> Result<ExitCode> {
    let steps = chosen(names);
    let mut installed: Vec<Need> = Vec::new();
    for need in steps.iter().flat_map(|step| step.needs) {
        if !installed.contains(need) {
            install(*need)?;
            installed.push(*need);
        }
    }

    let mut report = Report::default();
    for step in steps {
        println!("\n=== {} ===", step.name);
        let start = Instant::now();
        let outcome = match step.after.iter().find(|other| !report.passed(other)) {
            Some(other) => Outcome::Skipped(format!("{other} failed")),
            None => match (step.run)() {
                Ok(note) => Outcome::Passed(note),
                Err(error) => {
                    println!("{} failed: {error:#}", step.name);
                    Outcome::Failed(format!("{error:#}"))
                }
            },
        };
        report.add(step.name, outcome, start.elapsed());
    }

    println!("\n{}\n{}", report.table(), report.closing_line());
    Ok(if report.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The named steps and those whose result they use, or all, in their order.
fn chosen(names: &[&str]) -> Vec<&'static Step> {
    let uses =
        |name| STEPS.iter().any(|step| step.after.contains(&name) && names.contains(&step.name));
    STEPS
        .iter()
        .filter(|step| names.is_empty() || names.contains(&step.name) || uses(step.name))
        .collect()
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

/// The core as others would download it, built from its own archive.
fn package_crate() -> Result<Option<String>> {
    // Allows uncommitted changes, because the step also runs while people work.
    cargo("package --package volume-transfer --allow-dirty", &[])
}

fn no_std() -> Result<Option<String>> {
    cargo("check --package volume-transfer --target wasm32v1-none", &[])
}

fn deny() -> Result<Option<String>> {
    cargo("deny check bans licenses sources", &[])?;
    // The database of advisories is a repository on the network, which a machine may not reach.
    if cargo("deny fetch db", &[]).is_err() {
        let note = "advisories were SKIPPED: their database could not be fetched";
        println!("\n!!! {note} !!!");
        return Ok(Some(note.to_owned()));
    }
    cargo("deny check --disable-fetch advisories", &[])
}

fn wasm_node() -> Result<Option<String>> {
    wasm_pack("--node")
}

fn wasm_chromium() -> Result<Option<String>> {
    wasm_pack("--headless --chrome")
}

/// A file of tests runs on one host, which it names, and is skipped without an error on the other:
/// so that none is left out, both hosts get all crates.
fn wasm_pack(host: &str) -> Result<Option<String>> {
    for directory in ["crates/volume-transfer-wasm", "web"] {
        sh(&mut command(&format!("wasm-pack test {host} {directory}")))?;
    }
    Ok(None)
}

fn build_page() -> Result<Option<String>> {
    page::check_size(&page::build()?)?;
    Ok(None)
}

fn e2e() -> Result<Option<String>> {
    cargo("build --release --package console-server", &[])?;
    sh(command("npx tsc").current_dir("e2e"))?;
    playwright("page", &[])?;
    playwright("translated", &[])
}

/// The package, and whether what is committed of it is still what it is made of.
fn npm_package() -> Result<Option<String>> {
    let changed = package::build()?;
    ensure!(changed.is_empty(), "not as it was committed: {}", changed.join(", "));
    sh(&mut command(&format!("publint --strict {}", package::PKG)))?;
    // Everything that knows `exports`; and a wasm file has no types.
    sh(&mut command(&format!(
        "attw --pack {} --profile node16 --exclude-entrypoints volume-transfer.wasm light.wasm",
        package::PKG
    )))?;
    package::dry_run()?;
    Ok(None)
}

/// The package as it is installed, by its name.
fn consumers() -> Result<Option<String>> {
    package::install_in("e2e/package")?;
    sh(command("npx tsc --project package").current_dir("e2e"))?;
    sh(command("node --test package/").current_dir("e2e"))?;
    playwright("package", &[])
}

/// The package in everything that people run it in.
fn hosts() -> Result<Option<String>> {
    package::install_in("e2e/package")?;
    let mut node = command("node --test --test-reporter=spec hosts/hosts.test.mjs");
    node.current_dir("e2e");
    if let Some(browser) = browser() {
        node.env("CHROMIUM", browser);
    }
    sh(&mut node)?;
    Ok(None)
}

/// Odd responses, to the gateway, the package and the page, as Node reads them.
fn responses() -> Result<Option<String>> {
    cargo("build --release --package console-server", &[])?;
    playwright("responses", &[])
}

/// That the bench compares like with like.
fn same_answers() -> Result<Option<String>> {
    bench::check()?;
    Ok(None)
}

fn conformance() -> Result<Option<String>> {
    conformance::conformance().map(Some)
}

/// The page in a browser, with a real Cinder behind it.
fn cinder_page() -> Result<Option<String>> {
    conformance::with_page(|urls| {
        let variables =
            [("CONSOLE_URL", urls.page), ("ENDPOINT", urls.endpoint), ("CINDER_URL", urls.cinder)];
        playwright("conformance", &variables).map(|_| ())
    })
}

fn playwright(project: &str, variables: &[(&str, &str)]) -> Result<Option<String>> {
    let mut playwright = command(&format!("npx playwright test --project {project}"));
    playwright
        .current_dir("e2e")
        .env("CONSOLE_SERVER", console_server())
        .envs(variables.iter().copied());
    if let Some(browser) = browser() {
        playwright.env("CHROMIUM", browser);
    }
    sh(&mut playwright)?;
    Ok(None)
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
    fn steps_bring_along_those_whose_result_they_use() {
        #[track_caller]
        fn check(names: &[&str], expected: &[&str]) {
            let chosen: Vec<_> = chosen(names).iter().map(|step| step.name).collect();
            assert_eq!(chosen, expected);
        }
        check(&[], &names());
        check(&["native", "format"], &["format", "native"]);
        check(&["e2e"], &["page", "e2e"]);
        check(&["consumers"], &["package", "consumers"]);
        check(&["responses"], &["page", "package", "responses"]);
    }

    #[test]
    fn only_steps_have_the_names_of_steps() {
        assert!(known(&[]));
        assert!(known(&["format", "e2e"]));
        assert!(!known(&["format", "everything"]));
    }

    #[test]
    fn options_for_each_crate() {
        assert_eq!(each("--package", &["a", "b"]), "--package a --package b");
        assert_eq!(each("--package", &[]), "");
    }
}
