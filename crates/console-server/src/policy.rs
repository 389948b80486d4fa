//! The page's content security policy, and the violations that browsers report.

use crate::limits::BODY_LIMIT;
use crate::observe::Metrics;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::routing::{MethodRouter, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

/// The path that browsers send reports to, relative to the page.
pub(crate) const REPORTS: &str = "csp-report";

/// An origin in a content security policy: `https://evs.example.com`, optionally with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = &'static str;

    /// Parses a scheme, a host and an optional port. Anything that could widen the policy is invalid:
    /// a path, a space, `;` or `*`.
    fn from_str(text: &str) -> Result<Origin, Self::Err> {
        let authority = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or("an origin must start with http:// or https://")?;
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !host.bytes().all(plain) || port.parse::<u16>().is_err() {
            return Err(
                "an origin must be a scheme, a host and an optional port, such as https://evs.example.com",
            );
        }
        Ok(Origin(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Options for the page's content security policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Origins that the page may send requests to, in addition to this server.
    pub allowed_endpoints: Vec<Origin>,
    /// Whether browsers report violations of the policy instead of blocking them.
    pub is_report_only: bool,
}

impl Policy {
    /// Returns the header for a page with this `index.html`.
    pub(crate) fn header(&self, index: &str) -> io::Result<(HeaderName, HeaderValue)> {
        let mut policy = text(index, &self.allowed_endpoints);
        let name = if self.is_report_only {
            policy.push_str(&format!("; report-uri {REPORTS}"));
            header::CONTENT_SECURITY_POLICY_REPORT_ONLY
        } else {
            header::CONTENT_SECURITY_POLICY
        };
        Ok((name, HeaderValue::try_from(policy).map_err(io::Error::other)?))
    }
}

/// Builds the policy, with the hashes of the page's inline scripts and styles.
fn text(index: &str, allowed: &[Origin]) -> String {
    let hashes = |tag| -> String {
        // Browsers normalize line endings before hashing.
        let digest = |text: &str| Sha256::digest(text.replace("\r\n", "\n"));
        let hash = |text| format!(" 'sha256-{}'", BASE64_STANDARD.encode(digest(text)));
        inline_texts(index, tag).map(hash).collect()
    };
    let (scripts, styles) = (hashes("script"), hashes("style"));
    let endpoints: String = allowed.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; \
         style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'{endpoints}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'"
    )
}

/// Returns the contents of inline `<script>` or `<style>` elements. Trunk's output is so simple that
/// this needs no HTML parser.
fn inline_texts<'a>(html: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let (start, end) = (format!("<{tag}"), format!("</{tag}"));
    let parts: Vec<_> = html.split(&start).skip(1).collect();
    parts.into_iter().filter_map(move |rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once(&end)?;
        (!attributes.contains(" src=")).then_some(text)
    })
}

/// The directives of the policy. A report can also name a variant that ends with `-attr` or `-elem`.
const DIRECTIVES: [&str; 11] = [
    "base-uri",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "img-src",
    "require-trusted-types-for",
    "script-src",
    "style-src",
    "trusted-types",
];

/// A report. Its other fields contain URLs and parts of scripts, and are ignored.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "csp-report")]
    violation: Violation,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Violation {
    /// The directive's name, in some browsers followed by its sources.
    violated_directive: String,
}

impl Violation {
    /// Returns the directive's name, or `other` if it is unknown, so that the number of names is
    /// limited whatever clients send.
    fn directive(&self) -> &'static str {
        let name = self.violated_directive.split(' ').next().unwrap_or_default();
        let name = name.trim_end_matches("-attr").trim_end_matches("-elem");
        DIRECTIVES.into_iter().find(|known| *known == name).unwrap_or("other")
    }
}

/// Counts the reports, by directive.
pub(crate) fn reports(metrics: Arc<Metrics>) -> MethodRouter {
    let count = async move |body: Bytes| match serde_json::from_slice(&body) {
        Ok(Report { violation }) => {
            metrics.count_violation(violation.directive());
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::BAD_REQUEST,
    };
    post(count).layer(DefaultBodyLimit::max(BODY_LIMIT))
}
