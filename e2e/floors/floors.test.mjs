// Checks the built page and package against the oldest supported browsers in docs/browsers.md, using
// the data from which MDN generates its tables.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import bcd from "@mdn/browser-compat-data" with { type: "json" };
import * as acorn from "acorn";
import * as walk from "acorn-walk";
import postcss from "postcss";
import parseValue from "postcss-value-parser";

const BROWSERS = ["chrome", "firefox", "safari"];

/** Features that are newer than the oldest browsers, and why they may be used anyway. */
const EXCEPTIONS = {
  "accent-color": "Safari before 26.2 paints a checkbox's check mark with less contrast",
  ".detached": "wasm-bindgen compares the buffers if it is undefined",
  ".autofocus": "undefined counts as false",
  ".dispose": "wasm-bindgen adds a method of this name only if the symbol exists",
  // Members of our own objects whose names match newer browser APIs.
  ".identity": "in console.json",
  ".token": "in console.json",
  ".memory": "of a wasm module's exports",
  ".service": "of a request",
  ".metadata": "of a volume",
  ".unit": "of a report",
  ".tag": "of the form's options",
};

/** Returns the oldest browser versions that a product supports. */
function floor(product) {
  const text = readFileSync(new URL("../../docs/browsers.md", import.meta.url), "utf8");
  const row = new RegExp(`^\\| ${product} \\| ([\\d.]+) \\| ([\\d.]+) \\| ([\\d.]+) \\|`, "m").exec(text);
  return Object.fromEntries(BROWSERS.map((browser, index) => [browser, Number(row[index + 1])]));
}

/** Returns the first version of a browser that supports a feature without a prefix or a flag. */
function since(compat, browser) {
  const statements = [compat.support[browser] ?? []].flat();
  const statement = statements.find((s) => !s.prefix && !s.alternative_name && !s.flags && !s.version_removed && s.version_added);
  if (!statement || statement.version_added === "preview") return Infinity;
  return Number(String(statement.version_added).replace("≤", ""));
}

/**
 * Returns the browsers that are too old for a feature. If several features share a name, a browser must
 * be too old for all of them.
 */
function tooOld(compats, floor) {
  if (compats.length === 0) return [];
  return BROWSERS.filter((browser) => compats.every((compat) => since(compat, browser) > floor[browser]));
}

/** Returns the features that a style sheet uses, with MDN's data for each. */
function* cssFeatures(css) {
  const { properties, selectors, types, "at-rules": atRules } = bcd.css;
  const found = (name, ...nodes) => [name, nodes.map((node) => node?.__compat).filter(Boolean)];
  const nodes = [];
  postcss.parse(css).walk((node) => void nodes.push(node));
  for (const node of nodes) {
    if (node.type === "atrule") {
      yield found(`@${node.name}`, atRules[node.name]);
      if (node.name === "media") {
        for (const [, feature] of node.params.matchAll(/\(([a-z-]+)/g)) {
          yield found(`@media (${feature})`, atRules.media[feature.replace(/^(min|max)-/, "")]);
        }
      }
    } else if (node.type === "rule") {
      if (node.parent.type === "rule") yield found("nesting", selectors.nesting);
      for (const [, name] of node.selector.matchAll(/:([a-z-]+)/g)) yield found(`:${name}`, selectors[name]);
    } else if (node.type === "decl") {
      // MDN has no entries for custom properties, so only the functions in their values are checked.
      const property = properties[node.prop];
      yield found(node.prop, property);
      const words = [];
      parseValue(node.value).walk(({ type, value }) => void (/^(word|function)$/.test(type) && words.push([type, value])));
      for (const [type, word] of words) {
        if (type === "word") yield found(`${node.prop}: ${word}`, property?.[word]);
        else yield found(`${word}()`, property?.[word], types[word], ...Object.values(types).map((group) => group[word]));
      }
    }
  }
}

/** MDN's entries for the members of all interfaces and built-in objects, by the member's name. */
const members = new Map();
for (const objects of [bcd.api, bcd.javascript.builtins]) {
  for (const object of Object.values(objects)) {
    for (const [name, member] of Object.entries(object)) {
      if (!member.__compat) continue;
      const plain = name.replace(/_(static|event)$/, "");
      members.set(plain, [...(members.get(plain) ?? []), member.__compat]);
    }
  }
}

const { operators, classes, statements } = bcd.javascript;
const SYNTAX = {
  ChainExpression: operators.optional_chaining,
  PropertyDefinition: classes.public_class_fields,
  PrivateIdentifier: classes.private_class_fields,
  StaticBlock: classes.static.initialization_blocks,
  ImportExpression: operators.import,
};

const OPERATORS = {
  "??": operators.nullish_coalescing,
  "??=": operators.nullish_coalescing_assignment,
  "||=": operators.logical_or_assignment,
  "&&=": operators.logical_and_assignment,
};

/** Returns the features that a script uses, with MDN's data for each. */
function* scriptFeatures(code) {
  const program = acorn.parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  const nodes = [];
  walk.full(program, (node) => void nodes.push(node));
  for (const node of nodes) {
    const syntax = SYNTAX[node.type];
    if (syntax) yield [node.type, [syntax.__compat]];
    const operator = OPERATORS[node.operator];
    if (operator) yield [node.operator, [operator.__compat]];
    if (node.type === "ForOfStatement" && node.await) yield ["for await", [statements.for_await_of.__compat]];
    // Only the member's name is known, not its object. Skips names of one or two characters, which are
    // usually minified.
    const member = node.type === "MemberExpression" && !node.computed ? node.property.name : "";
    if (member.length > 2) yield [`.${member}`, members.get(member) ?? []];
    if (node.type === "Identifier" || node.type === "NewExpression") {
      const name = node.name ?? node.callee.name;
      const object = bcd.javascript.builtins[name] ?? bcd.api[name];
      if (object?.__compat) yield [name, [object.__compat]];
    }
  }
}

/** Returns the features that are too new for the floor, as `feature: browsers`. */
function problems(features, floor) {
  const all = new Set();
  for (const [name, compats] of features) {
    const old = tooOld(compats, floor);
    if (old.length > 0 && !(name in EXCEPTIONS)) all.add(`${name}: ${old.join(", ")}`);
  }
  return [...all];
}

/** Returns the files in a folder whose names end with `end`. */
function list(folder, end) {
  return readdirSync(folder).filter((name) => name.endsWith(end)).map((name) => `${folder}/${name}`);
}

const PAGE = floor("page");
const PACKAGE = floor("package");
const ELEMENT = floor("form element");
const read = (file) => readFileSync(file, "utf8");
const html = read("../dist/index.html");

test("the page's style sheet uses nothing newer than the oldest browsers", () => {
  const [, css] = /<style[^>]*>(.*?)<\/style>/s.exec(html);
  const features = [...cssFeatures(css)];
  assert(features.filter(([, compats]) => compats.length > 0).length > 300, "MDN's data should cover most of the style sheet");
  assert.deepEqual(problems(features, PAGE), []);
});

test("the page's scripts use nothing newer than the oldest browsers", () => {
  const inline = [...html.matchAll(/<script(?![^>]*json)[^>]*>(.*?)<\/script>/gs)].map(([, code]) => code);
  const files = list("../dist", ".js").map(read);
  assert(inline.length > 0 && files.length > 0);
  for (const code of [...inline, ...files]) assert.deepEqual(problems(scriptFeatures(code), PAGE), []);
});

test("the package's scripts use nothing newer than the oldest browsers", () => {
  const files = list("../crates/volume-transfer-wasm/pkg", ".js");
  assert(files.length > 3);
  for (const file of files) {
    // The form has the page's style sheet.
    const oldest = file.includes("/transfer-form") ? PAGE : file.endsWith("/element.js") ? ELEMENT : PACKAGE;
    assert.deepEqual(problems(scriptFeatures(read(file)), oldest), [], file);
  }
});

test("the wasm modules use nothing newer than the oldest browsers", () => {
  // wasm-opt's options for each feature.
  const options = {
    "fixed-width-SIMD": ["simd"],
    "bulk-memory-operations": ["bulk-memory", "bulk-memory-opt"],
    "non-trapping-float-to-int-conversions": ["nontrapping-float-to-int"],
    "sign-extension-operations": ["sign-ext"],
    "reference-types": ["reference-types", "call-indirect-overlong"],
    "multi-value": ["multivalue"],
    "tail-calls": ["tail-call"],
    "exception-handling": ["exception-handling"],
    "relaxed-SIMD": ["relaxed-simd"],
    "extended-constant-expressions": ["extended-const"],
    "garbage-collection": ["gc"],
  };
  const check = (file, floor) => {
    const allowed = Object.keys(options).filter((name) => tooOld([bcd.webassembly[name].__compat], floor).length === 0);
    const enabled = allowed.flatMap((name) => options[name]).map((option) => `--enable-${option}`);
    const { status, stderr } = spawnSync("node_modules/.bin/wasm-opt", [file, "--mvp-features", "--enable-mutable-globals", ...enabled, "--quiet"]);
    assert.equal(status, 0, `${file}: ${stderr}`);
  };
  const pages = list("../dist", ".wasm");
  const packages = list("../crates/volume-transfer-wasm/pkg", ".wasm");
  assert(pages.length === 1 && packages.length === 4);
  for (const file of pages) check(file, PAGE);
  for (const file of packages) check(file, file.includes("/transfer-form") ? PAGE : PACKAGE);
});
