//! `cargo xtask conformance`: a real Cinder and its real clients, against the sandbox and the rules.
//!
//! What is compared, and how, is in the folder `conformance`; here it is installed and started.

use crate::{
    install::{Need, install, python},
    names,
    page::DIST,
    run::{address, console_server, target},
    shell::{command, program, sh},
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Cinder and its clients, in the versions that the other file says.
const PACKAGES: [&str; 4] = ["cinder", "python-cinderclient", "openstacksdk", "fixtures"];
const CONSTRAINTS: &str = "conformance/constraints.txt";

/// One of them, and a small one: whether it can be had says whether the package index is there.
const PROBE: &str = "pbr";

/// The sandbox's projects and tokens, which Cinder is given too, and an administrator.
const TOKENS: [&str; 3] = [
    "demo-token-a=alice:dd14c6ac581f40059e27f5320b60bf2f:member+reader",
    "demo-token-b=bob:40acc331ac784f34842ba4f08ff2be48:member+reader",
    "demo-token-admin=root:dd14c6ac581f40059e27f5320b60bf2f:admin+member+reader",
];

/// Compares all there is to compare, and says how much that was.
pub(crate) fn conformance() -> Result<String> {
    let python = match virtual_environment()? {
        Ok(python) => python,
        Err(why) => return Ok(skipped(&why)),
    };
    sh(&mut command("cargo build --release --package console-server"))?;
    let texts = folder().join("names.jsonl");
    fs::write(&texts, names::lines())?;
    let run = |script: &str, arguments: &[&str]| summary(&python, script, arguments);

    // Cinder as it is deployed, and as it is without Keystone; they start while names are compared.
    let mut keystone = Server::cinder(&python, "keystone", &TOKENS, &[])?;
    let mut noauth = Server::cinder(&python, "noauth", &[], &[])?;
    let names = run("names", &[&texts.to_string_lossy()])?;

    let mut sandbox = Server::sandbox()?;
    let (cinder, here) = (keystone.url()?, sandbox.url()?);
    run("furnish", &[&cinder, &here])?;
    run("clients", &[&cinder]).context("Cinder itself does not please its clients")?;
    let clients = run("clients", &[&here])?;
    let with_keystone = run("compare", &[&cinder, &here])?;

    let mut sandbox = Server::sandbox()?;
    let (cinder, here) = (noauth.url()?, sandbox.url()?);
    run("furnish", &[&cinder, &here, "--noauth"])?;
    let without = run("compare", &[&cinder, &here, "--noauth"])?;
    let summary = [with_keystone, without, names, clients];
    println!("\n{}", summary.join("\n"));
    Ok(summary.join("; "))
}

/// Where a test in the browser finds what.
pub(crate) struct Place<'a> {
    /// The page.
    pub(crate) page: &'a str,
    /// What is entered in the page as the endpoint.
    pub(crate) endpoint: &'a str,
    /// Cinder itself.
    pub(crate) cinder: &'a str,
}

/// Runs a test with the page and a Cinder, first through the gateway, and then with a page that
/// talks to Cinder by itself, for which both are told of each other.
pub(crate) fn with_page(test: impl Fn(&Place<'_>) -> Result<()>) -> Result<Option<String>> {
    let python = match virtual_environment()? {
        Ok(python) => python,
        Err(why) => return Ok(Some(skipped(&why))),
    };
    sh(&mut command("cargo build --release --package console-server"))?;
    // Cinder is to know the page's address before there is a page: a port that was free just now.
    let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let page = format!("http://{listen}");
    let mut cinder = Server::cinder(&python, "with-page", &TOKENS, &[&page])?;
    let cinder = cinder.url()?;
    let mut gateway =
        Server::console(&["--listen", "127.0.0.1:0", "--page", DIST, "--endpoint", &cinder])?;
    let url = gateway.url()?;
    test(&Place { page: &url, endpoint: &url, cinder: &cinder }).context("through the gateway")?;

    let mut direct =
        Server::console(&["--listen", &listen, "--page", DIST, "--allow-endpoint", &cinder])?;
    direct.url()?;
    test(&Place { page: &page, endpoint: &cinder, cinder: &cinder }).context("by itself")?;
    Ok(None)
}

fn skipped(why: &str) -> String {
    let note = format!("Cinder was SKIPPED: {why}");
    println!("\n!!! {note} !!!");
    note
}

/// Where all of this keeps what it makes.
fn folder() -> PathBuf {
    target().join("conformance")
}

/// The Python that has Cinder, or why there can be none on this machine.
fn virtual_environment() -> Result<Result<PathBuf, String>> {
    let environment = folder().join("venv");
    let there = environment.join("bin/python");
    let stamp = environment.join("constraints.txt");
    let wanted = fs::read_to_string(CONSTRAINTS).context(CONSTRAINTS)?;
    if fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(Ok(there));
    }
    if let Err(error) = install(Need::Python) {
        return Ok(Err(format!("{error:#}")));
    }
    let python = python().context("there is no Python")?;
    println!("installing Cinder and its clients (about 1 minute) ...");
    sh(program(&python.to_string_lossy()).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = |packages: &[&str]| {
        let options = ["-m", "pip", "install", "--quiet", "--retries", "1", "-c", CONSTRAINTS];
        sh(program(&there.to_string_lossy()).args(options).args(packages))
    };
    if let Err(error) = pip(&["--no-deps", PROBE]) {
        return Ok(Err(format!("its packages cannot be had ({error:#})")));
    }
    pip(&PACKAGES)?;
    fs::write(&stamp, wanted)?;
    Ok(Ok(there))
}

/// Runs a script of `conformance` and shows what it prints; its last line says how it went.
fn summary(python: &Path, script: &str, arguments: &[&str]) -> Result<String> {
    println!("$ {script}.py {}", arguments.join(" "));
    let mut child = self::script(python, script)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not start", python.display()))?;
    let mut last = String::new();
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        last = line?;
        println!("{last}");
    }
    ensure!(child.wait()?.success(), "{script}.py failed, with {last:?} at its end");
    Ok(last)
}

fn script(python: &Path, name: &str) -> Command {
    let mut command = program(&python.to_string_lossy());
    // Nothing is to be written beside the scripts.
    command.args(["-B", "-W", "ignore"]).arg(format!("conformance/{name}.py"));
    command
}

/// A server that runs as long as this value is there.
struct Server {
    name: String,
    process: Child,
}

impl Server {
    /// A new Cinder. Without tokens it takes anyone for an administrator; pages of the origins may
    /// talk to it from a browser.
    fn cinder(python: &Path, name: &str, tokens: &[&str], origins: &[&str]) -> Result<Server> {
        let data = folder().join(name);
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let mut command = script(python, "serve_cinder");
        command.arg(&data).stdin(Stdio::piped());
        for (option, values) in [("--token", tokens), ("--origin", origins)] {
            command.args(values.iter().flat_map(|value| [option, value]));
        }
        Server::start(&format!("Cinder (its log is {}/cinder.log)", data.display()), &mut command)
    }

    /// The console server with a new sandbox. Nobody looks at its page here.
    fn sandbox() -> Result<Server> {
        let page = folder().join("page");
        fs::create_dir_all(&page)?;
        fs::write(page.join("index.html"), "<!doctype html>")?;
        Server::console(&["--listen", "127.0.0.1:0", "--page", &page.to_string_lossy()])
    }

    fn console(arguments: &[&str]) -> Result<Server> {
        let mut command = program(&console_server().to_string_lossy());
        Server::start("the console server", command.args(arguments).stdin(Stdio::null()))
    }

    fn start(name: &str, command: &mut Command) -> Result<Server> {
        let process = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} could not start"))?;
        Ok(Server { name: name.to_owned(), process })
    }

    /// Waits until it says where it is.
    fn url(&mut self) -> Result<String> {
        let output = self.process.stdout.take().context("it was asked before")?;
        for line in BufReader::new(output).lines() {
            if let Some(url) = address(&line?) {
                return Ok(url.to_owned());
            }
        }
        bail!("{} ended before it was ready", self.name)
    }
}

impl Drop for Server {
    /// Cinder ends by itself when its input does; what has not ended soon is made to.
    fn drop(&mut self) {
        if let Some(input) = self.process.stdin.take() {
            drop(input);
            let patience = Instant::now() + Duration::from_secs(10);
            while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < patience {
                thread::sleep(Duration::from_millis(50));
            }
        }
        // It may have ended, which is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
