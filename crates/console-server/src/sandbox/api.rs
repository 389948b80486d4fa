//! The state that all handlers of one API version share.

use super::identity::Tokens;
use super::store::Store;
use std::sync::Arc;
use volume_transfer::Service;

#[derive(Clone)]
pub(super) struct Api {
    pub(super) store: Arc<Store>,
    pub(super) tokens: Tokens,
    /// The first path segment: `v2` or `v3`.
    pub(super) version: &'static str,
    /// The service whose name rule applies: EVS under `/v2`, Cinder under `/v3`.
    pub(super) service: Service,
}

impl Api {
    /// Returns whether this is Cinder's API, the only one with microversions.
    pub(super) fn is_cinder(&self) -> bool {
        self.version == "v3"
    }
}
