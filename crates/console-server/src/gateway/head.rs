//! Parses the head of a response as leniently as browsers, curl and Node do.
//!
//! A strict parser would reject a whole response, and with it a transfer's one-time key, over a
//! malformed header that nobody uses. This parser reads only the headers that the gateway uses, and
//! skips all other lines.

use super::headers::RESPONSE_HEADERS;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::{Buf, BytesMut};

/// The size limit of a response's head, including interim responses, as in browsers.
const LIMIT: usize = 256 * 1024;

/// How the end of a body is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// The body ends when the connection is closed.
    UntilClose,
}

/// The parts of a response's head that the gateway uses.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    /// The [`RESPONSE_HEADERS`].
    pub(super) headers: HeaderMap,
    /// Whether there is a `Location`.
    pub(super) has_location: bool,
    pub(super) framing: Framing,
    /// Whether the connection may carry another request after this response.
    pub(super) keeps_connection: bool,
}

/// The head is not valid HTTP, or is too large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidHead;

/// Reads a head from the bytes received so far, and skips interim responses.
#[derive(Default)]
pub(super) struct HeadReader {
    /// The number of bytes in the buffer that have been searched for the end of the head.
    scanned: usize,
    /// Whether the line that ends at `scanned` is empty so far.
    line_is_empty: bool,
    /// The total size of interim responses and leading blank lines.
    skipped: usize,
}

impl HeadReader {
    /// Takes the head from the buffer. Returns `None` if it is incomplete.
    pub(super) fn read(&mut self, buffer: &mut BytesMut) -> Result<Option<Head>, InvalidHead> {
        loop {
            let Some(end) = self.find_end(buffer)? else { return Ok(None) };
            let head = buffer.split_to(end);
            *self = HeadReader { skipped: self.skipped + end, ..HeadReader::default() };
            let head = Head::parse(&head)?;
            // The request has no `Upgrade` header.
            if head.status == StatusCode::SWITCHING_PROTOCOLS {
                return Err(InvalidHead);
            }
            if !head.status.is_informational() {
                return Ok(Some(head));
            }
        }
    }

    /// Returns whether any part of a response has arrived.
    pub(super) fn has_begun(&self, buffer: &BytesMut) -> bool {
        self.skipped > 0 || !buffer.is_empty()
    }

    /// Returns the position after the empty line that ends the head.
    fn find_end(&mut self, buffer: &mut BytesMut) -> Result<Option<usize>, InvalidHead> {
        if self.scanned == 0 {
            let blank = buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            buffer.advance(blank);
            self.skipped += blank;
        }
        // Reject other protocols without waiting for a whole head, because their servers may wait for
        // the client to respond.
        let matches = |(byte, expected): (&u8, &u8)| byte.eq_ignore_ascii_case(expected);
        if !buffer.iter().zip(b"HTTP/").all(matches) {
            return Err(InvalidHead);
        }
        for byte in buffer.iter().skip(self.scanned) {
            self.scanned += 1;
            match byte {
                b'\n' if self.line_is_empty => return Ok(Some(self.scanned)),
                b'\n' => self.line_is_empty = true,
                b'\r' => {}
                _ => self.line_is_empty = false,
            }
        }
        if self.skipped + self.scanned > LIMIT { Err(InvalidHead) } else { Ok(None) }
    }
}

impl Head {
    fn parse(head: &[u8]) -> Result<Head, InvalidHead> {
        // Even lenient clients reject NUL.
        if head.contains(&0) {
            return Err(InvalidHead);
        }
        let mut lines = head.split(|byte| *byte == b'\n');
        let (version, status) = lines.next().and_then(status_line).ok_or(InvalidHead)?;
        let fields = Fields::parse(lines);

        let chunked = fields.list(&header::TRANSFER_ENCODING).last();
        let chunked = chunked.is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"));
        let lengths: Vec<_> = fields.list(&header::CONTENT_LENGTH).map(length).collect();
        let has_length = fields.has(&header::CONTENT_LENGTH);
        let framing = match lengths.as_slice() {
            _ if matches!(status.as_u16(), 100..=199 | 204 | 304) => Framing::Length(0),
            _ if chunked => Framing::Chunked,
            [first, rest @ ..] if rest.iter().any(|other| other != first) => {
                return Err(InvalidHead);
            }
            [Some(length), ..] => Framing::Length(*length),
            // Browsers ignore an invalid length, too.
            [None, ..] | [] => Framing::UntilClose,
        };
        let closes = |token: &[u8]| token.eq_ignore_ascii_case(b"close");
        let keeps_connection = version == b"1.1"
            && framing != Framing::UntilClose
            // If the two disagree, the next response could start in the wrong place.
            && !(chunked && has_length)
            && !fields.list(&header::CONNECTION).any(closes);

        let has_location = fields.has(&header::LOCATION);
        let mut headers = HeaderMap::with_capacity(fields.0.len());
        for (name, value) in fields.0 {
            if !RESPONSE_HEADERS.contains(&name) || name == header::CONTENT_LENGTH {
                continue;
            }
            if let Ok(value) = HeaderValue::from_maybe_shared(bytes::Bytes::from(value)) {
                headers.append(name, value);
            }
        }
        if let Framing::Length(length) = framing
            && has_length
        {
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        Ok(Head { status, headers, has_location, framing, keeps_connection })
    }
}

/// Parses the HTTP version, such as `1.1`, and the status. The reason phrase is ignored.
fn status_line(line: &[u8]) -> Option<(&[u8], StatusCode)> {
    let rest = line.get(b"HTTP/".len()..)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
    let (version, rest) = rest.split_at_checked(end)?;
    if !version.first()?.is_ascii_digit() || !matches!(rest.first()?, b' ' | b'\t') {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let status = str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    Some((version, StatusCode::from_u16(status).ok()?))
}

/// The headers that the gateway uses, with folded values joined.
struct Fields(Vec<(HeaderName, Vec<u8>)>);

impl Fields {
    fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Fields {
        let mut fields: Vec<(HeaderName, Vec<u8>)> = Vec::new();
        let mut continues = false;
        for line in lines {
            if let [b' ' | b'\t', ..] = line {
                if let Some((_, value)) = fields.last_mut().filter(|_| continues) {
                    if !value.is_empty() {
                        value.push(b' ');
                    }
                    value.extend_from_slice(line.trim_ascii());
                }
                continue;
            }
            let field = split_at_colon(line);
            let known = field.and_then(|(name, value)| Some((known_name(name)?, value)));
            continues = known.is_some();
            fields.extend(known.map(|(name, value)| (name, value.trim_ascii().to_vec())));
        }
        Fields(fields)
    }

    fn has(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    /// Returns the elements of a comma-separated header, which may occur repeatedly.
    fn list(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        let values = self.0.iter().filter(move |(other, _)| other == name);
        let elements = values.flat_map(|(_, value)| value.split(|byte| *byte == b','));
        elements.map(|element| element.trim_ascii()).filter(|element| !element.is_empty())
    }
}

fn split_at_colon(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    Some((line.get(..colon)?.trim_ascii_end(), line.get(colon + 1..)?))
}

fn known_name(name: &[u8]) -> Option<HeaderName> {
    let own = [header::CONNECTION, header::LOCATION, header::TRANSFER_ENCODING];
    let name = HeaderName::from_bytes(name).ok()?;
    (own.contains(&name) || RESPONSE_HEADERS.contains(&name)).then_some(name)
}

fn length(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Head>, InvalidHead> {
        HeadReader::default().read(&mut BytesMut::from(text))
    }

    #[track_caller]
    fn framing(headers: &str) -> Option<Framing> {
        let head = read(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n"));
        head.ok().map(|head| head.unwrap().framing)
    }

    #[test]
    fn finds_the_end_however_the_bytes_are_split() {
        let text =
            "\r\nHTTP/1.1 103 Early\r\nX : 1\r\n\r\nHTTP/1.1 202\nRetry-After:\r\n 5\r\n\r\nbody";
        for size in 1..text.len() {
            let (mut reader, mut buffer) = (HeadReader::default(), BytesMut::new());
            let mut found = None;
            for part in text.as_bytes().chunks(size) {
                buffer.extend_from_slice(part);
                if found.is_none() {
                    found = reader.read(&mut buffer).unwrap();
                }
            }
            let head = found.unwrap();
            assert_eq!(head.status, 202, "{size}");
            assert_eq!(head.headers.get("retry-after").unwrap(), "5", "{size}");
            assert_eq!(&buffer[..], b"body", "{size}");
        }
    }

    #[test]
    fn determines_the_framing_like_browsers() {
        use Framing::{Chunked, Length, UntilClose};
        for (headers, expected) in [
            ("X: 1", Some(UntilClose)),
            ("Content-Length: 5", Some(Length(5))),
            ("content-length : 005", Some(Length(5))),
            ("Content-Length: 5\r\nContent-Length: 5", Some(Length(5))),
            ("Content-Length: 5, 5", Some(Length(5))),
            ("Content-Length: 5\r\nContent-Length: 6", None),
            ("Content-Length: 5, x", None),
            ("Content-Length: -1", Some(UntilClose)),
            ("Content-Length: 99999999999999999999999", Some(UntilClose)),
            ("Content-Length:", Some(UntilClose)),
            ("Content-Length:\r\n 5", Some(Length(5))),
            ("Transfer-Encoding: CHUNKED\r\nContent-Length: 5", Some(Chunked)),
            ("Transfer-Encoding: gzip, chunked", Some(Chunked)),
            ("Transfer-Encoding: chunked,", Some(Chunked)),
            ("Transfer-Encoding: chunked, gzip", Some(UntilClose)),
            ("Transfer-Encoding: identity\r\nContent-Length: 5", Some(Length(5))),
            ("Transfer-Encoding:\r\nContent-Length: 5", Some(Length(5))),
        ] {
            assert_eq!(framing(headers), expected, "{headers}");
        }
    }

    #[test]
    fn keeps_a_connection_only_if_the_end_of_the_body_is_certain() {
        for (line, headers, expected) in [
            ("HTTP/1.1 200 OK", "Content-Length: 0", true),
            ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", true),
            ("HTTP/1.1 200 OK", "Content-Length: 0\r\nConnection: x, Close", false),
            ("HTTP/1.1 200 OK", "Content-Length: 0\r\nTransfer-Encoding: chunked", false),
            ("HTTP/1.1 200 OK", "X: 1", false),
            ("HTTP/1.0 200 OK", "Content-Length: 0\r\nConnection: keep-alive", false),
        ] {
            let head = read(&format!("{line}\r\n{headers}\r\n\r\n")).unwrap().unwrap();
            assert_eq!(head.keeps_connection, expected, "{line} {headers}");
        }
    }

    #[test]
    fn rejects_invalid_responses_without_waiting_for_more() {
        for text in ["SSH-2.0-OpenSSH\r\n", "{", "\u{15}\u{3}\u{1}", "ICY 200 OK\r\n"] {
            assert_eq!(read(text).unwrap_err(), InvalidHead, "{text}");
        }
        for line in ["HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99 x", "HTTP/1.1 2000 x", "HTTP/x 200"] {
            assert_eq!(read(&format!("{line}\r\n\r\n")).unwrap_err(), InvalidHead, "{line}");
        }
        assert_eq!(read("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n").unwrap_err(), InvalidHead);
        assert_eq!(read("HTTP/1.1 101 Switching\r\n\r\n").unwrap_err(), InvalidHead);
    }

    #[test]
    fn limits_the_size_of_a_head() {
        let long = "HTTP/1.1 200 OK\r\nX: ".to_owned() + &"x".repeat(LIMIT);
        assert!(read(&long).is_err());
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(LIMIT / 20);
        assert!(read(&interim).is_err());
        let many = "X: 1\r\n".repeat(40_000);
        assert!(read(&format!("HTTP/1.1 200 OK\r\n{many}\r\n")).unwrap().is_some());
    }
}
