//! Runs the browser tests, and writes the table in `docs/browsers.md` that says how many tests in each
//! file passed in each browser.

use crate::{
    dist,
    install::{self, headless_browser},
    shell::{command, output, root, sh, target},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const DOCUMENT: &str = "docs/browsers.md";
const BEGIN: &str = "<!-- Written by `cargo xtask test browsers`. -->\n";
const END: &str = "<!-- End of the generated part. -->";

/// The columns, and the Playwright projects whose results they show.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("Chromium", &["page", "package", "responses"]),
    ("Chromium, translated page", &["translated"]),
    ("Firefox", &["firefox", "package-firefox"]),
    ("WebKit", &["webkit"]),
];

/// How many tests in each file passed.
type Passed = BTreeMap<String, usize>;

/// Runs the tests of one of Playwright's projects, with these environment variables.
///
/// # Errors
/// Returns an error that names the failed tests.
pub(crate) fn run(project: &str, variables: &[(&str, &str)]) -> Result<()> {
    let results = results(project);
    // An old file would count as the result of this run.
    if results.exists() {
        fs::remove_file(&results)?;
    }
    let server = dist::tested_binary()?;
    let run = |options: &str| {
        let mut playwright = command(&format!(
            "npx playwright test --project {project} --output test-results/{project} {options}"
        ));
        playwright
            .current_dir("e2e")
            .env("CONSOLE_SERVER", &server)
            .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results)
            .envs(variables.iter().copied());
        if let Some(browser) = headless_browser() {
            playwright.env("CHROMIUM", browser);
        }
        playwright
    };
    if let Err(error) = sh(&mut run("--reporter list,json")) {
        // Long logs are often truncated except for the summary, so the summary names the failed
        // tests.
        let list = run("--last-failed --list").output()?;
        let list = String::from_utf8_lossy(&list.stdout);
        let failed: Vec<&str> =
            list.lines().filter_map(|line| Some(line.split_once("] › ")?.1)).collect();
        bail!("{error:#}: {}", failed.join(", "));
    }
    Ok(())
}

/// Returns where Playwright writes the results of a project.
pub(crate) fn results(project: &str) -> PathBuf {
    target().join("browsers").join(format!("{project}.json"))
}

/// Returns how many tests of a project passed in its last run.
///
/// # Errors
/// Returns an error if there are no results.
pub(crate) fn passed(project: &str) -> Result<usize> {
    let mut passed = Passed::new();
    count(&serde_json::from_str(&fs::read_to_string(results(project))?)?, &mut passed);
    Ok(passed.values().sum())
}

/// Compares the table with the latest results. If they differ, writes the new table.
///
/// Returns a note if one of the browsers was not tested, because in that case the table can't
/// be checked.
///
/// # Errors
/// Returns an error if the table was out of date. The browsers' versions may differ, because they
/// depend on the machine.
pub(crate) fn check() -> Result<Option<String>> {
    let mut columns = Vec::new();
    for (name, projects) in COLUMNS {
        let mut passed = Passed::new();
        for project in projects {
            let Ok(text) = fs::read_to_string(results(project)) else {
                return Ok(Some(format!("not checked, because {name} was not tested")));
            };
            count(&serde_json::from_str(&text)?, &mut passed);
        }
        columns.push(passed);
    }
    let path = root().join(DOCUMENT);
    let old = fs::read_to_string(&path).with_context(|| format!("reading {DOCUMENT}"))?;
    let (head, rest) =
        old.split_once(BEGIN).context("the marker at the start of the table is missing")?;
    let (old_table, tail) =
        rest.split_once(END).context("the marker at the end of the table is missing")?;
    let table = table(&versions()?, &columns, first_sentence)?;
    if table != old_table {
        fs::write(&path, format!("{head}{BEGIN}{table}{END}{tail}"))?;
    }
    let rows = |table: &str| table.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    ensure!(rows(&table) == rows(old_table), "out of date; commit the new version: {DOCUMENT}");
    Ok(None)
}

/// Adds the passed tests of a suite, which is in the format of Playwright's JSON reporter.
fn count(suite: &Value, passed: &mut Passed) {
    let list = |field: &str| suite.get(field).and_then(Value::as_array).into_iter().flatten();
    for spec in list("specs") {
        let tests = spec.get("tests").and_then(Value::as_array).into_iter().flatten();
        let expected = tests.filter(|test| test.get("status") == Some(&"expected".into())).count();
        if let Some(file) = spec.get("file").and_then(Value::as_str) {
            *passed.entry(file.to_owned()).or_default() += expected;
        }
    }
    for suite in list("suites") {
        count(suite, passed);
    }
}

/// Returns the browsers' names and versions, in the order of [`COLUMNS`].
fn versions() -> Result<Vec<String>> {
    // Chromium's output ends with the system's name.
    let version = |command: &str| {
        let text = output(command)?;
        let version = text.split_whitespace().find(|word| word.starts_with(char::is_numeric))?;
        Some(version.split('-').next().unwrap_or(version).to_owned())
    };
    let version_of = |path: &Path| version(&format!("{} --version", path.display()));
    let chromium = headless_browser()
        .and_then(|path| version_of(&path))
        .context("can't determine Chromium's version")?;
    let firefox = version_of(&install::firefox()?).context("can't determine Firefox's version")?;
    // The driver doesn't report its version.
    let webkit = version("dpkg-query --show --showformat=${Version} webkit2gtk-driver")
        .context("can't determine WebKit's version")?;
    Ok(vec![
        format!("Chromium {chromium}"),
        "Chromium, translated page".to_owned(),
        format!("Firefox {firefox}"),
        format!("WebKitGTK {webkit}"),
    ])
}

/// Formats the table, with a row for each file.
fn table(
    headers: &[String],
    columns: &[Passed],
    describe: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let mut table = format!("| | {} |\n| --- |", headers.join(" | "));
    table.push_str(&" ---: |".repeat(columns.len()));
    table.push('\n');
    let mut files: Vec<_> = columns.iter().flat_map(Passed::keys).collect();
    files.sort();
    files.dedup();
    for file in files {
        let cells = columns.iter().map(|passed| match passed.get(file) {
            Some(&count) if count > 0 => format!(" {count} |"),
            _ => " |".to_owned(),
        });
        let cells: String = cells.collect();
        writeln!(table, "| `{file}`: {} |{cells}", describe(file)?)?;
    }
    Ok(table)
}

/// Returns the first sentence of the comment that a file begins with, without the final period.
fn first_sentence(file: &str) -> Result<String> {
    let text = fs::read_to_string(root().join("e2e").join(file))?;
    let comment: Vec<_> = text.lines().map_while(|line| line.strip_prefix("// ")).collect();
    let comment = comment.join(" ");
    let end = comment.find(". ").unwrap_or(comment.trim_end_matches('.').len());
    Ok(comment.get(..end).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_passed_tests_of_nested_suites() {
        let spec =
            |file: &str, status: &str| json!({ "file": file, "tests": [{ "status": status }] });
        let report = json!({ "suites": [
            { "specs": [spec("a", "expected"), spec("a", "skipped"), spec("b", "unexpected")],
              "suites": [{ "specs": [spec("a", "expected")] }] },
        ]});
        let mut passed = Passed::new();
        count(&report, &mut passed);
        assert_eq!(passed, Passed::from([("a".to_owned(), 2), ("b".to_owned(), 0)]));
    }

    #[test]
    fn has_a_row_for_each_file_and_a_column_for_each_browser() {
        let passed = |files: &[(&str, usize)]| {
            files.iter().map(|&(file, count)| (file.to_owned(), count)).collect::<Passed>()
        };
        let columns = [passed(&[("a.ts", 2), ("c.ts", 0)]), passed(&[("b.ts", 1)])];
        let headers = ["X 1".to_owned(), "Y 2".to_owned()];
        let table = table(&headers, &columns, |file| Ok(format!("about {file}"))).unwrap();
        let expected = "\
| | X 1 | Y 2 |
| --- | ---: | ---: |
| `a.ts`: about a.ts | 2 | |
| `b.ts`: about b.ts | | 1 |
| `c.ts`: about c.ts | | |
";
        assert_eq!(table, expected);
    }
}
