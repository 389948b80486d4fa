//! Development commands: `cargo xtask run` serves the page, and `cargo xtask test` runs all checks.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool prints to its terminal"
)]

mod bench;
mod browsers;
mod checks;
mod codes;
mod conformance;
mod count;
mod cycles;
mod deploy;
mod dist;
mod fuzz;
mod inputs;
mod install;
mod licenses;
mod localize;
mod names;
mod package;
mod page;
mod python;
mod report;
mod reproducible;
mod run;
mod rust_modules;
mod shell;
mod steps;
mod test;
mod transfer_form;
mod wasm;
mod wasm_opt;

use std::process::ExitCode;

const HELP: &str = "\
Development commands of this project. Missing tools are installed first.

Usage:
  cargo xtask run [--open] [-- SERVER-ARGUMENT...]
      Build the page for release, serve it with the console server, and print the address.
      --open opens the address in a browser. Arguments after -- are passed to the server;
      `cargo xtask run -- --help` lists them.

  cargo xtask package
      Build the npm package volume-transfer, ready to publish, and check its size.

  cargo xtask dist
      Build the server with the page in it as a single file, along with licenses, a list of crates
      and checksums, in target/dist. If musl's compiler is installed, also build a static binary.

  cargo xtask bench [--check | --page]
      Compare the npm package with handwritten JavaScript and popular libraries, and the page with
      React, in Node and Chromium, and write docs/benchmarks.md. Takes about 15 minutes on an idle
      machine.
      --check only verifies that all candidates return the same results. --page only measures the
      page, in 4 minutes, and prints its tables.

  cargo xtask count [--accept]
      Count the wasm instructions that the npm package's calls execute, and compare them with
      bench/counts.json. --accept updates that file.

  cargo xtask conformance
      Compare the sandbox and the rules with a real Cinder, a real Keystone and their clients, and
      test the page with them, through the gateway and with direct calls to Cinder.

  cargo xtask horizon
      Test the plugin in examples/horizon with a real Horizon, Keystone and Cinder, and take a
      screenshot.

  cargo xtask fuzz [SECONDS]
      Fuzz every decoder of the core, each for 60 seconds by default.

  cargo xtask test [STEP...]
      Run all checks, and print a summary. A check that has passed is repeated once something that
      it depends on has changed; delete target/steps to repeat all. Named checks always run.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if wasm_opt::is_wasm_opt() {
        return exit_code(wasm_opt::run(&words));
    }

    let result =
        std::env::set_current_dir(shell::root()).map_err(anyhow::Error::from).and_then(|()| {
            match words.as_slice() {
                ["run", "--open", "--", server @ ..] => run::run(true, server),
                ["run", "--open"] => run::run(true, &[]),
                ["run", "--", server @ ..] => run::run(false, server),
                ["run"] => run::run(false, &[]),
                ["package"] => package::package().map(|()| ExitCode::SUCCESS),
                ["dist"] => dist::dist().map(|()| ExitCode::SUCCESS),
                ["bench"] => bench::bench().map(|()| ExitCode::SUCCESS),
                ["bench", "--page"] => bench::page().map(|()| ExitCode::SUCCESS),
                ["bench", "--check"] => test::test(&["bench"]),
                ["count"] => test::test(&["count"]),
                ["count", "--accept"] => count::accept().map(|()| ExitCode::SUCCESS),
                ["conformance"] => test::test(&["conformance", "cinder-page"]),
                ["horizon"] => conformance::horizon().map(|()| ExitCode::SUCCESS),
                ["fuzz"] => fuzz::fuzz(60).map(|()| ExitCode::SUCCESS),
                ["fuzz", seconds] if let Ok(seconds) = seconds.parse() => {
                    fuzz::fuzz(seconds).map(|()| ExitCode::SUCCESS)
                }
                ["step", name, outcome] => test::step(name, outcome).map(|()| ExitCode::SUCCESS),
                ["test", names @ ..] if test::known(names) => test::test(names),
                ["--help" | "-h" | "help"] | [_, "--help" | "-h"] => {
                    println!("{}", help());
                    Ok(ExitCode::SUCCESS)
                }
                _ => {
                    eprintln!("{}", help());
                    Ok(ExitCode::from(2))
                }
            }
        });
    exit_code(result)
}

fn exit_code(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}

fn help() -> String {
    format!("{HELP}\n      Steps: {}", test::names().join(", "))
}
