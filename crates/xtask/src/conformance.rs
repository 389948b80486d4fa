//! `cargo xtask conformance`: compares the sandbox and the rules with a real Cinder, a real Keystone and
//! their clients. `cargo xtask horizon`: tests the plugin for Horizon with them.
//!
//! The scripts in the `conformance` folder do the comparing; this module installs and starts
//! everything.

use crate::{
    browsers, dist,
    install::{self, Need},
    names, package,
    page::DIST,
    python,
    run::address,
    shell::{program, target},
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

/// Cinder, Keystone and their clients, and a library for encrypted credentials files.
/// [`CONSTRAINTS`] pins their versions.
const PACKAGES: [&str; 7] = [
    "cinder",
    "keystone",
    "python-cinderclient",
    "openstacksdk",
    "fixtures",
    "werkzeug",
    "jwcrypto",
];
const CONSTRAINTS: &str = "conformance/constraints.txt";

/// The plugin for Horizon, and the versions of Horizon and its dependencies. Horizon has its own
/// environment, because it requires different versions than Cinder does.
const PLUGIN: &str = "examples/horizon";
const HORIZON: &str = "conformance/horizon.txt";

/// A small dependency of Cinder. Installing it shows whether the package index is reachable.
const PROBE: &str = "pbr";

/// The sandbox's projects and tokens, and an administrator. Cinder gets the same ones.
const TOKENS: [&str; 3] = [
    "demo-token-a=alice:dd14c6ac581f40059e27f5320b60bf2f:member+reader",
    "demo-token-b=bob:40acc331ac784f34842ba4f08ff2be48:member+reader",
    "demo-token-admin=root:dd14c6ac581f40059e27f5320b60bf2f:admin+member+reader",
];

/// The region in Keystone's catalog.
const REGION: &str = "cn-east-3";

/// Runs all comparisons and returns their summaries.
pub(crate) fn conformance() -> Result<String> {
    let python = match virtual_environment()? {
        Ok(python) => python,
        Err(why) => return Ok(skipped("conformance", &why)),
    };
    let texts = folder().join("names.jsonl");
    fs::write(&texts, names::lines())?;
    let run = |script: &str, arguments: &[&str]| summary(&python, script, arguments);

    // One Cinder with Keystone's tokens, as usually deployed, and one without. All three servers
    // start up while the names are compared.
    let mut with_tokens = Server::cinder(&python, "with-tokens", &tokens())?;
    let mut noauth = Server::cinder(&python, "noauth", &[])?;
    let mut keystone = Server::keystone(&python, "identity")?;
    let names = run("names", &[&texts.to_string_lossy()])?;

    let mut sandbox = Server::sandbox()?;
    let (cinder, local) = (with_tokens.url()?, sandbox.url()?);
    run("seed_cinder", &[&cinder, &local])?;
    run("clients", &[&cinder]).context("the clients fail with Cinder itself")?;
    let clients = run("clients", &[&local])?;
    let with_keystone = run("compare", &[&cinder, &local])?;

    let mut sandbox = Server::sandbox()?;
    let (cinder, local) = (noauth.url()?, sandbox.url()?);
    run("seed_cinder", &[&cinder, &local, "--noauth"])?;
    let without = run("compare", &[&cinder, &local, "--noauth"])?;

    let mut sandbox = Server::sandbox()?;
    let local = sandbox.url()?;
    let identity = run("compare_identity", &[&keystone.url()?, &local])?;
    let clouds = run("clouds", &[&local])?;
    let summary = [with_keystone, without, names, clients, identity, clouds];
    println!("\n{}", summary.join("\n"));
    Ok(summary.join("; "))
}

/// Runs a test of the page with Cinder three times: with a token through the gateway, with a token
/// while the page calls Cinder directly, and while signed in to Keystone. Direct calls require CORS
/// in Cinder and `--allow-endpoint` in the server.
pub(crate) fn with_page() -> Result<Option<String>> {
    let python = match virtual_environment()? {
        Ok(python) => python,
        Err(why) => return Ok(Some(skipped("conformance", &why))),
    };
    // Cinder's CORS setting needs the page's address before the page is served, so the port is
    // chosen first.
    let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let page = format!("http://{listen}");
    let origin = ["--origin", &page];
    let mut cinder = Server::cinder(&python, "with-page", &[&*tokens(), &origin].concat())?;
    let cinder = cinder.url()?;
    let mut gateway =
        Server::console(&["--listen", "127.0.0.1:0", "--page", DIST, "--endpoint", &cinder])?;
    let url = gateway.url()?;
    let variables = [("CONSOLE_URL", &*url), ("ENDPOINT", &url), ("CINDER_URL", &cinder)];
    browsers::run("cinder", &variables).context("through the gateway")?;

    let mut direct =
        Server::console(&["--listen", &listen, "--page", DIST, "--allow-endpoint", &cinder])?;
    direct.url()?;
    let variables = [("CONSOLE_URL", &*page), ("ENDPOINT", &cinder), ("CINDER_URL", &cinder)];
    browsers::run("cinder", &variables).context("directly")?;

    with_keystone(&python).context("signed in to Keystone")?;
    Ok(None)
}

/// Runs a test of the page with a Keystone and a Cinder that uses it to validate tokens.
fn with_keystone(python: &Path) -> Result<()> {
    let mut keystone = Server::keystone(python, "identity-page")?;
    let keystone = keystone.url()?;
    let seeded = summary(python, "seed_keystone", &[&keystone])?;
    let mut cinder = Server::cinder(python, "with-keystone", &["--keystone", &keystone])?;
    let cinder = cinder.url()?;
    let region = format!("{REGION}={cinder}");
    let listen = ["--listen", "127.0.0.1:0", "--page", DIST];
    let services = ["--endpoint", &region, "--identity", &keystone];
    let mut gateway = Server::console(&[listen, services].concat())?;
    let variables = [
        ("CONSOLE_URL", &*gateway.url()?),
        ("CINDER_URL", &cinder),
        ("KEYSTONE_URL", &keystone),
        ("SEEDED", &seeded),
    ];
    browsers::run("keystone", &variables)
}

/// `cargo xtask horizon`: tests the plugin in a real Horizon, which uses a real Keystone and a real
/// Cinder. Not a step, because starting all services takes longer than most steps.
///
/// # Errors
/// Returns an error if a tool can't be installed or something can't be built, or if the test fails.
/// Without Python, or if Horizon can't be installed, the test is skipped with a message.
pub(crate) fn horizon() -> Result<()> {
    const NEEDS: [Need; 4] = [
        Need::Target("wasm32-unknown-unknown"),
        Need::WasmBindgen,
        Need::NpmPackages,
        Need::Browser,
    ];
    NEEDS.into_iter().try_for_each(install::install)?;
    package::build()?;
    let (python, horizon) = match (virtual_environment()?, horizon_environment()?) {
        (Ok(python), Ok(horizon)) => (python, horizon),
        (Err(why), _) | (_, Err(why)) => {
            skipped("horizon", &why);
            return Ok(());
        }
    };
    let mut keystone = Server::keystone(&python, "horizon-identity")?;
    let keystone = keystone.url()?;
    let mut cinder = Server::cinder(&python, "horizon-volumes", &["--keystone", &keystone])?;
    let cinder = cinder.url()?;
    let host =
        cinder.strip_prefix("http://").context("Cinder's address does not start with http://")?;
    let seeded = summary(&python, "seed_keystone", &[&keystone, host])?;
    let mut server = Server::horizon(&horizon, &keystone)?;
    let picture = folder().join("horizon.png");
    let variables = [
        ("HORIZON_URL", &*server.url()?),
        ("KEYSTONE_URL", &keystone),
        ("CINDER_URL", &cinder),
        ("SEEDED", &seeded),
        ("PICTURE", &picture.to_string_lossy()),
    ];
    browsers::run("horizon", &variables)?;
    println!("\na screenshot of Horizon is in {}", picture.display());
    Ok(())
}

/// Returns the Python in a virtual environment with Horizon, or the reason why this machine can't have
/// one.
fn horizon_environment() -> Result<Result<PathBuf, String>> {
    let wanted = fs::read_to_string(HORIZON).context(HORIZON)?;
    python::virtual_environment(&folder().join("horizon-venv"), &wanted, |pip| {
        println!("installing Horizon (about 1 minute) ...");
        Ok(pip(&["-r", HORIZON]).map_err(|error| format!("Horizon can't be installed ({error:#})")))
    })
}

/// Returns the Python that has [`PACKAGES`], or a note that says why this machine can't have one.
pub(crate) fn packages() -> Result<Result<PathBuf, String>> {
    Ok(virtual_environment()?.map_err(|why| skipped("conformance", &why)))
}

fn skipped(step: &str, why: &str) -> String {
    let note = format!("{step} was SKIPPED: {why}");
    println!("\n!!! {note} !!!");
    note
}

/// The folder for virtual environments, databases and logs.
fn folder() -> PathBuf {
    target().join("conformance")
}

/// Returns the folder for a server's data, after deleting what an earlier run left there.
fn new_folder(name: &str) -> Result<PathBuf> {
    let folder = folder().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(folder)
}

/// Returns the Python in a virtual environment with Cinder and Keystone, or the reason why this machine
/// can't have one.
fn virtual_environment() -> Result<Result<PathBuf, String>> {
    let wanted = fs::read_to_string(CONSTRAINTS).context(CONSTRAINTS)?;
    python::virtual_environment(&folder().join("venv"), &wanted, |pip| {
        println!("installing Cinder, Keystone and their clients (about 1 minute) ...");
        if let Err(error) = pip(&["-c", CONSTRAINTS, "--no-deps", PROBE]) {
            return Ok(Err(format!("its packages cannot be installed ({error:#})")));
        }
        pip(&[&["-c", CONSTRAINTS], &PACKAGES[..]].concat()).map(Ok)
    })
}

/// Runs a script in `conformance`, prints its output, and returns the last line, which is its
/// summary.
fn summary(python: &Path, script: &str, arguments: &[&str]) -> Result<String> {
    println!("$ {script}.py {}", arguments.join(" "));
    let mut child = self::script(python, script)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` can't be started", python.display()))?;
    let mut last = String::new();
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        last = line?;
        println!("{last}");
    }
    ensure!(child.wait()?.success(), "{script}.py failed; its last line was {last:?}");
    Ok(last)
}

/// Returns the options that make Cinder accept [`TOKENS`].
fn tokens() -> Vec<&'static str> {
    TOKENS.iter().flat_map(|token| ["--token", token]).collect()
}

fn script(python: &Path, name: &str) -> Command {
    let mut command = program(&python.to_string_lossy());
    // -B keeps Python from writing bytecode next to the scripts.
    command.args(["-B", "-W", "ignore"]).arg(format!("conformance/{name}.py"));
    command
}

/// A server that is stopped when this value is dropped.
struct Server {
    name: String,
    process: Child,
}

impl Server {
    /// Starts a new Cinder. Its script lists the options.
    fn cinder(python: &Path, name: &str, options: &[&str]) -> Result<Server> {
        let data = new_folder(name)?;
        let mut command = script(python, "serve_cinder");
        command.arg(&data).args(options).stdin(Stdio::piped());
        Server::start(&format!("Cinder (log: {}/cinder.log)", data.display()), &mut command)
    }

    /// Starts a new Keystone.
    fn keystone(python: &Path, name: &str) -> Result<Server> {
        let data = new_folder(name)?;
        let mut command = script(python, "serve_keystone");
        command.arg(&data).stdin(Stdio::piped());
        Server::start(&format!("Keystone (log: {}/keystone.log)", data.display()), &mut command)
    }

    /// Starts Horizon with the plugin.
    fn horizon(python: &Path, keystone: &str) -> Result<Server> {
        let data = new_folder("horizon")?;
        let mut command = script(python, "serve_horizon");
        command.arg(&data).args([keystone, PLUGIN, package::PKG]).stdin(Stdio::piped());
        Server::start("Horizon", &mut command)
    }

    /// Starts the console server with a new sandbox and an empty page.
    fn sandbox() -> Result<Server> {
        let page = folder().join("page");
        fs::create_dir_all(&page)?;
        fs::write(page.join("index.html"), "<!doctype html>")?;
        Server::console(&["--listen", "127.0.0.1:0", "--page", &page.to_string_lossy()])
    }

    fn console(arguments: &[&str]) -> Result<Server> {
        let mut command = program(&dist::tested_binary()?.to_string_lossy());
        Server::start("the console server", command.args(arguments).stdin(Stdio::null()))
    }

    fn start(name: &str, command: &mut Command) -> Result<Server> {
        let process = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} can't be started"))?;
        Ok(Server { name: name.to_owned(), process })
    }

    /// Waits for the startup line and returns the address in it. Can be called only once.
    fn url(&mut self) -> Result<String> {
        let output = self.process.stdout.take().context("the URL was already taken")?;
        for line in BufReader::new(output).lines() {
            if let Some(url) = address(&line?) {
                return Ok(url.to_owned());
            }
        }
        bail!("{} exited before it was ready", self.name)
    }
}

impl Drop for Server {
    /// Closes standard input, which makes Cinder, Keystone and Horizon exit, and kills the process
    /// if it is still running after 10 seconds.
    fn drop(&mut self) {
        if let Some(input) = self.process.stdin.take() {
            drop(input);
            let deadline = Instant::now() + Duration::from_secs(10);
            while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(50));
            }
        }
        // This fails if the process has already exited, which is fine.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
