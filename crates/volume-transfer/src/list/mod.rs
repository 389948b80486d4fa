//! Reads list responses straight from their bytes, without allocating.
//!
//! A [`Row`] contains the flags that the rules need, and the byte ranges of the values that are
//! shown to users.

mod fields;
mod layouts;
mod row;
mod state;

pub use row::{ListSummary, Row};

use crate::json::Parser;
use core::fmt;
use fields::Place;
use layouts::Layouts;
use state::{List, ListHandler};

/// Reads a list response in chunks of any size. Larger chunks are faster.
///
/// ```
/// use volume_transfer::ListReader;
///
/// let mut reader = ListReader::new();
/// let mut rows = Vec::new();
/// for chunk in [r#"{"volumes":[{"id":"c86b9af4-151d-4ead-"#, r#"b62c-5fb967af0e37","status":"in-use"}]}"#] {
///     reader.push(chunk.as_bytes(), |row| rows.push(row))?;
/// }
/// let summary = reader.finish()?;
/// assert_eq!(rows[0].id.as_str(), "c86b9af4-151d-4ead-b62c-5fb967af0e37");
/// assert_eq!(rows[0].bytes, 12..75);
/// assert_eq!((summary.unreadable, summary.more), (0, false));
/// # Ok::<(), volume_transfer::list::ListError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListReader {
    parser: Parser,
    list: List,
    layouts: Layouts,
    /// The number of bytes read.
    read: usize,
    /// Whether an error was found. If so, later chunks are rejected.
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
            parser: Parser::new(),
            list: List::new(),
            layouts: Layouts::new(),
            read: 0,
            failed: false,
        }
    }

    /// Starts another list. Reuse a reader rather than creating another one, because it is large
    /// and has learned how the service formats rows.
    pub fn restart(&mut self) {
        (self.parser, self.list) = (Parser::new(), List::new());
        (self.read, self.failed) = (0, false);
        self.layouts.restart();
    }

    /// Reads the next chunk of the response, and calls `row` for every row that ends in it.
    ///
    /// # Errors
    /// Returns [`ListError`] if the response can't be a list of volumes. Later chunks are rejected
    /// too, and earlier rows must not be relied on.
    pub fn push(&mut self, chunk: &[u8], mut row: impl FnMut(Row)) -> Result<(), ListError> {
        if self.failed {
            return Err(ListError { position: self.read });
        }
        let end = self.read + chunk.len();
        let left = self.rows(chunk, end, &mut row);
        self.failed = left.is_err();
        self.read = end - left.map_or_else(<[u8]>::len, |()| 0);
        if self.failed { Err(ListError { position: self.read }) } else { Ok(()) }
    }

    /// Reads a chunk that ends at position `end` in the response. On error, returns the rest of the
    /// chunk.
    fn rows<'a>(
        &mut self,
        chunk: &'a [u8],
        end: usize,
        row: &mut impl FnMut(Row),
    ) -> Result<(), &'a [u8]> {
        let ListReader { parser, list, layouts, .. } = self;
        parser.begin_chunk(chunk.len());
        // Any recorded values refer to bytes of the previous chunk.
        layouts.forget_position();
        let (mut rest, mut unmatched, mut ended) = (chunk, chunk, None::<&[u8]>);
        loop {
            // The parser pauses where a row begins or ends, or after a top-level value of a row.
            let mut handler = ListHandler { list, layouts, end, should_pause: false };
            let Some(left) = parser.push(rest, &mut handler)? else { return Ok(()) };
            rest = left;
            if parser.at_object_start() {
                if let Some(before) = ended.take() {
                    let separator = before.get(..before.len() - left.len()).unwrap_or_default();
                    layouts.learn_separator(separator);
                }
                list.begin_row(end - left.len() - 1);
                layouts.begin();
            } else {
                layouts.learn(unmatched, left.len(), list.place == Place::Volumes);
            }
            // From here, known layouts may match many rows.
            loop {
                if list.place == Place::Volumes {
                    list.end_row(end - rest.len(), row);
                    let Some(next) = layouts.after_separator(rest) else {
                        ended = Some(rest);
                        break;
                    };
                    rest = next;
                    parser.open();
                    list.place = Place::Volume;
                    list.begin_row(end - rest.len() - 1);
                    layouts.begin();
                }
                let (length, row_ended) = layouts
                    .follow(rest, |field, value, left| list.record(field, value, left.range(end)));
                let Some((_, after)) = rest.split_at_checked(length) else { break };
                rest = after;
                if !row_ended {
                    if length > 0 {
                        parser.skip_value();
                    }
                    unmatched = rest;
                    break;
                }
                parser.close();
                list.place = Place::Volumes;
            }
        }
    }

    /// Finishes the list.
    ///
    /// # Errors
    /// Returns [`ListError`] if a chunk was invalid, or if the response is incomplete or has no
    /// `volumes`.
    pub const fn finish(&self) -> Result<ListSummary, ListError> {
        let List { volumes, summary, .. } = self.list;
        if volumes && !self.failed && self.parser.is_complete() {
            Ok(summary)
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
    /// row. `~` stands for optional whitespace.
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
        let mut reader = ListReader::new();
        // The second list has the same layouts as the first.
        for (space, max_steps) in [("", 164), ("", 20), ("\n        ", 659), ("", 164)] {
            let list = list(space);
            reader.restart();
            let mut rows = 0;
            assert_eq!(reader.push(list.as_bytes(), |_| rows += 1), Ok(()));
            assert!(reader.finish().is_ok());
            assert_eq!(rows, 1_000);
            let steps = reader.parser.steps;
            assert!((1..=max_steps).contains(&steps), "{steps} bytes of {}", list.len());
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
            let extra = if n.is_multiple_of(3) { format!(r#","x{n}":{n}"#) } else { String::new() };
            format!("{{{}{extra}}}", fields.join(if n % 4 < 2 { "," } else { ", " }))
        };
        let rows: Vec<_> = (0..3_000).map(row).collect();
        let list = format!(r#"{{"volumes":[{}]}}"#, rows.join(","));
        let mut reader = ListReader::new();
        let mut rows = 0;
        assert_eq!(reader.push(list.as_bytes(), |_| rows += 1), Ok(()));
        assert_eq!(rows, 3_000);
        let (steps, max_steps) = (reader.parser.steps, 26_620);
        assert!(steps <= max_steps, "{steps} bytes of {}", list.len());
    }
}
