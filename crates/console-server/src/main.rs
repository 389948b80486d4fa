//! Serves the page and the API that it uses.

use clap::Parser;
use console_server::gateway::{self, Endpoint, RegionEndpoint, Services};
use console_server::page::{self, Origin};
use console_server::serve::{self, serve};
use console_server::{Api, Config, app, sandbox};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal;

/// Serves the Volume Transfer page, with a sandbox of the EVS, Cinder and Keystone APIs or a gateway to
/// real services
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[cfg_attr(
        feature = "embedded-page",
        doc = "Folder with a built page, instead of the embedded one"
    )]
    #[cfg_attr(not(feature = "embedded-page"), doc = "Folder with the built page [default: dist]")]
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
    /// SQLite file for the sandbox's volumes, transfers and tokens [default: in memory]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Seconds until a token of the sandbox expires
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "86400",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "endpoint",
    )]
    token_lifetime: u32,
    /// Real volume service to forward the page's requests to, instead of the sandbox; can be repeated,
    /// with one for each region
    #[arg(long, value_name = "[REGION=]URL", conflicts_with = "data")]
    endpoint: Vec<RegionEndpoint>,
    /// Identity service (Keystone or IAM) that people sign in to
    #[arg(long, value_name = "URL", requires = "endpoint")]
    identity: Option<Endpoint>,
    /// PEM file of certificates to trust in addition to the platform's: authorities, or a service's own
    /// certificate
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    ca: Option<PathBuf>,
    /// Serve only the page, because a server in front of this one provides the API
    #[arg(long, conflicts_with_all = ["data", "endpoint", "token_lifetime"])]
    static_only: bool,
    /// Origin that the page may send requests to, in addition to this server; can be repeated
    #[arg(long, value_name = "ORIGIN")]
    allow_endpoint: Vec<Origin>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to report a failure to.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> io::Result<()> {
    let api = if !args.endpoint.is_empty() {
        Api::Gateway(Services {
            volumes: args.endpoint,
            identity: args.identity,
            ca: args.ca,
            timeouts: gateway::Timeouts::default(),
        })
    } else if args.static_only {
        Api::None
    } else {
        Api::Sandbox(sandbox::Options {
            data: args.data,
            token_lifetime: Duration::from_secs(args.token_lifetime.into()),
        })
    };
    let page = args.page.map_or_else(page::Source::default, page::Source::Folder);
    let app = app(&Config { page, api, allowed_endpoints: args.allow_endpoint })?;
    let shutdown = shutdown_signal();
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| io::Error::other(format!("cannot listen on {}: {error}", args.listen)))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "Volume Transfer is at http://{}", listener.local_addr()?)?;
    stdout.flush()?;

    serve(listener, app, serve::Timeouts::default(), shutdown).await;
    Ok(())
}

/// Resolves on Ctrl-C or, on Unix, SIGTERM. The handlers are installed by the call itself, because a
/// signal before that kills the server.
#[cfg(unix)]
fn shutdown_signal() -> impl Future<Output = ()> {
    use signal::unix::{SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async {
        // Without handlers, signals kill the server.
        let [Ok(mut interrupt), Ok(mut terminate)] = signals else { std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
async fn shutdown_signal() {
    // Without a handler, Ctrl-C kills the server.
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
