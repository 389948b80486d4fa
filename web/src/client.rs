//! The HTTP client: sends the core's requests with the token. No other file accesses the network.

#![expect(clippy::disallowed_methods, reason = "only this file accesses the network")]

use gloo_net::http::RequestBuilder;
use js_sys::Date;
use std::sync::Arc;
use volume_transfer::api::{TransferList, VolumeList};
use volume_transfer::identity::Token;
use volume_transfer::{
    Method, Outcome, ProjectId, ReadError, Request, Response, Service, TransportError,
    clean_pasted, endpoint,
};
use web_sys::{AbortSignal, RequestCache, RequestRedirect, Url};
use zeroize::Zeroizing;

/// The timeout for a request, in milliseconds. Cinder itself waits up to 60 s for its components.
const TIMEOUT_MS: u32 = 60_000;

/// A connection to a project. Shared rather than copied, because it contains the token.
pub type Session = Arc<SessionData>;

/// The data of a [`Session`].
pub struct SessionData {
    /// The service's address.
    pub endpoint: Endpoint,
    /// The project.
    pub project: ProjectId,
    /// What authorizes the requests.
    pub authorization: Authorization,
    /// The volume to load instead of the project's list.
    #[cfg(feature = "element")]
    pub volume: Option<volume_transfer::VolumeId>,
    /// The kind of service.
    pub service: Service,
    /// Who signed in, or an empty account if the user entered a token.
    pub account: Account,
}

/// What authorizes a session's requests.
pub enum Authorization {
    /// A token for the project.
    Token(Arc<Token>),
    /// A function that the embedding page provides. Takes a `Request`, adds the token, which this crate
    /// never sees, and returns a promise for the `Response`.
    #[cfg(feature = "element")]
    Fetch(send_wrapper::SendWrapper<js_sys::Function>),
}

/// Who signed in, and where. Contains no secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// `password` or `application`, or empty for a token that the user entered.
    pub method: String,
    /// The user's name, as entered.
    pub user: String,
    /// The user's domain, as entered.
    pub domain: String,
    /// The application credential's ID or name.
    pub credential: String,
    /// The project's name.
    pub project_name: String,
    /// The region, or empty if the server has only one.
    pub region: String,
    /// When the token expires, in UTC and without a zone designator. May be empty.
    pub expires_at: String,
}

impl Account {
    /// Returns whether this page got the token itself, and can therefore renew and revoke it.
    pub fn is_signed_in(&self) -> bool {
        !self.method.is_empty()
    }

    /// Returns whether another account belongs to the same user.
    pub fn is_same_user(&self, other: &Account) -> bool {
        (&self.method, &self.user, &self.domain, &self.credential)
            == (&other.method, &other.user, &other.domain, &other.credential)
    }

    /// Returns how many minutes the token remains valid, rounded up, or 0 if it has expired.
    /// Returns `None` if the expiry time is unknown.
    pub fn minutes_left(&self) -> Option<usize> {
        let expires_at = Date::new(&format!("{}Z", self.expires_at).into()).get_time();
        // The cast saturates, so the result is never negative.
        (!expires_at.is_nan()).then(|| ((expires_at - Date::now()) / 60_000.0).ceil() as usize)
    }
}

/// The service's address: scheme, host and, behind a proxy, a path. Each request's path is appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Parses an address, as found in a catalog, a settings file or a browser's address bar. Drops
    /// the version, project, query and fragment. Returns `None` if the scheme isn't http(s), or if the
    /// address has a user name or password, which would be displayed.
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

impl SessionData {
    /// Creates a session whose token this page has.
    pub fn new(
        endpoint: Endpoint,
        project: ProjectId,
        token: Arc<Token>,
        service: Service,
        account: Account,
    ) -> SessionData {
        SessionData {
            endpoint,
            project,
            authorization: Authorization::Token(token),
            #[cfg(feature = "element")]
            volume: None,
            service,
            account,
        }
    }

    /// Returns the session's token, if this page has it.
    pub fn token(&self) -> Option<&Arc<Token>> {
        match &self.authorization {
            Authorization::Token(token) => Some(token),
            #[cfg(feature = "element")]
            Authorization::Fetch(_) => None,
        }
    }

    /// Returns whether another session uses the same project and service. Its token may differ.
    pub fn same_project(&self, other: &SessionData) -> bool {
        (&self.endpoint, &self.project, self.service)
            == (&other.endpoint, &other.project, other.service)
    }

    /// Sends a request to the volume service once.
    ///
    /// # Errors
    /// Returns [`TransportError`] if no complete response arrives.
    pub async fn send(&self, request: Request) -> Outcome {
        send(&self.endpoint.0, request, Some(&self.authorization)).await
    }

    /// Loads all volumes of the project, and reports after each page how many have been loaded.
    ///
    /// # Errors
    /// Returns the first [`ReadError`] and the volumes loaded before it.
    pub async fn volumes(
        &self,
        progress: impl Fn(usize),
    ) -> Result<VolumeList, (VolumeList, ReadError)> {
        let mut list = VolumeList::default();
        #[cfg(feature = "element")]
        if let Some(volume) = &self.volume {
            let request = volume_transfer::api::show_volume(self.service, &self.project, volume);
            match volume_transfer::api::decode_volume(self.send(request).await) {
                Ok(volume) => list.volumes.push(volume),
                Err(error) => return Err((list, error)),
            }
            return Ok(list);
        }
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

/// Sends a request to the identity service of the server that the page comes from.
///
/// # Errors
/// Returns [`TransportError`] if no complete response arrives.
pub async fn send_identity(request: Request) -> Outcome {
    // Relative to the page, which may be served under a path.
    send("identity", request, None).await
}

/// Sends a request once. Doesn't follow redirects, because the token is meant for one address only.
async fn send(address: &str, request: Request, authorization: Option<&Authorization>) -> Outcome {
    let lost = |error: gloo_net::Error| match error {
        gloo_net::Error::JsError(error) if error.name == "TimeoutError" => TransportError::Timeout,
        gloo_net::Error::JsError(_) | gloo_net::Error::GlooError(_) => TransportError::Connection,
    };
    let method = match request.method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
        Method::Delete => gloo_net::http::Method::DELETE,
    };
    let mut builder = RequestBuilder::new(&format!("{address}{}", request.path))
        .method(method)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    if let Some(Authorization::Token(token)) = authorization {
        builder = builder.header("X-Auth-Token", token.expose());
    }
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    let request = match request.body {
        Some(body) => builder.body(body.as_str()),
        None => builder.build(),
    };
    let request = request.map_err(lost)?;
    let response = match authorization {
        #[cfg(feature = "element")]
        Some(Authorization::Fetch(fetch)) => send_with(fetch, request.into()).await?,
        Some(Authorization::Token(_)) | None => request.send().await.map_err(lost)?,
    };
    let body = response.binary().await.map_err(lost)?;
    Ok(response
        .headers()
        .entries()
        .fold(Response::new(response.status(), body), |response, (name, value)| {
            response.with_header(&name, &Zeroizing::new(value))
        }))
}

/// Sends a request through the embedding page's function.
#[cfg(feature = "element")]
async fn send_with(
    fetch: &js_sys::Function,
    request: web_sys::Request,
) -> Result<gloo_net::http::Response, TransportError> {
    use js_sys::{Promise, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let lost = |error: JsValue| match Reflect::get(&error, &"name".into()) {
        Ok(name) if name == "TimeoutError" => TransportError::Timeout,
        Ok(_) | Err(_) => TransportError::Connection,
    };
    let sent = fetch.call1(&JsValue::UNDEFINED, &request).map_err(lost)?;
    let response = wasm_bindgen_futures::JsFuture::from(Promise::resolve(&sent)).await;
    let response = response.map_err(lost)?.dyn_into::<web_sys::Response>();
    response.map(Into::into).map_err(lost)
}

/// Fetches one of the page's own files. Returns `None` if it doesn't arrive.
pub async fn fetch_text(path: &str) -> Option<String> {
    let response = gloo_net::http::Request::get(path).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    response.text().await.ok()
}
