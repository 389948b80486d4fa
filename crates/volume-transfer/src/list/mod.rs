//! Many volumes at once, straight from the bytes of a list response.
//!
//! A row is read without its record being made into anything, and with nothing allocated: what the
//! rules look at is in it as [`VolumeFlags`], and what people look at as the places where it stands.

mod fields;
mod layouts;
mod row;
mod state;

pub use row::{ListSummary, Row};

use crate::json::Reader;
use core::fmt;
use fields::Place;
use layouts::Pattern;
use state::{List, Rows};

/// Reads a list response that comes in parts of any size. Larger parts are read faster.
///
/// ```
/// use volume_transfer::ListReader;
///
/// let mut screen = ListReader::new();
/// let mut rows = Vec::new();
/// for part in [r#"{"volumes":[{"id":"c86b9af4-151d-4ead-"#, r#"b62c-5fb967af0e37","status":"in-use"}]}"#] {
///     screen.push(part.as_bytes(), |row| rows.push(row))?;
/// }
/// let screened = screen.finish()?;
/// assert_eq!(rows[0].id.as_str(), "c86b9af4-151d-4ead-b62c-5fb967af0e37");
/// assert_eq!(rows[0].bytes, 12..75);
/// assert_eq!((screened.unreadable, screened.more), (0, false));
/// # Ok::<(), volume_transfer::list::ListError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListReader {
    reader: Reader,
    list: List,
    pattern: Pattern,
    /// How many bytes were read, and whether none can follow.
    read: usize,
    failed: bool,
}

/// The bytes are not a list of volumes, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListError {
    /// How many bytes stand before the place where reading ended.
    pub position: usize,
}

impl ListError {
    /// A stable code: `malformed`.
    pub const fn code(&self) -> &'static str {
        "malformed"
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the list of volumes cannot be read after {} bytes", self.position)
    }
}

impl core::error::Error for ListError {}

impl Default for ListReader {
    fn default() -> Self {
        ListReader::new()
    }
}

impl ListReader {
    /// Nothing read yet.
    pub const fn new() -> ListReader {
        ListReader {
            reader: Reader::new(),
            list: List::new(),
            pattern: Pattern::new(),
            read: 0,
            failed: false,
        }
    }

    /// Begins another list in the same place, since a screen is large.
    pub fn restart(&mut self) {
        (self.reader, self.list) = (Reader::new(), List::new());
        (self.read, self.failed) = (0, false);
        self.pattern.restart();
    }

    /// Reads the next part of the response, and calls `row` with every volume that ends in it.
    ///
    /// # Errors
    /// [`ListError`] where this can't be a list of volumes any more; no later part is looked at.
    /// The rows that came before are then not to be relied on.
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

    /// Reads a part that ends so many bytes behind the beginning; `Err` with what is left of it.
    fn rows<'a>(
        &mut self,
        part: &'a [u8],
        end: usize,
        row: &mut impl FnMut(Row),
    ) -> Result<(), &'a [u8]> {
        let ListReader { reader, list, pattern, .. } = self;
        reader.begin_part(part.len());
        // What there was to note is in the part before.
        pattern.lose();
        let (mut rest, mut noted, mut ended) = (part, part, None::<&[u8]>);
        loop {
            // The reader goes to where a row begins or ends, or behind a value directly in it.
            let read = reader.push(rest, &mut Rows { list, pattern, end, stops: false })?;
            let Some(left) = read else { return Ok(()) };
            rest = left;
            if reader.is_fresh() {
                if let Some(before) = ended.take() {
                    pattern.learn_gap(before.get(..before.len() - left.len()).unwrap_or_default());
                }
                list.begin_row(end - left.len() - 1);
                pattern.begin();
            } else {
                pattern.learn(noted, left.len(), list.place == Place::Volumes);
            }
            // From there it goes on as rows went before, perhaps for many of them.
            loop {
                if list.place == Place::Volumes {
                    list.end_row(end - rest.len(), row);
                    let Some(next) = pattern.next(rest) else {
                        ended = Some(rest);
                        break;
                    };
                    rest = next;
                    reader.open();
                    list.place = Place::Volume;
                    list.begin_row(end - rest.len() - 1);
                    pattern.begin();
                }
                let (length, over) = pattern
                    .follow(rest, |field, said, left| list.hear(field, said, left.places(end)));
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

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ListError`] if reading failed before, the response was cut, or it has no `volumes`.
    pub const fn finish(&self) -> Result<ListSummary, ListError> {
        let List { volumes, screened, .. } = self.list;
        if volumes && !self.failed && self.reader.is_over() {
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

    /// A row as services write it: the same keys in one of a few ways, and other values in each.
    /// Where `~` is may be white space.
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

    /// What stands in a row like earlier rows is not read byte by byte. Nothing else notices if it
    /// is, since it says the same then, only later.
    #[test]
    fn rows_like_earlier_rows_are_not_read_byte_by_byte() {
        let mut screen = ListReader::new();
        for (space, most) in [("", 164), ("\n        ", 659), ("", 164)] {
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

    /// Rows in twelve manners, and every third with a key that no other has: more than is worth
    /// remembering, among which what is must not get lost.
    #[test]
    fn rows_of_many_manners_are_learned_as_well() {
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
