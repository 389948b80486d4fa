//! Checks that there are no dependency cycles between modules, within each crate and within the
//! package's TypeScript.
//!
//! Names are resolved through imports to the module that defines them; method calls are not resolved.
//! A module that merely declares and re-exports its children does not depend on them, so they may use
//! its items. Test code does not count.

use crate::rust_modules::{self, Graph};
use anyhow::{Context, Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

/// Cycles that have yet to be removed: the crate or folder, and the modules involved.
const KNOWN: &[(&str, &[&str])] = &[];

const TYPESCRIPT: &str = "crates/volume-transfer-wasm/npm/src";

/// A set of modules that all depend on each other, directly or not, and the shortest cycle among them.
#[derive(Debug, PartialEq)]
struct Cycle {
    modules: BTreeSet<String>,
    shortest: Vec<String>,
}

/// Checks all crates and the package's TypeScript.
///
/// # Errors
/// Returns an error that lists all cycles missing from [`KNOWN`], and all entries of [`KNOWN`] whose
/// cycle is gone.
pub(crate) fn check() -> Result<()> {
    let mut graphs = BTreeMap::new();
    let mut folders = vec![PathBuf::from("web")];
    for entry in fs::read_dir("crates").context("crates")? {
        folders.push(entry?.path());
    }
    for folder in folders {
        let mut graph = Graph::new();
        for root in ["lib", "main"] {
            let file = folder.join(format!("src/{root}.rs"));
            if file.is_file() {
                let read = |path: &Path| Ok(fs::read_to_string(path)?);
                graph.extend(rust_modules::graph(&file, &read)?);
            }
        }
        graphs.insert(folder.display().to_string(), graph);
    }
    graphs.insert(TYPESCRIPT.to_owned(), typescript(Path::new(TYPESCRIPT))?);
    let problems = problems(&graphs, KNOWN);
    ensure!(problems.is_empty(), "{}", problems.join("; "));
    Ok(())
}

/// Returns a message for each new cycle, and for each known one that is gone.
fn problems(graphs: &BTreeMap<String, Graph>, known: &[(&str, &[&str])]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut unseen = known.to_vec();
    for (name, graph) in graphs {
        for cycle in cycles(graph) {
            let covers = |(folder, modules): &(&str, &[&str])| {
                folder == name && cycle.modules.iter().all(|m| modules.contains(&m.as_str()))
            };
            if known.iter().any(covers) {
                unseen.retain(|entry| !covers(entry));
            } else {
                problems.push(format!("{name} has a cycle: {}", cycle.shortest.join(" → ")));
            }
        }
    }
    problems.extend(unseen.iter().map(|(name, modules)| {
        let modules = modules.join(", ");
        format!("{name} no longer has the cycle {modules}: remove it from KNOWN in cycles.rs")
    }));
    problems
}

fn cycles(graph: &Graph) -> Vec<Cycle> {
    let mut cycles: Vec<Cycle> = Vec::new();
    for module in graph.keys() {
        let reached = reachable(graph, module);
        if !reached.contains(module) || cycles.iter().any(|cycle| cycle.modules.contains(module)) {
            continue;
        }
        let mutual = |other: &String| reachable(graph, other).contains(module);
        let modules: BTreeSet<_> = reached.into_iter().filter(mutual).collect();
        let paths = modules.iter().filter_map(|module| path_to_itself(graph, module));
        let shortest = paths.min_by_key(Vec::len).unwrap_or_default();
        cycles.push(Cycle { modules, shortest });
    }
    cycles
}

fn reachable(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![from];
    while let Some(module) = pending.pop() {
        for next in graph.get(module).into_iter().flatten() {
            if reached.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    reached
}

/// Returns the shortest path from a module to itself.
fn path_to_itself(graph: &Graph, module: &str) -> Option<Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut pending = VecDeque::from([vec![module.to_owned()]]);
    while let Some(path) = pending.pop_front() {
        for next in graph.get(path.last()?).into_iter().flatten() {
            let longer = [path.as_slice(), std::slice::from_ref(next)].concat();
            if next == module {
                return Some(longer);
            }
            if reached.insert(next) {
                pending.push_back(longer);
            }
        }
    }
    None
}

/// Reads the imports of a folder's TypeScript files. Imports of types count as well.
fn typescript(folder: &Path) -> Result<Graph> {
    let mut graph = Graph::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".ts") {
            let imports = imports(&fs::read_to_string(&path)?);
            graph.insert(module_name(name).to_owned(), imports);
        }
    }
    Ok(graph)
}

fn imports(source: &str) -> BTreeSet<String> {
    let mut imports = BTreeSet::new();
    for (at, start) in source.match_indices("\"./") {
        let (before, rest) = source.split_at_checked(at).unwrap_or_default();
        let path = rest.strip_prefix(start).and_then(|rest| rest.split('"').next());
        let before = before.trim_end();
        if ["from", "import", "import("].iter().any(|keyword| before.ends_with(keyword)) {
            imports.extend(path.map(|path| module_name(path).to_owned()));
        }
    }
    imports
}

/// Returns the name of a file's module: `calls` for both `calls.ts` and `calls.js`.
fn module_name(file: &str) -> &str {
    let name = file.strip_suffix(".js").or_else(|| file.strip_suffix(".ts")).unwrap_or(file);
    name.strip_suffix(".d").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        edges.iter().map(|(from, to)| ((*from).to_owned(), owned(to))).collect()
    }

    #[track_caller]
    fn check(edges: &[(&str, &[&str])], known: &[(&str, &[&str])], expected: &[&str]) {
        let graphs = BTreeMap::from([("a-crate".to_owned(), graph(edges))]);
        assert_eq!(problems(&graphs, known), expected);
    }

    const DOWN: &[(&str, &[&str])] = &[("top", &["middle", "bottom"]), ("middle", &["bottom"])];
    const ROUND: &[(&str, &[&str])] =
        &[("a", &["b"]), ("b", &["c", "d"]), ("c", &["a"]), ("d", &["c"]), ("e", &["a"])];

    #[test]
    fn fails_on_a_cycle_and_shows_the_shortest() {
        check(DOWN, &[], &[]);
        check(ROUND, &[], &["a-crate has a cycle: a → b → c → a"]);
    }

    #[test]
    fn allows_a_known_cycle_until_it_is_gone() {
        let known: &[(&str, &[&str])] = &[("a-crate", &["a", "b", "c", "d"])];
        check(ROUND, known, &[]);
        let elsewhere: &[(&str, &[&str])] = &[("another-crate", &["a", "b", "c", "d"])];
        let gone = "no longer has the cycle a, b, c, d: remove it from KNOWN in cycles.rs";
        check(DOWN, known, &[&format!("a-crate {gone}")]);
        check(
            ROUND,
            elsewhere,
            &["a-crate has a cycle: a → b → c → a", &format!("another-crate {gone}")],
        );
        // A known cycle may shrink, but not grow.
        check(&[("a", &["b"]), ("b", &["a"])], known, &[]);
        let smaller: &[(&str, &[&str])] = &[("a-crate", &["a", "b", "c"])];
        assert_eq!(
            problems(&BTreeMap::from([("a-crate".to_owned(), graph(ROUND))]), smaller).len(),
            2
        );
    }

    #[test]
    fn reads_all_kinds_of_typescript_imports() {
        let source = r#"
            import { a } from "./values.js";
            import type { B } from "./types.js";
            import {
              c,
            } from "./lines.js";
            export * from "./exports.js";
            import "./effects.js";
            type D = import("./inline.js").D;
            const e = await import("./dynamic.js");
            new URL("./light.wasm", import.meta.url);
            import f from "elsewhere";
        "#;
        let expected = ["dynamic", "effects", "exports", "inline", "lines", "types", "values"];
        assert_eq!(imports(source), expected.map(str::to_owned).into());
        assert_eq!(module_name("wasm.d.ts"), "wasm");
    }
}
