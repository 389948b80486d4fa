//! The built page: static files, and the headers that keep a script which is not ours from running.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use tower_http::services::ServeDir;

/// An origin as a Content Security Policy names it: `https://evs.example.com` or with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = &'static str;

    /// Takes nothing that could mean more than one origin to a policy: a path, a space, `;`, `*`.
    fn from_str(text: &str) -> Result<Origin, Self::Err> {
        let authority = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or("an origin starts with http:// or https://")?;
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !host.bytes().all(plain) || port.parse::<u16>().is_err() {
            return Err("an origin is a host and perhaps a port, and nothing after them");
        }
        Ok(Origin(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Serves a folder with the built page.
///
/// # Errors
/// If there is no `index.html` in it.
pub fn router(folder: &Path, allowed: &[Origin]) -> io::Result<Router> {
    let index = fs::read_to_string(folder.join("index.html")).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("there is no page in `{}`: build it with `cargo xtask run`", folder.display()),
        )
    })?;
    let policy = HeaderValue::try_from(policy(&index, allowed)).map_err(io::Error::other)?;
    let files = ServeDir::new(folder).precompressed_br().precompressed_gzip();
    Ok(Router::new()
        .fallback_service(files)
        .layer(middleware::from_fn_with_state(policy, add_headers)))
}

async fn add_headers(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let hashed = has_hash(request.uri().path());
    let mut response = next.run(request).await;
    // An error under such a name may be gone tomorrow.
    let forever = hashed && !response.status().is_client_error();
    let caching = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::CACHE_CONTROL, caching),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
        (PERMISSIONS, "camera=(), clipboard-write=(self), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn policy(index: &str, allowed: &[Origin]) -> String {
    let scripts: String = inline_scripts(index)
        .map(|script| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script))))
        .collect();
    let endpoints: String = allowed.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{endpoints}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// The texts of a page's own scripts. It is our page, as Trunk wrote it: no parser is needed.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script")?;
        (!attributes.contains(" src=")).then_some(script)
    })
}

/// Whether a file's name carries the hash of its content: `style-1a2b3c4d5e6f7081.css`,
/// `web-1a2b3c4d5e6f7081_bg.wasm`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('-').is_some_and(|(_, end)| {
        let (hash, rest) = end.split_at_checked(16).unwrap_or_default();
        !hash.is_empty()
            && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && (rest.starts_with('.') || rest.starts_with("_bg."))
    })
}
