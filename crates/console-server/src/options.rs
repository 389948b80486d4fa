//! The command-line options and the corresponding environment variables.

use clap::Parser;
use console_server::admission::Limits;
use console_server::base_path::BasePath;
use console_server::gateway::{self, Endpoint, RegionEndpoint, Services};
use console_server::observe::{AccessLog, Metrics, Observer};
use console_server::page;
use console_server::policy::{Origin, Policy};
use console_server::serve::{self, Timeouts};
use console_server::tls::Tls;
use console_server::{Api, Config, sandbox};
use ipnet::IpNet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Serves the Volume Transfer page, with a sandbox of the EVS, Cinder and Keystone APIs or a gateway to
/// real services
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Address to listen on; port 0 selects a free port
    #[arg(long, env = "CONSOLE_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    #[cfg_attr(
        feature = "embedded-page",
        doc = "Folder with a built page, instead of the embedded one"
    )]
    #[cfg_attr(not(feature = "embedded-page"), doc = "Folder with the built page [default: dist]")]
    #[arg(long, env = "CONSOLE_PAGE", value_name = "DIR")]
    page: Option<PathBuf>,
    /// SQLite file for the sandbox's volumes, transfers and tokens [default: in memory]
    #[arg(long, env = "CONSOLE_DATA", value_name = "FILE")]
    data: Option<PathBuf>,
    /// Seconds until a token issued by the sandbox expires
    #[arg(
        long,
        env = "CONSOLE_TOKEN_LIFETIME",
        value_name = "SECONDS",
        default_value = "86400",
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "endpoint",
    )]
    token_lifetime: u32,
    /// Real volume service to forward the page's requests to, instead of the sandbox; can be
    /// repeated, or given as a comma-separated list, to serve several regions
    #[arg(
        long,
        env = "CONSOLE_ENDPOINT",
        value_name = "[REGION=]URL",
        value_delimiter = ',',
        conflicts_with = "data"
    )]
    endpoint: Vec<RegionEndpoint>,
    /// Identity service (Keystone or IAM) that people sign in to
    #[arg(long, env = "CONSOLE_IDENTITY", value_name = "URL", requires = "endpoint")]
    identity: Option<Endpoint>,
    /// PEM file of certificates to trust in addition to the platform's: CA certificates, or a
    /// service's own
    #[arg(long, env = "CONSOLE_CA", value_name = "FILE", requires = "endpoint")]
    ca: Option<PathBuf>,
    /// Serve only the page; a server in front of this one provides the API
    #[arg(
        long,
        env = "CONSOLE_STATIC_ONLY",
        conflicts_with_all = ["data", "endpoint", "token_lifetime"]
    )]
    static_only: bool,
    /// Origin that the page may send requests to, in addition to this server; can be repeated, or given
    /// as a comma-separated list
    #[arg(long, env = "CONSOLE_ALLOW_ENDPOINT", value_name = "ORIGIN", value_delimiter = ',')]
    allow_endpoint: Vec<Origin>,
    /// Make browsers report violations of the page's content security policy instead of blocking them
    #[arg(long, env = "CONSOLE_CSP_REPORT_ONLY")]
    csp_report_only: bool,
    /// Path to serve the page and the API under
    #[arg(long, env = "CONSOLE_BASE_PATH", value_name = "PATH", default_value = "/")]
    base_path: BasePath,
    /// PEM file with the certificate for HTTPS and its chain; reloaded when it changes, and on
    /// SIGHUP
    #[arg(long, env = "CONSOLE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key
    #[arg(long, env = "CONSOLE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address or network of a proxy whose X-Forwarded headers are trusted; can be repeated, or given as
    /// a comma-separated list
    #[arg(
        long,
        env = "CONSOLE_TRUST_PROXY",
        value_name = "NETWORK",
        value_delimiter = ',',
        value_parser = network
    )]
    trust_proxy: Vec<IpNet>,
    /// Maximum number of open connections
    #[arg(
        long,
        env = "CONSOLE_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "10000",
        value_parser = clap::value_parser!(u32).range(1..),
    )]
    max_connections: u32,
    /// Maximum number of requests in progress; further ones get a 503 [default: no limit]
    #[arg(long, env = "CONSOLE_MAX_REQUESTS", value_name = "NUMBER")]
    max_requests: Option<NonZeroU32>,
    /// Maximum number of requests per second from one address; further ones get a 429 [default: no limit]
    #[arg(long, env = "CONSOLE_RATE_LIMIT", value_name = "NUMBER")]
    rate_limit: Option<NonZeroU32>,
    /// Print a line of JSON for each request
    #[arg(long, env = "CONSOLE_ACCESS_LOG")]
    access_log: bool,
    /// Address to serve metrics for Prometheus on, at /metrics
    #[arg(long, env = "CONSOLE_METRICS", value_name = "ADDR")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Check the options, the certificates and the services, and exit
    #[arg(long)]
    pub(crate) check: bool,
}

/// Parses an address or a network.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let address = || IpAddr::from_str(text).map(IpNet::from).ok();
    IpNet::from_str(text)
        .ok()
        .or_else(address)
        .ok_or("expected an address, or a network such as 10.0.0.0/8")
}

impl Options {
    /// Returns the services to forward to, if any.
    pub(crate) fn services(&self) -> Option<Services> {
        (!self.endpoint.is_empty()).then(|| Services {
            volumes: self.endpoint.clone(),
            identity: self.identity.clone(),
            ca: self.ca.clone(),
            timeouts: gateway::Timeouts::default(),
        })
    }

    /// Loads the certificate for HTTPS, if there is one.
    pub(crate) fn tls(&self) -> io::Result<Option<Arc<Tls>>> {
        let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        Tls::load(chain, key).map(|tls| Some(Arc::new(tls)))
    }

    /// Returns the app's configuration.
    pub(crate) fn config(&self, metrics: Arc<Metrics>) -> Config {
        let api = if let Some(services) = self.services() {
            Api::Gateway(services)
        } else if self.static_only {
            Api::None
        } else {
            Api::Sandbox(sandbox::Options {
                data: self.data.clone(),
                token_lifetime: Duration::from_secs(self.token_lifetime.into()),
            })
        };
        let page = self.page.clone().map_or_else(page::Source::default, page::Source::Folder);
        Config {
            policy: Policy {
                allowed_endpoints: self.allow_endpoint.clone(),
                is_report_only: self.csp_report_only,
            },
            base_path: self.base_path.clone(),
            limits: Limits { in_flight: self.max_requests, rate: self.rate_limit },
            observer: Observer { metrics, access_log: self.access_log.then(AccessLog::stdout) },
            is_https: self.tls_cert.is_some(),
            ..Config::new(page, api)
        }
    }

    /// Returns the options for serving the app.
    pub(crate) fn serving(&self, tls: Option<Arc<Tls>>, metrics: Arc<Metrics>) -> serve::Options {
        serve::Options {
            timeouts: Timeouts::default(),
            tls,
            max_connections: usize::try_from(self.max_connections).unwrap_or(usize::MAX),
            trusted_proxies: self.trust_proxy.clone().into(),
            metrics,
        }
    }

    /// Returns the URL of a server that listens on this address.
    pub(crate) fn url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}{}", self.base_path)
    }
}
