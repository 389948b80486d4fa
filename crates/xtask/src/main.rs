//! The project's chores: `cargo xtask run` starts the page, `cargo xtask test` checks everything.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its terminal"
)]

mod bench;
mod codes;
mod conformance;
mod count;
mod cycles;
mod fuzz;
mod install;
mod licences;
mod names;
mod package;
mod page;
mod report;
mod run;
mod rust_modules;
mod shell;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
The chores of this project. What they need and is missing, they install first.

Usage:
  cargo xtask run [--open] [-- SERVER-ARGUMENT...]
      Build the page for release, start the console server with it and print its address.
      --open opens the address in the browser; what follows -- goes to the server,
      `cargo xtask run -- --help` lists it.

  cargo xtask package
      Build the npm package volume-transfer, ready to be published, and weigh it.

  cargo xtask bench [--check]
      Measure the npm package beside hand-written JavaScript and the usual libraries, and the page
      beside one in React, in Node and in Chromium, and write docs/benchmarks.md: about 15 minutes,
      on a machine that is left alone.
      --check only compares everyone's answers.

  cargo xtask count [--accept]
      Count the instructions of wasm that the npm package's calls take, and compare them with
      bench/counts.json. --accept writes that file.

  cargo xtask conformance
      Compare the sandbox and the rules with a real OpenStack Cinder and its real clients, and
      take the page to it, through the gateway and by itself.

  cargo xtask fuzz [SECONDS]
      Give every decoder of the rules inputs that nobody thought of, each for 60 seconds.

  cargo xtask test [STEP...]
      Run every check, or only the named ones, and close with a table.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();

    let done =
        std::env::set_current_dir(shell::root()).map_err(anyhow::Error::from).and_then(|()| {
            match words.as_slice() {
                ["run", "--open", "--", server @ ..] => run::run(true, server),
                ["run", "--open"] => run::run(true, &[]),
                ["run", "--", server @ ..] => run::run(false, server),
                ["run"] => run::run(false, &[]),
                ["package"] => package::package().map(|()| ExitCode::SUCCESS),
                ["bench"] => bench::bench().map(|()| ExitCode::SUCCESS),
                ["bench", "--check"] => test::test(&["bench"]),
                ["count"] => test::test(&["count"]),
                ["count", "--accept"] => count::accept().map(|()| ExitCode::SUCCESS),
                ["conformance"] => test::test(&["conformance", "cinder-page"]),
                ["fuzz"] => fuzz::fuzz(60).map(|()| ExitCode::SUCCESS),
                ["fuzz", seconds] if let Ok(seconds) = seconds.parse() => {
                    fuzz::fuzz(seconds).map(|()| ExitCode::SUCCESS)
                }
                ["test", names @ ..] if test::known(names) => test::test(names),
                ["--help" | "-h" | "help"] => {
                    println!("{}", help());
                    Ok(ExitCode::SUCCESS)
                }
                _ => {
                    eprintln!("{}", help());
                    Ok(ExitCode::from(2))
                }
            }
        });
    done.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}

fn help() -> String {
    format!("{HELP}\n      Steps: {}", test::names().join(", "))
}
