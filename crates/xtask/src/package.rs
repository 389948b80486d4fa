//! `cargo xtask package`: builds the npm package from the wasm crate and its TypeScript.

use crate::{
    codes,
    install::{Need, install},
    licenses,
    page::{brotli, gzip},
    shell::{command, sh},
    transfer_form, wasm, wasm_opt,
};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// The package's sources, and the folder with the built package.
const NPM: &str = "crates/volume-transfer-wasm/npm";
pub(crate) const PKG: &str = "crates/volume-transfer-wasm/pkg";
/// The folder of the tests that use the installed package.
pub(crate) const INSTALLED: &str = "e2e/package";
const LOCALES: &str = "locales";

const NEEDS: &[Need] =
    &[Need::Target("wasm32-unknown-unknown"), Need::WasmBindgen, Need::NpmPackages];

/// Enables only the wasm features that rustc uses. With all of Binaryen's features, browsers would
/// reject the module. The passes between the first `-Oz` and the others save 70 bytes in `light` and
/// 150 in the full module.
const WASM_OPT: &str = "-Oz --flatten --local-cse --rereloop -Oz -Oz --converge --enable-bulk-memory --enable-nontrapping-float-to-int \
    --enable-sign-ext --enable-simd --enable-mutable-globals --enable-reference-types --enable-multivalue \
    --strip-producers --strip-target-features";

/// Each entry, the files that a browser loads for it (without imports), and its maximum
/// Brotli-compressed size in bytes (with imports).
const BUDGETS: [(&str, &[&str], usize); 6] = [
    ("volume-transfer/form", &["form.js", "form.wasm"], 5 * 1024),
    ("volume-transfer/light", &["light.js", "light.wasm"], 10 * 1024),
    ("volume-transfer", &["index.js", "volume-transfer.wasm"], 36 * 1024),
    ("volume-transfer/element", &["element.js", "form.wasm"], 5 * 1024),
    ("volume-transfer/inline", &["inline.js"], 47 * 1024),
    (
        "volume-transfer/transfer-form",
        &[
            "transfer-form.js",
            "transfer-form-app.js",
            "transfer-form.wasm",
            "transfer-form-zh-CN.js",
        ],
        160 * 1024,
    ),
];

/// Builds the package, ready for `npm publish`, and prints its sizes.
pub(crate) fn package() -> Result<()> {
    NEEDS.iter().copied().try_for_each(install)?;
    let changed = build()?;
    for file in changed {
        println!("{file} has changed: commit it");
    }
    println!("\nthe package is in {PKG}");
    Ok(())
}

/// Builds the package. Returns the committed files that were out of date and have been updated.
///
/// # Errors
/// Returns an error if something can't be built or exceeds its budget.
pub(crate) fn build() -> Result<Vec<String>> {
    wasm_opt::install_cache()?;
    let mut changed = Vec::new();
    update(&Path::new(NPM).join("src/codes.ts"), &codes::typescript()?, &mut changed)?;

    let build = Path::new(NPM).join("build");
    recreate(&build)?;
    recreate(Path::new(PKG))?;
    recreate(&commonjs())?;
    let small_stack = &["-zstack-size=8192"];
    module(&["--no-default-features"], small_stack, &build, "form")?;
    module(&["--no-default-features", "--features=lists"], small_stack, &build, "light")?;
    module(&[], &[], &build, "volume-transfer")?;
    transfer_form::build(&build)?;

    // The types go to a separate folder first, to be compared with the committed ones.
    let types = build.join("types");
    sh(command("tsc --project").arg(NPM).arg("--outDir").arg(&types))?;
    bundle()?;
    for file in files(&types)? {
        let name = file.file_name().context("the file has no name")?;
        update(&Path::new(NPM).join("types").join(name), &read(&file)?, &mut changed)?;
        fs::copy(&file, Path::new(PKG).join(name))?;
        // The folder's package.json decides whether these types are for ESM or CommonJS.
        fs::copy(&file, commonjs().join(name))?;
    }
    fs::write(commonjs().join("package.json"), "{ \"type\": \"commonjs\" }\n")?;
    for wasm in ["form.wasm", "light.wasm", "volume-transfer.wasm", "transfer-form.wasm"] {
        fs::copy(build.join(wasm), Path::new(PKG).join(wasm))?;
    }
    for file in ["package.json", "README.md"] {
        fs::copy(Path::new(NPM).join(file), Path::new(PKG).join(file))?;
    }
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(file, Path::new(PKG).join(file))?;
    }
    let licenses = licenses::third_party(licenses::PACKAGE)?;
    fs::write(Path::new(PKG).join(licenses::FILE), licenses)?;
    messages()?;
    transfer_form::write_messages(Path::new(PKG))?;
    check_sizes()?;
    Ok(changed)
}

/// Packs the package as it would be published, and installs it in a folder.
pub(crate) fn install_in(folder: &str) -> Result<()> {
    let build = Path::new(NPM).join("build");
    sh(command("npm pack --silent --pack-destination").arg(&build).arg(format!("./{PKG}")))?;
    let packed =
        files(&build)?.into_iter().find(|file| file.extension().is_some_and(|e| e == "tgz"));
    let packed = packed.context("npm pack created no archive")?.canonicalize()?;
    recreate(&Path::new(folder).join("node_modules"))?;
    sh(command("npm install --no-save --no-package-lock --no-audit --no-fund --prefix")
        .arg(folder)
        .arg(packed))
}

/// Runs `npm publish --dry-run`.
///
/// # Errors
/// Returns an error if npm rejects the package, or warns about something in it.
pub(crate) fn dry_run() -> Result<()> {
    let mut npm = command("npm publish --dry-run");
    let output = npm.current_dir(PKG).output().context("npm")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`npm publish --dry-run` failed: {said}");
    // A dry run doesn't require a login.
    let warning = said.lines().find(|line| line.contains("warn") && !line.contains("logged in"));
    ensure!(warning.is_none(), "`npm publish --dry-run`: {}", warning.unwrap_or_default());
    Ok(())
}

/// Builds one of the wasm modules, and its JavaScript glue.
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
    wasm::bind(&built, build, name, WASM_OPT)
}

/// Returns the folder of the CommonJS files, which have the same names as the ESM files.
fn commonjs() -> PathBuf {
    Path::new(PKG).join("cjs")
}

/// Bundles each entry into a separate file. A shared file would make all of them larger: the
/// element, for example, needs no schemas.
fn bundle() -> Result<()> {
    let esbuild = |entries: &[&str], options: &str| {
        let mut command = command(&format!(
            "esbuild --bundle --target=es2022 --minify --legal-comments=none --log-level=warning \
             --external:*.wasm?module --external:./transfer-form-* --loader:.wasm=base64 --loader:.css=text \
             --inject:{NPM}/src/text.ts {options}"
        ));
        let entry = |entry: &&str| {
            let (to, from) = entry.split_once('=').unwrap_or((entry, entry));
            format!("{to}={NPM}/src/{from}.ts")
        };
        sh(command.args(entries.iter().map(entry)))
    };
    let esm = [
        "form",
        "form-inline",
        "form-edge",
        "light",
        "light-inline",
        "light-edge",
        "element",
        "transfer-form",
        "transfer-form-app",
        "index",
        "inline",
        "edge",
    ];
    esbuild(&esm, &format!("--format=esm --outdir={PKG}"))?;
    // CommonJS has no `import.meta.url` to locate a wasm file, so the module is inlined.
    let commonjs = ["form=form-inline", "light=light-inline", "element", "index=inline"];
    let options = "--format=cjs --platform=node --external:./form.js";
    esbuild(&commonjs, &format!("{options} --outdir={PKG}/cjs"))
}

/// Writes the messages that the package uses, a subset of the page's.
fn messages() -> Result<()> {
    let folder = Path::new(PKG).join("messages");
    let commonjs = commonjs().join("messages");
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(&commonjs)?;
    for file in files(Path::new(LOCALES))? {
        let all: BTreeMap<String, String> = serde_json::from_str(&read(&file)?)?;
        let mut messages = serde_json::Map::new();
        for key in codes::message_keys() {
            let message =
                all.get(&key).with_context(|| format!("{} has no `{key}`", file.display()))?;
            messages.insert(key, message.as_str().into());
        }
        let json = serde_json::to_string_pretty(&messages)?;
        let name = Path::new(file.file_name().context("the file has no name")?);
        // Also written as JavaScript, because Node imports JSON only with an import attribute,
        // which other hosts and older compilers don't support.
        let write = |folder: &Path, extension: &str, text: String| {
            fs::write(folder.join(name).with_extension(extension), text + "\n")
        };
        let declared = "declare const messages: Record<string, string>;\n";
        write(&folder, "json", json.clone())?;
        write(&folder, "js", format!("export default {json};"))?;
        write(&folder, "d.ts", format!("{declared}export default messages;"))?;
        write(&commonjs, "js", format!("module.exports = {json};"))?;
        write(&commonjs, "d.ts", format!("{declared}export = messages;"))?;
    }
    Ok(())
}

/// Prints the size of each entry.
///
/// # Errors
/// Returns an error if one exceeds its budget.
fn check_sizes() -> Result<()> {
    println!("\n{:<24} {:>9} {:>9} {:>9} {:>9}", "", "raw", "gzip", "brotli", "budget");
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
            over.push(format!("{entry} is {} bytes, but the budget is {limit}", total.2));
        }
    }
    ensure!(over.is_empty(), "{}", over.join("; "));
    Ok(())
}

/// Returns the given files and everything that the scripts among them import.
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

/// Writes a file unless it already has this content.
fn update(file: &Path, text: &str, changed: &mut Vec<String>) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|current| current == text) {
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
    fn message_keys_are_unique() {
        let keys = codes::message_keys();
        let distinct: BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }
}
