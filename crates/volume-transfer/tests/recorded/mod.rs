//! Reads the recorded exchanges in `fixtures/`.
#![allow(dead_code, reason = "each test binary uses different parts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken fixture must fail loudly"
)]

use std::fs;
use std::path::PathBuf;
use volume_transfer::Response;

pub(crate) struct Recorded {
    pub(crate) file: String,
    /// The request's first line.
    pub(crate) request_line: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: Vec<u8>,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn response(&self) -> Response {
        self.headers
            .iter()
            .fold(Response::new(self.status, self.body.clone()), |r, (n, v)| r.with_header(n, v))
    }
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

pub(crate) fn evs(file: &str) -> Vec<u8> {
    fs::read(fixtures().join("evs").join(file)).unwrap()
}

/// Returns the exchanges with Cinder from all recordings whose file names contain `part`, in order.
pub(crate) fn cinder(part: &str) -> Vec<Recorded> {
    exchanges("cinder", part)
}

fn exchanges(folder: &str, part: &str) -> Vec<Recorded> {
    let mut files: Vec<_> =
        fs::read_dir(fixtures().join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let file = path.file_name()?.to_str()?.to_owned();
            file.contains(part).then(|| read(file, &fs::read(&path).unwrap()))
        })
        .collect()
}

/// Returns the exchange with Cinder from the only recording whose file name contains `part`.
pub(crate) fn one(part: &str) -> Recorded {
    only(part, cinder(part))
}

/// Returns the exchange with Keystone from the recording with this number.
pub(crate) fn keystone(number: &str) -> Recorded {
    only(number, exchanges("keystone", number))
}

fn only(part: &str, mut found: Vec<Recorded>) -> Recorded {
    assert_eq!(found.len(), 1, "recordings that match {part}");
    found.remove(0)
}

fn read(file: String, text: &[u8]) -> Recorded {
    const DASHES: &[u8] = b"\n------------------------ response ------------------------\n";
    let at = text.windows(DASHES.len()).position(|w| w == DASHES).unwrap();
    let (request_head, request_body) = head_and_body(&text[..at]);
    let (head, body) = head_and_body(&text[at + DASHES.len()..]);
    let (request_line, request_headers) = line_and_headers(&request_head);
    let (status_line, headers) = line_and_headers(&head);
    let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
    Recorded { file, request_line, request_headers, request_body, status, headers, body }
}

fn line_and_headers(head: &[u8]) -> (String, Vec<(String, String)>) {
    let mut lines = str::from_utf8(head).unwrap().lines();
    let first = lines.next().unwrap().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    (first, headers)
}

fn head_and_body(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = text.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let body = &text[at + 4..];
    (text[..at].to_vec(), body.strip_suffix(b"\n").unwrap_or(body).to_vec())
}
