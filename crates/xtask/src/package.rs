//! `cargo xtask package`: the npm package, from the wasm crate and the TypeScript beside it.

use crate::{
    codes,
    install::{Need, install},
    licences,
    page::{brotli, gzip},
    shell::{command, sh},
};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// What a package is made of, and where it is made.
const NPM: &str = "crates/volume-transfer-wasm/npm";
pub(crate) const PKG: &str = "crates/volume-transfer-wasm/pkg";
const LOCALES: &str = "locales";

const NEEDS: &[Need] =
    &[Need::Target("wasm32-unknown-unknown"), Need::WasmBindgen, Need::NpmPackages];

/// What rustc emits for wasm, one by one: with all of binaryen's features, browsers refuse it.
const WASM_OPT: &str = "-Oz --enable-bulk-memory --enable-nontrapping-float-to-int \
    --enable-sign-ext --enable-simd --enable-mutable-globals --enable-reference-types --enable-multivalue \
    --strip-producers --strip-target-features";

/// An entry, the files that a browser loads for it beside what they import, and how many bytes that
/// may be after brotli.
const BUDGETS: [(&str, &[&str], usize); 4] = [
    ("volume-transfer/light", &["light.js", "light.wasm"], 10 * 1024),
    ("volume-transfer", &["index.js", "volume-transfer.wasm"], 36 * 1024),
    ("volume-transfer/element", &["element.js", "light.wasm"], 11 * 1024),
    ("volume-transfer/inline", &["inline.js"], 47 * 1024),
];

/// Builds the package, ready for `npm publish`, and says what it weighs.
pub(crate) fn package() -> Result<()> {
    NEEDS.iter().copied().try_for_each(install)?;
    let changed = build()?;
    for file in changed {
        println!("{file} is new: commit it");
    }
    println!("\nthe package is in {PKG}");
    Ok(())
}

/// Builds the package; and which of the committed files are not any more what they should be.
///
/// # Errors
/// Where something fails to build, or weighs more than it may.
pub(crate) fn build() -> Result<Vec<String>> {
    let mut changed = Vec::new();
    update(&Path::new(NPM).join("src/codes.ts"), &codes::typescript()?, &mut changed)?;

    let build = Path::new(NPM).join("build");
    recreate(&build)?;
    recreate(Path::new(PKG))?;
    module(&["--no-default-features"], &["-zstack-size=8192"], &build, "light")?;
    module(&[], &[], &build, "volume-transfer")?;

    // The types are made aside, to be compared with those that are committed.
    let types = build.join("types");
    sh(command("tsc --project").arg(NPM).arg("--outDir").arg(&types))?;
    bundle()?;
    for file in files(&types)? {
        let name = file.file_name().context("a file has a name")?;
        update(&Path::new(NPM).join("types").join(name), &read(&file)?, &mut changed)?;
        fs::copy(&file, Path::new(PKG).join(name))?;
    }
    for wasm in ["light.wasm", "volume-transfer.wasm"] {
        fs::copy(build.join(wasm), Path::new(PKG).join(wasm))?;
    }
    for file in ["package.json", "README.md"] {
        fs::copy(Path::new(NPM).join(file), Path::new(PKG).join(file))?;
    }
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(file, Path::new(PKG).join(file))?;
    }
    let licences = licences::third_party(licences::PACKAGE)?;
    fs::write(Path::new(PKG).join(licences::FILE), licences)?;
    messages()?;
    weigh()?;
    Ok(changed)
}

/// Packs the package as it would be published, and installs it in a folder.
pub(crate) fn install_in(folder: &str) -> Result<()> {
    let build = Path::new(NPM).join("build");
    sh(command("npm pack --silent --pack-destination").arg(&build).arg(format!("./{PKG}")))?;
    let packed =
        files(&build)?.into_iter().find(|file| file.extension().is_some_and(|e| e == "tgz"));
    let packed = packed.context("npm packed nothing")?.canonicalize()?;
    recreate(&Path::new(folder).join("node_modules"))?;
    sh(command("npm install --no-save --no-package-lock --no-audit --no-fund --prefix")
        .arg(folder)
        .arg(packed))
}

/// One of the two wasm modules, and the glue that wasm-bindgen makes for it.
fn module(features: &[&str], linker: &[&str], build: &Path, name: &str) -> Result<()> {
    let mut cargo = command(
        "cargo rustc --package volume-transfer-wasm --lib --profile npm-package \
         --target wasm32-unknown-unknown",
    );
    cargo.args(features).arg("--");
    cargo.args(linker.iter().flat_map(|argument| ["-C".into(), format!("link-arg={argument}")]));
    sh(&mut cargo)?;
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let built =
        PathBuf::from(target).join("wasm32-unknown-unknown/npm-package/volume_transfer_wasm.wasm");
    let glue = build.join(name);
    sh(command("wasm-bindgen --target web --omit-default-module-path --out-name glue --out-dir")
        .arg(&glue)
        .arg(&built))?;
    sh(command(&format!("wasm-opt {WASM_OPT}"))
        .arg(glue.join("glue_bg.wasm"))
        .arg("-o")
        .arg(build.join(format!("{name}.wasm"))))
}

/// The entries' JavaScript. `light` and the element are one file each, because sharing one would make
/// both larger: the element needs a third of light's JavaScript. The full entries share theirs.
fn bundle() -> Result<()> {
    let esbuild = |entries: &[&str], options: &str| {
        let mut command = command(&format!(
            "esbuild --bundle --format=esm --target=es2022 --minify --legal-comments=none \
             --log-level=warning --outdir={PKG} {options}"
        ));
        sh(command.args(entries.iter().map(|name| format!("{NPM}/src/{name}.ts"))))
    };
    esbuild(&["light", "element"], "")?;
    esbuild(&["index", "inline"], "--splitting --chunk-names=shared-[hash] --loader:.wasm=base64")
}

/// The sentences that the package can ask for, out of those that the page has.
fn messages() -> Result<()> {
    let folder = Path::new(PKG).join("messages");
    fs::create_dir_all(&folder)?;
    for file in files(Path::new(LOCALES))? {
        let all: BTreeMap<String, String> = serde_json::from_str(&read(&file)?)?;
        let mut messages = serde_json::Map::new();
        for key in codes::message_keys() {
            let message =
                all.get(&key).with_context(|| format!("{} has no `{key}`", file.display()))?;
            messages.insert(key, message.as_str().into());
        }
        let text = serde_json::to_string_pretty(&messages)? + "\n";
        fs::write(folder.join(file.file_name().context("a file has a name")?), text)?;
    }
    Ok(())
}

/// Prints what each entry weighs, and fails where one is over its budget.
fn weigh() -> Result<()> {
    println!("\n{:<24} {:>9} {:>9} {:>9} {:>9}", "", "raw", "gzip", "brotli", "at most");
    let mut over = Vec::new();
    for (entry, files, limit) in BUDGETS {
        let mut total = (0, 0, 0);
        for file in loaded(files)? {
            let bytes = fs::read(Path::new(PKG).join(&file))?;
            let (raw, gzip, brotli) = (bytes.len(), gzip(&bytes)?.len(), brotli(&bytes)?.len());
            println!("  {file:<22} {raw:>9} {gzip:>9} {brotli:>9}");
            total = (total.0 + raw, total.1 + gzip, total.2 + brotli);
        }
        println!("{entry:<24} {:>9} {:>9} {:>9} {limit:>9}", total.0, total.1, total.2);
        if total.2 > limit {
            over.push(format!("{entry} weighs {} bytes, {limit} are allowed", total.2));
        }
    }
    ensure!(over.is_empty(), "{}", over.join("; "));
    Ok(())
}

/// Files and all that the scripts among them import.
fn loaded(files: &[&str]) -> Result<Vec<String>> {
    let mut found: Vec<_> = files.iter().map(|file| (*file).to_owned()).collect();
    let mut next = 0;
    while let Some(file) = found.get(next) {
        let bytes = fs::read(Path::new(PKG).join(file)).with_context(|| file.clone())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for import in text.split("from\"./").skip(1).filter_map(|rest| rest.split('"').next()) {
            if !found.iter().any(|known| known == import) {
                found.push(import.to_owned());
            }
        }
        next += 1;
    }
    Ok(found)
}

/// Writes a file if it is not as it should be.
fn update(file: &Path, text: &str, changed: &mut Vec<String>) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text).with_context(|| file.display().to_string())?;
    changed.push(file.display().to_string());
    Ok(())
}

fn recreate(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_message_is_asked_for_twice() {
        let keys = codes::message_keys();
        // `connection` and `timeout` are causes and losses alike.
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }
}
