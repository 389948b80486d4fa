//! A connection to the endpoint, and those that wait for a next request.

use super::connector::Stream;
use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWrite};

/// How long a connection is kept for a next request. Shorter than most servers keep one, so that
/// few requests meet a connection that is being closed.
const KEPT: Duration = Duration::from_secs(5);

/// The limit for connections that are kept.
const MOST_KEPT: usize = 256;

const READ_SIZE: usize = 16 * 1024;

/// A connection, with what has arrived on it and isn't read yet.
pub(super) struct Connection {
    stream: Stream,
    pub(super) buffer: BytesMut,
    /// Whether a request was cut short on it.
    is_spoilt: bool,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Connection {
        Connection { stream, buffer: BytesMut::new(), is_spoilt: false }
    }

    /// Sends as much of the request as the connection takes. A failure ends the sending, and not
    /// the exchange: the response may have arrived before it.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>, unsent: &mut &[u8]) {
        while !unsent.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, unsent) {
                Poll::Pending => return,
                Poll::Ready(Ok(sent @ 1..)) => *unsent = unsent.get(sent..).unwrap_or_default(),
                Poll::Ready(Ok(0) | Err(_)) => self.give_up(unsent),
            }
        }
        if let Poll::Ready(Err(_)) = Pin::new(&mut self.stream).poll_flush(cx) {
            self.is_spoilt = true;
        }
    }

    /// Leaves the rest of a request unsent.
    pub(super) fn give_up(&mut self, unsent: &mut &[u8]) {
        self.is_spoilt |= !unsent.is_empty();
        *unsent = &[];
    }

    /// Reads more into the buffer, and returns how much: 0 at the end.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.buffer.reserve(READ_SIZE);
        pin!(self.stream.read_buf(&mut self.buffer)).poll(cx)
    }
}

/// Connections that wait for a next request.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(Instant, Connection)>>);

impl Pool {
    /// Keeps a connection for a while, unless something is left on it.
    pub(super) fn put(self: &Arc<Self>, connection: Connection) {
        if connection.is_spoilt || !connection.buffer.is_empty() {
            return;
        }
        let mut kept = self.kept();
        if kept.is_empty() {
            tokio::spawn(self.clone().expire());
        }
        if kept.len() < MOST_KEPT {
            kept.push((Instant::now(), connection));
        }
    }

    /// Takes the connection that was used last, of those that the endpoint hasn't closed.
    pub(super) async fn take(&self) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.kept().pop()?;
            let is_quiet = poll_fn(|cx| Poll::Ready(connection.poll_fill(cx).is_pending())).await;
            if is_quiet && since.elapsed() < KEPT {
                return Some(connection);
            }
        }
    }

    /// Closes connections that were kept long enough, until there are none.
    async fn expire(self: Arc<Self>) {
        loop {
            tokio::time::sleep(KEPT).await;
            let mut kept = self.kept();
            kept.retain(|(since, _)| since.elapsed() < KEPT);
            if kept.is_empty() {
                return;
            }
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Connection)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
