//! The console server: the page with its security headers, and beside it the API that it talks to.
//! That is a sandbox that answers as EVS and Cinder do, so that nobody needs a cloud to try the
//! page, or a gateway to a real endpoint.

pub mod gateway;
mod limits;
pub mod page;
pub mod sandbox;
pub mod serve;

use axum::Router;
use gateway::Upstream;
use page::Origin;
use std::io;
use std::path::PathBuf;

/// What a server is to serve.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder with the built page.
    pub page: PathBuf,
    /// What is beside the page.
    pub api: Api,
    /// Endpoints that the page may talk to beside this server.
    pub allowed_endpoints: Vec<Origin>,
}

/// What answers under `/v2` and `/v3`.
#[derive(Clone, Debug)]
pub enum Api {
    /// The sandbox, kept in a file, or in memory without one.
    Sandbox(Option<PathBuf>),
    /// A real service.
    Gateway(Upstream),
    /// Nothing: something else in front of this server does.
    Nothing,
}

/// Everything that the server answers.
///
/// # Errors
/// If the page, the sandbox's file or the gateway's certificates cannot be read; the message is for
/// the person who started it.
pub fn app(config: &Config) -> io::Result<Router> {
    let api = match &config.api {
        Api::Sandbox(file) => sandbox::router(file.as_deref())?,
        Api::Gateway(upstream) => gateway::router(upstream)?,
        Api::Nothing => Router::new(),
    };
    let page = page::router(&config.page, &config.allowed_endpoints)?;
    Ok(api.fallback_service(page))
}
