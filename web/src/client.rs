//! The HTTP client: sends the core's requests with the token. No other file accesses the network.

#![expect(clippy::disallowed_methods, reason = "only this file accesses the network")]

use gloo_net::http::RequestBuilder;
use std::fmt;
use std::sync::Arc;
use volume_transfer::api::{TransferList, VolumeList};
use volume_transfer::{
    Method, Outcome, ProjectId, ReadError, Request, Response, Service, TransportError,
    clean_pasted, endpoint,
};
use web_sys::{AbortSignal, RequestCache, RequestRedirect, Url};
use zeroize::Zeroizing;

/// The timeout of a request, in milliseconds. Cinder itself waits up to 60 s for its components.
const TIMEOUT_MS: u32 = 60_000;

/// A connection to a project. Shared rather than copied, because it contains the token.
pub type Session = Arc<SessionData>;

/// The data of a [`Session`].
#[derive(Debug)]
pub struct SessionData {
    /// The service's address.
    pub endpoint: Endpoint,
    /// The project.
    pub project: ProjectId,
    /// The project's token.
    pub token: Token,
    /// The kind of service.
    pub service: Service,
}

/// The service's address: scheme, host and, behind a proxy, a path. Every request's path follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Parses an address, as found in a catalog, a settings file or a browser's address bar. Drops
    /// the version, project, query and fragment. Returns `None` if it isn't http(s), or if it has a
    /// user name or password, which would be displayed.
    pub fn parse(text: &str) -> Option<Endpoint> {
        let url = Url::new(&clean_pasted(text)).ok()?;
        let plain = matches!(url.protocol().as_str(), "http:" | "https:")
            && url.username().is_empty()
            && url.password().is_empty();
        plain.then(|| Endpoint(url.origin() + endpoint::base_path(&url.pathname())))
    }

    /// Returns the address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A project's token. It can't be printed or cloned, and is wiped when dropped.
pub struct Token(Zeroizing<String>);

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// The token is empty.
    Empty,
    /// The token contains a character that an HTTP header can't carry.
    Malformed,
}

impl Token {
    /// Parses a token. Drops whitespace and invisible characters around it, which copying may add.
    ///
    /// # Errors
    /// Returns an error if the token is empty or contains invalid characters.
    pub fn parse(text: &str) -> Result<Token, TokenError> {
        let text = clean_pasted(text);
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Malformed);
        }
        Ok(Token(text))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl SessionData {
    /// Returns whether another session uses the same project and service. Its token may differ.
    pub fn same_project(&self, other: &SessionData) -> bool {
        (&self.endpoint, &self.project, self.service)
            == (&other.endpoint, &other.project, other.service)
    }

    /// Sends a request once. Doesn't follow redirects, because the token is for one address only.
    ///
    /// # Errors
    /// Returns [`TransportError`] if no complete response arrives.
    pub async fn send(&self, request: Request) -> Outcome {
        let lost = |error: gloo_net::Error| match error {
            gloo_net::Error::JsError(error) if error.name == "TimeoutError" => {
                TransportError::Timeout
            }
            gloo_net::Error::JsError(_) | gloo_net::Error::GlooError(_) => {
                TransportError::Connection
            }
        };
        let method = match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Post => gloo_net::http::Method::POST,
            Method::Delete => gloo_net::http::Method::DELETE,
        };
        let mut builder = RequestBuilder::new(&format!("{}{}", self.endpoint.0, request.path))
            .method(method)
            .cache(RequestCache::NoStore)
            .redirect(RequestRedirect::Manual)
            .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)))
            .header("X-Auth-Token", &self.token.0);
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let sent = match request.body {
            Some(body) => builder.body(body.as_str()).map_err(lost)?.send().await,
            None => builder.send().await,
        };
        let response = sent.map_err(lost)?;
        let body = response.binary().await.map_err(lost)?;
        Ok(response
            .headers()
            .entries()
            .fold(Response::new(response.status(), body), |response, (name, value)| {
                response.with_header(&name, &value)
            }))
    }

    /// Loads all volumes of the project, and reports after each page how many were loaded.
    ///
    /// # Errors
    /// Returns the first [`ReadError`] and the volumes loaded before it.
    pub async fn volumes(
        &self,
        progress: impl Fn(usize),
    ) -> Result<VolumeList, (VolumeList, ReadError)> {
        let mut list = VolumeList::default();
        while let Some(request) = list.next_request(self.service, &self.project) {
            if let Err(error) = list.add_page(self.send(request).await) {
                return Err((list, error));
            }
            progress(list.volumes.len());
        }
        Ok(list)
    }

    /// Loads all pending transfers of the project.
    ///
    /// # Errors
    /// Returns the first [`ReadError`] and the transfers loaded before it.
    pub async fn transfers(&self) -> Result<TransferList, (TransferList, ReadError)> {
        let mut list = TransferList::default();
        while let Some(request) = list.next_request(self.service, &self.project) {
            if let Err(error) = list.add_page(self.send(request).await) {
                return Err((list, error));
            }
        }
        Ok(list)
    }
}

/// Fetches one of the page's own files. Returns `None` if it doesn't arrive.
pub async fn fetch_text(path: &str) -> Option<String> {
    let response = gloo_net::http::Request::get(path).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    response.text().await.ok()
}
