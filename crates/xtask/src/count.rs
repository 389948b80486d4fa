//! `cargo xtask count`: counts the wasm instructions that the package's calls execute. Unlike times,
//! counts do not depend on the machine or on what else it is doing.
//!
//! The module is the published one with a counter added. Every executed instruction counts as one,
//! including calls, vector instructions and a `memory.copy` of any length. Instructions that only mark
//! positions do not count (`block`, `loop`, `else`, `end` and `nop`), and neither does JavaScript. The
//! fuel of an interpreter would be less exact: wasmi, for example, also charges for skipped branches.
//!
//! `bench/count.js` makes the calls.

use crate::{
    install::{Need, install},
    package::{self, PKG},
    shell::{program, target},
};
use anyhow::{Context, Result, ensure};
use std::{collections::BTreeMap, fs, path::Path, process::Stdio};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, GlobalType, Instruction,
    Module, ValType,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{ExportSectionReader, FunctionBody, GlobalSectionReader, Operator, Parser};

/// What `bench/count.js` needs, apart from the package.
pub(crate) const NEEDS: &[Need] = &[Need::Node];

/// The accepted counts.
const FILE: &str = "bench/counts.json";
/// The percentage by which a count may differ from the accepted one.
const TOLERANCE: u64 = 10;
const ACCEPT: &str = "`cargo xtask count --accept`";

/// The number of instructions by job.
type Counts = BTreeMap<String, u64>;

/// Compares the counts with the accepted ones. Returns a note if calls have become much cheaper.
///
/// # Errors
/// Returns an error if the package is not built, or a call executes too many instructions.
pub(crate) fn check() -> Result<Option<String>> {
    let accepted = serde_json::from_str(&fs::read_to_string(FILE)?).context(FILE)?;
    compare(&accepted, &count()?)
}

/// Builds the package and accepts its current counts.
///
/// # Errors
/// Returns an error if something can't be built or run.
pub(crate) fn accept() -> Result<()> {
    package::package()?;
    NEEDS.iter().copied().try_for_each(install)?;
    fs::write(FILE, serde_json::to_string_pretty(&count()?)? + "\n")?;
    println!("{FILE} has been updated: commit it, and explain the change");
    Ok(())
}

fn count() -> Result<Counts> {
    let counted = target().join("counted.wasm");
    fs::write(&counted, with_counter(&fs::read(Path::new(PKG).join("light.wasm"))?)?)?;
    let mut node = program("node");
    let output = node
        .arg("bench/count.js")
        .arg(counted)
        .stderr(Stdio::inherit())
        .output()
        .context("node")?;
    ensure!(output.status.success(), "bench/count.js failed ({})", output.status);
    serde_json::from_slice(&output.stdout).context("the output of bench/count.js")
}

fn compare(accepted: &Counts, counted: &Counts) -> Result<Option<String>> {
    ensure!(accepted.keys().eq(counted.keys()), "{FILE} lists different jobs: run {ACCEPT}");
    let (mut more, mut less) = (Vec::new(), Vec::new());
    for ((job, &before), &now) in accepted.iter().zip(counted.values()) {
        let percent = (now as f64 / before as f64 - 1.0) * 100.0;
        println!("{job:<24} {now:>12} instructions  {percent:>+6.1}%");
        if now * 100 > before * (100 + TOLERANCE) {
            more.push(format!(
                "{job} takes {now} instructions instead of {before}, {percent:+.1}%"
            ));
        } else if now * 100 < before * (100 - TOLERANCE) {
            less.push(format!("{job} {percent:+.1}%"));
        }
    }
    ensure!(more.is_empty(), "{}; if this is intended, run {ACCEPT}", more.join("; "));
    Ok((!less.is_empty())
        .then(|| format!("{FILE} is out of date: {}; run {ACCEPT}", less.join(", "))))
}

/// Adds a counter of executed instructions to a module, exported as the global `counted`.
fn with_counter(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    Counter::default()
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow::anyhow!("light.wasm can't be read: {error}"))?;
    Ok(module.finish())
}

/// Copies a module and adds the counter. Each basic block's instructions are counted together, just
/// before its last one.
#[derive(Default)]
struct Counter {
    /// The counter's index, after the module's own globals.
    global: u32,
}

impl Reencode for Counter {
    type Error = std::convert::Infallible;

    fn parse_global_section(
        &mut self,
        to: &mut GlobalSection,
        from: GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_global_section(self, to, from)?;
        self.global = to.len();
        let counter = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
        to.global(counter, &ConstExpr::i64_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        to: &mut ExportSection,
        from: ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_export_section(self, to, from)?;
        to.export("counted", ExportKind::Global, self.global);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        to: &mut CodeSection,
        from: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let mut function = self.new_function_with_parsed_locals(&from)?;
        let mut block_length = 0;
        for operator in from.get_operators_reader()? {
            let operator = operator?;
            block_length += i64::from(!is_marker(&operator));
            if ends_block(&operator) && block_length > 0 {
                function
                    .instruction(&Instruction::GlobalGet(self.global))
                    .instruction(&Instruction::I64Const(block_length))
                    .instruction(&Instruction::I64Add)
                    .instruction(&Instruction::GlobalSet(self.global));
                block_length = 0;
            }
            function.instruction(&self.instruction(operator)?);
        }
        to.function(&function);
        Ok(())
    }
}

/// Returns whether an operator only marks a position.
fn is_marker(operator: &Operator<'_>) -> bool {
    use Operator::{Block, Else, End, Loop, Nop};
    matches!(operator, Block { .. } | Loop { .. } | Else | End | Nop)
}

/// Returns whether an operator ends a basic block.
fn ends_block(operator: &Operator<'_>) -> bool {
    use Operator::{Br, BrIf, BrTable, Else, End, If, Loop, Return, Unreachable};
    matches!(
        operator,
        Loop { .. }
            | If { .. }
            | Else
            | End
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | Return
            | Unreachable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{BlockType, Function, FunctionSection, TypeSection};
    use wasmparser::Payload;

    #[test]
    fn counts_each_basic_block_as_a_whole() -> Result<()> {
        use Instruction::{
            Block, Br, BrIf, Call, Drop, Else, End, I32Const, I32Eqz, I32Sub, If, LocalGet,
            LocalSet, Loop, Nop, Return, Unreachable,
        };
        const EMPTY: BlockType = BlockType::Empty;
        #[track_caller]
        fn check(body: &[Instruction<'_>], expected: &[i64]) -> Result<()> {
            assert_eq!(counted(&with_counter(&module(body))?)?, expected);
            Ok(())
        }
        check(&[End], &[])?;
        check(&[Nop, LocalGet(0), Drop, End], &[2])?;
        check(&[LocalGet(0), LocalSet(0), Return, End], &[3])?;
        check(&[Unreachable, End], &[1])?;
        // A countdown loop: the first block runs one more time than the second.
        let first = [Block(EMPTY), Loop(EMPTY), LocalGet(0), I32Eqz, BrIf(1)];
        let second = [LocalGet(0), I32Const(1), I32Sub, LocalSet(0), Br(0), End, End, End];
        check(&[first.as_slice(), &second].concat(), &[3, 5])?;
        let then = [LocalGet(0), If(EMPTY), LocalGet(0), Call(0), Nop, Else];
        check(&[then.as_slice(), &[LocalGet(0), Drop, End, Nop, End]].concat(), &[2, 2, 2])
    }

    /// A module with one function that takes a number.
    fn module(body: &[Instruction<'_>]) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        module.section(&types).section(FunctionSection::new().function(0));
        module.section(&GlobalSection::new()).section(&ExportSection::new());
        let mut function = Function::new([]);
        for instruction in body {
            function.instruction(instruction);
        }
        module.section(CodeSection::new().function(&function));
        module.finish()
    }

    /// Returns the numbers that are added to the counter, in order.
    fn counted(wasm: &[u8]) -> Result<Vec<i64>> {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CodeSectionEntry(body) = payload? else { continue };
            for operator in body.get_operators_reader()? {
                if let Operator::I64Const { value } = operator? {
                    found.push(value);
                }
            }
        }
        Ok(found)
    }

    #[test]
    fn fails_on_large_increases_and_notes_large_decreases() {
        let counts = |jobs: &[(&str, u64)]| -> Counts {
            jobs.iter().map(|(job, count)| ((*job).to_owned(), *count)).collect()
        };
        #[track_caller]
        fn check(compared: Result<Option<String>>, expected: Result<Option<&str>, &str>) {
            let compared = compared.map_err(|error| error.to_string());
            assert_eq!(compared, expected.map(|n| n.map(Into::into)).map_err(Into::into));
        }
        let accepted = counts(&[("a", 1000), ("b", 200)]);
        check(compare(&accepted, &accepted), Ok(None));
        check(compare(&accepted, &counts(&[("a", 1100), ("b", 180)])), Ok(None));
        check(
            compare(&accepted, &counts(&[("a", 1101), ("b", 100)])),
            Err(
                "a takes 1101 instructions instead of 1000, +10.1%; if this is intended, run `cargo xtask count --accept`",
            ),
        );
        check(
            compare(&accepted, &counts(&[("a", 899), ("b", 200)])),
            Ok(Some(
                "bench/counts.json is out of date: a -10.1%; run `cargo xtask count --accept`",
            )),
        );
        let other = "bench/counts.json lists different jobs: run `cargo xtask count --accept`";
        check(compare(&accepted, &counts(&[("a", 1000)])), Err(other));
    }
}
