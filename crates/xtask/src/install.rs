//! Installs the tools that the commands need, unless the right versions are already installed.

use crate::{
    reproducible,
    shell::{command, output, root, sh, target, which},
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

const TRUNK: Crate = Crate::new("trunk", "trunk", "0.21.14", 8);
const WASM_PACK: Crate = Crate::new("wasm-pack", "wasm-pack", "0.15.1", 3);
const CARGO_DENY: Crate = Crate::new("cargo-deny", "cargo-deny", "0.20.2", 5);
const CARGO_CYCLONEDX: Crate = Crate::new("cargo-cyclonedx", "cargo cyclonedx", "0.5.9", 3);
const CARGO_FUZZ: Crate = Crate::new("cargo-fuzz", "cargo-fuzz", "0.13.2", 2);
const GECKODRIVER: Crate = Crate::new("geckodriver", "geckodriver", "0.37.1", 4);
/// The name of Debian's headless Chromium, both of the program and of its package.
const HEADLESS_SHELL: &str = "chromium-headless-shell";
const NODE: u32 = 20;

/// Something that a command requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A compilation target of rustc.
    Target(&'static str),
    /// wasm-bindgen and its test runner, at the version in Cargo.lock.
    WasmBindgen,
    Trunk,
    WasmPack,
    CargoDeny,
    CargoCyclonedx,
    CargoFuzz,
    /// Node.js and npm.
    Node,
    /// The packages in `e2e/package.json`, such as Playwright and wasm-opt.
    NpmPackages,
    /// The bundlers, runtimes and test runners in `e2e/hosts/package.json`.
    HostPackages,
    /// The libraries in `bench/package.json` that the package is compared with.
    BenchPackages,
    /// Chromium or Chrome, and its driver.
    Browser,
    /// nginx, for the test of `docs/nginx.conf`. Optional: without it, the test is skipped.
    Nginx,
    /// The target and the C compiler for static binaries, and bubblewrap, which runs them as
    /// if in a container. Optional: without them, the tests use a dynamically linked binary.
    Musl,
}

/// Installs what a [`Need`] stands for, if it is missing.
///
/// # Errors
/// Returns an error that says what to install by hand.
pub(crate) fn install(need: Need) -> Result<()> {
    match need {
        Need::Target(name) => compilation_target(name),
        Need::WasmBindgen => {
            let lock = fs::read_to_string("Cargo.lock").context("reading Cargo.lock")?;
            let version = locked_version(&lock, "wasm-bindgen")
                .context("Cargo.lock has no package wasm-bindgen")?;
            Crate::new("wasm-bindgen-cli", "wasm-bindgen", version, 3).install()
        }
        Need::Trunk => TRUNK.install(),
        Need::WasmPack => WASM_PACK.install(),
        Need::CargoDeny => CARGO_DENY.install(),
        Need::CargoCyclonedx => CARGO_CYCLONEDX.install(),
        Need::CargoFuzz => CARGO_FUZZ.install(),
        Need::Node => node(),
        Need::NpmPackages => npm_packages("e2e"),
        Need::HostPackages => npm_packages("e2e/hosts"),
        Need::BenchPackages => npm_packages("bench"),
        Need::Browser => browser_and_driver(),
        Need::Nginx => {
            nginx();
            Ok(())
        }
        Need::Musl => {
            if let Err(error) = musl() {
                println!("no static binary will be built or tested: {error:#}");
            }
            Ok(())
        }
    }
}

/// A command-line tool from crates.io.
struct Crate<'a> {
    name: &'a str,
    binary: &'a str,
    version: &'a str,
    minutes: u32,
}

impl<'a> Crate<'a> {
    const fn new(name: &'a str, binary: &'a str, version: &'a str, minutes: u32) -> Self {
        Self { name, binary, version, minutes }
    }

    fn install(&self) -> Result<()> {
        let Self { name, binary, version, minutes } = self;
        if output(&format!("{binary} --version")).is_some_and(|output| is_version(&output, version))
        {
            return Ok(());
        }
        println!("installing {name} {version} (about {minutes} minutes) ...");
        let mut cargo = command(&format!("cargo install --locked {name} --version {version}"));
        // Compiling takes much longer than the tool will ever run, so the slowest optimizations are
        // left out.
        cargo.envs([
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        ]);
        sh(&mut cargo).with_context(|| format!("{name} {version} is missing; install it by hand"))
    }
}

/// Returns whether the output of `--version` contains exactly this version.
fn is_version(output: &str, version: &str) -> bool {
    output.split_whitespace().any(|word| word == version)
}

/// Returns the version of a package in Cargo.lock, which is on the line after the name.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// Returns whether the standard library of a target is installed.
pub(crate) fn has_target(target: &str) -> bool {
    // Asks rustc, because not everyone has rustup.
    let library = output(&format!("rustc --print target-libdir --target {target}"));
    library.is_some_and(|path| PathBuf::from(path).is_dir())
}

fn compilation_target(target: &str) -> Result<()> {
    if has_target(target) {
        return Ok(());
    }
    println!("installing the compiler's target {target} ...");
    sh(&mut command(&format!("rustup target add {target}"))).with_context(|| {
        format!(
            "the target {target} is missing; install it with rustup, or the way you installed Rust"
        )
    })
}

fn node() -> Result<()> {
    if which("npm").is_none() || node_major().is_none() {
        debian_install("nodejs npm").with_context(|| {
            format!(
                "Node.js {NODE} or newer and npm are missing; install them from https://nodejs.org"
            )
        })?;
    }
    let found = node_major().context("Node.js can't be started")?;
    ensure!(
        found >= NODE,
        "Node.js {found} is too old; install {NODE} or newer from https://nodejs.org"
    );
    Ok(())
}

fn node_major() -> Option<u32> {
    major(&output("node --version")?)
}

/// Returns the major version: 20 for `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn npm_packages(folder: &str) -> Result<()> {
    node()?;
    // npm writes `.package-lock.json` last, so if that file is newer, the installation is complete.
    let modified =
        |file: &str| fs::metadata(root().join(folder).join(file)).and_then(|file| file.modified());
    let locked =
        modified("package-lock.json").with_context(|| format!("{folder}/package-lock.json"))?;
    if modified("node_modules/.package-lock.json").is_ok_and(|done| done >= locked) {
        return Ok(());
    }
    println!("installing the npm packages in {folder}/package.json (about 1 minute) ...");
    sh(&mut command(&format!("npm ci --loglevel=error --prefix {folder}")))
        .context("the npm packages are missing; run the command in a terminal to see why")
}

/// Returns the path of Chromium or Chrome: from the environment variable CHROMIUM, from PATH, or from
/// macOS's application folder.
pub(crate) fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    find_browser("CHROMIUM", &names, "Google Chrome.app/Contents/MacOS/Google Chrome")
}

/// Returns the path of the browser for headless tests: Debian's headless Chromium, which takes 40%
/// less CPU time, or else the one that [`browser`] finds.
pub(crate) fn headless_browser() -> Option<PathBuf> {
    match env::var_os("CHROMIUM") {
        Some(_) => browser(),
        None => which(HEADLESS_SHELL).or_else(browser),
    }
}

/// Finds a browser: in an environment variable, in PATH, or in macOS's application folder.
fn find_browser(variable: &str, names: &[&str], mac: &str) -> Option<PathBuf> {
    let mac = Path::new("/Applications").join(mac);
    env::var_os(variable)
        .map(PathBuf::from)
        .or_else(|| names.iter().copied().find_map(which))
        .or_else(|| mac.is_file().then_some(mac))
}

/// Returns the path of Firefox: from the environment variable FIREFOX, from PATH, or from macOS's
/// application folder. Installs Firefox if none of them has it.
///
/// # Errors
/// Returns an error if there is none, and it can't be installed.
pub(crate) fn firefox() -> Result<PathBuf> {
    if let Some(firefox) = find_firefox() {
        return Ok(firefox);
    }
    debian_install("firefox-esr").context("install Firefox, or set FIREFOX to its path")?;
    find_firefox().context("Firefox was installed, but is not in PATH")
}

/// Returns the path of Firefox if it is installed.
pub(crate) fn find_firefox() -> Option<PathBuf> {
    find_browser("FIREFOX", &["firefox-esr", "firefox"], "Firefox.app/Contents/MacOS/firefox")
}

/// Installs Firefox's WebDriver, unless there already is one. Any version will do.
///
/// # Errors
/// Returns an error if it can't be installed.
pub(crate) fn geckodriver() -> Result<()> {
    match which("geckodriver") {
        Some(_) => Ok(()),
        None => GECKODRIVER.install(),
    }
}

/// Installs WebKit, its driver and a display for it. Apart from macOS, whose driver needs Safari
/// itself, only Debian has a driver for WebKit.
///
/// # Errors
/// Returns an error if one of them is missing and can't be installed.
pub(crate) fn webkit() -> Result<()> {
    debian_programs(&["WebKitWebDriver", "Xvfb"], "webkit2gtk-driver xvfb")
        .context("install WebKitGTK's driver and Xvfb")
}

/// Installs the screen reader Orca, and a desktop session for it on a virtual display.
///
/// # Errors
/// Returns an error if one of them is missing and can't be installed.
pub(crate) fn orca() -> Result<()> {
    let programs = ["orca", "Xvfb", "dbus-daemon", "openbox", "xdotool"];
    debian_programs(&programs, "orca at-spi2-core xvfb dbus openbox xdotool")
        .context("install the screen reader Orca, Xvfb, D-Bus, openbox and xdotool")
}

fn browser_and_driver() -> Result<()> {
    headless_shell();
    if browser().is_some() && which("chromedriver").is_some() {
        return Ok(());
    }
    let by_hand = if cfg!(target_os = "macos") {
        "run `brew install --cask google-chrome chromedriver`"
    } else {
        "install Chromium (or set the environment variable CHROMIUM to its path) and the same version of chromedriver"
    };
    // The fonts are only for screenshots, where Chinese characters would otherwise be missing.
    debian_install("chromium chromium-driver fonts-noto-cjk")
        .with_context(|| format!("a browser and its driver are missing; {by_hand}"))
}

/// Tries to install the browser that [`headless_browser`] prefers, on systems with Debian's packages.
fn headless_shell() {
    let wanted = env::var_os("CHROMIUM").is_none() && which("apt-get").is_some();
    if wanted
        && which(HEADLESS_SHELL).is_none()
        && let Err(error) = debian_install(HEADLESS_SHELL)
    {
        println!("browser tests will take longer without {HEADLESS_SHELL}: {error:#}");
    }
}

/// Tries to install nginx. Without it, the test prints that it was skipped.
fn nginx() {
    if which("nginx").is_none()
        && let Err(error) = debian_install("nginx-light")
    {
        println!("docs/nginx.conf will not be tested without nginx: {error:#}");
    }
}

fn musl() -> Result<()> {
    let Some(target) = reproducible::musl()? else { return Ok(()) };
    compilation_target(&target)?;
    debian_programs(&["musl-gcc", "bwrap"], "musl-tools bubblewrap")
}

/// Installs Debian packages unless their programs are in PATH.
fn debian_programs(programs: &[&str], packages: &str) -> Result<()> {
    let missing = || programs.iter().find(|name| which(name).is_none());
    if missing().is_some() {
        debian_install(packages)?;
    }
    match missing() {
        Some(name) => bail!("{packages} were installed, but {name} is not in PATH"),
        None => Ok(()),
    }
}

/// Installs Debian packages, but only as root, because `sudo` may ask for a password.
pub(crate) fn debian_install(packages: &str) -> Result<()> {
    if which("apt-get").is_none() {
        bail!("{packages} can't be installed without apt-get");
    }
    if !is_root() {
        bail!("run `sudo apt-get install {packages}`");
    }
    let _lock = exclusive("apt")?;
    println!("installing {packages} (about 1 minute) ...");
    let apt = |arguments: &str| {
        sh(command(&format!("apt-get {arguments}")).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt("update")?;
    apt(&format!("install -y {packages}"))
}

/// Waits until no other process holds the lock of this name, and takes it. Dropping the file
/// releases it.
pub(crate) fn exclusive(name: &str) -> Result<fs::File> {
    let file = fs::File::create(target().join(format!("{name}.lock")))?;
    file.lock()?;
    Ok(file)
}

fn is_root() -> bool {
    output("id -u").as_deref() == Some("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_from_cargo_lock() {
        let lock = "\
[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.1.0\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.129\"
dependencies = [
 \"wasm-bindgen-macro\",
]
";
        #[track_caller]
        fn check(lock: &str, package: &str, expected: Option<&str>) {
            assert_eq!(locked_version(lock, package), expected);
        }
        check(lock, "wasm-bindgen", Some("0.2.129"));
        check(lock, "wasm-bindgen-macro", Some("0.1.0"));
        check(lock, "wasm", None);
        check("name = \"wasm-bindgen\"", "wasm-bindgen", None);
        check("", "wasm-bindgen", None);
    }

    #[test]
    fn recognizes_only_the_exact_version() {
        #[track_caller]
        fn check(output: &str, version: &str, expected: bool) {
            assert_eq!(is_version(output, version), expected, "{output}");
        }
        check("trunk 0.21.14", "0.21.14", true);
        check("wasm-bindgen 0.2.129 (abcdef)", "0.2.129", true);
        check("trunk 0.21.145", "0.21.14", false);
        check("", "0.21.14", false);
    }

    #[test]
    fn parses_versions_of_node() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("node"), None);
    }
}
