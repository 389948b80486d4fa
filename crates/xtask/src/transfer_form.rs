//! Builds the files of the npm package's `<volume-transfer-form>` from the page's crate, style sheets and
//! messages.

use crate::{
    localize,
    reproducible::compile,
    shell::{filter, sh, target},
    wasm::bind,
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{fs, path::Path};

/// The page, whose options for wasm-opt apply to the form as well.
const INDEX: &str = "index.html";

/// The attribute with these options.
const WASM_OPT: &str = "data-wasm-opt-params=\"";

const STYLES: [&str; 2] = ["web/style.css", "web/embedded.css"];

/// The font size that `rem` refers to in the page. On another page it may be any size.
const REM: f64 = 16.0;

/// Builds the wasm module, its glue and the style sheet.
pub(crate) fn build(folder: &Path) -> Result<()> {
    let wasm = "wasm32-unknown-unknown";
    sh(&mut compile(
        &format!("cargo build --package transfer-form --profile wasm-release --target {wasm}"),
        wasm,
    )?)?;
    let index = fs::read_to_string(INDEX).context(INDEX)?;
    let options = index.split_once(WASM_OPT).and_then(|(_, rest)| rest.split('"').next());
    let options = options.with_context(|| format!("{INDEX} has no {WASM_OPT}"))?;
    let built = target().join(wasm).join("wasm-release/transfer_form.wasm");
    bind(&built, folder, "transfer-form", options)?;
    let styles: Result<String> = STYLES
        .into_iter()
        .map(|file| fs::read_to_string(file).with_context(|| file.to_owned()))
        .collect();
    let css = filter("esbuild --minify --loader=css", &in_shadow_tree(&styles?)?)?;
    Ok(fs::write(folder.join("transfer-form.css"), css.trim_end())?)
}

/// Writes each language's messages as a script, so that a content security policy only has to allow
/// scripts.
pub(crate) fn write_messages(folder: &Path) -> Result<()> {
    for (tag, lines) in localize::languages()? {
        let script = format!("export default {};\n", Value::from(lines));
        fs::write(folder.join(format!("transfer-form-{tag}.js")), script)?;
    }
    Ok(())
}

/// Adapts the page's style sheet to a shadow tree.
fn in_shadow_tree(css: &str) -> Result<String> {
    let mut parts = css.split("rem");
    let mut adapted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let number = adapted.trim_end_matches(is_number).len();
        let (before, number) =
            adapted.split_at_checked(number).context("not a character boundary")?;
        adapted = match number.parse::<f64>() {
            Ok(number) => format!("{before}{}px{part}", number * REM),
            Err(_) => format!("{adapted}rem{part}"),
        };
    }
    Ok(adapted.replace(":root", ":host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapts_styles_to_a_shadow_tree() -> Result<()> {
        #[track_caller]
        fn check(css: &str, expected: &str) -> Result<()> {
            assert_eq!(in_shadow_tree(css)?, expected);
            Ok(())
        }
        check(":root { --a: 0 }", ":host { --a: 0 }")?;
        check("p { margin: 0.5rem -1rem }", "p { margin: 8px -16px }")?;
        check("min(100vw, 34rem) /* remove */", "min(100vw, 544px) /* remove */")?;
        check("", "")
    }
}
