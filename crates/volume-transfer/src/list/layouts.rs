//! What rows have in common, so that the next one can be read by comparing.
//!
//! A service writes all rows of a list in one manner: the same keys in the same order with the same
//! white space; only values differ. So what the [`Reader`](crate::json::Reader) has read once is kept
//! as *steps*: what stands between one value and the next, and which steps came after it. The rows to
//! come are followed along them, many bytes at a time, and only their values are looked at. Where one
//! goes a way that none went before, the reader reads on, to the next value directly in the row, and
//! that way is known too.
//!
//! Why this is right: what may follow a value, and what it means, depends on nothing but the brackets
//! that are open there. A step is only ever taken where the same ones are open as where the reader
//! read it: behind a step that it was read behind, or directly in a row if it was read there.

use super::fields::Field;
use crate::json::{KEPT, Left, WORDS};
use crate::lanes::{self, LANES};
use crate::loose::Scalar;

/// How many steps there is room for, and how many [`LANES`] for what stands there: so many that no
/// index can be out of bounds. A row of EVS has 60 steps in all its shapes, and takes 160 lanes where
/// it is pretty-printed.
const STEPS: usize = 256;
/// How many ways may lead on from a step.
const WAYS: usize = 4;
/// How many values can be noted from one place directly in a row to the next.
const VALUES: usize = 32;
/// How long what stands between two rows may be, in bytes.
const GAP: usize = 16;
/// So often rows may leave the known ways until one comes that does not, and once more for each that
/// does not: a list whose rows have nothing in common is not worth learning.
const PATIENCE: u32 = 500;

/// Where a row begins.
const ROOT: u8 = 0;
/// Somewhere directly in a row, behind a value.
const LOST: u8 = 1;
/// These two are no steps, and no way leads to them.
const FIRST: usize = 2;

#[derive(Clone, Copy, Debug)]
struct Step {
    /// What stands there: the first of its lanes, and how many bytes it has.
    lane: u8,
    length: u16,
    /// Whether it begins directly in a row, behind a value.
    direct: bool,
    /// Whether metadata begins in it, and what was said of it before does not count.
    forgets: bool,
    then: Then,
    /// The steps that came after it; [`ROOT`] where there is none.
    ways: [u8; WAYS],
}

/// What stands behind a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The row is over.
    End,
    /// A value, perhaps of a field, perhaps directly in the row.
    Value { field: Option<Field>, direct: bool },
}

/// A value that the reader has read.
#[derive(Clone, Copy, Debug)]
struct Value {
    left: Left,
    then: Then,
    forgets: bool,
}

/// The steps that are known, and what is noted of a row that may become new ones.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    steps: [Step; STEPS],
    count: usize,
    lanes: [[u8; LANES]; STEPS],
    used: usize,
    /// The step behind which the row goes on.
    at: u8,
    values: [Value; VALUES],
    noted: usize,
    /// Whether metadata has begun since the last value.
    forgets: bool,
    /// What stands between two rows, the brace of the second one included.
    between: [u8; GAP],
    gap: usize,
    patience: u32,
}

impl Pattern {
    pub(crate) const fn new() -> Pattern {
        let step = Step {
            lane: 0,
            length: 0,
            direct: false,
            forgets: false,
            then: Then::End,
            ways: [ROOT; WAYS],
        };
        let value = Value { left: Left { begun: 0, ended: 0 }, then: Then::End, forgets: false };
        Pattern {
            steps: [step; STEPS],
            count: FIRST,
            lanes: [[0; LANES]; STEPS],
            used: 0,
            at: LOST,
            values: [value; VALUES],
            noted: 0,
            forgets: false,
            between: [0; GAP],
            gap: 0,
            patience: PATIENCE,
        }
    }

    /// Begins another list.
    pub(crate) fn restart(&mut self) {
        (self.patience, self.gap) = (PATIENCE, 0);
        self.forget();
    }

    fn forget(&mut self) {
        (self.count, self.used) = (FIRST, 0);
        for step in self.steps.iter_mut().take(FIRST) {
            step.ways = [ROOT; WAYS];
        }
        self.lose();
    }

    /// It is not known what came before in the row.
    pub(crate) const fn lose(&mut self) {
        (self.at, self.noted) = (LOST, VALUES);
    }

    /// A row begins.
    pub(crate) const fn begin(&mut self) {
        self.at = ROOT;
    }

    /// Follows a row on the ways that are known, from where it begins or from behind a value
    /// directly in it, to the last such place that there is a way to, or to its end. How many bytes
    /// that is, and whether the row is over.
    ///
    /// It may say more than stands in these bytes: what the reader finds in the next ones, which is
    /// then said again.
    pub(crate) fn follow(
        &mut self,
        text: &[u8],
        mut say: impl FnMut(Field, Scalar<'_>, Left),
    ) -> (usize, bool) {
        let (mut rest, mut from, mut direct) = (text, self.at, self.at != ROOT);
        let mut known = (rest, from);
        loop {
            if direct {
                known = (rest, from);
            }
            let Some((place, value)) = self.way(from, direct, rest) else { break };
            let Some(step) = self.steps.get(usize::from(place)) else { break };
            if step.forgets {
                say(Field::Metadata, Scalar::Other, Left { begun: 0, ended: 0 });
            }
            let Then::Value { field, direct: directly } = step.then else {
                self.patience = PATIENCE.min(self.patience + 1);
                return (text.len() - value.len(), true);
            };
            let Some(behind) = behind_value(value) else { break };
            if let Some(field) = field {
                let left = Left { begun: value.len(), ended: behind.len() };
                say(field, scalar(value.get(left.places(value.len())).unwrap_or_default()), left);
            }
            (rest, from, direct) = (behind, place, directly);
        }
        self.patience = self.patience.saturating_sub(1);
        (self.at, self.noted, self.forgets) = (known.1, 0, false);
        (text.len() - known.0.len(), false)
    }

    /// The way on from behind a step: the step that comes next, and what stands behind it.
    fn way<'a>(&mut self, from: u8, direct: bool, text: &'a [u8]) -> Option<(u8, &'a [u8])> {
        let ways = &self.steps.get(usize::from(from))?.ways;
        for place in ways {
            let step = self.steps.get(usize::from(*place))?;
            if let Some(behind) = self.behind(step, text) {
                return Some((*place, behind));
            }
        }
        if !direct || self.patience == 0 {
            return None;
        }
        let mut known = self.steps.iter().zip(0..=u8::MAX).take(self.count).skip(FIRST);
        let (place, behind) = known.find_map(|(step, place)| {
            self.behind(step, text).filter(|_| step.direct).map(|behind| (place, behind))
        })?;
        self.lead(from, place);
        Some((place, behind))
    }

    /// Remembers that a step came after another one.
    fn lead(&mut self, from: u8, to: u8) {
        if let Some(step) = self.steps.get_mut(usize::from(from)) {
            let free = step.ways.iter().position(|way| *way == ROOT).unwrap_or(WAYS - 1);
            if let Some(way) = step.ways.get_mut(free) {
                *way = to;
            }
        }
    }

    /// What stands behind a step, if a text begins with it.
    #[inline]
    fn behind<'a>(&self, step: &Step, mut text: &'a [u8]) -> Option<&'a [u8]> {
        let (mut lane, mut left) = (step.lane, usize::from(step.length));
        loop {
            let (bytes, rest) = text.split_first_chunk()?;
            let alike = lanes::alike(self.lanes.get(usize::from(lane))?, bytes);
            if left <= LANES {
                // A step that is none has no bytes.
                let rest = u32::MAX << left;
                return text
                    .get(left..)
                    .filter(|_| left > 0 && u32::from(alike) | rest == u32::MAX);
            }
            if alike != u16::MAX {
                return None;
            }
            (lane, left, text) = (lane.wrapping_add(1), left - LANES, rest);
        }
    }

    /// The way from behind a row to behind the first brace of the next one, if between the two
    /// stands what stood between others.
    pub(crate) fn next<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        text.strip_prefix(self.between.get(..self.gap).filter(|between| !between.is_empty())?)
    }

    /// Learns what stands between two rows, unless there is a row in it that is none.
    pub(crate) fn learn_gap(&mut self, text: &[u8]) {
        let plain = |byte: &u8| matches!(byte, b',' | b'{' | b' ' | b'\n' | b'\r' | b'\t');
        let room = self.between.get_mut(..text.len()).filter(|_| text.iter().all(plain));
        if let Some(between) = room {
            between.copy_from_slice(text);
            self.gap = text.len();
        }
    }

    /// Notes that the metadata of the row begins.
    pub(crate) const fn note_metadata(&mut self) {
        self.forgets = true;
    }

    /// Notes a value of the row.
    pub(crate) fn note(&mut self, field: Option<Field>, direct: bool, left: Left) {
        if let Some(value) = self.values.get_mut(self.noted) {
            let then = Then::Value { field, direct };
            *value = Value { left, then, forgets: self.forgets };
            self.noted += 1;
            self.forgets = false;
        } else {
            self.lose();
        }
    }

    /// Learns the way that the reader has gone since nothing could be followed any more. `text` is
    /// what came from there to the end of the part, so many bytes of it are left, and the row is
    /// over or has come to a value directly in it.
    pub(crate) fn learn(&mut self, text: &[u8], left: usize, over: bool) {
        let (values, noted) = (self.values, self.noted);
        if noted == VALUES || noted == 0 && !over || self.patience == 0 {
            return self.lose();
        }
        let left = Left { begun: left, ended: left };
        let end = Value { left, then: Then::End, forgets: self.forgets };
        let values = values.iter().take(noted).chain(over.then_some(&end));
        let (mut behind, mut direct) = (text.len(), self.at != ROOT);
        for value in values {
            let between = text.get(text.len() - behind..text.len() - value.left.begun);
            if between.and_then(|text| self.add(direct, value, text)).is_none() {
                // Full: the rows to come say what is worth knowing.
                return self.forget();
            }
            (behind, direct) = (value.left.ended, false);
        }
    }

    /// Goes from where the row is to a step with this text, which is added if there is none.
    fn add(&mut self, direct: bool, value: &Value, text: &[u8]) -> Option<()> {
        let ways = self.steps.get(usize::from(self.at))?.ways;
        let added = u8::try_from(self.count).ok()?;
        let (lane, length) = (u8::try_from(self.used).ok()?, u16::try_from(text.len()).ok()?);
        let step = Step {
            lane,
            length,
            direct,
            forgets: value.forgets,
            then: value.then,
            ways: [ROOT; WAYS],
        };
        for place in FIRST..self.count {
            let known = self.steps.get(place)?;
            let place = u8::try_from(place).ok()?;
            let led = ways.contains(&place);
            if (led || direct && known.direct)
                && (known.forgets, known.then) == (step.forgets, step.then)
                && known.length == length
                && self
                    .lanes
                    .as_flattened()
                    .get(usize::from(known.lane) * LANES..)?
                    .starts_with(text)
            {
                if !led {
                    self.lead(self.at, place);
                }
                self.at = place;
                return Some(());
            }
        }
        let end = self.used + text.len().div_ceil(LANES);
        let lanes = self.lanes.get_mut(self.used..end)?;
        for (lane, text) in lanes.iter_mut().zip(text.chunks(LANES)) {
            lane.get_mut(..text.len())?.copy_from_slice(text);
        }
        *self.steps.get_mut(self.count)? = step;
        (self.count, self.used) = (self.count + 1, end);
        self.lead(self.at, added);
        self.at = added;
        Some(())
    }
}

/// What stands behind the value that a text begins with; `None` where it takes a closer look.
#[inline]
fn behind_value(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    if *first == b'"' {
        // Not by `lanes::plain`: what it does about the last few bytes costs every row a tenth.
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
        _ => WORDS.iter().find(|(word, _)| text.starts_with(word))?.0.len(),
    };
    let behind = text.get(length..)?;
    // A number may go on in other ways.
    matches!(behind.first()?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t').then_some(behind)
}

/// What a value is that ends like that.
fn scalar(value: &[u8]) -> Scalar<'_> {
    match value {
        [b'"', text @ .., b'"'] => Scalar::Text(text.get(..KEPT).unwrap_or(text)),
        [b'0'..=b'9', ..] if value.len() <= 19 => Scalar::Text(value),
        [b't', ..] => Scalar::Bool(true),
        [b'f', ..] => Scalar::Bool(false),
        [b'n', ..] => Scalar::Null,
        _ => Scalar::Other,
    }
}
