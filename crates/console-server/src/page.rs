//! The built page: static files, and the headers that keep a script which is not ours from running.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

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

/// The most that a page may weigh. Ours weighs a few megabytes: more is some other folder.
const MOST: usize = 64 << 20;

/// A built page, read into memory once. Reading its files again for every request took four times
/// as long as sending them, and nothing outside of a map can be asked for.
struct Page {
    files: HashMap<String, File>,
    /// The headers of an answer that is no file.
    headers: HeaderMap,
}

struct File {
    plain: Variant,
    /// What the build compressed before, best first.
    compressed: Vec<(&'static str, Variant)>,
}

struct Variant {
    headers: HeaderMap,
    bytes: Bytes,
}

/// Serves a folder with the built page, as it is now.
///
/// # Errors
/// If there is no `index.html` in it, or more than a page would have.
pub fn router(folder: &Path, allowed: &[Origin]) -> io::Result<Router> {
    let index = fs::read_to_string(folder.join("index.html")).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("there is no page in `{}`: build it with `cargo xtask run`", folder.display()),
        )
    })?;
    let policy = HeaderValue::try_from(policy(&index, allowed)).map_err(io::Error::other)?;
    let page = Arc::new(Page::read(folder, policy)?);
    Ok(Router::new()
        .fallback(async |State(page): State<Arc<Page>>, request: Request| page.answer(&request))
        .with_state(page))
}

impl Page {
    fn read(folder: &Path, policy: HeaderValue) -> io::Result<Page> {
        let (mut contents, mut room) = (HashMap::new(), MOST);
        read_folder(folder, "", &mut contents, &mut room)?;
        let headers = headers(policy);
        let files = contents
            .iter()
            .filter(|(path, _)| {
                let of = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
                of.is_none_or(|of| !contents.contains_key(of))
            })
            .map(|(path, plain)| {
                let variant = |bytes: &Bytes, encoding: Option<&'static str>| {
                    Variant::new(headers.clone(), path, bytes, encoding)
                };
                let compressed = [("br", ".br"), ("gzip", ".gz")].into_iter();
                let compressed = compressed.filter_map(|(encoding, ending)| {
                    let bytes = contents.get(&format!("{path}{ending}"))?;
                    Some((encoding, variant(bytes, Some(encoding))))
                });
                let file = File { compressed: compressed.collect(), plain: variant(plain, None) };
                (path.clone(), file)
            })
            .collect();
        Ok(Page { files, headers })
    }

    fn answer(&self, request: &Request) -> Response {
        let path = match request.uri().path() {
            "/" => "/index.html",
            path => path,
        };
        let reads = request.method() == Method::GET || request.method() == Method::HEAD;
        let (status, headers, body) = match self.files.get(path) {
            _ if !reads => {
                let mut headers = self.headers.clone();
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
                (StatusCode::METHOD_NOT_ALLOWED, headers, Body::empty())
            }
            None => (StatusCode::NOT_FOUND, self.headers.clone(), Body::empty()),
            Some(file) => {
                let variant = file.variant(request.headers());
                let headers = variant.headers.clone();
                match variant.is_known(request.headers()) {
                    true => (StatusCode::NOT_MODIFIED, headers, Body::empty()),
                    false => (StatusCode::OK, headers, Body::from(variant.bytes.clone())),
                }
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

impl File {
    fn variant(&self, asked: &HeaderMap) -> &Variant {
        let accepted = |encoding: &str| {
            values(asked, header::ACCEPT_ENCODING).any(|value| {
                let (name, quality) = value.split_once(';').unwrap_or((value, ""));
                let refused = quality.trim().strip_prefix("q=").is_some_and(|quality| {
                    quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0)
                });
                name.trim().eq_ignore_ascii_case(encoding) && !refused
            })
        };
        let compressed = self.compressed.iter().find(|(encoding, _)| accepted(encoding));
        compressed.map_or(&self.plain, |(_, variant)| variant)
    }
}

impl Variant {
    fn new(
        mut headers: HeaderMap,
        path: &str,
        bytes: &Bytes,
        encoding: Option<&'static str>,
    ) -> Variant {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if has_hash(path) {
            let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
            headers.insert(header::CACHE_CONTROL, forever);
        }
        let tag = format!("\"{}\"", BASE64_STANDARD.encode(Sha256::digest(bytes)));
        // Base64 in quotes is a header value: the error cannot occur.
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        Variant { headers, bytes: bytes.clone() }
    }

    /// Whether the browser has it already.
    fn is_known(&self, asked: &HeaderMap) -> bool {
        let tag = self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        values(asked, header::IF_NONE_MATCH)
            .any(|known| Some(known.trim().trim_start_matches("W/")) == tag)
    }
}

/// The parts of a header that is a list.
fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(','))
}

/// Reads what is in a folder, and in the folders in it, under the paths that it is asked for by.
fn read_folder(
    folder: &Path,
    path: &str,
    contents: &mut HashMap<String, Bytes>,
    room: &mut usize,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // No path of a page has other characters than these.
        let Some(name) = name.to_str() else { continue };
        let path = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &path, contents, room)?;
            continue;
        }
        let size = usize::try_from(fs::metadata(entry.path())?.len()).unwrap_or(usize::MAX);
        *room = room.checked_sub(size).ok_or_else(|| {
            let folder = folder.display();
            io::Error::other(format!("`{folder}` is no built page: it holds more than one would"))
        })?;
        contents.insert(path, fs::read(entry.path())?.into());
    }
    Ok(())
}

/// The headers of every answer.
fn headers(policy: HeaderValue) -> HeaderMap {
    let constant = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), clipboard-write=(self), geolocation=(), microphone=()",
        ),
    ];
    let constant = constant.map(|(name, value)| (name, HeaderValue::from_static(value)));
    constant.into_iter().chain([(header::CONTENT_SECURITY_POLICY, policy)]).collect()
}

/// What browsers take a file for; they are told not to guess.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').unwrap_or_default().1 {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn policy(index: &str, allowed: &[Origin]) -> String {
    let hashes = |tag| -> String {
        // A browser has only line feeds left when it takes the hash.
        let digest = |text: &str| Sha256::digest(text.replace("\r\n", "\n"));
        let hash = |text| format!(" 'sha256-{}'", BASE64_STANDARD.encode(digest(text)));
        inlined(index, tag).map(hash).collect()
    };
    let (scripts, styles) = (hashes("script"), hashes("style"));
    let endpoints: String = allowed.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; \
         style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'{endpoints}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// The texts of a page's own scripts, or of its styles. It is our page, as Trunk wrote it: no parser
/// is needed.
fn inlined<'a>(html: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let (start, end) = (format!("<{tag}"), format!("</{tag}"));
    let parts: Vec<_> = html.split(&start).skip(1).collect();
    parts.into_iter().filter_map(move |rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once(&end)?;
        (!attributes.contains(" src=")).then_some(text)
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
