//! Connections: how long one may take over a request, and how they end.

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

/// How long a server waits for the other side of its connections.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the whole head of a request, counted from the end of the one before: so this is also how
    /// long a connection may be idle. What is in front of the server should keep its own shorter.
    pub head: Duration,
    /// For what is in flight when the server is asked to stop.
    pub stop: Duration,
}

impl Default for Patience {
    /// A stop waits a little longer than the gateway waits for an answer: whoever has created a
    /// transfer gets the key.
    fn default() -> Patience {
        Patience { head: Duration::from_secs(10), stop: Duration::from_secs(70) }
    }
}

/// Serves until `stop` comes back, and then finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    // Without a limit, a thousand clients that send a byte a minute hold a thousand connections.
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            // First, so that no rush of connections puts it off.
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(_) => {
                // There are as many files open as may be: some connection has to end first.
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Without it, small answers are slower; nothing else depends on it.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that hangs up or is too slow is its own affair.
            let _ = connection.await;
        });
    }
    drop(listener);
    // What takes longer than this is cut off.
    let _ = timeout(patience.stop, connections.shutdown()).await;
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}
