//! The console server: serves the page, and the API that the page uses. The API is either a sandbox
//! that behaves like EVS, Cinder and Keystone, so that the page can be tried without a cloud, or a
//! gateway to real services.

pub mod gateway;
mod limits;
pub mod page;
pub mod sandbox;
pub mod serve;

use axum::Router;
use gateway::Services;
use page::Origin;
use std::io;

/// The configuration of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the built page is.
    pub page: page::Source,
    /// The API to serve with the page.
    pub api: Api,
    /// Origins that the page may send requests to, in addition to this server.
    pub allowed_endpoints: Vec<Origin>,
}

/// The API under `/v2`, `/v3` and `/identity`.
#[derive(Clone, Debug)]
pub enum Api {
    /// The sandbox.
    Sandbox(sandbox::Options),
    /// A gateway to real services.
    Gateway(Services),
    /// No API: a server in front of this one provides it.
    None,
}

/// Builds the router for the page and the API.
///
/// # Errors
/// Returns an error for the operator if the page, the sandbox's file or the gateway's certificates
/// can't be read.
pub fn app(config: &Config) -> io::Result<Router> {
    let api = match &config.api {
        Api::Sandbox(options) => sandbox::router(options)?,
        Api::Gateway(services) => gateway::router(services)?,
        Api::None => Router::new(),
    };
    let page = page::router(&config.page, &config.allowed_endpoints)?;
    Ok(api.fallback_service(page))
}
