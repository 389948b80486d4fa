//! Serves the page and the API that it talks to.

use clap::Parser;
use console_server::gateway::{Endpoint, Timeouts, Upstream};
use console_server::page::Origin;
use console_server::serve::{Patience, serve};
use console_server::{Api, Config, app};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal;

/// Serves the Volume Transfer page, and behind it a sandbox of the EVS and Cinder API, or the way to
/// a real one
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder with the built page
    #[arg(long, value_name = "DIR", default_value = "dist")]
    page: PathBuf,
    /// File that keeps the sandbox's volumes and transfers; in memory without it
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Real service to pass the page's requests on to, in the sandbox's place
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    endpoint: Option<Endpoint>,
    /// PEM file of certificates to trust beside the platform's: authorities, or the endpoint's own
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    ca: Option<PathBuf>,
    /// Serve the page alone, where something in front of this server has the API
    #[arg(long, conflicts_with_all = ["data", "endpoint"])]
    static_only: bool,
    /// Endpoint that the page may talk to beside this server; may be given again
    #[arg(long, value_name = "ORIGIN")]
    allow_endpoint: Vec<Origin>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be told if even this cannot be written.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> io::Result<()> {
    let api = match args.endpoint {
        Some(endpoint) => {
            Api::Gateway(Upstream { endpoint, ca: args.ca, timeouts: Timeouts::default() })
        }
        None if args.static_only => Api::Nothing,
        None => Api::Sandbox(args.data),
    };
    let app = app(&Config { page: args.page, api, allowed_endpoints: args.allow_endpoint })?;
    let stop = asked_to_stop();
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| io::Error::other(format!("cannot listen on {}: {error}", args.listen)))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "Volume Transfer is at http://{}", listener.local_addr()?)?;
    stdout.flush()?;

    serve(listener, app, Patience::default(), stop).await;
    Ok(())
}

/// Comes back on Ctrl-C, and where there are signals on SIGTERM. That is listened for from the call
/// on, not only once somebody waits: a signal in between would end the server on the spot.
fn asked_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = signal::unix::signal(signal::unix::SignalKind::terminate());
    async {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = signal::ctrl_c() => {}
            }
            return;
        }
        // Where it cannot be listened for, only a kill stops the server.
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
