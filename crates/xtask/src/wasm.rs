//! What the npm package's wasm modules have in common: their glue and their optimization.

use crate::shell::{command, sh};
use anyhow::Result;
use std::path::Path;

/// Creates a module's glue, as `NAME/glue.js`, and optimizes the module, as `NAME.wasm`, with these options
/// for wasm-opt.
pub(crate) fn bind(built: &Path, folder: &Path, name: &str, options: &str) -> Result<()> {
    let glue = folder.join(name);
    sh(command("wasm-bindgen --target web --omit-default-module-path --out-name glue --out-dir")
        .arg(&glue)
        .arg(built))?;
    sh(command(&format!("wasm-opt {options}"))
        .arg(glue.join("glue_bg.wasm"))
        .arg(format!("--output={}", folder.join(format!("{name}.wasm")).display())))
}
