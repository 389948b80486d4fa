//! Connection handling: TLS, timeouts, limits and graceful shutdown.

use crate::forwarded;
use crate::observe::Metrics;
use crate::tls::{HTTP2, Tls};
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Timeouts for a server's connections.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// How long a client may take to send a request's head, measured from the end of the previous
    /// response. This also limits how long an HTTP/1 connection may be idle, so the idle timeout of a
    /// proxy in front of this server should be shorter. The TLS handshake has the same timeout.
    pub head: Duration,
    /// How long a client may take to accept the next part of a response.
    pub write: Duration,
    /// How long shutdown waits for requests in progress.
    pub shutdown: Duration,
}

impl Default for Timeouts {
    /// Shutdown waits slightly longer than the gateway waits for a response, so that no created
    /// transfer loses its key.
    fn default() -> Timeouts {
        Timeouts {
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
            shutdown: Duration::from_secs(70),
        }
    }
}

/// Options for [`serve`].
#[derive(Clone, Debug)]
pub struct Options {
    /// The timeouts for each connection.
    pub timeouts: Timeouts,
    /// The certificate, if clients are served over HTTPS.
    pub tls: Option<Arc<Tls>>,
    /// How many connections may be open. Further clients wait until a connection closes.
    pub max_connections: usize,
    /// The proxies whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: Arc<[IpNet]>,
    /// Counts the open connections.
    pub metrics: Arc<Metrics>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            timeouts: Timeouts::default(),
            tls: None,
            max_connections: 10_000,
            trusted_proxies: Arc::new([]),
            metrics: Arc::default(),
        }
    }
}

/// Serves until `shutdown` resolves, then finishes the requests in progress.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    options: Options,
    shutdown: impl Future<Output = ()>,
) {
    let server = Arc::new(Server::new(app, &options));
    let slots = Arc::new(Semaphore::new(options.max_connections));
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            // Shutdown comes first, so that a burst of connections can't delay it.
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let (stream, peer, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if affects_one_connection(&error) => continue,
            Err(_) => {
                // The limit on open files has been reached, so another connection has to close
                // first.
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (server, watcher) = (server.clone(), connections.watcher());
        tokio::spawn(async move {
            server.metrics.connections.inc();
            let metrics = server.metrics.clone();
            server.handle(stream, peer, watcher).await;
            metrics.connections.dec();
            drop(slot);
        });
    }
    drop(listener);
    // Connections that take longer are closed.
    let _ = timeout(options.timeouts.shutdown, connections.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    // Fails only if the semaphore is closed, which never happens.
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer.ip(), slot))
}

/// The state that all connections share.
struct Server {
    app: Router,
    timeouts: Timeouts,
    tls: Option<TlsAcceptor>,
    trusted_proxies: Arc<[IpNet]>,
    metrics: Arc<Metrics>,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

impl Server {
    fn new(app: Router, options: &Options) -> Server {
        let timeouts = options.timeouts;
        let mut http1 = http1::Builder::new();
        // Without a timeout, clients that send a byte a minute could occupy every connection.
        http1.timer(TokioTimer::new()).header_read_timeout(timeouts.head);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        // Detects clients that have disappeared without closing the connection.
        http2
            .timer(TokioTimer::new())
            .keep_alive_interval(timeouts.write)
            .keep_alive_timeout(timeouts.head)
            .max_concurrent_streams(100);
        let tls = options.tls.as_ref().map(|tls| TlsAcceptor::from(tls.config.clone()));
        Server {
            app,
            timeouts,
            tls,
            trusted_proxies: options.trusted_proxies.clone(),
            metrics: options.metrics.clone(),
            http1,
            http2,
        }
    }

    async fn handle(self: Arc<Server>, stream: TcpStream, peer: IpAddr, watcher: Watcher) {
        // Failure only makes small responses slower.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.timeouts.write));
        let stream = Box::pin(stream);
        let Some(tls) = self.tls.clone() else {
            return self.serve(TokioIo::new(stream), peer, false, watcher).await;
        };
        // An error means that the client has disconnected, was too slow, or doesn't speak TLS.
        if let Ok(Ok(stream)) = timeout(self.timeouts.head, tls.accept(stream)).await {
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
            self.serve(TokioIo::new(stream), peer, is_http2, watcher).await;
        }
    }

    async fn serve<I>(self: Arc<Server>, io: I, peer: IpAddr, is_http2: bool, watcher: Watcher)
    where
        I: Read + Write + Unpin + Send + 'static,
    {
        let server = self.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let is_tls = server.tls.is_some();
            forwarded::apply(&mut request, peer, is_tls, &server.trusted_proxies);
            server.app.clone().oneshot(request)
        });
        // An error means that the client has disconnected or was too slow.
        let _ = match is_http2 {
            true => watcher.watch(self.http2.serve_connection(io, service)).await,
            false => watcher.watch(self.http1.serve_connection(io, service)).await,
        };
    }
}

/// Returns whether an error from `accept` is about the accepted connection, not about the listener.
fn affects_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}
