//! Generates the glue code of the npm package's wasm modules, and optimizes the modules.

use crate::shell::{command, sh};
use anyhow::Result;
use std::path::Path;

/// Writes a module's glue code to `NAME/glue.js` in `folder`, and the module to `NAME.wasm`, optimized
/// with these options for wasm-opt.
pub(crate) fn bind(built: &Path, folder: &Path, name: &str, options: &str) -> Result<()> {
    let glue = folder.join(name);
    sh(command("wasm-bindgen --target web --omit-default-module-path --out-name glue --out-dir")
        .arg(&glue)
        .arg(built))?;
    sh(command(&format!("wasm-opt {options}"))
        .arg(glue.join("glue_bg.wasm"))
        .arg(format!("--output={}", folder.join(format!("{name}.wasm")).display())))
}
