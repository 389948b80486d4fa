//! The console server: the page with its security headers, and beside it a sandbox that answers
//! the volume transfer API as EVS and Cinder do, so that nobody needs a cloud to try the console.

pub mod page;
pub mod sandbox;

use axum::Router;
use page::Origin;
use std::io;
use std::path::PathBuf;

/// What a server is to serve.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder with the built page.
    pub page: PathBuf,
    /// The file that keeps the sandbox; in memory without one.
    pub data: Option<PathBuf>,
    /// Endpoints that the page may talk to beside this server.
    pub allowed_endpoints: Vec<Origin>,
}

/// Everything that the server answers.
///
/// # Errors
/// If the page or the sandbox's file cannot be read; the message is for the person who started it.
pub fn app(config: &Config) -> io::Result<Router> {
    let sandbox = sandbox::router(config.data.as_deref())?;
    let page = page::router(&config.page, &config.allowed_endpoints)?;
    Ok(sandbox.fallback_service(page))
}
