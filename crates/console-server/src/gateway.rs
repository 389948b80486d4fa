//! The way to a real service: passes what the page asks for on to one endpoint.
//!
//! A browser lets a page talk to its own origin only, unless the other side allows it, and EVS does
//! not. So the page talks to this server, and this server to the endpoint that its operator named.
//! What passes is what the page needs, by lists of what may: paths, methods, and headers both ways.
//! Nothing is kept and nothing is logged: there is a token in every request and a key in one answer.

use crate::{BODY_LIMIT, declares_too_much};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use serde_json::json;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, Service};
use tower_http::timeout::TimeoutBody;
use uuid::Uuid;
use volume_transfer::{ProjectId, TransferId, VolumeId};

/// The address of a service: scheme, host, and perhaps a port and a path before every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or starting with a slash; never ending with one.
    base: String,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    /// Takes nothing that a path cannot be put behind: no user, query or fragment.
    fn from_str(text: &str) -> Result<Endpoint, Self::Err> {
        const FORM: &str =
            "an endpoint is http:// or https://, a host, and perhaps a port and a path";
        let parts = text.parse::<Uri>().map_err(|_| FORM)?.into_parts();
        let scheme = parts.scheme.ok_or(FORM)?;
        let authority = parts.authority.ok_or(FORM)?;
        let base = text
            .strip_prefix(scheme.as_str())
            .and_then(|rest| rest.strip_prefix("://"))
            .and_then(|rest| rest.strip_prefix(authority.as_str()))
            .ok_or(FORM)?
            .trim_end_matches('/');
        let plain = |segment: &str| {
            let unreserved = |byte: u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
            };
            !matches!(segment, "" | "." | "..") && segment.bytes().all(unreserved)
        };
        let known = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        let has_port = authority.as_str().rsplit_once(':').is_none_or(|(_, end)| {
            // An IPv6 address ends with a bracket.
            end.ends_with(']') || end.parse::<u16>().is_ok()
        });
        if !known
            || !has_port
            || authority.host().is_empty()
            || authority.as_str().contains('@')
            || !(base.is_empty() || base.starts_with('/'))
            || !base.split('/').skip(1).all(plain)
        {
            return Err(FORM);
        }
        Ok(Endpoint { scheme, authority, base: base.to_owned() })
    }
}

impl Endpoint {
    /// Where a request goes. Its host is always the endpoint's, whatever the request says.
    fn address(&self, asked: &PathAndQuery) -> Result<Uri, axum::http::Error> {
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        match self.base.as_str() {
            "" => builder.path_and_query(asked.clone()).build(),
            base => builder.path_and_query(format!("{base}{asked}")).build(),
        }
    }
}

/// How long the gateway waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the whole body of a request to come in.
    pub body: Duration,
    /// For a connection to the endpoint, with what TLS needs.
    pub connect: Duration,
    /// For the head of an answer.
    pub answer: Duration,
    /// For each next part of an answer's body.
    pub idle: Duration,
}

impl Default for Timeouts {
    /// Cinder waits 60 s for its own parts, and then says so: that answer is worth the wait.
    fn default() -> Timeouts {
        Timeouts {
            body: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(65),
            idle: Duration::from_secs(30),
        }
    }
}

/// A service to pass requests on to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Where it is.
    pub endpoint: Endpoint,
    /// A PEM file of authorities that may sign its certificate, beside the platform's.
    pub ca: Option<PathBuf>,
    /// How long to wait for it.
    pub timeouts: Timeouts,
}

/// How long a connection is kept for a next request. Shorter than any server is known to keep one
/// (Cinder's 20 s is nearly the shortest), so that a request seldom meets one that is being closed.
const KEPT: Duration = Duration::from_secs(5);

/// What both clients send: bodies are read whole before.
type Sent = http_body_util::Full<axum::body::Bytes>;

struct Gateway {
    endpoint: Endpoint,
    timeouts: Timeouts,
    /// For what only reads, over connections that are kept.
    reads: Client<Connector, Sent>,
    /// For what changes something, each over a connection of its own. Of a kept one that breaks
    /// nobody can tell whether the request was read, and a transfer whose answer is lost has lost
    /// its key. Handshakes cost little here: people create few transfers.
    changes: Client<Connector, Sent>,
}

/// Passes `/v2` and `/v3` on; `/console.json` has no demo projects.
///
/// # Errors
/// If there are no certificates to know the endpoint by; the message is for the operator.
pub fn router(upstream: &Upstream) -> io::Result<Router> {
    let connector = Connector { https: https(upstream)?, patience: upstream.timeouts.connect };
    let client = |kept: usize| {
        Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT)
            .pool_max_idle_per_host(kept)
            // No request is sent twice, whatever is known of the first time.
            .retry_canceled_requests(false)
            .build(connector.clone())
    };
    let gateway = Gateway {
        endpoint: upstream.endpoint.clone(),
        timeouts: upstream.timeouts,
        reads: client(256),
        changes: client(0),
    };
    let pass = any(async |State(gateway): State<Arc<Gateway>>, request: Request| {
        gateway.pass(request).await.unwrap_or_else(IntoResponse::into_response)
    });
    let mut router = Router::new().route(
        "/console.json",
        get(async || ([(header::CONTENT_TYPE, "application/json")], r#"{"demo_projects":[]}"#)),
    );
    for version in ["/v2", "/v3"] {
        for path in [version, &format!("{version}/"), &format!("{version}/{{*path}}")] {
            router = router.route(path, pass.clone());
        }
    }
    Ok(router.with_state(Arc::new(gateway)))
}

/// The requests that the page makes: the same as the sandbox answers. An id that is more than
/// letters, digits, `-` and `_` could mean another path to the endpoint.
fn is_passed(method: &Method, path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    let (Some(version), Some(project)) = (segments.next(), segments.next()) else { return false };
    let (Some(collection), id, action) = (segments.next(), segments.next(), segments.next()) else {
        return false;
    };
    if segments.next().is_some() || ProjectId::parse(project).is_err() {
        return false;
    }
    let (get, post, delete) =
        (method == Method::GET, method == Method::POST, method == Method::DELETE);
    match (collection, id, action) {
        ("volumes" | "cloudvolumes" | "snapshots" | "cloudsnapshots", Some("detail"), None) => get,
        ("volumes" | "cloudvolumes", Some(id), None) => get && VolumeId::parse(id).is_ok(),
        // CBR's, which whoever runs the endpoint may have put behind the same address.
        ("backups" | "vaults" | "policies", None, None) => get && version == "v3",
        ("volume-transfers", ..) if version != "v3" => false,
        ("os-volume-transfer" | "volume-transfers", id, action) => match (id, action) {
            (None, None) => get || post,
            (Some("detail"), None) => get,
            (Some(id), None) => (get || delete) && TransferId::parse(id).is_ok(),
            (Some(id), Some("accept")) => post && TransferId::parse(id).is_ok(),
            _ => false,
        },
        _ => false,
    }
}

/// What the endpoint is told of a request, beside its method, path and body.
const REQUEST_HEADERS: [HeaderName; 4] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    HeaderName::from_static("openstack-api-version"),
    HeaderName::from_static("x-auth-token"),
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// What the page is told of an answer, beside its status and body. Not among them: cookies, which
/// would be this origin's, and whom else the endpoint allows to read the answer.
const ANSWER_HEADERS: [HeaderName; 9] = [
    // Nobody asked for an encoding; but without its name, the body would make no sense.
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    header::VARY,
    HeaderName::from_static("openstack-api-version"),
    HeaderName::from_static("x-compute-request-id"),
    REQUEST_ID,
    HeaderName::from_static("x-request-id"),
];

/// Which of the headers above name a request.
const REQUEST_IDS: [&str; 3] = ["x-openstack-request-id", "x-request-id", "x-compute-request-id"];

fn only(allowed: &[HeaderName], headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::with_capacity(allowed.len());
    for name in allowed {
        for value in headers.get_all(name) {
            passed.append(name, value.clone());
        }
    }
    passed
}

impl Gateway {
    async fn pass(&self, request: Request) -> Result<Response, Refusal> {
        let (asked, body) = request.into_parts();
        let target = asked.uri.path_and_query().filter(|uri| is_passed(&asked.method, uri.path()));
        let target = target.ok_or(Refusal::NOT_PASSED)?;
        let address = self.endpoint.address(target).map_err(|_| Refusal::NOT_PASSED)?;

        let mut request = Request::new(Sent::new(self.read(&asked.headers, body).await?));
        let client = match asked.method {
            Method::GET => &self.reads,
            _ => &self.changes,
        };
        *request.method_mut() = asked.method;
        *request.uri_mut() = address;
        *request.headers_mut() = only(&REQUEST_HEADERS, &asked.headers);

        let answer = timeout(self.timeouts.answer, client.request(request)).await;
        let (answer, body) = answer.map_err(|_| Refusal::SLOW)??.into_parts();
        if answer.status.is_redirection() && answer.headers.contains_key(header::LOCATION) {
            return Err(Refusal::REDIRECT);
        }
        let mut response = Response::new(self.body(body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = only(&ANSWER_HEADERS, &answer.headers);
        let headers = response.headers_mut();
        if !REQUEST_IDS.iter().any(|name| headers.contains_key(*name)) {
            add_request_id(headers);
        }
        protect(headers);
        Ok(response)
    }

    /// Reads a whole body before anything is sent: the endpoint never sees half a request, and one
    /// that is too long or too slow has surely changed nothing.
    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Refusal> {
        if declares_too_much(headers) {
            return Err(Refusal::TOO_LARGE);
        }
        match timeout(self.timeouts.body, Limited::new(body, BODY_LIMIT).collect()).await {
            Err(_) => Err(Refusal::LATE),
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TOO_LARGE),
            Ok(Err(_)) => Err(Refusal::CUT),
        }
    }

    /// An answer's body, part by part as it comes. If it stops coming, so does ours: it must not
    /// look as if it was whole.
    fn body(&self, body: Incoming) -> Body {
        Body::new(TimeoutBody::new(self.timeouts.idle, body))
    }
}

fn add_request_id(headers: &mut HeaderMap) {
    // A UUID is a header value: the error cannot occur.
    if let Ok(id) = HeaderValue::try_from(format!("req-{}", Uuid::new_v4())) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Adds what must hold whatever the endpoint says: one of the answers carries a key, and markup
/// that came from elsewhere must not become a page of this origin.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// An answer of the gateway's own, in the form that Cinder's web framework has for what did not
/// reach Cinder.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    status: StatusCode,
    message: &'static str,
}

impl Refusal {
    const NOT_PASSED: Refusal = Refusal {
        status: StatusCode::NOT_FOUND,
        message: "the gateway does not pass this path and method on: the page needs neither",
    };
    const TOO_LARGE: Refusal = Refusal {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        message: "the request is too large; nothing of it was sent to the endpoint",
    };
    const LATE: Refusal = Refusal {
        status: StatusCode::REQUEST_TIMEOUT,
        message: "the request took too long to come in; nothing of it was sent to the endpoint",
    };
    const CUT: Refusal = Refusal {
        status: StatusCode::BAD_REQUEST,
        message: "the request did not come in whole; nothing of it was sent to the endpoint",
    };
    const REDIRECT: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint redirects, and a token is for one address: whoever runs this server \
                  should set --endpoint to the final address",
    };
    const SLOW: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        message: "the endpoint did not answer in time, and may still be at work: look at what \
                  became of the request before it is sent again",
    };
    const NO_CONNECTION_IN_TIME: Refusal = Refusal {
        status: StatusCode::GATEWAY_TIMEOUT,
        message: "the endpoint did not take a connection in time, so nothing was sent: try again \
                  later, or ask whoever runs this server to check --endpoint",
    };
    const NO_CONNECTION: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint cannot be reached, so nothing was sent: try again later, or ask \
                  whoever runs this server to check --endpoint",
    };
    const UNKNOWN_ISSUER: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "nothing was sent, since this server does not know who signed the endpoint's \
                  certificate: whoever runs it can name the authority's certificate with --ca",
    };
    const NO_TLS: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "nothing was sent, since no secure connection to the endpoint could be made: \
                  whoever runs this server should check --endpoint and the endpoint's certificate",
    };
    const BROKEN: Refusal = Refusal {
        status: StatusCode::BAD_GATEWAY,
        message: "the endpoint broke off before it answered, and may have done the work: look at \
                  what became of the request before it is sent again",
    };
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        if !error.is_connect() {
            return Refusal::BROKEN;
        }
        if cause::<tokio::time::error::Elapsed>(&error).is_some() {
            return Refusal::NO_CONNECTION_IN_TIME;
        }
        match cause(&error) {
            Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                Refusal::UNKNOWN_ISSUER
            }
            Some(_) => Refusal::NO_TLS,
            None => Refusal::NO_CONNECTION,
        }
    }
}

/// The first cause of an error that is of this kind.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error passes over what is in it when it is asked for its source.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let code = format!("{} {title}", self.status.as_u16());
        let body = json!({ "message": self.message, "code": code, "title": title });
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, body.to_string()).into_response();
        add_request_id(response.headers_mut());
        protect(response.headers_mut());
        response
    }
}

/// Connects, secures the connection where the endpoint is https, and gives up on either after a
/// while: hyper's own limit is for the first alone.
#[derive(Clone)]
struct Connector {
    https: HttpsConnector<HttpConnector>,
    patience: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, endpoint: Uri) -> Self::Future {
        let connection = timeout(self.patience, self.https.call(endpoint));
        Box::pin(async { connection.await? })
    }
}

fn https(upstream: &Upstream) -> io::Result<HttpsConnector<HttpConnector>> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of the platform's store is passed over, as everybody does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &upstream.ca {
        add_certificates(&mut roots, file).map_err(|error| {
            let file = file.display();
            io::Error::other(format!("cannot take certificates from `{file}`: {error}"))
        })?;
    }
    if roots.is_empty() && upstream.endpoint.scheme == Scheme::HTTPS {
        return Err(io::Error::other(
            "this machine trusts no authority, so the endpoint's certificate cannot be checked: \
             install its root certificates (on Debian, ca-certificates), or name some with --ca",
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
}

fn add_certificates(roots: &mut RootCertStore, file: &Path) -> Result<(), BoxError> {
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    if roots.len() == before {
        return Err("there is no certificate in PEM form in it".into());
    }
    Ok(())
}
