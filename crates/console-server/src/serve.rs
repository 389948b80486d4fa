//! Connection handling: timeouts and graceful shutdown.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

/// The timeouts of a server's connections.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For receiving the head of a request, counted from the end of the previous response. This also
    /// limits how long a connection may be idle, so the idle timeout of a proxy in front of this
    /// server should be shorter.
    pub head: Duration,
    /// For requests in flight at shutdown.
    pub shutdown: Duration,
}

impl Default for Timeouts {
    /// Shutdown waits slightly longer than the gateway waits for a response, so that no created
    /// transfer loses its key.
    fn default() -> Timeouts {
        Timeouts { head: Duration::from_secs(10), shutdown: Duration::from_secs(70) }
    }
}

/// Serves until `shutdown` resolves, then finishes the requests in flight.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    timeouts: Timeouts,
    shutdown: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    // Without a limit, clients that send a byte a minute could occupy every connection.
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.head);
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            // Shutdown comes first, so that a burst of connections can't delay it.
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if affects_one_connection(&error) => continue,
            Err(_) => {
                // The limit of open files is reached, so another connection has to close first.
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Failure only makes small responses slower.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // An error means that the client has disconnected or was too slow.
            let _ = connection.await;
        });
    }
    drop(listener);
    // Connections that take longer are closed.
    let _ = timeout(timeouts.shutdown, connections.shutdown()).await;
}

/// Returns whether an error of `accept` is about the accepted connection, not about the listener.
fn affects_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}
