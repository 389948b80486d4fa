//! Generates constants for the keys in `locales/*.json`. The build fails if a language lacks a
//! message. `cargo xtask` writes the messages to files next to the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

/// The page. Its elements specify the keys of their messages.
const INDEX: &str = "../index.html";

/// Precedes the key of an element's message.
const MARK: &str = "data-t=\"";

/// The groups of keys that the page looks up by one of the core's codes.
const GROUPS: [&str; 17] = [
    "accept.file",
    "authKey",
    "constraint",
    "counter",
    "eligibility",
    "name",
    "projectId",
    "rejection",
    "response",
    "service",
    "status",
    "transferId",
    "unit",
    "verdict",
    "verdict.count",
    "volume",
    "volumes",
];

/// The default language, which the others are compared with.
const DEFAULT: &str = "en";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../locales");
    println!("cargo::rerun-if-changed={INDEX}");
    let mut locales = BTreeMap::new();
    for entry in fs::read_dir("../locales")? {
        let file = entry?.path();
        let tag = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .ok_or("a file name in locales is not UTF-8")?;
        let text = fs::read_to_string(&file)?;
        let messages: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        locales.insert(tag.to_owned(), messages);
    }
    let default = locales.remove(DEFAULT).ok_or(format!("locales/{DEFAULT}.json is missing"))?;
    for (tag, messages) in &locales {
        for key in default.keys().chain(messages.keys()) {
            let (Some(expected), Some(actual)) = (default.get(key), messages.get(key)) else {
                return Err(
                    format!("`{key}` is in only one of {DEFAULT}.json and {tag}.json").into()
                );
            };
            if placeholders(expected) != placeholders(actual) {
                return Err(format!("`{key}` has different placeholders in {tag}.json").into());
            }
            if expected.trim().is_empty() || actual.trim().is_empty() {
                return Err(format!("`{key}` is empty").into());
            }
        }
    }

    let mut code = String::new();
    writeln!(code, "/// The keys of all messages.\npub(crate) mod key {{ use super::Key;")?;
    for (index, key) in default.keys().enumerate() {
        let name = key.replace(['.', '-'], "_").to_uppercase();
        writeln!(code, "#[allow(dead_code, reason = \"some messages are looked up by code\")]")?;
        writeln!(code, "pub(crate) const {name}: Key = Key({index});")?;
    }
    writeln!(code, "}}")?;
    writeln!(code, "/// How many keys there are.\nconst KEY_COUNT: usize = {};", default.len())?;
    let index = fs::read_to_string(INDEX)?;
    let marks = index.split(MARK).skip(1).filter_map(|rest| rest.split('"').next());
    let marked: BTreeSet<_> = marks.collect();
    let by_name = default.keys().enumerate().filter(|(_, key)| {
        let group = key.rsplit_once('.').map(|(group, _)| group);
        marked.contains(key.as_str()) || group.is_some_and(|group| GROUPS.contains(&group))
    });
    let (indexes, names): (Vec<usize>, Vec<&String>) = by_name.unzip();
    writeln!(code, "static NAMES: StringTable = {};", string_table(names.into_iter()))?;
    writeln!(code, "/// The key of each name.\nstatic NAMED: &[u16] = &{indexes:?};")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("messages.rs"), code)?;
    Ok(())
}

/// Generates a `StringTable`: all strings joined into one, and the offset at which each one ends. It takes
/// a quarter of the space that a slice of references would.
fn string_table<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    let (mut all, mut ends) = (String::new(), Vec::new());
    for text in texts {
        all.push_str(text);
        ends.push(all.len());
    }
    format!("StringTable {{ text: {all:?}, ends: &{ends:?} }}")
}

fn placeholders(message: &str) -> BTreeSet<&str> {
    message
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
