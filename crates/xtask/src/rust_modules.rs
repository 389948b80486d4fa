//! Reads the dependencies between a crate's modules from its source.
#![allow(clippy::wildcard_enum_match_arm, reason = "most kinds of items need no special treatment")]

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use syn::{
    Attribute, Item, UseTree, Visibility,
    visit::{self, Visit},
};

/// The modules that each module depends on.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

type Segments = Vec<String>;

/// How many imports are followed for one name. Without a limit, circular imports would be
/// followed forever.
const MAX_DEPTH: u32 = 16;

/// Returns the dependencies between a crate's files. Files are named by their module path, and the
/// root is `lib` or `main`.
///
/// # Errors
/// Returns an error if a file cannot be read or parsed.
pub(crate) fn graph(root: &Path, read: &dyn Fn(&Path) -> Result<String>) -> Result<Graph> {
    let name = root.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let mut modules = Modules::default();
    modules.read_file(root, name, Segments::new(), read)?;
    Ok(modules.graph())
}

/// The names that a module defines and uses.
#[derive(Default)]
struct Module {
    /// The file that contains the module. An inline module belongs to its parent's file.
    file: String,
    items: BTreeSet<String>,
    /// The path of each imported name.
    imports: BTreeMap<String, Segments>,
    globs: BTreeSet<Segments>,
    /// The imports that are visible outside of the module.
    re_exports: BTreeSet<Segments>,
    /// The paths in the code.
    paths: BTreeSet<Segments>,
}

/// The modules of a crate by their paths.
#[derive(Default)]
struct Modules(BTreeMap<Segments, Module>);

impl Modules {
    fn read_file(
        &mut self,
        file: &Path,
        name: &str,
        path: Segments,
        read: &dyn Fn(&Path) -> Result<String>,
    ) -> Result<()> {
        let source = read(file).with_context(|| file.display().to_string())?;
        let parsed = syn::parse_file(&source).with_context(|| file.display().to_string())?;
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let mut folder = file.parent().unwrap_or(Path::new("")).to_owned();
        if !["lib", "main", "mod"].contains(&stem) {
            folder.push(stem);
        }
        self.read_items(&parsed.items, &folder, name, path, read)
    }

    fn read_items(
        &mut self,
        items: &[Item],
        folder: &Path,
        file: &str,
        path: Segments,
        read: &dyn Fn(&Path) -> Result<String>,
    ) -> Result<()> {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            if is_test(item) {
                continue;
            }
            module.visit_item(item);
            let Item::Mod(child) = item else { continue };
            let name = child.ident.to_string();
            let child_path = [path.as_slice(), std::slice::from_ref(&name)].concat();
            match &child.content {
                Some((_, items)) => {
                    self.read_items(items, &folder.join(&name), file, child_path, read)?;
                }
                None => {
                    let (child, child_name) =
                        (child_file(folder, &name, read), child_path.join("::"));
                    self.read_file(&child, &child_name, child_path, read)?;
                }
            }
        }
        self.0.insert(path, module);
        Ok(())
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (path, module) in &self.0 {
            let used = module.paths.iter().filter_map(|used| self.definer(path, used, 0));
            let imported = module.imports.values().filter_map(|import| {
                let definer = self.definer(path, import, 0)?;
                Some((definer, import))
            });
            let globs = module.globs.iter().filter_map(|glob| {
                let module = self.module_at(path, glob, 0)?;
                Some((module, glob))
            });
            let imported = imported.chain(globs).filter_map(|(definer, import)| {
                let child = definer.starts_with(path) && module.re_exports.contains(import);
                (!child).then_some(definer)
            });
            let files = used.chain(imported).filter_map(|path| Some(&self.0.get(&path)?.file));
            let others = files.filter(|file| **file != module.file).cloned();
            graph.entry(module.file.clone()).or_default().extend(others);
        }
        graph
    }

    /// Returns the module that defines the item at a path. Returns `None` if the path leads to
    /// another crate or to a module, because importing a module isn't a dependency until something
    /// in it is used.
    fn definer(&self, from: &Segments, path: &[String], depth: u32) -> Option<Segments> {
        let (name, parents) = path.split_last()?;
        let Some(module) = self.module_at(from, parents, depth) else {
            // An enum variant or an associated item belongs to its type.
            return self.definer(from, parents, depth);
        };
        self.find(&module, name, depth)
    }

    /// Returns the module that defines a name in the scope of `module`.
    fn find(&self, module: &Segments, name: &str, depth: u32) -> Option<Segments> {
        if depth > MAX_DEPTH || ["self", "super", "crate"].contains(&name) {
            return None;
        }
        let found = self.0.get(module)?;
        if found.items.contains(name) {
            return Some(module.clone());
        }
        if let Some(path) = found.imports.get(name) {
            return self.definer(module, path, depth + 1);
        }
        found.globs.iter().find_map(|glob| {
            let module = self.module_at(module, glob, depth + 1)?;
            self.find(&module, name, depth + 1)
        })
    }

    /// Resolves a path to a module, relative to the module `from`.
    fn module_at(&self, from: &Segments, path: &[String], depth: u32) -> Option<Segments> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut at = from.clone();
        for (place, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => {
                    at.pop()?;
                }
                name => {
                    let child = [at.as_slice(), std::slice::from_ref(segment)].concat();
                    at = if self.0.contains_key(&child) {
                        child
                    } else {
                        let import = self.0.get(&at)?.imports.get(name)?;
                        // `use serde;` imports another crate, not a module.
                        if place == 0 && import.first() == Some(segment) {
                            return None;
                        }
                        self.module_at(&at, import, depth + 1)?
                    };
                }
            }
        }
        Some(at)
    }
}

fn child_file(folder: &Path, name: &str, read: &dyn Fn(&Path) -> Result<String>) -> PathBuf {
    let file = folder.join(format!("{name}.rs"));
    match read(&file) {
        Ok(_) => file,
        Err(_) => folder.join(name).join("mod.rs"),
    }
}

/// Returns whether an item has `#[cfg(test)]`.
fn is_test(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

impl Module {
    fn import(&mut self, prefix: &[String], tree: &UseTree, re_export: bool) {
        let path = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        let (name, path) = match tree {
            UseTree::Path(tree) => return self.import(&path(&tree.ident), &tree.tree, re_export),
            UseTree::Group(tree) => {
                return tree.items.iter().for_each(|tree| self.import(prefix, tree, re_export));
            }
            UseTree::Glob(_) => (None, prefix.to_vec()),
            // `use parent::{self}` imports `parent`.
            UseTree::Name(tree) if tree.ident == "self" => {
                (prefix.last().cloned(), prefix.to_vec())
            }
            UseTree::Name(tree) => (Some(tree.ident.to_string()), path(&tree.ident)),
            UseTree::Rename(tree) => (Some(tree.rename.to_string()), path(&tree.ident)),
        };
        if re_export {
            self.re_exports.insert(path.clone());
        }
        match name {
            Some(name) => drop(self.imports.insert(name, path)),
            None => drop(self.globs.insert(path)),
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(item) {
            return;
        }
        let name = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Macro(item) => item.ident.as_ref(),
            Item::Static(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            Item::Use(item) => {
                self.import(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
                None
            }
            // `read_items` handles modules.
            Item::Mod(_) => return,
            _ => None,
        };
        self.items.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }
}

impl Module {
    /// Collects the paths in a macro's arguments, which syn does not parse.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path = Segments::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons < 2 {
                        self.paths.insert(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.paths.insert(std::mem::take(&mut path));
                    self.scan(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.paths.insert(std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.paths.insert(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    /// Checks the dependencies in a crate, written as `from → to`.
    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let read = |path: &Path| -> Result<String> {
            let file = files.iter().find(|(name, _)| Path::new(name) == path);
            file.map(|(_, source)| (*source).to_owned()).ok_or_else(|| anyhow!("no such file"))
        };
        let graph = graph(Path::new("lib.rs"), &read).unwrap();
        let edges =
            graph.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from} → {to}")));
        assert_eq!(edges.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn imports_and_paths_are_dependencies() {
        check(
            &[
                ("lib.rs", "mod a; mod b; mod c; mod d;"),
                ("a.rs", "use crate::b::{B, other as another}; pub fn a() {}"),
                ("b.rs", "pub struct B; pub fn other() { super::c::c::<u8>() }"),
                (
                    "c.rs",
                    "use super::d; pub fn c<T>() { d::Kind::One; println!(\"{}\", crate::a::a()) }",
                ),
                ("d.rs", "use std::fmt; pub enum Kind { One } fn d(f: fmt::Error) {}"),
            ],
            &["a → b", "b → c", "c → a", "c → d"],
        );
    }

    #[test]
    fn re_exports_belong_to_the_module_that_defines_the_item() {
        check(
            &[
                ("lib.rs", "mod parent; pub use parent::Item;"),
                ("parent/mod.rs", "mod one; mod two; pub use one::*; pub use two::Two;"),
                ("parent/one.rs", "use super::Two; pub struct Item;"),
                ("parent/two.rs", "pub struct Two; fn f() { let _: crate::parent::Two; }"),
            ],
            &["parent::one → parent::two"],
        );
    }

    #[test]
    fn a_parent_depends_on_a_child_only_if_it_uses_it() {
        check(
            &[
                ("lib.rs", "mod child; fn f() { child::g() } const LIMIT: u8 = 1;"),
                ("child.rs", "pub fn g() -> u8 { crate::LIMIT }"),
            ],
            &["child → lib", "lib → child"],
        );
        check(
            &[
                ("lib.rs", "mod child; pub use child::g; const LIMIT: u8 = 1;"),
                ("child.rs", "pub fn g() -> u8 { super::LIMIT }"),
            ],
            &["child → lib"],
        );
        check(
            &[
                ("lib.rs", "mod child; pub use child::g; fn f() { g() } const LIMIT: u8 = 1;"),
                ("child.rs", "pub fn g() -> u8 { super::LIMIT }"),
            ],
            &["child → lib", "lib → child"],
        );
    }

    #[test]
    fn tests_and_inline_modules_are_not_dependencies() {
        check(
            &[
                ("lib.rs", "mod a; mod b;"),
                (
                    "a.rs",
                    "#[cfg(test)] mod tests { use crate::b::B; } mod inner { use super::A; } struct A;",
                ),
                ("b.rs", "pub struct B; #[cfg(test)] use crate::a::A;"),
            ],
            &[],
        );
    }
}
