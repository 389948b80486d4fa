//! Turns `locales/*.json` into constants, so that a sentence that a language lacks fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

/// The language that the others are compared with, and that nobody has to have asked for.
const FIRST: &str = "en";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../locales");
    let mut locales = BTreeMap::new();
    for entry in fs::read_dir("../locales")? {
        let file = entry?.path();
        let tag = file.file_stem().and_then(|stem| stem.to_str()).ok_or("a language has a tag")?;
        let text = fs::read_to_string(&file)?;
        let messages: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        locales.insert(tag.to_owned(), messages);
    }
    let first = locales.remove(FIRST).ok_or(format!("locales/{FIRST}.json is missing"))?;
    for (tag, messages) in &locales {
        for key in first.keys().chain(messages.keys()) {
            let (Some(one), Some(other)) = (first.get(key), messages.get(key)) else {
                return Err(format!("`{key}` is not in both {FIRST}.json and {tag}.json").into());
            };
            if placeholders(one) != placeholders(other) {
                return Err(format!("`{key}` has other placeholders in {tag}.json").into());
            }
            if one.trim().is_empty() || other.trim().is_empty() {
                return Err(format!("`{key}` is empty").into());
            }
        }
    }

    let mut code = String::new();
    writeln!(code, "/// Every sentence's key.\npub(crate) mod key {{ use super::Key;")?;
    for (at, key) in first.keys().enumerate() {
        let name = key.replace(['.', '-'], "_").to_uppercase();
        writeln!(code, "#[allow(dead_code, reason = \"made up from codes\")]")?;
        writeln!(code, "pub(crate) const {name}: Key = Key({at});")?;
    }
    writeln!(code, "}}")?;
    writeln!(code, "static KEYS: Table = {};", table(first.keys()))?;
    writeln!(code, "static LOCALES: &[(&str, Table)] = &[")?;
    for (tag, messages) in [(&FIRST.to_owned(), &first)].into_iter().chain(&locales) {
        writeln!(code, "({tag:?}, {}),", table(messages.values()))?;
    }
    writeln!(code, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("messages.rs"), code)?;
    Ok(())
}

/// All texts in one, and where each of them ends: a fourth of what as many references weigh.
fn table<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    let (mut all, mut ends) = (String::new(), Vec::new());
    for text in texts {
        all.push_str(text);
        ends.push(all.len());
    }
    format!("Table {{ all: {all:?}, ends: &{ends:?} }}")
}

fn placeholders(message: &str) -> BTreeSet<&str> {
    message
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
