//! Serves the built page: static files, with headers that allow only the page's own scripts to run.

use crate::policy::Policy;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The maximum total size of the page, in bytes. The page takes up a few megabytes, so a larger
/// folder is the wrong one.
const SIZE_LIMIT: usize = 64 << 20;

/// The page in memory. Reading files for every request took four times as long as sending them.
/// Also, unlike a folder, a map can't be escaped from with `..`.
struct Page {
    files: HashMap<String, File>,
    /// The headers of responses without a file.
    headers: HeaderMap,
}

struct File {
    plain: Variant,
    /// The variants that the build has compressed, best first.
    compressed: Vec<(&'static str, Variant)>,
}

struct Variant {
    headers: HeaderMap,
    bytes: Bytes,
}

/// Where the built page is.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a folder. It is read once: later changes have no effect.
    Folder(PathBuf),
    /// Embedded in this binary: the page that `dist` contained when the binary was compiled.
    #[cfg(feature = "embedded-page")]
    Embedded,
}

impl Default for Source {
    /// Returns the embedded page or, in a binary without one, the folder `dist`.
    fn default() -> Source {
        #[cfg(feature = "embedded-page")]
        return Source::Embedded;
        #[cfg(not(feature = "embedded-page"))]
        Source::Folder("dist".into())
    }
}

/// Serves the built page.
///
/// # Errors
/// Returns an error if the source has no `index.html` or is too large to be the page.
pub fn router(source: &Source, policy: &Policy) -> io::Result<Router> {
    let contents = source.read()?;
    let index = contents.get("/index.html").ok_or_else(|| source.no_page())?;
    let index = str::from_utf8(index).map_err(io::Error::other)?;
    let page = Arc::new(Page::new(&contents, policy.header(index)?));
    Ok(Router::new()
        .fallback(async |State(page): State<Arc<Page>>, request: Request| page.respond(&request))
        .with_state(page))
}

impl Source {
    /// Reads all files. They are keyed by the path that requests use.
    fn read(&self) -> io::Result<HashMap<String, Bytes>> {
        let (mut contents, mut room) = (HashMap::new(), SIZE_LIMIT);
        match self {
            // A folder without an index is not the page, and could be the whole disk.
            Source::Folder(folder) if folder.join("index.html").is_file() => {
                read_folder(folder, "", &mut contents, &mut room)?;
            }
            Source::Folder(_) => {}
            #[cfg(feature = "embedded-page")]
            Source::Embedded => read_embedded(&EMBEDDED, &mut contents),
        }
        Ok(contents)
    }

    fn no_page(&self) -> io::Error {
        let problem = match self {
            Source::Folder(folder) => {
                let advice = if cfg!(feature = "embedded-page") {
                    "omit --page to serve the embedded one"
                } else {
                    "build one with `cargo xtask run`"
                };
                format!("`{}` contains no built page: {advice}", folder.display())
            }
            #[cfg(feature = "embedded-page")]
            Source::Embedded => {
                "this program was compiled without a page: build it with `cargo xtask dist`".into()
            }
        };
        io::Error::new(io::ErrorKind::NotFound, problem)
    }
}

impl Page {
    fn new(contents: &HashMap<String, Bytes>, policy: (HeaderName, HeaderValue)) -> Page {
        let headers = headers(policy);
        let files = contents
            .iter()
            .filter(|(path, _)| {
                let original = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
                original.is_none_or(|original| !contents.contains_key(original))
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
        Page { files, headers }
    }

    fn respond(&self, request: &Request) -> Response {
        let path = match request.uri().path() {
            "/" => "/index.html",
            path => path,
        };
        let readable = request.method() == Method::GET || request.method() == Method::HEAD;
        let (status, headers, body) = match self.files.get(path) {
            _ if !readable => {
                let mut headers = self.headers.clone();
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
                (StatusCode::METHOD_NOT_ALLOWED, headers, Body::empty())
            }
            None => (StatusCode::NOT_FOUND, self.headers.clone(), Body::empty()),
            Some(file) => {
                let variant = file.variant(request.headers());
                let headers = variant.headers.clone();
                match variant.is_cached(request.headers()) {
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
    /// Returns the best variant that the client accepts.
    fn variant(&self, request: &HeaderMap) -> &Variant {
        let accepted = |encoding: &str| {
            values(request, header::ACCEPT_ENCODING).any(|value| {
                let (name, quality) = value.split_once(';').unwrap_or((value, ""));
                let rejected = quality.trim().strip_prefix("q=").is_some_and(|quality| {
                    quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0)
                });
                name.trim().eq_ignore_ascii_case(encoding) && !rejected
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
        // Quoted Base64 is always a valid header value.
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        Variant { headers, bytes: bytes.clone() }
    }

    /// Returns whether the client has cached this variant, according to `If-None-Match`.
    fn is_cached(&self, request: &HeaderMap) -> bool {
        let tag = self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        values(request, header::IF_NONE_MATCH)
            .any(|cached| Some(cached.trim().trim_start_matches("W/")) == tag)
    }
}

/// Returns the items of a comma-separated header.
fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(','))
}

/// Reads a folder recursively. `room` is the number of bytes that may still be read.
fn read_folder(
    folder: &Path,
    path: &str,
    contents: &mut HashMap<String, Bytes>,
    room: &mut usize,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        // The page's own file names are all UTF-8.
        let Some(name) = name.to_str() else { continue };
        let path = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &path, contents, room)?;
            continue;
        }
        let size = usize::try_from(fs::metadata(entry.path())?.len()).unwrap_or(usize::MAX);
        *room = room.checked_sub(size).ok_or_else(|| {
            let folder = folder.display();
            io::Error::other(format!("`{folder}` is too large to be a built page"))
        })?;
        contents.insert(path, fs::read(entry.path())?.into());
    }
    Ok(())
}

#[cfg(feature = "embedded-page")]
static EMBEDDED: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/../../dist");

/// Reads an embedded folder recursively.
#[cfg(feature = "embedded-page")]
fn read_embedded(folder: &include_dir::Dir<'static>, contents: &mut HashMap<String, Bytes>) {
    for file in folder.files() {
        // Includes the folder's path, and is UTF-8 like all of the page's file names.
        let path = format!("/{}", file.path().display());
        contents.insert(path, Bytes::from_static(file.contents()));
    }
    folder.dirs().for_each(|folder| read_embedded(folder, contents));
}

/// Returns the headers that all responses have in common.
fn headers(policy: (HeaderName, HeaderValue)) -> HeaderMap {
    let constant = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), clipboard-write=(self), geolocation=(), microphone=()",
        ),
    ];
    let constant = constant.map(|(name, value)| (name, HeaderValue::from_static(value)));
    constant.into_iter().chain([policy]).collect()
}

/// Returns the content type for a file extension. It must be right, because `nosniff` stops browsers
/// from guessing.
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

/// Returns whether a file's name contains the hash of its contents: `style-1a2b3c4d5e6f7081.css`,
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
