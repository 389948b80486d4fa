//! Reads list responses straight from their bytes, without allocating.
//!
//! A [`Row`] contains the flags that the rules need, and the byte ranges of the values that people
//! see.

mod fields;
mod layouts;
mod row;
mod state;

pub use row::{ListSummary, Row};

use crate::json::Parser;
use core::fmt;
use fields::Place;
use layouts::Layouts;
use state::{List, Rows};

/// Reads a list response in parts of any size. Larger parts are faster.
///
/// ```
/// use volume_transfer::ListReader;
///
/// let mut reader = ListReader::new();
/// let mut rows = Vec::new();
/// for part in [r#"{"volumes":[{"id":"c86b9af4-151d-4ead-"#, r#"b62c-5fb967af0e37","status":"in-use"}]}"#] {
///     reader.push(part.as_bytes(), |row| rows.push(row))?;
/// }
/// let summary = reader.finish()?;
/// assert_eq!(rows[0].id.as_str(), "c86b9af4-151d-4ead-b62c-5fb967af0e37");
/// assert_eq!(rows[0].bytes, 12..75);
/// assert_eq!((summary.unreadable, summary.more), (0, false));
/// # Ok::<(), volume_transfer::list::ListError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListReader {
    reader: Parser,
    list: List,
    layouts: Layouts,
    /// The number of bytes read.
    read: usize,
    /// Whether an error was found. If so, later parts are rejected.
    failed: bool,
}

/// The error for a response that isn't a complete list of volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListError {
    /// The number of bytes before the error.
    pub position: usize,
}

impl ListError {
    /// Returns a stable code: `malformed`.
    pub const fn code(&self) -> &'static str {
        "malformed"
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the list of volumes is invalid after {} bytes", self.position)
    }
}

impl core::error::Error for ListError {}

impl Default for ListReader {
    fn default() -> Self {
        ListReader::new()
    }
}

impl ListReader {
    /// Creates a reader at the beginning of a list.
    pub const fn new() -> ListReader {
        ListReader {
            reader: Parser::new(),
            list: List::new(),
            layouts: Layouts::new(),
            read: 0,
            failed: false,
        }
    }

    /// Starts another list. Reuses the reader, because it is large, and has learned how the service
    /// writes rows.
    pub fn restart(&mut self) {
        (self.reader, self.list) = (Parser::new(), List::new());
        (self.read, self.failed) = (0, false);
        self.layouts.restart();
    }

    /// Reads the next part of the response, and calls `row` for every row that ends in it.
    ///
    /// # Errors
    /// Returns [`ListError`] if this can't be a list of volumes. Later parts are rejected too, and
    /// earlier rows must not be relied on.
    pub fn push(&mut self, part: &[u8], mut row: impl FnMut(Row)) -> Result<(), ListError> {
        if self.failed {
            return Err(ListError { position: self.read });
        }
        let end = self.read + part.len();
        let left = self.rows(part, end, &mut row);
        self.failed = left.is_err();
        self.read = end - left.map_or_else(<[u8]>::len, |()| 0);
        if self.failed { Err(ListError { position: self.read }) } else { Ok(()) }
    }

    /// Reads a part that ends at `end` in the response. On error, returns the rest of the part.
    fn rows<'a>(
        &mut self,
        part: &'a [u8],
        end: usize,
        row: &mut impl FnMut(Row),
    ) -> Result<(), &'a [u8]> {
        let ListReader { reader, list, layouts, .. } = self;
        reader.begin_part(part.len());
        // Any recorded values refer to bytes of the previous part.
        layouts.forget_position();
        let (mut rest, mut noted, mut ended) = (part, part, None::<&[u8]>);
        loop {
            // The parser stops where a row begins or ends, or after a value directly in a row.
            let read = reader.push(rest, &mut Rows { list, layouts, end, should_pause: false })?;
            let Some(left) = read else { return Ok(()) };
            rest = left;
            if reader.at_object_start() {
                if let Some(before) = ended.take() {
                    layouts.learn_gap(before.get(..before.len() - left.len()).unwrap_or_default());
                }
                list.begin_row(end - left.len() - 1);
                layouts.begin();
            } else {
                layouts.learn(noted, left.len(), list.place == Place::Volumes);
            }
            // Known layouts may cover many rows from here.
            loop {
                if list.place == Place::Volumes {
                    list.end_row(end - rest.len(), row);
                    let Some(next) = layouts.next(rest) else {
                        ended = Some(rest);
                        break;
                    };
                    rest = next;
                    reader.open();
                    list.place = Place::Volume;
                    list.begin_row(end - rest.len() - 1);
                    layouts.begin();
                }
                let (length, over) = layouts
                    .follow(rest, |field, value, left| list.record(field, value, left.range(end)));
                let Some((_, behind)) = rest.split_at_checked(length) else { break };
                rest = behind;
                if !over {
                    if length > 0 {
                        reader.skip_value();
                    }
                    noted = rest;
                    break;
                }
                reader.close();
                list.place = Place::Volumes;
            }
        }
    }

    /// Finishes the list.
    ///
    /// # Errors
    /// Returns [`ListError`] if a part was invalid, or the response is incomplete or has no `volumes`.
    pub const fn finish(&self) -> Result<ListSummary, ListError> {
        let List { volumes, screened, .. } = self.list;
        if volumes && !self.failed && self.reader.is_complete() {
            Ok(screened)
        } else {
            Err(ListError { position: self.read })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    /// Returns a row as services write it: in one of a few layouts, with different values in each
    /// row. `~` marks optional whitespace.
    fn row(n: usize) -> String {
        let name = match n % 5 {
            0 => "null".into(),
            1 => format!(r#""数据盘-{n}""#),
            _ => format!(r#""order-service-shard-of-a-cluster-{n}""#),
        };
        let status = if n.is_multiple_of(3) { "available" } else { "in-use" };
        let metadata = match n % 7 {
            0 => format!(r#"{{~"orderID":~"CS{n}"~}}"#),
            1 => format!(r#"{{~"__system__encrypted":~"1",~"policy":~"p{n}"~}}"#),
            _ => "{}".into(),
        };
        let attachments = match n % 3 {
            1 => format!(r#"[~{{~"server_id":~"{n}",~"device":~"/dev/vdb"~}}~]"#),
            _ => "[]".into(),
        };
        format!(
            r#"{{~"attachments":~{attachments},~"id":~"c86b9af4-151d-4ead-b62c-{n:012x}",~"links":~[~{{
            "href":~"https://evs/v2/{n}",~"rel":~"self"~}}~],~"name":~{name},~"status":~"{status}",
            "size":~{},~"bootable":~"false",~"encrypted":~false,~"metadata":~{metadata}~}}"#,
            n % 1000
        )
    }

    fn list(space: &str) -> String {
        let rows: Vec<_> = (0..1_000).map(row).collect();
        format!(r#"{{~"volumes":~[~{}~]~}}"#, rows.join(",~")).replace('~', space)
    }

    /// No other test would notice if nothing matched, because the byte-by-byte parser returns the
    /// same rows, only more slowly.
    #[test]
    fn matches_rows_of_a_known_layout() {
        let mut screen = ListReader::new();
        // The second list has the layouts of the first.
        for (space, most) in [("", 164), ("", 20), ("\n        ", 659), ("", 164)] {
            let list = list(space);
            screen.restart();
            let mut rows = 0;
            assert_eq!(screen.push(list.as_bytes(), |_| rows += 1), Ok(()));
            assert!(screen.finish().is_ok());
            assert_eq!(rows, 1_000);
            let steps = screen.reader.steps;
            assert!((1..=most).contains(&steps), "{steps} bytes of {}", list.len());
        }
    }

    /// Reads twelve layouts. Every third row has a unique key, which must not displace any of them.
    #[test]
    fn learns_layouts_despite_unique_keys() {
        let row = |n: usize| {
            let mut fields = [
                format!(r#""id":"c86b9af4-151d-4ead-b62c-{n:012x}""#),
                format!(r#""name":"data-{n}""#),
                format!(r#""size":{}"#, n % 3 * 10),
                r#""status":"available""#.into(),
                format!(r#""metadata":{{"orderID":"{n}"}}"#),
                r#""encrypted":false"#.into(),
            ];
            fields.rotate_left(n % 6);
            let odd = if n.is_multiple_of(3) { format!(r#","x{n}":{n}"#) } else { String::new() };
            format!("{{{}{odd}}}", fields.join(if n % 4 < 2 { "," } else { ", " }))
        };
        let rows: Vec<_> = (0..3_000).map(row).collect();
        let list = format!(r#"{{"volumes":[{}]}}"#, rows.join(","));
        let mut screen = ListReader::new();
        let mut rows = 0;
        assert_eq!(screen.push(list.as_bytes(), |_| rows += 1), Ok(()));
        assert_eq!(rows, 3_000);
        let (steps, most) = (screen.reader.steps, 26_620);
        assert!(steps <= most, "{steps} bytes of {}", list.len());
    }
}
