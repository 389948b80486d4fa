//! Learns the byte layout that rows share, so that later rows are matched rather than parsed.
//!
//! A service formats all rows of a list in the same way: the same keys in the same order, with the
//! same whitespace. The bytes between two values are therefore stored as a *step*, along with the
//! steps that can follow it. Later rows are compared with these steps, many bytes at a time, and
//! only their values are read. Where no step matches, the [`Parser`](crate::json::Parser) reads up
//! to the end of the row's next top-level value, and the bytes between values become new steps.
//!
//! This is correct because the meaning of the bytes after a value depends only on which brackets
//! are open. A step is compared only where the same brackets are open as when it was learned: after
//! the same step or, if it was learned at the top level of a row, anywhere at that level.

use super::fields::Field;
use crate::json::{LITERALS, Left, MAX_TEXT};
use crate::lanes::{self, LANES};
use crate::loose::Scalar;

/// The maximum number of steps, and of blocks of [`LANES`] bytes. Every `u8` is a valid index. All
/// layouts of an EVS row together need 60 steps and, if pretty-printed, 160 blocks.
const STEPS: usize = 256;
/// The maximum number of successors of a step.
const SUCCESSORS: usize = 4;
/// The number of values that can be recorded between two top-level values.
const VALUES: usize = 32;
/// The maximum length of the separator between two rows, in bytes.
const MAX_SEPARATOR: usize = 16;
/// The number of mismatches after which learning stops, because it doesn't pay off if rows have
/// nothing in common. Each fully matched row makes up for one mismatch.
const MAX_MISSES: u32 = 500;

/// The index of a placeholder step that stands for the start of a row.
const ROOT: u8 = 0;
/// The index of a placeholder step that stands for an unknown position at the top level of a row,
/// after a value.
const UNKNOWN: u8 = 1;
/// The index of the first real step. Placeholders are never successors.
const FIRST: usize = 2;

#[derive(Clone, Copy, Debug)]
struct Step {
    /// The index of the first block that contains its bytes.
    block: u8,
    /// Its length in bytes.
    length: u16,
    /// Whether it begins at the top level of a row, after a value.
    top_level: bool,
    /// Whether a metadata object, which replaces any earlier one, begins in it.
    begins_metadata: bool,
    next: Next,
    /// The steps that can follow it. Unused slots contain [`ROOT`].
    successors: [u8; SUCCESSORS],
}

/// What follows a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The end of the row.
    End,
    /// A value. `top_level` says whether it is a top-level value of the row.
    Value { field: Option<Field>, top_level: bool },
}

/// A value that the parser has read, or the end of a row.
#[derive(Clone, Copy, Debug)]
struct Value {
    left: Left,
    next: Next,
    /// Whether a metadata object has begun since the previous value.
    begins_metadata: bool,
}

/// The known steps, and the current row's values, from which new steps can be learned.
#[derive(Clone, Debug)]
pub(crate) struct Layouts {
    steps: [Step; STEPS],
    step_count: usize,
    blocks: [[u8; LANES]; STEPS],
    block_count: usize,
    /// The last step before the current position in the row.
    at: u8,
    values: [Value; VALUES],
    value_count: usize,
    /// Whether a metadata object has begun since the last value.
    begins_metadata: bool,
    /// The separator between two rows, including the second row's opening brace.
    separator: [u8; MAX_SEPARATOR],
    separator_length: usize,
    /// The number of mismatches left, or one more than [`MAX_MISSES`] at the first row of a list.
    misses_left: u32,
}

impl Layouts {
    pub(crate) const fn new() -> Layouts {
        let step = Step {
            block: 0,
            length: 0,
            top_level: false,
            begins_metadata: false,
            next: Next::End,
            successors: [ROOT; SUCCESSORS],
        };
        let value =
            Value { left: Left { start: 0, end: 0 }, next: Next::End, begins_metadata: false };
        Layouts {
            steps: [step; STEPS],
            step_count: FIRST,
            blocks: [[0; LANES]; STEPS],
            block_count: 0,
            at: UNKNOWN,
            values: [value; VALUES],
            value_count: 0,
            begins_metadata: false,
            separator: [0; MAX_SEPARATOR],
            separator_length: 0,
            misses_left: MAX_MISSES,
        }
    }

    /// Starts another list. Keeps the layouts, because the next list probably comes from the same
    /// service.
    pub(crate) const fn restart(&mut self) {
        self.misses_left = MAX_MISSES + 1;
    }

    /// Forgets all steps.
    fn forget_steps(&mut self) {
        (self.step_count, self.block_count) = (FIRST, 0);
        for step in self.steps.iter_mut().take(FIRST) {
            step.successors = [ROOT; SUCCESSORS];
        }
        self.forget_position();
    }

    /// Forgets the current position, so that the row is parsed up to its next top-level value.
    pub(crate) const fn forget_position(&mut self) {
        (self.at, self.value_count) = (UNKNOWN, VALUES);
    }

    /// Starts a row.
    pub(crate) const fn begin(&mut self) {
        self.at = ROOT;
    }

    /// Matches a row against the known steps, from its start or from the end of one of its
    /// top-level values. Returns the number of bytes up to the end of the last top-level value that
    /// was matched, or up to the end of the row, and whether the row has ended.
    ///
    /// May also report values beyond these bytes. The parser then reports them again.
    pub(crate) fn follow(
        &mut self,
        text: &[u8],
        mut on_value: impl FnMut(Field, Scalar<'_>, Left),
    ) -> (usize, bool) {
        let (mut rest, mut from, mut top_level) = (text, self.at, self.at != ROOT);
        let mut matched = (rest, from);
        loop {
            if top_level {
                matched = (rest, from);
            }
            let Some((index, value)) = self.next_step(from, top_level, rest) else { break };
            let Some(step) = self.steps.get(usize::from(index)) else { break };
            if step.begins_metadata {
                on_value(Field::Metadata, Scalar::Other, Left { start: 0, end: 0 });
            }
            let Next::Value { field, top_level: value_top_level } = step.next else {
                self.misses_left = MAX_MISSES.min(self.misses_left + 1);
                return (text.len() - value.len(), true);
            };
            let Some(after) = after_value(value) else { break };
            if let Some(field) = field {
                let left = Left { start: value.len(), end: after.len() };
                on_value(
                    field,
                    scalar(value.get(left.range(value.len())).unwrap_or_default()),
                    left,
                );
            }
            (rest, from, top_level) = (after, index, value_top_level);
        }
        // The list probably comes from another service, whose layouts would compete with the known
        // ones for the successor slots.
        if self.misses_left > MAX_MISSES && from == ROOT {
            self.forget_steps();
        }
        self.misses_left = self.misses_left.saturating_sub(1);
        (self.at, self.value_count, self.begins_metadata) = (matched.1, 0, false);
        (text.len() - matched.0.len(), false)
    }

    /// Returns the step that the text begins with and that can follow `from`, and the text after
    /// that step.
    fn next_step<'a>(
        &mut self,
        from: u8,
        top_level: bool,
        text: &'a [u8],
    ) -> Option<(u8, &'a [u8])> {
        let successors = &self.steps.get(usize::from(from))?.successors;
        for index in successors {
            let step = self.steps.get(usize::from(*index))?;
            if let Some(after) = self.after_step(step, text) {
                return Some((*index, after));
            }
        }
        if !top_level || self.misses_left == 0 {
            return None;
        }
        let mut known = self.steps.iter().zip(0..=u8::MAX).take(self.step_count).skip(FIRST);
        let (index, after) = known.find_map(|(step, index)| {
            self.after_step(step, text).filter(|_| step.top_level).map(|after| (index, after))
        })?;
        self.link(from, index);
        Some((index, after))
    }

    /// Records that one step follows another.
    fn link(&mut self, from: u8, to: u8) {
        if let Some(step) = self.steps.get_mut(usize::from(from)) {
            let free =
                step.successors.iter().position(|slot| *slot == ROOT).unwrap_or(SUCCESSORS - 1);
            if let Some(slot) = step.successors.get_mut(free) {
                *slot = to;
            }
        }
    }

    /// Returns the text after a step, if the text begins with it.
    #[inline]
    fn after_step<'a>(&self, step: &Step, mut text: &'a [u8]) -> Option<&'a [u8]> {
        let (mut block, mut left) = (step.block, usize::from(step.length));
        loop {
            let (bytes, rest) = text.split_first_chunk()?;
            let equal = lanes::equal(self.blocks.get(usize::from(block))?, bytes);
            if left <= LANES {
                // `ROOT`, which fills unused slots, has no bytes.
                let ignored = u32::MAX << left;
                return text
                    .get(left..)
                    .filter(|_| left > 0 && u32::from(equal) | ignored == u32::MAX);
            }
            if equal != u16::MAX {
                return None;
            }
            (block, left, text) = (block.wrapping_add(1), left - LANES, rest);
        }
    }

    /// Returns the text after the known separator, if the text begins with it. The separator
    /// includes the next row's opening brace.
    pub(crate) fn after_separator<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let separator = self.separator.get(..self.separator_length).filter(|s| !s.is_empty())?;
        text.strip_prefix(separator)
    }

    /// Learns the separator between two rows, unless the text is too long or contains anything
    /// else.
    pub(crate) fn learn_separator(&mut self, text: &[u8]) {
        let plain = |byte: &u8| matches!(byte, b',' | b'{' | b' ' | b'\n' | b'\r' | b'\t');
        let room = self.separator.get_mut(..text.len()).filter(|_| text.iter().all(plain));
        if let Some(separator) = room {
            separator.copy_from_slice(text);
            self.separator_length = text.len();
        }
    }

    /// Records that a metadata object begins.
    pub(crate) const fn record_metadata(&mut self) {
        self.begins_metadata = true;
    }

    /// Records a value of the row.
    pub(crate) fn record_value(&mut self, field: Option<Field>, top_level: bool, left: Left) {
        if let Some(value) = self.values.get_mut(self.value_count) {
            let next = Next::Value { field, top_level };
            *value = Value { left, next, begins_metadata: self.begins_metadata };
            self.value_count += 1;
            self.begins_metadata = false;
        } else {
            self.forget_position();
        }
    }

    /// Learns steps from what the parser has read since the last match. `text` is the chunk from
    /// the end of that match on, `left` is the number of its bytes that are still unread, and
    /// `row_ended` says whether the row has ended, rather than just one of its top-level values.
    pub(crate) fn learn(&mut self, text: &[u8], left: usize, row_ended: bool) {
        let (values, count) = (self.values, self.value_count);
        if count == VALUES || count == 0 && !row_ended || self.misses_left == 0 {
            return self.forget_position();
        }
        let left = Left { start: left, end: left };
        let end = Value { left, next: Next::End, begins_metadata: self.begins_metadata };
        let values = values.iter().take(count).chain(row_ended.then_some(&end));
        let (mut after, mut top_level) = (text.len(), self.at != ROOT);
        for value in values {
            let between = text.get(text.len() - after..text.len() - value.left.start);
            if between.and_then(|text| self.add(top_level, value, text)).is_none() {
                // There is no room left. Starts over with the layouts of later rows.
                return self.forget_steps();
            }
            (after, top_level) = (value.left.end, false);
        }
    }

    /// Moves to the step with this text, adding the step if it doesn't exist.
    fn add(&mut self, top_level: bool, value: &Value, text: &[u8]) -> Option<()> {
        let successors = self.steps.get(usize::from(self.at))?.successors;
        let added = u8::try_from(self.step_count).ok()?;
        let block = u8::try_from(self.block_count).ok()?;
        let length = u16::try_from(text.len()).ok()?;
        let step = Step {
            block,
            length,
            top_level,
            begins_metadata: value.begins_metadata,
            next: value.next,
            successors: [ROOT; SUCCESSORS],
        };
        for index in FIRST..self.step_count {
            let known = self.steps.get(index)?;
            let index = u8::try_from(index).ok()?;
            let is_successor = successors.contains(&index);
            if (is_successor || top_level && known.top_level)
                && (known.begins_metadata, known.next) == (step.begins_metadata, step.next)
                && known.length == length
                && self
                    .blocks
                    .as_flattened()
                    .get(usize::from(known.block) * LANES..)?
                    .starts_with(text)
            {
                if !is_successor {
                    self.link(self.at, index);
                }
                self.at = index;
                return Some(());
            }
        }
        let end = self.block_count + text.len().div_ceil(LANES);
        let blocks = self.blocks.get_mut(self.block_count..end)?;
        for (block, text) in blocks.iter_mut().zip(text.chunks(LANES)) {
            block.get_mut(..text.len())?.copy_from_slice(text);
        }
        *self.steps.get_mut(self.step_count)? = step;
        (self.step_count, self.block_count) = (self.step_count + 1, end);
        self.link(self.at, added);
        self.at = added;
        Some(())
    }
}

/// Returns the text after the value at its start, or `None` if the value must be parsed.
#[inline]
fn after_value(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    if *first == b'"' {
        // Doesn't use `lanes::plain`, whose handling of the last few bytes would make reading rows
        // 10% slower.
        let mut rest = rest;
        loop {
            let (bytes, after) = rest.split_first_chunk()?;
            let special = lanes::special(bytes);
            if special != 0 {
                let end = usize::try_from(special.trailing_zeros()).ok()?;
                let (terminator, after) = rest.get(end..)?.split_first()?;
                return (*terminator == b'"').then_some(after);
            }
            rest = after;
        }
    }
    let length = match first {
        b'0' => 1,
        b'1'..=b'9' => text.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => LITERALS.iter().find(|(word, _)| text.starts_with(word))?.0.len(),
    };
    let after = text.get(length..)?;
    // All other numbers are left to the parser.
    matches!(after.first()?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t').then_some(after)
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
