//! Turns `locales/*.json` into constants, so that a sentence that a language lacks fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../locales");
    let mut locales = Vec::new();
    for language in LANGUAGES {
        let file = format!("../locales/{language}.json");
        let text = fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let messages: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
        locales.push((file, messages));
    }
    let [(first_file, first), rest @ ..] = locales.as_slice() else {
        return Err("no language".into());
    };
    for (file, messages) in rest {
        for key in first.keys().chain(messages.keys()) {
            let (Some(one), Some(other)) = (first.get(key), messages.get(key)) else {
                return Err(format!("`{key}` is not in both {first_file} and {file}").into());
            };
            if placeholders(one) != placeholders(other) {
                return Err(format!("`{key}` has other placeholders in {file}").into());
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
    let tables: Vec<String> = locales.iter().map(|(_, m)| table(m.values())).collect();
    writeln!(code, "static MESSAGES: [Table; {}] = [{}];", tables.len(), tables.join(", "))?;
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
