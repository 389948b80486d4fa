//! `cargo xtask run`: the page and its server, from a fresh checkout to an address in the browser.

use crate::{
    install::{Need, install},
    page,
    shell::{command, program, root, sh},
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

/// Builds the page, then serves it until the server ends or is interrupted.
pub(crate) fn run(open: bool, server_arguments: &[&str]) -> Result<ExitCode> {
    NEEDS.iter().copied().try_for_each(install)?;
    if let Err(error) = install(Need::NpmPackages) {
        println!("without npm ({error:#}), Trunk fetches wasm-opt by itself");
    }
    page::build()?;
    sh(&mut command("cargo build --release --package console-server"))?;
    serve(open, server_arguments)
}

/// Where the release build puts the server: here, or where the person has cargo build everything.
pub(crate) fn console_server() -> PathBuf {
    let name = format!("console-server{}", env::consts::EXE_SUFFIX);
    target().join("release").join(name)
}

/// Where cargo builds everything, and what is made here and is not to be kept has its place.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

fn serve(open: bool, arguments: &[&str]) -> Result<ExitCode> {
    // Ctrl-C reaches the server too; this waits for it to finish in peace.
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;

    let binary = console_server();
    let mut server = program(&binary.to_string_lossy())
        .args(["--page", page::DIST])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not start", binary.display()))?;
    let mut to_open = open;
    for line in BufReader::new(server.stdout.take().context("no output")?).lines() {
        let line = line?;
        println!("{line}");
        if let Some(address) = address(&line).filter(|_| to_open) {
            to_open = false;
            open_browser(address);
        }
    }
    let status = server.wait()?;
    if !status.success() && !interrupted.load(Ordering::Relaxed) {
        bail!("the console server ended ({status})");
    }
    Ok(ExitCode::SUCCESS)
}

/// The address in the line with which a server says that it is there.
pub(crate) fn address(line: &str) -> Option<&str> {
    line.split_whitespace().find(|word| word.starts_with("http://"))
}

/// A page that does not open by itself is no reason to stop: its address is in the terminal.
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
        println!("`{opener}` could not open it; please do so by hand");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_what_the_server_says() {
        assert_eq!(
            address("Volume Transfer is at http://127.0.0.1:8080"),
            Some("http://127.0.0.1:8080")
        );
        assert_eq!(address("listening"), None);
    }
}
