//! A connection to the endpoint, and the pool of idle connections.

use super::connector::Stream;
use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// Boxed, because a TLS stream takes up a kilobyte, and a connection is moved several times per
    /// request.
    stream: Box<Stream>,
    pub(super) buffer: BytesMut,
    /// Whether a request was sent only in part, so that no other request can follow.
    is_broken: bool,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Connection {
        Connection { stream: Box::new(stream), buffer: BytesMut::new(), is_broken: false }
    }

    /// Sends as much of the request as the connection accepts. If a write fails, discards
    /// the rest instead of returning an error, because the response may already have arrived.
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

#[derive(Default)]
pub(super) struct Pool(Mutex<Idle>);

/// Idle connections, each with the time at which it became idle.
#[derive(Default)]
struct Idle {
    connections: Vec<(Instant, Connection)>,
    /// Whether [`Pool::expire`] is running.
    is_expiring: bool,
}

impl Pool {
    /// Adds a connection, unless it is unusable: broken, or with unexpected bytes after the response.
    pub(super) fn put(self: &Arc<Self>, connection: Connection) {
        if connection.is_broken || !connection.buffer.is_empty() {
            return;
        }
        let mut idle = self.lock();
        if !mem::replace(&mut idle.is_expiring, true) {
            tokio::spawn(self.clone().expire());
        }
        if idle.connections.len() < POOL_LIMIT {
            idle.connections.push((Instant::now(), connection));
        }
    }

    /// Takes the most recently used connection that the endpoint hasn't closed.
    pub(super) async fn take(&self) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.lock().connections.pop()?;
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
            idle.connections.retain(|(since, _)| since.elapsed() < IDLE_LIMIT);
            if idle.connections.is_empty() {
                idle.is_expiring = false;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use hyper_rustls::MaybeHttpsStream;
    use hyper_util::rt::TokioIo;
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn a_single_task_expires_idle_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stream = TokioIo::new(MaybeHttpsStream::Http(TokioIo::new(stream)));
        let (pool, mut connection) = (Arc::<Pool>::default(), Connection::new(stream));
        let tasks = tokio::runtime::Handle::current().metrics();
        for _ in 0..100 {
            pool.put(connection);
            connection = pool.take().await.unwrap();
        }
        assert_eq!(tasks.num_alive_tasks(), 1);
    }
}
