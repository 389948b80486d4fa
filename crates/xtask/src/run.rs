//! `cargo xtask run`: builds and serves the page, even in a fresh checkout.

use crate::{
    install::{Need, install},
    page,
    reproducible::{compile, host},
    shell::{program, sh, target},
};
use anyhow::{Context, Result, bail};
use std::{
    env,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const NEEDS: &[Need] = &[Need::Target("wasm32-unknown-unknown"), Need::Trunk, Need::WasmBindgen];

/// Builds the page and serves it until the server exits or is interrupted.
pub(crate) fn run(open: bool, server_arguments: &[&str]) -> Result<ExitCode> {
    if only_prints(server_arguments) {
        build_server()?;
        sh(program(&console_server().to_string_lossy()).args(server_arguments))?;
        return Ok(ExitCode::SUCCESS);
    }
    NEEDS.iter().copied().try_for_each(install)?;
    if let Err(error) = install(Need::NpmPackages) {
        println!("npm is not available ({error:#}), so Trunk will download wasm-opt");
    }
    page::build()?;
    build_server()?;
    serve(open, server_arguments)
}

/// Returns whether the server would only print something and exit, which needs no page.
fn only_prints(server_arguments: &[&str]) -> bool {
    server_arguments
        .iter()
        .any(|argument| matches!(*argument, "-h" | "--help" | "-V" | "--version"))
}

/// Builds the release binary of the server.
pub(crate) fn build_server() -> Result<()> {
    sh(&mut compile("cargo build --release --package console-server", &host()?)?)
}

/// The path of the server's release binary.
pub(crate) fn console_server() -> PathBuf {
    let name = format!("console-server{}", env::consts::EXE_SUFFIX);
    target().join("release").join(name)
}

fn serve(mut open: bool, arguments: &[&str]) -> Result<ExitCode> {
    // Ctrl-C also reaches the server, so this process keeps running until the server has shut down.
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;

    let binary = console_server();
    let mut server = program(&binary.to_string_lossy())
        .args(["--page", page::DIST])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` can't be started", binary.display()))?;
    for line in BufReader::new(server.stdout.take().context("no output")?).lines() {
        let line = line?;
        println!("{line}");
        if let Some(address) = address(&line).filter(|_| open) {
            open = false;
            open_browser(address);
        }
    }
    let status = server.wait()?;
    if !status.success() && !interrupted.load(Ordering::Relaxed) {
        bail!("the console server failed ({status})");
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the address in a server's startup line.
pub(crate) fn address(line: &str) -> Option<&str> {
    line.split_whitespace().find(|word| word.starts_with("http://"))
}

/// Opens the page in the default browser. Failure is not an error, because the terminal shows the
/// address.
fn open_browser(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let opened = program(opener).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if opened.is_err() {
        println!("`{opener}` could not be started; open the address yourself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_in_the_startup_line() {
        assert_eq!(
            address("Volume Transfer is at http://127.0.0.1:8080"),
            Some("http://127.0.0.1:8080")
        );
        assert_eq!(address("listening"), None);
    }

    #[test]
    fn asking_the_server_for_help_needs_no_page() {
        assert!(only_prints(&["--help"]));
        assert!(only_prints(&["--listen", "127.0.0.1:0", "-V"]));
        assert!(!only_prints(&["--listen", "127.0.0.1:0"]));
        assert!(!only_prints(&[]));
    }
}
