//! A list of volumes as `serde_json` reads it: what the core's own reader has to agree with.

use serde_json::Value;
use volume_transfer::Volume;
use volume_transfer::list::ListSummary;

/// The volumes and what there is to say beside them; `None` if this is no list of volumes.
pub(crate) fn read(text: &[u8]) -> Option<(Vec<Volume>, ListSummary)> {
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
