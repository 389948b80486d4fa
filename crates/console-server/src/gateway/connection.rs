//! A connection to the endpoint, and the pool of idle connections.

use super::connector::Stream;
use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWrite};

/// The maximum idle time of a connection. Most servers allow more, so few requests are sent on a
/// connection that the endpoint is about to close.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// The maximum number of idle connections.
const POOL_LIMIT: usize = 256;

const READ_SIZE: usize = 16 * 1024;

/// A connection, with received bytes that haven't been parsed yet.
pub(super) struct Connection {
    stream: Stream,
    pub(super) buffer: BytesMut,
    /// Whether a request was not sent completely, so that no other request can follow.
    is_broken: bool,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Connection {
        Connection { stream, buffer: BytesMut::new(), is_broken: false }
    }

    /// Sends as much of the request as the connection accepts. An error only ends the sending, because
    /// the response may already have arrived.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>, unsent: &mut &[u8]) {
        while !unsent.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, unsent) {
                Poll::Pending => return,
                Poll::Ready(Ok(sent @ 1..)) => *unsent = unsent.get(sent..).unwrap_or_default(),
                Poll::Ready(Ok(0) | Err(_)) => self.stop_sending(unsent),
            }
        }
        if let Poll::Ready(Err(_)) = Pin::new(&mut self.stream).poll_flush(cx) {
            self.is_broken = true;
        }
    }

    /// Discards the rest of a request.
    pub(super) fn stop_sending(&mut self, unsent: &mut &[u8]) {
        self.is_broken |= !unsent.is_empty();
        *unsent = &[];
    }

    /// Reads into the buffer. Returns the number of bytes, or 0 at the end of the stream.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.buffer.reserve(READ_SIZE);
        pin!(self.stream.read_buf(&mut self.buffer)).poll(cx)
    }
}

/// Idle connections.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(Instant, Connection)>>);

impl Pool {
    /// Adds a connection, unless it is unusable: broken, or with unexpected bytes after the response.
    pub(super) fn put(self: &Arc<Self>, connection: Connection) {
        if connection.is_broken || !connection.buffer.is_empty() {
            return;
        }
        let mut idle = self.lock();
        if idle.is_empty() {
            tokio::spawn(self.clone().expire());
        }
        if idle.len() < POOL_LIMIT {
            idle.push((Instant::now(), connection));
        }
    }

    /// Takes the most recently used connection that the endpoint hasn't closed.
    pub(super) async fn take(&self) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.lock().pop()?;
            let is_open = poll_fn(|cx| Poll::Ready(connection.poll_fill(cx).is_pending())).await;
            if is_open && since.elapsed() < IDLE_LIMIT {
                return Some(connection);
            }
        }
    }

    /// Closes connections that have been idle for too long. Returns when none is left.
    async fn expire(self: Arc<Self>) {
        loop {
            tokio::time::sleep(IDLE_LIMIT).await;
            let mut idle = self.lock();
            idle.retain(|(since, _)| since.elapsed() < IDLE_LIMIT);
            if idle.is_empty() {
                return;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Connection)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
