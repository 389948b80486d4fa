//! Streams the body of a response, in any of the three framings.

use super::connection::{Connection, Pool};
use super::head::{Framing, Head};
use axum::body::Bytes;
use bytes::BytesMut;
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The maximum length of a chunk's size line, including extensions, and of all trailers together.
const LINE_LIMIT: usize = 16 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Length(u64),
    UntilClose,
    ChunkSize,
    ChunkData(u64),
    ChunkEnd,
    /// Contains the number of bytes left until the size limit.
    Trailers(usize),
    Done,
}

/// An error in the chunked framing.
#[derive(Debug, PartialEq, Eq)]
struct InvalidChunk;

impl From<Framing> for State {
    fn from(framing: Framing) -> State {
        match framing {
            Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::UntilClose,
        }
    }
}

impl State {
    /// Takes a part of the body from the buffer. Returns `None` if the buffer contains no more of it.
    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, InvalidChunk> {
        loop {
            match *self {
                State::Done => return Ok(None),
                State::UntilClose => return Ok(take(buffer, u64::MAX)),
                State::Length(rest) => {
                    let part = take(buffer, rest);
                    *self = match rest - length(part.as_ref()) {
                        0 => State::Done,
                        rest => State::Length(rest),
                    };
                    return Ok(part);
                }
                State::ChunkData(rest) => {
                    let part = take(buffer, rest);
                    *self = match rest - length(part.as_ref()) {
                        0 => State::ChunkEnd,
                        rest => State::ChunkData(rest),
                    };
                    return Ok(part);
                }
                State::ChunkSize => {
                    let Some(line) = take_line(buffer, LINE_LIMIT)? else { return Ok(None) };
                    *self = match chunk_size(&line).ok_or(InvalidChunk)? {
                        0 => State::Trailers(LINE_LIMIT),
                        size => State::ChunkData(size),
                    };
                }
                State::ChunkEnd => {
                    let Some(line) = take_line(buffer, LINE_LIMIT)? else { return Ok(None) };
                    if !line.trim_ascii().is_empty() {
                        return Err(InvalidChunk);
                    }
                    *self = State::ChunkSize;
                }
                State::Trailers(limit) => {
                    let Some(line) = take_line(buffer, limit)? else { return Ok(None) };
                    *self = match line.trim_ascii() {
                        [] => State::Done,
                        // Trailers are ignored.
                        _ => State::Trailers(limit.saturating_sub(line.len())),
                    };
                }
            }
        }
    }
}

fn length(part: Option<&Bytes>) -> u64 {
    part.map_or(0, |part| part.len() as u64)
}

fn take(buffer: &mut BytesMut, limit: u64) -> Option<Bytes> {
    let size = usize::try_from(limit).unwrap_or(usize::MAX).min(buffer.len());
    (size > 0).then(|| buffer.split_to(size).freeze())
}

fn take_line(buffer: &mut BytesMut, limit: usize) -> Result<Option<BytesMut>, InvalidChunk> {
    match buffer.iter().position(|byte| *byte == b'\n') {
        Some(end) if end < limit => Ok(Some(buffer.split_to(end + 1))),
        None if buffer.len() < limit => Ok(None),
        Some(_) | None => Err(InvalidChunk),
    }
}

/// Parses a chunk size, optionally followed by an extension.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii_end();
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (size, rest) = line.split_at_checked(digits)?;
    if size.is_empty() || !matches!(rest.trim_ascii_start().first(), None | Some(b';')) {
        return None;
    }
    u64::from_str_radix(str::from_utf8(size).ok()?, 16).ok()
}

/// The body of a response, read from its connection on demand.
pub(super) struct ResponseBody {
    state: State,
    connection: Option<Connection>,
    /// The pool that the connection returns to after the body.
    pool: Option<Arc<Pool>>,
    error: Option<io::Error>,
}

impl ResponseBody {
    pub(super) fn new(head: &Head, connection: Connection, pool: Option<Arc<Pool>>) -> Self {
        let pool = pool.filter(|_| head.keeps_connection);
        let state = State::from(head.framing);
        let mut body = ResponseBody { state, connection: Some(connection), pool, error: None };
        if body.state == State::Done {
            body.release();
        }
        body
    }

    fn release(&mut self) {
        if let (Some(connection), Some(pool)) = (self.connection.take(), self.pool.take()) {
            pool.put(connection);
        }
    }

    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        let Some(connection) = &mut self.connection else { return Poll::Ready(Ok(None)) };
        loop {
            let part = self.state.decode(&mut connection.buffer);
            let part = part.map_err(|InvalidChunk| io::Error::from(io::ErrorKind::InvalidData))?;
            if self.state == State::Done {
                self.release();
                return Poll::Ready(Ok(part));
            }
            if part.is_some() {
                return Poll::Ready(Ok(part));
            }
            match (ready!(connection.poll_fill(cx)), self.state) {
                (Ok(1..), _) => {}
                // Only the end of the connection ends such a body. If it is incomplete, so is its JSON,
                // and the page rejects that.
                (Ok(0) | Err(_), State::UntilClose) => {
                    self.state = State::Done;
                    self.connection = None;
                    return Poll::Ready(Ok(None));
                }
                (Ok(0), _) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                (Err(error), _) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match ready!(self.poll_part(cx)) {
            Ok(part) => Poll::Ready(part.map(|part| Ok(Frame::data(part)))),
            Err(error) => {
                self.connection = None;
                self.error = Some(error);
                // When a body fails, the server discards what it hasn't sent yet. Deferring the error by
                // one poll lets it send the status and the part of the body before the failure.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Done && self.error.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.state {
            State::Length(rest) => SizeHint::with_exact(rest),
            State::Done => SizeHint::with_exact(0),
            State::UntilClose
            | State::ChunkSize
            | State::ChunkData(_)
            | State::ChunkEnd
            | State::Trailers(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a chunked body that arrives `size` bytes at a time. Returns `None` if it is invalid or
    /// incomplete.
    fn decode(text: &str, size: usize) -> Option<Vec<u8>> {
        let (mut state, mut buffer) = (State::ChunkSize, BytesMut::new());
        let mut body = Vec::new();
        for part in text.as_bytes().chunks(size) {
            buffer.extend_from_slice(part);
            while let Some(part) = state.decode(&mut buffer).ok()? {
                body.extend_from_slice(&part);
            }
        }
        (state == State::Done).then_some(body)
    }

    #[test]
    fn decodes_chunks_however_the_bytes_are_split() {
        for text in [
            "5\r\nfirst\r\n5\r\n-last\r\n0\r\n\r\n",
            "5\nfirst\n5\n-last\n0\n\n",
            "00000000000000000000005;a=\"b\"\r\nfirst\r\n5 \t;x\r\n-last\r\n000\r\n\r\n",
            "a\r\nfirst-last\r\n0\r\nX-T : 1\r\nnothing\r\nContent-Length: 7\r\n\r\n",
            "A\r\nfirst-last\r\n0\r\n\r\nmore",
        ] {
            for size in 1..=text.len() {
                let body = decode(text, size);
                assert_eq!(body.as_deref(), Some(&b"first-last"[..]), "{size}: {text}");
            }
        }
    }

    #[test]
    fn rejects_invalid_and_incomplete_chunks() {
        for text in [
            "5\r\nfirst",
            "5\r\nfirst\r\n",
            "5\r\nfirst\r\n0\r\n",
            "5\r\nfirst0\r\n\r\n",
            "7\r\nfirst\r\n0\r\n\r\n",
            "4\r\nfirst\r\n0\r\n\r\n",
            "\r\nfirst\r\n0\r\n\r\n",
            " 5\r\nfirst\r\n0\r\n\r\n",
            "-5\r\nfirst\r\n0\r\n\r\n",
            "+5\r\nfirst\r\n0\r\n\r\n",
            "0x5\r\nfirst\r\n0\r\n\r\n",
            "5 5\r\nfirst\r\n0\r\n\r\n",
            "fffffffffffffffff\r\nfirst\r\n0\r\n\r\n",
        ] {
            for size in [1, text.len()] {
                assert_eq!(decode(text, size), None, "{text}");
            }
        }
    }

    #[test]
    fn limits_lines_and_trailers() {
        let extension = format!("5;{}\r\nfirst\r\n0\r\n\r\n", "x".repeat(LINE_LIMIT));
        assert_eq!(decode(&extension, 1000), None);
        let trailers = format!("5\r\nfirst\r\n0\r\n{}\r\n", "X: 1\r\n".repeat(LINE_LIMIT));
        assert_eq!(decode(&trailers, 1000), None);
    }
}
