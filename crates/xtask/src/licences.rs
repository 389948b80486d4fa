//! The licences of other people's code that goes out with ours: nearly all of them ask that their
//! text goes along.

use crate::shell::output;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The file's name beside what it is about.
pub(crate) const FILE: &str = "THIRD-PARTY.txt";

const WASM: &str = "--target wasm32-unknown-unknown";

/// What the npm package is made of.
pub(crate) const PACKAGE: &[(&str, &str)] = &[("volume-transfer-wasm", WASM)];
/// What the page and its server are made of, which go out together.
pub(crate) const PAGE: &[(&str, &str)] = &[("web", WASM), ("console-server", "")];

/// The licence of every crate that is linked into these packages, by `cargo tree`'s options.
///
/// # Errors
/// Where a crate says nothing of its licence.
pub(crate) fn third_party(packages: &[(&str, &str)]) -> Result<String> {
    let metadata =
        output("cargo metadata --format-version 1 --locked").context("cargo metadata")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let mut bundled = BTreeSet::new();
    for (package, target) in packages {
        // What macros are made of runs while compiling and is in nothing that goes out.
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
        // Ours has no source but this one, and its licence lies beside.
        if text("source").is_none() || !bundled.contains(&format!("{name} v{version}")) {
            continue;
        }
        let licence = text("license").with_context(|| format!("{name} names no licence"))?;
        let from = text("repository").unwrap_or_default();
        let folder = text("manifest_path").and_then(|path| Path::new(path).parent());
        let texts = texts(folder.with_context(|| name.to_owned())?, !licence.contains("AND"))?;
        by_text.entry(texts).or_default().push(format!("{name} {version} ({licence}) {from}"));
    }
    let mut parts: Vec<_> = by_text.into_iter().map(|(text, of)| of.join("\n") + &text).collect();
    parts.sort();
    ensure!(!parts.is_empty(), "nothing is bundled");
    Ok(parts.join("\n\n----------------------------------------\n\n") + "\n")
}

/// `serde v1.0.229` of a line of the tree.
fn name_and_version(line: &str) -> Option<&str> {
    let end = line.match_indices(' ').nth(1).map_or(line.len(), |(at, _)| at);
    line.get(..end).filter(|line| !line.is_empty())
}

/// The licences that lie in a crate's folder; of those that it leaves a choice of, MIT, the shortest.
fn texts(folder: &Path, choice: bool) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase());
        let name = name.unwrap_or_default();
        let is = ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|l| name.starts_with(l));
        if is && path.is_file() {
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
    fn a_crate_of_the_tree_is_its_name_and_version() {
        for (line, expected) in [
            ("serde v1.0.229", Some("serde v1.0.229")),
            ("web v0.1.0 (/some where/web)", Some("web v0.1.0")),
            ("", None),
        ] {
            assert_eq!(name_and_version(line), expected);
        }
    }

    #[test]
    fn what_the_package_bundles_has_its_licence_with_it() -> Result<()> {
        let text = third_party(PACKAGE)?;
        assert!(text.contains("serde_json 1."), "{text}");
        assert!(text.contains("Permission is hereby granted"), "{text}");
        assert!(!text.contains("proc-macro2 "), "only runs while compiling: {text}");
        Ok(())
    }
}
