//! The summary of a test run: a table and a closing line.

use std::{borrow::Cow, fmt::Write, time::Duration};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Passed, possibly with a note.
    Passed(Option<String>),
    /// Passed in an earlier run, and nothing that it depends on has changed since.
    Unchanged(Duration),
    Failed(String),
    Skipped(String),
}

impl Outcome {
    /// Returns the word for the outcome, and its note or reason.
    fn parts(&self) -> (&'static str, Cow<'_, str>) {
        match self {
            Self::Passed(note) => ("passed", note.as_deref().unwrap_or_default().into()),
            Self::Unchanged(age) => {
                ("unchanged", format!("passed {} minutes ago", age.as_secs() / 60).into())
            }
            Self::Failed(reason) => ("FAILED", reason.into()),
            Self::Skipped(reason) => ("skipped", reason.into()),
        }
    }

    pub(crate) fn word(&self) -> &'static str {
        self.parts().0
    }

    /// Returns whether the step passed without skipping any part, such as the tests in a
    /// missing browser.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self, Self::Passed(note) if !note.as_deref().unwrap_or_default().contains("SKIPPED"))
    }

    /// Formats the outcome so that [`Outcome::parse`] can read it.
    pub(crate) fn to_text(&self) -> String {
        let (word, note) = self.parts();
        format!("{word} {note}")
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (word, note) = text.split_once(' ')?;
        let note = note.to_owned();
        match word {
            "passed" => Some(Self::Passed((!note.is_empty()).then_some(note))),
            "FAILED" => Some(Self::Failed(note)),
            "skipped" => Some(Self::Skipped(note)),
            _ => None,
        }
    }
}

/// The outcomes of a test run so far.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<(&'static str, Outcome, Duration)>);

impl Report {
    pub(crate) fn add(&mut self, step: &'static str, outcome: Outcome, took: Duration) {
        self.0.push((step, outcome, took));
    }

    pub(crate) fn passed(&self, step: &str) -> bool {
        let passed =
            |outcome: &Outcome| matches!(outcome, Outcome::Passed(_) | Outcome::Unchanged(_));
        self.0.iter().any(|(name, outcome, _)| *name == step && passed(outcome))
    }

    pub(crate) fn ended(&self, step: &str) -> bool {
        self.0.iter().any(|(name, ..)| *name == step)
    }

    pub(crate) fn all_passed(&self) -> bool {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_))) == 0
    }

    /// Formats the table, with one line for each step.
    pub(crate) fn table(&self) -> String {
        let mut table = String::new();
        for (step, outcome, took) in &self.0 {
            let (result, note) = outcome.parts();
            let line = format!("{step:<14} {result:<9} {:>7.1} s  {note}", took.as_secs_f64());
            let _ = writeln!(table, "{}", line.trim_end());
        }
        table
    }

    /// Returns `9 passed, 1 failed`, followed by `, 2 unchanged, 1 skipped` if there are such steps.
    pub(crate) fn closing_line(&self) -> String {
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed(_)));
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let unchanged = self.count(|outcome| matches!(outcome, Outcome::Unchanged(_)));
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        let mut line = format!("{passed} passed, {failed} failed");
        for (count, word) in [(unchanged, "unchanged"), (skipped, "skipped")] {
            if count > 0 {
                let _ = write!(line, ", {count} {word}");
            }
        }
        line
    }

    fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.0.iter().filter(|(_, outcome, _)| of(outcome)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: &[(&'static str, Outcome)]) -> Report {
        let mut report = Report::default();
        for (step, outcome) in outcomes {
            report.add(step, outcome.clone(), Duration::from_millis(1_250));
        }
        report
    }

    #[test]
    fn reads_the_outcomes_that_it_writes() {
        let reason = || "`npx` failed: first line\nsecond line".to_owned();
        for outcome in [
            Outcome::Passed(None),
            Outcome::Passed(Some(reason())),
            Outcome::Failed(reason()),
            Outcome::Skipped(reason()),
        ] {
            assert_eq!(Outcome::parse(&outcome.to_text()), Some(outcome));
        }
        assert_eq!(Outcome::parse(""), None);
        assert_eq!(Outcome::parse("interrupted halfway"), None);
    }

    #[test]
    fn a_step_that_was_partly_skipped_is_not_complete() {
        let passed = |note: &str| Outcome::Passed(Some(note.to_owned()));
        assert!(Outcome::Passed(None).is_complete());
        assert!(passed("255 cases").is_complete());
        assert!(!passed("Firefox was SKIPPED: not found").is_complete());
        assert!(!Outcome::Failed(String::new()).is_complete());
    }

    #[test]
    fn the_closing_line_counts_outcomes() {
        #[track_caller]
        fn check(outcomes: &[(&'static str, Outcome)], expected: &str) {
            assert_eq!(report(outcomes).closing_line(), expected);
        }
        let passed = || ("format", Outcome::Passed(None));
        let failed = || ("page", Outcome::Failed("no".into()));
        let skipped = || ("e2e", Outcome::Skipped("no page".into()));
        check(&[], "0 passed, 0 failed");
        check(&[passed(), passed()], "2 passed, 0 failed");
        check(&[passed(), failed()], "1 passed, 1 failed");
        check(&[passed(), failed(), skipped()], "1 passed, 1 failed, 1 skipped");
        let unchanged = || ("native", Outcome::Unchanged(Duration::ZERO));
        check(&[passed(), unchanged()], "1 passed, 0 failed, 1 unchanged");
    }

    #[test]
    fn the_table_shows_outcomes_and_notes() {
        let report = report(&[
            ("format", Outcome::Passed(None)),
            ("deny", Outcome::Passed(Some("advisories were SKIPPED".into()))),
            ("page", Outcome::Failed("`trunk` failed".into())),
            ("e2e", Outcome::Skipped("there is no page".into())),
            ("native", Outcome::Unchanged(Duration::from_secs(200))),
        ]);
        assert_eq!(
            report.table(),
            "\
format         passed        1.2 s
deny           passed        1.2 s  advisories were SKIPPED
page           FAILED        1.2 s  `trunk` failed
e2e            skipped       1.2 s  there is no page
native         unchanged     1.2 s  passed 3 minutes ago
"
        );
        assert!(!report.all_passed());
        assert!(report.passed("format"));
        assert!(report.passed("native"));
        assert!(!report.passed("page"));
    }
}
