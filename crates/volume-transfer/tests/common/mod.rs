//! Reads lists of volumes, with the core's reader and, as a reference, with `serde_json`.

use serde_json::Value;
use volume_transfer::list::{ListError, ListSummary, Row};
use volume_transfer::{ListReader, Volume};

/// Reads a list with `reader`, `size` bytes at a time. The rows before an error are included.
pub(crate) fn read_in_chunks(
    reader: &mut ListReader,
    text: &[u8],
    size: usize,
) -> (Vec<Row>, Result<ListSummary, ListError>) {
    reader.restart();
    let mut rows = Vec::new();
    for chunk in text.chunks(size) {
        if reader.push(chunk, |row| rows.push(row)).is_err() {
            break;
        }
    }
    (rows, reader.finish())
}

/// Reads a list with `serde_json`. Returns `None` if it isn't a list of volumes.
pub(crate) fn read_with_serde_json(text: &[u8]) -> Option<(Vec<Volume>, ListSummary)> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let body: Value = serde_json::from_slice(text).ok()?;
    let rows = body.get("volumes")?;
    let rows = if rows.is_null() { &[] } else { rows.as_array()?.as_slice() };
    let volumes: Vec<_> = rows.iter().filter_map(Volume::from_json).collect();
    let links = body.get("volumes_links").and_then(Value::as_array);
    let next = |link: &Value| link.get("rel").is_some_and(|rel| rel == "next");
    let more = links.is_some_and(|links| links.iter().any(next));
    let unreadable = rows.len() - volumes.len();
    Some((volumes, ListSummary { unreadable, more }))
}
