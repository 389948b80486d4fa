//! Serves the page and the API under a base path.

use crate::forwarded::PREFIX;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use std::fmt;
use std::str::FromStr;

/// The path that everything is served under: empty, or a path such as `/transfer`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl FromStr for BasePath {
    type Err = &'static str;

    /// Parses a path such as `/transfer/`. The leading and trailing slashes are optional.
    fn from_str(text: &str) -> Result<BasePath, Self::Err> {
        let segments: Vec<&str> = text.trim_matches('/').split('/').collect();
        let plain = |segment: &&str| {
            let unreserved =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            !matches!(*segment, "" | "." | "..") && segment.bytes().all(unreserved)
        };
        match &*segments {
            [""] => Ok(BasePath::default()),
            segments if segments.iter().all(plain) => {
                Ok(BasePath(format!("/{}", segments.join("/"))))
            }
            _ => {
                Err("a base path must consist of letters, digits, '-', '.' and '_' between slashes")
            }
        }
    }
}

/// Ends with a slash, unless it is empty.
impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            "" => Ok(()),
            base => write!(f, "{base}/"),
        }
    }
}

/// The reason why a request's path is not under the base path.
pub(crate) enum StripError {
    /// The request is for the base path without its trailing slash. Relative URLs in a page served
    /// there would be wrong.
    MissingSlash(String),
    Unknown,
}

impl IntoResponse for StripError {
    fn into_response(self) -> Response {
        match self {
            StripError::MissingSlash(path) => Redirect::permanent(&path).into_response(),
            StripError::Unknown => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl BasePath {
    /// Returns whether everything is served under `/`, in which case there is nothing to strip.
    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes this path from a request.
    ///
    /// # Errors
    /// Returns an error if the request's path is not under this one.
    pub(crate) fn strip(&self, mut request: Request) -> Result<Request, StripError> {
        let BasePath(base) = self;
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let rest = match path.strip_prefix(base.as_str()) {
            Some("") => return Err(StripError::MissingSlash(format!("{base}/"))),
            Some(rest) if rest.starts_with('/') => rest,
            _ => return Err(StripError::Unknown),
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = PathAndQuery::from_str(rest).ok();
        // The rest of a valid path is valid, too.
        if let (Ok(uri), Ok(prefix)) = (Uri::from_parts(parts), HeaderValue::from_str(base)) {
            *request.uri_mut() = uri;
            request.headers_mut().entry(PREFIX).or_insert(prefix);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn parses_paths() {
        for (text, expected) in
            [("/", ""), ("", ""), ("/transfer/", "/transfer"), ("a/b.c", "/a/b.c")]
        {
            assert_eq!(text.parse(), Ok(BasePath(expected.to_owned())), "{text}");
        }
        for text in ["/a//b", "/../", "/a b", "/a?b", "/%61", "/a\"b"] {
            assert!(text.parse::<BasePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn strips_only_its_own_path() {
        let base: BasePath = "/transfer".parse().unwrap();
        let strip = |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            match base.strip(request) {
                Ok(request) => request.uri().to_string(),
                Err(error) => error.into_response().status().as_u16().to_string(),
            }
        };
        for (path, expected) in [
            ("/transfer/", "/"),
            ("/transfer/v3/p/volumes/detail?limit=1", "/v3/p/volumes/detail?limit=1"),
            ("/transfer", "308"),
            ("/transfers/", "404"),
            ("/", "404"),
        ] {
            assert_eq!(strip(path), expected, "{path}");
        }
    }
}
