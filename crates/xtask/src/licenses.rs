//! Collects the licenses of bundled dependencies, most of which require that their text be included.

use crate::shell::output;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The name of the file in each distribution.
pub(crate) const FILE: &str = "THIRD-PARTY.txt";

const WASM: &str = "--target wasm32-unknown-unknown";

/// The rules in the npm package.
const RULES: (&str, &str) = ("volume-transfer-wasm", WASM);
/// The crates in the npm package.
pub(crate) const PACKAGE: &[(&str, &str)] = &[RULES, ("transfer-form", WASM)];
/// The crates in the page and its server, which are distributed together.
pub(crate) const PAGE: &[(&str, &str)] =
    &[("web", WASM), ("console-server", "--features embedded-page")];

/// Returns the licenses of all crates that are linked into these packages. Each package comes with
/// options for `cargo tree`.
///
/// # Errors
/// Returns an error if a crate doesn't state its license.
pub(crate) fn third_party(packages: &[(&str, &str)]) -> Result<String> {
    // Without all features, optional crates would be missing.
    let metadata = output("cargo metadata --format-version 1 --locked --all-features");
    let metadata: Value = serde_json::from_str(&metadata.context("cargo metadata")?)?;
    let mut bundled = BTreeSet::new();
    for (package, target) in packages {
        // Proc macros run at compile time and are not distributed.
        let tree = output(&format!(
            "cargo tree --locked --package {package} {target} --edges normal,no-proc-macro \
             --prefix none --no-dedupe --format {{p}}"
        ));
        let tree = tree.with_context(|| format!("cargo tree of {package}"))?;
        bundled.extend(tree.lines().filter_map(name_and_version).map(str::to_owned));
    }
    let mut by_text = BTreeMap::<String, Vec<String>>::new();
    for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let (Some(name), Some(version)) = (text("name"), text("version")) else { continue };
        // Crates of this workspace have no source; their license is distributed separately.
        if text("source").is_none() || !bundled.contains(&format!("{name} v{version}")) {
            continue;
        }
        let license = text("license").with_context(|| format!("{name} states no license"))?;
        let from = text("repository").unwrap_or_default();
        let folder = text("manifest_path").and_then(|path| Path::new(path).parent());
        let texts = texts(folder.with_context(|| name.to_owned())?, !license.contains("AND"))?;
        by_text.entry(texts).or_default().push(format!("{name} {version} ({license}) {from}"));
    }
    let mut parts: Vec<_> = by_text.into_iter().map(|(text, of)| of.join("\n") + &text).collect();
    parts.sort();
    ensure!(!parts.is_empty(), "no bundled crates found");
    Ok(parts.join("\n\n----------------------------------------\n\n") + "\n")
}

/// Returns the name and version in a line of `cargo tree`, such as `serde v1.0.229`.
fn name_and_version(line: &str) -> Option<&str> {
    let end = line.match_indices(' ').nth(1).map_or(line.len(), |(at, _)| at);
    line.get(..end).filter(|line| !line.is_empty())
}

/// Reads the license files in a crate's folder. If there is a choice, picks MIT, the shortest.
fn texts(folder: &Path, choice: bool) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase());
        let name = name.unwrap_or_default();
        let is_license =
            ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|l| name.starts_with(l));
        if is_license && path.is_file() {
            files.push((name, path));
        }
    }
    files.sort();
    if choice && files.iter().any(|(name, _)| name.contains("MIT")) {
        files.retain(|(name, _)| name.contains("MIT") || name.starts_with("NOTICE"));
    }
    let mut texts = String::new();
    for (_, path) in files {
        texts += "\n\n";
        texts += fs::read_to_string(&path)?.replace('\r', "").trim();
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_name_and_version_from_cargo_tree() {
        for (line, expected) in [
            ("serde v1.0.229", Some("serde v1.0.229")),
            ("web v0.1.0 (/some where/web)", Some("web v0.1.0")),
            ("", None),
        ] {
            assert_eq!(name_and_version(line), expected);
        }
    }

    #[test]
    fn includes_bundled_crates_but_not_proc_macros() -> Result<()> {
        // Doesn't test the whole package, because Leptos links crates that proc macros also use.
        let text = third_party(&[RULES])?;
        assert!(text.contains("serde_json 1."), "{text}");
        assert!(text.contains("Permission is hereby granted"), "{text}");
        assert!(!text.contains("proc-macro2 "), "a proc macro: {text}");
        Ok(())
    }
}
