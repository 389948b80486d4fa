//! The service catalog, and the block storage in it.

use super::secret::Token;
use crate::decode::{is_list, read};
use crate::error::ReadError;
use crate::http::{Method, Outcome, Request};
use crate::loose;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

/// The version of a block storage API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockStorageVersion {
    /// Version 2: EVS v2.
    V2,
    /// Version 3: EVS v3 and Cinder.
    V3,
}

/// The service types of block storage, in order of preference.
static BLOCK_STORAGE: [(&str, BlockStorageVersion); 3] = [
    ("block-storage", BlockStorageVersion::V3),
    ("volumev3", BlockStorageVersion::V3),
    ("volumev2", BlockStorageVersion::V2),
];

/// A public block storage endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockStorageEndpoint {
    /// The region's ID. A cloud with a single region may leave it out.
    pub region: Option<String>,
    /// The version of the API.
    pub version: BlockStorageVersion,
    /// The HTTP or HTTPS address, which usually ends with the version and the project's ID. It
    /// comes from the server, so don't send a token there unless the operator allows that
    /// address.
    pub url: String,
}

/// The block storage endpoints in a service catalog, and the types of all its services.
///
/// If `endpoints` is empty, the project has no block storage, and `types` lists what it does have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Catalog {
    /// The public block storage endpoints, one for each region and version.
    pub endpoints: Vec<BlockStorageEndpoint>,
    /// The types of all services, such as `compute`, in the catalog's order.
    pub types: Vec<String>,
}

impl Catalog {
    /// Reads the services of a catalog.
    pub(super) fn from_json(services: &[Value]) -> Catalog {
        let mut catalog = Catalog::default();
        catalog
            .types
            .extend(services.iter().filter_map(|service| loose::text(service.get("type"))));
        for (name, version) in BLOCK_STORAGE {
            let named = |service: &&Value| service.get("type").is_some_and(|kind| *kind == name);
            for endpoint in
                services.iter().filter(named).flat_map(|service| loose::rows(service, "endpoints"))
            {
                catalog.add(endpoint, version);
            }
        }
        catalog
    }

    /// Adds a public endpoint, unless one for the same region and version is already known.
    fn add(&mut self, endpoint: &Value, version: BlockStorageVersion) {
        if endpoint.get("interface").is_none_or(|interface| *interface != "public") {
            return;
        }
        let text = |key| loose::text(endpoint.get(key));
        let region = text("region_id").or_else(|| text("region"));
        let known =
            |other: &BlockStorageEndpoint| (&other.region, other.version) == (&region, version);
        if self.endpoints.iter().any(known) {
            return;
        }
        if let Some(url) = text("url")
            && (url.starts_with("https://") || url.starts_with("http://"))
        {
            self.endpoints.push(BlockStorageEndpoint { region, version, url });
        }
    }

    /// Returns whether a region has block storage. An endpoint without a region serves all regions.
    /// If `region` is `None`, any endpoint counts.
    pub fn has_block_storage(&self, region: Option<&str>) -> bool {
        self.endpoints.iter().any(|endpoint| {
            let (found, wanted) = (endpoint.region.as_deref(), region);
            found.is_none() || wanted.is_none() || found == wanted
        })
    }

    /// Returns the regions that have block storage, without duplicates.
    pub fn regions(&self) -> Vec<&str> {
        let mut regions = Vec::new();
        for region in self.endpoints.iter().filter_map(|endpoint| endpoint.region.as_deref()) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }
}

/// Returns the request for the catalog of a token's project.
///
/// `GET /v3/auth/catalog` with the token as `X-Auth-Token`. It is needed only if the catalog was
/// [left out](super::without_catalog) of the sign-in response.
pub fn catalog(token: &Token) -> Request {
    let mut request = Request::new(Method::Get, "/v3/auth/catalog".into());
    request.secret_headers.push(token.header("X-Auth-Token"));
    request
}

/// Decodes the response to a [`catalog`] request.
///
/// # Errors
/// Returns a [`ReadError`]. Its kind is [`FaultKind::Token`](crate::FaultKind::Token) if the token
/// has expired.
pub fn decode_catalog(outcome: Outcome) -> Result<Catalog, ReadError> {
    let body = read(outcome, "catalog", is_list)?;
    Ok(Catalog::from_json(loose::rows(&body, "catalog")))
}
