//! Learns the byte layout that rows share, so that later rows are matched rather than parsed.
//!
//! A service writes all rows of a list alike: the same keys in the same order with the same
//! whitespace. So the bytes between two values are kept as a *step*, together with its successors.
//! Later rows are matched against these steps many bytes at a time, and only their values are read.
//! Where no step matches, the [`Parser`](crate::json::Parser) continues up to the row's
//! next top-level value, and the bytes up to there become new steps.
//!
//! This is correct because the meaning of what follows a value depends only on the open brackets.
//! A step is taken only if the same brackets are open as when it was learned: after the same step, or
//! at the top level of a row if it was learned at the top level.

use super::fields::Field;
use crate::json::{LITERALS, Left, MAX_TEXT};
use crate::lanes::{self, LANES};
use crate::loose::Scalar;

/// The capacity for steps, and for blocks of [`LANES`] bytes. Every `u8` is a valid index. Together,
/// all layouts of an EVS row take 60 steps, and 160 blocks if pretty-printed.
const STEPS: usize = 256;
/// The number of successors that a step can have.
const SUCCESSORS: usize = 4;
/// The number of values that can be recorded between two top-level values.
const VALUES: usize = 32;
/// The maximum length of the separator between two rows, in bytes.
const GAP: usize = 16;
/// The number of mismatches after which learning stops. Every fully matched row earns one back.
/// Lists whose rows have nothing in common are not worth learning from.
const MAX_MISSES: u32 = 500;

/// The start of a row.
const ROOT: u8 = 0;
/// An unknown position at the top level of a row, after a value.
const UNKNOWN: u8 = 1;
/// The first real step. The two before it are never successors.
const FIRST: usize = 2;

#[derive(Clone, Copy, Debug)]
struct Step {
    /// The index of the first block of its bytes.
    block: u8,
    /// The number of its bytes.
    length: u16,
    /// Whether it begins at the top level of a row, after a value.
    direct: bool,
    /// Whether metadata begins in it. That metadata replaces any earlier metadata.
    forgets: bool,
    then: Then,
    /// The steps that may follow it. Unused slots contain [`ROOT`].
    successors: [u8; SUCCESSORS],
}

/// What follows a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The end of the row.
    End,
    /// A value. `direct` says whether it is a top-level value of the row.
    Value { field: Option<Field>, direct: bool },
}

/// A value that the parser has read.
#[derive(Clone, Copy, Debug)]
struct Value {
    left: Left,
    then: Then,
    forgets: bool,
}

/// The known steps, and the recorded values of the current row that may become new steps.
#[derive(Clone, Debug)]
pub(crate) struct Layouts {
    steps: [Step; STEPS],
    count: usize,
    blocks: [[u8; LANES]; STEPS],
    used: usize,
    /// The step after which the row continues.
    at: u8,
    values: [Value; VALUES],
    noted: usize,
    /// Whether metadata has begun since the last value.
    forgets: bool,
    /// The separator between two rows, including the second one's brace.
    between: [u8; GAP],
    gap: usize,
    /// The number of mismatches left, or one more than [`MAX_MISSES`] at the first row of a list.
    misses_left: u32,
}

impl Layouts {
    pub(crate) const fn new() -> Layouts {
        let step = Step {
            block: 0,
            length: 0,
            direct: false,
            forgets: false,
            then: Then::End,
            successors: [ROOT; SUCCESSORS],
        };
        let value = Value { left: Left { start: 0, end: 0 }, then: Then::End, forgets: false };
        Layouts {
            steps: [step; STEPS],
            count: FIRST,
            blocks: [[0; LANES]; STEPS],
            used: 0,
            at: UNKNOWN,
            values: [value; VALUES],
            noted: 0,
            forgets: false,
            between: [0; GAP],
            gap: 0,
            misses_left: MAX_MISSES,
        }
    }

    /// Starts another list. Keeps the layouts, because the next list probably comes from the same
    /// service.
    pub(crate) const fn restart(&mut self) {
        self.misses_left = MAX_MISSES + 1;
    }

    fn forget(&mut self) {
        (self.count, self.used) = (FIRST, 0);
        for step in self.steps.iter_mut().take(FIRST) {
            step.successors = [ROOT; SUCCESSORS];
        }
        self.forget_position();
    }

    /// Forgets the current position, so that the row is parsed up to its next top-level value.
    pub(crate) const fn forget_position(&mut self) {
        (self.at, self.noted) = (UNKNOWN, VALUES);
    }

    /// Starts a row.
    pub(crate) const fn begin(&mut self) {
        self.at = ROOT;
    }

    /// Matches a row as far as known steps lead, beginning at its start or just after one of its
    /// top-level values. Returns the number of bytes up to the last such value or the row's end, and whether
    /// the row has ended.
    ///
    /// May report values after these bytes too. The parser then reports them again.
    pub(crate) fn follow(
        &mut self,
        text: &[u8],
        mut on_value: impl FnMut(Field, Scalar<'_>, Left),
    ) -> (usize, bool) {
        let (mut rest, mut from, mut direct) = (text, self.at, self.at != ROOT);
        let mut known = (rest, from);
        loop {
            if direct {
                known = (rest, from);
            }
            let Some((place, value)) = self.next_step(from, direct, rest) else { break };
            let Some(step) = self.steps.get(usize::from(place)) else { break };
            if step.forgets {
                on_value(Field::Metadata, Scalar::Other, Left { start: 0, end: 0 });
            }
            let Then::Value { field, direct: directly } = step.then else {
                self.misses_left = MAX_MISSES.min(self.misses_left + 1);
                return (text.len() - value.len(), true);
            };
            let Some(behind) = behind_value(value) else { break };
            if let Some(field) = field {
                let left = Left { start: value.len(), end: behind.len() };
                on_value(
                    field,
                    scalar(value.get(left.range(value.len())).unwrap_or_default()),
                    left,
                );
            }
            (rest, from, direct) = (behind, place, directly);
        }
        // The list probably comes from another service, whose layouts would compete with the known
        // ones for the successor slots.
        if self.misses_left > MAX_MISSES && from == ROOT {
            self.forget();
        }
        self.misses_left = self.misses_left.saturating_sub(1);
        (self.at, self.noted, self.forgets) = (known.1, 0, false);
        (text.len() - known.0.len(), false)
    }

    /// Returns the step that follows `from` in the text, and the text after it.
    fn next_step<'a>(&mut self, from: u8, direct: bool, text: &'a [u8]) -> Option<(u8, &'a [u8])> {
        let successors = &self.steps.get(usize::from(from))?.successors;
        for place in successors {
            let step = self.steps.get(usize::from(*place))?;
            if let Some(behind) = self.behind(step, text) {
                return Some((*place, behind));
            }
        }
        if !direct || self.misses_left == 0 {
            return None;
        }
        let mut known = self.steps.iter().zip(0..=u8::MAX).take(self.count).skip(FIRST);
        let (place, behind) = known.find_map(|(step, place)| {
            self.behind(step, text).filter(|_| step.direct).map(|behind| (place, behind))
        })?;
        self.link(from, place);
        Some((place, behind))
    }

    /// Records that one step follows another.
    fn link(&mut self, from: u8, to: u8) {
        if let Some(step) = self.steps.get_mut(usize::from(from)) {
            let free =
                step.successors.iter().position(|way| *way == ROOT).unwrap_or(SUCCESSORS - 1);
            if let Some(way) = step.successors.get_mut(free) {
                *way = to;
            }
        }
    }

    /// Returns the text after a step, if the text begins with it.
    #[inline]
    fn behind<'a>(&self, step: &Step, mut text: &'a [u8]) -> Option<&'a [u8]> {
        let (mut block, mut left) = (step.block, usize::from(step.length));
        loop {
            let (bytes, rest) = text.split_first_chunk()?;
            let equal = lanes::equal(self.blocks.get(usize::from(block))?, bytes);
            if left <= LANES {
                // Unused steps have no bytes.
                let rest = u32::MAX << left;
                return text
                    .get(left..)
                    .filter(|_| left > 0 && u32::from(equal) | rest == u32::MAX);
            }
            if equal != u16::MAX {
                return None;
            }
            (block, left, text) = (block.wrapping_add(1), left - LANES, rest);
        }
    }

    /// Returns the text after the separator and the next row's brace, if the separator is the known
    /// one.
    pub(crate) fn next<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        text.strip_prefix(self.between.get(..self.gap).filter(|between| !between.is_empty())?)
    }

    /// Learns the separator between two rows, unless the text contains anything else.
    pub(crate) fn learn_gap(&mut self, text: &[u8]) {
        let plain = |byte: &u8| matches!(byte, b',' | b'{' | b' ' | b'\n' | b'\r' | b'\t');
        let room = self.between.get_mut(..text.len()).filter(|_| text.iter().all(plain));
        if let Some(between) = room {
            between.copy_from_slice(text);
            self.gap = text.len();
        }
    }

    /// Records that the row's metadata begins.
    pub(crate) const fn note_metadata(&mut self) {
        self.forgets = true;
    }

    /// Records a value of the row.
    pub(crate) fn note(&mut self, field: Option<Field>, direct: bool, left: Left) {
        if let Some(value) = self.values.get_mut(self.noted) {
            let then = Then::Value { field, direct };
            *value = Value { left, then, forgets: self.forgets };
            self.noted += 1;
            self.forgets = false;
        } else {
            self.forget_position();
        }
    }

    /// Learns steps from what the parser has read since the last match. `text` is the row
    /// from the end of that match on, `left` is the number of its bytes that are still unread, and
    /// `over` says whether the whole row has ended or only one of its top-level values.
    pub(crate) fn learn(&mut self, text: &[u8], left: usize, over: bool) {
        let (values, noted) = (self.values, self.noted);
        if noted == VALUES || noted == 0 && !over || self.misses_left == 0 {
            return self.forget_position();
        }
        let left = Left { start: left, end: left };
        let end = Value { left, then: Then::End, forgets: self.forgets };
        let values = values.iter().take(noted).chain(over.then_some(&end));
        let (mut behind, mut direct) = (text.len(), self.at != ROOT);
        for value in values {
            let between = text.get(text.len() - behind..text.len() - value.left.start);
            if between.and_then(|text| self.add(direct, value, text)).is_none() {
                // Full: starts over with the layouts of later rows.
                return self.forget();
            }
            (behind, direct) = (value.left.end, false);
        }
    }

    /// Moves to the step with this text, adding the step if it doesn't exist.
    fn add(&mut self, direct: bool, value: &Value, text: &[u8]) -> Option<()> {
        let successors = self.steps.get(usize::from(self.at))?.successors;
        let added = u8::try_from(self.count).ok()?;
        let (block, length) = (u8::try_from(self.used).ok()?, u16::try_from(text.len()).ok()?);
        let step = Step {
            block,
            length,
            direct,
            forgets: value.forgets,
            then: value.then,
            successors: [ROOT; SUCCESSORS],
        };
        for place in FIRST..self.count {
            let known = self.steps.get(place)?;
            let place = u8::try_from(place).ok()?;
            let led = successors.contains(&place);
            if (led || direct && known.direct)
                && (known.forgets, known.then) == (step.forgets, step.then)
                && known.length == length
                && self
                    .blocks
                    .as_flattened()
                    .get(usize::from(known.block) * LANES..)?
                    .starts_with(text)
            {
                if !led {
                    self.link(self.at, place);
                }
                self.at = place;
                return Some(());
            }
        }
        let end = self.used + text.len().div_ceil(LANES);
        let blocks = self.blocks.get_mut(self.used..end)?;
        for (block, text) in blocks.iter_mut().zip(text.chunks(LANES)) {
            block.get_mut(..text.len())?.copy_from_slice(text);
        }
        *self.steps.get_mut(self.count)? = step;
        (self.count, self.used) = (self.count + 1, end);
        self.link(self.at, added);
        self.at = added;
        Some(())
    }
}

/// Returns what follows the value at the start of the text, or `None` if the value needs the parser.
#[inline]
fn behind_value(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    if *first == b'"' {
        // Not `lanes::plain`, because its handling of the last few bytes makes rows 10% slower.
        let mut rest = rest;
        loop {
            let (bytes, behind) = rest.split_first_chunk()?;
            let special = lanes::special(bytes);
            if special != 0 {
                let end = usize::try_from(special.trailing_zeros()).ok()?;
                let (ends, behind) = rest.get(end..)?.split_first()?;
                return (*ends == b'"').then_some(behind);
            }
            rest = behind;
        }
    }
    let length = match first {
        b'0' => 1,
        b'1'..=b'9' => text.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => LITERALS.iter().find(|(word, _)| text.starts_with(word))?.0.len(),
    };
    let behind = text.get(length..)?;
    // Other numbers need the parser.
    matches!(behind.first()?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t').then_some(behind)
}

/// Classifies a value by its bytes.
fn scalar(value: &[u8]) -> Scalar<'_> {
    match value {
        [b'"', text @ .., b'"'] => Scalar::Text(text.get(..MAX_TEXT).unwrap_or(text)),
        [b'0'..=b'9', ..] if value.len() <= 19 => Scalar::Text(value),
        [b't', ..] => Scalar::Bool(true),
        [b'f', ..] => Scalar::Bool(false),
        [b'n', ..] => Scalar::Null,
        _ => Scalar::Other,
    }
}
