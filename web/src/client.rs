//! The only file that touches the network: sends the core's requests and adds the token.

#![expect(clippy::disallowed_methods, reason = "this is the file that may")]

use gloo_net::http::RequestBuilder;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use volume_transfer::api::{TransferList, VolumeList};
use volume_transfer::{
    Lost, Method, Outcome, ProjectId, ReadError, Request, Response, Service, endpoint, pasted,
};
use web_sys::{AbortSignal, RequestCache, RequestRedirect, Url};
use zeroize::Zeroizing;

/// How long an answer may take, in milliseconds. Cinder itself waits 60 s for its own parts.
const TIMEOUT: u32 = 60_000;

/// Where a request goes, and in whose name. Shared, never copied: the token is in it.
pub type Session = Arc<SessionData>;

/// See [`Session`].
#[derive(Debug)]
pub struct SessionData {
    /// Scheme, host and, behind a proxy, a path; without a slash at the end.
    pub endpoint: Endpoint,
    /// The project that everything is done in.
    pub project: ProjectId,
    /// The project's token.
    pub token: Token,
    /// The service that answers at the endpoint.
    pub service: Service,
}

/// The address before every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Parses an address as a catalog, a settings file or a browser's address bar has it: its
    /// version, project, query and fragment are left out. Returns `None` if it isn't http(s), or
    /// names a user, whose password would be shown.
    pub fn parse(text: &str) -> Option<Endpoint> {
        let url = Url::new(&pasted(text)).ok()?;
        let plain = matches!(url.protocol().as_str(), "http:" | "https:")
            && url.username().is_empty()
            && url.password().is_empty();
        plain.then(|| Endpoint(url.origin() + endpoint::base_path(&url.pathname())))
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A project's token. Neither printed nor copied, and wiped when it is dropped.
pub struct Token(Zeroizing<String>);

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// There is none.
    Empty,
    /// It holds a character that no HTTP header can carry.
    Malformed,
}

impl Token {
    /// Reads a token, without what copying added.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn parse(text: &str) -> Result<Token, TokenError> {
        let text = pasted(text);
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
    /// Whether another session is about the same project of the same service; its token may differ.
    pub fn same_place(&self, other: &SessionData) -> bool {
        (&self.endpoint, &self.project, self.service)
            == (&other.endpoint, &other.project, other.service)
    }

    /// Sends a request once. A redirect is not followed: a token is for one address.
    ///
    /// # Errors
    /// [`Lost`] if no whole answer came.
    pub async fn send(&self, request: Request) -> Outcome {
        let lost = |error: gloo_net::Error| match error {
            gloo_net::Error::JsError(error) if error.name == "TimeoutError" => Lost::Timeout,
            gloo_net::Error::JsError(_) | gloo_net::Error::GlooError(_) => Lost::Connection,
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
            .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)))
            .header("X-Auth-Token", &self.token.0);
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let sent = match request.body {
            Some(body) => builder.body(body.as_str()).map_err(lost)?.send().await,
            None => builder.send().await,
        };
        let answer = sent.map_err(lost)?;
        let body = answer.binary().await.map_err(lost)?;
        Ok(answer
            .headers()
            .entries()
            .fold(Response::new(answer.status(), body), |response, (name, value)| {
                response.with_header(&name, &value)
            }))
    }

    /// Reads all of the project's volumes, page by page, and says after each how many it has.
    ///
    /// # Errors
    /// [`ReadError`] if a page cannot be read, with what was read before.
    pub async fn volumes(
        &self,
        progress: impl Fn(usize),
    ) -> Result<VolumeList, (VolumeList, ReadError)> {
        let mut list = VolumeList::default();
        while let Some(request) = list.request(self.service, &self.project) {
            if let Err(error) = list.take(self.send(request).await) {
                return Err((list, error));
            }
            progress(list.volumes.len());
        }
        Ok(list)
    }

    /// Reads all transfers of the project that nobody has accepted yet.
    ///
    /// # Errors
    /// [`ReadError`] if a page cannot be read, with what was read before.
    pub async fn transfers(&self) -> Result<TransferList, (TransferList, ReadError)> {
        let mut list = TransferList::default();
        while let Some(request) = list.request(self.service, &self.project) {
            if let Err(error) = list.take(self.send(request).await) {
                return Err((list, error));
            }
        }
        Ok(list)
    }
}

/// A project that the server's sandbox offers to try the page with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProject {
    /// What to call it: `A` or `B`.
    pub label: String,
    /// Its id.
    pub project_id: String,
    /// Its token, which is public.
    pub token: String,
}

/// The sandbox's demo projects; none if the page is served by something else.
pub async fn demo_projects() -> Vec<DemoProject> {
    let Ok(answer) = gloo_net::http::Request::get("/console.json").send().await else {
        return Vec::new();
    };
    let body = match answer.binary().await {
        Ok(body) if answer.ok() => body,
        Ok(_) | Err(_) => return Vec::new(),
    };
    let console = volume_transfer::read_json(&body).unwrap_or_default();
    let projects = console.get("demo_projects").and_then(Value::as_array);
    projects.into_iter().flatten().filter_map(DemoProject::read).collect()
}

impl DemoProject {
    fn read(project: &Value) -> Option<DemoProject> {
        let text = |name| Some(project.get(name)?.as_str()?.to_owned());
        Some(DemoProject {
            label: text("label")?,
            project_id: text("project_id")?,
            token: text("token")?,
        })
    }
}
