//! Runs the steps of `cargo xtask test` in two phases, each with two lanes that run at the same time.
//! The first phase compiles: one lane in release mode, the other in debug mode. In the second, one lane
//! keeps several browsers busy, and the other at most one. Steps that would only repeat what they did
//! when they last passed are left out.

use crate::{
    inputs::{Inputs, forget},
    install::Need,
    report::{Outcome, Report},
    shell::target,
};
use anyhow::{Context, Result};
use std::{
    env, fs,
    io::{self, BufRead, BufReader, PipeReader},
    path::{Path, PathBuf},
    process::Command,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) lane: Lane,
    pub(crate) needs: &'static [Need],
    /// The steps whose output this one uses. They come earlier in the list.
    pub(crate) after: &'static [&'static str],
    /// The source files that the step reads, as Git pathspecs. Without any, the step always runs.
    pub(crate) reads: Option<&'static [&'static str]>,
    /// The files and folders that the step writes, and that others read.
    pub(crate) writes: fn() -> Result<Vec<PathBuf>>,
    /// Runs the step. A step that passes may return a note for the summary.
    pub(crate) run: fn() -> Result<Option<String>>,
}

/// Steps in the same lane run one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Steps that compile in release mode, which often keeps only one core busy. Both compiling lanes
    /// run before the others, because browsers become so slow alongside a compiler that tests time
    /// out.
    Release,
    /// Steps that compile in debug mode. They use other target folders, so Cargo doesn't make
    /// them wait.
    Development,
    /// Steps that run several browsers at a time.
    Browsers,
    /// Steps that run alongside those, because they keep at most one browser, bundler or
    /// service busy.
    Beside,
}

/// The phases, in order. The two lanes of a phase run at the same time.
pub(crate) const PHASES: [[Lane; 2]; 2] =
    [[Lane::Release, Lane::Development], [Lane::Browsers, Lane::Beside]];

impl Step {
    pub(crate) const fn new(
        name: &'static str,
        needs: &'static [Need],
        run: fn() -> Result<Option<String>>,
    ) -> Self {
        let writes = || Ok(Vec::new());
        Self { name, lane: Lane::Development, needs, after: &[], reads: None, writes, run }
    }

    pub(crate) const fn after(self, steps: &'static [&'static str]) -> Self {
        Self { after: steps, ..self }
    }

    pub(crate) const fn reads(self, pathspecs: &'static [&'static str]) -> Self {
        Self { reads: Some(pathspecs), ..self }
    }

    pub(crate) const fn writes(self, writes: fn() -> Result<Vec<PathBuf>>) -> Self {
        Self { writes, ..self }
    }

    pub(crate) const fn release(self) -> Self {
        Self { lane: Lane::Release, ..self }
    }

    pub(crate) const fn browsers(self) -> Self {
        Self { lane: Lane::Browsers, ..self }
    }

    pub(crate) const fn beside_browsers(self) -> Self {
        Self { lane: Lane::Beside, ..self }
    }

    /// Runs the step in this process.
    pub(crate) fn outcome(&self) -> Outcome {
        match (self.run)() {
            Ok(note) => Outcome::Passed(note),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        }
    }
}

/// The report so far. The condition is notified after each step.
type Progress = (Mutex<Report>, Condvar);

/// Runs steps. If one fails, the others still run, except those that use its output. A step is not
/// repeated if it has passed with the same inputs before, unless it is one of `named`.
///
/// # Errors
/// Returns an error if this program can't be copied.
pub(crate) fn run(steps: &[&Step], named: &[&str]) -> Result<Report> {
    let folder = target().join("steps");
    fs::create_dir_all(&folder)?;
    let mut report = Report::default();
    if let [step] = steps {
        let start = Instant::now();
        let outcome = unless_unchanged(step, &[], named, || Ok(step.outcome()))?;
        report.add(step.name, outcome, start.elapsed());
        return Ok(report);
    }
    // Some steps recompile this program, which replaces its file, so all steps run a copy.
    let program = folder.join(format!("xtask{}", env::consts::EXE_SUFFIX));
    fs::copy(env::current_exe()?, &program)?;

    let progress = (Mutex::new(report), Condvar::new());
    let run_lane = |lane| {
        for step in steps.iter().filter(|step| step.lane == lane) {
            let failed = wait_for(step.after, &progress);
            println!("=== {} ===", step.name);
            let start = Instant::now();
            let outcome = match failed {
                Some(other) => Outcome::Skipped(format!("{other} failed")),
                None => {
                    let uses = |other: &&&Step| step.after.contains(&other.name);
                    let before: Vec<_> = steps.iter().filter(uses).copied().collect();
                    let run = || in_process(step.name, &program, &folder);
                    unless_unchanged(step, &before, named, run)
                        .unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")))
                }
            };
            println!("=== {} {} ===", step.name, outcome.word());
            lock(&progress).add(step.name, outcome, start.elapsed());
            progress.1.notify_all();
        }
    };
    for [one, other] in PHASES {
        thread::scope(|scope| {
            scope.spawn(|| run_lane(one));
            run_lane(other);
        });
    }
    Ok(progress.0.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Runs a step, unless it has passed with the same inputs before. `before` contains the steps
/// whose output it uses.
fn unless_unchanged(
    step: &Step,
    before: &[&Step],
    named: &[&str],
    run: impl FnOnce() -> Result<Outcome>,
) -> Result<Outcome> {
    let used: Vec<_> = before.iter().map(|step| (step.writes)()).collect::<Result<_>>()?;
    let inputs = || step.reads.and_then(|reads| Inputs::read(reads, &used.concat()));
    let read = inputs();
    let wrote = (step.writes)()?;
    let unchanged = read.as_ref().and_then(|inputs| inputs.passed(step.name, &wrote));
    if let Some(age) = unchanged.filter(|_| !named.contains(&step.name)) {
        return Ok(Outcome::Unchanged(age));
    }
    forget(step.name)?;
    let outcome = run()?;
    // The files may have changed in the meantime.
    if let Some(inputs) =
        inputs().filter(|inputs| outcome.is_complete() && read.as_ref() == Some(inputs))
    {
        inputs.remember(step.name, &wrote)?;
    }
    Ok(outcome)
}

fn lock(progress: &Progress) -> MutexGuard<'_, Report> {
    progress.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until these steps have ended. Returns the first one that didn't pass, if any.
fn wait_for(steps: &[&'static str], progress: &Progress) -> Option<&'static str> {
    let running = |report: &mut Report| steps.iter().any(|step| !report.ended(step));
    let report = progress.1.wait_while(lock(progress), running);
    let report = report.unwrap_or_else(PoisonError::into_inner);
    steps.iter().copied().find(|step| !report.passed(step))
}

/// Runs a step in a separate process, and prefixes each line of its output with the step's name.
fn in_process(name: &str, program: &Path, folder: &Path) -> Result<Outcome> {
    let file = folder.join(format!("{name}.txt"));
    // An old file would count as the outcome of this run.
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(["step", name]).arg(&file).stdout(writer.try_clone()?).stderr(writer);
    let mut child =
        command.spawn().with_context(|| format!("{} can't be started", program.display()))?;
    // Closes this process's end of the pipe, which would otherwise stay open.
    drop(command);

    let (ended, end) = mpsc::channel();
    let prefix = format!("{name:<14} | ");
    thread::spawn(move || {
        print_lines(&prefix, reader);
        let _ = ended.send(());
    });
    let status = child.wait()?;
    // A process that the step has left behind, such as a daemon, may keep the pipe open.
    let _ = end.recv_timeout(Duration::from_secs(5));
    let outcome = fs::read_to_string(&file).ok().and_then(|text| Outcome::parse(&text));
    Ok(outcome.unwrap_or_else(|| Outcome::Failed(format!("it ended early ({status})"))))
}

fn print_lines(prefix: &str, pipe: PipeReader) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        println!("{prefix}{}", String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}
